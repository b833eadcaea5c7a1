//! Reads logs as rows.
//!
//! Files are read side by side, and a long file of lines in pieces that are read side by side, on threads that may block; rows
//! come in the order of the file, and dropping the stream ends reading. What cannot be read is counted and said, and the first of
//! it is shown: no line is lost without a word. In memory are a few pieces of each file that is being read, whatever the length
//! of the files and of their lines.

mod columns;
mod figures;
mod files;
mod gathered;
mod keep;
mod opened;
mod pieces;
mod said;
mod sequence;

use std::future::ready;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::{DataFusionError, Result};
use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};

use self::opened::{Open, Way};
use crate::engine::error::Error;
use crate::engine::runtime::Statement;

pub(crate) use self::figures::Outcome;
pub(crate) use self::files::{Column, LogFile, LogFiles};
pub(crate) use self::keep::Keep;

use self::files::Holds;

/// Bytes that are read before whoever waits may give up, also if no row is among them.
const STEP: usize = 8 << 20;

/// A reading of some files of a table.
#[derive(Debug)]
pub(crate) struct LogScan {
    pub(crate) table: Arc<LogFiles>,
    /// The files, by their places in the table.
    pub(crate) files: Vec<usize>,
    /// The columns that are read, by their places.
    pub(crate) columns: Arc<[usize]>,
    /// Their schema.
    pub(crate) schema: SchemaRef,
    /// What comes out of them.
    pub(crate) keep: Keep,
    /// Pieces of a file that are read side by side at most; 1: it is read in sequence.
    pub(crate) side_by_side: usize,
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

    /// Does what may block where it may; what is sent for it is the statement's.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.statement.on_files(self.statement.for_stores(), work).await?
    }

    /// The rows of one file.
    fn file(self: Arc<Self>, at: usize) -> BoxStream<'static, Result<RecordBatch>> {
        let file = &self.table.files[at];
        if let Some(extent) = file.passed_by(self.keep.watch.asked(), &self.statement.settings) {
            self.outcome.pass(&self, extent);
            return stream::empty().boxed();
        }
        let of = Arc::clone(&self);
        let way = async move { of.blocking(move || Ok(Open::file(self, at))).await };
        let rows = stream::once(way).map(|way| match way {
            Ok(Way::InSequence(reading)) => reading.rows(),
            Ok(Way::InPieces(cutting)) => cutting.rows(),
            Err(error) => stream::once(ready(Err(error))).boxed(),
        });
        let rows = rows.flatten().map_err(DataFusionError::from);
        rows.try_filter(|batch| ready(batch.num_rows() > 0)).boxed()
    }
}
