//! Values that could not be what their column says: counted by column, with the first record's key.

use super::cursor::{Cursor, Token};

/// A key longer than this is nothing that anyone could look for.
const MAX_KEY: usize = 256;

/// Values of one column that are NULL because their JSON is not of the column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Path of the column in SQL: `status.error_code`; elements of a list are `[]`.
    pub column: String,
    /// How many values.
    pub count: u64,
    /// Key of the first record concerned, if it has one.
    pub first_id: Option<String>,
}

/// The conflicts of one batch, by column number, and the room that odd strings are unescaped in.
#[derive(Debug, Default)]
pub(super) struct Conflicts {
    columns: Vec<Conflict>,
    /// Columns whose first conflict is in the record that is being read: its key may be yet to come.
    unsigned: Vec<usize>,
    pub(super) scratch: String,
}

impl Conflicts {
    /// Gives a column its number.
    pub(super) fn add_column(&mut self, path: String) -> usize {
        self.columns.push(Conflict { column: path, count: 0, first_id: None });
        self.columns.len() - 1
    }

    /// Counts an odd value in the record that is being read.
    #[cold]
    pub(super) fn count(&mut self, column: usize) {
        let conflict = &mut self.columns[column];
        if conflict.count == 0 {
            self.unsigned.push(column);
        }
        conflict.count += 1;
    }

    /// Ends a record.
    #[inline]
    pub(super) fn end_record(&mut self, record: &[u8], key: &[String]) {
        if !self.unsigned.is_empty() {
            self.sign(record, key);
        }
    }

    #[cold]
    fn sign(&mut self, record: &[u8], key: &[String]) {
        let id = key_of(record, key, &mut self.scratch);
        for column in self.unsigned.drain(..) {
            self.columns[column].first_id.clone_from(&id);
        }
    }

    /// Everything that was counted; counting starts anew.
    pub(super) fn take(&mut self) -> Vec<Conflict> {
        self.unsigned.clear();
        let odd = self.columns.iter_mut().filter(|c| c.count > 0);
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
        let is_key = cursor.string_text(name, scratch).is_some_and(|name| key.iter().any(|key| key == name));
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
