//! Counts a record that a service hands out twice once: by key, the copy that comes first stands.
//!
//! It stands whatever it says: the choice comes before the conditions, so that what one of them tells of a record, no other
//! one denies. Rows that were given out cannot be taken back, so a later copy that says something else is only noted.
//! In a scan ordered by time only the keys of the present instant are kept, since a second copy has the same time.

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::UInt64Type;
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::MemoryReservation;

use super::keys::{ENTRY, Keys, SeenKeys, lower};
use super::page_stats::Marks;
use crate::decode::DIGEST;
use crate::table::EntitySet;
use crate::tally::{Notice, Stands, Tally};
use crate::veil::Veil;

/// The records seen so far in one scan.
pub(crate) struct Dedup {
    /// What the table is called when something is said of it.
    name: String,
    set: &'static EntitySet,
    keys: Keys,
    /// Forget keys once their time has passed.
    ordered: bool,
    /// By key, a part of the digest of the copy that stands: it tells of copies that differ.
    seen: SeenKeys,
    present: Option<i64>,
    reservation: MemoryReservation,
    veil: Veil,
}

impl Dedup {
    pub(crate) fn new(
        (name, set): (&str, &'static EntitySet),
        tenant: &str,
        ordered: bool,
        reservation: MemoryReservation,
    ) -> Self {
        let (name, keys, veil) = (name.to_owned(), Keys::new(tenant), Veil::default());
        Self { name, set, keys, ordered, seen: SeenKeys::default(), present: None, reservation, veil }
    }

    /// The same, whose words about records of a service are veiled by its connection.
    pub(crate) fn behind(self, veil: &Veil) -> Self {
        Self { veil: veil.clone(), ..self }
    }

    /// The rows that did not come before, without their digests.
    pub(crate) fn first_of_each(&mut self, rows: &RecordBatch, tally: &Tally) -> Result<RecordBatch, DataFusionError> {
        let marks = Marks::of(self.set, rows);
        let (rows, digests) = without_digests(rows)?;
        let mut keep = Vec::with_capacity(rows.num_rows());
        let before = self.seen.len();
        for (row, digest) in digests.into_iter().enumerate() {
            let time = marks.times.map(|times| times.value(row));
            if self.ordered && self.present != time {
                self.present = time;
                self.seen.clear();
            }
            keep.push(self.is_first(&marks, row, digest, tally));
        }
        self.account(before)?;
        if keep.iter().all(|k| *k) {
            return Ok(rows);
        }
        Ok(filter_record_batch(&rows, &BooleanArray::from(keep))?)
    }

    fn is_first(&mut self, marks: &Marks<'_>, row: usize, digest: u32, tally: &Tally) -> bool {
        let Some(key) = self.keys.of(marks, row) else { return true };
        let Some(first) = self.seen.insert(key, digest) else { return true };
        if first != digest {
            self.seen.insert(key, first);
            let (table, first_id) = (self.name.clone(), self.veil.told_name(marks.id(row).unwrap_or_default()));
            tally.notice(Notice::DifferingDuplicates { table, count: 1, first_id, stands: Stands::First });
        }
        false
    }

    fn account(&mut self, before: usize) -> Result<(), DataFusionError> {
        if let Some(more) = self.seen.len().checked_sub(before) {
            self.reservation.try_grow(more * ENTRY)
        } else {
            self.reservation.shrink((before - self.seen.len()) * ENTRY);
            Ok(())
        }
    }
}

/// The rows without the column of digests, which is their last, and a half of each digest.
fn without_digests(rows: &RecordBatch) -> Result<(RecordBatch, Vec<u32>), DataFusionError> {
    let last = rows.num_columns() - 1;
    debug_assert_eq!(rows.schema().field(last).name(), DIGEST, "a scan that counts records once decodes their digests");
    let digests = rows.column(last).as_primitive::<UInt64Type>().values().iter().copied().map(lower).collect();
    Ok((rows.project(&(0..last).collect::<Vec<_>>())?, digests))
}
