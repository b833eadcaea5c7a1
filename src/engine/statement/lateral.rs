//! `FROM t, unnest(t.list) AS u`: a row for each element, beside the row that the list is in.
//!
//! DataFusion plans it as a join with a subquery that refers to the other side, and can carry out no such join (version 55.2).
//! What is meant is one node: the rows with their list taken apart. So the other side is put where the subquery begins, and
//! its columns are carried through; conditions on them reach its scan as they do without the list. `LEFT JOIN` keeps the
//! rows whose list is NULL or empty.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema, JoinType, NullHandling, Result, ScalarValue};
use datafusion::logical_expr::{EmptyRelation, Operator};
use datafusion::logical_expr::{
    Expr, Filter, Join, LogicalPlan, LogicalPlanBuilder, Projection, SubqueryAlias, Unnest, binary_expr,
};

use crate::engine::error::Error;

/// The plan with its lists taken apart in place.
pub(super) fn in_place(plan: LogicalPlan) -> Result<LogicalPlan> {
    let joins = |plan: LogicalPlan| match plan {
        LogicalPlan::Join(join) if is_of_elements(&join.right, join.left.schema())? => {
            of_join(join).map(Transformed::yes)
        }
        other => Ok(Transformed::no(other)),
    };
    // The plan of a statement holds that of its query, and the query those of its subqueries.
    let plan = plan.transform_up_with_subqueries(joins)?;
    if plan.transformed { plan.data.recompute_schema() } else { Ok(plan.data) }
}

/// Whether a side of a join takes a list of the other side apart.
fn is_of_elements(right: &LogicalPlan, left: &DFSchema) -> Result<bool> {
    right.exists(|node| {
        let LogicalPlan::Projection(projection) = node else { return Ok(false) };
        let of_outside =
            |expr: &Expr| expr.exists(|expr| Ok(outer(expr).is_some_and(|column| left.has_column(column))));
        let listed = projection.expr.iter().any(|expr| of_outside(expr).unwrap_or(false));
        Ok(listed && matches!(projection.input.as_ref(), LogicalPlan::EmptyRelation(_)))
    })
}

fn without_subquery(plan: &LogicalPlan) -> &LogicalPlan {
    if let LogicalPlan::Subquery(subquery) = plan { &subquery.subquery } else { plan }
}

fn outer(expr: &Expr) -> Option<&Column> {
    if let Expr::OuterReferenceColumn(_, column) = expr { Some(column) } else { None }
}

fn of_join(join: Join) -> Result<LogicalPlan> {
    let keeps = match join.join_type {
        JoinType::Inner => false,
        JoinType::Left => true,
        _ => return Err(refused("only JOIN, CROSS JOIN and LEFT JOIN make rows of the elements of a list")),
    };
    let equal = |(left, right): (Expr, Expr)| binary_expr(left, Operator::Eq, right);
    let conditions = join.on.into_iter().map(equal).chain(join.filter.filter(|on| !is_true(on)));
    let condition = conditions.reduce(Expr::and);
    if keeps && condition.is_some() {
        return Err(refused("LEFT JOIN with the elements of a list takes ON true, and no other condition"));
    }
    let grafted = Graft { left: &join.left, keeps }.of(&join.right)?;
    match condition {
        Some(condition) => LogicalPlanBuilder::from(grafted).filter(condition)?.build(),
        None => Ok(grafted),
    }
}

fn is_true(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(ScalarValue::Boolean(Some(true)), _))
}

fn refused(what: &str) -> datafusion::error::DataFusionError {
    let instead = "FROM t LEFT JOIN LATERAL unnest(t.list) AS u ON true keeps rows without elements, FROM t, unnest(t.list) AS u \
                   leaves them out, and WHERE chooses among both";
    Error::Dialect { what: what.into(), instead: instead.into() }.into()
}

/// A side of a join that is put onto the other.
struct Graft<'a> {
    left: &'a Arc<LogicalPlan>,
    /// Whether rows without elements stay.
    keeps: bool,
}

