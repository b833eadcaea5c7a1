//! Tables that a statement names and its plan does not read, because what it asks can never hold: `WHERE 1 = 2`, a join with
//! a list that has no rows. The planner drops them, and with them whoever would say why there is nothing.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use datafusion::common::DFSchema;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{ColumnarValue, Expr, LogicalPlan};
use datafusion::physical_expr::expressions::Literal;
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::placeholder_row::PlaceholderRowExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::work_table::WorkTableExec;
use datafusion::scalar::ScalarValue;

use crate::tally::{Because, Notice, Tally};

/// Notes it of each table, where nothing at all is read.
pub(super) fn noted(logical: &LogicalPlan, physical: &Arc<dyn ExecutionPlan>, tally: &Tally) -> Result<()> {
    let (mut reads, mut knows, mut empty, mut counted) = (false, false, false, false);
    physical.apply(|node| {
        empty |= node.is::<EmptyExec>();
        counted |= is_zero(node);
        // One row that comes from nowhere is made of what is known.
        knows |= node.is::<PlaceholderRowExec>();
        // What a recursive query found last is read from itself.
        let is_none = node.is::<EmptyExec>() || node.is::<WorkTableExec>() || node.is::<PlaceholderRowExec>();
        reads |= node.children().is_empty() && !is_none;
        Ok(TreeNodeRecursion::Continue)
    })?;
    // What is summed up of rows that cannot be is known beforehand as well: a 0, or NULL.
    let sums_up_none = !reads && knows && sums_up_none(logical)?;
    if !reads && counted && !sums_up_none && counts_rows(logical)? {
        tally.notice(Notice::NoneLeft { because: "a table that is read has none".into() });
        return Ok(());
    }
    if !sums_up_none && (reads || knows || !empty) || is_limited_to_none(logical)? {
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

/// Whether a node gives a 0 that was known beforehand, as a file says of itself how many rows it has.
fn is_zero(node: &Arc<dyn ExecutionPlan>) -> bool {
    let zero = |of: &Arc<dyn PhysicalExpr>| {
        of.downcast_ref::<Literal>().is_some_and(|literal| *literal.value() == ScalarValue::Int64(Some(0)))
    };
    let [child] = node.children()[..] else { return false };
    child.is::<PlaceholderRowExec>()
        && node.downcast_ref::<ProjectionExec>().is_some_and(|made| made.expr().iter().any(|made| zero(&made.expr)))
}

/// Whether all that a statement does is to count the rows of a table.
fn counts_rows(plan: &LogicalPlan) -> Result<bool> {
    plan.exists(|node| {
        let LogicalPlan::Aggregate(aggregate) = node else { return Ok(false) };
        let counts = |expr: &Expr| match expr.clone().unalias() {
            Expr::AggregateFunction(call) => {
                call.func.name() == "count" && matches!(call.params.args[..], [Expr::Literal(..)])
            }
            _ => false,
        };
        Ok(aggregate.group_expr.is_empty()
            && aggregate.aggr_expr.iter().all(counts)
            && aggregate.input.exists(|node| Ok(matches!(node, LogicalPlan::TableScan(_))))?)
    })
}

/// Whether a statement sums up, without groups, rows of a condition that is never true.
fn sums_up_none(plan: &LogicalPlan) -> Result<bool> {
    let is_never = |node: &LogicalPlan| match node {
        LogicalPlan::Filter(filter) => split_conjunction(&filter.predicate).into_iter().any(is_never_true),
        _ => false,
    };
    plan.exists(|node| {
        let LogicalPlan::Aggregate(aggregate) = node else { return Ok(false) };
        Ok(aggregate.group_expr.is_empty() && aggregate.input.exists(|below| Ok(is_never(below)))?)
    })
}

/// Whether a condition is about no row, and false or NULL.
fn is_never_true(condition: &Expr) -> bool {
    let (props, context) = (ExecutionProps::new(), PhysicalPlanningContext::default());
    let value = || {
        let made = create_physical_expr(condition, &DFSchema::empty(), &props, &context).ok()?;
        made.evaluate(&RecordBatch::new_empty(Arc::new(Schema::empty()))).ok()
    };
    condition.column_refs().is_empty()
        && matches!(value(), Some(ColumnarValue::Scalar(value)) if value != ScalarValue::Boolean(Some(true)))
}

/// Whether no row was asked for.
fn is_limited_to_none(plan: &LogicalPlan) -> Result<bool> {
    plan.exists(|node| {
        let LogicalPlan::Limit(limit) = node else { return Ok(false) };
        let none = |fetch: &Expr| matches!(fetch, Expr::Literal(value, _) if value.to_string() == "0");
        Ok(limit.fetch.as_deref().is_some_and(none))
    })
}
