//! Tape archives: which files are in one, and one of them as a stream.
//!
//! There is no directory: the archive is gone through from file to file. A packed one has to be unpacked for that, and from its
//! begin for each of its files; nothing of it is kept.
//! (source: <https://www.gnu.org/software/tar/manual/html_node/Standard.html>)

use std::io::{self, Read, Seek, SeekFrom};

use super::packed::bare;

/// What a header has at [`MAGIC_AT`].
pub(super) const MAGIC: &[u8] = b"ustar";
pub(super) const MAGIC_AT: usize = 257;
/// Bytes of a header, and of what all else is a multiple of.
const BLOCK: usize = 512;
/// Bytes of a name, and of what stands in front of a file to say more of it.
const MOST_OF_NAME: u64 = 64 << 10;
/// Blank bytes behind the end of an archive, up to another one.
const PADDING: u64 = 1 << 20;
/// What is wrong with bytes behind the end that are not blank.
const BEHIND: &str = "what stands behind its end is no archive";
/// Files of an archive.
const MOST: usize = 1_000_000;

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    /// Where its bytes begin in the archive, unpacked.
    at: u64,
    length: u64,
    /// The archive is packed.
    is_packed: bool,
}

/// What an archive holds.
#[derive(Debug, Default)]
pub(super) struct Tape {
    /// Its files, in the order in which they were packed.
    pub(super) members: Vec<Member>,
    /// Why there may be more.
    pub(super) flaw: Option<String>,
}

/// Whether an archive begins so.
pub(super) fn is_tape(begin: &[u8]) -> bool {
    begin.get(MAGIC_AT..).is_some_and(|rest| rest.starts_with(MAGIC)) && Header::of(begin).is_some()
}

/// What an archive holds that is not packed.
pub(super) fn plain(mut file: impl Read + Seek) -> io::Result<Tape> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    Ok(gone_through(&mut file, false, &mut |file, at| {
        file.seek(SeekFrom::Start(at))?;
        Ok(at <= length)
    }))
}

/// What a packed archive holds; `None`, if what is packed is something else.
pub(super) fn packed(file: impl Read + Send + 'static) -> io::Result<Option<Tape>> {
    let mut input = bare(Box::new(file))?;
    if !is_tape(io::BufRead::fill_buf(&mut input)?) {
        return Ok(None);
    }
    let mut passed = 0;
    let mut counted = Counted { input, passed: &mut passed };
    // It goes up to what closes the packing, which tells whether it is whole.
    Ok(Some(gone_through(&mut counted, true, &mut |input, at| {
        let rest = at.saturating_sub(*input.passed);
        Ok(io::copy(&mut input.take(rest), &mut io::sink())? == rest)
    })))
}

/// Bytes that are counted.
struct Counted<'a, R> {
    input: R,
    passed: &'a mut u64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        *self.passed += count as u64;
        Ok(count)
    }
}

/// Goes from header to header; `to` leads to a place behind this one, and says whether it is there.
fn gone_through<R: Read>(input: &mut R, is_packed: bool, to: &mut dyn FnMut(&mut R, u64) -> io::Result<bool>) -> Tape {
    let mut tape = Tape::default();
    if let Err(error) = go_through(input, is_packed, to, &mut tape.members) {
        tape.flaw = Some(error.to_string());
    }
    tape
}

/// Several archives may stand behind one another, each with blank blocks at its end.
fn go_through<R: Read>(
    input: &mut R,
    is_packed: bool,
    to: &mut dyn FnMut(&mut R, u64) -> io::Result<bool>,
    members: &mut Vec<Member>,
) -> io::Result<()> {
    let (mut at, mut told, mut blank) = (0_u64, Told::default(), 0_u64);
    loop {
        let mut block = [0; BLOCK];
        let count = filled(input, &mut block)?;
        let is_blank = block.iter().all(|byte| *byte == 0);
        match (count, blank > 0) {
            (..BLOCK, true) if is_blank => return Ok(()),
            (0, _) => return Err(io::Error::other("the archive is cut off: nothing marks its end")),
            (..BLOCK, true) => return Err(io::Error::other(BEHIND)),
            (..BLOCK, false) => return Err(io::Error::other("the archive is cut off")),
            _ => {}
        }
        at += BLOCK as u64;
        if is_blank {
            blank += BLOCK as u64;
            match blank {
                ..=PADDING => continue,
                _ => {
                    return Err(io::Error::other(
                        "more than 1 MiB of nothing stands behind its end: what follows is not read",
                    ));
                }
            }
        }
        let why = if blank > 0 { BEHIND } else { "the archive is damaged: a header is none" };
        let header = Header::of(&block).ok_or_else(|| io::Error::other(why))?;
        blank = 0;
        let length = told.length.filter(|_| header.is_file()).unwrap_or(header.length);
        if header.says_more() {
            told.take(header.kind, &text(input, length)?)?;
        } else {
            let told = std::mem::take(&mut told);
            if header.is_file() {
                members.push(Member { name: told.name.unwrap_or(header.name), at, length, is_packed });
            } else if header.kind == b'S' {
                return Err(io::Error::other("the archive holds a sparse file; unpack it first"));
            }
        }
        if members.len() >= MOST {
            return Err(io::Error::other("the archive holds more than a million files"));
        }
        let next = length.checked_next_multiple_of(BLOCK as u64).and_then(|length| at.checked_add(length));
        at = next.ok_or_else(|| io::Error::other("the archive is damaged: a length is none"))?;
        if !to(input, at)? {
            return Err(io::Error::other("the archive is cut off"));
        }
    }
}

