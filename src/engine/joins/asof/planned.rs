//! From the node of an ASOF join to the operator.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::{JoinSide, JoinType, NullEquality};
use datafusion::error::Result;
use datafusion::execution::context::QueryPlanner;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{LogicalPlan, Operator, UserDefinedLogicalNode};
use datafusion::physical_expr::PhysicalExprRef;
use datafusion::physical_expr::expressions::BinaryExpr;
use datafusion::physical_expr::utils::conjunction;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::utils::{ColumnIndex, JoinFilter};
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};

use super::node::NearestJoin;
use crate::engine::error::Error;
use crate::engine::joins::comparison::Expr;
use crate::engine::joins::condition::{Condition, Equalities, Pieces, bound, is_equal, is_lower_bound, sided};
use crate::engine::joins::exec::{Output, RangeJoinExec};
use crate::engine::joins::nearest::Nearest;
use crate::engine::joins::passing::Pick;
use crate::engine::joins::values::{End, Reach};

/// DataFusion's planner, and ASOF joins.
#[derive(Debug, Default)]
pub(crate) struct Planner;

#[async_trait]
impl QueryPlanner for Planner {
    async fn create_physical_plan(&self, plan: &LogicalPlan, session: &dyn Session) -> Result<Arc<dyn ExecutionPlan>> {
        let planner = DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(Self)]);
        planner.create_physical_plan(plan, session).await
    }
}

#[async_trait]
impl ExtensionPlanner for Planner {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _: &[&LogicalPlan],
        sides: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        context: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let Some(join) = node.as_any().downcast_ref::<NearestJoin>() else { return Ok(None) };
        let [left, right] = sides else { return Ok(None) };
        let exprs = std::iter::once(&join.times).chain(&join.conditions);
        let exprs = exprs.map(|expr| planner.create_physical_expr(expr, node.schema(), session, context));
        let mut exprs: Vec<Expr> = exprs.collect::<Result<_>>()?;
        let (times, schema) = (exprs.remove(0), Arc::new(node.schema().as_arrow().clone()));
        // The right side is the one that is held, which is the left one of a condition.
        let (width, all) = (join.width(), schema.fields().len());
        let column = |at: usize| match at.checked_sub(width) {
            Some(index) => ColumnIndex { index, side: JoinSide::Left },
            None => ColumnIndex { index: at, side: JoinSide::Right },
        };
        let columns: Vec<ColumnIndex> = (0..all).map(column).collect();
        let over = |expr: Expr| JoinFilter::new(expr, columns.clone(), Arc::clone(&schema));
        let (on, conditions) = equalities(exprs, &over);
        let (condition, pick) = looked_up(join, times, conditions, &on, &over)?;
        let join_type = if join.outer { JoinType::Right } else { JoinType::Inner };
        let sides = [Arc::clone(right), Arc::clone(left)];
        let output = Output { join_type, columns: columns.clone(), schema: Arc::clone(&schema) };
        Ok(Some(Arc::new(RangeJoinExec::new(sides, (condition, pick), output))))
    }
}

type On = Vec<(PhysicalExprRef, PhysicalExprRef)>;

/// Equalities of the two sides, held and passing, and what else there is.
fn equalities(exprs: Vec<Expr>, over: &impl Fn(Expr) -> JoinFilter) -> (On, Vec<Expr>) {
    let (mut on, mut rest) = (Vec::new(), Vec::new());
    for expr in exprs {
        let filter = over(Arc::clone(&expr));
        let sides = expr.downcast_ref::<BinaryExpr>().filter(|equal| *equal.op() == Operator::Eq).and_then(|equal| {
            let alike = is_equal(
                &equal.left().data_type(filter.schema()).ok()?,
                &equal.right().data_type(filter.schema()).ok()?,
            );
            Some((sided(equal.left(), &filter)?, sided(equal.right(), &filter)?)).filter(|_| alike)
        });
        match sides {
            Some(((JoinSide::Left, held), (JoinSide::Right, passing))) => on.push((held, passing)),
            Some(((JoinSide::Right, passing), (JoinSide::Left, held))) => on.push((held, passing)),
            _ => rest.push(expr),
        }
    }
    (on, rest)
}

/// The held side's times, and where those lie that can be the nearest of a row of the passing side.
fn looked_up(
    join: &NearestJoin,
    times: Expr,
    conditions: Vec<Expr>,
    on: &[(PhysicalExprRef, PhysicalExprRef)],
    over: &impl Fn(Expr) -> JoinFilter,
) -> Result<(Condition, Pick)> {
    let filter = over(conjunction(std::iter::once(times).chain(conditions)));
    let equal = Equalities { on, nulls: NullEquality::NullEqualsNothing };
    let pieces = Pieces::computed(&filter, equal);
    let Some((_, of_times)) = pieces.comparisons.iter().find(|(at, _)| *at == 0) else {
        let what = format!("an ASOF JOIN looks for times or whole numbers, and {} compares something else", join.times);
        let instead = "x::timestamp reads a text as a time".into();
        return Err(Error::Dialect { what, instead }.into());
    };
    let is_condition = join.nearest != Nearest::Either;
    let of_held = || {
        let rest = pieces.comparisons.iter().filter(|(at, _)| *at != 0 || is_condition);
        rest.filter(|(_, comparison)| comparison.left.eq(&of_times.left))
    };
    let from = of_held().find(|(_, comparison)| is_lower_bound(comparison.op));
    let to = of_held().find(|(_, comparison)| !is_lower_bound(comparison.op));
    // The times come first of their direction, so they are taken, or say nothing of their own.
    let taken: Vec<usize> = [from, to].into_iter().flatten().map(|(at, _)| *at).collect();
    let time = || Some(End { value: Arc::clone(&of_times.left), plus: 0 });
    let held = Reach::Between(time(), time());
    let passing = Reach::Between(from.map(|(_, from)| bound(from)), to.map(|(_, to)| bound(to)));
    let unsaid: &[usize] = if is_condition { &[] } else { &[0] };
    let condition = pieces.condition(&taken, unsaid, held, passing);
    let middle = End { value: Arc::clone(&of_times.right), plus: of_times.distance };
    Ok((condition, Pick::Nearest(join.nearest, middle)))
}
