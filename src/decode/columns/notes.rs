//! Members of a record whose values are noted while it is read, because something else is made of them: derived columns,
//! and fields of objects that flat shapes of the record hold beside the object.

use std::borrow::Cow;

use crate::decode::json::Cursor;
use crate::decode::members::scalar;
use crate::table::Derived;

/// The noted members of one object, and where their values are in the object that is being read.
#[derive(Debug, Default)]
pub(in crate::decode) struct Notes {
    members: Vec<&'static str>,
    places: Vec<Option<Noted>>,
}

#[derive(Debug, Clone, Copy)]
struct Noted {
    start: usize,
    end: usize,
    /// It stands under the very name, not under another spelling of it.
    firm: bool,
}

/// A value that is made of noted members.
#[derive(Debug)]
pub(in crate::decode) struct Made {
    derived: Derived,
    notes: Vec<usize>,
}

impl Notes {
    /// Adds a member, or finds it; its number among the notes.
    pub(in crate::decode) fn add(&mut self, member: &'static str) -> usize {
        self.members.iter().position(|own| *own == member).unwrap_or_else(|| {
            self.members.push(member);
            self.places.push(None);
            self.members.len() - 1
        })
    }

    /// Forgets the values of the object before.
    #[inline]
    pub(in crate::decode) fn clear(&mut self) {
        self.places.fill(None);
    }

    /// Notes a value. The first stands, but for one under the very name.
    pub(in crate::decode) fn take(&mut self, note: usize, firm: bool, start: usize, end: usize) {
        let place = &mut self.places[note];
        if place.is_none_or(|noted| firm && !noted.firm) {
            *place = Some(Noted { start, end, firm });
        }
    }

    /// The values as text, by number. What is empty, null or nested is none.
    pub(in crate::decode) fn texts<'a>(&self, cursor: &Cursor<'a>) -> Vec<Option<Cow<'a, str>>> {
        let text = |noted: Noted| scalar(cursor.bytes(noted.start, noted.end)).filter(|text| !text.is_empty());
        self.places.iter().map(|place| place.and_then(text)).collect()
    }
}

impl Made {
    pub(in crate::decode) fn new(derived: Derived, note: impl FnMut(&'static str) -> usize) -> Self {
        Self { derived, notes: derived.of.iter().copied().map(note).collect() }
    }

    /// Gives the text that follows from those of the notes to `f`.
    pub(in crate::decode) fn with<T>(&self, texts: &[Option<Cow<'_, str>>], f: impl FnOnce(Option<&str>) -> T) -> T {
        let inputs: Vec<Option<&str>> = self.notes.iter().map(|&note| texts[note].as_deref()).collect();
        f((self.derived.by)(&inputs).as_deref())
    }
}
