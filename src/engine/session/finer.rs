//! Times finer than a microsecond are compared with a column as they are written.
//!
//! Columns hold microseconds. Left alone, DataFusion compares in nanoseconds and then cuts a literal down to the column's
//! unit, whatever the comparison: `< '….0000005'` would lose what lies at the whole microsecond before it. So before types
//! are coerced, the finer side is rounded to the side on which the comparison stays the same. It holds for literals and for
//! what is known only when the query runs.

use std::sync::{Arc, LazyLock};

use arrow::array::timezone::Tz;
use arrow::array::{ArrayRef, AsArray, TimestampMicrosecondArray};
use arrow::compute::kernels::cast_utils::string_to_datetime;
use arrow::datatypes::{DataType, TimeUnit, TimestampNanosecondType};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::error::Result;
use datafusion::logical_expr::expr::{Between, BinaryExpr, InList, InSubquery};
use datafusion::logical_expr::{
    Cast, ColumnarValue, Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Operator, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, Subquery, Volatility, binary_expr, cast, lit, not,
};
use datafusion::optimizer::AnalyzerRule;

use crate::engine::rewriting::each_expression;
use crate::predicate::NO_MICROSECOND;

/// The step that comes before types are coerced.
#[derive(Debug)]
pub(crate) struct FinerTimes;

impl AnalyzerRule for FinerTimes {
    fn name(&self) -> &'static str {
        "finer_times"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        each_expression(plan, comparison)
    }
}

fn comparison(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let rounded = match &expr {
        Expr::BinaryExpr(binary) => of_binary(binary, schema),
        Expr::Between(between) => of_between(between, schema),
        Expr::InList(list) => of_list(list, schema),
        Expr::InSubquery(subquery) => of_subquery(subquery, schema)?,
        _ => None,
    };
    Ok(rounded.map_or_else(|| Transformed::no(expr), Transformed::yes))
}

fn of_binary(binary: &BinaryExpr, schema: &DFSchema) -> Option<Expr> {
    let (left, op, right) = (&*binary.left, binary.op, &*binary.right);
    // First of all: the type of a long chain of AND would be found out again at each of its links.
    let rounding = Rounding::right_of(op)?;
    if let Some(column) = Coarse::of(left, schema) {
        let right = column.rounded(right, rounding, schema)?;
        return Some(binary_expr(column.expr, op, right));
    }
    let column = Coarse::of(right, schema)?;
    let left = column.rounded(left, Rounding::right_of(op.swap()?)?, schema)?;
    Some(binary_expr(left, op, column.expr))
}

fn of_between(between: &Between, schema: &DFSchema) -> Option<Expr> {
    let Between { expr, negated, low, high } = between;
    let side = |op, bound: &Expr| BinaryExpr::new(expr.clone(), op, Box::new(bound.clone()));
    let (from, to) = (side(Operator::GtEq, low), side(Operator::LtEq, high));
    let (above, below) = (of_binary(&from, schema), of_binary(&to, schema));
    if above.is_none() && below.is_none() {
        return None;
    }
    let both = above.unwrap_or(Expr::BinaryExpr(from)).and(below.unwrap_or(Expr::BinaryExpr(to)));
    Some(if *negated { not(both) } else { both })
}

fn of_list(list: &InList, schema: &DFSchema) -> Option<Expr> {
    let column = Coarse::of(&list.expr, schema)?;
    if list.list.iter().any(|value| column.is_read_by(value, schema)) {
        return None;
    }
    let rounded: Vec<Option<Expr>> =
        list.list.iter().map(|value| column.rounded(value, Rounding::Exact, schema)).collect();
    if rounded.iter().all(Option::is_none) {
        return None;
    }
    // All become of one type here: of several, a list would be compared in the finest of them.
    let values = rounded.into_iter().zip(&list.list).map(|(r, value)| r.unwrap_or_else(|| column.own(value)));
    let values = values.collect();
    Some(column.expr.in_list(values, list.negated))
}

