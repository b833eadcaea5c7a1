//! Records that are kept as the JSON that is served, and read from it when they are filtered.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::value::RawValue;

use super::property::{Property, Version, exists};
use super::rows::{Item, Rows, below};

/// Why a file of records cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// It cannot be opened or read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is no JSON.
    #[error("line {line} of {} is not JSON", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What the reader said.
        source: serde_json::Error,
    },
    /// A line is JSON and no sign-in.
    #[error("line {line} of {} is no sign-in: {reason}", path.display())]
    NoSignIn {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is missing.
        reason: &'static str,
    },
}

/// A record.
pub(in crate::demo) struct Record {
    /// When, in units of 100 ns since 1970.
    pub(in crate::demo) ticks: i64,
    /// How often it is served.
    pub(in crate::demo) copies: usize,
    /// As the newest version serves it.
    pub(in crate::demo) json: String,
    /// The same, read.
    pub(in crate::demo) value: Value,
}

/// Records, newest first.
pub(in crate::demo) struct Saved {
    pub(in crate::demo) properties: &'static [Property],
    pub(in crate::demo) records: Vec<Record>,
}

impl Record {
    /// The text at a path.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        below(&self.value, path)?.as_str()
    }
}

impl Rows for Saved {
    fn len(&self) -> usize {
        self.records.len()
    }

    fn ticks(&self, row: usize) -> i64 {
        self.records[row].ticks
    }

    fn copies(&self, row: usize) -> usize {
        self.records[row].copies
    }

    fn text(&self, row: usize, path: &str) -> Option<Cow<'_, str>> {
        self.records[row].text(path).map(Cow::Borrowed)
    }

    fn integer(&self, row: usize, path: &str) -> Option<i64> {
        let value = below(&self.records[row].value, path)?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    fn flag(&self, row: usize, path: &str) -> Option<bool> {
        below(&self.records[row].value, path)?.as_bool()
    }

    fn list(&self, row: usize, path: &str) -> Vec<Item<'_>> {
        let items = below(&self.records[row].value, path).and_then(Value::as_array);
        items.into_iter().flatten().map(|item| item.as_str().map_or(Item::Object(item), Item::Text)).collect()
    }

    fn json(&self, row: usize, version: Version) -> String {
        let json = &self.records[row].json;
        let all = match version {
            Version::Beta => None,
            Version::V1 => serde_json::from_str::<BTreeMap<&str, &RawValue>>(json).ok(),
        };
        let Some(mut all) = all else { return json.clone() };
        all.retain(|name, _| exists(self.properties, version, name));
        serde_json::to_string(&all).unwrap_or_else(|_| json.clone())
    }
}
