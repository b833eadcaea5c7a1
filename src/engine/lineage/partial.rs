//! Where a part of an answer may be given: wherever a row that is missing can only take away from it.
//!
//! A plan is read from its tables upwards. Of each node it is known whether its rows are all there, fewer than that, or
//! others than there should be, and how each value can differ from that of the whole answer:
//!
//! | what | of a table in part | is a condition on it allowed? |
//! |---|---|---|
//! | columns of a row | as they are | yes |
//! | `count`, `max`, `bool_or`, ranks | too low | `> n`, not `= n`, `< n` |
//! | `min`, `bool_and` | too high | `< n`, not `> n` |
//! | other aggregates and windows | anything | no |
//! | the other side of an outer join, a subquery for a value | as it is, or NULL | unless NULL makes it true |
//! | `IN`, `EXISTS`, `= ANY` | false too often | yes, not under NOT |
//! | `NOT IN`, `NOT EXISTS`, `= ALL`, `EXCEPT`, an anti join | true too often | no; the side that is kept may be in part |
//! | the right side of an ASOF join | another row is the nearest | no; the left side may be in part |
//! | `LIMIT`, `DISTINCT ON` | other rows | they may be shown, nothing more |
//!
//! A value in doubt that is merely shown, such as a count, is no finding: the answer is marked as incomplete.

use datafusion::catalog::cte_worktable::CteWorkTable;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema};
use datafusion::datasource::source_as_provider;
use datafusion::error::Result;
use datafusion::logical_expr::expr::{
    AggregateFunction, Exists, InSubquery, ScalarFunction, SetComparison, SetQuantifier, WindowFunction,
};
use datafusion::logical_expr::{
    Aggregate, BinaryExpr, Case, Distinct, Expr, Join, JoinType, LogicalPlan, Operator, Subquery, TableScan, Union,
    Unnest, Values, Window, WindowFrameUnits,
};
use datafusion::scalar::ScalarValue;

use crate::engine::error::Error;
use crate::engine::joins::asof;
use crate::engine::leaf::{Doubt, Kept, RowDoubt, Shortfall};
use crate::engine::leaf::{MergedTable, RemoteTable};

/// Refuses a plan in which a missing row could add to the answer.
pub(crate) fn check(plan: &LogicalPlan) -> Result<()> {
    of(plan).map(drop)
}

/// What a missing row does to a plan's result.
pub(crate) fn of(plan: &LogicalPlan) -> Result<Shortfall> {
    part(plan, Doubt::None)
}

fn refused(operator: impl Into<String>) -> datafusion::error::DataFusionError {
    Error::PartialRefused { operator: operator.into() }.into()
}

fn part(plan: &LogicalPlan, outer: Doubt) -> Result<Shortfall> {
    use LogicalPlan as P;
    let whole = || Ok(Shortfall::new(RowDoubt::All, plan));
    match plan {
        P::TableScan(scan) => Ok(of_table(scan, plan)),
        P::Projection(projection) => {
            let input = part(&projection.input, outer)?;
            let scope = Scope::of(&projection.input, &input, outer);
            let columns = scope.doubts(&projection.expr)?;
            Ok(Shortfall { rows: input.rows, columns })
        }
        P::Filter(filter) => {
            let input = part(&filter.input, outer)?;
            let condition = Scope::of(&filter.input, &input, outer).condition(&filter.predicate)?;
            Ok(Shortfall { rows: narrowed(&[input.rows], condition)?, ..input })
        }
        P::Sort(sort) => part(&sort.input, outer),
        P::Limit(limit) => Ok(part(&limit.input, outer)?.cut()),
        P::Distinct(Distinct::All(input)) => part(input, outer),
        P::Distinct(Distinct::On(on)) => {
            let input = part(&on.input, outer)?.cut();
            let columns = Scope::of(&on.input, &input, outer).doubts(&on.select_expr)?;
            Ok(Shortfall { rows: input.rows, columns })
        }
        P::SubqueryAlias(alias) => part(&alias.input, outer),
        P::Subquery(subquery) => part(&subquery.subquery, outer),
        P::Repartition(repartition) => part(&repartition.input, outer),
        P::Union(union) => of_union(union, outer),
        P::Join(join) => of_join(join, outer),
        P::Aggregate(aggregate) => of_aggregate(aggregate, outer),
        P::Window(window) => of_window(window, outer),
        P::Unnest(unnest) => of_unnest(unnest, outer),
        P::Values(values) => of_values(values, plan, outer),
        P::RecursiveQuery(query) => {
            let (first, next) = (part(&query.static_term, outer)?, part(&query.recursive_term, outer)?);
            if !first.is_sure() || !next.is_sure() || first.rows.max(next.rows) == RowDoubt::Other {
                return Err(refused("WITH RECURSIVE over values that are counted or cut"));
            }
            Ok(Shortfall::new(first.rows.max(next.rows), plan))
        }
        P::Analyze(analyze) => part(&analyze.input, outer).and_then(|_| whole()),
        P::EmptyRelation(_) | P::DescribeTable(_) | P::Explain(_) => whole(),
        // Nothing that reads: the policy has seen them.
        P::Extension(_) | P::Copy(_) | P::Dml(_) | P::Ddl(_) | P::Statement(_) => whole(),
    }
}

