//! Records in, a batch out: the shape that every source of JSON feeds.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, StringViewBuilder, UInt64Builder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::columns::{
    Builder, Conflict, Conflicts, Declared, Made, Object, Oddity, Strange, finish_string_views, string_views,
};
use super::json::{Broken, Cursor};
use super::outline::{Outline, Text};
use super::record::{RecordError, Strictness};
use super::text::Order;
use crate::table::{Column, Edm};

/// Bytes of JSON that one batch may be made of. Below it, no count of items or length of text can leave 31 bits.
pub(super) const MAX_BYTES: usize = i32::MAX as usize;

/// The name of the column of digests, see [`RecordDecoder::digested`]. No column of a table has such a name.
pub const DIGEST: &str = "(digest)";

/// Decoded records.
#[derive(Debug)]
pub struct Batch {
    /// The rows, with the columns that were asked for.
    pub rows: RecordBatch,
    /// Values that are NULL because their JSON is not of the column's type.
    pub conflicts: Vec<Conflict>,
    /// Members that no column declares, if they are noticed.
    pub strange: Strange,
}

/// Decodes records one after the other.
#[derive(Debug)]
pub struct RecordDecoder {
    columns: Vec<&'static Column>,
    schema: SchemaRef,
    record: Object,
    raw: Option<Raw>,
    computed: Vec<Computed>,
    digests: Option<UInt64Builder>,
    conflicts: Conflicts,
    strictness: Strictness,
    /// What is declared, if members that are not are noticed.
    declared: Option<Arc<Declared>>,
    key: &'static str,
    /// All names that the key may have.
    keys: Vec<String>,
    rows: usize,
    bytes: usize,
    outline: Outline,
}

/// A column that is made of members of the same record.
#[derive(Debug)]
struct Computed {
    place: usize,
    made: Made,
    values: Builder,
}

/// The column that holds whole records.
#[derive(Debug)]
struct Raw {
    place: usize,
    number: usize,
    values: StringViewBuilder,
}

