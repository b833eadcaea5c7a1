//! Names: a connection is a catalog, its schemas are those of the declarations.
//!
//! `main` holds the user's own tables and views; a remote table whose name is unique among all schemas can be called by
//! that name alone, as if it stood in `main`. The schema `auditql` describes the rest.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider, TableProvider,
};
use datafusion::error::Result;

use super::described;
use super::provider::RemoteTable;
use crate::apis;
use crate::table::{EntitySet, Version};

/// The schema of the user's own tables, and the default.
pub(super) const MAIN: &str = "main";
/// The schema that describes tables and columns.
pub(super) const OWN: &str = "auditql";
/// Catalog names that no connection may have.
pub(super) const RESERVED: [&str; 4] = [OWN, MAIN, "information_schema", "all_tenants"];

/// The catalog of a connection.
pub(super) fn catalog(connection: &str, version: Version) -> Result<Arc<dyn CatalogProvider>> {
    let catalog = MemoryCatalogProvider::new();
    for set in apis::ALL.iter().filter(|set| set.api.is_some()) {
        if catalog.schema(set.schema).is_none() {
            catalog.register_schema(set.schema, Arc::new(MemorySchemaProvider::new()))?;
        }
        let table = Arc::new(RemoteTable::new(set, connection, version));
        if let Some(schema) = catalog.schema(set.schema) {
            schema.register_table(set.name.into(), table)?;
        }
    }
    let aliases = unique().map(|set| (set, Arc::new(RemoteTable::new(set, connection, version)))).collect();
    catalog.register_schema(MAIN, Arc::new(Main { aliases, own: MemorySchemaProvider::new() }))?;
    catalog.register_schema(OWN, Arc::new(described::Own))?;
    Ok(Arc::new(catalog))
}

/// Entity sets whose name no other has.
fn unique() -> impl Iterator<Item = &'static EntitySet> {
    let remote = apis::ALL.iter().copied().filter(|set| set.api.is_some());
    remote.filter(|set| apis::ALL.iter().filter(|other| other.name == set.name).count() == 1)
}

/// The user's own tables in front of the short names of remote ones.
#[derive(Debug)]
struct Main {
    own: MemorySchemaProvider,
    aliases: Vec<(&'static EntitySet, Arc<RemoteTable>)>,
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
        let alias = self.aliases.iter().find(|(set, _)| set.name == name);
        Ok(alias.map(|(_, table)| Arc::clone(table) as Arc<dyn TableProvider>))
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
