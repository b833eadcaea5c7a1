//! Files that a call names: `timeline('ana@contoso.com', files => ['logs/*.csv', 'dc01.evtx'])`.
//!
//! Each is the table that `FROM 'logs/*.csv'` would be, found in the catalog of files, which asks the policy whether it may be read.
//! A file that is named is wanted: one that cannot tell of whom is asked is an error, not left out.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::common::runtime::SpawnedTask;
use datafusion::error::Result;
use datafusion::execution::SessionState;

use super::entity::Entity;
use super::log_words;
use super::sources::{Source, has_time, of_what};
use crate::engine::runtime::schemas::MAIN;
use crate::engine::session::log_tables::CATALOG;
use crate::engine::statement::file_names::no_files;
use crate::engine::statement::parse::refused;
use crate::files;
use crate::stores::Stores;

/// The files as sources, in the order in which they are named.
///
/// # Errors
/// When one may not or cannot be read, or its rows are no events of such an entity.
pub(super) async fn read(state: &SessionState, paths: &[String], entity: &Entity) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut known: HashMap<PathBuf, &String> = HashMap::new();
    let stores: Arc<Stores> = state.config().get_extension().unwrap_or_default();
    let paths: Vec<String> = paths.iter().map(|path| stores.name(path)).collect();
    for path in &paths {
        let source = one(state, path, entity).await?;
        let files = whole_files(path.into()).await;
        // One file has many spellings, and patterns that mean it; its events are told once.
        if !files.is_empty() && files.iter().all(|file| known.contains_key(file)) {
            continue;
        }
        if let Some((file, other)) = files.iter().find_map(|file| known.get_key_value(file)) {
            let what = format!("timeline: both {other} and {path} mean {}: it would count twice", file.display());
            return Err(refused(what, format!("leave {other} out of files")).into());
        }
        known.extend(files.into_iter().map(|file| (file, path)));
        sources.push(source);
    }
    Ok(sources)
}

/// The files of this machine that a path means, as they are called without links. Archives are no such files, nor is what
/// cannot be listed: it has been found to be a table all the same.
async fn whole_files(path: PathBuf) -> Vec<PathBuf> {
    let listed = SpawnedTask::spawn_blocking(move || {
        let found = files::all_sources(&[files::Input::Path(path)]).map(|sources| sources.files).unwrap_or_default();
        found.iter().filter_map(|file| file.path()?.canonicalize().ok()).collect()
    });
    listed.join_unwind().await.unwrap_or_default()
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
