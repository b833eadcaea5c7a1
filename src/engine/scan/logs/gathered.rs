//! What comes out of a file or a piece of it, while it is read.

use std::sync::Arc;

use arrow::array::RecordBatch;

use super::LogScan;
use super::columns::Rows;
use super::said::Said;
use crate::engine::error::{Error, LogError};
use crate::logs::{Doubt, Sink, Value};

/// Rows of a batch, and bytes of what it is made of.
const ROWS: usize = 8192;
const BYTES: usize = 8 << 20;

/// Rows, and what there is to say.
pub(super) struct Gathered {
    scan: Arc<LogScan>,
    rows: Rows,
    pub(super) said: Said,
    /// Nothing that was read stands.
    void: Option<LogError>,
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

    fn contrary(&mut self, line: u64, column: &str, value: &str, was_day_first: bool) {
        self.void.get_or_insert_with(|| LogError::Contrary {
            file: self.rows.file().to_owned(),
            line,
            column: column.chars().filter(|letter| !letter.is_control()).take(64).collect(),
            value: value.trim().to_owned(),
            was_day_first,
        });
    }

    fn doubtful(&mut self, line: u64, doubt: Doubt) {
        self.said.doubtful(line, doubt);
    }

    fn recoded(&mut self, line: u64) {
        self.said.recoded(line);
    }

    fn repeated(&mut self, line: u64, field: usize) {
        self.rows.repeated_field(field, line);
    }

    fn unknown(&mut self, line: u64, name: &str) {
        self.said.unknown(line, name);
    }
}

impl Gathered {
    /// Nothing yet, of a reading.
    pub(super) fn new(scan: Arc<LogScan>, rows: Rows) -> Self {
        Self { scan, rows, said: Said::default(), void: None }
    }

    /// Whether it is enough for a batch.
    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= ROWS || self.rows.bytes() >= BYTES
    }

    /// The rows since the last time that are in the answer.
    ///
    /// # Errors
    /// When a condition cannot be evaluated, or nothing of the file stands.
    pub(super) fn take(&mut self) -> Result<RecordBatch, Error> {
        if let Some(source) = self.void.take() {
            return Err(Error::Logs { table: self.scan.table.name.clone(), source });
        }
        let rows = self.rows.take().map_err(|error| Error::Evaluation(error.into()))?;
        self.said.see_times(&rows, self.scan.table.time());
        let kept = self.scan.keep.of(&rows)?;
        self.scan.outcome.rows(rows.num_rows(), kept.num_rows());
        Ok(kept)
    }

    /// What there is to say of all of it.
    pub(super) fn said(mut self) -> Said {
        self.said.odd = std::mem::take(&mut self.rows.odd);
        self.said.repeated = std::mem::take(&mut self.rows.repeated);
        self.said
    }
}
