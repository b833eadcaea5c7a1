//! Texts of times with the seconds that they lack.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;

use crate::predicate::AS_TIME;
use crate::time::with_seconds;

static FUNCTION: LazyLock<ScalarUDF> =
    LazyLock::new(|| ScalarUDF::from(Whole(Signature::any(1, Volatility::Immutable))));

/// The call that completes a text.
pub(super) fn call(text: Expr) -> Expr {
    FUNCTION.call(vec![text])
}

/// The function. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Whole(Signature);

impl ScalarUDFImpl for Whole {
    fn name(&self) -> &'static str {
        AS_TIME
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, mut args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_one = matches!(args.args[0], ColumnarValue::Scalar(_));
        let texts = args.args.swap_remove(0).to_array(if is_one { 1 } else { args.number_rows })?;
        let mut texts = cast(&texts, &DataType::Utf8View)?;
        let lacks = |text: Option<&str>| text.is_some_and(|text| with_seconds(text).is_some());
        if texts.as_string_view().iter().any(lacks) {
            let whole = texts.as_string_view().iter();
            let whole: StringViewArray =
                whole.map(|text| text.map(|text| with_seconds(text).unwrap_or_else(|| text.to_owned()))).collect();
            let whole: ArrayRef = Arc::new(whole);
            texts = whole;
        }
        Ok(match is_one {
            true => ColumnarValue::Scalar(ScalarValue::try_from_array(&texts, 0)?),
            false => ColumnarValue::Array(texts),
        })
    }
}
