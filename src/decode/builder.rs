//! One column under construction: JSON values in, Arrow arrays out.
//!
//! Every value that is read appends exactly one entry to its column, whatever it is; a value that cannot be what the
//! column says appends NULL and is counted. What is coerced without counting, because services write it that way:
//! numbers and Booleans for text (as they are spelled), digits in quotes and integral decimals for integers, any number
//! for doubles, `"True"` in any case for Booleans, and `""` for the absence of a number, Boolean or instant.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, ListArray, NullBufferBuilder,
    StringViewBuilder, StructArray, TimestampMicrosecondBuilder,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, FieldRef, Fields};

use super::conflict::Conflicts;
use super::cursor::{Broken, Cursor, Token};
use super::instant::instant;
use super::names::{Names, Place};
use super::number::{double, exact_integer};
use crate::table::{Column, Edm};

/// A column under construction.
#[derive(Debug)]
pub(super) struct Builder {
    /// Its number among the conflicts.
    number: usize,
    values: Values,
}

#[derive(Debug)]
enum Values {
    Text(StringViewBuilder),
    Json(StringViewBuilder),
    Bool(BooleanBuilder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Double(Float64Builder),
    Instant(TimestampMicrosecondBuilder),
    Object(Box<Object>),
    List(Box<List>),
}

/// A scalar that is not null.
#[derive(Debug, Clone, Copy)]
enum Scalar<'a> {
    Bool(bool),
    Number(&'a str),
    Text(&'a str),
}

impl Builder {
    /// A builder for a type. `path` names it in conflicts.
    pub(super) fn new(edm: &Edm, path: &str, conflicts: &mut Conflicts) -> Self {
        let number = conflicts.add_column(path.to_owned());
        let values = match edm {
            Edm::Text | Edm::Enum(_) => Values::Text(StringViewBuilder::new()),
            Edm::Json | Edm::Raw => Values::Json(StringViewBuilder::new()),
            Edm::Bool => Values::Bool(BooleanBuilder::new()),
            Edm::Int32 => Values::Int32(Int32Builder::new()),
            Edm::Int64 => Values::Int64(Int64Builder::new()),
            Edm::Double => Values::Double(Float64Builder::new()),
            Edm::Instant => Values::Instant(TimestampMicrosecondBuilder::new().with_data_type(edm.data_type())),
            Edm::Object(columns) => Values::Object(Box::new(Object::new(columns.iter(), path, conflicts))),
            Edm::List(item) => Values::List(Box::new(List::new(edm, item, path, conflicts))),
        };
        Self { number, values }
    }

    /// Reads one value, whatever it is, and appends it.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        if let Values::Json(json) = &mut self.values {
            let start = cursor.skip()?;
            let taken = append_json(json, cursor.text(start, cursor.at()));
            self.settle(taken, conflicts);
            return Ok(());
        }
        let token = cursor.token()?;
        let scalar = match (token, &mut self.values) {
            (Token::Null, _) => {
                self.append_null();
                return Ok(());
            }
            (Token::Object, Values::Object(object)) => return object.read(cursor, conflicts),
            (Token::Array, Values::List(list)) => return list.read(cursor, conflicts),
            (Token::Object | Token::Array, _) => cursor.skip().map(|_| None)?,
            (Token::Bool(truth), _) => Some(Scalar::Bool(truth)),
            (Token::Number(start, end), _) => cursor.text(start, end).map(Scalar::Number),
            (Token::String(quoted), _) => cursor.string_text(quoted, &mut conflicts.scratch).map(Scalar::Text),
        };
        let taken = scalar.and_then(|scalar| self.values.append(scalar));
        self.settle(taken, conflicts);
        Ok(())
    }

    /// Completes a value that was not taken: NULL, and a conflict.
    #[inline]
    fn settle(&mut self, taken: Option<()>, conflicts: &mut Conflicts) {
        if taken.is_none() {
            conflicts.count(self.number);
            self.append_null();
        }
    }

    /// Counts a member that came again in the same object. The first one stands.
    fn repeated(&self, conflicts: &mut Conflicts) {
        conflicts.count(self.number);
    }

