//! Splits a predicate: what a service may be asked, which time range and which request streams it leaves, what stays.
//!
//! The direction of error is fixed: everything here may keep too many rows and none may keep too few. A part that cannot
//! be sent is left out where that lets more rows through, and every such part keeps its reason.

use super::bind::{Ask, Bound, Leaf, Literal, Property};
use super::clause::Clause;
use super::expression::{Comparison, Truth};
use super::reason::Reason;
use super::streams::{Streams, flag_asked};
use super::to_clause::{clause_of, different, instants, is_every_code};
use crate::table::{ApiVersion, EntitySet, Kind};
use crate::time::{self, Interval};

/// A conjunct: its SQL for people, its meaning bound to columns.
#[derive(Debug, Clone)]
pub struct Conjunct {
    /// The text.
    pub sql: String,
    /// The meaning.
    pub bound: Bound,
}

/// What one request stream may be asked.
#[derive(Debug, Clone)]
pub struct Split {
    /// The kind of record that the stream reads.
    pub kind: Option<Kind>,
    /// The times that rows of the answer can have.
    pub interval: Interval,
    /// Where those times lie apart: two and more windows within `interval`, with the conjunct that they came from.
    pub windows: Option<(usize, Vec<Interval>)>,
    /// Clauses, each with the conjunct it came from. What is said of the time alone is in `interval` and `windows` instead.
    pub clauses: Vec<(usize, Clause)>,
    /// For each conjunct, why it is not covered by what is sent; empty if it is.
    pub reasons: Vec<Vec<Reason>>,
}

/// One split for each request stream that can contribute a row; none if the predicate cannot hold.
pub fn split(conjuncts: &[Conjunct], set: &EntitySet, version: ApiVersion) -> Vec<Split> {
    let has = |stream: &Stream| match (set.population(), stream.kind) {
        (Some(population), Some(kind)) => version == ApiVersion::Beta || kind.member == population.v1_kind,
        _ => true,
    };
    streams(conjuncts, set).into_iter().filter(has).filter_map(|stream| stream.split(conjuncts, version)).collect()
}

/// The times that rows of the answer can have, wherever they come from; none if the predicate cannot hold.
pub fn times(conjuncts: &[Conjunct], set: &EntitySet) -> Interval {
    let left = |stream: Stream| stream.left_by(conjuncts).map(|(_, interval)| interval);
    streams(conjuncts, set).into_iter().filter_map(left).fold(Interval::EMPTY, Interval::hull)
}

/// The texts that a predicate leaves of a column; `None`: any.
pub fn texts_left(conjuncts: &[Conjunct], column: &str) -> Option<Vec<String>> {
    let mut flat = Vec::new();
    conjuncts.iter().for_each(|conjunct| flatten(&conjunct.bound, &mut flat));
    let of_column = |bound: &&Bound| of(bound).is_some_and(|property| property.is(column));
    let lists = flat.into_iter().filter(of_column).filter_map(values_of);
    let left = lists.map(|(_, values)| values).reduce(|a, b| a.into_iter().filter(|v| b.contains(v)).collect())?;
    let mut texts: Vec<String> = Vec::new();
    for value in left {
        if let Literal::Text(text) = value
            && !texts.contains(text)
        {
            texts.push(text.clone());
        }
    }
    Some(texts)
}

/// The property that a test, or the first of several, is about.
fn of(bound: &Bound) -> Option<&Property> {
    match bound {
        Bound::Leaf(leaf) => Some(&leaf.property),
        Bound::Or(arms) => arms.first().and_then(of),
        _ => None,
    }
}

/// The streams whose kind of record can satisfy the predicate: one, where there are no kinds.
fn streams<'a>(conjuncts: &[Conjunct], set: &'a EntitySet) -> Vec<Stream<'a>> {
    let Some(population) = set.population() else { return vec![Stream { set, kind: None }] };
    let all = Bound::And(conjuncts.iter().map(|c| c.bound.clone()).collect());
    let left = Streams::of(&all, population);
    let kinds = population.kinds.iter().enumerate().filter(|(at, _)| left.kinds & (1 << at) != 0);
    kinds.map(|(_, kind)| Stream { set, kind: Some(*kind) }).collect()
}

impl Split {
    /// The same for the times alone that its windows and its interval have in common; `None`, if there are none.
    fn within_windows(mut self) -> Option<Self> {
        let Some((of, windows)) = self.windows.take() else { return Some(self) };
        let windows = time::common(&windows, &[self.interval]);
        self.interval = time::hull(&windows);
        match windows.len() {
            0 => return None,
            1 => {}
            _ => self.windows = Some((of, windows)),
        }
        Some(self)
    }
}

/// One request stream: what is known of its rows lets the predicate be simplified before it is sent.
struct Stream<'a> {
    set: &'a EntitySet,
    kind: Option<Kind>,
}

