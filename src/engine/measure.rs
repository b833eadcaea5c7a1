//! What EXPLAIN ANALYZE shows of a scan: its tally, entered as DataFusion's metrics when the scan ends or is dropped.

use std::sync::Arc;
use std::time::Duration;

use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, MetricBuilder};

use crate::tally::Tally;

/// Enters a scan's tally as metrics once the scan is over.
pub(super) struct Measured {
    metrics: ExecutionPlanMetricsSet,
    tally: Arc<Tally>,
}

impl Measured {
    pub(super) fn new(metrics: &ExecutionPlanMetricsSet, tally: Arc<Tally>) -> Self {
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
        MetricBuilder::new(&self.metrics)
            .subset_time("waited", 0)
            .add_duration(Duration::from_millis(t.waited_ms.get()));
    }
}
