//! Compares the copies of records that differ, and tells for each record which copy stands.
//!
//! Shapes of one record are not versions of it: a CSV has fewer columns than the JSON, and whole seconds. So copies differ
//! only where two of them have a value in the same place, and not the same one; where none do, the copy that has most
//! values stands. Where some do, the last version stands, by the evidence that the table declares. What decides at the end,
//! a fixed order of bytes, means nothing: it only makes the choice the same whatever the order of files.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{Int32Type, TimestampMicrosecondType};
use datafusion::common::hash_utils::{RandomState, create_hashes};
use datafusion::error::Result;
use datafusion::execution::memory_pool::MemoryReservation;

use super::{Chosen, Survey};
use crate::apis;
use crate::decode::digest_of;
use crate::engine::scan::feed::DELIVERY;
use crate::engine::scan::files::{Order, Read, own_mask};
use crate::engine::scan::keys::{ENTRY, Key};
use crate::engine::scan::page_stats::Marks;
use crate::table::{Column, Edm, EntitySet, Family};

/// Bytes that a record takes while it is compared, besides its values.
const RECORD_ENTRY: usize = 2 * (size_of::<Key>() + size_of::<Copies>());

/// Bits of a value's number that are its hash; the others are its place.
const HASH_BITS: u32 = 48;

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;

/// The comparison of all records whose copies differ in their bytes.
pub(super) struct Comparison {
    set: &'static EntitySet,
    survey: Arc<Survey>,
    seed: RandomState,
    records: HashMap<Key, Copies>,
    room: MemoryReservation,
}

/// The copies of one record.
struct Copies {
    /// The values of all copies, by place; `None` once two of them differ in one place.
    values: Option<Box<[u64]>>,
    fullest: Rank,
    last: Rank,
    /// A copy is one of the table's own records.
    own: bool,
    /// The id, of a record that is told about.
    id: Option<Box<str>>,
}

/// What decides between two versions, first things first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    is_final: bool,
    written: Option<i64>,
    /// Values in columns that all tables of the records have: a record is one version in all of them.
    filled: usize,
    order: Order,
    print: u64,
}

/// What tells versions, of a table, besides its columns.
pub(super) fn evidence(set: &EntitySet) -> Vec<&'static Column> {
    set.versions.written.into_iter().collect()
}

impl Comparison {
    pub(super) fn new(set: &'static EntitySet, survey: Arc<Survey>, room: MemoryReservation) -> Self {
        Self { set, survey, seed: RandomState::with_seed(0), records: HashMap::new(), room }
    }

    /// Compares what was read with what was read before.
    pub(super) fn take(&mut self, read: &Read) -> Result<()> {
        let marks = Marks::of(self.set, &read.rows);
        let differing = |key: &Option<Key>| key.filter(|key| self.survey.differing.contains(key));
        let keys: Vec<Option<Key>> = read.keys.iter().map(differing).collect();
        if keys.iter().all(Option::is_none) {
            return Ok(());
        }
        let own = self.set.feed().and_then(|feed| own_mask(&read.rows, feed));
        let values = self.values(&read.rows)?;
        for (row, (key, (values, filled))) in keys.into_iter().zip(values).enumerate() {
            let Some(key) = key else { continue };
            let rank = Rank {
                is_final: self.is_final(read, row),
                written: self.written(read, row),
                filled,
                order: read.orders[row],
                print: read.prints[row],
            };
            let own = own.as_ref().is_none_or(|own| own.value(row));
            self.enter(key, marks.id(row).unwrap_or_default(), values, rank, own)?;
        }
        Ok(())
    }