fn of_table(scan: &TableScan, plan: &LogicalPlan) -> Shortfall {
    let Ok(table) = source_as_provider(&scan.source) else { return Shortfall::new(RowDoubt::All, plan) };
    let table: &dyn std::any::Any = table.as_ref();
    if table.is::<RemoteTable>() || table.is::<MergedTable>() || table.is::<CteWorkTable>() {
        return Shortfall::new(RowDoubt::Fewer, plan);
    }
    let Some(part) = table.downcast_ref::<Kept>().and_then(Kept::part) else {
        return Shortfall::new(RowDoubt::All, plan);
    };
    let columns = match &scan.projection {
        Some(columns) => columns.iter().filter_map(|at| part.columns.get(*at).copied()).collect(),
        None => part.columns.clone(),
    };
    Shortfall { rows: part.rows, columns }
}

/// The rows of inputs that a condition lets through. Where others stand for them, it could choose one that is none.
fn narrowed(rows: &[RowDoubt], condition: Doubt) -> Result<RowDoubt> {
    let all = rows.iter().copied().max().unwrap_or(RowDoubt::All);
    match (all, condition) {
        (RowDoubt::Other, _) => Err(refused("a condition or join on rows that LIMIT or DISTINCT ON chose")),
        (rows, Doubt::None) => Ok(rows),
        (rows, _) => Ok(rows.max(RowDoubt::Fewer)),
    }
}

fn of_union(union: &Union, outer: Doubt) -> Result<Shortfall> {
    let mut inputs = union.inputs.iter().map(|input| part(input, outer));
    let Some(first) = inputs.next().transpose()? else {
        return Ok(Shortfall { rows: RowDoubt::All, columns: Vec::new() });
    };
    inputs.try_fold(first, |all, next| {
        let next = next?;
        let columns = all.columns.iter().zip(&next.columns).map(|(one, other)| one.and(*other)).collect();
        Ok(Shortfall { rows: all.rows.max(next.rows), columns })
    })
}

fn of_join(join: &Join, outer: Doubt) -> Result<Shortfall> {
    let (left, right) = (part(&join.left, outer)?, part(&join.right, outer)?);
    if asof::is_marked(join) {
        return of_nearest(left, &right);
    }
    let sides = vec![(join.left.schema().as_ref(), &left), (join.right.schema().as_ref(), &right)];
    let scope = Scope { sides, outer };
    let mut condition = Doubt::None;
    for (one, other) in &join.on {
        let equal = scope.doubt(one)?.through_strict().and(scope.doubt(other)?.through_strict());
        condition = condition.and(allowed(equal, one)?);
    }
    if let Some(filter) = &join.filter {
        condition = condition.and(scope.condition(filter)?);
    }
    let rows = narrowed(&[left.rows, right.rows], condition)?;
    let (lost_left, lost_right) = (
        left.rows != RowDoubt::All || condition != Doubt::None,
        right.rows != RowDoubt::All || condition != Doubt::None,
    );
    let side = |side: &Shortfall, may_be_null: bool| -> Vec<Doubt> {
        side.columns.iter().map(|doubt| if may_be_null { doubt.or_null() } else { *doubt }).collect()
    };
    let columns = match join.join_type {
        JoinType::Inner => [left.columns, right.columns].concat(),
        JoinType::Left => [side(&left, false), side(&right, lost_right)].concat(),
        JoinType::Right => [side(&left, lost_left), side(&right, false)].concat(),
        JoinType::Full => [side(&left, lost_left), side(&right, lost_right)].concat(),
        JoinType::LeftSemi => left.columns,
        JoinType::RightSemi => right.columns,
        JoinType::LeftAnti if lost_right => return Err(refused("EXCEPT or an anti join")),
        JoinType::RightAnti if lost_left => return Err(refused("EXCEPT or an anti join")),
        JoinType::LeftAnti => return Ok(left),
        JoinType::RightAnti => return Ok(right),
        JoinType::LeftMark => [left.columns, vec![if lost_right { Doubt::Low } else { Doubt::None }]].concat(),
        JoinType::RightMark => [right.columns, vec![if lost_left { Doubt::Low } else { Doubt::None }]].concat(),
    };
    Ok(Shortfall { rows, columns })
}