/// Fills a block; how far, which at the end is less than all.
fn filled(input: &mut impl Read, block: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < block.len() {
        match input.read(&mut block[count..]) {
            Ok(0) => break,
            Ok(read) => count += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

fn text(input: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    if length > MOST_OF_NAME {
        return Err(io::Error::other("the archive is damaged: a name is longer than 64 KiB"));
    }
    let mut text = Vec::new();
    input.take(length).read_to_end(&mut text)?;
    Ok(text)
}

/// What stands in front of a file to say more of it.
#[derive(Debug, Default)]
struct Told {
    name: Option<String>,
    length: Option<u64>,
}

impl Told {
    fn take(&mut self, kind: u8, text: &[u8]) -> io::Result<()> {
        match kind {
            b'L' => self.name = Some(until_nul(text)),
            b'x' => self.records(text).ok_or_else(|| io::Error::other("the archive is damaged: a header is none"))?,
            _ => {}
        }
        Ok(())
    }

    /// Records such as `20 path=logs/a.log\n`, each with its length.
    fn records(&mut self, mut text: &[u8]) -> Option<()> {
        while !text.is_empty() {
            let blank = text.iter().position(|byte| *byte == b' ')?;
            let length: usize = std::str::from_utf8(&text[..blank]).ok()?.parse().ok()?;
            let record = text.get(blank + 1..length)?;
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            if let Some(path) = record.strip_prefix(b"path=") {
                self.name = Some(String::from_utf8_lossy(path).into_owned());
            } else if let Some(size) = record.strip_prefix(b"size=") {
                self.length = Some(std::str::from_utf8(size).ok()?.parse().ok()?);
            }
            text = &text[length..];
        }
        Some(())
    }
}

/// A header.
struct Header {
    name: String,
    length: u64,
    kind: u8,
}

impl Header {
    /// A header, if its checksum is right.
    fn of(block: &[u8]) -> Option<Self> {
        let block = block.get(..BLOCK)?;
        let sum: u64 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| u64::from(if (148..156).contains(&at) { b' ' } else { *byte }))
            .sum();
        if number(&block[148..156])? != sum {
            return None;
        }
        let (name, prefix) = (until_nul(&block[..100]), until_nul(&block[345..500]));
        let has_prefix = block[MAGIC_AT..].starts_with(b"ustar\0") && !prefix.is_empty();
        let name = if has_prefix { format!("{prefix}/{name}") } else { name };
        Some(Self { name, length: number(&block[124..136])?, kind: block[156] })
    }

    fn is_file(&self) -> bool {
        matches!(self.kind, b'0' | 0 | b'7') && !self.name.ends_with('/')
    }

    /// Whether it says more of the file behind it, or of all.
    fn says_more(&self) -> bool {
        matches!(self.kind, b'L' | b'K' | b'x' | b'g')
    }
}

fn until_nul(text: &[u8]) -> String {
    String::from_utf8_lossy(text.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
}

/// Octal digits, or a binary number behind a byte of 0x80.
fn number(field: &[u8]) -> Option<u64> {
    if let Some((0x80, rest)) = field.split_first() {
        let (zeros, rest) = rest.split_at(rest.len().saturating_sub(8));
        return zeros
            .iter()
            .all(|byte| *byte == 0)
            .then(|| rest.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

impl Member {
    /// The file as a stream of its own.
    pub(super) fn open(&self, mut archive: impl Read + Seek + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
        if !self.is_packed {
            archive.seek(SeekFrom::Start(self.at))?;
            return Ok(Box::new(Whole { input: archive, left: self.length }));
        }
        let mut input = bare(Box::new(archive))?;
        match io::copy(&mut (&mut input).take(self.at), &mut io::sink())? == self.at {
            true => Ok(Box::new(Whole { input, left: self.length })),
            false => Err(io::Error::other("the archive is cut off")),
        }
    }
}

/// So many bytes, or an error.
struct Whole<R> {
    input: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.input.read(&mut into[..most])?;
        if count == 0 && most > 0 {
            return Err(io::Error::other("the archive is cut off"));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
