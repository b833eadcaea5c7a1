//! The second opinion on `$filter`: refuses what is not documented and evaluates what is, over the tenant's rows.
//!
//! Shares nothing with the translation it checks but the grammar. Comparison is nasty where the real service is known to
//! be: the name that a user signs in with is compared as it is stored, every other text without regard to case, so a
//! caller that takes the answer for exact has wrong rows.

use super::property::{Property, Type, Version};
use super::refusal::Refusal;
use super::rows::{Item, Rows};
use super::table::{Population, Table};
use chrono::{DateTime, Utc};

use crate::odata::parse::{Comparison, Lambda, Literal, Node, Quantifier, parse};

/// Most alternatives of one `or` (source: Microsoft Graph, "Too many child clauses"; for reports an assumption).
const MOST_TERMS: usize = 15;

/// A filter that the service accepts.
#[derive(Debug)]
pub(in crate::demo) struct Filter {
    clause: Clause,
    /// The kind that is meant, where the filter says nothing of kinds.
    population: Option<&'static Population>,
}

#[derive(Debug)]
enum Clause {
    And(Vec<Clause>),
    Or(Vec<Clause>),
    Text(&'static str, TextTest),
    /// Not that text, or none.
    Other(&'static str, TextTest),
    Integer(&'static str, Comparison, i64),
    Flag(&'static str, Comparison, bool),
    /// Whether there is a value.
    Set(&'static str, bool),
    /// Another time than the record's own, in nanoseconds since 1970.
    Instant(&'static str, Comparison, i128),
    /// Nanoseconds since 1970: literals may be finer than rows.
    Time(Comparison, i128),
    Any(&'static str, Element),
}

/// A condition on an element of a list.
#[derive(Debug)]
enum Element {
    And(Vec<Element>),
    Or(Vec<Element>),
    /// The text at a path below the element.
    Is(&'static str, TextTest),
    IsNot(TextTest),
}

#[derive(Debug)]
struct TextTest {
    value: String,
    part: Part,
    /// Compare as stored.
    exact: bool,
}

/// Which part of a text has to be the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Start,
    End,
    Any,
}

impl Part {
    /// What a function asks for; an operator asks for the whole.
    fn of(word: &str) -> Self {
        match word {
            "startswith" => Self::Start,
            "endswith" => Self::End,
            "contains" => Self::Any,
            _ => Self::Whole,
        }
    }

    fn holds(self, text: &str, value: &str) -> bool {
        match self {
            Self::Whole => text == value,
            Self::Start => text.starts_with(value),
            Self::End => text.ends_with(value),
            Self::Any => text.contains(value),
        }
    }
}

impl Filter {
    /// Reads and checks a filter. `reach` is the oldest lower bound that is accepted, in units of 100 ns since 1970.
    pub(in crate::demo) fn read(
        table: &Table,
        (version, advanced): (Version, bool),
        text: Option<&str>,
        reach: Option<i64>,
    ) -> Result<Self, Refusal> {
        let population = table.population;
        let Some(text) = text else { return Ok(Self { clause: Clause::And(Vec::new()), population }) };
        let node = parse(text).map_err(Refusal::filter)?;
        let checker = Checker { table, version, advanced, reach };
        checker.alone(&node)?;
        let clause = checker.clause(&node)?;
        let population = population.filter(|population| !clause.speaks_of(population.list));
        Ok(Self { clause, population })
    }

    /// The same of a service that does not apply tests of some properties, though it accepts them.
    pub(in crate::demo) fn lying(self, table: &Table, properties: &[String]) -> Self {
        // Of a list of objects, any test of an element.
        let of = |property: &str, path: &str| {
            property == path || property.split_once("[]/").is_some_and(|(list, _)| list == path)
        };
        let lied_about = |path: &str| properties.iter().any(|property| of(property, path));
        let time = table.time.is_some_and(lied_about);
        Self { clause: self.clause.without(&lied_about, time), ..self }
    }

    /// Whether a record is meant.
    pub(in crate::demo) fn matches(&self, rows: &dyn Rows, row: usize) -> bool {
        let is_meant =
            |population: &Population| rows.list(row, population.list).contains(&Item::Text(population.unasked));
        self.population.is_none_or(is_meant) && self.clause.matches(rows, row)
    }
}

impl Clause {
    /// The same, tests of such paths being true of every record; `time`: those of its own time too.
    fn without(self, such: &impl Fn(&str) -> bool, time: bool) -> Self {
        let each = |all: Vec<Self>| all.into_iter().map(|c| c.without(such, time)).collect();
        match self {
            Self::And(all) => Self::And(each(all)),
            Self::Or(all) => Self::Or(each(all)),
            Self::Time(..) if time => Self::And(Vec::new()),
            Self::Text(p, _)
            | Self::Other(p, _)
            | Self::Integer(p, ..)
            | Self::Flag(p, ..)
            | Self::Set(p, _)
            | Self::Instant(p, ..)
            | Self::Any(p, _)
                if such(p) =>
            {
                Self::And(Vec::new())
            }
            honest => honest,
        }
    }

    fn speaks_of(&self, path: &str) -> bool {
        match self {
            Self::And(all) | Self::Or(all) => all.iter().any(|c| c.speaks_of(path)),
            Self::Text(p, _)
            | Self::Other(p, _)
            | Self::Integer(p, ..)
            | Self::Flag(p, ..)
            | Self::Set(p, _)
            | Self::Instant(p, ..)
            | Self::Any(p, _) => *p == path,
            Self::Time(..) => false,
        }
    }

    fn matches(&self, rows: &dyn Rows, row: usize) -> bool {
        match self {
            Self::And(all) => all.iter().all(|c| c.matches(rows, row)),
            Self::Or(all) => all.iter().any(|c| c.matches(rows, row)),
            Self::Text(path, test) => rows.text(row, path).is_some_and(|text| test.matches(&text)),
            // What there is none of is unequal to everything.
            Self::Other(path, test) => rows.text(row, path).is_none_or(|text| !test.matches(&text)),
            Self::Integer(path, op, value) => holds(*op, rows.integer(row, path).as_ref(), value),
            Self::Flag(path, op, value) => holds(*op, rows.flag(row, path).as_ref(), value),
            Self::Set(path, set) => rows.is_set(row, path) == *set,
            Self::Instant(path, op, nanos) => {
                let time = rows.text(row, path).and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
                holds(*op, time.map(|time| nanos_of(time.to_utc())).as_ref(), nanos)
            }
            Self::Time(op, nanos) => holds(*op, Some(&(i128::from(rows.ticks(row)) * 100)), nanos),
            Self::Any(path, element) => rows.list(row, path).into_iter().any(|item| element.matches(item)),
        }
    }
}

/// Whether a value compares so; no value does, but for being unequal.
fn holds<T: PartialOrd>(op: Comparison, value: Option<&T>, other: &T) -> bool {
    let Some(value) = value else { return op == Comparison::Ne };
    match op {
        Comparison::Eq => value == other,
        Comparison::Ne => value != other,
        Comparison::Gt => value > other,
        Comparison::Ge => value >= other,
        Comparison::Lt => value < other,
        Comparison::Le => value <= other,
    }
}

fn nanos_of(time: DateTime<Utc>) -> i128 {
    i128::from(time.timestamp()) * 1_000_000_000 + i128::from(time.timestamp_subsec_nanos())
}

impl Element {
    fn matches(&self, item: Item<'_>) -> bool {
        match self {
            Self::And(all) => all.iter().all(|e| e.matches(item)),
            Self::Or(all) => all.iter().any(|e| e.matches(item)),
            Self::Is(path, test) => item.text(path).is_some_and(|text| test.matches(text)),
            Self::IsNot(test) => item.text("").is_some_and(|text| !test.matches(text)),
        }
    }
}

impl TextTest {
    fn new(property: &Property, value: &str, part: Part) -> Self {
        let exact = property.kind == Type::ExactText;
        Self { value: if exact { value.to_owned() } else { folded(value) }, part, exact }
    }

    fn matches(&self, text: &str) -> bool {
        match self.exact {
            true => self.part.holds(text, &self.value),
            false if self.part == Part::Whole && text.is_ascii() => text.eq_ignore_ascii_case(&self.value),
            false => self.part.holds(&folded(text), &self.value),
        }
    }
}

/// Letter by letter: what `str::to_lowercase` does to a final sigma would tear prefixes apart.
fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().flat_map(char::to_lowercase).collect() }
}

struct Checker<'t> {
    table: &'t Table,
    version: Version,
    /// It is an advanced query.
    advanced: bool,
    reach: Option<i64>,
}

impl Checker<'_> {
    fn clause(&self, node: &Node) -> Result<Clause, Refusal> {
        match node {
            Node::And(all) => all.iter().map(|n| self.clause(n)).collect::<Result<_, _>>().map(Clause::And),
            Node::Or(all) => {
                bounded(node)?;
                all.iter().map(|n| self.clause(n)).collect::<Result<_, _>>().map(Clause::Or)
            }
            Node::Compare(left, op, right) => {
                let (Node::Path(path), Node::Literal(literal)) = (&**left, &**right) else {
                    return Err(Refusal::filter("a property is compared with a constant on its right"));
                };
                self.compare(self.known(path)?, *op, literal)
            }
            Node::Call(name, args) => {
                let [Node::Path(path), Node::Literal(Literal::Text(value))] = &args[..] else {
                    return Err(Refusal::filter(format_args!("arguments of '{name}'")));
                };
                let property = self.known(path)?;
                self.allowed(property, name)?;
                scalar(property)?;
                Ok(Clause::Text(property.path, TextTest::new(property, value, Part::of(name))))
            }
            Node::Lambda(Quantifier::Any, path, Some(lambda)) => {
                let list = path.join("/");
                match self.table.objects(self.version, &list) {
                    Some(list) => Ok(Clause::Any(list, self.object(list, lambda)?)),
                    None => self.texts(path, lambda),
                }
            }
            _ => Err(Refusal::filter("operator is not supported")),
        }
    }

    /// A condition on a list of texts.
    fn texts(&self, path: &[String], lambda: &Lambda) -> Result<Clause, Refusal> {
        let property = self.known(path)?;
        if property.kind != Type::Texts {
            return Err(Refusal::filter(format_args!("'{}' is no collection", property.path)));
        }
        Ok(Clause::Any(property.path, self.element(property, lambda, &lambda.body)?))
    }

    /// A condition on a list of objects. Only one test of one property is documented to stand in it.
    fn object(&self, list: &str, lambda: &Lambda) -> Result<Element, Refusal> {
        let (path, operator, value) = match &*lambda.body {
            Node::Compare(left, op, right) => match (&**left, &**right) {
                (Node::Path(path), Node::Literal(Literal::Text(value))) => (path, word(*op), value),
                _ => return Err(Refusal::filter("a property is compared with a constant on its right")),
            },
            Node::Call(name, args) => match &args[..] {
                [Node::Path(path), Node::Literal(Literal::Text(value))] => (path, name.as_str(), value),
                _ => return Err(Refusal::filter(format_args!("arguments of '{name}'"))),
            },
            _ => return Err(Refusal::filter("operator is not supported in a lambda")),
        };
        let [variable, below @ ..] = &path[..] else { return Err(Refusal::filter("an empty path")) };
        if *variable != lambda.variable || below.is_empty() {
            return Err(Refusal::filter(format_args!("'{}' is no property of an element", path.join("/"))));
        }
        let property = self.known(&[format!("{list}[]"), below.join("/")])?;
        self.allowed(property, operator)?;
        scalar(property)?;
        let below = property.path.split_once("[]/").map_or("", |(_, below)| below);
        Ok(Element::Is(below, TextTest::new(property, value, Part::of(operator))))
    }

    fn compare(&self, property: &'static Property, op: Comparison, literal: &Literal) -> Result<Clause, Refusal> {
        if *literal == Literal::Null {
            self.allowed(property, "null")?;
            return match op {
                Comparison::Eq => Ok(Clause::Set(property.path, false)),
                _ => self.allowed(property, "ne").map(|()| Clause::Set(property.path, true)),
            };
        }
        self.allowed(property, word(op))?;
        let path = property.path;
        match (property.kind, literal) {
            (Type::Text | Type::ExactText | Type::Enum, Literal::Text(value))
                if matches!(op, Comparison::Eq | Comparison::Ne) =>
            {
                let test = TextTest::new(property, value, Part::Whole);
                Ok(if op == Comparison::Eq { Clause::Text(path, test) } else { Clause::Other(path, test) })
            }
            (Type::Enum, Literal::Typed(of, value)) if of.starts_with("microsoft.graph.") && op == Comparison::Eq => {
                Ok(Clause::Text(path, TextTest::new(property, value, Part::Whole)))
            }
            (Type::Guid, Literal::Guid(value)) if op == Comparison::Eq => {
                Ok(Clause::Text(path, TextTest::new(property, value, Part::Whole)))
            }
            (Type::Integer, Literal::Integer(value)) => Ok(Clause::Integer(path, op, *value)),
            (Type::Flag, Literal::Bool(value)) => Ok(Clause::Flag(path, op, *value)),
            (Type::Instant, Literal::Instant(time)) => Ok(Clause::Instant(path, op, nanos_of(*time))),
            (Type::Time, Literal::Instant(time)) => {
                let nanos = nanos_of(*time);
                let too_old = self.reach.is_some_and(|reach| nanos < i128::from(reach) * 100);
                if op == Comparison::Ge && too_old {
                    return Err(Refusal::filter("the time lies before what is retained"));
                }
                Ok(Clause::Time(op, nanos))
            }
            _ => Err(Refusal::filter(format_args!("incompatible types for '{}'", property.path))),
        }
    }

    fn element(&self, list: &Property, lambda: &Lambda, node: &Node) -> Result<Element, Refusal> {
        let is_element = |path: &Node| matches!(path, Node::Path(path) if *path == [lambda.variable.as_str()]);
        match node {
            Node::And(all) => {
                all.iter().map(|n| self.element(list, lambda, n)).collect::<Result<_, _>>().map(Element::And)
            }
            Node::Or(all) => {
                bounded(node)?;
                all.iter().map(|n| self.element(list, lambda, n)).collect::<Result<_, _>>().map(Element::Or)
            }
            Node::Compare(left, op, right) if is_element(left) => {
                self.allowed(list, word(*op))?;
                let (Node::Literal(Literal::Text(value)), Comparison::Eq | Comparison::Ne) = (&**right, op) else {
                    return Err(Refusal::filter(format_args!("incompatible types for '{}'", list.path)));
                };
                let test = TextTest::new(list, value, Part::Whole);
                Ok(if *op == Comparison::Eq { Element::Is("", test) } else { Element::IsNot(test) })
            }
            Node::Call(name, args) => match &args[..] {
                [path, Node::Literal(Literal::Text(value))] if is_element(path) => {
                    self.allowed(list, name)?;
                    Ok(Element::Is("", TextTest::new(list, value, Part::of(name))))
                }
                _ => Err(Refusal::filter(format_args!("arguments of '{name}'"))),
            },
            _ => Err(Refusal::filter("operator is not supported in a lambda")),
        }
    }

    /// A costly property takes no other beside it.
    fn alone(&self, node: &Node) -> Result<(), Refusal> {
        let Some((property, _)) = self.table.costly else { return Ok(()) };
        let (mut it, mut others) = (false, false);
        each_path(node, &mut |path| *(if path[0] == property { &mut it } else { &mut others }) = true);
        if it && others {
            return Err(Refusal::filter(format_args!("'{property}' cannot be combined with other properties")));
        }
        Ok(())
    }

    fn known(&self, path: &[String]) -> Result<&'static Property, Refusal> {
        let path = path.join("/");
        self.table.property(self.version, &path).ok_or_else(|| {
            let entity = self.table.entity;
            Refusal::bad_request(format!("Could not find a property named '{path}' on type '{entity}'."))
        })
    }

    fn allowed(&self, property: &Property, operator: &str) -> Result<(), Refusal> {
        if property.allows(self.version, operator) || self.advanced && property.allows_advanced(operator) {
            return Ok(());
        }
        if property.allows_advanced(operator) {
            return Err(Refusal::unsupported(operator, property.path));
        }
        Err(Refusal::filter(format_args!("'{operator}' is not supported for '{}'", property.path)))
    }
}

/// Calls `see` for every path of a property in an expression.
fn each_path(node: &Node, see: &mut dyn FnMut(&[String])) {
    match node {
        Node::And(all) | Node::Or(all) | Node::Call(_, all) => all.iter().for_each(|node| each_path(node, see)),
        Node::Not(node) | Node::In(node, _) => each_path(node, see),
        Node::Compare(left, _, right) => [left, right].into_iter().for_each(|node| each_path(node, see)),
        Node::Path(path) | Node::Lambda(_, path, _) => see(path),
        Node::Literal(_) => {}
    }
}

/// Lists are asked through `any()` alone.
fn scalar(property: &Property) -> Result<(), Refusal> {
    match property.kind {
        Type::Text | Type::ExactText => Ok(()),
        _ => Err(Refusal::filter(format_args!("incompatible types for '{}'", property.path))),
    }
}

/// Counts the alternatives of an `or`, through `or`s directly within.
fn bounded(or: &Node) -> Result<(), Refusal> {
    fn terms(node: &Node) -> usize {
        match node {
            Node::Or(all) => all.iter().map(terms).sum(),
            _ => 1,
        }
    }
    let found = terms(or);
    if found > MOST_TERMS { Err(Refusal::too_many_terms(found, MOST_TERMS)) } else { Ok(()) }
}

fn word(op: Comparison) -> &'static str {
    match op {
        Comparison::Eq => "eq",
        Comparison::Ne => "ne",
        Comparison::Gt => "gt",
        Comparison::Ge => "ge",
        Comparison::Lt => "lt",
        Comparison::Le => "le",
    }
}

#[cfg(test)]
mod tests;
