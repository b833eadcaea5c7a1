//! EXPLAIN: the requests; if it is verbose, DataFusion's plans too. Nothing is sent.

use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::physical_plan::ExecutionPlan;

use crate::engine::joins::{self, RangeJoinExec};
use crate::engine::leaf::{
    CountedExec, EndsExec, LogExec, LookupExec, MergedExec, ReusedExec, ScanExec, SharedExec, why_read,
};
use crate::engine::runtime::{Connections, Statement};
use arrow::datatypes::SchemaRef;

/// The row that EXPLAIN begins with: what each remote scan of a plan would request.
pub(crate) fn requests(
    plan: &Arc<dyn ExecutionPlan>,
    (statement, connections): (&Statement, Option<Arc<Connections>>),
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    let mut text = String::new();
    plan.apply(|node| {
        if let Some(scan) = node.downcast_ref::<ScanExec>() {
            let connected = connections.as_ref().and_then(|all| all.get(scan.connection()));
            text.push_str(&scan.explain(statement, connected));
            text.push_str(&scan.flaw(connections.as_deref()));
        } else if let Some(counted) = node.downcast_ref::<CountedExec>() {
            let connected = connections.as_ref().and_then(|all| all.get(counted.scan().connection()));
            text.push_str(&counted.explain(statement, connected));
            text.push_str(&counted.scan().flaw(connections.as_deref()));
        } else if let Some(merged) = node.downcast_ref::<MergedExec>() {
            text.push_str(&merged.explain(statement, connections.as_deref()));
        } else if let Some(shared) = node.downcast_ref::<SharedExec>() {
            text.push_str(&shared.explain(statement, connections.as_deref()));
        } else if let Some(reused) = node.downcast_ref::<ReusedExec>() {
            text.push_str(&reused.explained());
        } else if let Some(ends) = node.downcast_ref::<EndsExec>() {
            text.push_str(&ends.explain(statement, connections.as_deref()));
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    plan.apply(|node| {
        let lookup = node.downcast_ref::<LookupExec>();
        lookup.iter().for_each(|lookup| text.push_str(&lookup.explained(connections.as_deref())));
        node.downcast_ref::<LogExec>().iter().for_each(|logs| text.push_str(&logs.explained(&statement.settings)));
        text.extend(why_read(node, &statement.settings));
        text.extend(joins::compared(node));
        node.downcast_ref::<RangeJoinExec>().iter().for_each(|join| text.push_str(&join.explained()));
        Ok(TreeNodeRecursion::Continue)
    })?;
    for (table, count) in statement.stored() {
        let plural = if count == 1 { " is" } else { "s are" };
        text.push_str(&format!("{table}: {count} file{plural} read in parts, by requests to where they are stored\n"));
    }
    if text.is_empty() {
        text.push_str("nothing is requested\n");
    }
    let columns = [StringArray::from(vec!["requests"]), StringArray::from(vec![text])];
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.into_iter().map(|c| Arc::new(c) as _).collect())?)
}
