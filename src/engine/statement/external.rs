//! `CREATE EXTERNAL TABLE`: files under a name. What is claimed of them and not checked is refused.
//!
//! All are made like a file in FROM: what stands in them is decided by their content, and by what the statement says. DataFusion's own
//! way to a table of Parquet or Arrow looks at no byte of a file before its reader does.

use std::path::Path;

use arrow::datatypes::DataType;
use datafusion::error::Result;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{CreateExternalTable, DdlStatement, LogicalPlan};

use super::columns::in_sql;
use crate::engine::error::Error;
use crate::engine::session::log_options::Stated;
use crate::engine::session::log_tables::opened;
use crate::engine::session::store;
use crate::logs::Kind;
use crate::stores::scheme;

/// What stands for no format: it is told by the content.
const ANY: [&str; 3] = ["AUTO", "LOG", "LOGS"];
/// What DataFusion puts before options, and how it calls some that are called otherwise here.
const PREFIX: &str = "format.";

/// Refuses a table of files of which something is claimed that would be taken on trust.
pub(super) fn check(plan: &LogicalPlan) -> Result<(), Error> {
    match plan {
        LogicalPlan::Ddl(DdlStatement::CreateExternalTable(table)) => checked(table),
        _ => Ok(()),
    }
}

/// Makes a table of files, which are looked at.
///
/// # Errors
/// When its name is taken, an option is none, or the files are no such logs.
pub(super) async fn create(state: &SessionState, table: &CreateExternalTable) -> Result<()> {
    let mut stated = Stated::default();
    if !ANY.iter().any(|any| table.file_type.eq_ignore_ascii_case(any)) {
        stated.options.push(("format".to_owned(), table.file_type.to_lowercase()));
    }
    let mut options: Vec<(&String, &String)> = table.options.iter().collect();
    options.sort();
    let name = |option: &str| option.strip_prefix(PREFIX).unwrap_or(option).to_lowercase();
    stated.options.extend(options.into_iter().map(|(option, value)| (name(option), value.clone())));
    if !table.schema.fields().is_empty() {
        stated.columns = Some(declared(table)?);
    }
    let place = store::Free::of(state, &table.name, table.or_replace, table.if_not_exists).await?;
    let Some(place) = place else { return Ok(()) };
    let made = opened(state, table.name.table(), &table.locations, &stated).await?;
    place.take(made)
}

/// The declared columns.
fn declared(table: &CreateExternalTable) -> Result<Vec<(String, Kind)>, Error> {
    let column = |field: &std::sync::Arc<arrow::datatypes::Field>| {
        let kind = match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Kind::Text,
            DataType::Boolean => Kind::Bool,
            DataType::Float16 | DataType::Float32 | DataType::Float64 => Kind::Float,
            DataType::Timestamp(..) => Kind::Time,
            kind if kind.is_integer() => Kind::Int,
            kind => {
                let what =
                    format!("{} is declared as {}, and a file of lines has no such values", field.name(), in_sql(kind));
                return Err(refused(what, "columns are TEXT, BIGINT, DOUBLE, BOOLEAN or TIMESTAMP; CAST makes others"));
            }
        };
        Ok((field.name().clone(), kind))
    };
    table.schema.fields().iter().map(column).collect()
}

/// What would be taken on trust is refused: an order or a key that the file does not keep makes answers wrong.
fn checked(table: &CreateExternalTable) -> Result<(), Error> {
    let is_missing = |location: &&String| {
        scheme(location).is_none() && !location.contains(['*', '?', '[']) && !local(location).exists()
    };
    if let Some(location) = table.locations.iter().find(is_missing) {
        return Err(refused(
            format!("there is no file {location}"),
            "LOCATION takes a path relative to the working folder",
        ));
    }
    let claim = if !table.order_exprs.is_empty() {
        "WITH ORDER"
    } else if !table.constraints.is_empty() {
        "a constraint"
    } else if !table.table_partition_cols.is_empty() {
        "PARTITIONED BY"
    } else if !table.column_defaults.is_empty() {
        "a default"
    } else {
        return Ok(());
    };
    Err(refused(format!("{claim} is not checked against the file"), "remove it: rows are read as they are"))
}

fn local(location: &str) -> &Path {
    Path::new(location.strip_prefix("file://").unwrap_or(location))
}

fn refused(what: impl Into<String>, instead: impl Into<String>) -> Error {
    Error::Dialect { what: what.into(), instead: instead.into() }
}
