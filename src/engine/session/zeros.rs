//! Both zeros are one value, wherever values are told apart.
//!
//! DataFusion's `=` takes them for equal; `count(DISTINCT x)`, the partitions and peers of a window, `CASE x WHEN` and `nullif` tell them apart.
//! There a number with a fraction passes a function that makes one zero of both. A list of `IN` that has one of them gets the other, since
//! the sides of `IN` may be asked of a service. What is left is in docs/dialect.md.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float32Type, Float64Type};
use datafusion::common::DFSchema;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::error::Result;
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::expr::{AggregateFunction, InList, ScalarFunction, WindowFunction};
use datafusion::logical_expr::{
    Case, ColumnarValue, Expr, ExprSchemable, LogicalPlan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility, lit,
};
use datafusion::optimizer::AnalyzerRule;
use datafusion::scalar::ScalarValue;

use crate::engine::rewriting::each_expression;

/// The step that comes before types are coerced.
#[derive(Debug)]
pub(super) struct OneZero;

impl AnalyzerRule for OneZero {
    fn name(&self) -> &'static str {
        "one_zero"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        each_expression(plan, |expr, schema| Ok(alike(expr, schema)))
    }
}

fn alike(expr: Expr, schema: &DFSchema) -> Transformed<Expr> {
    match expr {
        Expr::AggregateFunction(AggregateFunction { func, mut params }) if params.distinct => {
            let mut changed = each(&mut params.args, schema);
            // Its order is one of what it takes.
            for order in &mut params.order_by {
                changed |= each(std::slice::from_mut(&mut order.expr), schema);
            }
            Transformed::new_transformed(Expr::AggregateFunction(AggregateFunction { func, params }), changed)
        }
        Expr::WindowFunction(window) => {
            let WindowFunction { fun, mut params } = *window;
            let mut changed = each(&mut params.partition_by, schema);
            changed |= params.distinct && each(&mut params.args, schema);
            for order in &mut params.order_by {
                changed |= each(std::slice::from_mut(&mut order.expr), schema);
            }
            Transformed::new_transformed(Expr::from(WindowFunction { fun, params }), changed)
        }
        Expr::Case(Case { expr: Some(of), when_then_expr, else_expr }) => {
            let (whens, thens): (Vec<_>, Vec<_>) = when_then_expr.into_iter().unzip();
            let mut sides = vec![*of];
            sides.extend(whens.into_iter().map(|when| *when));
            let changed = each(&mut sides, schema);
            let of = Some(Box::new(sides.remove(0)));
            let when_then_expr = sides.into_iter().map(Box::new).zip(thens).collect();
            Transformed::new_transformed(Expr::Case(Case { expr: of, when_then_expr, else_expr }), changed)
        }
        Expr::ScalarFunction(ScalarFunction { func, mut args }) if func.name() == "nullif" => {
            let changed = each(&mut args, schema);
            Transformed::new_transformed(Expr::ScalarFunction(ScalarFunction { func, args }), changed)
        }
        Expr::InList(InList { expr, mut list, negated }) if is_fraction(&expr, schema) && list.iter().any(is_zero) => {
            list.extend([lit(0.0), lit(-0.0)]);
            Transformed::yes(Expr::InList(InList { expr, list, negated }))
        }
        other => Transformed::no(other),
    }
}

fn is_fraction(value: &Expr, schema: &DFSchema) -> bool {
    matches!(value.get_type(schema), Ok(DataType::Float32 | DataType::Float64))
}

/// Whether it is written out as a zero, as which of them does not matter.
fn is_zero(value: &Expr) -> bool {
    let number = value.as_literal().and_then(|value| value.cast_to(&DataType::Float64).ok());
    matches!(number, Some(ScalarValue::Float64(Some(0.0))))
}

/// Numbers with a fraction among some values, each with one zero. Whether there were any.
fn each(values: &mut [Expr], schema: &DFSchema) -> bool {
    let mut changed = false;
    for value in values {
        if is_fraction(value, schema) {
            *value = FUNCTION.call(vec![std::mem::take(value)]);
            changed = true;
        }
    }
    changed
}

static FUNCTION: LazyLock<ScalarUDF> =
    LazyLock::new(|| ScalarUDF::from(Zero(Signature::any(1, Volatility::Immutable))));

/// The function that gives a number back, and for both zeros the one without a sign. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Zero(Signature);

impl ScalarUDFImpl for Zero {
    fn name(&self) -> &'static str {
        "one_zero"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        Ok(given.first().cloned().unwrap_or(DataType::Float64))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        make_scalar_function(|values| Ok(one_zero(&values[0])), Vec::new())(&args.args)
    }
}

/// -0.0 + 0.0 is 0.0, and every other number is itself.
fn one_zero(values: &ArrayRef) -> ArrayRef {
    match values.data_type() {
        DataType::Float32 => Arc::new(values.as_primitive::<Float32Type>().unary::<_, Float32Type>(|x| x + 0.0)),
        DataType::Float64 => Arc::new(values.as_primitive::<Float64Type>().unary::<_, Float64Type>(|x| x + 0.0)),
        _ => Arc::clone(values),
    }
}

#[cfg(test)]
mod tests {
    use arrow::util::display::array_value_to_string;
    use futures::TryStreamExt;

    use crate::engine::Engine;

    #[tokio::test]
    async fn both_zeros_are_one_value() {
        let engine = Engine::builder().build().unwrap();
        let rows = "(VALUES (1, '0.0'::double), (1, '-0.0'::double), (1, 'NaN'::double), (1, 1.0)) v(g, x)";
        for (sql, right) in [
            (format!("SELECT count(DISTINCT x) FROM {rows}"), "3"),
            (format!("SELECT count(DISTINCT x) FROM {rows} GROUP BY g"), "3"),
            (format!("SELECT array_length(array_agg(DISTINCT x ORDER BY x)) FROM {rows}"), "3"),
            (format!("SELECT count(*) FROM (SELECT DISTINCT x FROM {rows}) w"), "3"),
            (format!("SELECT max(r) FROM (SELECT rank() OVER (ORDER BY x) AS r, x FROM {rows}) w WHERE x = 0"), "1"),
            (format!("SELECT max(n) FROM (SELECT count(*) OVER (PARTITION BY x) AS n FROM {rows}) w"), "2"),
            (format!("SELECT count(nullif(x, 0.0)) FROM {rows}"), "2"),
            ("SELECT nullif(-0.0, 0.0)".into(), ""),
            (format!("SELECT count(*) FROM {rows} WHERE x IN (-0.0, 5, 6, 7, 8)"), "2"),
            (format!("SELECT count(*) FROM {rows} WHERE x IN (0, 5, 6, 7, 8)"), "2"),
            (format!("SELECT count(*) FROM {rows} WHERE x NOT IN (0.0, 5.5, 6, 7, 8)"), "2"),
            ("SELECT '0.0'::double IN (-0.0)".into(), "true"),
            (format!("SELECT count(CASE x WHEN 0.0 THEN 1 END) FROM {rows}"), "2"),
            (format!("SELECT count(CASE x WHEN 'NaN'::double THEN 1 END) FROM {rows}"), "1"),
            (format!("SELECT count(*) FROM {rows} WHERE x = 0"), "2"),
            (format!("SELECT arrow_typeof(nullif(x, 0.0)) FROM {rows} LIMIT 1"), "Float64"),
        ] {
            let rows: Vec<_> = engine.query(&sql).await.unwrap().stream.try_collect().await.unwrap();
            assert_eq!(array_value_to_string(rows[0].column(0), 0).unwrap(), right, "{sql}");
        }
    }
}
