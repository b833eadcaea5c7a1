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
use super::instant::micros;
use super::lenient::{json_of, spellings, us_instant};
use super::names::{Names, Place, Use};
use super::number::{double, exact_integer};
use super::powershell::pairs;
use super::row::Reading;
use crate::table::{Codes, Column, Edm};

/// A column under construction.
#[derive(Debug)]
pub(super) struct Builder {
    /// Its number among the conflicts.
    number: usize,
    values: Values,
    reading: Reading,
    codes: Option<&'static Codes>,
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
    /// A builder for a column. `path` names it in conflicts.
    pub(super) fn of(column: &Column, path: &str, reading: Reading, conflicts: &mut Conflicts) -> Self {
        Self { codes: column.codes, ..Self::new(&column.edm, path, reading, conflicts) }
    }

    fn new(edm: &Edm, path: &str, reading: Reading, conflicts: &mut Conflicts) -> Self {
        let number = conflicts.add_column(path.to_owned());
        let values = match edm {
            Edm::Text | Edm::Enum(_) => Values::Text(StringViewBuilder::new()),
            Edm::Json | Edm::Raw => Values::Json(StringViewBuilder::new()),
            Edm::Bool => Values::Bool(BooleanBuilder::new()),
            Edm::Int32 => Values::Int32(Int32Builder::new()),
            Edm::Int64 => Values::Int64(Int64Builder::new()),
            Edm::Double => Values::Double(Float64Builder::new()),
            Edm::Instant => Values::Instant(TimestampMicrosecondBuilder::new().with_data_type(edm.data_type())),
            Edm::Object(columns) => Values::Object(Box::new(Object::new(columns.iter(), path, reading, conflicts))),
            Edm::List(item) => Values::List(Box::new(List::new(edm, item, path, reading, conflicts))),
        };
        Self { number, values, reading, codes: None }
    }

