//! Plans a scan of the activity feed: which content types, which time of availability, which requests.
//!
//! The service can be asked for two things only, the content type and the time at which a blob became available. A blob
//! never holds an event that had not happened yet, so a lower bound of `creation_time` is a lower bound of availability;
//! but events come late without any bound, so an upper one is none, unless the user states how late they can be.
//! Everything else is checked on this side, the bounds themselves included.

mod content;
mod explain;
mod listing;
mod request;

pub use listing::{Listing, ListingError};
pub use request::{blob, lookup, subscribe, subscriptions};

use super::Residual;
use crate::predicate::bind::{Ask, Leaf, Literal};
use crate::predicate::{Bound, Comparison, Conjunct, Truth};
use crate::table::{EntitySet, Feed, Rate};
use crate::time::Interval;
use content::Types;

/// How far the clocks of a service's parts may differ: an event can seem younger than the blob that holds it.
const SKEW: i64 = 5 * 60 * SECOND;
/// Longest window that every tenant lists: 24 hours are documented, and refused by some on the dot.
const WINDOW: i64 = 23 * 3_600;
/// Where an open range begins, behind the limit of the service's reach: it moves while a query runs.
const MARGIN: i64 = 5 * 60 * SECOND;
const SECOND: i64 = 1_000_000;

/// What a scan of the feed is asked for.
#[derive(Debug, Clone)]
pub struct FeedScan {
    /// The table.
    pub set: &'static EntitySet,
    /// Its part of the feed.
    pub feed: &'static Feed,
    /// The predicate: all of them hold.
    pub conjuncts: Vec<Conjunct>,
    /// What joins say of the rows that they can let through: it may narrow what is read, and demands nothing.
    pub keys: Vec<Conjunct>,
    /// Rows wanted at most.
    pub limit: Option<usize>,
    /// Whether content types and times may be narrowed by the predicate.
    pub pushdown: bool,
    /// The content types that the connection names as its population.
    pub population: Option<Vec<String>>,
    /// The statement's instant, in microseconds.
    pub now: i64,
    /// How late records can be, in microseconds, if the user says.
    pub late_arrival: Option<i64>,
    /// How fast requests may go out, if that is limited.
    pub rate: Option<Rate>,
}

/// The requests that answer a scan of the feed, as data.
#[derive(Debug, Clone)]
pub struct FeedPlan {
    /// The table.
    pub set: &'static EntitySet,
    /// Its part of the feed.
    pub feed: &'static Feed,
    /// The content types to read, if they are subscribed to. None: the predicate cannot hold, and nothing is sent.
    pub content_types: Vec<&'static str>,
    /// Content types that could hold rows of the answer and are not among those that the connection names.
    pub left_out: Vec<&'static str>,
    /// Whether the connection names the content types; else those that are subscribed to are read.
    pub named: bool,
    /// The content types among them that somebody named, in the connection or in a condition: they have to be there.
    pub required: Vec<&'static str>,
    /// When blobs became available that can hold rows of the answer, in microseconds.
    pub available: Interval,
    /// What the beginning of it follows from.
    pub from: From,
    /// What the end of it follows from.
    pub to: To,
    /// The times of records that were asked for.
    pub asked: Interval,
    /// Records of the time asked for became available before the service's reach.
    pub beyond_reach: Option<i64>,
    /// The same in requests: half-open ranges of whole seconds, oldest first.
    pub windows: Vec<Window>,
    /// What becomes of each conjunct.
    pub residual: Vec<Residual>,
    /// Rows wanted at most.
    pub limit: Option<usize>,
    /// How fast requests may go out, if that is limited.
    pub rate: Option<Rate>,
}

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

impl FeedScan {
    /// The plan.
    pub fn plan(&self) -> FeedPlan {
        let all = Bound::And(self.conjuncts.iter().map(|c| c.bound.clone()).collect());
        let demanded = if self.population.is_some() { Types::ALL } else { Types::demanded_by(&all) };
        let about = (interval(&all, self.time()), interval(&all, "content_created"));
        let keys = self.keys.iter().map(|c| c.bound.clone());
        let told = Bound::And(if self.pushdown { std::iter::once(all).chain(keys).collect() } else { Vec::new() });
        let wanted = Types::of_table(self.feed).and(Types::left_by(&told));
        let types = wanted.and(self.populated());
        let creation = interval(&told, self.time());
        let created = interval(&told, "content_created");
        // Windows are whole seconds: so is what is taken from them, or blobs of their first instant would be lost.
        let reach = self.now - i64::from(self.feed.retention_days) * 86_400 * SECOND;
        let reach = reach.div_euclid(SECOND) * SECOND;
        let (to, to_why) = self.end(creation, created);
        let (from, from_why) = begin(creation, created, reach, to);
        let never = wanted.is_empty() || creation.is_empty() || created.is_empty();
        let empty = never || types.is_empty();
        let available = if empty { Interval::EMPTY } else { Interval { from: Some(from), to: Some(to) } };
        // A range that ended before the reach is as much out of it as one that began there. What is asked for is that,
        // whether or not it narrows what is read.
        let (to_asked, from_asked) = (self.end(about.0, about.1), [about.0.from, about.1.from]);
        let ended = (to_asked.0 < reach && to_asked.1 != To::Now).then_some(to_asked.0);
        let asked = ended.or_else(|| from_asked.into_iter().flatten().max());
        FeedPlan {
            set: self.set,
            feed: self.feed,
            content_types: if empty { Vec::new() } else { types.names() },
            left_out: if never { Vec::new() } else { wanted.without(types).names() },
            named: self.population.is_some(),
            required: if empty { Vec::new() } else { types.and(demanded).names() },
            available,
            from: from_why,
            to: to_why,
            asked: about.0,
            beyond_reach: asked.filter(|asked| *asked < reach && !empty && !about.0.is_empty() && !about.1.is_empty()),
            windows: windows(available),
            residual: self.residual(),
            limit: self.limit,
            rate: self.rate,
        }
    }

