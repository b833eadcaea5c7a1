//! The rows of one request stream: the chain of pages that answers it, or one for each part of a list that is too long for one
//! filter.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::RecordBatch;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::RemoteScan;
use super::capped;
use super::chain::Chain;
use super::filter::RowFilter;
use super::merge::{Batches, MOST_CHAINS, Merge, merge};
use super::page_stats::Marks;
use super::slices;
use crate::engine::error::Error;
use crate::engine::runtime::Statement;
use crate::plan::{Choice, PageQuery, Parents, Seen, StreamPlan, choose};
use crate::tally::Notice;
use crate::time::Interval;

/// The rows of one request stream: of one chain, or of one for each part of a list that is too long for one filter.
pub(crate) fn chains(scan: Arc<RemoteScan>, stream: StreamPlan, how: Merge) -> Batches {
    let now = scan.statement.now.timestamp_micros();
    // Parts overlap, and only recognising copies by key puts that right.
    let choice = match stream.parts.len() {
        0 => Choice::Window,
        _ if !scan.statement.settings.dedup => Choice::Window,
        parts => choose(parts, stream.range(now), None),
    };
    match choice {
        Choice::Window => {
            scan.choices.whole(&stream, 0);
            alone(&scan, Chain::new(Arc::clone(&scan), stream.query), how)
        }
        Choice::Parts => in_parts(&scan, &stream, stream.query.interval, how),
        Choice::Look if stream.range(now).is_none() => {
            let (statement, mut window) =
                (Arc::clone(&scan.statement), Chain::new(Arc::clone(&scan), stream.query.clone()));
            window.eager = false;
            tolerant(statement, hedged(scan, stream, window, how))
        }
        Choice::Look => {
            let statement = Arc::clone(&scan.statement);
            tolerant(statement, stream::once(look(scan, stream, now, how)).try_flatten().boxed())
        }
    }
}

/// The rows of a chain for each part of a list.
fn in_parts(scan: &Arc<RemoteScan>, stream: &StreamPlan, interval: Interval, how: Merge) -> Batches {
    scan.choices.parts(stream);
    let queries = stream.part_queries(interval);
    let chains = queries.into_iter().map(|q| alone(scan, Chain::new(Arc::clone(scan), q), Merge::InTurn));
    merge(chains.collect(), how)
}

/// The rows of a range without time: pages of all of it, until they have cost as much as the parts of the list would; then of
/// the parts.
fn hedged(scan: Arc<RemoteScan>, stream: StreamPlan, window: Chain, how: Merge) -> Batches {
    enum State {
        Window(Box<Chain>, usize),
        Parts(Batches),
    }
    let begun = State::Window(Box::new(window), 0);
    stream::try_unfold((begun, scan, stream), move |(state, scan, stream)| async move {
        let mut rows = match state {
            State::Parts(rows) => rows,
            State::Window(mut window, pages) => {
                let seen = Seen { span: (0, 0), pages };
                let is_over = pages > 0 && choose(stream.parts.len(), None, Some(seen)) == Choice::Parts;
                if !is_over || window.is_done() {
                    let Some(page) = window.next_page().await? else {
                        scan.choices.whole(&stream, pages);
                        return Ok(None);
                    };
                    return Ok(Some((page, (State::Window(window, pages + 1), scan, stream))));
                }
                in_parts(&scan, &stream, stream.query.interval, how)
            }
        };
        Ok(rows.next().await.transpose()?.map(|page| (page, (State::Parts(rows), scan, stream))))
    })
    .boxed()
}

/// The rows of one chain. Under `partial` one that breaks off ends alone: what others bring is given out all the same.
fn alone(scan: &RemoteScan, chain: Chain, how: Merge) -> Batches {
    let rows = match chain.is_capped() {
        true => capped::read(chain, how),
        false if slices::may_be_cut(scan, how) => slices::read(chain),
        false => chain.into_stream(),
    };
    tolerant(Arc::clone(&scan.statement), rows)
}

/// Whether an error ends one chain alone, because a part will do; what is missing is said then.
pub(super) fn is_tolerable(statement: &Statement, error: &Error) -> bool {
    let tolerable = statement.settings.partial && error.leaves_rows();
    if tolerable {
        statement.tally.notice(Notice::Incomplete { missing: error.missing() });
    }
    tolerable
}

