//! `sum`, which adds up in twice the width and looks whether the total fits.
//!
//! It is DataFusion's own aggregate over numbers of twice the width: whole numbers and durations are added up as decimals of
//! 128 bits, those decimals as ones of 256, which no number of rows that fits a machine can exceed. Only totals are cut down
//! again, so a total in range is right whatever the order of its rows.

use std::mem::size_of_val;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use arrow::datatypes::{DECIMAL128_MAX_PRECISION, DataType, Field, FieldRef, Int64Type};
use datafusion::common::exec_err;
use datafusion::error::Result;
use datafusion::functions_aggregate::sum::SlidingDistinctSumAccumulator;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator, ReversedUDAF,
    SetMonotonicity, Signature,
};
use datafusion::scalar::ScalarValue;

use super::wide::{Narrowing, wide, widened};

/// The aggregate.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Sum {
    /// The engine's own.
    pub(super) engines: Arc<AggregateUDF>,
}

/// The total in another type.
fn in_the_wide(args: &AccumulatorArgs<'_>, wide: DataType) -> FieldRef {
    Arc::new(Field::new(args.return_field.name(), wide, true))
}

impl AggregateUDFImpl for Sum {
    fn name(&self) -> &str {
        self.engines.name()
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
        let Some(wide) = wide(args.return_field.data_type()) else { return self.engines.accumulator(args) };
        let narrowing = Narrowing::of(&args);
        Ok(Box::new(One {
            inner: self.engines.accumulator(AccumulatorArgs { return_field: in_the_wide(&args, wide), ..args })?,
            narrowing,
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        match wide(args.return_field.data_type()) {
            Some(wide) => {
                let return_field = Arc::new(Field::new(args.return_field.name(), wide, true));
                self.engines.state_fields(StateFieldsArgs { return_field, ..args })
            }
            None => self.engines.state_fields(args),
        }
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        self.engines.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        let Some(wide) = wide(args.return_field.data_type()) else {
            return self.engines.create_groups_accumulator(args);
        };
        let narrowing = Narrowing::of(&args);
        Ok(Box::new(Groups {
            inner: self
                .engines
                .create_groups_accumulator(AccumulatorArgs { return_field: in_the_wide(&args, wide), ..args })?,
            narrowing,
        }))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let of = args.return_field.data_type();
        let narrowing = Narrowing::of(&args);
        match wide(of) {
            // The engine has one for this type alone.
            Some(_) if args.is_distinct && *of == DataType::Int64 => {
                Ok(Box::new(Distinct { inner: SlidingDistinctSumAccumulator::try_new(of)?, met: 0, narrowing }))
            }
            Some(wide) if !args.is_distinct => Ok(Box::new(One {
                inner: self
                    .engines
                    .create_sliding_accumulator(AccumulatorArgs { return_field: in_the_wide(&args, wide), ..args })?,
                narrowing,
            })),
            _ => self.engines.create_sliding_accumulator(args),
        }
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn set_monotonicity(&self, of: &DataType) -> SetMonotonicity {
        self.engines.inner().set_monotonicity(of)
    }
}

/// The total of some rows, or of those in a frame.
#[derive(Debug)]
struct One {
    inner: Box<dyn Accumulator>,
    narrowing: Narrowing,
}

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.update_batch(&widened(values)?)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.inner.merge_batch(states)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.narrowing.total(&self.inner.evaluate()?)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.inner.state()
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.inner.size()
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.retract_batch(&widened(values)?)
    }

    fn supports_retract_batch(&self) -> bool {
        self.inner.supports_retract_batch()
    }
}

/// The totals of groups.
struct Groups {
    inner: Box<dyn GroupsAccumulator>,
    narrowing: Narrowing,
}

impl GroupsAccumulator for Groups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.inner.update_batch(&widened(values)?, group_indices, opt_filter, total_num_groups)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        self.narrowing.narrowed(&self.inner.evaluate(emit_to)?)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        self.inner.state(emit_to)
    }

    fn merge_batch(&mut self, states: &[ArrayRef], group_indices: &[usize], total_num_groups: usize) -> Result<()> {
        self.inner.merge_batch(states, group_indices, total_num_groups)
    }

    fn convert_to_state(&self, values: &[ArrayRef], opt_filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        self.inner.convert_to_state(&widened(values)?, opt_filter)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.inner.size()
    }
}

/// The total of the distinct numbers in a frame. The engine's own keeps it modulo 2^64, so it is asked only as long as all numbers
/// together cannot leave the range; then the numbers are.
#[derive(Debug)]
struct Distinct {
    inner: SlidingDistinctSumAccumulator,
    /// How far from zero the numbers that were met can lead.
    met: u128,
    narrowing: Narrowing,
}

impl Accumulator for Distinct {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if let [numbers] = values
            && let Some(numbers) = numbers.as_primitive_opt::<Int64Type>()
        {
            self.met += numbers.iter().flatten().map(|number| u128::from(number.unsigned_abs())).sum::<u128>();
        }
        self.inner.update_batch(values)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.met = u128::MAX;
        self.inner.merge_batch(states)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if self.met <= u128::from(i64::MAX.unsigned_abs()) {
            return self.inner.evaluate();
        }
        let states = self.inner.state()?;
        let [ScalarValue::List(numbers)] = states.as_slice() else { return exec_err!("the state of sum is a list") };
        let numbers = numbers.value(0);
        let total = numbers.as_primitive::<Int64Type>().iter().flatten().map(i128::from).sum::<i128>();
        let total = (!numbers.is_empty()).then_some(total);
        self.narrowing.total(&ScalarValue::Decimal128(total, DECIMAL128_MAX_PRECISION, 0))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.inner.state()
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.inner.size()
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.retract_batch(values)
    }

    fn supports_retract_batch(&self) -> bool {
        self.inner.supports_retract_batch()
    }
}