/// In place of a partner that is missing another one is the nearest.
fn of_nearest(left: Shortfall, right: &Shortfall) -> Result<Shortfall> {
    if !right.is_whole() {
        return Err(refused("an ASOF JOIN with a table in part on its right side"));
    }
    if !left.is_sure() {
        return Err(refused("an ASOF JOIN of values that are counted or cut"));
    }
    let rows = narrowed(&[left.rows], Doubt::None)?;
    let columns = [left.columns, right.columns.clone()].concat();
    Ok(Shortfall { rows, columns })
}

fn of_aggregate(aggregate: &Aggregate, outer: Doubt) -> Result<Shortfall> {
    let input = part(&aggregate.input, outer)?;
    let scope = Scope::of(&aggregate.input, &input, outer);
    let keys = aggregate.schema.fields().len() - aggregate.aggr_expr.len();
    let mut columns = scope.doubts(&aggregate.group_expr)?;
    if columns.len() != keys {
        // GROUPING SETS are one expression of many columns.
        let all = columns.into_iter().fold(Doubt::None, Doubt::and).through_any();
        columns = vec![all; keys];
    }
    let grouped = !aggregate.group_expr.is_empty();
    let rows = match columns.iter().all(|key| *key == Doubt::None) {
        _ if !grouped => RowDoubt::All,
        true => input.rows,
        false => RowDoubt::Other,
    };
    for expr in &aggregate.aggr_expr {
        columns.push(scope.aggregated(expr, input.rows)?);
    }
    Ok(Shortfall { rows, columns })
}

fn of_window(window: &Window, outer: Doubt) -> Result<Shortfall> {
    let input = part(&window.input, outer)?;
    let scope = Scope::of(&window.input, &input, outer);
    let mut columns = input.columns.clone();
    for expr in &window.window_expr {
        columns.push(scope.windowed(expr, input.rows)?);
    }
    Ok(Shortfall { rows: input.rows, columns })
}

fn of_unnest(unnest: &Unnest, outer: Doubt) -> Result<Shortfall> {
    let input = part(&unnest.input, outer)?;
    let doubt = |from: &usize| input.columns.get(*from).copied().unwrap_or(Doubt::Any);
    let taken_apart = |from: &usize| unnest.list_type_columns.iter().any(|(list, _)| list == from);
    let lists = unnest.dependency_indices.iter().filter(|from| taken_apart(from));
    let sure = lists.map(doubt).all(|doubt| doubt == Doubt::None);
    let columns = unnest.dependency_indices.iter().map(|from| doubt(from).through_strict()).collect();
    Ok(Shortfall { rows: if sure { input.rows } else { RowDoubt::Other }, columns })
}

fn of_values(values: &Values, plan: &LogicalPlan, outer: Doubt) -> Result<Shortfall> {
    let mut all = Shortfall::new(RowDoubt::All, plan);
    let scope = Scope { sides: Vec::new(), outer };
    for row in &values.values {
        for (column, value) in all.columns.iter_mut().zip(row) {
            *column = column.and(scope.doubt(value)?);
        }
    }
    Ok(all)
}

/// A condition may turn out false instead of true, never the other way round.
fn allowed(doubt: Doubt, condition: &Expr) -> Result<Doubt> {
    match doubt {
        Doubt::None | Doubt::Low | Doubt::Null => Ok(doubt),
        Doubt::High | Doubt::Any => Err(refused(format!("the condition {}", shortened(condition)))),
    }
}

