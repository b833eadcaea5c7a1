//! An expression as SQL, for people: EXPLAIN shows it of what stays on this side.
//!
//! Only what a statement often holds is put into its words here. What is left is written as the engine has it.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::datatypes::DataType;
use arrow::util::display::array_value_to_string;
use chrono::{DateTime, SecondsFormat};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{
    BinaryExpr, CaseExpr, CastExpr, Column, InListExpr, IsNotNullExpr, IsNullExpr, LambdaExpr, LambdaVariable,
    LikeExpr, Literal, NegativeExpr, NotExpr, TryCastExpr,
};
use datafusion::physical_expr::{HigherOrderFunctionExpr, ScalarFunctionExpr};
use datafusion::physical_expr_common::physical_expr::fmt_sql;

use super::{Expr, quoted, scalar_of, shown};
use crate::predicate::expression::{ACROSS_LINES, ANY_OF, AS_TIME, IN_ZONE, READ_JSON, Scalar};

/// The expression as text.
pub(super) fn words(expr: &Expr) -> String {
    let mut text = String::new();
    write_to(&mut text, expr);
    text
}

fn write_to(text: &mut String, expr: &Expr) {
    if let Some(column) = expr.downcast_ref::<Column>() {
        text.push_str(column.name());
    } else if let Some(literal) = expr.downcast_ref::<Literal>() {
        text.push_str(&constant(literal.value()).unwrap_or_else(|| fmt_sql(expr.as_ref()).to_string()));
    } else if let Some(cast) = expr.downcast_ref::<CastExpr>() {
        of_cast(text, cast);
    } else if let Some(cast) = expr.downcast_ref::<TryCastExpr>() {
        text.push_str("TRY_CAST(");
        write_to(text, cast.expr());
        let name = in_sql(cast.cast_type()).or_else(|| whole_number(cast.cast_type()));
        let _ = match name {
            Some(name) => write!(text, " AS {name})"),
            None => write!(text, " AS {})", cast.cast_type()),
        };
    } else if let Some(case) = expr.downcast_ref::<CaseExpr>() {
        of_case(text, case);
    } else if let Some(negative) = expr.downcast_ref::<NegativeExpr>() {
        text.push('-');
        in_parentheses(text, negative.arg());
    } else if let Some(not) = expr.downcast_ref::<NotExpr>() {
        text.push_str("NOT ");
        in_parentheses(text, not.arg());
    } else if let Some(test) = of_elements(expr) {
        of_test(text, test);
    } else if let Some(binary) = expr.downcast_ref::<BinaryExpr>() {
        let looser =
            |side: &Expr| side.downcast_ref::<BinaryExpr>().is_some_and(|b| binds(*b.op()) <= binds(*binary.op()));
        for (at, side) in [binary.left(), binary.right()].into_iter().enumerate() {
            if at == 1 {
                let _ = write!(text, " {} ", binary.op());
            }
            match side {
                side if at == 1 && matches_expressions(*binary.op()) => pattern(text, side),
                side if looser(side) => in_parentheses(text, side),
                side => write_to(text, side),
            }
        }
    } else if let Some(call) = expr.downcast_ref::<ScalarFunctionExpr>() {
        of_call(text, call);
    } else if let Some(lambda) = expr.downcast_ref::<LambdaExpr>() {
        let _ = match lambda.params() {
            [one] => write!(text, "{one} -> "),
            several => write!(text, "({}) -> ", several.join(", ")),
        };
        write_to(text, lambda.body());
    } else if let Some(element) = expr.downcast_ref::<LambdaVariable>() {
        text.push_str(element.name());
    } else if let Some(null) = expr.downcast_ref::<IsNullExpr>() {
        in_parentheses(text, null.arg());
        text.push_str(" IS NULL");
    } else if let Some(null) = expr.downcast_ref::<IsNotNullExpr>() {
        in_parentheses(text, null.arg());
        text.push_str(" IS NOT NULL");
    } else if let Some(like) = expr.downcast_ref::<LikeExpr>() {
        in_parentheses(text, like.expr());
        let not = if like.negated() { " NOT" } else { "" };
        let _ = write!(text, "{not} {} ", if like.case_insensitive() { "ILIKE" } else { "LIKE" });
        in_parentheses(text, like.pattern());
    } else if let Some(list) = expr.downcast_ref::<InListExpr>() {
        in_parentheses(text, list.expr());
        text.push_str(if list.negated() { " NOT IN (" } else { " IN (" });
        between(text, list.list(), ", ");
        text.push(')');
    } else {
        let _ = write!(text, "{}", fmt_sql(expr.as_ref()));
    }
}

