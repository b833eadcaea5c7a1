//! One value for many rows: as an entry of a dictionary that all of them name, and as a value for each of some rows.

use std::sync::Arc;

use arrow::array::Array;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::exec_err;
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use datafusion::scalar::ScalarValue;

use crate::engine::bulk::bulk;
use crate::engine::error::Error;
use crate::engine::functions::bounded;

const KEYS: DataType = DataType::Int32;

/// The type of values that are packed.
pub(super) fn packed_type(of: DataType) -> DataType {
    DataType::Dictionary(Box::new(KEYS), Box::new(of))
}

/// The type of values that are not.
pub(super) fn unpacked_type(of: &DataType) -> &DataType {
    match of {
        DataType::Dictionary(_, value) => value,
        other => other,
    }
}

/// A value of which any number of rows takes little.
pub(super) fn packed(value: ScalarValue) -> ScalarValue {
    ScalarValue::Dictionary(Box::new(KEYS), Box::new(value))
}

/// The function that gives each row its value. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Unpacked {
    /// The aggregate that made the values.
    aggregate: String,
    signature: Signature,
}

impl Unpacked {
    /// For the values of an aggregate.
    pub(super) fn of(aggregate: &str) -> ScalarUDF {
        let signature = Signature::any(1, Volatility::Immutable);
        ScalarUDF::from(Self { aggregate: aggregate.to_owned(), signature })
    }
}

impl ScalarUDFImpl for Unpacked {
    fn name(&self) -> &'static str {
        "of_each_row"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        match given {
            [of] => Ok(unpacked_type(of).clone()),
            _ => exec_err!("what is packed is one value"),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let limit = bounded::limit(&args.config_options);
        match args.args.as_slice() {
            [ColumnarValue::Array(values)] => {
                let taken = bulk(&[Arc::clone(values)], values.len()).into_iter().fold(0, usize::saturating_add);
                if taken > limit && values.len() > 1 {
                    let function = self.aggregate.clone();
                    return Err(Error::LongValues {
                        function,
                        rows: values.len(),
                        taken: taken >> 20,
                        limit: limit >> 20,
                    }
                    .into());
                }
                Ok(ColumnarValue::Array(cast(values, unpacked_type(values.data_type()))?))
            }
            [ColumnarValue::Scalar(ScalarValue::Dictionary(_, value))] => {
                Ok(ColumnarValue::Scalar(ScalarValue::clone(value)))
            }
            _ => exec_err!("what is packed is one value"),
        }
    }
}
