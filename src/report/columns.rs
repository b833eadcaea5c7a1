//! Columns and fields that there are not: what may have been meant, of those that the statement can name there.

use datafusion::common::{Column, TableReference};
use datafusion::sql::sqlparser::tokenizer::{Token, Word};

use super::{About, Exit, Report, advice, elsewhere, names, nearest, structs};
use crate::table;

/// The column of an event log that has by name what the kinds of event have of their own.
const DATA: &str = "event_data";

/// Names that are listed where nothing is near.
const LISTED: usize = 12;

/// A field that a struct does not have. The engine says its name alone, and the statement what it was asked of.
pub(super) fn no_field(field: &str, sql: &str) -> Report {
    let Some((path, fields)) = asked_of(field, sql) else {
        return Report::new(Exit::Query, format!("there is no field {field} in that column"))
            .hint("\\d TABLE and auditql.columns list the fields; a field is written column.field");
    };
    let report = Report::new(Exit::Query, format!("there is no field {field} in {path}"));
    report.hint(match nearest(field, fields.iter().map(|field| (field.name, field.name))) {
        Some(near) => format!("did you mean {path}.{near}?"),
        None => format!("its fields are {}", listed(fields.iter().map(|field| field.name))),
    })
}

/// What a field was asked of: the path to it in a declared table, and the fields that there are.
fn asked_of(field: &str, sql: &str) -> Option<(String, &'static [table::Column])> {
    let tokens = advice::solid(sql);
    let at = (2..tokens.len()).find(|at| {
        let named = matches!(&tokens[*at], Token::Word(word) if word.value.eq_ignore_ascii_case(field));
        named && tokens[at - 1] == Token::Period && matches!(tokens[at - 2], Token::Word(_))
    })?;
    let mut path = Vec::new();
    let mut end = at;
    while let [.., Token::Word(word), Token::Period] = &tokens[..end] {
        path.insert(0, word.value.to_ascii_lowercase());
        end -= 2;
    }
    // Several tables have columns of one name: the one that is asked goes first.
    let named = |set: &&&table::EntitySet| tokens.iter().any(|token| is_word(token, set.name));
    let sets = crate::apis::ALL.iter().filter(named).chain(crate::apis::ALL.iter().filter(|set| !named(set)));
    let within = |set: &&'static table::EntitySet, from: usize| {
        let mut fields: &'static [table::Column] = set.columns;
        for name in &path[from..] {
            fields = fields.iter().find(|column| column.name == name)?.fields();
        }
        (!fields.is_empty() && fields.iter().all(|known| known.name != field)).then_some(fields)
    };
    // Before the column there may be the name of its table.
    sets.flat_map(|set| (0..path.len()).map(move |from| (set, from)))
        .find_map(|(set, from)| Some((path[from..].join("."), within(set, from)?)))
}

fn is_word(token: &Token, name: &str) -> bool {
    matches!(token, Token::Word(Word { value, .. }) if value.eq_ignore_ascii_case(name))
}

