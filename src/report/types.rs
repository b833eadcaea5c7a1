//! The engine's names of types and of its own parts in an error, as SQL has them.

/// Types by their names in the engine and in SQL. What stands behind them in parentheses goes.
const NAMES: &[(&str, &str)] = &[
    ("Utf8View", "text"),
    ("LargeUtf8", "text"),
    ("Utf8", "text"),
    ("Boolean", "boolean"),
    ("Int8", "tinyint"),
    ("Int16", "smallint"),
    ("Int32", "integer"),
    ("Int64", "bigint"),
    ("UInt8", "tinyint unsigned"),
    ("UInt16", "smallint unsigned"),
    ("UInt32", "integer unsigned"),
    ("UInt64", "bigint unsigned"),
    ("Float16", "real"),
    ("Float32", "real"),
    ("Float64", "double"),
    ("Decimal32", "decimal"),
    ("Decimal64", "decimal"),
    ("Decimal128", "decimal"),
    ("Decimal256", "decimal"),
    ("Date32", "date"),
    ("Date64", "date"),
    ("Time32", "time"),
    ("Time64", "time"),
    ("Timestamp", "timestamp"),
    ("Interval", "interval"),
    ("Duration", "interval"),
    ("Binary", "bytea"),
    ("BinaryView", "bytea"),
    ("LargeBinary", "bytea"),
    ("Struct", "struct"),
    ("List", "list"),
    ("LargeList", "list"),
    ("Map", "map"),
    // No other kind is made here than what `->` gives.
    ("Union", "json"),
];

/// What to do with a map.
pub(super) const OF_A_MAP: &str =
    "a value of a map is named: event_data['TargetUserName'], or event_data.TargetUserName";

/// Whether a text names the type of a map.
pub(super) fn has_map(text: &str) -> bool {
    text.contains("Map(")
}

/// Whether a text says of a value that it is no time or no date.
pub(super) fn has_time(text: &str) -> bool {
    text.contains("timestamp") || text.contains("Timestamp") || text.contains("Date32")
}

/// What to do with a value of JSON.
pub(super) const OF_JSON: &str =
    "-> gives JSON, and ->> a text of it: raw -> 'status' ->> 'errorCode'; (raw ->> 'n')::int is a number";

/// Whether a text names the type of what `->` gives.
pub(super) fn has_json(text: &str) -> bool {
    text.contains("Union(")
}

/// Which part of the engine an error is of, which tells nobody what to do.
const PARTS: &[&str] = &[
    "Arrow error: ",
    "Cast error: ",
    "Compute error: ",
    "Error during planning: ",
    "Execution error: ",
    "External error: ",
    "Invalid argument error: ",
    "Parser error: ",
    "Schema error: ",
];

/// The text without the parts of the engine that it begins with.
pub(super) fn without_parts(mut text: &str) -> &str {
    while let Some(rest) = PARTS.iter().find_map(|part| text.strip_prefix(part)) {
        text = rest;
    }
    text
}

/// The text with the types of SQL. What stands in quotes stays.
pub(super) fn in_sql(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    let mut quoted = false;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let known = NAMES.iter().find(|(name, _)| !quoted && *name == &rest[..word]);
        rest = if let Some((_, name)) = known {
            shown.push_str(name);
            behind_parentheses(&rest[word..])
        } else {
            quoted ^= first == '\'';
            let step = word.max(first.len_utf8());
            shown.push_str(&rest[..step]);
            &rest[step..]
        };
    }
    shown
}

/// A type with its article: `a text`, `an integer`.
pub(super) fn a(of: &str) -> String {
    let of = in_sql(of);
    format!("{} {of}", if of.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" })
}

/// What follows the parentheses that a text begins with, if it does.
fn behind_parentheses(text: &str) -> &str {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth <= 0 {
            return &text[at + usize::from(c == ')' && at > 0)..];
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_called_as_in_sql() {
        for (text, shown) in [
            ("Utf8View + Utf8", "text + text"),
            ("f does not take (Int64, Timestamp(µs, \"UTC\"))", "f does not take (bigint, timestamp)"),
            ("Struct(\"a\": List(Struct(\"b\": Utf8))) = Int32", "struct = integer"),
            ("Interval(MonthDayNano)", "interval"),
            ("'Utf8' is no Utf8Thing", "'Utf8' is no Utf8Thing"),
            ("'it''s Int64' is Int64", "'it''s Int64' is bigint"),
            ("List(Utf8", "list"),
            ("Union(Sparse, 0: (\"null\": Null), 1: (\"bool\": non-null Boolean)) = Utf8", "json = text"),
            ("Map(Field { name: \"entries\", data_type: Struct([Field { name: \"keys\" }]) }, false)", "map"),
            ("upper(Union(Sparse, 0: (\"null\": Null), 4: (\"str\": non-null Utf8))", "upper(json"),
            ("", ""),
        ] {
            assert_eq!(in_sql(text), shown, "{text}");
        }
    }

    #[test]
    fn parts_of_the_engine_are_not_named() {
        assert_eq!(without_parts("Arrow error: Compute error: Overflow"), "Overflow");
        assert_eq!(without_parts("a Parser error: b"), "a Parser error: b");
    }
}
