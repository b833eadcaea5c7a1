//! How large the result of a function can become, from its arguments: a table of functions and rules.
//!
//! A rule is an upper bound for one row, in bytes. It may be far above the truth where a pattern decides; such calls are
//! made in parts and what they make is counted.

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Int64Type, IntervalMonthDayNanoType, IntervalUnit, TimeUnit};
use datafusion::error::Result;
use datafusion::logical_expr::ColumnarValue;

/// A function and its rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    /// Bytes of the result for a row.
    pub(super) size: fn(&Args, usize) -> u64,
}

const fn rule(name: &'static str, size: fn(&Args, usize) -> u64) -> Rule {
    Rule { name, size }
}

/// Every function that makes more than a small multiple of what it is given.
pub(super) static RULES: &[Rule] = &[
    rule("repeat", times),
    rule("lpad", padded),
    rule("rpad", padded),
    rule("replace", replaced),
    rule("regexp_replace", replaced_by_pattern),
    rule("concat", all),
    rule("concat_ws", all_joined),
    rule("||", all),
    rule("array_concat", all),
    rule("array_append", all),
    rule("array_prepend", all),
    rule("array_to_string", items_joined),
    rule("array_repeat", times),
    rule("array_resize", resized),
    rule("array_replace", items_replaced),
    rule("array_replace_n", items_replaced),
    rule("array_replace_all", items_replaced),
    rule("range", series),
    rule("generate_series", series),
];

/// Bytes of an item of a list besides what it points to; of a number as text.
const ITEM: u64 = 24;
/// The longest character.
const CHARACTER: u64 = 4;
const SECOND: u64 = 1_000_000_000;

fn times(args: &Args, row: usize) -> u64 {
    args.bytes(0, row).max(1).saturating_mul(args.count(1, row))
}

fn padded(args: &Args, row: usize) -> u64 {
    args.count(1, row).saturating_mul(CHARACTER)
}

fn replaced(args: &Args, row: usize) -> u64 {
    let (text, part) = (args.bytes(0, row), args.bytes(1, row).max(1));
    (text / part + 1).saturating_mul(args.bytes(2, row)).saturating_add(text)
}

/// A pattern can match at each place, and a replacement can quote what was matched.
fn replaced_by_pattern(args: &Args, row: usize) -> u64 {
    let text = args.bytes(0, row);
    let quotes = 1 + args.signs(2, row, b"\\$");
    text.saturating_mul(quotes).saturating_add((text + 1).saturating_mul(args.bytes(2, row)))
}

fn all(args: &Args, row: usize) -> u64 {
    (0..args.0.len()).fold(0, |sum: u64, arg| sum.saturating_add(args.bytes(arg, row)))
}

fn all_joined(args: &Args, row: usize) -> u64 {
    all(args, row).saturating_add(args.bytes(0, row).saturating_mul(args.0.len() as u64))
}

fn items_joined(args: &Args, row: usize) -> u64 {
    let items = args.items(0, row);
    args.bytes(0, row).saturating_add(items.saturating_mul(args.bytes(1, row) + args.bytes(2, row) + ITEM))
}

fn resized(args: &Args, row: usize) -> u64 {
    args.count(1, row).saturating_mul(args.bytes(2, row).max(ITEM)).saturating_add(args.bytes(0, row))
}

fn items_replaced(args: &Args, row: usize) -> u64 {
    args.bytes(0, row).saturating_add(args.items(0, row).saturating_mul(args.bytes(2, row)))
}

/// Numbers, or times with a step of months, days and parts of a day.
fn series(args: &Args, row: usize) -> u64 {
    let (from, to) =
        if args.0.len() == 1 { (0, args.number(0, row)) } else { (args.number(0, row), args.number(1, row)) };
    let span = from.abs_diff(to);
    let items = match args.0.get(2) {
        Some(step) if step.is_interval() => {
            let seconds = (u128::from(span) + 1) * u128::from(SECOND);
            u64::try_from(seconds / u128::from(step.nanoseconds(row).max(1))).unwrap_or(u64::MAX)
        }
        Some(_) => span / args.number(2, row).unsigned_abs().max(1),
        None => span,
    };
    items.saturating_add(1).saturating_mul(8)
}

/// The arguments of a call.
pub(super) struct Args(Vec<Arg>);

/// An argument: a value for each row, or one for all.
struct Arg {
    values: ArrayRef,
    is_constant: bool,
    /// As whole numbers, or seconds, where it can be counted with.
    numbers: Option<Int64Array>,
}

impl Args {
    pub(super) fn new(args: &[ColumnarValue]) -> Result<Self> {
        let args = args.iter().map(|arg| {
            let (values, is_constant) = match arg {
                ColumnarValue::Array(array) => (ArrayRef::clone(array), false),
                ColumnarValue::Scalar(value) => (value.to_array_of_size(1)?, true),
            };
            Ok(Arg { numbers: numbers(&values), values, is_constant })
        });
        args.collect::<Result<_>>().map(Self)
    }

    fn bytes(&self, arg: usize, row: usize) -> u64 {
        self.0.get(arg).map_or(0, |arg| arg.bytes(row))
    }

