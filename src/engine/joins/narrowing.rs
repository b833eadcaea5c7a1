//! What the side that is held says about the rows of the other one that can matter: a filter that is known when it was read.
//!
//! The least and the greatest value of the held side bound those of the passing one, and its keys are those that the passing
//! one needs. It travels as DataFusion's own filters of joins do, so a scan that takes those takes this one.

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
use super::values::{End, Reach};

/// A filter on the passing side that says nothing yet; `None`, if it never will.
pub(super) fn unknown(condition: &Condition) -> Option<Arc<DynamicFilterPhysicalExpr>> {
    let reach = matches!(condition.passing, Reach::Between(..)).then(|| condition.passing.exprs());
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
    if let Reach::Between(first, last) = &condition.passing {
        known.extend(last.as_ref().and_then(|end| compared(end, Operator::GtEq, least, schema)));
        known.extend(first.as_ref().and_then(|end| compared(end, Operator::LtEq, greatest, schema)));
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
