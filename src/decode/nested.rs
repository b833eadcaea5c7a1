//! Structs and lists under construction.
//!
//! A member fills the field that has its name. Under lenient reading a name may be another spelling: then the value waits
//! until the object is over, and is taken if nothing came under the field's own name or a better spelling.

use arrow::array::{ArrayRef, ListArray, NullBufferBuilder, StructArray};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, FieldRef, Fields};

use super::builder::{Builder, Values};
use super::conflict::Conflicts;
use super::cursor::{Broken, Cursor};
use super::dates::Order;
use super::lenient::{LOOSE, is_meant};
use super::names::{Names, Place, Use};
use super::row::Reading;
use crate::table::{Column, Edm};

/// A struct column under construction; a record is one too.
#[derive(Debug)]
pub(super) struct Object {
    fields: Fields,
    names: Names,
    columns: Vec<Builder>,
    /// Which columns have got their value from the object that is being read.
    filled: Vec<bool>,
    /// Values under other spellings of a column's name, to be used if there is none under the name itself.
    others: Vec<Option<Other>>,
    /// Places of values in the record that derived columns are made of.
    notes: Vec<Option<(usize, usize)>>,
    /// Which of them stand under the very name.
    firm: Vec<bool>,
    reading: Reading,
    validity: NullBufferBuilder,
}

/// The best value of a column under another spelling of its name.
#[derive(Debug, Clone, Copy)]
struct Other {
    rank: usize,
    start: usize,
    /// What comes first in its dates.
    order: Option<Order>,
}

impl Object {
    /// A builder for the fields of the object at `path`, which is empty for a record.
    pub(super) fn new<'c>(
        columns: impl Iterator<Item = &'c Column> + Clone,
        path: &str,
        reading: Reading,
        conflicts: &mut Conflicts,
    ) -> Self {
        let dot = if path.is_empty() { "" } else { "." };
        let builders: Vec<Builder> = columns
            .clone()
            .map(|column| Builder::of(column, &format!("{path}{dot}{}", column.name), reading, conflicts))
            .collect();
        let mut names = Names::new(columns.clone().map(|column| column.wire));
        if reading == Reading::Lenient {
            spell(&mut names, columns.clone());
        }
        Self {
            fields: columns.map(Column::field).collect(),
            names,
            filled: vec![false; builders.len()],
            others: vec![None; builders.len()],
            notes: Vec::new(),
            firm: Vec::new(),
            columns: builders,
            reading,
            validity: NullBufferBuilder::new(0),
        }
    }

    /// Notes where the values of these members are.
    pub(super) fn note(&mut self, members: &[&str]) {
        members.iter().enumerate().for_each(|(place, name)| self.names.note(name, place));
        self.names.settle();
        self.notes = vec![None; members.len()];
        self.firm = vec![false; members.len()];
    }

    /// What comes first in the dates of these members.
    pub(super) fn set_orders<'n>(&mut self, orders: impl Iterator<Item = (&'n str, Order)>) {
        self.names.set_orders(orders);
    }

    /// Where the values are that were to be noted, in the object read last.
    pub(super) fn notes(&self) -> &[Option<(usize, usize)>] {
        &self.notes
    }

    /// Reads the object at whose opening brace the cursor stands.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        self.filled.fill(false);
        self.notes.fill(None);
        self.firm.fill(false);
        let mut place = Place::default();
        let mut more = cursor.enter(b'}')?;
        while more {
            let used = self.next_member(&mut place, cursor, conflicts)?;
            self.value(used, cursor, conflicts)?;
            more = cursor.more(b'}')?;
        }
        for at in 0..self.columns.len() {
            match self.others[at].take() {
                _ if self.filled[at] => {}
                None => self.columns[at].values.append_null(),
                Some(other) => {
                    conflicts.order = other.order;
                    self.columns[at].read(&mut cursor.fork(other.start), conflicts)?;
                }
            }
        }
        self.validity.append_non_null();
        Ok(())
    }

    /// Reads the value of a member.
    #[inline]
    fn value(&mut self, used: Use, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        let absent = self.reading == Reading::Lenient && cursor.peek()? == b'n';
        let start = cursor.at();
        match used.field {
            Some((at, 0)) if !self.filled[at] && !absent => {
                self.filled[at] = true;
                conflicts.order = used.order;
                self.columns[at].read(cursor, conflicts)?;
            }
            Some((at, 0)) if !absent => {
                self.columns[at].repeated(cursor, conflicts)?;
            }
            Some((at, rank)) if !absent => {
                let start = cursor.skip()?;
                let better = self.others[at].is_none_or(|other| rank < other.rank);
                let value = cursor.bytes(start, cursor.at());
                let meant = rank < LOOSE || is_meant(value, self.columns[at].values.is_nested());
                // Exports leave twins empty.
                if better && meant && value != b"\"\"" {
                    self.others[at] = Some(Other { rank, start, order: used.order });
                }
            }
            _ => cursor.skip().map(|_| ())?,
        }
        if let Some((note, firm)) = used.note
            && (self.notes[note].is_none() || (firm && !self.firm[note]))
        {
            (self.notes[note], self.firm[note]) = (Some((start, cursor.at())), firm);
        }
        Ok(())
    }

    /// Whether it is a pair of name and value.
    pub(super) fn is_pair(&self) -> bool {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name().as_str()).collect();
        names == ["name", "value"]
    }

    /// Whether it has a member of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.has_field(name)
    }

    /// An object that has this name alone, if its first field is a name.
    pub(super) fn named(&self, name: &str) -> Option<String> {
        let first = self.fields.first().filter(|field| field.name() == "name");
        first.map(|_| serde_json::json!({ "Name": name }).to_string())
    }

    /// What the next member is for; the cursor is before its value.
    #[inline]
    fn next_member(
        &mut self,
        place: &mut Place,
        cursor: &mut Cursor<'_>,
        conflicts: &mut Conflicts,
    ) -> Result<Use, Broken> {
        let name = cursor.name()?;
        if !name.escaped {
            return Ok(self.names.find(place, cursor.bytes(name.start, name.end)));
        }
        let name = cursor.string_text(name, &mut conflicts.scratch);
        Ok(name.map_or_else(Use::default, |name| self.names.find(place, name.as_bytes())))
    }

    pub(super) fn append_null(&mut self) {
        self.columns.iter_mut().for_each(|column| column.values.append_null());
        self.validity.append_null();
    }

    /// The columns so far, without the validity of the objects themselves; all are empty afterwards.
    pub(super) fn finish_columns(&mut self) -> Vec<ArrayRef> {
        self.validity = NullBufferBuilder::new(0);
        self.columns.iter_mut().map(|column| column.values.finish()).collect()
    }

    pub(super) fn finish(&mut self) -> StructArray {
        let (length, validity) = (self.validity.len(), self.validity.finish());
        StructArray::try_new_with_length(self.fields.clone(), self.finish_columns(), validity, length)
            .expect("every value appended one entry to each column of its declared type")
    }
}

