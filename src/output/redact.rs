//! Pseudonyms for people, addresses and tenants, so that a result can be shown outside.
//!
//! What a declared column holds is known from its declaration, whatever it is called in the result. In all other text
//! whatever looks like an e-mail address, an IP address or a GUID is replaced, and so is each value of a declared column
//! that was seen before. Text that was computed, and text of tables without declarations, is replaced as a whole, because
//! nobody knows what is in it; raw records are left out. Numbers, times and places stay: enough of them can still point
//! to a person, so this makes a result fit for a ticket, not anonymous.
//!
//! A pseudonym is an HMAC of the value: equal values, equal pseudonyms, also across runs with one key, and without the
//! key nobody can try names. The documentation's IPv4 ranges have too few addresses to keep values apart, so 240.0.0.0/4
//! is used, which is nobody's; IPv6 addresses go to `2001:db8::/32`.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, StringViewArray, StructArray, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Fields, Schema};
use arrow::error::ArrowError;
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};

use super::cell::Column as Cells;
use crate::engine::Origin;
use crate::table::{Column, Edm, Sensitive};

/// What stands in place of a raw record.
const RAW: &str = r#"{"redacted":"raw records are left out"}"#;
/// Values of declared columns that are looked for in other text.
const MOST_KNOWN: usize = 100_000;
/// A shorter value is found in too much.
const SHORTEST_KNOWN: usize = 4;

/// Gives pseudonyms.
pub struct Redactor {
    key: Key,
    known: Mutex<Known>,
}

/// Values of declared columns with their pseudonyms, by their first bytes, the longest first.
#[derive(Default)]
struct Known {
    by_head: HashMap<[u8; SHORTEST_KNOWN], Vec<(String, String)>>,
    len: usize,
}

impl Known {
    /// The longest value that a text begins with.
    fn at(&self, text: &str) -> Option<(&str, &str)> {
        let values = self.by_head.get(text.as_bytes().first_chunk()?)?;
        values.iter().find(|(value, _)| text.starts_with(value)).map(|(value, shown)| (value.as_str(), shown.as_str()))
    }

    fn add(&mut self, value: &str, shown: &str) {
        let Some(head) = value.as_bytes().first_chunk().filter(|_| self.len < MOST_KNOWN) else { return };
        let values = self.by_head.entry(*head).or_default();
        if let Err(place) = values.binary_search_by_key(&(Reverse(value.len()), value), |(v, _)| (Reverse(v.len()), v))
        {
            values.insert(place, (value.to_owned(), shown.to_owned()));
            self.len += 1;
        }
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// Pseudonyms by a key of one's own, the same in every run.
    pub fn with_key(key: &[u8]) -> Self {
        Self { key: Key::new(HMAC_SHA256, key), known: Mutex::default() }
    }

    /// Pseudonyms of this run alone; `None` if the system has no random numbers.
    pub fn of_this_run() -> Option<Self> {
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).ok()?;
        Some(Self::with_key(&key))
    }

