//! Whether a file is still what it was.

use std::fs;
use std::time::SystemTime;

use super::source::Source;

/// What tells that a file was not changed between two readings: its length, and when it was written last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    name: String,
    /// Nothing for one that cannot be looked at.
    state: Option<(u64, Option<SystemTime>)>,
}

impl Stamp {
    /// The present stamp of a file.
    pub fn of(source: &Source) -> Self {
        let found = fs::metadata(&source.path).ok();
        Self { name: source.to_string(), state: found.map(|found| (found.len(), found.modified().ok())) }
    }

    /// Whether another stamp is of the same file, then or now.
    pub fn is_of_file(&self, other: &Self) -> bool {
        self.name == other.name
    }

    /// Whether the file is as it was.
    pub fn holds(&self, source: &Source) -> bool {
        *self == Self::of(source)
    }
}
