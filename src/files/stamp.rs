//! Whether a file is still what it was.

use std::time::SystemTime;

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

/// What can happen to a file while it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is as it was.
    None,
    /// It is longer, as a log is that somebody writes.
    Grown,
    /// It is another one.
    Other,
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

    /// What happened to the file since.
    pub fn change(&self, source: &FileRef) -> Change {
        match (&self.state, source.place.present_state().ok()) {
            (then, now) if *then == now => Change::None,
            (Some(then), Some(now)) if now.length() > then.length() => Change::Grown,
            _ => Change::Other,
        }
    }

    /// The file's length in bytes, as it lies there; 0 for one that cannot be looked at.
    pub fn length(&self) -> u64 {
        self.state.as_ref().map_or(0, State::length)
    }

    /// When it was written last, if that is known.
    pub fn written(&self) -> Option<SystemTime> {
        self.state.as_ref().and_then(State::written)
    }

    /// Whether the file is as it was.
    pub fn holds(&self, source: &FileRef) -> bool {
        self.state == source.place.present_state().ok()
    }
}
