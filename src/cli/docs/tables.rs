//! A page for each table, and the list of them.

use std::fmt::Write as _;

use super::examples::{example, example_of_own};
use super::{NOTE, code, head, row};
use crate::apis;
use crate::engine::{Rule, described, quota_in_words, rules_of, source};
use crate::table::{CODE_COLUMNS, Codes, Column, Combined, Edm, EntitySet, Family, Lookup, SystemTable};

/// The folder of the pages.
pub(super) const FOLDER: &str = "tables";

/// What columns of times hold.
const TIMES: &str = "
Times are UTC, in microseconds. The services write seven digits: the last one is cut off when a record is read, but stays
in `raw`. A value that a column is compared with counts exactly as written: a pasted `'2026-05-01T11:09:15.1234567Z'`
equals no row, and `< '….1234567Z'` keeps the row at `….123456`. Use six digits, or a range.
";

/// How conditions on elements are written.
const ELEMENTS: &str = "
Conditions on the elements of a list are written as PostgreSQL writes them, and are sent where a table's page says so:

```sql
SELECT activity_date_time, activity_display_name
FROM entra.directory_audits
WHERE EXISTS (SELECT 1 FROM unnest(target_resources) AS t
              WHERE t.display_name LIKE 'Break%' AND t.type = 'User')
ORDER BY activity_date_time DESC LIMIT 10
```

`t` is the element and `t.name` a field of it; a column of the record is written with its table's name before it. Several
conditions hold of one and the same element; a service is sent each by itself, and the rest is decided here. A list that is
empty or NULL has no element that passes. In a list of texts the element itself is compared: `t LIKE 'unfamiliar%'`, or
shorter `array_has(risk_event_types_v2, 'anonymizedIPAddress')`.
";

/// Members that are not declared.
const DRIFT: &str = "
What a service adds after a release has no column yet. It is in `raw`, and `auditql.schema_drift` lists the members that
this session has met without a column for them.
";

/// The list of all tables.
pub(super) fn index() -> String {
    let mut page = format!("{NOTE}# Tables\n\nEach table has a page of its own.\n\n");
    head(&["table", "what it holds", "permissions"], &mut page);
    let mut entry = |schema: &str, name: &str, doc: &str, permissions: &str| {
        let link = format!("[`{schema}.{name}`]({FOLDER}/{schema}.{name}.md)");
        row(&[&link, doc, permissions], &mut page);
    };
    apis::ALL.iter().for_each(|set| entry(set.schema, set.name, set.doc, &set.permissions().join(", ")));
    apis::COMBINED.iter().for_each(|table| entry(table.schema, table.name, table.doc, ""));
    apis::LOOKUPS.iter().for_each(|list| entry(list.schema, list.name, list.doc, &list.permissions.join(", ")));
    apis::CODES.iter().for_each(|codes| entry(codes.schema, codes.name, codes.doc, ""));
    apis::own::ALL.iter().for_each(|own| entry(SystemTable::SCHEMA, own.name, own.doc, ""));
    page.push_str(TIMES);
    page.push_str(ELEMENTS);
    page.push_str(DRIFT);
    page
}

/// The pages under their names.
pub(super) fn pages() -> Vec<(String, String)> {
    let name = |schema: &str, name: &str| format!("{schema}.{name}.md");
    let sets = apis::ALL.iter().map(|set| (name(set.schema, set.name), of_set(set)));
    let lists = apis::LOOKUPS.iter().map(|list| (name(list.schema, list.name), of_list(list)));
    let codes = apis::CODES.iter().map(|codes| (name(codes.schema, codes.name), of_codes(codes)));
    let own = apis::own::ALL.iter().map(|own| (name(SystemTable::SCHEMA, own.name), of_own(own)));
    let combined = apis::COMBINED.iter().map(|table| (name(table.schema, table.name), of_combined(table)));
    sets.chain(combined).chain(lists).chain(codes).chain(own).collect()
}

fn begun(schema: &str, name: &str, doc: &str) -> String {
    format!("{NOTE}# {schema}.{name}\n\n{doc}\n\n")
}

/// A line of the list of facts at the top of a page.
fn fact(page: &mut String, name: &str, value: &str) {
    let _ = writeln!(page, "- {name}: {value}");
}

fn of_set(set: &'static EntitySet) -> String {
    let mut page = begun(set.schema, set.name, set.doc);
    fact(&mut page, "Request", &code(&source(set)));
    fact(&mut page, "Permissions", &set.permissions().iter().map(|p| code(p)).collect::<Vec<_>>().join(", "));
    if let Some((licence, _)) = set.needs(&[]).licence {
        fact(&mut page, "Licence", licence);
    }
    if let Some(costly) = set.pages().and_then(|pages| pages.costly) {
        let permissions = costly.permissions.iter().map(|p| code(p)).collect::<Vec<_>>().join(", ");
        fact(&mut page, &format!("With {}", code(costly.column)), &format!("{permissions}, and {}", costly.licence));
    }
    let kept = set.retention_days().map_or("without a documented limit".to_owned(), |days| format!("{days} days"));
    fact(&mut page, "Kept", &kept);
    fact(&mut page, "Quota", &quota_in_words(set.quota()));
    let untimed = match set.family {
        Family::SignInDays | Family::SignInApplications | Family::SummarizedSignIns => {
            "none: these are numbers of events"
        }
        _ => "none: these are things, not events",
    };
    fact(&mut page, "Own time", &set.time.map_or(untimed.to_owned(), code));
    fact(&mut page, "Key", &code(set.key));
    sql(&mut page, &example(set));
    columns(&mut page, described(set.schema, set.name, set.columns));
    sent(&mut page, rules_of(set));
    page
}

