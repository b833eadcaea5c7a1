//! Opens a file: takes off its packing and its encoding, and finds out how it is laid out.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::Error;
use super::archive;
use super::cut::Cut;
use super::inputs::{Part, Source};
use super::json::bare;
use super::rows::separator;
use super::utf16::Utf16;
use crate::decode;

/// What is looked at to tell a file's layout. A first line that is longer does not tell that the file is one of lines.
const AHEAD: usize = 1 << 20;
/// A packing inside a packing.
const MOST_LAYERS: usize = 3;

/// How a file is laid out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// JSON values, one a line or anyhow.
    Json {
        /// Each line stands for itself.
        lines: bool,
    },
    /// A heading and rows.
    Rows {
        /// What stands between two fields.
        delimiter: u8,
    },
    /// There is nothing in it.
    Empty,
    /// Something else.
    Other,
}

/// A stream of a file's text, unpacked, in UTF-8 and without a byte order mark.
pub(super) fn open(source: &Source) -> Result<Box<dyn BufRead + Send>, Error> {
    let failed = |error| Error::Open { path: source.path.clone(), source: error };
    let packed: Box<dyn Read + Send> = match &source.part {
        Part::Whole => Box::new(File::open(&source.path).map_err(failed)?),
        Part::Entry(entry) => entry.open(File::open(&source.path).map_err(failed)?).map_err(failed)?,
        Part::Nothing(why) => return Err(failed(io::Error::other(why.clone()))),
    };
    unpacked(packed, MOST_LAYERS).map_err(failed)
}

fn unpacked(input: Box<dyn Read + Send>, layers: usize) -> io::Result<Box<dyn BufRead + Send>> {
    let mut input = BufReader::with_capacity(AHEAD, input);
    let ahead = filled(&mut input)?;
    match ahead {
        [0x1F, 0x8B, ..] if layers > 0 => unpacked(Box::new(flate2::bufread::MultiGzDecoder::new(input)), layers - 1),
        [0x28, 0xB5, 0x2F, 0xFD, ..] if layers > 0 => {
            unpacked(Box::new(zstd::stream::read::Decoder::with_buffer(input)?), layers - 1)
        }
        ahead if is_workbook(ahead) => Err(io::Error::other("it is a spreadsheet; saved as CSV it can be read")),
        ahead if ahead.starts_with(archive::MAGIC) => {
            Err(io::Error::other("it is an archive that is damaged, or inside of another one"))
        }
        [0xEF, 0xBB, 0xBF, ..] => {
            input.consume(3);
            Ok(Box::new(input))
        }
        [0xFF, 0xFE, ..] | [b'{' | b'[' | b'"', 0, ..] => recoded(input, u16::from_le_bytes),
        [0xFE, 0xFF, ..] | [0, b'{' | b'[' | b'"', ..] => recoded(input, u16::from_be_bytes),
        _ => Ok(Box::new(input)),
    }
}

/// Whether a file is a spreadsheet, whatever its name.
pub(super) fn is_spreadsheet(path: &Path) -> bool {
    let mut begin = Vec::new();
    let read = File::open(path).and_then(|file| file.take(AHEAD as u64).read_to_end(&mut begin));
    read.is_ok() && is_workbook(&begin)
}

/// Whether a file that begins so is a spreadsheet: of Excel since 2007, of others, of Excel before.
fn is_workbook(begin: &[u8]) -> bool {
    const OLD: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    let has = |mark: &[u8]| begin.windows(mark.len()).any(|part| part == mark);
    let packed = begin.starts_with(archive::MAGIC);
    begin.starts_with(OLD)
        || packed && (has(b"xl/workbook.") || has(b"xl/worksheets/") || has(b"opendocument.spreadsheet"))
}

fn recoded(input: impl Read + Send + 'static, unit: fn([u8; 2]) -> u16) -> io::Result<Box<dyn BufRead + Send>> {
    let mut input = BufReader::with_capacity(AHEAD, Utf16::new(input, unit));
    if filled(&mut input)?.starts_with("\u{feff}".as_bytes()) {
        input.consume(3);
    }
    Ok(Box::new(input))
}

/// The first bytes of a stream. Looking at them takes nothing away.
fn filled<R: Read>(input: &mut BufReader<R>) -> io::Result<&[u8]> {
    // One read may give less than there is; for telling a packing four bytes are enough.
    input.fill_buf()
}

