//! Clauses of queries and of FROM: those that would be passed over, and those that can be said otherwise.

use datafusion::sql::sqlparser::ast::{
    Expr, Fetch, FunctionArg, FunctionArgExpr, GroupByExpr, Join, JoinConstraint, JoinOperator, LimitClause, Query,
    Select, SelectFlavor, SelectItem, SetExpr, SetOperator, TableFactor, TableWithJoins, Value,
    WildcardAdditionalOptions,
};

use super::asof;
use super::dialect::{quoted, refused};
use super::{fields, json, series, sources};
use crate::engine::error::Error;

/// A query's own clauses.
pub(super) fn of_query(query: &mut Query) -> Result<(), Error> {
    if let Some(lock) = query.locks.first() {
        return Err(refused(format!("{} locks rows, and nothing here can be locked", quoted(lock)), LEAVE));
    }
    let other = [
        query.for_clause.as_ref().map(quoted),
        query.settings.as_ref().map(|_| "SETTINGS".to_owned()),
        query.format_clause.as_ref().map(quoted),
        query.order_by.as_ref().and_then(|order| order.interpolate.as_ref()).map(|_| "INTERPOLATE".to_owned()),
    ];
    if let Some(clause) = other.into_iter().flatten().next() {
        return Err(refused(format!("{clause} is not supported"), "--format chooses how a result is written"));
    }
    of_set_operation(&mut query.body);
    of_limit(query)?;
    match query.fetch.take() {
        Some(fetch) => limit_by_fetch(query, fetch),
        None => Ok(()),
    }
}

/// MINUS is what other databases call EXCEPT.
fn of_set_operation(body: &mut SetExpr) {
    if let SetExpr::SetOperation { op, left, right, .. } = body {
        if *op == SetOperator::Minus {
            *op = SetOperator::Except;
        }
        of_set_operation(left);
        of_set_operation(right);
    }
}

const LEAVE: &str = "remove it: it has nothing to act on";

/// How many rows are wanted is known before the first is read.
fn of_limit(query: &Query) -> Result<(), Error> {
    let (limit, offset) = match &query.limit_clause {
        Some(LimitClause::LimitOffset { limit, offset, .. }) => {
            (limit.as_ref(), offset.as_ref().map(|offset| &offset.value))
        }
        Some(LimitClause::OffsetCommaLimit { offset, limit }) => (Some(limit), Some(offset)),
        None => (None, None),
    };
    let is_query = |expr: &Expr| {
        let mut expr = expr;
        while let Expr::Nested(inner) = expr {
            expr = inner;
        }
        matches!(expr, Expr::Subquery(_))
    };
    for (word, expr) in [("LIMIT", limit), ("OFFSET", offset)] {
        if expr.is_some_and(is_query) {
            return Err(refused(
                format!("{word} takes a number, and this is a query"),
                "QUALIFY row_number() OVER (ORDER BY …) <= (SELECT …) takes one",
            ));
        }
    }
    Ok(())
}

/// `FETCH FIRST n ROWS ONLY` is the standard's LIMIT.
fn limit_by_fetch(query: &mut Query, fetch: Fetch) -> Result<(), Error> {
    if fetch.with_ties || fetch.percent {
        return Err(refused(
            format!("{} is not supported", quoted(&fetch)),
            "a subquery with rank() OVER (ORDER BY …) AS place and WHERE place <= n keeps ties",
        ));
    }
    let count = fetch.quantity.unwrap_or_else(|| Expr::Value(Value::Number("1".into(), false).into()));
    match query.limit_clause.get_or_insert(LimitClause::LimitOffset { limit: None, offset: None, limit_by: Vec::new() })
    {
        LimitClause::LimitOffset { limit: limit @ None, .. } => {
            *limit = Some(count);
            Ok(())
        }
        _ => Err(refused("LIMIT and FETCH are in one query", "one of them is enough")),
    }
}

