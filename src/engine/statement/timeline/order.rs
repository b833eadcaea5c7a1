//! The order of a timeline that a statement reads alone: by time.
//!
//! The planner drops the order of a subquery, and rightly so: what groups or joins it has no use for one. So where the statement
//! only chooses among the events, they are sorted below its conditions and its limit.

use std::sync::Arc;

use datafusion::error::Result;
use datafusion::logical_expr::{Analyze, Explain, Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::sql::sqlparser::ast::{Query, SetExpr, Statement, TableFactor};

use super::{COLUMNS, called};

/// What the order is by.
const BY: [&str; 3] = ["time", "source", "id"];

/// Whether a statement reads one timeline and nothing besides.
pub(super) fn is_alone(statement: &Statement) -> bool {
    let Statement::Query(query) = statement else { return false };
    let Query { with: None, order_by: None, body, .. } = query.as_ref() else { return false };
    let SetExpr::Select(select) = body.as_ref() else { return false };
    let [from] = select.from.as_slice() else { return false };
    from.joins.is_empty()
        && matches!(&from.relation, TableFactor::Table { name, args: Some(_), .. } if called(name).is_some())
}

/// The plan of such a statement, in order.
///
/// # Errors
/// When the planner finds fault with a sort.
pub(super) fn in_order(plan: LogicalPlan) -> Result<LogicalPlan> {
    match plan {
        LogicalPlan::Explain(explain) => {
            let plan = Arc::new(in_order(Arc::unwrap_or_clone(explain.plan))?);
            Ok(LogicalPlan::Explain(Explain { plan, ..explain }))
        }
        LogicalPlan::Analyze(analyze) => {
            let input = Arc::new(in_order(Arc::unwrap_or_clone(analyze.input))?);
            Ok(LogicalPlan::Analyze(Analyze { input, ..analyze }))
        }
        // These keep the order of what is below them.
        plan @ (LogicalPlan::Projection(_) | LogicalPlan::Filter(_) | LogicalPlan::Limit(_)) => {
            let below = plan.inputs()[0].clone();
            plan.with_new_exprs(plan.expressions(), vec![in_order(below)?])
        }
        LogicalPlan::SubqueryAlias(_) if plan.schema().fields().len() == COLUMNS.len() => {
            let columns = plan.schema().columns();
            let by = |name: &&str| COLUMNS.iter().position(|column| *column == *name);
            let sorts = BY.iter().filter_map(by).map(|at| Expr::Column(columns[at].clone()).sort(true, false));
            LogicalPlanBuilder::from(plan).sort(sorts.collect::<Vec<_>>())?.build()
        }
        plan => Ok(plan),
    }
}
