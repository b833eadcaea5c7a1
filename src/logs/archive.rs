//! Reads one file of an archive as a stream, and checks at its end that it is what was packed.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

/// One entry of an archive as a stream of its own.
pub(super) fn entry(file: &File, at: usize) -> io::Result<Box<dyn Read + Send>> {
    let mut archive = ZipArchive::new(file.try_clone()?).map_err(io::Error::other)?;
    let entry = archive.by_index_raw(at).map_err(io::Error::other)?;
    let (start, length, method) = (entry.data_start(), entry.compressed_size(), entry.compression());
    let expected = (entry.size(), entry.crc32());
    if entry.encrypted() {
        return Err(io::Error::other("the archive is encrypted"));
    }
    drop(entry);
    let start = start.ok_or_else(|| io::Error::other("the archive does not say where its entry is"))?;
    let mut file = archive.into_inner();
    file.seek(SeekFrom::Start(start))?;
    let data = file.take(length);
    match method {
        CompressionMethod::Stored => Ok(Box::new(Checked::new(data, expected))),
        CompressionMethod::Deflated => Ok(Box::new(Checked::new(DeflateDecoder::new(data), expected))),
        other => Err(io::Error::other(format!("the archive is packed by {other}"))),
    }
}

/// A stream that ends in an error if it was not the expected one.
struct Checked<R> {
    input: R,
    /// Its length and checksum.
    expected: (u64, u32),
    length: u64,
    sum: Crc,
}

impl<R: Read> Checked<R> {
    fn new(input: R, expected: (u64, u32)) -> Self {
        Self { input, expected, length: 0, sum: Crc::new() }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        self.sum.update(&into[..count]);
        self.length += count as u64;
        if count == 0 && !into.is_empty() && (self.length, self.sum.sum()) != self.expected {
            return Err(io::Error::other("the archive is damaged: this is not what was packed"));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// Packs a text, changes a byte of the archive and reads the text again.
    fn reread(method: CompressionMethod, damage: impl FnOnce(&mut Vec<u8>)) -> io::Result<String> {
        let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        archive.start_file("a.json", options).unwrap();
        archive.write_all(b"hello hello hello").unwrap();
        let mut bytes = archive.finish().unwrap().into_inner();
        damage(&mut bytes);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let mut text = String::new();
        entry(&file, 0)?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn an_entry_that_is_not_what_was_packed_ends_in_an_error() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            assert_eq!(reread(method, |_| {}).unwrap(), "hello hello hello");
        }
        let at = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).rposition(|part| part == what).unwrap();
        let changed = reread(CompressionMethod::Stored, |bytes| {
            let text = at(bytes, b"hello");
            bytes[text] = b'j';
        });
        assert!(changed.unwrap_err().to_string().contains("damaged"));
        // The directory at the end says how long the entry was.
        let longer = reread(CompressionMethod::Deflated, |bytes| {
            let directory = at(bytes, b"PK\x01\x02");
            bytes[directory + 24] += 1;
        });
        assert!(longer.unwrap_err().to_string().contains("damaged"));
    }
}
