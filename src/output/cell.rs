//! Reads the cells of a batch, whatever their Arrow type, as text or as JSON.
//!
//! A column is brought into one of few shapes once per batch; formats then ask row by row. Numbers keep Arrow's own
//! spelling, times are RFC 3339, structs and lists are JSON. A union, as files of columns may hold one, is read as the
//! member it holds.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::timezone::Tz;
use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, MapArray, PrimitiveArray, StringViewArray, StructArray, UnionArray,
};
use arrow::buffer::NullBuffer;
use arrow::compute::cast;
use arrow::datatypes::{
    ArrowTimestampType, DataType, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow::error::ArrowError;
use arrow::temporal_conversions::{as_datetime, as_datetime_with_timezone};
use chrono::SecondsFormat;

use super::safe;

/// A column of one batch, ready to be read row by row.
#[derive(Debug)]
pub(super) enum Column {
    /// Every cell is NULL.
    Null,
    /// Numbers and Booleans: JSON takes them as they are.
    Bare(StringViewArray),
    /// All that is text in JSON.
    Text(StringViewArray),
    /// Objects, with the names of their fields.
    Struct(Option<NullBuffer>, Vec<(String, Column)>),
    /// Lists: row `i` holds the items `edges[i]..edges[i + 1]`.
    List(Option<NullBuffer>, Vec<usize>, Box<Column>),
    /// Maps from texts: row `i` has the entries `edges[i]..edges[i + 1]`, names and values.
    Map(Option<NullBuffer>, Vec<usize>, Box<(StringViewArray, Column)>),
    /// Unions: the type of each row and where the row's value stands in the member of that type.
    Union(Vec<(i8, usize)>, Vec<(i8, Column)>),
}

impl Column {
    /// Brings an array into one of the shapes.
    pub(super) fn new(array: &ArrayRef) -> Result<Self, ArrowError> {
        Ok(match array.data_type() {
            DataType::Null => Self::Null,
            DataType::Utf8View => Self::Text(array.as_string_view().clone()),
            DataType::Timestamp(unit, zone) => Self::Text(instants(array, *unit, zone.as_deref())?),
            DataType::Struct(_) => Self::object(array.as_struct())?,
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                Self::list(list.nulls(), list.offsets().iter().filter_map(|o| usize::try_from(*o).ok()), list.values())?
            }
            DataType::FixedSizeList(item, _)
            | DataType::LargeList(item)
            | DataType::ListView(item)
            | DataType::LargeListView(item) => Self::new(&cast(array, &DataType::List(Arc::clone(item)))?)?,
            DataType::Map(..) => Self::map(array.as_map())?,
            DataType::Union(..) => Self::union(array.as_union())?,
            DataType::Dictionary(_, value) => Self::new(&cast(array, value)?)?,
            DataType::RunEndEncoded(_, value) => Self::new(&cast(array, value.data_type())?)?,
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
                Self::Text(hex(&cast(array, &DataType::Binary)?))
            }
            kind if kind.is_numeric() || *kind == DataType::Boolean => {
                Self::Bare(cast(array, &DataType::Utf8View)?.as_string_view().clone())
            }
            _ => Self::Text(cast(array, &DataType::Utf8View)?.as_string_view().clone()),
        })
    }

    fn object(array: &StructArray) -> Result<Self, ArrowError> {
        let fields = array.fields().iter().zip(array.columns());
        let fields = fields.map(|(field, column)| Ok((field.name().clone(), Self::new(column)?)));
        Ok(Self::Struct(array.nulls().cloned(), fields.collect::<Result<_, ArrowError>>()?))
    }

    /// The items of a list; of a slice of a larger list only the slice's own items are read.
    fn list(
        nulls: Option<&NullBuffer>,
        offsets: impl Iterator<Item = usize>,
        values: &ArrayRef,
    ) -> Result<Self, ArrowError> {
        let mut edges: Vec<usize> = offsets.collect();
        let (first, last) = (edges.first().copied().unwrap_or(0), edges.last().copied().unwrap_or(0));
        edges.iter_mut().for_each(|edge| *edge -= first);
        Ok(Self::List(nulls.cloned(), edges, Box::new(Self::new(&values.slice(first, last - first))?)))
    }

    /// A map from texts is an object of these names; of any other the entries are a list.
    fn map(array: &MapArray) -> Result<Self, ArrowError> {
        if array.key_type().is_string() {
            let mut edges: Vec<usize> = array.offsets().iter().filter_map(|o| usize::try_from(*o).ok()).collect();
            let (first, last) = (edges.first().copied().unwrap_or(0), edges.last().copied().unwrap_or(0));
            edges.iter_mut().for_each(|edge| *edge -= first);
            let names = cast(&array.keys().slice(first, last - first), &DataType::Utf8View)?;
            let values = Self::new(&array.values().slice(first, last - first))?;
            return Ok(Self::Map(array.nulls().cloned(), edges, Box::new((names.as_string_view().clone(), values))));
        }
        let entries: ArrayRef = Arc::new(array.entries().clone());
        Self::list(array.nulls(), array.offsets().iter().filter_map(|o| usize::try_from(*o).ok()), &entries)
    }

    fn union(array: &UnionArray) -> Result<Self, ArrowError> {
        let rows = (0..array.len()).map(|row| (array.type_id(row), array.value_offset(row))).collect();
        let DataType::Union(fields, _) = array.data_type() else { return Ok(Self::Null) };
        let members = fields.iter().map(|(id, _)| Ok((id, Self::new(array.child(id))?)));
        Ok(Self::Union(rows, members.collect::<Result<_, ArrowError>>()?))
    }

    /// Whether the cell is NULL.
    pub(super) fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Null => true,
            Self::Bare(cells) | Self::Text(cells) => cells.is_null(row),
            Self::Struct(nulls, _) | Self::List(nulls, ..) | Self::Map(nulls, ..) => {
                nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
            }
            Self::Union(..) => self.member(row).is_none_or(|(column, row)| column.is_null(row)),
        }
    }

    /// Whether the cell's text may be anything: no number, no Boolean.
    pub(super) fn is_free_text(&self, row: usize) -> bool {
        match self {
            Self::Null | Self::Bare(_) => false,
            Self::Text(_) | Self::Struct(..) | Self::List(..) | Self::Map(..) => true,
            Self::Union(..) => self.member(row).is_some_and(|(column, row)| column.is_free_text(row)),
        }
    }

    /// Appends the cell as text: nothing for NULL, JSON for structs and lists.
    pub(super) fn text(&self, row: usize, out: &mut String) {
        match self {
            _ if self.is_null(row) => {}
            Self::Bare(cells) | Self::Text(cells) => out.push_str(cells.value(row)),
            Self::Union(..) => self.member(row).into_iter().for_each(|(column, row)| column.text(row, out)),
            _ => self.json(row, out),
        }
    }

    /// Appends the cell as JSON.
    pub(super) fn json(&self, row: usize, out: &mut String) {
        match self {
            _ if self.is_null(row) => out.push_str("null"),
            Self::Null => {}
            Self::Bare(cells) => out.push_str(json_literal(cells.value(row))),
            Self::Text(cells) => json_string(cells.value(row), out),
            Self::Struct(_, fields) => {
                json_object(fields.iter().map(|(name, column)| (name.as_str(), column)), row, out);
            }
            Self::List(_, edges, items) => json_array(items, edges[row]..edges[row + 1], out),
            Self::Map(_, edges, entries) => json_map(entries, edges[row]..edges[row + 1], out),
            Self::Union(..) => self.member(row).into_iter().for_each(|(column, row)| column.json(row, out)),
        }
    }

    /// How many numbers of a cell JSON has no spelling for.
    pub(super) fn unspelt(&self, row: usize) -> u64 {
        match self {
            _ if self.is_null(row) => 0,
            Self::Null | Self::Text(_) => 0,
            Self::Bare(cells) => u64::from(json_literal(cells.value(row)) == "null"),
            Self::Struct(_, fields) => fields.iter().map(|(_, column)| column.unspelt(row)).sum(),
            Self::List(_, edges, items) => (edges[row]..edges[row + 1]).map(|item| items.unspelt(item)).sum(),
            Self::Map(_, edges, entries) => (edges[row]..edges[row + 1]).map(|entry| entries.1.unspelt(entry)).sum(),
            Self::Union(..) => self.member(row).map_or(0, |(column, row)| column.unspelt(row)),
        }
    }

    fn member(&self, row: usize) -> Option<(&Self, usize)> {
        let Self::Union(rows, members) = self else { return None };
        let (id, place) = rows[row];
        members.iter().find(|(of, _)| *of == id).map(|(_, column)| (column, place))
    }
}

