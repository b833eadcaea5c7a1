//! Opens a file: takes off its packing and its encoding.

use std::io::{self, BufRead, BufReader, Read};

use super::archive;
use super::error::Error;
use super::file_ref::{FileRef, Part};
use super::opened::Opened;
use super::packed::{AHEAD, bare, filled};
use super::place::Place;
use super::tar;
use super::utf16::Utf16;

/// A stream of a file's text, unpacked, in UTF-8 and without a byte order mark.
pub(crate) fn open(source: &FileRef) -> Result<Box<dyn BufRead + Send>, Error> {
    let failed = |error| Error::Open { path: source.place.shown(), source: error };
    let input = || Opened::open(&source.place).map_err(failed);
    let packed: Box<dyn Read + Send> = match &source.part {
        Part::Whole => Box::new(input()?),
        Part::Entry(entry) => entry.open(input()?).map_err(failed)?,
        Part::Member(member) => member.open(input()?).map_err(failed)?,
        Part::Nothing(why) => return Err(failed(io::Error::other(why.clone()))),
    };
    unpacked(packed).map_err(failed)
}

fn unpacked(input: Box<dyn Read + Send>) -> io::Result<Box<dyn BufRead + Send>> {
    let mut input = bare(input)?;
    match filled(&mut input)? {
        ahead if is_workbook(ahead) => Err(io::Error::other("it is a spreadsheet; save it as CSV to read it")),
        ahead if ahead.starts_with(archive::MAGIC) => {
            Err(io::Error::other("it is a damaged archive, or an archive inside another"))
        }
        ahead if tar::is_tape(ahead) => {
            Err(io::Error::other("it is an archive inside another, or one that is not named .tar"))
        }
        [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => Err(io::Error::other("it is a 7z archive; unpack it first")),
        [b'R', b'a', b'r', b'!', 0x1A, 0x07, ..] => Err(io::Error::other("it is a RAR archive; unpack it first")),
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
        let bzip2 = |bytes: &[u8]| {
            let mut packed = Vec::new();
            bzip2::read::BzEncoder::new(bytes, bzip2::Compression::fast()).read_to_end(&mut packed).unwrap();
            packed
        };
        let xz = |bytes: &[u8]| {
            let mut packed = Vec::new();
            liblzma::read::XzEncoder::new(bytes, 1).read_to_end(&mut packed).unwrap();
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
            bzip2(text.as_bytes()),
            [bzip2(&text.as_bytes()[..5]), bzip2(&text.as_bytes()[5..])].concat(),
            xz(text.as_bytes()),
            [xz(&text.as_bytes()[..5]), xz(&text.as_bytes()[5..])].concat(),
            gzip(&xz(&bzip2(text.as_bytes()))),
            units(u16::to_le_bytes),
            units(u16::to_be_bytes),
            units(u16::to_le_bytes)[2..].to_vec(),
        ] {
            let mut read = String::new();
            unpacked(Box::new(io::Cursor::new(bytes))).unwrap().read_to_string(&mut read).unwrap();
            assert_eq!(read, text);
        }
    }

    #[test]
    fn what_is_cut_ends_in_an_error_and_a_hostile_size_is_refused() {
        let text: Vec<u8> = (0..40_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
        let mut all: Vec<Vec<u8>> = vec![Vec::new(), Vec::new(), Vec::new(), zstd::encode_all(&text[..], 1).unwrap()];
        flate2::read::GzEncoder::new(&text[..], flate2::Compression::fast()).read_to_end(&mut all[0]).unwrap();
        bzip2::read::BzEncoder::new(&text[..], bzip2::Compression::fast()).read_to_end(&mut all[1]).unwrap();
        liblzma::read::XzEncoder::new(&text[..], 1).read_to_end(&mut all[2]).unwrap();
        let read = |bytes: Vec<u8>| {
            let mut read = Vec::new();
            unpacked(Box::new(io::Cursor::new(bytes)))?.read_to_end(&mut read).map(|_| read)
        };
        for packed in all {
            assert!(read(packed.clone()).unwrap() == text, "the control: whole, it is read");
            for part in [2, 3] {
                let cut = packed[..packed.len() * (part - 1) / part].to_vec();
                assert!(read(cut).is_err(), "{:?} cut to {}/{part}", &packed[..4], part - 1);
            }
            assert!(read(packed[..packed.len() - 1].to_vec()).is_err(), "{:?} without its last byte", &packed[..4]);
        }
        let mut options = liblzma::stream::LzmaOptions::new_preset(0).unwrap();
        options.dict_size(1 << 30);
        let mut filters = liblzma::stream::Filters::new();
        filters.lzma2(&options);
        let stream = liblzma::stream::Stream::new_stream_encoder(&filters, liblzma::stream::Check::Crc32).unwrap();
        let mut huge = Vec::new();
        liblzma::read::XzEncoder::new_stream(&text[..10], stream).read_to_end(&mut huge).unwrap();
        assert!(read(huge).is_err(), "a gigabyte of memory was given to ten bytes");
    }
}
