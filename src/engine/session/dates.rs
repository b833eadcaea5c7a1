//! A date and a length of time are a time, as in PostgreSQL: `current_date + INTERVAL '8 hours'` is eight o'clock.
//!
//! DataFusion's answer is a date again, so that the hours were lost in silence: of `created_date_time >= DATE '2026-04-30' + INTERVAL
//! '8 hours'` the first eight hours of the day came as well. A date and a whole number stay a date.

use std::sync::Arc;

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::DFSchema;
use datafusion::error::Result;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{Expr, ExprSchemable, cast};
use datafusion::sql::sqlparser::ast::BinaryOperator;

/// The unit of columns: it reaches as far as dates are written, where nanoseconds end in 2262.
const TIME: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

/// What makes a time of the date, to be asked before DataFusion's own planners.
pub(super) fn planner() -> Arc<dyn ExprPlanner> {
    Arc::new(Planner)
}

#[derive(Debug)]
struct Planner;

impl ExprPlanner for Planner {
    fn plan_binary_op(&self, mut expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let date = match expr.op {
            BinaryOperator::Plus | BinaryOperator::Minus if moved(&expr.left, &expr.right, schema) => &mut expr.left,
            BinaryOperator::Plus if moved(&expr.right, &expr.left, schema) => &mut expr.right,
            _ => return Ok(PlannerResult::Original(expr)),
        };
        *date = cast(std::mem::take(date), TIME);
        Ok(PlannerResult::Original(expr))
    }
}

/// Whether a date is moved by a length of time.
fn moved(date: &Expr, by: &Expr, schema: &DFSchema) -> bool {
    let is_date = |of: DataType| matches!(of, DataType::Date32 | DataType::Date64);
    let is_length = |of: DataType| matches!(of, DataType::Interval(_) | DataType::Duration(_));
    // The length first: the type of a long chain of sums would be found out again at each of its links.
    by.get_type(schema).is_ok_and(is_length) && date.get_type(schema).is_ok_and(is_date)
}

#[cfg(test)]
mod tests {
    use arrow::util::display::array_value_to_string;
    use datafusion::execution::SessionStateBuilder;
    use datafusion::prelude::SessionContext;

    use crate::engine::Engine;

    #[tokio::test]
    async fn a_date_and_a_length_are_a_time() {
        let state = Engine::builder().configure(SessionStateBuilder::new()).unwrap().build();
        let context = SessionContext::new_with_state(state);
        for (sql, expected) in [
            ("SELECT DATE '2026-04-30' + INTERVAL '8 hours'", "2026-04-30T08:00:00"),
            ("SELECT INTERVAL '8 hours' + DATE '2026-04-30'", "2026-04-30T08:00:00"),
            ("SELECT DATE '2026-04-30' - INTERVAL '36 hours'", "2026-04-28T12:00:00"),
            ("SELECT DATE '2026-01-31' + INTERVAL '1 month'", "2026-02-28T00:00:00"),
            ("SELECT DATE '2026-04-30' + INTERVAL '1 day' * 2", "2026-05-02T00:00:00"),
            ("SELECT DATE '2900-04-30' + INTERVAL '1 hour'", "2900-04-30T01:00:00"),
            (
                "SELECT DATE '2026-04-30' + (TIMESTAMP '2026-01-01 02:00:00' - TIMESTAMP '2026-01-01')",
                "2026-04-30T02:00:00",
            ),
            ("SELECT NULL::date + INTERVAL '8 hours'", ""),
            ("SELECT DATE '2026-04-30' + 1", "2026-05-01"),
            ("SELECT DATE '2026-04-30' + INTERVAL '8 hours' > TIMESTAMP '2026-04-30 07:00:00'", "true"),
            ("SELECT DATE '2026-04-30' + INTERVAL '1 day' = DATE '2026-05-01'", "true"),
            (
                "SELECT arrow_typeof(d + l) FROM (VALUES (DATE '2026-04-30', INTERVAL '8 hours')) v(d, l)",
                "Timestamp(µs)",
            ),
            ("SELECT count(*) FROM generate_series(DATE '2026-04-30', DATE '2026-05-02', INTERVAL '1 day')", "3"),
            ("SELECT count(*) FROM range(DATE '2026-04-30', DATE '2026-05-02', INTERVAL '1 day')", "2"),
        ] {
            let told = match context.sql(sql).await {
                Ok(frame) => match frame.collect().await {
                    Ok(rows) => array_value_to_string(rows[0].column(0), 0).unwrap(),
                    Err(error) => error.to_string(),
                },
                Err(error) => error.to_string(),
            };
            assert_eq!(told, expected, "{sql}");
        }
    }
}
