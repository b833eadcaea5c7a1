//! Where the columns of a result come from: which declared column, if it is one unchanged under whatever name.

pub(crate) mod namesakes;
pub(crate) mod partial;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column as Reference, TableReference};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::expr::{AggregateFunction, ScalarFunction, WindowFunction};
use datafusion::logical_expr::{Aggregate, Distinct, Expr, Join, LogicalPlan, TableScan, Union, Unnest};
use datafusion::scalar::ScalarValue;

use crate::apis;
use crate::engine::leaf::LookupTable;
use crate::engine::leaf::{Kept, LogTable, Origin, Origins};
use crate::engine::leaf::{MergedTable, RemoteTable};
use crate::table::SystemTable;

/// Functions that give a value, or values, of their first argument as they are.
const KEEPS: &[&str] = &[
    "array_agg",
    "array_distinct",
    "array_element",
    "array_slice",
    "array_sort",
    "first_value",
    "lag",
    "last_value",
    "lead",
    "max",
    "min",
    "nth_value",
];

/// Where the columns of a result come from, found out when somebody asks: only pseudonyms need it.
#[derive(Debug, Clone, Default)]
pub struct Lineage(Option<Arc<LogicalPlan>>);

impl Lineage {
    pub(crate) fn of(plan: Arc<LogicalPlan>) -> Self {
        Self(Some(plan))
    }

    /// What is known about the result.
    #[must_use]
    pub fn origins(&self) -> Origins {
        self.0.as_deref().map(origins).unwrap_or_default()
    }
}

/// The origins of a plan's columns.
pub(crate) fn origins(plan: &LogicalPlan) -> Origins {
    let mut seen = Seen::default();
    let columns = (0..plan.schema().fields().len()).map(|at| seen.of(plan, at)).collect();
    let mut found = HashSet::new();
    // The closure never fails.
    let _ = plan.apply_with_subqueries(|plan| {
        if let LogicalPlan::TableScan(scan) = plan {
            of_source(scan, &mut found);
        }
        plan.apply_expressions(|expr| {
            of_literals(expr, &mut found);
            Ok(TreeNodeRecursion::Continue)
        })
    });
    let others: Vec<String> = found.iter().flat_map(|text| variants(text)).collect();
    found.extend(others);
    let mut literals: Vec<String> = found.into_iter().filter(|text| text.contains(char::is_alphanumeric)).collect();
    literals.sort_unstable_by(|a, b| (Reverse(a.len()), a).cmp(&(Reverse(b.len()), b)));
    Origins { columns, literals }
}

/// Other spellings of a text under which it stands in names of columns: as a literal, and without what LIKE gives a meaning.
fn variants(text: &str) -> impl Iterator<Item = String> {
    let quoted = text.contains('\'').then(|| text.replace('\'', "''"));
    let bare = text.trim_matches(['%', '_']);
    quoted.into_iter().chain((bare.len() < text.len()).then(|| bare.to_owned()))
}

