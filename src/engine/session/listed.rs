//! The list of a `NOT IN (SELECT …)` says that it holds NULL: then `NOT IN` is true of no row, and who looks for what is missing
//! takes that for "nothing is".
//!
//! The join that DataFusion makes of it sees the NULL and keeps that to itself. So a node between it and the list looks at what
//! passes. It is put there when all else is decided, since nothing is to be decided by it. Where one value is looked for, the list is
//! summed up and not joined: there a function of ours marks what asks its values whether they are NULL.

use std::fmt;
use std::sync::Arc;

use arrow::compute::is_null;
use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateInputMode};
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
            let Some((rows, key)) = list_of(&node) else { return Ok(Transformed::no(node)) };
            let list: Plan = Arc::new(List { rows: Arc::clone(rows), key });
            // It is the only input, or the second of two.
            let mut children: Vec<Plan> = node.children().into_iter().cloned().collect();
            children.pop();
            children.push(list);
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

/// The rows of a list, of which a node looks for a value, and the value in each.
fn list_of(node: &Plan) -> Option<(&Plan, Arc<dyn PhysicalExpr>)> {
    if let Some(join) = node.downcast_ref::<HashJoinExec>() {
        // A join of `NOT IN` has one key.
        return join.on().first().filter(|_| join.null_aware).map(|(_, key)| (join.right(), Arc::clone(key)));
    }
    let sum = node.downcast_ref::<AggregateExec>().filter(|sum| sum.mode().input_mode() == AggregateInputMode::Raw)?;
    let mut key = None;
    for argument in sum.aggr_expr().iter().flat_map(|one| one.expressions()) {
        // Walks that do nothing else cannot fail.
        let _ = argument.apply(|expr| {
            let asked = expr.downcast_ref::<ScalarFunctionExpr>().filter(|call| call.fun().inner().is::<IsNull>());
            key = key.take().or_else(|| asked.and_then(|call| call.args().first().cloned()));
            Ok(if key.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
        });
    }
    key.map(|key| (sum.input(), key))
}

/// Whether a value of the list of a `NOT IN` is NULL: as `IS NULL`, and found again in the plan.
pub(super) fn is_null_in_list(value: Expr) -> Expr {
    // As if it differed from call to call: of a list of constants it would be computed beforehand, and be gone.
    ScalarUDF::from(IsNull(Signature::any(1, Volatility::Volatile))).call(vec![value])
}

/// The function. It has no name for people.
#[derive(Debug, PartialEq, Eq, Hash)]
struct IsNull(Signature);

impl ScalarUDFImpl for IsNull {
    fn name(&self) -> &'static str {
        "is_null_in_list"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        make_scalar_function(|values| Ok(Arc::new(is_null(&values[0])?)), Vec::new())(&args.args)
    }
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