/// Lets columns have the other names that they declare, best first, and any spelling of their names.
fn spell<'c>(names: &mut Names, columns: impl Iterator<Item = &'c Column> + Clone) {
    for (at, column) in columns.clone().enumerate() {
        column.aliases.iter().enumerate().for_each(|(rank, name)| names.spell(name, at, rank + 1));
    }
    columns.clone().enumerate().for_each(|(at, column)| names.loosen(column.wire, at, 0));
    for (at, column) in columns.enumerate() {
        column.aliases.iter().enumerate().for_each(|(rank, name)| names.loosen(name, at, rank + 1));
    }
}

/// A list column under construction.
#[derive(Debug)]
pub(super) struct List {
    item: FieldRef,
    items: Builder,
    /// Where each list ends among the items; the first entry is where the first begins.
    ends: Vec<i32>,
    validity: NullBufferBuilder,
}

impl List {
    pub(super) fn new(list: &Edm, item: &Edm, path: &str, reading: Reading, conflicts: &mut Conflicts) -> Self {
        let DataType::List(field) = list.data_type() else { unreachable!("a collection is a list in Arrow") };
        Self {
            item: field,
            items: Builder::new(item, &format!("{path}[]"), reading, conflicts),
            ends: vec![0],
            validity: NullBufferBuilder::new(0),
        }
    }

    /// Reads the list at whose opening bracket the cursor stands.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        let mut end = self.end();
        let mut more = cursor.enter(b']')?;
        while more {
            self.items.read(cursor, conflicts)?;
            end += 1;
            more = cursor.more(b']')?;
        }
        self.ends.push(end);
        self.validity.append_non_null();
        Ok(())
    }

    /// Reads the value at which the cursor stands as the only item of a list.
    pub(super) fn read_one(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        self.items.read(cursor, conflicts)?;
        self.ends.push(self.end() + 1);
        self.validity.append_non_null();
        Ok(())
    }

    pub(super) fn append_null(&mut self) {
        self.ends.push(self.end());
        self.validity.append_null();
    }

    /// What the items are made of.
    pub(super) fn item(&self) -> &Values {
        &self.items.values
    }

    /// Items so far. They fit, because a batch is made of less than `i32::MAX` bytes (see `row`).
    fn end(&self) -> i32 {
        self.ends.last().copied().unwrap_or_default()
    }

    pub(super) fn finish(&mut self) -> ListArray {
        let ends = std::mem::replace(&mut self.ends, vec![0]);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        ListArray::try_new(self.item.clone(), offsets, self.items.values.finish(), self.validity.finish())
            .expect("the ends of lists ascend and the last is the number of items")
    }
}
