//! Whether a file is still what it was.

use super::file_ref::FileRef;
use super::place::State;

/// What tells that a file was not changed between two readings: its length, when it was written last, and what a store says
/// besides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    name: String,
    /// Nothing for one that cannot be looked at.
    state: Option<State>,
}

impl Stamp {
    /// The stamp of a file in the state in which it is read.
    pub fn of(source: &FileRef) -> Self {
        Self { name: source.to_string(), state: source.place.state().ok() }
    }

    /// Whether another stamp is of the same file, then or now.
    pub fn is_of_file(&self, other: &Self) -> bool {
        self.name == other.name
    }

    /// Whether the file is as it was.
    pub fn holds(&self, source: &FileRef) -> bool {
        self.state == source.place.present_state().ok()
    }
}
