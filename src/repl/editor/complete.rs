//! What can stand where the cursor is: a pure function from the text and the session's words to candidates.
//!
//! The place decides: behind FROM and JOIN tables, behind a dot columns or fields, behind SET settings, inside a text
//! that names a file such files, inside any other nothing; else columns of the statement's tables, functions and keywords. The prompt's own commands say themselves what
//! they take.

mod command;
mod path;
mod value;

use arrow::datatypes::Fields;

use super::lexed::{Kind, Piece, pieces};
use super::words::{KEYWORDS, Table, Words, fields_of, is_keyword};
use crate::output;
use crate::repl::commands;

/// Keywords behind which a table is named.
const BEFORE_TABLES: &[&str] = &["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "DESCRIBE"];

/// Keywords behind which a setting is named.
const BEFORE_SETTINGS: &[&str] = &["SET", "SHOW", "RESET"];

/// Keywords that begin a part of a statement.
const CLAUSES: &[&str] =
    &["SELECT", "FROM", "WHERE", "ON", "GROUP", "HAVING", "ORDER", "LIMIT", "SET", "UNION", "WITH", "USING"];

/// Words that a statement begins with.
const BEGINNINGS: &[&str] =
    &["CREATE TABLE", "CREATE VIEW", "DESCRIBE", "EXPLAIN", "SELECT", "SHOW", "SUMMARIZE", "WITH"];

/// Where the word under the cursor begins, and what it can become, in alphabetical order.
pub(super) fn complete(words: &Words, text: &str, cursor: usize) -> (usize, Vec<String>) {
    let before = text.get(..cursor).unwrap_or(text);
    let of_value = || value::behind_set(before);
    let (start, mut found) = match command::begin(before) {
        Some(at) => command::of_command(words, before, at),
        None => of_value().unwrap_or_else(|| of_sql(words, text, before)),
    };
    if before.trim().is_empty() {
        found.extend(commands::ALL.iter().map(|command| command.name.to_owned()));
    }
    // What acts on the terminal is not offered to it.
    found.retain(|name| !name.contains(output::safe::acts_unseen));
    found.sort_unstable();
    found.dedup();
    (start, found)
}

fn of_sql(words: &Words, text: &str, before: &str) -> (usize, Vec<String>) {
    let all = pieces(before);
    let start = all.last().filter(|last| last.kind == Kind::Open).map(|open| open.place.start);
    if let Some(start) = start
        && let Some(files) = path::in_text(before, &all, &Place::of(text, before.len(), start).clause)
    {
        return files;
    }
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
    // Where nothing stands yet, all would be too much: what begins a statement is offered.
    if stem.is_empty() && place.previous.is_empty() {
        return (start, BEGINNINGS.iter().map(|word| (*word).to_owned()).collect());
    }
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
    use std::fs;

    use arrow::datatypes::{DataType, Field};

    use super::*;
    use crate::repl::commands;

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
    fn where_nothing_stands_yet_little_is_offered() {
        let first = at("|");
        assert!(
            first.len() < 50 && first.contains(&"SELECT".to_owned()) && first.contains(&"\\d".to_owned()),
            "{first:?}"
        );
        for text in ["SELECT 1; |", "\\explain |"] {
            assert_eq!(at(text), BEGINNINGS.to_vec(), "{text}");
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
    fn a_command_behind_a_statement_is_completed_too() {
        let statement = "SELECT id AS who, count(*) AS \"How many\" FROM sign_ins GROUP BY 1";
        for (text, expected) in [
            (format!("{statement} \\ch|"), &["\\chart"][..]),
            (format!("{statement} \\|"), &["\\chart", "\\g", "\\gx"]),
            (format!("{statement}; \\ti|"), &["\\timing"]),
            (format!("{statement}\n\\ti|"), &["\\timing"]),
            (format!("{statement} \\ti|"), &[]),
            (format!("{statement} \\chart h|"), &["heatmap", "histogram"]),
            (format!("{statement} \\chart bar |"), &["\"How many\"", "who"]),
            (format!("{statement};\\chart bar id, w|"), &["who"]),
            ("SELECT id, status AS s FROM sign_ins \\chart |".to_owned(), &["bar", "heatmap", "histogram", "id", "s"]),
            ("SELECT * FROM sign_ins \\chart st|".to_owned(), &["status"]),
            ("\\chart b|".to_owned(), &["bar"]),
            ("SELECT '\\ch|".to_owned(), &[]),
            ("SELECT 1 -- \\ch|".to_owned(), &[]),
        ] {
            assert_eq!(at(&text), *expected, "{text}");
        }
    }

    #[test]
    fn settings_with_some_values_offer_them() {
        for (text, expected) in [
            ("SET auditql.estimates = |", &["ask", "kept", "none"][..]),
            ("set auditql.estimates to k|", &["kept"]),
            ("SELECT 1; SET auditql.estimates='a|", &["'ask'"]),
            ("SET auditql.audit_search_version = 'v|", &["'v1.0'"]),
            ("SET auditql.audit_search_version = |", &["'v1.0'", "any", "beta"]),
            ("SET auditql.partial = |", &["false", "true"]),
            ("SET auditql.time_slices = |", &["1", "2", "3", "4", "5", "6", "7", "8"]),
            ("\\set estimates |", &["ask", "kept", "none"]),
            ("\\set audit_search_version v|", &["v1.0"]),
            ("\\set reuse T|", &["true"]),
            ("\\set timeout |", &[]),
        ] {
            assert_eq!(at(text), *expected, "{text}");
        }
        // Every one whose form says its values, and those are what it takes.
        for setting in crate::settings::ALL.iter().filter(|setting| setting.value.contains('|')) {
            let offered = at(&format!("\\set {} |", setting.name));
            assert!(offered.len() > 1, "{}", setting.name);
            for value in offered {
                let mut settings = crate::settings::Settings::default();
                settings.set(setting.name, &value).unwrap_or_else(|error| panic!("{error}"));
            }
        }
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
        // Wherever a file is named.
        for before in [
            "\\copy sign_ins TO ",
            "\\copy (SELECT ' to ' FROM t) to '",
            "SELECT 1 \\g ",
            "SELECT 1; \\o '",
            "\\run password-spray --ips @",
        ] {
            assert_eq!(at(&format!("{before}{base}/one|")), [format!("{base}/one.sql")], "{before}");
        }
        assert_eq!(at("\\copy si|"), ["sign_ins"]);
        assert_eq!(at("\\copy (SELECT st| FROM sign_ins"), ["status"]);
        assert_eq!(at("\\copy sign_ins |"), ["TO"]);
        assert_eq!(at("\\copy sign_ins FROM |"), [""; 0]);
    }

    #[test]
    fn files_are_offered_in_quotes_where_sql_names_one() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("logs")).unwrap();
        for name in
            ["logs/vpn.csv", "logs/o'neil.csv", ".hidden", "evil\u{1b}]0;x\u{7}.csv", "evil\n.csv", "evil\u{202e}.csv"]
        {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let base = folder.path().to_str().unwrap();
        let logs = [format!("{base}/logs/o''neil.csv"), format!("{base}/logs/vpn.csv")];
        for before in [
            "SELECT * FROM '",
            "FROM '",
            "SELECT * FROM sign_ins s LEFT JOIN '",
            "SELECT * FROM sign_ins, '",
            "SELECT 1 WHERE 'a' IN (SELECT value FROM '",
            "SELECT * FROM read_csv('",
            "SELECT * FROM READ_LOG ( '",
            "SELECT * FROM read_json(['a.json', '",
            "SELECT * FROM read_json(ARRAY['",
            "SELECT * FROM timeline('ana@contoso.com', files => '",
            "SELECT * FROM timeline('ana@contoso.com', files => ['a.csv', '",
            "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '",
            "DESCRIBE '",
            "SUMMARIZE '",
            "EXPLAIN SELECT * FROM -- of\n '",
            "SELECT 1; SELECT * FROM '",
            "\\d '",
            "\\explain SELECT * FROM '",
            "\\copy (SELECT * FROM '",
        ] {
            assert_eq!(at(&format!("{before}{base}/logs/|")), logs, "{before}");
            assert_eq!(at(&format!("{before}{base}/logs/o''n|'")), logs[..1], "{before}");
            assert_eq!(at(&format!("{before}{base}/l|")), [format!("{base}/logs/")], "{before}");
            assert_eq!(
                at(&format!("{before}{base}/|")),
                [format!("{base}/logs/")],
                "hidden and hostile ones: {before}"
            );
            assert_eq!(at(&format!("{before}{base}/.|")), [format!("{base}/.hidden")], "{before}");
            assert_eq!(at(&format!("{before}{base}/e|")), [""; 0], "{before}");
        }
        // Other texts are none.
        for before in [
            "SELECT '",
            "SELECT * FROM sign_ins WHERE id = '",
            "SELECT * FROM sign_ins WHERE id IN ('a', '",
            "SELECT * FROM sign_ins WHERE id = ANY (['",
            "SELECT * FROM read_csv('a.csv', delim => '",
            "SELECT * FROM timeline('",
            "SELECT * FROM timeline('ana@contoso.com', sources => ['",
            "SELECT lower('",
            "SELECT * FROM \"",
            "SELECT 1 FROM t /* '",
            "SELECT 1 -- FROM '",
        ] {
            assert_eq!(at(&format!("{before}{base}/logs/|")), [""; 0], "{before}");
        }
    }

    #[test]
    fn any_cursor_in_any_text_is_answered() {
        for text in [
            "SELECT 'ä' FROM \"日本\".x WHERE é.",
            "\\d ä",
            "\\",
            "FROM FROM , . ;; JOIN AS",
            "‘x’ \u{1b}",
            "SET ä = ‘x’ \\chart ä",
            "\\copy ä TO ä",
            "SELECT * FROM 'ä''/日'",
            "FROM read_csv([['ä', 'é",
        ] {
            for cursor in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                assert!(complete(&words(), text, cursor).0 <= cursor, "{text} at {cursor}");
            }
        }
    }
}