/// A test of elements. That it is true and never NULL is written by the planner, and means itself.
fn of_elements(expr: &Expr) -> Option<&HigherOrderFunctionExpr> {
    let inner = expr.downcast_ref::<BinaryExpr>().filter(|binary| *binary.op() == Operator::IsNotDistinctFrom);
    inner.map_or(expr, BinaryExpr::left).downcast_ref()
}

fn of_test(text: &mut String, test: &HigherOrderFunctionExpr) {
    let name = test.name();
    let _ = write!(text, "{}(", name.strip_prefix("array_").filter(|name| name.ends_with("_match")).unwrap_or(name));
    between(text, test.args(), ", ");
    text.push(')');
}

fn in_parentheses(text: &mut String, expr: &Expr) {
    let is_compound = expr.is::<BinaryExpr>();
    text.push_str(if is_compound { "(" } else { "" });
    write_to(text, expr);
    text.push_str(if is_compound { ")" } else { "" });
}

fn matches_expressions(op: Operator) -> bool {
    use Operator as O;
    matches!(op, O::RegexMatch | O::RegexIMatch | O::RegexNotMatch | O::RegexNotIMatch)
}

/// A regular expression as it was written.
fn pattern(text: &mut String, expr: &Expr) {
    let whole = words(expr);
    if let Some(written) = whole.strip_prefix(&format!("'{ACROSS_LINES}' || ")) {
        let is_compound = written.contains(" || ");
        text.push_str(&if is_compound { format!("({written})") } else { written.to_owned() });
    } else if let Some(written) = whole.strip_prefix(&format!("'{ACROSS_LINES}")) {
        text.push('\'');
        text.push_str(written);
    } else if expr.is::<BinaryExpr>() {
        in_parentheses(text, expr);
    } else {
        text.push_str(&whole);
    }
}

/// How tightly an operator binds, as far as parentheses hang on it.
fn binds(op: Operator) -> u8 {
    match op {
        Operator::Or => 1,
        Operator::And => 2,
        Operator::Plus | Operator::Minus => 4,
        Operator::Multiply | Operator::Divide | Operator::Modulo => 5,
        _ => 3,
    }
}

fn of_call(text: &mut String, call: &ScalarFunctionExpr) {
    match (call.name(), call.args()) {
        ("get_field", [base, field]) => {
            write_to(text, base);
            let name = field.downcast_ref::<Literal>().and_then(|name| name.value().try_as_str().flatten());
            let _ = write!(text, ".{}", name.unwrap_or("…"));
        }
        ("||", args) => between(text, args, " || "),
        (AS_TIME | READ_JSON, [of]) => write_to(text, of),
        (IN_ZONE, [of]) => match call.return_type() {
            DataType::Timestamp(_, Some(zone)) => {
                write_to(text, of);
                let _ = write!(text, " AT TIME ZONE {}", quoted(zone));
            }
            _ => write_to(text, of),
        },
        (ANY_OF, [list, value]) => {
            write_to(text, value);
            text.push_str(" = ANY (");
            write_to(text, list);
            text.push(')');
        }
        ("json_as_text", args @ [_, _]) => between(text, args, " ->> "),
        ("json_get", args) => between(text, args, " -> "),
        // Operators that are checked are functions of their own names.
        (sign @ ("+" | "-" | "*" | "/"), [left, right]) => {
            for (at, side) in [left, right].into_iter().enumerate() {
                if at == 1 {
                    let _ = write!(text, " {sign} ");
                }
                if is_sum(side) { in_brackets(text, side) } else { write_to(text, side) }
            }
        }
        ("-", [of]) => {
            text.push('-');
            if is_sum(of) { in_brackets(text, of) } else { write_to(text, of) }
        }
        (name, [of, expression, rest @ ..]) if name.starts_with("regexp_") => {
            let _ = write!(text, "{name}(");
            write_to(text, of);
            text.push_str(", ");
            pattern(text, expression);
            for one in rest {
                text.push_str(", ");
                write_to(text, one);
            }
            text.push(')');
        }
        (name, args) => {
            let _ = write!(text, "{name}(");
            between(text, args, ", ");
            text.push(')');
        }
    }
}

/// Whether it has to stand in parentheses beside an operator on numbers.
fn is_sum(expr: &Expr) -> bool {
    expr.is::<BinaryExpr>()
        || expr.downcast_ref::<ScalarFunctionExpr>().is_some_and(|call| matches!(call.name(), "+" | "-" | "*" | "/"))
}

fn in_brackets(text: &mut String, expr: &Expr) {
    text.push('(');
    write_to(text, expr);
    text.push(')');
}

fn between(text: &mut String, exprs: &[Expr], sign: &str) {
    for (at, expr) in exprs.iter().enumerate() {
        text.push_str(if at > 0 { sign } else { "" });
        write_to(text, expr);
    }
}

