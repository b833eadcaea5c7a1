//! The engine's own texts that are dumps of its parts, in words.
//!
//! The dialect refuses most of what would lead to one before it is planned; what is left is known by how the text begins.
//! Where it is not, what is a dump is cut off: it tells a reader nothing, and it may hold values of records.

mod beyond;
mod memory;

pub(super) use memory::of_memory;

use super::names::nearest;
use super::types;
use crate::engine::FUNCTIONS_OF_ELEMENTS;

/// An error in words: what failed, and what to do.
pub(super) type Words = (String, String);

/// What to do where only that is known that the planner does not know it.
pub(super) const DIALECT: &str = "the dialect is PostgreSQL's, as far as DataFusion supports it";

/// The words for a text of the planner.
pub(super) fn of_plan(text: &str) -> Option<Words> {
    let after = |begin: &str| text.strip_prefix(begin);
    if let Some(words) = beyond::of(text).or_else(|| of_queries(text)) {
        return Some(words);
    }
    if let Some(words) = of_elements(text).or_else(|| of_containing(text)) {
        return Some(words);
    }
    if after("Physical plan does not support logical expression")
        .is_some_and(|rest| rest.trim_start().starts_with("WindowFunction"))
    {
        let hint = "QUALIFY row_number() OVER (…) = 1 asks about it; or select it under a name in FROM (SELECT …), and use that";
        return Some(("a window function has no value yet in WHERE, GROUP BY, HAVING and ON".into(), hint.into()));
    }
    if after("Physical plan does not support logical expression").is_some() {
        let hint = "use it in WHERE, or select it under a name in FROM (SELECT …) and use that; or join";
        return Some(("this kind of subquery is not supported there".into(), hint.into()));
    }
    if let Some((what, _)) = after("Cannot get result type for temporal operation ").and_then(|s| s.split_once(':')) {
        let hint = "an interval is added to a time or subtracted from one; write it out whole, as INTERVAL '3 hours'";
        return Some((format!("{} is not supported", types::in_sql(what)), hint.into()));
    }
    if after("In/Exist/SetComparison subquery can only be used").is_some() {
        let hint = "select it under a name, and use that: SELECT …, x IN (SELECT …) AS known FROM … ORDER BY known";
        return Some(("this kind of subquery is not supported there".into(), hint.into()));
    }
    if let Some(value) = after("Unsupported value ") {
        let hint = "SET auditql.timeout = '90s' sets a setting; 'none' takes a limit away";
        return Some((format!("{} is no value of a setting", value.to_uppercase()), hint.into()));
    }
    if let Some(parts) = after("compound identifier: ") {
        let name = parts.trim_matches(['[', ']']).replace(['"', ' '], "").replace(',', ".");
        return Some((format!("{name} names no column"), "a field is written table.column.field".into()));
    }
    if after("Unsupported Interval Expression").is_some() {
        return Some(("this form of INTERVAL is not supported".into(), "write INTERVAL '1 day 2 hours'".into()));
    }
    if text.contains("Nested identifiers are not yet supported for OuterReferenceColumn") {
        let hint = "give it a name first: FROM (SELECT initiated_by.user.id AS who FROM directory_audits) AS d WHERE \
                    EXISTS (SELECT 1 FROM sign_ins WHERE user_id = d.who)";
        return Some(("a subquery cannot use a field of a struct of the outer query".into(), hint.into()));
    }
    if after("Could not find config namespace \"auditql\"").is_some() {
        let hint = "SET auditql.NAME = VALUE changes a setting, \\set lists them";
        return Some(("RESET is not supported for settings of auditql".into(), hint.into()));
    }
    if let Some(word) =
        ["LIMIT", "OFFSET"].into_iter().find(|word| after(&format!("Unsupported {word} expression")).is_some())
    {
        let hint = format!("write the number, or a name for one: {word} :n");
        return Some((format!("{word} takes a number that is known before the first row is read"), hint));
    }
    if after("Unsupported logical plan").is_some() {
        return Some(("this statement is not supported".into(), STATEMENTS.into()));
    }
    if let Some(words) = of_patterns(text).or_else(|| of_making(text)) {
        return Some(words);
    }
    if let Some(words) = of_groups(text) {
        return Some(words);
    }
    if after("Too many columns! The subquery should only return one column").is_some() {
        let hint = "select one of them: x IN (SELECT a FROM …), (SELECT max(a) FROM …); of pairs, EXISTS (SELECT 1 FROM t \
                    WHERE t.a = x AND t.b = y)";
        return Some(("a query in the place of a value or a list selects one column".into(), hint.into()));
    }
    if let Some((_, of)) =
        after("Cannot create filter with non-boolean predicate ").and_then(|s| s.rsplit_once(" returning "))
    {
        let hint = compared("x = 'text', x IS NOT NULL", "x = true", of);
        return Some((format!("a condition is true or false, and this one is {}", types::a(of)), hint));
    }
    if after("Projections require unique expression names").is_some() {
        let hint = "give one of them another name: x AS y";
        return Some(("two columns of the result have the same name".into(), hint.into()));
    }
    None
}

