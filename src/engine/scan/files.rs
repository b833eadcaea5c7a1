//! Reads exported files as the rows of a table: the same records that the service would send, out of files.
//!
//! Files are read one after the other. A batch is read when it is asked for, on a thread that may block; dropping the stream
//! ends reading. Which copy of a record stands is found out in passes of their own over the same files, see `versions`.

use std::fmt::Write as _;
use std::hash::{BuildHasher, DefaultHasher, Hasher as _, RandomState};
use std::panic::resume_unwind;
use std::sync::{Arc, LazyLock};

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::{and, filter_record_batch};
use arrow::datatypes::Int32Type;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryReservation;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::declared::declared;
use super::remarks::{Others, wanted};
use super::versions::{self, Chosen, Standing, Versions};
use super::why_empty::Held;
use crate::decode;
use crate::engine::error::Error;
use crate::engine::runtime::Statement;
use crate::exports::{self, Item, Reader};
use crate::files::{self, Input, Stamp};
use crate::http::Budget;
use crate::plan::FilePlan;
use crate::table::{Column, EntitySet, Feed};
use crate::tally::{Notice, Tally};
use crate::veil::Veil;

/// Rows of a batch, and bytes of the records that it is made of.
const ROWS: usize = 8192;
const BYTES: usize = 8 << 20;
/// Files that EXPLAIN names.
const NAMED: usize = 20;

/// What reading the files of a scan needs.
pub(crate) struct FileScan {
    pub(crate) set: &'static EntitySet,
    /// The columns to decode: those that the query needs, time, key, and what tells the table's own records.
    pub(crate) columns: Vec<&'static Column>,
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
    /// What else to decode, for who compares copies.
    pub(crate) evidence: Option<Vec<&'static Column>>,
    /// Where it is said what could not be read.
    pub(crate) said: Arc<Tally>,
    /// Its rows are those of the answer, and what is odd in them is said.
    pub(crate) answers: bool,
    /// The state that all files have to be in; `None`: in any.
    pub(crate) stamps: Option<Arc<[Stamp]>>,
}

/// Records that were read.
pub(crate) struct Read {
    pub(crate) rows: RecordBatch,
    /// A number for the bytes of each, if copies are told apart.
    pub(crate) prints: Vec<u64>,
    /// If they are compared: what tells versions, and an order that is the same on every machine.
    pub(crate) evidence: Option<RecordBatch>,
    pub(crate) orders: Vec<Order>,
}

/// A number for the bytes of a record. The seed is chosen once in a process, so that nobody can prepare two records with
/// one number.
fn print(record: &[u8]) -> u64 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    SEED.hash_one(record)
}

/// How much a record says, whatever the table; then a number for its bytes, which means nothing.
pub(crate) type Order = (usize, u64);

