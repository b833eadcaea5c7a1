//! Functions of numbers that can be asked for their order, whatever is known of their argument.
//!
//! DataFusion asks a function whether its results are in order where its arguments are, and `ln`, `sqrt`, `abs` and others look at the
//! bounds of theirs to answer. Where those are unknown they fail, and with them any window that is ordered by such a call. Here a
//! function that cannot tell is one without order: the rows are sorted.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef};
use datafusion::error::Result;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};

/// The functions of which the order depends on bounds.
const BY_BOUNDS: &[&str] = &["abs", "acos", "acosh", "asin", "atanh", "cosh", "ln", "log", "log10", "log2", "sqrt"];

/// Wraps those of a session.
pub(crate) fn register(state: &mut SessionState) -> Result<()> {
    for name in BY_BOUNDS {
        let Some(inner) = state.scalar_functions().get(*name).map(Arc::clone) else { continue };
        state.register_udf(Arc::new(ScalarUDF::from(Ordered { inner })))?;
    }
    Ok(())
}

/// A function that is without order where it cannot tell.
#[derive(Debug)]
struct Ordered {
    inner: Arc<ScalarUDF>,
}

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl Eq for Ordered {}

impl Hash for Ordered {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.hash(state);
    }
}

impl ScalarUDFImpl for Ordered {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        self.inner.return_field_from_args(args)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(types)
    }

    fn is_strict(&self) -> bool {
        self.inner.inner().is_strict()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.inner.invoke_with_args(args)
    }

    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        self.inner.simplify(args, info)
    }

    fn evaluate_bounds(&self, input: &[&Interval]) -> Result<Interval> {
        self.inner.evaluate_bounds(input)
    }

    fn output_ordering(&self, input: &[ExprProperties]) -> Result<SortProperties> {
        Ok(self.inner.output_ordering(input).unwrap_or(SortProperties::Unordered))
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.inner.documentation()
    }
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt as _;

    use super::*;
    use crate::engine::Engine;

    #[tokio::test]
    async fn a_window_is_ordered_by_each_of_them() {
        let engine = Engine::builder().build().unwrap();
        for call in BY_BOUNDS.iter().flat_map(|name| [format!("{name}(x)"), format!("{name}(abs(x + length(t)))")]) {
            let sql = format!(
                "SELECT sum(place) FROM (SELECT row_number() OVER (ORDER BY {call}) AS place
                 FROM (VALUES (0.5, 'a'), (0.25, ''), (0.75, NULL)) AS v(x, t))"
            );
            let query = engine.query(&sql).await.unwrap_or_else(|error| panic!("{call}: {error}"));
            let rows: Vec<_> = query.stream.try_collect().await.unwrap_or_else(|error| panic!("{call}: {error}"));
            let places = rows[0].column(0);
            assert_eq!(arrow::util::display::array_value_to_string(places, 0).unwrap(), "6", "{call}");
        }
    }
}
