//! Functions that analysts miss: of addresses, names, name/value lists, encodings, digests, error codes and places.
//!
//! A function is declared ([`Function`]): its name, what people read of it, an example that is tried, and how a row's value
//! comes about. What is computed of NULL is NULL, and so is what is computed of a value that is not what it should be.

mod addresses;
mod aggregates;
mod digests;
mod encodings;
mod entra_errors;
mod expressions;
mod function;
mod geoip;
mod identities;
mod json;
mod lists;
mod mentions;
mod mode;
mod places;
mod sessions;
mod web;

use std::sync::Arc;

use datafusion::error::Result;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};

use function::{Function, Rowwise};
use sessions::Sessionize;

/// Those of a row's values.
static ALL: &[&[Function]] = &[
    addresses::FUNCTIONS,
    identities::FUNCTIONS,
    encodings::FUNCTIONS,
    digests::FUNCTIONS,
    json::FUNCTIONS,
    mentions::FUNCTIONS,
    expressions::FUNCTIONS,
    entra_errors::FUNCTIONS,
    places::FUNCTIONS,
    web::FUNCTIONS,
];

/// Whether it is the function that tells whether an address lies in a network.
pub(crate) fn is_ip_in(function: &ScalarUDF) -> bool {
    function.inner().downcast_ref::<Rowwise>().is_some_and(|own| own.is_called("ip_in"))
}

/// Makes them known to a session.
pub(crate) fn register(state: &mut SessionState) -> Result<()> {
    for function in ALL.iter().copied().flatten() {
        state.register_udf(Arc::new(ScalarUDF::from(Rowwise::new(function))))?;
    }
    for function in lists::functions().chain(geoip::functions()) {
        state.register_udf(Arc::new(function))?;
    }
    state.register_udwf(Arc::new(WindowUDF::from(Sessionize::new())))?;
    for function in aggregates::functions() {
        state.register_udaf(Arc::new(AggregateUDF::from(function)))?;
    }
    state.register_udaf(Arc::new(AggregateUDF::from(mode::Mode::new())))?;
    Ok(())
}

/// A function as the manual shows it.
#[cfg(feature = "cli")]
#[derive(Debug)]
pub(crate) struct Manual {
    /// `ip_in(address, network)`
    pub(crate) syntax: String,
    /// Its other names.
    pub(crate) also: Vec<String>,
    /// What it does.
    pub(crate) doc: String,
    /// Calls, and what they give; `None`: NULL.
    pub(crate) examples: Vec<(&'static str, Option<&'static str>)>,
}

#[cfg(feature = "cli")]
impl Manual {
    /// Whether it has that name, in any case.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let own = self.syntax.split('(').next();
        self.also.iter().map(String::as_str).chain(own).any(|other| other.eq_ignore_ascii_case(name))
    }
}

/// All of them, for the manual.
#[cfg(feature = "cli")]
pub(crate) fn manual() -> Vec<Manual> {
    use datafusion::logical_expr::Documentation;
    let of =
        |documentation: Option<&Documentation>, also: &[String], examples: &[(&'static str, Option<&'static str>)]| {
            let (syntax, doc) =
                documentation.map(|d| (d.syntax_example.clone(), d.description.clone())).unwrap_or_default();
            Manual { syntax, also: also.to_vec(), doc, examples: examples.to_vec() }
        };
    let rowwise = ALL.iter().copied().flatten().map(|function| {
        let udf = ScalarUDF::from(Rowwise::new(function));
        of(udf.documentation(), udf.aliases(), function.examples)
    });
    let lists = lists::functions().chain(geoip::functions()).map(|udf| of(udf.documentation(), udf.aliases(), &[]));
    let aggregates = aggregates::functions().map(AggregateUDF::from).chain([AggregateUDF::from(mode::Mode::new())]);
    let aggregates = aggregates.map(|udaf| of(udaf.documentation(), udaf.aliases(), &[]));
    let sessionize = WindowUDF::from(Sessionize::new());
    let windows = std::iter::once(of(sessionize.documentation(), sessionize.aliases(), &[]));
    rowwise.chain(lists).chain(aggregates).chain(windows).collect()
}

#[cfg(test)]
mod tests;
