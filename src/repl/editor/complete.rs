//! What can stand where the cursor is: a pure function from the text and the session's words to candidates.
//!
//! The place decides: behind FROM and JOIN tables, behind a dot columns or fields, behind SET settings, inside a text
//! nothing; else columns of the statement's tables, functions and keywords. The prompt's own commands say themselves what
//! they take.

use std::fs;
use std::path::Path;

use arrow::datatypes::Fields;

use super::lexed::{Kind, Piece, pieces};
use super::words::{KEYWORDS, Table, Words, fields_of, is_keyword};
use crate::output;
use crate::repl::commands::{self, TOPICS, Takes};

/// Keywords behind which a table is named.
const BEFORE_TABLES: &[&str] = &["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "DESCRIBE"];

/// Keywords behind which a setting is named.
const BEFORE_SETTINGS: &[&str] = &["SET", "SHOW", "RESET"];

/// Keywords that begin a part of a statement.
const CLAUSES: &[&str] =
    &["SELECT", "FROM", "WHERE", "ON", "GROUP", "HAVING", "ORDER", "LIMIT", "SET", "UNION", "WITH", "USING"];

/// Where the word under the cursor begins, and what it can become, in alphabetical order.
pub(super) fn complete(words: &Words, text: &str, cursor: usize) -> (usize, Vec<String>) {
    let before = text.get(..cursor).unwrap_or(text);
    let (start, mut found) = match before.trim_start().starts_with('\\') {
        true => of_command(words, before),
        false => of_sql(words, text, before),
    };
    // What acts on the terminal is not offered to it.
    found.retain(|name| !name.contains(output::safe::acts_unseen));
    found.sort_unstable();
    found.dedup();
    (start, found)
}

fn of_command(words: &Words, before: &str) -> (usize, Vec<String>) {
    let indent = before.len() - before.trim_start().len();
    let Some((name, rest)) = before[indent..].split_once(' ') else {
        let names = commands::ALL.iter().map(|command| command.name.to_owned());
        return (indent, names.filter(|name| name.starts_with(&before[indent..])).collect());
    };
    let stem = rest.trim_start();
    let start = before.len() - stem.len();
    let starting = |names: Vec<String>| names.into_iter().filter(|name| name.starts_with(stem)).collect();
    let takes = commands::ALL.iter().find(|command| command.name == name).map_or(Takes::Nothing, |c| c.takes);
    let found = match takes {
        Takes::Nothing => Vec::new(),
        Takes::Table => tables(words, stem),
        Takes::Function => starting(words.functions.clone()),
        Takes::Format => starting(output::ALL.iter().map(|format| format.name.to_owned()).collect()),
        Takes::Choice(choices) => starting(choices.iter().map(|choice| (*choice).to_owned()).collect()),
        Takes::Topic => starting(TOPICS.iter().map(|topic| topic.name.to_owned()).collect()),
        Takes::Setting => {
            starting(words.settings.iter().map(|name| name.trim_start_matches("auditql.").to_owned()).collect())
        }
        Takes::File => files(stem),
        Takes::Query => return of_call(words, rest, before),
        Takes::Statement => {
            let (inner, found) = of_sql(words, stem, stem);
            return (start + inner, found);
        }
    };
    (start, found)
}

/// A saved query's name, and behind it the names of its parameters.
fn of_call(words: &Words, call: &str, before: &str) -> (usize, Vec<String>) {
    let stem = call.rsplit(char::is_whitespace).next().unwrap_or_default();
    let start = before.len() - stem.len();
    let names: Vec<&str> = match call[..call.len() - stem.len()].split_whitespace().next() {
        None => words.queries.iter().map(|(name, _)| name.as_str()).collect(),
        Some(name) => {
            let own = words.queries.iter().filter(|(known, _)| known == name).flat_map(|(_, flags)| flags);
            own.map(String::as_str)
                .filter(|flag| !call.split_whitespace().any(|word| word == *flag && word != stem))
                .collect()
        }
    };
    (start, names.into_iter().filter(|name| name.starts_with(stem)).map(str::to_owned).collect())
}

/// Files whose path begins so; folders end in a slash.
fn files(stem: &str) -> Vec<String> {
    let (folder, name) = stem.rsplit_once('/').map_or(("", stem), |(folder, name)| (folder, name));
    let prefix = &stem[..stem.len() - name.len()];
    let folder = if prefix.is_empty() {
        "."
    } else if folder.is_empty() {
        "/"
    } else {
        folder
    };
    let entries = fs::read_dir(Path::new(folder)).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| {
        let slash = if entry.path().is_dir() { "/" } else { "" };
        Some(format!("{prefix}{}{slash}", entry.file_name().into_string().ok()?))
    });
    named
        .filter(|path| path[prefix.len()..].starts_with(name))
        .filter(|path| name.starts_with('.') || !path[prefix.len()..].starts_with('.'))
        .collect()
}

