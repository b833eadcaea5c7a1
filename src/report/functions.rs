//! Functions that there are not, and calls that a function does not take.

mod coercions;

use datafusion::sql::sqlparser::tokenizer::Token;

use super::words::Words;
use super::{advice, names, nearest, types};
use crate::engine::{FUNCTIONS_OF_ELEMENTS, functions_elsewhere, manual_of_functions};
use crate::predicate::ANY_OF;

/// The words for a text of the planner about a function.
pub(super) fn of_plan(text: &str, sql: &str) -> Option<Words> {
    if let Some(words) = of_arguments(text, sql).or_else(|| coercions::of(text, sql)) {
        return Some(words);
    }
    if let Some(name) = names::quoted(text, "table function '", "' not found") {
        if let Some(hint) = advice::of_stated(sql) {
            return Some(("what is known of a file is stated to the function that reads it".into(), hint));
        }
        return Some((format!("there is no function {name} that makes a table"), of_tables(name)));
    }
    let (name, _) = text.strip_prefix("Invalid function '")?.split_once('\'')?;
    if WINDOWS.contains(&name) {
        let hint = format!("write {name}(…) OVER (PARTITION BY user_name ORDER BY time)");
        return Some((format!("{name} goes from row to row, and needs OVER"), hint));
    }
    Some((format!("there is no function {name}"), near_function(name)))
}

/// What to do about a function in FROM that there is not.
fn of_tables(name: &str) -> String {
    if ["xls", "excel", "ods", "sheet"].iter().any(|part| name.contains(part)) {
        return "spreadsheets are not read: save the sheet as CSV, and SELECT * FROM 'file.csv'".into();
    }
    let known =
        ["read_csv", "read_json", "read_parquet", "read_log", "read_evtx", "generate_series", "timeline", "unnest"];
    match nearest(name, known.into_iter().map(|known| (known, known))) {
        Some(near) => format!("did you mean {near}?"),
        None => "SELECT * FROM 'FILE' reads csv, json, parquet and logs as it is".into(),
    }
}

/// A function that does not take what it was given: `No function matches the given name and argument types 'f(Int64)'`.
fn of_arguments(text: &str, sql: &str) -> Option<Words> {
    let (_, call) = text.split_once("argument types '")?;
    let (call, rest) = call.split_once("'. ").or_else(|| call.split_once('\''))?;
    let (name, types) = call.split_once('(')?;
    if name == ANY_OF {
        let of = types::in_sql(types.trim_end_matches(')'));
        let hint = "x IN ('a', 'b') compares with values that are written out, x IN (SELECT …) with those of a query";
        return Some((format!("= ANY takes a list of such values on its right, and here are {of}"), hint.into()));
    }
    let typed = typed(name, sql);
    let forms = rest.split_once("Candidate functions:").map_or("", |(_, forms)| forms);
    let mut told: Vec<String> = Vec::new();
    for form in forms.lines().map(str::trim).filter(|form| !form.is_empty()) {
        let form = in_words(form, name, &typed);
        told.extend(form.filter(|form| !told.contains(form)));
    }
    let own = manual_of_functions().into_iter().find(|function| function.is_called(name));
    let hint = match told.as_slice() {
        _ if let Some(hint) = of_nested(name, types) => {
            hint.replace("LIST", argument(&typed, sql).as_deref().unwrap_or("list"))
        }
        _ if own.is_some() => format!("it takes {}", own.map_or_else(String::new, |function| function.syntax)),
        [] => format!("\\df {name} shows what it takes"),
        told => {
            let form = format!("it takes {}", told[..told.len().min(3)].join(", "));
            let wants_number = told.iter().any(|form| form.contains("(number"));
            if wants_number && types.starts_with("Utf8") { format!("{form}; {NUMBER_OF_TEXT}") } else { form }
        }
    };
    Some((format!("{typed} does not take ({}", types::in_sql(types)), hint))
}

