//! Lengths of time are compared by how long they are: `INTERVAL '1 day'` is 24 hours, and a month 30 days, as in PostgreSQL.
//!
//! DataFusion compares intervals as months, then days, then the rest: of `now() - created_date_time < INTERVAL '1 day'` the left
//! side has hours and no days, so it was true of every row. So before types are coerced, a length that is written out becomes one of
//! the same unit as a difference of times, in which joins by range find it as before; any other is compared as a number.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{
    DECIMAL128_MAX_PRECISION, DataType, Decimal128Type, IntervalMonthDayNano, IntervalMonthDayNanoType, IntervalUnit,
};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::error::Result;
use datafusion::logical_expr::expr::{Between, BinaryExpr, InList, InSubquery, ScalarFunction};
use datafusion::logical_expr::{
    Case, ColumnarValue, Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Operator, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, Subquery, Volatility, binary_expr, lit,
};
use datafusion::optimizer::AnalyzerRule;

use crate::engine::rewriting::each_expression;

/// The step that comes before types are coerced.
#[derive(Debug)]
pub(super) struct Lengths;

impl AnalyzerRule for Lengths {
    fn name(&self) -> &'static str {
        "lengths"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        each_expression(plan, comparison)
    }
}

fn comparison(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    Ok(match expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if compares(op) => {
            let mut sides = vec![*left, *right];
            let changed = align(&mut sides, schema);
            let mut sides = sides.into_iter();
            let mut next = || sides.next().expect("two sides stay two");
            let (left, right) = (next(), next());
            match of_time(&left, op, &right, schema).or_else(|| of_time(&right, op.swap()?, &left, schema)) {
                Some(moved) => Transformed::yes(moved),
                None => Transformed::new_transformed(binary_expr(left, op, right), changed),
            }
        }
        Expr::Between(Between { expr, negated, low, high }) => {
            let mut sides = vec![*expr, *low, *high];
            let changed = align(&mut sides, schema);
            let mut sides = sides.into_iter().map(Box::new);
            let mut next = || sides.next().expect("three sides stay three");
            let between = Between { expr: next(), negated, low: next(), high: next() };
            Transformed::new_transformed(Expr::Between(between), changed)
        }
        Expr::InList(InList { expr, list, negated }) => {
            let mut sides = vec![*expr];
            sides.extend(list);
            let changed = align(&mut sides, schema);
            let list = sides.split_off(1);
            let expr = Box::new(sides.pop().expect("one side stays one"));
            Transformed::new_transformed(Expr::InList(InList { expr, list, negated }), changed)
        }
        Expr::Case(Case { expr: Some(of), when_then_expr, else_expr }) => {
            let (whens, thens): (Vec<_>, Vec<_>) = when_then_expr.into_iter().unzip();
            let mut sides = vec![*of];
            sides.extend(whens.into_iter().map(|when| *when));
            let changed = align(&mut sides, schema);
            let whens = sides.split_off(1).into_iter().map(Box::new);
            let of = sides.pop().map(Box::new);
            let case = Case { expr: of, when_then_expr: whens.zip(thens).collect(), else_expr };
            Transformed::new_transformed(Expr::Case(case), changed)
        }
        Expr::InSubquery(list) => of_subquery(list, schema)?,
        Expr::ScalarFunction(call) => match of_call(&call, schema) {
            Some(meant) => Transformed::yes(meant),
            None => Transformed::no(Expr::ScalarFunction(call)),
        },
        other => Transformed::no(other),
    })
}

/// Functions that compare their arguments and give back one of them: what they give stays as it is written.
fn of_call(call: &ScalarFunction, schema: &DFSchema) -> Option<Expr> {
    let name = call.func.name();
    if !["nullif", "greatest", "least"].contains(&name) {
        return None;
    }
    let mut sides = call.args.clone();
    if !align(&mut sides, schema) {
        return None;
    }
    let when = |condition, then: &Expr| (Box::new(condition), Box::new(then.clone()));
    let (when_then_expr, else_expr) = match (name, sides.as_slice()) {
        ("nullif", [one, other]) => {
            let nothing = lit(ScalarValue::Null);
            (vec![when(one.clone().eq(other.clone()), &nothing)], Some(Box::new(call.args[0].clone())))
        }
        ("nullif", _) => return None,
        _ => {
            let chosen = Expr::ScalarFunction(ScalarFunction { func: Arc::clone(&call.func), args: sides.clone() });
            let is_it = |side: &Expr| side.clone().eq(chosen.clone());
            (sides.iter().zip(&call.args).map(|(side, arg)| when(is_it(side), arg)).collect(), None)
        }
    };
    Some(Expr::Case(Case { expr: None, when_then_expr, else_expr }))
}