/// What to write where something of a type stands alone for a condition. A text may be what a step into JSON gave.
fn compared(usual: &str, of_json: &str, of: &str) -> String {
    let hint = format!("compare it with something: {usual}");
    if types::in_sql(of) == "text" { format!("{hint}; {of_json}, if raw -> 'name' gave it") } else { hint }
}

/// `@>` and `<@` of what are no two lists.
fn of_containing(text: &str) -> Option<Words> {
    const HINT: &str = "raw ->> 'name' = 'text' compares what JSON has under a name, raw ? 'name' looks for the name; of a list, array_has(list, 'x')";
    let between = text.strip_prefix("Binary operator '").and_then(|rest| rest.split_once("' is not supported in the"));
    let what = if let Some((operator, _)) = between {
        match operator {
            "AtArrow" => "@> looks into lists, and here are none".to_owned(),
            "ArrowAt" => "<@ looks into lists, and here are none".to_owned(),
            _ => "this operator is not supported".to_owned(),
        }
    } else {
        let operation = text.strip_prefix("Cannot infer common argument type for operation ")?;
        format!("{} is not supported: both sides are lists", types::in_sql(operation))
    };
    Some((what, HINT.into()))
}

/// A pattern that is looked for in what is no text.
fn of_patterns(text: &str) -> Option<Words> {
    let of_like = text.strip_prefix("There isn't a common type to coerce ");
    for word in ["LIKE", "ILIKE"] {
        if let Some((given, _)) = of_like.and_then(|rest| rest.split_once(&format!(" in {word}"))) {
            return Some((format!("{word} compares texts, and not {}", types::in_sql(given)), in_no_text(given, word)));
        }
    }
    let given = text.strip_prefix("Cannot infer common argument type for regex operation ")?;
    let operation = types::in_sql(given);
    let (sides, sign) = [" !~* ", " ~* ", " !~ ", " ~ "].iter().find_map(|sign| {
        let (left, right) = operation.split_once(sign)?;
        Some((format!("{left} and {right}"), sign.trim()))
    })?;
    Some((format!("{sign} compares texts, and not {sides}"), in_no_text(given, sign)))
}

