//! The Arrow schema that a declaration implies.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};

use super::{Column, Edm, EntitySet, Lookup};

impl Edm {
    /// The Arrow type. Text is `Utf8View`, as Parquet is read: a join of both needs no cast on the remote side.
    pub fn data_type(&self) -> DataType {
        match self {
            Self::Text | Self::Enum(_) | Self::Json | Self::Raw => DataType::Utf8View,
            Self::Bool => DataType::Boolean,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Double => DataType::Float64,
            // Microseconds: the sentinel 0001-01-01 of directory records is outside the range of nanoseconds.
            Self::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Object(columns) => DataType::Struct(fields_of(columns)),
            Self::List(item) => DataType::List(Arc::new(Field::new("item", item.data_type(), true))),
        }
    }
}

impl Column {
    /// The Arrow field. Every column is nullable: a record of which one value is odd still counts.
    pub fn field(&self) -> Field {
        Field::new(self.name, self.edm.data_type(), true)
    }
}

impl EntitySet {
    /// The Arrow schema of all columns, in declaration order.
    pub fn arrow_schema(&self) -> SchemaRef {
        Arc::new(Schema::new(fields_of(self.columns)))
    }
}

impl Lookup {
    /// The Arrow schema of all columns, in declaration order.
    pub fn arrow_schema(&self) -> SchemaRef {
        Arc::new(Schema::new(fields_of(self.columns)))
    }
}

/// The Arrow schema of these columns.
pub fn schema_of<'a>(columns: impl IntoIterator<Item = &'a Column>) -> SchemaRef {
    Arc::new(Schema::new(columns.into_iter().map(Column::field).collect::<Fields>()))
}

fn fields_of(columns: &[Column]) -> Fields {
    columns.iter().map(Column::field).collect()
}
