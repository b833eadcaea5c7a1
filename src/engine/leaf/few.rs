//! Scans below a limit that they are not told themselves: `LIMIT 5` above the elements of a list, above a join, above a condition
//! that is not theirs. How many of their rows that takes nobody knows, so nothing is asked for ahead: the next page is requested
//! when it is needed, and the next stream when the one before has ended.
//!
//! Between the limit and the scan stand only nodes that give out rows as they get them. Below one that takes all of its rows
//! before it gives out any, such as a sort, all are wanted.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::error::Result;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::limit::{GlobalLimitExec, LocalLimitExec};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::unnest::UnnestExec;
use datafusion::physical_plan::{ChildrenPropertiesMode, ExecutionPlan, ReplaceChildrenOptions};

use super::{MergedExec, ScanExec};
use crate::engine::joins::RangeJoinExec;

type Plan = Arc<dyn ExecutionPlan>;

/// The rule that tells them.
#[derive(Debug)]
pub(crate) struct FewWanted;

impl PhysicalOptimizerRule for FewWanted {
    fn optimize(&self, plan: Plan, _: &ConfigOptions) -> Result<Plan> {
        Ok(told(&plan, false)?.unwrap_or(plan))
    }

    fn name(&self) -> &'static str {
        "few_wanted"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The same plan, its scans below a limit reading page by page; `None`: there are none.
fn told(plan: &Plan, few: bool) -> Result<Option<Plan>> {
    if let Some(scan) = plan.downcast_ref::<ScanExec>() {
        return Ok(few.then(|| Arc::new(scan.lazy()) as Plan));
    }
    if let Some(merged) = plan.downcast_ref::<MergedExec>() {
        return Ok(few.then(|| Arc::new(merged.lazy()) as Plan));
    }
    let children = plan.children();
    let each = children.iter().enumerate().map(|(at, child)| told(child, below(plan, at, few)));
    let each = each.collect::<Result<Vec<_>>>()?;
    if each.iter().all(Option::is_none) {
        return Ok(None);
    }
    let children = each.into_iter().zip(children).map(|(new, old)| new.unwrap_or_else(|| Arc::clone(old))).collect();
    let kept = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep);
    Arc::clone(plan).replace_children(children, kept).map(Some)
}

/// Whether a node wants few rows of a child.
fn below(plan: &Plan, child: usize, few: bool) -> bool {
    if plan.is::<GlobalLimitExec>() || plan.is::<LocalLimitExec>() {
        return true;
    }
    let passes_on = plan.is::<UnnestExec>()
        || plan.is::<FilterExec>()
        || plan.is::<ProjectionExec>()
        || plan.is::<UnionExec>()
        || plan.is::<CooperativeExec>()
        || plan.is::<CoalescePartitionsExec>();
    // Of a join, one side is read whole, and gives out rows while it reads the other one.
    let is_join = plan.is::<HashJoinExec>()
        || plan.is::<NestedLoopJoinExec>()
        || plan.is::<CrossJoinExec>()
        || plan.is::<RangeJoinExec>();
    (few || plan.fetch().is_some()) && (passes_on || is_join && child == 1)
}
