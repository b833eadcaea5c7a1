//! Inputs that are no readable file: each is refused or named, and nothing waits for one.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use auditql::engine::{Bucket, Engine, Policy};
use auditql::tally::Notice;
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tempfile::TempDir;

use super::shapes::{RECORDS, activity, as_is};
use super::{asked, file, rows};
use crate::lab::{answer, now};

const COUNT: &str = "SELECT count(*) AS n FROM activity";

/// An archive of these files.
fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// What spreadsheet programs write.
fn workbooks() -> [Vec<u8>; 4] {
    let sheet = b"<worksheet/>";
    [
        zipped(&[("[Content_Types].xml", sheet), ("_rels/.rels", sheet), ("xl/workbook.xml", sheet)]),
        zipped(&[("docProps/app.xml", sheet), ("xl/worksheets/sheet1.xml", sheet), ("[Content_Types].xml", sheet)]),
        zipped(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", sheet)]),
        [&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], &[0; 600]].concat(),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spreadsheet_is_told_to_be_saved_as_csv_wherever_it_lies() {
    for workbook in workbooks() {
        let folder = TempDir::new().unwrap();
        let text = as_is::lines(&activity());
        for name in ["AuditLog.xlsx", "renamed.csv"] {
            let refused = Engine::builder().input(file(&folder, name, &workbook)).build().unwrap_err();
            let why = std::error::Error::source(&refused).unwrap().to_string();
            assert!(why.ends_with(&format!("{name} is a spreadsheet")), "{why}");
        }
        file(&folder, "good.json", &text);
        file(&folder, "deep.zip", zipped(&[("a.json", b"[]"), ("b.csv", &workbook), ("logs/C.XLSX", b"x")]));
        let answer = asked(&[folder.path().to_owned()], COUNT).await;
        assert_eq!(answer.rows(), [RECORDS.to_string()]);
        let notices = answer.tally.notices();
        let unread: Vec<_> = notices
            .iter()
            .filter_map(|notice| match notice {
                Notice::UnreadFile { file, why } => Some((file.rsplit('/').next().unwrap(), why.as_str())),
                _ => None,
            })
            .collect();
        let why = "it is a spreadsheet; save it as CSV to read it";
        assert_eq!(unread, [("b.csv", why), ("renamed.csv", why)], "{notices:?}");
        let passed: Vec<_> = notices
            .iter()
            .filter_map(|notice| match notice {
                Notice::Spreadsheets { count, first, .. } => Some((*count, first.as_str())),
                _ => None,
            })
            .collect();
        assert_eq!(passed, [(1, "AuditLog.xlsx"), (1, "logs/C.XLSX")], "{notices:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_in_an_archive_or_with_two_files_of_one_name_is_named() {
    let text = as_is::lines(&activity());
    let good = ("good.json", text.as_bytes());
    let inner = zipped(&[good]);
    let mut twins = zipped(&[good, ("goo2.json", b"{}")]);
    while let Some(at) = twins.windows(9).position(|name| name == b"goo2.json") {
        twins[at + 3] = b'd';
    }
    for (bytes, word) in [(zipped(&[good, ("inner.zip", &inner)]), "inside another"), (twins, "the same name")] {
        let folder = TempDir::new().unwrap();
        let answer = asked(&[file(&folder, "a.zip", bytes)], COUNT).await;
        let missing = answer.tally.missing();
        let told = answer.tally.notices().iter().any(|notice| notice.to_string().contains(word));
        assert!(missing.is_some_and(|missing| missing.contains("a.zip")) && told, "{:?}", answer.tally.notices());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_of_a_gzip_file_is_read_and_what_follows_is_told() {
    let gzip = |bytes: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let lines = as_is::lines(&activity());
    // Between two records, inside of one, and with an empty member.
    for at in [lines.find('\n').unwrap() + 1, 300] {
        let (first, second) = lines.as_bytes().split_at(at);
        let members = [gzip(first), gzip(b""), gzip(second)].concat();
        let folder = TempDir::new().unwrap();
        let input = [file(&folder, "a.json.gz", &members)];
        assert_eq!(rows(&input, COUNT).await, [RECORDS.to_string()]);
        for behind in [&b"garbage behind"[..], b"\x1F", &gzip(b"{}")[..9]] {
            let input = [file(&folder, "b.json.gz", [&members, behind].concat())];
            let answer = asked(&input, COUNT).await;
            assert_eq!(answer.rows(), [RECORDS.to_string()], "{behind:?}");
            assert!(answer.tally.missing().is_some(), "{behind:?}");
        }
    }
    let zstd = zstd::encode_all(lines.as_bytes(), 1).unwrap();
    let folder = TempDir::new().unwrap();
    let input = [file(&folder, "a.json.zst", [&zstd[..], &zstd].concat())];
    assert_eq!(rows(&input, COUNT).await, [RECORDS.to_string()]);
    let input = [file(&folder, "b.json.zst", [&zstd[..], b"garbage"].concat())];
    assert!(asked(&input, COUNT).await.tally.missing().is_some());
}

/// Runs the program on inputs; its exit code and what it said.
fn run(folder: &Path, inputs: &[&Path], stdin: Stdio) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
    command.env_clear().env("HOME", folder).current_dir(folder).args(["--format", "csv", "--timeout", "20s"]);
    inputs.iter().for_each(|input| {
        command.arg("--input").arg(input);
    });
    let output = command.args(["-c", COUNT]).stdin(stdin).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[cfg(unix)]
#[test]
fn what_is_named_like_an_export_and_cannot_be_read_makes_an_answer_incomplete() {
    let folder = TempDir::new().unwrap();
    file(&folder, "good.json", as_is::lines(&activity()));
    std::os::unix::fs::symlink("gone", folder.path().join("evidence.json")).unwrap();
    let pipe = folder.path().join("pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (code, said) = run(folder.path(), &[folder.path()], Stdio::null());
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("evidence.json could not be read: No such file"), "{said}");
    assert!(said.contains("pipe.csv could not be read: it is a pipe, not a file"), "{said}");
    fs::remove_file(&pipe).unwrap();
    fs::remove_file(folder.path().join("evidence.json")).unwrap();
    assert_eq!(run(folder.path(), &[folder.path()], Stdio::null()).0, Some(0));
}

#[cfg(unix)]
#[test]
fn a_pipe_and_a_device_are_refused_at_once() {
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("pipe.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (input, kind) in
        [(pipe.as_path(), "a pipe"), (Path::new("/dev/stdin"), "a pipe"), (Path::new("/dev/zero"), "a device")]
    {
        let (code, said) = run(folder.path(), &[input], Stdio::piped());
        assert_eq!(code, Some(2), "{said}");
        let words = format!("{} is {kind}, but an input must be a file", input.display());
        assert!(said.contains(&words) && said.contains("write it to a file first"), "{said}");
    }
    // What is redirected from a file is that file.
    let good = file(&folder, "good.json", as_is::lines(&activity()));
    let (code, said) = run(folder.path(), &[Path::new("/dev/stdin")], fs::File::open(good).unwrap().into());
    assert_eq!((code, said.trim()), (Some(0), format!("n\n{RECORDS}").as_str()));
}

/// Waiting for a store takes no thread beside the one that reads: a host's runtime may have but one that may block.
#[test]
fn a_bucket_is_asked_as_a_folder_is_also_where_one_thread_may_block() {
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let put = async |name: &str, text: String| store.put(&name.into(), text.into()).await.unwrap();
        put("case/a.ndjson", as_is::lines(&activity())).await;
        put("case/b/again.json", as_is::array(&activity())).await;
        put("case/notes.txt", String::new()).await;
        let bucket = Bucket::new(Arc::clone(&store), "s3://evidence");
        let engine = Engine::builder().policy(Policy::LOCAL).now(now()).objects(bucket, "case".into()).build().unwrap();
        let told = answer(&engine, "SELECT count(*), count(DISTINCT id) FROM activity").await.unwrap();
        assert_eq!(told.rows(), [format!("{RECORDS} | {RECORDS}")]);
        let notices = told.tally.notices();
        let [Notice::FilesSkipped { within, count: 1, first }] = notices.as_slice() else { panic!("{notices:?}") };
        assert_eq!((within.as_str(), first.as_str()), ("s3://evidence/case", "notes.txt"));
        let plan = answer(&engine, "EXPLAIN SELECT id FROM activity").await.unwrap().rows().join("\n");
        assert!(plan.contains("and what s3://evidence/case holds when it is read"), "{plan}");
        // What is written while a session lasts is seen by its next statement.
        put("case/c.json", "{\"CreationTime\":\"2026-04-01T00:00:00\",\"Operation\":\"x\",\"RecordType\":1}".into())
            .await;
        let told = answer(&engine, "SELECT count(*) FROM activity").await.unwrap();
        assert_eq!(told.rows(), [(RECORDS + 1).to_string()]);
    });
}