/// Appends an object of the cells of one row.
pub(super) fn json_object<'a>(fields: impl Iterator<Item = (&'a str, &'a Column)>, row: usize, out: &mut String) {
    out.push('{');
    for (i, (name, column)) in fields.enumerate() {
        if i > 0 {
            out.push(',');
        }
        json_string(name, out);
        out.push(':');
        column.json(row, out);
    }
    out.push('}');
}

/// A map as an object. A log may have a name several times, and readers of JSON keep one of them: such a name has the list of its values.
fn json_map((names, values): &(StringViewArray, Column), entries: Range<usize>, out: &mut String) {
    let (mut places, mut found) = (HashMap::<&str, usize>::new(), Vec::<Vec<usize>>::new());
    for entry in entries {
        let place = *places.entry(names.value(entry)).or_insert(found.len());
        match found.get_mut(place) {
            Some(of_name) => of_name.push(entry),
            None => found.push(vec![entry]),
        }
    }
    out.push('{');
    for (i, of_name) in found.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        json_string(names.value(of_name[0]), out);
        out.push(':');
        match of_name.as_slice() {
            [one] => values.json(*one, out),
            several => json_array(values, several.iter().copied(), out),
        }
    }
    out.push('}');
}

fn json_array(items: &Column, rows: impl Iterator<Item = usize>, out: &mut String) {
    out.push('[');
    for (i, row) in rows.enumerate() {
        if i > 0 {
            out.push(',');
        }
        items.json(row, out);
    }
    out.push(']');
}

