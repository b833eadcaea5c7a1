//! What stands beside a time with a zone, or is made of one, is read on that zone's clocks.
//!
//! A date beside it is that zone's midnight, where DataFusion takes UTC's; and `x::timestamp` is what those clocks show, where its cast
//! gives what UTC's do. Both hang on the type of `x`, and not on how it is written: a column of a subquery has a zone as well. A time
//! without a zone that is compared with it is read so by the engine itself.

use std::sync::Arc;

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result};
use datafusion::functions::datetime::to_local_time;
use datafusion::logical_expr::expr::{Between, BinaryExpr, InList, InSubquery, ScalarFunction, TryCast};
use datafusion::logical_expr::{
    Case, Cast, Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Operator, Subquery, binary_expr, cast,
};
use datafusion::optimizer::AnalyzerRule;

use crate::engine::functions::clocks::zone_of;
use crate::engine::rewriting::each_expression;

/// The step that comes before types are coerced.
#[derive(Debug)]
pub(super) struct Zoned;

impl AnalyzerRule for Zoned {
    fn name(&self) -> &'static str {
        "zoned"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        each_expression(plan, read)
    }
}

fn read(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    use Operator as O;
    Ok(match expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right })
            if matches!(
                op,
                O::Eq | O::NotEq | O::Lt | O::LtEq | O::Gt | O::GtEq | O::IsDistinctFrom | O::IsNotDistinctFrom
            ) =>
        {
            let mut sides = [*left, *right];
            let changed = align(&mut sides, schema);
            let [left, right] = sides;
            Transformed::new_transformed(binary_expr(left, op, right), changed)
        }
        Expr::Between(Between { expr, negated, low, high }) => {
            let mut sides = [*expr, *low, *high];
            let changed = align(&mut sides, schema);
            let [expr, low, high] = sides.map(Box::new);
            Transformed::new_transformed(Expr::Between(Between { expr, negated, low, high }), changed)
        }
        Expr::InList(InList { expr, list, negated }) => {
            let mut sides = vec![*expr];
            sides.extend(list);
            let changed = align(&mut sides, schema);
            let expr = Box::new(sides.remove(0));
            Transformed::new_transformed(Expr::InList(InList { expr, list: sides, negated }), changed)
        }
        Expr::Case(Case { expr: Some(of), when_then_expr, else_expr }) => {
            let (whens, thens): (Vec<_>, Vec<_>) = when_then_expr.into_iter().unzip();
            let mut sides = vec![*of];
            sides.extend(whens.into_iter().map(|when| *when));
            let changed = align(&mut sides, schema);
            let of = Some(Box::new(sides.remove(0)));
            let when_then_expr = sides.into_iter().map(Box::new).zip(thens).collect();
            Transformed::new_transformed(Expr::Case(Case { expr: of, when_then_expr, else_expr }), changed)
        }
        Expr::ScalarFunction(ScalarFunction { func, mut args })
            if ["nullif", "greatest", "least"].contains(&func.name()) =>
        {
            let changed = align(&mut args, schema);
            Transformed::new_transformed(Expr::ScalarFunction(ScalarFunction { func, args }), changed)
        }
        Expr::InSubquery(list) => of_subquery(list, schema)?,
        Expr::Cast(Cast { expr: of, field }) if is_zoneless(field.data_type()) && has_clocks(&of, schema) => {
            let shown = Box::new(to_local_time().call(vec![*of]));
            Transformed::yes(Expr::Cast(Cast { expr: shown, field }))
        }
        Expr::TryCast(TryCast { expr: of, field }) if is_zoneless(field.data_type()) && has_clocks(&of, schema) => {
            let shown = Box::new(to_local_time().call(vec![*of]));
            Transformed::yes(Expr::TryCast(TryCast { expr: shown, field }))
        }
        other => Transformed::no(other),
    })
}

