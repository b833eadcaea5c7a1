//! A second opinion on predicates: SQL's three-valued logic over the tenant's own JSON, written from the standard.
//!
//! A flaw can be put in, to see that the laws would notice it.

use serde_json::Value;

use super::words::{Field, Has, Item, Literal, Op, Predicate, Term, Test, Type};

/// Evaluates predicates.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Judge {
    pub(crate) flaw: Option<Flaw>,
}

/// What a judge can have wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// `=` and IN ignore case, as the service does.
    BlindEquality,
    /// `<>` is true of NULL.
    NullDiffers,
    /// NOT IN ignores a NULL in its list.
    NullInListIgnored,
    /// `_` is a character like any other.
    LiteralUnderscore,
    /// Times are compared by whole seconds, as they are sent.
    WholeSeconds,
    /// Times are cut to microseconds before they are compared.
    CutTimes,
    /// ILIKE minds case.
    SeeingIlike,
    /// NOT makes true of unknown.
    NotOfUnknown,
    /// An absent list is an empty one.
    AbsentListIsEmpty,
    /// Each of the tests of one element may be passed by another one, as they are sent.
    ElementsApart,
    /// That no element passes is unknown where one is tested in vain.
    UnknownElement,
}

impl Flaw {
    pub(crate) const ALL: [Self; 11] = [
        Self::BlindEquality,
        Self::NullDiffers,
        Self::NullInListIgnored,
        Self::LiteralUnderscore,
        Self::WholeSeconds,
        Self::CutTimes,
        Self::SeeingIlike,
        Self::NotOfUnknown,
        Self::AbsentListIsEmpty,
        Self::ElementsApart,
        Self::UnknownElement,
    ];
}

impl Judge {
    /// True, false or unknown.
    pub(crate) fn says(self, predicate: &Predicate, row: &Value) -> Option<bool> {
        match predicate {
            Predicate::And(all) => all.iter().map(|p| self.says(p, row)).fold(Some(true), and),
            Predicate::Or(all) => not(all.iter().map(|p| not(self.says(p, row))).fold(Some(true), and)),
            Predicate::Not(inner) => match self.says(inner, row) {
                None if self.has(Flaw::NotOfUnknown) => Some(true),
                says => not(says),
            },
            Predicate::Test(test) => self.test(test, row),
        }
    }

    fn has(self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn test(self, test: &Test, row: &Value) -> Option<bool> {
        match test {
            Test::Compare { left, op, right, .. } => self.compare(&term(*left, row), *op, right),
            Test::Columns { left, op, right } => self.compare(&value(left, row), *op, &value(right, row)),
            Test::In { term: of, values, negated } => negate(self.is_in(&term(*of, row), values, *negated), *negated),
            Test::Between { term: of, low, high, negated } => {
                let of = term(*of, row);
                negate(and(self.compare(&of, Op::Ge, low), self.compare(&of, Op::Le, high)), *negated)
            }
            Test::Like { term: of, pattern, blind, negated } => match term(*of, row) {
                Literal::Text(text) => Some(self.like(&text, pattern, *blind) != *negated),
                _ => None,
            },
            Test::StartsWith { term: of, prefix } => match term(*of, row) {
                Literal::Text(text) => Some(text.starts_with(prefix.as_str())),
                _ => None,
            },
            Test::Null { field, negated } => Some((value(field, row) == Literal::Null) != *negated),
            Test::Truth { field, is, negated } => Some((truth(field, row) == *is) != *negated),
            Test::Flag(field) => truth(field, row),
            Test::Has { field, values, how } => {
                let list = texts(field, row).or_else(|| self.has(Flaw::AbsentListIsEmpty).then(Vec::new))?;
                Some(match how {
                    Has::It | Has::Any => values.iter().any(|v| list.contains(&v.as_str())),
                    Has::All => values.iter().all(|v| list.contains(&v.as_str())),
                })
            }
            Test::Element { list, tests, all } => {
                let items = at(list, row).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                self.element(items, tests, *all)
            }
            Test::Constant(value) => Some(*value),
        }
    }

    /// Never unknown: an element of which a test is unknown does not pass.
    fn element(self, items: &[Value], tests: &[(&Field, Item)], all: bool) -> Option<bool> {
        let says = |item: &Value, (field, test): &(&Field, Item)| match (test, value(field, item)) {
            (Item::Null, found) => Some(found == Literal::Null),
            (Item::Is(text), found) => self.compare(&found, Op::Eq, &Literal::Text(text.clone())),
            (Item::Begins(prefix), Literal::Text(text)) => Some(text.starts_with(prefix.as_str())),
            (Item::Begins(_), _) => None,
        };
        let passes = |item: &Value| {
            let said = tests.iter().map(|test| says(item, test));
            if all { said.fold(Some(true), and) } else { not(said.map(not).fold(Some(true), and)) }
        };
        if all && self.has(Flaw::ElementsApart) {
            let some = |test| items.iter().any(|item| says(item, test) == Some(true));
            return Some(tests.iter().all(some));
        }
        let passed: Vec<Option<bool>> = items.iter().map(passes).collect();
        let unknown = self.has(Flaw::UnknownElement) && passed.contains(&None);
        if passed.contains(&Some(true)) { Some(true) } else { (!unknown).then_some(false) }
    }

    fn compare(self, left: &Literal, op: Op, right: &Literal) -> Option<bool> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let order = match (left, right) {
            (Literal::Null, _) | (_, Literal::Null) if op == Op::Ne && self.has(Flaw::NullDiffers) => {
                return Some(left != right);
            }
            (Literal::Null, _) | (_, Literal::Null) => return None,
            (Literal::Text(a), Literal::Text(b)) if self.has(Flaw::BlindEquality) => {
                a.to_lowercase().cmp(&b.to_lowercase())
            }
            (Literal::Text(a), Literal::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Literal::Int(a), Literal::Int(b)) => a.cmp(b),
            (Literal::Double(a), Literal::Double(b)) => a.partial_cmp(b)?,
            (Literal::Bool(a), Literal::Bool(b)) => a.cmp(b),
            (Literal::Time(a), Literal::Time(b)) if self.has(Flaw::WholeSeconds) => {
                a.div_euclid(1_000_000_000).cmp(&b.div_euclid(1_000_000_000))
            }
            (Literal::Time(a), Literal::Time(b)) if self.has(Flaw::CutTimes) => {
                a.div_euclid(1000).cmp(&b.div_euclid(1000))
            }
            // A column holds microseconds; what it is compared with stands as it is written.
            (Literal::Time(a), Literal::Time(b)) => a.cmp(b),
            (a, b) => panic!("{a:?} and {b:?} cannot be compared"),
        };
        Some(match op {
            Op::Eq => order == Equal,
            Op::Ne => order != Equal,
            Op::Lt => order == Less,
            Op::Le => order != Greater,
            Op::Gt => order == Greater,
            Op::Ge => order != Less,
        })
    }

