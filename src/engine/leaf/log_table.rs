//! Logs as a table, as DataFusion's planner sees it.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::DFSchema;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;

use super::provider::taken_up;
use super::{LogExec, Origin};
use crate::apis;
use crate::engine::error::Error;
use crate::engine::scan::logs::LogFiles;

/// A table of logs.
#[derive(Debug)]
pub(crate) struct LogTable(Arc<LogFiles>);

impl LogTable {
    /// The table of these files.
    pub(crate) fn new(files: LogFiles) -> Self {
        Self(Arc::new(files))
    }

    /// The table of the files that there are now, with the columns that they have.
    ///
    /// # Errors
    /// As [`LogFiles::find`].
    pub(crate) fn again(&self) -> Result<Self, Error> {
        self.0.again().map(Self::new)
    }

    /// Its files, as they were when it was made.
    pub(crate) fn files(&self) -> &LogFiles {
        &self.0
    }

    /// Whether it gives the same rows when it is read again, or tells of a change.
    pub(super) fn is_quiet(&self) -> bool {
        self.0.files.iter().all(|file| file.is_quiet())
    }

    /// What is known of the values of a column: by its name.
    pub(crate) fn origin(&self, at: usize) -> Option<Origin> {
        let column = self.0.columns.get(at)?;
        Some(apis::logs::column(&column.name).map_or(Origin::Other, Origin::Declared))
    }
}

#[async_trait]
impl TableProvider for LogTable {
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
        // Planning is where files are looked at; a table that was made earlier looks again.
        let files = Arc::new(self.0.renewed()?);
        let columns = projection.cloned().unwrap_or_else(|| (0..self.0.columns.len()).collect());
        let schema = DFSchema::try_from(Arc::clone(&self.0.schema))?;
        let predicates = filters.iter().map(|filter| state.create_physical_expr(filter.clone(), &schema));
        let predicates = predicates.collect::<Result<Vec<_>>>()?;
        Ok(Arc::new(LogExec::new(files, columns, &predicates, (limit, state.config().target_partitions()))?))
    }
}
