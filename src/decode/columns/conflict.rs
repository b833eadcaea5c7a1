//! Values that are not what their column says: counted by column and kind, with the first record's key.

use super::strangers::Strangers;
use crate::decode::json::{Cursor, Token};
use crate::decode::text::{Order, same_name};

/// A key longer than this is nothing that anyone could look for.
const MAX_KEY: usize = 256;

/// What is odd about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// It is not of the column's type, and NULL.
    Unreadable,
    /// Its member came again in the same object, and the first value was kept.
    Repeated,
    /// PowerShell wrote text in place of an object; what the text shows was read.
    Cut,
    /// The record says something else in a flat member of its own; the object's value was kept.
    Contradicted,
}

/// How many oddities there are.
const KINDS: usize = 4;

/// Odd values of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Path of the column in SQL: `status.error_code`; elements of a list are `[]`.
    pub column: String,
    /// What is odd about them.
    pub oddity: Oddity,
    /// How many values.
    pub count: u64,
    /// Key of the first record concerned, if it has one.
    pub first_id: Option<String>,
}

/// The conflicts of one batch, by column number, and the room that odd strings are unescaped in.
#[derive(Debug, Default)]
pub(in crate::decode) struct Conflicts {
    /// For each column one of each kind.
    all: Vec<Conflict>,
    /// Those of which the first is in the record that is being read: its key may be yet to come.
    unsigned: Vec<usize>,
    pub(in crate::decode) scratch: String,
    /// What comes first in the dates of the member that is being read.
    pub(in crate::decode) order: Option<Order>,
    /// Members that no column declares.
    pub(in crate::decode) strangers: Strangers,
}

impl Conflicts {
    /// Gives a column its number.
    pub(in crate::decode) fn add_column(&mut self, path: &str) -> usize {
        let of = |oddity| Conflict { column: path.to_owned(), oddity, count: 0, first_id: None };
        self.all.extend([Oddity::Unreadable, Oddity::Repeated, Oddity::Cut, Oddity::Contradicted].map(of));
        self.all.len() / KINDS - 1
    }

    /// Counts an odd value in the record that is being read.
    #[cold]
    pub(in crate::decode) fn count(&mut self, column: usize, oddity: Oddity) {
        let at = column * KINDS + oddity as usize;
        let conflict = &mut self.all[at];
        if conflict.count == 0 {
            self.unsigned.push(at);
        }
        conflict.count += 1;
    }

    /// Ends a record.
    #[inline]
    pub(in crate::decode) fn end_record(&mut self, record: &[u8], key: &[String]) {
        if !self.unsigned.is_empty() || self.strangers.are_unsigned() {
            self.sign(record, key);
        }
    }

    #[cold]
    fn sign(&mut self, record: &[u8], key: &[String]) {
        let id = key_of(record, key, &mut self.scratch);
        for at in self.unsigned.drain(..) {
            self.all[at].first_id.clone_from(&id);
        }
        self.strangers.sign(id.as_ref());
    }

    /// Everything that was counted; counting starts anew.
    pub(in crate::decode) fn take(&mut self) -> Vec<Conflict> {
        self.unsigned.clear();
        let odd = self.all.iter_mut().filter(|c| c.count > 0);
        odd.map(|c| {
            let taken = c.clone();
            (c.count, c.first_id) = (0, None);
            taken
        })
        .collect()
    }
}

/// The text of the member of a record that has one of the names of the key.
fn key_of(record: &[u8], key: &[String], scratch: &mut String) -> Option<String> {
    let mut cursor = Cursor::new(record);
    cursor.peek().ok()?;
    let mut more = cursor.enter(b'}').ok()?;
    while more {
        let name = cursor.name().ok()?;
        let is_key = cursor.string_text(name, scratch).is_some_and(|name| key.iter().any(|key| same_name(key, name)));
        let start = cursor.skip().ok()?;
        if is_key {
            let mut value = cursor.fork(start);
            let text = match value.token().ok()? {
                Token::String(id) => value.string_text(id, scratch),
                Token::Number(start, end) => value.text(start, end),
                _ => None,
            };
            if let Some(id) = text.filter(|id| id.len() <= MAX_KEY) {
                return Some(id.into());
            }
        }
        more = cursor.more(b'}').ok()?;
    }
    None
}
