//! Names: a connection is a catalog, its schemas are those of the declarations.
//!
//! `main` holds the user's own tables and views; a remote table whose name is unique among all schemas can be called by
//! that name alone, as if it stood in `main`. The schema `auditql` describes the rest.

use std::sync::Arc;

#[cfg(feature = "cli")]
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider, TableProvider,
};
use datafusion::error::Result;
use datafusion::execution::SessionState;

use super::merged::{Tenant, combined, combined_of_all, of_all};
use super::named_logs::NamedLogs;
use super::system_tables;
use crate::apis;
use crate::engine::leaf::LookupTable;
use crate::engine::leaf::RemoteTable;
use crate::engine::runtime::schemas::{MAIN, OWN};

/// A table under its schema and name.
type Named = (&'static str, &'static str, Arc<dyn TableProvider>);

/// The catalog of a connection.
pub(crate) fn catalog(tenant: &Tenant<'_>, state: &SessionState) -> Result<Arc<dyn CatalogProvider>> {
    of_tables(&tables(tenant, state)?, None)
}

/// The catalog of exported files, which may have logs beside them.
pub(crate) fn of_files(
    exports: Option<&Tenant<'_>>,
    logs: Option<Arc<NamedLogs>>,
    state: &SessionState,
) -> Result<Arc<dyn CatalogProvider>> {
    let tables = exports.map_or(Ok(Vec::new()), |exports| tables(exports, state))?;
    of_tables(&tables, logs)
}

/// The catalog of all tenants: the tables of each as one.
pub(crate) fn all_tenants(tenants: &[Tenant<'_>], state: &SessionState) -> Result<Arc<dyn CatalogProvider>> {
    let sets = apis::ALL.iter().map(|set| Ok((set.schema, set.name, Arc::new(of_all(set, tenants, state)?) as _)));
    let combined = apis::COMBINED.iter().map(|table| {
        let merged: Arc<dyn TableProvider> = Arc::new(combined_of_all(table, tenants, state)?);
        Ok((table.schema, table.name, merged))
    });
    let tables: Vec<Named> = sets.chain(combined).collect::<Result<_>>()?;
    of_tables(&tables, None)
}

fn of_tables(tables: &[Named], logs: Option<Arc<NamedLogs>>) -> Result<Arc<dyn CatalogProvider>> {
    let catalog = MemoryCatalogProvider::new();
    for (schema, name, table) in tables {
        if catalog.schema(schema).is_none() {
            catalog.register_schema(schema, Arc::new(MemorySchemaProvider::new()))?;
        }
        if let Some(schema) = catalog.schema(schema) {
            schema.register_table((*name).into(), Arc::clone(table))?;
        }
    }
    let unique = |name: &str| tables.iter().filter(|(_, other, _)| *other == name).count() == 1;
    let aliases = tables.iter().filter(|(_, name, _)| unique(name)).map(|(_, name, table)| (*name, Arc::clone(table)));
    catalog
        .register_schema(MAIN, Arc::new(Main { aliases: aliases.collect(), logs, own: MemorySchemaProvider::new() }))?;
    catalog.register_schema(OWN, Arc::new(system_tables::Own))?;
    Ok(Arc::new(catalog))
}

/// The tables that a connection offers: files hold the records of any. Lists are asked of a service alone.
fn tables(tenant: &Tenant<'_>, state: &SessionState) -> Result<Vec<Named>> {
    let Tenant { connection, records, .. } = tenant;
    let sets = apis::ALL.iter().map(|set| {
        let table: Arc<dyn TableProvider> =
            Arc::new(RemoteTable::new(set, connection, records.clone()).without(tenant.absent(set)));
        Ok((set.schema, set.name, table))
    });
    let combined = apis::COMBINED.iter().map(|table| {
        let merged: Arc<dyn TableProvider> = Arc::new(combined(table, tenant, state)?);
        Ok((table.schema, table.name, merged))
    });
    let lookups = apis::LOOKUPS.iter().filter(|_| records.are_of_service()).map(|lookup| {
        let table: Arc<dyn TableProvider> = Arc::new(LookupTable::new(lookup, connection));
        Ok((lookup.schema, lookup.name, table))
    });
    let codes = apis::CODES.iter().map(|codes| Ok((codes.schema, codes.name, system_tables::members(codes)?)));
    sets.chain(combined).chain(lookups).chain(codes).collect()
}

/// The columns of a table, for who offers names and must not look at files for it; `None` if there is no such table.
#[cfg(feature = "cli")]
pub(crate) async fn at_hand(schema: &dyn SchemaProvider, name: &str) -> Option<SchemaRef> {
    let of_main = schema.downcast_ref::<Main>().filter(|main| !main.own.table_exist(name));
    let logs = schema.downcast_ref::<NamedLogs>().or(of_main.and_then(|main| main.logs.as_deref()));
    match logs.and_then(|logs| logs.at_hand(name)) {
        Some(columns) => Some(columns),
        None => schema.table(name).await.ok()?.map(|table| table.schema()),
    }
}

/// The user's own tables in front of the short names of others.
#[derive(Debug)]
struct Main {
    own: MemorySchemaProvider,
    aliases: Vec<(&'static str, Arc<dyn TableProvider>)>,
    /// Logs that the connection names.
    logs: Option<Arc<NamedLogs>>,
}

#[async_trait]
impl SchemaProvider for Main {
    fn table_names(&self) -> Vec<String> {
        self.own.table_names()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if let Some(table) = self.own.table(name).await? {
            return Ok(Some(table));
        }
        if let Some(logs) = &self.logs
            && let Some(table) = logs.table(name).await?
        {
            return Ok(Some(table));
        }
        let alias = self.aliases.iter().find(|(alias, _)| *alias == name);
        Ok(alias.map(|(_, table)| Arc::clone(table)))
    }

    fn register_table(&self, name: String, table: Arc<dyn TableProvider>) -> Result<Option<Arc<dyn TableProvider>>> {
        self.own.register_table(name, table)
    }

    fn deregister_table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        self.own.deregister_table(name)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.own.table_exist(name)
    }
}