    pub(super) fn append_null(&mut self) {
        match &mut self.values {
            Values::Text(values) | Values::Json(values) => values.append_null(),
            Values::Bool(values) => values.append_null(),
            Values::Int32(values) => values.append_null(),
            Values::Int64(values) => values.append_null(),
            Values::Double(values) => values.append_null(),
            Values::Instant(values) => values.append_null(),
            Values::Object(object) => object.append_null(),
            Values::List(list) => list.append_null(),
        }
    }

    /// The values so far; the builder is empty afterwards.
    pub(super) fn finish(&mut self) -> ArrayRef {
        match &mut self.values {
            Values::Text(values) | Values::Json(values) => Arc::new(values.finish()),
            Values::Bool(values) => Arc::new(values.finish()),
            Values::Int32(values) => Arc::new(values.finish()),
            Values::Int64(values) => Arc::new(values.finish()),
            Values::Double(values) => Arc::new(values.finish()),
            Values::Instant(values) => Arc::new(values.finish()),
            Values::Object(object) => Arc::new(object.finish()),
            Values::List(list) => Arc::new(list.finish()),
        }
    }
}

impl Values {
    /// Appends a scalar. `None`: it cannot be what the column says, and nothing was appended.
    #[inline]
    fn append(&mut self, scalar: Scalar<'_>) -> Option<()> {
        match self {
            Self::Text(values) => append_text(values, scalar),
            Self::Bool(values) => boolean(scalar).map(|v| values.append_option(v)),
            Self::Int32(values) => integer(scalar).map(|v| values.append_option(v)),
            Self::Int64(values) => integer(scalar).map(|v| values.append_option(v)),
            Self::Double(values) => number(scalar, double).map(|v| values.append_option(v)),
            Self::Instant(values) => time(scalar).map(|v| values.append_option(v)),
            Self::Json(_) | Self::Object(_) | Self::List(_) => None,
        }
    }
}

fn append_text(values: &mut StringViewBuilder, scalar: Scalar<'_>) -> Option<()> {
    let text = match scalar {
        Scalar::Text(text) | Scalar::Number(text) => text,
        Scalar::Bool(true) => "true",
        Scalar::Bool(false) => "false",
    };
    values.try_append_value(text).ok()
}

fn append_json(values: &mut StringViewBuilder, text: Option<&str>) -> Option<()> {
    match text? {
        "null" => values.append_null(),
        text => values.try_append_value(text).ok()?,
    }
    Some(())
}

fn time(scalar: Scalar<'_>) -> Option<Option<i64>> {
    match scalar {
        Scalar::Text("") => Some(None),
        Scalar::Text(text) => instant(text.as_bytes()).map(Some),
        Scalar::Bool(_) | Scalar::Number(_) => None,
    }
}

fn boolean(scalar: Scalar<'_>) -> Option<Option<bool>> {
    match scalar {
        Scalar::Bool(truth) => Some(Some(truth)),
        Scalar::Text("") => Some(None),
        Scalar::Text(text) if text.eq_ignore_ascii_case("true") => Some(Some(true)),
        Scalar::Text(text) if text.eq_ignore_ascii_case("false") => Some(Some(false)),
        Scalar::Text(_) | Scalar::Number(_) => None,
    }
}

fn integer<T: TryFrom<i64>>(scalar: Scalar<'_>) -> Option<Option<T>> {
    number(scalar, |text| exact_integer(text.as_bytes()).and_then(|n| n.try_into().ok()))
}

fn number<T>(scalar: Scalar<'_>, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match scalar {
        Scalar::Text("") => Some(None),
        Scalar::Text(text) | Scalar::Number(text) => parse(text).map(Some),
        Scalar::Bool(_) => None,
    }
}

/// A struct column under construction; a record is one too.
#[derive(Debug)]
pub(super) struct Object {
    fields: Fields,
    names: Names,
    columns: Vec<Builder>,
    /// Which columns have got their value from the object that is being read.
    filled: Vec<bool>,
    validity: NullBufferBuilder,
}

