//! How far a window reaches in RANGE is said in what its rows are ordered by.
//!
//! DataFusion reads the distance as a value of that type, and a bare number beside times as months: of `RANGE 3600 PRECEDING` over a time all
//! rows of three hundred years were in each window. PostgreSQL refuses it, and so does this step. Of texts there is no distance at all,
//! where DataFusion took it for all that comes before.

use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::error::Result;
use datafusion::logical_expr::expr::WindowFunctionParams;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, WindowFrameBound, WindowFrameUnits};
use datafusion::optimizer::AnalyzerRule;

use crate::engine::error::Error;

/// The check.
#[derive(Debug)]
pub(super) struct Framed;

impl AnalyzerRule for Framed {
    fn name(&self) -> &'static str {
        "framed"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::Window(_) = node {
                let schema = merge_schema(&node.inputs());
                node.apply_expressions(|expr| {
                    expr.apply(|expr| match expr {
                        Expr::WindowFunction(window) => {
                            of_window(&window.params, &schema).map(|()| TreeNodeRecursion::Continue)
                        }
                        _ => Ok(TreeNodeRecursion::Continue),
                    })
                })?;
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(plan)
    }
}

fn of_window(window: &WindowFunctionParams, schema: &DFSchema) -> Result<()> {
    let (WindowFrameUnits::Range, Some(order)) = (window.window_frame.units, window.order_by.first()) else {
        return Ok(());
    };
    let of = order.expr.get_type(schema)?;
    for bound in [&window.window_frame.start_bound, &window.window_frame.end_bound] {
        let (distance, side) = match bound {
            WindowFrameBound::Preceding(distance) => (distance, "PRECEDING"),
            WindowFrameBound::Following(distance) => (distance, "FOLLOWING"),
            WindowFrameBound::CurrentRow => continue,
        };
        if let Some(said) = said(distance) {
            check(&of, &said, side, &order.expr)?;
        }
    }
    Ok(())
}

/// The distance as it was written; `None`: there is no end to it.
fn said(distance: &ScalarValue) -> Option<String> {
    match distance.try_as_str() {
        Some(text) => text.map(str::to_owned),
        None => (!distance.is_null()).then(|| distance.to_string()),
    }
}

fn check(of: &DataType, said: &str, side: &str, order: &Expr) -> Result<()> {
    let order = order.human_display();
    let is_number = said.trim().parse::<f64>().is_ok();
    let (why, instead) = if of.is_temporal() {
        if !is_number {
            return Ok(());
        }
        let instead = format!("write RANGE INTERVAL '{said} seconds' {side}, or ROWS {said} {side} to count rows");
        (format!("{order} is a time, and {said} no length of time"), instead)
    } else if of.is_numeric() {
        if is_number && !(of.is_integer() && said.trim().parse::<i128>().is_err()) {
            return Ok(());
        }
        let kind = if of.is_integer() { "a whole number" } else { "a number" };
        (format!("{order} is {kind}, and '{said}' is none"), format!("write {kind}: RANGE 10 {side}"))
    } else if of.is_null() {
        return Ok(());
    } else {
        let instead = format!("ORDER BY a time or a number, or count rows: ROWS 10 {side}");
        (format!("{order} is neither a time nor a number, so that nothing lies so far from it"), instead)
    };
    Err(Error::Dialect { what: format!("RANGE '{said}' {side}: {why}"), instead }.into())
}

#[cfg(test)]
mod tests {
    use datafusion::execution::SessionStateBuilder;
    use datafusion::prelude::SessionContext;

    use crate::engine::Engine;

    #[tokio::test]
    async fn a_distance_is_one_of_what_rows_are_ordered_by() {
        let state = Engine::builder().configure(SessionStateBuilder::new()).unwrap().build();
        let context = SessionContext::new_with_state(state);
        let rows = "(VALUES (TIMESTAMP '2026-05-01 10:00:00', 1, 'a', 1.5), (TIMESTAMP '2026-05-01 10:30:00', 2, 'b', 2.0), \
                    (TIMESTAMP '2026-05-01 12:00:00', 3, 'c', 2.5)) AS v(t, n, s, x)";
        for (frame, most) in [
            ("t RANGE INTERVAL '1 hour' PRECEDING", Some(2)),
            ("t RANGE '1 hour' PRECEDING", Some(2)),
            ("t::date RANGE INTERVAL '1 day' PRECEDING", Some(3)),
            ("t RANGE UNBOUNDED PRECEDING", Some(3)),
            ("t RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL '1 hour' FOLLOWING", Some(3)),
            ("t ROWS 1 PRECEDING", Some(2)),
            ("n RANGE 1 PRECEDING", Some(2)),
            ("x RANGE 0.5 PRECEDING", Some(2)),
            ("s", Some(3)),
            ("t RANGE 3600 PRECEDING", None),
            ("t RANGE '60' PRECEDING", None),
            ("t::date RANGE 1 PRECEDING", None),
            ("t RANGE BETWEEN CURRENT ROW AND 60 FOLLOWING", None),
            ("s RANGE INTERVAL '1 day' PRECEDING", None),
            ("s RANGE 1 PRECEDING", None),
            ("n RANGE 0.5 PRECEDING", None),
            ("n RANGE INTERVAL '1 day' PRECEDING", None),
        ] {
            let sql = format!("SELECT max(k) FROM (SELECT count(*) OVER (ORDER BY {frame}) AS k FROM {rows}) w");
            let told = match context.sql(&sql).await {
                Ok(frame) => frame.collect().await,
                Err(error) => Err(error),
            };
            match (told, most) {
                (Ok(rows), Some(most)) => {
                    let told = arrow::util::display::array_value_to_string(rows[0].column(0), 0).unwrap();
                    assert_eq!(told, most.to_string(), "{sql}");
                }
                (Err(error), None) => assert!(error.to_string().contains("RANGE '"), "{sql}: {error}"),
                (told, _) => panic!("{sql}: {told:?}"),
            }
        }
    }
}
