//! What the engine does not carry out, and values that lie beyond what their type holds.

use super::super::names::nearest;
use super::super::types;
use super::Words;

/// The words for such a text.
pub(super) fn of(text: &str) -> Option<Words> {
    if let Some(call) = text.strip_prefix("Aggregate can not be used as a sliding accumulator because ") {
        let name =
            call.split_once(": ").and_then(|(_, call)| call.split_once('(')).map_or("this aggregate", |(name, _)| name);
        let hint = "let it begin at the first row, ROWS UNBOUNDED PRECEDING; count, sum, avg, min and max can move, with FILTER (WHERE …) too";
        return Some((format!("{name} cannot be computed over a window whose beginning moves"), hint.into()));
    }
    if let Some(words) = of_calls(text) {
        return Some(words);
    }
    if let Some((value, of)) = text.strip_prefix("Can't cast value ").and_then(|rest| rest.split_once(" to type ")) {
        let hint = "CAST(x AS BIGINT) has room for 18 digits, CAST(x AS DECIMAL(38, 0)) for 38; the seconds of a span of time are \
                    extract(epoch FROM x)";
        return Some((format!("{value} is out of range for {}", types::in_sql(of)), hint.into()));
    }
    if let Some((operation, why)) =
        text.strip_prefix("Cannot get result type for decimal operation ").and_then(|rest| rest.split_once(": "))
    {
        let digits = if why.contains("scale") { "more digits behind the point" } else { "more digits" };
        let hint = "CAST(x AS DECIMAL(38, 10)) leaves fewer behind the point; CAST(x AS DOUBLE) has room, and 15 digits of it are exact";
        return Some((format!("{} has {digits} than a decimal holds", types::in_sql(operation)), hint.into()));
    }
    let is_time = text.starts_with("Overflow converting ") && text.contains("Nanosecond")
        || text.starts_with("Cannot cast timestamp value ") && text.contains("exceeds the representable");
    if is_time {
        let hint = "a column is compared as it is, x > '9999-01-01', without a cast or UNION; CASE WHEN x < '2262-01-01' THEN … END \
                    leaves out what means never, as 9999-12-31 and 1601-01-01 do in a directory";
        return Some((
            "a time lies before 1677 or behind 2262, which is as far as timestamp reaches".into(),
            hint.into(),
        ));
    }
    let (_, what, hint) = SENTENCES.iter().find(|(begin, ..)| text.starts_with(begin))?;
    Some(((*what).to_owned(), (*hint).to_owned()))
}

