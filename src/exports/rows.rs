//! Rows under a heading: what portals and PowerShell export. Each becomes a JSON object of its filled fields.
//!
//! A row that does not fit its heading is bad, and so is a heading that no export has: its columns cannot be told.

use std::io::BufRead;

use super::framing::{Fields, Frame, Row};
use super::recognise::is_heading;

/// Why a first row is none. It may be one of a log.
const NO_HEADING: &str = "it is not the heading of a known export; if it is a log, SELECT * FROM 'FILE' reads it";

/// The column that holds the whole record, in exports of the unified audit log.
const WHOLE: &[u8] = b"auditdata";

/// The rows of a file.
pub(super) struct HeadedRows {
    fields: Fields,
    row: Row,
    heading: Option<Heading>,
}

/// The names of the columns.
struct Heading {
    names: Vec<Vec<u8>>,
    /// The column before it that has the same name.
    twins: Vec<Option<usize>>,
    /// The column that holds the whole record.
    whole: Option<usize>,
}

impl HeadedRows {
    pub(super) fn new(input: Box<dyn BufRead + Send>, delimiter: u8) -> Self {
        Self { fields: Fields::new(input, delimiter), row: Row::default(), heading: None }
    }

    /// The next row as a JSON object, which replaces what is in `record`.
    pub(super) fn next(&mut self, record: &mut Vec<u8>) -> Option<Frame> {
        loop {
            let read = self.fields.next(&mut self.row)?;
            let line = self.fields.line();
            let frame = match read {
                Ok(()) => self.frame(line, record),
                Err(why) => Some(Frame::Bad(line, why)),
            };
            if frame.is_some() {
                return frame;
            }
        }
    }

    /// The names of the columns, once they have been read.
    pub(super) fn names(&self) -> Vec<String> {
        self.heading.as_ref().map(Heading::texts).unwrap_or_default()
    }

    /// Whether the record given last is an object of the row's fields, and not what one of them holds.
    pub(super) fn is_of_fields(&self) -> bool {
        self.heading.as_ref().is_some_and(|heading| heading.whole(&self.row).is_none())
    }

    /// What a row is; `None` if it is no record but speaks of those that follow.
    fn frame(&mut self, line: u64, record: &mut Vec<u8>) -> Option<Frame> {
        let Some(heading) = &self.heading else {
            return if is_preamble(&self.row) { None } else { self.begin(line) };
        };
        // Files that were joined have it again; a blank line between them is no row either.
        let blank = self.row.len() == 1 && self.row.iter().all(|field| field.trim_ascii().is_empty());
        if blank || heading.is(&self.row) {
            return None;
        }
        Some(match heading.object(&self.row, record) {
            Ok(()) => Frame::Object(line),
            Err(why) => Frame::Bad(line, why),
        })
    }

    fn begin(&mut self, line: u64) -> Option<Frame> {
        let heading = Heading::new(&self.row);
        let known = is_heading(&heading.texts());
        self.heading = Some(heading);
        (!known).then(|| Frame::Bad(line, NO_HEADING.into()))
    }
}

impl Heading {
    fn new(row: &Row) -> Self {
        let names: Vec<Vec<u8>> = row.iter().map(|name| plain(name).to_vec()).collect();
        let twins = (0..names.len()).map(|at| names[..at].iter().rposition(|name| *name == names[at])).collect();
        let whole = names.iter().position(|name| name.eq_ignore_ascii_case(WHOLE));
        Self { names, twins, whole }
    }

    fn texts(&self) -> Vec<String> {
        self.names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }

    fn is(&self, row: &Row) -> bool {
        row.len() == self.names.len() && row.iter().zip(&self.names).all(|(field, name)| plain(field) == name)
    }

    /// The record that a row holds whole. PowerShell may have written the name of a type in its place, or nothing: then the
    /// other columns are all there is.
    fn whole<'r>(&self, row: &'r Row) -> Option<&'r [u8]> {
        let text = row.get(self.whole?)?.trim_ascii();
        (text.starts_with(b"{") && text != b"{}").then_some(text)
    }

    /// A row as an object of its filled fields, or as what its column of whole records holds.
    fn object(&self, row: &Row, record: &mut Vec<u8>) -> Result<(), String> {
        record.clear();
        if row.len() != self.names.len() {
            return Err(format!("it has {} field(s) under a heading of {}", row.len(), self.names.len()));
        }
        if let Some(whole) = self.whole(row) {
            record.extend_from_slice(whole);
            return Ok(());
        }
        record.push(b'{');
        for (at, value) in row.iter().enumerate().filter(|(_, value)| !value.is_empty()) {
            if self.stands_before(at, row) {
                continue;
            }
            if record.len() > 1 {
                record.push(b',');
            }
            quote(&self.names[at], record);
            record.push(b':');
            quote(value, record);
        }
        record.push(b'}');
        Ok(())
    }

    /// Whether a filled column before this one has its name: of two the first stands.
    fn stands_before(&self, mut at: usize, row: &Row) -> bool {
        while let Some(twin) = self.twins[at] {
            if row.get(twin).is_some_and(|field| !field.is_empty()) {
                return true;
            }
            at = twin;
        }
        false
    }
}

/// Whether a row stands before the heading: PowerShell writes the type of its objects first, others the delimiter.
fn is_preamble(row: &Row) -> bool {
    let first = row.get(0).unwrap_or_default();
    let declares = first.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"sep="));
    first.starts_with(b"#TYPE") || (declares && row.iter().skip(1).all(<[u8]>::is_empty))
}

