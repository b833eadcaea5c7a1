//! `-x` of a whole number, checked: the least number of a type has no contrary in it.

use arrow::compute::kernels::numeric::neg;
use arrow::datatypes::{DataType, FieldRef};
use datafusion::common::exec_err;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;

use super::arithmetic::{any_of, same_type, told};

/// The sign as a function. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Negated {
    /// As it was written, for whoever reads the error.
    text: String,
    /// Of which type its numbers are.
    of: DataType,
    signature: Signature,
}

impl Negated {
    /// The function for an expression that is written so.
    pub(super) fn new(text: String, of: DataType) -> Self {
        Self { text, of, signature: Signature::any(1, Volatility::Immutable) }
    }

    pub(super) fn text(&self) -> &String {
        &self.text
    }
}

impl ScalarUDFImpl for Negated {
    fn name(&self) -> &'static str {
        "-"
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        match args {
            [of] => Ok(format!("(- {})", of.schema_name())),
            _ => exec_err!("- takes one number"),
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        Ok(given.first().cloned().unwrap_or(DataType::Null))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(same_type("-", &args))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [of] = args.args.as_slice() else { return exec_err!("- takes one number") };
        let failed =
            |error: arrow::error::ArrowError| told(DataFusionError::from(error), &self.text, args.return_type());
        match of {
            ColumnarValue::Array(values) => neg(values.as_ref()).map(ColumnarValue::Array).map_err(failed),
            ColumnarValue::Scalar(value) => {
                let values = neg(value.to_array()?.as_ref()).map_err(failed)?;
                ScalarValue::try_from_array(&values, 0).map(ColumnarValue::Scalar)
            }
        }
    }

    fn evaluate_bounds(&self, _: &[&Interval]) -> Result<Interval> {
        any_of(&self.of)
    }
}
