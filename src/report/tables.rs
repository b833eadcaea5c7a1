//! Tables that there are not: what may have been meant, and where their records are.

use super::{About, Exit, Report, advice, elsewhere, names, nearest};
use crate::engine::timeline;

/// Tables that are listed where nothing is near.
const LISTED: usize = 8;

/// A table that there is not.
pub(super) fn missing(table: &str, about: &About<'_>) -> Report {
    let short = table.rsplit('.').next().unwrap_or(table);
    if let Some((what, hint)) = names::elsewhere(short, about.tables).or_else(|| names::file(table)) {
        return Report::new(Exit::Query, what).hint(hint);
    }
    if advice::is_recursive(about.sql, short) {
        return Report::new(Exit::Query, format!("{short} is read by more than the last part of its query")).hint(
            "WITH RECURSIVE has a first query, UNION ALL, and one more that reads it; a join puts several steps into \
             one: FROM r, (VALUES (1), (10)) AS step(n)",
        );
    }
    let tenant = match tenant_of(table, about) {
        Ok(tenant) => tenant,
        Err(unknown) => return no_tenant(unknown, table, about),
    };
    let report = Report::new(Exit::Query, format!("there is no table {tenant}{short}"));
    if short == timeline::NAME {
        return report.hint(format!("it is a function: SELECT * FROM {}", timeline::SYNTAX));
    }
    if let Some(hint) = elsewhere::table(short) {
        return report.hint(hint);
    }
    if let Some(hint) = schema_named(short, about.tables) {
        return Report::new(Exit::Query, format!("{short} is a schema, and no table")).hint(hint);
    }
    let found = nearest(short, about.tables.iter().map(|name| (name.as_str(), last(name))));
    match found {
        Some(name) => {
            // Two schemas can have a table of that name, which then has no short one.
            let alike = about.tables.iter().filter(|other| last(other) == last(name));
            let alike: Vec<String> = alike.map(|name| format!("{tenant}{name}")).collect();
            report.hint(format!("did you mean {}?", alike.join(" or ")))
        }
        None if about.tables.is_empty() => {
            report.hint(
            "no connection is open: 'auditql init' writes one, --connection NAME opens it; 'auditql demo' has tables to try",
        )
        }
        None => {
            let alike: Vec<&str> = about.tables.iter().map(String::as_str).filter(|name| shares(short, name)).collect();
            report.hint(if about.tables.len() <= LISTED {
                format!("the tables are {}", about.tables.join(", "))
            } else if alike.is_empty() {
                "SHOW TABLES lists the tables, at the prompt \\d".to_owned()
            } else {
                let alike = alike[..alike.len().min(LISTED)].join(", ");
                format!("there are {alike}; SHOW TABLES lists all tables, at the prompt \\d")
            })
        }
    }
}

/// The tenant that a name is of, unless it is that of names without one, as it stands before the schema. An error, if there is
/// no such tenant: a hint without it would ask another one.
fn tenant_of<'a>(table: &'a str, about: &About<'_>) -> Result<String, &'a str> {
    let parts: Vec<&str> = table.split('.').collect();
    let (Some(default), &[catalog, schema, _]) = (about.tenants.first(), parts.as_slice()) else {
        return Ok(String::new());
    };
    let is_tenant = |name: &str| about.tenants.iter().any(|tenant| tenant.eq_ignore_ascii_case(name));
    let is_schema = |name: &str| schema_named(name, about.tables).is_some();
    match () {
        () if !is_tenant(catalog) => Err(catalog),
        () if is_schema(schema) && catalog.eq_ignore_ascii_case(default) => Ok(String::new()),
        () if is_schema(schema) => Ok(format!("{catalog}.")),
        () if is_tenant(schema) => Ok(format!("{schema}.")),
        () if near_tenant(schema, about).is_some() => Err(schema),
        () => Ok(String::new()),
    }
}

fn near_tenant<'a>(name: &str, about: &About<'a>) -> Option<&'a str> {
    nearest(name, about.tenants.iter().map(|tenant| (tenant.as_str(), tenant.as_str())))
}

fn no_tenant(unknown: &str, table: &str, about: &About<'_>) -> Report {
    let report = Report::new(Exit::Query, format!("there is no connection {unknown}"));
    let short = last(table);
    match near_tenant(unknown, about) {
        Some(near) => {
            let table = about.tables.iter().find(|name| last(name) == short).map_or(short, String::as_str);
            report.hint(format!("did you mean {near}.{table}?"))
        }
        None => report.hint(format!("tables are of {}, or have no such name before them", about.tenants.join(", "))),
    }
}

/// What to say of a schema, if it is the name of one.
pub(crate) fn schema_named(name: &str, tables: &[String]) -> Option<String> {
    let within = |table: &&String| table.split_once('.').is_some_and(|(schema, _)| schema.eq_ignore_ascii_case(name));
    let mut all = tables.iter().filter(within);
    let first = all.next()?;
    Some(format!("\\d {}.* lists its tables; one of them is {first}", name.to_lowercase()))
}

/// The name of a table without its schema.
fn last(table: &str) -> &str {
    table.rsplit('.').next().unwrap_or(table)
}

/// Whether two names share a word that says something.
fn shares(asked: &str, table: &str) -> bool {
    let asked = asked.to_lowercase();
    let words = || asked.split(['_', '.']).filter(|word| word.len() > 3);
    words().any(|word| {
        table.split(['_', '.']).any(|known| known == word || known.trim_end_matches('s') == word.trim_end_matches('s'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_no_connection_is_told_how_to_make_one() {
        let hint = missing("sign_ins", &About::default()).hint;
        assert!(hint.is_some_and(|hint| hint.contains("'auditql init' writes one") && hint.contains("auditql demo")));
    }
}
