//! What the side that is held says about the rows of the other one that can matter: a filter that is known when it was read.
//!
//! The values of the held side bound those of the passing one: its times as windows that lie apart, its networks by name, others
//! by the least and the greatest. Its keys are those that the passing one needs. All of it travels as DataFusion's own filters
//! of joins do, so a scan that takes those takes this one.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::datatypes::Schema;
use datafusion::error::Result;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, DynamicFilterPhysicalExpr, in_list, lit};
use datafusion::physical_expr::utils::conjunction;
use datafusion::scalar::ScalarValue;

use super::comparison::Expr;
use super::condition::Condition;
use super::held::Held;
use super::instances::{Values, any_of};
use super::values::{End, Reach};

/// Windows of time that are told one by one; of more, those with the narrowest gaps between them are one.
const MOST_WINDOWS: usize = 1_000;

/// A filter on the passing side that says nothing yet; `None`, if it never will.
pub(super) fn unknown(condition: &Condition) -> Option<Arc<DynamicFilterPhysicalExpr>> {
    let is_bounded = matches!(condition.passing, Reach::Between(..)) || condition.in_network.is_some();
    let reach = is_bounded.then(|| condition.passing.exprs());
    let about: Vec<Expr> = condition.passing_keys.exprs.iter().chain(reach.into_iter().flatten()).cloned().collect();
    (!about.is_empty()).then(|| Arc::new(DynamicFilterPhysicalExpr::new(about, lit(true))))
}

/// Says what is known. A list of keys has so many values at most.
pub(super) fn tell(
    filter: &DynamicFilterPhysicalExpr,
    condition: &Condition,
    held: &Held,
    (schema, most_keys): (&Schema, usize),
) -> Result<()> {
    let Some((least, greatest)) = held.spans.extent() else {
        filter.update(lit(false))?;
        filter.mark_complete();
        return Ok(());
    };
    let mut known = Vec::new();
    if let Some(windows) = condition.windows_of(schema).and_then(|(first, last)| windows((first, last), held, schema)) {
        known.push(windows);
    } else if let Reach::Between(first, last) = &condition.passing {
        known.extend(last.as_ref().and_then(|end| compared(end, Operator::GtEq, least, schema)));
        known.extend(first.as_ref().and_then(|end| compared(end, Operator::LtEq, greatest, schema)));
    }
    if let Some(tested) = &condition.in_network {
        let mut networks = Values::default();
        networks.see(&tested.near.evaluate(&held.rows)?.into_array(held.rows.num_rows())?)?;
        known.extend(networks.tests(tested)?);
    }
    for (key, values) in condition.passing_keys.exprs.iter().zip(&held.keys) {
        let mut distinct = HashSet::new();
        for row in 0..values.len() {
            distinct.insert(ScalarValue::try_from_array(values, row)?);
            if distinct.len() > most_keys {
                break;
            }
        }
        let has_null = distinct.iter().any(ScalarValue::is_null);
        if distinct.len() <= most_keys && !(has_null && condition.passing_keys.null_equals_null) {
            let values = distinct.into_iter().filter(|value| !value.is_null()).map(lit).collect();
            known.push(in_list(Arc::clone(key), values, &false, schema)?);
        }
    }
    if !known.is_empty() {
        filter.update(conjunction(known))?;
    }
    filter.mark_complete();
    Ok(())
}

/// The end's value compared with a number; `None`, if its type has no such value.
fn compared(end: &End, op: Operator, number: i128, schema: &Schema) -> Option<Expr> {
    let number = i64::try_from(number.checked_sub(end.plus)?).ok()?;
    let value = ScalarValue::Int64(Some(number)).cast_to(&end.value.data_type(schema).ok()?).ok()?;
    Some(Arc::new(BinaryExpr::new(Arc::clone(&end.value), op, lit(value))))
}

/// That a time of the passing side is near enough to one of the held side's, where these are several that lie apart.
fn windows((first, last): (&End, &End), held: &Held, schema: &Schema) -> Option<Expr> {
    // Whoever is met ends behind the beginning, and begins before the end.
    let each = held.spans.all().map(|(from, to)| (from.saturating_sub(last.plus), to.saturating_sub(first.plus)));
    let apart = few(apart(each.collect()), MOST_WINDOWS);
    let within = |(from, to): &(i128, i128)| -> Option<Expr> {
        let plain = End { value: Arc::clone(&first.value), plus: 0 };
        let from = compared(&plain, Operator::GtEq, *from, schema)?;
        Some(Arc::new(BinaryExpr::new(from, Operator::And, compared(&plain, Operator::LtEq, *to, schema)?)))
    };
    let each: Option<Vec<Expr>> = apart.iter().map(within).collect();
    each.filter(|each| each.len() > 1).map(any_of)
}

/// Spans in their order, those that meet made one.
fn apart(mut spans: Vec<(i128, i128)>) -> Vec<(i128, i128)> {
    spans.retain(|(from, to)| from <= to);
    spans.sort_unstable();
    let mut apart: Vec<(i128, i128)> = Vec::new();
    for (from, to) in spans {
        match apart.last_mut() {
            Some((_, last)) if from <= *last => *last = to.max(*last),
            _ => apart.push((from, to)),
        }
    }
    apart
}

/// So many spans at most: those with the narrowest gaps between them are one.
fn few(spans: Vec<(i128, i128)>, most: usize) -> Vec<(i128, i128)> {
    if spans.len() <= most {
        return spans;
    }
    let gap = |at: usize| spans[at + 1].0.saturating_sub(spans[at].1);
    let mut gaps: Vec<usize> = (0..spans.len() - 1).collect();
    gaps.sort_by_key(|at| std::cmp::Reverse(gap(*at)));
    let mut open: Vec<usize> = gaps.into_iter().take(most - 1).collect();
    open.sort_unstable();
    let mut first = 0;
    let mut few = Vec::with_capacity(most);
    for last in open.into_iter().chain([spans.len() - 1]) {
        few.push((spans[first].0, spans[last].1));
        first = last + 1;
    }
    few
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_that_meet_are_one_and_those_left_are_few() {
        let spans = vec![(30, 35), (0, 5), (3, 8), (8, 9), (20, 10), (11, 12), (40, 50)];
        let apart = apart(spans);
        assert_eq!(apart, [(0, 9), (11, 12), (30, 35), (40, 50)]);
        for (most, expected) in [
            (4, vec![(0, 9), (11, 12), (30, 35), (40, 50)]),
            (3, vec![(0, 12), (30, 35), (40, 50)]),
            (2, vec![(0, 12), (30, 50)]),
            (1, vec![(0, 50)]),
        ] {
            assert_eq!(few(apart.clone(), most), expected, "{most}");
        }
    }
}