/// A name without what the beginning of a file puts around it.
fn plain(name: &[u8]) -> &[u8] {
    let name = name.trim_ascii();
    match name.strip_prefix("\u{feff}".as_bytes()) {
        Some(name) => name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(name),
        None => name,
    }
}

/// Writes a JSON string. Bytes that are no text stay as they are: whoever reads the value counts them.
fn quote(text: &[u8], into: &mut Vec<u8>) {
    into.push(b'"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => into.extend([b'\\', byte]),
            b'\n' => into.extend(b"\\n"),
            b'\r' => into.extend(b"\\r"),
            b'\t' => into.extend(b"\\t"),
            0..0x20 => into.extend(format!("\\u{byte:04x}").bytes()),
            _ => into.push(byte),
        }
    }
    into.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, delimiter: u8) -> Vec<(u64, String)> {
        let mut rows = HeadedRows::new(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), delimiter);
        let mut record = Vec::new();
        let mut all = Vec::new();
        while let Some(frame) = rows.next(&mut record) {
            all.push(match frame {
                Frame::Object(line) => (line, String::from_utf8(record.clone()).unwrap()),
                Frame::Bad(line, why) => (line, why),
            });
        }
        all
    }

    fn row(line: u64, text: &str) -> (u64, String) {
        (line, text.to_owned())
    }

    #[test]
    fn rows_are_objects_of_their_filled_fields() {
        let text = "\"Type\", B ,C,C\r\n1,\"x \"\"y\"\"\nz\t\u{1}\\\",,\r\n2,,,4\r\n,,3,4\r\n";
        assert_eq!(
            read(text, b','),
            [
                row(2, r#"{"Type":"1","B":"x \"y\"\nz\t\u0001\\"}"#),
                row(4, r#"{"Type":"2","C":"4"}"#),
                row(5, r#"{"C":"3"}"#)
            ]
        );
    }

    #[test]
    fn the_audit_data_are_the_record() {
        let text = "#TYPE Selected.X\n\"RecordType\";\"AuditData\"\n\"1\";\"{\"\"a\"\":1}\"\n\"2\";\n";
        assert_eq!(read(text, b';'), [row(3, r#"{"a":1}"#), row(4, r#"{"RecordType":"2"}"#)]);
    }

    #[test]
    fn rows_that_do_not_fit_their_heading_are_bad() {
        assert_eq!(
            read("Type,B\n1,2\n1\n1,2,3\n3,4", b','),
            [
                row(2, r#"{"Type":"1","B":"2"}"#),
                row(3, "it has 1 field(s) under a heading of 2"),
                row(4, "it has 3 field(s) under a heading of 2"),
                row(5, r#"{"Type":"3","B":"4"}"#)
            ]
        );
        // What a row holds whole may have been moved there by a comma without quotes.
        let rows = read("RecordType,AuditData,B\n1,\"{\"\"a\"\":1}\",x\n1,\"{}\",x,y\n1,\"{}\"\n", b',');
        assert_eq!(
            rows,
            [
                row(2, r#"{"a":1}"#),
                row(3, "it has 4 field(s) under a heading of 3"),
                row(4, "it has 2 field(s) under a heading of 3")
            ]
        );
    }

    #[test]
    fn the_heading_is_told_by_its_own_line() {
        for (text, line) in [("a,b#", 1), ("##a,b#1,2#", 3), ("sep=,#a,b#", 2)] {
            for end in ["\n", "\r\n"] {
                let rows = read(&text.replace('#', end), b',');
                assert_eq!(rows[0], row(line, NO_HEADING), "{text} {end:?}");
            }
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_is_told() {
        let why = "its last quote is not closed: nothing after it was read";
        for end in ["", "\n", "\n5,6\n"] {
            let text = format!("Type,B\n1,2\n3,\"4{end}");
            assert_eq!(read(&text, b','), [row(2, r#"{"Type":"1","B":"2"}"#), row(3, why)], "{text}");
        }
        // One that stands in the middle of a field is a character.
        assert_eq!(read("Type,B\n1,5\" x", b','), [row(2, r#"{"Type":"1","B":"5\" x"}"#)]);
        assert_eq!(read("Type,B\n1,\"x\"", b','), [row(2, r#"{"Type":"1","B":"x"}"#)]);
    }

    #[test]
    fn what_is_before_and_between_the_rows_is_no_row() {
        for text in [
            "sep=,\nType,B\n1,2\n",
            "\"SEP=,\"\r\n\"Type\",B\r\n1,2\r\n",
            "Type,B\n1,2\n \nType,\"B\"\n",
            "\"Type\",B\n\u{feff}\"Type\",B\n1,2\n",
        ] {
            let rows: Vec<_> = read(text, b',').into_iter().map(|(_, row)| row).collect();
            assert_eq!(rows, [r#"{"Type":"1","B":"2"}"#], "{text}");
        }
    }

    #[test]
    fn a_heading_of_no_export_is_bad() {
        let rows = read("2026-04-01,\"ada@contoso.example\",15\n", b',');
        assert_eq!(rows, [row(1, NO_HEADING)]);
        assert_eq!(read("CreationTime,Operation\n", b','), []);
    }

    #[test]
    fn bytes_that_are_no_text_are_kept_for_the_decoder_to_count() {
        let mut rows = HeadedRows::new(Box::new(std::io::Cursor::new(b"Type,B\n1,M\xFCnchen\n".to_vec())), b',');
        let mut record = Vec::new();
        assert!(matches!(rows.next(&mut record), Some(Frame::Object(2))));
        assert_eq!(record, b"{\"Type\":\"1\",\"B\":\"M\xFCnchen\"}");
    }
}
