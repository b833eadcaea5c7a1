//! The schema `auditql`: declarations and the session's own work as tables, so that SQL, the prompt and the manual read the
//! same words. Reading one sends nothing, and is entered nowhere.

mod cells;
mod described;
mod facts;
mod live;

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{MemTable, SchemaProvider, Session, TableProvider};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;

use crate::apis::own;
use crate::engine::runtime::Connections;
use crate::engine::runtime::journal::Journal;
use crate::engine::runtime::options;
use crate::table::{CODE_COLUMNS, Codes, SystemTable};
use cells::{Row, batch, schema};

pub use described::{Described, described};
pub use facts::{Rule, quota_in_words, rules_of};
pub(crate) use live::Known;
pub use live::source;

/// The schema. The rows of its tables are made when they are read.
#[derive(Debug)]
pub(crate) struct Own;

#[async_trait]
impl SchemaProvider for Own {
    fn table_names(&self) -> Vec<String> {
        own::ALL.iter().map(|table| table.name.to_owned()).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let table = own::ALL.iter().find(|table| table.name == name);
        Ok(table.map(|table| Arc::new(OwnTable { table, schema: schema(table.columns) }) as Arc<dyn TableProvider>))
    }

    fn table_exist(&self, name: &str) -> bool {
        own::ALL.iter().any(|table| table.name == name)
    }
}

/// One of its tables.
#[derive(Debug)]
struct OwnTable {
    table: &'static SystemTable,
    schema: SchemaRef,
}

impl OwnTable {
    fn rows(&self, state: &dyn Session) -> Vec<Row> {
        let config = state.config();
        let journal = || config.get_extension::<Journal>().unwrap_or_default();
        match self.table.name {
            "tables" => facts::tables(),
            "columns" => facts::columns(),
            "pushdown_rules" => facts::pushdown_rules(),
            "settings" => live::settings(&options::of(state.config_options())),
            "connections" => {
                let default = &state.config_options().catalog.default_catalog;
                let all = config.get_extension::<Connections>();
                config.get_extension::<Known>().map(|known| known.rows(default, all.as_deref())).unwrap_or_default()
            }
            "requests" => live::requests(&journal()),
            "coverage" => live::coverage(&journal()),
            "schema_drift" => live::schema_drift(&journal()),
            other => unreachable!("{other} is declared, and nothing makes its rows"),
        }
    }
}

#[async_trait]
impl TableProvider for OwnTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let batch = batch(self.table.columns, &self.rows(state))?;
        MemTable::try_new(self.schema(), vec![vec![batch]])?.scan(state, projection, filters, limit).await
    }
}

/// The members of an enumeration as a table.
pub(crate) fn members(codes: &Codes) -> Result<Arc<dyn TableProvider>> {
    let text = |values: Vec<Option<&'static str>>| Arc::new(StringArray::from(values)) as ArrayRef;
    let ids: Int32Array = codes.members.iter().map(|member| Some(member.0)).collect();
    let names = codes.members.iter().map(|member| Some(member.1)).collect();
    let other = codes.members.iter().map(|member| Some(member.2).filter(|name| !name.is_empty())).collect();
    let columns: [ArrayRef; 3] = [Arc::new(ids), text(names), text(other)];
    let batch = RecordBatch::try_from_iter(CODE_COLUMNS.iter().map(|column| column.name).zip(columns))?;
    Ok(Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?))
}