/// What to write where a function was given a list or a struct in the place of a text, or a condition in that of a number. LIST stands for what it was given.
fn of_nested(name: &str, types: &str) -> Option<&'static str> {
    let (is_list, is_struct) = (types.starts_with("List("), types.starts_with("Struct("));
    match name {
        "sum" | "avg" if types.starts_with("Boolean") => Some(
            "count_if(condition) counts the rows for which it is true, avg(CASE WHEN condition THEN 1.0 ELSE 0 END) is their share",
        ),
        "character_length" if is_list => Some("cardinality(LIST) counts the elements of a list"),
        "json_list" | "json_entries" if is_list => {
            Some("that is a list already, and no JSON: unnest(LIST) makes a row of each element")
        }
        "json_list" | "json_entries" if is_struct => {
            Some("that is a struct, and no JSON: its fields are written with a dot, as in status.error_code")
        }
        _ => None,
    }
}

/// The first argument of a call, if it is a name alone.
fn argument(function: &str, sql: &str) -> Option<String> {
    let tokens = advice::solid(sql);
    let called = |pair: &[Token]| {
        advice::word(&pair[0]).is_some_and(|word| word.value.eq_ignore_ascii_case(function)) && pair[1] == Token::LParen
    };
    let from = tokens.windows(2).position(called)? + 2;
    let named = tokens[from..].iter().take_while(|token| matches!(token, Token::Word(_) | Token::Period)).count();
    let ends = matches!(tokens.get(from + named), Some(Token::RParen | Token::Comma));
    (named > 0 && ends).then(|| tokens[from..from + named].iter().map(ToString::to_string).collect())
}

/// What makes rows of a column that is a list, where it was taken for JSON.
pub(super) const OF_A_LIST: &str = "a list is no JSON text: unnest(…) makes a row of each element of it";

/// How a text becomes a number.
pub(super) const NUMBER_OF_TEXT: &str =
    "CAST(x AS DOUBLE) makes a number of a text, TRY_CAST(x AS DOUBLE) NULL where it is none";

/// The name under which a function was called that the engine calls by its own.
fn typed(name: &str, sql: &str) -> String {
    let tokens = advice::solid(sql);
    let called = || {
        tokens.windows(2).filter_map(|pair| {
            let word = advice::word(&pair[0])?.value.to_lowercase();
            (pair[1].to_string() == "(").then_some(word)
        })
    };
    if called().any(|word| word == name) {
        return name.to_owned();
    }
    let others = OTHER_NAMES.iter().find(|(own, _)| *own == name).map_or(&[][..], |(_, others)| *others);
    called().find(|word| others.contains(&word.as_str())).unwrap_or_else(|| name.to_owned())
}

/// Names that the engine has besides its own, which its errors have alone.
const OTHER_NAMES: &[(&str, &[&str])] = &[
    ("character_length", &["length", "char_length", "len", "strlen"]),
    ("octet_length", &["length"]),
    ("lower", &["tolower"]),
    ("upper", &["toupper"]),
    ("concat", &["strcat"]),
    ("btrim", &["trim"]),
    ("substr", &["substring"]),
    ("strpos", &["position", "instr"]),
    ("date_part", &["datepart", "hour", "minute", "second", "day", "month", "year", "quarter", "week"]),
    ("date_trunc", &["datetrunc", "startofhour", "startofday", "startofweek", "startofmonth", "startofyear"]),
    ("date_bin", &["bin", "time_bucket"]),
    ("to_char", &["date_format", "strftime"]),
    ("array_length", &["list_length"]),
    ("map_extract", &["element_at"]),
    (
        "json_list",
        &["json_array_elements", "json_array_elements_text", "jsonb_array_elements", "jsonb_array_elements_text"],
    ),
    ("json_entries", &["json_each", "json_each_text", "jsonb_each", "jsonb_each_text"]),
    ("string_to_array", &["string_to_table"]),
];

/// A form of a call in the engine's words, in words of people: `lower(String)`. None, if it has words that are not known.
fn in_words(form: &str, name: &str, typed: &str) -> Option<String> {
    let (own, arguments) = form.split_once('(')?;
    let arguments = arguments.strip_suffix(')')?;
    if own != name {
        return None;
    }
    let mut told = Vec::new();
    for argument in arguments.split(", ").filter(|argument| !argument.is_empty() && *argument != "NullAry()") {
        // `start: Int64`
        let argument = argument.rsplit_once(": ").map_or(argument, |(_, of)| of);
        let word = match argument {
            "String" | "Utf8" | "LargeUtf8" | "Utf8View" => "text".to_owned(),
            "Numeric(1)" | "Numeric" | "Decimal" | "Float" | "Float64" | "Float32" => "number".to_owned(),
            "Integer" | "Int64" | "Int32" => "integer".to_owned(),
            "Timestamp" => "time".to_owned(),
            "Any" => "value".to_owned(),
            // The name of an argument.
            other if other.starts_with(|c: char| c.is_ascii_lowercase()) => other.to_owned(),
            other if other.chars().all(|c| c.is_ascii_alphanumeric()) => {
                Some(types::in_sql(other)).filter(|sql| sql != other)?
            }
            _ => return None,
        };
        told.push(word);
    }
    Some(format!("{typed}({})", told.join(", ")))
}

