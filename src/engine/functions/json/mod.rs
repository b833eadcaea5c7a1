//! `->`, `#>` and `json_get`: what a path leads to in JSON, as its text, wherever it stands.
//!
//! The library gives a union of all kinds of JSON, which the engine compares, casts and sorts by one of them alone: what is of another
//! kind is NULL there. So a step is a text here, the one that `->>` gives, and a column of it is marked as such; compared with
//! a number or a boolean, or cast to one, it is what the text says ([`read`]). A step from a step goes on in the JSON itself.

mod read;
mod step;

use std::sync::Arc;

use datafusion::common::DFSchema;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::error::Result;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::expr::{Case, InSubquery, ScalarFunction};
use datafusion::logical_expr::expr_rewriter::FunctionRewrite;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{Expr, Operator, ScalarUDF};
use datafusion::scalar::ScalarValue;
use datafusion::sql::sqlparser::ast::BinaryOperator;
use datafusion_functions_json::udfs;

use read::{alike, condition, reading};

pub(super) use read::beside_list;

/// Adds the functions and the operators to a session.
pub(crate) fn register(state: &mut SessionState) -> Result<()> {
    for function in library().into_iter().chain([Arc::clone(&step::JSON_GET)]) {
        state.register_udf(function)?;
    }
    state.register_function_rewrite(Arc::new(InPlace))?;
    state.register_expr_planner(Arc::new(Operators))
}

/// What the library reads with a path. Its own `json_get` and what makes a union or takes one are left out.
fn library() -> [Arc<ScalarUDF>; 10] {
    [
        udfs::json_as_text_udf(),
        udfs::json_contains_udf(),
        udfs::json_get_array_udf(),
        udfs::json_get_bool_udf(),
        udfs::json_get_float_udf(),
        udfs::json_get_int_udf(),
        udfs::json_get_json_udf(),
        udfs::json_get_str_udf(),
        udfs::json_length_udf(),
        udfs::json_object_keys_udf(),
    ]
}

/// Plans the operators, and comparisons of a step: the planner asks for their types before anything is rewritten.
#[derive(Debug)]
struct Operators;

impl ExprPlanner for Operators {
    fn plan_binary_op(&self, mut expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        use BinaryOperator as B;
        let function = match expr.op {
            B::Arrow => Arc::clone(&step::JSON_GET),
            B::LongArrow => udfs::json_as_text_udf(),
            B::Question => udfs::json_contains_udf(),
            B::And | B::Or => {
                for side in [&mut expr.left, &mut expr.right] {
                    condition(side, schema);
                }
                return Ok(PlannerResult::Original(expr));
            }
            B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq => {
                alike([&mut expr.left, &mut expr.right], schema);
                return Ok(PlannerResult::Original(expr));
            }
            _ => return Ok(PlannerResult::Original(expr)),
        };
        let name = format!("{} {} {}", written(&expr.left), expr.op, written(&expr.right));
        Ok(PlannerResult::Planned(function.call(vec![expr.left, expr.right]).alias(name)))
    }
}

/// An operand as it was written, for the heading.
fn written(expr: &Expr) -> String {
    match expr {
        Expr::Column(column) => column.name.clone(),
        Expr::Alias(alias) => alias.name.clone(),
        Expr::Cast(cast) => written(&cast.expr),
        Expr::Literal(value, _) => match value.try_as_str().flatten() {
            Some(text) => format!("'{}'", text.replace('\'', "''")),
            None => value.to_string(),
        },
        Expr::ScalarFunction(call) => {
            format!("{}({})", call.func.name(), call.args.iter().map(written).collect::<Vec<_>>().join(", "))
        }
        other => other.schema_name().to_string(),
    }
}

/// Reads steps as what stands beside them wants it.
#[derive(Debug)]
struct InPlace;

impl FunctionRewrite for InPlace {
    fn name(&self) -> &'static str {
        "json_in_place"
    }

    fn rewrite(&self, mut expr: Expr, schema: &DFSchema, _: &ConfigOptions) -> Result<Transformed<Expr>> {
        use Operator as O;
        let changed = match &mut expr {
            Expr::BinaryExpr(binary) => match binary.op {
                O::Eq | O::NotEq | O::Lt | O::LtEq | O::Gt | O::GtEq | O::IsDistinctFrom | O::IsNotDistinctFrom => {
                    alike([binary.left.as_mut(), binary.right.as_mut()], schema)
                }
                _ => false,
            },
            Expr::InList(list) => alike(std::iter::once(list.expr.as_mut()).chain(&mut list.list), schema),
            Expr::Between(range) => alike([range.expr.as_mut(), range.low.as_mut(), range.high.as_mut()], schema),
            Expr::InSubquery(InSubquery { expr, subquery, .. }) => {
                let of = subquery.subquery.schema().fields().first().map(|field| field.data_type().clone());
                reading(expr, schema, of.as_slice())
            }
            Expr::Case(Case { expr: Some(of), when_then_expr, .. }) => {
                let whens = when_then_expr.iter_mut().map(|(when, _)| when.as_mut());
                alike(std::iter::once(of.as_mut()).chain(whens), schema)
            }
            Expr::Case(Case { expr: None, when_then_expr, .. }) => {
                when_then_expr.iter_mut().fold(false, |changed, (when, _)| condition(when, schema) | changed)
            }
            Expr::Not(of)
            | Expr::IsTrue(of)
            | Expr::IsFalse(of)
            | Expr::IsUnknown(of)
            | Expr::IsNotTrue(of)
            | Expr::IsNotFalse(of)
            | Expr::IsNotUnknown(of) => condition(of, schema),
            Expr::Cast(cast) => {
                let to = cast.field.data_type().clone();
                reading(&mut cast.expr, schema, &[to])
            }
            Expr::TryCast(cast) => {
                let to = cast.field.data_type().clone();
                reading(&mut cast.expr, schema, &[to])
            }
            Expr::AggregateFunction(call) => {
                call.params.filter.as_mut().is_some_and(|filter| condition(filter, schema))
            }
            Expr::WindowFunction(call) => call.params.filter.as_mut().is_some_and(|filter| condition(filter, schema)),
            Expr::ScalarFunction(call) => goes_on(call),
            _ => false,
        };
        Ok(Transformed::new_transformed(expr, changed))
    }
}

/// The function that tells whether a text is JSON.
const VALID: &str = "json_valid";

/// Lets what reads JSON begin where the step that it is given began, or in the JSON that this leads to: its text is no JSON any more,
/// if it is a text. Whether that was changed.
fn goes_on(call: &mut ScalarFunction) -> bool {
    let name = call.func.name();
    // What is asked is not whether its text is JSON: that of a text is none.
    if name == VALID {
        let inner = call.args.first_mut().and_then(step::of);
        return inner.map(|inner| inner.func = udfs::json_get_json_udf()).is_some();
    }
    if name != step::NAME && library().iter().all(|function| function.name() != name) {
        return false;
    }
    let Some(inner) = call.args.first_mut().and_then(step::of) else { return false };
    let is_written_out = |arg: &Expr| matches!(arg, Expr::Literal(value, _) if *value != ScalarValue::Null);
    // One of several steps cannot differ from row to row.
    if inner.args.iter().skip(1).all(is_written_out) && call.args.iter().skip(1).all(is_written_out) {
        let steps = call.args.split_off(1);
        let Some(inner) = call.args.pop().and_then(step::into_args) else { return false };
        call.args = inner.into_iter().chain(steps).collect();
    } else if let Some(inner) = call.args.first_mut().and_then(step::of) {
        inner.func = udfs::json_get_json_udf();
    }
    true
}
