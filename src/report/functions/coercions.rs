//! Calls that the engine refuses in an order, a filter, a join or a window, where its texts are others than in WHERE.

use super::super::types;
use super::super::words::Words;
use super::{NUMBER_OF_TEXT, typed};
use crate::engine::manual_of_functions;
use crate::report::advice;
use datafusion::sql::sqlparser::tokenizer::Token;

/// How the engine begins where a function takes nothing of what it was given.
const REFUSED: [&str; 4] = ["failed to match any signature", "requires ", "expects ", "expected "];

/// Forms of the engine's functions that people write most.
const FORMS: &[(&str, &str)] = &[
    ("character_length", "character_length(text)"),
    ("contains", "contains(text, 'part')"),
    ("date_bin", "date_bin(INTERVAL '5 minutes', time)"),
    ("date_part", "date_part('hour', time)"),
    ("date_trunc", "date_trunc('hour', time)"),
    ("ends_with", "ends_with(text, 'end')"),
    ("lower", "lower(text)"),
    ("replace", "replace(text, 'from', 'to')"),
    ("round", "round(number), round(number, 2)"),
    ("split_part", "split_part(text, '@', 2)"),
    ("starts_with", "starts_with(text, 'begin')"),
    ("strpos", "strpos(text, 'part')"),
    ("substr", "substr(text, 1, 3)"),
    ("to_char", "to_char(time, 'YYYY-MM-DD')"),
    ("upper", "upper(text)"),
];

/// Functions of windows that look at a value.
const OF_A_VALUE: [&str; 5] = ["first_value", "last_value", "nth_value", "lag", "lead"];

/// The words for such a text.
pub(super) fn of(text: &str, sql: &str) -> Option<Words> {
    if text.starts_with("column types must match schema types, expected Null") {
        return without_value(sql);
    }
    if let Some(rest) = text.strip_prefix("Failed to coerce arguments to satisfy a call to '") {
        let (name, rest) = rest.split_once("' function: coercion from ")?;
        let (given, signature) = rest.split_once(" to the signature ")?;
        let given = types::in_sql(given);
        return Some((format!("{} does not take ({given})", typed(name, sql)), hint(name, sql, &given, signature)));
    }
    let (name, why) = text.strip_prefix("Function '")?.split_once("' ")?;
    if let Some(inner) = why.strip_prefix("user-defined coercion failed with: ") {
        return Some(of_own(name, inner, sql));
    }
    if !REFUSED.iter().any(|begin| why.starts_with(begin)) {
        return None;
    }
    let called = typed(name, sql);
    let told = types::in_sql(why.split("\n\nHint").next().unwrap_or(why));
    let of_type = told.split("(DataType: ").nth(1).and_then(|rest| rest.split_once(')')).map(|(kind, _)| kind);
    if let Some(kind) = of_type {
        return Some((format!("{called} does not take ({kind})"), hint(name, sql, kind, why)));
    }
    let count = told.rsplit_once("but received ").map_or("", |(_, count)| count.trim_end_matches(['.', ' ']));
    let what = match count.parse::<usize>() {
        Ok(count) => format!("{called} does not take {}", arguments(count)),
        Err(_) if count.is_empty() => format!("{called} does not take what it was given"),
        Err(_) => format!("{called} does not take ({})", count.to_lowercase()),
    };
    Some((what, hint(name, sql, "", why)))
}

/// A function that says itself what it takes.
fn of_own(name: &str, inner: &str, sql: &str) -> Words {
    let called = typed(name, sql);
    let inner = types::without_parts(inner.strip_prefix("Internal error: ").unwrap_or(inner));
    let said = types::in_sql(inner.lines().next().unwrap_or_default().trim_end_matches('.'));
    if let Some(kind) = said.strip_prefix("Expected a map type, got ") {
        let hint = format!("{}; x[1] is the first element of a list", types::OF_A_MAP);
        return (format!("{called} takes a map, and this is {}", types::a(kind)), hint);
    }
    let counted = said.rsplit_once(" takes ").and_then(|(_, rest)| {
        let (wanted, given) = rest.split_once(", not ")?;
        let wanted: usize = wanted.split(' ').next()?.parse().ok()?;
        Some(format!("{called} takes {}, and not {given}", arguments(wanted)))
    });
    let what = counted.unwrap_or_else(|| match said.split_once(": ") {
        Some((_, why)) if said.starts_with(name) => format!("{called}: {why}"),
        _ => match said.split_once(" does not support type ") {
            Some((_, kind)) => format!("{called} does not take ({kind})"),
            None => format!("{called} does not take what it was given: {said}"),
        },
    });
    (what, hint(name, sql, "", ""))
}