fn of_subquery(one: &InSubquery, schema: &DFSchema) -> Result<Option<Expr>> {
    let Some(column) = Coarse::of(&one.expr, schema) else { return Ok(None) };
    let rows = &one.subquery.subquery;
    let (qualifier, field) = rows.schema().qualified_field(0);
    let value = Expr::Column((qualifier, field).into());
    let Some(rounded) = column.rounded(&value, Rounding::Exact, rows.schema()) else { return Ok(None) };
    let rows = LogicalPlanBuilder::from(rows.as_ref().clone()).project([rounded.alias(field.name())])?.build()?;
    let subquery = Subquery { subquery: Arc::new(rows), ..one.subquery.clone() };
    Ok(Some(Expr::InSubquery(InSubquery::new(Box::new(column.expr), subquery, one.negated))))
}

/// A side that has microseconds, and their zone.
struct Coarse {
    expr: Expr,
    zone: Option<Arc<str>>,
    /// The zone in which what has none is read beside it. It is that of the side as it was written: `x AT TIME ZONE 'Asia/Tokyo'` is
    /// the instants of `x`, and what is compared with it is read on the clocks of Tokyo.
    clocks: Option<Arc<str>>,
    /// Whether a cast was seen through.
    is_inner: bool,
}

impl Coarse {
    /// A cast to a finer unit adds no digit that counts, so it is seen through.
    fn of(expr: &Expr, schema: &DFSchema) -> Option<Self> {
        match (expr.get_type(schema).ok()?, expr) {
            (DataType::Timestamp(TimeUnit::Microsecond, zone), _) => {
                Some(Self { expr: expr.clone(), zone: zone.clone(), clocks: zone, is_inner: false })
            }
            (DataType::Timestamp(TimeUnit::Nanosecond, clocks), Expr::Cast(Cast { expr: inner, .. })) => {
                let inner = Self::of(inner, schema).filter(|inner| is_utc(inner.zone.as_deref()))?;
                // The same instants: with a zone on both sides of the cast, or on the clocks of UTC on both.
                let keeps = match (&inner.clocks, &clocks) {
                    (Some(_), Some(_)) => true,
                    (inner, outer) => [inner, outer].into_iter().flatten().all(|zone| &**zone == "UTC"),
                };
                keeps.then_some(Self { clocks, is_inner: true, ..inner })
            }
            _ => None,
        }
    }

    /// The other side, if it is finer or has to be read on the clocks of this one, rounded.
    fn rounded(&self, other: &Expr, rounding: Rounding, schema: &DFSchema) -> Option<Expr> {
        if let Expr::Literal(value, _) = other
            && let Some(Some(text)) = value.try_as_str()
        {
            return self.read(text, rounding);
        }
        let DataType::Timestamp(unit, zone) = other.get_type(schema).ok()? else { return None };
        if self.is_read_by(other, schema) {
            return None;
        }
        if unit != TimeUnit::Nanosecond || Self::of(other, schema).is_some() {
            return self.is_inner.then(|| self.own(other));
        }
        let other = match (&zone, &self.clocks) {
            (None, Some(clocks)) if &**clocks != "UTC" => {
                cast(other.clone(), DataType::Timestamp(unit, Some(clocks.clone())))
            }
            _ => other.clone(),
        };
        // In the column's zone already: what equals nothing lies outside of all that zones can be applied to.
        let same = self.zone.is_none() || self.zone == zone;
        let other = if same { other } else { cast(other, DataType::Timestamp(unit, self.zone.clone())) };
        Some(rounding.function().call(vec![other]))
    }

    /// Whether what this side shows is read on the other's clocks, which is another instant.
    fn is_read_by(&self, other: &Expr, schema: &DFSchema) -> bool {
        let is_zoned = |of| matches!(of, DataType::Timestamp(_, zone) if !is_utc(zone.as_deref()));
        self.clocks.is_none() && other.get_type(schema).is_ok_and(is_zoned)
    }

    /// The other side in the type of this one.
    fn own(&self, other: &Expr) -> Expr {
        let of = |zone: &Option<Arc<str>>| DataType::Timestamp(TimeUnit::Microsecond, zone.clone());
        let read = if is_utc(self.clocks.as_deref()) { other.clone() } else { cast(other.clone(), of(&self.clocks)) };
        cast(read, of(&self.zone))
    }

