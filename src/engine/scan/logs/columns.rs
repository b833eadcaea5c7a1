//! Rows of a log as Arrow columns.
//!
//! A file gives values of its own fields, a table has columns of its own: a field that the file does not have is NULL, a value that
//! is not of its column's kind is made into it if that loses nothing, and is NULL and counted otherwise. The line it stands in
//! is in `raw`.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, MapBuilder, RecordBatch,
    RecordBatchOptions, StringBuilder, StringViewBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use chrono::{DateTime, SecondsFormat};

use crate::logs::{Kind, Value, is_as_written};

/// The Arrow type of values of a kind. Text is `Utf8View`, as in all other tables. Names in a list of pairs are `Utf8`: that is how
/// `list['name']` looks for them.
pub(crate) fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8View,
        Kind::Int => DataType::Int64,
        Kind::Float => DataType::Float64,
        Kind::Bool => DataType::Boolean,
        Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Texts => DataType::List(Arc::new(Field::new("item", DataType::Utf8View, true))),
        Kind::Pairs => {
            let pair = [Field::new("keys", DataType::Utf8, false), Field::new("values", DataType::Utf8, true)];
            let pairs = Field::new("entries", DataType::Struct(pair.into_iter().collect()), false);
            DataType::Map(Arc::new(pairs), false)
        }
    }
}

/// A column that is being filled.
enum Column {
    Text(StringViewBuilder),
    Int(Int64Builder),
    Float(Float64Builder),
    Bool(BooleanBuilder),
    Time(TimestampMicrosecondBuilder),
    Texts(ListBuilder<StringViewBuilder>),
    Pairs(MapBuilder<StringBuilder, StringBuilder>),
}

impl Column {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(StringViewBuilder::new()),
            Kind::Int => Self::Int(Int64Builder::new()),
            Kind::Float => Self::Float(Float64Builder::new()),
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
            Kind::Time => Self::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            Kind::Texts => Self::Texts(ListBuilder::new(StringViewBuilder::new())),
            Kind::Pairs => Self::Pairs(MapBuilder::new(None, StringBuilder::new(), StringBuilder::new())),
        }
    }

    /// Adds a value; `false` if it is none of this column's, and is NULL.
    fn add(&mut self, value: &Value<'_>) -> bool {
        match self {
            Self::Text(column) => {
                let text = text_of(value);
                column.append_option(text.as_deref());
                text.is_some() || matches!(value, Value::Null)
            }
            Self::Int(column) => settled(int_of(value), value, |value| column.append_option(value)),
            Self::Float(column) => settled(float_of(value), value, |value| column.append_option(value)),
            Self::Bool(column) => settled(bool_of(value), value, |value| column.append_option(value)),
            Self::Time(column) => settled(time_of(value), value, |value| column.append_option(value)),
            Self::Texts(column) => {
                let texts = if let Value::Texts(texts) = value { Some(texts) } else { None };
                texts.into_iter().flatten().for_each(|text| column.values().append_value(text));
                column.append(texts.is_some());
                texts.is_some() || matches!(value, Value::Null)
            }
            Self::Pairs(column) => {
                let pairs = if let Value::Pairs(pairs) = value { Some(pairs) } else { None };
                for (name, value) in pairs.into_iter().flat_map(|pairs| pairs.iter()) {
                    column.keys().append_value(name);
                    column.values().append_value(value);
                }
                // As many names as values were added.
                column.append(pairs.is_some()).is_ok() && (pairs.is_some() || matches!(value, Value::Null))
            }
        }
    }

    fn finish(&mut self) -> ArrayRef {
        let column: &mut dyn ArrayBuilder = match self {
            Self::Text(column) => column,
            Self::Int(column) => column,
            Self::Float(column) => column,
            Self::Bool(column) => column,
            Self::Time(column) => column,
            Self::Texts(column) => column,
            Self::Pairs(column) => column,
        };
        column.finish()
    }
}

