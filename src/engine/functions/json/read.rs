//! What a text of JSON says as a number or a boolean, where it is compared with one: 5 and "5" are 5, true and "True" are true. What
//! says nothing of the kind is NULL, not an error: records differ.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray, BooleanArray, Decimal128Array, Float64Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::{DFSchema, exec_err};
use datafusion::error::Result;
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    cast as cast_to,
};

use super::step::is_step;
use crate::predicate::READ_JSON;

/// Whole numbers with half a digit more: enough to tell before, at and behind each of them, as `double` is not for the large ones.
const WHOLE: DataType = DataType::Decimal128(38, 1);

/// Reads steps as what stands beside them is. Whether there was something to be read.
pub(super) fn alike<'a>(sides: impl IntoIterator<Item = &'a mut Expr>, schema: &DFSchema) -> bool {
    let (mut steps, others): (Vec<_>, Vec<_>) = sides.into_iter().partition(|side| is_step(side, schema));
    if steps.is_empty() {
        return false;
    }
    let others: Vec<DataType> = others.iter().filter_map(|side| side.get_type(schema).ok()).collect();
    steps.iter_mut().fold(false, |changed, step| reading(step, schema, &others) | changed)
}

/// Reads a step beside a list as the elements of that are; those among the elements of a list that is written out as what stands
/// beside it, which is then what they are.
pub(in crate::engine::functions) fn beside_list(value: &mut Expr, list: &mut Expr, schema: &DFSchema) {
    match list {
        Expr::ScalarFunction(call) if call.func.name() == "make_array" => {
            let is_asked = is_step(value, schema);
            let changed = alike(std::iter::once(&mut *value).chain(&mut call.args), schema);
            if let Some(of) = elements_of(list, schema).filter(|_| changed && !is_asked) {
                *value = cast_to(std::mem::take(value), of);
            }
        }
        list => {
            elements_of(list, schema).iter().for_each(|of| {
                reading(value, schema, std::slice::from_ref(of));
            });
        }
    }
}

/// The type of the elements of a list.
fn elements_of(list: &Expr, schema: &DFSchema) -> Option<DataType> {
    match list.get_type(schema).ok()? {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            Some(item.data_type().clone())
        }
        _ => None,
    }
}

/// Reads a step that stands where true or false is wanted.
pub(super) fn condition(expr: &mut Expr, schema: &DFSchema) -> bool {
    reading(expr, schema, &[DataType::Boolean])
}

/// Reads a step as those types want it. Whether it is one, and they do.
pub(super) fn reading(expr: &mut Expr, schema: &DFSchema, others: &[DataType]) -> bool {
    let Some(function) = wanted(others).filter(|_| is_step(expr, schema)) else { return false };
    *expr = function.call(vec![std::mem::take(expr)]);
    true
}

/// What reads a text as those types are, if it is not to be compared as a text.
fn wanted(others: &[DataType]) -> Option<&'static ScalarUDF> {
    static READERS: LazyLock<[ScalarUDF; 3]> =
        LazyLock::new(|| [DataType::Float64, WHOLE, DataType::Boolean].map(Read::of));
    let [floating, whole, flag] = &*READERS;
    let any = |test: fn(&DataType) -> bool| others.iter().any(test);
    if any(DataType::is_string) {
        None
    } else if any(|of| of.is_numeric() && !of.is_integer()) {
        Some(floating)
    } else if any(DataType::is_integer) {
        Some(whole)
    } else {
        any(|of| *of == DataType::Boolean).then_some(flag)
    }
}

/// The function. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Read {
    to: DataType,
    signature: Signature,
}

impl Read {
    fn of(to: DataType) -> ScalarUDF {
        ScalarUDF::from(Self { to, signature: Signature::any(1, Volatility::Immutable) })
    }
}

impl ScalarUDFImpl for Read {
    fn name(&self) -> &'static str {
        READ_JSON
    }

    /// It is called as what it reads.
    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let [of] = args else { return exec_err!("one text") };
        Ok(of.schema_name().to_string())
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.to.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        make_scalar_function(|texts| self.read(&texts[0]), Vec::new())(&args.args)
    }
}

impl Read {
    fn read(&self, texts: &ArrayRef) -> Result<ArrayRef> {
        let texts = cast(texts, &DataType::Utf8View)?;
        let texts = texts.as_string_view().iter();
        Ok(match self.to {
            DataType::Boolean => Arc::new(texts.map(|text| flag(text?)).collect::<BooleanArray>()),
            DataType::Float64 => Arc::new(texts.map(|text| number(text?)).collect::<Float64Array>()),
            _ => {
                let numbers = texts.map(|text| whole(text?)).collect::<Decimal128Array>();
                Arc::new(numbers.with_data_type(self.to.clone()))
            }
        })
    }
}

fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Option<f64> {
    // `inf` and `nan` are words.
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Tenths: those of a whole number, or the half between the two beside it.
#[expect(clippy::cast_possible_truncation, reason = "what is larger than all whole numbers of SQL stays that")]
fn whole(text: &str) -> Option<i128> {
    const MOST: i128 = 10_i128.pow(38) - 1;
    if let Ok(whole) = text.trim().parse::<i64>() {
        return Some(i128::from(whole) * 10);
    }
    let number = number(text)?;
    let half = if number.fract() == 0.0 { 0 } else { 5 };
    // An unsigned one, digit by digit.
    let floor = text.trim().parse::<u64>().map_or(number.floor() as i128, i128::from);
    Some(floor.saturating_mul(10).saturating_add(half).clamp(-MOST, MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_before_at_or_behind_each_whole_number() {
        for (text, tenths) in [
            ("5", Some(50)),
            (" -5 ", Some(-50)),
            ("5.0", Some(50)),
            ("5.4", Some(55)),
            ("-5.4", Some(-55)),
            ("4.999999999999999", Some(45)),
            ("1e3", Some(10_000)),
            ("1E-3", Some(5)),
            ("9007199254740993", Some(90_071_992_547_409_930)),
            ("18446744073709551615", Some(184_467_440_737_095_516_150)),
            ("1e300", Some(10_i128.pow(38) - 1)),
            ("-1e300", Some(1 - 10_i128.pow(38))),
            ("1e999", None),
            ("NaN", None),
            ("inf", None),
            ("true", None),
            ("", None),
            ("{}", None),
            ("5 apples", None),
        ] {
            assert_eq!(whole(text), tenths, "{text}");
        }
    }

    #[test]
    fn true_and_false_are_read_in_any_case() {
        for (text, said) in [("true", Some(true)), ("False", Some(false)), ("1", None), ("", None), ("yes", None)] {
            assert_eq!(flag(text), said, "{text}");
        }
    }
}