pub(super) fn tolerant(statement: Arc<Statement>, rows: Batches) -> Batches {
    rows.filter_map(move |rows| {
        std::future::ready(match rows {
            Err(error) if is_tolerable(&statement, &error) => None,
            rows => Some(rows),
        })
    })
    .boxed()
}

/// Reads the first page of the time range, then goes on with it or turns to the parts, whichever needs fewer requests.
async fn look(scan: Arc<RemoteScan>, mut stream: StreamPlan, now: i64, how: Merge) -> Result<Batches, Error> {
    let mut window = Chain::new(Arc::clone(&scan), stream.query.clone());
    window.eager = false;
    let Some(first) = window.next_page().await? else { return Ok(stream::empty().boxed()) };
    window.eager = scan.eager;
    if window.will_not_sort() {
        // Where rows are sorted here, all of them are read anyway.
        return Ok(window.after(first));
    }
    let marks = Marks::of(scan.set, &first);
    let span = marks.newest().zip(marks.oldest()).unwrap_or((now, now));
    let (seen, range) = (Seen { span, pages: 1 }, stream.range(now));
    let choice = if let (false, Some(range)) = (stream.windows.is_empty(), range) {
        stream = stream.with_gaps_closed(range, seen);
        if stream.is_one_window() { Choice::Window } else { Choice::Parts }
    } else {
        choose(stream.parts.len(), range, Some(seen))
    };
    let by_parts = choice == Choice::Parts && !window.is_done();
    let rest = match window.left().filter(|_| by_parts) {
        Some(rest) => {
            scan.choices.parts(&stream);
            let queries = stream.part_queries(rest);
            let chains =
                queries.into_iter().map(|q| alone(&scan, Chain::over_rest(Arc::clone(&scan), q), Merge::InTurn));
            merge(chains.collect(), how)
        }
        // Nothing vouches for the order of what was read: the parts are asked for all of the range.
        None if by_parts => in_parts(&scan, &stream, stream.query.interval, how),
        None => {
            scan.choices.whole(&stream, 1);
            alone(&scan, window, how)
        }
    };
    Ok(stream::once(async { Ok(first) }).chain(rest).boxed())
}

/// The rows of a listing for each record of another set. No order is wanted of them, since they have no time.
pub(crate) fn listings(
    scan: &Arc<RemoteScan>,
    streams: Vec<StreamPlan>,
    parents: Parents,
    filter: &Arc<RowFilter>,
    how: Merge,
) -> Batches {
    let streams: Arc<[StreamPlan]> = streams.into();
    let (of, filter) = (Arc::clone(scan), Arc::clone(filter));
    let listing = move |key: String| {
        let chain = |stream: &StreamPlan| {
            let query = PageQuery { parent: Some(key.clone()), ..stream.query.clone() };
            filter.while_needed(alone(&of, Chain::new(Arc::clone(&of), query), how))
        };
        merge(streams.iter().map(chain).collect(), how)
    };
    let keys = match parents {
        Parents::Named(keys) => stream::iter(keys.into_iter().map(Ok)).boxed(),
        Parents::Listed(query) => keys(scan, *query),
    };
    let rows = keys.map_ok(listing);
    if matches!(how, Merge::InTurn) {
        rows.try_flatten().boxed()
    } else {
        rows.try_flatten_unordered(MOST_CHAINS).boxed()
    }
}

/// The keys of the records that a chain lists, each once.
fn keys(scan: &Arc<RemoteScan>, query: PageQuery) -> BoxStream<'static, Result<String, Error>> {
    let set = query.set;
    let list = Arc::new(scan.of(set));
    let pages = tolerant(Arc::clone(&scan.statement), Chain::new(list, query).into_stream());
    let mut seen = HashSet::new();
    let keys = move |rows: RecordBatch| {
        let marks = Marks::of(set, &rows);
        let ids = (0..rows.num_rows()).filter_map(|row| marks.id(row)).map(str::to_owned);
        let new: Vec<Result<String, Error>> = ids.filter(|id| seen.insert(id.clone())).map(Ok).collect();
        stream::iter(new)
    };
    pages.map_ok(keys).try_flatten().boxed()
}