impl Graft<'_> {
    /// The plan with the other side's columns in front of its own.
    fn of(&self, plan: &LogicalPlan) -> Result<LogicalPlan> {
        match plan {
            LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: true, .. }) => Ok(self.left.as_ref().clone()),
            LogicalPlan::Subquery(subquery) => self.of(&subquery.subquery),
            LogicalPlan::SubqueryAlias(SubqueryAlias { input, alias, .. }) => {
                // A name without its table would stand beside a column of the other side that is called alike.
                let (input, own) = match without_subquery(input) {
                    LogicalPlan::Projection(Projection { expr, input, .. }) if self.carries(expr, input) => {
                        (self.of(input)?, expr.iter().map(|expr| self.inside(expr)).collect::<Result<Vec<_>>>()?)
                    }
                    input => {
                        let input = self.of(input)?;
                        let own = input.schema().iter().skip(self.width()).map(|own| Expr::Column(Column::from(own)));
                        let own = own.collect();
                        (input, own)
                    }
                };
                let own = own.into_iter().map(|expr| {
                    let name = expr.qualified_name().1;
                    expr.unalias().alias_qualified(Some(alias.clone()), name)
                });
                let all = self.columns().chain(own).collect::<Vec<_>>();
                LogicalPlanBuilder::from(input).project(all)?.build()
            }
            LogicalPlan::Projection(Projection { expr, input, .. }) if self.carries(expr, input) => {
                let input = self.of(input)?;
                let own = expr.iter().map(|expr| self.inside(expr)).collect::<Result<Vec<_>>>()?;
                LogicalPlanBuilder::from(input).project(self.columns().chain(own).collect::<Vec<_>>())?.build()
            }
            LogicalPlan::Unnest(Unnest { input, exec_columns, options, .. }) => {
                let handling = if self.keeps { NullHandling::PreserveAndExpandEmpty } else { NullHandling::Drop };
                let options = options.clone().with_null_handling(handling);
                LogicalPlanBuilder::from(self.of(input)?)
                    .unnest_columns_with_options(exec_columns.clone(), options)?
                    .build()
            }
            LogicalPlan::Filter(Filter { predicate, input, .. }) if !self.keeps => {
                LogicalPlanBuilder::from(self.of(input)?).filter(self.inside(predicate)?)?.build()
            }
            // `d, unnest(d.list) AS t JOIN u`: what JOIN puts together stands behind the comma as one thing.
            LogicalPlan::Join(_) if !self.keeps => Err(Error::Dialect {
                what:
                    "JOIN goes before a comma: unnest(…) and what it is joined with are one side, apart from the table"
                        .into(),
                instead: "write CROSS JOIN in place of the comma: FROM d CROSS JOIN unnest(d.list) AS t JOIN u ON …"
                    .into(),
            }
            .into()),
            _ => Err(refused(match self.keeps {
                true => "LEFT JOIN with the elements of a list takes the elements as they are",
                false => "a subquery in FROM can choose and test the elements of a list, and do no more with them",
            })),
        }
    }

    /// Whether a projection says the same of a row that is kept without elements: NULL.
    fn carries(&self, exprs: &[Expr], input: &LogicalPlan) -> bool {
        let plain = |expr: &Expr| matches!(expr.clone().unalias(), Expr::Column(_));
        !self.keeps || matches!(input, LogicalPlan::EmptyRelation(_)) || exprs.iter().all(plain)
    }

    fn width(&self) -> usize {
        self.left.schema().fields().len()
    }

    fn columns(&self) -> impl Iterator<Item = Expr> {
        self.left.schema().iter().map(|(qualifier, field)| Expr::Column(Column::from((qualifier, field))))
    }

    /// An expression in which the other side is the input. It keeps its name.
    fn inside(&self, expr: &Expr) -> Result<Expr> {
        let name = expr.schema_name().to_string();
        let schema = self.left.schema();
        let inside =
            expr.clone().transform_up(|expr| match outer(&expr).filter(|column| schema.has_column(column)) {
                Some(column) => Ok(Transformed::yes(Expr::Column(column.clone()))),
                None => Ok(Transformed::no(expr)),
            })?;
        let renamed = inside.transformed && inside.data.schema_name().to_string() != name;
        Ok(if renamed { inside.data.alias(name) } else { inside.data })
    }
}
