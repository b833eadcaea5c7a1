//! Days and months that are added to a time with a zone, or taken from it: on that zone's calendar. Hours are lengths of time.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, IntervalMonthDayNano, IntervalMonthDayNanoType, IntervalUnit};
use datafusion::common::{DFSchema, exec_err};
use datafusion::error::Result;
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;

use super::reading::{of_a_second, on_calendar, zone_of};
use crate::engine::error::Error;

/// The function for such a sum or difference; `None`: it is none.
pub(super) fn of(left: &Expr, op: Operator, right: &Expr, schema: &DFSchema) -> Option<Expr> {
    let length = DataType::Interval(IntervalUnit::MonthDayNano);
    // The right side first: the type of a long chain of sums would be found out again at each of its links.
    let is_length = right.get_type(schema).ok()? == length;
    let (time, by) = match (is_length, op) {
        (true, _) => (left, right),
        (false, Operator::Plus) => (right, left),
        _ => return None,
    };
    // What has hours alone is the engine's: joins know it for a distance.
    if matches!(by, Expr::Literal(ScalarValue::IntervalMonthDayNano(by), _) if by.is_none_or(|by| by.months == 0 && by.days == 0))
    {
        return None;
    }
    let to = time.get_type(schema).ok()?;
    zone_of(&to)?;
    if by.get_type(schema).ok()? != length {
        return None;
    }
    let text = format!("{} {op} {}", left.human_display(), right.human_display());
    let function = Moved { back: op == Operator::Minus, text, to, signature: Signature::any(2, Volatility::Immutable) };
    Some(ScalarUDF::from(function).call(vec![left.clone(), right.clone()]))
}

/// The operator as a function. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Moved {
    back: bool,
    /// As it was written, for whoever reads the error.
    text: String,
    to: DataType,
    signature: Signature,
}

impl ScalarUDFImpl for Moved {
    fn name(&self) -> &'static str {
        if self.back { "-" } else { "+" }
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        match args {
            [left, right] => Ok(format!("{} {} {}", left.schema_name(), self.name(), right.schema_name())),
            _ => exec_err!("{} takes a time and a length", self.name()),
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.to.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let moved = |sides: &[ArrayRef]| match sides {
            [left, right] if matches!(left.data_type(), DataType::Interval(_)) => self.moved(right, left),
            [left, right] => self.moved(left, right),
            _ => exec_err!("{} takes a time and a length", self.name()),
        };
        make_scalar_function(moved, Vec::new())(&args.args)
    }
}

impl Moved {
    fn moved(&self, times: &ArrayRef, lengths: &ArrayRef) -> Result<ArrayRef> {
        let times = cast(times, &DataType::Int64)?;
        let (times, lengths) = (times.as_primitive::<Int64Type>(), lengths.as_primitive::<IntervalMonthDayNanoType>());
        let mut moved = Int64Array::builder(times.len());
        for row in 0..times.len() {
            let both = times.is_valid(row) && lengths.is_valid(row);
            let at = both.then(|| self.at(times.value(row), lengths.value(row)));
            if at == Some(None) {
                return Err(Error::OutOfRange { what: self.text.clone(), of: "timestamp" }.into());
            }
            moved.append_option(at.flatten());
        }
        let moved: ArrayRef = Arc::new(moved.finish());
        Ok(cast(&moved, &self.to)?)
    }

    fn at(&self, time: i64, by: IntervalMonthDayNano) -> Option<i64> {
        let (DataType::Timestamp(unit, _), Some(zone)) = (&self.to, zone_of(&self.to)) else { return None };
        let by = match self.back {
            true => IntervalMonthDayNano::new(
                by.months.checked_neg()?,
                by.days.checked_neg()?,
                by.nanoseconds.checked_neg()?,
            ),
            false => by,
        };
        let begun = on_calendar(time, by.months, by.days, *unit, zone)?;
        begun.checked_add(by.nanoseconds / (1_000_000_000 / of_a_second(*unit)))
    }
}
