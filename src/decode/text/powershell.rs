//! The parameters of a cmdlet as PowerShell writes them: `-Name "x" -Force "True"`.
//!
//! Records of Security & Compliance hold them in one text where others hold a list of names and values.

use serde_json::{Value, json};

/// The parameters as a JSON list of names and values. `None` if the text is something else.
pub(in crate::decode) fn pairs(text: &str) -> Option<String> {
    let mut scan = Scan::new(text.trim());
    let mut pairs = Vec::new();
    while !scan.rest.is_empty() {
        let name = scan.name()?;
        let value = scan.value();
        pairs.push(json!({ "Name": name, "Value": value.map_or(Value::Null, Value::from) }));
        scan.rest = scan.rest.trim_start();
    }
    Some(Value::Array(pairs).to_string())
}

/// Reads a text from its beginning to its end and never goes back: what is looked at grows as the text does.
///
/// ```text
///            -Name            white space or ':'             not a name
///  start ──────────────▶ name ─────────────────▶ before the value ──────▶ value
///    ▲     anything else: no parameters            │                        │
///    └──────────────────────────────────────────────┘ a name: a switch      │
///    └───────────────────────────────────────────────────────────────────────┘ the value's end
/// ```
///
/// A value in quotes ends at the first quote behind which the text is over, or white space and a name follow; one without
/// ends at the first white space that is so. All other quotes and blanks are the value's own, as PowerShell doubles none.
struct Scan<'t> {
    rest: &'t str,
    /// Bytes that the search for the ends of values has looked at.
    seen: usize,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Self {
        Self { rest: text, seen: 0 }
    }

    /// `-Name`, which begins with a letter.
    fn name(&mut self) -> Option<&'t str> {
        let text = self.rest.strip_prefix('-').filter(|_| is_name(self.rest))?;
        let end = text.find(|c: char| c.is_whitespace() || c == ':').unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        self.rest = rest.strip_prefix(':').unwrap_or(rest);
        Some(name)
    }

    /// The value of a parameter. A switch has none.
    fn value(&mut self) -> Option<&'t str> {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() || is_name(self.rest) {
            return None;
        }
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let inner = &self.rest[quote.map_or(0, char::len_utf8)..];
        // A quote that is never closed: the rest is the value.
        let (end, next) = self.end(inner, quote).unwrap_or((inner.len(), inner.len()));
        self.rest = &inner[next..];
        Some(&inner[..end])
    }

    /// Where a value ends and where what is behind it begins: another parameter, or nothing. Quotes inside a value are kept.
    fn end(&mut self, inner: &str, quote: Option<char>) -> Option<(usize, usize)> {
        let mut at = 0;
        loop {
            let found = match quote {
                Some(quote) => inner[at..].find(quote)?,
                None => inner[at..].find(char::is_whitespace).unwrap_or(inner.len() - at),
            };
            let (end, behind) = (at + found, at + found + quote.map_or(0, char::len_utf8));
            let next = inner[behind..].trim_start();
            let next_at = inner.len() - next.len();
            self.seen += next_at - at;
            if next.is_empty() || (next_at > behind && is_name(next)) {
                return Some((end, behind));
            }
            at = next_at;
        }
    }
}

/// Whether a parameter begins here.
fn is_name(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|text| text.starts_with(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_with_their_values() {
        for (text, json) in [
            (r#"-Name "x" -Force "True""#, r#"[{"Name":"Name","Value":"x"},{"Name":"Force","Value":"True"}]"#),
            (r#"-A "say "yes" now" -B"#, r#"[{"Name":"A","Value":"say \"yes\" now"},{"Name":"B","Value":null}]"#),
            ("-Switch -Count 5", r#"[{"Name":"Switch","Value":null},{"Name":"Count","Value":"5"}]"#),
            ("-Filter a -and b", r#"[{"Name":"Filter","Value":"a"},{"Name":"and","Value":"b"}]"#),
            ("-Open \"never closed", r#"[{"Name":"Open","Value":"never closed"}]"#),
            ("-Text \"ä-ö\" -N -1", r#"[{"Name":"Text","Value":"ä-ö"},{"Name":"N","Value":"-1"}]"#),
        ] {
            assert_eq!(pairs(text).as_deref(), Some(json), "{text}");
        }
    }

    #[test]
    fn what_is_looked_at_grows_as_the_text_does() {
        let blanks = |n: usize| format!("x{}y", " ".repeat(n));
        let quotes = |n: usize| format!("\"{}\"", "\" \"".repeat(n));
        let dashes = |n: usize| format!("x{}", " - -1 –a".repeat(n));
        for text in [blanks, quotes, dashes] {
            let seen = |n: usize| {
                let value = text(n);
                let mut scan = Scan::new(&value);
                assert!(scan.value().is_some_and(|read| read.len() + 2 >= value.len()) && scan.rest.is_empty());
                scan.seen
            };
            assert!(seen(20_000) <= 2 * seen(10_000) + 64 && seen(20_000) <= 1 + text(20_000).len());
        }
        let long = format!("-A {} -B", blanks(1 << 20));
        assert!(pairs(&long).unwrap().ends_with(r#"y"},{"Name":"B","Value":null}]"#));
    }

    #[test]
    fn other_text_is_not_taken_for_parameters() {
        for text in ["x", "- x", "-1", "Name x", "–Name x"] {
            assert_eq!(pairs(text), None, "{text}");
        }
    }
}