/// A length that is looked for among those of a query.
fn of_subquery(list: InSubquery, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let rows = &list.subquery.subquery;
    let (qualifier, field) = rows.schema().qualified_field(0);
    let Ok(of) = list.expr.get_type(schema) else { return Ok(Transformed::no(Expr::InSubquery(list))) };
    let types = [of, field.data_type().clone()];
    let are_differences = types.iter().all(|of| matches!(of, DataType::Duration(_)));
    if are_differences || !types.iter().all(is_length) {
        return Ok(Transformed::no(Expr::InSubquery(list)));
    }
    let number = in_numbers(Expr::Column((qualifier, field).into())).alias(field.name());
    let rows = LogicalPlanBuilder::from(LogicalPlan::clone(rows)).project([number])?.build()?;
    let subquery = Subquery { subquery: Arc::new(rows), ..list.subquery };
    let list = InSubquery::new(Box::new(in_numbers(*list.expr)), subquery, list.negated);
    Ok(Transformed::yes(Expr::InSubquery(list)))
}

/// `now() - time < length` as `time > now() - length`, and `time - now() > length` likewise: so it can be asked of a service.
fn of_time(difference: &Expr, op: Operator, length: &Expr, schema: &DFSchema) -> Option<Expr> {
    let Expr::BinaryExpr(BinaryExpr { left: later, op: Operator::Minus, right: earlier }) = difference else {
        return None;
    };
    let Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(written)), _) = length else { return None };
    let is_near = nanoseconds(*written).abs() <= MOST_MOVED * NANOSECONDS_OF_A_DAY;
    let zoned = |side: &Expr| match side.get_type(schema) {
        Ok(DataType::Timestamp(_, zone)) => Some(zone),
        _ => None,
    };
    if !is_near || zoned(later)? != zoned(earlier)? {
        return None;
    }
    match (is_constant(later), is_constant(earlier)) {
        (true, false) => {
            let bound = binary_expr(later.as_ref().clone(), Operator::Minus, length.clone());
            Some(binary_expr(earlier.as_ref().clone(), op.swap()?, bound))
        }
        (false, true) => {
            let bound = binary_expr(earlier.as_ref().clone(), Operator::Plus, length.clone());
            Some(binary_expr(later.as_ref().clone(), op, bound))
        }
        _ => None,
    }
}

/// The longest length that is moved to a constant's side, in days: beyond some hundred years, instants in nanoseconds end.
const MOST_MOVED: i128 = 36_500;

/// Whether an expression is the same for all rows, and known when the statement is planned.
fn is_constant(expr: &Expr) -> bool {
    let varies = |expr: &Expr| {
        Ok(!matches!(
            expr,
            Expr::Literal(..) | Expr::Cast(_) | Expr::BinaryExpr(_) | Expr::ScalarFunction(_) | Expr::Alias(_)
        ))
    };
    !expr.exists(varies).unwrap_or(true) && !expr.is_volatile()
}

fn compares(op: Operator) -> bool {
    use Operator as O;
    matches!(op, O::Eq | O::NotEq | O::Lt | O::LtEq | O::Gt | O::GtEq | O::IsDistinctFrom | O::IsNotDistinctFrom)
}

/// Makes lengths that are compared comparable. Whether one of them had to be changed.
fn align(sides: &mut [Expr], schema: &DFSchema) -> bool {
    // First of all: the type of a long chain would be found out again at each of its links.
    let Some(Ok(first)) = sides.first().map(|side| side.get_type(schema)) else { return false };
    if !is_length(&first) {
        return false;
    }
    let Ok(types) = sides.iter().map(|side| side.get_type(schema)).collect::<Result<Vec<_>>>() else { return false };
    let is_difference = |of: &DataType| matches!(of, DataType::Duration(_));
    if !types.iter().all(is_length) || types.iter().all(is_difference) {
        return false;
    }
    let written: Option<Vec<Expr>> = sides
        .iter()
        .zip(&types)
        .map(|(side, of)| if is_difference(of) { Some(side.clone()) } else { in_nanoseconds(side) })
        .collect();
    match written {
        Some(written) => sides.clone_from_slice(&written),
        None => {
            for side in sides {
                *side = in_numbers(std::mem::take(side));
            }
        }
    }
    true
}

