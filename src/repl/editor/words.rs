//! The words that can be typed: tables with their columns and fields, functions, settings, keywords.
//!
//! Read from the session's catalogs, so that the user's own tables and views are among them.

use arrow::datatypes::{DataType, Fields};
use datafusion::prelude::SessionContext;

use crate::engine::{at_hand, timeline};
use crate::queries::{Library, Parameter, Query};
use crate::settings;

/// Keywords worth completing and colouring.
pub(super) const KEYWORDS: &[&str] = &[
    "ALL",
    "ANALYZE",
    "AND",
    "ANY",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "CREATE",
    "CROSS",
    "CURRENT",
    "DESC",
    "DESCRIBE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXECUTE",
    "EXISTS",
    "EXPLAIN",
    "EXTRACT",
    "FALSE",
    "FILTER",
    "FIRST",
    "FOLLOWING",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "ILIKE",
    "IN",
    "INNER",
    "INTERSECT",
    "INTERVAL",
    "IS",
    "JOIN",
    "LAST",
    "LEFT",
    "LIKE",
    "LIMIT",
    "NATURAL",
    "NOT",
    "NULL",
    "NULLS",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "PRECEDING",
    "PREPARE",
    "RECURSIVE",
    "REPLACE",
    "RESET",
    "RIGHT",
    "ROWS",
    "SELECT",
    "SET",
    "SHOW",
    "SIMILAR",
    "TABLE",
    "TABLES",
    "THEN",
    "TIMESTAMP",
    "TO",
    "TRUE",
    "UNBOUNDED",
    "UNION",
    "UNNEST",
    "USING",
    "VALUES",
    "VIEW",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
    "WITHIN",
];

/// Whether a word is one of the keywords.
pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

/// The words of a session.
#[derive(Debug, Default, Clone)]
pub(crate) struct Words {
    /// All tables.
    pub(super) tables: Vec<Table>,
    /// Names of functions, in alphabetical order.
    pub(super) functions: Vec<String>,
    /// `auditql.max_requests` and the like.
    pub(super) settings: Vec<String>,
    /// Saved queries, with their parameters.
    pub(super) queries: Vec<(String, Vec<String>)>,
}

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Catalog, schema, name.
    pub(super) path: [String; 3],
    /// Whether it can be called by its name alone.
    pub(super) short: bool,
    /// Its columns.
    pub(super) fields: Fields,
}

impl Words {
    /// Reads them.
    pub(crate) async fn of(context: &SessionContext, queries: &Library) -> Self {
        let state = context.state();
        let functions = state.scalar_functions().keys().chain(state.aggregate_functions().keys());
        let mut functions: Vec<String> = functions.chain(state.window_functions().keys()).cloned().collect();
        functions.push(timeline::NAME.to_owned());
        functions.sort_unstable();
        functions.dedup();
        let settings = settings::ALL.iter().map(|setting| format!("auditql.{}", setting.name)).collect();
        Self { tables: tables(context).await, functions, settings, queries: named(queries) }
    }

    /// The tables that a name of one to three parts means.
    pub(super) fn named(&self, name: &[String]) -> impl Iterator<Item = &Table> {
        let name = name.to_vec();
        self.tables.iter().filter(move |table| {
            name.len() <= 3 && table.path.iter().rev().zip(name.iter().rev()).all(|(a, b)| a.eq_ignore_ascii_case(b))
        })
    }
}

/// Names of queries that can be run, and of what they take.
fn named(queries: &Library) -> Vec<(String, Vec<String>)> {
    let flags = |query: &Query| {
        let own = query.parameters.iter().map(Parameter::flag);
        own.chain(["--explain".to_owned()]).collect()
    };
    queries.entries().iter().filter_map(|entry| Some((entry.name.clone(), flags(entry.query.as_ref().ok()?)))).collect()
}

async fn tables(context: &SessionContext) -> Vec<Table> {
    let default = context.state().config_options().catalog.default_catalog.clone();
    let mut tables = Vec::new();
    for catalog_name in context.catalog_names() {
        let Some(catalog) = context.catalog(&catalog_name) else { continue };
        let aliases = catalog.schema("main").filter(|_| catalog_name == default);
        for schema_name in catalog.schema_names() {
            let Some(schema) = catalog.schema(&schema_name) else { continue };
            for name in schema.table_names() {
                // A table that cannot be read just now is no word to offer.
                let Some(columns) = at_hand(schema.as_ref(), &name).await else { continue };
                let short = match &aliases {
                    Some(main) => at_hand(main.as_ref(), &name).await.is_some(),
                    None => false,
                };
                let fields = columns.fields().clone();
                tables.push(Table { path: [catalog_name.clone(), schema_name.clone(), name], short, fields });
            }
        }
    }
    tables
}

/// The fields of a struct, or of the structs in a list.
pub(super) fn fields_of(kind: &DataType) -> Fields {
    match kind {
        DataType::Struct(fields) => fields.clone(),
        DataType::List(item) | DataType::LargeList(item) => fields_of(item.data_type()),
        _ => Fields::empty(),
    }
}
