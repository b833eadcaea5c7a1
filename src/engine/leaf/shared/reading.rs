//! One reading of a scan for several readers, each of which sees all of its rows.
//!
//! Nothing runs by itself: whoever needs a row that is not there has the scan asked for the next ones, and what comes wakes all
//! who wait. So no reader waits for another one to go on (a join reads one of its sides whole before it looks at the other), and
//! nothing is requested that nobody needs. Batches stay until every reader has had them: in a share of the session's memory,
//! then in files of its own. Where neither has room, those who have not begun read for themselves.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use arrow::array::RecordBatch;
use datafusion::common::utils::memory::get_record_batch_memory_size;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryReservation};
use datafusion::execution::spill_file::SpillFile;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, SpillMetrics};
use datafusion::physical_plan::{ExecutionPlan, SpillManager};
use futures::future::poll_fn;
use futures::stream::{self, BoxStream, Stream as _, StreamExt as _};

/// A scan that several read.
pub(super) struct Source {
    pub(super) plan: Arc<dyn ExecutionPlan>,
    /// How many read it.
    pub(super) uses: usize,
    /// The reading under way, and how many have joined it.
    reading: Mutex<Option<(Arc<Reading>, usize)>>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("plan", &self.plan).field("uses", &self.uses).finish_non_exhaustive()
    }
}

impl Source {
    pub(super) fn new(plan: Arc<dyn ExecutionPlan>, uses: usize) -> Self {
        Self { plan, uses, reading: Mutex::default() }
    }

    /// All of its rows, for one more reader. One that comes after all that were told of begins anew.
    pub(super) fn read(&self, context: &Arc<TaskContext>) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let mut under_way = locked(&self.reading);
        let (reading, joined) = match under_way.take() {
            Some((reading, joined)) => (reading, joined + 1),
            None => (Arc::new(Reading::begin(&self.plan, self.uses, context)?), 1),
        };
        let reader = Reader { reading: Arc::clone(&reading), id: joined };
        // With the last one to join it, nobody but the readers holds what was read.
        *under_way = (joined < self.uses).then_some((reading, joined));
        drop(under_way);
        let own = (Arc::clone(&self.plan), Arc::clone(context));
        Ok(reader.rows(own))
    }
}

/// The part of the session's memory that such rows take, one in so many; what reads and sorts them needs the rest.
const SHARE: usize = 8;

/// What files are for, should anybody ask.
const FILED: &str = "rows that are used several times";

/// Rows that were read and are kept.
enum Content {
    /// In memory: the batch and its size.
    Held(RecordBatch, usize),
    /// So many batches, in a file.
    Filed(Arc<dyn SpillFile>, usize),
}

/// What a reader gets.
enum Next {
    Batch(RecordBatch),
    /// The batches of a file, from this one on.
    File(Arc<dyn SpillFile>, usize),
    /// There is no room to share what is read: it has to read for itself.
    Alone,
    End,
}

/// A reading under way.
struct Reading {
    state: Mutex<State>,
    waiting: Arc<Waiting>,
    spill: SpillManager,
}

struct State {
    /// The scan; `None`: it has ended.
    rows: Option<SendableRecordBatchStream>,
    failed: Option<Arc<DataFusionError>>,
    contents: VecDeque<Content>,
    /// The number of the first batch that is kept.
    first: usize,
    /// The number of the next batch.
    end: usize,
    /// The number of the batch that each reader wants next, whether or not it has joined.
    readers: HashMap<usize, usize>,
    reservation: MemoryReservation,
    /// Bytes that it takes of the memory as long as there are files.
    share: usize,
}

/// Those who wait for the scan's next rows.
#[derive(Default)]
struct Waiting(Mutex<HashMap<usize, Waker>>);

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        let woken = std::mem::take(&mut *locked(&self.0));
        woken.into_values().for_each(Waker::wake);
    }
}

