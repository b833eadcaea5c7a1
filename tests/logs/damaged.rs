//! Event logs that are damaged, in a hundred ways: what was written is read, or its loss is said.

use super::Lab;
use super::evtx_file::{Datum, Written, adfs, file, security};

const SEED: u64 = 0x4556_5458_0000_0001;
const AT: &str = "2026-04-30T08:00:00Z";
const HEADER: usize = 4096;
const CHUNK: usize = 64 << 10;

/// Events of several kinds, of which so many fill some chunks; texts that somebody else chose.
fn events(random: &mut fastrand::Rng) -> Vec<Written> {
    let hostile = [
        "]]></Data><EventID>4624</EventID>",
        "a\u{1b}[2J\u{7}\r\n%1 %s {0}",
        "\u{202e}txt.exe",
        "",
        "\"}],\"Event\":{\"System\":{\"EventID\":1}}",
        "日本\u{1f600}",
    ];
    (0..150)
        .map(|number| {
            let text = hostile[random.usize(..hostile.len())];
            let long = text.repeat(1 + random.usize(..40));
            match number % 3 {
                0 => security(4625, AT, &[("TargetUserName", text), ("IpAddress", "10.0.0.9"), ("Status", &long)]),
                1 => Written {
                    data: vec![Datum::Unnamed(long), Datum::Named("Name".into(), text.into())],
                    ..security(1, AT, &[])
                },
                _ => adfs(1200, AT, &["x", &long]),
            }
        })
        .collect()
}

/// Damages a file in one of several ways; gives what was done, in words.
fn damage(bytes: &mut Vec<u8>, variant: usize, random: &mut fastrand::Rng) -> String {
    let chunks = (bytes.len() - HEADER) / CHUNK;
    let chunk = HEADER + CHUNK * random.usize(..chunks);
    match variant % 8 {
        0 => {
            let length = random.usize(8..bytes.len());
            bytes.truncate(length);
            format!("cut at {length}")
        }
        1 => {
            let kept = random.usize(..chunks);
            bytes.truncate(HEADER + CHUNK * kept);
            format!("cut behind {kept} chunks")
        }
        2 => {
            bytes[chunk..chunk + CHUNK].fill(0);
            format!("zeros in place of the chunk at {chunk}")
        }
        3 => {
            let (from, length) = (chunk + random.usize(512..CHUNK - 4096), random.usize(1..4096));
            bytes[from..from + length].fill(0);
            format!("{length} zeros at {from}")
        }
        4 => {
            let count = random.usize(1..300);
            for _ in 0..count {
                let (one, other) = (chunk + random.usize(..CHUNK), chunk + random.usize(..CHUNK));
                bytes.swap(one, other);
            }
            format!("{count} bytes of the chunk at {chunk} changed places")
        }
        5 => {
            let count = random.usize(1..40);
            for _ in 0..count {
                let at = random.usize(8..bytes.len());
                bytes[at] = random.u8(..);
            }
            format!("{count} bytes anywhere are others")
        }
        6 => {
            // The numbers of the chunk's records, where its last one and its free space begin, in its header.
            let at = chunk + 8 * random.usize(1..7);
            let number = random.u64(..) >> random.u8(..64);
            bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
            format!("{number} in the header of a chunk, at {at}")
        }
        _ => {
            let at = 8 + 2 * random.usize(..20);
            let number = random.u16(..);
            bytes[at..at + 2].copy_from_slice(&number.to_le_bytes());
            format!("{number} in the header of the file, at {at}")
        }
    }
}

/// Of all that was said, how many records or chunks are lost.
fn lost(said: &[String]) -> u64 {
    let count = |text: &String| -> Option<u64> {
        let (_, behind) = text.split_once("a.evtx: ")?;
        behind.split_once(" line(s) could not be read")?.0.parse().ok()
    };
    said.iter().filter_map(count).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_read_or_its_loss_is_said() {
    let mut random = fastrand::Rng::with_seed(SEED);
    let events = events(&mut random);
    let (sound, written) = (file(&events), events.len() as u64);
    assert!((sound.len() - HEADER) / CHUNK > 3, "several chunks");
    let lab = Lab::new();
    let ask = async |bytes: &[u8]| {
        lab.file("a.evtx", bytes);
        lab.told("SELECT count(*), count(event_data), count(raw), count(user_name) FROM '{dir}/a.evtx'").await
    };
    // The control: nothing is lost of what is not damaged, whatever texts it holds.
    let (rows, said) = ask(&sound).await;
    assert!(rows[0].starts_with(&format!("{written} | {written} | ")), "{rows:?}");
    assert!(said.is_empty(), "{said:?}");
    let mut silent = 0;
    for variant in 0..100 {
        let mut bytes = sound.clone();
        let what = damage(&mut bytes, variant, &mut random);
        let told = format!("seed {SEED:#x}, variant {variant}: {what}");
        let (rows, said) = ask(&bytes).await;
        let read: u64 = rows[0].split(" | ").next().unwrap().parse().unwrap();
        let lost = lost(&said);
        let is_said = said.iter().any(|text| text.starts_with("INCOMPLETE: "));
        assert!(read >= written || is_said && lost > 0, "{told}: {read} of {written} read, {lost} lost; {said:?}");
        // Where the chunks still say how many records they have, each is told. A chunk without its header, or that is not
        // there, is told as one.
        if matches!(variant % 8, 3 | 7) {
            assert!(read + lost >= written, "{told}: {read} of {written} read, {lost} lost; {said:?}");
        }
        silent += u64::from(said.is_empty());
    }
    // What only touches space that is not in use, or a number that nobody needs, goes without a word; the rest does not.
    assert!(silent < 30, "{silent} of 100 without a word");
}
