//! Plans a search of the audit log: what is ordered of the service, and what stays to be checked here.
//!
//! An order is a list of fields with the values that records may have, and two bounds of time, both of which are needed.
//! Where a question has no bounds, they are what the service keeps and the present. Which column is which field is
//! declared; here is found what the predicate leaves of each: too much, never too little.

mod error;
mod explain;
mod label;
mod order;
mod passes;
mod reasons;
mod request;

pub use error::ReadError;
pub use label::Label;
pub use order::Order;
pub use passes::{ENTRY, Passes, Verdict};
pub use request::{all, follow, place, records, status};

use std::collections::BTreeMap;

use super::Residual;
use crate::apis::activity::name_for_graph;
use crate::predicate::bind::{Ask, Leaf, Literal};
use crate::predicate::{Bound, Comparison, Conjunct, Truth};
use crate::table::{ApiVersion, Case, Column, EntitySet, Search};
use crate::time::{self, Interval};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// What a scan by search is asked for.
#[derive(Debug, Clone)]
pub struct SearchScan {
    /// The table.
    pub set: &'static EntitySet,
    /// How it is searched.
    pub search: &'static Search,
    /// The predicate: all of them hold.
    pub conjuncts: Vec<Conjunct>,
    /// What joins say of the rows that they can let through: it may narrow what is ordered.
    pub keys: Vec<Conjunct>,
    /// Rows wanted at most.
    pub limit: Option<usize>,
    /// Whether the predicate may choose what is ordered.
    pub pushdown: bool,
    /// The statement's instant, in microseconds.
    pub now: i64,
    /// The version to use, if the user says.
    pub version: Option<ApiVersion>,
    /// The cap on the records of a search, if the user says.
    pub record_cap: Option<u64>,
}

/// The searches that answer a scan, as data.
#[derive(Debug, Clone)]
pub struct SearchPlan {
    /// The table.
    pub set: &'static EntitySet,
    /// How it is searched.
    pub search: &'static Search,
    /// What is ordered. None: the predicate cannot hold, and nothing is sent.
    pub order: Option<Order>,
    /// The times that the predicate is about.
    pub about: Interval,
    /// The records after which a search ends, where it does not say so itself.
    pub cap: u64,
    /// The version to use, if the user says.
    pub version: Option<ApiVersion>,
    /// What becomes of each conjunct.
    pub residual: Vec<Residual>,
    /// Rows wanted at most.
    pub limit: Option<usize>,
    /// The statement's instant, in microseconds.
    pub now: i64,
}

impl SearchScan {
    /// The plan.
    pub fn plan(&self) -> SearchPlan {
        let all = Bound::And(self.conjuncts.iter().map(|c| c.bound.clone()).collect());
        let time = self.set.time.unwrap_or("creation_time");
        let about = interval(&all, time);
        let never = about.is_empty() || matches!(all_known(&all), Some(false));
        let keys = self.keys.iter().map(|c| c.bound.clone());
        let told = Bound::And(if self.pushdown { std::iter::once(all).chain(keys).collect() } else { Vec::new() });
        let never = never || interval(&told, time).is_empty();
        SearchPlan {
            set: self.set,
            search: self.search,
            order: if never { None } else { self.order(&told, interval(&told, time), about) },
            about,
            cap: self.record_cap.unwrap_or(self.search.record_cap),
            version: self.version,
            residual: self.residual(),
            limit: self.limit,
            now: self.now,
        }
    }

    /// What is ordered; `None` if no record can be found by it.
    fn order(&self, told: &Bound, asked: Interval, about: Interval) -> Option<Order> {
        let mut filters = BTreeMap::new();
        for column in self.fields() {
            let Some(values) = left_of(told, column) else { continue };
            if values.is_empty() {
                return None;
            }
            let words = words_of(&values, column);
            if words.len() <= self.search.values {
                filters.insert(column.asked.map_or("", |asked| asked.path), words);
            }
        }
        // Nothing was recorded later than now. An order needs a beginning, and who asks for none gets what all licences keep.
        let kept = i64::from(self.search.retention_days) * DAY;
        let end = asked.to.map_or(self.now, |to| to.min(self.now));
        let open = if self.now - kept < end { self.now - kept } else { end.saturating_sub(kept) };
        // Switched off, what the predicate is about is read whole.
        let begin = asked.from.unwrap_or_else(|| about.from.map_or(open, |from| from.min(open)));
        let within = Interval { from: Some(begin), to: Some(end.max(begin)) };
        Some(Order { from: within.first_second()?, to: within.last_second()?, bounds: self.search.bounds, filters })
    }

    /// The columns that a search has a field for, but the time.
    fn fields(&self) -> impl Iterator<Item = &'static Column> + '_ {
        self.set.columns.iter().filter(|column| column.asked.is_some() && self.set.time != Some(column.name))
    }

