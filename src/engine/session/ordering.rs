//! What a window or an aggregate is ordered by is a column of its input.
//!
//! DataFusion derives from the bounds and the order of its parts how an expression is ordered. Where a part cannot tell (`ln(x)` of
//! whatever `x`, any function without bounds under `sqrt`, `-` or `>`), it takes rows that it has just sorted for unsorted, and refuses its own
//! plan. Of a column nothing has to be derived. Lengths of time and times of day are ordered as numbers: a window over others is
//! refused before it is seen that its frame does not measure a distance, and intervals compare field by field.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchemaRef};
use datafusion::error::Result;
use datafusion::logical_expr::{Aggregate, Expr, ExprSchemable, LogicalPlan, Projection, Window, cast};
use datafusion::optimizer::AnalyzerRule;

use super::lengths::in_numbers;

/// The step that comes before types are coerced.
#[derive(Debug)]
pub(super) struct OrderedByColumns;

impl AnalyzerRule for OrderedByColumns {
    fn name(&self) -> &'static str {
        "ordered_by_columns"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(of_node)?.data)
    }
}

fn of_node(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    match plan {
        LogicalPlan::Window(window) => of_window(window),
        LogicalPlan::Aggregate(aggregate) => of_aggregate(aggregate),
        LogicalPlan::Sort(mut sort) => {
            let mut changed = false;
            for by in &mut sort.expr {
                if matches!(by.expr.get_type(sort.input.schema()), Ok(DataType::Interval(_))) {
                    by.expr = in_numbers(by.expr.clone());
                    changed = true;
                }
            }
            Ok(Transformed::new_transformed(LogicalPlan::Sort(sort), changed))
        }
        other => Ok(Transformed::no(other)),
    }
}

fn of_window(window: Window) -> Result<Transformed<LogicalPlan>> {
    let mut below = Below::new(&window.input);
    let exprs = window.window_expr.iter().map(|expr| below.instead(expr)).collect::<Result<Vec<_>>>()?;
    if below.computed.is_empty() {
        return Ok(Transformed::no(LogicalPlan::Window(window)));
    }
    let above = window.schema.iter().map(Expr::from).collect();
    let window = LogicalPlan::Window(Window::try_new(exprs, below.input()?)?);
    Ok(Transformed::yes(LogicalPlan::Projection(Projection::try_new(above, Arc::new(window))?)))
}

fn of_aggregate(aggregate: Aggregate) -> Result<Transformed<LogicalPlan>> {
    let mut below = Below::new(&aggregate.input);
    let exprs = aggregate.aggr_expr.iter().map(|expr| below.instead(expr)).collect::<Result<Vec<_>>>()?;
    if below.computed.is_empty() {
        return Ok(Transformed::no(LogicalPlan::Aggregate(aggregate)));
    }
    let aggregate = Aggregate::try_new(below.input()?, aggregate.group_expr, exprs)?;
    Ok(Transformed::yes(LogicalPlan::Aggregate(aggregate)))
}

/// What is computed below a node, so that the node finds it as columns.
struct Below<'a> {
    input: &'a Arc<LogicalPlan>,
    computed: Vec<Expr>,
}

impl<'a> Below<'a> {
    fn new(input: &'a Arc<LogicalPlan>) -> Self {
        Self { input, computed: Vec::new() }
    }

    /// A call of a window function or an aggregate that is ordered by columns, under the name that it had.
    fn instead(&mut self, call: &Expr) -> Result<Expr> {
        let name = call.schema_name().to_string();
        let call = call.clone().transform_up(|mut expr| {
            match &mut expr {
                Expr::WindowFunction(window) => {
                    let params = &mut window.params;
                    params.order_by.iter_mut().for_each(|by| self.column(&mut by.expr));
                    params.partition_by.iter_mut().for_each(|by| self.column(by));
                }
                // Of distinct values the order has to be that of the argument.
                Expr::AggregateFunction(aggregate) if !aggregate.params.distinct => {
                    aggregate.params.order_by.iter_mut().for_each(|by| self.column(&mut by.expr));
                }
                _ => return Ok(Transformed::no(expr)),
            }
            Ok(Transformed::yes(expr))
        })?;
        call.data.alias_if_changed(name)
    }

    /// Makes a column of an expression that is computed.
    fn column(&mut self, by: &mut Expr) {
        let Some(computed) = self.as_computed(by) else { return };
        let known = self.computed.iter().position(|known| *known == computed);
        let at = known.unwrap_or(self.computed.len());
        if known.is_none() {
            self.computed.push(computed);
        }
        *by = Expr::Column(Column::new_unqualified(name(at)));
    }

