//! Reads a long range of time in slices, each by a chain of pages of its own.
//!
//! A scan begins with one chain. Whenever one of its chains has brought a page and there are lanes to spare, it may give away
//! the older part of what it has left; [`edges`] says whether and where. So slices follow the density of the records while they
//! are read, and a scan whose quota one chain uses up stays one chain. Each lane reads one page ahead of whoever asks, and no
//! lane is opened that there is no memory for.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::common::runtime::SpawnedTask;
use datafusion::execution::memory_pool::MemoryReservation;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, FuturesUnordered, StreamExt};

use super::RemoteScan;
use super::chain::Chain;
use super::chains::is_tolerable;
use super::lanes::Lane;
use super::merge::{Batches, Merge};
use super::stretch::Stretch;
use crate::engine::error::Error;
use crate::plan::slices::{Density, Lanes, edges};
use crate::table::Quota;

/// What a lane may hold at once, in pages: a reply under way, one that is decoded, rows that wait, and one to spare.
const HELD: usize = 4;

/// Whether a chain may give away parts of its range.
pub(super) fn may_be_cut(scan: &RemoteScan, how: Merge) -> bool {
    scan.slices > 1 && scan.eager && matches!(how, Merge::Together)
}

/// The rows of a chain and of those that it gives parts of its range to, as they come.
pub(super) fn read(mut chain: Chain) -> Batches {
    let (scan, stretch) = (Arc::clone(chain.scan()), Stretch::new(chain.lend_mark().of_slices(), 0));
    let counts = scan.statement.journal.days.of(&scan.connection, &scan.set.qualified());
    let density = Density::of(counts.of_kind(chain.kind()));
    let slices = Slices { running: FuturesUnordered::new(), stretch, density, left: Vec::new(), next: 1, scan };
    slices.go(slices.slice(0, chain));
    stream::try_unfold(slices, |mut slices| async move { Ok(slices.next().await?.map(|rows| (rows, slices))) }).boxed()
}

/// The slices of a range that are being read.
struct Slices {
    scan: Arc<RemoteScan>,
    running: FuturesUnordered<BoxFuture<'static, Result<Turn, Error>>>,
    /// What of the range was read without a gap, and given out.
    stretch: Stretch,
    /// What the session knows of how the records lie in time.
    density: Density,
    /// How many pages each slice was last expected to have left, by its number.
    left: Vec<(usize, u64)>,
    /// The number of the next slice.
    next: usize,
}

/// A slice.
struct Slice {
    number: usize,
    chain: Chain,
    /// Its rows that wait to be given out count there.
    held: MemoryReservation,
    _lane: Lane,
}

/// A slice and its next page, if it has one.
struct Turn {
    slice: Slice,
    page: Result<Option<RecordBatch>, Error>,
}

impl Slice {
    async fn turn(mut self) -> Turn {
        let page = self.chain.next_spared().await.and_then(|page| {
            // The first chain holds what it would hold alone.
            let held = page.as_ref().filter(|_| self.number > 0);
            let size = held.map_or(0, RecordBatch::get_array_memory_size);
            self.held.try_resize(size).map_err(Error::Memory)?;
            Ok(page)
        });
        Turn { slice: self, page }
    }
}

impl Slices {
    /// The next page of any slice.
    async fn next(&mut self) -> Result<Option<RecordBatch>, Error> {
        while let Some(turn) = self.running.next().await {
            let Turn { mut slice, page } = turn?;
            let rows = match page {
                Ok(Some(rows)) => rows,
                Ok(None) => {
                    self.end(&slice);
                    continue;
                }
                // The others go on: what they cannot read, they say for themselves.
                Err(error) if is_tolerable(&self.scan.statement, &error) => {
                    self.forget(&slice);
                    continue;
                }
                Err(error) => return Err(error),
            };
            slice.held.free();
            self.note(&slice);
            self.share(&mut slice, rows.get_array_memory_size());
            self.expect(&slice);
            if slice.chain.is_done() {
                self.end(&slice);
            } else {
                self.go(slice);
            }
            return Ok(Some(rows));
        }
        Ok(None)
    }

    fn slice(&self, number: usize, chain: Chain) -> Slice {
        Slice { number, chain, held: self.scan.room.part(), _lane: self.scan.choices.lanes.take() }
    }

    /// Reads its next page, whoever waits for it.
    fn go(&self, slice: Slice) {
        let turn = SpawnedTask::spawn(slice.turn());
        // Besides its owner only a runtime that shuts down aborts it.
        self.running.push(async move { turn.join_unwind().await.map_err(|_| Error::Ending) }.boxed());
    }

    /// Notes how far a slice has come.
    fn note(&mut self, slice: &Slice) {
        self.expect(slice);
        if let Some((newest, oldest)) = slice.chain.seen() {
            self.stretch.read(slice.number, newest, oldest);
        }
    }

    /// Notes how many pages a slice is expected to have left.
    fn expect(&mut self, slice: &Slice) {
        self.forget(slice);
        let left = slice.chain.progress().map(|progress| progress.pages_left(&self.density));
        self.left.extend(left.map(|left| (slice.number, left)));
    }

    /// Expects no pages of a slice.
    fn forget(&mut self, slice: &Slice) {
        self.left.retain(|(number, _)| *number != slice.number);
    }

    /// A slice has no more pages, or none that can be read.
    fn end(&mut self, slice: &Slice) {
        self.forget(slice);
        if !slice.chain.is_broken_off() {
            self.stretch.end(slice.number);
        }
    }

    /// Gives parts of what a slice has left to new ones, if there are lanes to spare and no other has much more left.
    fn share(&mut self, slice: &mut Slice, page: usize) {
        let Some(progress) = slice.chain.progress() else { return };
        let own = progress.pages_left(&self.density);
        if self.left.iter().any(|(_, left)| *left / 2 > own) {
            return;
        }
        // The oldest first: each time the slice gives away the end of what it still has.
        let quota = slice.chain.quota();
        for edge in edges(&progress, &self.density, &self.lanes(quota)).into_iter().rev() {
            if !self.has_room_for(page) {
                break;
            }
            self.give(slice, edge);
        }
    }

    fn lanes(&self, quota: Quota) -> Lanes {
        let (scan, lanes) = (&self.scan, &self.scan.choices.lanes);
        let feeds = scan.connected.client.feeds(quota);
        let most = feeds.chains.unwrap_or(usize::MAX).min(scan.slices);
        let (pages, cuts) = (scan.budget.tally.pages.get(), lanes.cuts() as u64);
        Lanes { free: most.saturating_sub(lanes.open()), most, reply: feeds.reply, pages, cuts }
    }

    /// Whether another lane would have room for its pages.
    fn has_room_for(&self, page: usize) -> bool {
        self.scan.room.part().try_grow(page.saturating_mul(HELD)).is_ok()
    }

    /// Gives what is older than an instant to a new slice.
    fn give(&mut self, slice: &mut Slice, edge: i64) {
        let number = self.next;
        self.next += 1;
        self.scan.choices.lanes.cut(number == 1);
        self.stretch.cut(slice.number, number, edge);
        let mut older = Chain::over_rest(Arc::clone(&self.scan), slice.chain.give_away(edge));
        drop(older.lend_mark());
        slice.chain.become_slice();
        older.become_slice();
        self.go(self.slice(number, older));
    }
}
