//! Whether a body is a JSON text, and one only.
//!
//! It is asked of every reply before anything is made of it: a web page, an empty body or half of an answer comes from a
//! passing fault, whatever the status says, and the request can be sent again. What the JSON means is not looked at.

use super::cursor::{Broken, Cursor};
use super::page::BYTE_ORDER_MARK;

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
        Ok(_) => Err("goes on behind its end"),
        Err(Broken { expected: None, .. }) => Err("ends in the middle"),
        Err(Broken { .. }) => Err("is no JSON"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("Service unavailable", "is no JSON"),
            ("[1,]", "is no JSON"),
            ("{}{}", "goes on behind its end"),
            ("[] x", "goes on behind its end"),
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
