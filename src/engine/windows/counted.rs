//! An aggregate over windows, whose values are packed or counted.

use std::mem::size_of_val;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::error::Result;
use datafusion::logical_expr::expr::WindowFunctionParams;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, ReversedUDAF, SetMonotonicity, Signature,
};
use datafusion::scalar::ScalarValue;

use super::packed::{packed, packed_type, unpacked_type};
use super::room::Room;

/// What becomes of the values of an aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Values {
    /// Frames are whole partitions: one value for all of their rows.
    Packed,
    /// The same of values that rows share as they are.
    Shared,
    /// Each row has its own.
    Counted,
}

/// The aggregate.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct OverWindows {
    pub(super) aggregate: Arc<AggregateUDF>,
    pub(super) values: Values,
}

impl OverWindows {
    /// The field as the aggregate itself knows it.
    fn plain(&self, field: &FieldRef) -> FieldRef {
        match self.values {
            Values::Packed => retyped(field, unpacked_type(field.data_type()).clone()),
            Values::Shared | Values::Counted => Arc::clone(field),
        }
    }

    fn accumulating(&self, inner: Box<dyn Accumulator>) -> Box<dyn Accumulator> {
        let room = Room::here().filter(|_| self.values == Values::Counted);
        Box::new(Accumulating { inner, function: self.aggregate.name().to_owned(), values: self.values, room })
    }
}

fn retyped(field: &FieldRef, of: DataType) -> FieldRef {
    Arc::new(Field::clone(field).with_data_type(of))
}

impl AggregateUDFImpl for OverWindows {
    fn name(&self) -> &str {
        self.aggregate.name()
    }

    fn aliases(&self) -> &[String] {
        self.aggregate.aliases()
    }

    fn window_function_schema_name(&self, params: &WindowFunctionParams) -> Result<String> {
        self.aggregate.window_function_schema_name(params)
    }

    fn window_function_display_name(&self, params: &WindowFunctionParams) -> Result<String> {
        self.aggregate.window_function_display_name(params)
    }

    fn signature(&self) -> &Signature {
        self.aggregate.signature()
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        self.aggregate.coerce_types(given)
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        let of = self.aggregate.return_type(given)?;
        Ok(if self.values == Values::Packed { packed_type(of) } else { of })
    }

    fn return_field(&self, given: &[FieldRef]) -> Result<FieldRef> {
        let field = self.aggregate.return_field(given)?;
        Ok(if self.values == Values::Packed { retyped(&field, packed_type(field.data_type().clone())) } else { field })
    }

    fn is_nullable(&self) -> bool {
        self.aggregate.is_nullable()
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let return_field = self.plain(&args.return_field);
        Ok(self.accumulating(self.aggregate.accumulator(AccumulatorArgs { return_field, ..args })?))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let return_field = self.plain(&args.return_field);
        Ok(self.accumulating(self.aggregate.create_sliding_accumulator(AccumulatorArgs { return_field, ..args })?))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        self.aggregate.state_fields(StateFieldsArgs { return_field: self.plain(&args.return_field), ..args })
    }

    /// Backwards the rows would come in another order, and what is put together of them too.
    fn reverse_expr(&self) -> ReversedUDAF {
        match self.aggregate.reverse_udf() {
            ReversedUDAF::Identical => ReversedUDAF::Identical,
            _ => ReversedUDAF::NotSupported,
        }
    }

    fn default_value(&self, of: &DataType) -> Result<ScalarValue> {
        match self.values {
            Values::Packed => Ok(packed(self.aggregate.default_value(unpacked_type(of))?)),
            Values::Shared | Values::Counted => self.aggregate.default_value(of),
        }
    }

    fn supports_null_handling_clause(&self) -> bool {
        self.aggregate.supports_null_handling_clause()
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.aggregate.documentation()
    }

    fn set_monotonicity(&self, of: &DataType) -> SetMonotonicity {
        self.aggregate.inner().set_monotonicity(of)
    }
}

/// What an aggregate comes to over a frame.
#[derive(Debug)]
struct Accumulating {
    inner: Box<dyn Accumulator>,
    function: String,
    values: Values,
    room: Option<Arc<Room>>,
}

impl Accumulator for Accumulating {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.update_batch(values)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.retract_batch(values)
    }

    fn supports_retract_batch(&self) -> bool {
        self.inner.supports_retract_batch()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.inner.merge_batch(states)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let value = self.inner.evaluate()?;
        if let Some(room) = &self.room {
            room.take(&self.function, &value)?;
        }
        Ok(if self.values == Values::Packed { packed(value) } else { value })
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.inner.state()
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.inner.size()
    }
}
