//! Comma- and tab-separated values, quoted as RFC 4180 says, with NULL apart from the empty text.
//!
//! A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@`, and an attacker chooses device names and user agents.
//! So text of that form, headings included, gets a leading `'` (OWASP ASVS 5, 1.2.10); numbers are left alone, and the
//! count is reported, so that the change is never silent. The quoting is written out here because the csv crate cannot
//! quote one cell alone, which is what tells an empty text from NULL.

use std::borrow::Cow;

use arrow::datatypes::Schema;

use super::cell::Column;
use super::{Options, names_apart, safe};

/// Writer of both.
#[derive(Debug)]
pub(super) struct Delimited {
    head: Option<Vec<String>>,
    separator: char,
    options: Options,
    neutralised: u64,
    /// Empty texts of a result of one column, in which NULL looks like them.
    blurred: u64,
}

impl Delimited {
    /// Values separated by that character.
    pub(super) fn new(schema: &Schema, separator: char, options: Options) -> Self {
        Self { head: Some(names_apart(schema)), separator, options, neutralised: 0, blurred: 0 }
    }

    /// Appends rows.
    pub(super) fn rows(&mut self, columns: &[Column], rows: usize, out: &mut String) {
        self.head(out);
        let mut text = String::new();
        for row in 0..rows {
            for (i, column) in columns.iter().enumerate() {
                if i > 0 {
                    out.push(self.separator);
                }
                if !column.is_null(row) {
                    text.clear();
                    column.text(row, &mut text);
                    self.blurred += u64::from(columns.len() == 1 && text.is_empty());
                    self.cell(&text, column.is_free_text(row), out);
                } else if columns.len() == 1 {
                    // A blank line would be no row at all to most readers.
                    out.push_str("\"\"");
                }
            }
            out.push('\n');
        }
    }

    /// Appends the heading, if nothing has; the number of cells changed, and of empty texts that are written as NULL is.
    pub(super) fn finish(&mut self, out: &mut String) -> (u64, u64) {
        self.head(out);
        (self.neutralised, self.blurred)
    }

    fn head(&mut self, out: &mut String) {
        let Some(head) = self.head.take() else { return };
        for (i, name) in head.iter().enumerate() {
            if i > 0 {
                out.push(self.separator);
            }
            self.cell(name, true, out);
        }
        out.push('\n');
    }

    fn cell(&mut self, text: &str, free: bool, out: &mut String) {
        let shown = if self.options.terminal.is_some() { safe::line(text) } else { Cow::Borrowed(text) };
        let armed = free && !self.options.csv_raw && is_formula(text);
        self.neutralised += u64::from(armed);
        let special = |c: char| c == self.separator || matches!(c, '"' | '\n' | '\r');
        // Readers take blanks outside of quotes for layout, ours too.
        let is_padded = shown.trim().len() != shown.len();
        if !shown.is_empty() && !is_padded && !shown.contains(special) {
            out.extend(armed.then_some('\''));
            out.push_str(&shown);
            return;
        }
        out.push('"');
        out.extend(armed.then_some('\''));
        out.push_str(&shown.replace('"', "\"\""));
        out.push('"');
    }
}

/// Whether a spreadsheet might run the text: a trigger at its begin, also after what programs trim away, and also in the
/// full-width and small forms that some of them fold.
fn is_formula(text: &str) -> bool {
    let trimmed = text.trim_start_matches(|c: char| c.is_whitespace() || safe::acts_unseen(c));
    text.starts_with(['\t', '\r', '\n', '\0'])
        || trimmed.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Array, ArrayRef, Int64Array, StringArray};

    use super::super::tests::{batch, write};
    use super::*;

    fn read(text: &str, separator: u8) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(text.as_bytes());
        reader.records().map(|row| row.unwrap().iter().map(String::from).collect()).collect()
    }

    #[test]
    fn every_trigger_is_neutralised_whatever_the_quoting() {
        let triggers = [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\0=1",
            " =1",
            "\u{a0}=1",
            "\u{feff}=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "\tx",
        ];
        for trigger in triggers {
            for tail in ["", ",x", "\"x\"", "\nx", "\tx"] {
                let text = format!("{trigger}{tail}");
                let cells: ArrayRef = Arc::new(StringArray::from(vec![text.as_str()]));
                let table = batch(vec![(text.as_str(), Arc::clone(&cells)), ("n", cells)]);
                for (name, separator) in [("csv", b','), ("tsv", b'\t')] {
                    let (out, written) = write(name, std::slice::from_ref(&table), Options::default());
                    let quoted = format!("'{text}");
                    assert_eq!(
                        read(&out, separator),
                        [vec![quoted.clone(), "n".into()], vec![quoted.clone(), quoted]],
                        "{name}"
                    );
                    assert_eq!(written.neutralised, 3);
                }
            }
        }
    }

    #[test]
    fn numbers_and_harmless_text_are_untouched() {
        let table = batch(vec![
            ("a", Arc::new(Int64Array::from(vec![-1])) as ArrayRef),
            ("b", Arc::new(StringArray::from(vec!["a=1"])) as ArrayRef),
        ]);
        let (text, written) = write("csv", &[table], Options::default());
        assert_eq!((text.as_str(), written.neutralised), ("a,b\n-1,a=1\n", 0));
    }

    #[test]
    fn raw_output_reads_back_exactly() {
        // A fixed walk through an alphabet of everything that quoting has to deal with.
        let alphabet = ['a', ',', '"', '\n', '\r', '\t', '=', '-', ' ', '\'', '\0', 'é', '🙂', '\u{202e}'];
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as usize
        };
        let texts: Vec<String> =
            (0..10_000).map(|_| (0..next() % 7).map(|_| alphabet[next() % alphabet.len()]).collect()).collect();
        let column = |part: &[String]| Arc::new(StringArray::from(part.to_vec())) as ArrayRef;
        let (left, right) = texts.split_at(5_000);
        let table = batch(vec![("l", column(left)), ("r", column(right))]);
        for (name, separator) in [("csv", b','), ("tsv", b'\t')] {
            let options = Options { csv_raw: true, ..Options::default() };
            let rows = read(&write(name, std::slice::from_ref(&table), options).0, separator);
            let expected = left.iter().zip(right).map(|(l, r)| vec![l.clone(), r.clone()]);
            assert!(rows.into_iter().skip(1).eq(expected), "{name}");
        }
    }

    #[test]
    fn a_lone_null_still_is_a_row() {
        let cells = StringArray::from(vec![None::<&str>, Some("x")]);
        assert_eq!(cells.null_count(), 1);
        let (text, _) = write("csv", &[batch(vec![("c", Arc::new(cells) as ArrayRef)])], Options::default());
        assert_eq!(text, "c\n\"\"\nx\n");
        // What looks as it does is counted; beside another column nothing does.
        let cells = || Arc::new(StringArray::from(vec![None, Some(""), Some(" x"), Some("")])) as ArrayRef;
        let (text, written) = write("csv", &[batch(vec![("c", cells())])], Options::default());
        assert_eq!((text.as_str(), written.blurred), ("c\n\"\"\n\"\"\n\" x\"\n\"\"\n", 2));
        let (text, written) = write("tsv", &[batch(vec![("c", cells()), ("d", cells())])], Options::default());
        assert_eq!((text.lines().nth(1), text.lines().nth(2), written.blurred), (Some("\t"), Some("\"\"\t\"\""), 0));
    }
}
