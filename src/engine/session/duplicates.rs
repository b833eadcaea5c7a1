//! `INTERSECT ALL` and `EXCEPT ALL` count: a row that the one side has three times and the other once is common to both once, and is
//! left twice.
//!
//! DataFusion plans them as a semi join and an anti join, which keep all of equal rows or none. So equal rows of each side are numbered,
//! and the number is compared too: the first of the one side meets the first of the other.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{JoinType, NullEquality};
use datafusion::error::Result;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{Expr, ExprFunctionExt, Join, LogicalPlan, LogicalPlanBuilder, col};
use datafusion::optimizer::AnalyzerRule;

/// What the numbers are called on both sides. A name of the planner's own: no result shows it.
const NUMBERS: [&str; 2] = ["__left_occurrence", "__right_occurrence"];

/// The step that comes before types are coerced.
#[derive(Debug)]
pub(super) struct CountedDuplicates;

impl AnalyzerRule for CountedDuplicates {
    fn name(&self) -> &'static str {
        "counted_duplicates"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(of_node)?.data)
    }
}

fn of_node(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    match plan {
        LogicalPlan::Join(join) if counts(&join) => counted(join).map(Transformed::yes),
        other => Ok(Transformed::no(other)),
    }
}

/// Whether a join is one of those. No other has, before it is optimised, NULL equal to NULL; without ALL, the left side is made distinct.
fn counts(join: &Join) -> bool {
    matches!(join.join_type, JoinType::LeftSemi | JoinType::LeftAnti)
        && join.null_equality == NullEquality::NullEqualsNull
        && join.filter.is_none()
        && join.on.len() == join.left.schema().fields().len()
        && !matches!(*join.left, LogicalPlan::Distinct(_))
}

fn counted(join: Join) -> Result<LogicalPlan> {
    let columns: Vec<Expr> = join.left.schema().iter().map(Expr::from).collect();
    let [left, right] = NUMBERS;
    let mut on = join.on;
    on.push((col(left), col(right)));
    let left = Arc::new(numbered(&join.left, left)?);
    let right = Arc::new(numbered(&join.right, right)?);
    let (constraint, equality) = (join.join_constraint, join.null_equality);
    let join = Join::try_new(left, right, on, None, join.join_type, constraint, equality, join.null_aware)?;
    LogicalPlanBuilder::from(LogicalPlan::Join(join)).project(columns)?.build()
}

/// The rows of a side, and of each the how manieth of its equals it is.
fn numbered(side: &Arc<LogicalPlan>, name: &str) -> Result<LogicalPlan> {
    let columns: Vec<Expr> = side.schema().iter().map(Expr::from).collect();
    let number = row_number().partition_by(columns.clone()).build()?;
    let shown = columns.into_iter().chain([col(number.schema_name().to_string()).alias(name)]);
    LogicalPlanBuilder::from(Arc::clone(side)).window([number])?.project(shown)?.build()
}

#[cfg(test)]
mod tests {
    use datafusion::execution::SessionStateBuilder;
    use datafusion::prelude::SessionContext;

    use crate::engine::Engine;

    #[tokio::test]
    async fn equal_rows_are_counted() {
        let state = Engine::builder().configure(SessionStateBuilder::new()).unwrap().build();
        let context = SessionContext::new_with_state(state);
        let (many, one) = ("(VALUES (1), (1), (1), (2), (NULL), (NULL)) a(x)", "(VALUES (1), (NULL), (3)) b(y)");
        let pairs = "(VALUES (1, 'a'), (1, 'a'), (1, 'b')) a(x, s)";
        for (sql, expected) in [
            (format!("SELECT x FROM {many} INTERSECT ALL SELECT y FROM {one}"), "1 NULL"),
            (format!("SELECT x FROM {many} EXCEPT ALL SELECT y FROM {one}"), "1 1 2 NULL"),
            (format!("SELECT y FROM {one} INTERSECT ALL SELECT x FROM {many}"), "1 NULL"),
            (format!("SELECT y FROM {one} EXCEPT ALL SELECT x FROM {many}"), "3"),
            (format!("SELECT x FROM {many} INTERSECT ALL SELECT x FROM {many}"), "1 1 1 2 NULL NULL"),
            (format!("SELECT x FROM {many} EXCEPT ALL SELECT x FROM {many}"), ""),
            (format!("SELECT x FROM {many} INTERSECT SELECT y FROM {one}"), "1 NULL"),
            (format!("SELECT x FROM {many} EXCEPT SELECT y FROM {one}"), "2"),
            (format!("SELECT DISTINCT x FROM {many} EXCEPT ALL SELECT y FROM {one}"), "2"),
            (format!("SELECT x FROM {many} EXCEPT ALL SELECT y FROM {one} EXCEPT ALL SELECT 1"), "1 2 NULL"),
            (format!("SELECT x FROM {pairs} EXCEPT ALL SELECT 1, 'a'"), "refused"),
            (format!("SELECT x || s FROM (SELECT x, s FROM {pairs} EXCEPT ALL SELECT 1, 'a') t"), "1a 1b"),
            (format!("SELECT 7 WHERE 1 IN (SELECT x FROM {many} EXCEPT ALL SELECT y FROM {one})"), "7"),
            ("SELECT named_struct('a', 1) AS s EXCEPT ALL SELECT named_struct('a', 2)".into(), "{a: 1}"),
            ("SELECT make_array(1, 2) INTERSECT ALL SELECT make_array(1, 2)".into(), "[1, 2]"),
        ] {
            let told = match context.sql(&sql).await {
                Ok(frame) => match frame.collect().await {
                    Ok(rows) => {
                        let options = arrow::util::display::FormatOptions::new().with_null("NULL");
                        let table = arrow::util::pretty::pretty_format_batches_with_options(&rows, &options).unwrap();
                        let table = table.to_string();
                        let mut cells: Vec<&str> = table
                            .lines()
                            .filter(|line| line.starts_with('|'))
                            .skip(1)
                            .map(|line| line.trim_matches(['|', ' ']))
                            .collect();
                        cells.sort_unstable();
                        cells.join(" ")
                    }
                    Err(error) => error.to_string(),
                },
                Err(_) => "refused".into(),
            };
            assert_eq!(told, expected, "{sql}");
        }
    }
}
