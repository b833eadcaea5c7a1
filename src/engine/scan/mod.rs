//! Carries out a scan: its legs as one stream, each record once, the whole predicate on its rows, the limit. In this order: a
//! condition must not choose among the copies of a record.

mod capped;
mod chain;
mod chains;
pub(crate) mod choices;
pub(crate) mod day_counts;
mod declared;
mod dedup;
mod early_stop;
pub(crate) mod feed;
pub(crate) mod files;
mod filter;
mod keys;
mod lanes;
pub(crate) mod leg;
pub(crate) mod located;
pub(crate) mod logs;
pub(crate) mod merge;
mod page_rows;
mod page_stats;
pub(crate) mod refetch;
mod remarks;
mod remote;
mod search;
mod slices;
mod sorted;
mod stretch;
pub(crate) mod versions;
pub(crate) mod why_empty;
pub(crate) mod work;

pub(crate) use remote::RemoteScan;

use std::future::ready;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::{DataFusionError, Result};
use datafusion::physical_expr::PhysicalExpr;
use futures::stream::{self, Stream, StreamExt};

use self::filter::RowFilter;
use self::leg::Leg;
use self::merge::{Batches, Merge, merge};
use self::why_empty::Watch;
use crate::engine::runtime::Statement;
use crate::table::{Direction, EntitySet};

/// Rows on their way to whoever asked.
pub(crate) type Rows = Batches<DataFusionError>;

/// A scan, ready to be carried out.
pub(crate) struct Scanning {
    pub(crate) set: &'static EntitySet,
    pub(crate) statement: Arc<Statement>,
    /// Where its rows come from.
    pub(crate) legs: Vec<Leg>,
    /// The schema of decoded rows.
    pub(crate) schema: SchemaRef,
    /// Conjuncts over decoded rows, all of which hold for every row given out.
    pub(crate) predicates: Vec<Arc<dyn PhysicalExpr>>,
    /// Conditions that change while the query runs and let a scan in order of time end early.
    pub(crate) dynamic: Vec<Arc<dyn PhysicalExpr>>,
    /// The order in which its rows are wanted.
    pub(crate) order: Option<Direction>,
    /// Rows wanted at most.
    pub(crate) limit: Option<usize>,
    /// It may be given up at any row, with no limit of its own.
    pub(crate) is_lazy: bool,
    pub(crate) watch: Watch,
}

impl Scanning {
    /// The rows of the answer. Nothing is sent or opened before the stream is polled, and nothing after it is dropped.
    pub(crate) fn run(self) -> Rows {
        let Self { set, statement, legs, schema, predicates, dynamic, order, limit, is_lazy, watch } = self;
        let time = set.time.map(|time| schema.index_of(time).expect("a scan decodes the time"));
        let how = match (time.zip(order), limit) {
            (Some((column, direction)), _) => Merge::ByTime { column, direction },
            (None, Some(_)) => Merge::InTurn,
            (None, None) if is_lazy => Merge::InTurn,
            (None, None) => Merge::Together,
        };
        let filter = RowFilter::new(set, (schema, time), predicates, dynamic, watch).in_order(order);
        let filter = if legs.iter().any(Leg::overlaps) { filter.of_overlapping() } else { filter };
        let filter = Arc::new(if legs.iter().any(Leg::delivers) { filter.by_delivery() } else { filter });
        let rows = legs.into_iter().map(|leg| leg.rows(&filter, how)).collect();
        let watched = Arc::clone(&filter);
        let rows = filter.over(merge(rows, how)).chain(after(move || watched.watch().say(&statement.tally)));
        match limit {
            Some(limit) => limited(rows.boxed(), limit),
            None => rows.boxed(),
        }
    }
}

/// Nothing more, and at its end a last word.
pub(crate) fn after(at_end: impl FnOnce() + Send + 'static) -> impl Stream<Item = Result<RecordBatch>> + Send {
    stream::once(async move { at_end() }).filter_map(|()| ready(None))
}

/// The first of these rows, and nothing asked for after them.
pub(crate) fn limited(rows: Rows, limit: usize) -> Rows {
    stream::try_unfold((rows, limit), |(mut rows, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        Ok(rows.next().await.transpose()?.map(|batch| {
            let batch = batch.slice(0, left.min(batch.num_rows()));
            let left = left - batch.num_rows();
            (batch, (rows, left))
        }))
    })
    .boxed()
}
