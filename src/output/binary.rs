//! Formats for programs: Parquet, and Arrow's IPC file. Both are read from their end, so that one which was cut off is no
//! file at all; a result that is short by permission says so in its metadata.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringViewBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::writer::FileWriter;

use super::cell::Column;
use super::{WriteError, names_apart};
use crate::engine::parquet::{INCOMPLETE, Parquet, holds};

/// Writer of both. Bytes are handed out as they come.
pub(super) struct Binary {
    /// The schema of the file.
    schema: SchemaRef,
    body: Body,
}

impl fmt::Debug for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binary").field("schema", &self.schema).finish_non_exhaustive()
    }
}

enum Body {
    /// Opened with the first rows, or at the end.
    Parquet(Option<Box<Parquet<Vec<u8>>>>),
    Arrow(Option<Box<FileWriter<Vec<u8>>>>),
}

impl Binary {
    /// A Parquet file. Columns of types that it does not know become text.
    pub(super) fn parquet(schema: &Schema) -> Self {
        let field = |field: Field| match holds(field.data_type()) {
            true => field,
            false => Field::new(field.name(), DataType::Utf8View, true),
        };
        Self { schema: Arc::new(Schema::new(apart(schema).map(field).collect::<Vec<_>>())), body: Body::Parquet(None) }
    }

    /// An Arrow IPC file.
    pub(super) fn arrow(schema: &Schema) -> Self {
        Self { schema: Arc::new(Schema::new(apart(schema).collect::<Vec<_>>())), body: Body::Arrow(None) }
    }

    /// Takes up rows; the bytes that are ready.
    pub(super) fn rows(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, WriteError> {
        let batch = self.fitted(batch)?;
        match &mut self.body {
            Body::Parquet(file) => {
                let file = opened_parquet(file, &self.schema)?;
                file.write(&batch).map_err(WriteError::Parquet)?;
                Ok(std::mem::take(file.written()))
            }
            Body::Arrow(file) => {
                let file = opened_arrow(file, &self.schema)?;
                file.write(&batch)?;
                Ok(std::mem::take(file.get_mut()))
            }
        }
    }

    /// Ends the file; its last bytes.
    pub(super) fn finish(&mut self, missing: Option<&str>) -> Result<Vec<u8>, WriteError> {
        match &mut self.body {
            Body::Parquet(file) => {
                opened_parquet(file, &self.schema)?;
                let file = file.take().expect("the file was opened");
                file.finish(missing).map_err(WriteError::Parquet)
            }
            Body::Arrow(file) => {
                let file = opened_arrow(file, &self.schema)?;
                missing.into_iter().for_each(|missing| file.write_metadata(INCOMPLETE, missing));
                file.finish()?;
                Ok(std::mem::take(file.get_mut()))
            }
        }
    }

    /// The batch in the file's schema.
    fn fitted(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let columns = batch.columns().iter().zip(self.schema.fields()).map(|(column, field)| {
            if column.data_type() == field.data_type() { Ok(Arc::clone(column)) } else { text(column) }
        });
        RecordBatch::try_new(Arc::clone(&self.schema), columns.collect::<Result<_, _>>()?)
    }
}

/// The fields, each by a name of its own.
fn apart(schema: &Schema) -> impl Iterator<Item = Field> {
    let fields = schema.fields().iter().zip(names_apart(schema));
    fields.map(|(field, name)| field.as_ref().clone().with_name(name)).collect::<Vec<_>>().into_iter()
}

fn opened_parquet<'a>(
    file: &'a mut Option<Box<Parquet<Vec<u8>>>>,
    schema: &SchemaRef,
) -> Result<&'a mut Parquet<Vec<u8>>, WriteError> {
    if file.is_none() {
        *file = Some(Box::new(Parquet::new(Vec::new(), Arc::clone(schema)).map_err(WriteError::Parquet)?));
    }
    Ok(file.as_mut().expect("the file was opened"))
}

fn opened_arrow<'a>(
    file: &'a mut Option<Box<FileWriter<Vec<u8>>>>,
    schema: &SchemaRef,
) -> Result<&'a mut FileWriter<Vec<u8>>, ArrowError> {
    if file.is_none() {
        *file = Some(Box::new(FileWriter::try_new(Vec::new(), schema)?));
    }
    Ok(file.as_mut().expect("the file was opened"))
}

/// A column as the text formats spell it.
fn text(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let cells = Column::new(column)?;
    let mut texts = StringViewBuilder::new();
    let mut cell = String::new();
    for row in 0..column.len() {
        cell.clear();
        cells.text(row, &mut cell);
        texts.append_option((!cells.is_null(row)).then_some(&cell));
    }
    Ok(Arc::new(texts.finish()))
}
