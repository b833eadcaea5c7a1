//! Drives a result's stream into a format: each batch is handed on before the next is asked for.

use std::io::{self, Write};

use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use futures::TryStreamExt as _;

use super::{Format, Options, WriteError, Writer, Written};

/// Why a result was not delivered whole.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The query failed.
    #[error(transparent)]
    Query(#[from] DataFusionError),
    /// The output failed.
    #[error("the output could not be written")]
    Output(#[source] io::Error),
    /// A binary format was to be written to a terminal.
    #[error("{0} is not for a terminal")]
    Terminal(&'static str),
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Io(error) => Self::Output(error),
            WriteError::Value(error) => Self::Query(error.into()),
            WriteError::Parquet(error) => Self::Query(error.into()),
        }
    }
}

impl Failure {
    /// Whether the reader went away, as `head` does: no error.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Writes a whole result. What is missing from it is asked when it has ended.
///
/// # Errors
/// When the query or the output fails; what was written until then stays written, without the mark of completeness.
pub async fn deliver<O: Write + ?Sized>(
    mut stream: SendableRecordBatchStream,
    format: &Format,
    options: Options,
    out: &mut O,
    missing: impl FnOnce() -> Option<String>,
) -> Result<Written, Failure> {
    if format.binary && options.terminal.is_some() && !stream.schema().fields().is_empty() {
        return Err(Failure::Terminal(format.name));
    }
    let mut writer = Writer::new(format, &stream.schema(), options, out);
    while let Some(batch) = stream.try_next().await? {
        writer.batch(&batch)?;
        writer.flush()?;
    }
    Ok(writer.finish(missing().as_deref())?)
}
