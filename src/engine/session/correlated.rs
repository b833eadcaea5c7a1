//! Queries in the place of a value that look at the row outside: `(SELECT count(*) FROM b WHERE lower(b.y) = lower(a.x))`.
//!
//! DataFusion (55.2) makes a join of such a query, with its aggregates grouped by what it is compared with. That it does only where a
//! plain column of the query equals something outside, and under no LIMIT. Here the others get that form:
//!
//! - An expression that equals something outside becomes a column below the condition.
//! - `… ORDER BY k LIMIT 1` becomes `first_value(… ORDER BY k)`.
//! - Any other condition is asked of the values outside, each of them once, which are joined with what the query reads. Those that a
//!   row is joined with equal the values of the row outside, and that is the condition then.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, ExprSchema as _, JoinType, ScalarValue};
use datafusion::error::{DataFusionError, Result};
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions_aggregate::first_last::first_value;
use datafusion::logical_expr::expr::{Exists, InSubquery, Sort};
use datafusion::logical_expr::logical_plan::{FetchType, SkipType};
use datafusion::logical_expr::utils::{conjunction, split_conjunction, split_conjunction_owned};
use datafusion::logical_expr::{
    BinaryExpr, Cast, Expr, Filter, Limit, LogicalPlan, LogicalPlanBuilder, Operator, Subquery,
};
use datafusion::optimizer::AnalyzerRule;

use crate::engine::error::Error;

/// The table of the values outside.
const OUTSIDE: &str = "__outside";

/// The step. It comes before types are coerced, and behind those that make such queries of others.
#[derive(Debug)]
pub(super) struct Correlated;

impl AnalyzerRule for Correlated {
    fn name(&self) -> &'static str {
        "correlated"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.transform_up_with_subqueries(of_node).data()
    }
}

/// A node with its queries in the form of which a join can be made.
fn of_node(node: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let outside = match &node {
        LogicalPlan::Projection(projection) => Some(Arc::clone(&projection.input)),
        LogicalPlan::Filter(filter) => Some(asked_by_itself(filter)?),
        _ => None,
    };
    node.map_expressions(|expr| {
        expr.transform_up(|expr| match (expr, &outside) {
            (Expr::ScalarSubquery(query), Some(outside)) if !query.outer_ref_columns.is_empty() => {
                Ok(of_query(query, outside)?.update_data(Expr::ScalarSubquery))
            }
            (expr, _) => {
                match &expr {
                    Expr::Exists(Exists { subquery, .. }) => check(&subquery.subquery, true)?,
                    Expr::InSubquery(InSubquery { subquery, .. }) => check(&subquery.subquery, false)?,
                    _ => {}
                }
                Ok(Transformed::no(expr))
            }
        })
    })
}

/// Refuses a query in which the condition on the row outside would be asked too late. The planner (55.2) moves it up past whatever stands
/// there: windows would be computed, rows counted off and sides of joins filled up over the rows of all.
fn check(plan: &LogicalPlan, is_top: bool) -> Result<()> {
    let looks_outside = |plan: &LogicalPlan| plan.exists(|node| Ok(node.contains_outer_reference()));
    let is_late = match plan {
        LogicalPlan::Window(_) => true,
        // Whether there is a first row is whether there is one.
        LogicalPlan::Limit(limit) => !is_top || !matches!(limit.get_skip_type()?, SkipType::Literal(0)),
        LogicalPlan::Join(join) => {
            !matches!(join.join_type, JoinType::Inner) && (looks_outside(&join.left)? || looks_outside(&join.right)?)
        }
        _ => false,
    };
    if is_late && looks_outside(plan)? {
        return Err(refused("looks at the row outside below a window, LIMIT or an outer join"));
    }
    let is_top = is_top && matches!(plan, LogicalPlan::Projection(_) | LogicalPlan::Sort(_));
    plan.inputs().into_iter().try_for_each(|input| check(input, is_top))
}

/// The rows that a filter leaves by those of its conditions that ask no query: of others nobody wants to know the values.
fn asked_by_itself(filter: &Filter) -> Result<Arc<LogicalPlan>> {
    let is_plain = |expr: &Expr| !expr.exists(|part| Ok(is_query(part))).unwrap_or(true) && !expr.is_volatile();
    let conjuncts = split_conjunction_owned(filter.predicate.clone());
    Ok(match conjunction(conjuncts.into_iter().filter(is_plain)) {
        Some(condition) => Arc::new(LogicalPlan::Filter(Filter::try_new(condition, Arc::clone(&filter.input))?)),
        None => Arc::clone(&filter.input),
    })
}