/// What to write where a pattern was looked for in something of a type.
fn in_no_text(given: &str, sign: &str) -> String {
    let asked = |element: &str| format!("EXISTS (SELECT 1 FROM unnest(list) AS t WHERE {element} {sign} '…')");
    if given.starts_with("Timestamp") || given.starts_with("Date") {
        return "a time is compared with a time: x >= '2026-05-01' AND x < '2026-05-02', or x::date = '2026-05-01'"
            .into();
    }
    if ["Int", "UInt", "Float", "Decimal", "Boolean"].iter().any(|of| given.starts_with(of)) {
        return format!("CAST(x AS TEXT) {sign} '…' looks into it as a text");
    }
    if given.starts_with("List(") && given.contains("Struct(") {
        // The fields as the engine shows them: `"name": Utf8View`.
        let has = |field: &str| given.contains(&format!("\"{field}\": "));
        let is_pair = (has("name") || has("key")) && has("value");
        if is_pair {
            let of_all = asked("t.value");
            return format!("kv(list, 'Name') {sign} '…' looks at the value under a name, {of_all} at all of them");
        }
        let text = given
            .split(", ")
            .find_map(|field| field.split_once("\": Utf8"))
            .and_then(|(before, _)| before.rsplit('"').next());
        return format!("a field of the elements is asked: {}", asked(&format!("t.{}", text.unwrap_or("field"))));
    }
    format!("of a list, {} asks each element; of a struct, name a field", asked("t"))
}

/// What is wrong with a statement that makes or removes a table of files, or a view.
pub(super) fn of_making(text: &str) -> Option<Words> {
    const LIKE: &str =
        "CREATE EXTERNAL TABLE vpn STORED AS CSV LOCATION 'vpn.csv' OPTIONS (heading 'true', delimiter ';')";
    if let Some((name, _)) = text.strip_prefix("View '").and_then(|rest| rest.split_once("' doesn't exist")) {
        return Some((
            format!("there is no view {name}"),
            "\\dv lists the views; DROP VIEW IF EXISTS takes it as it is".into(),
        ));
    }
    if text.starts_with("COMPRESSION TYPE clause") {
        let hint = "leave it out: STORED AS CSV LOCATION 'vpn.csv.gz'";
        return Some(("what a file is packed in is recognised, and not stated".into(), hint.into()));
    }
    if let Some((clause, _)) = text.split_once(" clause is no longer in use") {
        return Some((format!("{clause} stands in OPTIONS (…)"), LIKE.into()));
    }
    let (clause, _) = text.strip_prefix("Missing ")?.split_once(" clause in CREATE EXTERNAL TABLE")?;
    let hint = match clause {
        "STORED AS" => "STORED AS AUTO leaves the format to the content, STORED AS CSV states it",
        _ => "LOCATION 'logs/vpn.csv' names the files; SELECT * FROM 'logs/vpn.csv' reads them without a table",
    };
    Some((format!("{clause} is missing"), hint.into()))
}

/// Shapes of queries that are refused: how the engine's text begins, what is wrong, and what to do.
const SHAPES: &[(&str, &str, &str)] = &[
    (
        "LIKE does not support escape_char",
        "the sign by which % and _ stand for themselves in LIKE is the backslash, and no other",
        r"x LIKE '100\%' finds a %; contains(x, '%') finds one anywhere",
    ),
    (
        "SIMILAR TO does not support escape_char",
        "the sign by which others stand for themselves in SIMILAR TO is the backslash, and no other",
        r"x ~ '^100%$' compares with a regular expression, in which % is no sign",
    ),
    (
        "Only `DROP TABLE/VIEW/SCHEMA",
        "there is nothing of that kind to remove",
        "DROP TABLE and DROP VIEW remove tables and views of your own",
    ),
    (
        "COUNT DISTINCT with multiple arguments",
        "count(DISTINCT …) takes one value",
        "count(DISTINCT concat_ws('|', a, b)) counts pairs, or SELECT count(*) FROM (SELECT DISTINCT a, b FROM …)",
    ),
    (
        "Aggregate functions are not allowed in the WHERE clause",
        "WHERE looks at one row, and an aggregate sums up many",
        "HAVING stands behind GROUP BY: GROUP BY a HAVING count(*) > 1",
    ),
    (
        "Scalar subquery returned more than one row",
        "a query in the place of a value gave more than one row",
        "x IN (SELECT …) compares with each of them, (SELECT max(a) FROM …) is one",
    ),
    (
        "In an aggregate with DISTINCT, ORDER BY expressions must appear in argument list",
        "an aggregate with DISTINCT is ordered by what it takes, and by nothing else",
        "array_agg(DISTINCT x ORDER BY x); or GROUP BY x in a subquery, and order that",
    ),
    (
        "LIMIT must be >= 0",
        "LIMIT takes a number that is not below 0",
        "ORDER BY time DESC LIMIT 10 gives the last ones",
    ),
    ("OFFSET must be >=0", "OFFSET takes a number that is not below 0", "OFFSET 10 leaves the first ten rows out"),
    (
        "Unary operator '-' only supports",
        "- stands before a number, and this is none",
        "the order is turned round by DESC: ORDER BY x DESC",
    ),
    (
        "Inconsistent data length across values list",
        "the rows of VALUES are not as long as they have to be",
        "each has as many values as there are columns; tables of a service are read-only",
    ),
    (
        "unnest() can only be applied to",
        "unnest makes a row of each element of a list, and this is none",
        "json_array_elements(raw -> 'list') does so of JSON, unnest(string_to_array(text, ',')) of a text",
    ),
    (
        "Unexpected argument type to 'json",
        "the name of a member is a text, and a place in a list is a number",
        "raw -> 'status' ->> 'errorCode', raw -> 'list' -> 0",
    ),
];

