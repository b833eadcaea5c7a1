//! `avg` of durations, which adds up in twice the width.
//!
//! DataFusion adds up the nanoseconds of durations in 64 bits, which are 292 years: the mean age of some thousand sign-ins came out as
//! another number, or ended the program where additions are checked. A mean itself always fits. All else is DataFusion's own.

use std::mem::size_of_val;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DECIMAL128_MAX_PRECISION, DataType, Decimal128Type, Field, FieldRef, Int64Type};
use datafusion::common::exec_err;
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, GroupsAccumulator, ReversedUDAF, Signature,
};
use datafusion::scalar::ScalarValue;

use super::wide::{Narrowing, widened};

/// The aggregate.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Avg {
    /// The engine's own.
    pub(super) engines: Arc<AggregateUDF>,
}

fn is_own(args: &AccumulatorArgs<'_>) -> bool {
    matches!(args.return_field.data_type(), DataType::Duration(_)) && !args.is_distinct
}

impl AggregateUDFImpl for Avg {
    fn name(&self) -> &str {
        self.engines.name()
    }

    fn aliases(&self) -> &[String] {
        self.engines.aliases()
    }

    fn signature(&self) -> &Signature {
        self.engines.signature()
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.engines.documentation()
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        self.engines.return_type(given)
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if !is_own(&args) {
            return self.engines.accumulator(args);
        }
        Ok(Box::new(Mean { total: 0, count: 0, narrowing: Narrowing::of(&args) }))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        if !matches!(args.return_field.data_type(), DataType::Duration(_)) || args.is_distinct {
            return self.engines.state_fields(args);
        }
        let field = |what: &str, of: DataType| Arc::new(Field::new(format!("{}[{what}]", args.name), of, false));
        Ok(vec![field("total", DataType::Decimal128(DECIMAL128_MAX_PRECISION, 0)), field("count", DataType::Int64)])
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        !is_own(&args) && self.engines.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        self.engines.create_groups_accumulator(args)
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if is_own(&args) { self.accumulator(args) } else { self.engines.create_sliding_accumulator(args) }
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// The mean of some durations.
#[derive(Debug)]
struct Mean {
    total: i128,
    count: i64,
    narrowing: Narrowing,
}

impl Mean {
    /// What durations add up to, and how many they are.
    fn of(values: &[ArrayRef]) -> Result<(i128, i64)> {
        let durations = widened(values)?;
        let [durations] = durations.as_slice() else { return exec_err!("avg takes one column") };
        let durations = durations.as_primitive::<Decimal128Type>();
        let count = durations.len() - durations.null_count();
        Ok((durations.iter().flatten().sum(), i64::try_from(count).unwrap_or(i64::MAX)))
    }
}

impl Accumulator for Mean {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (total, count) = Self::of(values)?;
        (self.total, self.count) = (self.total + total, self.count + count);
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (total, count) = Self::of(values)?;
        (self.total, self.count) = (self.total - total, self.count - count);
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [totals, counts] = states else { return exec_err!("the state of avg is a total and a count") };
        self.total += totals.as_primitive::<Decimal128Type>().iter().flatten().sum::<i128>();
        self.count += counts.as_primitive::<Int64Type>().iter().flatten().sum::<i64>();
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mean = self.total.checked_div(i128::from(self.count));
        self.narrowing.total(&ScalarValue::Decimal128(mean, DECIMAL128_MAX_PRECISION, 0))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let total = ScalarValue::Decimal128(Some(self.total), DECIMAL128_MAX_PRECISION, 0);
        Ok(vec![total, ScalarValue::Int64(Some(self.count))])
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}
