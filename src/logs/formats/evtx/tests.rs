//! Trials of event logs: what chunks say against what they have, and damage to their headers.

use super::chunks::{Chunks, Found};
use crate::logs::trials::{Chance, read, recognised};
use crate::logs::{Error, Options, Sample, recognise};

/// A file with a chunk that has no records but says that it has some.
fn file(first: u64, last: u64) -> Vec<u8> {
    let mut chunk = vec![0_u8; 64 << 10];
    chunk[..8].copy_from_slice(b"ElfChnk\0");
    for (at, number) in [(8, first), (16, last), (24, first), (32, last)] {
        chunk[at..at + 8].copy_from_slice(&number.to_le_bytes());
    }
    for (at, size) in [(40, 128_u32), (44, 512), (48, 512)] {
        chunk[at..at + 4].copy_from_slice(&size.to_le_bytes());
    }
    let mut file = vec![0_u8; 4096];
    file[..8].copy_from_slice(b"ElfFile\0");
    file.extend_from_slice(&chunk);
    file
}

#[test]
fn records_that_a_chunk_says_it_has_are_told_as_missing() {
    let bytes = file(1, 5);
    let found = recognised("x.evtx", &bytes, &Options::default());
    assert_eq!(found.format.name(), "evtx");
    let told = read(&*found.layout, &bytes, 1000);
    assert_eq!((told.rows.len(), told.bad.len()), (0, 5), "{:?}", told.bad);
    // No more than a chunk has room for.
    assert!(read(&*found.layout, &file(1, u64::MAX), 1000).bad.len() < 3000);
    // A chunk that was never used is nothing.
    let unused = [file(1, 5), vec![0; 128 << 10]].concat();
    assert_eq!(read(&*found.layout, &unused, 1000).bad.len(), 5);
}

#[test]
fn damage_is_told_and_costs_no_memory() {
    let bytes = [file(1, 9), file(10, 19)[4096..].to_vec(), file(20, 29)[4096..].to_vec()].concat();
    let found = recognised("x.evtx", &bytes, &Options::default());
    for part in 1..100 {
        let told = read(&*found.layout, &bytes[..bytes.len() * part / 100], 4096);
        assert!(!told.bad.is_empty(), "cut at {part}/100");
    }
    for seed in 1..=100 {
        let (mut chance, mut damaged) = (Chance(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed)), bytes.clone());
        for _ in 0..200 {
            // Where headers are.
            let at = 4096 + (chance.below(3) << 16) + chance.below(600);
            damaged[at] = u8::try_from(chance.below(256)).unwrap();
        }
        let told = read(&*found.layout, &damaged, 4096);
        assert!(!told.bad.is_empty(), "overwritten {seed}");
        assert_eq!(told, read(&*found.layout, &damaged, 70_001), "the same in pieces of any size");
    }
    let (mut chunks, mut most) = (Chunks::default(), 0);
    for _ in 0..100 {
        chunks.feed(&bytes, &mut |_, found| assert!(matches!(found, Found::Bad(_))));
        most = most.max(chunks.held());
    }
    assert!(most <= 128 << 10, "{most}");
}

#[test]
fn what_is_no_event_log_is_refused_as_one() {
    let stated = crate::logs::trials::options(&[("format", "evtx")]);
    let sample = Sample { name: "x.evtx", head: b"time,user\n", is_whole: true, modified: None };
    let error = recognise(&sample, &stated).unwrap_err();
    assert!(matches!(error, Error::OtherFormat { format: "evtx", .. }), "{error}");
}
