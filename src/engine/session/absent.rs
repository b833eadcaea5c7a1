//! A query in the place of a value is NULL where it gives no row.
//!
//! DataFusion (55.2) takes the type of its column for that of the value: one that is never NULL was said to be none here either. So
//! `(SELECT id FROM sign_ins WHERE …) IS NULL` was false of no row without a question, and its NULL ended in an error. The column passes a
//! function here that may give NULL, unless the query gives a row in any case.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column, exec_err};
use datafusion::error::Result;
use datafusion::logical_expr::{
    Aggregate, ColumnarValue, Expr, LogicalPlan, LogicalPlanBuilder, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature, Subquery, Volatility,
};
use datafusion::optimizer::AnalyzerRule;

use crate::engine::rewriting::each_expression;

/// As if it differed from call to call: of a constant it would be computed beforehand, and be gone.
static FUNCTION: LazyLock<ScalarUDF> =
    LazyLock::new(|| ScalarUDF::from(OrNull(Signature::any(1, Volatility::Volatile))));

/// The step. Types are coerced behind it, and with them what can be NULL.
#[derive(Debug)]
pub(super) struct NullOfNoRow;

impl AnalyzerRule for NullOfNoRow {
    fn name(&self) -> &'static str {
        "null_of_no_row"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        each_expression(plan, |expr, _| match expr {
            Expr::ScalarSubquery(query) => Ok(of_query(query)?.update_data(Expr::ScalarSubquery)),
            other => Ok(Transformed::no(other)),
        })
    }
}

fn of_query(query: Subquery) -> Result<Transformed<Subquery>> {
    let schema = query.subquery.schema();
    // Of several columns the planner says that they are no value.
    if schema.fields().len() != 1 || schema.field(0).is_nullable() || gives_a_row(&query.subquery) {
        return Ok(Transformed::no(query));
    }
    let value =
        FUNCTION.call(vec![Expr::Column(Column::from(schema.qualified_field(0)))]).alias(schema.field(0).name());
    let plan = LogicalPlanBuilder::from(Arc::clone(&query.subquery)).project([value])?.build()?;
    Ok(Transformed::yes(Subquery { subquery: Arc::new(plan), ..query }))
}

/// Whether a query gives a row whatever it reads.
fn gives_a_row(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Aggregate(Aggregate { group_expr, .. }) => group_expr.is_empty(),
        LogicalPlan::EmptyRelation(nothing) => nothing.produce_one_row,
        LogicalPlan::Projection(_) | LogicalPlan::SubqueryAlias(_) => plan.inputs().into_iter().all(gives_a_row),
        _ => false,
    }
}

/// The value itself. It has no name for people.
#[derive(Debug, PartialEq, Eq, Hash)]
struct OrNull(Signature);

impl ScalarUDFImpl for OrNull {
    fn name(&self) -> &'static str {
        "or_null"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        match given {
            [of] => Ok(of.clone()),
            _ => exec_err!("a value is one"),
        }
    }

    fn is_strict(&self) -> bool {
        true
    }

    fn invoke_with_args(&self, mut args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Ok(args.args.swap_remove(0))
    }
}

#[cfg(test)]
mod tests {
    use arrow::util::display::array_value_to_string;
    use futures::TryStreamExt;

    use crate::engine::Engine;

    #[tokio::test]
    async fn a_query_without_rows_is_null_in_the_place_of_a_value() {
        let engine = Engine::builder().build().unwrap();
        for (select, right) in [
            ("(SELECT n FROM v WHERE n = 9) IS NULL", "true"),
            ("(SELECT n FROM v WHERE n = 9) IS NOT NULL", "false"),
            ("(SELECT n FROM v WHERE n = 2) IS NULL", "false"),
            ("(SELECT n FROM v WHERE n = 9)", ""),
            ("coalesce((SELECT n FROM v WHERE n = 9), 0)", "0"),
            ("coalesce((SELECT 'found' FROM v WHERE n = 9 LIMIT 1), 'none')", "none"),
            ("(SELECT count(*) FROM v WHERE n = 9) IS NULL", "false"),
            ("(SELECT count(*) FROM v WHERE n = 9 GROUP BY n) IS NULL", "true"),
            ("(SELECT count(*) FROM v HAVING count(*) > 9) IS NULL", "true"),
            ("(SELECT count(*) FROM v LIMIT 0) IS NULL", "true"),
            ("(SELECT 1) IS NULL", "false"),
            ("(SELECT 1 WHERE false) IS NULL", "true"),
            ("1 + (SELECT n FROM v WHERE n = 9)", ""),
            ("CASE WHEN (SELECT n FROM v WHERE n = 9) IS NULL THEN 'none' ELSE 'some' END", "none"),
            ("(SELECT (SELECT n FROM v WHERE n = 9)) IS NULL", "true"),
            ("a IS NULL FROM (SELECT (SELECT n FROM v WHERE n = 9) AS a)", "true"),
            ("count(*) FROM (SELECT (SELECT n FROM v WHERE n = 9) AS a GROUP BY 1) WHERE a IS NULL", "1"),
            ("count(*) FROM v WHERE (SELECT n FROM v WHERE n = 9) IS NULL", "2"),
            ("count(*) FROM v WHERE n = (SELECT n FROM v WHERE n = 9) IS NULL", "2"),
            ("count(*) FROM v WHERE n = (SELECT n FROM v WHERE n = 2)", "1"),
            (
                "count(*) FROM v WHERE (SELECT count(*) FROM v AS w WHERE w.n > 1 AND w.n = v.n GROUP BY w.n) IS NULL",
                "1",
            ),
            ("count(*) FROM v WHERE (SELECT count(*) FROM v AS w WHERE w.n > 1 AND w.n = v.n) IS NULL", "0"),
            (
                "string_agg(c::text, ',' ORDER BY n) FROM (SELECT n, coalesce((SELECT count(*) FROM v AS w WHERE w.n > 1 AND w.n = v.n), 7) AS c FROM v)",
                "0,1",
            ),
        ] {
            let sql = format!("WITH v AS (SELECT * FROM (VALUES (1), (2)) AS v(n)) SELECT {select}");
            let rows: Vec<_> = match engine.query(&sql).await {
                Ok(query) => query.stream.try_collect().await.unwrap_or_else(|error| panic!("{sql}: {error}")),
                Err(error) => panic!("{sql}: {error}"),
            };
            assert_eq!(array_value_to_string(rows[0].column(0), 0).unwrap(), right, "{sql}");
        }
    }
}