/// The clauses of a SELECT.
pub(super) fn of_select(select: &mut Select) -> Result<(), Error> {
    sources::settle(&mut select.from);
    select.projection.iter_mut().try_for_each(of_item)?;
    if matches!(select.flavor, SelectFlavor::FromFirstNoSelect) {
        select.projection = vec![SelectItem::Wildcard(WildcardAdditionalOptions::default())];
    }
    fields::settle(select);
    select.selection = select.selection.take().map(|of| if json::is_step(&of) { json::compared(of, true) } else { of });
    let modifiers = match &select.group_by {
        GroupByExpr::All(modifiers) | GroupByExpr::Expressions(_, modifiers) => modifiers,
    };
    let rows = [
        (select.top.is_some(), "TOP", "write LIMIT at the end of the statement instead of TOP"),
        (!select.connect_by.is_empty(), "CONNECT BY", "WITH RECURSIVE walks through a hierarchy"),
        (
            !select.lateral_views.is_empty(),
            "LATERAL VIEW",
            "unnest(list) in the select list makes a row of each element",
        ),
        (select.prewhere.is_some(), "PREWHERE", "write WHERE"),
        (!modifiers.is_empty(), "GROUP BY … WITH", "write GROUP BY ROLLUP (…), CUBE (…) or GROUPING SETS (…)"),
        (!select.cluster_by.is_empty(), "CLUSTER BY", "ORDER BY at the end of the statement sorts"),
        (!select.distribute_by.is_empty(), "DISTRIBUTE BY", "remove it"),
        (!select.sort_by.is_empty(), "SORT BY", "ORDER BY at the end of the statement sorts"),
        (
            select.exclude.is_some(),
            "EXCLUDE behind other columns",
            "write SELECT * EXCLUDE (…), and the others behind it",
        ),
        (select.value_table_mode.is_some(), "SELECT AS", "name the columns"),
        (select.select_modifiers.is_some(), "a modifier of SELECT", "remove it"),
    ];
    if let Some((_, what, instead)) = rows.into_iter().find(|(is_there, ..)| *is_there) {
        return Err(refused(format!("{what} is not supported"), instead));
    }
    select.from.iter_mut().try_for_each(of_joins)
}

/// `*` with its clauses: the planner knows EXCLUDE, EXCEPT and REPLACE.
fn of_item(item: &mut SelectItem) -> Result<(), Error> {
    let (SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options)) = item else { return Ok(()) };
    let other = options.opt_ilike.is_some() || options.opt_rename.is_some() || options.opt_alias.is_some();
    if other {
        return Err(refused(
            format!("* {} is not supported", quoted(options)),
            "SELECT * EXCLUDE (raw) leaves columns out; name those that get another name",
        ));
    }
    Ok(())
}

fn of_joins(from: &mut TableWithJoins) -> Result<(), Error> {
    let tables = std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation));
    let is_positional = |(table, join): (&TableFactor, &Join)| {
        let (TableFactor::Table { alias, .. } | TableFactor::Derived { alias, .. }) = table else { return false };
        let bare = matches!(
            &join.join_operator,
            JoinOperator::Join(JoinConstraint::None) | JoinOperator::Inner(JoinConstraint::None)
        );
        bare && alias.as_ref().is_some_and(|alias| {
            !alias.explicit && alias.name.quote_style.is_none() && alias.name.value.eq_ignore_ascii_case("positional")
        })
    };
    // PostgreSQL's grammar takes the word for the name of the table before it.
    if tables.zip(&from.joins).any(is_positional) {
        return Err(refused(
            "POSITIONAL JOIN is not supported",
            "number the rows of both sides: FROM (SELECT *, row_number() OVER () AS n FROM a) AS a JOIN (…) AS b ON a.n = b.n",
        ));
    }
    from.joins.iter_mut().try_for_each(of_join)
}

