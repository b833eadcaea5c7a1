//! One chain of pages as a value, and the request that opens it: the place where a filter becomes text.

use super::Direction;
use crate::odata::filter::{clause, filter};
use crate::odata::url::with_options;
use crate::predicate::{Clause, Value};
use crate::table::{Api, EntitySet, Kind, Op, Version};
use crate::time::Interval;
use crate::wire::{Request, Target};

/// What the first request of a chain asks for.
#[derive(Debug, Clone)]
pub struct PageQuery {
    /// The entity set.
    pub set: &'static EntitySet,
    /// API version.
    pub version: Version,
    /// The kind of record that the chain reads, if the set has kinds.
    pub kind: Option<Kind>,
    /// The times asked for, sent as whole seconds that lie outside.
    pub interval: Interval,
    /// Further clauses, all of which hold.
    pub clauses: Vec<Clause>,
    /// The order to ask for; `None` leaves it to the service.
    pub order: Option<Direction>,
    /// Rows per page.
    pub top: usize,
}

/// A query that asks for less of the service, to try after it refused the full one.
#[derive(Debug, Clone)]
pub struct Weaker {
    /// The query with a filter that lets more through, or without an order.
    pub query: PageQuery,
    /// What its filter lacks, as `$filter` text; empty if nothing.
    pub dropped: String,
}

impl PageQuery {
    /// Path and query, encoded.
    pub fn url(&self) -> String {
        with_options(&self.path(), &self.options())
    }

    /// Path and query as people read them, for EXPLAIN. Not to be sent.
    pub fn readable(&self) -> String {
        let options: Vec<String> = self.options().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}?{}", self.path(), options.join("&"))
    }

    /// The request that opens the chain.
    pub fn request(&self) -> Request {
        Request::get(self.api(), Target::Path(self.url()), self.set.quota)
    }

    /// The request that follows a link of this chain.
    pub fn follow(&self, link: String) -> Request {
        let prefix = format!("/{}/", self.version.segment());
        Request::get(self.api(), Target::Link { url: link, prefix }, self.set.quota)
    }

    fn api(&self) -> Api {
        self.set.api.expect("requests are planned for tables of a service only")
    }

    /// The whole filter as text.
    pub fn filter(&self) -> String {
        filter(&self.all_clauses())
    }

    /// The ladder of weaker queries: filters, each letting more through than the one before; then, if an order was asked
    /// for, the same without it, beginning with the full filter.
    pub fn weaker(&self, reach_from: Option<i64>) -> Vec<Weaker> {
        let mut ladder = self.weaker_filters(reach_from);
        if self.order.is_some() {
            let unordered = Self { order: None, ..self.clone() };
            let rest = unordered.weaker_filters(reach_from);
            ladder.push(Weaker { query: unordered, dropped: String::new() });
            ladder.extend(rest);
        }
        ladder
    }

    /// The kind is in all of them: without it the service would return another population, not a larger one.
    fn weaker_filters(&self, reach_from: Option<i64>) -> Vec<Weaker> {
        let ids: Vec<Clause> = self.clauses.iter().filter(|c| self.asks_key(c)).cloned().collect();
        let time_and_key = Self { clauses: ids, ..self.clone() };
        // A lower bound from before the service's reach may be what it refuses: no record can lie there.
        let out_of_reach = self.interval.from.zip(reach_from).is_some_and(|(from, reach)| from < reach);
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

    fn path(&self) -> String {
        format!("/{}{}", self.version.segment(), self.set.path)
    }

    fn options(&self) -> Vec<(&'static str, String)> {
        let mut options = Vec::new();
        let filter = self.filter();
        if !filter.is_empty() {
            options.push(("$filter", filter));
        }
        if let Some(direction) = self.order {
            let word = match direction {
                Direction::Descending => "desc",
                Direction::Ascending => "asc",
            };
            options.push(("$orderby", format!("{} {word}", self.time_path())));
        }
        options.push(("$top", self.top.to_string()));
        options
    }

    fn all_clauses(&self) -> Vec<Clause> {
        let kind = self.kind.filter(|_| self.version == Version::Beta).zip(self.set.population.as_ref());
        let kind = kind.and_then(|(kind, population)| {
            self.set.column(population.column).map(|column| Clause::Element {
                path: column.wire.into(),
                op: Op::Eq,
                value: Value::Text(kind.member.into()),
            })
        });
        let bound = |op, second: Option<i64>| {
            second.map(|s| Clause::Property { path: self.time_path().into(), op, value: Value::Second(s) })
        };
        let bounds = [kind, bound(Op::Ge, self.interval.from_second()), bound(Op::Le, self.interval.to_second())];
        bounds.into_iter().flatten().chain(self.clauses.iter().cloned()).collect()
    }

    fn time_path(&self) -> &'static str {
        self.set.column(self.set.time).map_or("", |c| c.wire)
    }
}
