//! `string_agg` and `array_agg`, with two things set right. How values are put together is DataFusion's own.
//!
//! DataFusion makes a `LargeUtf8` of `string_agg`, of which each row of a column has a copy. Where many rows have the same text, over a
//! window, beside a join, as the answer of a subquery, that is its length times their number: a list of 50,000 names beside each of them
//! was 90 GB, which ended the program. Of a `Utf8View`, the type that texts have here, rows share the text.
//!
//! What two aggregates are ordered by it reads once, and one of them backwards if they are each other's reverse. Distinct values are
//! put in order when all of them are there, and it forgets (55.2) to turn that order round again.

use std::mem::size_of_val;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::error::Result;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::functions_aggregate::array_agg::array_agg_udaf;
use datafusion::functions_aggregate::string_agg::string_agg_udaf;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator, ReversedUDAF, Signature,
};
use datafusion::physical_expr::PhysicalSortExpr;
use datafusion::scalar::ScalarValue;

/// Puts them in the place of the engine's own, unless a host has others of their names.
pub(crate) fn register(state: &mut SessionState) -> Result<()> {
    for (engines, makes) in [(array_agg_udaf(), Makes::Lists), (string_agg_udaf(), Makes::Texts)] {
        if state.aggregate_functions().get(engines.name()).is_some_and(|known| **known == *engines) {
            state.register_udaf(Arc::new(AggregateUDF::from(Gathered { engines, makes })))?;
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Makes {
    Lists,
    Texts,
}

/// The aggregate.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Gathered {
    /// The engine's own.
    engines: Arc<AggregateUDF>,
    makes: Makes,
}

impl Gathered {
    /// The same of another one of the engine.
    fn with(&self, engines: Arc<AggregateUDF>) -> Self {
        Self { engines, makes: self.makes }
    }

    /// The call as the engine's own aggregate knows it.
    fn of_engine<'a>(&self, mut args: AccumulatorArgs<'a>) -> AccumulatorArgs<'a> {
        if self.makes == Makes::Texts {
            args.return_field = Arc::new(Field::new(args.return_field.name(), DataType::LargeUtf8, true));
        }
        args
    }
}

impl AggregateUDFImpl for Gathered {
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
        match self.makes {
            Makes::Lists => self.engines.return_type(given),
            Makes::Texts => Ok(DataType::Utf8View),
        }
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let mut args = self.of_engine(args);
        let in_order: Vec<PhysicalSortExpr>;
        if args.is_distinct && args.is_reversed {
            in_order = args.order_bys.iter().map(PhysicalSortExpr::reverse).collect();
            (args.order_bys, args.is_reversed) = (&in_order, false);
        }
        let of_engine = self.engines.accumulator(args)?;
        Ok(match self.makes {
            Makes::Lists => of_engine,
            Makes::Texts => Box::new(One(of_engine)),
        })
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        self.engines.state_fields(args)
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        self.engines.groups_accumulator_supported(self.of_engine(args))
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        let of_engine = self.engines.create_groups_accumulator(self.of_engine(args))?;
        Ok(match self.makes {
            Makes::Lists => of_engine,
            Makes::Texts => Box::new(Groups(of_engine)),
        })
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        match self.engines.reverse_udf() {
            ReversedUDAF::Reversed(engines) => ReversedUDAF::Reversed(Arc::new(self.with(engines).into())),
            other => other,
        }
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        self.engines.order_sensitivity()
    }

    fn with_beneficial_ordering(self: Arc<Self>, is_in_order: bool) -> Result<Option<Arc<dyn AggregateUDFImpl>>> {
        let engines = AggregateUDF::clone(&self.engines).with_beneficial_ordering(is_in_order)?;
        Ok(engines.map(|engines| Arc::new(self.with(Arc::new(engines))) as Arc<dyn AggregateUDFImpl>))
    }

    fn supports_null_handling_clause(&self) -> bool {
        self.engines.supports_null_handling_clause()
    }
}

/// The text of some rows.
#[derive(Debug)]
struct One(Box<dyn Accumulator>);

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0.update_batch(values)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.0.merge_batch(states)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        match self.0.evaluate()? {
            ScalarValue::LargeUtf8(text) => Ok(ScalarValue::Utf8View(text)),
            other => other.cast_to(&DataType::Utf8View),
        }
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.0.state()
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.0.size()
    }
}

/// The texts of groups.
struct Groups(Box<dyn GroupsAccumulator>);

