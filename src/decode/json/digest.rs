//! A number for what a JSON value says, whatever the order of its members and the white space in it.
//!
//! Two copies of a record from one service are the same if their digests are. Members that are null count as absent. The
//! seed is chosen once in a process, so that nobody can prepare two records with one digest.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::LazyLock;

use ahash::RandomState;

use super::cursor::{Broken, Cursor};
use super::escape::unescape;
use super::skip::{Named, Next, end_of_scalar, end_of_string, end_of_value, name, next, white};
use crate::decode::repeated::Repeated;

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

/// The digest of a record of which the members come one by one.
#[derive(Debug, Default)]
pub(in crate::decode) struct RecordDigest {
    members: Members,
    known: KnownValues,
}

impl RecordDigest {
    /// Forgets the record before.
    pub(in crate::decode) fn begin(&mut self) {
        self.members = Members::default();
    }

    /// Takes the member at whose value the cursor stands; the cursor is behind it then.
    #[inline]
    pub(in crate::decode) fn take(&mut self, name: u64, cursor: &mut Cursor<'_>) -> Result<(), Broken> {
        let (value, end) = self.known.digest(name, cursor.all(), cursor.at())?;
        cursor.go(end);
        self.members.add(&SEEDS, name, value);
        Ok(())
    }

    /// The digest of the record.
    pub(in crate::decode) fn digest(&self) -> u64 {
        self.members.digest()
    }
}

/// The digest of an object of which the members come one by one. A sum does not mind their order.
#[derive(Debug, Clone, Copy, Default)]
struct Members(u64);

impl Members {
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
    fn digest(self) -> u64 {
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
    let bytes = text.as_bytes();
    match value(&SEEDS, bytes, 0, MOST_LEVELS) {
        Ok((value, end)) if white(bytes, end) == bytes.len() => value,
        _ => bytes_hash(bytes),
    }
}

/// Objects and arrays that members of some names had last, and what they are worth: many come again in the next record.
#[derive(Debug)]
struct KnownValues(Vec<KnownValue>);

/// Names of which values are remembered: a service sends fewer. What finds its place taken by another name is read each time.
const PLACES: usize = 256;

#[derive(Debug, Default)]
struct KnownValue {
    /// The number of the name; 0 if there is none yet.
    name: u64,
    last: Repeated,
    digest: u64,
}

impl Default for KnownValues {
    fn default() -> Self {
        Self((0..PLACES).map(|_| KnownValue::default()).collect())
    }
}

impl KnownValues {
    /// The digest of the value of a name, which begins at `at` or behind white space there, and where the value ends.
    #[inline]
    fn digest(&mut self, name: u64, bytes: &[u8], at: usize) -> Result<(u64, usize), Broken> {
        let at = white(bytes, at);
        if !matches!(bytes.get(at), Some(b'{' | b'[')) {
            return value(&SEEDS, bytes, at, MOST_LEVELS);
        }
        let place = usize::try_from(name % PLACES as u64).unwrap_or_default();
        let Some(known) = self.0.get_mut(place).filter(|known| known.name == name || known.name == 0) else {
            return value(&SEEDS, bytes, at, MOST_LEVELS);
        };
        known.name = name;
        if let Some((length, _)) = known.last.length(&bytes[at..]) {
            return Ok((known.digest, at + length));
        }
        let (digest, end) = value(&SEEDS, bytes, at, MOST_LEVELS)?;
        if known.last.was(&bytes[at..end], false) {
            known.digest = digest;
        }
        Ok((digest, end))
    }
}

#[inline]
fn hash(seed: &RandomState, bytes: &[u8]) -> u64 {
    let mut hasher = seed.build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// The digest of the value that begins at `at`, or behind white space there, and where the value ends.
fn value(seeds: &Seeds, bytes: &[u8], at: usize, levels: u8) -> Result<(u64, usize), Broken> {
    let at = white(bytes, at);
    match bytes.get(at) {
        Some(b'"') => {
            let (end, escaped) = end_of_string(bytes, at)?;
            let quoted = &bytes[at + 1..end - 1];
            Ok((if escaped { escaped_text(seeds, quoted) } else { hash(&seeds.text, quoted) }, end))
        }
        Some(b'{' | b'[') if levels == 0 => {
            let end = end_of_value(bytes, at)?;
            Ok((hash(&seeds.deep, &bytes[at..end]), end))
        }
        Some(b'{') => members(seeds, bytes, at, levels - 1),
        Some(b'[') => elements(seeds, bytes, at, levels - 1),
        first => {
            let end = end_of_scalar(bytes, at)?;
            Ok((if first == Some(&b'n') { NOTHING } else { hash(&seeds.plain, &bytes[at..end]) }, end))
        }
    }
}

/// What a string with escapes says, if they say something.
#[cold]
fn escaped_text(seeds: &Seeds, quoted: &[u8]) -> u64 {
    let mut scratch = String::new();
    let said = std::str::from_utf8(quoted).ok().and_then(|text| unescape(text, &mut scratch));
    hash(&seeds.text, if said.is_some() { scratch.as_bytes() } else { quoted })
}

fn members(seeds: &Seeds, bytes: &[u8], at: usize, levels: u8) -> Result<(u64, usize), Broken> {
    let mut all = Members::default();
    let mut at = white(bytes, at + 1);
    if bytes.get(at) == Some(&b'}') {
        return Ok((all.digest(), at + 1));
    }
    loop {
        let Named { name, behind } = name(bytes, at)?;
        let (value, end) = value(seeds, bytes, behind, levels)?;
        all.add(seeds, hash(&seeds.name, &bytes[name.start..name.end]), value);
        match next(bytes, end, b'}')? {
            Next::At(next) => at = next,
            Next::End(end) => return Ok((all.digest(), end)),
        }
    }
}

fn elements(seeds: &Seeds, bytes: &[u8], at: usize, levels: u8) -> Result<(u64, usize), Broken> {
    let mut hasher = seeds.array.build_hasher();
    let mut at = white(bytes, at + 1);
    if bytes.get(at) == Some(&b']') {
        return Ok((hasher.finish(), at + 1));
    }
    loop {
        let (value, end) = value(seeds, bytes, at, levels)?;
        hasher.write_u64(value);
        match next(bytes, end, b']')? {
            Next::At(next) => at = next,
            Next::End(end) => return Ok((hasher.finish(), end)),
        }
    }
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
