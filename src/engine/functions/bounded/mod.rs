//! Functions that make large values from small arguments, kept within what a query may use.
//!
//! `repeat('x', 2000000000)` is 24 bytes of text; the memory limit counts what operators hold, not what a function is
//! about to make. So each such function says beforehand how large a row's result can become ([`sizes`]), and calls are cut
//! into runs of rows that fit. What one row, or all rows of a batch together, would exceed is a typed error.

mod concat;
mod sizes;

use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::{DataType, FieldRef};
use datafusion::common::config::ConfigOptions;
use datafusion::error::Result;
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::planner::ExprPlanner;
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};

use crate::engine::error::Error;
use crate::engine::error::Part;
use crate::engine::error::limits::MOST_TYPES;
use crate::engine::runtime::options;
use sizes::{Args, RULES, Rule};

/// The part of the memory limit that one call for one batch may make.
const SHARE: usize = 4;
/// And the most of it: longer texts than this cannot be addressed.
const MOST: usize = 1 << 30;

/// Functions that read the name of a type from their second argument.
const OF_TYPES: &[&str] = &["arrow_cast", "arrow_try_cast"];

/// Bounds the functions of a session.
pub(crate) fn bound(state: &mut SessionState) -> Result<()> {
    let typed = OF_TYPES.iter().map(|name| (*name, None));
    for (name, rule) in RULES.iter().map(|rule| (rule.name, Some(rule))).chain(typed) {
        let Some(inner) = state.scalar_functions().get(name).map(Arc::clone) else { continue };
        state.register_udf(Arc::new(ScalarUDF::from(Bounded { inner, rule })))?;
    }
    Ok(())
}

/// What makes a function of `||`, to be asked before DataFusion's own planners.
pub(crate) fn planner() -> Arc<dyn ExprPlanner> {
    Arc::new(concat::Planner)
}

/// A function with a rule.
fn bounded(inner: Arc<ScalarUDF>, name: &str) -> Arc<ScalarUDF> {
    let rule = RULES.iter().find(|rule| rule.name == name);
    Arc::new(ScalarUDF::from(Bounded { inner, rule }))
}

/// A function that refuses to make what is too large.
#[derive(Debug)]
struct Bounded {
    inner: Arc<ScalarUDF>,
    /// `None`: what is too large is the name of a type.
    rule: Option<&'static Rule>,
}

impl PartialEq for Bounded {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl Eq for Bounded {}

impl Hash for Bounded {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.hash(state);
    }
}

impl Bounded {
    fn checked(&self, rule: &Rule, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let limit = limit(&args.config_options);
        let rows =
            if args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_))) { 1 } else { args.number_rows };
        let values = Args::new(&args.args)?;
        let sizes: Vec<u64> = (0..rows).map(|row| (rule.size)(&values, row)).collect();
        if sizes.iter().fold(0, |all: u64, size| all.saturating_add(*size)) <= limit as u64 {
            return self.inner.invoke_with_args(args);
        }
        let too_much = || Error::TooMuch { function: rule.name, limit: limit >> 20 };
        let runs = runs(&sizes, limit as u64).ok_or_else(too_much)?;
        let mut made = 0;
        let mut parts: Vec<ArrayRef> = Vec::new();
        for run in runs {
            let part = self.inner.invoke_with_args(part(&args, &run))?.into_array(run.len())?;
            made += part.get_array_memory_size();
            if made > limit {
                return Err(too_much().into());
            }
            parts.push(part);
        }
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        Ok(ColumnarValue::Array(arrow::compute::concat(&parts)?))
    }
}

/// What one call may make, in bytes.
pub(crate) fn limit(config: &ConfigOptions) -> usize {
    (options::of(config).memory_limit / SHARE).min(MOST)
}

/// Runs of rows whose results fit; `None` if a row's does not. A constant is one row, which cannot be cut.
fn runs(sizes: &[u64], limit: u64) -> Option<Vec<Range<usize>>> {
    let mut runs = Vec::new();
    let (mut from, mut size) = (0, 0);
    for (row, one) in sizes.iter().enumerate() {
        if *one > limit {
            return None;
        }
        if size + one > limit {
            runs.push(from..row);
            (from, size) = (row, 0);
        }
        size += one;
    }
    runs.push(from..sizes.len());
    Some(runs)
}

