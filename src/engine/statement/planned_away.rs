//! Tables that a statement names and its plan does not read, because what it asks can never hold: `WHERE 1 = 2`, a join with
//! a list that has no rows. The planner drops them, and with them whoever would say why there is nothing.

use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::work_table::WorkTableExec;

use crate::tally::{Because, Notice, Tally};

/// Notes it of each table, where nothing at all is read.
pub(super) fn noted(logical: &LogicalPlan, physical: &Arc<dyn ExecutionPlan>, tally: &Tally) -> Result<()> {
    let (mut reads, mut empty) = (false, false);
    physical.apply(|node| {
        empty |= node.is::<EmptyExec>();
        // What a recursive query found last is read from itself.
        reads |= node.children().is_empty() && !node.is::<EmptyExec>() && !node.is::<WorkTableExec>();
        Ok(TreeNodeRecursion::Continue)
    })?;
    if reads || !empty || is_limited_to_none(logical)? {
        return Ok(());
    }
    let mut tables = Vec::new();
    logical.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let name = scan.table_name.table();
            let declared = crate::apis::names().find(|(_, known)| *known == name);
            tables.extend(declared.map(|(schema, name)| format!("{schema}.{name}")).filter(|t| !tables.contains(t)));
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    // Rows that were written out, and tables that nobody declared, have no scan that would say it.
    if tables.is_empty() && logical.exists(|node| Ok(matches!(node, LogicalPlan::Filter(_))))? {
        let because = "the statement has a condition that is never true".into();
        tally.notice(Notice::NoneLeft { because });
    }
    tables.into_iter().for_each(|table| tally.notice(Notice::Nothing { table, because: Because::NeverTrue }));
    Ok(())
}

/// Whether no row was asked for.
fn is_limited_to_none(plan: &LogicalPlan) -> Result<bool> {
    plan.exists(|node| {
        let LogicalPlan::Limit(limit) = node else { return Ok(false) };
        let none = |fetch: &Expr| matches!(fetch, Expr::Literal(value, _) if value.to_string() == "0");
        Ok(limit.fetch.as_deref().is_some_and(none))
    })
}
