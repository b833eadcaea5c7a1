//! Planning and running on a stack that is large enough, whatever thread the host polls on.
//!
//! Tokio gives its threads 2 MiB, of which unoptimised planning of a few hundred terms uses more. Where less is left than
//! is needed, the poll runs on a stack of its own, which costs a mapping of memory; on threads that have enough it costs
//! a comparison.

use std::future::{Future, poll_fn};

use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::StreamExt as _;
use futures::stream;

/// What must be left of a stack.
const NEEDED: usize = 16 << 20;
/// The stack that is made where less is left.
const MADE: usize = 64 << 20;

/// The future, polled with room.
pub(crate) async fn roomy<F: Future>(future: F) -> F::Output {
    let mut future = Box::pin(future);
    poll_fn(move |context| stacker::maybe_grow(NEEDED, MADE, || future.as_mut().poll(context))).await
}

/// The rows, polled with room.
pub(crate) fn roomy_stream(mut rows: SendableRecordBatchStream) -> SendableRecordBatchStream {
    let schema = rows.schema();
    let rows = stream::poll_fn(move |context| stacker::maybe_grow(NEEDED, MADE, || rows.poll_next_unpin(context)));
    Box::pin(RecordBatchStreamAdapter::new(schema, rows))
}
