//! Counts a record that the service hands out twice once: by key, the first that comes wins.
//!
//! Keys are kept as 128-bit hashes. In a scan ordered by time only those of the present instant are kept, since a second
//! copy has the same time. Records without a key, or with an empty one, are never merged.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use arrow::array::{Array, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use datafusion::common::hash_utils::{RandomState as RowState, create_hashes};
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::MemoryReservation;

use super::Error;
use super::facts::Marks;
use super::feed::DELIVERY;
use crate::table::{Edm, EntitySet};
use crate::tally::{Notice, Tally};

/// Bytes that a kept key takes: hash, hash of the values, and the table's own share.
const ENTRY: usize = 48;

/// The records seen so far in one scan.
pub(super) struct Dedup {
    set: &'static EntitySet,
    /// The connection's tenant: that of records which name none.
    tenant: String,
    /// Forget keys once their time has passed.
    ordered: bool,
    /// Several requests bring the same records: one without a key could not be recognised.
    overlapping: bool,
    states: (RandomState, RandomState),
    rows: RowState,
    /// By the hash of the key, in words that need no room between them: that of the values, which only tells of copies
    /// that differ.
    seen: HashMap<[u32; 4], u32>,
    present: Option<i64>,
    reservation: MemoryReservation,
}

impl Dedup {
    pub(super) fn new(
        set: &'static EntitySet,
        tenant: &str,
        (ordered, overlapping): (bool, bool),
        reservation: MemoryReservation,
    ) -> Self {
        Self {
            set,
            tenant: tenant.to_ascii_lowercase(),
            ordered,
            overlapping,
            states: (RandomState::new(), RandomState::new()),
            rows: RowState::with_seed(0),
            seen: HashMap::new(),
            present: None,
            reservation,
        }
    }

    /// The rows that did not come before.
    pub(super) fn first_of_each(&mut self, rows: &RecordBatch, tally: &Tally) -> Result<RecordBatch, DataFusionError> {
        let values = self.hashes(rows)?;
        let marks = Marks::of(self.set, rows);
        let mut keep = Vec::with_capacity(rows.num_rows());
        let before = self.seen.len();
        for (row, value) in values.iter().enumerate() {
            if self.ordered && self.present != Some(marks.times.value(row)) {
                self.present = Some(marks.times.value(row));
                self.seen.clear();
            }
            if marks.keys.is_null(row) || marks.keys.value(row).is_empty() {
                if self.overlapping {
                    return Err(Error::Keyless { table: self.set.qualified(), key: self.set.key }.into());
                }
                keep.push(true);
                continue;
            }
            let tenant = marks.tenants.filter(|tenants| tenants.is_valid(row)).map(|tenants| tenants.value(row));
            keep.push(self.is_first((tenant, marks.keys.value(row)), *value, tally));
        }
        self.account(before)?;
        if keep.iter().all(|k| *k) {
            return Ok(rows.clone());
        }
        Ok(filter_record_batch(rows, &BooleanArray::from(keep))?)
    }

    fn is_first(&mut self, (tenant, key): (Option<&str>, &str), value: u64, tally: &Tally) -> bool {
        // One tenant's id is spelled in lower case or upper; nearly all records are of the connection's own.
        let tenant = tenant.filter(|tenant| !tenant.eq_ignore_ascii_case(&self.tenant));
        let whole = (tenant.map(str::to_ascii_lowercase), key);
        let (high, low) = (self.states.0.hash_one(&whole), self.states.1.hash_one(&whole));
        let (hash, value) = ([upper(high), lower(high), upper(low), lower(low)], lower(value));
        match self.seen.insert(hash, value) {
            None => true,
            Some(first) => {
                if first != value {
                    self.seen.insert(hash, first);
                    let (table, first_id) = (self.set.qualified(), key.to_owned());
                    tally.notice(Notice::DifferingDuplicates { table, count: 1, first_id });
                }
                false
            }
        }
    }

    /// A hash of each row's typed values. The raw text is left out: its spelling is not its meaning. So is what says how a
    /// record was delivered.
    fn hashes(&self, rows: &RecordBatch) -> Result<Vec<u64>, DataFusionError> {
        let is_raw = |name: &str| {
            let raw = self.set.column(name).is_some_and(|c| matches!(c.edm, Edm::Raw));
            raw || (self.set.feed.is_some() && DELIVERY.contains(&name))
        };
        let schema = rows.schema();
        let typed = rows.columns().iter().zip(schema.fields()).filter(|(_, f)| !is_raw(f.name())).map(|(c, _)| c);
        let mut hashes = vec![0; rows.num_rows()];
        create_hashes(typed, &self.rows, &mut hashes)?;
        Ok(hashes)
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

fn upper(hash: u64) -> u32 {
    lower(hash >> 32)
}

/// The lower half of a hash.
#[expect(clippy::cast_possible_truncation, reason = "half of it is what is wanted")]
fn lower(hash: u64) -> u32 {
    hash as u32
}