impl GroupsAccumulator for Groups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.0.update_batch(values, group_indices, opt_filter, total_num_groups)
    }

    /// The bytes stay where they are.
    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        Ok(cast(&self.0.evaluate(emit_to)?, &DataType::Utf8View)?)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        self.0.state(emit_to)
    }

    fn merge_batch(&mut self, states: &[ArrayRef], group_indices: &[usize], total_num_groups: usize) -> Result<()> {
        self.0.merge_batch(states, group_indices, total_num_groups)
    }

    fn convert_to_state(&self, values: &[ArrayRef], opt_filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        self.0.convert_to_state(values, opt_filter)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.0.size()
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray, RecordBatch};
    use arrow::util::display::array_value_to_string;
    use futures::TryStreamExt;

    use crate::engine::Engine;

    #[tokio::test]
    async fn its_text_is_as_ever() {
        let engine = Engine::builder().build().unwrap();
        let rows = "(VALUES (1, 'b', 1), (2, NULL, 1), (3, 'a', 2), (4, 'b', 2)) AS v(n, x, k)";
        for (expression, right) in [
            ("string_agg(x, ', ' ORDER BY n)", "b, a, b"),
            ("string_agg(x, ', ' ORDER BY n DESC)", "b, a, b"),
            ("string_agg(x, '' ORDER BY n DESC) || string_agg(x, '' ORDER BY n)", "babbab"),
            ("string_agg(DISTINCT x, ',' ORDER BY x)", "a,b"),
            ("string_agg(x, NULL ORDER BY n)", "bab"),
            ("string_agg(DISTINCT x, ',' ORDER BY x DESC) || string_agg(DISTINCT x, ',' ORDER BY x)", "b,aa,b"),
            ("string_agg(DISTINCT x, ',' ORDER BY x) || string_agg(DISTINCT x, ',' ORDER BY x DESC)", "a,bb,a"),
            ("string_agg(x, ',' ORDER BY x) || string_agg(DISTINCT x, ',' ORDER BY x DESC)", "a,b,bb,a"),
            (
                "array_to_string(array_agg(DISTINCT x ORDER BY x) || array_agg(DISTINCT x ORDER BY x DESC), ',', '-')",
                "a,b,-,-,b,a",
            ),
            ("array_to_string(array_agg(x ORDER BY n) || array_agg(x ORDER BY n DESC), ',')", "b,a,b,b,a,b"),
            ("array_agg(x ORDER BY n) IGNORE NULLS", "[b, a, b]"),
            ("array_agg(DISTINCT k ORDER BY k DESC)", "[2, 1]"),
            ("array_agg(x)", "[b, , a, b]"),
            ("string_agg(x, ',' ORDER BY n) FILTER (WHERE k = 2)", "a,b"),
            ("string_agg(x, ',') FILTER (WHERE k = 3)", ""),
            ("string_agg(n::text, ',' ORDER BY n)", "1,2,3,4"),
            ("length(string_agg(x, ','))", "5"),
            ("string_agg(x, ',' ORDER BY n) = 'b,a,b'", "true"),
            (
                "(SELECT string_agg(y, ';' ORDER BY k) FROM (SELECT k, string_agg(x, ',' ORDER BY n) y FROM v GROUP BY k))",
                "b;a,b",
            ),
        ] {
            let sql = format!("WITH v AS (SELECT * FROM {rows}) SELECT {expression} FROM v LIMIT 1");
            let rows: Vec<_> = engine.query(&sql).await.unwrap().stream.try_collect().await.unwrap();
            assert_eq!(array_value_to_string(rows[0].column(0), 0).unwrap(), right, "{sql}");
        }
    }

    #[tokio::test]
    async fn rows_beside_which_the_same_text_stands_share_it() {
        let engine = Engine::builder().build().unwrap();
        let rows = "(SELECT n, n % 2 AS k, 'text number ' || n AS x FROM generate_series(1, 9000) t(n)) AS v";
        for sql in [
            format!("SELECT n, string_agg(x, ',') OVER () FROM {rows}"),
            format!("SELECT n, string_agg(x, ',') OVER (PARTITION BY k) FROM {rows}"),
            format!("SELECT n, string_agg(x, ',') FILTER (WHERE n > 5) OVER () FROM {rows}"),
            format!("SELECT n, s FROM {rows} JOIN (SELECT k, string_agg(x, ',') s FROM {rows} GROUP BY k) g USING (k)"),
        ] {
            let rows: Vec<_> = engine.query(&sql).await.unwrap().stream.try_collect().await.unwrap();
            let count: usize = rows.iter().map(RecordBatch::num_rows).sum();
            assert_eq!(count, 9_000, "{sql}");
            for rows in rows {
                let texts = rows.column(1).as_string_view();
                assert!(texts.lengths().all(|length| length > 70_000), "{sql}");
                assert!(texts.get_buffer_memory_size() < 4 << 20, "{sql}: {}", texts.get_buffer_memory_size());
            }
        }
    }
}
