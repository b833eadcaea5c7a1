//! A table that is several others as DataFusion's planner sees it.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::DFSchema;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType, cast};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::projection::{ProjectionExpr, ProjectionExprs};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter_pushdown::FilterPushdownPhase;

use super::merged::{Branch, MergedExec};
use super::provider::taken_up;
use super::{RemoteTable, ScanExec};
use crate::engine::scan::located::Located;
use crate::table::{Column, schema_of};

/// A table that is several others under common names.
#[derive(Debug)]
pub(crate) struct MergedTable {
    name: String,
    columns: Vec<&'static Column>,
    schema: SchemaRef,
    parts: Vec<MergedPart>,
}

/// One of the others.
#[derive(Debug)]
struct MergedPart {
    label: String,
    table: Located,
    /// The common columns, over its own.
    output: ProjectionExprs,
    /// Which of its rows.
    only: Vec<Arc<dyn PhysicalExpr>>,
    /// Why it cannot be had here, if it cannot.
    absent: Option<&'static str>,
}

impl MergedTable {
    /// A table of these columns that has no parts yet.
    pub(crate) fn new(name: impl Into<String>, columns: Vec<&'static Column>) -> Self {
        let schema = schema_of(columns.iter().copied());
        Self { name: name.into(), columns, schema, parts: Vec::new() }
    }

    /// The same with a further part, which is called so: what its columns are over those of a table, and which of its rows.
    ///
    /// # Errors
    /// When these are no expressions over that table.
    pub(crate) fn with_part(
        mut self,
        label: impl Into<String>,
        table: &RemoteTable,
        (columns, only): (Vec<Expr>, Option<Expr>),
        state: &dyn Session,
    ) -> Result<Self> {
        let label = label.into();
        let table = table.located();
        let table = Located { name: format!("{label}: {}", table.name), ..table.clone() };
        let schema = DFSchema::try_from(Arc::clone(&table.schema))?;
        let expr = |(expr, field): (Expr, &Arc<arrow::datatypes::Field>)| {
            let expr = match &expr {
                Expr::Column(column)
                    if table.schema.field_with_name(&column.name)?.data_type() == field.data_type() =>
                {
                    expr
                }
                _ => cast(expr, field.data_type().clone()),
            };
            let expr = state.create_physical_expr(expr, &schema)?;
            Ok(ProjectionExpr { expr, alias: field.name().clone() })
        };
        let output = columns.into_iter().zip(self.schema.fields()).map(expr).collect::<Result<Vec<_>>>()?;
        let only = only.map(|only| state.create_physical_expr(only, &schema)).transpose()?;
        let output = ProjectionExprs::new(output);
        self.parts.push(MergedPart { label, table, output, only: only.into_iter().collect(), absent: None });
        Ok(self)
    }

    /// The same whose last part cannot be had, and why: an answer that it would belong to says so.
    pub(crate) fn without(mut self, why: Option<&'static str>) -> Self {
        self.parts.last_mut().into_iter().for_each(|part| part.absent = why);
        self
    }

    /// Whether a service is asked for a part of it.
    pub(super) fn is_of_service(&self) -> bool {
        self.parts.iter().any(|part| part.table.is_of_service())
    }

    /// The declared column at a place of its schema.
    pub(crate) fn column(&self, at: usize) -> Option<&'static Column> {
        self.columns.get(at).copied()
    }
}

impl MergedPart {
    fn branch(
        &self,
        filters: &[Arc<dyn PhysicalExpr>],
        select: &ProjectionExprs,
        fetch: Option<usize>,
    ) -> Result<Option<Branch>> {
        let all: Vec<usize> = (0..self.table.schema.fields().len()).collect();
        let scan = ScanExec::new(self.table.clone(), &all, &self.only, None)?;
        let Some(scan) = scan.projected(&self.output)? else { return Ok(None) };
        let Some(scan) = scan.filtered(FilterPushdownPhase::Pre, filters)?.projected(select)? else { return Ok(None) };
        Ok(Some(Branch { label: self.label.clone(), absent: self.absent, scan: ScanExec { fetch, ..scan } }))
    }
}

#[async_trait]
impl TableProvider for MergedTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
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
        let schema = DFSchema::try_from(Arc::clone(&self.schema))?;
        let filters = filters.iter().map(|filter| state.create_physical_expr(filter.clone(), &schema));
        let filters = filters.collect::<Result<Vec<_>>>()?;
        let columns = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let select = ProjectionExprs::from_indices(&columns, &self.schema);
        let branches = self.parts.iter().filter_map(|part| part.branch(&filters, &select, limit).transpose());
        let (branches, schema) = (branches.collect::<Result<Vec<_>>>()?, Arc::new(self.schema.project(&columns)?));
        Ok(Arc::new(MergedExec::new(&self.name, branches, schema, limit)))
    }
}