fn order(record: &[u8]) -> Order {
    let mut hasher = DefaultHasher::new();
    hasher.write(record);
    (decode::weight(record), hasher.finish())
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
    for input in inputs.iter().filter(|input| matches!(input, Input::Objects(..))) {
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
    if skipped.spreadsheets {
        return Notice::Spreadsheets { within, count, first };
    }
    Notice::FilesSkipped { within, count, first }
}

impl FileScan {
    /// The table's rows, file by file, and each record once unless copies count.
    pub(crate) fn run(self) -> BoxStream<'static, Result<RecordBatch>> {
        let scan = Arc::new(self);
        let rows = async move {
            let chosen = match scan.statement.settings.dedup {
                true => Some(versions::choose(&scan).await?),
                false => None,
            };
            Ok::<_, DataFusionError>(scan.answer(chosen))
        };
        stream::once(rows).try_flatten().boxed()
    }

    /// Reads the files for the answer.
    fn answer(self: Arc<Self>, chosen: Option<Arc<Chosen>>) -> BoxStream<'static, Result<RecordBatch>> {
        let pass = Pass {
            columns: self.columns.clone(),
            evidence: None,
            said: Arc::clone(&self.statement.tally),
            answers: true,
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
        let own = self.set.feed().and_then(|feed| own_mask(&read.rows, feed));
        let received = own.as_ref().map_or(read.rows.num_rows(), BooleanArray::true_count);
        self.budget.tally.rows_received.add(received as u64);
        let stands = standing.map(|standing| standing.keep(self.set, read)).transpose()?.flatten();
        let keep = match (own, stands) {
            (Some(own), Some(stands)) => Some(and(&own, &stands)?),
            (own, stands) => own.or(stands),
        };
        Ok(keep.map_or_else(|| Ok(read.rows.clone()), |keep| filter_record_batch(&read.rows, &keep))?)
    }

    /// Reads all files once.
    pub(crate) fn read(self: Arc<Self>, pass: Pass) -> BoxStream<'static, Result<Read, Error>> {
        stream::try_unfold(Place::Before(pass), move |place| {
            let scan = Arc::clone(&self);
            async move {
                // Files block, and may be slow.
                let read = tokio::task::spawn_blocking(move || {
                    let mut reading = match place {
                        Place::Before(pass) => Reading::new(scan, pass)?,
                        Place::At(reading) => *reading,
                    };
                    Ok(reading.next()?.map(|read| (read, Place::At(Box::new(reading)))))
                });
                match read.await {
                    Ok(read) => read,
                    // A runtime that shuts down cancels what it has not begun.
                    Err(fault) => fault.try_into_panic().map_or(Err(Error::Ending), |fault| resume_unwind(fault)),
                }
            }
        })
        .boxed()
    }

    /// The files, as they are now.
    pub(crate) fn sources(&self) -> Result<files::Sources, Error> {
        files::sources(&self.inputs).map_err(|source| Error::Files { table: self.set.qualified(), source })
    }

    pub(crate) fn changed(&self) -> Error {
        Error::FilesChanged { table: self.set.qualified() }
    }
}

/// How far a pass has come.
enum Place {
    Before(Pass),
    At(Box<Reading>),
}

/// A pass that has begun.
struct Reading {
    scan: Arc<FileScan>,
    pass: Pass,
    files: std::vec::IntoIter<files::FileRef>,
    wanted: Arc<exports::Wanted>,
    others: Others,
    open: Option<Open>,
    rows: decode::RecordDecoder,
    evidence: Option<decode::RecordDecoder>,
    prints: Vec<u64>,
    orders: Vec<Order>,
    /// The record read last.
    record: Vec<u8>,
    bytes: usize,
}

/// A file that is being read, and what could not be read of it.
struct Open {
    source: files::FileRef,
    stamp: Stamp,
    reader: Reader,
    unread: u64,
    first: Option<(u64, String)>,
    /// It has records of the table's family, and of others.
    of_table: bool,
    of_others: bool,
}

impl Reading {
    fn new(scan: Arc<FileScan>, pass: Pass) -> Result<Self, Error> {
        let files::Sources { files, skipped } = scan.sources()?;
        if pass.stamps.as_ref().is_some_and(|stamps| **stamps != *versions::stamps(&files)) {
            return Err(scan.changed());
        }
        skipped.iter().for_each(|skipped| pass.said.notice(notice(skipped)));
        let key = scan.set.column(scan.set.key).expect("every table declares its key");
        let rows = decode::RecordDecoder::lenient(&pass.columns, key).noticing(declared(scan.set));
        let evidence = pass.evidence.as_ref().map(|columns| decode::RecordDecoder::lenient(columns, key));
        let decoded: Vec<_> = pass.columns.iter().chain(pass.evidence.iter().flatten()).copied().collect();
        let (wanted, others) = (wanted(scan.set, &decoded), Others::default());
        let (prints, orders, record) = (Vec::new(), Vec::new(), Vec::new());
        let files = files.into_iter();
        Ok(Self { scan, pass, files, wanted, others, open: None, rows, evidence, prints, orders, record, bytes: 0 })
    }

    /// The next records; `None` after the last file.
    fn next(&mut self) -> Result<Option<Read>, Error> {
        while self.rows.len() < ROWS && self.bytes < BYTES {
            let Some(open) = &mut self.open else {
                let Some(file) = self.files.next() else { break };
                self.open = self.begin(file);
                continue;
            };
            match open.reader.next(&mut self.record) {
                None => self.end()?,
                Some(Item::Unread { line, why }) => open.count(line, why),
                Some(Item::Record(family)) => {
                    if self.pass.answers {
                        self.scan.held.record(family);
                    }
                    if family == self.scan.set.family {
                        open.of_table = true;
                        self.take();
                    } else {
                        open.of_others = true;
                    }
                }
            }
        }
        // A limit may end the scan here: what is known so far is said.
        self.say(false);
        if self.rows.is_empty() && self.open.is_none() {
            return Ok(None);
        }
        Ok(Some(self.batch()))
    }