    /// The rows with pseudonyms. Columns keep their names and, except for JSON values and maps, their types.
    pub fn rows(&self, batch: &RecordBatch, origins: &[Origin]) -> Result<RecordBatch, ArrowError> {
        let origin = |at: usize| origins.get(at).copied().unwrap_or(Origin::Other);
        let columns = batch.columns().iter().enumerate();
        // Declared columns first: what they hold is looked for in the others.
        let declared = columns.clone().map(|(at, column)| match origin(at) {
            Origin::Declared(declared) if declared.sensitive.is_some() => self.column(column, origin(at)).map(Some),
            _ => Ok(None),
        });
        let declared = declared.collect::<Result<Vec<_>, _>>()?;
        let columns = columns.zip(declared).map(|((at, column), done)| match done {
            Some(done) => Ok(done),
            None => self.column(column, origin(at)),
        });
        let columns = columns.collect::<Result<Vec<_>, ArrowError>>()?;
        let fields = batch
            .schema()
            .fields()
            .iter()
            .zip(&columns)
            .map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true))
            .collect::<Vec<_>>();
        if columns.is_empty() {
            return Ok(batch.clone());
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
    }

    fn column(&self, array: &ArrayRef, origin: Origin) -> Result<ArrayRef, ArrowError> {
        match array.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                let texts = cast(array, &DataType::Utf8View)?;
                let texts = texts.as_string_view().iter().map(|text| text.map(|text| self.text(text, origin)));
                cast(&(Arc::new(texts.collect::<StringViewArray>()) as ArrayRef), array.data_type())
            }
            DataType::Struct(fields) if !fields.is_empty() => self.object(array.as_struct(), fields, origin),
            DataType::List(item) => {
                let list = array.as_list::<i32>();
                let items = self.column(list.values(), origin)?;
                let item = Arc::new(Field::new(item.name(), items.data_type().clone(), true));
                Ok(Arc::new(ListArray::try_new(item, list.offsets().clone(), items, list.nulls().cloned())?))
            }
            kind if kind.is_numeric() || kind.is_temporal() => Ok(Arc::clone(array)),
            DataType::Boolean | DataType::Null => Ok(Arc::clone(array)),
            // Whatever else may hold text is shown as text.
            _ => {
                let cells = Cells::new(array)?;
                let texts = (0..array.len()).map(|row| {
                    let mut text = String::new();
                    cells.text(row, &mut text);
                    (!cells.is_null(row)).then(|| self.text(&text, origin))
                });
                Ok(Arc::new(texts.collect::<StringViewArray>()))
            }
        }
    }

    fn object(&self, array: &StructArray, fields: &Fields, origin: Origin) -> Result<ArrayRef, ArrowError> {
        let columns = fields.iter().zip(array.columns()).map(|(field, column)| {
            let origin = match origin {
                Origin::Declared(above) => field_of(above, field.name()),
                other => other,
            };
            let column = self.column(column, origin)?;
            Ok((Arc::new(Field::new(field.name(), column.data_type().clone(), true)), column))
        });
        let (fields, columns): (Vec<_>, Vec<_>) = columns.collect::<Result<Vec<_>, ArrowError>>()?.into_iter().unzip();
        if columns.is_empty() {
            return Ok(new_null_array(array.data_type(), array.len()));
        }
        Ok(Arc::new(StructArray::try_new(fields.into(), columns, array.nulls().cloned())?))
    }

    /// A text in a column of that origin.
    fn text(&self, text: &str, origin: Origin) -> String {
        match origin {
            _ if text.is_empty() => String::new(),
            Origin::Declared(Column { edm: Edm::Raw, .. }) => RAW.into(),
            Origin::Declared(Column { sensitive: Some(kind), .. }) => self.whole(text, *kind),
            Origin::Declared(_) | Origin::Literal => self.within(text),
            Origin::Other => {
                let shown = self.within(text);
                if self.is_alike(text) { shown } else { format!("text-{}", self.mark(text)) }
            }
        }
    }

    /// Whether a text is nothing but one value of a known form, which keeps its form.
    fn is_alike(&self, text: &str) -> bool {
        text.parse::<IpAddr>().is_ok()
            || is_guid(text.as_bytes())
            || is_address(text)
            || self.known().at(text).is_some_and(|(value, _)| value == text)
    }

    /// The pseudonym of a value, which is remembered.
    fn whole(&self, value: &str, kind: Sensitive) -> String {
        let shown = self.within_pattern(value);
        let alike = value.parse::<IpAddr>().is_ok() || is_guid(value.as_bytes()) || is_address(value);
        let shown = if alike { shown } else { format!("{}-{}", kind.word(), self.mark(value)) };
        self.known().add(value, &shown);
        shown
    }

    /// A text with what it holds of known values and of known forms replaced.
    fn within(&self, text: &str) -> String {
        let known = self.known();
        let mut out = String::with_capacity(text.len());
        let (mut from, mut at) = (0, 0);
        while let Some(rest) = text.get(at..).filter(|rest| rest.len() >= SHORTEST_KNOWN) {
            if let Some((value, shown)) = known.at(rest) {
                out += &self.within_pattern(&text[from..at]);
                out += shown;
                at += value.len();
                from = at;
            } else {
                at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        out + &self.within_pattern(&text[from..])
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // A panic while the lock is held leaves whole entries.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn within_pattern(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.char_indices().map(|(at, _)| at).find(|at| begins_guid(&rest.as_bytes()[*at..])) {
            out += &self.addresses(&rest[..at]);
            out += &self.guid(&rest[at..at + 36]);
            rest = &rest[at + 36..];
        }
        out + &self.addresses(rest)
    }

    /// E-mail and IP addresses in a text without GUIDs.
    fn addresses(&self, text: &str) -> String {
        let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | ':' | '@' | '-' | '_' | '+' | '#' | '\'' | '!');
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(part) {
            let (before, word) = rest.split_at(at);
            let (word, after) = word.split_at(word.find(|c| !part(c)).unwrap_or(word.len()));
            let inner = word.trim_end_matches(['.', ':', '-', '\'', '!']);
            out += before;
            out += &self.address(inner).unwrap_or_else(|| inner.to_owned());
            out += &word[inner.len()..];
            rest = after;
        }
        out + rest
    }

    fn address(&self, word: &str) -> Option<String> {
        let bytes = self.bytes(word);
        if let Some(ip) = word.parse::<Ipv4Addr>().ok().filter(|ip| !ip.is_unspecified()) {
            let bytes = self.bytes(&ip.to_string());
            return Some(Ipv4Addr::new(0xf0 | bytes[0] >> 4, bytes[1], bytes[2], bytes[3]).to_string());
        }
        if let Some(ip) = word.parse::<Ipv6Addr>().ok().filter(|ip| !ip.is_unspecified()) {
            let mut octets: [u8; 16] = self.bytes(&ip.to_string())[..16].try_into().ok()?;
            octets[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
            return Some(Ipv6Addr::from(octets).to_string());
        }
        if let Some((host, port)) = word.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok())
            && let Ok(IpAddr::V4(_)) = host.parse()
        {
            return Some(format!("{}:{port}", self.address(host)?));
        }
        is_address(word).then(|| format!("user-{}@redacted.example", hex(&bytes[..5])))
    }

    fn guid(&self, guid: &str) -> String {
        // Zeros stand for nobody.
        if guid.bytes().all(|b| matches!(b, b'0' | b'-')) {
            return guid.to_owned();
        }
        let hex = hex(&self.bytes(guid)[..16]);
        format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
    }

    fn mark(&self, value: &str) -> String {
        hex(&self.bytes(value)[..5])
    }

    /// The bytes that a value's pseudonym is made of. Case is no difference: services change it.
    fn bytes(&self, value: &str) -> [u8; 32] {
        let tag = sign(&self.key, value.to_lowercase().as_bytes());
        tag.as_ref().try_into().expect("SHA-256 gives 32 bytes")
    }
}