impl RecordDecoder {
    /// Records will have these columns and keep to them; `key` is the wire name of the member that identifies a record.
    ///
    /// # Panics
    /// If a column is asked for twice.
    pub fn new(columns: &[&'static Column], key: &'static str) -> Self {
        Self::keeping(columns, key, vec![key.to_owned()], Strictness::Exact)
    }

    /// The same for records of the feed and of exports.
    ///
    /// # Panics
    /// If a column is asked for twice.
    pub fn lenient(columns: &[&'static Column], key: &'static Column) -> Self {
        Self::keeping(columns, key.wire, key_names(key), Strictness::Lenient)
    }

    fn keeping(columns: &[&'static Column], key: &'static str, keys: Vec<String>, strictness: Strictness) -> Self {
        for (at, column) in columns.iter().enumerate() {
            assert!(columns[..at].iter().all(|c| c.name != column.name), "column {} is asked for twice", column.name);
        }
        let mut conflicts = Conflicts::default();
        let is_raw = |column: &Column| matches!(column.edm, Edm::Raw);
        let members = columns.iter().copied().filter(|c| !is_raw(c) && c.derived.is_none());
        let mut record = Object::new(members, "", strictness, &mut conflicts);
        Self {
            columns: columns.to_vec(),
            schema: Arc::new(Schema::new(columns.iter().map(|c| c.field()).collect::<Vec<_>>())),
            computed: computed(columns, &mut record, strictness, &mut conflicts),
            digests: None,
            record,
            raw: columns.iter().position(|c| is_raw(c)).map(|place| Raw {
                place,
                number: conflicts.add_column(columns[place].name),
                values: string_views(),
            }),
            conflicts,
            strictness,
            declared: None,
            key,
            keys,
            rows: 0,
            bytes: 0,
            outline: Outline::default(),
        }
    }

    /// What comes first in the dates of these members, in the records that follow; of all others it is not known.
    pub fn set_orders<'n>(&mut self, orders: impl Iterator<Item = (&'n str, Order)>) {
        self.record.set_orders(orders);
    }

    /// The same with one more column, the last: a number for what the whole record says, whatever columns are asked for.
    #[must_use]
    pub fn digested(mut self) -> Self {
        let digest = Arc::new(Field::new(DIGEST, DataType::UInt64, false));
        self.schema = Arc::new(Schema::new(self.schema.fields().iter().cloned().chain([digest]).collect::<Vec<_>>()));
        self.digests = Some(UInt64Builder::new());
        self.record.sum_up();
        self
    }

    /// The same, and members that are not among the declared ones are noticed. Those of objects are, where the object is read.
    #[must_use]
    pub fn noticing(mut self, declared: Arc<Declared>) -> Self {
        self.record.declare(Arc::clone(&declared));
        self.conflicts.strangers.notice();
        self.declared = Some(declared);
        self
    }

    /// The columns of the batches.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Rows that the next [`RecordDecoder::finish`] will give.
    pub fn count(&self) -> usize {
        self.rows
    }

    /// Takes one record: a JSON object, with white space around it or none.
    ///
    /// # Errors
    /// When it is no object, or the batch is full. A refused record leaves no trace, so that a bad line of a file costs
    /// that line alone.
    pub fn append(&mut self, record: &[u8]) -> Result<(), RecordError> {
        let (text, mut outline) = (Text::new(record), std::mem::take(&mut self.outline));
        let taken = outline.trace(text).and_then(|()| self.append_traced(text, &outline));
        self.outline = outline;
        taken
    }

    /// Takes one record that was looked over.
    ///
    /// # Errors
    /// When the batch is full.
    pub fn append_traced(&mut self, record: Text<'_>, outline: &Outline) -> Result<(), RecordError> {
        self.reserve(record.bytes().len())?;
        let mut cursor = record.cursor();
        cursor.peek()?;
        let start = cursor.at();
        self.record.read_traced(&mut cursor, outline, &mut self.conflicts)?;
        self.complete(&mut cursor, start);
        Ok(())
    }

    /// The records taken since the last call, as a batch.
    ///
    /// # Panics
    /// Never, as long as every record appends one entry to each column.
    pub fn finish(&mut self) -> Batch {
        let mut columns: Vec<ArrayRef> = self.record.finish_columns();
        let mut others: Vec<(usize, ArrayRef)> =
            self.computed.iter_mut().map(|computed| (computed.place, computed.values.values.finish())).collect();
        others.extend(
            self.raw.as_mut().map(|raw| (raw.place, Arc::new(finish_string_views(&mut raw.values)) as ArrayRef)),
        );
        others.sort_by_key(|(place, _)| *place);
        others.into_iter().for_each(|(place, values)| columns.insert(place, values));
        columns.extend(self.digests.as_mut().map(|digests| Arc::new(digests.finish()) as ArrayRef));
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        let rows = RecordBatch::try_new_with_options(self.schema(), columns, &options)
            .expect("every record appended one entry to each column of its declared type");
        (self.rows, self.bytes) = (0, 0);
        Batch { rows, conflicts: self.conflicts.take(), strange: self.conflicts.strangers.take() }
    }

    /// Counts bytes that are about to be read against what a batch may hold.
    pub(super) fn reserve(&mut self, bytes: usize) -> Result<(), RecordError> {
        let total = self.bytes.checked_add(bytes).filter(|total| *total < MAX_BYTES).ok_or(RecordError::Full)?;
        self.bytes = total;
        Ok(())
    }

    /// Reads the object at which the cursor stands. After an error the columns are uneven: the batch must be dropped with
    /// [`RecordDecoder::clear`].
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Broken> {
        if cursor.peek()? != b'{' {
            return cursor.broken("'{'");
        }
        let start = cursor.at();
        self.record.read(cursor, &mut self.conflicts)?;
        self.complete(cursor, start);
        Ok(())
    }

    /// Fills what is made of the whole record, which begins at `start` and behind which the cursor stands.
    fn complete(&mut self, cursor: &mut Cursor<'_>, start: usize) {
        self.rows += 1;
        let end = cursor.at();
        if !self.computed.is_empty() {
            self.compute(cursor);
        }
        if let Some(raw) = &mut self.raw {
            raw.append(cursor, start, end, &mut self.conflicts);
        }
        if let Some((digests, digest)) = self.digests.as_mut().zip(self.record.digest()) {
            digests.append_value(digest);
        }
        self.conflicts.end_record(cursor.bytes(start, end), &self.keys);
    }

    /// Fills the derived columns from the record that was just read.
    fn compute(&mut self, cursor: &Cursor<'_>) {
        let texts = self.record.noted(cursor);
        for computed in &mut self.computed {
            computed.made.with(&texts, |text| computed.values.append(text, &mut self.conflicts));
        }
    }

    /// Forgets everything since the last [`RecordDecoder::finish`].
    pub(super) fn clear(&mut self) {
        let (digested, declared) = (self.digests.is_some(), self.declared.take());
        let mut empty = Self::keeping(&self.columns, self.key, std::mem::take(&mut self.keys), self.strictness);
        if let Some(declared) = declared {
            empty = empty.noticing(declared);
        }
        *self = if digested { empty.digested() } else { empty };
    }
}

/// All declared names of the key.
fn key_names(column: &Column) -> Vec<String> {
    std::iter::once(column.wire).chain(column.aliases.iter().copied()).map(str::to_owned).collect()
}

/// The derived columns among all, with their members noted while a record is read.
fn computed(
    columns: &[&'static Column],
    record: &mut Object,
    strictness: Strictness,
    conflicts: &mut Conflicts,
) -> Vec<Computed> {
    let mut all = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        let Some(derived) = column.derived else { continue };
        let made = Made::new(derived, |member| record.note(member));
        all.push(Computed { place, made, values: Builder::of(column, column.name, strictness, conflicts) });
    }
    record.settle();
    all
}

impl Raw {
    fn append(&mut self, cursor: &Cursor<'_>, start: usize, end: usize, conflicts: &mut Conflicts) {
        if let Some(text) = cursor.text(start, end) {
            self.values.append_value(text);
        } else {
            // Bytes that are no UTF-8 cannot be SQL text: they are marked, and the column says so.
            conflicts.count(self.number, Oddity::Unreadable);
            let marked = String::from_utf8_lossy(cursor.bytes(start, end));
            if self.values.try_append_value(marked).is_err() {
                self.values.append_null();
            }
        }
    }
}