/// What is wrong with the shape of a query.
fn of_queries(text: &str) -> Option<Words> {
    if let Some((_, what, hint)) = SHAPES.iter().find(|(begin, ..)| text.starts_with(begin)) {
        return Some(((*what).to_owned(), (*hint).to_owned()));
    }
    if let Some(name) = text.strip_prefix("Invalid qualifier ") {
        let hint = "a table goes by the name that FROM gives it: SELECT s.* FROM sign_ins s";
        return Some((format!("there is no table {name} here"), hint.into()));
    }
    if text.starts_with("Invalid comparison operation: ") {
        return Some(("a map has names, and this is none".into(), types::OF_A_MAP.into()));
    }
    if let Some((_, format)) =
        text.split_once("Invalid explain format. ").and_then(|(_, rest)| rest.split_once("Got '"))
    {
        let what = format!("EXPLAIN has no format {}", format.trim_end_matches(['.', '\'']));
        return Some((what, "EXPLAIN SELECT … tells the requests; --format json writes that as JSON".into()));
    }
    if let Some((sides, _)) = text.split_once(" queries have different number of columns") {
        let hint = "both sides select as many columns: SELECT a, b FROM x UNION SELECT c, d FROM y";
        return Some((format!("the sides of {sides} differ in how many columns they have"), hint.into()));
    }
    if let Some((place, most)) =
        text.strip_prefix("Order by column out of bounds, specified: ").and_then(|rest| rest.split_once(", max: "))
    {
        return Some(out_of_bounds("ORDER BY", place, most));
    }
    if let Some((place, most)) = text
        .strip_prefix("Cannot find column with position ")
        .and_then(|rest| rest.split_once(" in SELECT clause. Valid columns: 1 to "))
    {
        return Some(out_of_bounds("GROUP BY", place, most));
    }
    if let Some(of) = text.strip_prefix("Unary operator 'NOT' requires a boolean expression, got ") {
        let hint = compared("NOT x = 'text', x IS NULL", "x = false", of);
        return Some((format!("NOT takes a condition, and this is {}", types::a(of)), hint));
    }
    if let Some((name, _)) =
        text.strip_prefix("Prepared statement '").and_then(|rest| rest.split_once("' does not exist"))
    {
        let hint = format!("PREPARE {name} AS SELECT … makes it; \\run NAME asks a saved query, \\queries lists them");
        return Some((format!("there is no prepared statement {name}"), hint));
    }
    if let Some((name, _)) =
        text.strip_prefix("Placeholder '").and_then(|rest| rest.split_once("' was not provided a value"))
    {
        let hint = "a value has a name here: :id, which \\set id VALUE gives one; PREPARE p AS … is given its own by EXECUTE p(…)";
        return Some((format!("there is no value for {name}"), hint.into()));
    }
    if let Some((name, _)) =
        text.strip_prefix("Unsupported compound identifier '").and_then(|rest| rest.split_once('\''))
    {
        return Some((
            format!("{name} has too many parts"),
            "a table is written connection.schema.table at most".into(),
        ));
    }
    let (name, _) = text.strip_prefix('\'')?.split_once("' is not a variable which can be viewed with 'SHOW'")?;
    Some((format!("there is no setting {name}"), near_setting(name)))
}