fn arguments(count: usize) -> String {
    if count == 1 { "1 argument".into() } else { format!("{count} arguments") }
}

/// What a function takes, as far as that is known here.
fn hint(name: &str, sql: &str, given: &str, wanted: &str) -> String {
    let wants_number = ["Float", "Decimal", "Integer", "Numeric", "Int64"].iter().any(|of| wanted.contains(of));
    let more = if wants_number && given.starts_with("text") { format!("; {NUMBER_OF_TEXT}") } else { String::new() };
    if let Some(own) = manual_of_functions().into_iter().find(|function| function.is_called(name)) {
        return format!("it takes {}{more}", own.syntax);
    }
    let called = typed(name, sql);
    match FORMS.iter().find(|(known, _)| *known == name) {
        Some((_, form)) => format!("it takes {}{more}", form.replace(&format!("{name}("), &format!("{called}("))),
        None if !more.is_empty() => NUMBER_OF_TEXT.to_owned(),
        None => format!("\\df {name} shows what it takes"),
    }
}

/// `first_value() OVER (…)`: the engine plans it, and then has no column for it.
fn without_value(sql: &str) -> Option<Words> {
    let tokens = advice::solid(sql);
    let name = tokens.windows(3).find_map(|three| match three {
        [Token::Word(word), Token::LParen, Token::RParen] => {
            OF_A_VALUE.into_iter().find(|known| word.value.eq_ignore_ascii_case(known))
        }
        _ => None,
    })?;
    let form = if name == "nth_value" { "nth_value(x, 2)".to_owned() } else { format!("{name}(x)") };
    Some((format!("{name} looks at a value, and is given none"), format!("write {form} OVER (ORDER BY time)")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_function_does_not_take_is_said_as_in_a_condition() {
        for (text, sql, what, told) in [
            (
                "Function 'date_trunc' failed to match any signature, errors: Error during planning: Function 'date_trunc' expects 2 arguments but received 1,Error during planning: Function 'date_trunc' expects 2 arguments but received 1.",
                "SELECT id FROM t ORDER BY date_trunc(a)",
                "date_trunc does not take 1 argument",
                "it takes date_trunc('hour', time)",
            ),
            (
                "Function 'map_extract' user-defined coercion failed with: Internal error: Expected a map type, got Utf8View.\nThis issue was likely caused by a bug in DataFusion's code.",
                "SELECT id FROM t ORDER BY element_at(a, 1)",
                "element_at takes a map, and this is a text",
                "first element of a list",
            ),
            (
                "Function 'round' failed to match any signature, errors: Error during planning: Function 'round' expects 2 arguments but received 1,Error during planning: Function 'round' requires Decimal, but received String (DataType: Utf8View).",
                "SELECT id FROM t ORDER BY round(a)",
                "round does not take (text)",
                "it takes round(number), round(number, 2); CAST(x AS DOUBLE)",
            ),
            (
                "Failed to coerce arguments to satisfy a call to 'sqrt' function: coercion from Utf8View to the signature Uniform(1, [Float64, Float32]) failed",
                "SELECT 1 FROM t a JOIN t b ON sqrt(a.n) = 1",
                "sqrt does not take (text)",
                "CAST(x AS DOUBLE)",
            ),
            (
                "Function 'url_decode' user-defined coercion failed with: Error during planning: url_decode(text) takes 1 argument(s), not 2",
                "",
                "url_decode takes 1 argument, and not 2",
                "it takes url_decode(text)",
            ),
            (
                "Function 'kv_old' user-defined coercion failed with: Error during planning: kv_old(list, name) takes 2 arguments, not 1",
                "",
                "kv_old takes 2 arguments, and not 1",
                "it takes kv_old(",
            ),
            (
                "Function 'ip_in' user-defined coercion failed with: Error during planning: ip_in(address, network): address cannot be of type Int64",
                "",
                "ip_in: address cannot be of type bigint",
                "it takes ip_in(address, network)",
            ),
            (
                "Function 'lower' requires String, but received List(Utf8View) (DataType: List(Utf8View)).",
                "SELECT 1 FROM t ORDER BY tolower(a)",
                "tolower does not take (list)",
                "it takes tolower(text)",
            ),
            (
                "column types must match schema types, expected Null but found Utf8View at column index 1",
                "SELECT first_value() OVER (ORDER BY id) FROM t",
                "first_value looks at a value, and is given none",
                "first_value(x) OVER",
            ),
        ] {
            let (said, hint) = of(text, sql).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(said, what, "{text}");
            assert!(hint.contains(told), "{text}: {hint}");
        }
        for text in ["Function 'x' is something else", "column types must match schema types, expected Null", "x"] {
            assert_eq!(of(text, "SELECT 1"), None, "{text}");
        }
    }
}
