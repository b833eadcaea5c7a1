//! `mode(value)`: the value that most rows have.

use std::collections::HashMap;
use std::mem::size_of_val;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, ListArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{exec_err, plan_err};
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Documentation, Signature, Volatility};
use datafusion::scalar::ScalarValue;

/// The aggregate.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Mode {
    signature: Signature,
    documentation: Box<Documentation>,
}

impl Mode {
    pub(super) fn new() -> Self {
        let doc = "The value that most rows have; of several, the least. NULLs do not count.";
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
            documentation: Box::new(Documentation::builder(DOC_SECTION_OTHER, doc, "mode(value)").build()),
        }
    }
}

impl AggregateUDFImpl for Mode {
    fn name(&self) -> &'static str {
        "mode"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        match given {
            [one] if one.is_nested() => plan_err!("mode(value): the value is of type {one}; use one of its fields"),
            [one] => Ok(vec![one.clone()]),
            _ => plan_err!("mode(value) takes 1 argument(s), not {}", given.len()),
        }
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        Ok(given.first().cloned().unwrap_or(DataType::Null))
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Counts { of: args.return_field.data_type().clone(), counts: HashMap::new(), bytes: 0 }))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let list = |name: &str, of: DataType| {
            Arc::new(Field::new(name, DataType::List(Arc::new(Field::new_list_field(of, true))), true))
        };
        Ok(vec![list("values", args.return_field.data_type().clone()), list("counts", DataType::Int64)])
    }
}

/// How many rows have each value.
#[derive(Debug)]
struct Counts {
    of: DataType,
    counts: HashMap<ScalarValue, i64>,
    /// What the values take.
    bytes: usize,
}

impl Counts {
    fn add(&mut self, value: ScalarValue, count: i64) {
        let size = value.size() + size_of_val(&count);
        let known = self.counts.entry(value).or_insert_with(|| {
            self.bytes += size;
            0
        });
        *known += count;
    }
}

impl Accumulator for Counts {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [values] = values else { return exec_err!("mode takes one column") };
        for row in (0..values.len()).filter(|row| values.is_valid(*row)) {
            self.add(ScalarValue::try_from_array(values, row)?, 1);
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [values, counts] = states else { return exec_err!("the state of mode is two lists") };
        let (Some(values), Some(counts)) = (values.as_list_opt::<i32>(), counts.as_list_opt::<i32>()) else {
            return exec_err!("the state of mode is two lists");
        };
        for row in 0..values.len() {
            let (values, counts) = (values.value(row), counts.value(row));
            for (at, count) in counts.as_primitive::<Int64Type>().values().iter().enumerate() {
                self.add(ScalarValue::try_from_array(&values, at)?, *count);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let more = |(a, m): &(&ScalarValue, &i64), (b, n): &(&ScalarValue, &i64)| {
            m.cmp(n).then_with(|| b.partial_cmp(a).unwrap_or(std::cmp::Ordering::Equal))
        };
        match self.counts.iter().max_by(more) {
            Some((value, _)) => Ok(value.clone()),
            None => ScalarValue::try_from(&self.of),
        }
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let (values, counts): (Vec<ScalarValue>, Vec<i64>) = std::mem::take(&mut self.counts).into_iter().unzip();
        let values = ScalarValue::new_list(&values, &self.of, true);
        let counts: ArrayRef = Arc::new(Int64Array::from(counts));
        let lengths = OffsetBuffer::from_lengths([counts.len()]);
        let counts = ListArray::new(Arc::new(Field::new_list_field(DataType::Int64, true)), lengths, counts, None);
        Ok(vec![ScalarValue::List(values), ScalarValue::List(Arc::new(counts))])
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.bytes
    }
}
