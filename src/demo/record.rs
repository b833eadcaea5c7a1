//! What the tenant holds: sign-ins that were generated or came from a file, seen through the properties that can be
//! filtered and as the JSON that is served.

use std::borrow::Cow;

use super::data::Given;
use super::generate::{Event, World};
use super::operators::Version;

/// The four kinds of sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person at a screen.
    Interactive,
    /// A program on behalf of a person.
    NonInteractive,
    /// A program on its own behalf.
    ServicePrincipal,
    /// A resource of the cloud on its own behalf.
    ManagedIdentity,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Interactive, Self::NonInteractive, Self::ServicePrincipal, Self::ManagedIdentity];

    /// The member of `signInEventTypes`.
    pub const fn member(self) -> &'static str {
        match self {
            Self::Interactive => "interactiveUser",
            Self::NonInteractive => "nonInteractiveUser",
            Self::ServicePrincipal => "servicePrincipal",
            Self::ManagedIdentity => "managedIdentity",
        }
    }
}

/// All records of a tenant, newest first.
pub(super) enum Records {
    /// From the generator.
    Told(Box<World>, Vec<Event>),
    /// From a file.
    Given(Vec<Given>),
}

impl Records {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Told(_, events) => events.len(),
            Self::Given(rows) => rows.len(),
        }
    }

    /// When, in units of 100 ns since 1970.
    pub(super) fn ticks(&self, row: usize) -> i64 {
        match self {
            Self::Told(_, events) => events[row].ticks(),
            Self::Given(rows) => rows[row].ticks,
        }
    }

    /// How often the record is served: the real service hands out some records twice.
    pub(super) fn copies(&self, row: usize) -> usize {
        match self {
            Self::Told(_, events) => events[row].copies(),
            Self::Given(_) => 1,
        }
    }

    /// The text at a path, where there is one.
    pub(super) fn text(&self, row: usize, path: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::Told(world, events) => events[row].text(world, path),
            Self::Given(rows) => rows[row].text(path).map(Cow::Borrowed),
        }
    }

    /// The whole number at a path, where there is one.
    pub(super) fn integer(&self, row: usize, path: &str) -> Option<i64> {
        match self {
            Self::Told(_, events) => events[row].integer(path),
            Self::Given(rows) => rows[row].integer(path),
        }
    }

    /// The texts of the list at a path.
    pub(super) fn list(&self, row: usize, path: &str) -> Vec<&str> {
        match self {
            Self::Told(_, events) => events[row].list(path),
            Self::Given(rows) => rows[row].list(path),
        }
    }

    /// The record as an API version serves it.
    pub(super) fn json(&self, row: usize, version: Version) -> String {
        match self {
            Self::Told(world, events) => events[row].json(world, version),
            Self::Given(rows) => rows[row].json(version),
        }
    }
}
