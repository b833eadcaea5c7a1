//! Whole numbers that leave their range are an error, and never another number.
//!
//! DataFusion adds, subtracts, multiplies and sums whole numbers modulo 2^64 (`i64::MAX + 1` is `i64::MIN`), and has no mode in
//! which it does not. So operators on whole numbers are carried out by a function that looks ([`arithmetic`]), and `sum` adds up
//! in twice the width and looks at the end ([`sum`]), which makes it independent of the order of its rows too. Types stay what
//! they are: PostgreSQL widens the sum of `bigint` to `numeric`, which would change the columns of files that people keep.
//! Decimals are looked at in the same place: a sum could have one digit more than its type, and was printed off by a factor of ten.
//! Division and remainder of whole numbers, dates and times are checked by the engine itself.

mod arithmetic;
mod avg;
mod negated;
mod sum;
#[cfg(test)]
mod tests;
mod wide;

pub(crate) use arithmetic::Arithmetic;

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::functions_aggregate::average::avg_udaf;
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::AggregateUDF;

use crate::engine::error::Error;

/// Puts the aggregates in the place of the engine's own, unless a host has others of their names.
pub(crate) fn register(state: &mut SessionState) -> Result<()> {
    let known = |state: &SessionState, own: Arc<AggregateUDF>| {
        state.aggregate_functions().get(own.name()).filter(|known| **known == own).map(Arc::clone)
    };
    if let Some(engines) = known(state, sum_udaf()) {
        state.register_udaf(Arc::new(AggregateUDF::from(sum::Sum { engines })))?;
    }
    if let Some(engines) = known(state, avg_udaf()) {
        state.register_udaf(Arc::new(AggregateUDF::from(avg::Avg { engines })))?;
    }
    Ok(())
}

/// The error of an expression whose value its type cannot hold.
fn out_of_range(what: impl Into<String>, of: &DataType) -> DataFusionError {
    Error::OutOfRange { what: what.into(), of: name(of) }.into()
}

/// The type in words of SQL.
fn name(of: &DataType) -> &'static str {
    match of {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => "integer",
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => "bigint",
        DataType::Duration(_) => "interval",
        _ => "decimal",
    }
}
