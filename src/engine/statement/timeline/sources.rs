//! Which tables a timeline is read from, here and for somebody.
//!
//! Declared tables are those of the connection; what a configuration names of logs is read beside them, if it belongs to the
//! same connection or to none.

use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

use arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::catalog::{CatalogProvider, TableProvider};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SessionState;

use super::call::{Call, NAMES_A_LOG};
use super::entity::Entity;
use super::log_words;
use crate::apis::timeline;
use crate::engine::error::Error;
use crate::engine::leaf::RemoteTable;
use crate::engine::session::named_logs::{NamedLogs, flaw};
use crate::engine::statement::parse::refused;
use crate::table::{Told, Whose};

/// SQL over a table's own columns.
pub(super) type Words = Cow<'static, str>;

/// A table that is read.
#[derive(Debug)]
pub(super) struct Source {
    /// What it is called: `entra.sign_ins`.
    pub(super) name: String,
    /// Its schema and name.
    pub(super) path: [String; 2],
    /// Time, action, result, actor, target, address, id and raw.
    pub(super) columns: [Words; 8],
    /// The conditions under which a record is of the entity, each with what it is then.
    pub(super) of: Vec<(Whose, Words)>,
    /// A condition that all records of users meet, where that saves requests.
    pub(super) users_only: Option<&'static str>,
    /// A service is asked for it.
    pub(super) is_of_service: bool,
    /// Its rows say of which tenant they are.
    pub(super) has_tenants: bool,
    /// It is a file of the statement, and no table of a catalog.
    pub(super) is_file: bool,
}

/// The tables that are read, and those that are not, with the reason.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) read: Vec<Source>,
    pub(super) left_out: Vec<(String, String)>,
}

impl Source {
    /// Whether a name means it, with its schema or without.
    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.path[1] == name
    }
}

impl Sources {
    /// Those that have names in a catalog.
    pub(super) fn tables(&self) -> impl Iterator<Item = &Source> {
        self.read.iter().filter(|source| !source.is_file)
    }
}

/// Finds the tables for a call in a catalog.
///
/// # Errors
/// When a table is named that is none, that cannot be asked here, or that does not tell of such things.
pub(super) async fn found(
    state: &SessionState,
    (name, catalog): (&str, &dyn CatalogProvider),
    call: &Call,
) -> Result<Sources> {
    let (named, entity) = (call.sources.as_deref(), &call.entity);
    let mut all = declared(catalog).await?;
    all.extend(logs(state, (name, catalog), entity).await?);
    let chosen = chosen(&all, named)?;
    let mut sources = Sources { read: Vec::new(), left_out: Vec::new() };
    let names: Vec<String> = all.iter().map(|one| one.source.name.clone()).collect();
    let can_be_read = |at: &usize| all[*at].tells_of(entity) && all[*at].absent.is_none() && all[*at].flaw.is_none();
    let readable: Vec<String> = chosen.iter().filter(|at| can_be_read(at)).map(|at| names[*at].clone()).collect();
    for (at, candidate) in all.into_iter().enumerate().filter(|(at, _)| chosen.contains(at)) {
        let Candidate { mut source, absent, flaw, .. } = candidate;
        source.of.retain(|(whose, _)| entity.may_be.contains(whose));
        if let Some(error) = flaw.filter(|_| !source.of.is_empty()) {
            let (table, source) = (source.name, Box::new(error));
            return Err(Error::OfTimeline { table, is_file: false, others: readable, source }.into());
        }
        let why = match absent {
            Some(why) => why.to_owned(),
            None if source.of.is_empty() => format!("it does not tell of {}", of_what(entity)),
            None => {
                sources.read.push(source);
                continue;
            }
        };
        if named.is_some_and(|named| named.iter().any(|name| source.is_called(name))) {
            let others: Vec<&str> = names.iter().map(String::as_str).filter(|other| *other != names[at]).collect();
            let what = format!("timeline: {} cannot be read: {why}", source.name);
            return Err(refused(what, format!("leave it out of sources; there are {}", others.join(", "))).into());
        }
        sources.left_out.push((source.name, why));
    }
    if sources.read.is_empty() && call.files.is_empty() {
        if named.is_some_and(|named| named.iter().all(|name| name == LOGS)) {
            return Err(no_logs(&sources, entity).into());
        }
        let what = format!("timeline: nothing here tells of {}", of_what(entity));
        return Err(refused(what, "\\d lists the tables that there are").into());
    }
    Ok(sources)
}

