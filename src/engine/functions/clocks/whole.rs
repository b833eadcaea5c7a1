//! Texts of times with the seconds that they lack.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::error::Result;
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

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

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        make_scalar_function(|texts| whole(&texts[0]), Vec::new())(&args.args)
    }
}

fn whole(texts: &ArrayRef) -> Result<ArrayRef> {
    let texts = cast(texts, &DataType::Utf8View)?;
    let all = || texts.as_string_view().iter();
    if !all().flatten().any(|text| with_seconds(text).is_some()) {
        return Ok(texts);
    }
    let whole = all().map(|text| text.map(|text| with_seconds(text).unwrap_or_else(|| text.to_owned())));
    Ok(Arc::new(whole.collect::<StringViewArray>()))
}