/// Characters of a condition that are shown.
const SHOWN: usize = 80;

fn shortened(expr: &Expr) -> String {
    let text = expr.human_display().to_string();
    let short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// What an expression can refer to.
struct Scope<'a> {
    sides: Vec<(&'a DFSchema, &'a Shortfall)>,
    /// Of the columns of a query around this one.
    outer: Doubt,
}

impl<'a> Scope<'a> {
    fn of(input: &'a LogicalPlan, part: &'a Shortfall, outer: Doubt) -> Self {
        Self { sides: vec![(input.schema().as_ref(), part)], outer }
    }

    fn condition(&self, condition: &Expr) -> Result<Doubt> {
        allowed(self.doubt(condition)?, condition)
    }

    fn doubts(&self, exprs: &[Expr]) -> Result<Vec<Doubt>> {
        exprs.iter().map(|expr| self.doubt(expr)).collect()
    }

    fn column(&self, column: &Column) -> Doubt {
        let find = |(schema, part): &(&DFSchema, &Shortfall)| {
            let at = schema.maybe_index_of_column(column)?;
            part.columns.get(at).copied()
        };
        self.sides.iter().find_map(find).unwrap_or(Doubt::Any)
    }

    /// The plan of a subquery, for which the columns of this one are the outer ones.
    fn below(&self, subquery: &Subquery) -> Result<Shortfall> {
        let sure = self.outer == Doubt::None && self.sides.iter().all(|(_, part)| part.is_sure());
        part(&subquery.subquery, if sure { Doubt::None } else { Doubt::Any })
    }

    fn doubt(&self, expr: &Expr) -> Result<Doubt> {
        Ok(match expr {
            Expr::Column(column) => self.column(column),
            Expr::OuterReferenceColumn(..) => self.outer,
            Expr::Literal(..) | Expr::Placeholder(_) => Doubt::None,
            Expr::Alias(alias) => self.doubt(&alias.expr)?,
            Expr::Not(inner) | Expr::Negative(inner) => self.doubt(inner)?.flipped(),
            Expr::BinaryExpr(binary) => self.binary(binary)?,
            Expr::IsNotNull(inner) => match self.doubt(inner)? {
                Doubt::Null => Doubt::Low,
                doubt => doubt.through_any(),
            },
            Expr::IsNull(inner) => match self.doubt(inner)? {
                Doubt::Null => Doubt::High,
                doubt => doubt.through_any(),
            },
            Expr::IsTrue(inner) => match self.doubt(inner)? {
                Doubt::Null => Doubt::Low,
                doubt => doubt,
            },
            Expr::Cast(cast) if cast.field.data_type().is_numeric() => self.doubt(&cast.expr)?,
            Expr::Cast(_)
            | Expr::TryCast(_)
            | Expr::Like(_)
            | Expr::SimilarTo(_)
            | Expr::InList(_)
            | Expr::Between(_) => self.children(expr)?.through_strict(),
            Expr::ScalarFunction(ScalarFunction { func, .. }) if func.name() == "get_field" || func.is_strict() => {
                self.children(expr)?.through_strict()
            }
            Expr::Exists(Exists { subquery, negated }) => turned(existing(self.below(subquery)?.rows), *negated),
            Expr::InSubquery(InSubquery { expr, subquery, negated }) => {
                turned(self.among(expr, &self.below(subquery)?)?, *negated)
            }
            Expr::SetComparison(SetComparison { expr, subquery, quantifier, .. }) => {
                turned(self.among(expr, &self.below(subquery)?)?, *quantifier == SetQuantifier::All)
            }
            Expr::ScalarSubquery(subquery) => value(&self.below(subquery)?),
            _ => self.children(expr)?.through_any(),
        })
    }

