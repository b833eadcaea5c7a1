//! Pseudonyms for people, addresses, devices and tenants, so that a result can be shown outside.
//!
//! What a declared column holds is known from its declaration, whatever it is called in the result; a sensitive one is
//! replaced as a whole. In all other declared text whatever looks like an e-mail address, an IP address or a GUID is
//! replaced, and so is each name of a sensitive column that was seen before. Text that was computed, and text of tables
//! without declarations, is replaced as a whole, because nobody knows what is in it; raw records are left out. Numbers,
//! times and places stay: enough of them can still point to a person, so this makes a result fit for a ticket, not
//! anonymous.
//!
//! A pseudonym is an HMAC of the value: equal values, equal pseudonyms, also across runs with one key, and without the
//! key nobody can try names. IPv4 addresses go to 240.0.0.0/4, which is nobody's, IPv6 addresses to `2001:db8::/32`.

mod forms;
mod known;
mod pseudonym;
mod told;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, StringViewArray, StructArray, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Fields, Schema};
use arrow::error::ArrowError;

use self::known::KnownNames;
use self::pseudonym::Pseudonyms;
use super::cell::Column as Cells;
use crate::engine::{Origin, Origins};
use crate::table::{Column, Edm, Sensitive};

/// What stands in place of a raw record.
const RAW: &str = r#"{"redacted":"raw records are left out"}"#;

/// Gives pseudonyms.
pub struct Redactor {
    pseudonyms: Pseudonyms,
    known: Mutex<KnownNames>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// Pseudonyms by a key of one's own, the same in every run.
    pub fn with_key(key: &[u8]) -> Self {
        Self { pseudonyms: Pseudonyms::with_key(key), known: Mutex::default() }
    }

    /// Pseudonyms of this run alone; `None` if the system has no random numbers.
    pub fn of_this_run() -> Option<Self> {
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).ok()?;
        Some(Self::with_key(&key))
    }

    /// How many names are remembered, once there were more.
    pub fn forgets(&self) -> Option<usize> {
        self.known().forgets.then_some(known::MOST)
    }

    /// The rows with pseudonyms. Columns keep their types, except for JSON values and maps, and their names, except for
    /// texts of the statement in them.
    pub fn rows(&self, batch: &RecordBatch, origins: &Origins) -> Result<RecordBatch, ArrowError> {
        let columns = batch.columns().iter().enumerate();
        // Sensitive columns first: what they hold is looked for in the others.
        let sensitive = columns.clone().map(|(at, column)| match origins.of(at) {
            Origin::Declared(declared) if is_sensitive(declared) => {
                self.column(column, origins.of(at), origins).map(Some)
            }
            _ => Ok(None),
        });
        let sensitive = sensitive.collect::<Result<Vec<_>, _>>()?;
        let columns = columns.zip(sensitive).map(|((at, column), done)| match done {
            Some(done) => Ok(done),
            None => self.column(column, origins.of(at), origins),
        });
        let columns = columns.collect::<Result<Vec<_>, ArrowError>>()?;
        if columns.is_empty() {
            return Ok(batch.clone());
        }
        let schema = batch.schema();
        let names = schema.fields().iter().enumerate().map(|(at, field)| self.name(field.name(), at, origins));
        let fields = names.zip(&columns).map(|(name, column)| Field::new(name, column.data_type().clone(), true));
        RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), columns)
    }

    fn column(&self, array: &ArrayRef, origin: Origin, origins: &Origins) -> Result<ArrayRef, ArrowError> {
        match array.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                let texts = cast(array, &DataType::Utf8View)?;
                let texts = texts.as_string_view().iter().map(|text| text.map(|text| self.text(text, origin, origins)));
                cast(&(Arc::new(texts.collect::<StringViewArray>()) as ArrayRef), array.data_type())
            }
            DataType::Struct(fields) if !fields.is_empty() => self.object(array.as_struct(), fields, origin, origins),
            DataType::List(item) => {
                let list = array.as_list::<i32>();
                let items = self.column(list.values(), origin, origins)?;
                let item = Arc::new(Field::new(item.name(), items.data_type().clone(), true));
                Ok(Arc::new(ListArray::try_new(item, list.offsets().clone(), items, list.nulls().cloned())?))
            }
            kind if kind.is_numeric() || kind.is_temporal() => Ok(Arc::clone(array)),
            DataType::Boolean | DataType::Null => Ok(Arc::clone(array)),
            // Whatever else may hold text is shown as text: what is in it is not told apart.
            _ => {
                let origin = origin.whole();
                let cells = Cells::new(array)?;
                let texts = (0..array.len()).map(|row| {
                    let mut text = String::new();
                    cells.text(row, &mut text);
                    (!cells.is_null(row)).then(|| self.text(&text, origin, origins))
                });
                Ok(Arc::new(texts.collect::<StringViewArray>()))
            }
        }
    }

    fn object(
        &self,
        array: &StructArray,
        fields: &Fields,
        origin: Origin,
        origins: &Origins,
    ) -> Result<ArrayRef, ArrowError> {
        let columns = fields.iter().zip(array.columns()).map(|(field, column)| {
            let origin = origin.field(field.name());
            let column = self.column(column, origin, origins)?;
            let name = self.key(field.name(), origin);
            Ok((Arc::new(Field::new(name, column.data_type().clone(), true)), column))
        });
        let (fields, columns): (Vec<_>, Vec<_>) = columns.collect::<Result<Vec<_>, ArrowError>>()?.into_iter().unzip();
        if columns.is_empty() {
            return Ok(new_null_array(array.data_type(), array.len()));
        }
        Ok(Arc::new(StructArray::try_new(fields.into(), columns, array.nulls().cloned())?))
    }

    /// A text in a column of that origin.
    fn text(&self, text: &str, origin: Origin, origins: &Origins) -> String {
        match origin {
            _ if text.is_empty() => String::new(),
            Origin::Declared(Column { edm: Edm::Raw, .. }) => RAW.into(),
            Origin::Declared(Column { sensitive: Some(kind), .. }) => self.whole(text, *kind),
            Origin::Declared(_) | Origin::Harmless => self.pseudonyms.within(text, &self.known()),
            Origin::Plan => self.pseudonyms.within(&self.without_literals(text, origins), &self.known()),
            Origin::Other => self.computed(text),
        }
    }

    /// The pseudonym of a value, which is remembered if it is a name.
    fn whole(&self, value: &str, kind: Sensitive) -> String {
        let shown = self.pseudonyms.alike(value).unwrap_or_else(|| self.pseudonyms.of(kind.word(), value));
        if kind.is_name() {
            self.known().add(value, &shown);
        }
        shown
    }

    /// The pseudonym of a text that may hold anything. One that is nothing but a known value keeps that value's.
    fn computed(&self, text: &str) -> String {
        let known = self.known().whole(text).map(str::to_owned);
        known.or_else(|| self.pseudonyms.alike(text)).unwrap_or_else(|| self.pseudonyms.of("text", text))
    }

    fn known(&self) -> MutexGuard<'_, KnownNames> {
        // A panic while the lock is held leaves whole entries.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether anything in a column is sensitive.
fn is_sensitive(column: &Column) -> bool {
    column.sensitive.is_some() || column.fields().iter().any(is_sensitive)
}

#[cfg(test)]
mod tests;