    /// The text of a time, rounded. Texts with a zone of their own say which it is; others are read on the clocks of this side.
    ///
    /// As a time of nanoseconds, to which the engine would cast it, it would reach no further than 2262. What cannot be read is read
    /// where all texts are.
    fn read(&self, text: &str, rounding: Rounding) -> Option<Expr> {
        let zone: Tz = self.clocks.as_deref().unwrap_or("UTC").parse().ok()?;
        let whole = crate::time::with_seconds(text);
        let time = string_to_datetime(&zone, whole.as_deref().unwrap_or(text)).ok()?;
        let below = i64::from(time.timestamp_subsec_nanos() % 1_000);
        let micros = rounding.of(time.timestamp_micros(), below);
        Some(lit(ScalarValue::TimestampMicrosecond(Some(micros), self.zone.clone())))
    }
}

/// Whether a time is on the clocks of UTC, as one without a zone is.
fn is_utc(zone: Option<&str>) -> bool {
    zone.is_none_or(|zone| zone == "UTC")
}

/// Which whole microsecond stands for a finer time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Rounding {
    /// The one before it: `<=` and `>` stay what they are.
    Down,
    /// The one after it: so do `<` and `>=`.
    Up,
    /// None: nothing that has microseconds equals it.
    Exact,
}

static DOWN: LazyLock<ScalarUDF> = LazyLock::new(|| ScalarUDF::from(Microseconds::new(Rounding::Down)));
static UP: LazyLock<ScalarUDF> = LazyLock::new(|| ScalarUDF::from(Microseconds::new(Rounding::Up)));
static EXACT: LazyLock<ScalarUDF> = LazyLock::new(|| ScalarUDF::from(Microseconds::new(Rounding::Exact)));

impl Rounding {
    /// For the right side of a comparison.
    fn right_of(op: Operator) -> Option<Self> {
        match op {
            Operator::LtEq | Operator::Gt => Some(Self::Down),
            Operator::Lt | Operator::GtEq => Some(Self::Up),
            Operator::Eq | Operator::NotEq | Operator::IsDistinctFrom | Operator::IsNotDistinctFrom => {
                Some(Self::Exact)
            }
            _ => None,
        }
    }

    /// A time of so many microseconds and so much below that.
    fn of(self, micros: i64, below: i64) -> i64 {
        match self {
            Self::Up if below != 0 => micros + 1,
            Self::Exact if below != 0 => NO_MICROSECOND,
            Self::Down | Self::Up | Self::Exact => micros,
        }
    }

    fn function(self) -> &'static ScalarUDF {
        match self {
            Self::Down => &DOWN,
            Self::Up => &UP,
            Self::Exact => &EXACT,
        }
    }
}

/// The function that rounds nanoseconds. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Microseconds {
    rounding: Rounding,
    signature: Signature,
}

impl Microseconds {
    fn new(rounding: Rounding) -> Self {
        Self { rounding, signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Microseconds {
    fn name(&self) -> &str {
        match self.rounding {
            Rounding::Down => "microseconds_down",
            Rounding::Up => "microseconds_up",
            Rounding::Exact => "microseconds_exact",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        let zone = match types {
            [DataType::Timestamp(_, zone)] => zone.clone(),
            _ => None,
        };
        Ok(DataType::Timestamp(TimeUnit::Microsecond, zone))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let times = ColumnarValue::values_to_arrays(&args.args)?.remove(0);
        let round = |nanos: i64| self.rounding.of(nanos.div_euclid(1_000), nanos.rem_euclid(1_000));
        let micros: TimestampMicrosecondArray = times.as_primitive::<TimestampNanosecondType>().unary(round);
        let DataType::Timestamp(_, zone) = args.return_type() else { return Ok(ColumnarValue::Array(times)) };
        let micros: ArrayRef = Arc::new(micros.with_timezone_opt(zone.clone()));
        match args.args[0] {
            ColumnarValue::Array(_) => Ok(ColumnarValue::Array(micros)),
            ColumnarValue::Scalar(_) => ScalarValue::try_from_array(&micros, 0).map(ColumnarValue::Scalar),
        }
    }
}
