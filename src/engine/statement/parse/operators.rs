//! Operators, among them those that go into JSON.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, Interval, LimitClause, Query, SelectItem, SetExpr, UnaryOperator, Value,
    ValueWithSpan, visit_expressions,
};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::dialect::refused;
use super::{json, span, spellings};
use crate::engine::error::Error;
use crate::engine::functions::any_of;
use crate::engine::session::number_bins;

/// A binary operator and its operands.
pub(super) fn of_binary(expr: &mut Expr) -> Result<(), Error> {
    use BinaryOperator as B;
    let Expr::BinaryOp { left, op, right } = expr else { return Ok(()) };
    match op {
        B::Arrow | B::LongArrow => json::of_step(op, right),
        B::HashArrow | B::HashLongArrow => {
            // Anything else would be looked for as one name, and not be found.
            let Some(steps) = json::steps_of_array(right) else {
                let what = format!("{op} takes a path that is written out, such as '{{a,0,b}}'");
                return Err(refused(what, "json_get(raw, 'a', 0, 'b') takes the steps one by one"));
            };
            let function = if *op == B::HashArrow { "json_get" } else { "json_as_text" };
            *expr = json::call(function, left.as_ref().clone(), &steps);
            Ok(())
        }
        B::Plus | B::Minus => {
            if let Some(date) = date_of(left, op, right) {
                let what = format!("{date} without quotes is arithmetic");
                return Err(refused(what, format!("write it as a text: '{date}'")));
            }
            span_of_text(right);
            Ok(())
        }
        op if is_planned(op) => Ok(()),
        op => Err(refused(format!("the operator {op} is not supported"), instead_of(op))),
    }
}

/// The date that numbers were meant as: `2026-11-29`, `20261129`.
pub(super) fn date_in(expr: &Expr) -> Option<String> {
    match expr {
        Expr::BinaryOp { left, op, right } => date_of(left, op, right),
        Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. }) if digits.len() == 8 => {
            chrono::NaiveDate::parse_from_str(digits, "%Y%m%d").ok().map(|date| date.to_string())
        }
        _ => None,
    }
}

/// The date that a difference of three numbers was meant as: `2026-11-29`, without blanks.
///
/// Where a number can be a time, 1986 microseconds since 1970 would be one.
fn date_of(left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<String> {
    fn number(expr: &Expr) -> Option<(&str, Span)> {
        match expr {
            Expr::Value(ValueWithSpan { value: Value::Number(digits, _), span }) => Some((digits, *span)),
            _ => None,
        }
    }
    let Expr::BinaryOp { left: year, op: BinaryOperator::Minus, right: month } = left else { return None };
    let ((year, first), (month, second), (day, third)) = (number(year)?, number(month)?, number(right)?);
    let beside = |a: Span, b: Span| a.end.line == b.start.line && a.end.column + 1 == b.start.column && a.end.line > 0;
    let is_written = *op == BinaryOperator::Minus && beside(first, second) && beside(second, third);
    let date = format!("{year}-{month}-{day}");
    let is_date = year.len() == 4 && chrono::NaiveDate::parse_from_str(&date, "%Y-%m-%d").is_ok();
    (is_written && is_date).then_some(date)
}

/// `now() - '7d'`: a text that says a span is one.
fn span_of_text(expr: &mut Expr) {
    if let Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) = expr
        && let Some(span) = span::interval(text)
    {
        *expr = spellings::interval_of(&span);
    }
}

/// `INTERVAL '7d'`.
pub(super) fn of_interval(interval: &mut Interval) {
    if let (Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }), None) =
        (interval.value.as_mut(), &interval.leading_field)
        && let Some(span) = span::interval(text)
    {
        *text = span;
    }
}

/// The right side of `IS [NOT] DISTINCT FROM`. In PostgreSQL it ends before AND and OR; the parser (sqlparser 0.62) takes them
/// into it, and `a IS NOT DISTINCT FROM true AND b` would become `a IS NOT DISTINCT FROM (true AND b)`: another condition.
pub(super) fn of_distinct(right: &Expr) -> Result<(), Error> {
    match right {
        Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or, .. } => Err(refused(
            "AND and OR after IS DISTINCT FROM need parentheses around the comparison",
            "write (a IS DISTINCT FROM b) AND c",
        )),
        _ => Ok(()),
    }
}

/// A comparison with each row of a query. Where both sides read one table, the planner takes a column of the one for that of
/// the other; IN keeps them apart.
pub(super) fn of_quantified(expr: &mut Expr) -> Result<(), Error> {
    let (left, op, right, negated) = match expr {
        Expr::AnyOp { left, compare_op, right, .. } => (left, &*compare_op, right, false),
        Expr::AllOp { left, compare_op, right } => (left, &*compare_op, right, true),
        _ => return Ok(()),
    };
    let as_in = if negated { BinaryOperator::NotEq } else { BinaryOperator::Eq };
    let Expr::Subquery(query) = right.as_ref() else {
        let beside = |name: &str, one: &Expr, other: &Expr| {
            let op = BinaryOperator::Custom(name.to_owned());
            Box::new(Expr::BinaryOp { left: Box::new(one.clone()), op, right: Box::new(other.clone()) })
        };
        if *op == as_in {
            let any = beside(any_of::OPERATOR, left, right);
            *expr = if negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: any } } else { *any };
        } else if !compares_lists(left) && !compares_lists(right) && !is_beside_list(left) {
            let [value, list] = any_of::SIDES;
            (*left, *right) = (beside(value, left, right), beside(list, right, left));
            if !negated {
                let unknown = beside(any_of::UNKNOWN, right, &Expr::value(Value::Null));
                *expr = Expr::BinaryOp { left: Box::new(expr.clone()), op: BinaryOperator::Or, right: unknown };
            }
        }
        return Ok(());
    };
    if *op != as_in {
        return Err(refused(
            format!("{op} {} (SELECT …) is not supported", if negated { "ALL" } else { "ANY" }),
            "compare with the least or the greatest: x > (SELECT max(y) FROM …)",
        ));
    }
    *expr = Expr::InSubquery { expr: left.clone(), subquery: query.clone(), negated };
    Ok(())
}

