//! Several windows of time that a predicate, or the rows at hand of a join, leave of a range.
//!
//! As many as a filter has room for travel in one, as alternatives: one chain of pages reads them all, and passes over what
//! lies between them. More are cut into parts like any list, each with the range that its windows span; and what
//! [`super::cost`] says of their gaps decides, once a page was seen, which of them are read as one.

use super::cost::{Seen, close_gaps};
use super::{PageQuery, StreamPlan};
use crate::odata::request::bounds;
use crate::predicate::Clause;
use crate::table::{ApiVersion, EntitySet};
use crate::time::{self, Interval};

/// That a time lies in one of some windows; `None`: there are none.
pub(super) fn within(windows: &[Interval], set: &EntitySet, version: ApiVersion) -> Option<Clause> {
    let time = set.time_column()?;
    Clause::or(windows.iter().filter_map(|window| Clause::and(bounds(version, time, *window).collect())).collect())
}

impl StreamPlan {
    /// How many windows a part is about. The first one may have room for one more, if that has no beginning.
    fn windows_a_part(&self) -> usize {
        let part = if self.parts.len() > 2 { self.parts.get(1) } else { self.parts.first() };
        part.map_or(1, |part| part.clone().arms().len())
    }

    /// The chains of its windows that a range has a share in. What is sent of each is the range of its windows, and, if they
    /// are several, that it is one of them.
    pub(super) fn window_queries(&self, range: Interval) -> Vec<PageQuery> {
        let query = |windows: &[Interval]| {
            let windows = time::common(windows, &[range]);
            let interval = time::hull(&windows);
            let one_of = (windows.len() > 1).then(|| within(&windows, self.query.set, self.query.version)).flatten();
            let clauses = self.query.clauses.iter().cloned().chain(one_of).collect();
            (!windows.is_empty()).then(|| PageQuery { interval, clauses, ..self.query.clone() })
        };
        self.windows.chunks(self.windows_a_part()).filter_map(query).collect()
    }

    /// The same with those of its windows read as one that this takes fewer requests for, by what was seen of its range; a
    /// single part that is about one window is the range itself.
    #[must_use]
    pub fn with_gaps_closed(mut self, range: (i64, i64), seen: Seen) -> Self {
        let a_part = self.windows_a_part();
        let known: Vec<(i64, i64)> =
            self.windows.iter().map(|w| (w.from.unwrap_or(range.0), w.to.unwrap_or(range.1))).collect();
        let closed = close_gaps(&known, a_part, seen);
        let windows = closed
            .into_iter()
            .map(|(first, last)| Interval { from: self.windows[first].from, to: self.windows[last].to });
        self.windows = windows.collect();
        let (set, version) = (self.query.set, self.query.version);
        self.parts = self.windows.chunks(a_part).filter_map(|windows| within(windows, set, version)).collect();
        self
    }

    /// Whether all its windows are one.
    pub fn is_one_window(&self) -> bool {
        self.windows.len() == 1
    }
}
