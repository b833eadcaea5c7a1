//! The rule that has partners looked up: it takes the place of the engine's joins whose condition can be.
//!
//! It stands behind the rule that chooses the kinds and the sides of joins. The side that is held is the one without a remote
//! scan; if both have one, or none, it is the engine's choice, which goes by what is known of their sizes.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _};
use datafusion::common::{JoinSide, JoinType, NullEquality};
use datafusion::error::Result;
use datafusion::physical_expr::PhysicalExprRef;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::utils::{ColumnIndex, JoinFilter, build_join_schema};
use datafusion::physical_plan::joins::{HashJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::projection::ProjectionExec;

use super::comparison::Expr;
use super::condition::{Condition, Equalities, is_equal, sql};
use super::exec::{Output, RangeJoinExec};
use super::passing::Pick;
use crate::engine::runtime::options;

/// The rule.
#[derive(Debug)]
pub(crate) struct LookUp {
    /// Whether a node asks a service.
    pub(crate) is_remote: fn(&dyn ExecutionPlan) -> bool,
}

impl PhysicalOptimizerRule for LookUp {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        if !options::of(config).range_joins {
            return Ok(plan);
        }
        plan.transform_up(|plan| {
            Ok(match self.looked_up(&plan) {
                Some(join) => Transformed::yes(Arc::new(join) as Arc<dyn ExecutionPlan>),
                None => Transformed::no(plan),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "look_up"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// A join of the engine's, as far as it matters here.
struct Join<'a> {
    plan: &'a Arc<dyn ExecutionPlan>,
    sides: [&'a Arc<dyn ExecutionPlan>; 2],
    on: &'a [(PhysicalExprRef, PhysicalExprRef)],
    nulls: NullEquality,
    filter: &'a JoinFilter,
    join_type: JoinType,
    projection: Option<&'a [usize]>,
}

impl<'a> Join<'a> {
    fn of(plan: &'a Arc<dyn ExecutionPlan>) -> Option<Self> {
        if let Some(join) = plan.downcast_ref::<NestedLoopJoinExec>() {
            return Some(Self {
                plan,
                sides: [join.left(), join.right()],
                on: &[],
                nulls: NullEquality::NullEqualsNothing,
                filter: join.filter()?,
                join_type: *join.join_type(),
                projection: join.projection().as_deref(),
            });
        }
        let join = plan.downcast_ref::<HashJoinExec>()?;
        // NOT IN is another question.
        let plain = |(left, right): &(PhysicalExprRef, PhysicalExprRef)| {
            let types = left.data_type(&join.left().schema()).ok().zip(right.data_type(&join.right().schema()).ok());
            types.is_some_and(|(left, right)| is_equal(&left, &right))
        };
        (!join.null_aware && join.fetch().is_none() && join.on().iter().all(plain)).then_some(Self {
            plan,
            sides: [join.left(), join.right()],
            on: join.on(),
            nulls: join.null_equality(),
            filter: join.filter()?,
            join_type: *join.join_type(),
            projection: join.projection.as_deref(),
        })
    }
}

impl LookUp {
    fn looked_up(&self, plan: &Arc<dyn ExecutionPlan>) -> Option<RangeJoinExec> {
        let join = Join::of(plan)?;
        let [left, right] = join.sides;
        let (_, all) = build_join_schema(&left.schema(), &right.schema(), &join.join_type);
        let columns: Vec<ColumnIndex> = match join.projection {
            Some(places) => places.iter().map(|at| all[*at].clone()).collect(),
            None => all,
        };
        let turned = self.is_remote(left) && !self.is_remote(right);
        let (sides, filter, on, join_type) = match turned {
            true => {
                let on = join.on.iter().map(|(left, right)| (Arc::clone(right), Arc::clone(left))).collect();
                ([right, left], join.filter.swap(), on, join.join_type.swap())
            }
            false => ([left, right], join.filter.clone(), join.on.to_vec(), join.join_type),
        };
        let side =
            |index: ColumnIndex| ColumnIndex { side: if turned { index.side.negate() } else { index.side }, ..index };
        let columns = columns.into_iter().map(side).collect();
        let condition = Condition::of(&filter, Equalities { on: &on, nulls: join.nulls })?;
        let output = Output { join_type, schema: join.plan.schema(), columns };
        Some(RangeJoinExec::new(sides.map(Arc::clone), (condition, Pick::All), output))
    }

    /// Whether a service is asked below.
    fn is_remote(&self, plan: &Arc<dyn ExecutionPlan>) -> bool {
        plan.exists(|node| Ok((self.is_remote)(node.as_ref()))).unwrap_or(true)
    }
}

/// What EXPLAIN says of a join that compares every pair.
pub(crate) fn compared(plan: &Arc<dyn ExecutionPlan>) -> Option<String> {
    let join = plan.downcast_ref::<NestedLoopJoinExec>()?;
    let filter = join.filter()?;
    let named = Arc::clone(filter.expression()).transform(|expr| {
        let Some(column) = expr.downcast_ref::<Column>() else { return Ok(Transformed::no(expr)) };
        let index = &filter.column_indices()[column.index()];
        let side = if index.side == JoinSide::Left { join.left() } else { join.right() };
        Ok(Transformed::yes(Arc::new(Column::new(&name_of(side, index.index), column.index())) as Expr))
    });
    Some(format!("join: every pair of rows is compared: {}\n", sql(&named.data().ok()?)))
}

/// What a column of a side is: the engine has names of its own for what it computes ahead.
fn name_of(side: &Arc<dyn ExecutionPlan>, index: usize) -> String {
    match side.downcast_ref::<ProjectionExec>().and_then(|projection| projection.expr().get(index)) {
        Some(computed) => sql(&computed.expr),
        None => side.schema().field(index).name().clone(),
    }
}
