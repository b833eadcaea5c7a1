//! A result that was kept as a table of the session: rows in a file of ours, and what is known of them.

use std::io;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Statistics;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::Result;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use tempfile::TempPath;
use url::Url;

use super::{Gone, KeptRange, Origins, Shortfall};
use crate::engine::error::Error;
use crate::engine::runtime::Statement;
use crate::tally::Notice;

/// A table whose rows are in a file of ours.
#[derive(Debug)]
pub(crate) struct Kept {
    rows: ListingTable,
    name: String,
    pub(crate) missing: Option<String>,
    pub(crate) origins: Origins,
    /// What the missing rows mean for its own; `None` if nothing is missing.
    pub(crate) part: Option<Shortfall>,
    /// What it is the whole of; `None`: of nothing that could be told.
    pub(crate) range: Option<KeptRange>,
    /// Whether it was dropped.
    pub(crate) gone: Gone,
    /// Removed with the table.
    _file: TempPath,
}

impl Kept {
    /// The table of a file.
    pub(crate) fn open(
        state: &SessionState,
        file: TempPath,
        schema: SchemaRef,
        name: &str,
        missing: Option<String>,
    ) -> Result<Self> {
        // As an address: a path could hold signs that are taken for a pattern.
        let url = Url::from_file_path(&*file).map_err(|()| Error::Store(io::ErrorKind::InvalidFilename.into()))?;
        let format = ParquetFormat::default().with_options(state.default_table_options().parquet);
        let options = ListingOptions::new(Arc::new(format)).with_file_extension("");
        let config = ListingTableConfig::new(ListingTableUrl::try_new(url, None)?)
            .with_listing_options(options)
            .with_schema(schema);
        Ok(Self {
            rows: ListingTable::try_new(config)?,
            name: name.to_owned(),
            missing,
            origins: Origins::default(),
            part: None,
            range: None,
            gone: Gone::default(),
            _file: file,
        })
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where its columns came from.
    pub(crate) fn origins(&self) -> &Origins {
        &self.origins
    }

    /// What the missing rows mean for its own, if any are.
    pub(crate) fn part(&self) -> Option<&Shortfall> {
        self.part.as_ref()
    }

    /// An answer from an incomplete table is incomplete too.
    fn say_missing(&self, state: &dyn Session) -> Result<()> {
        let Some(missing) = &self.missing else { return Ok(()) };
        let missing = format!("{} was made from an incomplete result: {missing}", self.name);
        match state.config().get_extension::<Statement>() {
            Some(statement) if statement.settings.partial => {
                statement.tally.notice(Notice::Incomplete { missing });
                Ok(())
            }
            _ => Err(Error::Incomplete { missing, kept: None }.into()),
        }
    }
}

#[async_trait]
impl TableProvider for Kept {
    fn schema(&self) -> SchemaRef {
        self.rows.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.rows.supports_filters_pushdown(filters)
    }

    fn statistics(&self) -> Option<Statistics> {
        self.rows.statistics()
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.say_missing(state)?;
        self.rows.scan(state, projection, filters, limit).await
    }
}
