//! A merge of sorted inputs is planned only above inputs that are sorted.
//!
//! Of `SELECT 1 AS x … UNION ALL SELECT 2 …` each input has one value in `x`, so each is sorted by it; version 55.2 takes that for
//! an order of the whole, merges, and then refuses its own plan. Such a merge becomes a sort.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _};
use datafusion::error::Result;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties as _};

/// DataFusion's rule that refuses a plan whose parts do not fit.
pub(super) const CHECKED: &str = "SanityCheckPlan";

/// The step that comes before a plan is checked.
#[derive(Debug)]
pub(super) struct SortedOrNot;

impl PhysicalOptimizerRule for SortedOrNot {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            let Some(merge) = plan.downcast_ref::<SortPreservingMergeExec>() else { return Ok(Transformed::no(plan)) };
            let input = merge.input();
            if input.equivalence_properties().ordering_satisfy(merge.expr().iter().cloned())? {
                return Ok(Transformed::no(plan));
            }
            let together = Arc::new(CoalescePartitionsExec::new(Arc::clone(input)));
            let sorted = SortExec::new(merge.expr().clone(), together).with_fetch(merge.fetch());
            Ok(Transformed::yes(Arc::new(sorted) as Arc<dyn ExecutionPlan>))
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "sorted_or_not"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