/// A column that there is not. `createdDateTime`, folded to lower case on its way here, still finds `created_date_time`.
pub(super) fn missing(field: &Column, valid: &[Column], about: &About<'_>) -> Report {
    let asked = field.flat_name();
    let report = Report::new(Exit::Query, format!("there is no column {asked}"));
    if let Some(advice) = structs::of_element(about.sql, &field.name) {
        return report.hint(advice);
    }
    if field.relation.is_none() && advice::is_given(about.sql, &field.name) {
        let hint = "WHERE, ON and FILTER look at a row before SELECT gives names: write the expression again, or put the SELECT into FROM (…)";
        return Report::new(Exit::Query, format!("{asked} is a name that SELECT gives, and is not there yet"))
            .hint(hint);
    }
    if let Some(joined) = joined(field, valid) {
        return report.hint(format!("did you mean {joined}?"));
    }
    let table = field.relation.as_ref().map(TableReference::table);
    let within = |column: &&Column| table_of(column).is_some_and(|known| Some(known) == table);
    let is_table = valid.iter().any(|column| within(&column));
    // Of a table that is named no other one is meant.
    let here: Vec<&Column> = valid.iter().filter(|column| !is_table || within(column)).collect();
    let named = || here.iter().map(|column| (column.name.as_str(), column.name.as_str()));
    // In `deviceDetail.browser` the first part was taken for a table.
    let near = match table {
        Some(table) if !is_table => nearest(table, named()),
        _ => nearest(&field.name, named()),
    };
    let is_elsewhere = is_table && valid.iter().any(|column| column.name == field.name);
    if let Some(hint) = (near.is_none() || is_elsewhere).then(|| other_table(field, valid, is_table)).flatten() {
        return report.hint(hint);
    }
    let Some(found) = near.filter(|found| is_table || table.is_some() || *found != field.name) else {
        let names: Vec<&str> = here.iter().map(|column| column.name.as_str()).collect();
        let by_all = (field.name == "all").then(|| "ORDER BY 1, 2 orders by the columns in these places".to_owned());
        let meant = advice::of_quoted(about.sql, &field.name)
            .or(by_all)
            .or_else(|| elsewhere::column(&field.name, &names).map(|name| format!("did you mean {name}?")))
            .or_else(|| advice::of_statement(about.sql));
        // What the engine computed on its way has names that nobody can write.
        let plain = |name: &&str| name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with("__");
        let all = listed(names.iter().copied().filter(plain));
        return match meant {
            Some(meant) => report.hint(meant),
            None if names.contains(&DATA) => report.hint(format!(
                "columns here are {all}; what an event has of its own is in {DATA}: {DATA}['{}']",
                advice::as_written(about.sql, &field.name).replace('\'', "''")
            )),
            None if all.is_empty() => report,
            None => report.hint(alike(&field.name, &names).unwrap_or_else(|| format!("columns here are {all}"))),
        };
    };
    if names::is_camel_case_of(about.sql, found) {
        return report.hint(format!("names are in snake_case here: {found}"));
    }
    let is_plain = found.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let quoted = if is_plain { found.to_owned() } else { format!("\"{found}\"") };
    let before = table.filter(|_| is_table).map(|table| format!("{table}.")).unwrap_or_default();
    report.hint(format!("did you mean {before}{quoted}?"))
}

/// The column of a file that elsewhere is a field of a struct: `status.error_code` is `status_error_code`.
fn joined(field: &Column, valid: &[Column]) -> Option<String> {
    let joined = format!("{}_{}", field.relation.as_ref()?.table(), field.name);
    valid.iter().any(|column| column.name == joined).then_some(joined)
}

/// Columns of which a name is a part: those that begin with it, or the only one that ends in it.
fn alike(name: &str, names: &[&str]) -> Option<String> {
    let (begin, end) = (format!("{name}_"), format!("_{name}"));
    let beginning: Vec<&str> = names.iter().copied().filter(|known| known.starts_with(&begin)).collect();
    let ending: Vec<&str> = names.iter().copied().filter(|known| known.ends_with(&end)).collect();
    match (&beginning[..], &ending[..]) {
        ([], [one]) | ([one], _) => Some(format!("did you mean {one}?")),
        ([], _) => None,
        _ => Some(format!("columns here that begin so are {}", listed(beginning.into_iter()))),
    }
}

/// The name by which a statement knows the table of a column.
fn table_of(column: &Column) -> Option<&str> {
    column.relation.as_ref().map(TableReference::table).filter(|table| !table.starts_with("__"))
}

/// What to say where a column was asked of a table that is called otherwise there, or of the wrong one.
fn other_table(field: &Column, valid: &[Column], is_table: bool) -> Option<String> {
    field.relation.as_ref()?;
    let mut tables: Vec<&str> = Vec::new();
    valid.iter().filter_map(table_of).for_each(|table| {
        if !tables.contains(&table) {
            tables.push(table);
        }
    });
    let has = |table: &&&str| valid.iter().any(|column| column.name == field.name && table_of(column) == Some(**table));
    let having: Vec<&&str> = tables.iter().filter(has).collect();
    let name = &field.name;
    match (having[..].first(), tables.as_slice()) {
        (Some(table), _) if is_table => Some(format!("{name} is a column of {table}: {table}.{name}")),
        _ if is_table => None,
        (Some(table), _) if having.len() == 1 => Some(format!("the table is called {table} here: {table}.{name}")),
        (_, [table]) => Some(format!("the table is called {table} here")),
        (_, []) => None,
        _ => Some(format!("the tables are called {} here", tables.join(", "))),
    }
}

/// The first of some names, each once.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> = Vec::new();
    for name in names {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    let more = if all.len() > LISTED { ", …" } else { "" };
    format!("{}{more}", all[..all.len().min(LISTED)].join(", "))
}