/// The texts in an expression, without the names of fields.
fn of_literals(expr: &Expr, found: &mut HashSet<String>) {
    let _ = expr.apply(|expr| {
        match expr {
            Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == "get_field" => {
                args.iter().take(1).for_each(|base| of_literals(base, found));
                return Ok(TreeNodeRecursion::Jump);
            }
            Expr::Literal(value, _) => {
                let new = value.try_as_str().flatten().filter(|text| !found.contains(*text));
                found.extend(new.map(str::to_owned));
            }
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    });
}

/// The texts that a view or a kept table was made with.
fn of_source(scan: &TableScan, found: &mut HashSet<String>) {
    if let Some(view) = scan.source.get_logical_plan() {
        found.extend(origins(&view).literals);
    }
    let Ok(table) = source_as_provider(&scan.source) else { return };
    let table: &dyn std::any::Any = table.as_ref();
    found.extend(table.downcast_ref::<Kept>().into_iter().flat_map(|kept| kept.origins().literals.iter().cloned()));
}

/// The origin of a column of a plan.
pub(crate) fn of(plan: &LogicalPlan, at: usize) -> Origin {
    Seen::default().of(plan, at)
}

/// The origin of what an expression over a plan gives.
pub(crate) fn of_expr(input: &LogicalPlan, expr: &Expr) -> Origin {
    Seen::default().of_expr(input, expr)
}

/// What was found out so far. A column that several others are computed from is followed once, not on each path: paths
/// double with every step. Plans are told apart by where they stand, so this must not outlive them.
#[derive(Default)]
struct Seen {
    origins: HashMap<(*const LogicalPlan, usize), Origin>,
    /// How often a column was looked into.
    #[cfg(test)]
    looks: usize,
}

impl Seen {
    fn of(&mut self, plan: &LogicalPlan, at: usize) -> Origin {
        let key = (std::ptr::from_ref(plan), at);
        if let Some(known) = self.origins.get(&key) {
            return *known;
        }
        #[cfg(test)]
        {
            self.looks += 1;
        }
        let found = self.find(plan, at);
        self.origins.insert(key, found);
        found
    }

    fn find(&mut self, plan: &LogicalPlan, at: usize) -> Origin {
        match plan {
            LogicalPlan::Projection(projection) => self.of_maybe(&projection.input, projection.expr.get(at)),
            LogicalPlan::Aggregate(aggregate) => self.of_aggregate(aggregate, at),
            LogicalPlan::Window(window) => match at.checked_sub(window.input.schema().fields().len()) {
                None => self.of(&window.input, at),
                Some(at) => self.of_maybe(&window.input, window.window_expr.get(at)),
            },
            LogicalPlan::Sort(sort) => self.of(&sort.input, at),
            LogicalPlan::Limit(limit) => self.of(&limit.input, at),
            LogicalPlan::Filter(filter) => self.of(&filter.input, at),
            LogicalPlan::Distinct(Distinct::All(input)) => self.of(input, at),
            LogicalPlan::Distinct(Distinct::On(on)) => self.of_maybe(&on.input, on.select_expr.get(at)),
            LogicalPlan::SubqueryAlias(alias) => self.of(&alias.input, at),
            LogicalPlan::Subquery(subquery) => self.of(&subquery.subquery, at),
            LogicalPlan::Union(union) => self.of_union(union, at),
            LogicalPlan::Unnest(unnest) => self.of_unnest(unnest, at),
            LogicalPlan::Join(join) => self.of_join(join, at),
            LogicalPlan::TableScan(scan) => {
                let at = scan.projection.as_ref().map_or(Some(at), |columns| columns.get(at).copied());
                at.and_then(|at| of_table(scan, at)).unwrap_or(Origin::Other)
            }
            LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) => Origin::Plan,
            LogicalPlan::DescribeTable(_) => Origin::Harmless,
            _ => Origin::Other,
        }
    }

    fn of_aggregate(&mut self, aggregate: &Aggregate, at: usize) -> Origin {
        let groups = aggregate.schema.fields().len() - aggregate.aggr_expr.len();
        if let Some(at) = at.checked_sub(groups) {
            return self.of_maybe(&aggregate.input, aggregate.aggr_expr.get(at));
        }
        match aggregate.group_expr.first() {
            // GROUPING SETS are one expression of many columns, in the order of their first mention.
            Some(Expr::GroupingSet(sets)) => self.of_maybe(&aggregate.input, sets.distinct_expr().get(at).copied()),
            _ => self.of_maybe(&aggregate.input, aggregate.group_expr.get(at)),
        }
    }

    /// A column of a union is what it is in all of its parts.
    fn of_union(&mut self, union: &Union, at: usize) -> Origin {
        let mut parts = union.inputs.iter().map(|part| self.of(part, at));
        let first = parts.next().unwrap_or(Origin::Other);
        let is_same = |other: Origin| match (first, other) {
            (Origin::Declared(one), Origin::Declared(other)) => std::ptr::eq(one, other),
            (Origin::Harmless, Origin::Harmless) => true,
            _ => false,
        };
        if parts.all(is_same) { first } else { Origin::Other }
    }

    /// Items of a list are what the list is; fields of a struct become columns in their order.
    fn of_unnest(&mut self, unnest: &Unnest, at: usize) -> Origin {
        let Some(&from) = unnest.dependency_indices.get(at) else { return Origin::Other };
        let base = self.of(&unnest.input, from);
        if !unnest.struct_type_columns.contains(&from) {
            return base;
        }
        let place = unnest.dependency_indices[..at].iter().filter(|other| **other == from).count();
        match unnest.input.schema().field(from).data_type() {
            arrow::datatypes::DataType::Struct(fields) => {
                fields.get(place).map_or(Origin::Other, |field| base.field(field.name()))
            }
            _ => Origin::Other,
        }
    }

    fn of_join(&mut self, join: &Join, at: usize) -> Origin {
        let (reference, field) = join.schema.qualified_field(at);
        let column = Reference::new(reference.cloned(), field.name());
        let sides = [&join.left, &join.right].into_iter();
        let mut found = sides.filter_map(|side| Some(self.of(side, side.schema().index_of_column(&column).ok()?)));
        found.next().unwrap_or(Origin::Other)
    }

    fn of_maybe(&mut self, input: &LogicalPlan, expr: Option<&Expr>) -> Origin {
        expr.map_or(Origin::Other, |expr| self.of_expr(input, expr))
    }

    fn of_expr(&mut self, input: &LogicalPlan, expr: &Expr) -> Origin {
        let kept = match expr {
            Expr::Alias(alias) => Some(self.of_expr(input, &alias.expr)),
            Expr::Column(column) => {
                Some(input.schema().index_of_column(column).map_or(Origin::Other, |at| self.of(input, at)))
            }
            Expr::Literal(..) => Some(Origin::Harmless),
            Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == "get_field" => {
                self.of_field(input, args)
            }
            Expr::ScalarFunction(ScalarFunction { func, args }) => self.kept(input, func.name(), args),
            Expr::AggregateFunction(AggregateFunction { func, params }) => self.kept(input, func.name(), &params.args),
            Expr::WindowFunction(window) => {
                let WindowFunction { fun, params } = window.as_ref();
                self.kept(input, fun.name(), &params.args)
            }
            _ => None,
        };
        kept.unwrap_or_else(|| if self.is_harmless(input, expr) { Origin::Harmless } else { Origin::Other })
    }

    /// The origin of what a function gives, if it gives what it gets.
    fn kept(&mut self, input: &LogicalPlan, function: &str, args: &[Expr]) -> Option<Origin> {
        let from = args.first().filter(|_| KEEPS.contains(&function))?;
        Some(self.of_expr(input, from))
    }

    fn of_field(&mut self, input: &LogicalPlan, args: &[Expr]) -> Option<Origin> {
        let (base, names) = args.split_first()?;
        names.iter().try_fold(self.of_expr(input, base), |origin, name| match name {
            Expr::Literal(ScalarValue::Utf8(Some(name)) | ScalarValue::Utf8View(Some(name)), _) => {
                Some(origin.field(name))
            }
            _ => None,
        })
    }

    /// Whether all that an expression is computed from is harmless.
    fn is_harmless(&mut self, input: &LogicalPlan, expr: &Expr) -> bool {
        let columns = expr.column_refs();
        let harmless = |column: &&Reference| {
            let at = input.schema().index_of_column(column);
            at.is_ok_and(|at| matches!(self.of(input, at), Origin::Harmless))
        };
        let elsewhere = |expr: &Expr| {
            use Expr::{Exists, InSubquery, OuterReferenceColumn, Placeholder, ScalarSubquery, SetComparison};
            let is = matches!(
                expr,
                Exists(_)
                    | InSubquery(_)
                    | OuterReferenceColumn(..)
                    | Placeholder(_)
                    | ScalarSubquery(_)
                    | SetComparison(_)
            );
            Ok(is)
        };
        !columns.is_empty() && columns.iter().all(harmless) && !expr.exists(elsewhere).unwrap_or(true)
    }
}

