//! Plans a scan of the activity feed: which content types, which time of availability, which requests.
//!
//! The service can be asked for two things only, the content type and the time at which a blob became available. A blob
//! never holds an event that had not happened yet, so a lower bound of `creation_time` is a lower bound of availability;
//! but events come late without any bound, so an upper one is none, unless the user states how late they can be. Then, and
//! where the availability itself is asked for, times that lie apart are read without what is between them.
//! Everything else is checked on this side, the bounds themselves included.

mod availability;
mod content;
mod explain;
mod listing;
mod request;

pub(super) use availability::asked_of;
pub use availability::{From, To, Window};
pub use listing::{Listing, ListingError};
pub use request::{blob, lookup, subscribe, subscriptions};

use super::Residual;
use crate::predicate::{Bound, Conjunct};
use crate::table::{EntitySet, Feed, Rate};
use crate::time::{self, Interval};
use availability::{begin, delivered, interval, listings, spans};
use content::Types;

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
    /// Content types that the predicate leaves, where the table holds none of them.
    pub elsewhere: Vec<&'static str>,
    /// Whether the connection names the content types; else those that are subscribed to are read.
    pub named: bool,
    /// The content types among them that somebody named, in the connection or in a condition: they have to be there.
    pub required: Vec<&'static str>,
    /// When blobs became available that can hold rows of the answer, in microseconds.
    pub available: Interval,
    /// The parts of it, in the order of time, between which none of those became available.
    pub spans: Vec<Interval>,
    /// What the beginning of it follows from.
    pub from: From,
    /// What the end of it follows from.
    pub to: To,
    /// The times of records that were asked for.
    pub asked: Interval,
    /// Records of the time asked for became available before the service's reach.
    pub beyond_reach: Option<i64>,
    /// The same in requests: half-open ranges of whole seconds, oldest first. Short gaps are listed along.
    pub windows: Vec<Window>,
    /// More would be read, had the user not said how late records can be.
    pub late: bool,
    /// What becomes of each conjunct.
    pub residual: Vec<Residual>,
    /// Rows wanted at most.
    pub limit: Option<usize>,
    /// How fast requests may go out, if that is limited.
    pub rate: Option<Rate>,
}

impl FeedScan {
    /// The plan.
    pub fn plan(&self) -> FeedPlan {
        let all = Bound::And(self.conjuncts.iter().map(|c| c.bound.clone()).collect());
        let demanded = if self.population.is_some() { Types::ALL } else { Types::demanded_by(&all) };
        let about = (interval(&all, self.time()), interval(&all, "content_created"));
        let keys = self.keys.iter().map(|c| c.bound.clone());
        let told = Bound::And(if self.pushdown { std::iter::once(all).chain(keys).collect() } else { Vec::new() });
        let left = Types::left_by(&told);
        let wanted = Types::of_table(self.feed).and(left);
        let types = wanted.and(self.populated());
        let (created_at, available_at) = (spans(&told, self.time()), spans(&told, "content_created"));
        let (creation, created) = (time::hull(&created_at), time::hull(&available_at));
        // Windows are whole seconds: so is what is taken from them, or blobs of their first instant would be lost.
        let reach = self.now - i64::from(self.feed.retention_days) * 86_400 * SECOND;
        let reach = reach.div_euclid(SECOND) * SECOND;
        let (to, to_why) = self.end(creation, created);
        let (from, from_why) = begin(creation, created, reach, to);
        let never = wanted.is_empty() || creation.is_empty() || created.is_empty();
        let empty = never || types.is_empty();
        let available = if empty { Interval::EMPTY } else { Interval { from: Some(from), to: Some(to) } };
        let within = |late, range| {
            time::common(&time::common(&delivered(&created_at, late), &available_at), std::slice::from_ref(&range))
        };
        let spans = within(self.late_arrival, available);
        let late = !empty && spans != within(None, Interval { to: Some(self.now), ..available });
        // A range that ended before the reach is as much out of it as one that began there. What is asked for is that,
        // whether or not it narrows what is read.
        let (to_asked, from_asked) = (self.end(about.0, about.1), [about.0.from, about.1.from]);
        let ended = (to_asked.0 < reach && to_asked.1 != To::Now).then_some(to_asked.0);
        let asked = ended.or_else(|| from_asked.into_iter().flatten().max());
        FeedPlan {
            set: self.set,
            feed: self.feed,
            content_types: if empty { Vec::new() } else { types.names() },
            elsewhere: if wanted.is_empty() { left.names() } else { Vec::new() },
            left_out: if never { Vec::new() } else { wanted.without(types).names() },
            named: self.population.is_some(),
            required: if empty { Vec::new() } else { types.and(demanded).names() },
            available,
            from: from_why,
            to: to_why,
            asked: about.0,
            beyond_reach: asked.filter(|asked| *asked < reach && !empty && !about.0.is_empty() && !about.1.is_empty()),
            windows: listings(&spans),
            spans,
            late,
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

#[cfg(test)]
mod tests;