/// The word for all logs that a configuration names, where tables are named.
const LOGS: &str = "logs";

/// Why there is no log to be read.
fn no_logs(sources: &Sources, entity: &Entity) -> Error {
    let names: Vec<&str> = sources.left_out.iter().map(|(name, _)| name.as_str()).collect();
    let what = match names.as_slice() {
        [] => {
            "timeline: the configuration names no log that has a time with a user_name or a client_address".to_owned()
        }
        names => format!("timeline: {} cannot tell of {}", names.join(" and "), of_what(entity)),
    };
    refused(what, NAMES_A_LOG)
}

/// `sessions`
pub(super) fn of_what(entity: &Entity) -> String {
    let nouns: Vec<String> = entity.may_be.iter().map(|whose| whose.plural().to_owned()).collect();
    nouns.join(", ")
}

/// A table that may be read.
struct Candidate {
    source: Source,
    usual: bool,
    /// The declaration, if it has one.
    told: Option<&'static Told>,
    /// Why it cannot be had here.
    absent: Option<&'static str>,
    /// Why its files cannot be read.
    flaw: Option<DataFusionError>,
}

impl Candidate {
    fn tells_of(&self, entity: &Entity) -> bool {
        self.source.of.iter().any(|(whose, _)| entity.may_be.contains(whose))
    }
}

/// The places in the list of those that are read.
fn chosen(all: &[Candidate], named: Option<&[String]>) -> Result<Vec<usize>, Error> {
    let Some(named) = named else {
        return Ok((0..all.len()).filter(|at| all[*at].usual).collect());
    };
    let mut places = Vec::new();
    for name in named {
        let found: Vec<usize> = (0..all.len()).filter(|at| all[*at].source.is_called(name)).collect();
        match found.as_slice() {
            [at] => places.push(*at),
            [] if name == LOGS => places.extend((0..all.len()).filter(|at| all[*at].told.is_none())),
            [] => return Err(unknown(name, all)),
            several => {
                let names: Vec<&str> = several.iter().map(|at| all[*at].source.name.as_str()).collect();
                return Err(refused(
                    format!("timeline: {name} may be {}", names.join(" or ")),
                    "write it out in sources",
                ));
            }
        }
    }
    places.sort_unstable();
    places.dedup();
    for (at, one) in places.iter().enumerate() {
        let told = |at: &usize| all[*at].told;
        let same = |other: &&usize| {
            let (Some(a), Some(b)) = (told(one), told(other)) else { return false };
            a.set.family == b.set.family && (a.whole || b.whole)
        };
        if let Some(other) = places[at + 1..].iter().find(same) {
            let (a, b) = (&all[*one].source.name, &all[*other].source.name);
            return Err(refused(
                format!("timeline: {a} and {b} hold the same records"),
                "name one of them: each event would be there twice",
            ));
        }
    }
    Ok(places)
}