fn of_join(join: &mut Join) -> Result<(), Error> {
    use JoinOperator as J;
    asof::of_join(join)?;
    // The column that both sides share would be that of the left side, which rows of the right side alone do not have.
    if let J::Right(on) | J::RightOuter(on) | J::FullOuter(on) = &join.join_operator
        && matches!(on, JoinConstraint::Using(_) | JoinConstraint::Natural)
    {
        return Err(refused(
            format!("{} would lose the shared column of rows that the left side does not have", quoted(join)),
            "write ON a.x = b.x, and coalesce(a.x, b.x) for the column",
        ));
    }
    if let J::Join(on)
    | J::Inner(on)
    | J::Left(on)
    | J::LeftOuter(on)
    | J::Right(on)
    | J::RightOuter(on)
    | J::FullOuter(on)
    | J::LeftSemi(on)
    | J::RightSemi(on)
    | J::LeftAnti(on)
    | J::RightAnti(on) = &join.join_operator
        && matches!(on, JoinConstraint::None)
    {
        // The planner would take it for a cross join, without a word.
        return Err(refused(
            "JOIN needs ON or USING",
            if matches!(join.relation, TableFactor::UNNEST { .. }) {
                "FROM t CROSS JOIN unnest(t.list) AS u, or FROM t LEFT JOIN unnest(t.list) AS u ON true"
            } else {
                "JOIN b ON a.x = b.x pairs rows that belong together, CROSS JOIN makes all pairs"
            },
        ));
    }
    match &join.join_operator {
        J::Join(_)
        | J::Inner(_)
        | J::Left(_)
        | J::LeftOuter(_)
        | J::Right(_)
        | J::RightOuter(_)
        | J::FullOuter(_)
        | J::CrossJoin(JoinConstraint::None)
        | J::LeftSemi(_)
        | J::RightSemi(_)
        | J::LeftAnti(_)
        | J::RightAnti(_) => Ok(()),
        J::Semi(_) | J::Anti(_) => Err(refused(
            format!("{} does not say which side is kept", quoted(join)),
            "write LEFT SEMI JOIN or LEFT ANTI JOIN; or EXISTS and NOT EXISTS",
        )),
        _ => Err(refused(
            format!("{} is not a supported join", quoted(join)),
            "JOIN, LEFT, RIGHT, FULL and CROSS JOIN are, LEFT SEMI and LEFT ANTI JOIN, and ASOF JOIN",
        )),
    }
}

/// What stands in FROM.
pub(super) fn of_table(table: &mut TableFactor) -> Result<(), Error> {
    match table {
        TableFactor::Table { name, args: Some(called), .. } => {
            series::of_ends(&name.to_string().to_lowercase(), &mut called.args);
        }
        TableFactor::Function { name, args, .. } => series::of_ends(&name.to_string().to_lowercase(), args),
        _ => {}
    }
    let (passed_over, instead) = match table {
        TableFactor::Table { sample: Some(_), .. } | TableFactor::Derived { sample: Some(_), .. } => {
            ("TABLESAMPLE".into(), "WHERE random() < 0.01 keeps about every hundredth row; LIMIT ends the scan early")
        }
        TableFactor::Table { with_hints, .. } if !with_hints.is_empty() => ("WITH (…)".into(), LEAVE),
        TableFactor::Table { index_hints, .. } if !index_hints.is_empty() => ("an index hint".into(), LEAVE),
        TableFactor::Table { partitions, .. } if !partitions.is_empty() => ("PARTITION".into(), LEAVE),
        TableFactor::Table { version: Some(version), .. } => {
            (quoted(version), "records do not change; a condition on their time chooses them")
        }
        TableFactor::Table { json_path: Some(path), .. } => (quoted(path), "raw -> 'name' reads JSON"),
        TableFactor::Table { with_ordinality: true, .. }
        | TableFactor::Function { with_ordinality: true, .. }
        | TableFactor::UNNEST { with_ordinality: true, .. } => (
            "WITH ORDINALITY".into(),
            "unnest(list) WITH ORDINALITY AS u(element, n) numbers elements; row_number() OVER () numbers rows",
        ),
        TableFactor::NestedJoin { table_with_joins, .. } => return of_joins(table_with_joins),
        TableFactor::Table { .. } | TableFactor::Derived { .. } | TableFactor::UNNEST { .. } => return Ok(()),
        TableFactor::Function { args, .. } if args.iter().all(is_plain) => return Ok(()),
        other => (quoted(other), "tables, subqueries, unnest(…) and generate_series(…) can stand in FROM"),
    };
    Err(refused(format!("{passed_over} is not supported"), instead))
}

fn is_plain(argument: &FunctionArg) -> bool {
    matches!(argument, FunctionArg::Unnamed(FunctionArgExpr::Expr(_)))
}