    fn items(&self, arg: usize, row: usize) -> u64 {
        self.0.get(arg).map_or(0, |arg| arg.items(row))
    }

    fn number(&self, arg: usize, row: usize) -> i64 {
        self.0.get(arg).map_or(0, |arg| arg.number(row))
    }

    /// A number that counts something: none below zero.
    fn count(&self, arg: usize, row: usize) -> u64 {
        u64::try_from(self.number(arg, row)).unwrap_or(0)
    }

    /// How often one of some signs stands in a text.
    fn signs(&self, arg: usize, row: usize, signs: &[u8]) -> u64 {
        let Some(arg) = self.0.get(arg) else { return 0 };
        let at = arg.at(row);
        let text = match arg.values.data_type() {
            DataType::Utf8 => arg.values.as_string::<i32>().value(at),
            DataType::LargeUtf8 => arg.values.as_string::<i64>().value(at),
            DataType::Utf8View => arg.values.as_string_view().value(at),
            _ => return 0,
        };
        text.bytes().filter(|byte| signs.contains(byte)).count() as u64
    }
}

/// Whole numbers as they are, times as seconds. What is too large for either counts as the largest.
fn numbers(values: &ArrayRef) -> Option<Int64Array> {
    let kind = values.data_type();
    let safe = CastOptions { safe: true, ..CastOptions::default() };
    let seconds = DataType::Timestamp(TimeUnit::Second, None);
    let values = match kind {
        DataType::Date32 | DataType::Date64 => cast_with_options(values, &seconds, &safe).ok()?,
        DataType::Timestamp(_, zone) => {
            cast_with_options(values, &DataType::Timestamp(TimeUnit::Second, zone.clone()), &safe).ok()?
        }
        kind if kind.is_numeric() => ArrayRef::clone(values),
        _ => return None,
    };
    let numbers = cast_with_options(&values, &DataType::Int64, &safe).ok()?;
    Some(numbers.as_primitive::<Int64Type>().clone())
}

impl Arg {
    fn at(&self, row: usize) -> usize {
        if self.is_constant { 0 } else { row }
    }

    fn number(&self, row: usize) -> i64 {
        let at = self.at(row);
        match &self.numbers {
            _ if self.values.is_null(at) => 0,
            Some(numbers) if numbers.is_null(at) => i64::MAX,
            Some(numbers) => numbers.value(at),
            None => 0,
        }
    }

    fn items(&self, row: usize) -> u64 {
        let at = self.at(row);
        match self.values.data_type() {
            _ if self.values.is_null(at) => 0,
            DataType::List(_) => u64::try_from(self.values.as_list::<i32>().value_length(at)).unwrap_or(0),
            DataType::LargeList(_) => u64::try_from(self.values.as_list::<i64>().value_length(at)).unwrap_or(0),
            DataType::FixedSizeList(_, size) => u64::try_from(*size).unwrap_or(0),
            _ => 0,
        }
    }

    fn bytes(&self, row: usize) -> u64 {
        let at = self.at(row);
        if self.values.is_null(at) {
            return 0;
        }
        let bytes = match self.values.data_type() {
            DataType::Utf8 => self.values.as_string::<i32>().value(at).len(),
            DataType::LargeUtf8 => self.values.as_string::<i64>().value(at).len(),
            DataType::Utf8View => self.values.as_string_view().value(at).len(),
            DataType::Binary => self.values.as_binary::<i32>().value(at).len(),
            DataType::LargeBinary => self.values.as_binary::<i64>().value(at).len(),
            DataType::BinaryView => self.values.as_binary_view().value(at).len(),
            DataType::List(_) => return self.items(row).saturating_mul(average(self.values.as_list::<i32>().values())),
            DataType::LargeList(_) => {
                return self.items(row).saturating_mul(average(self.values.as_list::<i64>().values()));
            }
            DataType::FixedSizeList(..) => {
                return self.items(row).saturating_mul(average(self.values.as_fixed_size_list().values()));
            }
            kind => kind.primitive_width().unwrap_or_else(|| self.values.get_array_memory_size() / self.values.len()),
        };
        bytes as u64
    }

    fn is_interval(&self) -> bool {
        matches!(self.values.data_type(), DataType::Interval(IntervalUnit::MonthDayNano))
    }

    /// The length of a step of times; a month as its shortest.
    fn nanoseconds(&self, row: usize) -> u64 {
        const DAY: u64 = 86_400 * SECOND;
        let step = self.values.as_primitive::<IntervalMonthDayNanoType>().value(self.at(row));
        let days = u64::from(step.months.unsigned_abs()) * 28 + u64::from(step.days.unsigned_abs());
        days.saturating_mul(DAY).saturating_add(step.nanoseconds.unsigned_abs())
    }
}

/// Bytes of an item, of all that lists hold together.
fn average(items: &ArrayRef) -> u64 {
    let one = items.data_type().primitive_width().unwrap_or_else(|| items.get_array_memory_size() / items.len().max(1));
    one.max(1) as u64
}
