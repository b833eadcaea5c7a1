//! What the tenant holds: sign-ins that were generated or came from a file, seen through the properties that can be
//! filtered and as the JSON that is served.

use std::borrow::Cow;
use std::sync::Arc;

use super::event::Event;
use super::given::Given;
use crate::demo::graph::properties::Version;
use crate::demo::world::World;

/// All records of a tenant, newest first.
pub(in crate::demo) enum Records {
    /// From the generator.
    Told(Arc<World>, Vec<Event>),
    /// From a file.
    Given(Vec<Given>),
}

impl Records {
    pub(in crate::demo) fn len(&self) -> usize {
        match self {
            Self::Told(_, events) => events.len(),
            Self::Given(rows) => rows.len(),
        }
    }

    /// When, in units of 100 ns since 1970.
    pub(in crate::demo) fn ticks(&self, row: usize) -> i64 {
        match self {
            Self::Told(_, events) => events[row].ticks(),
            Self::Given(rows) => rows[row].ticks,
        }
    }

    /// How often the record is served: the real service hands out some records twice.
    pub(in crate::demo) fn copies(&self, row: usize) -> usize {
        match self {
            Self::Told(_, events) => events[row].copies(),
            Self::Given(_) => 1,
        }
    }

    /// The text at a path, where there is one.
    pub(in crate::demo) fn text(&self, row: usize, path: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::Told(world, events) => events[row].text(world, path),
            Self::Given(rows) => rows[row].text(path).map(Cow::Borrowed),
        }
    }

    /// The whole number at a path, where there is one.
    pub(in crate::demo) fn integer(&self, row: usize, path: &str) -> Option<i64> {
        match self {
            Self::Told(_, events) => events[row].integer(path),
            Self::Given(rows) => rows[row].integer(path),
        }
    }

    /// The texts of the list at a path.
    pub(in crate::demo) fn list(&self, row: usize, path: &str) -> Vec<&str> {
        match self {
            Self::Told(_, events) => events[row].list(path),
            Self::Given(rows) => rows[row].list(path),
        }
    }

    /// The record as an API version serves it.
    pub(in crate::demo) fn json(&self, row: usize, version: Version) -> String {
        match self {
            Self::Told(world, events) => events[row].json(world, version),
            Self::Given(rows) => rows[row].json(version),
        }
    }
}
