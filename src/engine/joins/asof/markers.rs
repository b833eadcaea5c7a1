//! Functions that only say something about a join. None is ever computed.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::plan_err;
use datafusion::error::Result;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, Join, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use crate::engine::error::Error;

/// The function whose arguments are the condition of an ASOF join; of two, the first says what is nearest.
pub(crate) const CONDITION: &str = "asof_condition";

/// The function that says in an ASOF join that the nearest time of both sides is meant: `nearest(a.time, b.time)`.
pub(super) const NEAREST: &str = "nearest";

/// Makes them known to a session.
pub(crate) fn register(state: &mut SessionState) -> Result<()> {
    for name in [CONDITION, NEAREST] {
        state.register_udf(Arc::new(ScalarUDF::from(Marker::new(name))))?;
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Marker {
    name: &'static str,
    signature: Signature,
}

impl Marker {
    fn new(name: &'static str) -> Self {
        // Nothing computes it ahead, or moves it.
        Self { name, signature: Signature::variadic_any(Volatility::Volatile) }
    }
}

impl ScalarUDFImpl for Marker {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        match (self.name, given) {
            (NEAREST, [_, _]) | (CONDITION, [_] | [_, _]) => Ok(DataType::Boolean),
            _ => plan_err!("nearest(a.time, b.time) takes 2 arguments, not {}", given.len()),
        }
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Err(stray().into())
    }
}

/// The error of a marker where there is no ASOF join.
pub(super) fn stray() -> Error {
    Error::Dialect {
        what: "nearest(…) says what an ASOF JOIN looks for, and means nothing elsewhere".into(),
        instead: "FROM a ASOF JOIN b ON a.user_name = b.user_name AND nearest(a.time, b.time)".into(),
    }
}

/// The arguments of a marker.
pub(super) fn args_of<'a>(expr: &'a Expr, name: &str) -> Option<&'a [Expr]> {
    match expr {
        Expr::ScalarFunction(ScalarFunction { func, args })
            if func.name() == name && func.inner().downcast_ref::<Marker>().is_some() =>
        {
            Some(args)
        }
        _ => None,
    }
}

/// Whether it is a marker of any name.
pub(super) fn is_marker(expr: &Expr) -> bool {
    args_of(expr, CONDITION).or_else(|| args_of(expr, NEAREST)).is_some()
}

/// Whether a join is an ASOF join.
pub(crate) fn is_marked(join: &Join) -> bool {
    join.filter.as_ref().is_some_and(|filter| args_of(filter, CONDITION).is_some())
}
