//! Carries out a scan plan: chains of pages, the whole predicate on their rows, one stream, each record once, the limit.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{filter_record_batch, prep_null_mask_filter};
use arrow::datatypes::{SchemaRef, TimestampMicrosecondType};
use datafusion::common::cast::as_boolean_array;
use datafusion::error::Result;
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::physical_expr::PhysicalExpr;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::Error;
use super::dedup::Dedup;
use super::facts::Marks;
use super::merge::{Batches, Merge, merge};
use super::nothing::Watch;
use super::pages::{Chain, Source};
use super::remaining::Remaining;
use crate::plan::{Choice, Direction, ScanPlan, StreamPlan, choose};
use crate::tally::Notice;

/// A scan, ready to be carried out.
pub(super) struct Scanning {
    pub(super) source: Arc<Source>,
    pub(super) plan: ScanPlan,
    /// The schema of decoded rows.
    pub(super) schema: SchemaRef,
    /// Conjuncts over decoded rows, all of which hold for every row given out.
    pub(super) predicates: Vec<Arc<dyn PhysicalExpr>>,
    /// Conditions that change while the query runs and let a scan in order of time end early.
    pub(super) dynamic: Vec<Arc<dyn PhysicalExpr>>,
    pub(super) watch: Watch,
    pub(super) reservation: MemoryReservation,
}

impl Scanning {
    /// The rows of the answer. Nothing is sent before the stream is polled, and nothing after it is dropped.
    pub(super) fn run(self) -> BoxStream<'static, Result<RecordBatch>> {
        let Self { source, plan, schema, predicates, dynamic, watch, reservation } = self;
        let time = schema.index_of(source.set.time).expect("a scan decodes the time");
        let how = match (plan.order, plan.limit) {
            (Some(direction), _) => Merge::ByTime { column: time, direction },
            (None, Some(_)) => Merge::InTurn,
            (None, None) => Merge::Together,
        };
        let time_name = source.set.time;
        let filter = Arc::new(RowFilter { schema, time, predicates, dynamic, time_name, order: plan.order, watch });
        let overlapping = plan.streams.iter().any(|s| !s.parts.is_empty());
        let streams: Vec<Batches> =
            plan.streams.iter().map(|stream| filter.over(chains(Arc::clone(&source), stream.clone(), how))).collect();
        let dedup = Dedup::new(source.set, plan.order.is_some(), overlapping, reservation);
        let once = source.statement.settings.dedup.then_some(dedup);
        let open_start = plan.interval().from.is_none();
        let all = if streams.is_empty() { stream::empty().boxed() } else { merge(streams, how) };
        let unique = unique(all, once, source, Ending { filter, open_start });
        match plan.limit {
            Some(limit) => limited(unique, limit),
            None => unique,
        }
    }
}

/// The rows of one request stream: of one chain, or of one for each part of a list that is too long for one filter.
fn chains(source: Arc<Source>, stream: StreamPlan, how: Merge) -> Batches {
    let now = source.statement.now.timestamp_micros();
    // Parts overlap, and only recognising copies by key puts that right.
    let choice = match stream.parts.len() {
        0 => Choice::Window,
        _ if !source.statement.settings.dedup => Choice::Window,
        parts => choose(parts, stream.query.interval, now, None),
    };
    match choice {
        Choice::Window => Chain::new(source, stream.query).into_stream().boxed(),
        Choice::Parts => {
            let queries = stream.part_queries(stream.query.interval);
            let chains = queries.into_iter().map(|q| Chain::new(Arc::clone(&source), q).into_stream().boxed());
            merge(chains.collect(), how)
        }
        Choice::Look => stream::once(look(source, stream, now, how)).try_flatten().boxed(),
    }
}

/// Reads the first page of the time range, then goes on with it or turns to the parts, whichever needs fewer requests.
async fn look(source: Arc<Source>, stream: StreamPlan, now: i64, how: Merge) -> Result<Batches, Error> {
    let mut window = Chain::new(Arc::clone(&source), stream.query.clone());
    window.eager = false;
    let Some(first) = window.next_page().await? else { return Ok(stream::empty().boxed()) };
    window.eager = source.eager;
    let times = Marks::of(source.set, &first).times;
    let span = arrow::compute::max(times).zip(arrow::compute::min(times));
    let choice = choose(stream.parts.len(), stream.query.interval, now, span.or(Some((now, now))));
    let rest = match window.remaining().filter(|_| choice == Choice::Parts && !window.is_done()) {
        None => window.into_stream().boxed(),
        Some(rest) => {
            let queries = stream.part_queries(rest);
            let chains = queries.into_iter().map(|q| Chain::over_rest(Arc::clone(&source), q).into_stream().boxed());
            merge(chains.collect(), how)
        }
    };
    Ok(stream::once(async { Ok(first) }).chain(rest).boxed())
}