/// Looks for a time among dates of a query, or for a date among its times.
fn of_subquery(list: InSubquery, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let rows = &list.subquery.subquery;
    let (qualifier, field) = rows.schema().qualified_field(0);
    let Ok(of) = list.expr.get_type(schema) else { return Ok(Transformed::no(Expr::InSubquery(list))) };
    if is_date(&of) && zone_of(field.data_type()).is_some() {
        let expr = midnight(*list.expr, field.data_type());
        return Ok(Transformed::yes(Expr::InSubquery(InSubquery { expr: Box::new(expr), ..list })));
    }
    if !is_date(field.data_type()) || zone_of(&of).is_none() {
        return Ok(Transformed::no(Expr::InSubquery(list)));
    }
    let value = midnight(Expr::Column((qualifier, field).into()), &of).alias(field.name());
    let rows = LogicalPlanBuilder::from(LogicalPlan::clone(rows)).project([value])?.build()?;
    let subquery = Subquery { subquery: Arc::new(rows), ..list.subquery };
    Ok(Transformed::yes(Expr::InSubquery(InSubquery { subquery, ..list })))
}

/// Makes dates midnights of the zone of a time that they are compared with. Whether there were any.
fn align(sides: &mut [Expr], schema: &DFSchema) -> bool {
    let Ok(types) = sides.iter().map(|side| side.get_type(schema)).collect::<Result<Vec<_>>>() else { return false };
    let Some(zoned) = types.iter().find(|of| zone_of(of).is_some()) else { return false };
    let mut changed = false;
    for (side, _) in sides.iter_mut().zip(&types).filter(|(_, of)| is_date(of)) {
        *side = midnight(std::mem::take(side), zoned);
        changed = true;
    }
    changed
}

/// Where a date begins in the zone of a time. In microseconds, which reach as far as dates are written.
fn midnight(date: Expr, zoned: &DataType) -> Expr {
    let zone = if let DataType::Timestamp(_, zone) = zoned { zone.clone() } else { None };
    let shown = cast(date, DataType::Timestamp(TimeUnit::Microsecond, None));
    cast(shown, DataType::Timestamp(TimeUnit::Microsecond, zone))
}

fn is_date(of: &DataType) -> bool {
    matches!(of, DataType::Date32 | DataType::Date64)
}

fn is_zoneless(of: &DataType) -> bool {
    matches!(of, DataType::Timestamp(_, None))
}

fn has_clocks(expr: &Expr, schema: &DFSchema) -> bool {
    expr.get_type(schema).is_ok_and(|of| zone_of(&of).is_some())
}

#[cfg(test)]
mod tests {
    use arrow::util::display::array_value_to_string;
    use futures::TryStreamExt;

    use crate::engine::Engine;

    async fn told(engine: &Engine, sql: &str) -> String {
        let rows: Vec<_> = engine.query(sql).await.unwrap().stream.try_collect().await.unwrap();
        array_value_to_string(rows[0].column(0), 0).unwrap()
    }

