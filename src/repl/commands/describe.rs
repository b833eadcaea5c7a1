//! `\d` and `\df`: what there is, asked of the tables that describe it.

use std::path::Path;

use crate::engine::DescribedLogs;
use crate::repl::answer::tables;
use crate::repl::say::{count, say};
use crate::repl::state::{After, State, refused};
use crate::report::{About, Exit, Report, nearest, schema_named};
use crate::table::SystemTable;

/// All tables: the declared ones, those that describe them, and the user's own.
const TABLES: &str = "\
SELECT schema, \"table\", meaning FROM (
  SELECT CASE table_schema WHEN 'auditql' THEN 2 ELSE 1 END AS rank, table_schema AS schema, table_name AS \"table\",
    doc AS meaning FROM auditql.tables
  UNION ALL
  SELECT 0, table_schema, table_name,
    CASE WHEN table_type = 'VIEW' THEN 'A view of your own.' ELSE 'A table of your own.' END
  FROM information_schema.tables WHERE table_schema = 'main') AS t";

/// The tables whose names hold a pattern, as `\\dt` lists them; `*` and `%` stand for anything.
pub(super) fn listed(pattern: &str) -> String {
    let pattern = pattern.trim_matches(['\'', '"']).replace('*', "%").to_lowercase();
    let only = if pattern.is_empty() {
        String::new()
    } else {
        format!("\nWHERE lower(schema || '.' || \"table\") LIKE {}", literal(&format!("%{pattern}%")))
    };
    format!("{TABLES}{only}\nORDER BY rank, schema, \"table\"")
}

/// The schemas with what is in them.
pub(super) const SCHEMAS: &str = "\
SELECT table_schema AS schema, count(DISTINCT table_name) AS tables FROM information_schema.tables \
WHERE table_schema <> 'information_schema' GROUP BY table_schema ORDER BY table_schema";

/// The user's own views.
pub(super) const VIEWS: &str = "\
SELECT table_name AS view, definition FROM information_schema.views \
WHERE table_schema = 'main' AND definition IS NOT NULL ORDER BY table_name";

/// Shows the tables, or the columns of one.
pub(super) async fn describe(state: &mut State<'_>, table: &str) -> After {
    let names = tables(state.session.engine.context());
    if table.starts_with('\'') {
        return logs(state, table).await.unwrap_or(After::Failed);
    }
    if names.is_empty() {
        return refused(
            &Report::new(Exit::Usage, "there are no tables: no connection is open")
                .hint("'auditql init' writes one, --connection NAME opens it; 'auditql demo' has tables to try"),
        );
    }
    if table.is_empty() {
        return state.show(&listed("")).await;
    }
    // Names without quotes are in lower case, as in SQL.
    let folded = if table.contains('"') { table.to_owned() } else { table.to_lowercase() };
    let (schema, name) = parts(&folded);
    let own = names.iter().any(|known| known.split_once('.') == Some((schema.unwrap_or("main"), name)));
    // As in SQL, the tables that describe others are named with their schema: a table of one's own may be called so.
    let in_schema = |s: &str| schema.map_or(s != SystemTable::SCHEMA, |schema| schema == s);
    let declared = crate::apis::names().any(|(s, n)| n == name && in_schema(s));
    if declared {
        state.show(&columns(schema, name)).await
    } else if own {
        if let Some(after) = logs(state, table).await {
            return after;
        }
        state.show(&plain_columns(schema.unwrap_or("main"), name)).await
    } else if table.trim_matches('"').contains(['.', '/', '\\', '*']) && Path::new(table.trim_matches('"')).exists() {
        logs(state, &literal(table.trim_matches('"'))).await.unwrap_or(After::Failed)
    } else if table.contains(['*', '%']) {
        state.show(&listed(table)).await
    } else {
        if let Some(hint) = schema.is_none().then(|| schema_named(name, &names)).flatten() {
            return refused(&Report::new(Exit::Query, format!("{name} is a schema, and no table")).hint(hint));
        }
        let report = Report::new(Exit::Query, format!("there is no table {table}"));
        let short = names.iter().map(|known| (known.as_str(), known.rsplit('.').next().unwrap_or(known)));
        refused(&match nearest(name, short) {
            Some(near) => report.hint(format!("did you mean {near}?")),
            None => report.hint("\\d lists the tables"),
        })
    }
}

/// Files that are named in what is described of a table of them.
const FILES: usize = 10;

/// Shows the columns of what stands in FROM, and what it was recognised as; `None` if it is no table of logs.
async fn logs(state: &mut State<'_>, from: &str) -> Option<After> {
    let described = match state.session.engine.logs(from).await {
        Ok(described) => described?,
        Err(error) => return Some(refused(&Report::of_query(&error, &About { sql: from, ..About::default() }))),
    };
    let DescribedLogs { columns, files, assumed, unread, views } = described;
    let rows: Vec<String> =
        columns.iter().map(|row| format!("({})", row.each_ref().map(|t| literal(t)).join(", "))).collect();
    let sql = format!("SELECT * FROM (VALUES {}) AS t(\"column\", type, meaning)", rows.join(", "));
    let after = state.show(&sql).await;
    for (file, format) in files.iter().take(FILES) {
        say(&format!("{file} is read as {format}"));
    }
    if files.len() > FILES {
        say(&format!("and {} more", count(files.len() as u64 - FILES as u64, "file")));
    }
    assumed.iter().for_each(|(what, file)| say(&format!("{what} ({file})")));
    for (format, names) in views {
        say(&format!(
            "views of {format}: {}; read_log({from}, view => '{}') has columns of its own",
            names.join(", "),
            names[0]
        ));
    }
    unread.iter().for_each(|(file, why)| say(&format!("not read: {file}: {why}")));
    Some(after)
}

/// Schema and name of `table`, `schema.table` or `catalog.schema.table`.
fn parts(table: &str) -> (Option<&str>, &str) {
    let (schema, name) = table.rsplit_once('.').map_or((None, table), |(schema, name)| (Some(schema), name));
    let schema = schema.and_then(|schema| schema.rsplit('.').next()).map(|schema| schema.trim_matches('"'));
    (schema, name.trim_matches('"'))
}

pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The columns of a declared table, in declaration order.
fn columns(schema: Option<&str>, table: &str) -> String {
    let and_schema = schema.map_or_else(
        || format!(" AND table_schema <> {}", literal(SystemTable::SCHEMA)),
        |schema| format!(" AND table_schema = {}", literal(schema)),
    );
    format!(
        "SELECT column_name AS column, data_type AS type, pushdown AS \"service filters by\", doc AS meaning \
         FROM auditql.columns WHERE table_name = {}{and_schema}",
        literal(table)
    )
}

/// The columns of another table.
fn plain_columns(schema: &str, table: &str) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    format!("DESCRIBE {}.{}", quoted(schema), quoted(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_travel_as_literals() {
        assert_eq!(parts("lab.entra.\"sign_ins\""), (Some("entra"), "sign_ins"));
        assert!(columns(Some("entra"), "sign_ins").ends_with("table_name = 'sign_ins' AND table_schema = 'entra'"));
        assert!(columns(None, "x' OR '1'='1").contains("table_name = 'x'' OR ''1''=''1' AND"));
        assert!(
            listed("Sign*").contains("LIKE '%sign%%'")
                && listed("x'").contains("'%x%'")
                && !listed("").contains("LIKE")
        );
    }
}
