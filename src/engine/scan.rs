//! Carries out a scan plan: chains of pages or blobs of the feed, the whole predicate on their rows, one stream, each
//! record once, the limit.

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
use super::feed;
use super::files::FileScan;
use super::merge::{Batches, Merge, merge};
use super::nothing::{self, Watch};
use super::pages::{Chain, Source};
use super::remaining::Remaining;
use super::runtime::Statement;
use crate::plan::feed::FeedPlan;
use crate::plan::{Choice, Direction, ScanPlan, StreamPlan, choose};
use crate::tally::{Because, Notice};

/// A scan, ready to be carried out.
pub(super) struct Scanning {
    pub(super) source: Arc<Source>,
    pub(super) work: Work,
    /// The schema of decoded rows.
    pub(super) schema: SchemaRef,
    /// Conjuncts over decoded rows, all of which hold for every row given out.
    pub(super) predicates: Vec<Arc<dyn PhysicalExpr>>,
    /// Conditions that change while the query runs and let a scan in order of time end early.
    pub(super) dynamic: Vec<Arc<dyn PhysicalExpr>>,
    pub(super) watch: Watch,
    pub(super) reservation: MemoryReservation,
}

/// Where the rows come from.
pub(super) enum Work {
    /// Chains of pages.
    Chains(ScanPlan),
    /// Blobs of the activity feed.
    Feed(FeedPlan),
}

impl Work {
    /// The order that rows have to have.
    fn order(&self) -> Option<Direction> {
        match self {
            Self::Chains(plan) => plan.order,
            Self::Feed(_) => None,
        }
    }

    fn limit(&self) -> Option<usize> {
        match self {
            Self::Chains(plan) => plan.limit,
            Self::Feed(plan) => plan.limit,
        }
    }

    /// Whether several requests bring the same records: one without key could not be recognised.
    fn overlaps(&self) -> bool {
        match self {
            Self::Chains(plan) => plan.streams.iter().any(|s| !s.parts.is_empty()),
            Self::Feed(_) => false,
        }
    }

    /// Whether nobody asked for a lower bound of the time.
    fn open_start(&self) -> bool {
        match self {
            Self::Chains(plan) => plan.about.from.is_none(),
            // What of it became available when is said before it is read.
            Self::Feed(_) => false,
        }
    }

    /// What the plan alone tells of an answer without rows.
    pub(super) fn reasons(&self, now: i64) -> Vec<Because> {
        match self {
            Self::Chains(plan) => nothing::of_plan(plan, now),
            Self::Feed(plan) => nothing::of_feed(plan, now),
        }
    }

    fn streams(self, source: &Arc<Source>, how: Merge) -> Vec<Batches> {
        match self {
            Self::Chains(plan) => {
                plan.streams.into_iter().map(|stream| chains(Arc::clone(source), stream, how)).collect()
            }
            Self::Feed(plan) => vec![feed::rows(Arc::clone(source), plan)],
        }
    }
}

impl Scanning {
    /// The rows of the answer. Nothing is sent before the stream is polled, and nothing after it is dropped.
    pub(super) fn run(self) -> BoxStream<'static, Result<RecordBatch>> {
        let Self { source, work, schema, predicates, dynamic, watch, reservation } = self;
        let time = schema.index_of(source.set.time).expect("a scan decodes the time");
        let (order, limit) = (work.order(), work.limit());
        let how = match (order, limit) {
            (Some(direction), _) => Merge::ByTime { column: time, direction },
            (None, Some(_)) => Merge::InTurn,
            (None, None) => Merge::Together,
        };
        let time_name = source.set.time;
        let filter = Arc::new(RowFilter { schema, time, predicates, dynamic, time_name, order, watch });
        let dedup = Dedup::new(source.set, &source.connected.tenant, (order.is_some(), work.overlaps()), reservation);
        let once = source.statement.settings.dedup.then_some(dedup);
        let open_start = work.open_start();
        let streams: Vec<Batches> = work.streams(&source, how).into_iter().map(|rows| filter.over(rows)).collect();
        let all = if streams.is_empty() { stream::empty().boxed() } else { merge(streams, how) };
        let (statement, watched) = (Arc::clone(&source.statement), Arc::clone(&filter));
        let at_end = move || {
            if open_start {
                source.say_reach();
            }
            watched.watch.say(&source.statement.tally);
        };
        ended(unique(all, once, statement, at_end), limit)
    }
}

/// A scan of files, ready to be carried out. The same rules hold for its rows.
pub(super) struct FileScanning {
    pub(super) files: FileScan,
    pub(super) limit: Option<usize>,
    /// The schema of decoded rows.
    pub(super) schema: SchemaRef,
    /// Conjuncts over decoded rows, all of which hold for every row given out.
    pub(super) predicates: Vec<Arc<dyn PhysicalExpr>>,
    pub(super) watch: Watch,
    pub(super) reservation: MemoryReservation,
}

