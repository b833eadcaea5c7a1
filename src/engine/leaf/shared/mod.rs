//! A scan that a statement has several times: the leaf of a plan that stands for each of them and reads it once.
//!
//! A self-join, a table expression that is used three times, two conditions of EXISTS on the same records: where the scans ask
//! for the same rows, the first that needs a row has it read, and the others find it ([`reading`]). So nothing is requested twice,
//! and all of them see the same rows, which two readings of a live service would not promise.
//!
//! Which scans those are, [`rule`] says.

mod reading;
mod rule;
mod same;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::execution_plan::reset_plan_states;
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::StreamExt as _;

use self::reading::Source;
pub(crate) use self::rule::ShareScans;
use super::{MergedExec, ScanExec};
use crate::engine::runtime::{Connections, Statement};

/// One use of a scan that several read.
#[derive(Debug, Clone)]
pub(crate) struct SharedExec {
    source: Arc<Source>,
    /// The source's columns that it gives out.
    columns: Arc<[usize]>,
    properties: Arc<PlanProperties>,
    /// It is the first of them in the plan, which tells of the source.
    is_first: bool,
}

impl SharedExec {
    /// What would be read, in words; empty: another use of it tells.
    pub(crate) fn explain(&self, statement: &Statement, connections: Option<&Connections>) -> String {
        if !self.is_first {
            return String::new();
        }
        let mut text = match (self.scan(), self.source.plan.downcast_ref::<MergedExec>()) {
            (Some(scan), _) => {
                let connected = connections.and_then(|all| all.get(scan.connection()));
                scan.explain(statement, connected) + &scan.flaw(connections)
            }
            (None, Some(merged)) => merged.explain(statement, connections),
            (None, None) => String::new(),
        };
        text.push_str(&format!(
            "  read once, used {} times; share_scans = false reads each by itself\n",
            self.source.uses
        ));
        text
    }

    /// What is read, once for all uses.
    pub(crate) fn scans(&self) -> Vec<&ScanExec> {
        if !self.is_first {
            return Vec::new();
        }
        let merged = self.source.plan.downcast_ref::<MergedExec>();
        let branches = merged.into_iter().flat_map(|merged| merged.scans().map(|(_, scan)| scan));
        self.scan().into_iter().chain(branches).collect()
    }

    /// What the source counted, whichever use tells of it.
    pub(crate) fn counted(&self) -> Option<MetricsSet> {
        self.source.plan.metrics()
    }

    fn scan(&self) -> Option<&ScanExec> {
        self.source.plan.downcast_ref()
    }
}

impl DisplayAs for SharedExec {
    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedExec: read once, used {} times; ", self.source.uses)?;
        match (self.scan(), self.source.plan.downcast_ref::<MergedExec>()) {
            (Some(scan), _) => scan.fmt_as(format, f),
            (None, Some(merged)) => merged.fmt_as(format, f),
            (None, None) => Ok(()),
        }
    }
}

impl ExecutionPlan for SharedExec {
    fn name(&self) -> &'static str {
        "SharedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    /// What the scan compares with may be known at run time only, by a subquery.
    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.source.plan.apply_expressions(f)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    /// Whoever runs it anew reads anew, and alone.
    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = reset_plan_states(Arc::clone(&self.source.plan))?;
        Ok(Arc::new(Self { source: Arc::new(Source::new(plan, 1)), ..Self::clone(&self) }))
    }

    fn execute(&self, _partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let (schema, columns) = (self.schema(), Arc::clone(&self.columns));
        let rows = self.source.read(&context)?;
        let rows = rows.map(move |rows| {
            let rows = rows?;
            let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
            let columns = columns.iter().map(|at| Arc::clone(rows.column(*at))).collect();
            Ok(RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &options)?)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        self.source.plan.metrics().filter(|_| self.is_first)
    }
}
