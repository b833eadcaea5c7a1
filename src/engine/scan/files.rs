//! Reads exported files as the rows of a table: the same records that the service would send, out of files.
//!
//! Files are read in order, by as many threads as there are cores (`reading`); dropping the stream ends reading. Which copy of
//! a record stands is only known when all have been read, see `versions`: the rows are kept meanwhile (`kept`), or the files
//! are read again.

mod compact;
mod cutting;
mod kept;
mod part;
mod reading;
mod word;

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::{and, filter_record_batch};
use arrow::datatypes::{Int32Type, Schema};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryReservation;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::filter::RowFilter;
use super::keys::{Key, Keys};
use super::versions::{self, Chosen, Standing, Versions};
use super::why_empty::Held;
use crate::engine::error::Error;
use crate::engine::runtime::Statement;
use crate::files::{self, Input, Stamp};
use crate::http::Budget;
use crate::plan::FilePlan;
use crate::table::{Column, EntitySet, Feed};
use crate::tally::{Notice, Tally};
pub(crate) use kept::{Keeping, Kept};
pub(crate) use part::Order;
pub(crate) use word::{Telling, Word};

/// Files that EXPLAIN names.
const NAMED: usize = 20;

/// What reading the files of a scan needs.
pub(crate) struct FileScan {
    pub(crate) set: &'static EntitySet,
    /// The columns to decode: those that the query needs, time, key, and what tells the table's own records.
    pub(crate) columns: Vec<&'static Column>,
    /// Those among them that the query needs.
    pub(crate) asked: Vec<&'static str>,
    /// Rows that are taken at most.
    pub(crate) limit: Option<usize>,
    pub(crate) inputs: Arc<[Input]>,
    pub(crate) statement: Arc<Statement>,
    /// This scan's own tally.
    pub(crate) budget: Budget,
    /// What the files turn out to hold.
    pub(crate) held: Arc<Held>,
    /// What the session knows of its files.
    pub(crate) known: Option<Arc<Versions>>,
    pub(crate) reservation: MemoryReservation,
}

/// One reading of all files.
pub(crate) struct Pass {
    /// The columns to decode.
    pub(crate) columns: Vec<&'static Column>,
    /// The columns to decode in their place, as long as somebody wants them.
    pub(crate) wide: Option<Arc<Wide>>,
    /// What else to decode, for who compares copies.
    pub(crate) evidence: Option<Vec<&'static Column>>,
    /// How keys are made, if they are asked for.
    pub(crate) keys: Option<Keys>,
    /// Where it is said what could not be read.
    pub(crate) said: Arc<Tally>,
    /// When it is said what is odd in its rows.
    pub(crate) telling: Telling,
    /// The state that all files have to be in; `None`: in any.
    pub(crate) stamps: Option<Arc<[Stamp]>>,
}

/// Records that were read.
pub(crate) struct Read {
    pub(crate) rows: RecordBatch,
    /// A number for the bytes of each, if copies are told apart.
    pub(crate) prints: Vec<u64>,
    /// The key of each, if it is asked for.
    pub(crate) keys: Vec<Option<Key>>,
    /// If they are compared: what tells versions, and an order that is the same on every machine.
    pub(crate) evidence: Option<RecordBatch>,
    pub(crate) orders: Vec<Order>,
    /// What is told together with the rows.
    pub(crate) words: Vec<Word>,
}

/// Columns that are decoded as long as somebody wants them.
#[derive(Debug)]
pub(crate) struct Wide {
    columns: Vec<&'static Column>,
    wanted: AtomicBool,
}

impl Wide {
    pub(crate) fn new(columns: &[&'static Column]) -> Self {
        Self { columns: columns.to_vec(), wanted: AtomicBool::new(true) }
    }

    fn columns(&self) -> &Vec<&'static Column> {
        &self.columns
    }

    fn is_wanted(&self) -> bool {
        self.wanted.load(Relaxed)
    }

    /// From now on nobody wants them. Blocks that are being worked on may have them still.
    fn end(&self) {
        self.wanted.store(false, Relaxed);
    }
}