impl FileScanning {
    /// The rows of the answer. Nothing is opened before the stream is polled.
    pub(super) fn run(self) -> BoxStream<'static, Result<RecordBatch>> {
        let Self { files, limit, schema, predicates, watch, reservation } = self;
        let time = schema.index_of(files.set.time).expect("a scan decodes the time");
        let (dynamic, time_name) = (Vec::new(), files.set.time);
        let filter = Arc::new(RowFilter { schema, time, predicates, dynamic, time_name, order: None, watch });
        let statement = Arc::clone(&files.statement);
        let dedup = Dedup::new(files.set, "", (false, false), reservation);
        let once = statement.settings.dedup.then_some(dedup);
        let (tally, watched) = (Arc::clone(&statement.tally), Arc::clone(&filter));
        let at_end = move || watched.watch.say(&tally);
        ended(unique(filter.over(files.run()), once, statement, at_end), limit)
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
        Choice::Window => alone(&source, Chain::new(Arc::clone(&source), stream.query)),
        Choice::Parts => {
            let queries = stream.part_queries(stream.query.interval);
            let chains = queries.into_iter().map(|q| alone(&source, Chain::new(Arc::clone(&source), q)));
            merge(chains.collect(), how)
        }
        Choice::Look => {
            let statement = Arc::clone(&source.statement);
            tolerant(statement, stream::once(look(source, stream, now, how)).try_flatten().boxed())
        }
    }
}

/// The rows of one chain. Under `partial` one that breaks off ends alone: what others bring is given out all the same.
fn alone(source: &Source, chain: Chain) -> Batches {
    tolerant(Arc::clone(&source.statement), chain.into_stream())
}

fn tolerant(statement: Arc<Statement>, rows: Batches) -> Batches {
    rows.filter_map(move |rows| {
        std::future::ready(match rows {
            Err(error) if statement.settings.partial && error.leaves_rows() => {
                statement.tally.notice(Notice::Incomplete { missing: error.missing() });
                None
            }
            rows => Some(rows),
        })
    })
    .boxed()
}

/// Reads the first page of the time range, then goes on with it or turns to the parts, whichever needs fewer requests.
async fn look(source: Arc<Source>, stream: StreamPlan, now: i64, how: Merge) -> Result<Batches, Error> {
    let mut window = Chain::new(Arc::clone(&source), stream.query.clone());
    window.eager = false;
    let Some(first) = window.next_page().await? else { return Ok(stream::empty().boxed()) };
    window.eager = source.eager;
    if window.will_not_sort() {
        // Where rows are sorted here, all of them are read anyway.
        return Ok(window.after(first));
    }
    let times = Marks::of(source.set, &first).times;
    let span = arrow::compute::max(times).zip(arrow::compute::min(times));
    let choice = choose(stream.parts.len(), stream.query.interval, now, span.or(Some((now, now))));
    let rest = match window.remaining().filter(|_| choice == Choice::Parts && !window.is_done()) {
        None => alone(&source, window),
        Some(rest) => {
            let queries = stream.part_queries(rest);
            let chains = queries.into_iter().map(|q| alone(&source, Chain::over_rest(Arc::clone(&source), q)));
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

/// Each record once. Under `partial`, a failure ends the rows and is said instead of raised.
fn unique(
    batches: Batches,
    dedup: Option<Dedup>,
    statement: Arc<Statement>,
    at_end: impl Fn() + Send + Sync + 'static,
) -> BoxStream<'static, Result<RecordBatch>> {
    let at_end = Arc::new(at_end);
    stream::try_unfold((batches, dedup), move |(mut batches, mut dedup)| {
        let (statement, at_end) = (Arc::clone(&statement), Arc::clone(&at_end));
        async move {
            match batches.next().await {
                None => {
                    at_end();
                    Ok(None)
                }
                Some(Err(error)) if statement.settings.partial && error.leaves_rows() => {
                    statement.tally.notice(Notice::Incomplete { missing: error.missing() });
                    Ok(None)
                }
                Some(Err(error)) => Err(error.into()),
                Some(Ok(rows)) => {
                    let rows = match &mut dedup {
                        Some(dedup) => dedup.first_of_each(&rows, &statement.tally)?,
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

/// The rows up to the limit, if there is one.
fn ended(
    batches: BoxStream<'static, Result<RecordBatch>>,
    limit: Option<usize>,
) -> BoxStream<'static, Result<RecordBatch>> {
    match limit {
        Some(limit) => limited(batches, limit),
        None => batches,
    }
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
