//! Rows under a heading: what portals and PowerShell export. Each becomes a JSON object of its filled fields.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use csv::{ByteRecord, ReaderBuilder};

use super::{MAX_RECORD, Piece};

/// The column that holds the whole record, in exports of the unified audit log.
const WHOLE: &[u8] = b"auditdata";

/// The rows of a file.
pub(super) struct Rows {
    rows: csv::Reader<Bounded>,
    read: Arc<AtomicUsize>,
    row: ByteRecord,
    heading: Option<Vec<String>>,
    /// Lines end in two characters, of which the reader leaves the second to the next row: its count is late by one.
    late: Option<bool>,
    whole: Option<usize>,
    failed: bool,
}

/// Ends in an error if a row grows too long: a quote that is never closed would take the rest of the file.
struct Bounded {
    input: Box<dyn BufRead + Send>,
    /// Bytes since the last row.
    read: Arc<AtomicUsize>,
}

impl Read for Bounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        if self.read.fetch_add(count, Relaxed) > MAX_RECORD {
            return Err(io::Error::other("a row is too long: a quote may not be closed"));
        }
        Ok(count)
    }
}

impl Rows {
    pub(super) fn new(input: Box<dyn BufRead + Send>, delimiter: u8) -> Self {
        let read = Arc::new(AtomicUsize::new(0));
        let bounded = Bounded { input, read: Arc::clone(&read) };
        let rows = ReaderBuilder::new().flexible(true).has_headers(false).delimiter(delimiter).from_reader(bounded);
        Self { rows, read, row: ByteRecord::new(), heading: None, late: None, whole: None, failed: false }
    }

    /// The next row as a JSON object, which replaces what is in `record`.
    pub(super) fn next(&mut self, record: &mut Vec<u8>) -> Option<Piece> {
        loop {
            let line = self.rows.position().line();
            match self.rows.read_byte_record(&mut self.row) {
                _ if self.failed => return None,
                Ok(false) => return None,
                Ok(true) => {}
                Err(error) => {
                    self.failed = true;
                    return Some(Piece::Bad(line, format!("the file cannot be read on: {error}")));
                }
            }
            self.read.store(0, Relaxed);
            let late = *self.late.get_or_insert(self.rows.position().line() == line);
            let line = self.row.position().map_or(line, csv::Position::line) + u64::from(late);
            if self.heading.is_some() {
                self.object(record);
                return Some(Piece::Object(line));
            }
            // PowerShell writes the type of its objects first.
            if !self.row.get(0).is_some_and(|field| field.starts_with(b"#TYPE")) {
                self.begin();
            }
        }
    }

    fn begin(&mut self) {
        let heading: Vec<String> =
            self.row.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        self.whole = heading.iter().position(|name| name.as_bytes().eq_ignore_ascii_case(WHOLE));
        self.heading = Some(heading);
    }

    fn object(&self, record: &mut Vec<u8>) {
        record.clear();
        let whole = self.whole.and_then(|at| self.row.get(at)).map(<[u8]>::trim_ascii).filter(|text| !text.is_empty());
        if let Some(whole) = whole {
            record.extend_from_slice(whole);
            return;
        }
        let mut fields = serde_json::Map::new();
        for (name, value) in self.heading.iter().flatten().zip(&self.row).filter(|(_, value)| !value.is_empty()) {
            // Of two columns of one name the first stands.
            fields.entry(name.as_str()).or_insert_with(|| String::from_utf8_lossy(value).into_owned().into());
        }
        record.extend_from_slice(serde_json::Value::Object(fields).to_string().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, delimiter: u8) -> Vec<(u64, String)> {
        let mut rows = Rows::new(Box::new(io::Cursor::new(text.as_bytes().to_vec())), delimiter);
        let mut record = Vec::new();
        let mut all = Vec::new();
        while let Some(piece) = rows.next(&mut record) {
            all.push(match piece {
                Piece::Object(line) => (line, String::from_utf8(record.clone()).unwrap()),
                Piece::Bad(line, _) => (line, "bad".into()),
            });
        }
        all
    }

    #[test]
    fn rows_are_objects_of_their_filled_fields() {
        let text = "\"A\", B ,C\r\n1,\"x \"\"y\"\"\nz\",\r\n2\r\n,,3,4\r\n";
        assert_eq!(
            read(text, b','),
            [(2, r#"{"A":"1","B":"x \"y\"\nz"}"#.into()), (4, r#"{"A":"2"}"#.into()), (5, r#"{"C":"3"}"#.into())]
        );
    }

    #[test]
    fn the_audit_data_are_the_record() {
        let text = "#TYPE Selected.X\n\"RecordType\";\"AuditData\"\n\"1\";\"{\"\"a\"\":1}\"\n\"2\";\n";
        assert_eq!(read(text, b';'), [(3, r#"{"a":1}"#.into()), (4, r#"{"RecordType":"2"}"#.into())]);
    }
}
