//! A file that is open: where its columns come from, which way it is read, and what there is to say at its end.

use std::io::{self, BufRead};
use std::sync::Arc;

use super::columns::{From, Rows};
use super::gathered::Gathered;
use super::pieces::Cutting;
use super::said::Said;
use super::sequence::Reading;
use super::{Column, Holds, LogFile, LogScan};
use crate::engine::error::{Error, LogError};
use crate::engine::runtime::within_limits;
use crate::files::{self as places, Change, Stamp};
use crate::logs::{Kind, Layout};

/// A file's bytes.
pub(super) type Input = Box<dyn BufRead + Send>;

/// A file that is open.
pub(super) struct Open {
    pub(super) scan: Arc<LogScan>,
    file: Arc<LogFile>,
    /// What it is called.
    name: String,
    kinds: Vec<Kind>,
    from: Vec<From>,
    /// The fields that readers give.
    wanted: Vec<usize>,
    stamp: Stamp,
}

/// Which way a file is read.
pub(super) enum Way {
    InSequence(Box<Reading>),
    InPieces(Box<Cutting>),
}

impl Open {
    /// Opens a file of a reading. It blocks.
    pub(super) fn file(scan: Arc<LogScan>, at: usize) -> Way {
        let open = Arc::new(Self::new(scan, at));
        let mut gathered = open.gathered();
        let mut input = places::open(&open.file.source).map_err(|error| gathered.said.broken(&error)).ok();
        if let Some(error) = input.as_mut().and_then(|input| filled(input).err()) {
            gathered.said.broken(&error);
            input = None;
        }
        // What is looked at is not taken away.
        let head = input.as_mut().and_then(|input| filled(input).ok()).unwrap_or_default();
        let pieces = match open.scan.side_by_side {
            ..=1 => None,
            _ => open.layout().pieces(&open.wanted, head),
        };
        match (input, pieces) {
            (Some(input), Some(pieces)) => Way::InPieces(Box::new(Cutting::new(open, input, pieces))),
            (input, _) => {
                let reader = open.layout().reader(&open.wanted);
                Way::InSequence(Box::new(Reading { open, input, reader, gathered }))
            }
        }
    }

    fn new(scan: Arc<LogScan>, at: usize) -> Self {
        let file = Arc::clone(&scan.table.files[at]);
        let columns: Vec<&Column> = scan.columns.iter().map(|at| &scan.table.columns[*at]).collect();
        let fields = file.recognised.layout.fields();
        let (mut wanted, mut from) = (Vec::new(), Vec::with_capacity(columns.len()));
        for column in &columns {
            from.push(match column.holds {
                Holds::File => From::File,
                Holds::Line => From::Line,
                Holds::Field => match fields.iter().position(|field| field.name == column.name) {
                    Some(place) => {
                        wanted.push(place);
                        From::Value(wanted.len() - 1)
                    }
                    None => From::Nothing,
                },
            });
        }
        let kinds = columns.iter().map(|column| column.kind).collect();
        let (name, stamp) = (file.source.to_string(), Stamp::of(&file.source));
        Self { scan, file, name, kinds, from, wanted, stamp }
    }

    fn layout(&self) -> &dyn Layout {
        &*self.file.recognised.layout
    }

    /// Nothing yet.
    pub(super) fn gathered(&self) -> Gathered {
        let (schema, from) = (Arc::clone(&self.scan.schema), self.from.clone());
        let rows = Rows::new(schema, &self.kinds, from, (self.name.clone(), self.wanted.clone()));
        Gathered::new(Arc::clone(&self.scan), rows)
    }

    /// Looks what became of the file while it was read to its end. It blocks.
    ///
    /// # Errors
    /// When it is another one now.
    pub(super) fn see_changes(&self, said: &mut Said) -> Result<(), Error> {
        match (self.stamp.change(&self.file.source), within_limits()) {
            // Another scan of the statement may have relied on it.
            (Change::None, _) if self.file.has_moved(&self.stamp) => Err(self.changed()),
            (Change::None, _) => Ok(()),
            (Change::Grown, _) => {
                said.grown = true;
                Ok(())
            }
            // Its state could not be asked for.
            (Change::Other, Err(error)) => {
                said.broken(&error);
                Ok(())
            }
            (Change::Other, Ok(())) => Err(self.changed()),
        }
    }

    fn changed(&self) -> Error {
        let table = self.scan.table.name.clone();
        Error::Logs { table, source: LogError::Changed { file: self.name.clone() } }
    }

    /// The file was read to its end, or as far as it could be.
    pub(super) fn end(&self, said: Said) {
        let scan = &self.scan;
        let names = scan.columns.iter().map(|at| scan.table.columns[*at].name.as_str());
        // What is known of all of its rows is remembered, where none was lost and nothing was odd.
        let reads_time = scan.table.time().is_some_and(|time| scan.schema.column_with_name(time).is_some());
        if let Some(times) = said.times_of_all(reads_time) {
            self.file.remember(&self.stamp, (said.rows, times));
        }
        let (bad, rows) = (said.count_bad(), said.rows);
        let said = if scan.table.is_by_content(&self.file) { said.may_be_text() } else { said };
        said.say((scan.table.name.as_str(), self.name.as_str()), &names, &scan.statement.tally);
        scan.outcome.end(scan, rows, bad);
    }
}

/// The next bytes of a file, as many as there are at once; none at its end.
///
/// # Errors
/// When it cannot be read on.
pub(super) fn filled(input: &mut Input) -> io::Result<&[u8]> {
    loop {
        match input.fill_buf() {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    // It is filled.
    input.fill_buf()
}
