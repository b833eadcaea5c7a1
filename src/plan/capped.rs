//! An answer that ended at the service's cap: what was seen of it, and how its range of time is cut, so that every part of
//! it can be read whole.
//!
//! Such an end looks like any other, and which of the records are missing is not known: in which order they are listed is
//! documented nowhere. So nothing of the range counts as read. It is cut in pieces that are asked for anew; the caller
//! recognises records that come again. Where pieces begin is guessed from the times that were seen, but no guess is relied
//! on: a piece that is too full ends at the cap as well, and is cut in its turn.
//!
//! No piece is longer than half of the range that it was cut from, as far as that has ends, so after some twenty cuts a month
//! has come down to a second; and a second cannot be cut. One that alone fills an answer is an error.

use std::collections::BTreeSet;

use super::PageQuery;
use crate::time::{Interval, second_text};

/// Times that are kept of an answer.
const MOST_SAMPLES: usize = 4_096;
/// Most pieces that the times which were not seen are cut in at once, on either side.
const MOST_PIECES: i64 = 64;
/// A part of a range that is this much shorter than what was seen gets no piece of its own.
const NEGLIGIBLE: i64 = 8;

const SECOND: i64 = 1_000_000;

/// Why an answer that ended at the cap cannot be completed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CapError {
    /// A second that cannot be cut holds as many records as one answer.
    #[error(
        "the service ends every answer after {cap} records, and the second from {second} alone has as many: whatever else \
         it has cannot be requested"
    )]
    OneSecond {
        /// The cap.
        cap: u64,
        /// The second, RFC 3339.
        second: String,
    },
    /// Most records are of other times than were asked for.
    #[error(
        "the service ends every answer after {cap} records, and this one cannot be split by time, because the service \
         ignores the time range: {outside} of {rows} records lie outside of it"
    )]
    RangeIgnored {
        /// The cap.
        cap: u64,
        /// Records of other times.
        outside: u64,
        /// All records of the answer.
        rows: u64,
    },
    /// Records without a time would be in no piece.
    #[error("the service ends every answer after {cap} records, and {count} of them have no time to split them by")]
    NoTime {
        /// The cap.
        cap: u64,
        /// How many.
        count: u64,
    },
    /// Records that come again would not be recognised.
    #[error(
        "the service ends every answer after {cap} records, and {count} of them without a key would not be recognised when \
         they are read again"
    )]
    Keyless {
        /// The cap.
        cap: u64,
        /// How many.
        count: u64,
    },
    /// Copies are to count, and those that come of reading again are no copies.
    #[error(
        "the service ends every answer after {cap} records; to read the rest, records have to be read again, and without \
         dedup they would count twice"
    )]
    NoDedup {
        /// The cap.
        cap: u64,
    },
}

/// What was seen of an answer, page by page.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The whole seconds that it was asked for.
    asked: Interval,
    rows: u64,
    timeless: u64,
    keyless: u64,
    outside: u64,
    oldest: i64,
    newest: i64,
    /// Every so many of the times.
    sample: Vec<i64>,
    stride: u64,
}

impl Reading {
    /// Nothing yet of an answer about these times.
    pub fn new(asked: Interval) -> Self {
        // Bounds are sent as whole seconds.
        let from = asked.from.map(|from| from.div_euclid(SECOND) * SECOND);
        let to = asked.to.map(|to| (to.div_euclid(SECOND) + 1) * SECOND);
        Self {
            asked: Interval { from, to },
            rows: 0,
            timeless: 0,
            keyless: 0,
            outside: 0,
            oldest: i64::MAX,
            newest: i64::MIN,
            sample: Vec::new(),
            stride: 1,
        }
    }