    /// The column of the event's own time, which every record of the feed has.
    fn time(&self) -> &'static str {
        self.set.time.unwrap_or("creation_time")
    }

    fn populated(&self) -> Types {
        self.population.as_ref().map_or(Types::ALL, |names| Types::named(names.iter().map(String::as_str)))
    }

    fn end(&self, creation: Interval, created: Interval) -> (i64, To) {
        let late = creation.to.zip(self.late_arrival).map(|(to, late)| (to.saturating_add(late), To::Late));
        let exact = created.to.map(|to| (to, To::Created));
        [late, exact].into_iter().flatten().fold((self.now, To::Now), |a, b| if b.0 < a.0 { b } else { a })
    }

    fn residual(&self) -> Vec<Residual> {
        let residual = |conjunct: &Conjunct| {
            let reasons = self.reasons(&conjunct.bound);
            Residual { sql: conjunct.sql.clone(), reasons }
        };
        self.conjuncts.iter().map(residual).collect()
    }
}

/// Where the range of availability begins.
fn begin(creation: Interval, created: Interval, reach: i64, to: i64) -> (i64, From) {
    // The skew alone does not lead out of the reach.
    let by_creation = creation.from.map(|from| (from.saturating_sub(SKEW).max(from.min(reach)), From::Creation));
    let by_created = created.from.map(|from| (from, From::Created));
    let strongest = [by_creation, by_created].into_iter().flatten().max_by_key(|(from, _)| *from);
    // Who asks for the last minutes of the reach gets them, or the service's refusal.
    let open = if to < reach + 2 * MARGIN { reach } else { reach + MARGIN };
    strongest.map_or((open, From::Reach), |(from, why)| (from.max(reach), why))
}

/// The windows that cover a closed range.
fn windows(available: Interval) -> Vec<Window> {
    let (Some(from), Some(to)) = (available.from, available.to) else { return Vec::new() };
    if available.is_empty() {
        return Vec::new();
    }
    let (mut at, end) = (from.div_euclid(SECOND), to.div_euclid(SECOND) + 1);
    let mut windows = Vec::new();
    while at < end {
        let to = end.min(at + WINDOW);
        windows.push(Window { from: at, to });
        at = to;
    }
    windows
}

/// The instants of a column that a predicate leaves; too many, never too few.
fn interval(bound: &Bound, column: &str) -> Interval {
    match bound {
        Bound::And(ps) => ps.iter().map(|p| interval(p, column)).fold(Interval::ALL, Interval::intersect),
        Bound::Or(ps) => ps.iter().map(|p| interval(p, column)).fold(Interval::EMPTY, Interval::hull),
        Bound::Constant(Truth::False | Truth::Unknown) => Interval::EMPTY,
        Bound::Leaf(leaf) if leaf.property.is(column) => asked_of(leaf),
        Bound::Constant(Truth::True) | Bound::Leaf(_) | Bound::Local(_) => Interval::ALL,
    }
}

/// A strict bound is taken for one that is not: windows are whole seconds anyway.
pub(super) fn asked_of(leaf: &Leaf) -> Interval {
    let one = |t: i64| Interval { from: Some(t), to: Some(t) };
    match &leaf.ask {
        Ask::Compare(Comparison::Eq, Literal::Instant(t)) => one(*t),
        Ask::Compare(Comparison::Lt | Comparison::LtEq, Literal::Instant(t)) => Interval::until(*t),
        Ask::Compare(Comparison::Gt | Comparison::GtEq, Literal::Instant(t)) => Interval::since(*t),
        Ask::In { values, negated: false } => {
            let instants = values.iter().map(|value| match value {
                Literal::Instant(t) => one(*t),
                _ => Interval::ALL,
            });
            instants.fold(Interval::EMPTY, Interval::hull)
        }
        _ => Interval::ALL,
    }
}

#[cfg(test)]
mod tests;
