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
use super::texts::{finish_texts, texts};
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
            Edm::Text | Edm::Enum(_) => Values::Text(texts()),
            Edm::Json | Edm::Raw => Values::Json(texts()),
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
        if !self.values.read(cursor, conflicts)? {
            conflicts.count(self.number);
            self.values.append_null();
        }
        Ok(())
    }

    /// Steps over a member that came again in the same object; the first one stands.
    fn repeated(&self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        conflicts.count(self.number);
        cursor.skip()?;
        Ok(())
    }
}

impl Values {
    /// Reads one value. `false`: it cannot be what the column says, and nothing was appended.
    fn read(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<bool, Broken> {
        if let Self::Json(values) = self {
            let start = cursor.skip()?;
            return Ok(append_json(values, cursor.text(start, cursor.at())).is_some());
        }
        let scalar = match (cursor.token()?, &mut *self) {
            (Token::Null, values) => {
                values.append_null();
                return Ok(true);
            }
            (Token::Object, Self::Object(object)) => return object.read(cursor, conflicts).map(|()| true),
            (Token::Array, Self::List(list)) => return list.read(cursor, conflicts).map(|()| true),
            (Token::Object | Token::Array, _) => return cursor.skip().map(|_| false),
            (Token::Bool(truth), _) => Some(Scalar::Bool(truth)),
            (Token::Number(start, end), _) => cursor.text(start, end).map(Scalar::Number),
            (Token::String(quoted), _) => cursor.string_text(quoted, &mut conflicts.scratch).map(Scalar::Text),
        };
        Ok(scalar.and_then(|scalar| self.append(scalar)).is_some())
    }

    /// Appends a scalar. `None`: it cannot be what the column says, and nothing was appended.
    #[inline]
    fn append(&mut self, scalar: Scalar<'_>) -> Option<()> {
        match self {
            Self::Text(values) => values.try_append_value(scalar.text()).ok()?,
            Self::Json(_) | Self::Object(_) | Self::List(_) => return None,
            _ if matches!(scalar, Scalar::Text("")) => self.append_null(),
            Self::Bool(values) => values.append_value(scalar.boolean()?),
            Self::Int32(values) => values.append_value(scalar.integer()?.try_into().ok()?),
            Self::Int64(values) => values.append_value(scalar.integer()?),
            Self::Double(values) => values.append_value(double(scalar.digits()?)?),
            Self::Instant(values) => values.append_value(scalar.instant()?),
        }
        Some(())
    }

    fn append_null(&mut self) {
        match self {
            Self::Text(values) | Self::Json(values) => values.append_null(),
            Self::Bool(values) => values.append_null(),
            Self::Int32(values) => values.append_null(),
            Self::Int64(values) => values.append_null(),
            Self::Double(values) => values.append_null(),
            Self::Instant(values) => values.append_null(),
            Self::Object(object) => object.append_null(),
            Self::List(list) => list.append_null(),
        }
    }

    /// The values so far; none are left.
    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(values) | Self::Json(values) => Arc::new(finish_texts(values)),
            Self::Bool(values) => Arc::new(values.finish()),
            Self::Int32(values) => Arc::new(values.finish()),
            Self::Int64(values) => Arc::new(values.finish()),
            Self::Double(values) => Arc::new(values.finish()),
            Self::Instant(values) => Arc::new(values.finish()),
            Self::Object(object) => Arc::new(object.finish()),
            Self::List(list) => Arc::new(list.finish()),
        }
    }
}

fn append_json(values: &mut StringViewBuilder, text: Option<&str>) -> Option<()> {
    match text? {
        "null" => values.append_null(),
        text => values.try_append_value(text).ok()?,
    }
    Some(())
}

impl<'a> Scalar<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
        }
    }

    fn boolean(self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(truth),
            Self::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Self::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            Self::Text(_) | Self::Number(_) => None,
        }
    }

    fn digits(self) -> Option<&'a str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Bool(_) => None,
        }
    }

    fn integer(self) -> Option<i64> {
        exact_integer(self.digits()?.as_bytes())
    }

    fn instant(self) -> Option<i64> {
        match self {
            Self::Text(text) => instant(text.as_bytes()),
            Self::Number(_) | Self::Bool(_) => None,
        }
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
                None => {
                    cursor.skip()?;
                }
                Some(at) if self.filled[at] => self.columns[at].repeated(cursor, conflicts)?,
                Some(at) => {
                    self.filled[at] = true;
                    self.columns[at].read(cursor, conflicts)?;
                }
            }
            more = cursor.more(b'}')?;
        }
        let absent = self.columns.iter_mut().zip(&self.filled).filter(|(_, filled)| !**filled);
        absent.for_each(|(column, _)| column.values.append_null());
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
        self.columns.iter_mut().for_each(|column| column.values.append_null());
        self.validity.append_null();
    }

    /// The columns so far, without the validity of the objects themselves; all are empty afterwards.
    pub(super) fn finish_columns(&mut self) -> Vec<ArrayRef> {
        self.validity = NullBufferBuilder::new(0);
        self.columns.iter_mut().map(|column| column.values.finish()).collect()
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
        ListArray::try_new(self.item.clone(), offsets, self.items.values.finish(), self.validity.finish())
            .expect("the ends of lists ascend and the last is the number of items")
    }
}
