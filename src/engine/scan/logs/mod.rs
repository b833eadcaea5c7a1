//! Reads logs as rows.
//!
//! Files are read side by side, each from its begin to its end, a batch when it is asked for, on a thread that may block; dropping
//! the stream ends reading. What cannot be read is counted and said, and the first of it is shown: no line is lost without a
//! word. In memory is a batch of each file that is being read, whatever the length of the files and of their lines.

mod columns;
mod files;
mod keep;
mod said;

use std::io::{self, BufRead};
use std::panic::resume_unwind;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::{DataFusionError, Result};
use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};

use self::columns::{From, Rows};
use self::said::Said;
use crate::engine::error::{Error, LogError};
use crate::engine::runtime::Statement;
use crate::files::{self as places, Change, Stamp};
use crate::logs::{Kind, Reader, Sink, Value};

pub(crate) use self::files::{Column, LogFile, LogFiles};
pub(crate) use self::keep::Keep;
pub(crate) use self::said::Outcome;

use self::files::Holds;

/// Rows of a batch, and bytes of what it is made of.
const ROWS: usize = 8192;
const BYTES: usize = 8 << 20;
/// Bytes that a reader is given at once.
const PIECE: usize = 64 << 10;
/// Bytes that are read before whoever waits may give up, also if no row is among them.
const STEP: usize = 8 << 20;

/// A reading of some files of a table.
pub(crate) struct LogScan {
    pub(crate) table: Arc<LogFiles>,
    /// The files, by their places in the table.
    pub(crate) files: Vec<usize>,
    /// The columns that are read, by their places.
    pub(crate) columns: Arc<[usize]>,
    /// Their schema.
    pub(crate) schema: SchemaRef,
    /// What comes out of them.
    pub(crate) keep: Arc<Keep>,
    pub(crate) statement: Arc<Statement>,
    /// What all readings of the table come to.
    pub(crate) outcome: Arc<Outcome>,
    /// It says what holds for the table as a whole.
    pub(crate) speaks: bool,
}

impl LogScan {
    /// The rows, file by file.
    pub(crate) fn run(self) -> BoxStream<'static, Result<RecordBatch>> {
        let scan = Arc::new(self);
        if scan.speaks {
            said::of_table(&scan.table, &scan.statement.tally);
        }
        let files = scan.files.clone();
        stream::iter(files).map(move |at| Ok::<_, DataFusionError>(Arc::clone(&scan).file(at))).try_flatten().boxed()
    }

    /// The rows of one file.
    fn file(self: Arc<Self>, at: usize) -> BoxStream<'static, Result<RecordBatch>> {
        stream::try_unfold(State::Before, move |state| {
            let scan = Arc::clone(&self);
            async move {
                let step = tokio::task::spawn_blocking(move || {
                    let reading = match state {
                        State::Before => Box::new(Reading::new(&scan, at)),
                        State::At(reading) => reading,
                        State::Done => return Ok::<_, Error>(None),
                    };
                    reading.step().map(Some)
                });
                match step.await {
                    Ok(step) => step.map_err(DataFusionError::from),
                    Err(fault) => {
                        fault.try_into_panic().map_or(Err(Error::Ending.into()), |fault| resume_unwind(fault))
                    }
                }
            }
        })
        .try_filter(|batch| std::future::ready(batch.num_rows() > 0))
        .boxed()
    }
}

/// How far a file has been read.
enum State {
    Before,
    At(Box<Reading>),
    Done,
}

/// A file that is being read.
struct Reading {
    table: Arc<LogFiles>,
    file: Arc<LogFile>,
    keep: Arc<Keep>,
    statement: Arc<Statement>,
    outcome: Arc<Outcome>,
    stamp: Stamp,
    /// Nothing once its end was reached, or it cannot be read on.
    input: Option<Box<dyn BufRead + Send>>,
    reader: Box<dyn Reader>,
    gathered: Gathered,
}

/// What came out of a file.
struct Gathered {
    rows: Rows,
    said: Said,
}

