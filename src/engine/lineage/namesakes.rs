//! Columns of one name that hold different things.
//!
//! `user_id` is the object id of a user in sign-ins, and whatever the workload wrote in the records of the feed, a name as a
//! rule. Joined with one another they are equal where both are empty: an answer made of nothing but those rows.

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::logical_expr::expr::InSubquery;
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator};

use super::{of, of_expr};
use crate::engine::error::Error;
use crate::engine::leaf::Origin;

/// The name.
const USER_ID: &str = "user_id";

/// Refuses a plan that compares such columns.
pub(crate) fn check(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::Join(join) = node {
            for (left, right) in join.on.iter().filter(|(left, right)| is_named(left) && is_named(right)) {
                compared(of_expr(&join.left, left), of_expr(&join.right, right))?;
            }
        }
        // The conditions of a join are over both of its sides, those of a filter over what is below it.
        let below = match node {
            LogicalPlan::Join(_) => node,
            LogicalPlan::Filter(filter) => filter.input.as_ref(),
            _ => return Ok(TreeNodeRecursion::Continue),
        };
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                match expr {
                    Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right })
                        if is_named(left) && is_named(right) =>
                    {
                        compared(of_expr(below, left), of_expr(below, right))?;
                    }
                    Expr::InSubquery(InSubquery { expr, subquery, .. }) if is_named(expr) => {
                        compared(of_expr(below, expr), of(&subquery.subquery, 0))?;
                    }
                    _ => {}
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })
    .map(drop)
}

fn is_named(expr: &Expr) -> bool {
    matches!(expr, Expr::Column(column) if column.name == USER_ID)
}

/// They are the same if the records have them under the same name.
fn compared(left: Origin, right: Origin) -> Result<(), Error> {
    match (left, right) {
        (Origin::Declared(left), Origin::Declared(right))
            if left.name == USER_ID && right.name == USER_ID && left.wire != right.wire =>
        {
            Err(Error::Dialect {
                what: "user_id is an object id in sign-ins and mostly a name in the feed: equal are only empty ones"
                    .into(),
                instead: "join the names: a.user_name = s.user_principal_name".into(),
            })
        }
        _ => Ok(()),
    }
}
