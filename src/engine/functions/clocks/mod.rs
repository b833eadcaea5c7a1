//! Times that a zone's clocks show, in the two hours a year in which they are not one instant.
//!
//! Where clocks are put forward an hour is missing, and where they are put back one is there twice. The kernels beneath the engine end a
//! statement at either, and so at the one row of many that lies there. PostgreSQL answers: a missing hour is read with the offset from
//! before the change, so that it moves forward with the clocks, and of an hour that is there twice it is the later one. So what reads
//! clocks becomes a function here, once types were coerced: `AT TIME ZONE` of a time without a zone ([`placed`]), days and months that
//! are added to a time with one ([`moved`]). And a text of a time may lack its seconds, wherever it is cast to one ([`whole`]).

mod moved;
mod placed;
mod reading;
mod whole;

pub(crate) use reading::zone_of;

use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::error::Result;
use datafusion::logical_expr::expr::{BinaryExpr, TryCast};
use datafusion::logical_expr::{Cast, Expr, ExprSchemable, LogicalPlan, Operator};
use datafusion::optimizer::AnalyzerRule;

use crate::engine::rewriting::each_expression;
use crate::time::with_seconds;

/// The step that comes after types were coerced.
#[derive(Debug)]
pub(crate) struct Clocks;

impl AnalyzerRule for Clocks {
    fn name(&self) -> &'static str {
        "clocks"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        each_expression(plan, |expr, schema| Ok(read(expr, schema)))
    }
}

fn read(expr: Expr, schema: &DFSchema) -> Transformed<Expr> {
    let meant = match &expr {
        Expr::Cast(Cast { expr: inner, field }) => cast_to(field.data_type(), inner, schema, |inner| {
            Expr::Cast(Cast::new_from_field(Box::new(inner), field.clone()))
        }),
        Expr::TryCast(TryCast { expr: inner, field }) if matches!(field.data_type(), DataType::Timestamp(..)) => {
            let inner = complete(inner, schema);
            inner.map(|inner| Expr::TryCast(TryCast { expr: Box::new(inner), field: field.clone() }))
        }
        Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::Plus | Operator::Minus), right }) => {
            moved::of(left, *op, right, schema)
        }
        _ => None,
    };
    meant.map_or_else(|| Transformed::no(expr), Transformed::yes)
}

/// A cast to a time, of a text or of a time without a zone.
fn cast_to(to: &DataType, inner: &Expr, schema: &DFSchema, again: impl Fn(Expr) -> Expr) -> Option<Expr> {
    if !matches!(to, DataType::Timestamp(..)) {
        return None;
    }
    let whole = complete(inner, schema);
    let of = inner.get_type(schema).ok()?;
    if zone_of(to).is_some() && (is_text(&of) || matches!(of, DataType::Timestamp(_, None))) {
        return Some(placed::call(whole.unwrap_or_else(|| inner.clone()), to.clone()));
    }
    whole.map(again)
}

fn is_text(of: &DataType) -> bool {
    matches!(of, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// A text of a time with the seconds that it lacks; `None`: it has them, or is no text.
fn complete(text: &Expr, schema: &DFSchema) -> Option<Expr> {
    if let Expr::Literal(value, _) = text {
        let whole = with_seconds(value.try_as_str()??)?;
        return Some(Expr::Literal(ScalarValue::Utf8(Some(whole)), None));
    }
    let of = text.get_type(schema).ok()?;
    is_text(&of).then(|| whole::call(text.clone()))
}

#[cfg(test)]
mod tests;