impl Reading {
    fn begin(plan: &Arc<dyn ExecutionPlan>, uses: usize, context: &Arc<TaskContext>) -> Result<Self> {
        let rows = plan.execute(0, Arc::clone(context))?;
        let metrics = SpillMetrics::new(&ExecutionPlanMetricsSet::new(), 0);
        let spill = SpillManager::new(context.runtime_env(), metrics, plan.schema());
        let consumer = MemoryConsumer::new("rows that are used several times").with_can_spill(true);
        let reservation = consumer.register(context.memory_pool());
        let (rows, contents, readers) = (Some(rows), VecDeque::new(), (1..=uses).map(|id| (id, 0)).collect());
        let share = match context.memory_pool().memory_limit() {
            MemoryLimit::Finite(limit) => limit / SHARE,
            MemoryLimit::Infinite | MemoryLimit::Unknown => usize::MAX,
        };
        let state = State { rows, failed: None, contents, first: 0, end: 0, readers, reservation, share };
        Ok(Self { state: Mutex::new(state), waiting: Arc::default(), spill })
    }

    /// What comes next for a reader.
    fn poll(&self, id: usize, context: &Context<'_>) -> Poll<Result<Next>> {
        let mut state = locked(&self.state);
        loop {
            let Some(wanted) = state.readers.get(&id).copied() else { return Poll::Ready(Ok(Next::Alone)) };
            if let Some(next) = state.kept(id, wanted) {
                return Poll::Ready(Ok(next));
            }
            let State { rows, failed, .. } = &mut *state;
            if let Some(failed) = failed {
                return Poll::Ready(Err(DataFusionError::Shared(Arc::clone(failed))));
            }
            let Some(scan) = rows else { return Poll::Ready(Ok(Next::End)) };
            locked(&self.waiting.0).insert(id, context.waker().clone());
            let waker = Waker::from(Arc::clone(&self.waiting));
            let Poll::Ready(read) = Pin::new(scan).poll_next(&mut Context::from_waker(&waker)) else {
                return Poll::Pending;
            };
            match read {
                Some(Ok(batch)) => match state.keep(batch, id, &self.spill) {
                    Ok(Some(batch)) => return Poll::Ready(Ok(Next::Batch(batch))),
                    Ok(None) => {}
                    Err(error) => (state.rows, state.failed) = (None, Some(Arc::new(error))),
                },
                Some(Err(error)) => (*rows, *failed) = (None, Some(Arc::new(error))),
                None => *rows = None,
            }
            Arc::clone(&self.waiting).wake();
        }
    }

    /// A reader wants no more.
    fn leave(&self, id: usize) {
        let mut state = locked(&self.state);
        state.readers.remove(&id);
        state.forget();
        if state.readers.is_empty() {
            state.rows = None;
        }
        drop(state);
        locked(&self.waiting.0).remove(&id);
        // Whoever else waits may have to ask in its place.
        Arc::clone(&self.waiting).wake();
    }
}

impl State {
    /// Keeps a batch for all readers; where there is but one, it gets it at once.
    fn keep(&mut self, batch: RecordBatch, id: usize, spill: &SpillManager) -> Result<Option<RecordBatch>> {
        if self.readers.len() > 1 {
            match self.stored(&batch, spill) {
                Ok(content) => {
                    self.contents.push_back(content);
                    self.end += 1;
                    return Ok(None);
                }
                Err(error) => self.part(id, error)?,
            }
        }
        self.end += 1;
        self.first = self.end;
        self.readers.insert(id, self.end);
        Ok(Some(batch))
    }

    /// A batch where there is room for it: in memory up to a share of it, in a file, or in what is left of the memory.
    fn stored(&mut self, batch: &RecordBatch, spill: &SpillManager) -> Result<Content> {
        let size = get_record_batch_memory_size(batch);
        if let Some(held) = self.held(batch, size) {
            return Ok(held);
        }
        let filed = self.file(spill).and_then(|()| match self.held(batch, size) {
            Some(held) => Ok(Some(held)),
            None => {
                let file = spill.spill_record_batch_and_finish(std::slice::from_ref(batch), FILED)?;
                Ok(file.map(|file| Content::Filed(file, 1)))
            }
        });
        if let Ok(Some(content)) = filed {
            return Ok(content);
        }
        self.reservation.try_grow(size)?;
        Ok(Content::Held(batch.clone(), size))
    }

