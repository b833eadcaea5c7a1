//! Where a long range of time is cut, so that several chains of pages read it at once.
//!
//! A chain waits for each reply before it can ask for the next page. Slices of its range wait side by side, and each costs one
//! request at most: the pages at either side of an edge need not be full. So a range is cut only where each slice is expected
//! to have several pages, and never oftener than a share of the pages read allows. How many pages are left is guessed from
//! those that were read, and from the numbers of days that this session knows ([`Density`]); nothing rests on the guess: a slice
//! that turns out long is cut again, one that turns out empty has cost one request.
//!
//! Only a listing in a declared order can be cut: there, and nowhere else, a first page tells how dense the rest is, and a
//! chain knows that it has passed an edge. Edges are whole seconds, and a record belongs to the slice that its own time lies in,
//! whatever the service makes of the bounds.

mod density;

use std::fmt;
use std::time::Duration;

pub use self::density::Density;

use super::ScanPlan;
use crate::table::{ApiVersion, Direction, EntitySet, Source};

/// Pages that each slice is expected to have at least.
const SEVERAL: u64 = 3;
/// Pages for each of which, beside one for each lane, there may be one cut.
const PAGES_A_CUT: u64 = 12;
/// What is left has to take one chain at least as long as this.
const WORTH: Duration = Duration::from_millis(250);

/// A second, in microseconds.
const SECOND: i64 = 1_000_000;

/// Why the listing of a set is never cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uncut {
    /// It does not come in pages.
    NoPages,
    /// Its records have no time.
    NoTime,
    /// It is a listing for each record of another set.
    Listings,
    /// Its service ends an answer at a cap, and is read in pieces where it does.
    Cap,
    /// No bound from below, or none from above, is documented for its time.
    NoBounds,
    /// No order is documented for it: a page tells nothing of those behind it.
    NoOrder,
}

impl fmt::Display for Uncut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPages => "it does not come in pages",
            Self::NoTime => "its records have no time",
            Self::Listings => "it is one listing for each record of another table",
            Self::Cap => "an answer that ends at the service's cap is split where it does",
            Self::NoBounds => "its time cannot be asked for from both ends",
            Self::NoOrder => "its order is not documented, so a page does not tell how many follow",
        })
    }
}

/// Why the listing of a set is never cut; `None`: it may be.
pub fn uncut(set: &EntitySet, version: ApiVersion) -> Option<Uncut> {
    let Source::Pages(pages) = &set.source else { return Some(Uncut::NoPages) };
    if set.time.is_none() {
        return Some(Uncut::NoTime);
    }
    if pages.parent.is_some() {
        return Some(Uncut::Listings);
    }
    if pages.record_cap.is_some() {
        return Some(Uncut::Cap);
    }
    let ops = set.time_column().map(|time| time.ops_in(version));
    if !ops.is_some_and(|ops| ops.since(0).is_some() && ops.until(0).is_some()) {
        return Some(Uncut::NoBounds);
    }
    (pages.listed != Some(Direction::Descending)).then_some(Uncut::NoOrder)
}

impl ScanPlan {
    /// Has its ranges of time read in up to so many slices at once, if all of them are wanted in no order.
    pub fn cut(&mut self, most: usize) {
        let whole = self.limit.is_none() && self.order.is_none() && self.parents.is_none() && self.cap.is_none();
        if whole && !self.streams.is_empty() && uncut(self.set, self.version).is_none() {
            self.slices = most;
        }
    }
}

/// How far a chain has come that lists the newest records first. Times are in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The time of the first record that it read.
    pub newest: i64,
    /// The time of the last.
    pub oldest: i64,
    /// How much time the last page took.
    pub stride: i64,
    /// The pages that held them.
    pub pages: u64,
    /// Where its range begins.
    pub from: i64,
}

impl Progress {
    /// About how many pages are left, if they are as dense as what was read, or as the last page, which may be the first of many.
    /// Of one instant nothing can be told.
    pub fn pages_left(&self, density: &Density) -> u64 {
        let left = density.weight(self.from, self.oldest);
        let at_the_rate_of = |since: i64, pages: u64| {
            let covered = density.weight(self.oldest, since);
            left.saturating_mul(u128::from(pages)).checked_div(covered).unwrap_or(0)
        };
        let last = at_the_rate_of(self.oldest.saturating_add(self.stride), 1);
        u64::try_from(last.max(at_the_rate_of(self.newest, self.pages))).unwrap_or(u64::MAX)
    }
}

/// What reading side by side has at its disposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lanes {
    /// Chains that may be read besides those that are.
    pub free: usize,
    /// Chains that may be read at once.
    pub most: usize,
    /// How long a reply takes.
    pub reply: Duration,
    /// Pages that the scan has read.
    pub pages: u64,
    /// Cuts that it has made.
    pub cuts: u64,
}

impl Lanes {
    /// Cuts that may be made now.
    fn cuts_left(&self) -> u64 {
        // All lanes at once as soon as a page tells of more: to open them one by one costs more time than it saves requests.
        let allowed = self.most as u64 - 1 + self.pages / PAGES_A_CUT;
        allowed.saturating_sub(self.cuts).min(self.free as u64)
    }
}

/// The edges at which a chain should give away what is older, newest first, in microseconds; none: it reads on alone. Each is
/// the first instant of the newer slice.
pub fn edges(chain: &Progress, density: &Density, lanes: &Lanes) -> Vec<i64> {
    let pages = chain.pages_left(density);
    let time = lanes.reply.saturating_mul(u32::try_from(pages).unwrap_or(u32::MAX));
    let parts = (lanes.cuts_left() + 1).min(pages / SEVERAL);
    if parts < 2 || time < WORTH {
        return Vec::new();
    }
    let edge = |n: u64| density.above((chain.from, chain.oldest), n, parts).div_euclid(SECOND) * SECOND;
    let mut edges: Vec<i64> = (1..parts).map(edge).filter(|e| chain.from < *e && *e < chain.oldest).collect();
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests;
