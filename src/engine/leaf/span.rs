//! What a join's other side has to be besides its keys, for joins that compare times, `s.created_date_time >= v.time`, and for
//! those that test a text, `starts_with(s.user_agent, l.prefix)`.
//!
//! DataFusion tells the other side which keys there are and nothing of such conditions. So a node that changes no row looks on
//! while the side at hand is read, and at its end the least and the greatest value that a row there is compared with are bounds
//! of the service's rows, and the values that texts are tested against are named one by one. They are told as the keys are, by a
//! condition that the scan holds.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use datafusion::common::JoinSide;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::functions_aggregate::min_max::{MaxAccumulator, MinAccumulator};
use datafusion::logical_expr::{Accumulator, Operator};
use datafusion::physical_expr::expressions::{BinaryExpr, Column, DynamicFilterPhysicalExpr, lit};
use datafusion::physical_expr::utils::{collect_columns, split_conjunction};
use datafusion::physical_expr::{PhysicalExpr, conjunction};
use datafusion::physical_plan::joins::utils::{ColumnIndex, JoinFilter};
use datafusion::physical_plan::joins::{HashJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties as _, PlanProperties, ReplaceChildrenOptions,
    apply_expression_roots,
};
use futures::stream::{self, StreamExt as _};

use crate::engine::joins::{Tested, Values};
use crate::predicate::How;

type Expr = Arc<dyn PhysicalExpr>;

/// A comparison of a time on the far side of a join with something on the side at hand.
#[derive(Debug, Clone)]
struct Compared {
    /// Over the far side's columns.
    far: Expr,
    /// One of `< <= > >=`.
    op: Operator,
    /// Over the columns at hand.
    near: Expr,
}

/// Looks on while the side at hand is read.
#[derive(Debug, Clone)]
pub(super) struct SpanExec {
    input: Arc<dyn ExecutionPlan>,
    compared: Arc<[Compared]>,
    tested: Arc<[Tested]>,
    /// What the far side is told.
    condition: Arc<DynamicFilterPhysicalExpr>,
}

impl SpanExec {
    /// What looks on while the first side of a join is read, if the join compares times or tests texts, and rows of its other
    /// side without a partner are of no use.
    pub(super) fn of(join: &Arc<dyn ExecutionPlan>) -> Option<Self> {
        let (kind, filter) = match (join.downcast_ref::<HashJoinExec>(), join.downcast_ref::<NestedLoopJoinExec>()) {
            (Some(join), _) if !join.null_aware => (*join.join_type(), join.filter()?),
            (_, Some(join)) => (*join.join_type(), join.filter()?),
            _ => return None,
        };
        let [near, far] = join.children()[..] else { return None };
        let is_one = near.output_partitioning().partition_count() == 1;
        let sides = (near.schema(), far.schema());
        let (compared, tested) = (compared(filter, (&sides.0, &sides.1)), tested(filter, (&sides.0, &sides.1)));
        let says = !compared.is_empty() || !tested.is_empty();
        (kind.on_lr_is_preserved().1 && is_one && says).then(|| {
            let fars = tested.iter().map(|one| &one.far).chain(compared.iter().map(|one| &one.far));
            let condition = Arc::new(DynamicFilterPhysicalExpr::new(fars.cloned().collect(), lit(true)));
            Self { input: Arc::clone(near), compared: compared.into(), tested: tested.into(), condition }
        })
    }

    /// What texts of the far side are tested against, and how.
    pub(super) fn tested(&self) -> impl Iterator<Item = (How, &Expr)> {
        self.tested.iter().map(|one| (one.how, &one.near))
    }

    /// Whether times are compared.
    pub(super) fn bounds_times(&self) -> bool {
        !self.compared.is_empty()
    }

    /// What the far side is told, over its columns.
    pub(super) fn condition(&self) -> Expr {
        Arc::clone(&self.condition) as Expr
    }

    /// The same over another plan of the same rows.
    pub(super) fn over(&self, input: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        Arc::new(Self { input, ..self.clone() })
    }
}

/// The comparisons of times between the sides of a join that all have to hold.
fn compared(filter: &JoinFilter, (near, far): (&Schema, &Schema)) -> Vec<Compared> {
    let of_side = |expr: &Expr, side: JoinSide, schema: &Schema| over(expr, filter.column_indices(), side, schema);
    let one = |part: &Expr| {
        let binary = part.downcast_ref::<BinaryExpr>()?;
        let op = *binary.op();
        if !matches!(op, Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq) {
            return None;
        }
        let sides = |a: &Expr, b: &Expr| of_side(a, JoinSide::Right, far).zip(of_side(b, JoinSide::Left, near));
        let (left, right) = (binary.left(), binary.right());
        let ((far_part, near_part), op) =
            sides(left, right).map(|sides| (sides, op)).or_else(|| Some((sides(right, left)?, op.swap()?)))?;
        let is_time = matches!(far_part.data_type(far), Ok(DataType::Timestamp(..)));
        is_time.then_some(Compared { far: far_part, op, near: near_part })
    };
    split_conjunction(filter.expression()).into_iter().filter_map(one).collect()
}

