//! Whether a body is a JSON text, and one only.
//!
//! It is asked of every reply before anything is made of it: a web page, an empty body or half of an answer comes from a
//! passing fault, whatever the status says, and the request can be sent again. What the JSON means is not looked at.

use super::cursor::{Broken, Cursor};

/// What may stand before a body.
pub(in crate::decode) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Finds out whether a body is one JSON text, of any kind.
///
/// # Errors
/// What it is instead: words that follow "the answer".
pub fn whole(body: &[u8]) -> Result<(), &'static str> {
    let mut cursor = Cursor::new(body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body));
    match cursor.peek() {
        Ok(b'<') => return Err("is HTML or XML, not JSON"),
        Ok(_) => {}
        Err(_) => return Err("is empty"),
    }
    match cursor.skip() {
        Ok(_) if cursor.is_at_end() => Ok(()),
        Ok(_) => Err("continues after its end"),
        Err(Broken { expected: None, .. }) => Err("ends in the middle"),
        Err(Broken { .. }) => Err("is not JSON"),
    }
}

/// The text itself, if it is a JSON object or array and nothing else.
pub(in crate::decode) fn json_of(text: &str) -> Option<&str> {
    let mut cursor = Cursor::new(text.as_bytes());
    (text.starts_with(['{', '[']) && cursor.skip().is_ok() && cursor.is_at_end()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_told_from_other_text() {
        assert_eq!(json_of("[1]"), Some("[1]"));
        for text in ["", "x", "1", "\"x\"", "[1", "[1] x", "{a}"] {
            assert_eq!(json_of(text), None, "{text}");
        }
    }

    #[test]
    fn one_json_text_is_whole_whatever_it_says() {
        for text in ["{}", "[]", " [{\"a\":[1]}] \r\n", "\u{feff}{\"value\":[]}", "null", "\"x\"", "{\"error\":{}}"] {
            assert_eq!(whole(text.as_bytes()), Ok(()), "{text}");
        }
    }

    #[test]
    fn anything_else_is_told_apart() {
        for (text, found) in [
            ("", "is empty"),
            (" \r\n", "is empty"),
            ("\u{feff}", "is empty"),
            ("<html>busy</html>", "is HTML or XML, not JSON"),
            ("Service unavailable", "is not JSON"),
            ("[1,]", "is not JSON"),
            ("{}{}", "continues after its end"),
            ("[] x", "continues after its end"),
        ] {
            assert_eq!(whole(text.as_bytes()), Err(found), "{text}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_ends_in_the_middle() {
        let text = r#"[{"Id":"a","List":[{"Name":"b"}]},{"Id":"c"}]"#;
        for at in 1..text.len() {
            assert_eq!(whole(&text.as_bytes()[..at]), Err("ends in the middle"), "{at}");
        }
    }
}