fn field_of(above: &'static Column, name: &str) -> Origin {
    above.fields().iter().find(|field| field.name == name).map_or(Origin::Declared(above), Origin::Declared)
}

fn is_address(word: &str) -> bool {
    let Some((user, host)) = word.rsplit_once('@') else { return false };
    !user.is_empty() && host.contains('.') && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
}

fn is_guid(bytes: &[u8]) -> bool {
    bytes.len() == 36 && begins_guid(bytes)
}

fn begins_guid(bytes: &[u8]) -> bool {
    let sign = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    bytes.len() >= 36 && bytes[..36].iter().enumerate().all(sign)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::with_key(b"a key of sixteen+")
    }

    #[test]
    fn what_looks_like_a_person_or_an_address_is_replaced_in_any_text() {
        let redactor = redactor();
        let text =
            "Mail from Ada.O'Neil@contoso.com (192.168.7.9:443, fe80::1) in 7b795fb9-09d3-42f4-a494-38864f99ba3c.";
        let shown = redactor.text(text, Origin::Literal);
        for gone in ["Ada", "contoso", "192.168", "fe80", "7b795fb9"] {
            assert!(!shown.contains(gone), "{shown}");
        }
        assert!(shown.starts_with("Mail from user-") && shown.contains(":443, 2001:db8:"), "{shown}");
        assert_eq!(shown, redactor.text(text, Origin::Literal));
        for same in ["12:30:45", "error 50126", "1.2", "a@b", "00000000-0000-0000-0000-000000000000", "Chrome/120.0"] {
            assert_eq!(redactor.text(same, Origin::Literal), same);
        }
    }

    #[test]
    fn equal_values_have_equal_pseudonyms_and_other_keys_give_others() {
        let (one, other) = (redactor(), Redactor::with_key(b"another key"));
        let shown = one.text("ada@contoso.com", Origin::Other);
        assert_eq!(shown, one.text("ADA@contoso.com", Origin::Literal));
        assert_ne!(shown, other.text("ada@contoso.com", Origin::Other));
        assert_ne!(shown, one.text("bob@contoso.com", Origin::Other));
    }

    #[test]
    fn known_values_are_found_in_other_text_and_computed_text_goes_whole() {
        let redactor = redactor();
        let shown = redactor.whole("Ada Lovelace", Sensitive::Person);
        assert_eq!(redactor.text("phone of Ada Lovelace", Origin::Literal), format!("phone of {shown}"));
        assert!(redactor.text("ada lovelace", Origin::Other).starts_with("text-"));
    }
}