    /// Says what there is to say of the open file.
    fn say(&mut self, at_end: bool) {
        let Some(open) = &self.open else { return };
        open.say_unread(&self.pass.said);
        if at_end {
            open.say_linked(&self.pass.said);
        }
        if self.pass.answers {
            self.others.say(&open.source.to_string(), open.reader.remarks(at_end), at_end, &self.pass.said);
        }
    }

    /// Opens a file. One that cannot be opened costs itself.
    fn begin(&mut self, source: files::FileRef) -> Option<Open> {
        if self.pass.answers {
            self.scan.held.file(source.to_string());
        }
        self.rows.set_orders(std::iter::empty());
        self.evidence.iter_mut().for_each(|evidence| evidence.set_orders(std::iter::empty()));
        let stamp = Stamp::of(&source);
        match Reader::open_for(&source, &self.wanted) {
            Ok(reader) => {
                Some(Open { source, stamp, reader, unread: 0, first: None, of_table: false, of_others: false })
            }
            Err(error) => {
                let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                self.pass.said.notice(Notice::UnreadFile { file: source.to_string(), why });
                None
            }
        }
    }

    /// Ends a file. One that is read more than once must have been the same all the time.
    fn end(&mut self) -> Result<(), Error> {
        self.say(true);
        let Some(open) = self.open.take() else { return Ok(()) };
        if self.pass.stamps.is_some() && !open.stamp.holds(&open.source) { Err(self.scan.changed()) } else { Ok(()) }
    }

    fn take(&mut self) {
        let Some(open) = &mut self.open else { return };
        self.scan.budget.tally.bytes.add(self.record.len() as u64);
        if let Some(orders) = open.reader.orders() {
            let orders: Vec<_> = orders.collect();
            self.rows.set_orders(orders.iter().copied());
            self.evidence.iter_mut().for_each(|evidence| evidence.set_orders(orders.iter().copied()));
        }
        match self.rows.append(&self.record) {
            Ok(()) => {
                self.bytes += self.record.len();
                self.number();
            }
            Err(error) => open.count(open.reader.line(), error.to_string()),
        }
    }

    /// Notes what tells the record from its copies. Where all copies count, nobody asks for it.
    fn number(&mut self) {
        if self.pass.stamps.is_some() {
            self.prints.push(print(&self.record));
        }
        if let Some(evidence) = &mut self.evidence {
            // What is a record for the table's columns is one for these.
            evidence.append(&self.record).expect("the same bytes have been read as a record");
            self.orders.push(order(&self.record));
        }
    }

    fn batch(&mut self) -> Read {
        let scan = &self.scan;
        let decode::Batch { rows, conflicts, strange } = self.rows.finish();
        self.bytes = 0;
        if self.pass.answers {
            scan.statement.say_conflicts(&scan.set.qualified(), conflicts, &Veil::default());
            scan.statement.journal.met(&scan.set.qualified(), strange, &Veil::default());
        }
        let evidence = self.evidence.as_mut().map(|evidence| evidence.finish().rows);
        let (prints, orders) = (std::mem::take(&mut self.prints), std::mem::take(&mut self.orders));
        Read { rows, evidence, prints, orders }
    }
}

impl Open {
    fn count(&mut self, line: u64, why: String) {
        self.unread += 1;
        self.first.get_or_insert((line, why));
    }

    /// Says that it is a page of a reply, and not the last.
    fn say_linked(&self, said: &Tally) {
        if self.reader.is_linked() && (self.of_table || !self.of_others) {
            said.notice(Notice::NextPages { files: vec![self.source.to_string()] });
        }
    }

    /// Says how much of the file could not be read so far.
    fn say_unread(&self, said: &Tally) {
        if let Some((line, why)) = &self.first {
            let (file, line, why) = (self.source.to_string(), *line, why.clone());
            said.notice(Notice::UnreadLines { file, line, count: self.unread, why });
        }
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
