//! A record looked over: it is one, and this is where its members are.
//!
//! Files have to be asked of each object what it is before its columns are read. Both need the same: that it is one whole
//! object, and its members. So it is looked through once, and whoever comes next finds the members here.

use super::json::{Cursor, Quoted, each_member};
use super::record::{RecordError, check_begins, check_ends};

/// Text that came as bytes: whether it is UTF-8 is found out once for all records in it.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    bytes: &'a [u8],
    text: Option<&'a str>,
}

/// Where the members of an object are.
#[derive(Debug, Default)]
pub struct Outline {
    members: Vec<Span>,
}

/// Where a member is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) name: Quoted,
    /// From the first byte of its value to behind the last.
    pub(super) value: (usize, usize),
}

impl<'a> Text<'a> {
    /// Looks at all of the bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, text: std::str::from_utf8(bytes).ok() }
    }

    /// A part of it.
    ///
    /// # Panics
    /// If there is no such part.
    #[must_use]
    pub fn part(self, range: std::ops::Range<usize>) -> Self {
        let bytes = &self.bytes[range.clone()];
        match self.text {
            Some(text) => Self { bytes, text: text.get(range) },
            // What is no text elsewhere may be one here.
            None => Self::new(bytes),
        }
    }

    /// Its bytes.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn cursor(self) -> Cursor<'a> {
        Cursor::over(self.bytes, self.text)
    }
}

impl Outline {
    /// Looks over a record, in place of the one before.
    ///
    /// # Errors
    /// When it is not one whole object.
    pub fn trace(&mut self, record: Text<'_>) -> Result<(), RecordError> {
        self.members.clear();
        let mut cursor = record.cursor();
        check_begins(&mut cursor)?;
        let end = each_member(record.bytes, cursor.at(), |name, value| self.members.push(Span { name, value }))?;
        cursor.go(end);
        check_ends(&mut cursor)
    }

    pub(super) fn spans(&self) -> &[Span] {
        &self.members
    }

    /// The names of the record's members and their values, as they stand in it: names between their quotes, and whether
    /// there are escapes in them.
    pub fn raw<'r>(&self, record: Text<'r>) -> impl Iterator<Item = (&'r [u8], bool, &'r [u8])> {
        self.members.iter().map(move |Span { name, value }| {
            (&record.bytes[name.start..name.end], name.escaped, &record.bytes[value.0..value.1])
        })
    }
}
