//! Splits a row into its fields. A field stands in quotes if it begins with one, blanks before it or not; two quotes within are
//! one. What goes on behind its closing quote is of the field, as other readers have it.

use std::borrow::Cow;

use super::quotes::{blanks, closing, is_field_end};

/// The fields of a row.
#[derive(Debug)]
pub(in crate::logs::formats) struct Splitter {
    delimiter: u8,
    /// Of the fields that were split last, which stand in quotes; those beyond do not.
    quoted: Vec<bool>,
}

impl Splitter {
    pub(in crate::logs::formats) fn new(delimiter: u8) -> Self {
        Self { delimiter, quoted: Vec::new() }
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
        let mut rest = Some(row);
        while let Some(row) = rest {
            let field = Field::first(row, self.delimiter);
            self.quoted.push(field.is_quoted);
            fields.push(field.text);
            rest = field.behind;
        }
    }
}

/// A field, and the row behind its delimiter, if one follows.
struct Field<'a> {
    text: Cow<'a, str>,
    is_quoted: bool,
    behind: Option<&'a str>,
}

impl<'a> Field<'a> {
    /// The first field of what is left of a row.
    fn first(row: &'a str, delimiter: u8) -> Self {
        let before = blanks(row.as_bytes(), delimiter);
        let Some(open) = row[before..].strip_prefix('"') else { return Self::plain(row, delimiter) };
        let is_at_start = before == 0;
        let Some(behind) = closing(open.as_bytes(), 0) else {
            // What is not closed takes all there is; behind blanks it was none that opens.
            return match is_at_start {
                true => Self { text: single(open), is_quoted: true, behind: None },
                false => Self::plain(row, delimiter),
            };
        };
        let (text, after) = (&open[..behind - 1], &open[behind..]);
        match (is_field_end(after.as_bytes(), delimiter), is_at_start) {
            (true, _) => {
                let rest = &after[blanks(after.as_bytes(), delimiter)..];
                Self { text: single(text), is_quoted: true, behind: rest.strip_prefix(char::from(delimiter)) }
            }
            (false, true) => {
                let more = Self::plain(after, delimiter);
                Self { text: (single(text).into_owned() + &more.text).into(), is_quoted: true, behind: more.behind }
            }
            (false, false) => Self::plain(row, delimiter),
        }
    }

    /// What stands before the next delimiter.
    fn plain(row: &'a str, delimiter: u8) -> Self {
        let split = row.split_once(char::from(delimiter));
        let (text, behind) = split.map_or((row, None), |(text, behind)| (text, Some(behind)));
        Self { text: text.into(), is_quoted: false, behind }
    }
}

/// A quote for each two.
fn single(text: &str) -> Cow<'_, str> {
    if text.contains("\"\"") { text.replace("\"\"", "\"").into() } else { text.into() }
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
            ("a, \"Smith, Bob\" , b", &["a", "Smith, Bob", " b"]),
            ("a, \"x\" y, b", &["a", " \"x\" y", " b"]),
            ("a, \"x, b", &["a", " \"x", " b"]),
            ("\"a\" x,b", &["a x", "b"]),
            ("\"a,b", &["a,b"]),
            ("\"a\",", &["a", ""]),
            ("\"\"\"\"", &["\""]),
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
            ("\"a;\"\"b\"\"\"; \"x\" ;\"c\"", [true, true, true]),
            ("\"a\"; \"x\" y;c", [true, false, false]),
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
