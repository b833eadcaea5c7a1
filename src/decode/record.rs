//! What a record is: one JSON object, kept to its declaration closely or not.

use super::json::{Broken, Cursor};

/// How closely records keep to the declarations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// Names and types are those that the service documents.
    Exact,
    /// Names may be the columns' aliases and spelled in any way, nested values may come as text, instants as people write
    /// them: the feed and exports.
    Lenient,
}

/// Why a record was not taken. Nothing of it is in the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It is JSON of another kind, or nothing.
    #[error("the record is {found}, not an object")]
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// It ends before its last brace.
    #[error("the record ends early, at byte {at}")]
    Truncated {
        /// Its length.
        at: usize,
    },
    /// It is no JSON.
    #[error("the record is not valid JSON at byte {at}: expected {expected}")]
    Syntax {
        /// Offset of the first byte that does not fit.
        at: usize,
        /// What should have been there.
        expected: &'static str,
    },
    /// The batch would become too large: finish it first.
    #[error("the batch is full")]
    Full,
}

impl From<Broken> for RecordError {
    fn from(Broken { at, expected }: Broken) -> Self {
        expected.map_or(Self::Truncated { at }, |expected| Self::Syntax { at, expected })
    }
}

/// Whether an object begins here.
pub(super) fn check_begins(cursor: &mut Cursor<'_>) -> Result<(), RecordError> {
    let found = match cursor.peek() {
        Ok(b'{') => None,
        Ok(byte) => Some(kind(byte)),
        Err(_) => Some("nothing"),
    };
    found.map_or(Ok(()), |found| Err(RecordError::NotAnObject { found }))
}

/// Whether nothing follows.
pub(super) fn check_ends(cursor: &mut Cursor<'_>) -> Result<(), RecordError> {
    if cursor.is_at_end() { Ok(()) } else { Ok(cursor.broken("the end of the record")?) }
}

/// What begins with this byte, in words.
pub(super) fn kind(byte: u8) -> &'static str {
    match byte {
        b'{' => "an object",
        b'[' => "an array",
        b'"' => "a string",
        b't' | b'f' => "a Boolean",
        b'n' => "null",
        b'-' | b'0'..=b'9' => "a number",
        b'<' => "HTML or XML",
        _ => "no JSON",
    }
}
