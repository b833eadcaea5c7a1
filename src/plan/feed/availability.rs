//! When blobs became available that can hold rows of an answer, and which listings name them.
//!
//! A predicate, or the rows at hand of a join, can leave times that lie apart. What becomes available between them is not
//! fetched. One listing may name it all the same: a request that spans a short gap is one less.

use super::{FeedPlan, SECOND};
use crate::predicate::bind::{Ask, Leaf, Literal};
use crate::predicate::{Bound, Comparison, Truth};
use crate::time::{self, Interval};

/// How far the clocks of a service's parts may differ: an event can seem younger than the blob that holds it.
pub(super) const SKEW: i64 = 5 * 60 * SECOND;
/// Longest window that every tenant lists: 24 hours are documented, and refused by some on the dot.
pub(super) const WINDOW: i64 = 23 * 3_600;
/// Where an open range begins, behind the limit of the service's reach: it moves while a query runs.
pub(super) const MARGIN: i64 = 5 * 60 * SECOND;

/// What the beginning of the availability asked for follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The service's reach: no lower bound was given.
    Reach,
    /// A bound of `creation_time`, less the skew.
    Creation,
    /// A bound of `content_created`.
    Created,
}

/// What the end of the availability asked for follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// The present.
    Now,
    /// A bound of `creation_time`, and the lateness that the user stated.
    Late,
    /// A bound of `content_created`.
    Created,
}

/// A half-open range of whole seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first second.
    pub from: i64,
    /// The second behind the last.
    pub to: i64,
}

impl Window {
    /// Whether an instant, in microseconds, lies in it.
    pub fn holds(self, instant: i64) -> bool {
        (self.from..self.to).contains(&instant.div_euclid(SECOND))
    }
}

impl FeedPlan {
    /// Whether a blob that became available at an instant can hold rows of the answer. Listings are of whole seconds and may
    /// span gaps, so the blob's own time decides.
    pub fn asks_for(&self, created: i64) -> bool {
        // Between the statement's instant and the end of its second more can become available: it counts.
        let last = |to: i64| self.to == To::Now && self.available.to == Some(to);
        self.spans.iter().any(|span| {
            span.from.is_none_or(|from| from <= created) && span.to.is_none_or(|to| created <= to || last(to))
        })
    }
}

/// Where the range of availability begins.
pub(super) fn begin(creation: Interval, created: Interval, reach: i64, to: i64) -> (i64, From) {
    // The skew alone does not lead out of the reach.
    let by_creation = creation.from.map(|from| (from.saturating_sub(SKEW).max(from.min(reach)), From::Creation));
    let by_created = created.from.map(|from| (from, From::Created));
    let strongest = [by_creation, by_created].into_iter().flatten().max_by_key(|(from, _)| *from);
    // Who asks for the last minutes of the reach gets them, or the service's refusal.
    let open = if to < reach + 2 * MARGIN { reach } else { reach + MARGIN };
    strongest.map_or((open, From::Reach), |(from, why)| (from.max(reach), why))
}

/// The availability that follows from times of records. Nothing but a stated lateness says when they come at the latest.
pub(super) fn delivered(creation: &[Interval], late: Option<i64>) -> Vec<Interval> {
    let delivered = creation.iter().map(|Interval { from, to }| Interval {
        from: from.map(|from| from.saturating_sub(SKEW)),
        to: to.zip(late).map(|(to, late)| to.saturating_add(late)),
    });
    time::windows(delivered.collect())
}

/// The fewest windows that cover some times in their order.
pub(super) fn listings(spans: &[Interval]) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for span in spans {
        let (Some(from), Some(to)) = (span.from, span.to) else { continue };
        let (mut at, end) = (from.div_euclid(SECOND), to.div_euclid(SECOND) + 1);
        // As much of it as the window before has room for.
        if let Some(last) = windows.last_mut()
            && at < last.from + WINDOW
        {
            last.to = last.to.max(end.min(last.from + WINDOW));
            at = last.to;
        }
        while at < end {
            let to = end.min(at + WINDOW);
            windows.push(Window { from: at, to });
            at = to;
        }
    }
    windows
}

/// The smallest interval that holds all instants of a column that a predicate leaves.
pub(super) fn interval(bound: &Bound, column: &str) -> Interval {
    time::hull(&spans(bound, column))
}

/// The instants of a column that a predicate leaves, in the order of time; too many, never too few.
pub(super) fn spans(bound: &Bound, column: &str) -> Vec<Interval> {
    match bound {
        Bound::And(ps) => {
            let left = ps.iter().map(|p| spans(p, column));
            left.reduce(|a, b| time::common(&a, &b)).unwrap_or_else(|| vec![Interval::ALL])
        }
        Bound::Or(ps) => time::windows(ps.iter().flat_map(|p| spans(p, column)).collect()),
        Bound::Constant(Truth::False | Truth::Unknown) => Vec::new(),
        Bound::Leaf(leaf) if leaf.property.is(column) => asked_of(leaf),
        Bound::Constant(Truth::True) | Bound::Leaf(_) | Bound::Local(_) => vec![Interval::ALL],
    }
}

/// A strict bound is taken for one that is not: windows are whole seconds anyway.
pub(in crate::plan) fn asked_of(leaf: &Leaf) -> Vec<Interval> {
    let one = |t: i64| Interval { from: Some(t), to: Some(t) };
    match &leaf.ask {
        Ask::Compare(Comparison::Eq, Literal::Instant(t)) => vec![one(*t)],
        Ask::Compare(Comparison::Lt | Comparison::LtEq, Literal::Instant(t)) => vec![Interval::until(*t)],
        Ask::Compare(Comparison::Gt | Comparison::GtEq, Literal::Instant(t)) => vec![Interval::since(*t)],
        Ask::In { values, negated: false } => {
            let instants = values.iter().map(|value| match value {
                Literal::Instant(t) => one(*t),
                _ => Interval::ALL,
            });
            time::windows(instants.collect())
        }
        _ => vec![Interval::ALL],
    }
}
