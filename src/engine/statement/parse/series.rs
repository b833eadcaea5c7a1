//! `generate_series(current_date - INTERVAL '7 days', current_date, INTERVAL '1 day')`: its ends are a time and a date.
//!
//! A date that is moved by a length is a time, and a series takes two of one kind. As in PostgreSQL, it is one of times then. Whether an
//! end is a date has to be seen here, where nothing has a type yet: as it is written.

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CastKind, DataType, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, TimezoneInfo, Value,
};

/// Functions that count from one end to the other.
const NAMES: [&str; 2] = ["generate_series", "range"];

/// Makes times of the ends of a series, if one of them is a date that is moved.
pub(super) fn of_ends(name: &str, args: &mut [FunctionArg]) {
    let [FunctionArg::Unnamed(FunctionArgExpr::Expr(first)), FunctionArg::Unnamed(FunctionArgExpr::Expr(last)), ..] =
        args
    else {
        return;
    };
    if NAMES.contains(&name) && (is_moved(first) || is_moved(last)) {
        for end in [first, last] {
            let expr = Box::new(std::mem::replace(end, Expr::Value(Value::Null.into())));
            let data_type = DataType::Timestamp(None, TimezoneInfo::None);
            *end = Expr::Cast { kind: CastKind::Cast, expr, data_type, array: false, format: None };
        }
    }
}

fn is_moved(end: &Expr) -> bool {
    match end {
        Expr::Nested(inner) => is_moved(inner),
        Expr::BinaryOp { left, op: BinaryOperator::Plus | BinaryOperator::Minus, right } => {
            is_moved(left) || is_date(left) && is_length(right) || is_length(left) && is_date(right)
        }
        _ => false,
    }
}

fn is_date(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_date(inner),
        Expr::TypedString(typed) => typed.data_type == DataType::Date,
        Expr::Cast { data_type, .. } => *data_type == DataType::Date,
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            name == "current_date" || name == "date" && !matches!(function.args, FunctionArguments::None)
        }
        _ => false,
    }
}

fn is_length(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_length(inner),
        Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } => is_length(left) || is_length(right),
        // Text beside a date is a length: a number of days has no quotes.
        Expr::Value(said) => matches!(said.value, Value::SingleQuotedString(_)),
        other => matches!(other, Expr::Interval(_)),
    }
}