/// The arguments of some of the rows.
fn part(args: &ScalarFunctionArgs, run: &Range<usize>) -> ScalarFunctionArgs {
    let cut = |arg: &ColumnarValue| match arg {
        ColumnarValue::Array(array) => ColumnarValue::Array(array.slice(run.start, run.len())),
        scalar @ ColumnarValue::Scalar(_) => scalar.clone(),
    };
    ScalarFunctionArgs { args: args.args.iter().map(cut).collect(), number_rows: run.len(), ..args.clone() }
}

/// Refuses the name of a type that is too deep to be read.
fn check_types(args: &ReturnFieldArgs<'_>) -> Result<(), Error> {
    let texts = args.scalar_arguments.iter().flatten().filter_map(|value| value.try_as_str().flatten());
    let deep = |text: &str| text.bytes().filter(|b| matches!(b, b'(' | b'<')).count() > MOST_TYPES;
    if texts
        .skip(usize::from(args.scalar_arguments.len() > 1 && args.scalar_arguments[0].is_some_and(is_text)))
        .any(deep)
    {
        return Err(Error::TooLarge(Part::Types));
    }
    Ok(())
}

fn is_text(value: &datafusion::scalar::ScalarValue) -> bool {
    value.try_as_str().flatten().is_some()
}

impl ScalarUDFImpl for Bounded {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        self.inner.schema_name(args)
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        if self.rule.is_none() {
            check_types(&args)?;
        }
        self.inner.return_field_from_args(args)
    }

    fn is_strict(&self) -> bool {
        self.inner.inner().is_strict()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match self.rule {
            Some(rule) => self.checked(rule, args),
            None => self.inner.invoke_with_args(args),
        }
    }

    /// A function with a rule stays itself: what it would become has none.
    fn simplify(
        &self,
        args: Vec<Expr>,
        info: &datafusion::logical_expr::simplify::SimplifyContext,
    ) -> Result<datafusion::logical_expr::simplify::ExprSimplifyResult> {
        match self.rule {
            Some(_) => Ok(datafusion::logical_expr::simplify::ExprSimplifyResult::Original(args)),
            None => self.inner.simplify(args, info),
        }
    }

    fn short_circuits(&self) -> bool {
        self.inner.short_circuits()
    }

    fn conditional_arguments<'a>(&self, args: &'a [Expr]) -> Option<(Vec<&'a Expr>, Vec<&'a Expr>)> {
        self.inner.conditional_arguments(args)
    }

    fn evaluate_bounds(&self, input: &[&Interval]) -> Result<Interval> {
        self.inner.evaluate_bounds(input)
    }

    fn propagate_constraints(&self, interval: &Interval, inputs: &[&Interval]) -> Result<Option<Vec<Interval>>> {
        self.inner.propagate_constraints(interval, inputs)
    }

    fn output_ordering(&self, inputs: &[ExprProperties]) -> Result<SortProperties> {
        self.inner.output_ordering(inputs)
    }

    fn preserves_lex_ordering(&self, inputs: &[ExprProperties]) -> Result<bool> {
        self.inner.preserves_lex_ordering(inputs)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(types)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.inner.documentation()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use crate::settings::Settings;
    use datafusion::arrow::util::pretty::pretty_format_batches;

    /// Under a limit of 64 MiB, of which a call may make 16.
    fn engine() -> Engine {
        Engine::builder().settings(Settings { memory_limit: 64 << 20, ..Settings::default() }).build().unwrap()
    }

    async fn answer(engine: &Engine, sql: &str) -> Result<String> {
        use futures::TryStreamExt as _;
        let rows = engine.query(sql).await?.stream.try_collect::<Vec<_>>().await?;
        Ok(pretty_format_batches(&rows)?.to_string())
    }

    #[test]
    fn runs_fit_and_are_all_rows() {
        assert_eq!(runs(&[3, 3, 3, 5, 0, 5], 6), Some(vec![0..2, 2..3, 3..5, 5..6]));
        assert_eq!(runs(&[7], 6), None);
        assert_eq!(runs(&[1, 1], 6).map(|runs| runs.len()), Some(1));
    }

    #[tokio::test]
    async fn what_would_be_too_large_is_refused_before_it_is_made() {
        let engine = engine();
        for sql in [
            "SELECT length(repeat('x', 2000000000))",
            "SELECT max(length(repeat('x', n * 1000000))) FROM generate_series(1, 100) t(n)",
            "SELECT length(lpad('x', 2000000000))",
            "SELECT length(rpad('x', 2000000000, 'ab'))",
            "SELECT length(replace(repeat('a', 100000), 'a', repeat('b', 100000)))",
            "SELECT length(regexp_replace(repeat('a', 100000), 'a', repeat('b', 100000), 'g'))",
            "SELECT length(regexp_replace(repeat('a', 1000000), '(.*)', repeat('\\1', 100)))",
            "SELECT array_length(range(1, 1000000000))",
            "SELECT array_length(range(1000000000))",
            "SELECT array_length(generate_series(0, -1000000000, -1))",
            "SELECT array_length(range(TIMESTAMP '2020-01-01', TIMESTAMP '2021-01-01', INTERVAL '1 microsecond'))",
            "SELECT array_length(array_repeat(1, 1000000000))",
            "SELECT array_length(array_repeat(array_repeat(1, 100000), 100000))",
            "SELECT array_length(array_resize([1], 1000000000, 7))",
            "SELECT array_length(array_replace_all(array_repeat('a', 10000), 'a', repeat('b', 100000)))",
            "SELECT length(array_to_string(array_repeat('a', 100000), repeat('b', 100000)))",
            "SELECT length(concat(s, s, s)) FROM (SELECT repeat('x', 15000000) AS s)",
            "SELECT length(concat_ws('-', s, s, s)) FROM (SELECT repeat('x', 15000000) AS s)",
            "SELECT length(s || s || s) FROM (SELECT repeat('x', 15000000) AS s)",
            "SELECT array_length(s || s || s) FROM (SELECT array_repeat(1, 1500000) AS s)",
            "WITH RECURSIVE t AS (SELECT 'xxxxxxxx' AS s, 1 AS n UNION ALL SELECT s || s, n + 1 FROM t WHERE n < 60) SELECT max(length(s)) FROM t",
            "WITH RECURSIVE t AS (SELECT [1, 2, 3, 4] AS s, 1 AS n UNION ALL SELECT array_concat(s, s), n + 1 FROM t WHERE n < 60) SELECT max(array_length(s)) FROM t",
        ] {
            let error = answer(&engine, sql).await.expect_err(sql);
            assert!(error.to_string().contains("MiB at once"), "{sql}: {error}");
        }
    }

    #[tokio::test]
    async fn what_fits_is_made_as_ever() {
        let engine = engine();
        for (sql, expected) in [
            ("SELECT repeat('ab', 3)", "ababab"),
            ("SELECT lpad('x', 5, 'ab') || rpad('y', 3)", "ababxy  "),
            ("SELECT 'a' || NULL || 'b' IS NULL", "true"),
            ("SELECT 1 || 'x' || 2.5", "1x2.5"),
            ("SELECT concat('a', NULL, 'b')", "ab"),
            ("SELECT [1] || [2, 3]", "[1, 2, 3]"),
            ("SELECT [1] || 2", "[1, 2]"),
            ("SELECT 0 || [1]", "[0, 1]"),
            ("SELECT range(1, 4)", "[1, 2, 3]"),
            ("SELECT range(5, 1, -2)", "[5, 3]"),
            ("SELECT array_repeat('a', 2)", "[a, a]"),
            ("SELECT array_resize([1], 3, 0)", "[1, 0, 0]"),
            ("SELECT regexp_replace('abc', 'b', '<\\0>')", "a<b>c"),
            ("SELECT arrow_cast(1, 'List(Int64)')", "[1]"),
            // 45 MB at worst and 30 of it in fact go through in parts; 1 row at a time fits.
            (
                "SELECT sum(length(regexp_replace(repeat('a', 1000), 'b', 'cc'))) FROM generate_series(1, 15000)",
                "15000000",
            ),
            ("SELECT max(s) FROM (SELECT 'x' || n AS s FROM generate_series(1, 3) t(n))", "x3"),
        ] {
            let text = answer(&engine, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            assert!(text.contains(&format!("| {expected}")), "{sql}:\n{text}");
        }
    }

    #[tokio::test]
    async fn the_name_of_a_type_is_read_to_a_depth() {
        let engine = engine();
        for function in ["arrow_cast", "arrow_try_cast"] {
            let deep = format!("SELECT {function}(1, '{}Int64{}')", "List(".repeat(5_000), ")".repeat(5_000));
            let error = answer(&engine, &deep).await.expect_err(function);
            assert!(error.to_string().contains("levels of a type"), "{error}");
        }
    }
}