impl Object {
    /// A builder for the fields of the object at `path`, which is empty for a record.
    pub(super) fn new<'c>(
        columns: impl Iterator<Item = &'c Column> + Clone,
        path: &str,
        conflicts: &mut Conflicts,
    ) -> Self {
        let dot = if path.is_empty() { "" } else { "." };
        let builders: Vec<Builder> = columns
            .clone()
            .map(|column| Builder::new(&column.edm, &format!("{path}{dot}{}", column.name), conflicts))
            .collect();
        Self {
            fields: columns.clone().map(Column::field).collect(),
            names: Names::new(columns.map(|column| column.wire)),
            filled: vec![false; builders.len()],
            columns: builders,
            validity: NullBufferBuilder::new(0),
        }
    }

    /// Reads the object at whose opening brace the cursor stands.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        self.filled.fill(false);
        let mut place = Place::default();
        let mut more = cursor.enter(b'}')?;
        while more {
            match self.next_member(&mut place, cursor, conflicts)? {
                None => cursor.skip().map(|_| ())?,
                Some(at) if self.filled[at] => {
                    cursor.skip()?;
                    self.columns[at].repeated(conflicts);
                }
                Some(at) => {
                    self.filled[at] = true;
                    self.columns[at].read(cursor, conflicts)?;
                }
            }
            more = cursor.more(b'}')?;
        }
        let absent = self.columns.iter_mut().zip(&self.filled).filter(|(_, filled)| !**filled);
        absent.for_each(|(column, _)| column.append_null());
        self.validity.append_non_null();
        Ok(())
    }

    /// The field that the next member fills, if any; the cursor is at its value.
    #[inline]
    fn next_member(
        &mut self,
        place: &mut Place,
        cursor: &mut Cursor<'_>,
        conflicts: &mut Conflicts,
    ) -> Result<Option<usize>, Broken> {
        let name = cursor.name()?;
        if !name.escaped {
            return Ok(self.names.find(place, cursor.bytes(name.start, name.end)));
        }
        let name = cursor.string_text(name, &mut conflicts.scratch);
        Ok(name.and_then(|name| self.names.find(place, name.as_bytes())))
    }

    fn append_null(&mut self) {
        self.columns.iter_mut().for_each(Builder::append_null);
        self.validity.append_null();
    }

    /// The columns so far, without the validity of the objects themselves; all are empty afterwards.
    pub(super) fn finish_columns(&mut self) -> Vec<ArrayRef> {
        self.validity = NullBufferBuilder::new(0);
        self.columns.iter_mut().map(Builder::finish).collect()
    }

    fn finish(&mut self) -> StructArray {
        let (length, validity) = (self.validity.len(), self.validity.finish());
        StructArray::try_new_with_length(self.fields.clone(), self.finish_columns(), validity, length)
            .expect("every value appended one entry to each column of its declared type")
    }
}

/// A list column under construction.
#[derive(Debug)]
struct List {
    item: FieldRef,
    items: Builder,
    /// Where each list ends among the items; the first entry is where the first begins.
    ends: Vec<i32>,
    validity: NullBufferBuilder,
}

impl List {
    fn new(list: &Edm, item: &Edm, path: &str, conflicts: &mut Conflicts) -> Self {
        let DataType::List(field) = list.data_type() else { unreachable!("a collection is a list in Arrow") };
        Self {
            item: field,
            items: Builder::new(item, &format!("{path}[]"), conflicts),
            ends: vec![0],
            validity: NullBufferBuilder::new(0),
        }
    }

    /// Reads the list at whose opening bracket the cursor stands.
    fn read(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        let mut end = self.end();
        let mut more = cursor.enter(b']')?;
        while more {
            self.items.read(cursor, conflicts)?;
            end += 1;
            more = cursor.more(b']')?;
        }
        self.ends.push(end);
        self.validity.append_non_null();
        Ok(())
    }

    fn append_null(&mut self) {
        self.ends.push(self.end());
        self.validity.append_null();
    }

    /// Items so far. They fit, because a batch is made of less than `i32::MAX` bytes (see `row`).
    fn end(&self) -> i32 {
        self.ends.last().copied().unwrap_or_default()
    }

    fn finish(&mut self) -> ListArray {
        let ends = std::mem::replace(&mut self.ends, vec![0]);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
        ListArray::try_new(self.item.clone(), offsets, self.items.finish(), self.validity.finish())
            .expect("the ends of lists ascend and the last is the number of items")
    }
}
