//! Tables of logs that a configuration names: a schema for each of its connections, in every catalog.
//!
//! Nothing of them is looked at before a statement names them. A table that cannot be read stands in the list all the same, and
//! says why where it is asked for: what describes the tables must not fail because a share is not mounted.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, Session, TableProvider};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::sql::parser::Statement;

use super::log_options::Stated;
use super::log_tables::opened;
use crate::engine::error::Error;
use crate::engine::leaf::LogTable;

/// Where the files of a table are, and what is stated of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NamedLog {
    pub(crate) paths: Vec<String>,
    pub(crate) stated: Stated,
}

/// The tables of one connection.
pub(crate) struct NamedLogs {
    name: String,
    tables: BTreeMap<String, NamedLog>,
    /// The tables that were asked for: what their files were recognised as is kept.
    known: Mutex<BTreeMap<String, Arc<dyn TableProvider>>>,
    /// A session that reads files, without the catalogs that hold these tables.
    state: SessionState,
}

impl fmt::Debug for NamedLogs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NamedLogs").field("name", &self.name).field("tables", &self.tables).finish_non_exhaustive()
    }
}

impl NamedLogs {
    /// These tables, for the sessions of a state.
    pub(crate) fn new(name: &str, tables: BTreeMap<String, NamedLog>, state: &SessionState) -> Self {
        let state = SessionStateBuilder::new()
            .with_config(state.config().clone())
            .with_runtime_env(Arc::clone(state.runtime_env()))
            .build();
        Self { name: name.to_owned(), tables, known: Mutex::default(), state }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Arc<dyn TableProvider>>> {
        // A table is put in whole.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The columns of a table as far as they are known without looking at files; `None` if there is no such table.
    #[cfg(feature = "cli")]
    pub(crate) fn at_hand(&self, name: &str) -> Option<SchemaRef> {
        self.tables.get(name)?;
        Some(self.known().get(name).map_or_else(|| Arc::new(Schema::empty()), |table| table.schema()))
    }

    async fn open(&self, name: &str, log: &NamedLog) -> Result<Arc<dyn TableProvider>> {
        let known = self.known().get(name).cloned();
        let known = known.as_ref().and_then(|table| (table.as_ref() as &dyn std::any::Any).downcast_ref::<LogTable>());
        let table = match known {
            Some(table) => Arc::new(table.again()?),
            None => opened(&self.state, &format!("{}.{name}", self.name), &log.paths, &log.stated).await?,
        };
        self.known().insert(name.to_owned(), Arc::clone(&table));
        Ok(table)
    }
}

#[async_trait]
impl SchemaProvider for NamedLogs {
    fn table_names(&self) -> Vec<String> {
        self.tables.keys().cloned().collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(log) = self.tables.get(name) else { return Ok(None) };
        Ok(Some(match self.open(name, log).await {
            Ok(table) => table,
            Err(error) => Arc::new(Unreadable { error: Mutex::new(Some(error)), schema: Arc::new(Schema::empty()) }),
        }))
    }

    async fn table_type(&self, name: &str) -> Result<Option<TableType>> {
        Ok(self.tables.contains_key(name).then_some(TableType::Base))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }
}

/// A table whose files cannot be read.
#[derive(Debug)]
struct Unreadable {
    error: Mutex<Option<DataFusionError>>,
    schema: SchemaRef,
}

impl Unreadable {
    fn error(&self) -> DataFusionError {
        let error = self.error.lock().unwrap_or_else(PoisonError::into_inner).take();
        error.unwrap_or_else(|| Error::Ending.into())
    }
}

#[async_trait]
impl TableProvider for Unreadable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        _: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Err(self.error())
    }
}

/// Why the files of a table cannot be read, if they cannot.
pub(crate) fn flaw(table: &dyn TableProvider) -> Option<DataFusionError> {
    (table as &dyn std::any::Any).downcast_ref::<Unreadable>().map(Unreadable::error)
}

/// Refuses a statement that names a table whose files cannot be read: its columns are not known.
pub(crate) async fn check(state: &SessionState, statement: &Statement) -> Result<()> {
    for name in state.resolve_table_references(statement)? {
        let Ok(schema) = state.schema_for_ref(name.clone()) else { continue };
        let table = schema.table(name.table()).await?;
        if let Some(error) = table.and_then(|table| flaw(table.as_ref())) {
            return Err(error);
        }
    }
    Ok(())
}