    /// Enters the records of a page: their times, and how many have no key.
    pub fn page(&mut self, times: impl Iterator<Item = Option<i64>>, keyless: usize) {
        self.keyless += keyless as u64;
        for time in times {
            self.rows += 1;
            let Some(time) = time else {
                self.timeless += 1;
                continue;
            };
            let is_inside =
                self.asked.from.is_none_or(|from| from <= time) && self.asked.to.is_none_or(|to| time <= to);
            self.outside += u64::from(!is_inside);
            (self.oldest, self.newest) = (self.oldest.min(time), self.newest.max(time));
            if self.rows.is_multiple_of(self.stride) {
                self.sample.push(time);
            }
            if self.sample.len() == MOST_SAMPLES {
                self.stride *= 2;
                let mut is_odd = true;
                self.sample.retain(|_| {
                    is_odd = !is_odd;
                    is_odd
                });
            }
        }
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The queries that together ask for all that this one was about, if its answer ended at the cap; none if it did not.
    /// `now` is the statement's instant, in microseconds.
    ///
    /// # Errors
    /// When the answer ended at the cap and no queries could complete it.
    pub fn rest(&self, query: &PageQuery, dedup: bool, now: i64) -> Result<Vec<PageQuery>, CapError> {
        let Some(cap) = query.cap.filter(|cap| self.rows >= *cap) else { return Ok(Vec::new()) };
        if !dedup {
            return Err(CapError::NoDedup { cap });
        }
        if let Self { keyless: count @ 1.., .. } = self {
            return Err(CapError::Keyless { cap, count: *count });
        }
        let pieces = self.cut(cap, query.interval, query.range(now))?;
        Ok(pieces.into_iter().map(|interval| PageQuery { interval, ..query.clone() }).collect())
    }

    /// A range whose answer ended at the cap, in pieces that can be asked for one by one; `range` is what it is without open
    /// ends. Pieces begin and end with whole seconds.
    ///
    /// # Errors
    /// When it is one second, or its times tell nothing.
    pub fn cut(&self, cap: u64, asked: Interval, range: Option<(i64, i64)>) -> Result<Vec<Interval>, CapError> {
        match self {
            Self { timeless: count @ 1.., .. } => return Err(CapError::NoTime { cap, count: *count }),
            Self { outside, rows, .. } if *outside > rows / 2 => {
                return Err(CapError::RangeIgnored { cap, outside: *outside, rows: *rows });
            }
            _ => {}
        }
        self.pieces(asked, range).ok_or_else(|| {
            let second = asked.from.map_or(self.oldest, |from| from.max(self.oldest)).div_euclid(SECOND);
            CapError::OneSecond { cap, second: second_text(second) }
        })
    }

    /// A range in pieces; `None` if it is one second, or there are no times.
    fn pieces(&self, Interval { from, to }: Interval, range: Option<(i64, i64)>) -> Option<Vec<Interval>> {
        let (first, last) = (from.map(|from| from.div_euclid(SECOND)), to.map(|to| to.div_euclid(SECOND)));
        let is_within = |cut: &i64| first.is_none_or(|first| first < *cut) && last.is_none_or(|last| *cut <= last);
        let mut cuts: BTreeSet<i64> = self.cuts(range?).into_iter().filter(is_within).collect();
        if cuts.is_empty() {
            // All of them are of the range's first second, or of its last.
            let crowded = self.median();
            cuts.extend([crowded, crowded + 1].into_iter().filter(is_within));
        }
        let begins = std::iter::once(from).chain(cuts.iter().map(|cut| Some(cut * SECOND)));
        let ends = cuts.iter().map(|cut| Some(cut * SECOND - 1)).chain([to]);
        (!cuts.is_empty()).then(|| begins.zip(ends).map(|(from, to)| Interval { from, to }).collect())
    }

    /// Whole seconds with which pieces should begin, so that each holds about half of a cap: an answer in order of time has
    /// shown how dense the records are that it leaves out; one in another order has records of all the range.
    fn cuts(&self, (from, to): (i64, i64)) -> Vec<i64> {
        let (a, b) = (self.oldest.div_euclid(SECOND), self.newest.div_euclid(SECOND));
        let (from, to) = (from.div_euclid(SECOND).min(a), to.div_euclid(SECOND).max(b));
        let seen = b - a + 1;
        let unseen =
            |length: i64| if length * NEGLIGIBLE < seen { 0 } else { (length * 2 / seen + 1).min(MOST_PIECES) };
        let (before, behind) = (a - from, to - b);
        let quarters = if unseen(before) + unseen(behind) == 0 { 4 } else { 2 };
        let mut cuts: Vec<i64> = (1..quarters).map(|n| self.quantile(n, quarters)).collect();
        let (parts_before, parts_behind) = (unseen(before), unseen(behind));
        cuts.extend((1..=parts_before).map(|n| from + before * n / parts_before));
        cuts.extend((0..parts_behind).map(|n| b + 1 + behind * n / parts_behind));
        cuts.push(from + (to - from) / 2 + 1);
        cuts
    }

    /// The second below which so many of so many parts of the records lie.
    fn quantile(&self, part: usize, of: usize) -> i64 {
        let mut times = self.sample.clone();
        times.sort_unstable();
        times.get(times.len() * part / of).map_or(self.oldest, |time| *time).div_euclid(SECOND)
    }

    fn median(&self) -> i64 {
        self.quantile(1, 2)
    }
}

#[cfg(test)]
mod tests;
