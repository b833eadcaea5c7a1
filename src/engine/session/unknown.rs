//! `IN (SELECT …)` where it matters whether the answer is unknown or false.
//!
//! `x IN (SELECT y …)` is unknown if nothing equals `x` and `x` or some `y` is NULL, and so is its contrary. DataFusion knows this of a
//! `NOT IN` that is a condition of its own; everywhere else it takes unknown for false, so that `x NOT IN (…) OR …` becomes true
//! of rows of which nobody knows. Where unknown and false come to the same, which is where only the truth of `IN` counts, that is
//! right; elsewhere the statement is refused. And a `NOT IN` whose list depends on the row is computed as if there were one list
//! for all rows, in which a single NULL decides for all: it is refused too.

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::logical_expr::expr::{Alias, BinaryExpr, InSubquery};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Case, Expr, LogicalPlan, Operator};
use datafusion::optimizer::AnalyzerRule;

use crate::engine::error::Error;

/// The check.
#[derive(Debug)]
pub(super) struct UnknownIsNotFalse;

impl AnalyzerRule for UnknownIsNotFalse {
    fn name(&self) -> &'static str {
        "unknown_is_not_false"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.apply_with_subqueries(|node| of_node(node).map(|()| TreeNodeRecursion::Continue))?;
        Ok(plan)
    }
}

/// What of an expression's value counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    /// Whether it is true.
    Truth,
    /// Whether it is false.
    Falsity,
    /// Each of its three values.
    All,
}

fn of_node(node: &LogicalPlan) -> Result<()> {
    if let LogicalPlan::Filter(filter) = node {
        return split_conjunction(&filter.predicate).into_iter().try_for_each(|conjunct| match conjunct {
            Expr::InSubquery(absent @ InSubquery { negated: true, .. }) => of_absent(absent),
            other => check(other, Counts::Truth),
        });
    }
    // The value that is shown is that of `IN`, unknown as false; of its contrary it would be a finding.
    node.expressions().iter().try_for_each(|expr| check(expr, Counts::Truth))
}

/// A `NOT IN` that is a condition of its own.
fn of_absent(absent: &InSubquery) -> Result<()> {
    check(&absent.expr, Counts::All)?;
    if !absent.subquery.outer_ref_columns.is_empty() {
        return Err(refused(
            "NOT IN (SELECT …) over rows that depend on the outer query would be wrong where one is NULL",
        ));
    }
    // It becomes a join, which knows of NULL in the columns of both sides alone. Of what has none, `asked_as_value` took care.
    let asked = &absent.expr;
    let depends_further = |expr: &Expr| Ok(matches!(expr, Expr::OuterReferenceColumn(..) | Expr::ScalarSubquery(_)));
    if !asked.any_column_refs() || asked.exists(depends_further)? {
        return Err(refused(
            "NOT IN (SELECT …) of what is no value of this query's own rows would be wrong where one is NULL",
        ));
    }
    Ok(())
}

fn check(expr: &Expr, counts: Counts) -> Result<()> {
    let turned = match counts {
        Counts::Truth => Counts::Falsity,
        Counts::Falsity => Counts::Truth,
        Counts::All => Counts::All,
    };
    match expr {
        Expr::InSubquery(list) => {
            let is_sound = counts == if list.negated { Counts::Falsity } else { Counts::Truth };
            if !is_sound {
                return Err(refused(
                    "IN (SELECT …) is unknown beside NULL, and in this place unknown would count as false",
                ));
            }
            check(&list.expr, Counts::All)
        }
        Expr::Not(inner) => check(inner, turned),
        Expr::Alias(Alias { expr, .. }) => check(expr, counts),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And | Operator::Or, right }) => {
            check(left, counts).and_then(|()| check(right, counts))
        }
        Expr::IsTrue(inner) | Expr::IsNotTrue(inner) => check(inner, Counts::Truth),
        Expr::IsFalse(inner) | Expr::IsNotFalse(inner) => check(inner, Counts::Falsity),
        Expr::Case(Case { expr: None, when_then_expr, else_expr }) => {
            for (when, then) in when_then_expr {
                check(when, Counts::Truth)?;
                check(then, counts)?;
            }
            else_expr.iter().try_for_each(|other| check(other, counts))
        }
        // A condition on the rows that it takes is the one expression of it in which only truth counts.
        Expr::AggregateFunction(call) => {
            call.params.args.iter().try_for_each(|arg| check(arg, Counts::All))?;
            call.params.filter.iter().try_for_each(|filter| check(filter, Counts::Truth))
        }
        other => {
            let mut found = Ok(());
            other.apply_children(|child| {
                found = check(child, Counts::All);
                Ok(if found.is_err() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
            })?;
            found
        }
    }
}

fn refused(what: &str) -> datafusion::error::DataFusionError {
    let instead = "write NOT EXISTS (SELECT 1 FROM … WHERE y = x), which is true of a row without x; or make NOT IN a \
                   condition of its own, joined by AND";
    Error::Dialect { what: what.into(), instead: instead.into() }.into()
}