fn is_query(expr: &Expr) -> bool {
    matches!(expr, Expr::ScalarSubquery(_) | Expr::InSubquery(_) | Expr::Exists(_) | Expr::SetComparison(_))
}

fn of_query(query: Subquery, outside: &Arc<LogicalPlan>) -> Result<Transformed<Subquery>> {
    let plan = LogicalPlan::clone(&query.subquery);
    let first = first_row(plan)?;
    check(&first.data, false)?;
    let sums_up = first
        .data
        .exists(|node| Ok(matches!(node, LogicalPlan::Aggregate(aggregate) if !aggregate.aggr_expr.is_empty())))?;
    if !sums_up {
        return Ok(first.update_data(|plan| Subquery { subquery: Arc::new(plan), ..query }));
    }
    let told = first.transform_data(|plan| {
        plan.transform_down(|node| match node {
            LogicalPlan::Filter(filter) if filter.predicate.contains_outer() => of_filter(filter, outside),
            // What is added to its rows would not be found behind its name.
            LogicalPlan::SubqueryAlias(named) if named.input.exists(|node| Ok(is_to_change(node)))? => {
                Err(refused(BY_MORE))
            }
            other => Ok(Transformed::no(other)),
        })
    })?;
    Ok(told.update_data(|plan| Subquery { subquery: Arc::new(plan), ..query }))
}

/// `SELECT v … ORDER BY k LIMIT 1` as `SELECT first_value(v ORDER BY k) …`, which is NULL where there is no row, as the query is.
fn first_row(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let LogicalPlan::Limit(limit) = &plan else { return Ok(Transformed::no(plan)) };
    let is_first = matches!(limit.get_skip_type()?, SkipType::Literal(0))
        && matches!(limit.get_fetch_type()?, FetchType::Literal(Some(1)));
    let [value] = &limit.input.schema().columns()[..] else { return Ok(Transformed::no(plan)) };
    let Some((value, order, rows)) = ordered(limit, value).filter(|_| is_first) else {
        return Ok(Transformed::no(plan));
    };
    let (from, named) = limit.input.schema().qualified_field(0);
    let first = first_value(value, order);
    let made = Expr::Column(Column::new_unqualified(first.schema_name().to_string()));
    let made = made.alias_qualified(from.cloned(), named.name());
    LogicalPlanBuilder::from(rows)
        .aggregate(Vec::<Expr>::new(), [first])?
        .project([made])?
        .build()
        .map(Transformed::yes)
}

/// The value that a LIMIT gives, the order it is given in, and the rows that both are taken of.
fn ordered(limit: &Limit, value: &Column) -> Option<(Expr, Vec<Sort>, Arc<LogicalPlan>)> {
    let (mut value, mut below) = (Expr::Column(value.clone()), &limit.input);
    // What the rows are ordered by, and nobody selects, is left out above.
    if let LogicalPlan::Projection(projection) = below.as_ref()
        && matches!(projection.input.as_ref(), LogicalPlan::Sort(_))
    {
        value = projection.expr.first()?.clone().unalias();
        below = &projection.input;
    }
    match below.as_ref() {
        LogicalPlan::Sort(sort) if sort.fetch.is_none() => {
            let is_of_row = sort.expr.iter().all(|by| !by.expr.contains_outer());
            is_of_row.then(|| (value, sort.expr.clone(), Arc::clone(&sort.input)))
        }
        _ => Some((value, Vec::new(), Arc::clone(below))),
    }
}

