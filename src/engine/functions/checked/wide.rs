//! Numbers in twice their width, and back.

use std::sync::Arc;

use arrow::array::{ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use arrow::datatypes::{
    DECIMAL128_MAX_PRECISION, DECIMAL256_MAX_PRECISION, DataType, Decimal128Type, Decimal256Type, DecimalType as _,
    DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType, Int64Type, TimeUnit,
    UInt64Type, i256,
};
use datafusion::common::exec_err;
use datafusion::error::Result;
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::scalar::ScalarValue;

use super::out_of_range;

/// What the engine calls distinct values that it adds up.
const INVENTED: &str = "alias1";

/// The type in which numbers of a type are added up; `None`: in which nothing can get lost.
pub(super) fn wide(of: &DataType) -> Option<DataType> {
    match of {
        DataType::Int64 | DataType::UInt64 | DataType::Duration(_) => {
            Some(DataType::Decimal128(DECIMAL128_MAX_PRECISION, 0))
        }
        DataType::Decimal128(_, scale) => Some(DataType::Decimal256(DECIMAL256_MAX_PRECISION, *scale)),
        _ => None,
    }
}

/// From the width of the total back to its type.
#[derive(Debug, Clone)]
pub(super) struct Narrowing {
    /// The type of the total, and of the numbers.
    of: DataType,
    /// `sum(x)`
    what: String,
}

impl Narrowing {
    /// For the totals of a call.
    pub(super) fn of(args: &AccumulatorArgs<'_>) -> Self {
        // Beside other aggregates the engine makes distinct values rows of their own first, and invents a name for them.
        let what = if args.name.contains(INVENTED) { "a sum of distinct values" } else { args.name };
        Self { of: args.return_field.data_type().clone(), what: what.to_owned() }
    }

    /// Totals in their own type.
    pub(super) fn narrowed(&self, totals: &ArrayRef) -> Result<ArrayRef> {
        let too_large = || out_of_range(&self.what, &self.of);
        match &self.of {
            DataType::Int64 => self.narrowed_of::<Int64Type>(totals),
            DataType::UInt64 => self.narrowed_of::<UInt64Type>(totals),
            DataType::Duration(TimeUnit::Second) => self.narrowed_of::<DurationSecondType>(totals),
            DataType::Duration(TimeUnit::Millisecond) => self.narrowed_of::<DurationMillisecondType>(totals),
            DataType::Duration(TimeUnit::Microsecond) => self.narrowed_of::<DurationMicrosecondType>(totals),
            DataType::Duration(TimeUnit::Nanosecond) => self.narrowed_of::<DurationNanosecondType>(totals),
            DataType::Decimal128(precision, scale) => {
                let totals = totals.as_primitive::<Decimal256Type>();
                let fits = |total: &i128| Decimal128Type::is_valid_decimal_precision(*total, DECIMAL128_MAX_PRECISION);
                let narrow = totals
                    .try_unary::<_, Decimal128Type, _>(|total| total.to_i128().filter(fits).ok_or_else(too_large))?;
                Ok(Arc::new(narrow.with_precision_and_scale(*precision, *scale)?))
            }
            other => exec_err!("sum cannot add up {other}"),
        }
    }

    fn narrowed_of<T: ArrowPrimitiveType<Native: TryFrom<i128>>>(&self, totals: &ArrayRef) -> Result<ArrayRef> {
        let totals = totals.as_primitive::<Decimal128Type>();
        let narrow: PrimitiveArray<T> =
            totals.try_unary(|total| total.try_into().map_err(|_| out_of_range(&self.what, &self.of)))?;
        Ok(Arc::new(narrow))
    }

    /// One total.
    pub(super) fn total(&self, wide: &ScalarValue) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&self.narrowed(&wide.to_array()?)?, 0)
    }
}

/// Columns of numbers in twice their width.
pub(super) fn widened(columns: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
    columns.iter().map(of_column).collect()
}

fn of_column(numbers: &ArrayRef) -> Result<ArrayRef> {
    Ok(match numbers.data_type() {
        DataType::Int64 => widened_of::<Int64Type>(numbers),
        DataType::UInt64 => widened_of::<UInt64Type>(numbers),
        DataType::Duration(TimeUnit::Second) => widened_of::<DurationSecondType>(numbers),
        DataType::Duration(TimeUnit::Millisecond) => widened_of::<DurationMillisecondType>(numbers),
        DataType::Duration(TimeUnit::Microsecond) => widened_of::<DurationMicrosecondType>(numbers),
        DataType::Duration(TimeUnit::Nanosecond) => widened_of::<DurationNanosecondType>(numbers),
        DataType::Decimal128(_, scale) => {
            let wide = numbers.as_primitive::<Decimal128Type>().unary::<_, Decimal256Type>(i256::from_i128);
            Arc::new(wide.with_precision_and_scale(DECIMAL256_MAX_PRECISION, *scale)?)
        }
        other => return exec_err!("sum cannot add up {other}"),
    })
}

fn widened_of<T: ArrowPrimitiveType<Native: Into<i128>>>(numbers: &ArrayRef) -> ArrayRef {
    let wide = numbers.as_primitive::<T>().unary::<_, Decimal128Type>(Into::into);
    let wide = wide.with_precision_and_scale(DECIMAL128_MAX_PRECISION, 0);
    Arc::new(wide.expect("all digits of a decimal are whole ones"))
}
