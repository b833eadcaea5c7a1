//! What EXPLAIN ANALYZE shows of a scan: its tally, entered as DataFusion's metrics when the scan ends or is dropped.

use std::sync::Arc;

use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, MetricBuilder};

use crate::tally::{Tally, Why};

/// Enters a scan's tally as metrics once the scan is over.
pub(crate) struct Measured {
    metrics: ExecutionPlanMetricsSet,
    tally: Arc<Tally>,
}

impl Measured {
    pub(crate) fn new(metrics: &ExecutionPlanMetricsSet, tally: Arc<Tally>) -> Self {
        Self { metrics: metrics.clone(), tally }
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        let enter = |name: &'static str, count: u64| {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            MetricBuilder::new(&self.metrics).counter(name, 0).add(count);
        };
        let t = &self.tally;
        enter("requests", t.requests.get());
        enter("retries", t.retries.get());
        enter("throttled", t.throttled.get());
        enter("pages", t.pages.get());
        enter("rows_received", t.rows_received.get());
        enter("rows_kept", t.rows_kept.get());
        enter("bytes_received", t.bytes.get());
        let waited = |name: &'static str, why: Why| {
            MetricBuilder::new(&self.metrics).subset_time(name, 0).add_duration(t.waited_for(why));
        };
        waited("waited_for_quota", Why::Quota);
        waited("waited_as_told", Why::Told);
        waited("waited_to_retry", Why::BackOff);
    }
}