/// Adds a value that was made into the column's kind, or NULL; whether that is what stood there.
fn settled<T>(made: Option<T>, value: &Value<'_>, add: impl FnOnce(Option<T>)) -> bool {
    let fits = made.is_some() || matches!(value, Value::Null);
    add(made);
    fits
}

/// Any value as text. Lists are written as JSON is.
fn text_of<'a>(value: &'a Value<'_>) -> Option<Cow<'a, str>> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) => Cow::Borrowed(text.as_ref()),
        Value::Int(number) => number.to_string().into(),
        Value::Float(number) => number.to_string().into(),
        Value::Bool(flag) => flag.to_string().into(),
        Value::Time(micros) => {
            DateTime::from_timestamp_micros(*micros)?.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
        }
        Value::Texts(texts) => serde_json::to_string(texts).ok()?.into(),
        Value::Pairs(pairs) => {
            let object: serde_json::Map<String, serde_json::Value> =
                pairs.iter().map(|(name, value)| (name.to_string(), value.as_ref().into())).collect();
            serde_json::Value::Object(object).to_string().into()
        }
    })
}

fn int_of(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        // A file that has no such number in its sample gives them as text.
        Value::Text(text) => Some(text.trim()).filter(|text| is_as_written(text, Kind::Int))?.parse().ok(),
        _ => None,
    }
}

fn float_of(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        // Beyond 2^53 a number loses digits.
        Value::Int(number) => i32::try_from(*number).ok().map(f64::from),
        Value::Text(text) => Some(text.trim()).filter(|text| is_as_written(text, Kind::Float))?.parse().ok(),
        _ => None,
    }
}

fn bool_of(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn time_of(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Time(micros) => Some(*micros),
        _ => None,
    }
}

/// Where a column of a batch comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// A value of the row, by its place among those that the reader gives.
    Value(usize),
    /// Nowhere: the file does not have it.
    Nothing,
    /// The file's name.
    File,
    /// The number of the line.
    Line,
}

/// Rows of one file that become a batch.
pub(crate) struct Rows {
    schema: SchemaRef,
    from: Vec<From>,
    columns: Vec<Column>,
    file: String,
    /// The fields that the reader gives, by their numbers in the file.
    wanted: Vec<usize>,
    rows: usize,
    bytes: usize,
    /// Values that are NULL because they are odd, by column, and the line of the first.
    pub(crate) odd: Vec<(u64, u64)>,
    /// Values that were passed over because their member comes again, in the same way.
    pub(crate) repeated: Vec<(u64, u64)>,
}

impl Rows {
    /// Rows of the columns of a schema, of these kinds.
    pub(crate) fn new(
        schema: SchemaRef,
        kinds: &[Kind],
        from: Vec<From>,
        (file, wanted): (String, Vec<usize>),
    ) -> Self {
        let columns = kinds.iter().map(|kind| Column::new(*kind)).collect();
        let (odd, repeated) = (vec![(0, 0); from.len()], vec![(0, 0); from.len()]);
        Self { schema, from, columns, file, wanted, rows: 0, bytes: 0, odd, repeated }
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, line: u64, values: &[Value<'_>]) {
        for (at, (from, column)) in self.from.iter().zip(&mut self.columns).enumerate() {
            let line_number = || Value::Int(i64::try_from(line).unwrap_or(i64::MAX));
            let fits = match from {
                From::Value(place) => {
                    let value = values.get(*place).unwrap_or(&Value::Null);
                    self.bytes += weight(value);
                    column.add(value)
                }
                From::Nothing => column.add(&Value::Null),
                From::File => {
                    self.bytes += 16;
                    column.add(&Value::Text(Cow::Borrowed(self.file.as_str())))
                }
                From::Line => column.add(&line_number()),
            };
            if !fits {
                count(&mut self.odd[at], line);
            }
        }
        self.rows += 1;
    }

    /// A value of a field is odd; `field` is its number in the file.
    pub(crate) fn odd_field(&mut self, field: usize, line: u64) {
        if let Some(at) = self.column_of(field) {
            count(&mut self.odd[at], line);
        }
    }

    /// The member that a field is made of comes again.
    pub(crate) fn repeated_field(&mut self, field: usize, line: u64) {
        if let Some(at) = self.column_of(field) {
            count(&mut self.repeated[at], line);
        }
    }

    fn column_of(&self, field: usize) -> Option<usize> {
        let place = self.wanted.iter().position(|wanted| *wanted == field)?;
        self.from.iter().position(|from| *from == From::Value(place))
    }

    /// The file of the rows.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// Bytes of text that wait in it.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The rows that were added since the last time.
    pub(crate) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let columns = self.columns.iter_mut().map(Column::finish).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        (self.rows, self.bytes) = (0, 0);
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
    }
}

