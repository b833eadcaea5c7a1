//! One test of one property in the service's terms, as far as the service documents it.

use std::collections::HashSet;

use super::bind::{Ask, Leaf, Literal};
use super::clause::{Clause, Value};
use super::expression::{Comparison, Pattern};
use super::reason::Reason;
use crate::table::{ApiVersion, Asked, Case, Code, Edm, EntitySet, Op, Ops, is_guid};
use crate::time::Interval;

/// The clause that a test implies, as far as it is documented in a version.
pub(super) fn clause_of(leaf: &Leaf, version: ApiVersion) -> Result<Clause, Reason> {
    let column = leaf.property.column();
    // Also where the service is documented to store lower case: a record in another spelling would be lost without a word.
    if leaf.folded {
        return Err(Reason::AnySpelling);
    }
    if column.derived.is_some() {
        return Err(Reason::Computed);
    }
    let (mut path, mut below) = leaf.property.wire();
    if let Some(asked) = column.asked {
        // Of an element of a list it is called so from the element on.
        asked.path.clone_into(below.as_mut().unwrap_or(&mut path));
    }
    let (ops, case) = (column.ops_in(version), column.case);
    let asked = Property { path, below, ops, case, edm: &column.edm, codes: column.asked };
    match &leaf.ask {
        Ask::Compare(comparison, value) => asked.compare(*comparison, value),
        Ask::In { negated: true, .. } => Err(asked.undocumented("NOT IN")),
        Ask::In { values, negated: false } => {
            // A property of GUIDs equals no other text.
            let possible = |v: &&Literal| case != Case::Guid || !matches!(v, Literal::Text(text) if !is_guid(text));
            let arms = values.iter().filter(possible).map(|v| asked.compare(Comparison::Eq, v));
            let arms = arms.collect::<Result<Vec<_>, _>>()?;
            if arms.is_empty() {
                return Err(Reason::Type);
            }
            Clause::or(arms.into_iter().flat_map(Clause::arms).collect()).ok_or(Reason::Computed)
        }
        Ask::Like { pattern: Pattern::Free, .. } => Err(Reason::FreePattern),
        Ask::Like { negated: true, .. } => Err(asked.undocumented("NOT LIKE")),
        Ask::Like { pattern, negated: false } => asked.like(pattern),
        Ask::Has { negated: true, .. } => Err(asked.undocumented("NOT array_has")),
        Ask::Has { value, negated: false } => asked.has(value, &column.edm),
        Ask::IsNull { negated } => asked.null(*negated),
    }
}
/// A property as the service documents it.
struct Property {
    path: String,
    /// Of an element of a list: the path below it.
    below: Option<String>,
    ops: Ops,
    case: Case,
    edm: &'static Edm,
    codes: Option<Asked>,
}

/// The arms of an OR, each once: different words can have one code, and different networks a common beginning.
pub(super) fn different(arms: Vec<Clause>) -> Vec<Clause> {
    let mut seen = HashSet::new();
    arms.into_iter().filter(|arm| seen.insert(format!("{arm:?}"))).collect()
}

/// Whether alternatives name every code that a property has: then they leave out nothing.
pub(super) fn is_every_code(arms: &[Clause], set: &EntitySet) -> bool {
    let named = |asked: Asked| {
        let of = |arm: &&Clause| matches!(arm, Clause::Property { path, op: Op::Eq, .. } if path == asked.path);
        arms.iter().filter(of).count()
    };
    let coded = set.columns.iter().filter_map(|column| column.asked).filter(|asked| !asked.words.is_empty());
    coded.into_iter().any(|asked| named(asked) >= asked.codes())
}

impl Property {
    fn compare(&self, comparison: Comparison, literal: &Literal) -> Result<Clause, Reason> {
        match (comparison, literal) {
            (_, Literal::Instant(_)) => self.instant(comparison, literal),
            (Comparison::Eq, Literal::Text(text)) if text.is_empty() => Err(Reason::EmptyText),
            (Comparison::Eq, Literal::Text(text)) => match self.codes.filter(|asked| !asked.words.is_empty()) {
                Some(asked) => self.test(Op::Eq, coded(asked.code(text).ok_or(Reason::NoCode)?)),
                None => self.text(Op::Eq, text),
            },
            (Comparison::Eq, literal) => self.test(Op::Eq, value(literal)),
            (Comparison::Lt | Comparison::LtEq | Comparison::Gt | Comparison::GtEq, Literal::Text(_)) => {
                Err(Reason::TextOrder)
            }
            (Comparison::LtEq, Literal::Int(n)) if !self.ops.has(Op::Le) && self.ops.has(Op::Lt) => {
                n.checked_add(1).ok_or(Reason::Type).and_then(|n| self.test(Op::Lt, Value::Int(n)))
            }
            (Comparison::GtEq, Literal::Int(n)) if !self.ops.has(Op::Ge) && self.ops.has(Op::Gt) => {
                n.checked_sub(1).ok_or(Reason::Type).and_then(|n| self.test(Op::Gt, Value::Int(n)))
            }
            (Comparison::LtEq, literal) => self.test(Op::Le, value(literal)),
            (Comparison::GtEq, literal) => self.test(Op::Ge, value(literal)),
            // The wider of two documented operators will do: rows are checked again here.
            (Comparison::Lt, literal) => self.test(if self.ops.has(Op::Lt) { Op::Lt } else { Op::Le }, value(literal)),
            (Comparison::Gt, literal) => self.test(if self.ops.has(Op::Gt) { Op::Gt } else { Op::Ge }, value(literal)),
            // Of two values, not the one is the other; it is sent, or refused, in the word that is common.
            (Comparison::NotEq, Literal::Bool(b)) if self.ops.has(Op::Eq) || !self.ops.has(Op::Ne) => {
                self.test(Op::Eq, Value::Bool(!b))
            }
            (Comparison::NotEq, literal) if self.ops.has(Op::Ne) => self.unequal(literal),
            (Comparison::NotEq, _) => Err(self.undocumented("<>")),
        }
    }

