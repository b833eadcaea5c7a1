//! Whether an Avro file is whole. Its reader takes the end of the bytes for the end of the file, wherever they end.
//!
//! Source: Apache Avro 1.12 specification, Object Container Files: a heading, then blocks, each a count of records, a size in
//! bytes, that many bytes, and the sixteen bytes of the heading's mark again.

use std::io::{self, BufRead, BufReader, Read, Seek};

/// Bytes of the mark behind the heading and behind each block.
const MARK: usize = 16;

/// What is missing at the end of a file, or out of step in it; `None` for a whole one. Only the frames of blocks are read.
///
/// # Errors
/// When it cannot be read.
pub(super) fn missing(file: impl Read + Seek) -> io::Result<Option<String>> {
    let mut file = Frames { input: BufReader::new(file), at: 0 };
    match file.blocks() {
        Ok(()) => Ok(None),
        Err(Fault::Read(error)) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error),
        Err(Fault::Read(_)) => Ok(Some(format!("it ends within the block that begins at byte {}", file.at))),
        Err(Fault::Frame) => Ok(Some(format!("the block that begins at byte {} is damaged", file.at))),
    }
}

enum Fault {
    Read(io::Error),
    Frame,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

struct Frames<R: Read + Seek> {
    input: BufReader<R>,
    /// Where the block begins that is looked at.
    at: u64,
}

impl<R: Read + Seek> Frames<R> {
    fn blocks(&mut self) -> Result<(), Fault> {
        // The heading: four bytes, then names with values in blocks of their own, of which one without pairs is the last.
        self.skip(4)?;
        loop {
            let pairs = self.long()?;
            if pairs == 0 {
                break;
            }
            // A negative count is followed by the size of its pairs.
            if pairs < 0 {
                let size = self.size()?;
                self.skip(size)?;
                continue;
            }
            for _ in 0..2 * pairs {
                let size = self.size()?;
                self.skip(size)?;
            }
        }
        let mark = self.mark()?;
        loop {
            self.at = self.input.stream_position()?;
            if self.input.fill_buf()?.is_empty() {
                return Ok(());
            }
            if self.long()? < 0 {
                return Err(Fault::Frame);
            }
            let size = self.size()?;
            self.skip(size)?;
            if self.mark()? != mark {
                return Err(Fault::Frame);
            }
        }
    }

    fn mark(&mut self) -> io::Result<[u8; MARK]> {
        let mut mark = [0; MARK];
        self.input.read_exact(&mut mark)?;
        Ok(mark)
    }

    /// A number in zigzag and groups of seven bits, the lowest first.
    fn long(&mut self) -> Result<i64, Fault> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let mut byte = [0];
            self.input.read_exact(&mut byte)?;
            number |= u64::from(byte[0] & 127) << shift;
            if byte[0] < 128 {
                return Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed());
            }
        }
        Err(Fault::Frame)
    }

    fn size(&mut self) -> Result<i64, Fault> {
        let size = self.long()?;
        if size < 0 { Err(Fault::Frame) } else { Ok(size) }
    }

    /// Goes on behind so many bytes. A place behind the end is found by the next read.
    fn skip(&mut self, bytes: i64) -> Result<(), Fault> {
        self.input.seek_relative(bytes).map_err(|_| Fault::Frame)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// A heading with one pair and two blocks of three and two hundred bytes.
    fn whole() -> Vec<u8> {
        let mut file = b"Obj\x01".to_vec();
        file.extend([2, 2, b'k', 2, b'v', 0]);
        file.extend([7; MARK]);
        file.extend([2, 6, 1, 2, 3]);
        file.extend([7; MARK]);
        // Two hundred is 400 in zigzag: 0x90 0x03.
        file.extend([4, 0x90, 0x03]);
        file.extend([9; 200]);
        file.extend([7; MARK]);
        file
    }

    #[test]
    fn a_whole_file_misses_nothing_and_a_cut_one_says_where() {
        let (file, heading) = (whole(), 26);
        let ends = [heading, heading + 5 + MARK, file.len()];
        for length in 4..=file.len() {
            let missing = missing(Cursor::new(&file[..length])).unwrap();
            // A file that ends behind a block is not told from a shorter one.
            assert_eq!(missing.is_none(), ends.contains(&length), "{length}: {missing:?}");
        }
        let cut = missing(Cursor::new(&file[..file.len() - 1])).unwrap().unwrap();
        assert_eq!(cut, format!("it ends within the block that begins at byte {}", heading + 5 + MARK));
    }

    #[test]
    fn a_mark_that_is_another_and_a_size_that_is_none_are_damage() {
        let mut file = whole();
        *file.last_mut().unwrap() = 8;
        assert!(missing(Cursor::new(&file)).unwrap().unwrap().ends_with("is damaged"));
        let mut file = whole();
        // The size of the first block: minus one.
        file[27] = 1;
        assert!(missing(Cursor::new(&file)).unwrap().unwrap().ends_with("is damaged"));
        let mut file = whole();
        file.extend([0xff; 11]);
        assert!(missing(Cursor::new(&file)).unwrap().unwrap().ends_with("is damaged"));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk"))
            }
        }
        impl Seek for Broken {
            fn seek(&mut self, _: io::SeekFrom) -> io::Result<u64> {
                Ok(0)
            }
        }
        assert!(missing(Broken).is_err());
    }
}
