//! The step that makes ASOF joins of plain joins that are marked as such.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, Extension, Filter, Join, JoinType, LogicalPlan, lit};
use datafusion::optimizer::AnalyzerRule;

use super::markers::{CONDITION, args_of, is_marked, is_marker, stray};
use super::matched::{is_of, matched};
use super::node::NearestJoin;
use crate::engine::error::Error;

/// It comes before types are coerced, and before anything is moved.
#[derive(Debug)]
pub(crate) struct NearestJoins;

impl AnalyzerRule for NearestJoins {
    fn name(&self) -> &'static str {
        "nearest_joins"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        let plan = plan.transform_up_with_subqueries(|plan| match plan {
            LogicalPlan::Join(join) if is_marked(&join) => nearest_join(join).map(Transformed::yes),
            plan => Ok(Transformed::no(plan)),
        })?;
        plan.data.apply_with_subqueries(|node| {
            node.apply_expressions(|expr| match expr.exists(|expr| Ok(is_marker(expr)))? {
                true => Err(stray().into()),
                false => Ok(TreeNodeRecursion::Continue),
            })
        })?;
        Ok(plan.data)
    }
}

fn nearest_join(join: Join) -> Result<LogicalPlan> {
    let Join { left, right, filter, join_type, .. } = join;
    let (explicit, condition) = match filter.as_ref().and_then(|filter| args_of(filter, CONDITION)) {
        Some([condition]) => (None, condition.clone()),
        Some([explicit, condition]) => (Some(explicit.clone()), condition.clone()),
        _ => return Err(stray().into()),
    };
    let (found, pieces) = matched(explicit, condition, (left.schema(), right.schema()))?;
    let outer = join_type == JoinType::Left;
    let (mut of_left, mut of_right, mut conditions) = (Vec::new(), Vec::new(), Vec::new());
    for piece in pieces {
        if piece.exists(|expr| Ok(is_query(expr)))? {
            return Err(Error::Dialect {
                what: "ON of an ASOF JOIN holds a subquery".into(),
                instead: "put the condition into WHERE of a subquery in FROM, on the side that it is about".into(),
            }
            .into());
        }
        // A row of the left side that fails its own condition finds no partner, and may stay.
        match piece {
            piece if piece == lit(true) => {}
            piece if piece.is_volatile() => conditions.push(piece),
            piece if is_of(&piece, right.schema()) => of_right.push(piece),
            piece if !outer && is_of(&piece, left.schema()) => of_left.push(piece),
            piece => conditions.push(piece),
        }
    }
    let sides = (kept(left, of_left)?, kept(right, of_right)?);
    let node = NearestJoin::new(sides, (found.nearest, outer), found.times, conditions)?;
    Ok(LogicalPlan::Extension(Extension { node: Arc::new(node) }))
}

fn kept(side: Arc<LogicalPlan>, conditions: Vec<Expr>) -> Result<Arc<LogicalPlan>> {
    Ok(match conditions.into_iter().reduce(Expr::and) {
        Some(condition) => Arc::new(LogicalPlan::Filter(Filter::try_new(condition, side)?)),
        None => side,
    })
}

/// A subquery other than one for a single value, or a column of a query around this one.
fn is_query(expr: &Expr) -> bool {
    matches!(expr, Expr::Exists(_) | Expr::InSubquery(_) | Expr::SetComparison(_) | Expr::OuterReferenceColumn(..))
}