fn of_table(scan: &TableScan, at: usize) -> Option<Origin> {
    if let Some(view) = scan.source.get_logical_plan() {
        // Its plan may be made anew for each caller, and stand where another one stood.
        return Some(Seen::default().of(&view, at));
    }
    let table = source_as_provider(&scan.source).ok()?;
    let table: &dyn std::any::Any = table.as_ref();
    if let Some(remote) = table.downcast_ref::<RemoteTable>() {
        return remote.column(at).map(Origin::Declared);
    }
    if let Some(merged) = table.downcast_ref::<MergedTable>() {
        return merged.column(at).map(Origin::Declared);
    }
    if let Some(kept) = table.downcast_ref::<Kept>() {
        return Some(kept.origins().of(at));
    }
    if let Some(logs) = table.downcast_ref::<LogTable>() {
        return logs.origin(at);
    }
    if scan.table_name.schema() == Some(SystemTable::SCHEMA) {
        return of_own(scan.table_name.table(), at);
    }
    (table.is::<LookupTable>() || is_reference(&scan.table_name)).then_some(Origin::Harmless)
}

/// Of the tables that describe the session, some columns hold what it has asked and seen.
fn of_own(name: &str, at: usize) -> Option<Origin> {
    let column = apis::own::ALL.iter().find(|table| table.name == name)?.columns.get(at)?;
    Some(if column.sensitive.is_some() { Origin::Declared(column) } else { Origin::Harmless })
}

