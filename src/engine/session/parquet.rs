//! Rows into a Parquet file as they come: zstd, row groups bounded by rows and by bytes.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use datafusion::parquet::basic::{Compression, LogicalType, Type, ZstdLevel};
use datafusion::parquet::errors::Result;
use datafusion::parquet::file::metadata::{KeyValue, ParquetMetaData, RowGroupMetaData};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::schema::types::ColumnDescriptor;

use crate::engine::bulk::in_pieces;

/// Rows of a group: enough for compression, few enough that a filter skips most of a file.
const GROUP_ROWS: usize = 64 << 10;
/// Bytes of a group, encoded. It is held in memory until it is complete.
const GROUP_BYTES: usize = 16 << 20;

/// The key under which files say that rows are missing, and why.
pub const INCOMPLETE: &str = "auditql.incomplete";

/// Writes one file. Dropped without [`Parquet::finish`] it leaves bytes that no reader takes for a file.
pub struct Parquet<W: Write + Send>(ArrowWriter<W>);

impl<W: Write + Send> std::fmt::Debug for Parquet<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parquet").finish_non_exhaustive()
    }
}

impl<W: Write + Send> Parquet<W> {
    /// A file of that schema.
    pub fn new(out: W, schema: SchemaRef) -> Result<Self> {
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_created_by(concat!("auditql ", env!("CARGO_PKG_VERSION")).into());
        for column in
            ArrowSchemaConverter::new().convert(&schema)?.columns().iter().filter(|column| is_floating(column))
        {
            properties = properties.set_column_statistics_enabled(column.path().clone(), EnabledStatistics::None);
        }
        ArrowWriter::try_new(out, schema, Some(properties.build())).map(Self)
    }

    /// Adds rows, a few at a time if many share a long text.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        for piece in in_pieces(rows, GROUP_BYTES) {
            self.0.write(&piece)?;
            if self.0.in_progress_size() >= GROUP_BYTES || self.0.memory_size() >= 4 * GROUP_BYTES {
                self.0.flush()?;
            }
        }
        Ok(())
    }

    /// What it is written to. Bytes may be taken out of it, not put in.
    pub fn written(&mut self) -> &mut W {
        self.0.inner_mut()
    }

    /// Ends the file, marked if rows are missing, and gives back what it was written to.
    pub fn finish(mut self, missing: Option<&str>) -> Result<W> {
        if let Some(missing) = missing {
            self.0.append_key_value_metadata(KeyValue::new(INCOMPLETE.into(), missing.to_owned()));
        }
        self.0.into_inner()
    }
}

/// Whether a column holds floating-point numbers. The least and the greatest value that are noted of one leave NaN out, and an engine
/// that skips rows by them loses those that are NaN: greater than all others, as PostgreSQL has it.
fn is_floating(column: &ColumnDescriptor) -> bool {
    matches!(column.physical_type(), Type::FLOAT | Type::DOUBLE)
        || matches!(column.logical_type_ref(), Some(LogicalType::Float16))
}

/// Whether a file says of floating-point numbers what the least and the greatest one is.
pub(super) fn bounds_floats(file: &ParquetMetaData) -> bool {
    let columns = file.row_groups().iter().flat_map(RowGroupMetaData::columns);
    let mut floating = columns.filter(|column| is_floating(column.column_descr()));
    floating.any(|column| column.statistics().is_some() || column.bloom_filter_offset().is_some())
}

/// Whether a Parquet file can hold values of that type.
pub fn holds(kind: &DataType) -> bool {
    match kind {
        DataType::Union(..)
        | DataType::RunEndEncoded(..)
        | DataType::Interval(_)
        | DataType::ListView(_)
        | DataType::LargeListView(_) => false,
        DataType::Struct(fields) => !fields.is_empty() && fields.iter().all(|field| holds(field.data_type())),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _) => holds(item.data_type()),
        DataType::Dictionary(_, value) => holds(value),
        _ => true,
    }
}
