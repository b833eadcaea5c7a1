//! Where the columns of a result come from: which declared column, if it is one unchanged under whatever name.

use datafusion::common::Column as Reference;
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan};

use super::names::path;
use super::provider::RemoteTable;
use super::store::Kept;
use crate::table::Column;

/// What is known about a column of a result.
#[derive(Debug, Clone, Copy)]
pub enum Origin {
    /// A declared column, or a field of one, as it came.
    Declared(&'static Column),
    /// No column of a table went into it.
    Literal,
    /// Computed, or from a table without declarations.
    Other,
}

/// The origins of a plan's columns.
pub(super) fn origins(plan: &LogicalPlan) -> Vec<Origin> {
    (0..plan.schema().fields().len()).map(|at| of(plan, at)).collect()
}

fn of(plan: &LogicalPlan, at: usize) -> Origin {
    match plan {
        LogicalPlan::Projection(projection) => of_expr(&projection.input, projection.expr.get(at)),
        LogicalPlan::Aggregate(aggregate) => of_expr(&aggregate.input, aggregate.group_expr.get(at)),
        LogicalPlan::Window(window) if at < window.input.schema().fields().len() => of(&window.input, at),
        LogicalPlan::Sort(sort) => of(&sort.input, at),
        LogicalPlan::Limit(limit) => of(&limit.input, at),
        LogicalPlan::Filter(filter) => of(&filter.input, at),
        LogicalPlan::Distinct(Distinct::All(input)) => of(input, at),
        LogicalPlan::SubqueryAlias(alias) => of(&alias.input, at),
        LogicalPlan::Join(join) => {
            let (reference, field) = join.schema.qualified_field(at);
            let column = Reference::new(reference.cloned(), field.name());
            let sides = [&join.left, &join.right].into_iter();
            let mut found = sides.filter_map(|side| Some(of(side, side.schema().index_of_column(&column).ok()?)));
            found.next().unwrap_or(Origin::Other)
        }
        LogicalPlan::TableScan(scan) => {
            let at = scan.projection.as_ref().map_or(Some(at), |columns| columns.get(at).copied());
            at.and_then(|at| of_table(scan, at)).unwrap_or(Origin::Other)
        }
        // What describes a plan, or shows a setting.
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) => Origin::Other,
        _ => Origin::Other,
    }
}

fn of_table(scan: &datafusion::logical_expr::TableScan, at: usize) -> Option<Origin> {
    let table = source_as_provider(&scan.source).ok()?;
    let table: &dyn std::any::Any = table.as_ref();
    if let Some(remote) = table.downcast_ref::<RemoteTable>() {
        return remote.column(at).map(Origin::Declared);
    }
    table.downcast_ref::<Kept>()?.origin(at)
}

fn of_expr(input: &LogicalPlan, expr: Option<&Expr>) -> Origin {
    let Some(expr) = expr.map(|expr| if let Expr::Alias(alias) = expr { &alias.expr } else { expr }) else {
        return Origin::Other;
    };
    if let Expr::Column(column) = expr {
        return input.schema().index_of_column(column).map_or(Origin::Other, |at| of(input, at));
    }
    let columns = expr.column_refs();
    if columns.is_empty() {
        return if matches!(expr, Expr::Literal(..)) { Origin::Literal } else { Origin::Other };
    }
    let (Some(path), Some(column)) = (path(expr), columns.into_iter().next()) else { return Origin::Other };
    let base = input.schema().index_of_column(column).map_or(Origin::Other, |at| of(input, at));
    path[1..].iter().fold(base, |origin, name| match origin {
        Origin::Declared(column) => {
            column.fields().iter().find(|field| field.name == name).map_or(Origin::Other, Origin::Declared)
        }
        other => other,
    })
}
