//! Drives a result's stream into a format: each batch is handed on before the next is asked for.

use std::io::{self, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use futures::TryStreamExt as _;

use super::{Ask, Format, Options, PAGE, Redactor, Refusal, WriteError, Writer, Written};
use crate::engine::Query;
use crate::time::second_text;

/// Why a result was not delivered whole.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The query failed.
    #[error(transparent)]
    Query(#[from] DataFusionError),
    /// The output failed.
    #[error("the output could not be written")]
    Output(#[source] io::Error),
    /// The result cannot be drawn so.
    #[error(transparent)]
    Chart(#[from] Refusal),
    /// A format that no person reads was to be written to a terminal.
    #[error("{0} cannot be shown on a terminal")]
    Terminal(&'static str),
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Io(error) => Self::Output(error),
            WriteError::Value(error) => Self::Query(error.into()),
            WriteError::Parquet(error) => Self::Query(error.into()),
            WriteError::Chart(refusal) => Self::Chart(refusal),
        }
    }
}

impl Failure {
    /// Whether the reader went away, as `head` does: no error.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// How a result is written.
#[derive(Debug, Clone, Copy)]
pub enum How<'a> {
    /// Its rows, in a format.
    Rows(&'a Format),
    /// A picture of it.
    Chart(&'a Ask),
}

impl How<'_> {
    fn writer<'o, O: Write + ?Sized>(
        self,
        schema: &SchemaRef,
        options: Options,
        out: &'o mut O,
    ) -> Result<Writer<'o, O>, Failure> {
        match self {
            Self::Rows(format)
                if let Some(what) = unreadable(format)
                    && options.terminal.is_some()
                    && !schema.fields().is_empty() =>
            {
                Err(Failure::Terminal(what))
            }
            Self::Rows(format) => Ok(Writer::new(format, schema, options, out)),
            Self::Chart(ask) => Ok(Writer::chart(ask, schema, options, out)?),
        }
    }
}

/// What a format writes, if no person reads it on a terminal.
fn unreadable(format: &Format) -> Option<&'static str> {
    if format.endings == PAGE.endings { Some("a page of HTML") } else { format.binary.then_some(format.name) }
}

/// The rows of a result as they were shown, for a picture of them that asks nobody again.
#[derive(Debug)]
pub struct Kept {
    schema: SchemaRef,
    rows: Vec<RecordBatch>,
    bytes: usize,
    missing: Option<String>,
}

impl Kept {
    /// A larger result is not kept.
    const MOST: usize = 64 << 20;

    fn new(schema: SchemaRef) -> Self {
        Self { schema, rows: Vec::new(), bytes: 0, missing: None }
    }

    /// Takes rows; gives nothing back once there are too many.
    fn and(mut self, rows: &RecordBatch) -> Option<Self> {
        self.bytes += rows.get_array_memory_size();
        self.rows.push(rows.clone());
        (self.bytes <= Self::MOST).then_some(self)
    }
}

/// Writes the whole result of a query, with pseudonyms if a redactor is given. Where `kept` is, the rows are put there as they
/// were written, if there are not too many; a statement without rows leaves it as it is.
///
/// # Errors
/// When the query or the output fails; what was written until then stays written, without the mark of completeness.
pub async fn deliver<O: Write + ?Sized>(
    query: Query,
    how: How<'_>,
    options: Options,
    redactor: Option<&Redactor>,
    kept: Option<&mut Option<Kept>>,
    out: &mut O,
) -> Result<Written, Failure> {
    let (sql, asked) = (query.sql().to_owned(), second_text(query.asked().timestamp()));
    let Query { mut stream, tally, origins, .. } = query;
    let origins = redactor.map(|_| origins.origins()).unwrap_or_default();
    let shown = |rows: RecordBatch| match redactor {
        Some(redactor) => redactor.rows(&rows, &origins).map_err(WriteError::Value),
        None => Ok(rows),
    };
    let schema = shown(RecordBatch::new_empty(stream.schema()))?.schema();
    let kept = kept.filter(|_| !schema.fields().is_empty());
    let mut keeping = kept.is_some().then(|| Kept::new(SchemaRef::clone(&schema)));
    let place = kept.map(|place| {
        *place = None;
        place
    });
    let mut writer = how.writer(&schema, options, out)?;
    // Before the rows it is not known which names in the statement are to be replaced.
    writer.asked(&asked, redactor.is_none().then_some(&sql));
    while let Some(batch) = stream.try_next().await? {
        let batch = shown(batch)?;
        writer.batch(&batch)?;
        writer.flush()?;
        keeping = keeping.and_then(|kept| kept.and(&batch));
        // Where rows come faster than they are written, this is where an interrupt is heard.
        tokio::task::yield_now().await;
    }
    let told = |text: &str| redactor.map_or_else(|| text.to_owned(), |redactor| redactor.told(text));
    // Literals stand in a statement in more ways than a message quotes them, and half of it would be another statement.
    let stated = if redactor.is_none() { sql.as_str() } else { "-- left out: it may name what --redact hides" };
    writer.told(&tally, stated, told);
    let missing = tally.missing().map(|missing| told(&missing));
    if let (Some(place), Some(kept)) = (place, keeping) {
        *place = Some(Kept { missing: missing.clone(), ..kept });
    }
    while writer.piece(missing.as_deref())? {
        tokio::task::yield_now().await;
    }
    Ok(writer.finish(missing.as_deref())?)
}

/// Draws a result that was kept.
///
/// # Errors
/// When it cannot be drawn so, or the output fails.
pub fn redrawn<O: Write + ?Sized>(kept: &Kept, ask: &Ask, options: Options, out: &mut O) -> Result<Written, Failure> {
    // Nothing below it says again what is missing.
    let options = Options { told: false, ..options };
    let mut writer = Writer::chart(ask, &kept.schema, options, out)?;
    kept.rows.iter().try_for_each(|rows| writer.batch(rows))?;
    Ok(writer.finish(kept.missing.as_deref())?)
}
