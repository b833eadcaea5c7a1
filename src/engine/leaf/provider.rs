//! A table of a connection as DataFusion's planner sees it.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::DFSchema;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;

use super::ScanExec;
use super::reuse::reused;
use crate::engine::scan::located::{Located, Records};
use crate::table::{Column, EntitySet};

/// A table of a connection: of a service, or of exported files.
#[derive(Debug)]
pub struct RemoteTable(Located, Option<&'static str>);

impl RemoteTable {
    /// The table as the named connection sees it.
    pub(crate) fn new(set: &'static EntitySet, connection: &str, records: Records) -> Self {
        let name = set.qualified();
        Self(Located { name, set, connection: connection.into(), records, schema: set.arrow_schema() }, None)
    }

    /// The same, where a table that is several others does without it, and why.
    pub(crate) fn without(self, why: Option<&'static str>) -> Self {
        Self(self.0, why)
    }

    /// Why a table that is several others does without it.
    pub(crate) fn absent(&self) -> Option<&'static str> {
        self.1
    }

    /// Whether a service is asked for it.
    pub(crate) fn is_of_service(&self) -> bool {
        self.0.is_of_service()
    }
}

impl RemoteTable {
    /// The schema of all columns.
    pub(crate) fn arrow_schema(&self) -> SchemaRef {
        Arc::clone(&self.0.schema)
    }

    /// Whose it is, and where it is read.
    pub(super) fn located(&self) -> &Located {
        &self.0
    }

    /// The declared column at a place of its schema.
    pub(crate) fn column(&self, at: usize) -> Option<&'static Column> {
        self.0.set.columns.get(at)
    }
}

/// Exact for everything that has a fixed value for a row: the scan evaluates it there. A filter that stayed above would keep
/// order and limit from reaching the scan.
pub(super) fn taken_up(filters: &[&Expr]) -> Vec<TableProviderFilterPushDown> {
    let fit = |volatile| {
        if volatile { TableProviderFilterPushDown::Unsupported } else { TableProviderFilterPushDown::Exact }
    };
    filters.iter().map(|filter| fit(filter.is_volatile())).collect()
}

#[async_trait]
impl TableProvider for RemoteTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.0.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(taken_up(filters))
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let columns = projection.cloned().unwrap_or_else(|| (0..self.0.schema.fields().len()).collect());
        if let Some(kept) = reused(state, &self.0, &columns, filters).await? {
            return Ok(kept);
        }
        let schema = DFSchema::try_from(Arc::clone(&self.0.schema))?;
        let predicates = filters.iter().map(|filter| state.create_physical_expr(filter.clone(), &schema));
        let predicates = predicates.collect::<Result<Vec<_>>>()?;
        Ok(Arc::new(ScanExec::new(self.0.clone(), &columns, &predicates, limit)?))
    }
}
