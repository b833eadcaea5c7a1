//! What was chosen while a scan ran: which of its streams were asked for the parts of a list, and which were read whole.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::plan::StreamPlan;

/// What became of the lists that were too long for one filter, for EXPLAIN ANALYZE.
#[derive(Debug, Default)]
pub(crate) struct Choices(Mutex<Vec<String>>);

impl Choices {
    /// A stream is asked for each part of its list.
    pub(crate) fn parts(&self, stream: &StreamPlan) {
        self.add(stream, &format!("{} requests, a part of the list each", stream.parts.len()));
    }

    /// All of a stream's range is read, as so many of its pages told; none did, where it has no list.
    pub(crate) fn whole(&self, stream: &StreamPlan, pages: usize) {
        match (stream.parts.len(), pages) {
            (0, _) => {}
            (parts, 0) => self.add(stream, &format!("read whole: {parts} parts of the list could bring copies")),
            (parts, 1) => self.add(stream, &format!("read whole: its first page told of fewer than {parts} requests")),
            (parts, pages) => self.add(stream, &format!("read whole: {pages} pages, and {parts} parts of the list")),
        }
    }

    fn add(&self, stream: &StreamPlan, what: &str) {
        let kind = stream.kind().map_or(String::new(), |kind| format!("{}: ", kind.member));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{kind}{what}"));
    }
}

impl fmt::Display for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.lock().unwrap_or_else(PoisonError::into_inner).join("; "))
    }
}