/// What to do about a function that there is not.
fn near_function(name: &str) -> String {
    if let Some((_, hint)) = INSTEAD.iter().find(|(names, _)| names.contains(&name)) {
        return (*hint).to_owned();
    }
    let (own, elsewhere) = (manual_of_functions(), functions_elsewhere().collect::<Vec<_>>());
    let own = own
        .iter()
        .flat_map(|function| function.syntax.split('(').take(1).chain(function.also.iter().map(String::as_str)));
    let elements = FUNCTIONS_OF_ELEMENTS.iter().flat_map(|function| function.names.iter().copied());
    let elsewhere = elsewhere.iter().flat_map(|(names, _)| names.iter().copied());
    let known = own.chain(elements).chain(elsewhere).chain(USUAL.iter().copied());
    let known: Vec<&str> = known.collect();
    let near = nearest(name, known.iter().map(|known| (*known, *known))).or_else(|| slip(name, &known));
    near.map_or_else(|| "\\df lists the functions".to_owned(), |near| format!("did you mean {near}?"))
}

/// The function that a short name was meant as: one that has the same letters, or begins so and has one more.
fn slip<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let same = known.iter().find(|known| known.len() == name.len() && letters(known) == letters(name));
    let one_more = |known: &&&str| name.len() > 1 && known.len() == name.len() + 1 && known.starts_with(name);
    same.or_else(|| known.iter().find(one_more)).copied()
}

/// Functions that go from row to row and are none without OVER.
const WINDOWS: &[&str] =
    &["cume_dist", "dense_rank", "lag", "lead", "nth_value", "ntile", "percent_rank", "rank", "row_number"];