fn out_of_bounds(clause: &str, place: &str, most: &str) -> Words {
    let columns = if most == "1" { "is 1 column".to_owned() } else { format!("are {most} columns") };
    (
        format!("{clause} {place} names a column by its place, and there {columns}"),
        format!("write the column: {clause} id"),
    )
}

/// What to do about a setting that there is not.
pub(super) fn near_setting(name: &str) -> String {
    let plain = name.trim_start_matches("auditql.");
    if plain == "format" {
        return "\\format NAME chooses the format at the prompt, --format NAME for the program".into();
    }
    match nearest(plain, crate::settings::ALL.iter().map(|setting| (setting.name, setting.name))) {
        Some(near) => format!("did you mean auditql.{near}?"),
        None if plain == "all.tables" => "SHOW TABLES lists the tables".into(),
        None => "SHOW auditql.NAME shows a setting; auditql.settings lists them".into(),
    }
}

/// Columns that are neither grouped by nor summed up.
fn of_groups(text: &str) -> Option<Words> {
    if text.starts_with("Aggregate function calls cannot be nested") {
        let hint = "sum up in a subquery first: SELECT max(n) FROM (SELECT count(*) AS n FROM … GROUP BY …)";
        return Some(("an aggregate cannot be taken of an aggregate".into(), hint.into()));
    }
    let (_, rest) =
        text.split_once(" must be in GROUP BY or an aggregate function: While expanding wildcard, column \"")?;
    let (column, _) = rest.split_once("\" must appear in the GROUP BY clause")?;
    let column = column.rsplit('.').next().unwrap_or(column);
    let hint = format!("write GROUP BY {column}, or min({column}), max({column}), count(*)");
    Some((format!("{column} is neither grouped by nor summed up"), hint))
}