    /// A service that ignores case leaves out what differs from the literal in case alone, and SQL keeps it. Only of a
    /// documented member of an enumeration, as it is written, there is no other spelling.
    fn unequal(&self, literal: &Literal) -> Result<Clause, Reason> {
        match (literal, self.edm) {
            (Literal::Text(text), Edm::Enum(members)) if members.contains(&text.as_str()) => {
                self.test(Op::Ne, Value::Text(text.clone()))
            }
            (Literal::Text(_), _) => Err(Reason::Unequal),
            (literal, _) => self.test(Op::Ne, value(literal)),
        }
    }

    /// Where it is documented, an unset property is `null`.
    fn null(&self, negated: bool) -> Result<Clause, Reason> {
        let op = if negated { Op::Ne } else { Op::Eq };
        if !self.ops.has(Op::Null) || negated && !self.ops.has(Op::Ne) {
            return Err(Reason::Null);
        }
        Ok(Clause::Property { path: self.path.clone(), op, value: Value::Null })
    }

    /// A time is asked for by whole seconds that lie around it.
    fn instant(&self, comparison: Comparison, literal: &Literal) -> Result<Clause, Reason> {
        if comparison == Comparison::NotEq {
            return Err(if self.ops.has(Op::Ne) { Reason::Seconds } else { self.undocumented("<>") });
        }
        let interval = instants(&Ask::Compare(comparison, literal.clone()));
        let bound = |found: Option<(Op, i64)>, op: Op| {
            let (op, second) = found.ok_or_else(|| self.undocumented(op.wire()))?;
            self.test(op, Value::Second(second))
        };
        let lower = interval.first_second().map(|second| bound(self.ops.since(second), Op::Ge));
        let upper = interval.last_second().map(|second| bound(self.ops.until(second), Op::Le));
        let bounds: Vec<Clause> = lower.into_iter().chain(upper).collect::<Result<_, _>>()?;
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
        if self.case == Case::Guid {
            // Only a whole GUID can be written down: a part of one, or another text, stays here.
            let guid = is_guid(text) && op == Op::Eq;
            return if guid { self.test(op, Value::Guid(text.into())) } else { Err(Reason::Type) };
        }
        let written = self.test(op, Value::Text(text.into()))?;
        let lower = text.to_lowercase();
        if self.case != Case::Lower || lower == text {
            return Ok(written);
        }
        Ok(Clause::Or(vec![written, self.test(op, Value::Text(lower))?]))
    }

    fn has(&self, literal: &Literal, edm: &Edm) -> Result<Clause, Reason> {
        match (edm, literal) {
            (Edm::List(item), Literal::Text(text)) if item.is_text() && text.is_empty() => Err(Reason::EmptyText),
            (Edm::List(_), _) if self.ops.has(Op::Eq) => {
                Ok(Clause::Element { path: self.path.clone(), below: String::new(), op: Op::Eq, value: value(literal) })
            }
            _ => Err(self.undocumented("array_has")),
        }
    }

    fn test(&self, op: Op, value: Value) -> Result<Clause, Reason> {
        if !self.ops.has(op) {
            return Err(self.undocumented(op.wire()));
        }
        let path = self.path.clone();
        Ok(match self.below.clone() {
            Some(below) => Clause::Element { path, below, op, value },
            None => Clause::Property { path, op, value },
        })
    }

    fn undocumented(&self, op: &str) -> Reason {
        let below = self.below.iter().filter(|below| !below.is_empty()).map(|below| format!("/{below}"));
        Reason::NotDocumented { op: op.into(), property: self.path.clone() + &below.collect::<String>() }
    }
}

fn coded(code: Code) -> Value {
    match code {
        Code::Text(text) => Value::Text(text.to_owned()),
        Code::Number(n) => Value::Int(n),
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
pub(super) fn instants(ask: &Ask) -> Interval {
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
