//! `IN (SELECT …)` and `EXISTS (SELECT …)` as values: true, false, and unknown where it is unknown.
//!
//! DataFusion knows both as conditions alone. In a select list they become what they say, with queries that give one value:
//! `EXISTS` is whether there are more than no rows. `x IN (SELECT y …)` is true if some `y` equals `x`, false if there are no rows
//! at all, unknown if `x` or some `y` is NULL, and else false.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, ExprSchema as _, ScalarValue, Spans};
use datafusion::error::Result;
use datafusion::functions_aggregate::expr_fn::{count, min};
use datafusion::logical_expr::expr::{Exists, InSubquery};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{
    Case, Expr, ExprSchemable, Filter, LogicalPlan, LogicalPlanBuilder, Subquery, cast, col, is_null, lit, not, when,
};
use datafusion::optimizer::AnalyzerRule;

use super::listed::is_null_in_list;

/// The step that comes before it is checked what unknown counts for.
#[derive(Debug)]
pub(super) struct AskedAsValue;

impl AnalyzerRule for AskedAsValue {
    fn name(&self) -> &'static str {
        "asked_as_value"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(of_node)?.data)
    }
}

/// A select list in other words, and a condition with what is no key of a join. Its columns keep their names.
fn of_node(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let projection = match plan {
        LogicalPlan::Filter(filter) => return of_filter(filter),
        LogicalPlan::Projection(ref projection) => projection,
        other => return Ok(Transformed::no(other)),
    };
    let schema = DFSchema::clone(projection.input.schema());
    let names = NamePreserver::new(&plan);
    plan.map_expressions(|expr| {
        let name = names.save(&expr);
        let expr = expr.transform_up(|expr| {
            Ok(match expr {
                Expr::InSubquery(list) => Transformed::yes(of_list(list, &schema, is_null)?),
                Expr::Exists(Exists { subquery, negated }) => {
                    let any = of_rows(&subquery)?;
                    Transformed::yes(if negated { not(any) } else { any })
                }
                other => Transformed::no(other),
            })
        })?;
        Ok(expr.update_data(|expr| name.restore(expr)))
    })
}

fn of_filter(filter: Filter) -> Result<Transformed<LogicalPlan>> {
    if !filter.predicate.exists(|expr| Ok(matches!(expr, Expr::InSubquery(_))))? {
        return Ok(Transformed::no(LogicalPlan::Filter(filter)));
    }
    let schema = filter.input.schema();
    let conjuncts = split_conjunction_owned(filter.predicate).into_iter().map(|conjunct| match conjunct {
        Expr::InSubquery(list) if list.negated && is_one_value(&list) => of_list(list, schema, is_null_in_list),
        Expr::InSubquery(list) => Ok(Expr::InSubquery(list)),
        other => Ok(other.transform_up(|expr| Ok(with_name(expr)))?.data),
    });
    let whole = conjunction(conjuncts.collect::<Result<Vec<_>>>()?).expect("a predicate has a conjunct");
    Ok(Transformed::yes(LogicalPlan::Filter(Filter::try_new(whole, Arc::clone(&filter.input))?)))
}

/// A list beside other conditions, the rows of which are of a table. Of `UNION` and of what is summed up they are of none, and the
/// planner (55.2) takes their column twice.
fn with_name(expr: Expr) -> Transformed<Expr> {
    match expr {
        Expr::InSubquery(InSubquery { expr, subquery, negated })
            if subquery.outer_ref_columns.is_empty() && subquery.subquery.schema().qualified_field(0).0.is_none() =>
        {
            let rows = LogicalPlanBuilder::from(Arc::clone(&subquery.subquery))
                .alias(LIST)
                .and_then(LogicalPlanBuilder::build);
            let (rows, is_named) = rows.map_or((Arc::clone(&subquery.subquery), false), |rows| (rows.into(), true));
            let subquery = Subquery { subquery: rows, ..subquery };
            Transformed::new_transformed(Expr::InSubquery(InSubquery { expr, subquery, negated }), is_named)
        }
        other => Transformed::no(other),
    }
}

