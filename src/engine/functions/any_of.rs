//! `x = ANY (list)`, which is unknown where nothing equals `x` and an element is NULL.
//!
//! DataFusion plans it as `array_has`, which is false there: `NOT (1 = ANY (list))` was true of a list with NULL, where `NOT IN`, `<> ALL`,
//! PostgreSQL and `DuckDB` say that nobody knows. What is asked of a service is the same: an unknown condition keeps no row.
//!
//! Until it is planned it is an operator: only then it shows whether a side of it is a step into JSON, to be read as the other one is.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::common::{DFSchema, exec_err};
use datafusion::error::Result;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::functions_nested::array_has::array_has_udf;
use datafusion::functions_nested::position::array_position;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit, when,
};
use datafusion::scalar::ScalarValue;
use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::json;
use crate::predicate::ANY_OF;

/// The operator that it is until it is planned. Nobody can write it: letters are no part of operators.
pub(crate) const OPERATOR: &str = "= ANY";

/// The operator behind a list that is NULL if an element of it is, and else false: what any other comparison with an element of it comes
/// to, where it is true of none. DataFusion leaves that out.
pub(crate) const UNKNOWN: &str = "UNKNOWN IN LIST";

/// The operators that the sides of another comparison with a list are until then, each with the other side behind it.
pub(crate) const SIDES: [&str; 2] = ["BESIDE LIST", "BESIDE VALUE"];

static FUNCTION: LazyLock<Arc<ScalarUDF>> =
    LazyLock::new(|| Arc::new(ScalarUDF::from(AnyOf(Signature::array_and_element(Volatility::Immutable)))));

/// Makes it known to a session. It has no name for people.
pub(crate) fn register(state: &mut SessionState) -> Result<()> {
    state.register_udf(Arc::clone(&FUNCTION))?;
    state.register_expr_planner(Arc::new(Planner))
}

#[derive(Debug)]
struct Planner;

impl ExprPlanner for Planner {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let RawBinaryExpr { op, left: mut one, right: mut other } = expr;
        let name = if let BinaryOperator::Custom(name) = &op { name.as_str() } else { "" };
        let [value, list] = SIDES;
        let planned = if name == OPERATOR {
            json::beside_list(&mut one, &mut other, schema);
            FUNCTION.call(vec![other, one])
        } else if name == value {
            json::beside_list(&mut one, &mut other, schema);
            one
        } else if name == list {
            json::beside_list(&mut other, &mut one, schema);
            one
        } else if name == UNKNOWN {
            let is_unknown = array_position(one, lit(ScalarValue::Null), lit(1_i64)).is_not_null();
            when(is_unknown, lit(ScalarValue::Boolean(None))).otherwise(lit(false))?
        } else {
            return Ok(PlannerResult::Original(RawBinaryExpr { op, left: one, right: other }));
        };
        Ok(PlannerResult::Planned(planned))
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct AnyOf(Signature);

impl ScalarUDFImpl for AnyOf {
    fn name(&self) -> &'static str {
        ANY_OF
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        match args {
            [list, value] => Ok(format!("{} = ANY ({})", value.schema_name(), list.schema_name())),
            _ => exec_err!("= ANY takes a value and a list"),
        }
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    /// A list that is written out is one of IN, which knows of NULL.
    fn simplify(&self, args: Vec<Expr>, context: &SimplifyContext) -> Result<ExprSimplifyResult> {
        array_has_udf().inner().simplify(args, context)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_one = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if is_one { 1 } else { args.number_rows };
        let [list, value] = args.args.as_slice() else { return exec_err!("= ANY takes a value and a list") };
        let (lists, values) = (list.to_array(rows)?, value.to_array(rows)?);
        let found = array_has_udf().inner().invoke_with_args(args)?.to_array(rows)?;
        let found = found.as_boolean();
        let told = (0..rows).map(|row| {
            let elements = elements(&lists, row)?;
            if elements.is_empty() {
                return Some(false);
            }
            let is_found = values.is_valid(row) && found.is_valid(row) && found.value(row);
            let is_known = values.is_valid(row) && elements.logical_null_count() == 0;
            if is_found { Some(true) } else { is_known.then_some(false) }
        });
        let told: BooleanArray = told.collect();
        Ok(match is_one {
            true => ColumnarValue::Scalar(ScalarValue::try_from_array(&told, 0)?),
            false => ColumnarValue::Array(Arc::new(told)),
        })
    }
}

/// The elements of a list in a row.
fn elements(lists: &ArrayRef, row: usize) -> Option<ArrayRef> {
    if lists.is_null(row) {
        return None;
    }
    Some(match lists.data_type() {
        DataType::List(_) => lists.as_list::<i32>().value(row),
        DataType::LargeList(_) => lists.as_list::<i64>().value(row),
        DataType::FixedSizeList(..) => lists.as_fixed_size_list().value(row),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use arrow::util::display::array_value_to_string;
    use futures::TryStreamExt;

    use crate::engine::Engine;

    #[tokio::test]
    async fn what_equals_no_element_is_unknown_where_one_is_null() {
        let engine = Engine::builder().build().unwrap();
        for (expression, right) in [
            ("x = ANY (l)", "true||||false||false"),
            ("NOT (x = ANY (l))", "false||||true||true"),
            ("(x = ANY (l)) IS NULL", "false|true|true|true|false|true|false"),
            ("x <> ALL (l)", "false||||true||true"),
            ("1 = ANY (l)", "true|||true|true||false"),
            ("x < ANY (l)", "|true|||false||false"),
            ("NOT (x < ANY (l))", "|false|||true||true"),
            ("x >= ANY (l)", "true||||true||false"),
            ("x <> ANY (l)", "|true|||true||false"),
            ("(3 > ANY (l)) IS NULL", "false|false|true|false|false|true|false"),
            ("x <= ALL (l)", "||||false||true"),
        ] {
            let sql = format!(
                "SELECT {expression} FROM (VALUES (1, 1, [1, NULL]), (2, 1, [NULL, 2]), (3, 1, [NULL]), (4, NULL, [1, 2]), \
                 (5, 3, [1, 2]), (6, 1, NULL), (7, 3, arrow_cast([], 'List(Int64)'))) v(n, x, l) ORDER BY n"
            );
            let rows: Vec<_> = engine.query(&sql).await.unwrap().stream.try_collect().await.unwrap();
            let told: Vec<String> = rows
                .iter()
                .flat_map(|rows| (0..rows.num_rows()).map(|row| array_value_to_string(rows.column(0), row).unwrap()))
                .collect();
            assert_eq!(told.join("|"), right, "{sql}");
        }
        for (expression, right) in [
            ("NOT (1 = ANY ([NULL, 2]))", ""),
            ("1 = ANY ([NULL, 1])", "true"),
            ("1 = ANY ([3, 2])", "false"),
            ("'a' = ANY (['b', NULL])", ""),
            ("1 = SOME ([3, NULL])", ""),
            ("5 > ANY ([9, NULL])", ""),
            ("NOT (5 > ANY ([9, NULL]))", ""),
            ("5 > ANY ([9, NULL, 4])", "true"),
            ("5 > ANY ([9, 8])", "false"),
            ("'b' <> ANY (['b', NULL])", ""),
        ] {
            let sql = format!("SELECT {expression}");
            let rows: Vec<_> = engine.query(&sql).await.unwrap().stream.try_collect().await.unwrap();
            assert_eq!(array_value_to_string(rows[0].column(0), 0).unwrap(), right, "{sql}");
        }
    }
}
