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
use crate::table::{Column, EntitySet};

/// The name.
const USER_ID: &str = "user_id";

/// Refuses a plan that compares such columns.
pub(crate) fn check(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::Join(join) = node {
            for (left, right) in join.on.iter().filter(|(left, right)| is_named(left) && is_named(right)) {
                compared((left, of_expr(&join.left, left)), (Some(right), of_expr(&join.right, right)))?;
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
                        compared((left, of_expr(below, left)), (Some(right), of_expr(below, right)))?;
                    }
                    Expr::InSubquery(InSubquery { expr, subquery, .. }) if is_named(expr) => {
                        compared((expr, of_expr(below, expr)), (None, of(&subquery.subquery, 0)))?;
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

/// They are the same if the records have them under the same name. The right side of IN has no name of its own.
fn compared((left, of_left): (&Expr, Origin), (right, of_right): (Option<&Expr>, Origin)) -> Result<(), Error> {
    match (of_left, of_right) {
        (Origin::Declared(a), Origin::Declared(b)) if a.name == USER_ID && b.name == USER_ID && a.wire != b.wire => {
            let names = match right {
                Some(right) => format!("{} = {}", by_name(left, a), by_name(right, b)),
                None => format!("{} IN (SELECT {} FROM …)", by_name(left, a), name_of(b)),
            };
            Err(Error::Dialect {
                what: "user_id is an object id in sign-ins and mostly a name in the feed: equal are only empty ones"
                    .into(),
                instead: format!("join the names: {names}"),
            })
        }
        _ => Ok(()),
    }
}

/// The column of the same table that has the user's name, under the name that the statement gives to the table.
fn by_name(expr: &Expr, of: &Column) -> String {
    match expr {
        Expr::Column(column) if column.relation.is_some() => {
            let table = column.relation.as_ref().map_or("", |table| table.table());
            format!("{table}.{}", name_of(of))
        }
        _ => name_of(of).to_owned(),
    }
}

fn name_of(user_id: &Column) -> &'static str {
    let is_in = |set: &&EntitySet| set.columns.iter().any(|column| std::ptr::eq(column, user_id));
    let has = |name: &str| crate::apis::ALL.iter().copied().filter(is_in).any(|set| set.column(name).is_some());
    if has("user_name") { "user_name" } else { "user_principal_name" }
}
