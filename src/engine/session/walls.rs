//! Conditions stop where a column's name does not say which column it is.
//!
//! DataFusion's rules that move conditions towards the tables follow a column by its name where a plan node renames or reorders
//! columns, and take the first of that name. A join of two tables has names twice, and once its sides are swapped the condition
//! on one of them became one on the other: `… RIGHT JOIN u … WHERE w.id IS NULL` gave no row where `count(*)` counted 67. So
//! while conditions are moved, a wall stands on each node with a name that occurs twice, which no condition on such a name passes;
//! it is checked above the wall, as the statement has it. Afterwards the walls are gone. `tests/rules.rs` tells when this can go.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use arrow::datatypes::Schema;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::filter_pushdown::{ChildFilterDescription, FilterDescription, FilterPushdownPhase};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};

type Plan = Arc<dyn ExecutionPlan>;

/// A rule that moves conditions, with walls while it does.
#[derive(Debug)]
pub(super) struct Walled(pub(super) Arc<dyn PhysicalOptimizerRule + Send + Sync>);

impl PhysicalOptimizerRule for Walled {
    fn optimize(&self, plan: Plan, config: &ConfigOptions) -> Result<Plan> {
        let walled = plan.transform_up(|node| Ok(built(node)))?;
        let moved = self.0.optimize(walled.data, config)?;
        if !walled.transformed {
            return Ok(moved);
        }
        let taken = |node: Plan| match node.downcast_ref::<Wall>() {
            Some(wall) => Ok(Transformed::yes(Arc::clone(&wall.node))),
            None => Ok(Transformed::no(node)),
        };
        moved.transform_up(taken).data()
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}

/// The node, behind a wall if it needs one.
fn built(node: Plan) -> Transformed<Plan> {
    let mut names = twice(&node.schema());
    // It takes over conditions from above by their names in its input.
    if node.is::<FilterExec>() {
        names.extend(node.children().into_iter().flat_map(|input| twice(&input.schema())));
    }
    match names.is_empty() {
        true => Transformed::no(node),
        false => Transformed::yes(Arc::new(Wall { node, names: names.into() })),
    }
}

/// The names that occur more than once.
fn twice(schema: &Schema) -> HashSet<String> {
    let mut seen = HashSet::new();
    schema.fields().iter().map(|field| field.name()).filter(|name| !seen.insert(*name)).cloned().collect()
}

/// A node whose conditions on some names come no further.
#[derive(Debug, Clone)]
struct Wall {
    node: Plan,
    names: Arc<HashSet<String>>,
}

impl DisplayAs for Wall {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ExecutionPlan for Wall {
    fn name(&self) -> &'static str {
        "Wall"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.node.properties()
    }

    fn children(&self) -> Vec<&Plan> {
        vec![&self.node]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Plan>) -> Result<Plan> {
        Ok(Arc::new(Self { node: children.swap_remove(0), names: Arc::clone(&self.names) }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        self.node.execute(partition, context)
    }

    fn gather_filters_for_pushdown(
        &self,
        _: FilterPushdownPhase,
        conditions: Vec<Arc<dyn PhysicalExpr>>,
        _: &ConfigOptions,
    ) -> Result<FilterDescription> {
        // Of no column may be told what its name leaves open. The columns stay where they are, so the others pass as they are.
        let passes: HashSet<usize> = (self.schema().fields().iter().enumerate())
            .filter(|(_, field)| !self.names.contains(field.name()))
            .map(|(at, _)| at)
            .collect();
        let child = ChildFilterDescription::from_child_with_allowed_indices(&conditions, passes, &self.node)?;
        Ok(FilterDescription::new().with_child(child))
    }
}
