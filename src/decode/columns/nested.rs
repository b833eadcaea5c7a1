//! Structs under construction.
//!
//! A member fills the field that has its name. Under lenient reading a name may be another spelling: then the value waits
//! until the object is over, and is taken if nothing came under the field's own name or a better spelling. So does the
//! value of a column whose fields flat shapes hold in members of the record: what there is of those is lent to the object,
//! which uses it where it lacks a field. A column of the record itself is lent what follows from other members in the same way.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{ArrayRef, NullBufferBuilder, StructArray};
use arrow::datatypes::Fields;

use super::builder::{Builder, Values, is_object_in_text};
use super::conflict::Conflicts;
use super::names::{LOOSE, Names, Place, Use};
use super::notes::{Made, Notes};
use super::strangers::Declared;
use crate::decode::json::{Broken, Cursor, Found, Quoted, RecordDigest, name_hash};
use crate::decode::outline::Outline;
use crate::decode::record::Strictness;
use crate::decode::text::Order;
use crate::table::Column;

/// A struct column under construction; a record is one too.
#[derive(Debug)]
pub(in crate::decode) struct Object {
    fields: Fields,
    names: Names,
    columns: Vec<Builder>,
    /// Which columns have got their value from the object that is being read.
    filled: Vec<bool>,
    /// Values under other spellings of a column's name, to be used if there is none under the name itself.
    others: Vec<Option<Other>>,
    /// Values in the record that others are made of.
    notes: Notes,
    /// Of a record: columns, and fields of columns, that it may hold in members of its own.
    flat: Vec<Flat>,
    /// What the record holds in place of the fields. Empty if none of them can be so.
    lent: Vec<Option<String>>,
    strictness: Strictness,
    validity: NullBufferBuilder,
    /// Of a record whose copies are told apart: what was summed up of the members that were read.
    digest: Option<Box<RecordDigest>>,
}

/// The best value of a column under another spelling of its name.
#[derive(Debug, Clone, Copy)]
struct Other {
    rank: usize,
    start: usize,
    end: usize,
    /// What comes first in its dates.
    order: Option<Order>,
}

/// A column, or a field of one, that shapes of a record hold in other members of the record.
#[derive(Debug)]
struct Flat {
    column: usize,
    field: Option<usize>,
    made: Made,
}

/// How good a spelling its own name is, of a column that waits for what may be lent to it; other spellings come after it.
const OWN: usize = 1;

/// What an empty text adds to the rank of the name that it stands under: whatever says something is better.
const EMPTY: usize = 1_000_000;

