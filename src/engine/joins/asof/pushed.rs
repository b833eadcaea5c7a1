//! Conditions on the left side of an ASOF join, moved below it.

use std::sync::Arc;

use datafusion::common::tree_node::Transformed;
use datafusion::error::Result;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{Expr, Extension, Filter, LogicalPlan};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

use super::matched::is_of;
use super::node::NearestJoin;

/// A row of the left side that WHERE drops needs no partner. One of the right side must not go: another would be the nearest.
#[derive(Debug)]
pub(crate) struct BelowNearest;

impl OptimizerRule for BelowNearest {
    fn name(&self) -> &'static str {
        "below_nearest"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Filter(filter) = &plan else { return Ok(Transformed::no(plan)) };
        let LogicalPlan::Extension(Extension { node }) = filter.input.as_ref() else {
            return Ok(Transformed::no(plan));
        };
        let Some(join) = node.as_any().downcast_ref::<NearestJoin>() else { return Ok(Transformed::no(plan)) };
        let pieces = split_conjunction_owned(filter.predicate.clone());
        let (below, above): (Vec<Expr>, Vec<Expr>) =
            pieces.into_iter().partition(|piece| is_of(piece, join.left.schema()) && !piece.is_volatile());
        let Some(below) = conjunction(below) else { return Ok(Transformed::no(plan)) };
        let left = LogicalPlan::Filter(Filter::try_new(below, Arc::clone(&join.left))?);
        let sides = (Arc::new(left), Arc::clone(&join.right));
        let join = join.over(sides, join.times.clone(), join.conditions.clone())?;
        let join = LogicalPlan::Extension(Extension { node: Arc::new(join) });
        Ok(Transformed::yes(match conjunction(above) {
            Some(above) => LogicalPlan::Filter(Filter::try_new(above, Arc::new(join))?),
            None => join,
        }))
    }
}