/// Whether a name is that of a file: tables have no such endings.
fn is_path(name: &str) -> bool {
    const ENDINGS: [&str; 12] =
        ["csv", "tsv", "txt", "log", "json", "ndjson", "jsonl", "evtx", "parquet", "gz", "xlsx", "zip"];
    name.contains(['/', '\\', '*']) || name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

fn unknown(name: &str, all: &[Candidate]) -> Error {
    let (schema, table) = name.split_once('.').unwrap_or(("", name));
    let is = |other: &str| {
        other.split_once('.').is_some_and(|(own, own_table)| own_table == table && (schema.is_empty() || own == schema))
    };
    if let Some((table, other)) = timeline::ELSEWHERE.iter().find(|(table, _)| is(table)) {
        return refused(
            format!("timeline: {table} is no source of its own"),
            format!("its records are in {other}: sources => ['{other}']"),
        );
    }
    if is_path(name) {
        return refused(format!("timeline: {name} is no source of events"), NAMES_A_LOG);
    }
    let names: Vec<&str> = all.iter().map(|one| one.source.name.as_str()).collect();
    let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    refused(format!("timeline: {name} is no source of events"), format!("sources here: {names}"))
}

/// The declared tables of a catalog.
async fn declared(catalog: &dyn CatalogProvider) -> Result<Vec<Candidate>> {
    let mut all = Vec::new();
    for told in timeline::ALL {
        let Some(schema) = catalog.schema(told.set.schema) else { continue };
        let Some(table) = schema.table(told.set.name).await? else { continue };
        let remote = (table.as_ref() as &dyn Any).downcast_ref::<RemoteTable>();
        let is_of_service = remote.is_none_or(RemoteTable::is_of_service);
        let source = Source {
            name: told.set.qualified(),
            path: [told.set.schema.to_owned(), told.set.name.to_owned()],
            columns: [told.time, told.action, told.result, told.actor, told.target, told.address, told.set.key, "raw"]
                .map(Words::from),
            of: told.conditions(is_of_service).map(|(whose, condition)| (whose, Words::from(condition))).collect(),
            users_only: told.users_only,
            is_of_service,
            is_file: false,
            has_tenants: table.schema().column_with_name(TENANT).is_some_and(|(at, _)| at < 2),
        };
        let absent = remote.and_then(RemoteTable::absent);
        all.push(Candidate { source, usual: told.usual, told: Some(told), absent, flaw: None });
    }
    Ok(all)
}

/// The column of tables of all tenants that names the connection.
pub(super) const TENANT: &str = "tenant_name";

/// Tables of logs that a configuration names for the connection of this catalog, or for none that has other tables.
async fn logs(
    state: &SessionState,
    (own, catalog): (&str, &dyn CatalogProvider),
    entity: &Entity,
) -> Result<Vec<Candidate>> {
    let mut all = Vec::new();
    for name in catalog.schema_names() {
        let Some(schema) = catalog.schema(&name) else { continue };
        if schema.downcast_ref::<NamedLogs>().is_none() || !(name == own || has_logs_alone(state, &name)) {
            continue;
        }
        let mut tables = schema.table_names();
        tables.sort();
        for table in tables {
            let Some(provider) = schema.table(&table).await? else { continue };
            all.extend(log(&name, &table, &provider, entity));
        }
    }
    Ok(all)
}

fn has_logs_alone(state: &SessionState, connection: &str) -> bool {
    let catalog = state.catalog_list().catalog(connection);
    let is_declared = |schema: &String| timeline::ALL.iter().any(|told| told.set.schema == schema);
    catalog.is_none_or(|catalog| !catalog.schema_names().iter().any(is_declared))
}

/// Whether rows say when they happened.
pub(super) fn has_time(schema: &Schema) -> bool {
    schema.field_with_name("time").is_ok_and(|field| matches!(field.data_type(), DataType::Timestamp(..)))
}

/// A table of logs that has a time, and a user or an address. One that cannot be read stands for itself: it is named as one that
/// says why.
fn log(connection: &str, table: &str, provider: &Arc<dyn TableProvider>, entity: &Entity) -> Option<Candidate> {
    let schema: SchemaRef = provider.schema();
    let flaw = flaw(provider.as_ref());
    let unreadable = flaw.is_some();
    if !unreadable && !has_time(&schema) {
        return None;
    }
    let of = log_words::conditions(&schema, entity, unreadable);
    if of.is_empty() {
        return None;
    }
    let source = Source {
        name: format!("{connection}.{table}"),
        path: [connection.to_owned(), table.to_owned()],
        columns: log_words::columns(&schema),
        of,
        users_only: None,
        is_of_service: false,
        has_tenants: false,
        is_file: false,
    };
    Some(Candidate { source, usual: true, told: None, absent: None, flaw })
}
