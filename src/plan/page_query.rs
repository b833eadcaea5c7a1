//! One chain of pages as a value, and the request that opens it.

use std::sync::Arc;

use crate::odata::filter::{clause, filter};
use crate::odata::request::{Ask, bounds, followed, link_prefix};
use crate::predicate::{Clause, Value};
use crate::table::{ApiVersion, Direction, EntitySet, Kind, Op, Pages, Quota};
use crate::time::Interval;
use crate::wire::{Request, Target};

/// What the first request of a chain asks for.
#[derive(Debug, Clone)]
pub struct PageQuery {
    /// The entity set.
    pub set: &'static EntitySet,
    /// The listing of its records.
    pub pages: &'static Pages,
    /// API version.
    pub version: ApiVersion,
    /// The tenant that the connection names.
    pub tenant: Arc<str>,
    /// The kind of record that the chain reads, if the set has kinds.
    pub kind: Option<Kind>,
    /// The times asked for, sent as whole seconds that lie outside.
    pub interval: Interval,
    /// Further clauses, all of which hold.
    pub clauses: Vec<Clause>,
    /// The order to ask for; `None` leaves it to the service.
    pub order: Option<Direction>,
    /// The properties to send alone, by their names on the wire.
    pub select: Option<Vec<&'static str>>,
    /// The record of the other set whose listing it is, by its key.
    pub parent: Option<String>,
    /// The quota it counts against.
    pub quota: Quota,
    /// Rows per page.
    pub top: Option<usize>,
    /// The records after which the service ends an answer without a word; `None`: it does not.
    pub cap: Option<u64>,
}

/// A query that asks for less of the service, to try after it refused the full one.
#[derive(Debug, Clone)]
pub struct Weaker {
    /// The query with a filter that lets more through, or without an order.
    pub query: PageQuery,
    /// What its filter lacks, as `$filter` text; empty if nothing.
    pub dropped: String,
}

/// Days that an open range is taken to have, where the service keeps records without limit: only the number of its pages
/// is estimated from it.
const ASSUMED_DAYS: u32 = 365;
/// A day, in microseconds.
const DAY: i64 = 86_400_000_000;

impl PageQuery {
    /// Path and query, encoded.
    pub fn url(&self) -> String {
        self.ask(&self.all_clauses(), (&self.path(), self.selected().as_deref())).url()
    }

    /// Path and query as people read them, for EXPLAIN. Not to be sent.
    pub fn readable(&self) -> String {
        self.ask(&self.all_clauses(), (&self.path(), self.selected().as_deref())).readable()
    }

    /// The request that opens the chain.
    pub fn request(&self) -> Request {
        self.get(Target::Path(self.url()))
    }

    /// The request that follows a link of this chain.
    pub fn follow(&self, link: String) -> Request {
        let prefix = link_prefix(self.pages.dialect, self.version, &self.tenant);
        self.get(Target::Link { url: followed(self.pages.dialect, link), prefix })
    }

    fn get(&self, target: Target) -> Request {
        let headers = if self.is_advanced() { self.pages.advanced } else { self.pages.headers };
        Request { headers, ..Request::get(self.pages.api, target, self.quota) }
    }

    /// Whether one of its clauses is documented for advanced queries alone. Pages that follow need its headers too.
    pub fn is_advanced(&self) -> bool {
        let advanced = |path: &str, op: Op| self.set.at_wire(path).is_some_and(|column| column.advanced.has(op));
        self.clauses.iter().any(|clause| clause.has(&advanced))
    }

    fn selected(&self) -> Option<String> {
        self.select.as_ref().map(|names| names.join(","))
    }

    /// The times that its records can have, for estimates: an open range begins where the service's retention does. None, if
    /// they have no time.
    pub fn range(&self, now: i64) -> Option<(i64, i64)> {
        self.set.time?;
        let days = self.pages.retention_days.unwrap_or(ASSUMED_DAYS);
        let Interval { from, to } = self.interval;
        Some((from.unwrap_or(now - i64::from(days) * DAY), to.map_or(now, |to| to.min(now))))
    }

