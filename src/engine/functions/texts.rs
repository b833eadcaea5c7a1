//! Functions of texts that were given a list.
//!
//! The engine makes a text of a list of texts for some of them, `[ab, cd]`: `len(list)`, by which others count its elements, would be
//! the number of letters in that, and nobody would be told.

use arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::error::Result;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};
use datafusion::optimizer::AnalyzerRule;

use crate::engine::error::Error;
use crate::engine::rewriting::each_expression;

/// The functions by the engine's names, and how people call them.
const NAMES: &[(&str, &str)] = &[
    ("character_length", "length"),
    ("left", "left"),
    ("lpad", "lpad"),
    ("reverse", "reverse"),
    ("right", "right"),
    ("rpad", "rpad"),
];

/// The step that comes before types are coerced.
#[derive(Debug)]
pub(crate) struct OfTexts;

impl AnalyzerRule for OfTexts {
    fn name(&self) -> &'static str {
        "functions_of_texts"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        each_expression(plan, |expr, schema| no_list(&expr, schema).map(|()| Transformed::no(expr)))
    }
}

fn no_list(expr: &Expr, schema: &DFSchema) -> Result<()> {
    let Expr::ScalarFunction(ScalarFunction { func, args }) = expr else { return Ok(()) };
    let Some((_, name)) = NAMES.iter().find(|(own, _)| *own == func.name()) else { return Ok(()) };
    let given = args.first().and_then(|arg| arg.get_type(schema).ok());
    if !matches!(given, Some(DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..))) {
        return Ok(());
    }
    let instead =
        "cardinality(list) counts the elements, list[1] is the first, array_to_string(list, ', ') makes a text of them";
    Err(Error::Dialect { what: format!("{name} takes a text, and this is a list"), instead: instead.into() }.into())
}