fn of_sql(words: &Words, text: &str, before: &str) -> (usize, Vec<String>) {
    let all = pieces(before);
    if all.iter().any(|piece| piece.kind == Kind::Open)
        || all.last().is_some_and(|last| matches!(last.kind, Kind::Text | Kind::Comment))
    {
        return (before.len(), Vec::new());
    }
    let start = before
        .rfind(|c: char| !(c.is_alphanumeric() || "_.$".contains(c)))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let stem = &before[start..];
    let place = Place::of(text, before.len(), start);
    let found = if place.follows(BEFORE_TABLES) || place.clause == "FROM" && place.previous == "," {
        tables(words, stem)
    } else if place.follows(BEFORE_SETTINGS) {
        words.settings.iter().filter(|name| name.starts_with(stem)).cloned().collect()
    } else {
        expressions(words, &place, stem)
    };
    (start, found)
}

/// Where the cursor stands in its statement.
struct Place {
    /// The word or sign before the cursor's word.
    previous: String,
    /// The keyword that begins the present part of the statement, in upper case.
    clause: String,
    /// The tables that the statement names, with their aliases.
    named: Vec<(Vec<String>, Option<String>)>,
}

impl Place {
    fn of(text: &str, cursor: usize, start: usize) -> Self {
        let solid: Vec<Piece> =
            pieces(text).into_iter().filter(|piece| !matches!(piece.kind, Kind::Blank | Kind::Comment)).collect();
        let ends = |piece: &&Piece| &text[piece.place.clone()] == ";";
        let from = solid.iter().filter(ends).map(|p| p.place.end).filter(|end| *end <= start).max().unwrap_or(0);
        let to = solid.iter().filter(ends).map(|p| p.place.start).find(|at| *at >= cursor).unwrap_or(text.len());
        let own: Vec<&Piece> = solid.iter().filter(|p| p.place.start >= from && p.place.end <= to).collect();
        let before = own.iter().filter(|piece| piece.place.end <= start);
        let words: Vec<&str> = before.map(|piece| &text[piece.place.clone()]).collect();
        let clause = words.iter().rev().map(|word| word.to_uppercase()).find(|word| CLAUSES.contains(&word.as_str()));
        let all: Vec<&str> = own.iter().map(|piece| &text[piece.place.clone()]).collect();
        Self {
            previous: words.last().copied().unwrap_or_default().to_owned(),
            clause: clause.unwrap_or_default(),
            named: named(&all),
        }
    }

    fn follows(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.previous.eq_ignore_ascii_case(keyword))
    }
}

/// The names behind FROM, JOIN and the commas of a FROM, with their aliases.
fn named(words: &[&str]) -> Vec<(Vec<String>, Option<String>)> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut in_from = false;
    while at < words.len() {
        let word = words[at].to_uppercase();
        at += 1;
        let names_one = word == "FROM" || word == "JOIN" || in_from && word == ",";
        in_from = if CLAUSES.contains(&word.as_str()) { word == "FROM" } else { in_from };
        if names_one {
            let (name, next) = name(words, at);
            at = next;
            let alias_at = if words.get(at).is_some_and(|word| word.eq_ignore_ascii_case("AS")) { at + 1 } else { at };
            let alias = words.get(alias_at).filter(|word| is_name(word) && !is_keyword(word));
            at += usize::from(alias.is_some()) + (alias_at - at) * usize::from(alias.is_some());
            if !name.is_empty() {
                found.push((name, alias.map(|alias| unquoted(alias))));
            }
        }
    }
    found
}

