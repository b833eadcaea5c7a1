//! `\df`: the functions that there are, the engine's and those that are put into other words before it plans.

use super::describe::literal;
use crate::engine::{FUNCTIONS_OF_ELEMENTS, functions_elsewhere, timeline};

/// Functions of the engine that say nothing of themselves: their names, how they are called, and what they do. Those that are
/// neither here nor described are parts of others.
const UNDESCRIBED: &[(&[&str], &str, &str)] = &[
    (
        &["json_get"],
        "json_get(json, name or place, …)",
        "The text of what a path leads to in JSON text; -> is the same.",
    ),
    (
        &["json_as_text"],
        "json_as_text(json, name or place, …)",
        "The same, never read as a number or a boolean; ->> is the same.",
    ),
    (&["json_get_str"], "json_get_str(json, name or place, …)", "The same, if it is a text; else NULL."),
    (&["json_get_int"], "json_get_int(json, name or place, …)", "The same, if it is a whole number; else NULL."),
    (&["json_get_float"], "json_get_float(json, name or place, …)", "The same, if it is a number; else NULL."),
    (&["json_get_bool"], "json_get_bool(json, name or place, …)", "The same, if it is true or false; else NULL."),
    (&["json_get_json"], "json_get_json(json, name or place, …)", "The same as JSON text."),
    (
        &["json_get_array"],
        "json_get_array(json, name or place, …)",
        "The same as a list of JSON texts, if it is an array.",
    ),
    (&["json_contains"], "json_contains(json, name or place, …)", "Whether a path leads to something in JSON text."),
    (&["json_length", "json_len"], "json_length(json)", "How many members or elements JSON text has."),
    (&["json_object_keys", "json_keys"], "json_object_keys(json)", "The names of an object's members, as a list."),
];

/// The same of those that stand in FROM.
const OF_TABLES: &[(&[&str], &str, &str)] = &[(
    &["generate_series", "range"],
    "generate_series(from, to, step)",
    "A row for each number or time from one to another, in FROM.",
)];

/// The functions whose names hold a pattern; `*` and `%` stand for anything.
pub(super) fn functions(pattern: &str) -> String {
    let pattern = literal(&format!("%{}%", pattern.trim_end_matches("()").replace('*', "%").to_lowercase()));
    let (rows, names) = own();
    format!(
        "SELECT function, kind, syntax, meaning FROM (SELECT DISTINCT routine_name AS function, lower(function_type) AS kind, \
         syntax_example AS syntax, regexp_replace(split_part(trim(description, chr(10)), chr(10), 1), \
         '\\[`?([^\\]`]*)`?\\]\\([^)]*\\)', '\\1', 'g') AS meaning FROM information_schema.routines \
         WHERE description IS NOT NULL AND routine_name NOT IN ({}) \
         UNION ALL SELECT * FROM (VALUES {}) AS w(function, kind, syntax, meaning)) AS f \
         WHERE function LIKE {pattern} ORDER BY function",
        names.join(", "),
        rows.join(", ")
    )
}

/// Rows of the functions that the engine does not describe, and their names.
fn own() -> (Vec<String>, Vec<String>) {
    let (mut rows, mut names) = (Vec::new(), Vec::new());
    let mut add = |name: &str, kind: &str, syntax: &str, meaning: &str| {
        names.push(literal(name));
        rows.push(format!("({}, '{kind}', {}, {})", literal(name), literal(syntax), literal(meaning)));
    };
    for function in FUNCTIONS_OF_ELEMENTS {
        function.names.iter().for_each(|name| add(name, "scalar", function.syntax, function.doc));
    }
    for (others, syntax) in functions_elsewhere() {
        for name in others {
            match syntax.split_once(", which is ") {
                Some((call, own)) => add(name, "aggregate", call, &format!("The same as {own}.")),
                None => add(name, "scalar", &syntax, "Called so in other dialects; put into words of this one."),
            }
        }
    }
    for (kind, all) in [("scalar", UNDESCRIBED), ("table", OF_TABLES)] {
        for (others, syntax, meaning) in all {
            others.iter().for_each(|name| add(name, kind, syntax, meaning));
        }
    }
    add(timeline::NAME, "table", timeline::SYNTAX, timeline::DOC);
    (rows, names)
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray as _;
    use futures::TryStreamExt as _;

    use super::*;

    async fn listed(pattern: &str) -> Vec<(String, String)> {
        let engine = crate::engine::Engine::builder().build().unwrap();
        let rows: Vec<_> = engine.query(&functions(pattern)).await.unwrap().stream.try_collect().await.unwrap();
        let text = |array: &dyn arrow::array::Array, row| {
            let texts = arrow::compute::cast(array, &arrow::datatypes::DataType::Utf8).unwrap();
            texts.as_string::<i32>().value(row).to_owned()
        };
        let pair = |rows: &arrow::array::RecordBatch, row| (text(rows.column(0), row), text(rows.column(3), row));
        rows.iter().flat_map(|rows| (0..rows.num_rows()).map(|row| pair(rows, row)).collect::<Vec<_>>()).collect()
    }

    #[tokio::test]
    async fn every_name_that_is_taught_is_found_once_and_says_what_it_does() {
        let all = listed("").await;
        let taught = functions_elsewhere().flat_map(|(names, _)| names);
        for name in
            taught.chain(["any_match", "timeline", "json_get", "now", "to_timestamp", "date_bin", "generate_series"])
        {
            assert_eq!(all.iter().filter(|(known, _)| known == name).count(), 1, "{name}");
        }
        for (name, meaning) in &all {
            assert!(!meaning.trim().is_empty() && !meaning.contains("]("), "{name}: {meaning}");
        }
        assert!(all.iter().all(|(name, _)| name != "asof_condition" && name != "json_union_to_text"));
        assert!(listed("count()").await.iter().any(|(name, _)| name == "count"));
        assert!(functions("x'*").contains("LIKE '%x''%%'"));
    }
}