    fn enter(&mut self, key: Key, id: &str, values: Vec<u64>, rank: Rank, own: bool) -> Result<()> {
        let copies = match self.records.entry(key) {
            Entry::Occupied(copies) => copies.into_mut(),
            Entry::Vacant(free) => {
                self.room.try_grow(RECORD_ENTRY + size_of_val(values.as_slice()))?;
                free.insert(Copies { values: Some(values.into()), fullest: rank, last: rank, own, id: None });
                return Ok(());
            }
        };
        copies.own |= own;
        copies.last = copies.last.max(rank);
        copies.fullest = copies.fullest.max_by_fullness(rank);
        let Some(before) = copies.values.take() else { return Ok(()) };
        copies.values = joined(&before, &values).map(Into::into);
        match &copies.values {
            Some(all) => self.room.try_grow(size_of_val(&**all) - size_of_val(&*before)),
            None => {
                self.room.shrink(size_of_val(&*before));
                self.room.try_grow(id.len())?;
                copies.id = Some(id.into());
                Ok(())
            }
        }
    }

    /// The copies that stand.
    pub(super) fn finish(self) -> Result<Chosen> {
        let room = self.room.new_empty();
        room.try_grow(self.records.len() * ENTRY)?;
        let (mut count, mut first_id) = (0, None);
        let mut last = HashMap::with_capacity(self.records.len());
        for (key, copies) in self.records {
            last.insert(key, copies.stands());
            if let Some(id) = copies.id.filter(|_| copies.own) {
                count += 1;
                first_id = Some(first_id.map_or(id.clone(), |first: Box<str>| first.min(id)));
            }
        }
        let differing = first_id.map(|first| (count, first.into()));
        Ok(Chosen { survey: self.survey, last, differing, _room: room })
    }

    fn written(&self, read: &Read, row: usize) -> Option<i64> {
        let column = read.evidence.as_ref()?.column_by_name(self.set.versions.written?.name)?;
        let times = column.as_primitive::<TimestampMicrosecondType>();
        times.is_valid(row).then(|| times.value(row))
    }

    fn is_final(&self, read: &Read, row: usize) -> bool {
        let Some(outcome) = &self.set.versions.outcome else { return false };
        let [column, field] = outcome.path;
        let codes = read.rows.column_by_name(column).and_then(|c| c.as_struct_opt()?.column_by_name(field));
        let code = |codes: &ArrayRef| {
            let codes = codes.as_primitive::<Int32Type>();
            codes.is_valid(row).then(|| codes.value(row))
        };
        outcome.is_final(codes.and_then(code))
    }

    /// The values of each row, in the order of their places, and how many of them are in columns that all tables share.
    fn values(&self, rows: &RecordBatch) -> Result<Vec<(Vec<u64>, usize)>> {
        let schema = rows.schema();
        let arrays = rows.columns().iter().zip(schema.fields());
        let columns = arrays.filter_map(|(array, field)| Some((self.set.column(field.name())?, array)));
        // How a record was delivered is no part of it.
        let columns =
            columns.filter(|(column, _)| self.set.family != Family::Activity || !DELIVERY.contains(&column.name));
        let (shared, own): (Vec<_>, Vec<_>) = columns.partition(|(column, _)| is_shared(self.set, column));
        let mut all = vec![Vec::new(); rows.num_rows()];
        let mut place = 0;
        for (column, array) in shared {
            self.values_of(column, array, &mut place, &mut all)?;
        }
        let filled: Vec<usize> = all.iter().map(Vec::len).collect();
        for (column, array) in own {
            self.values_of(column, array, &mut place, &mut all)?;
        }
        Ok(all.into_iter().zip(filled).collect())
    }

    fn values_of(&self, column: &Column, array: &ArrayRef, place: &mut u64, all: &mut [Vec<u64>]) -> Result<()> {
        if let Edm::Object(fields) = column.edm {
            let arrays = array.as_struct().columns();
            return fields.iter().zip(arrays).try_for_each(|(field, array)| self.values_of(field, array, place, all));
        }
        *place += 1;
        for (values, hash) in all.iter_mut().zip(self.hashes(column, array)?) {
            values.extend(hash.map(|hash| *place << HASH_BITS | hash >> (u64::BITS - HASH_BITS)));
        }
        Ok(())
    }