/// The tests of texts of the far side against values at hand that all have to hold.
fn tested(filter: &JoinFilter, (near, far): (&Schema, &Schema)) -> Vec<Tested> {
    let columns = filter.column_indices();
    let far = |expr: &Expr| over(expr, columns, JoinSide::Right, far);
    let near = |expr: &Expr| over(expr, columns, JoinSide::Left, near);
    split_conjunction(filter.expression()).into_iter().filter_map(|part| Tested::of(part, far, near)).collect()
}

/// An expression of a join's filter over the columns of one side; `None`: it is about the other one, or about none.
fn over(expr: &Expr, columns: &[ColumnIndex], side: JoinSide, schema: &Schema) -> Option<Expr> {
    let used = collect_columns(expr);
    let is_here = |column: &Column| columns.get(column.index()).is_some_and(|index| index.side == side);
    if used.is_empty() || !used.iter().all(is_here) {
        return None;
    }
    let moved = Arc::clone(expr).transform(|part| {
        let Some(column) = part.downcast_ref::<Column>() else { return Ok(Transformed::no(part)) };
        let at = columns[column.index()].index;
        Ok(Transformed::yes(Arc::new(Column::new(schema.field(at).name(), at)) as Expr))
    });
    moved.data().ok()
}

/// The least and the greatest values that were seen, and those that texts are tested against.
struct Span {
    compared: Arc<[Compared]>,
    ends: Vec<Box<dyn Accumulator>>,
    tested: Arc<[Tested]>,
    values: Vec<Values>,
}

impl Span {
    fn new(compared: &Arc<[Compared]>, tested: &Arc<[Tested]>, schema: &Schema) -> Result<Self> {
        let end = |one: &Compared| -> Result<Box<dyn Accumulator>> {
            let data_type = one.near.data_type(schema)?;
            Ok(match one.op {
                Operator::Gt | Operator::GtEq => Box::new(MinAccumulator::try_new(&data_type)?),
                _ => Box::new(MaxAccumulator::try_new(&data_type)?),
            })
        };
        let ends = compared.iter().map(end).collect::<Result<_>>()?;
        let values = tested.iter().map(|_| Values::default()).collect();
        Ok(Self { ends, compared: Arc::clone(compared), tested: Arc::clone(tested), values })
    }

    fn see(&mut self, rows: &RecordBatch) -> Result<()> {
        for (one, end) in self.compared.iter().zip(&mut self.ends) {
            end.update_batch(&[one.near.evaluate(rows)?.into_array(rows.num_rows())?])?;
        }
        for (one, values) in self.tested.iter().zip(&mut self.values) {
            values.see(&one.near.evaluate(rows)?.into_array(rows.num_rows())?)?;
        }
        Ok(())
    }

    /// What every row of the far side satisfies that some row which was seen is a partner of.
    fn condition(mut self) -> Result<Expr> {
        let mut bounds = Vec::new();
        for (one, end) in self.compared.iter().zip(&mut self.ends) {
            let end = end.evaluate()?;
            if end.is_null() {
                // There was nothing to be compared with.
                return Ok(lit(false));
            }
            bounds.push(Arc::new(BinaryExpr::new(Arc::clone(&one.far), one.op, lit(end))) as Expr);
        }
        for (one, values) in self.tested.iter().zip(&self.values) {
            bounds.extend(values.tests(one)?);
        }
        Ok(conjunction(bounds))
    }
}

impl DisplayAs for SpanExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let compared = self.compared.iter().map(|Compared { far, op, near }| format!("{far} {op} {near}"));
        let tested = self.tested.iter().map(Tested::to_string);
        write!(f, "SpanExec: {}", compared.chain(tested).collect::<Vec<_>>().join(" AND "))
    }
}

impl ExecutionPlan for SpanExec {
    fn name(&self) -> &'static str {
        "SpanExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let tested = self.tested.iter().map(|one| &one.near);
        apply_expression_roots(self.compared.iter().map(|one| &one.near).chain(tested), f)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self.over(children.swap_remove(0)))
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self.over(children.swap_remove(0)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let schema = self.schema();
        let span = Span::new(&self.compared, &self.tested, &schema)?;
        let rows = self.input.execute(partition, context)?;
        let condition = Arc::clone(&self.condition);
        let seen = stream::try_unfold((rows, Some(span)), move |(mut rows, mut span)| {
            let condition = Arc::clone(&condition);
            async move {
                if let Some(batch) = rows.next().await.transpose()? {
                    span.as_mut().map_or(Ok(()), |span| span.see(&batch))?;
                    return Ok(Some((batch, (rows, span))));
                }
                if let Some(span) = span.take() {
                    condition.update(span.condition()?)?;
                    condition.mark_complete();
                }
                Ok(None)
            }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, seen)))
    }
}
