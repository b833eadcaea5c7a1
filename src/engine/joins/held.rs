//! The side of a join that is held: its rows, their spans, and which of them were met.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::row::{RowConverter, SortField};
use datafusion::common::resources_err;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::physical_plan::spill::get_record_batch_memory_size;
use futures::TryStreamExt as _;

use super::condition::Condition;
use super::spans::{self, Spans};

/// The rows of a side, as they are looked up.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) rows: RecordBatch,
    pub(super) keys: Vec<ArrayRef>,
    pub(super) spans: Spans,
    /// Which rows found a partner; empty where nobody asks.
    met: Vec<AtomicBool>,
    /// Partitions of the other side that are not read yet.
    unread: AtomicUsize,
    /// What all this takes.
    _memory: MemoryReservation,
}

/// What is wanted of the held side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Whether it is told which rows were met.
    pub(super) met: bool,
    /// Whether rows of one value are put in order.
    pub(super) ordered: bool,
    /// Partitions that the other side has.
    pub(super) partitions: usize,
}

impl Held {
    /// Reads it all.
    pub(super) async fn read(
        mut stream: SendableRecordBatchStream,
        condition: &Condition,
        wanted: Wanted,
        memory: MemoryReservation,
    ) -> Result<Self> {
        let schema = stream.schema();
        let mut batches = Vec::new();
        while let Some(batch) = stream.try_next().await? {
            memory.try_grow(get_record_batch_memory_size(&batch))?;
            batches.push(batch);
        }
        let count: usize = batches.iter().map(RecordBatch::num_rows).sum();
        if u32::try_from(count).is_err() {
            return resources_err!("a join can hold {} rows, and one of its sides has more", u32::MAX);
        }
        // All of it stands twice while it is made one.
        let twice: usize = batches.iter().map(get_record_batch_memory_size).sum();
        memory.try_grow(twice + count * (spans::BYTES + size_of::<Option<spans::Span>>()))?;
        let rows = concat_batches(&schema, &batches)?;
        drop(batches);
        memory.shrink(twice);
        let keys = condition.held_keys.values(&rows)?;
        let mut each = condition.held.spans(&rows)?;
        condition.held_keys.group(&keys, &mut each)?;
        let mut spans = Spans::new(&each);
        if wanted.ordered {
            put_in_order(&mut spans, &rows)?;
        }
        let met = if wanted.met { (0..count).map(|_| AtomicBool::new(false)).collect() } else { Vec::new() };
        Ok(Self { rows, keys, spans, met, unread: AtomicUsize::new(wanted.partitions), _memory: memory })
    }

    /// Remembers that rows were met.
    pub(super) fn meet(&self, rows: &[u32]) {
        if !self.met.is_empty() {
            rows.iter().for_each(|row| self.met[*row as usize].store(true, Ordering::Relaxed));
        }
    }

    /// Whether a row was met.
    pub(super) fn is_met(&self, row: u32) -> bool {
        self.met.get(row as usize).is_some_and(|met| met.load(Ordering::Relaxed))
    }

    /// A partition of the other side was read. Whether it was the last one.
    pub(super) fn is_read(&self) -> bool {
        self.unread.fetch_sub(1, Ordering::AcqRel) == 1
    }
}

/// Rows of one value, in the order of their columns from left to right. Columns that have no order are passed over.
fn put_in_order(spans: &mut Spans, rows: &RecordBatch) -> Result<()> {
    let sortable = |field: &SortField| RowConverter::supports_fields(std::slice::from_ref(field));
    let schema = rows.schema();
    let fields = schema.fields().iter().map(|field| SortField::new(field.data_type().clone())).enumerate();
    let (places, fields): (Vec<usize>, Vec<SortField>) = fields.filter(|(_, field)| sortable(field)).unzip();
    if fields.is_empty() {
        return Ok(());
    }
    let converter = RowConverter::new(fields)?;
    let columns = rows.project(&places)?;
    spans.sort_equals(|equals| {
        let taken = take_record_batch(&columns, &UInt32Array::from(equals.to_vec()))?;
        let keys = converter.convert_columns(taken.columns())?;
        let mut order: Vec<usize> = (0..equals.len()).collect();
        order.sort_by(|a, b| keys.row(*a).cmp(&keys.row(*b)));
        let sorted: Vec<u32> = order.into_iter().map(|at| equals[at]).collect();
        equals.copy_from_slice(&sorted);
        Ok::<_, DataFusionError>(())
    })
}
