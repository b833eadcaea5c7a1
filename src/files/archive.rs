//! Lists the files of an archive, reads one of them as a stream, and checks at its end that it is what was packed.
//!
//! The directory is read once, when the archive is listed: what it says of an entry travels with the entry. To read it anew
//! for each entry takes a time that grows with the square of their number.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

/// How an archive begins, and how an entry does.
pub(super) const MAGIC: &[u8] = b"PK\x03\x04";
/// Bytes before an entry's name.
const HEADER: usize = 30;

/// A file of an archive, as its directory has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name.
    pub(super) name: String,
    /// Where its header begins.
    header: u64,
    /// Bytes that it takes in the archive.
    packed: u64,
    /// Its length and checksum.
    expected: (u64, u32),
    method: CompressionMethod,
    encrypted: bool,
}

/// What an archive holds.
#[derive(Debug)]
pub(super) struct Directory {
    /// Its files, in the order in which they were packed.
    pub(super) entries: Vec<Entry>,
    /// Some have one name: all but one of these are hidden.
    pub(super) hides: bool,
    /// Something stands before it, such as another archive, whose files are none of its own.
    pub(super) is_behind: bool,
}

/// Reads the directory of an archive.
pub(super) fn directory(file: impl Read + Seek) -> io::Result<Directory> {
    let archive = ZipArchive::new(BufReader::new(file)).map_err(io::Error::other)?;
    let mut entries = Vec::with_capacity(archive.len());
    for at in 0..archive.len() {
        let entry = archive.by_index_data(at).map_err(io::Error::other)?;
        if entry.is_dir() {
            continue;
        }
        entries.push(Entry {
            name: entry.name().map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), Into::into),
            header: entry.header_start(),
            packed: entry.compressed_size(),
            expected: (entry.size(), entry.crc32()),
            method: entry.compression(),
            encrypted: entry.encrypted(),
        });
    }
    Ok(Directory { entries, hides: archive.has_duplicate_names(), is_behind: archive.offset() > 0 })
}

impl Entry {
    /// The entry as a stream of its own.
    pub(super) fn open(&self, mut file: impl Read + Seek + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
        if self.encrypted {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "the archive is encrypted"));
        }
        let mut header = [0; HEADER];
        file.seek(SeekFrom::Start(self.header))?;
        file.read_exact(&mut header)?;
        if !header.starts_with(MAGIC) {
            return Err(io::Error::other("the archive is damaged: there is no file where its directory says"));
        }
        // The name and the extra field stand between the header and the data; the directory's own may differ in length.
        let length = |at: usize| i64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        file.seek(SeekFrom::Current(length(26) + length(28)))?;
        let data = file.take(self.packed);
        match self.method {
            CompressionMethod::Stored => Ok(Box::new(Checked::new(data, self.expected))),
            CompressionMethod::Deflated => Ok(Box::new(Checked::new(DeflateDecoder::new(data), self.expected))),
            other => Err(io::Error::other(format!("the archive is compressed with {other}"))),
        }
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
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    /// An archive of these files.
    fn archive(method: CompressionMethod, names: impl Iterator<Item = String>, text: &[u8]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        for name in names {
            archive.start_file(name, options).unwrap();
            archive.write_all(text).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    /// Packs a text, changes a byte of the archive and reads the text again.
    fn reread(method: CompressionMethod, damage: impl FnOnce(&mut Vec<u8>)) -> io::Result<String> {
        let mut bytes = archive(method, std::iter::once("a.json".to_owned()), b"hello hello hello");
        damage(&mut bytes);
        let mut text = String::new();
        let entry = directory(io::Cursor::new(&bytes))?.entries.remove(0);
        entry.open(io::Cursor::new(bytes))?.read_to_string(&mut text)?;
        Ok(text)
    }

    /// Counts what is read through it.
    struct Counted(io::Cursor<Vec<u8>>, Arc<AtomicUsize>, Arc<AtomicUsize>);

    impl Read for Counted {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.0.read(into)?;
            self.1.fetch_add(1, Relaxed);
            self.2.fetch_add(count, Relaxed);
            Ok(count)
        }
    }

    impl Seek for Counted {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn what_is_read_grows_with_the_number_of_entries_and_not_with_its_square() {
        let cost = |count: usize| {
            let bytes = archive(CompressionMethod::Deflated, (0..count).map(|n| format!("{n:06}.json")), b"{}");
            let (reads, read) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
            let file = || Counted(io::Cursor::new(bytes.clone()), Arc::clone(&reads), Arc::clone(&read));
            let entries = directory(file()).unwrap().entries;
            assert_eq!(entries.len(), count);
            for entry in &entries {
                let mut text = String::new();
                entry.open(file()).unwrap().read_to_string(&mut text).unwrap();
                assert_eq!(text, "{}");
            }
            (reads.load(Relaxed), read.load(Relaxed))
        };
        let (few, many) = (cost(100), cost(800));
        assert!(many.0 < 10 * few.0 && many.1 < 10 * few.1, "{few:?} {many:?}");
    }

    #[test]
    fn files_of_one_name_are_told() {
        let two = archive(CompressionMethod::Stored, ["a.json", "b.json"].map(String::from).into_iter(), b"{}");
        assert!(!directory(io::Cursor::new(&two)).unwrap().hides);
        let mut one = two;
        while let Some(at) = one.windows(6).position(|name| name == b"b.json") {
            one[at] = b'a';
        }
        assert!(directory(io::Cursor::new(one)).unwrap().hides);
    }

    #[test]
    fn an_archive_behind_another_is_told() {
        let one = archive(CompressionMethod::Stored, std::iter::once("a.json".to_owned()), b"{}");
        let other = archive(CompressionMethod::Stored, std::iter::once("b.json".to_owned()), b"[]");
        assert!(!directory(io::Cursor::new(&one)).unwrap().is_behind);
        let both = [one, other].concat();
        let Directory { entries, is_behind, .. } = directory(io::Cursor::new(&both)).unwrap();
        assert_eq!((entries.len(), is_behind), (1, true));
        let mut text = String::new();
        entries[0].open(io::Cursor::new(both)).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!((entries[0].name.as_str(), text.as_str()), ("b.json", "[]"));
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