/// How sentences of the engine begin, what is said in their place, and what to do.
const SENTENCES: &[(&str, &str, &str)] = &[
    (
        "Unnest should be rewritten to LogicalPlan::Unnest",
        "unnest makes rows of a list, and a function takes values of one row",
        "make the rows first: SELECT sum(x) FROM unnest([1, 2]) AS t(x)",
    ),
    (
        "Arithmetic Overflow in AvgAccumulator",
        "the sum that avg divides is out of range for decimal",
        "avg(CAST(x AS DOUBLE)) has room, and 15 digits of it are exact",
    ),
    (
        "There is only support Literal types for field at idx",
        "how far lag, lead and nth_value look is a number that is written out, and no column",
        "lag(x, 1); for a distance that differs, number the rows, row_number() OVER (…) AS n, and join on n",
    ),
    (
        "Correlated scalar subquery must be aggregated",
        "a query in the place of a value may give several rows here",
        "(SELECT max(a) FROM …) is one value; a join gives a row for each",
    ),
    (
        "Invalid arithmetic operation: !",
        "- stands before a number or an interval, and this is neither",
        "the order is turned round by DESC: ORDER BY x DESC",
    ),
    (
        "Failed to coerce then",
        "the values of CASE are of kinds that cannot be one",
        "CAST(x AS TEXT) makes a text of each; of a struct, name a field",
    ),
    (
        "Incompatible inputs for Union",
        "the sides of UNION have columns whose kinds cannot be one",
        "CAST(x AS TEXT) makes a text on each side; of a struct, name a field",
    ),
    (
        "Join condition must be boolean type",
        "ON takes a condition, and this is a value",
        "compare it: ON a.user_id = b.id; USING (id) takes a name that both sides have",
    ),
    ("DATE_BIN stride must be non-zero", "a step of time is longer than nothing", "bin(t, '1h') has steps of an hour"),
    (
        "Unsupported date_trunc granularity",
        "date_trunc does not know this part of a time",
        "it knows year, quarter, month, week, day, hour, minute and second; bin(t, '14d') has steps of any length",
    ),
    (
        "Aggregate ORDER BY is not implemented for window functions",
        "the order of an aggregate with OVER stands in OVER, and not behind what it takes",
        "string_agg(x, ',') OVER (ORDER BY y ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
    ),
    (
        "Expected a signed integer literal",
        "how far a window function looks is a whole number that is written out",
        "nth_value(x, 2) is that of the second row of the window",
    ),
    (
        "Expected an integer value",
        "how far a window function looks is a whole number",
        "lag(x, 1) looks one row back, and lag(x, 1, 'none') says what stands where there is no such row",
    ),
    (
        "Conflicting ordering requirements in aggregate functions",
        "these aggregates want their rows in orders that cannot be had at once",
        "ask for each in a query of its own, and join them",
    ),
    (
        "string_agg delimiter must be a string literal",
        "what string_agg puts between the texts is written out, and no column",
        "string_agg(x, ', '); string_agg(x || y, '') puts a column between them",
    ),
    (
        "WITHIN GROUP is only supported",
        "WITHIN GROUP is for percentiles",
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY x); others are ordered inside: array_agg(x ORDER BY y)",
    ),
    ("ANY in LIKE expression", "LIKE takes one pattern, and ANY has several", OF_SEVERAL),
    (
        "Format error",
        "a form of a time cannot be read",
        "to_char(x, 'YYYY-MM-DD HH24:MI:SS'), or with signs: '%Y-%m-%d %H:%M:%S'",
    ),
];

/// How a text is compared with several patterns.
const OF_SEVERAL: &str =
    "x ~ 'one|other' looks for one of several texts, ~* in any case; or x LIKE 'a%' OR x LIKE 'b%'";

/// Parts of a time that `extract` knows.
const PARTS: &[&str] = &[
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
    "microsecond",
    "nanosecond",
    "dow",
    "doy",
    "isodow",
    "isoyear",
    "epoch",
];

/// What is wrong with one call, or one operator.
fn of_calls(text: &str) -> Option<Words> {
    if let Some((name, _)) = text.strip_prefix("The window ").and_then(|rest| rest.split_once(" is not defined")) {
        let hint = format!("WINDOW {name} AS (PARTITION BY … ORDER BY …) before ORDER BY makes it; or write OVER (…)");
        return Some((format!("there is no window {name}"), hint));
    }
    if let Some((part, _)) = text.strip_prefix("Date part '").and_then(|rest| rest.split_once("' not supported")) {
        let hint = match nearest(part, PARTS.iter().map(|known| (*known, *known))) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("the parts are {}", PARTS.join(", ")),
        };
        return Some((format!("a time has no part {part}"), hint));
    }
    if let Some((name, rest)) = text.strip_prefix("Calling ").and_then(|rest| rest.split_once(": "))
        && let Some((clause, _)) = rest.split_once(" not supported in function arguments")
    {
        let hint = format!("{name}(x) FROM (SELECT x FROM … ORDER BY y LIMIT 10) takes so many rows");
        return Some((format!("{name} takes no {clause}"), hint));
    }
    let (word, rest) = ["Any", "All"].iter().find_map(|word| {
        text.strip_prefix(&format!("Unsupported {word}Op: '")).map(|rest| (word.to_uppercase(), rest))
    })?;
    let (operator, _) = rest.split_once('\'')?;
    Some((format!("{word} goes with =, <>, <, <=, > and >=, and not with {operator}"), OF_SEVERAL.into()))
}

#[cfg(test)]
mod tests {
    use super::super::of_plan;

