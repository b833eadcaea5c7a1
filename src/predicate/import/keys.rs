//! What a join says of the rows on its other side, once it has read one: the keys that they can have.
//!
//! DataFusion leaves it as a condition that changes while the query runs. Its shapes (bounds and a list; a list of records for
//! several columns; a choice of one of them by the hash of the key) are known here alone, and are no promise of its own
//! (github.com/apache/datafusion/issues/23817). What is made of them may say less than the join does, never more: it holds for
//! every row that the join can let through. It must not be negated.

use std::collections::HashSet;

use arrow::array::{Array as _, ArrayRef};
use arrow::datatypes::Schema;
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::ScalarFunctionExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, CaseExpr, DynamicFilterPhysicalExpr, InListExpr, Literal};

use super::{Expr, Importer, Subject, operands, scalar_of};
use crate::predicate::expression::{Comparison, Local, Predicate, Scalar, Test, Truth};

/// What is known of the keys of a join.
#[derive(Debug, Clone, PartialEq)]
pub struct Keys {
    /// A condition on each column of the key by itself.
    pub each: Predicate,
    /// Of a key of several columns: the columns together, which says more. The number of its tests, as well.
    pub together: Option<(Predicate, usize)>,
    /// Different keys; none: they are too many to be told, or only a range of them is known.
    pub count: usize,
}

/// What a condition that changes says by now; `None`: nothing.
///
/// # Errors
/// When DataFusion cannot tell its present state.
pub fn keys(condition: &Expr, schema: &Schema) -> Result<Option<Keys>> {
    let said = Reader(Importer { schema, elements: Vec::new() }).said(condition)?;
    Ok(Some(said).filter(|said| !is_nothing(&said.each)))
}

/// The column or field that a part of a key is, and whether its case is ignored; `None`: it is computed.
pub fn property_of(part: &Expr, schema: &Schema) -> Option<(Vec<String>, bool)> {
    let subject = Importer { schema, elements: Vec::new() }.subject(part)?;
    Some((subject.path, subject.folded))
}

struct Reader<'a>(Importer<'a>);

impl Keys {
    /// A condition of no keys.
    fn of(each: Predicate) -> Self {
        Self { each, together: None, count: 0 }
    }

    /// What both say.
    fn and(parts: Vec<Self>) -> Self {
        let count = parts.iter().map(|part| part.count).max().unwrap_or(0);
        let together = parts.iter().find_map(|part| part.together.clone());
        let parts: Vec<Predicate> = parts.into_iter().flat_map(|part| flat(part.each)).collect();
        let listed: HashSet<Vec<String>> = parts.iter().filter_map(listed).cloned().collect();
        // The list says all that the least and the greatest of it say.
        let is_bound = |part: &Predicate| matches!(part, Predicate::Test { path, test: Test::Compare(..), .. } if listed.contains(path));
        Self { each: all(parts.into_iter().filter(|part| !is_bound(part)).collect()), together, count }
    }

    /// What one of them says.
    fn or(parts: Vec<Self>) -> Self {
        let count = parts.iter().map(|part| part.count).sum();
        // Of no keys nothing is true. One alone is as it is.
        let mut parts: Vec<Self> =
            parts.into_iter().filter(|part| part.each != Predicate::Constant(Truth::False)).collect();
        match parts.len() {
            0 => Self::of(Predicate::Constant(Truth::False)),
            1 => parts.remove(0),
            _ if parts.iter().any(|part| is_nothing(&part.each)) => Self::of(all(Vec::new())),
            _ => Self { each: Predicate::Or(parts.into_iter().map(|part| part.each).collect()), together: None, count },
        }
    }
}

/// Whether it lets every row through.
fn is_nothing(predicate: &Predicate) -> bool {
    matches!(predicate, Predicate::And(parts) if parts.is_empty())
}

fn all(mut parts: Vec<Predicate>) -> Predicate {
    if parts.len() == 1 { parts.remove(0) } else { Predicate::And(parts) }
}

/// The parts of a conjunction.
fn flat(predicate: Predicate) -> Vec<Predicate> {
    match predicate {
        Predicate::And(parts) => parts.into_iter().flat_map(flat).collect(),
        Predicate::Constant(Truth::True) => Vec::new(),
        other => vec![other],
    }
}

/// The column that is one of a list.
fn listed(predicate: &Predicate) -> Option<&Vec<String>> {
    match predicate {
        Predicate::Test { path, test: Test::In { negated: false, .. }, .. } => Some(path),
        _ => None,
    }
}

