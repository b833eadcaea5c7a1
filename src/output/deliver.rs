//! Drives a result's stream into a format: each batch is handed on before the next is asked for.

use std::io::{self, Write};

use arrow::array::RecordBatch;
use datafusion::error::DataFusionError;
use futures::TryStreamExt as _;

use super::{Format, Options, Redactor, WriteError, Writer, Written};
use crate::engine::Query;

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
    #[error("{0} cannot be shown on a terminal")]
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

/// Writes the whole result of a query, with pseudonyms if a redactor is given.
///
/// # Errors
/// When the query or the output fails; what was written until then stays written, without the mark of completeness.
pub async fn deliver<O: Write + ?Sized>(
    query: Query,
    format: &Format,
    options: Options,
    redactor: Option<&Redactor>,
    out: &mut O,
) -> Result<Written, Failure> {
    let Query { mut stream, tally, origins } = query;
    let origins = redactor.map(|_| origins.origins()).unwrap_or_default();
    let shown = |rows: RecordBatch| match redactor {
        Some(redactor) => redactor.rows(&rows, &origins).map_err(WriteError::Value),
        None => Ok(rows),
    };
    let schema = shown(RecordBatch::new_empty(stream.schema()))?.schema();
    if format.binary && options.terminal.is_some() && !schema.fields().is_empty() {
        return Err(Failure::Terminal(format.name));
    }
    let mut writer = Writer::new(format, &schema, options, out);
    while let Some(batch) = stream.try_next().await? {
        writer.batch(&shown(batch)?)?;
        writer.flush()?;
        // Where rows come faster than they are written, this is where an interrupt is heard.
        tokio::task::yield_now().await;
    }
    writer.told(&tally, |text| redactor.map_or_else(|| text.to_owned(), |redactor| redactor.told(text)));
    let missing = tally.missing().map(|missing| redactor.map_or(missing.clone(), |redactor| redactor.told(&missing)));
    Ok(writer.finish(missing.as_deref())?)
}
