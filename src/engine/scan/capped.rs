//! Reads an answer that a service ends at a cap: what is left is asked for in pieces of its range of time, and records that
//! come again are recognised further down.

use std::future::ready;
use std::sync::Arc;

use arrow::array::RecordBatch;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::RemoteScan;
use super::chain::Chain;
use super::chains::tolerant;
use super::merge::{Batches, Merge, merge};
use crate::engine::error::Error;
use crate::plan::PageQuery;

/// A part of an answer.
enum Step {
    /// A page of it.
    Rows(RecordBatch),
    /// What its end left out, once for each.
    Rest(Vec<PageQuery>),
}

/// The rows of a chain, and behind its end, should that be at the cap, those of the pieces of its range. The pieces of the
/// first cut are read side by side like other chains, those of later ones in turn: so no more are open than of a long list.
pub(super) fn read(chain: Chain, how: Merge) -> Batches {
    let scan = Arc::clone(chain.scan());
    let steps = stream::try_unfold(Some(chain), |chain| async move {
        let Some(mut chain) = chain else { return Ok(None) };
        Ok::<_, Error>(match chain.next_spared().await? {
            Some(rows) => Some((Step::Rows(rows), Some(chain))),
            None => Some((Step::Rest(chain.rest()?), None)),
        })
    });
    let rows = steps.map_ok(move |step| match step {
        Step::Rows(rows) => stream::once(ready(Ok(rows))).boxed(),
        Step::Rest(pieces) => merge(pieces.into_iter().map(|piece| later(&scan, piece)).collect(), how),
    });
    rows.try_flatten().boxed()
}

/// The rows of a piece, whose chain is made when its turn comes. Under `partial`, one that breaks off ends alone.
fn later(scan: &Arc<RemoteScan>, piece: PageQuery) -> Batches {
    let (statement, scan) = (Arc::clone(&scan.statement), Arc::clone(scan));
    let rows = stream::once(async move { Ok(read(Chain::new(scan, piece), Merge::InTurn)) });
    tolerant(statement, rows.try_flatten().boxed())
}