/// `coalesce` is planned as a CASE, and is written as the call that it was.
fn of_case(text: &mut String, case: &CaseExpr) {
    if let Some(args) = coalesced(case) {
        text.push_str("coalesce(");
        between(text, &args, ", ");
        return text.push(')');
    }
    text.push_str("CASE");
    if let Some(base) = case.expr() {
        text.push(' ');
        write_to(text, base);
    }
    for (when, then) in case.when_then_expr() {
        text.push_str(" WHEN ");
        write_to(text, when);
        text.push_str(" THEN ");
        write_to(text, then);
    }
    if let Some(other) = case.else_expr() {
        text.push_str(" ELSE ");
        write_to(text, other);
    }
    text.push_str(" END");
}

/// What a call of `coalesce` was given: each value stands there if it is not NULL, and the last one otherwise.
fn coalesced(case: &CaseExpr) -> Option<Vec<Expr>> {
    let value = |(when, then): &(Expr, Expr)| {
        let test = when.downcast_ref::<IsNotNullExpr>()?;
        (test.arg().as_ref() == then.as_ref()).then(|| Arc::clone(then))
    };
    let last = case.else_expr().filter(|_| case.expr().is_none())?;
    let mut args = case.when_then_expr().iter().map(value).collect::<Option<Vec<Expr>>>()?;
    args.push(Arc::clone(last));
    Some(args)
}

/// A cast to another zone is what `AT TIME ZONE` became; one that only widens a type was nobody's.
fn of_cast(text: &mut String, cast: &CastExpr) {
    let own = |text: &mut String| write_to(text, cast.expr());
    // What is an element is a text in one form or in another.
    let element = cast.expr().downcast_ref::<LambdaVariable>().map(|element| element.field().data_type());
    if element.is_some_and(DataType::is_string) && cast.cast_type().is_string() {
        return own(text);
    }
    match cast.cast_type() {
        DataType::Timestamp(_, Some(zone)) if &**zone != "UTC" && &**zone != "+00:00" => {
            own(text);
            let _ = write!(text, " AT TIME ZONE {}", quoted(zone));
        }
        to => {
            let Some(name) = in_sql(to) else { return own(text) };
            text.push_str("CAST(");
            own(text);
            let _ = write!(text, " AS {name})");
        }
    }
}

/// The type as SQL has it, where a cast to it is worth saying.
fn in_sql(to: &DataType) -> Option<&'static str> {
    Some(match to {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text",
        DataType::Boolean => "boolean",
        DataType::Date32 | DataType::Date64 => "date",
        DataType::Timestamp(..) => "timestamp",
        DataType::Float32 | DataType::Float64 => "double",
        DataType::Decimal128(..) | DataType::Decimal256(..) => "decimal",
        _ => return None,
    })
}

/// The same of whole numbers, to which a cast is worth saying if it may fail.
fn whole_number(to: &DataType) -> Option<&'static str> {
    match to {
        DataType::Int8 | DataType::Int16 => Some("smallint"),
        DataType::Int32 => Some("integer"),
        DataType::Int64 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => Some("bigint"),
        _ => None,
    }
}

fn constant(value: &ScalarValue) -> Option<String> {
    if let ScalarValue::TimestampNanosecond(Some(nanos), _) = value {
        let instant = DateTime::from_timestamp_nanos(*nanos);
        return Some(quoted(&match nanos % 1_000 {
            0 => crate::time::instant_text(instant.timestamp_micros()),
            _ => instant.to_rfc3339_opts(SecondsFormat::Nanos, true),
        }));
    }
    if let ScalarValue::IntervalMonthDayNano(Some(_)) = value {
        let text = array_value_to_string(&value.to_array().ok()?, 0).ok()?;
        return Some(format!("INTERVAL '{text}'"));
    }
    // A whole number beside what is read of JSON.
    if let ScalarValue::Decimal128(Some(_), ..) = value {
        let text = array_value_to_string(&value.to_array().ok()?, 0).ok()?;
        return Some(text.strip_suffix(".0").map(str::to_owned).unwrap_or(text));
    }
    match scalar_of(value) {
        Scalar::Other | Scalar::Pending => None,
        scalar => Some(shown(&scalar)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predicate::NO_MICROSECOND;

    #[test]
    fn a_time_that_no_record_has_is_said_in_words() {
        let time = |micros| constant(&ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into())));
        assert_eq!(time(NO_MICROSECOND).as_deref(), Some("a time finer than a microsecond"));
        assert_eq!(time(0).as_deref(), Some("'1970-01-01T00:00:00Z'"));
    }
}