/// Whether it is a side of a comparison with a list that was seen before.
fn is_beside_list(expr: &Expr) -> bool {
    matches!(expr, Expr::BinaryOp { op: BinaryOperator::Custom(name), .. } if any_of::SIDES.contains(&name.as_str()))
}

/// Whether there is a comparison with a list in it. The sides of one are said twice, and those of one in another would be four times.
pub(super) fn compares_lists(expr: &Expr) -> bool {
    let is_one = |expr: &Expr| match expr {
        Expr::AnyOp { .. } | Expr::AllOp { .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    visit_expressions(expr, is_one).is_break()
}

/// The planner asks whether the query has rows before its OFFSET, and before it is summed up.
pub(super) fn of_exists(query: &Query, is_scalar: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    let behind = match &query.limit_clause {
        Some(LimitClause::LimitOffset { offset, .. }) => offset.is_some(),
        Some(LimitClause::OffsetCommaLimit { .. }) => true,
        None => false,
    };
    if behind {
        return Err(refused("EXISTS does not look behind an OFFSET here", "(SELECT count(*) FROM …) > n counts rows"));
    }
    let SetExpr::Select(select) = query.body.as_ref() else { return Ok(()) };
    let summed_up = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(Expr::Function(function))
        | SelectItem::ExprWithAlias { expr: Expr::Function(function), .. } => {
            let name = function.name.to_string().to_lowercase();
            function.over.is_none() && name != "unnest" && !is_scalar(&name)
        }
        _ => false,
    };
    let grouped = !matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty());
    if grouped || !select.projection.iter().any(summed_up) {
        return Ok(());
    }
    Err(refused(
        "what is summed up without GROUP BY is always one row, so EXISTS tells nothing",
        "EXISTS (SELECT 1 FROM …), or compare the value: (SELECT count(*) FROM …) > 0",
    ))
}

fn is_planned(op: &BinaryOperator) -> bool {
    use BinaryOperator as B;
    if let B::Custom(name) = op {
        return [number_bins::OPERATOR, any_of::OPERATOR, any_of::UNKNOWN]
            .iter()
            .chain(&any_of::SIDES)
            .any(|own| own == name);
    }
    matches!(
        op,
        B::Plus
            | B::Minus
            | B::Multiply
            | B::Divide
            | B::Modulo
            | B::StringConcat
            | B::Gt
            | B::Lt
            | B::GtEq
            | B::LtEq
            | B::Spaceship
            | B::Eq
            | B::NotEq
            | B::And
            | B::Or
            | B::Xor
            | B::BitwiseOr
            | B::BitwiseAnd
            | B::BitwiseXor
            | B::PGBitwiseXor
            | B::PGBitwiseShiftLeft
            | B::PGBitwiseShiftRight
            | B::PGExp
            | B::PGRegexMatch
            | B::PGRegexIMatch
            | B::PGRegexNotMatch
            | B::PGRegexNotIMatch
            | B::PGLikeMatch
            | B::PGILikeMatch
            | B::PGNotLikeMatch
            | B::PGNotILikeMatch
            | B::AtArrow
            | B::ArrowAt
            | B::Question
            | B::DuckIntegerDivide
            | B::MyIntegerDivide
    )
}

fn instead_of(op: &BinaryOperator) -> &'static str {
    use BinaryOperator as B;
    if ["<<=", ">>="].contains(&op.to_string().as_str()) {
        return "ip_in(address, '10.0.0.0/8') tells whether an address lies in a network";
    }
    match op {
        B::QuestionAnd | B::QuestionPipe => "raw ? 'name' looks for one name; AND and OR put several together",
        B::HashMinus | B::AtQuestion | B::AtAt => "raw -> 'a' -> 0 ->> 'b' reads JSON, raw ? 'a' looks for a name",
        B::PGStartsWith => "starts_with(x, 'text')",
        B::Regexp => "x ~ 'expression'",
        B::Assignment => "an argument is named with =>, as in timeline('ana@contoso.com', files => 'vpn.csv')",
        B::Overlaps => "write a_begin < b_end AND b_begin < a_end",
        B::PGOverlap => "AND and OR are written as words; array_has_any(a, b) tells whether two lists share an element",
        B::At => "a text stands in single quotes: 'ana@contoso.com'",
        _ => "\\df lists the functions",
    }
}
