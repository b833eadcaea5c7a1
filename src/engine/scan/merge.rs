//! Merges the streams of a scan into one: by time where an order is wanted, else as pages come.
//!
//! DataFusion's own merge fills whole batches before it gives one out, and would ask for pages that a LIMIT never needs.
//! This one gives out what is certain: rows are emitted until a stream has no row left to compare with.

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::interleave_record_batch;
use arrow::datatypes::TimestampMicrosecondType;
use futures::future::try_join_all;
use futures::stream::{self, BoxStream, StreamExt};

use crate::engine::error::Error;
use crate::table::Direction;

/// Batches of rows.
pub(crate) type Batches<E = Error> = BoxStream<'static, Result<RecordBatch, E>>;

/// Chains that are read side by side. The quota is the limit; this only hides the time that a reply takes.
pub(super) const MOST_CHAINS: usize = 8;

/// How streams become one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Merge {
    /// By the time column, each stream being in that order already.
    ByTime {
        /// Position of the time column.
        column: usize,
        /// The order.
        direction: Direction,
    },
    /// All at once, pages as they come.
    Together,
    /// One after the other: few rows are wanted, and the first stream may have them.
    InTurn,
}

/// One stream out of several.
pub(crate) fn merge<E: Send + 'static>(mut streams: Vec<Batches<E>>, how: Merge) -> Batches<E> {
    if streams.len() == 1 {
        return streams.remove(0);
    }
    match how {
        Merge::ByTime { column, direction } => {
            let heads = streams.into_iter().map(|stream| Head { stream, rows: None, next: 0 }).collect();
            let merging = Merging { heads, column, direction };
            stream::try_unfold(merging, |mut m| async move { Ok(m.next().await?.map(|rows| (rows, m))) }).boxed()
        }
        Merge::Together => stream::iter(streams).flatten_unordered(MOST_CHAINS).boxed(),
        Merge::InTurn => stream::iter(streams).flatten().boxed(),
    }
}

struct Merging<E> {
    heads: Vec<Head<E>>,
    column: usize,
    direction: Direction,
}

/// A stream, its current batch, and the first row of it that was not given out.
struct Head<E> {
    stream: Batches<E>,
    rows: Option<RecordBatch>,
    next: usize,
}

impl<E> Merging<E> {
    /// The next run of rows; `None` when all streams have ended.
    async fn next(&mut self) -> Result<Option<RecordBatch>, E> {
        try_join_all(self.heads.iter_mut().map(Head::fill)).await?;
        self.heads.retain(|head| head.rows.is_some());
        if let [only] = self.heads.as_mut_slice() {
            return Ok(only.rest());
        }
        let picks = self.picks();
        if picks.is_empty() {
            return Ok(None);
        }
        let rows: Vec<&RecordBatch> = self.heads.iter().filter_map(|head| head.rows.as_ref()).collect();
        Ok(Some(interleave_record_batch(&rows, &picks).expect("all streams have one schema")))
    }

    /// The rows that come before every row not yet received: (stream, row), in order.
    fn picks(&mut self) -> Vec<(usize, usize)> {
        let mut picks = Vec::new();
        loop {
            let mut best: Option<(usize, i64)> = None;
            for (at, head) in self.heads.iter().enumerate() {
                let Some(time) = head.time(self.column) else { return picks };
                let better = best.is_none_or(|(_, other)| match self.direction {
                    Direction::Descending => time > other,
                    Direction::Ascending => time < other,
                });
                if better {
                    best = Some((at, time));
                }
            }
            let Some((at, _)) = best else { return picks };
            picks.push((at, self.heads[at].next));
            self.heads[at].next += 1;
        }
    }
}

impl<E> Head<E> {
    /// Makes sure of a row that was not given out, unless the stream has ended.
    async fn fill(&mut self) -> Result<(), E> {
        while self.rows.as_ref().is_none_or(|rows| self.next >= rows.num_rows()) {
            self.rows = self.stream.next().await.transpose()?;
            self.next = 0;
            if self.rows.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn time(&self, column: usize) -> Option<i64> {
        let rows = self.rows.as_ref().filter(|rows| self.next < rows.num_rows())?;
        // An ordered chain has refused records without a time before they could get here.
        Some(rows.column(column).as_primitive::<TimestampMicrosecondType>().value(self.next))
    }

    fn rest(&mut self) -> Option<RecordBatch> {
        let rows = self.rows.take()?;
        let rest = rows.slice(self.next, rows.num_rows() - self.next);
        self.next = 0;
        Some(rest)
    }
}
