//! What of an ASOF join's condition says which partner is the nearest.
//!
//! `a.time >= b.time` looks for the last one before, `a.time <= b.time` for the first one after, `nearest(a.time, b.time)` on
//! both sides. A comparison that computes, such as `b.time >= a.time - INTERVAL '5 minutes'`, is a further condition.

use datafusion::common::DFSchema;
use datafusion::common::tree_node::TreeNode as _;
use datafusion::error::Result;
use datafusion::logical_expr::expr::{Between, BinaryExpr};
use datafusion::logical_expr::utils::split_conjunction_owned;
use datafusion::logical_expr::{Expr, Operator, binary_expr};

use super::markers::{NEAREST, args_of};
use crate::engine::error::Error;
use crate::engine::joins::nearest::Nearest;

/// A comparison of the two sides, and what it looks for.
#[derive(Debug, Clone)]
pub(super) struct Match {
    pub(super) nearest: Nearest,
    /// `left op right`, with the left side's time on the left. Of `nearest(…)` it only says what is compared.
    pub(super) times: Expr,
}

/// The pieces of a condition: what says which partner is the nearest, and the rest.
pub(super) fn matched(
    explicit: Option<Expr>,
    condition: Expr,
    (left, right): (&DFSchema, &DFSchema),
) -> Result<(Match, Vec<Expr>)> {
    let pieces: Vec<Expr> = split_conjunction_owned(condition).into_iter().flat_map(bounds).collect();
    let of = |piece: &Expr| of_piece(piece, left, right);
    if let Some(explicit) = explicit {
        let found = of(&explicit).ok_or_else(|| refused("MATCH_CONDITION has to compare a time of each side"))?;
        return Ok((found, pieces));
    }
    let (mut found, mut rest) = (Vec::new(), Vec::new());
    for piece in pieces {
        match of(&piece).filter(|_| !computes(&piece)) {
            Some(one) => found.push(one),
            None => rest.push(piece),
        }
    }
    let several = found.len() > 1;
    match found.pop().filter(|_| !several) {
        Some(one) => Ok((one, rest)),
        None if several => {
            Err(refused("ON of an ASOF JOIN compares several times, and does not say which is the nearest"))
        }
        None => Err(refused("ON of an ASOF JOIN does not say what is the nearest")),
    }
}

fn refused(what: &str) -> datafusion::error::DataFusionError {
    let instead = "a.user_name = b.user_name AND a.time >= b.time finds the last one before, <= the first one after, \
        nearest(a.time, b.time) the nearest; where more is compared, MATCH_CONDITION (a.time >= b.time) before ON names it";
    Error::Dialect { what: what.into(), instead: instead.into() }.into()
}

/// `x BETWEEN a AND b` as its two comparisons.
fn bounds(piece: Expr) -> Vec<Expr> {
    match piece {
        Expr::Between(Between { expr, negated: false, low, high }) => {
            vec![binary_expr((*expr).clone(), Operator::GtEq, *low), binary_expr(*expr, Operator::LtEq, *high)]
        }
        piece => vec![piece],
    }
}

fn of_piece(piece: &Expr, left: &DFSchema, right: &DFSchema) -> Option<Match> {
    let (one, op, other) = match piece {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => (left.as_ref(), *op, right.as_ref()),
        piece => match args_of(piece, NEAREST)? {
            [one, other] => (one, Operator::Eq, other),
            _ => return None,
        },
    };
    let (one, op, other) = match () {
        () if is_of(one, left) && is_of(other, right) => (one, op, other),
        () if is_of(one, right) && is_of(other, left) => (other, op.swap()?, one),
        () => return None,
    };
    let (nearest, op) = match op {
        Operator::Gt | Operator::GtEq => (Nearest::Earlier, op),
        Operator::Lt | Operator::LtEq => (Nearest::Later, op),
        Operator::Eq if args_of(piece, NEAREST).is_some() => (Nearest::Either, Operator::LtEq),
        _ => return None,
    };
    Some(Match { nearest, times: binary_expr(one.clone(), op, other.clone()) })
}

/// Whether all columns of an expression are of one side, and there are some.
pub(super) fn is_of(expr: &Expr, side: &DFSchema) -> bool {
    let columns = expr.column_refs();
    !columns.is_empty() && columns.into_iter().all(|column| side.has_column(column))
}

fn computes(expr: &Expr) -> bool {
    let computed =
        |expr: &Expr| matches!(expr, Expr::BinaryExpr(BinaryExpr { op: Operator::Plus | Operator::Minus, .. }));
    expr.exists(|expr| Ok(computed(expr))).unwrap_or(true)
}
