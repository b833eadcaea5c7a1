//! The operator that gives rows of long values out in pieces. Over one that evaluates window functions, it is their room too.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use arrow::array::{ArrayRef, RecordBatch};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{Column, Literal};
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::execution_plan::CardinalityEffect;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions,
};
use futures::StreamExt as _;
use futures::stream;

use super::has_length;
use super::room::Room;
use crate::engine::bulk::{Pieces, bulk};
use crate::engine::runtime::options;

/// The part of the memory limit that the rows of a piece may be, written out: a quarter of what a function may make of them.
const SHARE: usize = 16;
/// Bytes of a constant from which on it may be too much in each row of a batch.
const LONG: usize = 4 << 10;

type Plan = Arc<dyn ExecutionPlan>;

/// The rule that puts it into a plan.
#[derive(Debug)]
pub(crate) struct GivenInPieces;

impl PhysicalOptimizerRule for GivenInPieces {
    fn optimize(&self, plan: Plan, _: &ConfigOptions) -> Result<Plan> {
        plan.transform_up(|node| {
            let below = asked(&node)?;
            let changed = below.is_some();
            let node = match below {
                Some(below) => {
                    let kept = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep);
                    node.replace_children(vec![Arc::new(below)], kept)?
                }
                None => node,
            };
            let long = long_values(&node);
            Ok(match long.is_empty() {
                true => Transformed::new_transformed(node, changed),
                false => Transformed::yes(Arc::new(LongValuesExec { node, long, constant: 0 }) as Plan),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "given_in_pieces"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The columns of long values that a node evaluates: its last ones are of window functions.
fn long_values(node: &Plan) -> Arc<[usize]> {
    let all = node.downcast_ref::<WindowAggExec>().map(|node| node.window_expr().len());
    let some = || node.downcast_ref::<BoundedWindowAggExec>().map(|node| node.window_expr().len());
    let Some(functions) = all.or_else(some) else { return Arc::default() };
    let schema = node.schema();
    let columns = schema.fields().len() - functions..schema.fields().len();
    columns.filter(|at| has_length(schema.field(*at).data_type())).collect()
}

/// What stands below a node that computes something of such values: in between, the pieces may have become one again. A constant in
/// each row is such a value too.
fn asked(node: &Plan) -> Result<Option<LongValuesExec>> {
    let [below] = node.children()[..] else { return Ok(None) };
    let schema = below.schema();
    let is_long = |at: &usize| schema.fields().get(*at).is_some_and(|field| has_length(field.data_type()));
    let (mut long, mut constant) = (BTreeSet::new(), 0);
    node.apply_expressions(&mut |expr| {
        match expr.downcast_ref::<Literal>() {
            Some(literal) if node.is::<ProjectionExec>() => constant += literal.value().size(),
            None if !expr.is::<Column>() => {
                long.extend(collect_columns(expr).iter().map(Column::index).filter(is_long));
            }
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    let is_needed = constant >= LONG || !long.is_empty() && below.exists(|node| Ok(makes_long_values(node)))?;
    Ok(is_needed.then(|| LongValuesExec { node: Arc::clone(below), long: long.into_iter().collect(), constant }))
}

/// Whether many rows may get one long value.
fn makes_long_values(node: &Plan) -> bool {
    let of_groups = node.downcast_ref::<AggregateExec>();
    let is_long =
        |aggregate: &AggregateExec| aggregate.aggr_expr().iter().any(|value| has_length(value.field().data_type()));
    of_groups.is_some_and(is_long) || !long_values(node).is_empty()
}

/// The operator.
#[derive(Debug, Clone)]
struct LongValuesExec {
    /// The one whose rows it gives out.
    node: Plan,
    /// The columns of long values.
    long: Arc<[usize]>,
    /// Bytes that each row will have besides.
    constant: usize,
}

impl DisplayAs for LongValuesExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl ExecutionPlan for LongValuesExec {
    fn name(&self) -> &'static str {
        "LongValuesExec"
    }

    /// It adds nothing to what the other one does.
    fn downcast_delegate(&self) -> Option<&dyn ExecutionPlan> {
        Some(self.node.as_ref())
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.node.properties()
    }

    fn children(&self) -> Vec<&Plan> {
        vec![&self.node]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Plan>) -> Result<Plan> {
        Ok(Arc::new(Self { node: children.swap_remove(0), long: Arc::clone(&self.long), constant: self.constant }))
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let most = options::of(context.session_config().options()).memory_limit / SHARE;
        let mut given = Given {
            rows: self.node.execute(partition, Arc::clone(&context))?,
            room: Room::of(context.memory_pool()),
            long: Arc::clone(&self.long),
            constant: self.constant,
            most,
            pieces: None,
            out: 0,
        };
        let rows = stream::poll_fn(move |context| given.poll_next(context));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }
}

/// Rows on their way out.
struct Given {
    rows: SendableRecordBatchStream,
    room: Arc<Room>,
    long: Arc<[usize]>,
    constant: usize,
    most: usize,
    pieces: Option<Pieces>,
    /// Rows of the batch that is given out in pieces. Until then it is held.
    out: usize,
}

impl Given {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<RecordBatch>>> {
        loop {
            if let Some(piece) = self.pieces.as_mut().and_then(Iterator::next) {
                return Poll::Ready(Some(Ok(piece)));
            }
            self.pieces = None;
            self.room.give_back(std::mem::take(&mut self.out) * self.long.len());
            let rows = &mut self.rows;
            let batch = match ready!(self.room.within(|| rows.poll_next_unpin(context))) {
                Some(Ok(batch)) => batch,
                end => return Poll::Ready(end),
            };
            let long: Vec<ArrayRef> = self.long.iter().map(|at| Arc::clone(batch.column(*at))).collect();
            let mut sizes = bulk(&long, batch.num_rows());
            sizes.iter_mut().for_each(|size| *size += self.constant);
            self.out = batch.num_rows();
            self.pieces = Some(Pieces::of(batch, sizes, self.most));
        }
    }
}