/// `a.b.c` and where it ends.
fn name(words: &[&str], mut at: usize) -> (Vec<String>, usize) {
    let mut name = Vec::new();
    while let Some(word) = words.get(at).filter(|word| is_name(word)) {
        name.push(unquoted(word));
        at += 1;
        if words.get(at) != Some(&".") {
            break;
        }
        at += 1;
    }
    (name, at)
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '"')
}

fn unquoted(word: &str) -> String {
    word.trim_matches('"').to_owned()
}

/// Tables, schemas and catalogs that begin so, each as short as what was typed allows.
fn tables(words: &Words, stem: &str) -> Vec<String> {
    let dots = stem.matches('.').count();
    let mut found = Vec::new();
    for Table { path: [catalog, schema, name], short, .. } in &words.tables {
        match dots {
            0 => {
                found.extend(short.then(|| written(name)));
                found.push(format!("{schema}."));
                found.push(format!("{catalog}."));
            }
            1 => {
                found.push(format!("{schema}.{}", written(name)));
                found.push(format!("{catalog}.{schema}."));
            }
            _ => found.push(format!("{catalog}.{schema}.{}", written(name))),
        }
    }
    found.into_iter().filter(|name| begins(name, stem)).collect()
}

fn begins(name: &str, stem: &str) -> bool {
    name.get(..stem.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(stem))
}

fn expressions(words: &Words, place: &Place, stem: &str) -> Vec<String> {
    let known: Vec<(&Table, Option<&str>)> = place
        .named
        .iter()
        .flat_map(|(name, alias)| words.named(name).take(1).map(move |table| (table, alias.as_deref())))
        .collect();
    let Some((path, last)) = stem.rsplit_once('.') else {
        return plain(words, &known, stem);
    };
    let parts: Vec<&str> = path.split('.').collect();
    let starts = known.iter().filter_map(|(table, alias)| {
        let own = alias.unwrap_or(&table.path[2]).eq_ignore_ascii_case(parts[0]);
        Some(if own { walk(&table.fields, &parts[1..])? } else { walk(&table.fields, &parts)? })
    });
    let mut fields: Vec<Fields> = starts.collect();
    if known.is_empty() {
        fields.extend(words.tables.iter().filter(|table| table.short).filter_map(|t| walk(&t.fields, &parts)));
    }
    let names = fields.iter().flat_map(|fields| fields.iter()).map(|field| field.name());
    names.filter(|name| begins(name, last)).map(|name| format!("{path}.{}", written(name))).collect()
}

/// The fields that a path leads to.
fn walk(fields: &Fields, path: &[&str]) -> Option<Fields> {
    path.iter().try_fold(fields.clone(), |fields, part| {
        let field = fields.iter().find(|field| field.name().eq_ignore_ascii_case(part))?;
        Some(fields_of(field.data_type())).filter(|fields| !fields.is_empty())
    })
}

/// Columns; and when something was typed, also aliases, functions and keywords.
fn plain(words: &Words, known: &[(&Table, Option<&str>)], stem: &str) -> Vec<String> {
    let all: Vec<&Table> = if known.is_empty() {
        words.tables.iter().filter(|table| table.short).collect()
    } else {
        known.iter().map(|(table, _)| *table).collect()
    };
    let columns = all.iter().flat_map(|table| table.fields.iter()).map(|field| written(field.name()));
    let mut found: Vec<String> = columns.filter(|name| begins(name, stem)).collect();
    if stem.is_empty() {
        return found;
    }
    found.extend(known.iter().filter_map(|(_, alias)| *alias).filter(|a| begins(a, stem)).map(str::to_owned));
    found.extend(words.functions.iter().filter(|name| begins(name, stem)).map(|name| format!("{name}(")));
    let lower = stem.chars().any(char::is_lowercase);
    let keywords = KEYWORDS.iter().filter(|keyword| begins(keyword, stem));
    found.extend(keywords.map(|keyword| if lower { keyword.to_lowercase() } else { (*keyword).to_owned() }));
    found
}

