//! Splits a predicate: what a service may be asked, which time range and which request streams it leaves, what stays.
//!
//! The direction of error is fixed: everything here may keep too many rows and none may keep too few. A part that cannot
//! be sent is left out where that lets more rows through, and every such part keeps its reason.
//!
//! Kinds of record need care, because a record may carry several. `array_has(kinds, A) AND array_has(kinds, B)` holds for
//! a record that is delivered by stream A and by stream B, so neither stream may be pruned for the sake of the other;
//! that is why [`Reach`] tells "some stream of the record is here" from "all streams of the record are here".

use std::fmt;

use super::bind::{Ask, Bound, Leaf, Literal, Local};
use super::clause::{Clause, Value};
use super::{Comparison, Pattern, Truth};
use crate::table::{Case, Edm, EntitySet, Kind, Op, Ops, Population, Version};
use crate::time::Interval;

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
    /// Clauses, each with the conjunct it came from. Time bounds of the whole are in `interval` instead.
    pub clauses: Vec<(usize, Clause)>,
    /// For each conjunct, why it is not covered by what is sent; empty if it is.
    pub reasons: Vec<Vec<Reason>>,
}

/// Why a part of a predicate stays on this side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The service documents no such operator for the property.
    NotDocumented {
        /// The operator in SQL's words.
        op: String,
        /// Wire path.
        property: String,
    },
    /// Texts are ordered differently there: a range of text could lose rows.
    TextOrder,
    /// NULL tests are not documented.
    Null,
    /// How the service treats empty text is not known.
    EmptyText,
    /// The pattern has no fixed part that could be sent.
    FreePattern,
    /// It computes something.
    Computed,
    /// Known when the query runs.
    Pending,
    /// The literal is not of the property's type.
    Type,
    /// Control characters are not sent.
    ControlCharacter,
    /// It selects request streams instead.
    Population,
    /// One side of an OR cannot be sent, so none of it can.
    OneSidedOr(Box<Reason>),
    /// The filter would exceed the number of tests a service accepts.
    TooManyTests,
    /// The URL would become too long.
    TooLong,
    /// Sending filters is switched off.
    SwitchedOff,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDocumented { op, property } => write!(f, "the service documents no {op} on {property}"),
            Self::TextOrder => f.write_str("the service may order text differently"),
            Self::Null => f.write_str("tests for NULL are not documented"),
            Self::EmptyText => f.write_str("how the service treats empty text is not documented"),
            Self::FreePattern => f.write_str("the pattern has no fixed part to send"),
            Self::Computed => f.write_str("computed on this side"),
            Self::Pending => f.write_str("<known at run time>"),
            Self::Type => f.write_str("the literal is not of the property's type"),
            Self::ControlCharacter => f.write_str("text with control characters is not sent"),
            Self::Population => f.write_str("it selects the request streams"),
            Self::OneSidedOr(reason) => write!(f, "one side of the OR stays here: {reason}"),
            Self::TooManyTests => write!(f, "the filter would hold more than {} tests", super::clause::MAX_TESTS),
            Self::TooLong => f.write_str("the URL would become too long"),
            Self::SwitchedOff => f.write_str("pushdown is switched off"),
        }
    }
}

/// One split for each request stream that can contribute a row; none if the predicate cannot hold.
pub fn split(conjuncts: &[Conjunct], set: &EntitySet, version: Version) -> Vec<Split> {
    let all = Bound::And(conjuncts.iter().map(|c| c.bound.clone()).collect());
    let Some(population) = &set.population else {
        return Stream { set, version, kind: None }.split(conjuncts).into_iter().collect();
    };
    let kinds =
        population.kinds.iter().enumerate().filter(|(_, k)| version == Version::Beta || k.member == population.v1_kind);
    let reach = Reach::of(&all, population);
    kinds
        .filter(|(at, _)| reach.kinds & (1 << at) != 0)
        .filter_map(|(_, kind)| Stream { set, version, kind: Some(*kind) }.split(conjuncts))
        .collect()
}

/// The streams that are left by a predicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reach {
    /// Bit set over the population's kinds.
    kinds: u32,
    /// Every stream that delivers such a record is in the set. If not, one of them is.
    whole: bool,
}

