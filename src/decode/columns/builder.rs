//! One column under construction: JSON values in, Arrow arrays out.
//!
//! Every value that is read appends exactly one entry to its column, whatever it is; a value that cannot be what the
//! column says appends NULL and is counted. What is coerced without counting, because services write it that way:
//! numbers and Booleans for text (as they are spelled), digits in quotes and integral decimals for integers, any number
//! for doubles, `"True"` in any case for Booleans, and `""` for the absence of a number, Boolean or instant.

use std::sync::Arc;

use arrow::array::{
    ArrayBuilder as _, ArrayRef, BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, StringViewBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::util::bit_util::get_bit;

use super::conflict::{Conflicts, Oddity};
use super::list::List;
use super::nested::Object;
use super::string_views::{finish_string_views, string_views};
use crate::decode::json::{Broken, Cursor, Token, double, exact_integer, json_of, micros};
use crate::decode::members::members;
use crate::decode::record::Strictness;
use crate::decode::text::{Order, Shown, instant, pairs, shown};
use crate::table::{Codes, Column, Edm};

/// A column under construction.
#[derive(Debug)]
pub(in crate::decode) struct Builder {
    /// Its number among the conflicts.
    number: usize,
    strictness: Strictness,
    codes: Option<&'static Codes>,
    /// The service stores it in lower case. What has been through other hands may come in another, and is the same all the same.
    lower: bool,
    /// Its texts are paths of Azure Resource Manager.
    paths: bool,
    pub(in crate::decode) values: Values,
}

/// The values of a column under construction.
#[derive(Debug)]
pub(in crate::decode) enum Values {
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
    pub(in crate::decode) fn of(
        column: &Column,
        path: &str,
        strictness: Strictness,
        conflicts: &mut Conflicts,
    ) -> Self {
        let lower = strictness == Strictness::Lenient && column.lowered;
        let paths = column.azure_paths;
        Self { codes: column.codes, lower, paths, ..Self::new(&column.edm, path, strictness, conflicts) }
    }

    /// A builder for a type.
    pub(in crate::decode) fn new(edm: &Edm, path: &str, strictness: Strictness, conflicts: &mut Conflicts) -> Self {
        let number = conflicts.add_column(path);
        let values = match edm {
            Edm::Text | Edm::Enum(_) => Values::Text(string_views()),
            Edm::Json | Edm::Raw => Values::Json(string_views()),
            Edm::Bool => Values::Bool(BooleanBuilder::new()),
            Edm::Int32 => Values::Int32(Int32Builder::new()),
            Edm::Int64 => Values::Int64(Int64Builder::new()),
            Edm::Double => Values::Double(Float64Builder::new()),
            Edm::Instant => Values::Instant(TimestampMicrosecondBuilder::new().with_data_type(edm.data_type())),
            Edm::Object(columns) => Values::Object(Box::new(Object::new(columns.iter(), path, strictness, conflicts))),
            Edm::List(item) => Values::List(Box::new(List::new(edm, item, path, strictness, conflicts))),
        };
        Self { number, strictness, codes: None, lower: false, paths: false, values }
    }

    /// Reads one value, whatever it is, and appends it.
    pub(in crate::decode) fn read(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        let taken = match self.strictness {
            Strictness::Exact => self.values.read(cursor, self.codes, conflicts)?,
            Strictness::Lenient => self.read_lenient(cursor, conflicts)?,
        };
        self.settle(taken, conflicts);
        Ok(())
    }

    /// Whether a value under a name that is the column's only by its folded spelling can be meant: Log Analytics has members of
    /// its own that are called like others, such as `Location`, a country, and `ResourceId`, where the log itself belongs to.
    pub(in crate::decode) fn is_meant(&self, value: &[u8]) -> bool {
        let Some(text) = value.strip_prefix(b"\"") else { return true };
        if self.values.is_nested() {
            return is_object_in_text(text);
        }
        self.paths || !(text.starts_with(b"/tenants/") || text.starts_with(b"/subscriptions/"))
    }

    /// Whether an empty text is a value of it.
    pub(in crate::decode) fn takes_empty(&self) -> bool {
        matches!(self.values, Values::Text(_))
    }

    /// Whether all that a string can be to it is its text, as it is.
    #[inline]
    pub(in crate::decode) fn is_of_text(&self) -> bool {
        !self.lower && !matches!(self.values, Values::Object(_) | Values::List(_) | Values::Json(_))
    }

    /// As [`Builder::read`] for a string with this text, or with none.
    #[inline]
    pub(in crate::decode) fn read_text_of(&mut self, text: Option<&str>, conflicts: &mut Conflicts) {
        let lenient = self.strictness == Strictness::Lenient;
        let taken = text.and_then(|text| match &mut self.values {
            values @ Values::Instant(_) if lenient => values.append_instant(text, conflicts.order),
            values => values.append_coded(Scalar::Text(text), self.codes),
        });
        self.settle(taken.is_some(), conflicts);
    }

    /// Appends text that does not stand in the JSON itself, or NULL.
    pub(in crate::decode) fn append(&mut self, text: Option<&str>, conflicts: &mut Conflicts) {
        match text {
            None => self.values.append_null(),
            Some(text) => {
                let taken = match &mut self.values {
                    Values::List(list) => return list.append_one(text, conflicts),
                    values => values.append_coded(Scalar::Text(text), self.codes).is_some(),
                };
                self.settle(taken, conflicts);
            }
        }
    }

    /// Counts a number that the record gives once more, if it is not the one that was appended last. Texts differ in wording.
    pub(in crate::decode) fn compare(&self, text: &str, conflicts: &mut Conflicts) {
        let Values::Int32(values) = &self.values else { return };
        let Some(at) = values.len().checked_sub(1) else { return };
        let kept = values.validity_slice().is_none_or(|valid| get_bit(valid, at));
        let differs = |other: i64| i64::from(values.values_slice()[at]) != other;
        if kept && exact_integer(text.trim().as_bytes()).is_some_and(differs) {
            conflicts.count(self.number, Oddity::Contradicted);
        }
    }

    /// Completes a value that was not taken: NULL, and a conflict.
    #[inline]
    fn settle(&mut self, taken: bool, conflicts: &mut Conflicts) {
        if !taken {
            conflicts.count(self.number, Oddity::Unreadable);
            self.append_absent(conflicts);
        }
    }

    /// Appends what there is without a value: NULL, or an object of what the record holds in place of its fields.
    pub(in crate::decode) fn append_absent(&mut self, conflicts: &mut Conflicts) {
        match &mut self.values {
            Values::Object(object) => object.append_absent(conflicts),
            values => values.append_null(),
        }
    }

    /// Steps over a member that came again in the same object; the first one stands.
    pub(in crate::decode) fn repeated(&self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<(), Broken> {
        conflicts.count(self.number, Oddity::Repeated);
        cursor.skip()?;
        Ok(())
    }

    /// As [`Values::read`], for values that may be nested inside text, single where a list is declared, or dates as people
    /// write them.
    fn read_lenient(&mut self, cursor: &mut Cursor<'_>, conflicts: &mut Conflicts) -> Result<bool, Broken> {
        let first = cursor.peek()?;
        match (&mut self.values, first) {
            (Values::Object(_) | Values::List(_) | Values::Json(_), b'"') => {
                let Token::String(quoted) = cursor.token()? else { return Ok(false) };
                let text = cursor.string_text(quoted, &mut conflicts.scratch).map(str::to_owned);
                text.map_or(Ok(false), |text| self.read_text(&text, conflicts))
            }
            (Values::List(list), first) if !matches!(first, b'[' | b'n') => {
                list.read_one(cursor, conflicts).map(|()| true)
            }
            (Values::Text(values), b'"') if self.lower => {
                let Token::String(quoted) = cursor.token()? else { return Ok(false) };
                let text = cursor.string_text(quoted, &mut conflicts.scratch);
                Ok(text.is_some_and(|text| values.try_append_value(text.to_lowercase()).is_ok()))
            }
            (Values::Instant(_), b'"') => {
                let Token::String(quoted) = cursor.token()? else { return Ok(false) };
                let text = cursor.string_text(quoted, &mut conflicts.scratch);
                Ok(text.and_then(|text| self.values.append_instant(text, conflicts.order)).is_some())
            }
            (Values::Instant(_), b'{') => {
                let start = cursor.skip()?;
                Ok(self.values.append_wrapped(cursor.bytes(start, cursor.at()), conflicts.order).is_some())
            }
            _ => self.values.read(cursor, self.codes, conflicts),
        }
    }

    /// A nested value that came as text: JSON, the parameters of a cmdlet, what PowerShell shows of an object, or nothing.
    fn read_text(&mut self, text: &str, conflicts: &mut Conflicts) -> Result<bool, Broken> {
        let bare = text.trim();
        // Azure's command line writes the null of Python.
        if matches!(bare, "" | "null" | "None") {
            self.append_absent(conflicts);
            return Ok(true);
        }
        let json = match shown(bare, &|name| self.values.has_member(name)) {
            None => json_of(bare).map(str::to_owned).or_else(|| self.values.json_for(bare)),
            Some(shown) => {
                conflicts.count(self.number, Oddity::Cut);
                let Shown::Json(json) = shown else {
                    self.append_absent(conflicts);
                    return Ok(true);
                };
                Some(json)
            }
        };
        match (&mut self.values, json) {
            (Values::Json(values), json) => Ok(values.try_append_value(json.as_deref().unwrap_or(text)).is_ok()),
            (_, None) => Ok(false),
            (_, Some(json)) => self.read_lenient(&mut Cursor::new(json.as_bytes()), conflicts),
        }
    }
}

impl Values {
    /// Reads one value. `false`: it cannot be what the column says, and nothing was appended.
    fn read(
        &mut self,
        cursor: &mut Cursor<'_>,
        codes: Option<&'static Codes>,
        conflicts: &mut Conflicts,
    ) -> Result<bool, Broken> {
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
        Ok(scalar.and_then(|scalar| self.append_coded(scalar, codes)).is_some())
    }

    /// The JSON that a text stands for where a nested value is declared: `-Name "x"` for pairs of name and value, the name
    /// alone for something that has a name, one text for a list of texts.
    fn json_for(&self, text: &str) -> Option<String> {
        match self {
            Self::Object(object) => object.named(text),
            Self::List(list) => match list.item() {
                Self::Object(item) if item.is_pair() => pairs(text),
                Self::Object(_) | Self::List(_) => None,
                _ => Some(serde_json::json!([text]).to_string()),
            },
            _ => None,
        }
    }

    /// Whether an object of this column can have a member of that name; of a pair only the two are known, of any other any.
    fn has_member(&self, name: &str) -> bool {
        match self {
            Self::Object(object) if object.is_pair() => object.has(name),
            Self::List(list) => list.item().has_member(name),
            _ => true,
        }
    }

    /// Whether a record may hold fields of it in members of its own.
    pub(in crate::decode) fn borrows(&self) -> bool {
        matches!(self, Self::Object(object) if object.borrows())
    }

    /// Whether objects are declared.
    pub(in crate::decode) fn is_nested(&self) -> bool {
        match self {
            Self::Object(_) => true,
            Self::List(list) => list.item().is_nested(),
            _ => false,
        }
    }

    /// Appends the instant that a text names. `None`: it names none, and nothing was appended.
    fn append_instant(&mut self, text: &str, order: Option<Order>) -> Option<()> {
        let Self::Instant(values) = self else { return None };
        match text {
            "" => values.append_null(),
            text => values.append_value(micros(text.as_bytes()).or_else(|| instant(text, order))?),
        }
        Some(())
    }

    /// Appends the instant inside of an object, which PowerShell writes for one that it had computed.
    fn append_wrapped(&mut self, object: &[u8], order: Option<Order>) -> Option<()> {
        let members = members(object).ok()?;
        let value = members.iter().find(|member| member.name == "value")?;
        self.append_instant(&value.text()?, order)
    }

    /// Appends a scalar, which may be the number of a name or the name of a number.
    #[inline]
    fn append_coded(&mut self, scalar: Scalar<'_>, codes: Option<&'static Codes>) -> Option<()> {
        let Some(codes) = codes else { return self.append(scalar) };
        match (self, scalar) {
            (Self::Text(values), scalar) => {
                let number = scalar.integer().and_then(|number| i32::try_from(number).ok());
                let name = number.and_then(|number| codes.name_of(number));
                values.try_append_value(name.unwrap_or_else(|| scalar.text())).ok()
            }
            (Self::Int32(values), Scalar::Text(text)) if scalar.integer().is_none() && !text.is_empty() => {
                values.append_value(codes.number_of(text)?);
                Some(())
            }
            (values, scalar) => values.append(scalar),
        }
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

    pub(in crate::decode) fn append_null(&mut self) {
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
    pub(in crate::decode) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(values) | Self::Json(values) => Arc::new(finish_string_views(values)),
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
            Self::Text(text) => micros(text.as_bytes()),
            Self::Number(_) | Self::Bool(_) => None,
        }
    }
}

/// Whether a text may be an object, as JSON or as PowerShell shows one.
pub(super) fn is_object_in_text(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"{")
        || [&b"["[..], b"@{", b"class ", b"System."].iter().any(|begin| text.starts_with(begin))
}