/// One value more, in this line.
fn count((count, first): &mut (u64, u64), line: u64) {
    *first = if *count == 0 { line } else { *first };
    *count += 1;
}

/// Bytes that a value takes, about.
fn weight(value: &Value<'_>) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Texts(texts) => texts.iter().map(|text| text.len() + 16).sum(),
        Value::Pairs(pairs) => pairs.iter().map(|(name, value)| name.len() + value.len() + 8).sum(),
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array as _, AsArray as _};
    use arrow::datatypes::{Int64Type, Schema};

    use super::*;

    #[test]
    fn a_value_becomes_its_columns_kind_or_is_null_and_counted() {
        let text = |text: &'static str| Value::Text(text.into());
        let pairs = || Value::Pairs(vec![("a".into(), "1".into())].into());
        for (kind, value, fits, is_null) in [
            (Kind::Text, Value::Int(7), true, false),
            (Kind::Text, Value::Time(0), true, false),
            (Kind::Text, pairs(), true, false),
            (Kind::Text, Value::Null, true, true),
            (Kind::Int, text(" 7 "), true, false),
            (Kind::Int, text("seven"), false, true),
            (Kind::Int, text("007"), false, true),
            (Kind::Float, text("9007199254740993"), false, true),
            (Kind::Int, Value::Float(1.5), false, true),
            (Kind::Float, Value::Int(1), true, false),
            (Kind::Float, Value::Int(1 << 60), false, true),
            (Kind::Bool, text("TRUE"), true, false),
            (Kind::Bool, text("perhaps"), false, true),
            (Kind::Time, text("2026-05-01"), false, true),
            (Kind::Texts, text("a"), false, true),
            (Kind::Pairs, pairs(), true, false),
            (Kind::Pairs, Value::Null, true, true),
        ] {
            let schema = Arc::new(Schema::new(vec![Field::new("x", data_type(kind), true)]));
            let mut rows = Rows::new(schema, &[kind], vec![From::Value(0)], ("f".into(), vec![3]));
            rows.add(5, std::slice::from_ref(&value));
            let odd = rows.odd[0];
            let batch = rows.take().unwrap();
            assert_eq!((odd == (0, 0), batch.column(0).is_null(0)), (fits, is_null), "{kind:?} of {value:?}");
        }
    }

    #[test]
    fn what_a_reader_calls_odd_is_counted_for_its_column_and_rows_need_no_columns() {
        let fields = ["n", "line"].map(|name| Field::new(name, DataType::Int64, true));
        let schema = Arc::new(Schema::new(fields.to_vec()));
        let mut rows =
            Rows::new(schema, &[Kind::Int, Kind::Int], vec![From::Value(0), From::Line], ("f".into(), vec![4]));
        rows.odd_field(4, 9);
        rows.odd_field(5, 9);
        rows.add(9, &[Value::Null]);
        rows.add(10, &[]);
        assert_eq!(rows.odd, [(1, 9), (0, 0)]);
        let batch = rows.take().unwrap();
        assert_eq!(batch.column(1).as_primitive::<Int64Type>().values(), &[9, 10]);
        let mut none = Rows::new(Arc::new(Schema::empty()), &[], Vec::new(), ("f".into(), Vec::new()));
        none.add(1, &[]);
        assert_eq!(none.take().unwrap().num_rows(), 1);
    }
}