/// Whether it is one of the tests that a list of prefixes or networks is told as.
fn is_told(predicate: &Predicate) -> bool {
    use Test as T;
    match predicate {
        Predicate::Test { test: T::Like { negated: false, .. } | T::InNetwork(_), .. } => true,
        Predicate::Test { test: T::Compare(Comparison::Eq, _), .. } => true,
        Predicate::Opaque { why, .. } => *why == Local::NoOctet,
        _ => false,
    }
}

impl Reader<'_> {
    fn said(&self, expr: &Expr) -> Result<Keys> {
        if let Some(dynamic) = expr.downcast_ref::<DynamicFilterPhysicalExpr>() {
            return self.said(&dynamic.current()?);
        }
        if let Some(binary) = expr.downcast_ref::<BinaryExpr>()
            && let op @ (Operator::And | Operator::Or) = *binary.op()
        {
            let parts = operands(expr, op).into_iter().map(|part| self.said(part)).collect::<Result<Vec<_>>>()?;
            return Ok(if op == Operator::And { Keys::and(parts) } else { Keys::or(parts) });
        }
        // Which of them it is, a row's key decides: it is one of them.
        if let Some(case) = expr.downcast_ref::<CaseExpr>().filter(|case| case.else_expr().is_some()) {
            let arms = case.when_then_expr().iter().map(|(_, then)| then).chain(case.else_expr());
            return Ok(Keys::or(arms.map(|arm| self.said(arm)).collect::<Result<Vec<_>>>()?));
        }
        if let Some(list) = expr.downcast_ref::<InListExpr>().filter(|list| !list.negated()) {
            if let Some(parts) = list.expr().downcast_ref::<ScalarFunctionExpr>().filter(|f| f.name() == "struct") {
                return Ok(self.records(parts.args(), list.list()));
            }
            let each = self.0.import(expr);
            let count = match &each {
                Predicate::Test { test: Test::In { values, .. }, .. } => {
                    different(values.iter().filter(|value| **value != Scalar::Null)).len()
                }
                _ => 0,
            };
            return Ok(Keys { each, together: None, count });
        }
        let each = self.0.import(expr);
        let count = usize::from(is_told(&each));
        Ok(Keys { count, ..Keys::of(all(flat(each))) })
    }

    /// A key of several columns is one of these records.
    fn records(&self, parts: &[Expr], records: &[Expr]) -> Keys {
        let records: Vec<Vec<Scalar>> = different(records.iter().filter_map(fields).collect::<Vec<_>>().iter())
            .into_iter()
            // What is NULL equals nothing; where it does, the join says so beside the list.
            .filter(|record: &Vec<Scalar>| !record.contains(&Scalar::Null) && record.len() == parts.len())
            .collect();
        let subjects: Vec<Option<Subject>> = parts.iter().map(|part| self.0.subject(part)).collect();
        let column = |(at, subject): (usize, &Option<Subject>)| {
            let values = different(records.iter().map(|record| &record[at]));
            subject.clone().map(|subject| subject.among(values, false))
        };
        let each = all(subjects.iter().enumerate().filter_map(column).collect());
        let together = subjects.into_iter().collect::<Option<Vec<Subject>>>().map(|subjects| {
            let equal = |(subject, value): (&Subject, &Scalar)| subject.clone().compares(Comparison::Eq, value.clone());
            let record = |values: &Vec<Scalar>| Predicate::And(subjects.iter().zip(values).map(equal).collect());
            (Predicate::Or(records.iter().map(record).collect()), records.len() * subjects.len())
        });
        Keys { each, together, count: records.len() }
    }
}

/// The fields of a constant record.
fn fields(record: &Expr) -> Option<Vec<Scalar>> {
    let ScalarValue::Struct(record) = record.downcast_ref::<Literal>()?.value() else { return None };
    let value = |column: &ArrayRef| ScalarValue::try_from_array(column, 0).ok().map(|value| scalar_of(&value));
    if record.is_null(0) { None } else { record.columns().iter().map(value).collect() }
}

/// Each of some values once, in their order.
fn different<'a, T: Clone + std::fmt::Debug + 'a>(values: impl Iterator<Item = &'a T>) -> Vec<T> {
    let mut seen = HashSet::new();
    values.filter(|value| seen.insert(format!("{value:?}"))).cloned().collect()
}

#[cfg(test)]
mod tests;
