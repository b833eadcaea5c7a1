//! A number for what a JSON value says, whatever the order of its members and the white space in it.
//!
//! Two copies of a record from one service are the same if their digests are. Members that are null count as absent. The
//! seed is chosen once in a process, so that nobody can prepare two records with one digest.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use super::cursor::{Broken, Cursor, Token};

static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Values in values up to here are told apart by what they say, deeper ones by their spelling.
const MOST_LEVELS: u8 = 32;

/// What null and absent members are worth.
const NOTHING: u64 = 0;

/// The digest of the value at which a cursor stands; the cursor is behind it then.
pub(in crate::decode) fn digest(cursor: &mut Cursor<'_>) -> Result<u64, Broken> {
    below(cursor, MOST_LEVELS)
}

/// The digest of a whole JSON text; of any other text, of the text itself.
pub fn digest_of(text: &str) -> u64 {
    let mut cursor = Cursor::new(text.as_bytes());
    match digest(&mut cursor) {
        Ok(value) if cursor.is_at_end() => value,
        _ => SEED.hash_one(('x', text)),
    }
}

fn below(cursor: &mut Cursor<'_>, levels: u8) -> Result<u64, Broken> {
    let at = cursor.at();
    match cursor.token()? {
        Token::Null => Ok(NOTHING),
        Token::Bool(truth) => Ok(SEED.hash_one(('b', truth))),
        Token::Number(start, end) => Ok(SEED.hash_one(('n', cursor.bytes(start, end)))),
        Token::String(quoted) => {
            let mut scratch = String::new();
            let text = cursor.string_text(quoted, &mut scratch).map(str::as_bytes);
            Ok(SEED.hash_one(('s', text.unwrap_or_else(|| cursor.bytes(quoted.start, quoted.end)))))
        }
        Token::Object | Token::Array if levels == 0 => {
            let start = cursor.skip()?;
            Ok(SEED.hash_one(('d', cursor.bytes(start, cursor.at()))))
        }
        Token::Object => members(cursor, levels - 1),
        Token::Array => elements(cursor, levels - 1),
    }
    .inspect(|_| debug_assert!(cursor.at() > at, "a value is not empty"))
}

fn members(cursor: &mut Cursor<'_>, levels: u8) -> Result<u64, Broken> {
    // A sum does not mind the order.
    let mut sum = 0_u64;
    let mut more = cursor.enter(b'}')?;
    while more {
        let name = cursor.name()?;
        let name = cursor.bytes(name.start, name.end);
        let value = below(cursor, levels)?;
        if value != NOTHING {
            sum = sum.wrapping_add(SEED.hash_one((name, value)));
        }
        more = cursor.more(b'}')?;
    }
    Ok(SEED.hash_one(('o', sum)))
}

fn elements(cursor: &mut Cursor<'_>, levels: u8) -> Result<u64, Broken> {
    let mut all = 0;
    let mut more = cursor.enter(b']')?;
    while more {
        all = SEED.hash_one((all, below(cursor, levels)?));
        more = cursor.more(b']')?;
    }
    Ok(SEED.hash_one(('a', all)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_the_same_has_one_digest() {
        for (a, b) in [
            (r#"{"a":1,"b":[true,"x"]}"#, "{ \"b\" : [true,\n\"x\"], \"a\":1 }"),
            (r#"{"a":1,"b":null}"#, r#"{"a":1}"#),
            (r#"{"a":"\u0041/"}"#, r#"{"a":"A\/"}"#),
            ("no JSON", "no JSON"),
        ] {
            assert_eq!(digest_of(a), digest_of(b), "{a}");
        }
    }

    #[test]
    fn what_says_something_else_has_another() {
        let all = [
            "{}",
            "[]",
            "null",
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"b":1}"#,
            r#"{"a":{"a":1}}"#,
            r#"{"a":[1]}"#,
            r#"{"a":[1,2]}"#,
            r#"{"a":[2,1]}"#,
            r#"{"a":1,"b":2}"#,
            r#"{"a":2,"b":1}"#,
            "[null]",
            "true",
            "{} x",
        ];
        for (at, a) in all.iter().enumerate() {
            assert!(all[..at].iter().all(|b| digest_of(a) != digest_of(b)), "{a}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = |inner: &str| format!("{}{inner}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(digest_of(&deep("1")), digest_of(&deep("1")));
        assert_ne!(digest_of(&deep("1")), digest_of(&deep("2")));
    }
}
