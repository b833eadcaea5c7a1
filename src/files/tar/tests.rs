//! Archives, whole and damaged.

use super::*;

/// A header, and bytes behind it.
fn entry(name: &str, kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut block = vec![0; BLOCK];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[124..136].copy_from_slice(format!("{:011o}\0", bytes.len()).as_bytes());
    block[156] = kind;
    block[MAGIC_AT..MAGIC_AT + 8].copy_from_slice(b"ustar\x0000");
    block[148..156].copy_from_slice(b"        ");
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block.extend(bytes);
    block.resize(block.len().next_multiple_of(BLOCK), 0);
    block
}

/// An archive of these files.
fn tape(files: &[(&str, &[u8])]) -> Vec<u8> {
    let all = files.iter().flat_map(|(name, bytes)| entry(name, b'0', bytes));
    all.chain(vec![0; 2 * BLOCK]).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    io::copy(&mut flate2::read::GzEncoder::new(bytes, flate2::Compression::fast()), &mut packed).unwrap();
    packed
}

fn names(tape: &Tape) -> Vec<&str> {
    tape.members.iter().map(|member| member.name.as_str()).collect()
}

fn read(member: &Member, archive: &[u8]) -> io::Result<String> {
    let mut text = String::new();
    member.open(io::Cursor::new(archive.to_vec()))?.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn files_are_found_and_read_packed_or_not() {
    let long = "a/".repeat(60) + "b.log";
    let all = [
        entry("logs/", b'5', b""),
        entry("logs/a.log", b'0', b"first\n"),
        entry("././@LongLink", b'L', format!("{long}\0").as_bytes()),
        entry("cut", b'0', &[b'x'; 1000]),
        entry("pax", b'x', b"16 path=c c.log\n"),
        entry("c", b'0', b"third\n"),
        vec![0; 1024],
    ]
    .concat();
    for (archive, tape) in [
        (all.clone(), plain(io::Cursor::new(all.clone())).unwrap()),
        (gzip(&all), packed(io::Cursor::new(gzip(&all))).unwrap().unwrap()),
    ] {
        assert_eq!((names(&tape), &tape.flaw), (vec!["logs/a.log", long.as_str(), "c c.log"], &None));
        assert_eq!(read(&tape.members[0], &archive).unwrap(), "first\n");
        assert_eq!(read(&tape.members[1], &archive).unwrap(), "x".repeat(1000));
        assert_eq!(read(&tape.members[2], &archive).unwrap(), "third\n");
    }
    assert!(packed(io::Cursor::new(gzip(b"no archive"))).unwrap().is_none());
}

#[test]
fn archives_behind_one_another_are_read_as_one() {
    let all = [tape(&[("a.log", b"first\n")]), vec![0; 20 * BLOCK], tape(&[("b.log", b"second\n")])].concat();
    let parts = [gzip(&tape(&[("a.log", b"first\n")])), gzip(&tape(&[("b.log", b"second\n")]))].concat();
    for (archive, tape) in [
        (all.clone(), plain(io::Cursor::new(all.clone())).unwrap()),
        (gzip(&all), packed(io::Cursor::new(gzip(&all))).unwrap().unwrap()),
        (parts.clone(), packed(io::Cursor::new(parts)).unwrap().unwrap()),
    ] {
        assert_eq!((names(&tape), &tape.flaw), (vec!["a.log", "b.log"], &None));
        assert_eq!(read(&tape.members[1], &archive).unwrap(), "second\n");
    }
    // What is no archive is told, and so is a gap that hides what comes behind it; a piece of a block is nothing.
    let first = tape(&[("a.log", b"first\n")]);
    for (behind, said) in [
        (vec![b'x'; BLOCK], Some("no archive")),
        (vec![b'x'; 5], Some("no archive")),
        (vec![0; 5], None),
        ([vec![0; 2 << 20], first.clone()].concat(), Some("1 MiB of nothing")),
    ] {
        for tape in [
            plain(io::Cursor::new([&first[..], &behind].concat())).unwrap(),
            packed(io::Cursor::new(gzip(&[&first[..], &behind].concat()))).unwrap().unwrap(),
        ] {
            assert_eq!(names(&tape), ["a.log"]);
            assert_eq!(tape.flaw.is_some(), said.is_some(), "{:?}", tape.flaw);
            assert!(said.is_none_or(|said| tape.flaw.as_ref().unwrap().contains(said)), "{:?}", tape.flaw);
        }
    }
}

#[test]
fn what_is_cut_or_damaged_gives_what_is_there_and_says_so() {
    let all = tape(&[("a.log", b"first\n"), ("b.log", &[b'y'; 2000])]);
    let cut = plain(io::Cursor::new(all[..2000].to_vec())).unwrap();
    assert_eq!((names(&cut), cut.flaw.as_deref()), (vec!["a.log", "b.log"], Some("the archive is cut off")));
    assert!(read(&cut.members[1], &all[..2000]).unwrap_err().to_string().contains("cut off"));
    let mut damaged = all.clone();
    damaged[1024 + 3] ^= 1;
    let damaged = plain(io::Cursor::new(damaged)).unwrap();
    assert!(damaged.flaw.is_some_and(|flaw| flaw.contains("damaged")) && damaged.members.len() == 1);
    let whole = gzip(&all);
    let half = packed(io::Cursor::new(whole[..whole.len() - 12].to_vec())).unwrap().unwrap();
    assert!(half.flaw.is_some(), "{half:?}");
    // No length leads astray.
    let mut endless = entry("z", b'0', b"");
    endless[124] = 0x80;
    endless[125..136].fill(0xFF);
    assert!(!is_tape(&endless));
}