    /// Of hours from one midnight in Tokyo to the next, and one before and behind; however the zoned time is written.
    #[tokio::test]
    async fn what_is_compared_with_a_zoned_time_is_read_on_its_clocks() {
        let engine = Engine::builder().build().unwrap();
        let hours = "(SELECT arrow_cast(value, 'Timestamp(µs, \"UTC\")') AS u FROM generate_series(TIMESTAMP '2026-04-14 14:00:00', \
                     TIMESTAMP '2026-04-15 15:00:00', INTERVAL '1 hour'))";
        let rows = format!(
            "(SELECT u, u AT TIME ZONE 'Asia/Tokyo' AS z, DATE '2026-04-15' AS d, TIMESTAMP '2026-04-15 09:00:00' AS t FROM {hours}) v"
        );
        for (condition, right) in [
            ("z >= DATE '2026-04-15'", "25"),
            ("u AT TIME ZONE 'Asia/Tokyo' >= DATE '2026-04-15'", "25"),
            ("u AT TIME ZONE 'Asia/Tokyo' >= d", "25"),
            ("d > z", "1"),
            ("date_trunc('day', z) = DATE '2026-04-15'", "24"),
            ("date_trunc('day', u AT TIME ZONE 'Asia/Tokyo') = d", "24"),
            ("bin(z, '1d') IN (DATE '2026-04-15')", "24"),
            ("bin(z, '1d') IN (SELECT DATE '2026-04-15')", "24"),
            ("d IN (SELECT date_trunc('day', TIMESTAMPTZ '2026-04-15T03:00:00Z' AT TIME ZONE 'Asia/Tokyo'))", "26"),
            ("z BETWEEN d AND DATE '2026-04-16'", "25"),
            (
                "u AT TIME ZONE 'Asia/Tokyo' BETWEEN TIMESTAMP '2026-04-15 09:00:00' AND TIMESTAMP '2026-04-15 18:00:00'",
                "10",
            ),
            ("z BETWEEN TIMESTAMP '2026-04-15 09:00:00' AND '2026-04-15 18:00'", "10"),
            ("CASE date_trunc('day', z) WHEN d THEN true END", "24"),
            ("nullif(date_trunc('day', z), d) IS NULL", "24"),
            ("date_trunc('day', z) IS DISTINCT FROM d", "2"),
            ("u AT TIME ZONE 'Asia/Tokyo' >= '2026-04-15 09:00:00'", "16"),
            ("u AT TIME ZONE 'Asia/Tokyo' >= '2026-04-15 09:00'", "16"),
            ("u AT TIME ZONE 'Asia/Tokyo' >= TIMESTAMP '2026-04-15 09:00:00'", "16"),
            ("u AT TIME ZONE 'Asia/Tokyo' >= '2026-04-15 09:00:00.0000001'", "15"),
            ("u AT TIME ZONE 'Asia/Tokyo' >= t", "16"),
            ("u AT TIME ZONE 'Asia/Tokyo' IN ('2026-04-15 09:00', t, TIMESTAMP '2026-04-15 10:00:00')", "2"),
            ("u AT TIME ZONE 'Asia/Tokyo' IN (SELECT TIMESTAMP '2026-04-15 09:00:00')", "1"),
            ("u AT TIME ZONE 'Asia/Tokyo' = (SELECT TIMESTAMP '2026-04-15 09:00:00')", "1"),
            ("u AT TIME ZONE 'Asia/Tokyo' >= '2026-04-15 09:00:00Z'", "7"),
            ("u AT TIME ZONE 'Asia/Tokyo' >= '9999-12-31'", "0"),
            ("u AT TIME ZONE 'Asia/Tokyo' < DATE '9999-12-31'", "26"),
            // What shows the clocks of UTC is read beside a zone as any time without one is.
            ("u::timestamp >= TIMESTAMPTZ '2026-04-15T00:00:00Z' AT TIME ZONE 'Asia/Tokyo'", "7"),
            ("u::timestamp AT TIME ZONE 'Asia/Tokyo' >= '2026-04-15 09:00:00'", "7"),
            ("u::timestamp >= '2026-04-15 09:00'", "7"),
        ] {
            let sql = format!("SELECT count(*) FROM {rows} WHERE {condition}");
            assert_eq!(told(&engine, &sql).await, right, "{sql}");
        }
        let join = format!(
            "SELECT count(*) FROM {rows} JOIN (VALUES (TIMESTAMP '2026-04-15 09:00:00', DATE '2026-04-15')) w(t, d)"
        );
        for (condition, right) in
            [("u AT TIME ZONE 'Asia/Tokyo' >= w.t", "16"), ("z >= w.t", "16"), ("date_trunc('day', z) = w.d", "24")]
        {
            let sql = format!("{join} ON {condition}");
            assert_eq!(told(&engine, &sql).await, right, "{sql}");
        }
    }

    #[tokio::test]
    async fn a_time_without_its_zone_is_what_its_clocks_show() {
        let engine = Engine::builder().build().unwrap();
        let rows = "(SELECT TIMESTAMPTZ '2026-03-29T00:30:00Z' AT TIME ZONE 'Europe/Berlin' AS z) v";
        for (expression, right) in [
            ("z::timestamp", "2026-03-29T01:30:00"),
            ("(z)::timestamp", "2026-03-29T01:30:00"),
            ("CAST(z AS TIMESTAMP)", "2026-03-29T01:30:00"),
            ("TRY_CAST(z AS TIMESTAMP)", "2026-03-29T01:30:00"),
            ("date_trunc('day', z)::timestamp", "2026-03-29T00:00:00"),
            ("bin(z, '1d')::timestamp", "2026-03-29T00:00:00"),
            ("max(z)::timestamp", "2026-03-29T01:30:00"),
            ("z::date", "2026-03-29"),
            ("(z AT TIME ZONE 'UTC')::timestamp", "2026-03-29T00:30:00"),
            ("(TIMESTAMPTZ '2026-03-29T00:30:00Z' AT TIME ZONE 'Asia/Tokyo')::timestamp", "2026-03-29T09:30:00"),
            ("z::timestamptz", "2026-03-29T00:30:00Z"),
        ] {
            let sql = format!("SELECT {expression} FROM {rows}");
            assert_eq!(told(&engine, &sql).await, right, "{sql}");
        }
    }
}