/// A name as SQL has to write it.
fn written(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field};

    use super::*;

    fn words() -> Words {
        let status = DataType::Struct(vec![Field::new("error_code", DataType::Int32, true)].into());
        let sign_ins = vec![Field::new("id", DataType::Utf8, true), Field::new("status", status, true)];
        let table = |schema: &str, name: &str, short, fields: Vec<Field>| Table {
            path: ["demo".into(), schema.into(), name.into()],
            short,
            fields: fields.into(),
        };
        Words {
            tables: vec![
                table("entra", "sign_ins", true, sign_ins),
                table("auditql", "columns", false, vec![Field::new("Doc", DataType::Utf8, true)]),
            ],
            functions: vec!["count".into(), "sum".into()],
            settings: vec!["auditql.max_requests".into(), "auditql.timeout".into()],
            queries: vec![("password-spray".into(), vec!["--since".into(), "--explain".into()])],
        }
    }

    /// What the word at `|` can become.
    fn at(text: &str) -> Vec<String> {
        let cursor = text.find('|').unwrap();
        complete(&words(), &text.replace('|', ""), cursor).1
    }

    #[test]
    fn the_place_decides_what_is_offered() {
        let rows: &[(&str, &[&str])] = &[
            ("SELECT * FROM s|", &["sign_ins"]),
            ("SELECT * FROM |", &["auditql.", "demo.", "entra.", "sign_ins"]),
            ("SELECT * FROM entra.|", &["entra.sign_ins"]),
            ("SELECT * FROM demo.entra.|", &["demo.entra.sign_ins"]),
            ("SELECT 1 FROM a, en|", &["entra."]),
            ("SELECT s.| FROM sign_ins s", &["s.id", "s.status"]),
            ("SELECT s.status.| FROM sign_ins AS s", &["s.status.error_code"]),
            ("SELECT status.e| FROM sign_ins", &["status.error_code"]),
            ("SELECT status.|", &["status.error_code"]),
            ("SELECT | FROM sign_ins", &["id", "status"]),
            ("SELECT | FROM auditql.columns", &["\"Doc\""]),
            ("SELECT su| FROM sign_ins", &["sum("]),
            ("sel|", &["select"]),
            ("SEL|", &["SELECT"]),
            ("SET auditql.m|", &["auditql.max_requests"]),
            ("SELECT 's|", &[]),
            ("SELECT 's'|", &[]),
            ("SELECT 1 -- s|", &[]),
            ("SELECT id FROM auditql.columns; SELECT st| FROM sign_ins", &["status"]),
        ];
        for (text, expected) in rows {
            assert_eq!(at(text), *expected, "{text}");
        }
    }

    #[test]
    fn commands_say_what_they_take() {
        assert!(at("\\|").len() == commands::ALL.len() && at("\\d|").contains(&"\\df".to_owned()));
        assert_eq!(at("\\d si|"), ["sign_ins"]);
        assert_eq!(at("\\format cs|"), ["csv"]);
        assert_eq!(at("\\x o|"), ["off", "on"]);
        assert_eq!(at("\\set time|"), ["timeout"]);
        assert_eq!(at("\\explain SELECT status.e|"), ["status.error_code"]);
        assert_eq!(at("\\q |"), [""; 0]);
        assert_eq!(at("\\run pass|"), ["password-spray"]);
        assert_eq!(at("\\run password-spray --since 7d --|"), ["--explain"]);
    }

    #[test]
    fn file_names_keep_their_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("one.sql"), "").unwrap();
        fs::create_dir(folder.path().join("on")).unwrap();
        fs::write(folder.path().join(".hidden"), "").unwrap();
        fs::write(folder.path().join("o\u{1b}[2J"), "").unwrap();
        let base = folder.path().to_str().unwrap();
        assert_eq!(at(&format!("\\i {base}/o|")), [format!("{base}/on/"), format!("{base}/one.sql")]);
        assert_eq!(at(&format!("\\i {base}/|")).len(), 2);
    }

    #[test]
    fn any_cursor_in_any_text_is_answered() {
        for text in ["SELECT 'ä' FROM \"日本\".x WHERE é.", "\\d ä", "\\", "FROM FROM , . ;; JOIN AS", "‘x’ \u{1b}"]
        {
            for cursor in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                assert!(complete(&words(), text, cursor).0 <= cursor, "{text} at {cursor}");
            }
        }
    }
}
