//! Calls of functions: clauses that belong to aggregates only, patterns of other dialects.

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, ObjectNamePart,
    Value, ValueWithSpan, WindowType,
};

use super::dialect::{quoted, refused};
use super::{json, pattern, series};
use crate::engine::error::Error;
use crate::engine::statement::timeline;

/// Functions of other databases that go into JSON.
const JSON_ELSEWHERE: [&str; 12] = [
    "get_json_object",
    "json_extract",
    "json_extract_path",
    "json_extract_path_text",
    "json_extract_scalar",
    "json_extract_string",
    "json_query",
    "json_value",
    "jsonb_extract_path",
    "jsonb_extract_path_text",
    "jsonb_path_query",
    "parse_json",
];

/// Looks at a call, and says it in words that the planner knows.
pub(super) fn of_function(function: &mut Function, is_scalar: &dyn Fn(&str) -> bool) -> Result<(), Error> {
    let [part] = function.name.0.as_mut_slice() else { return Ok(()) };
    let Some(Ident { value, quote_style, .. }) = part.as_ident().cloned() else { return Ok(()) };
    let name = if quote_style.is_some() { value } else { value.to_lowercase() };
    if JSON_ELSEWHERE.contains(&name.as_str()) {
        return Err(refused(format!("there is no function {name}"), "raw -> 'a' -> 0 ->> 'b' reads JSON"));
    }
    if name == timeline::NAME {
        return Err(refused("timeline gives rows, and stands in FROM", format!("SELECT * FROM {}", timeline::SYNTAX)));
    }
    if let Some(own) = renamed(&name, &function.args) {
        *part = ObjectNamePart::Identifier(Ident::new(own));
    }
    if is_scalar(&name) {
        of_scalar(&name, function)?;
    }
    of_whole_rows(&name, &function.args)?;
    if name == "sessionize" {
        of_sessions(function)?;
    }
    match &mut function.args {
        FunctionArguments::Subquery(query) => Err(refused(
            format!("{name} takes values, and {} is a query", quoted(query)),
            if name == "array" {
                "write (SELECT array_agg(x) FROM …)"
            } else {
                "put it into parentheses of its own: f((SELECT …))"
            },
        )),
        FunctionArguments::List(list) if name.starts_with("json_") => json::of_arguments(&name, &list.args),
        FunctionArguments::List(list) => {
            series::of_ends(&name, &mut list.args);
            of_patterns(&name, &mut list.args)
        }
        FunctionArguments::None => Ok(()),
    }
}

/// Sessions follow one another: without an order there are none.
fn of_sessions(function: &Function) -> Result<(), Error> {
    let is_ordered = match &function.over {
        Some(WindowType::WindowSpec(window)) => !window.order_by.is_empty() || window.window_name.is_some(),
        Some(WindowType::NamedWindow(_)) => true,
        None => false,
    };
    if is_ordered {
        return Ok(());
    }
    Err(refused(
        "sessionize goes from row to row, and needs their order",
        "sessionize(time, INTERVAL '30 minutes') OVER (PARTITION BY user_name ORDER BY time)",
    ))
}

/// The function that does the same here, if it goes by another name or would give a time without a zone.
fn renamed(name: &str, args: &FunctionArguments) -> Option<&'static str> {
    match (name, args) {
        ("transaction_timestamp" | "statement_timestamp", _) => Some("now"),
        ("json_array_length" | "jsonb_array_length", _) => Some("json_length"),
        ("from_unixtime", FunctionArguments::List(list)) if list.args.len() == 1 => Some("to_timestamp_seconds"),
        _ => None,
    }
}

/// The planner counts a constant in place of the rows: each of them is the same.
fn of_whole_rows(name: &str, args: &FunctionArguments) -> Result<(), Error> {
    let FunctionArguments::List(list) = args else { return Ok(()) };
    let whole = |arg: &FunctionArg| {
        matches!(arg, FunctionArg::Unnamed(FunctionArgExpr::Wildcard | FunctionArgExpr::QualifiedWildcard(_)))
    };
    let is_whole = list.args.iter().any(whole);
    if is_whole && ["arg_max", "arg_min", "max_by", "min_by"].contains(&name) {
        let instead = "QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY created_date_time DESC) = 1 keeps a whole row of each";
        return Err(refused(format!("{name} gives one value, and * is a whole row"), instead));
    }
    if list.duplicate_treatment.is_none() || !is_whole {
        return Ok(());
    }
    Err(refused(
        format!("{name}(DISTINCT *) is not supported"),
        "SELECT count(*) FROM (SELECT DISTINCT * FROM …) counts rows that differ; count(DISTINCT id) counts records",
    ))
}

/// A function of single rows has no set of rows to choose from or to go over.
fn of_scalar(name: &str, function: &Function) -> Result<(), Error> {
    let (distinct, clauses) = match &function.args {
        FunctionArguments::List(FunctionArgumentList { duplicate_treatment, clauses, .. }) => {
            (duplicate_treatment.is_some(), !clauses.is_empty())
        }
        _ => (false, false),
    };
    let aggregates = distinct
        || clauses
        || function.filter.is_some()
        || function.over.is_some()
        || function.null_treatment.is_some()
        || !function.within_group.is_empty();
    if !aggregates {
        return Ok(());
    }
    Err(refused(
        format!("{name} is no aggregate: it takes neither DISTINCT, ORDER BY, FILTER nor OVER"),
        "CASE WHEN … THEN … END makes a value depend on a condition",
    ))
}

/// Patterns of times in the place that a function has for them.
fn of_patterns(name: &str, args: &mut [FunctionArg]) -> Result<(), Error> {
    let takes = matches!(name, "to_char" | "date_format" | "to_date" | "to_time" | "to_unixtime")
        || name.starts_with("to_timestamp");
    if !takes {
        return Ok(());
    }
    for arg in args.iter_mut().skip(1) {
        if let FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(ValueWithSpan {
            value: Value::SingleQuotedString(text),
            ..
        }))) = arg
        {
            *text = pattern::strftime(text).map_err(|why| {
                refused(
                    format!("{name} does not know the pattern '{text}': {why}"),
                    "'YYYY-MM-DD HH24:MI:SS' and '%Y-%m-%d %H:%M:%S' are the same",
                )
            })?;
        }
    }
    Ok(())
}
