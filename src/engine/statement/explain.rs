//! EXPLAIN: the requests; if it is verbose, DataFusion's plans too. Nothing is sent.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::physical_plan::ExecutionPlan;

use crate::engine::leaf::LookupExec;
use crate::engine::leaf::ScanExec;
use crate::engine::runtime::{Connections, Statement};
use arrow::datatypes::SchemaRef;

/// The row that EXPLAIN begins with: what each remote scan of a plan would request.
pub(crate) fn requests(
    plan: &Arc<dyn ExecutionPlan>,
    (statement, connections): (&Statement, Option<Arc<Connections>>),
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    let mut text = String::new();
    for scan in scans(plan)? {
        let connected = connections.as_ref().and_then(|all| all.0.get(scan.connection()));
        text.push_str(&scan.explain(statement, connected.map(AsRef::as_ref)));
        if scan.dynamic_conditions() > 0 {
            let _ = writeln!(text, "  join keys and thresholds: <known at run time>");
        }
    }
    plan.apply(|node| {
        node.downcast_ref::<LookupExec>().iter().for_each(|lookup| text.push_str(&lookup.explained()));
        Ok(TreeNodeRecursion::Continue)
    })?;
    if text.is_empty() {
        text.push_str("nothing is requested\n");
    }
    let columns = [StringArray::from(vec!["requests"]), StringArray::from(vec![text])];
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.into_iter().map(|c| Arc::new(c) as _).collect())?)
}

/// All remote scans of a plan, subqueries' included.
pub(crate) fn scans(plan: &Arc<dyn ExecutionPlan>) -> Result<Vec<Arc<ScanExec>>> {
    let mut found = Vec::new();
    plan.apply(|node| {
        if let Some(scan) = node.downcast_ref::<ScanExec>() {
            found.push(Arc::new(scan.clone()));
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}
