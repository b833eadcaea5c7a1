//! Rows of the tables that describe the session, as columns of their declared types.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch, StringViewArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Schema, SchemaRef};
use datafusion::error::Result;

use crate::table::{Column, Edm};

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Text(String),
    Flag(bool),
    Number(i64),
    /// Microseconds since 1970.
    Time(i64),
    Null,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

impl Cell {
    /// A text that may be missing.
    pub(super) fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.into()))
    }

    /// A count, as far as SQL's numbers reach.
    pub(super) fn count(n: u64) -> Self {
        Self::Number(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

/// A row: a value for each column.
pub(super) type Row = Vec<Cell>;

/// The schema of a table.
pub(super) fn schema(columns: &'static [Column]) -> SchemaRef {
    Arc::new(Schema::new(columns.iter().map(Column::field).collect::<Vec<_>>()))
}

/// Rows as a batch.
pub(super) fn batch(columns: &'static [Column], rows: &[Row]) -> Result<RecordBatch> {
    let column = |(at, column): (usize, &Column)| -> ArrayRef {
        let cells = rows.iter().map(|row| &row[at]);
        let numbers = cells.clone().map(|cell| match cell {
            Cell::Number(n) | Cell::Time(n) => Some(*n),
            _ => None,
        });
        let flags = cells.clone().map(|cell| match cell {
            Cell::Flag(flag) => Some(*flag),
            _ => None,
        });
        let texts = cells.map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        });
        match column.edm {
            Edm::Bool => Arc::new(flags.collect::<BooleanArray>()),
            Edm::Int32 => Arc::new(numbers.map(|n| i32::try_from(n?).ok()).collect::<Int32Array>()),
            Edm::Int64 => Arc::new(numbers.collect::<Int64Array>()),
            Edm::Instant => {
                let times: TimestampMicrosecondArray = numbers.collect();
                Arc::new(times.with_data_type(column.edm.data_type()))
            }
            _ => Arc::new(texts.collect::<StringViewArray>()),
        }
    };
    let arrays = columns.iter().enumerate().map(column).collect();
    Ok(RecordBatch::try_new(schema(columns), arrays)?)
}