    fn residual(&self) -> Vec<Residual> {
        let residual =
            |conjunct: &Conjunct| Residual { sql: conjunct.sql.clone(), reasons: self.reasons(&conjunct.bound) };
        self.conjuncts.iter().map(residual).collect()
    }
}

impl SearchPlan {
    /// Whether nobody said where it begins.
    pub fn is_open(&self) -> bool {
        self.about.from.is_none()
    }

    /// Whether records of a time were asked for that not every licence keeps.
    pub fn is_beyond_kept(&self) -> bool {
        let kept_from = self.now - i64::from(self.search.retention_days) * DAY;
        [self.about.from, self.about.to].into_iter().flatten().any(|bound| bound < kept_from)
    }
}

/// Whether a predicate is known to be false, whatever the record.
fn all_known(bound: &Bound) -> Option<bool> {
    match bound {
        Bound::Constant(Truth::True) => Some(true),
        Bound::Constant(Truth::False | Truth::Unknown) => Some(false),
        Bound::And(all) if all.iter().any(|one| all_known(one) == Some(false)) => Some(false),
        Bound::Or(all) if all.iter().all(|one| all_known(one) == Some(false)) => Some(false),
        _ => None,
    }
}

/// The instants that a predicate leaves; too many, never too few.
fn interval(bound: &Bound, column: &str) -> Interval {
    match bound {
        Bound::And(ps) => ps.iter().map(|p| interval(p, column)).fold(Interval::ALL, Interval::intersect),
        Bound::Or(ps) => ps.iter().map(|p| interval(p, column)).fold(Interval::EMPTY, Interval::hull),
        Bound::Constant(Truth::False | Truth::Unknown) => Interval::EMPTY,
        Bound::Leaf(leaf) if leaf.property.is(column) => asked_of(leaf),
        Bound::Constant(Truth::True) | Bound::Leaf(_) | Bound::Local(_) => Interval::ALL,
    }
}

/// The same of one test. What is finer than a microsecond is part of one.
fn asked_of(leaf: &Leaf) -> Interval {
    match &leaf.ask {
        Ask::Compare(Comparison::Lt, Literal::Instant(t)) => Interval::until(t.saturating_sub(1)),
        _ => time::hull(&super::feed::asked_of(leaf)),
    }
}

/// The values that a predicate leaves of a column; `None`: any, or values that are not sent.
fn left_of(bound: &Bound, column: &Column) -> Option<Vec<Literal>> {
    match bound {
        Bound::And(ps) => ps.iter().filter_map(|p| left_of(p, column)).reduce(|a, b| common(a, &b)),
        Bound::Or(ps) => {
            let arms: Option<Vec<_>> = ps.iter().map(|p| left_of(p, column)).collect();
            Some(arms?.into_iter().fold(Vec::new(), either))
        }
        Bound::Constant(Truth::False | Truth::Unknown) => Some(Vec::new()),
        Bound::Leaf(leaf) => values(leaf, column).filter(|values| values.iter().all(|v| is_sure(v, column))),
        Bound::Constant(Truth::True) | Bound::Local(_) => None,
    }
}

fn common(a: Vec<Literal>, b: &[Literal]) -> Vec<Literal> {
    a.into_iter().filter(|value| b.contains(value)).collect()
}

fn either(mut a: Vec<Literal>, b: Vec<Literal>) -> Vec<Literal> {
    let new: Vec<Literal> = b.into_iter().filter(|value| !a.contains(value)).collect();
    a.extend(new);
    a
}

/// The values that a test leaves of a column; `None` if it is about another, or leaves no list of them.
fn values(leaf: &Leaf, column: &Column) -> Option<Vec<Literal>> {
    // Folded, it is about every spelling of a text.
    if leaf.folded || !leaf.property.is(column.name) {
        return None;
    }
    match &leaf.ask {
        Ask::Compare(Comparison::Eq, value) => Some(vec![value.clone()]),
        Ask::In { values, negated: false } => Some(values.clone()),
        _ => None,
    }
}

/// Whether it is known what a search finds by a value.
fn is_sure(value: &Literal, column: &Column) -> bool {
    match value {
        Literal::Int(number) => name_of(*number).is_some(),
        // Blanks around it may be cut off, and records have operations that end with one.
        Literal::Text(text) if text.is_empty() || text.trim() != text => false,
        Literal::Text(text) if column.case == Case::Address => {
            text.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_string() == *text)
        }
        Literal::Text(_) => true,
        _ => false,
    }
}

fn name_of(number: i64) -> Option<String> {
    i32::try_from(number).ok().and_then(name_for_graph)
}

/// The words for values in an order, each once.
fn words_of(values: &[Literal], column: &Column) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for value in values {
        let spellings = match value {
            Literal::Int(number) => name_of(*number).into_iter().collect(),
            Literal::Text(text) if column.case == Case::Lower => vec![text.clone(), text.to_lowercase()],
            Literal::Text(text) => vec![text.clone()],
            _ => Vec::new(),
        };
        for word in spellings {
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words.sort_unstable();
    words
}
