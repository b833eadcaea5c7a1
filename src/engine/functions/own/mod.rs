//! Functions that analysts miss: of addresses, names, name/value lists, encodings, error codes and places.
//!
//! A function is declared ([`Function`]): its name, what people read of it, an example that is tried, and how a row's value
//! comes about. What is computed of NULL is NULL, and so is what is computed of a value that is not what it should be.

mod addresses;
mod aggregates;
mod encodings;
mod entra_errors;
mod function;
mod identities;
mod lists;
mod places;
mod web;

use std::sync::Arc;

use datafusion::error::Result;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::{AggregateUDF, ScalarUDF};

use function::{Function, Rowwise};

/// Those of a row's values.
static ALL: &[&[Function]] = &[
    addresses::FUNCTIONS,
    identities::FUNCTIONS,
    encodings::FUNCTIONS,
    entra_errors::FUNCTIONS,
    places::FUNCTIONS,
    web::FUNCTIONS,
];

/// Makes them known to a session.
pub(crate) fn register(state: &mut SessionState) -> Result<()> {
    for function in ALL.iter().copied().flatten() {
        state.register_udf(Arc::new(ScalarUDF::from(Rowwise::new(function))))?;
    }
    for function in lists::functions() {
        state.register_udf(Arc::new(function))?;
    }
    for function in aggregates::functions() {
        state.register_udaf(Arc::new(AggregateUDF::from(function)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
