//! Carries out a scan plan: chains of pages or blobs of the feed, one stream, each record once, the whole predicate on its
//! rows, the limit. In this order: a condition must not choose among the copies of a record.

use std::future::ready;
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{filter_record_batch, prep_null_mask_filter};
use arrow::datatypes::{SchemaRef, TimestampMicrosecondType};
use datafusion::common::cast::as_boolean_array;
use datafusion::error::Result;
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::utils::collect_columns;
use futures::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};

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
use crate::table::EntitySet;
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
        let overlapping = work.overlaps().then_some(source.set);
        let (delivery, predicates) = parted(source.set, predicates, &schema);
        let by_delivery = !delivery.is_empty();
        let filter = RowFilter { schema, time, predicates, dynamic, time_name, order, overlapping, by_delivery, watch };
        let filter = Arc::new(filter);
        let dedup = Dedup::new(source.set, &source.connected.tenant, order.is_some(), reservation);
        let dedup = dedup.behind(source.veil());
        let once = source.statement.settings.dedup.then_some(dedup);
        let open_start = work.open_start();
        let streams: Vec<Batches> =
            work.streams(&source, how).into_iter().map(|rows| filter.while_needed(rows)).collect();
        let all = if streams.is_empty() { stream::empty().boxed() } else { merge(streams, how) };
        let all = if delivery.is_empty() { all } else { filter.delivered(all, delivery) };
        let (statement, watched) = (Arc::clone(&source.statement), Arc::clone(&filter));
        let at_end = move || {
            if open_start {
                source.say_reach();
            }
            watched.watch.say(&source.statement.tally);
        };
        ended(filter.over(unique(all, once, statement, at_end)), limit)
    }
}

/// Conditions on how a record was delivered, and all others. A copy in another blob is another delivery: those conditions
/// choose among deliveries, before one of them stands for the record.
fn parted(set: &EntitySet, all: Vec<Predicate>, schema: &SchemaRef) -> (Vec<Predicate>, Vec<Predicate>) {
    let of_delivery = |expr: &Predicate| {
        let columns = collect_columns(expr);
        let mut names = columns.iter().map(|column| schema.field(column.index()).name().as_str());
        set.feed.is_some() && !columns.is_empty() && names.all(|name| feed::DELIVERY.contains(&name))
    };
    all.into_iter().partition(of_delivery)
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
}

impl FileScanning {
    /// The rows of the answer. Nothing is opened before the stream is polled.
    pub(super) fn run(self) -> BoxStream<'static, Result<RecordBatch>> {
        let Self { files, limit, schema, predicates, watch } = self;
        let time = schema.index_of(files.set.time).expect("a scan decodes the time");
        let (dynamic, time_name) = (Vec::new(), files.set.time);
        let (order, overlapping, by_delivery) = (None, None, false);
        let filter = RowFilter { schema, time, predicates, dynamic, time_name, order, overlapping, by_delivery, watch };
        let filter = Arc::new(filter);
        let (tally, watched) = (Arc::clone(&files.statement.tally), Arc::clone(&filter));
        let at_end = move || watched.watch.say(&tally);
        ended(filter.over(files.run()).chain(after(at_end)).boxed(), limit)
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

/// A condition over decoded rows.
type Predicate = Arc<dyn PhysicalExpr>;

/// The whole predicate, applied to every row on this side.
struct RowFilter {
    schema: SchemaRef,
    time: usize,
    predicates: Vec<Predicate>,
    dynamic: Vec<Predicate>,
    time_name: &'static str,
    order: Option<Direction>,
    /// The table, if several requests bring the same records: one without key could not be recognised.
    overlapping: Option<&'static EntitySet>,
    /// Conditions on deliveries were applied before.
    by_delivery: bool,
    watch: Watch,
}

impl RowFilter {
    /// The rows of one stream, until no later one of it can be in the answer.
    fn while_needed(self: &Arc<Self>, batches: Batches) -> Batches {
        let filter = Arc::clone(self);
        stream::try_unfold(Some(batches), move |batches| {
            let filter = Arc::clone(&filter);
            async move {
                let Some(mut batches) = batches else { return Ok(None) };
                let Some(rows) = batches.next().await.transpose()? else { return Ok(None) };
                let done = filter.ends_at(&rows).map_err(Error::Evaluation)?;
                Ok(Some((rows, (!done).then_some(batches))))
            }
        })
        .boxed()
    }

    /// The rows whose delivery is as it was asked for.
    fn delivered(self: &Arc<Self>, batches: Batches, delivery: Vec<Predicate>) -> Batches {
        let filter = Arc::clone(self);
        let keep = move |rows: RecordBatch| {
            filter.watch.see(&rows, 0);
            satisfying(&rows, &delivery).map_err(Error::Evaluation)
        };
        batches.map(move |rows| keep(rows?)).boxed()
    }

    /// The rows that satisfy the conditions.
    fn over(
        self: &Arc<Self>,
        batches: BoxStream<'static, Result<RecordBatch>>,
    ) -> BoxStream<'static, Result<RecordBatch>> {
        let filter = Arc::clone(self);
        let kept = batches.map(move |rows| Ok(filter.keep(&rows?)?));
        kept.try_filter(|rows| ready(rows.num_rows() > 0)).boxed()
    }

    fn keep(&self, rows: &RecordBatch) -> Result<RecordBatch, Error> {
        let kept = satisfying(rows, &self.predicates).map_err(Error::Evaluation)?;
        // Where deliveries were chosen, all of them have been seen.
        let new = if self.by_delivery { rows.slice(0, 0) } else { rows.clone() };
        self.watch.see(&new, kept.num_rows());
        match self.overlapping {
            Some(set) if has_keyless(set, &kept) => Err(Error::Keyless { table: set.qualified(), key: set.key }),
            _ => Ok(kept),
        }
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

/// Nothing more, and at its end a last word.
fn after(at_end: impl FnOnce() + Send + 'static) -> impl Stream<Item = Result<RecordBatch>> + Send {
    stream::once(async move { at_end() }).filter_map(|()| ready(None))
}

/// Whether a record has no id, or an empty one.
fn has_keyless(set: &EntitySet, rows: &RecordBatch) -> bool {
    let marks = Marks::of(set, rows);
    (0..rows.num_rows()).any(|row| marks.id(row).is_none())
}

/// The rows that satisfy all conditions.
fn satisfying(rows: &RecordBatch, conditions: &[Predicate]) -> Result<RecordBatch> {
    let mut rows = rows.clone();
    for condition in conditions {
        let verdict = condition.evaluate(&rows)?.into_array(rows.num_rows())?;
        rows = filter_record_batch(&rows, &true_only(as_boolean_array(&verdict)?))?;
    }
    Ok(rows)
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
