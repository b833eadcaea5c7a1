//! Splits a row into its fields. What quotes mean, `csv_core` knows.

use std::borrow::Cow;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// The fields of a row.
#[derive(Debug)]
pub(in crate::logs::formats) struct Splitter {
    delimiter: u8,
    core: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    /// Of the fields that were split last, which stand in quotes; those beyond do not.
    quoted: Vec<bool>,
}

impl Splitter {
    pub(in crate::logs::formats) fn new(delimiter: u8) -> Self {
        let core = ReaderBuilder::new().delimiter(delimiter).build();
        Self { delimiter, core, text: Vec::new(), ends: Vec::new(), quoted: Vec::new() }
    }

    /// Whether a field of the row that was split last stands in quotes.
    pub(in crate::logs::formats) fn is_quoted(&self, field: usize) -> bool {
        self.quoted.get(field).copied().unwrap_or_default()
    }

    /// The fields, in place of those that were there.
    pub(in crate::logs::formats) fn split<'a>(&mut self, row: &'a str, fields: &mut Vec<Cow<'a, str>>) {
        fields.clear();
        self.quoted.clear();
        if !row.contains('"') {
            fields.extend(row.split(char::from(self.delimiter)).map(Cow::Borrowed));
            return;
        }
        if self.delimiter.is_ascii() && split_plainly(row, char::from(self.delimiter), fields, &mut self.quoted) {
            return;
        }
        fields.clear();
        quoted(row.as_bytes(), self.delimiter, &mut self.quoted);
        self.core.reset();
        self.text.resize(row.len() + 1, 0);
        self.ends.resize(row.len() + 2, 0);
        // The end of a line closes the row. There is room for all of it: no field is longer than what it is written as.
        let (mut used, mut length, mut count) = (0, 0, 0);
        for input in [row.as_bytes(), b"\n"] {
            let (result, read, written, ended) =
                self.core.read_record(input, &mut self.text[length..], &mut self.ends[count..]);
            used += read;
            length += written;
            count += ended;
            if matches!(result, ReadRecordResult::Record | ReadRecordResult::End) {
                break;
            }
        }
        let mut begin = 0;
        for end in &self.ends[..count] {
            let field = self.text.get(begin..*end).unwrap_or_default();
            fields.push(Cow::Owned(String::from_utf8_lossy(field).into_owned()));
            begin = *end;
        }
        debug_assert!(used <= row.len() + 1, "no more is read than there is");
    }
}

/// The fields of a row in which no quote stands within quotes: nothing has to be copied. `false`: some do, or what is quoted goes
/// on behind its quotes.
fn split_plainly<'a>(row: &'a str, delimiter: char, fields: &mut Vec<Cow<'a, str>>, quoted: &mut Vec<bool>) -> bool {
    let mut rest = row;
    loop {
        quoted.push(rest.starts_with('"'));
        let (field, behind) = match rest.strip_prefix('"') {
            None => rest.split_once(delimiter).map_or((rest, None), |(field, behind)| (field, Some(behind))),
            Some(quoted) => {
                let Some((field, behind)) = quoted.split_once('"') else { return false };
                match behind.strip_prefix(delimiter) {
                    Some(behind) => (field, Some(behind)),
                    None if behind.is_empty() => (field, None),
                    None => return false,
                }
            }
        };
        fields.push(Cow::Borrowed(field));
        let Some(behind) = behind else { return true };
        rest = behind;
    }
}

/// Which fields of a row begin with a quote, as `csv_core` reads them: what stands behind the closing quote is of the field, too.
fn quoted(row: &[u8], delimiter: u8, quoted: &mut Vec<bool>) {
    quoted.clear();
    let mut at = 0;
    loop {
        let begins = row.get(at) == Some(&b'"');
        quoted.push(begins);
        if begins {
            at += 1;
            while let Some(end) = row.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
                at += end + 1;
                if row.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
        }
        match row.get(at..).and_then(|rest| memchr::memchr(delimiter, rest)) {
            Some(end) => at += end + 1,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_as_csv_has_them() {
        let mut splitter = Splitter::new(b',');
        for (row, expected) in [
            ("a,b", &["a", "b"][..]),
            ("", &[""]),
            (",", &["", ""]),
            ("\"a,b\",c", &["a,b", "c"]),
            ("\"a \"\"x\"\"\",c", &["a \"x\"", "c"]),
            ("5\" pipe,b", &["5\" pipe", "b"]),
            ("\"a\nb\",c", &["a\nb", "c"]),
            ("\"\",\"\"", &["", ""]),
            ("\"é\",日本", &["é", "日本"]),
        ] {
            let mut fields = Vec::new();
            splitter.split(row, &mut fields);
            assert_eq!(fields, expected, "{row}");
        }
    }

    #[test]
    fn a_field_in_quotes_is_known_as_one() {
        let mut splitter = Splitter::new(b';');
        for (row, expected) in [
            ("a;b", [false, false, false]),
            ("\" a \";b;\"\"", [true, false, true]),
            ("\"a;\"\"b\"\"\"; \"x\" ;\"c\"", [true, false, true]),
            ("\"a\"\"\";b;\"c", [true, false, true]),
            ("\"a\"b;\"c\"", [true, true, false]),
            ("5\" pipe;\"b\"\"\"", [false, true, false]),
        ] {
            let mut fields = Vec::new();
            splitter.split(row, &mut fields);
            assert_eq!([0, 1, 2].map(|field| splitter.is_quoted(field)), expected, "{row}");
            // The control: nothing is left of the row before.
            splitter.split("x", &mut fields);
            assert!(!splitter.is_quoted(0), "{row}");
        }
    }
}