    #[test]
    fn what_the_engine_does_not_do_is_said_in_words() {
        for (text, what, hint) in [
            (
                "Aggregate can not be used as a sliding accumulator because `retract_batch` is not implemented: bool_or(ev.n > bigint) ORDER BY [ev.n]",
                "bool_or cannot be computed over a window",
                "UNBOUNDED PRECEDING",
            ),
            ("Can't cast value 3000000000 to type Int32", "3000000000 is out of range for integer", "BIGINT"),
            (
                "Cannot get result type for decimal operation decimal * decimal: Invalid argument error: Output scale of decimal * decimal would exceed max scale of 38",
                "decimal * decimal has more digits behind the point than a decimal holds",
                "DOUBLE",
            ),
            (
                "Cannot cast timestamp value -11644473600000000 to timestamp: converted value exceeds the representable i64 range",
                "before 1677 or behind 2262",
                "x > '9999-01-01'",
            ),
            (
                "Overflow converting 9999-12-31 00:00:00 to Nanosecond. The dates that can be represented as nanoseconds have to be between",
                "before 1677 or behind 2262",
                "x > '9999-01-01'",
            ),
            (
                "Unnest should be rewritten to LogicalPlan::Unnest before type coercion",
                "makes rows of a list",
                "FROM unnest",
            ),
            ("Arithmetic Overflow in AvgAccumulator", "avg divides is out of range", "DOUBLE"),
            (
                "There is only support Literal types for field at idx: 1 in Window Function",
                "written out, and no column",
                "lag(x, 1)",
            ),
            (
                "Aggregate ORDER BY is not implemented for window functions",
                "stands in OVER",
                "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
            ),
            ("The window w is not defined!", "no window w", "WINDOW w AS ("),
            ("Expected an integer value", "a whole number", "lag(x, 1)"),
            (
                "Expected a signed integer literal for the second argument of nth_value",
                "a whole number",
                "nth_value(x, 2)",
            ),
            ("Date part 'hur' not supported", "no part hur", "did you mean hour?"),
            ("Date part 'fortnight' not supported", "no part fortnight", "the parts are year"),
            ("Conflicting ordering requirements in aggregate functions is not supported", "at once", "join them"),
            (
                "Calling string_agg: LIMIT not supported in function arguments: 2",
                "string_agg takes no LIMIT",
                "string_agg(x)",
            ),
            ("string_agg delimiter must be a string literal", "no column", "string_agg(x, ', ')"),
            (
                "WITHIN GROUP is only supported for ordered-set aggregate functions",
                "percentiles",
                "array_agg(x ORDER BY y)",
            ),
            ("ANY in LIKE expression", "LIKE takes one pattern", "~ 'one|other'"),
            ("Unsupported AnyOp: '~', only '=' are supported", "ANY goes with", "~ 'one|other'"),
            ("Unsupported AllOp: '~', only '=' are supported", "and not with ~", "~ 'one|other'"),
            (
                "Physical plan does not support logical expression WindowFunction(WindowFunction { fun: x })",
                "a window function has no value yet",
                "QUALIFY",
            ),
            ("Correlated scalar subquery must be aggregated to return at most one row", "several rows", "max(a)"),
            ("Format error", "a form of a time", "to_char"),
            ("Invalid arithmetic operation: !timestamp", "before a number", "ORDER BY x DESC"),
            (
                "Failed to coerce then (struct) and else (struct) to common types in CASE WHEN expression",
                "CASE are of kinds that cannot be one",
                "CAST(x AS TEXT)",
            ),
            (
                "Incompatible inputs for Union: Previous inputs were of type struct, but got incompatible type struct on column 'location'",
                "the sides of UNION",
                "name a field",
            ),
            ("Join condition must be boolean type, but got text", "ON takes a condition", "ON a.user_id = b.id"),
            ("DATE_BIN stride must be non-zero", "longer than nothing", "'1h'"),
            ("Unsupported date_trunc granularity: 'fortnight'. Supported values are", "does not know", "bin(t, '14d')"),
        ] {
            let (said, told) = of_plan(text).unwrap_or_else(|| panic!("{text}"));
            assert!(said.contains(what) && told.contains(hint), "{text}: {said}; {told}");
        }
    }
}