/// A filter that compares with what is outside by `=` of columns alone.
fn of_filter(filter: Filter, outside: &Arc<LogicalPlan>) -> Result<Transformed<LogicalPlan>> {
    let (mut conditions, mut made, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for conjunct in split_conjunction_owned(filter.predicate.clone()) {
        match equal(&conjunct) {
            None if conjunct.contains_outer() => others.push(conjunct),
            Some((inner, outer)) if !is_column(&inner) => {
                let name = format!("{OUTSIDE}_{}", made.len());
                made.push(inner.alias(&name));
                conditions.push(Expr::Column(Column::new_unqualified(name)).eq(outer));
            }
            _ => conditions.push(conjunct),
        }
    }
    if made.is_empty() && others.is_empty() {
        return Ok(Transformed::no(LogicalPlan::Filter(filter)));
    }
    let mut rows = LogicalPlanBuilder::from(Arc::clone(&filter.input));
    if !made.is_empty() {
        let columns = filter.input.schema().columns().into_iter().map(Expr::Column);
        rows = rows.project(columns.chain(made).collect::<Vec<_>>())?;
    }
    if !others.is_empty() {
        let values = Outside::of(&others, outside)?;
        let asked: Vec<Expr> = others.into_iter().map(|condition| values.asked(condition)).collect::<Result<_>>()?;
        conditions.extend(values.keys);
        // The values come first: of a join that compares ranges they are the side that is held.
        rows = LogicalPlanBuilder::from(values.rows).join_on(rows.build()?, JoinType::Inner, asked)?;
    }
    let condition = conjunction(conditions).expect("each part of a condition became one");
    let filter = LogicalPlan::Filter(Filter::try_new(condition, Arc::new(rows.build()?))?);
    Ok(Transformed::new(filter, true, TreeNodeRecursion::Jump))
}

/// Whether a node is a filter that compares with what is outside by more than `=` of columns.
fn is_to_change(node: &LogicalPlan) -> bool {
    let LogicalPlan::Filter(filter) = node else { return false };
    split_conjunction(&filter.predicate)
        .into_iter()
        .any(|condition| condition.contains_outer() && equal(condition).is_none_or(|(inner, _)| !is_column(&inner)))
}

/// The sides of `inner = outer`, of which one is of the query's own rows and the other of those outside.
fn equal(condition: &Expr) -> Option<(Expr, Expr)> {
    let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = condition else { return None };
    let is_inner = |side: &Expr| side.any_column_refs() && !side.contains_outer() && !side.is_volatile();
    let is_outer = |side: &Expr| side.contains_outer() && !side.any_column_refs();
    match (left.as_ref(), right.as_ref()) {
        (inner, outer) | (outer, inner) if is_inner(inner) && is_outer(outer) => Some((inner.clone(), outer.clone())),
        _ => None,
    }
}

/// What the planner takes for a column.
fn is_column(expr: &Expr) -> bool {
    match expr {
        Expr::Cast(Cast { expr, .. }) => matches!(expr.as_ref(), Expr::Column(_)),
        expr => matches!(expr, Expr::Column(_)),
    }
}

/// The values outside that conditions ask for, each once.
struct Outside {
    rows: LogicalPlan,
    columns: Vec<Column>,
    /// That they are those of the row outside.
    keys: Vec<Expr>,
}

impl Outside {
    /// Those of the rows right outside.
    ///
    /// # Errors
    /// When these rows may be others when they are read again, or a value is of farther outside.
    fn of(conditions: &[Expr], outside: &Arc<LogicalPlan>) -> Result<Self> {
        let mut found: Vec<(Column, Expr)> = Vec::new();
        for condition in conditions {
            condition.apply(|part| {
                if let Expr::OuterReferenceColumn(_, column) = part
                    && found.iter().all(|(known, _)| known != column)
                {
                    found.push((column.clone(), part.clone()));
                }
                Ok(TreeNodeRecursion::Continue)
            })?;
        }
        let is_other = |node: &LogicalPlan| {
            let reads_anew = matches!(node, LogicalPlan::Limit(_)) || node.contains_outer_reference();
            Ok(reads_anew || node.expressions().iter().any(Expr::is_volatile))
        };
        if outside.exists(is_other)? {
            return Err(refused(BY_MORE));
        }
        let (mut selected, mut keys) = (Vec::new(), Vec::new());
        for (at, (column, outer)) in found.iter().enumerate() {
            let field = outside.schema().field_from_column(column).map_err(|_| refused(BY_MORE))?;
            let of = |name: String| Expr::Column(Column::new(Some(OUTSIDE), name));
            selected.push(Expr::Column(column.clone()).alias(value_of(at)));
            if !field.is_nullable() {
                keys.push(of(value_of(at)).eq(outer.clone()));
                continue;
            }
            // NULL equals nothing: it is told by itself, and what stands for it equals itself.
            let some = ScalarValue::new_default(field.data_type()).map_err(|_| refused(BY_MORE))?;
            let (null, given) = (format!("null_{at}"), format!("given_{at}"));
            let known = |value: Expr| coalesce(vec![value, Expr::Literal(some.clone(), None)]);
            selected.push(Expr::Column(column.clone()).is_null().alias(&null));
            selected.push(known(Expr::Column(column.clone())).alias(&given));
            keys.push(of(null).eq(outer.clone().is_null()));
            keys.push(of(given).eq(known(outer.clone())));
        }
        let rows = LogicalPlanBuilder::from(Arc::clone(outside)).project(selected)?.distinct()?.alias(OUTSIDE)?;
        let columns = found.into_iter().map(|(column, _)| column).collect();
        Ok(Self { rows: rows.build()?, columns, keys })
    }

    /// A condition as it is asked of them.
    fn asked(&self, condition: Expr) -> Result<Expr> {
        let value = |part| match part {
            Expr::OuterReferenceColumn(_, column) => {
                let at = self.columns.iter().position(|known| *known == column).expect("all of them were found");
                Ok(Transformed::yes(Expr::Column(Column::new(Some(OUTSIDE), value_of(at)))))
            }
            other => Ok(Transformed::no(other)),
        };
        condition.transform_up(value).data()
    }
}

/// What is the matter with most that are refused.
const BY_MORE: &str = "compares the row outside by more than =";

fn refused(how: &str) -> DataFusionError {
    let what = format!("a query inside of another one {how}, which is not supported there");
    let instead = "join, and sum up: SELECT a.x, count(b.y) FROM a LEFT JOIN b ON b.y < a.x GROUP BY a.x";
    Error::Dialect { what, instead: instead.into() }.into()
}

fn value_of(at: usize) -> String {
    format!("value_{at}")
}

#[cfg(test)]
mod tests {
    use arrow::util::display::array_value_to_string;
    use futures::TryStreamExt;

    use crate::engine::Engine;

    const TABLES: &str = "a AS (SELECT * FROM (VALUES (3, 'A', 'k'), (6, 'c', 'm'), (NULL, NULL, 'n'), (3, 'b', 'k')) AS v(x, s, g)), \
         b AS (SELECT * FROM (VALUES (1, 'a', 'k'), (2, 'A', 'k'), (5, 'b', 'm'), (NULL, NULL, 'm')) AS v(y, t, h))";

    async fn asked(sql: &str) -> String {
        let engine = Engine::builder().build().unwrap();
        let sql = format!("WITH {TABLES} {sql}");
        let rows: Vec<_> = match engine.query(&sql).await {
            Ok(query) => query.stream.try_collect().await.unwrap_or_else(|error| panic!("{sql}: {error}")),
            Err(error) => panic!("{sql}: {error}"),
        };
        let rows = rows
            .iter()
            .flat_map(|rows| (0..rows.num_rows()).map(move |row| array_value_to_string(rows.column(0), row).unwrap()));
        rows.collect::<Vec<_>>().join(",")
    }

    #[tokio::test]
    async fn a_query_in_the_place_of_a_value_is_compared_with_the_row_outside() {
        // Of the rows of a: (3, A, k), (3, b, k), (6, c, m), (NULL, NULL, n).
        for (value, right) in [
            // Expressions.
            ("(SELECT count(*) FROM b WHERE lower(t) = lower(s))", "2,1,0,0"),
            ("(SELECT max(y) FROM b WHERE lower(t) = lower(s))", "2,5,,"),
            ("(SELECT count(*) FROM b WHERE lower(s) = lower(t) AND y > 1)", "1,1,0,0"),
            ("(SELECT count(*) FROM b WHERE y + 1 = x AND upper(h) = upper(g))", "1,1,1,0"),
            ("(SELECT count(*) FROM b WHERE coalesce(lower(t), '') = coalesce(lower(s), ''))", "2,1,0,1"),
            ("EXISTS (SELECT 1 FROM b WHERE lower(t) = lower(s))", "true,true,false,false"),
            ("lower(s) IN (SELECT lower(t) FROM b WHERE upper(h) = upper(g))", "true,false,,false"),
            // Other conditions.
            ("(SELECT count(*) FROM b WHERE y < x)", "2,2,3,0"),
            ("(SELECT count(y) FROM b WHERE y < x AND h = g)", "2,2,1,0"),
            ("(SELECT max(y) FROM b WHERE y < x)", "2,2,5,"),
            ("(SELECT max(y) + 1 FROM b WHERE y BETWEEN x - 2 AND x + 2)", "6,6,6,"),
            ("(SELECT count(*) FROM b WHERE t ILIKE s || '%')", "2,1,0,0"),
            ("(SELECT count(*) FROM b WHERE y < x OR g = 'n')", "2,2,3,4"),
            ("(SELECT count(*) FROM b WHERE x IS NULL AND h = 'm')", "0,0,0,2"),
            ("(SELECT count(*) FROM b WHERE y IS NOT DISTINCT FROM x)", "0,0,0,1"),
            ("(SELECT count(*) FROM b WHERE y < x AND lower(t) = lower(s))", "2,0,0,0"),
            ("(SELECT count(*) FROM b WHERE y < x HAVING count(*) > 2)", ",,3,"),
            ("EXISTS (SELECT 1 FROM b WHERE y > x)", "true,true,false,false"),
            ("NOT EXISTS (SELECT 1 FROM b WHERE y > x)", "false,false,true,true"),
            // One row.
            ("(SELECT y FROM b WHERE h = g ORDER BY y DESC LIMIT 1)", "2,2,,"),
            ("(SELECT y FROM b WHERE h = g ORDER BY y LIMIT 1)", "1,1,5,"),
            ("(SELECT t FROM b WHERE y < x ORDER BY y DESC LIMIT 1)", "A,A,b,"),
            ("(SELECT t AS other FROM b WHERE lower(t) = lower(s) ORDER BY y LIMIT 1)", "a,b,,"),
            ("(SELECT h FROM b WHERE y = x - 1 LIMIT 1)", "k,k,m,"),
            ("(SELECT upper(t) || h FROM b WHERE y < x ORDER BY lower(t), y LIMIT 1)", "Ak,Ak,Ak,"),
        ] {
            let sql = format!("SELECT {value} FROM a ORDER BY x NULLS LAST, s");
            assert_eq!(asked(&sql).await, right, "{sql}");
        }
    }

    #[tokio::test]
    async fn such_a_query_is_a_condition_too() {
        for (condition, right) in [
            ("(SELECT count(*) FROM b WHERE lower(t) = lower(s)) > 1", "A"),
            ("(SELECT count(*) FROM b WHERE y < x) = 2", "A,b"),
            ("g = 'k' AND (SELECT max(y) FROM b WHERE y < x) = 2 AND s <> 'b'", "A"),
            ("(SELECT t FROM b WHERE y < x ORDER BY y DESC LIMIT 1) = 'b'", "c"),
            ("x > (SELECT avg(y) FROM b WHERE y <> x)", "A,b,c"),
        ] {
            let sql = format!("SELECT s FROM a WHERE {condition} ORDER BY s");
            assert_eq!(asked(&sql).await, right, "{sql}");
        }
    }

    #[tokio::test]
    async fn rows_that_may_be_others_are_not_read_twice() {
        let engine = Engine::builder().build().unwrap();
        for select in [
            "(SELECT count(*) FROM b WHERE y < c.x) FROM (SELECT x FROM a LIMIT 2) AS c",
            "(SELECT count(*) FROM b WHERE y < c.r) FROM (SELECT random() AS r FROM a) AS c",
            // Two queries outside.
            "(SELECT count(*) FROM b WHERE y < (SELECT max(y) FROM b AS c WHERE c.y < a.x)) FROM a",
            "(SELECT max(n) FROM (SELECT count(*) AS n FROM b WHERE y < x GROUP BY h) AS q) FROM a",
        ] {
            let sql = format!("WITH {TABLES} SELECT {select}");
            let error = engine.query(&sql).await.map(drop).unwrap_err().to_string();
            assert!(error.contains("by more than ="), "{sql}: {error}");
        }
    }

    #[tokio::test]
    async fn a_condition_on_the_row_outside_is_not_asked_too_late() {
        let engine = Engine::builder().build().unwrap();
        for select in [
            "(SELECT avg(y) OVER () FROM b WHERE y < x LIMIT 1) FROM a",
            "(SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY y) AS n, h FROM b WHERE h = g) AS q) FROM a",
            "s FROM a WHERE EXISTS (SELECT 1 FROM (SELECT row_number() OVER () AS n, h FROM b WHERE h = g) AS q WHERE n = 2)",
            "s FROM a WHERE EXISTS (SELECT 1 FROM (SELECT y, h FROM b WHERE h = g ORDER BY y LIMIT 1) AS q WHERE y > 1)",
            "s FROM a WHERE 1 IN (SELECT row_number() OVER () FROM b WHERE h = g)",
            "(SELECT count(*) FROM b LEFT JOIN (SELECT * FROM b AS c WHERE c.h = a.g) AS q ON q.y = b.y) FROM a",
        ] {
            let sql = format!("WITH {TABLES} SELECT {select}");
            let error = engine.query(&sql).await.map(drop).expect_err(&sql).to_string();
            assert!(error.contains("below a window, LIMIT or an outer join"), "{sql}: {error}");
        }
        // The control: a window beside such a condition, a first row, and an outer join below it.
        for (select, right) in [
            ("count(*) FROM (SELECT row_number() OVER () FROM a WHERE EXISTS (SELECT 1 FROM b WHERE h = g)) AS q", "3"),
            ("count(*) FROM a WHERE EXISTS (SELECT 1 FROM b WHERE h = g LIMIT 1)", "3"),
            (
                "sum(n) FROM (SELECT (SELECT count(*) FROM b LEFT JOIN b AS c ON c.y = b.y WHERE b.h = g) AS n FROM a) AS q",
                "6",
            ),
        ] {
            assert_eq!(asked(&format!("SELECT {select}")).await, right, "{select}");
        }
    }
}
