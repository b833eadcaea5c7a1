//! The condition of a join stays whole where it has a function of `x -> …` in it.
//!
//! DataFusion's rule that moves projections also computes beforehand, on the side that it is of, each part of the condition of a join
//! without equal keys. Of `any_match(d.list, t -> t.id = u.id)` it takes the lambda for such a part, since one side has all of its
//! columns, and a function without its lambda is an error (55.2). A plan with such a join keeps the other half of the rule: its
//! conditions are computed where they stand. `tests/joins/captured.rs` tells when this can go.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{TransformedResult as _, TreeNode as _};
use datafusion::error::Result;
use datafusion::physical_expr::expressions::LambdaExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::NestedLoopJoinExec;
use datafusion::physical_plan::projection::remove_unnecessary_projections;

/// The rule that moves projections.
#[derive(Debug)]
pub(super) struct Captured(pub(super) Arc<dyn PhysicalOptimizerRule + Send + Sync>);

impl PhysicalOptimizerRule for Captured {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        if plan.exists(|node| node.downcast_ref().map_or(Ok(false), has_lambda))? {
            return plan.transform_down(remove_unnecessary_projections).data();
        }
        self.0.optimize(plan, config)
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}

fn has_lambda(join: &NestedLoopJoinExec) -> Result<bool> {
    join.filter().map_or(Ok(false), |filter| filter.expression().exists(|part| Ok(part.is::<LambdaExpr>())))
}
