//! What a command of the prompt takes, also one that stands behind a statement.

use super::super::lexed::{Kind, pieces};
use super::super::words::{Words, is_keyword};
use super::{Place, begins, is_name, of_sql, path, tables, unquoted, value, written};
use crate::output;
use crate::output::Kind as Picture;
use crate::repl::commands::{self, TOPICS, Takes};

/// Commands that end a statement in the place of its semicolon.
const ENDS: &[&str] = &["\\chart", "\\g", "\\gx"];

/// Where a command begins that the cursor stands in; it may stand behind a statement on its line.
pub(super) fn begin(before: &str) -> Option<usize> {
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let mut places = before[line..].match_indices('\\').map(|(at, _)| line + at);
    places.find(|at| commands::is_readable(&before[..*at]))
}

/// What the word under the cursor can become; `before` ends there, and the command begins at `at`.
pub(super) fn of_command(words: &Words, before: &str, at: usize) -> (usize, Vec<String>) {
    let statement = before[..at].trim();
    let Some((name, rest)) = before[at..].split_once(' ') else {
        // Within a statement only those are understood that end it.
        let is_open = !statement.is_empty() && !statement.ends_with(';') && !before[..at].ends_with('\n');
        let names = commands::ALL.iter().map(|command| command.name).filter(|name| !is_open || ENDS.contains(name));
        return (at, names.filter(|name| name.starts_with(&before[at..])).map(str::to_owned).collect());
    };
    let stem = rest.trim_start();
    let start = before.len() - stem.len();
    let starting = |names: Vec<String>| names.into_iter().filter(|name| name.starts_with(stem)).collect();
    let takes = commands::ALL.iter().find(|command| command.name == name).map_or(Takes::Nothing, |c| c.takes);
    let found = match takes {
        Takes::Nothing => Vec::new(),
        Takes::Table => match stem.strip_prefix('\'') {
            Some(file) => return (start + 1, path::quoted(file)),
            None => tables(words, stem),
        },
        Takes::Function => starting(words.functions.clone()),
        Takes::Format => starting(output::ALL.iter().map(|format| format.name.to_owned()).collect()),
        Takes::Choice(choices) => starting(choices.iter().map(|choice| (*choice).to_owned()).collect()),
        Takes::Topic => starting(TOPICS.iter().map(|topic| topic.name.to_owned()).collect()),
        Takes::Setting => return of_setting(words, stem, start),
        Takes::File => return of_file(stem, start),
        Takes::Query => return of_call(words, rest, before),
        Takes::Copy => return of_copy(words, stem, start),
        Takes::Picture => return of_picture(words, statement, stem, start),
        Takes::Statement => {
            let (inner, found) = of_sql(words, stem, stem);
            return (start + inner, found);
        }
    };
    (start, found)
}

/// A setting, and behind it what it can be.
fn of_setting(words: &Words, stem: &str, start: usize) -> (usize, Vec<String>) {
    let Some((name, value)) = stem.split_once(char::is_whitespace) else {
        let names = words.settings.iter().map(|name| name.trim_start_matches("auditql."));
        return (start, names.filter(|name| name.starts_with(stem)).map(str::to_owned).collect());
    };
    let value = value.trim_start();
    let values = value::of(name).into_iter().filter(|known| begins(known, value));
    (start + stem.len() - value.len(), values.collect())
}

/// A file, in quotes or not.
fn of_file(stem: &str, start: usize) -> (usize, Vec<String>) {
    let quote = usize::from(stem.starts_with(['\'', '"']));
    (start + quote, path::files(&stem[quote..]))
}

/// What is copied: a table, or SQL in parentheses; behind TO a file.
fn of_copy(words: &Words, stem: &str, start: usize) -> (usize, Vec<String>) {
    if let Some((_, to, file)) = commands::copied(stem).filter(|(_, _, file)| file.starts_with(char::is_whitespace)) {
        let file = file.trim_start();
        return match to.eq_ignore_ascii_case("to") {
            true => of_file(file, start + stem.len() - file.len()),
            false => (start + stem.len(), Vec::new()),
        };
    }
    let inner = stem.strip_prefix('(').unwrap_or(stem);
    let is_said = stem.ends_with(char::is_whitespace) && !stem.trim_end().is_empty();
    match inner.len() < stem.len() {
        true => {
            let (at, found) = of_sql(words, inner, inner);
            (start + 1 + at, found)
        }
        false if is_said => (start + stem.len(), vec!["TO".to_owned()]),
        false => (start, tables(words, stem)),
    }
}

/// A kind of picture, and what it is of: the columns that the statement before it names.
fn of_picture(words: &Words, statement: &str, stem: &str, start: usize) -> (usize, Vec<String>) {
    let word = stem.rsplit(|c: char| c.is_whitespace() || c == ',').next().unwrap_or_default();
    let start = start + stem.len() - word.len();
    let mut found = columns(words, statement);
    if word.len() == stem.len() {
        found.extend(Picture::ALL.map(|(name, _)| name.to_owned()));
    }
    found.retain(|name| begins(name, word));
    (start, found)
}

/// The columns of a statement's answer, as far as its text tells: names that it gives, and those of its tables that it writes.
fn columns(words: &Words, statement: &str) -> Vec<String> {
    let all = pieces(statement);
    let solid: Vec<&str> = all
        .iter()
        .filter(|piece| !matches!(piece.kind, Kind::Blank | Kind::Comment | Kind::Text))
        .map(|piece| &statement[piece.place.clone()])
        .collect();
    let given = solid.windows(2).filter(|pair| pair[0].eq_ignore_ascii_case("AS") && is_name(pair[1]));
    let given = given.filter(|pair| !is_keyword(pair[1])).map(|pair| written(&unquoted(pair[1])));
    let place = Place::of(statement, statement.len(), statement.len());
    let tables: Vec<_> = place.named.iter().filter_map(|(name, _)| words.named(name).next()).collect();
    let has_all = solid.windows(2).any(|pair| pair == ["SELECT", "*"] || pair == ["select", "*"]);
    // What has another name is not called by its own.
    let is_own = |at: usize| solid.get(at + 1).is_none_or(|next| !next.eq_ignore_ascii_case("AS"));
    let is_said = |name: &String| (0..solid.len()).any(|at| unquoted(solid[at]) == *name && is_own(at));
    let is_named = |name: &String| has_all || is_said(name);
    let own = tables.iter().flat_map(|table| table.fields.iter()).map(|field| field.name());
    let own = own.filter(|name| is_named(name)).map(|name| written(name));
    given.chain(own).collect()
}

/// A saved query's name, and behind it the names of its parameters.
fn of_call(words: &Words, call: &str, before: &str) -> (usize, Vec<String>) {
    let stem = call.rsplit(char::is_whitespace).next().unwrap_or_default();
    let start = before.len() - stem.len();
    // The lines of a file are values.
    if let Some(file) = stem.strip_prefix('@') {
        return (start + 1, path::files(file));
    }
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