    /// Reads one value, whatever it is, and appends it.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        if let Values::Json(json) = &mut self.values {
            let start = cursor.skip()?;
            let taken = append_json(json, cursor.text(start, cursor.at()), self.reading);
            self.settle(taken, conflicts);
            return Ok(());
        }
        let start = cursor.at();
        let token = cursor.token()?;
        if self.reading == Reading::Lenient && self.values.is_nested() {
            match token {
                Token::Null | Token::Array => {}
                Token::Object if matches!(self.values, Values::Object(_)) => {}
                Token::String(quoted) => {
                    let text = cursor.string_text(quoted, &mut conflicts.scratch).map(str::to_owned);
                    return self.read_text(text.as_deref(), conflicts);
                }
                _ => {
                    let mut one = cursor.fork(start);
                    self.read_one(&mut one, conflicts)?;
                    *cursor = cursor.fork(one.at());
                    return Ok(());
                }
            }
        }
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
        let taken = scalar.and_then(|scalar| self.append(scalar));
        self.settle(taken, conflicts);
        Ok(())
    }

    /// Appends text that is not out of the JSON itself, or NULL.
    pub(super) fn take(&mut self, text: Option<&str>, conflicts: &mut Conflicts) {
        match text {
            None => self.append_null(),
            Some(text) => {
                let taken = self.append(Scalar::Text(text));
                self.settle(taken, conflicts);
            }
        }
    }

    #[inline]
    fn append(&mut self, scalar: Scalar<'_>) -> Option<()> {
        match (self.codes, self.reading) {
            (None, Reading::Exact) => self.values.append(scalar),
            _ => self.append_lenient(scalar),
        }
    }

    /// A number for a name, a name for a number, and instants as Americans write them.
    fn append_lenient(&mut self, scalar: Scalar<'_>) -> Option<()> {
        match (scalar, self.codes, &mut self.values) {
            (Scalar::Number(text) | Scalar::Text(text), Some(codes), Values::Text(values)) => {
                let name = integer::<i32>(scalar).flatten().and_then(|number| codes.name_of(number));
                values.try_append_value(name.unwrap_or(text)).ok()
            }
            (Scalar::Text(text), Some(codes), Values::Int32(values)) => {
                let number = integer(scalar).or_else(|| codes.number_of(text).map(Some))?;
                values.append_option(number);
                Some(())
            }
            (Scalar::Text(text), _, Values::Instant(values)) if self.reading == Reading::Lenient => {
                values.append_option(time(scalar).or_else(|| us_instant(text).map(Some))?);
                Some(())
            }
            _ => self.values.append(scalar),
        }
    }

    /// A nested value that came as text: JSON, the parameters of a cmdlet, or nothing.
    fn read_text(&mut self, text: Option<&str>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        let trimmed = text.map(str::trim);
        if matches!(trimmed, Some("" | "null")) {
            self.append_null();
            return Ok(());
        }
        if let Some(json) = trimmed.and_then(json_of) {
            return self.read(&mut Cursor::new(json.as_bytes()), conflicts);
        }
        let Some(json) = trimmed.and_then(|text| self.values.as_json(text)) else {
            self.settle(None, conflicts);
            return Ok(());
        };
        self.read(&mut Cursor::new(json.as_bytes()), conflicts)
    }

    /// A single value where a list is declared: a list of one.
    fn read_one(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        match &mut self.values {
            Values::List(list) => list.read_one(cursor, conflicts),
            _ => {
                cursor.skip()?;
                self.settle(None, conflicts);
                Ok(())
            }
        }
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
    fn is_nested(&self) -> bool {
        matches!(self, Self::Object(_) | Self::List(_))
    }

    /// The JSON that a text stands for where a nested value is declared: `-Name "x"` for pairs of name and value, the name
    /// alone for something that has a name, one text for a list of texts.
    fn as_json(&self, text: &str) -> Option<String> {
        match self {
            Self::Object(object) => object.named_json(text),
            Self::List(list) => match &list.items.values {
                Self::Object(item) if item.is_pair() => pairs(text),
                Self::Object(_) | Self::List(_) => None,
                _ => Some(serde_json::json!([text]).to_string()),
            },
            _ => None,
        }
    }

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

fn append_json(values: &mut StringViewBuilder, text: Option<&str>, reading: Reading) -> Option<()> {
    match text? {
        "null" => values.append_null(),
        text if reading == Reading::Lenient && text.starts_with('"') => {
            let inner: Option<String> = serde_json::from_str(text).ok();
            let inner = inner.as_deref().map(str::trim);
            match inner {
                Some("") => values.append_null(),
                inner => values.try_append_value(inner.and_then(json_of).unwrap_or(text)).ok()?,
            }
        }
        text => values.try_append_value(text).ok()?,
    }
    Some(())
}

fn time(scalar: Scalar<'_>) -> Option<Option<i64>> {
    match scalar {
        Scalar::Text("") => Some(None),
        Scalar::Text(text) => micros(text.as_bytes()).map(Some),
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
    /// Values under other spellings of a column's name, to be used if there is none under the name itself.
    others: Vec<Option<Other>>,
    /// Places of values in the record that derived columns are made of.
    notes: Vec<Option<(usize, usize)>>,
    reading: Reading,
    validity: NullBufferBuilder,
}

/// The best value of a column under another spelling of its name.
#[derive(Debug, Clone, Copy)]
struct Other {
    rank: usize,
    start: usize,
}

impl Object {
    /// A builder for the fields of the object at `path`, which is empty for a record.
    pub(super) fn new<'c>(
        columns: impl Iterator<Item = &'c Column> + Clone,
        path: &str,
        reading: Reading,
        conflicts: &mut Conflicts,
    ) -> Self {
        let dot = if path.is_empty() { "" } else { "." };
        let builders: Vec<Builder> = columns
            .clone()
            .map(|column| Builder::of(column, &format!("{path}{dot}{}", column.name), reading, conflicts))
            .collect();
        let mut names = Names::new(columns.clone().map(|column| column.wire));
        if reading == Reading::Lenient {
            spellings(columns.clone(), |name, field, rank| names.spell(name, field, rank));
        }
        Self {
            fields: columns.map(Column::field).collect(),
            names,
            filled: vec![false; builders.len()],
            others: vec![None; builders.len()],
            notes: Vec::new(),
            columns: builders,
            reading,
            validity: NullBufferBuilder::new(0),
        }
    }

    /// Notes where the values of these members are.
    pub(super) fn note(&mut self, members: &[&str]) {
        members.iter().enumerate().for_each(|(place, name)| self.names.note(name, place));
        self.notes = vec![None; members.len()];
    }

    /// Where the values are that were to be noted, in the object read last.
    pub(super) fn notes(&self) -> &[Option<(usize, usize)>] {
        &self.notes
    }

    /// Reads the object at whose opening brace the cursor stands.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        self.filled.fill(false);
        self.notes.fill(None);
        let mut place = Place::default();
        let mut more = cursor.enter(b'}')?;
        while more {
            let used = self.next_member(&mut place, cursor, conflicts)?;
            self.value(used, cursor, conflicts)?;
            more = cursor.more(b'}')?;
        }
        for at in 0..self.columns.len() {
            match self.others[at].take() {
                _ if self.filled[at] => {}
                None => self.columns[at].append_null(),
                Some(other) => self.columns[at].read(&mut cursor.fork(other.start), conflicts)?,
            }
        }
        self.validity.append_non_null();
        Ok(())
    }

    /// Reads the value of a member.
    #[inline]
    fn value(&mut self, used: Use, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        let absent = self.reading == Reading::Lenient && cursor.peek()? == b'n';
        let start = cursor.at();
        match used.field {
            Some((at, 0)) if !self.filled[at] && !absent => {
                self.filled[at] = true;
                self.columns[at].read(cursor, conflicts)?;
            }
            Some((at, 0)) if !absent => {
                cursor.skip()?;
                self.columns[at].repeated(conflicts);
            }
            Some((at, rank)) if !absent => {
                let start = cursor.skip()?;
                let better = self.others[at].is_none_or(|other| rank < other.rank);
                // Exports leave twins empty.
                if better && cursor.bytes(start, cursor.at()) != b"\"\"" {
                    self.others[at] = Some(Other { rank, start });
                }
            }
            _ => cursor.skip().map(|_| ())?,
        }
        if let Some(note) = used.note {
            self.notes[note].get_or_insert((start, cursor.at()));
        }
        Ok(())
    }

    /// Whether it is a pair of name and value.
    fn is_pair(&self) -> bool {
        let names: Vec<&str> = self.fields.iter().map(|field| field.name().as_str()).collect();
        names == ["name", "value"]
    }

    /// An object that has this name alone, if its first field is a name.
    fn named_json(&self, name: &str) -> Option<String> {
        let first = self.fields.first().filter(|field| field.name() == "name");
        first.map(|_| serde_json::json!({ "Name": name }).to_string())
    }

    /// What the next member is for; the cursor is before its value.
    #[inline]
    fn next_member(
        &mut self,
        place: &mut Place,
        cursor: &mut Cursor<'_>,
        conflicts: &mut Conflicts,
    ) -> Result<Use, Broken> {
        let name = cursor.name()?;
        if !name.escaped {
            return Ok(self.names.find(place, cursor.bytes(name.start, name.end)));
        }
        let name = cursor.string_text(name, &mut conflicts.scratch);
        Ok(name.map_or_else(Use::default, |name| self.names.find(place, name.as_bytes())))
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
    fn new(list: &Edm, item: &Edm, path: &str, reading: Reading, conflicts: &mut Conflicts) -> Self {
        let DataType::List(field) = list.data_type() else { unreachable!("a collection is a list in Arrow") };
        Self {
            item: field,
            items: Builder::new(item, &format!("{path}[]"), reading, conflicts),
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

    /// Reads the value at which the cursor stands as the only item of a list.
    fn read_one(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        self.items.read(cursor, conflicts)?;
        self.ends.push(self.end() + 1);
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
