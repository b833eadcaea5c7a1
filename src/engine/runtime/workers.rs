//! Planning and running away from the thread that waits for them.
//!
//! A plan of many alternatives, a join without keys, a pattern of a megabyte keep a thread busy for minutes, and what is
//! busy cannot be asked to stop. So nothing of the engine runs where deadlines and interrupts are listened to: planning
//! has a thread of its own, each step of a result is a task. Who gives up drops the one that waits; what was waited for
//! ends at its next pause. Steps are taken one by one and only when somebody asks: nothing is read ahead.

use std::future::Future;
use std::panic::resume_unwind;

use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::StreamExt as _;
use futures::stream;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, timeout_at};

use super::stack::{roomy, roomy_stream};
use crate::engine::error::Error;

/// The runtime on which an engine plans and runs; its callers' own where none is named.
#[derive(Debug, Clone, Default)]
pub(crate) struct Workers(pub(crate) Option<Handle>);

impl Workers {
    fn handle(&self) -> Handle {
        self.0.clone().unwrap_or_else(Handle::current)
    }

    /// What a future gives that is made and polled on a thread of its own, with room, until the deadline.
    pub(crate) async fn plan<T, F>(
        &self,
        deadline: Option<Instant>,
        work: impl FnOnce() -> F + Send + 'static,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>>,
    {
        let handle = self.handle();
        let (waits, gone) = oneshot::channel::<()>();
        let inner = handle.clone();
        let planning = handle.spawn_blocking(move || {
            inner.block_on(async {
                tokio::select! {
                    biased;
                    planned = roomy(work()) => planned,
                    _ = gone => Err(Error::Deadline.into()),
                }
            })
        });
        let planned = match deadline {
            Some(deadline) => timeout_at(deadline, planning).await.map_err(|_| Error::Deadline)?,
            None => planning.await,
        };
        drop(waits);
        planned.map_err(unwound)?
    }

    /// The rows, each batch asked for by a task of its own.
    pub(crate) fn rows(&self, rows: SendableRecordBatchStream) -> SendableRecordBatchStream {
        let (workers, schema) = (self.clone(), rows.schema());
        let rows = stream::unfold(Some(roomy_stream(rows)), move |rows| {
            let workers = workers.clone();
            async move {
                let mut rows = rows?;
                let step = workers.handle().spawn(async move {
                    let next = rows.next().await;
                    (next, rows)
                });
                match Step(step).finished().await {
                    Ok((next, rows)) => next.map(|next| (next, Some(rows))),
                    Err(error) => Some((Err(unwound(error)), None)),
                }
            }
        });
        Box::pin(RecordBatchStreamAdapter::new(schema, rows))
    }
}

/// A step that ends, at its next pause, with whoever waits for it.
struct Step<T>(JoinHandle<T>);

impl<T> Step<T> {
    async fn finished(mut self) -> Result<T, JoinError> {
        (&mut self.0).await
    }
}

impl<T> Drop for Step<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A panic goes on where it is waited for; a runtime that ends takes its tasks with it.
fn unwound(error: JoinError) -> DataFusionError {
    match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => Error::Ending.into(),
    }
}
