//! Files that a call names: `timeline('ana@contoso.com', files => ['logs/*.csv', 'dc01.evtx'])`.
//!
//! Each is the table that `FROM 'logs/*.csv'` would be, found in the catalog of files, which asks the policy whether it may be read.
//! A file that is named is wanted: one that cannot tell of whom is asked is an error, not left out.

use datafusion::error::Result;
use datafusion::execution::SessionState;

use super::entity::Entity;
use super::log_words;
use super::sources::{Source, has_time, of_what};
use crate::engine::runtime::schemas::MAIN;
use crate::engine::session::log_tables::CATALOG;
use crate::engine::statement::file_names::no_files;
use crate::engine::statement::parse::refused;

/// The files as sources, in the order in which they are named.
///
/// # Errors
/// When one may not or cannot be read, or its rows are no events of such an entity.
pub(super) async fn read(state: &SessionState, paths: &[String], entity: &Entity) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for path in paths {
        sources.push(one(state, path, entity).await?);
    }
    Ok(sources)
}

async fn one(state: &SessionState, path: &str, entity: &Entity) -> Result<Source> {
    let catalog = state.catalog_list().catalog(CATALOG).ok_or_else(no_files)?;
    let schema = catalog.schema(MAIN).ok_or_else(no_files)?;
    let table = schema.table(path).await?.ok_or_else(no_files)?;
    let schema = table.schema();
    if !has_time(&schema) {
        let what = format!("timeline: {path} has no column time with times in it");
        let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let instead = format!("its columns are {}; exports of audit logs are read by --input", columns.join(", "));
        return Err(refused(what, instead).into());
    }
    let mut of = log_words::conditions(&schema, entity, false);
    if of.is_empty() {
        let what = format!("timeline: {path} has neither user_name nor client_address");
        return Err(refused(what, format!("its rows are joined by hand: SELECT * FROM '{path}' LIMIT 5")).into());
    }
    of.retain(|(whose, _)| entity.may_be.contains(whose));
    if of.is_empty() {
        let what = format!("timeline: {path} cannot be read: it does not tell of {}", of_what(entity));
        return Err(refused(what, "leave it out of files").into());
    }
    Ok(Source {
        name: path.to_owned(),
        path: [MAIN.to_owned(), path.to_owned()],
        columns: log_words::columns(&schema),
        of,
        users_only: None,
        is_of_service: false,
        has_tenants: false,
        is_file: true,
    })
}
