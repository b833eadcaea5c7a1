//! Records as filters and pages see them, whatever they are of.

use std::borrow::Cow;

use serde_json::Value;

use super::property::Version;

/// The records of a set, newest first, seen through the properties that can be filtered and as the JSON that is served.
///
/// A trait and no enumeration: a set that is added brings its records along, and what is here stays as it is.
pub(in crate::demo) trait Rows: Send + Sync {
    /// How many distinct records there are.
    fn len(&self) -> usize;

    /// When, in units of 100 ns since 1970.
    fn ticks(&self, row: usize) -> i64;

    /// How often the record is served: the real service hands out some records twice.
    fn copies(&self, row: usize) -> usize;

    /// The text at a path, where there is one.
    fn text(&self, row: usize, path: &str) -> Option<Cow<'_, str>>;

    /// The whole number at a path, where there is one.
    fn integer(&self, row: usize, path: &str) -> Option<i64>;

    /// The truth value at a path, where there is one.
    fn flag(&self, _row: usize, _path: &str) -> Option<bool> {
        None
    }

    /// Whether there is a value at a path.
    fn is_set(&self, row: usize, path: &str) -> bool {
        self.text(row, path).is_some() || self.integer(row, path).is_some() || self.flag(row, path).is_some()
    }

    /// What is in the list at a path.
    fn list(&self, row: usize, path: &str) -> Vec<Item<'_>>;

    /// The record as an API version serves it.
    fn json(&self, row: usize, version: Version) -> String;
}

/// An element of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::demo) enum Item<'a> {
    /// Of a list of texts.
    Text(&'a str),
    /// Of a list of objects.
    Object(&'a Value),
}

impl<'a> Item<'a> {
    /// The text at a path below it; it is itself what an empty path leads to.
    pub(in crate::demo) fn text(self, path: &str) -> Option<&'a str> {
        match self {
            Self::Text(text) => path.is_empty().then_some(text),
            Self::Object(value) => below(value, path)?.as_str(),
        }
    }
}

/// The value at a path.
pub(super) fn below<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').try_fold(value, |value, name| value.get(name))
}
