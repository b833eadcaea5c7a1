//! A record looked over: it is one, and this is where its members are.
//!
//! Files have to be asked of each object what it is before its columns are read. Both need the same: that it is one whole
//! object, and its members. So it is looked through once, and whoever comes next finds the members here.

use super::json::{Cursor, Found, each_member};
use super::known::KnownNames;
use super::record::{RecordError, check_begins, check_ends};

/// Text that came as bytes: whether it is UTF-8 is found out once for all records in it.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    bytes: &'a [u8],
    text: Option<&'a str>,
}

/// Where the members of an object are, and what was learned of the names of those before it.
#[derive(Debug)]
pub struct Outline {
    members: Vec<Found>,
    names: KnownNames,
    marks: u8,
    escapes: bool,
}

impl Default for Outline {
    fn default() -> Self {
        Self::marking(|_| 0)
    }
}

impl<'a> Text<'a> {
    /// Looks at all of the bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, text: simdutf8::basic::from_utf8(bytes).ok() }
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
    /// An outline that marks names: each is asked about once, as it stands between its quotes.
    pub fn marking(mark: fn(&[u8]) -> u8) -> Self {
        Self { members: Vec::new(), names: KnownNames::new(mark), marks: 0, escapes: false }
    }

    /// An outline of one object.
    pub(super) fn of_one() -> Self {
        Self { names: KnownNames::of_one_object(), ..Self::default() }
    }

    /// Looks over a record, in place of the one before.
    ///
    /// # Errors
    /// When it is not one whole object.
    pub fn trace(&mut self, record: Text<'_>) -> Result<(), RecordError> {
        let Self { members, names, marks, escapes } = self;
        members.clear();
        (*marks, *escapes) = (0, false);
        let mut cursor = record.cursor();
        check_begins(&mut cursor)?;
        let end = each_member(record.bytes, cursor.at(), names, |found| {
            *marks |= found.mark;
            *escapes |= found.name.escaped;
            members.push(found);
        })?;
        cursor.go(end);
        check_ends(&mut cursor)
    }

    /// The marks of all names together; `None`, if there is an escape in one, which may hide what it is.
    pub fn marks(&self) -> Option<u8> {
        (!self.escapes).then_some(self.marks)
    }

    /// Tells the numbers of its names from those that others give.
    pub(super) fn series(&self) -> u64 {
        self.names.series()
    }

    pub(super) fn members_found(&self) -> &[Found] {
        &self.members
    }

    /// The names of the record's members and their values, as they stand in it: names between their quotes.
    pub fn raw<'r>(&self, record: Text<'r>) -> impl Iterator<Item = (&'r [u8], &'r [u8])> {
        self.members.iter().map(move |Found { name, value, .. }| {
            (&record.bytes[name.start..name.end], &record.bytes[value.0..value.1])
        })
    }
}