impl Object {
    /// A builder for the fields of the object at `path`, which is empty for a record.
    pub(in crate::decode) fn new<'c>(
        columns: impl Iterator<Item = &'c Column> + Clone,
        path: &str,
        strictness: Strictness,
        conflicts: &mut Conflicts,
    ) -> Self {
        let dot = if path.is_empty() { "" } else { "." };
        let builders: Vec<Builder> = columns
            .clone()
            .map(|column| Builder::of(column, &format!("{path}{dot}{}", column.name), strictness, conflicts))
            .collect();
        let mut names = Names::new(columns.clone().map(|column| column.wire), path);
        let is_lent = strictness == Strictness::Lenient && columns.clone().any(|column| column.flat.is_some());
        if strictness == Strictness::Lenient {
            spell(&mut names, columns.clone());
        }
        let mut object = Self {
            fields: columns.clone().map(Column::field).collect(),
            names,
            filled: vec![false; builders.len()],
            others: vec![None; builders.len()],
            notes: Notes::default(),
            flat: Vec::new(),
            lent: if is_lent { vec![None; builders.len()] } else { Vec::new() },
            columns: builders,
            strictness,
            validity: NullBufferBuilder::new(0),
            digest: None,
        };
        if strictness == Strictness::Lenient && path.is_empty() {
            columns.enumerate().for_each(|(at, column)| object.borrow(at, column));
        }
        object
    }

    /// Lets a column have its value, or fields, in other members of the record.
    fn borrow(&mut self, at: usize, column: &Column) {
        if let Some(flat) = column.flat {
            let made = Made::new(flat, |member| self.note(member));
            self.flat.push(Flat { column: at, field: None, made });
        }
        if !self.columns[at].values.borrows() {
            return;
        }
        self.names.rank(column.wire, at, OWN);
        for (field, declared) in column.fields().iter().enumerate() {
            let Some(flat) = declared.flat else { continue };
            let made = Made::new(flat, |member| self.note(member));
            self.flat.push(Flat { column: at, field: Some(field), made });
        }
    }

    /// Notes where the value of a member is, from now on; its number.
    pub(in crate::decode) fn note(&mut self, member: &'static str) -> usize {
        let note = self.notes.add(member);
        self.names.note(member, note);
        note
    }

    /// Names that are declared, also of columns that are not read.
    pub(in crate::decode) fn declare(&mut self, declared: Arc<Declared>) {
        self.names.declare(declared);
    }

    /// Sums up each record from now on, see [`Object::digest`].
    pub(in crate::decode) fn sum_up(&mut self) {
        self.digest = Some(Box::default());
    }

    /// A number for what the record says that was read last, if records are summed up.
    pub(in crate::decode) fn digest(&self) -> Option<u64> {
        self.digest.as_ref().map(|digest| digest.digest())
    }

    /// All members have been named.
    pub(in crate::decode) fn settle(&mut self) {
        self.names.settle();
    }

    /// What comes first in the dates of these members.
    pub(in crate::decode) fn set_orders<'n>(&mut self, orders: impl Iterator<Item = (&'n str, Order)>) {
        self.names.set_orders(orders);
    }

    /// The values that were noted in the object read last.
    pub(in crate::decode) fn noted<'a>(&self, cursor: &Cursor<'a>) -> Vec<Option<Cow<'a, str>>> {
        self.notes.texts(cursor)
    }

    /// Whether a record may hold fields in members of its own.
    pub(in crate::decode) fn borrows(&self) -> bool {
        !self.lent.is_empty()
    }

    /// Reads the object at whose opening brace the cursor stands.
    pub(in crate::decode) fn read(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        self.begin();
        let mut place = Place::default();
        let mut more = cursor.enter(b'}')?;
        while more {
            let used = self.next_member(&mut place, cursor, conflicts)?;
            self.value(used, None, cursor, conflicts)?;
            more = cursor.more(b'}')?;
        }
        self.complete(cursor, conflicts)
    }

    /// Reads a record whose members were found before; the cursor is behind it then.
    pub(in crate::decode) fn read_traced(
        &mut self,
        cursor: &mut Cursor<'_>,
        outline: &Outline,
        conflicts: &mut Conflicts,
    ) -> Result<(), Broken> {
        self.begin();
        self.names.follow(outline.series());
        cursor.step();
        for Found { name, number, value: (start, end), plain, .. } in outline.members_found() {
            let used = match self.names.followed(*number) {
                // Of nearly all members nobody wants anything.
                Some(used) if used.is_nothing() && self.digest.is_none() => {
                    cursor.go(*end);
                    continue;
                }
                Some(used) => *used,
                None => {
                    let used = self.use_of(*name, &mut Place::default(), cursor, conflicts);
                    self.names.follows(*number, used);
                    used
                }
            };
            cursor.go(*start);
            if *plain && self.text(used, (*start, *end), cursor, conflicts) {
                cursor.go(*end);
                continue;
            }
            self.value(used, Some(*end), cursor, conflicts)?;
        }
        // Nothing but white space and the brace is left.
        cursor.peek()?;
        cursor.step();
        self.complete(cursor, conflicts)
    }

    /// Reads a string without escapes, if that is as simple as it nearly always is: the value of one column, under its own
    /// name and for the first time, and of nothing else.
    #[inline]
    fn text(
        &mut self,
        used: Use,
        (start, end): (usize, usize),
        cursor: &Cursor<'_>,
        conflicts: &mut Conflicts,
    ) -> bool {
        let Some((at, 0)) = used.field.filter(|(at, _)| !self.filled[*at]) else { return false };
        let is_simple = used.note.is_none() && self.digest.is_none() && self.lent.is_empty();
        if !is_simple || !self.columns[at].is_of_text() {
            return false;
        }
        self.filled[at] = true;
        conflicts.order = used.order;
        self.columns[at].read_text_of(cursor.text(start + 1, end - 1), conflicts);
        true
    }

    /// Forgets the object before.
    fn begin(&mut self) {
        self.filled.fill(false);
        self.notes.clear();
        self.digest.iter_mut().for_each(|digest| digest.begin());
    }

    /// Fills the columns for which there was no value.
    fn complete(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        if !self.flat.is_empty() {
            self.lend(cursor);
        }
        for at in 0..self.columns.len() {
            match self.others[at].take() {
                _ if self.filled[at] => {}
                Some(other) if other.rank >= EMPTY && self.lent.get(at).is_some_and(Option::is_some) => {
                    self.without(at, conflicts);
                }
                Some(other) if self.is_value(at, other, cursor) => {
                    conflicts.order = other.order;
                    self.columns[at].read(&mut cursor.fork(other.start), conflicts)?;
                }
                _ => self.without(at, conflicts),
            }
        }
        self.compare_lent(conflicts);
        self.validity.append_non_null();
        Ok(())
    }

    /// Hands what the record holds of their fields to its columns.
    fn lend(&mut self, cursor: &Cursor<'_>) {
        let texts = self.notes.texts(cursor);
        for flat in &self.flat {
            let lent = match (flat.field, &mut self.columns[flat.column].values) {
                (None, _) => &mut self.lent[flat.column],
                (Some(field), Values::Object(object)) => &mut object.lent[field],
                _ => continue,
            };
            *lent = flat.made.with(&texts, |text| text.map(str::to_owned));
        }
    }

    fn has_lent(&self) -> bool {
        self.lent.iter().any(Option::is_some)
    }

    /// Whether the value that waited is the column's. Beside a flat code, a text is a word for it.
    fn is_value(&self, at: usize, other: Other, cursor: &Cursor<'_>) -> bool {
        let Values::Object(object) = &self.columns[at].values else { return true };
        let value = cursor.bytes(other.start, other.end);
        !object.has_lent() || value.strip_prefix(b"\"").is_none_or(is_object_in_text)
    }

    /// Counts what the record says otherwise of a field that the object has. What was used is gone from `lent`.
    fn compare_lent(&mut self, conflicts: &mut Conflicts) {
        for (column, lent) in self.columns.iter().zip(&mut self.lent) {
            if let Some(text) = lent.take() {
                column.compare(&text, conflicts);
            }
        }
    }

    /// Completes a column for which the object has no value.
    #[inline]
    fn without(&mut self, at: usize, conflicts: &mut Conflicts) {
        match self.lent.get_mut(at).and_then(Option::take) {
            None => self.columns[at].append_absent(conflicts),
            text => self.columns[at].append(text.as_deref(), conflicts),
        }
    }

    /// Appends an object of what was lent, or NULL.
    pub(in crate::decode) fn append_absent(&mut self, conflicts: &mut Conflicts) {
        if !self.has_lent() {
            return self.append_null();
        }
        (0..self.columns.len()).for_each(|at| self.without(at, conflicts));
        self.validity.append_non_null();
    }

    /// Reads the value of a member, whose end may be known already.
    #[inline]
    fn value(
        &mut self,
        used: Use,
        end: Option<usize>,
        cursor: &mut Cursor<'_>,
        conflicts: &mut Conflicts,
    ) -> Result<(), Broken> {
        let absent = self.strictness == Strictness::Lenient && self.is_absent(used, cursor)?;
        let start = cursor.at();
        let is_read = used.field.is_some() && !absent;
        if let Some(digest) = self.digest.as_mut().filter(|_| is_read) {
            digest.take(used.hash, &mut cursor.fork(start))?;
        }
        match used.field {
            Some((at, 0)) if !self.filled[at] && !absent => {
                self.filled[at] = true;
                conflicts.order = used.order;
                self.columns[at].read(cursor, conflicts)?;
            }
            Some((at, 0)) if !absent => {
                self.columns[at].repeated(cursor, conflicts)?;
            }
            Some((at, rank)) if !absent => self.wait(at, rank, used.order, cursor, conflicts)?,
            _ => {
                if let Some(stranger) = used.stranger {
                    conflicts.strangers.meet(stranger);
                }
                match (&mut self.digest, end) {
                    (Some(digest), _) => digest.take(used.hash, cursor)?,
                    (None, Some(end)) => cursor.go(end),
                    (None, None) => cursor.skip().map(|_| ())?,
                }
            }
        }
        if let Some((note, firm)) = used.note {
            self.notes.take(note, firm, start, cursor.at());
        }
        Ok(())
    }

    /// Whether a value says nothing: null, or empty where something else stands in for it.
    fn is_absent(&self, used: Use, cursor: &mut Cursor<'_>) -> Result<bool, Broken> {
        let first = cursor.peek()?;
        let has_other = || used.field.and_then(|(at, _)| self.lent.get(at)?.as_ref()).is_some();
        Ok(first == b'n' || (first == b'"' && has_other() && cursor.is_empty_string()))
    }

    /// Keeps the place of a value until the object is over, unless there is a better one.
    fn wait(
        &mut self,
        at: usize,
        rank: usize,
        order: Option<Order>,
        cursor: &mut Cursor<'_>,
        conflicts: &mut Conflicts,
    ) -> Result<(), Broken> {
        let before = self.others[at].map(|other| other.rank);
        if rank == OWN && before == Some(OWN) && self.columns[at].values.borrows() {
            return self.columns[at].repeated(cursor, conflicts);
        }
        let start = cursor.skip()?;
        let end = cursor.at();
        let value = cursor.bytes(start, end);
        let column = &self.columns[at];
        // Exports leave twins empty: an empty text is the value where nothing else is.
        let is_empty = value == b"\"\"";
        let rank = if is_empty { rank + EMPTY } else { rank };
        let meant = if is_empty { column.takes_empty() } else { rank < LOOSE || column.is_meant(value) };
        if before.is_none_or(|before| rank < before) && meant {
            self.others[at] = Some(Other { rank, start, end, order });
        }
        Ok(())
    }

    /// Whether it is a pair of name and value.
    pub(in crate::decode) fn is_pair(&self) -> bool {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name().as_str()).collect();
        names == ["name", "value"]
    }

    /// Whether it has a member of that name.
    pub(in crate::decode) fn has(&self, name: &str) -> bool {
        self.names.has_field(name)
    }

    /// An object that has this name alone, if its first field is a name.
    pub(in crate::decode) fn named(&self, name: &str) -> Option<String> {
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
        cursor.peek()?;
        if let Some((length, used)) = self.names.guess(place, cursor.rest()) {
            cursor.pass_name(length)?;
            return Ok(used);
        }
        let name = cursor.name()?;
        Ok(self.use_of(name, place, cursor, conflicts))
    }

    /// What a member of that name is for.
    #[inline]
    fn use_of(&mut self, name: Quoted, place: &mut Place, cursor: &Cursor<'_>, conflicts: &mut Conflicts) -> Use {
        let bytes = cursor.bytes(name.start, name.end);
        if !name.escaped {
            return self.names.find(place, bytes, &mut conflicts.strangers);
        }
        let Conflicts { scratch, strangers, .. } = conflicts;
        match cursor.string_text(name, scratch) {
            Some(name) => self.names.find(place, name.as_bytes(), strangers),
            None => Use { hash: name_hash(bytes), ..Use::default() },
        }
    }

    pub(in crate::decode) fn append_null(&mut self) {
        self.columns.iter_mut().for_each(|column| column.values.append_null());
        self.validity.append_null();
    }

    /// The columns so far, without the validity of the objects themselves; all are empty afterwards.
    pub(in crate::decode) fn finish_columns(&mut self) -> Vec<ArrayRef> {
        self.validity = NullBufferBuilder::new(0);
        self.columns.iter_mut().map(|column| column.values.finish()).collect()
    }

    pub(in crate::decode) fn finish(&mut self) -> StructArray {
        let (length, validity) = (self.validity.len(), self.validity.finish());
        StructArray::try_new_with_length(self.fields.clone(), self.finish_columns(), validity, length)
            .expect("every value appended one entry to each column of its declared type")
    }
}

/// Lets columns have the other names that they declare, best first, and any spelling of their names.
fn spell<'c>(names: &mut Names, columns: impl Iterator<Item = &'c Column> + Clone) {
    for (at, column) in columns.clone().enumerate() {
        column.aliases.iter().enumerate().for_each(|(rank, name)| names.spell(name, at, OWN + 1 + rank));
    }
    columns.clone().enumerate().for_each(|(at, column)| names.loosen(column.wire, at, 0));
    for (at, column) in columns.enumerate() {
        column.aliases.iter().enumerate().for_each(|(rank, name)| names.loosen(name, at, OWN + 1 + rank));
    }
}
