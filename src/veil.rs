//! Takes secrets out of what others say: the one way in which words of a service become words that may be shown.
//!
//! A service quotes what it was sent, and not only where one expects it: a token stands in a refusal, in an error within a
//! reply that says success, as a label of a host that a link leads to, as a segment of a path, as the id of a record. So
//! errors and notices hold such words as [`Veiled`], which nothing makes but a [`Veil`], and a connection has one veil,
//! which knows its secrets. Text that was not veiled yet is [`Raw`], which cannot be printed.
//!
//! Hidden are the known secrets, and every piece of them that is long enough to be of use, however they are written: in
//! upper case, percent-encoded, with the escapes of JSON or HTML, in base64 of either alphabet and at any offset, in hex.
//! And hidden is what has the shape of a secret, though nobody here knows it (`shape`). Rows of an answer are no words of
//! this kind: they are given as they are.

use std::borrow::Cow;
use std::collections::hash_map::DefaultHasher;
use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::hash::{Hash as _, Hasher as _};
use std::ops::{Deref, Range};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

mod letters;
mod shape;

#[cfg(any(feature = "cli", feature = "testing", test))]
pub use shape::holds_secret;

use letters::{Letter, fold, letters};

/// What stands in the place of a secret.
pub const HIDDEN: &str = "***";
/// Shortest piece of a secret that is looked for, unless the secret itself is shorter.
const SHORTEST: usize = 6;
/// Tokens that are remembered besides the secrets that last; the oldest go first.
const TOKENS: usize = 8;

/// Longest name or id that is told: a service can make one as long as a page.
const LONGEST_NAME: usize = 256;

/// Words of a service, without secrets. Still untrusted: whoever shows them makes them safe for a terminal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Veiled(String);

/// Words of a service as they came. They can be compared, and shown behind a veil only.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Raw(String);

/// What is known of the secrets of a connection. Clones are the same.
#[derive(Clone, Default)]
pub struct Veil(Arc<Mutex<Secrets>>);

#[derive(Default)]
struct Secrets {
    lasting: Vec<Pieces>,
    tokens: VecDeque<Vec<Pieces>>,
}

/// The pieces of one spelling of a secret, all of one length, as hashes.
struct Pieces {
    length: usize,
    hashes: HashSet<u64>,
}

impl Veil {
    /// A veil over these.
    pub fn over<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let lasting = secrets.into_iter().flat_map(pieces).collect();
        Self(Arc::new(Mutex::new(Secrets { lasting, tokens: VecDeque::new() })))
    }

    /// Hides one more: a token, which is used for a while.
    pub fn add_token(&self, token: &str) {
        let mut secrets = self.locked();
        secrets.tokens.push_back(pieces(token));
        let surplus = secrets.tokens.len().saturating_sub(TOKENS);
        secrets.tokens.drain(..surplus);
    }

    /// The text without secrets.
    pub fn told(&self, text: &str) -> Veiled {
        let mut hidden = shape::secrets(text);
        hidden.extend(self.known(text));
        Veiled(without(text, hidden).into_owned())
    }

    /// A name, a code or an id without secrets, cut where nobody would read on.
    pub fn told_name(&self, name: &str) -> Veiled {
        match name.char_indices().nth(LONGEST_NAME) {
            Some((end, _)) => Veiled(format!("{}…", self.told(&name[..end]))),
            None => self.told(name),
        }
    }

    /// The same of text that was kept for it.
    pub fn told_of(&self, raw: &Raw) -> Veiled {
        self.told(&raw.0)
    }

    /// A value of a configuration, to be quoted in an error about it. It may be a secret that was put into the wrong place
    /// and that nobody knows here, so it is shown only if it looks like what somebody meant to write there.
    pub fn quoted(&self, value: &str) -> Veiled {
        if shape::is_plain(value) { self.told(value) } else { Veiled(HIDDEN.into()) }
    }

    /// Where the text holds pieces of known secrets.
    fn known(&self, text: &str) -> Vec<Range<usize>> {
        let secrets = self.locked();
        let all: Vec<&Pieces> = secrets.lasting.iter().chain(secrets.tokens.iter().flatten()).collect();
        if all.is_empty() {
            Vec::new()
        } else {
            letters(text).iter().flat_map(|reading| found(reading, &all)).collect()
        }
    }

    fn locked(&self) -> MutexGuard<'_, Secrets> {
        // Every change is one whole step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where one reading of a text holds any of these pieces.