/// Functions of other programs, and what is written in their place.
const INSTEAD: &[(&[&str], &str)] = &[
    (
        &["strptime", "str_to_date", "parse_datetime"],
        "to_timestamp('2026-05-01', '%Y-%m-%d') reads a time in a form of its own",
    ),
    (&["age"], "the span between two times is their difference: now() - created_date_time"),
    (
        &["getdate", "getutcdate", "sysdate", "sysdatetime", "sysutcdatetime", "curdate", "curtime", "utcnow"],
        "now() is the present time, current_date the day; all times are UTC",
    ),
    (
        &["date_sub", "datesub", "subdate", "adddate"],
        "now() - INTERVAL '1 day', created_date_time + INTERVAL '2 hours'",
    ),
    (
        &["dayofweek", "weekday", "dayname", "datename"],
        "extract(dow FROM time) is the day of the week, 0 on Sundays; to_char(time, '%A') is its name",
    ),
    (&["format_datetime", "format_date"], "to_char(time, 'YYYY-MM-DD HH24:MI')"),
    (&["dcountif"], "count(DISTINCT x) FILTER (WHERE condition)"),
    (&["sumif", "sum_if"], "sum(x) FILTER (WHERE condition)"),
    (&["avgif", "avg_if"], "avg(x) FILTER (WHERE condition)"),
    (&["minif", "maxif", "min_if", "max_if"], "min(x) FILTER (WHERE condition), max(x) FILTER (WHERE condition)"),
    (&["make_list_if", "make_set_if"], "array_agg(DISTINCT x) FILTER (WHERE condition)"),
    (
        &["regexp_matches", "regexp_contains", "regex_match"],
        "x ~ 'expression' is true or false, regexp_match(x, 'expression') gives what was found",
    ),
    (&["extract_all"], "regexp_match(x, 'expression') gives the groups of the first match"),
    (
        &["approx_quantile", "quantile", "quantile_cont", "percentile", "percentiles"],
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY x), approx_percentile_cont(x, 0.5)",
    ),
    (&["split", "strsplit"], "split_part(x, '@', 2) is one part, string_to_array(x, '@') the list of all"),
    (&["substring_index"], "split_part(x, '@', 1) is one part of a text"),
    (&["charindex", "locate", "indexof", "patindex"], "strpos(text, 'part') is the place of a part, 0 without one"),
    (&["has", "hasword"], r"x ~* '\btext\b' looks for a word in any case"),
    (&["has_any", "has_all", "contains_any"], "x ~* 'one|other' looks for one of several texts, in any case"),
    (
        &["ipv4_is_in_range", "ipv4_is_match", "ipv6_is_match", "ipv6_is_in_range", "inet_contains", "cidrmatch"],
        "ip_in(address, '10.0.0.0/8') looks into a network",
    ),
    (
        &["ipv4_is_in_any_range", "ipv6_is_in_any_range"],
        "ip_in_any(address, ['10.0.0.0/8', '192.168.0.0/16']) looks into several networks",
    ),
    (&["ipv4_is_private"], "ip_is_private(address)"),
    (&["first"], "first_value(x ORDER BY time) is that of the first row, arg_min(x, time) as well"),
    (&["last"], "last_value(x ORDER BY time) is that of the last row, arg_max(x, time) as well"),
    (
        &["list_aggregate", "list_aggr", "array_aggregate", "list_sum", "list_avg", "list_count"],
        "FROM t CROSS JOIN unnest(t.list) AS u(x) makes a row of each element, which sum(x), count(x) and others sum up",
    ),
    (&["geo_info_from_ip_address"], "geoip_country(address) and others of that kind: \\df geoip lists them"),
    (&["listagg", "wm_concat"], "string_agg(x, ', ') puts the texts of many rows together"),
    (
        &["to_json", "to_jsonb", "row_to_json", "json_agg", "jsonb_agg", "json_build_object", "jsonb_build_object"],
        "--format json writes a result as JSON, at the prompt \\format json; raw is a record's own JSON",
    ),
    (
        &["printf", "format", "sprintf"],
        "a || ' ' || b and concat_ws(' ', a, b) put texts together, lpad(x, 5, '0') makes them as long, to_char(time, 'YYYY-MM-DD') writes times",
    ),
    (&["histogram"], "SELECT bin(x, 10), count(*) FROM … GROUP BY 1 counts, and \\chart histogram draws times"),
    (
        &["json_array_length", "jsonb_array_length", "json_size"],
        "json_length(raw -> 'list') tells how many elements or members JSON text has",
    ),
    (
        &["json_typeof", "jsonb_typeof", "json_type"],
        "json_get_str, json_get_float, json_get_bool and json_get_array are NULL for what is of another kind",
    ),
    (
        &["jsonb_pretty", "json_pretty"],
        "raw -> 'name' is the JSON as it was received; \\x shows a column in a line of its own",
    ),
    (
        &["md5", "hash_md5", "hash", "hashbytes", "digest", "sha", "sha2", "crc32", "checksum"],
        "sha256(x), sha512(x) and sha1(x) are the digests that there are, in hexadecimal digits",
    ),
    (&["columns"], "columns are written out, or SELECT * EXCLUDE (raw)"),
    (&["pg_sleep", "sleep"], "\\watch SECONDS asks the last statement again and again"),
];

/// Functions of the engine that people write most.
const USUAL: &[&str] = &[
    "abs",
    "array_agg",
    "array_length",
    "avg",
    "btrim",
    "cardinality",
    "ceil",
    "coalesce",
    "concat",
    "concat_ws",
    "contains",
    "count",
    "date_bin",
    "date_part",
    "date_trunc",
    "dense_rank",
    "ends_with",
    "first_value",
    "floor",
    "greatest",
    "lag",
    "last_value",
    "lead",
    "least",
    "left",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "max",
    "median",
    "min",
    "now",
    "nullif",
    "percentile_cont",
    "position",
    "rank",
    "regexp_like",
    "regexp_match",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row_number",
    "rtrim",
    "split_part",
    "starts_with",
    "string_agg",
    "strpos",
    "substr",
    "substring",
    "sum",
    "to_char",
    "to_timestamp",
    "trim",
    "unnest",
    "upper",
];

#[cfg(test)]
mod tests;