    /// The whole filter as text.
    pub fn filter(&self) -> String {
        filter(&self.all_clauses())
    }

    /// The ladder of weaker queries: filters, each letting more through than the one before; then, if an order was asked
    /// for, the same without it, beginning with the full filter.
    pub fn weaker(&self, kept_from: Option<i64>) -> Vec<Weaker> {
        let mut ladder = self.weaker_filters(kept_from);
        if self.order.is_some() {
            let unordered = Self { order: None, ..self.clone() };
            let rest = unordered.weaker_filters(kept_from);
            ladder.push(Weaker { query: unordered, dropped: String::new() });
            ladder.extend(rest);
        }
        ladder
    }

    /// The kind is in all of them: without it the service would return another population, not a larger one.
    fn weaker_filters(&self, kept_from: Option<i64>) -> Vec<Weaker> {
        let ids: Vec<Clause> = self.clauses.iter().filter(|c| self.asks_key(c)).cloned().collect();
        let time_and_key = Self { clauses: ids, ..self.clone() };
        // A lower bound from before the service's reach may be what it refuses: no record can lie there.
        let out_of_reach = self.interval.from.zip(kept_from).is_some_and(|(from, reach)| from < reach);
        let within = if out_of_reach { Interval { from: None, ..self.interval } } else { self.interval };
        let in_reach = Self { interval: within, ..time_and_key.clone() };
        let bare = Self { interval: Interval::ALL, clauses: Vec::new(), ..self.clone() };
        let mut ladder: Vec<Weaker> = Vec::new();
        let mut last = self.filter();
        for query in [time_and_key, in_reach, bare] {
            let text = query.filter();
            if text != last {
                ladder.push(Weaker { dropped: self.lacking(&query), query });
                last = text;
            }
        }
        ladder
    }

    fn asks_key(&self, clause: &Clause) -> bool {
        let key = self.set.column(self.set.key).map(|c| c.wire);
        match clause {
            Clause::Property { path, op: Op::Eq, .. } => Some(path.as_str()) == key,
            Clause::Or(arms) => arms.iter().all(|arm| self.asks_key(arm)),
            _ => false,
        }
    }

    fn lacking(&self, weaker: &Self) -> String {
        let kept = weaker.all_clauses();
        self.all_clauses().iter().filter(|c| !kept.contains(c)).map(clause).collect::<Vec<_>>().join(" and ")
    }

    /// The path, with the key in its place. A key that is none yet stands as the column is called.
    fn path(&self) -> String {
        let key = self.parent.as_deref().unwrap_or("{id}");
        self.pages.path.replace("{id}", key)
    }

    fn ask<'a>(&'a self, clauses: &'a [Clause], (path, select): (&'a str, Option<&'a str>)) -> Ask<'a> {
        Ask {
            dialect: self.pages.dialect,
            version: self.version,
            tenant: &self.tenant,
            path,
            clauses,
            order: self.order.and_then(|direction| Some((self.set.time_column()?.wire, direction))),
            select,
            advanced: self.is_advanced(),
            top: self.top,
        }
    }

    fn all_clauses(&self) -> Vec<Clause> {
        let kind = self.kind.filter(|_| self.version == ApiVersion::Beta).zip(self.pages.population.as_ref());
        let kind = kind.and_then(|(kind, population)| {
            self.set.column(population.column).map(|column| Clause::Element {
                path: column.wire.into(),
                below: String::new(),
                op: Op::Eq,
                value: Value::Text(kind.member.into()),
            })
        });
        let time = self.set.time_column();
        let bounds = time.into_iter().flat_map(|time| bounds(self.version, time, self.interval));
        kind.into_iter().chain(bounds).chain(self.clauses.iter().cloned()).collect()
    }
}
