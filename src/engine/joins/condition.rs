//! What a join's condition asks, as spans that meet; and what it asks besides.
//!
//! `ip_in(address, network)` is an address in the span of a network. Of comparisons one is taken that bounds the held side
//! from above and one that bounds it from below: `a.first <= b.last AND a.last >= b.first` are two windows that overlap, and a
//! time in a window is the same with one value for both ends. What is taken holds exactly where the spans meet; all else is
//! checked on the pairs.

use std::sync::Arc;

use arrow::datatypes::{DataType, Schema};
use arrow::util::display::array_value_to_string;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _};
use datafusion::common::{JoinSide, NullEquality};
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, CastExpr, Column, Literal};
use datafusion::physical_expr::utils::{collect_columns, conjunction, split_conjunction};
use datafusion::physical_expr::{PhysicalExprRef, ScalarFunctionExpr};
use datafusion::physical_expr_common::physical_expr::{fmt_sql, is_volatile};
use datafusion::physical_plan::joins::utils::JoinFilter;
use datafusion::scalar::ScalarValue;

use super::comparison::{Comparison, Expr};
use super::instances::Tested;
use super::values::{End, Keys, Reach};
use crate::engine::functions::own::is_ip_in;

/// How the rows of two sides find each other. In the rest, the left side is the one that is held.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(super) held: Reach,
    pub(super) passing: Reach,
    pub(super) held_keys: Keys,
    pub(super) passing_keys: Keys,
    /// Where it is that an address of the passing side lies in a network of the held one.
    pub(super) in_network: Option<Tested>,
    pub(super) rest: Option<JoinFilter>,
    /// What is looked up, as SQL.
    pub(super) looked_up: String,
}

/// The equalities of a join: pairs of the held and the passing side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Equalities<'a> {
    pub(super) on: &'a [(PhysicalExprRef, PhysicalExprRef)],
    pub(super) nulls: NullEquality,
}

impl Condition {
    /// Reads a condition; `None`, if nothing of it can be looked up.
    pub(super) fn of(filter: &JoinFilter, equal: Equalities<'_>) -> Option<Self> {
        let pieces = Pieces::of(filter, equal);
        pieces.network().or_else(|| pieces.between())
    }

    /// The ends of what a time of the passing side, over its columns, can meet; `None`: it is no single time that does.
    pub(super) fn windows_of(&self, passing: &Schema) -> Option<(&End, &End)> {
        let Reach::Between(Some(first), Some(last)) = &self.passing else { return None };
        let is_time = matches!(first.value.data_type(passing), Ok(DataType::Timestamp(..)));
        (is_time && first.value.eq(&last.value)).then_some((first, last))
    }
}

/// A condition in pieces that all have to hold.
pub(super) struct Pieces<'a> {
    filter: &'a JoinFilter,
    all: Vec<&'a Expr>,
    /// The comparisons among them, by their place: of the held side with the passing one.
    pub(super) comparisons: Vec<(usize, Comparison)>,
    keys: (Keys, Keys),
}

impl<'a> Pieces<'a> {
    /// Of a join that is planned otherwise, if nothing of it can be looked up.
    fn of(filter: &'a JoinFilter, equal: Equalities<'_>) -> Self {
        let mut pieces = Self::computed(filter, equal);
        if !equal.on.is_empty() {
            // All of a side is computed at once; the engine's join computes only what has an equal key.
            let Self { all, comparisons, .. } = &mut pieces;
            comparisons.retain(|(at, _)| !may_fail(all[*at], filter.schema()));
        }
        pieces
    }