impl Reach {
    fn of(bound: &Bound, population: &Population) -> Self {
        let all = Self { kinds: (1 << population.kinds.len()) - 1, whole: true };
        let one = |member: &str| population.kinds.iter().position(|k| k.member == member).map_or(0, |at| 1_u32 << at);
        match bound {
            Bound::And(ps) => ps.iter().map(|p| Self::of(p, population)).fold(all, Self::and),
            Bound::Or(ps) => ps
                .iter()
                .map(|p| Self::of(p, population))
                .reduce(|a, b| Self { kinds: a.kinds | b.kinds, whole: a.whole && b.whole })
                .unwrap_or(Self { kinds: 0, whole: true }),
            Bound::Constant(Truth::False | Truth::Unknown) => Self { kinds: 0, whole: true },
            Bound::Leaf(Leaf { property, ask: Ask::Has { value: Literal::Text(member), negated }, .. })
                if property.is(population.column) =>
            {
                // A member that is no kind we ask for may come with any stream.
                match (one(member), negated) {
                    (0, _) => all,
                    (kind, false) => Self { kinds: kind, whole: false },
                    (kind, true) => Self { kinds: all.kinds & !kind, whole: true },
                }
            }
            Bound::Leaf(leaf) if leaf.property.is(population.flag) => flag_asked(&leaf.ask).map_or(all, |wanted| {
                let kinds = population.kinds.iter().filter(|k| k.flag == wanted);
                Self { kinds: kinds.map(|k| one(k.member)).sum(), whole: true }
            }),
            Bound::Constant(Truth::True) | Bound::Leaf(_) | Bound::Local(_) => all,
        }
    }

    /// Both hold. Two partial sets cannot be intersected: either alone is enough, the smaller is taken.
    fn and(self, other: Self) -> Self {
        let both = self.kinds & other.kinds;
        match (self.whole, other.whole) {
            (true, whole) => Self { kinds: both, whole },
            (false, true) => Self { kinds: both, whole: false },
            (false, false) if self.kinds.count_ones() <= other.kinds.count_ones() => self,
            (false, false) => other,
        }
    }
}

/// Whether a test is about ASCII alone. Of other letters each side has its own idea what their lower case is: ILIKE takes
/// `ς` for `σ`, which no spelling that could be sent does.
fn asks_ascii(ask: &Ask) -> bool {
    let ascii = |literal: &Literal| !matches!(literal, Literal::Text(text) if !text.is_ascii());
    match ask {
        Ask::Compare(_, value) | Ask::Has { value, .. } => ascii(value),
        Ask::In { values, .. } => values.iter().all(ascii),
        Ask::Like { pattern: Pattern::Prefix(text) | Pattern::Suffix(text) | Pattern::Infix(text), .. } => {
            text.is_ascii()
        }
        Ask::Like { pattern: Pattern::Free, .. } | Ask::IsNull { .. } => true,
    }
}

/// The value that a test of a Boolean column asks for.
fn flag_asked(ask: &Ask) -> Option<bool> {
    match ask {
        Ask::Compare(Comparison::Eq, Literal::Bool(b)) => Some(*b),
        Ask::Compare(Comparison::NotEq, Literal::Bool(b)) => Some(!*b),
        _ => None,
    }
}

/// One request stream: what is known of its rows lets the predicate be simplified before it is sent.
struct Stream<'a> {
    set: &'a EntitySet,
    version: Version,
    kind: Option<Kind>,
}