/// Whether what is looked for is one value for all rows, and the list that it is looked for in is one list.
fn is_one_value(list: &InSubquery) -> bool {
    list.subquery.outer_ref_columns.is_empty() && !depends_on_rows(&list.expr)
}

/// Whether an expression has a value of its own for each row, of this query or of one around it.
fn depends_on_rows(expr: &Expr) -> bool {
    let varies = |expr: &Expr| {
        Ok(match expr {
            Expr::Column(_) | Expr::OuterReferenceColumn(..) => true,
            Expr::ScalarSubquery(query) => !query.outer_ref_columns.is_empty(),
            other => other.is_volatile_node(),
        })
    };
    expr.exists(varies).unwrap_or(true)
}

/// The name of the list and of its column: of both sides one table may be read, and the planner would take a column of the one
/// for that of the other.
const LIST: &str = "__list";
const VALUE: &str = "__value";

/// A list as a value. `lacks` is what tells that an element of it is NULL.
fn of_list(list: InSubquery, schema: &DFSchema, lacks: fn(Expr) -> Expr) -> Result<Expr> {
    let InSubquery { expr: asked, subquery, negated } = list;
    let rows = LogicalPlan::clone(&subquery.subquery);
    let (qualifier, field) = rows.schema().qualified_field(0);
    let (value, may_lack) = (Expr::Column((qualifier, field).into()), field.is_nullable() || asked.nullable(schema)?);
    // No table of this name stands between: the planner finds no column of the row outside behind one.
    let rows = LogicalPlanBuilder::from(rows).project([value.alias_qualified(Some(LIST), VALUE)])?.build()?;
    let value = || col(format!("{LIST}.{VALUE}"));
    let outer = asked.as_ref().clone().transform(|expr| match expr {
        Expr::Column(column) => {
            let field = schema.field_from_column(&column)?.clone();
            Ok(Transformed::yes(Expr::OuterReferenceColumn(field, column)))
        }
        other => Ok(Transformed::no(other)),
    })?;
    let equal = LogicalPlanBuilder::from(rows.clone())
        .filter(value().eq(outer.data))?
        .aggregate(Vec::<Expr>::new(), [count(lit(1))])?
        .build()?;
    let is_there = one_value(equal).gt(lit(0_i64));
    let is_in = if may_lack {
        // NULL of no rows, 0 beside NULL, else 1.
        let whole = when(lacks(value()), lit(0_i64)).otherwise(lit(1_i64))?;
        let whole = LogicalPlanBuilder::from(rows).aggregate(Vec::<Expr>::new(), [min(whole)])?.build()?;
        let unknown = || lit(ScalarValue::Boolean(None));
        let unequal = Case {
            expr: Some(Box::new(one_value(whole))),
            when_then_expr: vec![
                (Box::new(lit(0_i64)), Box::new(unknown())),
                (Box::new(lit(1_i64)), Box::new(when(is_null(*asked), unknown()).otherwise(lit(false))?)),
            ],
            else_expr: Some(Box::new(lit(false))),
        };
        when(is_there, lit(true)).otherwise(Expr::Case(unequal))?
    } else {
        is_there
    };
    Ok(if negated { not(is_in) } else { is_in })
}

/// Whether there are rows. Of a query that depends on no row, the first of them tells.
fn of_rows(subquery: &Subquery) -> Result<Expr> {
    let depends = !subquery.outer_ref_columns.is_empty();
    let rows = LogicalPlanBuilder::from(LogicalPlan::clone(&subquery.subquery));
    let rows = if depends { rows } else { rows.limit(0, Some(1))? };
    let counted = rows.aggregate(Vec::<Expr>::new(), [count(lit(1))])?.build()?;
    Ok(cast(one_value(counted), DataType::Int64).gt(lit(0_i64)))
}

fn one_value(query: LogicalPlan) -> Expr {
    let outer_ref_columns = query.all_out_ref_exprs();
    Expr::ScalarSubquery(Subquery { subquery: query.into(), outer_ref_columns, spans: Spans::new() })
}
