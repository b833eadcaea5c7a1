//! The parameters of a cmdlet as PowerShell writes them: `-Name "x" -Force "True"`.
//!
//! Records of Security & Compliance hold them in one text where others hold a list of names and values.

use serde_json::{Value, json};

/// No cmdlet takes more than this; the search for the end of a value looks ahead from every place.
const MOST: usize = 256 << 10;

/// The parameters as a JSON list of names and values. `None` if the text is something else.
pub(super) fn pairs(text: &str) -> Option<String> {
    let mut pairs = Vec::new();
    let mut rest = Some(text.trim()).filter(|text| text.len() <= MOST)?;
    while !rest.is_empty() {
        let (name, behind) = name(rest)?;
        let (value, behind) = value(behind);
        pairs.push(json!({ "Name": name, "Value": value.map_or(Value::Null, Value::from) }));
        rest = behind.trim_start();
    }
    Some(Value::Array(pairs).to_string())
}

/// `-Name`, which begins with a letter, and what follows it.
fn name(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('-').filter(|text| text.starts_with(|c: char| c.is_ascii_alphabetic()))?;
    let end = text.find(|c: char| c.is_whitespace() || c == ':').unwrap_or(text.len());
    Some((&text[..end], text[end..].strip_prefix(':').unwrap_or(&text[end..])))
}

/// The value of a parameter, and what follows it. A switch has none.
fn value(text: &str) -> (Option<&str>, &str) {
    let text = text.trim_start();
    if text.is_empty() || name(text).is_some() {
        return (None, text);
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let inner = &text[quote.map_or(0, char::len_utf8)..];
    let end = (0..=inner.len()).find(|&at| inner.is_char_boundary(at) && ends_at(inner, at, quote));
    match (end, quote) {
        (Some(end), _) => (Some(&inner[..end]), &inner[end + quote.map_or(0, char::len_utf8)..]),
        // A quote that is never closed: the rest is the value.
        (None, _) => (Some(inner), ""),
    }
}

/// Whether a value ends at a position: behind it, another parameter begins or nothing. Quotes inside a value are kept.
fn ends_at(inner: &str, at: usize, quote: Option<char>) -> bool {
    let rest = match quote {
        Some(quote) => match inner[at..].strip_prefix(quote) {
            Some(rest) => rest,
            None => return false,
        },
        None => &inner[at..],
    };
    let next = rest.trim_start();
    next.is_empty() || (next.len() < rest.len() && name(next).is_some())
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
    fn other_text_is_not_taken_for_parameters() {
        for text in ["x", "- x", "-1", "Name x", "–Name x"] {
            assert_eq!(pairs(text), None, "{text}");
        }
    }
}
