//! What a statement costs at the least, known before anything is sent: the figures that EXPLAIN shows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::physical_plan::ExecutionPlan;

use crate::engine::leaf::{MergedExec, ScanExec, SharedExec};
use crate::engine::runtime::{Connections, Statement};
use crate::table::{Quota, Rate};

/// The least that a statement costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Foreseen {
    /// Requests.
    pub requests: usize,
    /// What the quotas make them wait; families of requests wait beside one another.
    pub time: Duration,
}

/// A plan that can be asked what it costs. Asking opens the connections that it reads.
pub(super) struct Foresight {
    pub(super) plan: Arc<dyn ExecutionPlan>,
    pub(super) statement: Arc<Statement>,
    pub(super) connections: Option<Arc<Connections>>,
}

impl Foresight {
    pub(super) fn foreseen(&self) -> Foreseen {
        let mut all: HashMap<(String, Quota), (usize, Option<Rate>)> = HashMap::new();
        let mut count = |scan: &ScanExec| {
            let connected = self.connections.as_ref().and_then(|all| all.get(scan.connection()));
            if let Some((quota, rate, requests)) = scan.least(&self.statement, connected) {
                let sum = all.entry((scan.connection().to_owned(), quota)).or_insert((0, rate));
                sum.0 += requests;
            }
        };
        // A walk that does nothing else cannot fail.
        let _ = self.plan.apply(|node| {
            if let Some(scan) = node.downcast_ref::<ScanExec>() {
                count(scan);
            } else if let Some(merged) = node.downcast_ref::<MergedExec>() {
                merged.scans().for_each(|(_, scan)| count(scan));
            } else if let Some(shared) = node.downcast_ref::<SharedExec>() {
                shared.scans().into_iter().for_each(&mut count);
            }
            Ok(TreeNodeRecursion::Continue)
        });
        let waits = all.values().filter_map(|(requests, rate)| Some(rate.as_ref()?.least_time(*requests)));
        Foreseen { time: waits.max().unwrap_or_default(), requests: all.values().map(|(requests, _)| requests).sum() }
    }
}