impl Pass {
    /// All columns that may be decoded.
    fn decoded(&self) -> Vec<&'static Column> {
        let columns = self.wide.as_ref().map_or(&self.columns, |wide| wide.columns());
        columns.iter().chain(self.evidence.iter().flatten()).copied().collect()
    }
}

impl Read {
    /// No rows, and nothing said.
    fn nothing() -> Self {
        let rows = RecordBatch::new_empty(Arc::new(Schema::empty()));
        let (prints, keys, orders, words) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { rows, prints, keys, evidence: None, orders, words }
    }
}

/// The columns that tell which records of the feed are a table's own.
pub(crate) fn own_columns(set: &EntitySet) -> Vec<&'static str> {
    let Some(feed) = set.feed() else { return Vec::new() };
    let content = (!feed.content_types.is_empty()).then_some(CONTENT_TYPE);
    content.into_iter().chain((!feed.record_types.is_empty()).then_some(RECORD_TYPE)).collect()
}

const CONTENT_TYPE: &str = "content_type";
const RECORD_TYPE: &str = "record_type";

/// Which files are read and what is checked here, for EXPLAIN.
pub(crate) fn explained(plan: &FilePlan, inputs: &[Input]) -> String {
    let table = plan.set.qualified();
    let files::Sources { files, skipped } = match files::local_sources(inputs) {
        Ok(sources) => sources,
        Err(error) => return format!("{table}: {error}\n"),
    };
    let plural = if files.len() == 1 { " is" } else { "s are" };
    let mut text = format!("{table}: {} file{plural} read, nothing is requested\n", files.len());
    for file in files.iter().take(NAMED) {
        let _ = writeln!(text, "  file:  {file}");
    }
    if files.len() > NAMED {
        let _ = writeln!(text, "  and {} more", files.len() - NAMED);
    }
    for input in inputs.iter().filter(|input| !matches!(input, Input::Path(_) | Input::Kept(_))) {
        let _ = writeln!(text, "  and what {input} holds when it is read");
    }
    for skipped in skipped {
        let _ = writeln!(text, "  {}", notice(&skipped));
    }
    for residual in &plan.residual {
        let _ = writeln!(text, "  local: {}", residual.sql);
    }
    if let Some(limit) = plan.limit {
        let _ = writeln!(text, "  limit: {limit}, reading stops there");
    }
    text
}

/// What is said of files that are not read.
fn notice(skipped: &files::Skipped) -> Notice {
    let (within, first) = (skipped.within.display().to_string(), skipped.first.display().to_string());
    let count = skipped.count;
    match skipped.why {
        files::Why::Spreadsheets => Notice::Spreadsheets { within, count, first },
        files::Why::Hidden => Notice::Hidden { within, count, first },
        files::Why::Unlike => Notice::FilesSkipped { within, count, first },
    }
}