/// Whether a table that is neither remote nor the user's own describes others. Definitions of views are statements and may hold anything.
fn is_reference(name: &TableReference) -> bool {
    match name.schema() {
        Some("information_schema") => name.table() != "views",
        schema => {
            apis::CODES.iter().any(|codes| codes.name == name.table() && schema.is_none_or(|own| own == codes.schema))
        }
    }
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::SessionContext;

    use super::*;

    /// How often columns are looked into for so many steps, each of which names every column before it twice.
    async fn looks(steps: usize) -> usize {
        let step = |i: usize| format!("a{} AS (SELECT x + y AS x, x - y AS y FROM a{i})", i + 1);
        let steps: Vec<String> = (0..steps).map(step).collect();
        let sql = format!("WITH a0 AS (SELECT 1 AS x, 2 AS y), {} SELECT * FROM a{}", steps.join(", "), steps.len());
        let plan = SessionContext::new().state().create_logical_plan(&sql).await.unwrap();
        let mut seen = Seen::default();
        let all_harmless = (0..2).all(|at| matches!(seen.of(&plan, at), Origin::Harmless));
        assert!(all_harmless);
        seen.looks
    }

    #[tokio::test]
    async fn the_work_grows_with_the_steps_and_no_faster() {
        let (ten, twenty, forty) = (looks(10).await, looks(20).await, looks(40).await);
        assert_eq!(forty - twenty, 2 * (twenty - ten), "{ten}, {twenty}, {forty}");
        assert!(forty < 400, "{forty}");
    }

    #[tokio::test]
    async fn a_literal_counts_once_in_each_spelling() {
        let sql = "SELECT 1 WHERE 'O''Neil' IN ('%O''Neil%', 'O''Neil', 'b', 'b', '%%')";
        let plan = SessionContext::new().state().create_logical_plan(sql).await.unwrap();
        assert_eq!(origins(&plan).literals, ["%O''Neil%", "%O'Neil%", "O''Neil", "O'Neil", "b"].map(String::from));
    }
}
