//! Reads exported files as the rows of a table: the same records that the service would send, out of files.
//!
//! Files are read one after the other, so that of two copies of a record the one in the earlier file wins, whatever the
//! machine's speed. A batch is read when it is asked for, on a thread that may block; dropping the stream ends reading.

use std::fmt::Write as _;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::Int32Type;
use futures::stream::{self, StreamExt};

use super::Error;
use super::merge::Batches;
use super::nothing::Held;
use super::runtime::Statement;
use crate::decode;
use crate::http::Call;
use crate::logs::{self, Item, Reader};
use crate::table::{Column, EntitySet, Feed};
use crate::tally::Notice;

/// Rows of a batch, and bytes of the records that it is made of.
const ROWS: usize = 8192;
const BYTES: usize = 8 << 20;
/// Files that EXPLAIN names.
const NAMED: usize = 20;

/// What reading the files of a scan needs.
pub(super) struct FileScan {
    pub(super) set: &'static EntitySet,
    /// The columns to decode: those that the query needs, time, key, and what tells the table's own records.
    pub(super) columns: Vec<&'static Column>,
    pub(super) inputs: Arc<[PathBuf]>,
    pub(super) statement: Arc<Statement>,
    /// This scan's own tally.
    pub(super) call: Call,
    /// What the files turn out to hold.
    pub(super) held: Arc<Held>,
}

/// The columns that tell which records of the feed are a table's own.
pub(super) fn own_columns(set: &EntitySet) -> Vec<&'static str> {
    let Some(feed) = set.feed else { return Vec::new() };
    let content = (!feed.content_types.is_empty()).then_some(CONTENT_TYPE);
    content.into_iter().chain((!feed.record_types.is_empty()).then_some(RECORD_TYPE)).collect()
}

const CONTENT_TYPE: &str = "content_type";
const RECORD_TYPE: &str = "record_type";

/// Which files are read, for EXPLAIN.
pub(super) fn explained(table: &str, inputs: &[PathBuf]) -> String {
    let logs::Sources { files, skipped } = match logs::sources(inputs) {
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
    for skipped in skipped {
        let _ = writeln!(text, "  {}", notice(&skipped));
    }
    text
}

/// What is said of files that are not read.
fn notice(skipped: &logs::Skipped) -> Notice {
    let (within, first) = (skipped.within.display().to_string(), skipped.first.display().to_string());
    let count = skipped.count;
    if skipped.spreadsheets {
        return Notice::Spreadsheets { within, count, first };
    }
    Notice::FilesSkipped { within, count, first }
}

impl FileScan {
    /// The table's rows, file by file.
    pub(super) fn run(self) -> Batches {
        let start = Arc::new(self);
        stream::try_unfold(None, move |reading: Option<Reading>| {
            let scan = Arc::clone(&start);
            async move {
                // Files block, and may be slow.
                let read = tokio::task::spawn_blocking(move || {
                    let mut reading = match reading {
                        Some(reading) => reading,
                        None => Reading::new(scan)?,
                    };
                    Ok(reading.next().map(|rows| (rows, Some(reading))))
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

    fn error(&self, source: logs::Error) -> Error {
        Error::Files { table: self.set.qualified(), source }
    }
}

/// Where reading is.
struct Reading {
    scan: Arc<FileScan>,
    files: std::vec::IntoIter<logs::Source>,
    open: Option<Open>,
    rows: decode::Rows,
    /// The record read last.
    record: Vec<u8>,
    bytes: usize,
}

/// A file that is being read, and what could not be read of it.
struct Open {
    name: String,
    reader: Reader,
    unread: u64,
    first: Option<(u64, String)>,
    /// It has records of the table's family, and of others.
    of_table: bool,
    of_others: bool,
}

impl Reading {
    fn new(scan: Arc<FileScan>) -> Result<Self, Error> {
        let logs::Sources { files, skipped } = logs::sources(&scan.inputs).map_err(|error| scan.error(error))?;
        skipped.iter().for_each(|skipped| scan.statement.tally.notice(notice(skipped)));
        let key = scan.set.column(scan.set.key).expect("every table declares its key");
        let rows = decode::Rows::lenient(&scan.columns, key);
        Ok(Self { scan, files: files.into_iter(), open: None, rows, record: Vec::new(), bytes: 0 })
    }

    /// The next rows; `None` after the last file.
    fn next(&mut self) -> Option<RecordBatch> {
        while self.rows.len() < ROWS && self.bytes < BYTES {
            let Some(open) = &mut self.open else {
                let Some(file) = self.files.next() else { break };
                self.open = self.begin(&file);
                continue;
            };
            match open.reader.next(&mut self.record) {
                None => {
                    open.say_unread(&self.scan.statement);
                    open.say_linked(&self.scan.statement);
                    self.open = None;
                }
                Some(Item::Unread { line, why }) => open.count(line, why),
                Some(Item::Record(family)) => {
                    self.scan.held.record(family);
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
        if let Some(open) = &self.open {
            open.say_unread(&self.scan.statement);
        }
        if self.rows.is_empty() && self.open.is_none() {
            return None;
        }
        Some(self.batch())
    }

    /// Opens a file. One that cannot be opened costs itself.
    fn begin(&self, file: &logs::Source) -> Option<Open> {
        self.scan.held.file(file.to_string());
        match Reader::open(file) {
            Ok(reader) => {
                Some(Open { name: file.to_string(), reader, unread: 0, first: None, of_table: false, of_others: false })
            }
            Err(error) => {
                let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                self.scan.statement.tally.notice(Notice::UnreadFile { file: file.to_string(), why });
                None
            }
        }
    }

    fn take(&mut self) {
        let Some(open) = &mut self.open else { return };
        self.scan.call.tally.bytes.add(self.record.len() as u64);
        match self.rows.append(&self.record) {
            Ok(()) => self.bytes += self.record.len(),
            Err(error) => open.count(open.reader.line(), error.to_string()),
        }
    }

    fn batch(&mut self) -> RecordBatch {
        let scan = &self.scan;
        let decode::Batch { rows, conflicts } = self.rows.finish();
        self.bytes = 0;
        scan.statement.say_conflicts(&scan.set.qualified(), conflicts);
        let rows = match scan.set.feed {
            Some(feed) => own_rows(&rows, feed),
            None => rows,
        };
        scan.call.tally.rows_received.add(rows.num_rows() as u64);
        rows
    }
}

impl Open {
    fn count(&mut self, line: u64, why: String) {
        self.unread += 1;
        self.first.get_or_insert((line, why));
    }

    /// Says that it is a page of a reply, and not the last.
    fn say_linked(&self, statement: &Statement) {
        if self.reader.is_linked() && (self.of_table || !self.of_others) {
            statement.tally.notice(Notice::NextPages { files: vec![self.name.clone()] });
        }
    }

    /// Says how much of the file could not be read so far.
    fn say_unread(&self, statement: &Statement) {
        if let Some((line, why)) = &self.first {
            let (file, line, why) = (self.name.clone(), *line, why.clone());
            statement.tally.notice(Notice::UnreadLines { file, line, count: self.unread, why });
        }
    }
}

/// The rows that are of the table's own content types and record types.
pub(super) fn own_rows(rows: &RecordBatch, feed: Feed) -> RecordBatch {
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
    if keep.iter().all(|keep| *keep) {
        return rows.clone();
    }
    filter_record_batch(rows, &BooleanArray::from(keep)).expect("the mask is as long as the batch")
}
