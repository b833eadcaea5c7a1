//! What was chosen while a scan ran: which of its streams were asked for the parts of a list, and which were read whole;
//! how many of its chains go on, and in how many slices ranges of time were read.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use super::lanes::Lanes;
use crate::plan::StreamPlan;

/// What became of the lists that were too long for one filter, and of long ranges of time, for EXPLAIN ANALYZE.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    lists: Mutex<Vec<String>>,
    open: AtomicUsize,
    /// The chains that it reads side by side.
    pub(crate) lanes: Arc<Lanes>,
}

impl Choices {
    /// A stream is asked for each part of its list.
    pub(crate) fn parts(&self, stream: &StreamPlan) {
        let parts = stream.parts.len();
        match stream.windows.len() {
            0 => self.add(stream, &format!("{parts} requests, a part of the list each")),
            windows => self.add(stream, &format!("{parts} requests for {windows} windows of time")),
        }
    }

    /// All of a stream's range is read, as so many of its pages told; none did, where it has no list.
    pub(crate) fn whole(&self, stream: &StreamPlan, pages: usize) {
        match (stream.parts.len(), pages) {
            (0, _) => {}
            (_, 1) if !stream.windows.is_empty() => {
                self.add(stream, "read whole: its first page told that windows of time would take no fewer requests");
            }
            (parts, 0) => self.add(stream, &format!("read whole: {parts} parts of the list could bring copies")),
            (parts, 1) => self.add(stream, &format!("read whole: its first page told of fewer than {parts} requests")),
            (parts, pages) => self.add(stream, &format!("read whole: {pages} pages, and {parts} parts of the list")),
        }
    }

    /// A chain of pages goes on behind the page that was read last; `false`: one that did is at its end.
    pub(crate) fn chain(&self, goes_on: bool) {
        if goes_on {
            self.open.fetch_add(1, Relaxed)
        } else {
            self.open.fetch_sub(1, Relaxed)
        };
    }

    /// Whether any chain that was begun has pages left.
    pub(crate) fn goes_on(&self) -> bool {
        self.open.load(Relaxed) > 0
    }

    fn add(&self, stream: &StreamPlan, what: &str) {
        let kind = stream.kind().map_or(String::new(), |kind| format!("{}: ", kind.member));
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{kind}{what}"));
    }
}

impl fmt::Display for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = self.lists.lock().unwrap_or_else(PoisonError::into_inner).clone();
        told.extend(self.lanes.told());
        f.write_str(&told.join("; "))
    }
}
