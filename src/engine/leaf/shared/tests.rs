//! A scan that several read: who sees what, in which order, in how much memory, and when there is no room.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use arrow::array::{ArrayRef, AsArray as _, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{Int64Type, Schema, SchemaRef};
use datafusion::common::runtime::SpawnedTask;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, MemoryPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use futures::stream::{self, BoxStream, StreamExt as _};

use super::reading::Source;

/// Rows of a batch; with their texts some 100 KiB.
const ROWS: i64 = 100;

/// A service of so many batches, which counts how often it was read and how many batches it gave out.
#[derive(Debug)]
struct Service {
    schema: SchemaRef,
    batches: i64,
    /// It fails where this batch should be.
    breaks_at: Option<i64>,
    begun: AtomicUsize,
    given: Arc<AtomicUsize>,
}

fn batch(number: i64) -> RecordBatch {
    let ids = Int64Array::from_iter_values((0..ROWS).map(|row| number * ROWS + row));
    let texts = StringViewArray::from_iter_values((0..ROWS).map(|row| format!("{row:01000}")));
    RecordBatch::try_from_iter([("id", Arc::new(ids) as ArrayRef), ("text", Arc::new(texts) as ArrayRef)]).unwrap()
}

impl PartitionStream for Service {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        self.begun.fetch_add(1, SeqCst);
        let (breaks_at, given) = (self.breaks_at, Arc::clone(&self.given));
        let rows = stream::iter(0..self.batches).then(move |number| {
            let given = Arc::clone(&given);
            async move {
                // As a request would.
                tokio::task::yield_now().await;
                if Some(number) == breaks_at {
                    return Err(DataFusionError::Execution("it broke".into()));
                }
                given.fetch_add(1, SeqCst);
                Ok(batch(number))
            }
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows))
    }
}

struct Case {
    service: Arc<Service>,
    source: Source,
    context: Arc<TaskContext>,
    pool: Arc<dyn MemoryPool>,
}

impl Case {
    fn new(batches: i64, uses: usize, memory: usize, disk: bool) -> Self {
        Self::breaking(batches, uses, memory, disk, None)
    }

    fn breaking(batches: i64, uses: usize, memory: usize, disk: bool, breaks_at: Option<i64>) -> Self {
        let schema: Arc<Schema> = batch(0).schema();
        let (begun, given) = (AtomicUsize::new(0), Arc::default());
        let service = Arc::new(Service { schema: Arc::clone(&schema), batches, breaks_at, begun, given });
        let partition = Arc::clone(&service) as Arc<dyn PartitionStream>;
        let plan = StreamingTableExec::try_new(schema, vec![partition], None, [], false, None).unwrap();
        let pool: Arc<dyn MemoryPool> = Arc::new(FairSpillPool::new(memory));
        let mode = if disk { DiskManagerMode::OsTmpDirectory } else { DiskManagerMode::Disabled };
        let disks = DiskManagerBuilder::default().with_mode(mode);
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::clone(&pool)).with_disk_manager_builder(disks);
        let context = TaskContext::default().with_runtime(runtime.build_arc().unwrap());
        let source = Source::new(Arc::new(plan) as Arc<dyn ExecutionPlan>, uses);
        Self { service, source, context: Arc::new(context), pool }
    }

    fn reader(&self) -> BoxStream<'static, Result<RecordBatch>> {
        self.source.read(&self.context).unwrap()
    }

    fn begun(&self) -> usize {
        self.service.begun.load(SeqCst)
    }

    fn given(&self) -> usize {
        self.service.given.load(SeqCst)
    }
}

fn ids(batch: &RecordBatch) -> Vec<i64> {
    batch.column(0).as_primitive::<Int64Type>().values().to_vec()
}

async fn all(mut rows: BoxStream<'static, Result<RecordBatch>>) -> Vec<i64> {
    let mut found = Vec::new();
    while let Some(batch) = rows.next().await {
        found.extend(ids(&batch.unwrap()));
    }
    found
}

fn due(batches: i64) -> Vec<i64> {
    (0..batches * ROWS).collect()
}

const PLENTY: usize = 1 << 30;
/// Room for some batches.
const LITTLE: usize = 500 << 10;

#[tokio::test]
async fn all_readers_see_all_rows_of_one_reading() {
    for memory in [PLENTY, LITTLE, 10] {
        let case = Case::new(30, 3, memory, true);
        let readers = [case.reader(), case.reader(), case.reader()];
        for reader in readers {
            assert_eq!(all(reader).await, due(30));
        }
        assert_eq!((case.begun(), case.given(), case.pool.reserved()), (1, 30, 0), "{memory}");
    }
}

