//! `INTERVAL '1 hour' * 3`: a length of time so many times over. The engine has it in its kernels, and refuses it when types are coerced.

use std::sync::{Arc, LazyLock};

use arrow::compute::kernels::numeric::mul;
use arrow::datatypes::{DataType, IntervalUnit};
use datafusion::common::{DFSchema, exec_err};
use datafusion::error::Result;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::physical_expr_common::datum::apply;
use datafusion::sql::sqlparser::ast::BinaryOperator;

use crate::engine::error::Error;

const LENGTH: DataType = DataType::Interval(IntervalUnit::MonthDayNano);

/// What plans `*` of a length and a whole number, to be asked before DataFusion's own planners.
pub(super) fn planner() -> Arc<dyn ExprPlanner> {
    Arc::new(Planner)
}

#[derive(Debug)]
struct Planner;

impl ExprPlanner for Planner {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        Ok(match product(&expr, schema) {
            Some(product) => PlannerResult::Planned(product),
            None => PlannerResult::Original(expr),
        })
    }
}

/// The product of a length and a whole number, in either order; `None`: it is none.
fn product(expr: &RawBinaryExpr, schema: &DFSchema) -> Option<Expr> {
    if expr.op != BinaryOperator::Multiply {
        return None;
    }
    let (left, right) = (&expr.left, &expr.right);
    let is_length = |of: &DataType| matches!(of, DataType::Interval(_));
    let (length, number) = match (left.get_type(schema).ok()?, right.get_type(schema).ok()?) {
        (of, by) if is_length(&of) && by.is_integer() => (left, right),
        (by, of) if is_length(&of) && by.is_integer() => (right, left),
        _ => return None,
    };
    Some(FUNCTION.call(vec![length.clone(), number.clone()]))
}

static FUNCTION: LazyLock<ScalarUDF> =
    LazyLock::new(|| ScalarUDF::from(Multiple(Signature::any(2, Volatility::Immutable))));

/// The product as a function. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Multiple(Signature);

impl ScalarUDFImpl for Multiple {
    fn name(&self) -> &'static str {
        "*"
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let [length, number] = args else { return exec_err!("a length and a number") };
        Ok(format!("{} * {}", length.schema_name(), number.schema_name()))
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(LENGTH)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [length, number] = args.args.as_slice() else { return exec_err!("a length and a number") };
        let (length, number) = (length.cast_to(&LENGTH, None)?, number.cast_to(&DataType::Int64, None)?);
        let too_long = |_| Error::OutOfRange { what: "the multiple of an interval".into(), of: "interval" };
        apply(&length, &number, mul).map_err(|error| too_long(error).into())
    }
}