/// What the engine says of an operation that cannot be done, in fewer words.
pub(super) fn of_operation(text: &str) -> String {
    let between = |before: &str, after: &str| text.strip_prefix(before)?.strip_suffix(after);
    if let Some(operation) = between("Cannot coerce arithmetic expression ", " to valid types") {
        format!("{operation} cannot be computed")
    } else if let Some((_, comparison)) = text.split_once(" argument type for comparison operation ") {
        format!("{comparison} cannot be compared")
    } else if let Some((one, others)) =
        between("Can not find compatible types to compare ", "]").and_then(|s| s.split_once(" with ["))
    {
        format!("{one} and {} cannot be compared", others.split(", ").next().unwrap_or(others))
    } else if let Some(types) = text.strip_prefix("Cannot automatically convert ") {
        format!("no automatic conversion from {types}")
    } else if let Some((value, kind)) =
        between("Cannot cast string ", " type").and_then(|s| s.split_once(" to value of "))
    {
        format!("{value} cannot be cast to {kind}")
    } else if let Some((value, _)) =
        text.strip_prefix("Error parsing timestamp from '").and_then(|s| s.split_once("': "))
    {
        format!("'{value}' cannot be read as a time")
    } else if let Some((value, kind)) =
        between("Cannot cast value ", " type").and_then(|s| s.split_once(" to value of "))
    {
        format!("{value} cannot be cast to {kind}")
    } else if let Some((from, to)) = text.strip_prefix("Unsupported CAST from ").and_then(|s| s.split_once(" to ")) {
        format!("{} cannot be cast to {to}", types::a(from))
    } else if text.starts_with("Unable to cast to date") {
        "a text cannot be read as a date".into()
    } else if let Some((zone, _)) = text.strip_prefix("Invalid timezone \"").and_then(|s| s.split_once('"')) {
        format!("there is no time zone '{zone}'")
    } else if let Some(value) = between("Invalid input syntax for type interval: \"", "\"") {
        format!("'{value}' is no interval")
    } else if let Some((word, of)) = ["LIMIT", "OFFSET"].iter().find_map(|word| {
        Some((word, text.strip_prefix(&format!("Expected {word} to be an integer or null, but got "))?))
    }) {
        format!("{word} takes a number, and this is a {of}")
    } else if let Some(kind) = text
        .split_once("Cannot access field at argument 1: type ")
        .and_then(|(_, rest)| rest.split_once(" is not struct, ").map(|(kind, _)| kind))
    {
        format!("{kind} has no fields")
    } else if let Some(operation) = text.strip_prefix("Cannot infer common type for bitwise operation ") {
        format!("{operation} cannot be computed")
    } else if let Some((of, number)) = between("", ")").and_then(|s| s.split_once("Array overflow on abs(")) {
        format!("abs({number}) is out of range for {}", types::in_sql(of))
    } else if text == "Divide by zero error" {
        "division by zero".into()
    } else {
        text.into()
    }
}

const STATEMENTS: &str = "SELECT queries, EXPLAIN SELECT shows the requests, CREATE TABLE … AS SELECT keeps rows";

/// The words for a text that the engine takes for its own fault, where it is the statement's.
pub(super) fn of_internal(text: &str) -> Option<Words> {
    if let Some(of) = text.strip_prefix("Min/Max accumulator not implemented for type ") {
        let hint = match types::has_json(of) {
            true => types::OF_JSON,
            false => "name a field or a value in it: status.error_code, event_data['Name']",
        };
        return Some((format!("min and max do not take {}", types::a(of.trim_end_matches('.'))), hint.to_owned()));
    }
    let compared = text.contains("Uncomparable values") || text.contains("Hash not supported");
    compared.then(|| {
        let hint = "compare or join on their fields, as in status.error_code; NATURAL JOIN takes every column";
        ("lists and structs cannot be compared with one another".to_owned(), hint.to_owned())
    })
}

/// A function of elements that was given something else, by the name that the planner has for it.
fn of_elements(text: &str) -> Option<Words> {
    let (name, rest) = text.split_once(' ')?;
    let function = FUNCTIONS_OF_ELEMENTS.iter().find(|function| function.names.contains(&name))?;
    let called = function.names[0];
    let what = if let Some(of) = rest.strip_prefix("expected a list as first argument, got ") {
        format!("{called} takes a list, and this is {}", types::a(of))
    } else {
        let of = rest.strip_prefix("lambda must return boolean, got ")?;
        format!("{called} asks what is true or false of an element, and this is {}", types::a(of))
    };
    Some((what, format!("it is called as {}", function.syntax)))
}

/// A text without the dump that it ends with: `Ident { value: … }`.
pub(super) fn without_dump(text: &str) -> &str {
    let begins = |at: usize| {
        let inner = text[at + 3..].trim_start();
        let word = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
        word > 0 && inner[word..].starts_with(": ")
    };
    let Some((at, _)) = text.match_indices(" { ").find(|(at, _)| begins(*at)) else { return text };
    // The dump begins before its first brace: `Function(Function {`, `[Identifier(Ident {`.
    let head = text[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "_([".contains(c));
    head.trim_end_matches([' ', ':', ','])
}

#[cfg(test)]
mod tests;
