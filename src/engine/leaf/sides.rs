//! Which side of a join is read first: the one at hand, so that its keys can narrow what is asked of the service.
//!
//! DataFusion chooses by statistics, which a service has none of, and without them leaves the sides as the statement names
//! them. Read first, a table of a service is read whole.

use std::sync::Arc;

use datafusion::common::JoinType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _};
use datafusion::error::Result;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec, PartitionMode};

use super::{MergedExec, ScanExec};
use crate::engine::runtime::options;
use crate::engine::scan::work::{Terms, Work};
use crate::plan::ScanPlan;

/// The rule that puts the sides of joins in order. It stands behind the one that chooses by statistics, and before what relies on the
/// choice.
#[derive(Debug)]
pub(crate) struct AtHandFirst;

/// How much a side may cost if it is read first, with nothing known of the other one. The less comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cost {
    /// It is at hand.
    Nothing,
    /// Some records of a service: a condition or a limit chooses them.
    Some,
    /// What no key could narrow, as the activity feed.
    Unasked,
    /// All things of a kind, such as users.
    Things,
    /// All events of a kind.
    Events,
}

impl PhysicalOptimizerRule for AtHandFirst {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        // Switched off, nothing of a statement chooses what is asked for, and no order of sides matters.
        if !options::of(config).pushdown {
            return Ok(plan);
        }
        plan.transform_up(|plan| {
            Ok(match in_order(&plan)? {
                Some(join) => Transformed::yes(join),
                None => Transformed::no(plan),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "at_hand_first"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// A join with its cheaper side first; `None`: it is as it should be, or no join.
fn in_order(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
        let (left, right) = (cost(join.left()), cost(join.right()));
        if left > right && join.join_type().supports_swap() && !join.null_aware {
            // The side that is read first is one table of keys, which one scan is told.
            return join.swap_inputs(PartitionMode::CollectLeft).map(Some);
        }
        let whole = right > Cost::Nothing && *join.partition_mode() != PartitionMode::CollectLeft;
        let collected = || join.builder().with_partition_mode(PartitionMode::CollectLeft).build_exec();
        return whole.then(collected).transpose();
    }
    if let Some(join) = plan.downcast_ref::<NestedLoopJoinExec>() {
        let swapped = cost(join.left()) > cost(join.right()) && join.join_type().supports_swap();
        return swapped.then(|| join.swap_inputs()).transpose();
    }
    if let Some(join) = plan.downcast_ref::<CrossJoinExec>() {
        return (cost(join.left()) > cost(join.right())).then(|| join.swap_inputs()).transpose();
    }
    Ok(None)
}

/// What reading a plan first may cost.
fn cost(plan: &Arc<dyn ExecutionPlan>) -> Cost {
    if let Some(scan) = plan.downcast_ref::<ScanExec>() {
        return of_scan(scan);
    }
    if let Some(merged) = plan.downcast_ref::<MergedExec>() {
        return merged.scans().map(|(_, scan)| of_scan(scan)).max().unwrap_or(Cost::Nothing);
    }
    let costs = plan.children().into_iter().map(cost);
    let narrowed = |kind: JoinType| matches!(kind, JoinType::Inner | JoinType::LeftSemi | JoinType::RightSemi);
    match plan.downcast_ref::<HashJoinExec>().filter(|join| narrowed(*join.join_type())) {
        // Its own keys narrow the dearer side.
        Some(_) => costs.min().unwrap_or(Cost::Nothing),
        None => costs.max().unwrap_or(Cost::Nothing),
    }
}

fn of_scan(scan: &ScanExec) -> Cost {
    let narrows = |plan: &ScanPlan| {
        plan.about.from.is_some() || plan.streams.iter().all(|s| !s.query.clauses.is_empty() || !s.parts.is_empty())
    };
    match scan.work(&Terms::default()) {
        Work::Files(..) => Cost::Nothing,
        _ if scan.fetch.is_some() => Cost::Some,
        Work::Feed(_) | Work::Search(_) => Cost::Unasked,
        Work::Pages(plan) if narrows(&plan) => Cost::Some,
        Work::Pages(plan) if plan.set.time.is_none() => Cost::Things,
        Work::Pages(_) => Cost::Events,
    }
}
