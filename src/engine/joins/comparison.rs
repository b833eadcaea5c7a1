//! A comparison between the two sides of a join, as a value of one and a value of the other that lies so far from it.
//!
//! `s.time >= v.time - INTERVAL '5 minutes'`, `s.time + INTERVAL '5 minutes' >= v.time` and
//! `v.time - s.time <= INTERVAL '5 minutes'` are the same. Only lengths that are always the same count as a distance: no
//! months, and days only where all have 24 hours. Any other expression is a value as it is.

use std::sync::Arc;

use arrow::datatypes::{DataType, Schema, TimeUnit};
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, CastExpr, Literal};
use datafusion::scalar::ScalarValue;

pub(super) type Expr = Arc<dyn PhysicalExpr>;

const NANOS_OF_A_DAY: i128 = 86_400_000_000_000;

/// `left op right + distance`
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    pub(super) left: Expr,
    pub(super) op: Operator,
    pub(super) right: Expr,
    /// In the unit of the values.
    pub(super) distance: i128,
}

impl Comparison {
    /// Of two values that [`super::values`] has numbers for.
    pub(super) fn of(expr: &Expr, schema: &Schema) -> Option<Self> {
        let binary = expr.downcast_ref::<BinaryExpr>()?;
        let op = *binary.op();
        if !matches!(op, Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq) {
            return None;
        }
        let (left, right) = (binary.left(), binary.right());
        let of = left.data_type(schema).ok()?;
        if of != right.data_type(schema).ok()? {
            return None;
        }
        let mut sum = Sum { unit: unit(&of, left, right, schema), ..Sum::default() };
        sum.add(left, false, schema);
        sum.add(right, true, schema);
        let [left, right] = [sum.plus, sum.minus].map(|mut values| (values.len() == 1).then(|| values.remove(0)));
        let (left, right) = (left?, right?);
        let same = is_numbered(&left.data_type(schema).ok()?)
            && unzoned(left.data_type(schema).ok()?) == unzoned(right.data_type(schema).ok()?);
        // left + distance op right
        same.then_some(Self { left, op, right, distance: -sum.distance })
    }

    /// The same with its sides exchanged.
    pub(super) fn swapped(self) -> Option<Self> {
        Some(Self { left: self.right, op: self.op.swap()?, right: self.left, distance: -self.distance })
    }
}

/// Types whose values are ordered as their numbers are.
pub(super) fn is_numbered(of: &DataType) -> bool {
    matches!(
        of,
        DataType::Timestamp(..)
            | DataType::Date32
            | DataType::Date64
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32
    )
}

/// Instants are the same in all zones.
fn unzoned(of: DataType) -> DataType {
    match of {
        DataType::Timestamp(unit, _) => DataType::Timestamp(unit, None),
        other => other,
    }
}

/// The unit of the instants that are compared, or whose distance is.
fn unit(of: &DataType, left: &Expr, right: &Expr, schema: &Schema) -> Option<TimeUnit> {
    match of {
        DataType::Timestamp(unit, _) => Some(*unit),
        DataType::Duration(_) | DataType::Interval(_) => {
            [left, right].into_iter().find_map(|side| difference(side, schema)).map(|(.., unit)| unit)
        }
        _ => None,
    }
}

/// The two instants of a difference, perhaps cast to an interval.
fn difference<'a>(expr: &'a Expr, schema: &Schema) -> Option<(&'a Expr, &'a Expr, TimeUnit)> {
    if let Some(cast) = expr.downcast_ref::<CastExpr>() {
        return difference(cast.expr(), schema);
    }
    let binary = expr.downcast_ref::<BinaryExpr>().filter(|binary| *binary.op() == Operator::Minus)?;
    let (left, right) = (binary.left(), binary.right());
    match (left.data_type(schema).ok()?, right.data_type(schema).ok()?) {
        (DataType::Timestamp(unit, _), DataType::Timestamp(other, _)) if unit == other => Some((left, right, unit)),
        _ => None,
    }
}

/// Values that are added and taken away.
#[derive(Debug, Default)]
struct Sum {
    /// `None`: nothing is taken apart.
    unit: Option<TimeUnit>,
    plus: Vec<Expr>,
    minus: Vec<Expr>,
    distance: i128,
}

impl Sum {
    fn add(&mut self, expr: &Expr, negative: bool, schema: &Schema) {
        if self.taken_apart(expr, negative, schema).is_none() {
            let values = if negative { &mut self.minus } else { &mut self.plus };
            values.push(Arc::clone(expr));
        }
    }

    fn taken_apart(&mut self, expr: &Expr, negative: bool, schema: &Schema) -> Option<()> {
        let unit = self.unit?;
        let sign = if negative { -1 } else { 1 };
        if let Some(length) = fixed(expr, unit, true) {
            self.distance += sign * length;
            return Some(());
        }
        if let Some((from, to, _)) = difference(expr, schema).filter(|(.., of)| *of == unit) {
            self.add(from, negative, schema);
            self.add(to, !negative, schema);
            return Some(());
        }
        let binary = expr.downcast_ref::<BinaryExpr>()?;
        let (left, right) = (binary.left(), binary.right());
        let (value, length, sign) = match binary.op() {
            Operator::Minus => (left, right, -sign),
            Operator::Plus if right.downcast_ref::<Literal>().is_some() => (left, right, sign),
            Operator::Plus => (right, left, sign),
            _ => return None,
        };
        let DataType::Timestamp(of, zone) = value.data_type(schema).ok()? else { return None };
        let whole_days = matches!(zone.as_deref(), None | Some("UTC" | "Z" | "+00:00"));
        self.distance += sign * fixed(length, unit, whole_days).filter(|_| of == unit)?;
        self.add(value, negative, schema);
        Some(())
    }
}

/// A length of time that is always the same, in a unit.
fn fixed(expr: &Expr, unit: TimeUnit, whole_days: bool) -> Option<i128> {
    let nanos = match expr.downcast_ref::<Literal>()?.value() {
        ScalarValue::IntervalMonthDayNano(Some(interval)) => {
            let days = i128::from(interval.days) * NANOS_OF_A_DAY;
            (interval.months == 0 && (whole_days || days == 0)).then(|| days + i128::from(interval.nanoseconds))?
        }
        ScalarValue::IntervalDayTime(Some(interval)) => {
            let days = i128::from(interval.days) * NANOS_OF_A_DAY;
            (whole_days || days == 0).then(|| days + i128::from(interval.milliseconds) * 1_000_000)?
        }
        ScalarValue::DurationSecond(Some(seconds)) => i128::from(*seconds) * 1_000_000_000,
        ScalarValue::DurationMillisecond(Some(millis)) => i128::from(*millis) * 1_000_000,
        ScalarValue::DurationMicrosecond(Some(micros)) => i128::from(*micros) * 1_000,
        ScalarValue::DurationNanosecond(Some(nanos)) => i128::from(*nanos),
        _ => return None,
    };
    let of_one = match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    };
    (nanos % of_one == 0).then_some(nanos / of_one)
}