    fn is_in(self, of: &Literal, values: &[Literal], negated: bool) -> Option<bool> {
        let ignored = |v: &&Literal| **v == Literal::Null && negated && self.has(Flaw::NullInListIgnored);
        let values = values.iter().filter(|v| !ignored(v));
        not(values.map(|v| not(self.compare(of, Op::Eq, v))).fold(Some(true), and))
    }

    fn like(self, text: &str, pattern: &str, blind: bool) -> bool {
        let blind = blind && !self.has(Flaw::SeeingIlike);
        let letters: Vec<char> = text.chars().collect();
        // The places in the text up to which the pattern read so far can reach.
        let mut reached = vec![false; letters.len() + 1];
        reached[0] = true;
        let mut pattern = pattern.chars();
        while let Some(c) = pattern.next() {
            let (sign, escaped) = if c == '\\' { (pattern.next().unwrap_or(c), true) } else { (c, false) };
            if sign == '%' && !escaped {
                let first = reached.iter().position(|r| *r).unwrap_or(reached.len());
                reached.iter_mut().skip(first).for_each(|r| *r = true);
                continue;
            }
            let any = sign == '_' && !escaped && !self.has(Flaw::LiteralUnderscore);
            let fits = |at: usize| any || letters[at] == sign || blind && folded(letters[at]) == folded(sign);
            let next = (0..=letters.len()).map(|at| at > 0 && reached[at - 1] && fits(at - 1));
            reached = next.collect();
        }
        reached[letters.len()]
    }
}

fn folded(c: char) -> String {
    c.to_lowercase().collect()
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn not(a: Option<bool>) -> Option<bool> {
    a.map(|a| !a)
}

fn negate(a: Option<bool>, negated: bool) -> Option<bool> {
    if negated { not(a) } else { a }
}

fn term(term: Term, row: &Value) -> Literal {
    let (field, change): (_, fn(&str) -> Literal) = match term {
        Term::Plain(field) => return value(field, row),
        Term::Cut(field, (_, nanos)) => {
            return match value(field, row) {
                Literal::Time(time) => Literal::Time(time.div_euclid(nanos) * nanos),
                other => other,
            };
        }
        Term::Lower(field) => (field, |t| Literal::Text(t.to_lowercase())),
        Term::Upper(field) => (field, |t| Literal::Text(t.to_uppercase())),
        Term::Length(field) => (field, |t| Literal::Int(i64::try_from(t.chars().count()).unwrap())),
    };
    match value(field, row) {
        Literal::Text(text) => change(&text),
        _ => Literal::Null,
    }
}

/// The value of a field: what has another JSON type is NULL, but numbers and truth values may stand in quotes.
pub(crate) fn value(field: &Field, row: &Value) -> Literal {
    let found = at(field, row).unwrap_or(&Value::Null);
    let value = match field.of {
        Type::Asked | Type::Text => found.as_str().map(|t| Literal::Text(t.into())),
        Type::Int => found.as_i64().or_else(|| found.as_str()?.parse().ok()).map(Literal::Int),
        Type::Double => found.as_f64().map(Literal::Double),
        Type::Bool => found.as_bool().or_else(|| found.as_str()?.parse().ok()).map(Literal::Bool),
        Type::Time => found.as_str().map(|t| Literal::Time(micros(t) * 1000)),
        Type::Texts | Type::Objects => found.as_array().map(|_| Literal::Bool(true)),
    };
    value.unwrap_or(Literal::Null)
}

pub(crate) fn at<'a>(field: &Field, row: &'a Value) -> Option<&'a Value> {
    if field.json.is_empty() {
        return Some(row);
    }
    field.json.split('/').try_fold(row, |value, name| value.get(name))
}

fn truth(field: &Field, row: &Value) -> Option<bool> {
    match value(field, row) {
        Literal::Bool(truth) => Some(truth),
        _ => None,
    }
}

pub(crate) fn texts<'a>(field: &Field, row: &'a Value) -> Option<Vec<&'a str>> {
    Some(at(field, row)?.as_array()?.iter().filter_map(Value::as_str).collect())
}

/// Microseconds since 1970; columns hold no more, and what is finer is cut off.
pub(crate) fn micros(text: &str) -> i64 {
    text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_micros()
}
