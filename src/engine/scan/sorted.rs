//! Sorts rows by their time that a service would not sort.
//!
//! All of them have to be there before the first can be given out. DataFusion's own sort does it, within the memory of the
//! session and on disk beyond that.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::compute::SortOptions;
use arrow::datatypes::SchemaRef;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan as _;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use futures::future::ready;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::RemoteScan;
use super::merge::Batches;
use crate::engine::error::Error;
use crate::table::Direction;
use crate::tally::Notice;

/// The rows in an order of their time.
pub(crate) fn sorted(rows: Batches, schema: &SchemaRef, direction: Direction, scan: &Arc<RemoteScan>) -> Batches {
    let Some(time) = scan.set.time else { return rows };
    let rows = up_to_failure(rows, Arc::clone(scan)).map_err(DataFusionError::from);
    let rows = RecordBatchStreamAdapter::new(Arc::clone(schema), rows);
    match sort(Box::pin(rows), schema, time, direction, &scan.context) {
        Ok(rows) => rows.map_err(own_error).boxed(),
        Err(error) => stream::once(ready(Err(Error::Memory(error)))).boxed(),
    }
}

fn sort(
    rows: SendableRecordBatchStream,
    schema: &SchemaRef,
    time: &str,
    direction: Direction,
    context: &Arc<TaskContext>,
) -> Result<SendableRecordBatchStream> {
    // An ordered chain refuses records without a time.
    let options = SortOptions { descending: direction == Direction::Descending, nulls_first: false };
    let by = PhysicalSortExpr::new(Arc::new(Column::new_with_schema(time, schema)?), options);
    let given = Arc::new(Given { schema: Arc::clone(schema), rows: Mutex::new(Some(rows)) });
    let input = StreamingTableExec::try_new(Arc::clone(schema), vec![given], None, [], false, None)?;
    SortExec::new(LexOrdering::from([by]), Arc::new(input)).execute(0, Arc::clone(context))
}

/// Where a part will do, the rows that came before a failure are sorted all the same; what is missing is said.
fn up_to_failure(
    rows: Batches,
    scan: Arc<RemoteScan>,
) -> impl futures::Stream<Item = Result<arrow::array::RecordBatch, Error>> + Send {
    stream::unfold(Some(rows), move |rows| {
        let statement = Arc::clone(&scan.statement);
        async move {
            let mut rows = rows?;
            match rows.next().await? {
                Ok(batch) => Some((Ok(batch), Some(rows))),
                Err(error) if statement.settings.partial && error.leaves_rows() => {
                    statement.tally.notice(Notice::Incomplete { missing: error.missing() });
                    None
                }
                Err(error) => Some((Err(error), None)),
            }
        }
    })
}

/// An error of ours that went through DataFusion, as it was.
fn own_error(error: DataFusionError) -> Error {
    match error {
        DataFusionError::External(inner) => match inner.downcast::<Error>() {
            Ok(error) => *error,
            Err(other) => Error::Memory(DataFusionError::External(other)),
        },
        other => Error::Memory(other),
    }
}

/// A stream that can be taken once, as the input of a plan.
struct Given {
    schema: SchemaRef,
    rows: Mutex<Option<SendableRecordBatchStream>>,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("rows of a service")
    }
}

impl PartitionStream for Given {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner).take();
        rows.unwrap_or_else(|| Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), stream::empty())))
    }
}