impl Stream<'_> {
    fn split(&self, conjuncts: &[Conjunct]) -> Option<Split> {
        let folded: Vec<Bound> = conjuncts.iter().map(|c| self.fold(&c.bound)).collect();
        let whole = contradiction(Bound::And(folded.clone()));
        if matches!(whole, Bound::Constant(Truth::False)) {
            return None;
        }
        let interval = self.interval(&whole);
        if interval.is_empty() {
            return None;
        }
        let mut split = Split { kind: self.kind, interval, clauses: Vec::new(), reasons: Vec::new() };
        for (at, (bound, original)) in folded.iter().zip(conjuncts).enumerate() {
            let mut reasons = Vec::new();
            if !self.is_time_bound(bound) {
                split.clauses.extend(self.clause(bound, &mut reasons).map(|clause| (at, clause)));
            }
            if reasons.is_empty() && self.is_population(&original.bound) {
                reasons.push(Reason::Population);
            }
            split.reasons.push(reasons);
        }
        Some(split)
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
        let (population, kind) = (self.set.population.as_ref()?, self.kind?);
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
            Bound::Leaf(leaf) if leaf.property.is(self.set.time) => instants(&leaf.ask),
            _ => Interval::ALL,
        }
    }

    /// Whether the conjunct says no more than the interval does.
    fn is_time_bound(&self, bound: &Bound) -> bool {
        match bound {
            Bound::And(ps) => ps.iter().all(|p| self.is_time_bound(p)),
            Bound::Leaf(Leaf { property, ask: Ask::Compare(comparison, Literal::Instant(_)), .. }) => {
                property.is(self.set.time) && *comparison != Comparison::NotEq
            }
            _ => false,
        }
    }

    fn is_population(&self, bound: &Bound) -> bool {
        let Some(population) = &self.set.population else { return false };
        match bound {
            Bound::And(ps) | Bound::Or(ps) => ps.iter().any(|p| self.is_population(p)),
            Bound::Leaf(leaf) => leaf.property.is(population.column) || leaf.property.is(population.flag),
            _ => false,
        }
    }

    /// The strongest clause that the predicate implies; `None` lets everything through. Losses leave their reasons.
    fn clause(&self, bound: &Bound, reasons: &mut Vec<Reason>) -> Option<Clause> {
        match bound {
            Bound::And(ps) => Clause::and(ps.iter().filter_map(|p| self.clause(p, reasons)).collect()),
            Bound::Or(ps) => {
                let mut arms = Vec::new();
                for p in ps {
                    let mut lost = Vec::new();
                    let arm = self.clause(p, &mut lost);
                    let Some(arm) = arm else {
                        let why = lost.into_iter().next().unwrap_or(Reason::Computed);
                        reasons.push(Reason::OneSidedOr(Box::new(why)));
                        return None;
                    };
                    reasons.append(&mut lost);
                    arms.extend(arm.arms());
                }
                Clause::or(arms)
            }
            Bound::Leaf(leaf) => self.leaf(leaf).map_err(|reason| reasons.push(reason)).ok(),
            Bound::Local(why) => {
                reasons.push(match why {
                    Local::Computed => Reason::Computed,
                    Local::Pending => Reason::Pending,
                    Local::Type => Reason::Type,
                    Local::ControlCharacter => Reason::ControlCharacter,
                });
                None
            }
            // `fold` left none inside; a whole predicate that is true has nothing to say.
            Bound::Constant(_) => None,
        }
    }

    fn leaf(&self, leaf: &Leaf) -> Result<Clause, Reason> {
        let column = leaf.property.column();
        if let Some(population) = &self.set.population
            && (leaf.property.is(population.column) || leaf.property.is(population.flag))
        {
            return Err(Reason::Population);
        }
        if leaf.folded && (column.case != Case::Lower || !asks_ascii(&leaf.ask)) {
            return Err(Reason::Computed);
        }
        let asked = Asked { path: leaf.property.wire(), ops: column.ops_in(self.version), case: column.case };
        match &leaf.ask {
            Ask::Compare(comparison, value) => asked.compare(*comparison, value),
            Ask::In { negated: true, .. } => Err(asked.undocumented("NOT IN")),
            Ask::In { values, negated: false } => {
                let arms = values.iter().map(|v| asked.compare(Comparison::Eq, v)).collect::<Result<Vec<_>, _>>()?;
                Clause::or(arms.into_iter().flat_map(Clause::arms).collect()).ok_or(Reason::Computed)
            }
            Ask::Like { pattern: Pattern::Free, .. } => Err(Reason::FreePattern),
            Ask::Like { negated: true, .. } => Err(asked.undocumented("NOT LIKE")),
            Ask::Like { pattern, negated: false } => asked.like(pattern),
            Ask::Has { negated: true, .. } => Err(asked.undocumented("NOT array_has")),
            Ask::Has { value, negated: false } => asked.has(value, &column.edm),
            Ask::IsNull { .. } => Err(Reason::Null),
        }
    }
}

/// A property as the service documents it.
struct Asked {
    path: String,
    ops: Ops,
    case: Case,
}

impl Asked {
    fn compare(&self, comparison: Comparison, literal: &Literal) -> Result<Clause, Reason> {
        match (comparison, literal) {
            (_, Literal::Instant(_)) => self.instant(comparison, literal),
            (Comparison::Eq, Literal::Text(text)) if text.is_empty() => Err(Reason::EmptyText),
            (Comparison::Eq, Literal::Text(text)) => self.text(Op::Eq, text),
            (Comparison::Eq, literal) => self.test(Op::Eq, value(literal)),
            (Comparison::Lt | Comparison::LtEq | Comparison::Gt | Comparison::GtEq, Literal::Text(_)) => {
                Err(Reason::TextOrder)
            }
            (Comparison::LtEq, literal) => self.test(Op::Le, value(literal)),
            (Comparison::GtEq, literal) => self.test(Op::Ge, value(literal)),
            // The wider of two documented operators will do: rows are checked again here.
            (Comparison::Lt, literal) => self.test(if self.ops.has(Op::Lt) { Op::Lt } else { Op::Le }, value(literal)),
            (Comparison::Gt, literal) => self.test(if self.ops.has(Op::Gt) { Op::Gt } else { Op::Ge }, value(literal)),
            // `ne` is documented nowhere for a plain property of these sets, and a service that ignores case would lose rows.
            (Comparison::NotEq, _) => Err(self.undocumented("<>")),
        }
    }