    /// A hash of each value that there is.
    fn hashes(&self, column: &Column, array: &ArrayRef) -> Result<Vec<Option<u64>>> {
        let spread = |seconds: i64| seconds.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Ok(match column.edm {
            // Some shapes have whole seconds.
            Edm::Instant => {
                let times = array.as_primitive::<TimestampMicrosecondType>();
                times.iter().map(|time| time.map(|time| spread(time.div_euclid(SECOND)))).collect()
            }
            Edm::Json => array.as_string_view().iter().map(|text| text.map(digest_of)).collect(),
            _ => {
                let mut hashes = vec![0; array.len()];
                create_hashes([array], &self.seed, &mut hashes)?;
                let texts = array.as_string_view_opt();
                let says = |row: usize| array.is_valid(row) && texts.is_none_or(|texts| !texts.value(row).is_empty());
                hashes.into_iter().enumerate().map(|(row, hash)| says(row).then_some(hash)).collect()
            }
        })
    }
}

impl Copies {
    /// The number of the copy that stands.
    fn stands(&self) -> u64 {
        if self.values.is_some() { self.fullest.print } else { self.last.print }
    }
}

impl Rank {
    fn max_by_fullness(self, other: Self) -> Self {
        let fullness = |rank: &Self| (rank.filled, rank.order, rank.print);
        if fullness(&other) > fullness(&self) { other } else { self }
    }
}

/// Whether all tables of the same records have a column.
fn is_shared(set: &EntitySet, column: &Column) -> bool {
    let has = |other: &&EntitySet| other.column(column.name).is_some_and(|own| own.wire == column.wire);
    apis::ALL.iter().filter(|other| other.family == set.family).all(has)
}

/// The values of two copies together; `None` if they differ in one place.
fn joined(a: &[u64], b: &[u64]) -> Option<Vec<u64>> {
    let place = |value: &u64| value >> HASH_BITS;
    let mut all = Vec::with_capacity(a.len().max(b.len()));
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let next = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if place(x) == place(y) => {
                if x != y {
                    return None;
                }
                b.next();
                a.next()
            }
            (Some(x), Some(y)) if place(x) < place(y) => a.next(),
            (Some(_), None) => a.next(),
            (_, Some(_)) => b.next(),
            (None, None) => return Some(all),
        };
        all.extend(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(place: u64, says: u64) -> u64 {
        place << HASH_BITS | says
    }

    #[test]
    fn copies_differ_where_both_say_something_and_not_the_same() {
        let (a, b, other) = (value(1, 7), value(2, 8), value(2, 9));
        assert_eq!(joined(&[a], &[b]), Some(vec![a, b]));
        assert_eq!(joined(&[b], &[a]), Some(vec![a, b]));
        assert_eq!(joined(&[a, b], &[b]), Some(vec![a, b]));
        assert_eq!(joined(&[], &[a]), Some(vec![a]));
        assert_eq!(joined(&[a, b], &[other]), None);
        assert_eq!(joined(&[other], &[a, b]), None);
    }

    #[test]
    fn an_outcome_goes_before_a_time_and_a_time_before_fullness() {
        let least = Rank { is_final: false, written: None, filled: 0, order: (0, 0), print: 0 };
        let ascending = [
            least,
            Rank { order: (0, 1), ..least },
            Rank { order: (1, 0), ..least },
            Rank { filled: 9, ..least },
            Rank { written: Some(1), ..least },
            Rank { written: Some(2), ..least },
            Rank { is_final: true, ..least },
        ];
        assert!(ascending.is_sorted_by(|a, b| a < b));
        let late = Rank { written: Some(2), ..least };
        assert_eq!(late.max_by_fullness(ascending[3]), ascending[3], "of one version, the copy that says most");
    }
}