    /// Whatever it takes to compute them.
    pub(super) fn computed(filter: &'a JoinFilter, Equalities { on, nulls }: Equalities<'_>) -> Self {
        let all = split_conjunction(filter.expression());
        let compared = |(at, piece): (usize, &&Expr)| {
            let comparison = Comparison::of(piece, filter.schema())?;
            let (side, left) = sided(&comparison.left, filter)?;
            let (other, right) = sided(&comparison.right, filter)?;
            let comparison = Comparison { left, right, ..comparison };
            match (side, other) {
                (JoinSide::Left, JoinSide::Right) => Some((at, comparison)),
                (JoinSide::Right, JoinSide::Left) => Some((at, comparison.swapped()?)),
                _ => None,
            }
        };
        let comparisons = all.iter().enumerate().filter_map(compared).collect();
        let null_equals_null = nulls == NullEquality::NullEqualsNull;
        let keys = |exprs| Keys { exprs, null_equals_null };
        let held = on.iter().map(|(held, _)| Arc::clone(held)).collect();
        let passing = on.iter().map(|(_, passing)| Arc::clone(passing)).collect();
        Self { filter, all, comparisons, keys: (keys(held), keys(passing)) }
    }

    /// The condition, if some pieces are what is looked up, and others say nothing.
    pub(super) fn condition(&self, taken: &[usize], unsaid: &[usize], held: Reach, passing: Reach) -> Condition {
        let rest: Vec<Expr> = (0..self.all.len())
            .filter(|at| !taken.contains(at) && !unsaid.contains(at))
            .map(|at| Arc::clone(self.all[at]))
            .collect();
        let rest = (!rest.is_empty()).then(|| {
            let (columns, schema) = (self.filter.column_indices().to_vec(), Arc::clone(self.filter.schema()));
            JoinFilter::new(conjunction(rest), columns, schema)
        });
        let looked_up: Vec<String> = taken.iter().map(|at| sql(self.all[*at])).collect();
        let (held_keys, passing_keys) = self.keys.clone();
        let (in_network, looked_up) = (None, looked_up.join(" AND "));
        Condition { held, passing, held_keys, passing_keys, in_network, rest, looked_up }
    }

    /// An address in a network of the other side.
    fn network(&self) -> Option<Condition> {
        self.all.iter().enumerate().find_map(|(at, piece)| {
            let call = piece.downcast_ref::<ScalarFunctionExpr>().filter(|call| is_ip_in(call.fun()))?;
            let [address, network] = call.args() else { return None };
            let (side, address) = sided(address, self.filter)?;
            let (other, network) = sided(network, self.filter)?;
            let (address, network) = (Reach::Address(address), Reach::Network(network));
            match (side, other) {
                (JoinSide::Left, JoinSide::Right) => Some(self.condition(&[at], &[], address, network)),
                (JoinSide::Right, JoinSide::Left) => {
                    let of = |wanted| move |expr: &Expr| sided(expr, self.filter).filter(|(side, _)| *side == wanted);
                    let own = |wanted| move |expr: &Expr| of(wanted)(expr).map(|(_, own)| own);
                    let in_network = Tested::of(piece, own(JoinSide::Right), own(JoinSide::Left));
                    Some(Condition { in_network, ..self.condition(&[at], &[], network, address) })
                }
                _ => None,
            }
        })
    }

    /// Values between two others.
    fn between(&self) -> Option<Condition> {
        let (from, to): (Vec<_>, Vec<_>) =
            self.comparisons.iter().partition(|(_, comparison)| is_lower_bound(comparison.op));
        let pairs: Vec<_> = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))).collect();
        // Two bounds of one value before any two.
        let of_held = |((_, from), (_, to)): &&(&(usize, Comparison), &(usize, Comparison))| from.left.eq(&to.left);
        let of_passing =
            |((_, from), (_, to)): &&(&(usize, Comparison), &(usize, Comparison))| from.right.eq(&to.right);
        let best = pairs.iter().find(of_held).or_else(|| pairs.iter().find(of_passing)).or(pairs.first())?;
        let ((from_at, from), (to_at, to)) = *best;
        let held = |comparison: &Comparison| Some(End { value: Arc::clone(&comparison.left), plus: 0 });
        // From below, a held value bounds where the span of the passing one begins, and so on.
        let held = Reach::Between(held(to), held(from));
        let passing = Reach::Between(Some(bound(from)), Some(bound(to)));
        Some(self.condition(&[*from_at, *to_at], &[], held, passing))
    }
}