    /// What has to be computed to order by an expression; `None`: it is as good as a column.
    fn as_computed(&self, by: &Expr) -> Option<Expr> {
        match by.get_type(self.schema()).ok()? {
            DataType::Duration(_) => Some(cast(by.clone(), DataType::Int64)),
            DataType::Time32(_) => Some(cast(by.clone(), DataType::Int32)),
            DataType::Time64(_) => Some(cast(by.clone(), DataType::Int64)),
            DataType::Interval(_) => Some(in_numbers(by.clone())),
            _ if is_plain(by) => None,
            _ => Some(by.clone()),
        }
    }

    fn schema(&self) -> &DFSchemaRef {
        self.input.schema()
    }

    /// The input, and behind it what is computed.
    fn input(&self) -> Result<Arc<LogicalPlan>> {
        let computed = self.computed.iter().enumerate().map(|(at, expr)| expr.clone().alias(name(at)));
        let all = self.schema().iter().map(Expr::from).chain(computed).collect();
        Ok(Arc::new(LogicalPlan::Projection(Projection::try_new(all, Arc::clone(self.input))?)))
    }
}

/// A column or a literal, in whatever type.
fn is_plain(by: &Expr) -> bool {
    match by {
        Expr::Column(_) | Expr::Literal(..) | Expr::OuterReferenceColumn(..) | Expr::Placeholder(_) => true,
        Expr::Cast(cast) => is_plain(&cast.expr),
        Expr::Alias(alias) => is_plain(&alias.expr),
        _ => false,
    }
}

/// A name that nobody writes.
fn name(at: usize) -> String {
    format!("__ordered_by_{at}")
}

#[cfg(test)]
mod tests {
    use arrow::util::display::array_value_to_string;
    use futures::TryStreamExt as _;

    use crate::engine::Engine;

    /// The rows in the order that a place tells, as one text.
    async fn ordered(engine: &Engine, place: &str) -> String {
        let sql = format!(
            "SELECT array_to_string(array_agg(n ORDER BY place), ' ') FROM (SELECT n, {place} AS place FROM (VALUES
             (1, 0.5, 'abc', timestamp '2026-01-01', INTERVAL '25 hours'), (2, 0.25, '', timestamp '2026-01-03', INTERVAL '1 day'),
             (3, 0.75, 'b', timestamp '2026-01-02', INTERVAL '1 month')) AS v(n, x, t, d, l))"
        );
        let query = engine.query(&sql).await.unwrap_or_else(|error| panic!("{place}: {error}"));
        let rows: Vec<_> = query.stream.try_collect().await.unwrap_or_else(|error| panic!("{place}: {error}"));
        array_value_to_string(rows[0].column(0), 0).unwrap()
    }

    #[tokio::test]
    async fn a_window_is_ordered_by_whatever_can_be_computed() {
        let engine = Engine::builder().build().unwrap();
        for (by, rows) in [
            ("ln(x)", "2 1 3"),
            ("sqrt(abs(x)) DESC", "3 1 2"),
            ("-round(x * 100)", "3 1 2"),
            ("exp(abs(x))", "2 1 3"),
            ("acos(abs(x + length(t) - length(t)))", "3 1 2"),
            ("length(t) > 1, n", "2 3 1"),
            ("CASE WHEN length(t) > 1 THEN 0 ELSE 1 END, x", "1 2 3"),
            ("timestamp '2026-02-01' - d", "2 3 1"),
            ("d::time, n DESC", "3 2 1"),
            ("l", "2 1 3"),
            ("INTERVAL '1 day' * length(t)", "2 3 1"),
        ] {
            assert_eq!(ordered(&engine, &format!("row_number() OVER (ORDER BY {by})")).await, rows, "{by}");
        }
        let partitions = "sum(n) OVER (PARTITION BY length(t) > 1 ORDER BY ln(x)) * 10 + n";
        assert_eq!(ordered(&engine, partitions).await, "1 2 3");
    }

    #[tokio::test]
    async fn aggregates_and_sorts_too_and_headings_stay() {
        let engine = Engine::builder().build().unwrap();
        for (sql, rows, name) in [
            ("SELECT array_agg(t ORDER BY length(t) > 1, -length(t)) FROM v", "[b, , abc]", "array_agg(t)"),
            ("SELECT array_agg(DISTINCT length(t) ORDER BY length(t)) AS a FROM v", "[0, 1, 3]", "a"),
            ("SELECT t FROM v ORDER BY l LIMIT 1", "", "t"),
            ("SELECT rank() OVER (ORDER BY now() - now()) FROM v LIMIT 1", "1", "rank()"),
        ] {
            let sql = format!(
                "WITH v AS (SELECT * FROM (VALUES ('abc', INTERVAL '25 hours'), ('', INTERVAL '1 day'), ('b', INTERVAL '2 days')) AS v(t, l)) {sql}"
            );
            let query = engine.query(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            let batches: Vec<_> = query.stream.try_collect().await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            assert_eq!(array_value_to_string(batches[0].column(0), 0).unwrap(), rows, "{sql}");
            assert_eq!(batches[0].schema().field(0).name(), name, "{sql}");
        }
    }
}
