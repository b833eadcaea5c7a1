//! What the left side of an ASOF join, at hand, says of the partners that a service is asked for.
//!
//! The right side is held, and so it is read first, before anything is known of the left one. So it is made a semi join with
//! what the left side wants of it: its keys, and for each the bounds within which all of its partners lie. That is one row
//! for each key, however many rows have it, and keys and times are sent as those of any join. The left side is read twice
//! for that: it is at hand, and requests are what costs.

use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::common::Column;
use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::datasource::source_as_provider;
use datafusion::error::Result;
use datafusion::functions_aggregate::expr_fn::{max, min};
use datafusion::logical_expr::expr::BinaryExpr;
use datafusion::logical_expr::{
    Distinct, Expr, Extension, JoinType, LogicalPlan, LogicalPlanBuilder, Operator, TableScan, binary_expr,
};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

use super::matched::is_of;
use super::node::NearestJoin;
use crate::engine::joins::nearest::Nearest;
use crate::engine::runtime::options;

/// What the left side wants is a table of this name.
const WANTED: &str = "wanted";

/// The rule. It stands behind those that move conditions to the left side.
#[derive(Debug)]
pub(crate) struct TellNearest {
    /// Whether a table asks a service.
    pub(crate) asks: fn(&dyn TableProvider) -> bool,
    /// Whether a table gives the same rows when it is read again.
    pub(crate) is_same_again: fn(&dyn TableProvider) -> bool,
}

impl OptimizerRule for TellNearest {
    fn name(&self) -> &'static str {
        "tell_nearest"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Extension(Extension { node }) = &plan else { return Ok(Transformed::no(plan)) };
        let Some(join) = node.as_any().downcast_ref::<NearestJoin>().filter(|join| !join.told) else {
            return Ok(Transformed::no(plan));
        };
        let is_sent = options::of(&config.options()).pushdown;
        if !is_sent || !self.is_same_again(&join.left)? || !self.asks_below(&join.right)? {
            return Ok(Transformed::no(plan));
        }
        let Some(right) = narrowed(join)? else { return Ok(Transformed::no(plan)) };
        let node = Arc::new(join.telling(right));
        Ok(Transformed::yes(LogicalPlan::Extension(Extension { node })))
    }
}

impl TellNearest {
    fn asks_below(&self, plan: &LogicalPlan) -> Result<bool> {
        let mut asks = false;
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node {
                // A table that nobody knows may do anything.
                asks |= source_as_provider(&scan.source).map_or(true, |table| (self.asks)(table.as_ref()));
            }
            Ok(if asks { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
        })?;
        Ok(asks)
    }

    /// Whether a plan that is read twice gives the same rows. One that chooses among rows, or that numbers them, need not, and a file
    /// that somebody writes has more of them.
    fn is_same_again(&self, plan: &LogicalPlan) -> Result<bool> {
        use LogicalPlan as P;
        let is_same_table = |scan: &TableScan| {
            let table = source_as_provider(&scan.source);
            scan.fetch.is_none() && table.is_ok_and(|table| (self.is_same_again)(table.as_ref()))
        };
        let mut is_same = true;
        plan.apply_with_subqueries(|node| {
            is_same &= !node.contains_outer_reference()
                && match node {
                    P::TableScan(scan) => is_same_table(scan),
                    P::Sort(sort) => sort.fetch.is_none(),
                    P::Distinct(distinct) => matches!(distinct, Distinct::All(_)),
                    P::Projection(_) | P::Filter(_) | P::Join(_) | P::Union(_) | P::Unnest(_) => true,
                    P::Subquery(_) | P::SubqueryAlias(_) | P::Values(_) | P::EmptyRelation(_) | P::Repartition(_) => {
                        true
                    }
                    _ => false,
                };
            node.apply_expressions(|expr| {
                is_same &= !expr.is_volatile();
                Ok(TreeNodeRecursion::Continue)
            })
        })?;
        Ok(is_same)
    }
}

/// The right side without rows that can be nobody's partner; `None`: nothing is known of those.
fn narrowed(join: &NearestJoin) -> Result<Option<LogicalPlan>> {
    let times = (join.nearest != Nearest::Either).then_some(&join.times);
    let pieces = times.into_iter().chain(&join.conditions).filter(|piece| !piece.is_volatile());
    let pieces: Vec<Piece> = pieces.filter_map(|piece| Piece::of(piece, join)).collect();
    if pieces.is_empty() {
        return Ok(None);
    }
    let (keys, bounds): (Vec<Piece>, Vec<Piece>) = pieces.into_iter().partition(|piece| piece.op == Operator::Eq);
    let groups: Vec<Expr> = keys.iter().map(|key| key.left.clone()).collect();
    let furthest: Vec<Expr> = bounds.iter().map(Piece::furthest).collect();
    let found = LogicalPlanBuilder::from(Arc::unwrap_or_clone(Arc::clone(&join.left))).aggregate(groups, furthest)?;
    let pieces: Vec<Piece> = keys.into_iter().chain(bounds).collect();
    let names = names(&pieces);
    let columns = found.schema().columns().into_iter().zip(&names);
    let columns: Vec<Expr> = columns.map(|(column, name)| Expr::Column(column).alias(name)).collect();
    let wanted = found.project(columns)?.alias(WANTED)?.build()?;
    let on = pieces
        .into_iter()
        .zip(names)
        .map(|(piece, name)| binary_expr(Expr::Column(Column::new(Some(WANTED), name)), piece.op, piece.right));
    let right = LogicalPlanBuilder::from(Arc::unwrap_or_clone(Arc::clone(&join.right)));
    right.join_on(wanted, JoinType::LeftSemi, on)?.build().map(Some)
}

/// Names for what is wanted: that of the column, where it is one and no other has it.
fn names(pieces: &[Piece]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(pieces.len());
    for (at, piece) in pieces.iter().enumerate() {
        let name = match &piece.left {
            Expr::Column(column) if !names.contains(&column.name) => column.name.clone(),
            _ => format!("value {}", at + 1),
        };
        names.push(name);
    }
    names
}

/// A comparison of something of the left side with something of the right one.
struct Piece {
    left: Expr,
    op: Operator,
    right: Expr,
}

impl Piece {
    fn of(expr: &Expr, join: &NearestJoin) -> Option<Self> {
        use Operator as O;
        // What was put into another order is shown under the name that it had.
        let expr = expr.clone().unalias_nested().data;
        let Expr::BinaryExpr(BinaryExpr { left: one, op, right: other }) = expr else { return None };
        let is_of_both = |one: &Expr, other: &Expr| is_of(one, join.left.schema()) && is_of(other, join.right.schema());
        let (left, op, right) = match () {
            () if is_of_both(&one, &other) => (one, op, other),
            () if is_of_both(&other, &one) => (other, op.swap()?, one),
            () => return None,
        };
        let is_known = matches!(op, O::Eq | O::Lt | O::LtEq | O::Gt | O::GtEq);
        is_known.then(|| Self { left: *left, op, right: *right })
    }

    /// What of all rows of the left side lets most partners through.
    fn furthest(&self) -> Expr {
        let is_upper = matches!(self.op, Operator::Gt | Operator::GtEq);
        if is_upper { max(self.left.clone()) } else { min(self.left.clone()) }
    }
}
