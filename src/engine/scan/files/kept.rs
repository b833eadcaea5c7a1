//! Keeps the rows of the answer while a survey goes on, so that the files need not be read again for them.
//!
//! Where no record has copies that differ, the copy that stands is the first one that is read, and the survey knows of each row
//! whether it is that. So its rows are those that a second reading of the same files would give, in the same order and with
//! the same words beside them, and they are given out as soon as the survey is over. Until then nobody knows that, and nothing
//! is given out. The rows are given up, and the files read again, if a record turns out to have copies that differ, or if the
//! rows become too many. Of rows that no condition would let through, nothing is kept.

use std::future::ready;
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch, new_null_array};
use datafusion::error::Result;
use datafusion::execution::memory_pool::MemoryReservation;
use futures::stream::{self, BoxStream, StreamExt as _};

use super::compact::compact;
use super::word::Word;
use super::{FileScan, Read, Wide};
use crate::engine::scan::filter::RowFilter;

/// The part of a statement's memory that a scan may keep rows in.
const SHARE: usize = 8;

/// Keeps rows until it is known whether they are the answer.
pub(crate) struct Keeping {
    scan: Arc<FileScan>,
    filter: Arc<RowFilter>,
    wide: Arc<Wide>,
    state: State,
    kept: Kept,
}

/// How it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// More rows are wanted.
    Open,
    /// More than these nobody will ask for.
    Enough,
    /// The rows are lost.
    GivenUp,
}

/// Rows of the answer, and what is told with them.
pub(crate) struct Kept {
    parts: Vec<Part>,
    /// Rows that satisfy the conditions.
    satisfying: usize,
    room: MemoryReservation,
}

struct Part {
    rows: RecordBatch,
    /// Records of the table, copies and what the conditions leave out included.
    received: u64,
    words: Vec<Word>,
    bytes: usize,
}

impl Keeping {
    pub(crate) fn new(scan: &Arc<FileScan>, filter: &Arc<RowFilter>) -> Self {
        let kept = Kept { parts: Vec::new(), satisfying: 0, room: scan.reservation.new_empty() };
        let wide = Arc::new(Wide::new(&scan.columns));
        Self { scan: Arc::clone(scan), filter: Arc::clone(filter), wide, state: State::Open, kept }
    }

    /// The columns of the rows, as long as they are kept.
    pub(crate) fn wide(&self) -> Arc<Wide> {
        Arc::clone(&self.wide)
    }

    /// Keeps what is of the answer, if each record's first copy stands; `firsts` are those.
    pub(crate) fn take(&mut self, read: Read, firsts: Option<BooleanArray>) {
        if self.state != State::Open {
            return;
        }
        // What fails here fails again where the answer is read, and is an error there.
        if self.keep(read, firsts).is_err() || self.kept.room.size() > self.most() {
            self.give_up();
        } else if self.scan.limit.is_some_and(|limit| self.kept.satisfying >= limit) {
            self.end(State::Enough);
        }
    }

    fn keep(&mut self, read: Read, firsts: Option<BooleanArray>) -> Result<()> {
        let Read { rows: all, words, .. } = read;
        if all.num_rows() == 0 {
            let rows = RecordBatch::new_empty(all.schema());
            self.kept.parts.push(Part { rows, received: 0, words, bytes: 0 });
            return Ok(());
        }
        let (rows, received) = self.scan.own_and(&all, firsts)?;
        let satisfying = self.filter.foreseen(&rows)?;
        if self.kept.satisfying == 0 && satisfying.num_rows() > 0 {
            self.kept.forget_rows();
        }
        self.kept.satisfying += satisfying.num_rows();
        // As long as no row satisfies the conditions, those that do not tell why there is nothing.
        let rows = if self.kept.satisfying > 0 { satisfying } else { rows };
        let rows = self.without_unasked(&rows)?;
        let rows = if 2 * rows.num_rows() < all.num_rows() { compact(&rows) } else { rows };
        let bytes = rows.get_array_memory_size();
        self.kept.room.try_grow(bytes)?;
        self.kept.parts.push(Part { rows, received, words, bytes });
        Ok(())
    }

    /// The rows without values that only the survey wanted.
    fn without_unasked(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        let set = self.scan.set;
        let schema = rows.schema();
        let columns = schema.fields().iter().zip(rows.columns()).map(|(field, values)| {
            let is_asked = self.scan.asked.contains(&field.name().as_str()) || set.time == Some(field.name());
            if is_asked { Arc::clone(values) } else { new_null_array(field.data_type(), rows.num_rows()) }
        });
        Ok(RecordBatch::try_new(Arc::clone(&schema), columns.collect())?)
    }

    /// Rows that may be kept, in bytes.
    fn most(&self) -> usize {
        self.scan.statement.settings.memory_limit / SHARE
    }

    /// Keeps nothing any more: the files will be read again.
    pub(crate) fn give_up(&mut self) {
        self.kept.parts.clear();
        self.kept.room.free();
        self.end(State::GivenUp);
    }

    fn end(&mut self, state: State) {
        self.state = state;
        self.wide.end();
    }

    /// Makes room for what a survey cannot do without, at the cost of the rows.
    pub(crate) fn grow(&mut self, room: &MemoryReservation, bytes: usize) -> Result<()> {
        if room.try_grow(bytes).is_ok() {
            return Ok(());
        }
        self.give_up();
        room.try_grow(bytes)
    }

    /// The rows, unless they were given up.
    pub(crate) fn kept(self) -> Option<Kept> {
        (self.state != State::GivenUp).then_some(self.kept)
    }
}

impl Kept {
    fn forget_rows(&mut self) {
        self.parts.iter_mut().for_each(|part| part.rows = RecordBatch::new_empty(part.rows.schema()));
        self.parts.iter_mut().for_each(|part| part.bytes = 0);
        self.room.free();
    }

    /// The rows, as the answer.
    pub(crate) fn rows(self, scan: Arc<FileScan>) -> BoxStream<'static, Result<RecordBatch>> {
        let Self { parts, room, .. } = self;
        let rows = stream::iter(parts).map(move |Part { rows, received, words, bytes }| {
            scan.budget.tally.rows_received.add(received);
            words.into_iter().for_each(|word| word.say(&scan));
            room.shrink(bytes);
            rows
        });
        rows.filter(|rows| ready(rows.num_rows() > 0)).map(Ok).boxed()
    }
}