fn of_combined(table: &'static Combined) -> String {
    let mut page = begun(table.schema, table.name, table.doc);
    fact(&mut page, "Own time", &code(table.time));
    sql(
        &mut page,
        &format!(
            "SELECT {time}, source, user_principal_name, error_code\nFROM {}\nWHERE {time} >= now() - INTERVAL '1 day'\nLIMIT 10",
            table.qualified(),
            time = table.time
        ),
    );
    columns(&mut page, described(table.schema, table.name, table.columns));
    page.push_str(
        "\n## What each column is\n\nA condition on a column is one on what stands here, and is sent as such.\n\n",
    );
    let labels = table.parts.iter().map(|part| format!("{} ({})", part.label, part.set.qualified()));
    let labels: Vec<String> = std::iter::once("column".to_owned()).chain(labels).collect();
    head(&labels.iter().map(String::as_str).collect::<Vec<_>>(), &mut page);
    for (at, column) in table.columns.iter().enumerate() {
        let of_parts = table.parts.iter().map(|part| part.columns.get(at).map_or(String::new(), |sql| code(sql)));
        let cells: Vec<String> = std::iter::once(code(column.name)).chain(of_parts).collect();
        row(&cells.iter().map(String::as_str).collect::<Vec<_>>(), &mut page);
    }
    for part in table.parts {
        if let Some(only) = part.only {
            let _ = writeln!(page, "\nOf {} only rows where {}.", code(&part.set.qualified()), code(only));
        }
    }
    page
}

fn of_list(list: &'static Lookup) -> String {
    let mut page = begun(list.schema, list.name, list.doc);
    fact(&mut page, "Request", &format!("{}, in full", code(&format!("GET {}", list.path))));
    fact(&mut page, "Permissions", &list.permissions.iter().map(|p| code(p)).collect::<Vec<_>>().join(", "));
    fact(&mut page, "Quota", &quota_in_words(list.quota));
    sql(&mut page, &format!("SELECT *\nFROM {}.{}\nLIMIT 10", list.schema, list.name));
    columns(&mut page, described(list.schema, list.name, list.columns));
    page
}

fn of_codes(codes: &'static Codes) -> String {
    let mut page = begun(codes.schema, codes.name, codes.doc);
    let _ = writeln!(page, "{} rows. Nothing is requested.", codes.members.len());
    sql(&mut page, &format!("SELECT *\nFROM {}.{}\nORDER BY id", codes.schema, codes.name));
    columns(&mut page, described(codes.schema, codes.name, CODE_COLUMNS));
    page
}

fn of_own(own: &'static SystemTable) -> String {
    let mut page = begun(SystemTable::SCHEMA, own.name, own.doc);
    page.push_str("Nothing is requested.\n");
    sql(&mut page, example_of_own(own.name));
    columns(&mut page, described(SystemTable::SCHEMA, own.name, own.columns));
    page
}

fn sql(page: &mut String, query: &str) {
    let _ = write!(page, "\n```sql\n{query}\n```\n");
}

fn columns(page: &mut String, all: Vec<crate::engine::Described>) {
    page.push_str("\n## Columns\n\n");
    head(&["column", "type", "service filters by", "meaning"], page);
    for column in all {
        row(&[&code(&column.path), &column.sql_type(), &column.pushdown(), column.doc()], page);
    }
}

/// What conditions become. A condition that several versions take is one line.
fn sent(page: &mut String, rules: Vec<Rule>) {
    if rules.is_empty() {
        return;
    }
    page.push_str(
        "\n## What is sent\n\nEvery row is checked against the whole predicate again, whatever was sent.\n\n",
    );
    head(&["condition", "sent as", "fit", "version"], page);
    let mut lines: Vec<(Rule, Vec<&'static str>)> = Vec::new();
    for rule in rules {
        match lines.iter_mut().find(|(other, _)| (&other.sql, other.operator) == (&rule.sql, rule.operator)) {
            Some((_, versions)) => versions.push(rule.version),
            None => {
                let version = rule.version;
                lines.push((rule, vec![version]));
            }
        }
    }
    for (rule, versions) in lines {
        row(&[&code(&rule.sql), &code(rule.operator), rule.fit, &versions.join(", ")], page);
    }
}

/// The columns of a table that say most in few words: scalars that are not derived from others, first those that a service
/// can be asked for.
pub(super) fn telling(columns: &'static [Column]) -> Vec<&'static str> {
    let scalar = |column: &&Column| matches!(column.edm, Edm::Text | Edm::Enum(_) | Edm::Int32 | Edm::Bool);
    columns.iter().filter(scalar).map(|column| column.name).take(4).collect()
}