/// JSON knows no infinity and no NaN.
fn json_literal(text: &str) -> &str {
    let finite =
        matches!(text, "true" | "false") || text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
    if finite { text } else { "null" }
}

/// Appends a JSON string. Whatever acts on a terminal or cannot be seen is escaped, which JSON permits for any character:
/// the value stays exact, and a reader who prints the file is safe.
fn json_string(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| matches!(c, '"' | '\\') || safe::acts_unseen(*c)) {
        out.push_str(&text[plain..at]);
        plain = at + c.len_utf8();
        json_escape(c, out);
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

fn json_escape(c: char, out: &mut String) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
            let _ = write!(out, "\\u{unit:04x}");
        }),
    }
}

fn hex(array: &ArrayRef) -> StringViewArray {
    let text = |bytes: &[u8]| {
        bytes.iter().fold(String::from("\\x"), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    };
    array.as_binary::<i32>().iter().map(|cell| cell.map(text)).collect()
}

fn instants(array: &ArrayRef, unit: TimeUnit, zone: Option<&str>) -> Result<StringViewArray, ArrowError> {
    match unit {
        TimeUnit::Second => spell(array.as_primitive::<TimestampSecondType>(), zone),
        TimeUnit::Millisecond => spell(array.as_primitive::<TimestampMillisecondType>(), zone),
        TimeUnit::Microsecond => spell(array.as_primitive::<TimestampMicrosecondType>(), zone),
        TimeUnit::Nanosecond => spell(array.as_primitive::<TimestampNanosecondType>(), zone),
    }
}

/// Times as RFC 3339 with 0, 3, 6 or 9 digits after the second: `Z` for UTC, the offset in force for another zone, and
/// neither for a time without a zone.
fn spell<T: ArrowTimestampType + ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    zone: Option<&str>,
) -> Result<StringViewArray, ArrowError> {
    let zone = zone
        .filter(|zone| !matches!(*zone, "UTC" | "Z" | "+00:00"))
        .map_or(Ok((zone.is_some(), None)), |zone| zone.parse::<Tz>().map(|zone| (true, Some(zone))))?;
    let text = |value: T::Native| {
        let value: i64 = value;
        let spelt = match zone {
            (_, Some(zone)) => {
                as_datetime_with_timezone::<T>(value, zone).map(|t| t.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
            (zoned, None) => as_datetime::<T>(value).map(|t| {
                let mut text = t.and_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true);
                text.truncate(text.len() - usize::from(!zoned));
                text
            }),
        };
        // Beyond the years that chrono counts there is only the number.
        spelt.unwrap_or_else(|| value.to_string())
    };
    Ok(array.iter().map(|cell| cell.map(text)).collect())
}

#[cfg(test)]
mod tests {
    use arrow::array::{
        BooleanArray, Float64Array, Int64Array, ListArray, MapBuilder, StringArray, StringBuilder,
        TimestampMicrosecondArray, UInt64Array,
    };
    use arrow::datatypes::{Field, Int64Type};

    use super::*;

    #[allow(clippy::needless_pass_by_value, reason = "arrays are made in the call")]
    fn read(array: ArrayRef) -> Vec<(String, String)> {
        let column = Column::new(&array).unwrap();
        let one = |row| {
            let (mut text, mut json) = (String::new(), String::new());
            column.text(row, &mut text);
            column.json(row, &mut json);
            (text, json)
        };
        (0..array.len()).map(one).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(text, json)| ((*text).into(), (*json).into())).collect()
    }

    #[test]
    fn numbers_keep_every_digit_and_nan_is_null_in_json() {
        assert_eq!(
            read(Arc::new(UInt64Array::from(vec![u64::MAX]))),
            pairs(&[("18446744073709551615", "18446744073709551615")])
        );
        assert_eq!(
            read(Arc::new(Float64Array::from(vec![Some(-0.1), Some(f64::NAN), Some(f64::NEG_INFINITY), None]))),
            pairs(&[("-0.1", "-0.1"), ("NaN", "null"), ("-inf", "null"), ("", "null")])
        );
        assert_eq!(
            read(Arc::new(BooleanArray::from(vec![true, false]))),
            pairs(&[("true", "true"), ("false", "false")])
        );
    }

    #[test]
    fn times_show_the_digits_that_they_have() {
        let micros = vec![
            Some(1_777_593_600_000_000),
            Some(1_777_593_600_123_000),
            Some(1_777_593_600_123_456),
            Some(-62_135_596_800_000_000),
        ];
        let utc = TimestampMicrosecondArray::from(micros.clone()).with_timezone("UTC");
        let texts = |array: ArrayRef| read(array).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        assert_eq!(
            texts(Arc::new(utc)),
            ["2026-05-01T00:00:00Z", "2026-05-01T00:00:00.123Z", "2026-05-01T00:00:00.123456Z", "0001-01-01T00:00:00Z"]
        );
        let berlin = TimestampMicrosecondArray::from(micros[..1].to_vec()).with_timezone("Europe/Berlin");
        assert_eq!(texts(Arc::new(berlin)), ["2026-05-01T02:00:00+02:00"]);
        assert_eq!(texts(Arc::new(TimestampMicrosecondArray::from(micros[..1].to_vec()))), ["2026-05-01T00:00:00"]);
    }

    #[test]
    fn json_strings_are_exact_and_escape_what_acts_unseen() {
        let text = "a\"\\\n\u{1b}\u{9b}\u{7f}\u{202e}\u{e0041}é🙂";
        let (shown, json) = read(Arc::new(StringArray::from(vec![text]))).remove(0);
        assert_eq!(shown, text);
        assert_eq!(json, r#""a\"\\\n\u001b\u009b\u007f\u202e\udb40\udc41é🙂""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn a_slice_of_a_list_of_structs_reads_its_own_items() {
        let list = ListArray::from_iter_primitive::<Int64Type, _, _>(vec![
            Some(vec![Some(1)]),
            None,
            Some(vec![]),
            Some(vec![Some(2), None]),
        ]);
        let names: ArrayRef = Arc::new(StringArray::from(vec![Some("x"), None, Some("y"), Some("z")]));
        let fields = vec![
            (Arc::new(Field::new("n", DataType::Utf8, true)), names),
            (Arc::new(Field::new("l", list.data_type().clone(), true)), Arc::new(list) as ArrayRef),
        ];
        let rows: ArrayRef = Arc::new(StructArray::from(fields));
        let nested = [r#"{"n":null,"l":null}"#, r#"{"n":"y","l":[]}"#, r#"{"n":"z","l":[2,null]}"#];
        assert_eq!(read(rows.slice(1, 3)), pairs(&nested.map(|json| (json, json))));
    }

    #[test]
    fn a_map_from_texts_is_an_object() {
        let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        for row in [
            Some(&[("a", Some("0"))][..]),
            Some(&[("b", Some("x\"")), ("c", None)]),
            Some(&[]),
            None,
            Some(&[("ip", Some("1")), ("x", Some("y")), ("ip", None), ("ip", Some("2"))]),
        ] {
            for (name, value) in row.unwrap_or_default() {
                maps.keys().append_value(name);
                maps.values().append_option(*value);
            }
            maps.append(row.is_some()).unwrap();
        }
        let maps: ArrayRef = Arc::new(maps.finish());
        let object = r#"{"b":"x\"","c":null}"#;
        assert_eq!(read(maps.slice(1, 3)), pairs(&[(object, object), ("{}", "{}"), ("", "null")]));
        // A name that comes several times keeps all of its values.
        let several = r#"{"ip":["1",null,"2"],"x":"y"}"#;
        assert_eq!(read(maps.slice(4, 1)), pairs(&[(several, several)]));
    }

    #[test]
    fn a_dictionary_reads_as_its_values() {
        let array: ArrayRef = Arc::new(Int64Array::from(vec![7, 7]));
        let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Int64));
        assert_eq!(read(cast(&array, &kind).unwrap()), pairs(&[("7", "7"), ("7", "7")]));
    }
}
