//! `sessionize`: rows of one after another as the sessions that they belong to.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type, IntervalMonthDayNanoType, IntervalUnit, TimeUnit};
use datafusion::common::{exec_err, plan_err};
use datafusion::error::Result;
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::window_doc_sections::DOC_SECTION_ANALYTICAL;
use datafusion::logical_expr::{Documentation, PartitionEvaluator, Signature, Volatility, WindowUDFImpl};

const SYNTAX: &str = "sessionize(time, gap) OVER (PARTITION BY … ORDER BY time)";

const DOC: &str = "The number of the session that a row belongs to, from 1 in each partition: a new one begins where a time \
    is further from the one before it than the gap. ORDER BY names the same time, ascending or descending. NULL, if the time \
    is: such a row belongs to no session, and ends none.";

/// The window function.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Sessionize {
    signature: Signature,
    documentation: Box<Documentation>,
}

impl Sessionize {
    pub(super) fn new() -> Self {
        let documentation = Documentation::builder(DOC_SECTION_ANALYTICAL, DOC, SYNTAX)
            .with_argument("time", "When a row happened.")
            .with_argument("gap", "The longest time between two rows of one session, such as INTERVAL '30 minutes'.")
            .build();
        Self { signature: Signature::user_defined(Volatility::Immutable), documentation: Box::new(documentation) }
    }
}

impl WindowUDFImpl for Sessionize {
    fn name(&self) -> &'static str {
        "sessionize"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let [time, gap] = given else {
            return plan_err!("{SYNTAX} takes 2 arguments, not {}", given.len());
        };
        let time = match time {
            DataType::Timestamp(..) => time.clone(),
            DataType::Date32 | DataType::Date64 | DataType::Null => DataType::Timestamp(TimeUnit::Microsecond, None),
            other => return plan_err!("{SYNTAX}: the time cannot be of type {other}; x::timestamp reads a text"),
        };
        match gap {
            DataType::Interval(_) | DataType::Duration(_) => {}
            DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => {}
            other => return plan_err!("{SYNTAX}: the gap cannot be of type {other}; INTERVAL '30 minutes' is one"),
        }
        Ok(vec![time, DataType::Interval(IntervalUnit::MonthDayNano)])
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), DataType::Int64, true)))
    }

    fn partition_evaluator(&self, _: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Sessions))
    }
}

/// The sessions of a partition.
#[derive(Debug)]
struct Sessions;

impl PartitionEvaluator for Sessions {
    fn evaluate_all(&mut self, values: &[ArrayRef], _: usize) -> Result<ArrayRef> {
        let (times, gaps) = (&values[0], values[1].as_primitive::<IntervalMonthDayNanoType>());
        let DataType::Timestamp(unit, _) = times.data_type() else {
            return exec_err!("{SYNTAX}: the time came as {}", times.data_type());
        };
        let nanos = match unit {
            TimeUnit::Second => 1_000_000_000,
            TimeUnit::Millisecond => 1_000_000,
            TimeUnit::Microsecond => 1_000,
            TimeUnit::Nanosecond => 1,
        };
        let times = cast(times, &DataType::Int64)?;
        let times = times.as_primitive::<Int64Type>();
        let mut numbered = Numbered::default();
        let number = |row: usize| {
            let time = times.is_valid(row).then(|| i128::from(times.value(row)) * nanos);
            let gap = gaps.is_valid(row).then(|| gaps.value(row));
            match (time, gap) {
                (None, _) => Ok(None),
                (Some(time), Some(gap)) if gap.months == 0 => {
                    let gap = i128::from(gap.days) * 86_400_000_000_000 + i128::from(gap.nanoseconds);
                    numbered.next(time, gap).map(Some)
                }
                (_, Some(_)) => exec_err!("{SYNTAX}: the gap has months, which are not all as long; count it in days"),
                (_, None) => exec_err!("{SYNTAX}: the gap is NULL"),
            }
        };
        Ok(Arc::new((0..times.len()).map(number).collect::<Result<Int64Array>>()?))
    }
}

/// The session at hand.
#[derive(Debug, Default)]
struct Numbered {
    last: Option<i128>,
    /// Whether times go up or down, once they did.
    ascending: Option<bool>,
    number: i64,
}

impl Numbered {
    /// The number of the session of the next time; both in nanoseconds.
    fn next(&mut self, time: i128, gap: i128) -> Result<i64> {
        if gap < 0 {
            return exec_err!("{SYNTAX}: the gap is negative");
        }
        let step = self.last.map(|last| time - last);
        if let Some(step) = step.filter(|step| *step != 0)
            && *self.ascending.get_or_insert(step > 0) != (step > 0)
        {
            return exec_err!("{SYNTAX}: the rows are not in the order of their time; ORDER BY has to name it first");
        }
        if step.is_none_or(|step| step.abs() > gap) {
            self.number += 1;
        }
        self.last = Some(time);
        Ok(self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(times: &[i128], gap: i128) -> Result<Vec<i64>> {
        let mut numbered = Numbered::default();
        times.iter().map(|time| numbered.next(*time, gap)).collect()
    }

    #[test]
    fn a_gap_that_is_longer_begins_a_session() {
        assert_eq!(numbers(&[0, 10, 20, 31, 31, 100], 10).unwrap(), [1, 1, 1, 2, 2, 3]);
        assert_eq!(numbers(&[100, 31, 31, 20, 10, 0], 10).unwrap(), [1, 2, 2, 3, 3, 3], "from the last to the first");
        assert_eq!(numbers(&[5, 5, 5], 0).unwrap(), [1, 1, 1]);
        assert_eq!(numbers(&[-5, -4], 0).unwrap(), [1, 2]);
    }

    #[test]
    fn times_in_no_order_and_gaps_below_nothing_are_errors() {
        assert!(numbers(&[1, 2, 1], 10).unwrap_err().to_string().contains("not in the order"));
        assert!(numbers(&[3, 2, 4], 10).unwrap_err().to_string().contains("not in the order"));
        assert!(numbers(&[3], -1).unwrap_err().to_string().contains("negative"));
    }
}