impl Stream<'_> {
    /// What the predicate still says of this stream's rows, and the times that they can have; `None` if it cannot hold.
    fn left_by(&self, conjuncts: &[Conjunct]) -> Option<(Vec<Bound>, Interval)> {
        let folded: Vec<Bound> = conjuncts.iter().map(|c| self.fold(&c.bound)).collect();
        let whole = contradiction(Bound::And(folded.clone()));
        if matches!(whole, Bound::Constant(Truth::False)) {
            return None;
        }
        let interval = self.interval(&whole);
        (!interval.is_empty()).then_some((folded, interval))
    }

    fn split(&self, conjuncts: &[Conjunct], version: ApiVersion) -> Option<Split> {
        let (folded, interval) = self.left_by(conjuncts)?;
        let mut split = Split { kind: self.kind, interval, windows: None, clauses: Vec::new(), reasons: Vec::new() };
        for (at, (bound, original)) in folded.iter().zip(conjuncts).enumerate() {
            let mut reasons = Vec::new();
            if let Some(windows) = self.windows(bound, version) {
                split.windows = Some(match split.windows.take() {
                    Some((first, known)) => (first, time::common(&known, &windows)),
                    None => (at, windows),
                });
            } else if !self.is_time_bound(bound, version) {
                split.clauses.extend(self.clause(bound, version, &mut reasons).map(|clause| (at, clause)));
            }
            if reasons.is_empty() && self.is_population(&original.bound) {
                reasons.push(Reason::Population);
            }
            split.reasons.push(reasons);
        }
        split.within_windows()
    }

    /// The windows of time that alternatives leave which are about nothing else.
    fn windows(&self, bound: &Bound, version: ApiVersion) -> Option<Vec<Interval>> {
        let Bound::Or(arms) = bound else { return None };
        let all = arms.iter().all(|arm| self.is_time_bound(arm, version));
        all.then(|| time::windows(arms.iter().map(|arm| self.interval(arm)).collect()))
    }

    /// Replaces what every row of this stream is known to satisfy or to fail, and removes constants.
    fn fold(&self, bound: &Bound) -> Bound {
        match bound {
            Bound::And(ps) => {
                let ps: Vec<Bound> = ps.iter().map(|p| self.fold(p)).filter(|p| !is(p, Truth::True)).collect();
                if ps.iter().any(|p| is(p, Truth::False)) { Bound::Constant(Truth::False) } else { Bound::And(ps) }
            }
            Bound::Or(ps) => {
                let mut ps: Vec<Bound> = ps.iter().map(|p| self.fold(p)).filter(|p| !is(p, Truth::False)).collect();
                match ps.len() {
                    0 => Bound::Constant(Truth::False),
                    _ if ps.iter().any(|p| is(p, Truth::True)) => Bound::Constant(Truth::True),
                    1 => ps.remove(0),
                    _ => Bound::Or(ps),
                }
            }
            // Unknown keeps no row, and there is no NOT left that could turn it.
            Bound::Constant(Truth::Unknown) => Bound::Constant(Truth::False),
            Bound::Leaf(leaf) => self.known(leaf).map_or_else(|| bound.clone(), Bound::Constant),
            other => other.clone(),
        }
    }

    /// The truth of a test that follows from the stream's kind.
    fn known(&self, leaf: &Leaf) -> Option<Truth> {
        if let Ask::In { values, negated } = &leaf.ask
            && values.is_empty()
        {
            return Some(if *negated { Truth::True } else { Truth::False });
        }
        let (population, kind) = (self.set.population()?, self.kind?);
        let truth = |b: bool| if b { Truth::True } else { Truth::False };
        match &leaf.ask {
            Ask::Has { value: Literal::Text(member), negated }
                if leaf.property.is(population.column) && member == kind.member =>
            {
                Some(truth(!negated))
            }
            ask if leaf.property.is(population.flag) => flag_asked(ask).map(|wanted| truth(wanted == kind.flag)),
            _ => None,
        }
    }

    /// The times that a row can have which satisfies the predicate.
    fn interval(&self, bound: &Bound) -> Interval {
        match bound {
            Bound::And(ps) => ps.iter().map(|p| self.interval(p)).fold(Interval::ALL, Interval::intersect),
            Bound::Or(ps) => ps.iter().map(|p| self.interval(p)).fold(Interval::EMPTY, Interval::hull),
            Bound::Constant(Truth::False | Truth::Unknown) => Interval::EMPTY,
            Bound::Leaf(leaf) if self.is_time(leaf) => instants(&leaf.ask),
            _ => Interval::ALL,
        }
    }

    /// Whether a test is about the event's own time.
    fn is_time(&self, leaf: &Leaf) -> bool {
        self.set.time.is_some_and(|time| leaf.property.is(time))
    }

    /// Whether the conjunct says no more than the bounds of the interval do that are sent.
    fn is_time_bound(&self, bound: &Bound, version: ApiVersion) -> bool {
        match bound {
            Bound::And(ps) => ps.iter().all(|p| self.is_time_bound(p, version)),
            Bound::Leaf(leaf @ Leaf { ask: Ask::Compare(comparison, Literal::Instant(_)), .. }) => {
                let ops = leaf.property.column().ops_in(version);
                let (lower, upper) = (ops.since(0).is_some(), ops.until(0).is_some());
                let sent = match comparison {
                    Comparison::NotEq => false,
                    Comparison::Gt | Comparison::GtEq => lower,
                    Comparison::Lt | Comparison::LtEq => upper,
                    Comparison::Eq => lower && upper,
                };
                self.is_time(leaf) && sent
            }
            _ => false,
        }
    }

    fn is_population(&self, bound: &Bound) -> bool {
        let Some(population) = self.set.population() else { return false };
        match bound {
            Bound::And(ps) | Bound::Or(ps) => ps.iter().any(|p| self.is_population(p)),
            Bound::Leaf(leaf) => leaf.property.is(population.column) || leaf.property.is(population.flag),
            _ => false,
        }
    }

    /// The strongest clause that the predicate implies; `None` lets everything through. Losses leave their reasons.
    fn clause(&self, bound: &Bound, version: ApiVersion, reasons: &mut Vec<Reason>) -> Option<Clause> {
        match bound {
            Bound::And(ps) => Clause::and(ps.iter().filter_map(|p| self.clause(p, version, reasons)).collect()),
            Bound::Or(ps) => {
                let mut arms = Vec::new();
                for p in ps {
                    let mut lost = Vec::new();
                    let arm = self.clause(p, version, &mut lost);
                    let Some(arm) = arm else {
                        let why = lost.into_iter().next().unwrap_or(Reason::Computed);
                        reasons.push(Reason::OneSidedOr(Box::new(why)));
                        return None;
                    };
                    reasons.append(&mut lost);
                    arms.extend(arm.arms());
                }
                self.alternatives(arms).map_err(|reason| reasons.push(reason)).ok()
            }
            Bound::Leaf(leaf) => self.leaf(leaf, version).map_err(|reason| reasons.push(reason)).ok(),
            Bound::Local(why) => {
                reasons.push(Reason::of(*why));
                None
            }
            // `fold` left none inside; a whole predicate that is true has nothing to say.
            Bound::Constant(_) => None,
        }
    }

    fn alternatives(&self, arms: Vec<Clause>) -> Result<Clause, Reason> {
        let arms = different(arms);
        if is_every_code(&arms, self.set) {
            return Err(Reason::EveryValue);
        }
        Clause::or(arms).ok_or(Reason::Computed)
    }

    fn leaf(&self, leaf: &Leaf, version: ApiVersion) -> Result<Clause, Reason> {
        if let Some(population) = self.set.population()
            && (leaf.property.is(population.column) || leaf.property.is(population.flag))
        {
            return Err(Reason::Population);
        }
        if self.set.parent().is_some_and(|parent| leaf.property.is(parent.column)) {
            return Err(Reason::Path);
        }
        clause_of(leaf, version).and_then(|clause| self.alternatives(clause.arms()))
    }
}

