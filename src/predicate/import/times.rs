//! Comparisons of a time that is cut to a period: of its day, of its month, of the bin that it lies in.

use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::physical_expr::ScalarFunctionExpr;
use datafusion::physical_expr::expressions::{CastExpr, Literal};

use super::{Expr, Importer, Subject, scalar};
use crate::predicate::expression::{Comparison, Predicate, Scalar};
use crate::predicate::period::{Period, Range};

impl Importer<'_> {
    /// What a comparison of a cut time says of the time.
    pub(super) fn of_period(&self, left: &Expr, comparison: Comparison, right: &Expr) -> Option<Predicate> {
        let (subject, period) = self.cut(left)?;
        let (micros, finer) = instant(right)?;
        let compares = |(comparison, micros)| subject.clone().compares(comparison, Scalar::Instant(micros));
        Some(match period.range(comparison, micros, finer)? {
            Range::One(bound) => compares(bound),
            Range::Both(from, to) => Predicate::And(vec![compares(from), compares(to)]),
            Range::Either(below, above) => Predicate::Or(vec![compares(below), compares(above)]),
        })
    }

    /// A time column, and what it is cut to.
    fn cut(&self, expr: &Expr) -> Option<(Subject, Period)> {
        if let Some(cast) = expr.downcast_ref::<CastExpr>() {
            let from = cast.expr().data_type(self.schema).ok()?;
            return match (from, cast.cast_type()) {
                (DataType::Timestamp(..), DataType::Date32) => Some((self.time(cast.expr())?, Period::DAY)),
                // A date beside a time, and a time in another unit: the same instants.
                (DataType::Date32, DataType::Timestamp(_, zone))
                    if zone.as_deref().is_none_or(|zone| zone == "UTC") =>
                {
                    self.cut(cast.expr())
                }
                (DataType::Timestamp(_, from), DataType::Timestamp(_, to)) if from == *to => self.cut(cast.expr()),
                _ => None,
            };
        }
        let function = expr.downcast_ref::<ScalarFunctionExpr>()?;
        match (function.name(), function.args()) {
            ("date_trunc", [unit, time]) => {
                let Scalar::Text(unit) = scalar(unit)? else { return None };
                Some((self.time(time)?, Period::of(&unit)?))
            }
            ("date_bin", [width, time, origin @ ..]) => {
                let origin = match origin {
                    [] => 0,
                    [origin] => instant(origin).filter(|(_, finer)| !finer)?.0,
                    _ => return None,
                };
                Some((self.time(time)?, Period::Every { width: microseconds(width)?, origin }))
            }
            _ => None,
        }
    }

    /// A column of times in UTC, and no other time zone's hours of it.
    fn time(&self, expr: &Expr) -> Option<Subject> {
        let utc = matches!(expr.data_type(self.schema).ok()?, DataType::Timestamp(_, Some(zone)) if &*zone == "UTC");
        self.subject(expr).filter(|_| utc)
    }
}

/// A constant time or date, in microseconds; and whether it lies behind that and before the next.
fn instant(expr: &Expr) -> Option<(i64, bool)> {
    match scalar(expr)? {
        Scalar::Instant(micros) => Some((micros, false)),
        Scalar::Finer(_) => None,
        _ => match expr.downcast_ref::<Literal>()?.value() {
            ScalarValue::Date32(Some(days)) => {
                i64::from(*days).checked_mul(86_400_000_000).map(|micros| (micros, false))
            }
            _ => None,
        },
    }
}

/// The length of a constant interval without months.
fn microseconds(expr: &Expr) -> Option<i64> {
    let ScalarValue::IntervalMonthDayNano(Some(interval)) = expr.downcast_ref::<Literal>()?.value() else {
        return None;
    };
    let days = i64::from(interval.days).checked_mul(86_400_000_000)?;
    let whole = interval.months == 0 && interval.nanoseconds % 1_000 == 0;
    days.checked_add(interval.nanoseconds / 1_000).filter(|width| whole && *width > 0)
}
