//! What a table of logs was recognised as: for who asks before reading it.

use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::datasource::source_as_provider;
use datafusion::error::Result;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;

use super::file_names;
use super::parse::parse;
use crate::engine::leaf::LogTable;
use crate::engine::scan::logs::LogFiles;
use crate::engine::session::log_tables::WithFiles;
use crate::engine::session::named_logs;
use crate::engine::session::policy::Policy;
use crate::logs::Kind;

/// What a table of logs was recognised as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedLogs {
    /// Its columns: name, type in SQL, what they mean.
    pub columns: Vec<[String; 3]>,
    /// Its files with their formats.
    pub files: Vec<(String, &'static str)>,
    /// What nothing in the files shows, with the first file that it holds for.
    pub assumed: Vec<(String, String)>,
    /// Files that are not read, and why.
    pub unread: Vec<(String, String)>,
    /// Views of the files' formats: kinds of events with columns of their own, by the format.
    pub views: Vec<(&'static str, Vec<&'static str>)>,
}

/// What stands in FROM, if that is a table of logs.
pub(crate) async fn described(context: SessionContext, policy: Policy, from: &str) -> Result<Option<DescribedLogs>> {
    let mut state = context.state();
    let mut parsed = parse(&state, &format!("SELECT * FROM {from}"))?;
    file_names::named(&state, policy, &mut parsed).await?;
    if policy.reads_any() {
        state.register_catalog_list(Arc::new(WithFiles::of(&state, policy)));
    }
    named_logs::check(&state, &parsed).await?;
    let plan = state.statement_to_plan(parsed).await?;
    let mut found = None;
    plan.apply(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Ok(table) = source_as_provider(&scan.source)
            && let Some(logs) = (table.as_ref() as &dyn std::any::Any).downcast_ref::<LogTable>()
        {
            found = Some(of(logs.files()));
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

fn of(table: &LogFiles) -> DescribedLogs {
    let column = |column: &crate::engine::scan::logs::Column| {
        [column.name.clone(), sql_type(column.kind).to_owned(), column.doc.clone()]
    };
    DescribedLogs {
        columns: table.columns.iter().map(column).collect(),
        files: table.files.iter().map(|file| (file.source.to_string(), file.recognised.format.name())).collect(),
        assumed: table.assumed().into_iter().map(|assumed| (assumed.what, assumed.first)).collect(),
        unread: table.unread.clone(),
        views: views(table),
    }
}

/// The views of the formats that files have, each format once.
fn views(table: &LogFiles) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut all: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for file in &table.files {
        let format = file.recognised.format;
        let names: Vec<&'static str> = format.views().iter().map(|view| view.name).collect();
        if !names.is_empty() && all.iter().all(|(other, _)| *other != format.name()) {
            all.push((format.name(), names));
        }
    }
    all
}

/// The type as `auditql.columns` names those of declared columns.
fn sql_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Int => "bigint",
        Kind::Float => "double",
        Kind::Bool => "boolean",
        Kind::Time => "timestamp (UTC)",
        Kind::Texts => "text[]",
        Kind::Pairs => "map(text, text)",
    }
}