fn is_length(of: &DataType) -> bool {
    matches!(of, DataType::Interval(_) | DataType::Duration(_))
}

/// A length that is written out, without days and months.
fn in_nanoseconds(expr: &Expr) -> Option<Expr> {
    let Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(length)), _) = expr else { return None };
    let nanos = i64::try_from(nanoseconds(*length)).ok()?;
    Some(lit(ScalarValue::IntervalMonthDayNano(Some(IntervalMonthDayNano::new(0, 0, nanos)))))
}

const NANOSECONDS_OF_A_DAY: i128 = 86_400_000_000_000;
const DAYS_OF_A_MONTH: i128 = 30;

fn nanoseconds(length: IntervalMonthDayNano) -> i128 {
    let days = i128::from(length.months) * DAYS_OF_A_MONTH + i128::from(length.days);
    days * NANOSECONDS_OF_A_DAY + i128::from(length.nanoseconds)
}

/// An interval as the number that it is ordered by.
pub(super) fn in_numbers(interval: Expr) -> Expr {
    FUNCTION.call(vec![interval])
}

static FUNCTION: LazyLock<ScalarUDF> =
    LazyLock::new(|| ScalarUDF::from(Length(Signature::any(1, Volatility::Immutable))));

/// The function that says how long an interval is, in nanoseconds. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Length(Signature);

