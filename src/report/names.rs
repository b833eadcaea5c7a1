//! Names that nearly are what was written.

use crate::table::{Column, Edm};

/// The candidate nearest to a name, if any is near: candidates are pairs of what to propose and what to compare with.
///
/// Case and underscores do not count: `createdDateTime` is `created_date_time`. Two letters that changed places are one slip.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = (&'a str, &'a str)>) -> Option<&'a str> {
    let name = folded(name);
    let distance = |candidate: &str| slips(&name, &folded(candidate));
    let (found, distance) =
        candidates.map(|(shown, compared)| (shown, distance(compared))).min_by_key(|(_, distance)| *distance)?;
    (distance * 3 <= name.chars().count()).then_some(found)
}

/// How many slips of the keyboard lie between two names: a letter too many, too few or another, or two that changed places.
pub(super) fn slips(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // For the letters of `one` so far: the slips up to each letter of `other`; this row, and the two before it.
    let (mut earlier, mut before) = (Vec::new(), (0..=other.len()).collect::<Vec<usize>>());
    for (row, letter) in one.iter().enumerate() {
        let mut now = vec![row + 1];
        for (at, wanted) in other.iter().enumerate() {
            let replaced = before[at] + usize::from(letter != wanted);
            let mut least = replaced.min(before[at + 1] + 1).min(now[at] + 1);
            if row > 0 && at > 0 && *letter == other[at - 1] && one[row - 1] == *wanted {
                least = least.min(earlier[at - 1] + 1);
            }
            now.push(least);
        }
        earlier = std::mem::replace(&mut before, now);
    }
    before.last().copied().unwrap_or_default()
}

/// A declared table that the open connection does not have: what is said, and where its records come from.
pub(super) fn elsewhere(name: &str, tables: &[String]) -> Option<(String, String)> {
    let (schema, _) = crate::apis::names().find(|(_, known)| *known == name)?;
    if tables.is_empty() || tables.iter().any(|known| *known == format!("{schema}.{name}")) {
        return None;
    }
    Some((
        format!("there is no table {schema}.{name} in this connection"),
        "it is read from a service: use --connection NAME".into(),
    ))
}

/// Endings of files that hold rows.
const ENDINGS: [&str; 10] = ["csv", "tsv", "txt", "log", "json", "ndjson", "jsonl", "evtx", "parquet", "gz"];

/// A file where a table was expected.
pub(super) fn file(name: &str) -> Option<(String, String)> {
    let (before, ending) = name.rsplit_once('.')?;
    let stem = before.rsplit(['.', '/']).next().unwrap_or(before);
    let is_file = ENDINGS.contains(&ending.to_ascii_lowercase().as_str());
    is_file.then(|| {
        (
            format!("there is no table {stem}.{ending}"),
            format!("FROM '{stem}.{ending}' reads a file; --input reads exported audit logs"),
        )
    })
}

/// Whether some word of the statement is the camelCase spelling of a name.
pub(super) fn is_camel_case_of(sql: &str, name: &str) -> bool {
    let words = sql.split(|c: char| !c.is_alphanumeric() && c != '_');
    let camel = |word: &str| {
        !word.contains('_') && word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase)
    };
    words.filter(|word| camel(word)).any(|word| folded(word) == folded(name))
}

/// What stands between two pieces of a text.
pub(super) fn quoted<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(inside, _)| inside)
}

/// The field that a struct was asked for and does not have, in the engine's words.
pub(super) fn missing_field(text: &str) -> Option<&str> {
    quoted(text, "Field ", " not found in struct")
}

/// The names of all fields below columns.
pub(super) fn fields_of(columns: &'static [Column]) -> Vec<&'static str> {
    let below = |column: &'static Column| {
        let fields = column.fields();
        fields.iter().map(|field| field.name).chain(fields_of(fields)).collect::<Vec<_>>()
    };
    columns.iter().flat_map(below).collect()
}

/// A field of that name below one of the columns that a table has, as it is written: `location.city`.
pub(super) fn path_of(asked: &str, columns: &[&str]) -> Option<String> {
    fn below(column: &Column, asked: &str) -> Option<String> {
        let fields = if matches!(column.edm, Edm::List(_)) { &[] } else { column.fields() };
        fields.iter().find_map(|field| {
            let path = if folded(field.name) == asked { Some(field.name.to_owned()) } else { below(field, asked) };
            path.map(|path| format!("{}.{path}", column.name))
        })
    }
    let asked = folded(asked);
    let declared = crate::apis::ALL.iter().flat_map(|set| set.columns);
    declared.filter(|column| columns.contains(&column.name)).find_map(|column| below(column, &asked))
}

fn folded(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_changed_places_are_one_slip() {
        for (one, other, count) in [
            ("", "", 0),
            ("", "ab", 2),
            ("cuont", "count", 1),
            ("dmeo", "demo", 1),
            ("uper", "upper", 1),
            ("abc", "xyz", 3),
        ] {
            assert_eq!((slips(one, other), slips(other, one)), (count, count), "{one} {other}");
        }
        let near = |name| nearest(name, ["demo", "docs"].into_iter().map(|known| (known, known)));
        assert_eq!((near("dmeo"), near("deom"), near("xyzw")), (Some("demo"), Some("demo"), None));
    }
}