    /// A batch in memory, if it fits into the share of those rows: what reads them has to have room as well.
    fn held(&mut self, batch: &RecordBatch, size: usize) -> Option<Content> {
        let fits = self.reservation.size() + size <= self.share && self.reservation.try_grow(size).is_ok();
        fits.then(|| Content::Held(batch.clone(), size))
    }

    /// There is no room: those who have not begun will read for themselves. Others cannot, they would see rows again.
    fn part(&mut self, id: usize, error: DataFusionError) -> Result<()> {
        self.readers.retain(|reader, wanted| *reader == id || *wanted > 0);
        self.forget();
        if self.readers.len() > 1 { Err(error) } else { Ok(()) }
    }

    /// Files all that is held in memory.
    fn file(&mut self, spill: &SpillManager) -> Result<()> {
        let held: Vec<RecordBatch> = self.contents.iter().filter_map(Content::batch).cloned().collect();
        let Some(file) = spill.spill_record_batch_and_finish(&held, FILED)? else { return Ok(()) };
        // What is in files came before what is in memory.
        self.contents.retain(|content| matches!(content, Content::Filed(..)));
        self.contents.push_back(Content::Filed(file, held.len()));
        self.reservation.free();
        Ok(())
    }

    /// What is kept of a batch, and of those that follow it in one file.
    fn kept(&mut self, id: usize, wanted: usize) -> Option<Next> {
        let mut number = self.first;
        for content in &self.contents {
            let behind = number + content.batches();
            if wanted < behind {
                let (next, then) = match content {
                    Content::Held(batch, _) => (Next::Batch(batch.clone()), wanted + 1),
                    Content::Filed(file, _) => (Next::File(Arc::clone(file), wanted - number), behind),
                };
                self.readers.insert(id, then);
                self.forget();
                return Some(next);
            }
            number = behind;
        }
        None
    }

    /// Lets go of what every reader has had.
    fn forget(&mut self) {
        let needed = self.readers.values().copied().min().unwrap_or(self.end);
        while let Some(content) = self.contents.front() {
            let behind = self.first + content.batches();
            if behind > needed {
                break;
            }
            if let Content::Held(_, size) = content {
                self.reservation.shrink(*size);
            }
            self.first = behind;
            self.contents.pop_front();
        }
    }
}

impl Content {
    fn batch(&self) -> Option<&RecordBatch> {
        match self {
            Self::Held(batch, _) => Some(batch),
            Self::Filed(..) => None,
        }
    }

    fn batches(&self) -> usize {
        match self {
            Self::Held(..) => 1,
            Self::Filed(_, batches) => *batches,
        }
    }
}

/// One of those who read.
struct Reader {
    reading: Arc<Reading>,
    id: usize,
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.reading.leave(self.id);
    }
}

/// Where a reader is.
enum Phase {
    Shared(Reader, Option<BoxStream<'static, Result<RecordBatch>>>),
    Alone(SendableRecordBatchStream),
}

impl Reader {
    /// All rows. `own` is what it reads if it has to read for itself.
    fn rows(self, own: (Arc<dyn ExecutionPlan>, Arc<TaskContext>)) -> BoxStream<'static, Result<RecordBatch>> {
        stream::try_unfold(Phase::Shared(self, None), move |phase| {
            let (plan, context) = own.clone();
            async move {
                let mut phase = phase;
                loop {
                    let (reader, file) = match &mut phase {
                        Phase::Shared(reader, file) => (reader, file),
                        Phase::Alone(rows) => {
                            return Ok(rows.next().await.transpose()?.map(|batch| (batch, phase)));
                        }
                    };
                    if let Some(rows) = file {
                        if let Some(batch) = rows.next().await.transpose()? {
                            return Ok(Some((batch, phase)));
                        }
                        *file = None;
                    }
                    match poll_fn(|context| reader.reading.poll(reader.id, context)).await? {
                        Next::Batch(batch) => return Ok(Some((batch, phase))),
                        Next::File(filed, passed) => {
                            let rows = reader.reading.spill.read_spill_as_stream(filed, None)?;
                            *file = Some(rows.skip(passed).boxed());
                        }
                        Next::Alone => phase = Phase::Alone(plan.execute(0, Arc::clone(&context))?),
                        Next::End => return Ok(None),
                    }
                }
            }
        })
        .boxed()
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