/// The whole predicate, applied to every row on this side.
struct RowFilter {
    schema: SchemaRef,
    time: usize,
    predicates: Vec<Arc<dyn PhysicalExpr>>,
    dynamic: Vec<Arc<dyn PhysicalExpr>>,
    time_name: &'static str,
    order: Option<Direction>,
    watch: Watch,
}

impl RowFilter {
    fn over(self: &Arc<Self>, batches: Batches) -> Batches {
        let filter = Arc::clone(self);
        stream::try_unfold(Some(batches), move |batches| {
            let filter = Arc::clone(&filter);
            async move {
                let Some(mut batches) = batches else { return Ok(None) };
                let Some(rows) = batches.next().await.transpose()? else { return Ok(None) };
                let kept = filter.keep(&rows).map_err(Error::Evaluation)?;
                filter.watch.see(&rows, kept.num_rows());
                let done = filter.ends_at(&rows).map_err(Error::Evaluation)?;
                Ok(Some((kept, (!done).then_some(batches))))
            }
        })
        .boxed()
    }

    fn keep(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        let mut rows = rows.clone();
        for predicate in &self.predicates {
            let verdict = predicate.evaluate(&rows)?.into_array(rows.num_rows())?;
            rows = filter_record_batch(&rows, &true_only(as_boolean_array(&verdict)?))?;
        }
        Ok(rows)
    }

    /// Whether no later row of a scan in order of time can satisfy the conditions that change while the query runs.
    fn ends_at(&self, rows: &RecordBatch) -> Result<bool> {
        let Some((direction, at)) = self.order.zip(rows.num_rows().checked_sub(1)) else { return Ok(false) };
        let last = rows.column(self.time).as_primitive::<TimestampMicrosecondType>().value(at);
        let remaining = Remaining { time: self.time_name, direction, last };
        for condition in &self.dynamic {
            if remaining.is_excluded_by(condition, &self.schema)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn true_only(verdict: &BooleanArray) -> BooleanArray {
    if verdict.null_count() == 0 { verdict.clone() } else { prep_null_mask_filter(verdict) }
}

/// What is said when all rows were read.
struct Ending {
    filter: Arc<RowFilter>,
    open_start: bool,
}

impl Ending {
    fn say(&self, source: &Source) {
        if self.open_start {
            source.say_reach();
        }
        self.filter.watch.say(&source.statement.tally);
    }
}

/// Each record once. Under `partial`, a failure ends the rows and is said instead of raised.
fn unique(
    batches: Batches,
    dedup: Option<Dedup>,
    source: Arc<Source>,
    ending: Ending,
) -> BoxStream<'static, Result<RecordBatch>> {
    let ending = Arc::new(ending);
    stream::try_unfold((batches, dedup), move |(mut batches, mut dedup)| {
        let (source, ending) = (Arc::clone(&source), Arc::clone(&ending));
        async move {
            match batches.next().await {
                None => {
                    ending.say(&source);
                    Ok(None)
                }
                Some(Err(error)) if source.statement.settings.partial && error.leaves_rows() => {
                    source.statement.tally.notice(Notice::Incomplete { missing: described(&error) });
                    Ok(None)
                }
                Some(Err(error)) => Err(error.into()),
                Some(Ok(rows)) => {
                    let rows = match &mut dedup {
                        Some(dedup) => dedup.first_of_each(&rows, &source.statement.tally)?,
                        None => rows,
                    };
                    Ok(Some((rows, (batches, dedup))))
                }
            }
        }
    })
    .try_filter(|rows: &RecordBatch| std::future::ready(rows.num_rows() > 0))
    .boxed()
}

/// An error and its causes in one line.
fn described(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn limited(batches: BoxStream<'static, Result<RecordBatch>>, limit: usize) -> BoxStream<'static, Result<RecordBatch>> {
    stream::try_unfold((batches, limit), |(mut batches, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        Ok(batches.next().await.transpose()?.map(|rows| {
            let rows = rows.slice(0, left.min(rows.num_rows()));
            let left = left - rows.num_rows();
            (rows, (batches, left))
        }))
    })
    .boxed()
}