#[tokio::test]
async fn nothing_is_read_that_nobody_needs() {
    let case = Case::new(30, 2, PLENTY, true);
    let (mut one, mut other) = (case.reader(), case.reader());
    assert_eq!(case.given(), 0);
    let first = one.next().await.unwrap().unwrap();
    assert_eq!((ids(&first), case.given()), (ids(&batch(0)), 1));
    drop(one);
    for number in 0..4 {
        assert_eq!(ids(&other.next().await.unwrap().unwrap()), ids(&batch(number)));
    }
    assert_eq!(case.given(), 4);
}

#[tokio::test]
async fn what_a_reader_leaves_is_kept_for_those_who_come_later() {
    let case = Case::new(10, 2, PLENTY, true);
    // It has read all before the other one is known.
    assert_eq!(all(case.reader()).await, due(10));
    assert_eq!(all(case.reader()).await, due(10));
    assert_eq!((case.begun(), case.pool.reserved()), (1, 0));
    // More readers than were told of.
    assert_eq!(all(case.reader()).await, due(10));
    assert_eq!(case.begun(), 2);
}

#[tokio::test]
async fn without_any_room_those_who_have_not_begun_read_for_themselves() {
    let case = Case::new(30, 3, LITTLE, false);
    let readers = [case.reader(), case.reader(), case.reader()];
    for reader in readers {
        assert_eq!(all(reader).await, due(30));
    }
    assert_eq!((case.begun(), case.pool.reserved()), (3, 0));
}

#[tokio::test]
async fn who_has_begun_and_is_behind_cannot_go_on_without_room() {
    let case = Case::new(30, 2, LITTLE, false);
    let (mut ahead, mut behind) = (case.reader(), case.reader());
    behind.next().await.unwrap().unwrap();
    let mut error = None;
    while let Some(batch) = ahead.next().await {
        error = batch.err().or(error);
    }
    assert!(error.unwrap().to_string().contains("Resources exhausted"));
    let mut ends = 0;
    while let Some(batch) = behind.next().await {
        ends += usize::from(batch.is_err());
    }
    assert_eq!(ends, 1, "no reader ends as if it had read all");
}

#[tokio::test]
async fn an_error_is_everybodys() {
    let case = Case::breaking(30, 2, PLENTY, true, Some(7));
    for mut reader in [case.reader(), case.reader()] {
        let mut read = 0;
        let error = loop {
            match reader.next().await.unwrap() {
                Ok(_) => read += 1,
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains("it broke"), "{error}");
        assert_eq!(read, 7);
    }
    assert_eq!(case.begun(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_in_tasks_of_their_own_wake_each_other() {
    for round in 0..50 {
        let case = Case::new(20, 4, if round % 2 == 0 { PLENTY } else { LITTLE }, true);
        let readers = (0..4).map(|_| SpawnedTask::spawn(all(case.reader())));
        for reader in readers.collect::<Vec<_>>() {
            let found = tokio::time::timeout(std::time::Duration::from_secs(20), reader.join()).await;
            assert_eq!(found.expect("no reader waits for ever").unwrap(), due(20));
        }
        assert_eq!(case.begun(), 1);
    }
}

/// Numbers that look like chance, the same in every run.
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 40).unwrap()
}

/// In whatever order they read, and whoever leaves.
#[tokio::test]
async fn readers_go_on_in_any_order() {
    for mut seed in 0..90 {
        let memory = [PLENTY, LITTLE, 10][next(&mut seed) % 3];
        let case = Case::new(12, 3, memory, true);
        let mut readers: Vec<_> = (0..3).map(|_| Some((case.reader(), Vec::new()))).collect();
        for _ in 0..next(&mut seed) % 60 {
            let (at, leaves) = (next(&mut seed) % 3, next(&mut seed).is_multiple_of(30));
            let Some((reader, found)) = &mut readers[at] else { continue };
            if leaves {
                readers[at] = None;
            } else if let Some(batch) = reader.next().await {
                found.extend(ids(&batch.unwrap()));
            }
        }
        for (reader, mut found) in readers.into_iter().flatten() {
            found.extend(all(reader).await);
            assert_eq!(found, due(12));
        }
        assert_eq!((case.begun() <= 1, case.pool.reserved()), (true, 0));
    }
}
