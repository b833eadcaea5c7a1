//! The rows of one request stream: the chain of pages that answers it, or one for each part of a list that is too long for one
//! filter.

use std::sync::Arc;

use futures::stream::{self, StreamExt, TryStreamExt};

use super::capped;
use super::chain::{Chain, RemoteScan};
use super::merge::{Batches, Merge, merge};
use super::page_stats::Marks;
use crate::engine::error::Error;
use crate::engine::runtime::Statement;
use crate::plan::{Choice, StreamPlan, choose};
use crate::tally::Notice;

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
        Choice::Window => alone(&scan, Chain::new(Arc::clone(&scan), stream.query), how),
        Choice::Parts => {
            let queries = stream.part_queries(stream.query.interval);
            let chains = queries.into_iter().map(|q| alone(&scan, Chain::new(Arc::clone(&scan), q), Merge::InTurn));
            merge(chains.collect(), how)
        }
        Choice::Look => {
            let statement = Arc::clone(&scan.statement);
            tolerant(statement, stream::once(look(scan, stream, now, how)).try_flatten().boxed())
        }
    }
}

/// The rows of one chain. Under `partial` one that breaks off ends alone: what others bring is given out all the same.
fn alone(scan: &RemoteScan, chain: Chain, how: Merge) -> Batches {
    let rows = if chain.is_capped() { capped::read(chain, how) } else { chain.into_stream() };
    tolerant(Arc::clone(&scan.statement), rows)
}

pub(super) fn tolerant(statement: Arc<Statement>, rows: Batches) -> Batches {
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
async fn look(scan: Arc<RemoteScan>, stream: StreamPlan, now: i64, how: Merge) -> Result<Batches, Error> {
    let mut window = Chain::new(Arc::clone(&scan), stream.query.clone());
    window.eager = false;
    let Some(first) = window.next_page().await? else { return Ok(stream::empty().boxed()) };
    window.eager = scan.eager;
    if window.will_not_sort() {
        // Where rows are sorted here, all of them are read anyway.
        return Ok(window.after(first));
    }
    let marks = Marks::of(scan.set, &first);
    let span = marks.newest().zip(marks.oldest());
    let choice = choose(stream.parts.len(), stream.range(now), span.or(Some((now, now))));
    let in_parts = choice == Choice::Parts && !window.is_done();
    let rest = match window.left().filter(|_| in_parts) {
        Some(rest) => {
            let queries = stream.part_queries(rest);
            let chains =
                queries.into_iter().map(|q| alone(&scan, Chain::over_rest(Arc::clone(&scan), q), Merge::InTurn));
            merge(chains.collect(), how)
        }
        // Nothing vouches for the order of what was read: the parts are asked for all of the range.
        None if in_parts => {
            let queries = stream.part_queries(stream.query.interval);
            let chains = queries.into_iter().map(|q| alone(&scan, Chain::new(Arc::clone(&scan), q), Merge::InTurn));
            merge(chains.collect(), how)
        }
        None => alone(&scan, window, how),
    };
    Ok(stream::once(async { Ok(first) }).chain(rest).boxed())
}
