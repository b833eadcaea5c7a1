//! Puts functions that pack or count their values in the place of those that do not.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema};
use datafusion::error::Result;
use datafusion::logical_expr::expr::{ScalarFunction, WindowFunction};
use datafusion::logical_expr::{
    AggregateUDF, Expr, ExprSchemable, LogicalPlan, Projection, Window, WindowFunctionDefinition, WindowUDF,
};
use datafusion::optimizer::AnalyzerRule;

use super::counted::{OverWindows, Values};
use super::packed::Unpacked;
use super::standard::Standard;
use super::{has_length, is_shared};

/// The step that comes when types are known.
#[derive(Debug)]
pub(crate) struct LongValues;

impl AnalyzerRule for LongValues {
    fn name(&self) -> &'static str {
        "long_values"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        let of_node = |plan: LogicalPlan| match plan {
            LogicalPlan::Window(window) => of_window(window),
            other => Ok(Transformed::no(other)),
        };
        Ok(plan.transform_up_with_subqueries(of_node)?.data)
    }
}

/// A window with such functions. What it packs is unpacked above it, and above the windows that are built on it.
fn of_window(window: Window) -> Result<Transformed<LogicalPlan>> {
    let mut changed = false;
    let told = |expr: &Expr| {
        let told = expr.clone().transform_up(|expr| of_call(expr, window.input.schema()))?;
        changed |= told.transformed;
        Ok(told.data)
    };
    let exprs = window.window_expr.iter().map(told).collect::<Result<Vec<_>>>()?;
    let below = still_packed(&window);
    if !changed && below.is_none() {
        return Ok(Transformed::no(LogicalPlan::Window(window)));
    }
    let input = below.unwrap_or_else(|| Arc::clone(&window.input));
    let told = LogicalPlan::Window(Window::try_new(exprs, input)?);
    let unpacked = window.schema.iter().zip(told.schema().fields()).map(|((qualifier, field), own)| {
        let column = Expr::Column(Column::from((qualifier, own)));
        if own.data_type() == field.data_type() {
            return column;
        }
        let function = Unpacked::of(&aggregate(&told, field.name()));
        let call = Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), vec![column]));
        call.alias_qualified(qualifier.cloned(), field.name())
    });
    let columns: Vec<Expr> = unpacked.collect();
    if columns.iter().all(|column| matches!(column, Expr::Column(_))) {
        return Ok(Transformed::yes(told));
    }
    Ok(Transformed::yes(LogicalPlan::Projection(Projection::try_new(columns, Arc::new(told))?)))
}

/// The input of a window before it is unpacked, if the window does not ask for what is packed.
fn still_packed(window: &Window) -> Option<Arc<LogicalPlan>> {
    let LogicalPlan::Projection(projection) = window.input.as_ref() else { return None };
    let names: HashSet<String> = projection.expr.iter().filter_map(unpacked).collect();
    let asks = |expr: &Expr| expr.column_refs().iter().any(|column| names.contains(&column.name));
    (!names.is_empty() && !window.window_expr.iter().any(asks)).then(|| Arc::clone(&projection.input))
}

/// The name of a column that is unpacked.
fn unpacked(expr: &Expr) -> Option<String> {
    let Expr::Alias(alias) = expr else { return None };
    let Expr::ScalarFunction(call) = alias.expr.as_ref() else { return None };
    call.func.inner().downcast_ref::<Unpacked>().map(|_| alias.name.clone())
}

/// The name of the aggregate that a column of windows is of.
fn aggregate(plan: &LogicalPlan, column: &str) -> String {
    let LogicalPlan::Window(window) = plan else { return String::new() };
    match window.window_expr.iter().find(|expr| expr.schema_name().to_string() == column) {
        Some(own) => called(own).to_owned(),
        None => aggregate(&window.input, column),
    }
}

fn called(expr: &Expr) -> &str {
    match expr {
        Expr::Alias(alias) => called(&alias.expr),
        Expr::WindowFunction(call) => call.fun.name(),
        _ => "",
    }
}

fn of_call(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    if !matches!(expr, Expr::WindowFunction(_)) {
        return Ok(Transformed::no(expr));
    }
    let of = expr.get_type(schema)?;
    let Expr::WindowFunction(call) = expr else { return Ok(Transformed::no(expr)) };
    let frame = &call.params.window_frame;
    let is_whole = frame.start_bound.is_unbounded() && frame.end_bound.is_unbounded();
    let fun = match &call.fun {
        _ if !has_length(&of) => None,
        WindowFunctionDefinition::AggregateUDF(known) if !known.inner().is::<OverWindows>() => {
            let values = match is_whole {
                true if is_shared(&of) => Values::Shared,
                true => Values::Packed,
                false => Values::Counted,
            };
            let told = AggregateUDF::from(OverWindows { aggregate: Arc::clone(known), values });
            Some(WindowFunctionDefinition::AggregateUDF(Arc::new(told)))
        }
        WindowFunctionDefinition::WindowUDF(known) if !known.inner().is::<Standard>() => {
            Some(WindowFunctionDefinition::WindowUDF(Arc::new(WindowUDF::from(Standard(Arc::clone(known))))))
        }
        _ => None,
    };
    Ok(match fun {
        Some(fun) => {
            let WindowFunction { params, .. } = *call;
            Transformed::yes(Expr::from(WindowFunction { fun, params }))
        }
        None => Transformed::no(Expr::WindowFunction(call)),
    })
}
