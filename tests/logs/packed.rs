//! Logs in the packings and archives that people have: read, or told why not.

use std::io::Read as _;
use std::process::Command;

use super::{IPS, Lab, gzip};

fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    bzip2::read::BzEncoder::new(text, bzip2::Compression::fast()).read_to_end(&mut packed).unwrap();
    packed
}

fn xz(text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    liblzma::read::XzEncoder::new(text, 1).read_to_end(&mut packed).unwrap();
    packed
}

/// An archive of a folder, as the program that everybody has makes it; with its flags.
fn tar(lab: &Lab, name: &str, flags: &str) {
    let mut command = Command::new("tar");
    command.arg(flags).arg(lab.path(name)).arg("-C").arg(lab.path("")).arg("logs");
    assert!(command.status().unwrap().success(), "tar {flags} {name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packed_log_is_read_and_a_cut_one_says_so() {
    let lab = Lab::new();
    let lines: String = (0..100_000).map(|n| format!("line {n} {}\n", n * 7919 % 10_007)).collect();
    for (name, whole) in [("a.log.bz2", bzip2(lines.as_bytes())), ("a.log.xz", xz(lines.as_bytes()))] {
        let sql = format!("SELECT count(*) FROM read_log('{{dir}}/{name}', format => 'lines')");
        lab.file(name, &whole);
        assert_eq!(lab.told(&sql).await, (vec!["100000".into()], vec![]), "{name}");
        lab.file(name, &whole[..whole.len() - 1]);
        let (_, said) = lab.told(&sql).await;
        assert!(said.iter().any(|text| text.starts_with(&format!("INCOMPLETE: {{dir}}/{name}"))), "{name}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_file_of_a_tape_archive_is_read() {
    let lab = Lab::new();
    lab.file("logs/a.txt", IPS);
    lab.file("logs/deep/b.txt.gz", gzip(IPS.as_bytes()));
    lab.file(&format!("logs/{}/c.txt", "long".repeat(40)), IPS);
    for (name, flags) in [("all.tar", "-cf"), ("all.tar.gz", "-czf"), ("all.tgz", "-czf")] {
        tar(&lab, name, flags);
        let count = lab.told(&format!("SELECT count(*), count(DISTINCT file) FROM '{{dir}}/{name}'")).await;
        assert_eq!(count, (vec!["9 | 3".into()], vec![]), "{name}");
    }
    // A cut archive gives what is there, and says that there is more.
    let whole = std::fs::read(lab.path("all.tar")).unwrap();
    lab.file("cut.tar", &whole[..whole.len() / 2]);
    let packed = std::fs::read(lab.path("all.tar.gz")).unwrap();
    lab.file("cut.tar.gz", &packed[..packed.len() - 4]);
    for name in ["cut.tar", "cut.tar.gz"] {
        let (_, said) = lab.told(&format!("SELECT count(*) FROM '{{dir}}/{name}'")).await;
        assert!(said.iter().any(|text| text.starts_with(&format!("INCOMPLETE: {{dir}}/{name}"))), "{name}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_unpacked_says_so() {
    let lab = Lab::new();
    lab.file("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04 and so on");
    lab.file("a.rar", b"Rar!\x1a\x07\x01\0 and so on");
    for (name, why) in
        [("a.7z", "it is a 7z archive; unpack it first"), ("a.rar", "it is a RAR archive; unpack it first")]
    {
        let report = lab.refusal(&format!("SELECT * FROM '{{dir}}/{name}'")).await;
        assert!(report.to_string().contains(why), "{report}");
    }
}
