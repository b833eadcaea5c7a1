//! `bin(bytes, 1024)`: the beginning of the bin of numbers that a number lies in.
//!
//! Of which type the first argument is shows when it is planned. A time would be taken for its microseconds since 1970, and
//! whoever writes `bin(time, 15)` means minutes.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::error::Result;
use datafusion::functions::math::expr_fn::floor;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{Expr, ExprSchemable as _, cast};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use crate::engine::error::Error;

/// The operator that a bin of numbers is until its type is known. Nobody can write it: letters are no part of operators.
pub(crate) const OPERATOR: &str = "bin";

/// What plans bins of numbers, to be asked before DataFusion's own planners.
pub(super) fn planner() -> Arc<dyn ExprPlanner> {
    Arc::new(Planner)
}

#[derive(Debug)]
struct Planner;

impl ExprPlanner for Planner {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let is_bin = matches!(&expr.op, BinaryOperator::Custom(name) if name == OPERATOR);
        if !is_bin {
            return Ok(PlannerResult::Original(expr));
        }
        let (of, width) = (expr.left, expr.right);
        if of.get_type(schema)?.is_temporal() {
            let width = if let Expr::Literal(number, _) = &width { number.to_string() } else { width.to_string() };
            return Err(Error::Dialect {
                what: format!("bin of a time takes a length of time, and {width} is a number"),
                instead: format!(
                    "bin(time, '{width}m') are bins of minutes, '{width}s' of seconds, '{width}h' of hours"
                ),
            }
            .into());
        }
        // Of whole numbers the quotient would be whole already, and rounded towards zero.
        Ok(PlannerResult::Planned(floor(cast(of, DataType::Float64) / width.clone()) * width))
    }
}
