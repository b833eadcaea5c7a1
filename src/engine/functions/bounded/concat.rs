//! `||` as a function, so that it has a rule like the others: as an operator, nothing stands between it and memory.

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::DFSchema;
use datafusion::common::utils::list_ndims;
use datafusion::error::Result;
use datafusion::functions_nested::concat::{array_append_udf, array_concat_udf, array_prepend_udf};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::type_coercion::binary::BinaryTypeCoercer;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable as _, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, Literal};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::bounded;

/// Plans `||` of texts and lists.
#[derive(Debug)]
pub(super) struct Planner;

impl ExprPlanner for Planner {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        if expr.op != BinaryOperator::StringConcat {
            return Ok(PlannerResult::Original(expr));
        }
        let (left, right) = (list_ndims(&expr.left.get_type(schema)?), list_ndims(&expr.right.get_type(schema)?));
        let (function, name) = match (left, right) {
            (0, 0) => (Arc::new(ScalarUDF::from(Texts::new())), "||"),
            _ if left == right => (array_concat_udf(), "array_concat"),
            _ if left > right => (array_append_udf(), "array_append"),
            _ => (array_prepend_udf(), "array_prepend"),
        };
        let args = vec![expr.left, expr.right];
        Ok(PlannerResult::Planned(Expr::ScalarFunction(ScalarFunction::new_udf(bounded(function, name), args))))
    }
}

/// Two texts as one; NULL if one of them is. What is no text becomes one.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Texts(Signature);

impl Texts {
    fn new() -> Self {
        Self(Signature::user_defined(Volatility::Immutable))
    }
}

impl ScalarUDFImpl for Texts {
    fn name(&self) -> &'static str {
        "||"
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let names: Vec<String> = args.iter().map(|arg| arg.schema_name().to_string()).collect();
        Ok(names.join(" || "))
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let (left, right) = BinaryTypeCoercer::new(&types[0], &Operator::StringConcat, &types[1]).get_input_types()?;
        Ok(vec![left, right])
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        BinaryTypeCoercer::new(&types[0], &Operator::StringConcat, &types[1]).get_result_type()
    }

    fn is_strict(&self) -> bool {
        true
    }

    /// As DataFusion's own operator has it.
    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let (mut fields, mut columns) = (Vec::new(), Vec::new());
        let mut sides = args.args.into_iter().map(|arg| -> Arc<dyn PhysicalExpr> {
            match arg {
                ColumnarValue::Scalar(value) => Arc::new(Literal::new(value)),
                ColumnarValue::Array(array) => {
                    fields.push(Field::new("side", array.data_type().clone(), true));
                    columns.push(array);
                    Arc::new(Column::new("side", columns.len() - 1))
                }
            }
        });
        let (Some(left), Some(right)) = (sides.next(), sides.next()) else {
            return datafusion::common::plan_err!("|| joins two texts");
        };
        drop(sides);
        let options = RecordBatchOptions::new().with_row_count(Some(args.number_rows));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?;
        BinaryExpr::new(left, Operator::StringConcat, right).evaluate(&batch)
    }
}
