//! How much a record says, whatever is asked of it.

use super::cursor::{Broken, Cursor, Token};
use super::whole::json_of;

/// Values in values that are looked into.
const MOST_LEVELS: u8 = 32;

/// How many values a record holds, in whatever depth. Null and empty text say nothing, and text that is JSON says what is in it:
/// exports keep nested values so.
pub fn weight(record: &[u8]) -> usize {
    below(&mut Cursor::new(record), MOST_LEVELS).unwrap_or_default()
}

fn below(cursor: &mut Cursor<'_>, levels: u8) -> Result<usize, Broken> {
    match cursor.token()? {
        Token::Null => Ok(0),
        Token::Bool(_) | Token::Number(..) => Ok(1),
        Token::String(quoted) => {
            let mut scratch = String::new();
            let text = cursor.string_text(quoted, &mut scratch).unwrap_or("?").trim();
            match json_of(text).filter(|_| levels > 0) {
                Some(json) => below(&mut Cursor::new(json.as_bytes()), levels - 1),
                None => Ok(usize::from(!text.is_empty())),
            }
        }
        Token::Object | Token::Array if levels == 0 => cursor.skip().map(|_| 1),
        Token::Object => inside(cursor, b'}', levels - 1),
        Token::Array => inside(cursor, b']', levels - 1),
    }
}

fn inside(cursor: &mut Cursor<'_>, close: u8, levels: u8) -> Result<usize, Broken> {
    let mut all = 0;
    let mut more = cursor.enter(close)?;
    while more {
        if close == b'}' {
            cursor.name()?;
        }
        all += below(cursor, levels)?;
        more = cursor.more(close)?;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_weighs_nothing() {
        for (record, weighs) in [
            ("{}", 0),
            (r#"{"a":null,"b":"","c":[],"d":{},"e":" "}"#, 0),
            (r#"{"a":1,"b":"x","c":[true,2],"d":{"e":{"f":"y"}}}"#, 5),
            (r#"{"a":"{\"b\":1,\"c\":[2,null]}","d":"[1"}"#, 3),
            ("no JSON", 0),
        ] {
            assert_eq!(weight(record.as_bytes()), weighs, "{record}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(weight(deep.as_bytes()), 1);
    }
}
