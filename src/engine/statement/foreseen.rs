//! What a statement costs, at the least or about, known before anything is sent: the figures that EXPLAIN shows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::physical_plan::ExecutionPlan;

use crate::engine::leaf::{MergedExec, ScanExec, SharedExec};
use crate::engine::runtime::{Connections, Statement};
use crate::engine::scan::work::Price;
use crate::table::{Quota, Rate};

/// What a statement costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Foreseen {
    /// Requests.
    pub requests: usize,
    /// What the quotas make them wait; families of requests wait beside one another.
    pub time: Duration,
    /// It costs about that, by numbers of days that the session has read. Otherwise it costs that at the least.
    pub is_about: bool,
}

/// A plan that can be asked what it costs. Asking opens the connections that it reads.
pub(super) struct Foresight {
    pub(super) plan: Arc<dyn ExecutionPlan>,
    pub(super) statement: Arc<Statement>,
    pub(super) connections: Option<Arc<Connections>>,
}

impl Foresight {
    /// Statements that read what a service counted of the days that this one reads, where nothing is known of them. Each is
    /// given once a session.
    pub(super) fn counts_to_read(&self) -> Vec<String> {
        let mut found = Vec::new();
        let _ = self.plan.apply(|node| {
            let scan = node.downcast_ref::<ScanExec>();
            let merged = node.downcast_ref::<MergedExec>();
            let shared = node.downcast_ref::<SharedExec>();
            let scans =
                scan.into_iter().chain(merged.into_iter().flat_map(|merged| merged.scans().map(|(_, scan)| scan)));
            let scans = scans.chain(shared.into_iter().flat_map(SharedExec::scans));
            found.extend(scans.filter_map(|scan| scan.counts_to_read(&self.statement)));
            Ok(TreeNodeRecursion::Continue)
        });
        found
    }

    pub(super) fn foreseen(&self) -> Foreseen {
        let mut all: HashMap<(String, Quota), (usize, Option<Rate>)> = HashMap::new();
        let (mut some_about, mut some_least) = (false, false);
        let mut count = |scan: &ScanExec| {
            let connected = self.connections.as_ref().and_then(|all| all.get(scan.connection()));
            match scan.least(&self.statement, connected) {
                Some(Price { requests: 0, .. }) => {}
                Some(Price { quota, rate, requests, is_about }) => {
                    let sum = all.entry((scan.connection().to_owned(), quota)).or_insert((0, rate));
                    sum.0 += requests;
                    (some_about, some_least) = (some_about || is_about, some_least || !is_about);
                }
                // What is not known may be much.
                None => some_least |= scan.of_service().is_some(),
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
        let (time, requests) = (waits.max().unwrap_or_default(), all.values().map(|(requests, _)| requests).sum());
        Foreseen { requests, time, is_about: some_about && !some_least }
    }
}