/// How a stream is laid out, by its first lines.
pub(super) fn layout(input: &mut dyn BufRead) -> io::Result<Layout> {
    let ahead = input.fill_buf()?;
    let Some(start) = ahead.iter().position(|byte| !byte.is_ascii_whitespace()) else {
        // White space at the beginning of a file that goes on behind it is nothing that exports have.
        return Ok(if ahead.len() < AHEAD { Layout::Empty } else { Layout::Other });
    };
    let ahead = &ahead[start..];
    Ok(match ahead[0] {
        b'{' | b'[' => Layout::Json { lines: is_by_line(ahead) },
        _ => rows(ahead).map_or(Layout::Other, |delimiter| Layout::Rows { delimiter }),
    })
}

/// Whether one of the first two lines is an object and nothing else.
fn is_by_line(ahead: &[u8]) -> bool {
    let is_record = |line: &[u8]| decode::members(bare(line)).is_ok();
    let mut lines = ahead.split(|byte| *byte == b'\n');
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    // Behind an open bracket the second line is an item of it.
    let opens = first.trim_ascii_end().ends_with(b"[") && !bare(first).is_empty() || Cut::opens_reply(first);
    is_record(first) || (!opens && is_record(second))
}

/// The delimiter of a heading; `None` if the first line is none.
fn rows(ahead: &[u8]) -> Option<u8> {
    let mut lines = ahead.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"#TYPE"));
    let first = lines.next()?;
    let declared = separator(first);
    let heading = if declared.is_some() { lines.next()? } else { first };
    let plain = heading.len() < AHEAD / 2
        && std::str::from_utf8(heading).is_ok_and(|text| text.trim_end().chars().all(|c| !c.is_control() || c == '\t'));
    let parts = |delimiter: &u8| heading.split(|byte| byte == delimiter).count();
    let delimiter = declared.or_else(|| [b',', b';', b'\t'].into_iter().max_by_key(parts))?;
    (plain && heading.contains(&delimiter)).then_some(delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(text: &str) -> Layout {
        layout(&mut text.as_bytes()).unwrap()
    }

    #[test]
    fn layouts_are_told_by_the_first_lines() {
        for (text, expected) in [
            ("", Layout::Empty),
            (" \n", Layout::Empty),
            ("{\"a\":1}\n{\"b\":2}", Layout::Json { lines: true }),
            ("{\"a\":\n{\"b\":2}\n", Layout::Json { lines: true }),
            ("[{\"a\":1},\n{\"b\":2}]", Layout::Json { lines: true }),
            ("[{\"a\":1},{\"b\":2}]", Layout::Json { lines: false }),
            ("{\n \"a\": 1\n}", Layout::Json { lines: false }),
            ("{\"value\":[\n{\"a\":1},\n{\"b\":2}]}", Layout::Json { lines: false }),
            ("{\"value\":[{\"a\":1},\n{\"b\":2}]}", Layout::Json { lines: false }),
            ("[\n{\"a\":1},\n{\"b\":2}]", Layout::Json { lines: true }),
            ("[\n  {\n", Layout::Json { lines: false }),
            ("a,b\r\n1,2", Layout::Rows { delimiter: b',' }),
            ("#TYPE Selected\n\"a, x\";b;c\n", Layout::Rows { delimiter: b';' }),
            ("sep=|\r\na,x|b\n", Layout::Rows { delimiter: b'|' }),
            ("hello\n", Layout::Other),
            ("\u{0}\u{1},\u{2}", Layout::Other),
            ("<html>", Layout::Other),
        ] {
            assert_eq!(laid_out(text), expected, "{text:?}");
        }
    }

    #[test]
    fn packings_and_encodings_come_off() {
        let text = "{\"a\":\"é😀\"}\n";
        let gzip = |bytes: &[u8]| {
            let mut packed = Vec::new();
            io::copy(&mut flate2::read::GzEncoder::new(bytes, flate2::Compression::fast()), &mut packed).unwrap();
            packed
        };
        let units = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(order).collect()
        };
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            gzip(text.as_bytes()),
            gzip(&gzip(format!("\u{feff}{text}").as_bytes())),
            [gzip(&text.as_bytes()[..5]), gzip(&text.as_bytes()[5..])].concat(),
            zstd::encode_all(text.as_bytes(), 1).unwrap(),
            units(u16::to_le_bytes),
            units(u16::to_be_bytes),
            units(u16::to_le_bytes)[2..].to_vec(),
        ] {
            let mut read = String::new();
            unpacked(Box::new(io::Cursor::new(bytes)), MOST_LAYERS).unwrap().read_to_string(&mut read).unwrap();
            assert_eq!(read, text);
        }
    }
}