/// Types whose values are grouped by being equal. Of nested ones and of fractions it is not known here when they are.
pub(super) fn is_equal(one: &DataType, other: &DataType) -> bool {
    one == other && !one.is_nested() && !one.is_floating()
}

/// `>` and `>=`: the held value is not below the other.
pub(super) fn is_lower_bound(op: Operator) -> bool {
    matches!(op, Operator::Gt | Operator::GtEq)
}

/// The passing side's end of a comparison, included.
pub(super) fn bound(comparison: &Comparison) -> End {
    let beyond = match comparison.op {
        Operator::Gt => 1,
        Operator::Lt => -1,
        _ => 0,
    };
    End { value: Arc::clone(&comparison.right), plus: comparison.distance + beyond }
}

/// The side that all columns of an expression are of, and the expression over that side's own columns.
pub(super) fn sided(expr: &Expr, filter: &JoinFilter) -> Option<(JoinSide, Expr)> {
    let columns = collect_columns(expr);
    let side = filter.column_indices().get(columns.iter().next()?.index())?.side;
    let of_side = |column: &Column| filter.column_indices().get(column.index()).is_some_and(|own| own.side == side);
    if !columns.iter().all(of_side) || is_volatile(expr) {
        return None;
    }
    let own = Arc::clone(expr).transform(|expr| {
        Ok(match expr.downcast_ref::<Column>() {
            Some(column) => {
                let index = filter.column_indices()[column.index()].index;
                Transformed::yes(Arc::new(Column::new(column.name(), index)) as Expr)
            }
            None => Transformed::no(expr),
        })
    });
    Some((side, own.data().ok()?))
}

/// Whether it could be an error for some value.
fn may_fail(expr: &Expr, schema: &Schema) -> bool {
    let is_time = |of: &DataType| matches!(of, DataType::Timestamp(..));
    let fails = if let Some(cast) = expr.downcast_ref::<CastExpr>() {
        !is_time(cast.cast_type()) || !cast.expr().data_type(schema).is_ok_and(|of| is_time(&of))
    } else if let Some(binary) = expr.downcast_ref::<BinaryExpr>() {
        use Operator as O;
        !matches!(binary.op(), O::Plus | O::Minus | O::Lt | O::LtEq | O::Gt | O::GtEq)
    } else {
        !(expr.is::<Column>() || expr.is::<Literal>())
    };
    fails || expr.children().into_iter().any(|child| may_fail(child, schema))
}

/// An interval as it is written: `INTERVAL '5 mins'`.
fn interval(value: &ScalarValue) -> Option<String> {
    let ScalarValue::IntervalMonthDayNano(Some(_)) = value else { return None };
    let text = array_value_to_string(&value.to_array().ok()?, 0).ok()?;
    Some(format!("INTERVAL '{text}'"))
}

/// An expression as people read it: casts that were put in for the types are left out.
pub(super) fn sql(expr: &Expr) -> String {
    let plain = Arc::clone(expr).transform(|expr| {
        if let Some(cast) = expr.downcast_ref::<CastExpr>() {
            return Ok(Transformed::yes(Arc::clone(cast.expr())));
        }
        Ok(match expr.downcast_ref::<Literal>().and_then(|literal| interval(literal.value())) {
            // It is shown by its name, and never evaluated.
            Some(written) => Transformed::yes(Arc::new(Column::new(&written, 0)) as Expr),
            None => Transformed::no(expr),
        })
    });
    match plain.data() {
        Ok(plain) => fmt_sql(plain.as_ref()).to_string(),
        Err(_) => fmt_sql(expr.as_ref()).to_string(),
    }
}
