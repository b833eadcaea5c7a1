//! A number for what a JSON value says, whatever the order of its members and the white space in it.
//!
//! Two copies of a record from one service are the same if their digests are. Members that are null count as absent. The
//! seed is chosen once in a process, so that nobody can prepare two records with one digest.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::LazyLock;

use ahash::RandomState;

use super::cursor::{Broken, Cursor, Token};

/// The seeds, one for each kind of thing that is hashed: what is text in one record and a number in another differs.
struct Seeds {
    name: RandomState,
    text: RandomState,
    plain: RandomState,
    object: RandomState,
    array: RandomState,
    deep: RandomState,
}

static SEEDS: LazyLock<Seeds> = LazyLock::new(|| Seeds {
    name: RandomState::new(),
    text: RandomState::new(),
    plain: RandomState::new(),
    object: RandomState::new(),
    array: RandomState::new(),
    deep: RandomState::new(),
});

/// Values in values up to here are told apart by what they say, deeper ones by their spelling.
const MOST_LEVELS: u8 = 32;

/// What null and absent members are worth.
const NOTHING: u64 = 0;

/// The digest of an object of which the members come one by one. A sum does not mind their order.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::decode) struct Members(u64);

impl Members {
    /// Takes the member at whose value the cursor stands; the cursor is behind it then.
    #[inline]
    pub(in crate::decode) fn take(&mut self, name: u64, cursor: &mut Cursor<'_>) -> Result<(), Broken> {
        let value = below(&SEEDS, cursor, MOST_LEVELS)?;
        self.add(&SEEDS, name, value);
        Ok(())
    }

    #[inline]
    fn add(&mut self, seeds: &Seeds, name: u64, value: u64) {
        if value != NOTHING {
            let mut hasher = seeds.object.build_hasher();
            hasher.write_u64(name);
            hasher.write_u64(value);
            self.0 = self.0.wrapping_add(hasher.finish());
        }
    }

    /// The digest of the object.
    pub(in crate::decode) fn digest(self) -> u64 {
        let mut hasher = SEEDS.object.build_hasher();
        hasher.write_u64(self.0);
        hasher.finish()
    }
}

/// A number for the name of a member.
pub(in crate::decode) fn name_hash(name: &[u8]) -> u64 {
    hash(&SEEDS.name, name)
}

/// A number for bytes as they are.
pub fn bytes_hash(bytes: &[u8]) -> u64 {
    hash(&SEEDS.deep, bytes)
}

/// The digest of a whole JSON text; of any other text, of the text itself.
pub fn digest_of(text: &str) -> u64 {
    let mut cursor = Cursor::new(text.as_bytes());
    match below(&SEEDS, &mut cursor, MOST_LEVELS) {
        Ok(value) if cursor.is_at_end() => value,
        _ => bytes_hash(text.as_bytes()),
    }
}

#[inline]
fn hash(seed: &RandomState, bytes: &[u8]) -> u64 {
    let mut hasher = seed.build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// The digest of the value at which a cursor stands; the cursor is behind it then.
fn below(seeds: &Seeds, cursor: &mut Cursor<'_>, levels: u8) -> Result<u64, Broken> {
    match cursor.token()? {
        Token::Null => Ok(NOTHING),
        Token::Bool(truth) => Ok(hash(&seeds.plain, if truth { b"true" } else { b"false" })),
        Token::Number(start, end) => Ok(hash(&seeds.plain, cursor.bytes(start, end))),
        Token::String(quoted) if !quoted.escaped => Ok(hash(&seeds.text, cursor.bytes(quoted.start, quoted.end))),
        Token::String(quoted) => {
            let mut scratch = String::new();
            let text = cursor.string_text(quoted, &mut scratch).map(str::as_bytes);
            Ok(hash(&seeds.text, text.unwrap_or_else(|| cursor.bytes(quoted.start, quoted.end))))
        }
        Token::Object | Token::Array if levels == 0 => {
            let start = cursor.skip()?;
            Ok(hash(&seeds.deep, cursor.bytes(start, cursor.at())))
        }
        Token::Object => members(seeds, cursor, levels - 1),
        Token::Array => elements(seeds, cursor, levels - 1),
    }
}

fn members(seeds: &Seeds, cursor: &mut Cursor<'_>, levels: u8) -> Result<u64, Broken> {
    let mut all = Members::default();
    let mut more = cursor.enter(b'}')?;
    while more {
        let name = cursor.name()?;
        let name = hash(&seeds.name, cursor.bytes(name.start, name.end));
        let value = below(seeds, cursor, levels)?;
        all.add(seeds, name, value);
        more = cursor.more(b'}')?;
    }
    Ok(all.digest())
}

fn elements(seeds: &Seeds, cursor: &mut Cursor<'_>, levels: u8) -> Result<u64, Broken> {
    let mut hasher = seeds.array.build_hasher();
    let mut more = cursor.enter(b']')?;
    while more {
        hasher.write_u64(below(seeds, cursor, levels)?);
        more = cursor.more(b']')?;
    }
    Ok(hasher.finish())
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
