//! Conditions that nothing satisfies by what they say: bounds that are the wrong way round, `BETWEEN 5 AND 1`, or have nothing between
//! them, and times that no column has.

use std::cmp::Ordering;

use crate::predicate::{Comparison, ELEMENT, Predicate, Scalar, Test};
use crate::tally::Because;
use crate::time::instant_text;

/// The ranges of conditions that all have to hold.
pub(super) fn reversed<'a>(conditions: impl Iterator<Item = &'a Predicate>) -> impl Iterator<Item = Because> {
    let mut bounds: Vec<(&[String], Comparison, &Scalar)> = Vec::new();
    conditions.for_each(|condition| bounds_of(condition, &mut bounds));
    let low = |comparison| matches!(comparison, Comparison::GtEq | Comparison::Gt);
    let high = |comparison| matches!(comparison, Comparison::LtEq | Comparison::Lt);
    let mut found = Vec::new();
    for (path, begin, from) in bounds.iter().filter(|(_, comparison, _)| low(*comparison)) {
        let because = bounds.iter().filter(|(other, end, _)| other == path && high(*end)).find_map(|(_, end, to)| {
            let is_closed = (*begin, *end) == (Comparison::GtEq, Comparison::LtEq);
            match order(from, to)? {
                Ordering::Greater => Some(Because::Reversed { column: path.join("."), from: said(from), to: said(to) }),
                Ordering::Equal if !is_closed => Some(Because::NoRange { column: path.join("."), at: said(from) }),
                _ => None,
            }
        });
        found.extend(because);
    }
    found.into_iter()
}

/// A condition that nothing satisfies, since it asks for a time between two microseconds, of a column or of the elements of a list.
pub(super) fn finer(condition: &Predicate) -> Option<Because> {
    let (path, test) = match condition {
        Predicate::Test { path, test, .. } => (path, test),
        Predicate::Any { test, .. } => return finer(test),
        Predicate::And(all) => return all.iter().find_map(finer),
        _ => return None,
    };
    let is_finer = |value: &Scalar| matches!(value, Scalar::Finer(_));
    let never = match test {
        Test::Compare(Comparison::Eq, value) => is_finer(value),
        Test::In { values, negated: false } => !values.is_empty() && values.iter().all(is_finer),
        _ => false,
    };
    let names = || path.iter().filter(|name| *name != ELEMENT).map(String::as_str).collect::<Vec<_>>();
    never.then(|| Because::Finer { column: names().join(".") })
}

fn bounds_of<'a>(condition: &'a Predicate, bounds: &mut Vec<(&'a [String], Comparison, &'a Scalar)>) {
    match condition {
        Predicate::And(all) => all.iter().for_each(|one| bounds_of(one, bounds)),
        Predicate::Test { path, folded: false, test: Test::Compare(comparison, value), .. } => {
            bounds.push((path, *comparison, value));
        }
        _ => {}
    }
}

fn order(from: &Scalar, to: &Scalar) -> Option<Ordering> {
    match (from, to) {
        (Scalar::Instant(a), Scalar::Instant(b)) | (Scalar::Int(a), Scalar::Int(b)) => Some(a.cmp(b)),
        (Scalar::Text(a), Scalar::Text(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn said(value: &Scalar) -> String {
    match value {
        Scalar::Instant(at) => instant_text(*at),
        Scalar::Int(number) => number.to_string(),
        Scalar::Text(text) => format!("'{text}'"),
        other => format!("{other:?}"),
    }
}