impl ScalarUDFImpl for Length {
    fn name(&self) -> &'static str {
        "length_of_time"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Decimal128(DECIMAL128_MAX_PRECISION, 0))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let lengths = ColumnarValue::values_to_arrays(&args.args)?.remove(0);
        let lengths = cast(&lengths, &DataType::Interval(IntervalUnit::MonthDayNano))?;
        let nanos = lengths.as_primitive::<IntervalMonthDayNanoType>().unary::<_, Decimal128Type>(nanoseconds);
        let nanos: ArrayRef = Arc::new(nanos.with_precision_and_scale(DECIMAL128_MAX_PRECISION, 0)?);
        match args.args[0] {
            ColumnarValue::Array(_) => Ok(ColumnarValue::Array(nanos)),
            ColumnarValue::Scalar(_) => ScalarValue::try_from_array(&nanos, 0).map(ColumnarValue::Scalar),
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::util::display::array_value_to_string;
    use datafusion::execution::SessionStateBuilder;
    use datafusion::prelude::SessionContext;

    use crate::engine::Engine;

    #[tokio::test]
    async fn lengths_are_compared_by_how_long_they_are() {
        let state = Engine::builder().configure(SessionStateBuilder::new()).unwrap().build();
        let context = SessionContext::new_with_state(state);
        // Of the rows one is a day and an hour apart, one an hour, one lacks a time.
        let rows = "(VALUES (timestamp '2026-03-02 12:00:00', timestamp '2026-03-01 11:00:00', INTERVAL '1 day'), \
                    (timestamp '2026-03-01 12:00:00', timestamp '2026-03-01 11:00:00', INTERVAL '2 hours'), \
                    (NULL, timestamp '2026-03-01 11:00:00', INTERVAL '2 hours')) AS v(a, b, l)";
        for (condition, right) in [
            ("a - b < INTERVAL '1 day'", "1"),
            ("a - b >= INTERVAL '1 day'", "1"),
            ("INTERVAL '1 day' > a - b", "1"),
            ("a - b > INTERVAL '25 hours'", "0"),
            ("a - b >= INTERVAL '25 hours'", "1"),
            ("a - b = INTERVAL '1 day 1 hour'", "1"),
            ("a - b <> INTERVAL '1 day 1 hour'", "1"),
            ("a - b < INTERVAL '1 month'", "2"),
            ("a - b < INTERVAL '3000 years'", "2"),
            ("a - b BETWEEN INTERVAL '1 hour' AND INTERVAL '1 day'", "1"),
            ("NOT a - b BETWEEN INTERVAL '1 hour' AND INTERVAL '1 day'", "1"),
            ("a - b IN (INTERVAL '60 minutes', INTERVAL '2 days')", "1"),
            ("a - b < l", "1"),
            ("a - b >= l", "1"),
            ("l < a - b", "1"),
            ("l = INTERVAL '24 hours'", "1"),
            ("l < INTERVAL '3 hours'", "2"),
            ("l > INTERVAL '23 hours' AND l < INTERVAL '25 hours'", "1"),
            ("l IN (INTERVAL '120 minutes')", "2"),
            ("a - b IS DISTINCT FROM INTERVAL '1 hour'", "2"),
            ("INTERVAL '1 month' = INTERVAL '30 days'", "3"),
            ("INTERVAL '1 day' > INTERVAL '25 hours'", "0"),
            ("a - b < b - a", "0"),
            ("a - b < l * 2", "2"),
            ("a - b < 25 * INTERVAL '1 hour'", "1"),
            ("a - b <= INTERVAL '1 hour' * 25", "2"),
            ("INTERVAL '1 day' * 2 = INTERVAL '2 days'", "3"),
            ("a > b + INTERVAL '1 hour' * 24", "1"),
            ("timestamp '2026-03-02 12:00:00' - a <= INTERVAL '1 day'", "2"),
            ("timestamp '2026-03-02 12:00:00' - a < INTERVAL '1 day'", "1"),
            ("INTERVAL '1 day' > timestamp '2026-03-02 12:00:00' - a", "1"),
            ("a - timestamp '2026-03-01 12:00:00' >= INTERVAL '1 day'", "1"),
            ("NOT a - timestamp '2026-03-01 12:00:00' >= INTERVAL '1 day'", "1"),
            ("a - timestamp '2026-03-01 12:00:00' = INTERVAL '24 hours'", "1"),
            ("CASE l WHEN INTERVAL '24 hours' THEN true ELSE false END", "1"),
            ("CASE INTERVAL '1 day' WHEN INTERVAL '24 hours' THEN true ELSE false END", "3"),
            ("CASE a - b WHEN INTERVAL '1 hour' THEN true WHEN l THEN true END", "1"),
            ("CASE l WHEN NULL THEN true ELSE false END", "0"),
            ("nullif(l, INTERVAL '24 hours') IS NULL", "1"),
            ("nullif(a - b, INTERVAL '1 hour') IS NULL", "2"),
            ("nullif(l, NULL) IS NULL", "0"),
            ("greatest(l, INTERVAL '25 hours') = INTERVAL '25 hours'", "3"),
            ("greatest(l, INTERVAL '23 hours') = INTERVAL '1 day'", "1"),
            ("least(l, INTERVAL '23 hours', INTERVAL '3 hours') = INTERVAL '2 hours'", "2"),
            ("greatest(NULLIF(l, INTERVAL '1 day'), INTERVAL '1 hour') = INTERVAL '1 hour'", "1"),
            ("least(a - b, INTERVAL '2 hours') = INTERVAL '1 hour'", "1"),
            ("l IN (SELECT INTERVAL '24 hours')", "1"),
            ("l NOT IN (SELECT INTERVAL '24 hours')", "2"),
            ("a - b IN (SELECT INTERVAL '60 minutes')", "1"),
            ("INTERVAL '24 hours' IN (SELECT l2 FROM (VALUES (INTERVAL '1 day')) w(l2))", "3"),
            ("INTERVAL '24 hours' NOT IN (SELECT l2 FROM (VALUES (INTERVAL '1 day')) w(l2))", "0"),
            ("EXISTS (SELECT 1 FROM (VALUES (INTERVAL '24 hours')) w(l2) WHERE l2 = l)", "1"),
        ] {
            let frame = context.sql(&format!("SELECT count(*) FROM {rows} WHERE {condition}")).await;
            let told = match frame {
                Ok(frame) => array_value_to_string(frame.collect().await.unwrap()[0].column(0), 0).unwrap(),
                Err(_) => "refused".into(),
            };
            assert_eq!(told, right, "{condition}");
        }
    }
}
