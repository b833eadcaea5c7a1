//! A time without a zone, or a text of one, as an instant of the zone whose clocks show it.

use std::sync::Arc;

use arrow::array::timezone::Tz;
use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::compute::kernels::cast_utils::string_to_datetime;
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Int64Type, TimeUnit};
use chrono::{DateTime, TimeZone, Utc};
use datafusion::error::Result;
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;

use super::reading::{instant, of_a_second, zone_of};
use crate::engine::error::Error;
use crate::predicate::IN_ZONE;

/// The call that says so.
pub(super) fn call(time: Expr, to: DataType) -> Expr {
    ScalarUDF::from(Placed { to, signature: Signature::any(1, Volatility::Immutable) }).call(vec![time])
}

/// The cast as a function. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Placed {
    to: DataType,
    signature: Signature,
}

impl ScalarUDFImpl for Placed {
    fn name(&self) -> &'static str {
        IN_ZONE
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.to.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        make_scalar_function(|times| self.placed(&times[0]), Vec::new())(&args.args)
    }
}

impl Placed {
    fn placed(&self, times: &ArrayRef) -> Result<ArrayRef> {
        let (DataType::Timestamp(unit, _), Some(zone)) = (&self.to, zone_of(&self.to)) else {
            return Ok(cast(times, &self.to)?);
        };
        let exact = CastOptions { safe: false, ..CastOptions::default() };
        let instants: Int64Array = if matches!(times.data_type(), DataType::Timestamp(..)) {
            let shown = cast_with_options(times, &DataType::Timestamp(*unit, None), &exact)?;
            let shown = cast(&shown, &DataType::Int64)?;
            let read = |shown: i64| instant(shown, *unit, zone).ok_or_else(|| out_of_range(times));
            shown.as_primitive::<Int64Type>().try_unary(read)?
        } else {
            let texts = cast(times, &DataType::Utf8View)?;
            let texts = texts.as_string_view();
            let mut instants = Int64Array::builder(texts.len());
            for row in 0..texts.len() {
                let read = texts.is_valid(row).then(|| of_text(texts.value(row), *unit, zone));
                match read {
                    Some(None) => {
                        // The engine's own error, which is put into words where all are.
                        cast_with_options(&times.slice(row, 1), &self.to, &exact)?;
                        return Err(out_of_range(&times.slice(row, 1)));
                    }
                    read => instants.append_option(read.flatten()),
                }
            }
            instants.finish()
        };
        let instants: ArrayRef = Arc::new(instants);
        Ok(cast(&instants, &self.to)?)
    }
}

/// The instant that a text says, perhaps with a zone of its own.
fn of_text(text: &str, unit: TimeUnit, zone: Tz) -> Option<i64> {
    match string_to_datetime(&zone, text) {
        Ok(time) => in_units(&time, unit),
        // An hour that is missing, or there twice.
        Err(_) => instant(in_units(&string_to_datetime(&Utc, text).ok()?, unit)?, unit, zone),
    }
}

fn in_units<Z: TimeZone>(time: &DateTime<Z>, unit: TimeUnit) -> Option<i64> {
    let second = of_a_second(unit);
    let below = i64::from(time.timestamp_subsec_nanos()) / (1_000_000_000 / second);
    time.timestamp().checked_mul(second)?.checked_add(below)
}

fn out_of_range(times: &ArrayRef) -> datafusion::error::DataFusionError {
    let what = match times.len() {
        1 => ScalarValue::try_from_array(times, 0).map_or_else(|_| "a time".into(), |time| time.to_string()),
        _ => "a time".to_owned(),
    };
    Error::OutOfRange { what, of: "timestamp" }.into()
}