    /// A time is asked for by whole seconds that lie around it.
    fn instant(&self, comparison: Comparison, literal: &Literal) -> Result<Clause, Reason> {
        if comparison == Comparison::NotEq {
            return Err(self.undocumented("<>"));
        }
        let interval = instants(&Ask::Compare(comparison, literal.clone()));
        let bound = |op, second: Option<i64>| second.map(|s| self.test(op, Value::Second(s)));
        let bounds: Vec<Clause> = [bound(Op::Ge, interval.from_second()), bound(Op::Le, interval.to_second())]
            .into_iter()
            .flatten()
            .collect::<Result<_, _>>()?;
        Clause::and(bounds).ok_or(Reason::Type)
    }

    fn like(&self, pattern: &Pattern) -> Result<Clause, Reason> {
        let (op, text) = match pattern {
            Pattern::Prefix(text) => (Op::StartsWith, text),
            Pattern::Suffix(text) => (Op::EndsWith, text),
            Pattern::Infix(text) => (Op::Contains, text),
            Pattern::Free => return Err(Reason::FreePattern),
        };
        self.text(op, text)
    }

    /// Text that is stored in lower case and compared as it stands is asked for in both spellings: whichever is right,
    /// no row is lost, and the predicate itself decides here.
    fn text(&self, op: Op, text: &str) -> Result<Clause, Reason> {
        let written = self.test(op, Value::Text(text.into()))?;
        let lower = text.to_lowercase();
        if self.case == Case::AsWritten || lower == text {
            return Ok(written);
        }
        Ok(Clause::Or(vec![written, self.test(op, Value::Text(lower))?]))
    }

    fn has(&self, literal: &Literal, edm: &Edm) -> Result<Clause, Reason> {
        match (edm, literal) {
            (Edm::List(item), Literal::Text(text)) if item.is_text() && text.is_empty() => Err(Reason::EmptyText),
            (Edm::List(_), _) if self.ops.has(Op::Eq) => {
                Ok(Clause::Element { path: self.path.clone(), op: Op::Eq, value: value(literal) })
            }
            _ => Err(self.undocumented("array_has")),
        }
    }

    fn test(&self, op: Op, value: Value) -> Result<Clause, Reason> {
        if !self.ops.has(op) {
            return Err(self.undocumented(op.wire()));
        }
        Ok(Clause::Property { path: self.path.clone(), op, value })
    }

    fn undocumented(&self, op: &str) -> Reason {
        Reason::NotDocumented { op: op.into(), property: self.path.clone() }
    }
}

fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Text(text) => Value::Text(text.clone()),
        Literal::Bool(b) => Value::Bool(*b),
        Literal::Int(n) => Value::Int(*n),
        Literal::Double(d) => Value::Double(*d),
        Literal::Instant(micros) => Value::Second(micros.div_euclid(1_000_000)),
    }
}

/// The instants that a test of the time column lets through, whole microseconds.
fn instants(ask: &Ask) -> Interval {
    match ask {
        Ask::Compare(comparison, Literal::Instant(t)) => match comparison {
            Comparison::Eq => Interval { from: Some(*t), to: Some(*t) },
            Comparison::Lt => Interval::until(t.saturating_sub(1)),
            Comparison::LtEq => Interval::until(*t),
            Comparison::Gt => Interval::since(t.saturating_add(1)),
            Comparison::GtEq => Interval::since(*t),
            Comparison::NotEq => Interval::ALL,
        },
        Ask::In { values, negated: false } => values
            .iter()
            .map(|v| instants(&Ask::Compare(Comparison::Eq, v.clone())))
            .fold(Interval::EMPTY, Interval::hull),
        _ => Interval::ALL,
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
        Bound::Leaf(leaf) if !leaf.folded => match &leaf.ask {
            Ask::Compare(Comparison::Eq, v) => Some((leaf.property.wire(), vec![v])),
            Ask::In { values, negated: false } => Some((leaf.property.wire(), values.iter().collect())),
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
