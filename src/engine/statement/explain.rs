//! EXPLAIN: the requests; if it is verbose, DataFusion's plans too. Nothing is sent. EXPLAIN ANALYZE tells the same before it tells what
//! became of it.
//!
//! The files of kept tables are the session's own, and nobody's to read: a plan tells that it is one, and not where it lies.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::TryStreamExt as _;

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

/// What stands for the file of a kept table.
const KEPT: &str = "<a kept table>";

/// The rows of plans, in which no file of the session's own is named. `folder` holds these files.
pub(super) fn without_paths(rows: SendableRecordBatchStream, folder: Option<PathBuf>) -> SendableRecordBatchStream {
    let Some(folder) = folder else { return rows };
    let folder = folder.to_string_lossy().trim_start_matches('/').to_owned();
    let schema = rows.schema();
    let told = rows.and_then(move |batch| std::future::ready(renamed(&batch, &folder)));
    Box::pin(RecordBatchStreamAdapter::new(schema, told))
}

fn renamed(batch: &RecordBatch, folder: &str) -> Result<RecordBatch> {
    let columns = batch.columns().iter().map(|column| match column.as_string_opt::<i32>() {
        Some(texts) => {
            let texts = texts.iter().map(|text| text.map(|text| unnamed(text, folder)));
            Arc::new(texts.collect::<StringArray>()) as ArrayRef
        }
        None => Arc::clone(column),
    });
    Ok(RecordBatch::try_new(batch.schema(), columns.collect())?)
}

/// A text without the files of a folder.
fn unnamed(text: &str, folder: &str) -> String {
    let mut parts = text.split(folder);
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        told = told.strip_suffix('/').map_or(told.clone(), str::to_owned);
        told.push_str(KEPT);
        let end = part.find(PARQUET).map_or(0, |at| at + PARQUET.len());
        told.push_str(&part[end..]);
    }
    told
}

/// How the files of kept tables end.
const PARQUET: &str = ".parquet";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_session_are_not_named() {
        for (text, told) in [
            ("a=[[tmp/x/t1.parquet]], b", "a=[[<a kept table>]], b"),
            ("a=[[/tmp/x/t1.parquet, tmp/x/t2.parquet:0..5]]", "a=[[<a kept table>, <a kept table>:0..5]]"),
            ("a=[[srv/logs/t1.parquet]]", "a=[[srv/logs/t1.parquet]]"),
            ("", ""),
        ] {
            assert_eq!(unnamed(text, "tmp/x"), told);
        }
    }
}
