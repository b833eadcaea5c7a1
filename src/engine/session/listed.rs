//! The list of a `NOT IN (SELECT …)` says that it holds NULL: then `NOT IN` is true of no row, and who looks for what is missing
//! takes that for "nothing is".
//!
//! The join that DataFusion makes of it sees the NULL and keeps that to itself. So a node between it and the list looks at what
//! passes. It is put there when all else is decided, since nothing is to be decided by it.

use std::fmt;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions,
};
use futures::StreamExt as _;

use crate::engine::runtime::Statement;
use crate::tally::Notice;

type Plan = Arc<dyn ExecutionPlan>;

/// The rule that puts it there.
#[derive(Debug)]
pub(super) struct NullsTold;

impl PhysicalOptimizerRule for NullsTold {
    fn optimize(&self, plan: Plan, _: &ConfigOptions) -> Result<Plan> {
        plan.transform_up(|node| {
            let Some((join, key)) =
                node.downcast_ref::<HashJoinExec>().and_then(|join| key_of_list(join).map(|key| (join, key)))
            else {
                return Ok(Transformed::no(node));
            };
            let list = List { rows: Arc::clone(join.right()), key };
            let children = vec![Arc::clone(join.left()), Arc::new(list) as Plan];
            node.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep))
                .map(Transformed::yes)
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "nulls_told"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// What a join of `NOT IN` looks for in its list. It has one key.
fn key_of_list(join: &HashJoinExec) -> Option<Arc<dyn PhysicalExpr>> {
    join.on().first().filter(|_| join.null_aware).map(|(_, key)| Arc::clone(key))
}

/// The rows of a list.
#[derive(Debug)]
struct List {
    rows: Plan,
    key: Arc<dyn PhysicalExpr>,
}

impl DisplayAs for List {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ExecutionPlan for List {
    fn name(&self) -> &'static str {
        "ListExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.rows.properties()
    }

    fn children(&self) -> Vec<&Plan> {
        vec![&self.rows]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        f(&self.key)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Plan>) -> Result<Plan> {
        Ok(Arc::new(Self { rows: children.swap_remove(0), key: Arc::clone(&self.key) }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let (key, statement) = (Arc::clone(&self.key), Statement::of(&context));
        let rows = self.rows.execute(partition, context)?;
        let schema = rows.schema();
        let looked_at = rows.map(move |rows| {
            let rows = rows?;
            let values = key.evaluate(&rows)?.into_array(rows.num_rows())?;
            if values.logical_null_count() > 0 {
                statement.tally.notice(Notice::NullInList);
            }
            Ok(rows)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, looked_at)))
    }
}