impl Sink for Gathered {
    fn row(&mut self, line: u64, values: &[Value<'_>]) {
        self.said.rows += 1;
        self.rows.add(line, values);
    }

    fn bad(&mut self, line: u64, why: &'static str, excerpt: &[u8]) {
        self.said.bad(line, why, excerpt);
    }

    fn odd(&mut self, line: u64, field: usize, _: &str) {
        // It comes as NULL, which fits every column: it is counted here.
        self.rows.odd_field(field, line);
    }

    fn recoded(&mut self, line: u64) {
        self.said.recoded(line);
    }

    fn unknown(&mut self, line: u64, name: &str) {
        self.said.unknown(line, name);
    }
}

impl Reading {
    fn new(scan: &LogScan, at: usize) -> Self {
        let (table, file) = (Arc::clone(&scan.table), Arc::clone(&scan.table.files[at]));
        let columns: Vec<&Column> = scan.columns.iter().map(|at| &table.columns[*at]).collect();
        let (mut wanted, mut from) = (Vec::new(), Vec::with_capacity(columns.len()));
        for column in &columns {
            from.push(match column.holds {
                Holds::File => From::File,
                Holds::Line => From::Line,
                Holds::Field => {
                    match file.recognised.layout.fields().iter().position(|field| field.name == column.name) {
                        Some(place) => {
                            wanted.push(place);
                            From::Value(wanted.len() - 1)
                        }
                        None => From::Nothing,
                    }
                }
            });
        }
        let kinds: Vec<Kind> = columns.iter().map(|column| column.kind).collect();
        let names = columns.iter().map(|column| column.name.clone()).collect();
        let rows = Rows::new(Arc::clone(&scan.schema), &kinds, from, (file.source.to_string(), wanted.clone()));
        let (stamp, mut said) = (Stamp::of(&file.source), Said::new(&file.source.to_string(), names));
        let input = places::open(&file.source).map_err(|error| said.broken(&error)).ok();
        let reader = file.recognised.layout.reader(&wanted);
        let (statement, outcome) = (Arc::clone(&scan.statement), Arc::clone(&scan.outcome));
        let keep = Arc::clone(&scan.keep);
        Self { table, file, keep, statement, outcome, stamp, input, reader, gathered: Gathered { rows, said } }
    }

    /// Reads on until a batch is full, the file ends, or enough was read to let others have a say.
    fn step(mut self: Box<Self>) -> Result<(RecordBatch, State), Error> {
        let mut read = 0;
        while read < STEP && !self.gathered.is_full() {
            let Some(input) = &mut self.input else { break };
            match piece(input, &mut *self.reader, &mut self.gathered) {
                Ok(0) => self.end()?,
                Ok(count) => read += count,
                Err(error) => {
                    self.input = None;
                    // What was read of it stands.
                    let _ = self.reader.end(&mut self.gathered);
                    self.gathered.said.broken(error.as_ref());
                }
            }
        }
        let batch = self.gathered.rows.take().map_err(|error| Error::Evaluation(error.into()))?;
        let batch = self.keep.of(&batch)?;
        if self.input.is_some() {
            return Ok((batch, State::At(self)));
        }
        let odd = std::mem::take(&mut self.gathered.rows.odd);
        self.gathered.said.say(&self.table, odd, (&self.outcome, &self.keep.watch, &self.statement.tally));
        Ok((batch, State::Done))
    }

    /// The end of the file was reached.
    fn end(&mut self) -> Result<(), Error> {
        self.input = None;
        if let Err(error) = self.reader.end(&mut self.gathered) {
            self.gathered.said.broken(&error);
        }
        match self.stamp.change(&self.file.source) {
            Change::None => Ok(()),
            Change::Grown => {
                self.gathered.said.grown = true;
                Ok(())
            }
            Change::Other => {
                let (table, file) = (self.table.name.clone(), self.file.source.to_string());
                Err(Error::Logs { table, source: LogError::Changed { file } })
            }
        }
    }
}

impl Gathered {
    fn is_full(&self) -> bool {
        self.rows.len() >= ROWS || self.rows.bytes() >= BYTES
    }
}

/// Gives a reader the next bytes of a file; how many.
fn piece(
    input: &mut Box<dyn BufRead + Send>,
    reader: &mut dyn Reader,
    gathered: &mut Gathered,
) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
    let bytes = loop {
        match input.fill_buf() {
            Ok(bytes) => break bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    };
    let bytes = &bytes[..bytes.len().min(PIECE)];
    let count = bytes.len();
    if count > 0 {
        reader.feed(bytes, gathered)?;
    }
    input.consume(count);
    Ok(count)
}