impl FileScan {
    /// The table's rows, file by file, and each record once unless copies count; `filter` will be applied to them.
    pub(crate) fn run(self, filter: &Arc<RowFilter>) -> BoxStream<'static, Result<RecordBatch>> {
        let (scan, filter) = (Arc::new(self), Arc::clone(filter));
        let rows = async move {
            if !scan.statement.settings.dedup {
                return Ok(scan.answer(None));
            }
            let (chosen, kept) = versions::choose(&scan, &filter).await?;
            Ok::<_, DataFusionError>(match kept {
                Some(kept) => kept.rows(scan),
                None => scan.answer(Some(chosen)),
            })
        };
        stream::once(rows).try_flatten().boxed()
    }

    /// Reads the files for the answer.
    fn answer(self: Arc<Self>, chosen: Option<Arc<Chosen>>) -> BoxStream<'static, Result<RecordBatch>> {
        let pass = Pass {
            columns: self.columns.clone(),
            wide: None,
            evidence: None,
            keys: chosen.as_ref().and_then(|chosen| chosen.keys()),
            said: Arc::clone(&self.statement.tally),
            telling: Telling::Now,
            stamps: chosen.as_ref().map(|chosen| chosen.stamps()),
        };
        let standing = chosen.map(|chosen| Standing::new(chosen, self.reservation.new_empty()));
        let read = Arc::clone(&self).read(pass);
        stream::try_unfold((read, standing), move |(mut read, mut standing)| {
            let scan = Arc::clone(&self);
            async move {
                let Some(read_now) = read.next().await.transpose()? else {
                    standing.map_or(Ok(()), |standing| standing.finish(scan.set))?;
                    return Ok(None);
                };
                let rows = scan.standing_rows(&read_now, standing.as_mut())?;
                Ok(Some((rows, (read, standing))))
            }
        })
        .boxed()
    }

    /// The rows that are the table's own and stand for their records. A record is chosen among all its copies, and is the
    /// table's if that copy is.
    fn standing_rows(&self, read: &Read, standing: Option<&mut Standing>) -> Result<RecordBatch> {
        let stands = standing.map(|standing| standing.keep(read)).transpose()?.flatten();
        let (rows, received) = self.own_and(&read.rows, stands)?;
        self.budget.tally.rows_received.add(received);
        Ok(rows)
    }

    /// The rows that are the table's own and stand, and how many are its own.
    fn own_and(&self, rows: &RecordBatch, stands: Option<BooleanArray>) -> Result<(RecordBatch, u64)> {
        let own = self.set.feed().and_then(|feed| own_mask(rows, feed));
        let received = own.as_ref().map_or(rows.num_rows(), BooleanArray::true_count);
        let keep = match (own, stands) {
            (Some(own), Some(stands)) => Some(and(&own, &stands)?),
            (own, stands) => own.or(stands),
        };
        let rows = keep.map_or_else(|| Ok(rows.clone()), |keep| filter_record_batch(rows, &keep))?;
        Ok((rows, received as u64))
    }

    /// Reads all files once.
    pub(crate) fn read(self: Arc<Self>, pass: Pass) -> BoxStream<'static, Result<Read, Error>> {
        reading::read(self, pass)
    }

    /// Does work on the files, which blocks; what is sent for it is this scan's.
    ///
    /// # Errors
    /// As those of [`Statement::on_files`].
    pub(crate) async fn on_files<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        self.statement.on_files(self.budget.clone(), work).await
    }

    /// The files, as they are now.
    pub(crate) fn sources(&self) -> Result<files::Sources, Error> {
        files::sources(&self.inputs).map_err(|source| Error::Files { table: self.set.qualified(), source })
    }

    pub(crate) fn changed(&self) -> Error {
        Error::FilesChanged { table: self.set.qualified() }
    }
}

/// Which rows are of the table's own content types and record types; `None`: all.
pub(crate) fn own_mask(rows: &RecordBatch, feed: &Feed) -> Option<BooleanArray> {
    let mut keep = vec![true; rows.num_rows()];
    if let Some(types) = rows.column_by_name(CONTENT_TYPE).filter(|_| !feed.content_types.is_empty()) {
        let types = types.as_string_view();
        keep.iter_mut().zip(types).for_each(|(keep, content)| {
            *keep &= content.is_some_and(|content| feed.content_types.contains(&content));
        });
    }
    if let Some(types) = rows.column_by_name(RECORD_TYPE).filter(|_| !feed.record_types.is_empty()) {
        let types = types.as_primitive::<Int32Type>();
        keep.iter_mut().zip(types).for_each(|(keep, number)| {
            *keep &= number.is_some_and(|number| feed.record_types.contains(&number));
        });
    }
    keep.contains(&false).then(|| BooleanArray::from(keep))
}

/// The rows that are of the table's own content types and record types.
pub(crate) fn own_rows(rows: RecordBatch, feed: &Feed) -> RecordBatch {
    match own_mask(&rows, feed) {
        None => rows,
        Some(keep) => filter_record_batch(&rows, &keep).expect("the mask is as long as the batch"),
    }
}