    fn children(&self, expr: &Expr) -> Result<Doubt> {
        let mut all = Doubt::None;
        expr.apply_children(|child| {
            all = all.and(self.doubt(child)?);
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(all)
    }

    fn binary(&self, BinaryExpr { left, op, right }: &BinaryExpr) -> Result<Doubt> {
        let (one, other) = (self.doubt(left)?, self.doubt(right)?);
        Ok(match op {
            Operator::And | Operator::Or | Operator::Plus => one.and(other),
            Operator::Gt | Operator::GtEq | Operator::Minus => one.and(other.flipped()),
            Operator::Lt | Operator::LtEq => one.flipped().and(other),
            Operator::Multiply | Operator::Divide if never_negative(right) => one,
            Operator::IsDistinctFrom | Operator::IsNotDistinctFrom => one.and(other).through_any(),
            _ => one.and(other).through_strict(),
        })
    }

    /// Whether a value is among those of a subquery.
    fn among(&self, expr: &Expr, part: &Shortfall) -> Result<Doubt> {
        let sought = self.doubt(expr)?.through_strict();
        Ok(match (part.is_sure(), part.rows) {
            (true, RowDoubt::All) => sought,
            (true, RowDoubt::Fewer) => sought.and(Doubt::Low),
            _ => Doubt::Any,
        })
    }

    fn aggregated(&self, expr: &Expr, rows: RowDoubt) -> Result<Doubt> {
        let (Expr::AggregateFunction(function), _) = unaliased(expr) else { return Ok(Doubt::Any) };
        let AggregateFunction { func, params } = function;
        let of_what = self.children(unaliased(expr).0)?;
        let low = match func.name() {
            "count" | "max" | "bool_or" => true,
            "sum" => params.args.first().is_some_and(never_negative),
            _ => false,
        };
        Ok(match (of_what, rows) {
            (Doubt::None, RowDoubt::All) => Doubt::None,
            (Doubt::None, RowDoubt::Fewer) if low => Doubt::Low,
            (Doubt::None, RowDoubt::Fewer) if ["min", "bool_and"].contains(&func.name()) => Doubt::High,
            _ => Doubt::Any,
        })
    }

    fn windowed(&self, expr: &Expr, rows: RowDoubt) -> Result<Doubt> {
        let (inner, _) = unaliased(expr);
        let Expr::WindowFunction(window) = inner else { return Ok(Doubt::Any) };
        let WindowFunction { fun, params } = window.as_ref();
        let counts = match fun.name() {
            "row_number" | "rank" | "dense_rank" => true,
            "count" => params.window_frame.units != WindowFrameUnits::Rows,
            _ => false,
        };
        Ok(match (self.children(inner)?, rows) {
            (Doubt::None, RowDoubt::All) => Doubt::None,
            (Doubt::None, RowDoubt::Fewer) if counts => Doubt::Low,
            _ => Doubt::Any,
        })
    }
}

/// The value of a subquery: its only row's.
fn value(part: &Shortfall) -> Doubt {
    match (part.rows, part.columns.first().copied().unwrap_or(Doubt::Any)) {
        (RowDoubt::All, doubt) => doubt,
        (RowDoubt::Fewer, Doubt::None) => Doubt::Null,
        _ => Doubt::Any,
    }
}

/// Whether there is a row: one that stands for another shows that there is.
fn existing(rows: RowDoubt) -> Doubt {
    if rows == RowDoubt::All { Doubt::None } else { Doubt::Low }
}

fn turned(doubt: Doubt, negated: bool) -> Doubt {
    if negated { doubt.flipped() } else { doubt }
}

fn unaliased(expr: &Expr) -> (&Expr, bool) {
    match expr {
        Expr::Alias(alias) => (unaliased(&alias.expr).0, true),
        other => (other, false),
    }
}

/// A sum of such values only grows with its rows.
fn never_negative(expr: &Expr) -> bool {
    match expr {
        Expr::Alias(alias) => never_negative(&alias.expr),
        Expr::Cast(cast) => {
            never_negative(&cast.expr) || matches!(cast.expr.as_ref(), Expr::IsNotNull(_) | Expr::IsNull(_))
        }
        Expr::Case(Case { when_then_expr, else_expr, .. }) => {
            when_then_expr.iter().all(|(_, then)| never_negative(then)) && else_expr.iter().all(|e| never_negative(e))
        }
        Expr::Literal(value, _) => match value {
            ScalarValue::Int64(Some(n)) => *n >= 0,
            ScalarValue::Int32(Some(n)) => *n >= 0,
            ScalarValue::Float64(Some(n)) => *n >= 0.0,
            ScalarValue::UInt64(_) => true,
            value => value.is_null(),
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests;
