//! Opens a file: takes off its packing and its encoding.

use std::io::{self, BufRead, BufReader, Read};

use super::archive;
use super::error::Error;
use super::file_ref::{FileRef, Part};
use super::opened::Opened;
use super::place::Place;
use super::utf16::Utf16;

/// How much of a text can be looked at before it is read.
pub(crate) const AHEAD: usize = 1 << 20;
/// A packing inside a packing.
const MOST_LAYERS: usize = 3;

/// A stream of a file's text, unpacked, in UTF-8 and without a byte order mark.
pub(crate) fn open(source: &FileRef) -> Result<Box<dyn BufRead + Send>, Error> {
    let failed = |error| Error::Open { path: source.place.shown(), source: error };
    let input = || Opened::open(&source.place).map_err(failed);
    let packed: Box<dyn Read + Send> = match &source.part {
        Part::Whole => Box::new(input()?),
        Part::Entry(entry) => entry.open(input()?).map_err(failed)?,
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
        ahead if is_workbook(ahead) => Err(io::Error::other("it is a spreadsheet; save it as CSV to read it")),
        ahead if ahead.starts_with(archive::MAGIC) => {
            Err(io::Error::other("it is a damaged archive, or an archive inside another"))
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
pub(super) fn is_spreadsheet(place: &Place) -> bool {
    let mut begin = Vec::new();
    let read = Opened::open(place).and_then(|file| file.take(AHEAD as u64).read_to_end(&mut begin));
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

#[cfg(test)]
mod tests {
    use super::*;

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