fn is(bound: &Bound, truth: Truth) -> bool {
    matches!(bound, Bound::Constant(t) if *t == truth)
}

/// False, if two conjuncts ask one property to equal different values.
fn contradiction(bound: Bound) -> Bound {
    let mut flat = Vec::new();
    flatten(&bound, &mut flat);
    if flat.iter().any(|b| is(b, Truth::False)) {
        return Bound::Constant(Truth::False);
    }
    let mut allowed: Vec<(String, Vec<&Literal>)> = Vec::new();
    for (path, values) in flat.into_iter().filter_map(values_of) {
        match allowed.iter_mut().find(|(p, _)| *p == path) {
            Some((_, left)) => left.retain(|v| values.contains(v)),
            None => allowed.push((path, values)),
        }
    }
    if allowed.iter().any(|(_, left)| left.is_empty()) { Bound::Constant(Truth::False) } else { bound }
}

/// The property of which a test allows these values and no other. A short IN list arrives as an OR.
fn values_of(bound: &Bound) -> Option<(String, Vec<&Literal>)> {
    match bound {
        // One element can be this and another one that.
        Bound::Leaf(leaf) if !leaf.folded && !leaf.property.is_of_element() => match &leaf.ask {
            Ask::Compare(Comparison::Eq, v) => Some((leaf.property.wire().0, vec![v])),
            Ask::In { values, negated: false } => Some((leaf.property.wire().0, values.iter().collect())),
            _ => None,
        },
        Bound::Or(arms) => {
            let mut arms = arms.iter().map(values_of);
            let (path, mut values) = arms.next()??;
            for arm in arms {
                let (_, more) = arm.filter(|(other, _)| *other == path)?;
                values.extend(more);
            }
            Some((path, values))
        }
        _ => None,
    }
}

fn flatten<'a>(bound: &'a Bound, into: &mut Vec<&'a Bound>) {
    match bound {
        Bound::And(ps) => ps.iter().for_each(|p| flatten(p, into)),
        other => into.push(other),
    }
}