fn found(reading: &[Letter], all: &[&Pieces]) -> Vec<Range<usize>> {
    let folded: Vec<char> = reading.iter().map(|letter| fold(letter.is)).collect();
    let mut found = Vec::new();
    for pieces in all {
        for (at, window) in folded.windows(pieces.length).enumerate() {
            if pieces.hashes.contains(&hash(window)) {
                found.push(reading[at].from..reading[at + pieces.length - 1].to);
            }
        }
    }
    found
}

/// The text with these parts hidden, each once however many of them overlap.
fn without(text: &str, mut hidden: Vec<Range<usize>>) -> Cow<'_, str> {
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    hidden.sort_by_key(|part| part.start);
    let (mut told, mut at) = (String::new(), 0);
    for part in hidden {
        if told.is_empty() || part.start > at {
            told += &text[at..part.start];
            told += HIDDEN;
        }
        at = at.max(part.end);
    }
    Cow::Owned(told + &text[at..])
}

/// The pieces by which a secret is recognised, for each of its spellings.
fn pieces(secret: &str) -> Vec<Pieces> {
    let bytes = secret.as_bytes();
    let hex = bytes.iter().map(|b| format!("{b:02x}")).collect::<String>().chars().collect();
    let encoded = (0..3).map(|offset| base64_at(bytes, offset)).chain([hex]);
    // What is too short to be told from a word is not looked for.
    let encoded = encoded.filter(|spelling: &Vec<char>| spelling.len() >= SHORTEST);
    let as_bytes = bytes.iter().map(|b| char::from(*b)).collect();
    let in_a_form = secret.replace(' ', "+").chars().collect();
    let mut spellings: Vec<Vec<char>> = vec![secret.chars().collect(), as_bytes, in_a_form];
    spellings.dedup();
    spellings.retain(|spelling| !spelling.is_empty());
    spellings.into_iter().chain(encoded).map(|spelling| Pieces::of(&spelling)).collect()
}

/// What of the base64 of a longer text depends on these bytes alone, when so many others come before.
fn base64_at(bytes: &[u8], offset: usize) -> Vec<char> {
    let text = STANDARD_NO_PAD.encode([&vec![0; offset], bytes].concat());
    let (begin, end) = ((offset * 8).div_ceil(6), (offset + bytes.len()) * 8 / 6);
    text.chars().take(end).skip(begin).collect()
}

impl Pieces {
    /// A third of a short secret is worth hiding; of a long one, what nobody writes by chance.
    fn of(spelling: &[char]) -> Self {
        let length = (spelling.len() / 3).clamp(SHORTEST, 12).min(spelling.len());
        let folded: Vec<char> = spelling.iter().copied().map(fold).collect();
        Self { length, hashes: folded.windows(length).map(hash).collect() }
    }
}

fn hash(piece: &[char]) -> u64 {
    let mut hasher = DefaultHasher::new();
    piece.hash(&mut hasher);
    hasher.finish()
}

impl Raw {
    /// Keeps text as it came.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// All of these that hold something, one behind the other; `None` if none does.
    pub fn joined<'a>(all: impl IntoIterator<Item = &'a Self>, between: &str) -> Option<Self> {
        let all: Vec<&str> = all.into_iter().map(|raw| raw.0.as_str()).filter(|text| !text.is_empty()).collect();
        (!all.is_empty()).then(|| Self(all.join(between)))
    }
}

impl Deref for Veiled {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Veiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Veiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw").finish_non_exhaustive()
    }
}

impl fmt::Debug for Veil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Veil").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
