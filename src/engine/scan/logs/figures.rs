//! What all readings of one table come to: figures, and why there was no row.

use std::sync::atomic::Ordering::{AcqRel, Relaxed};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, OnceLock};

use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, MetricBuilder, MetricsSet};

use super::LogScan;
use super::files::{Extent, LogFiles};
use crate::engine::scan::why_empty::Watch;
use crate::tally::{Because, Notice};

/// What all readings of one table come to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Files that were read to their end, or passed over.
    files: AtomicUsize,
    passed: AtomicUsize,
    /// Bytes of text, unpacked.
    bytes: AtomicUsize,
    rows: AtomicUsize,
    kept: AtomicUsize,
    unread: AtomicU64,
    /// It looks on at the rows of all of them.
    watch: OnceLock<Arc<Watch>>,
}

impl Outcome {
    /// The watch over all rows; the first reading that asks makes it.
    pub(crate) fn watch(&self, made: impl FnOnce() -> Watch) -> Arc<Watch> {
        Arc::clone(self.watch.get_or_init(|| Arc::new(made())))
    }

    /// So many bytes were read.
    pub(super) fn bytes(&self, count: usize) {
        self.bytes.fetch_add(count, Relaxed);
    }

    /// So many rows were read, and so many of them are in the answer.
    pub(super) fn rows(&self, read: usize, kept: usize) {
        self.rows.fetch_add(read, Relaxed);
        self.kept.fetch_add(kept, Relaxed);
    }

    /// A file is passed over, because all of its rows are of another time.
    pub(super) fn pass(&self, scan: &LogScan, extent: Extent) {
        scan.keep.watch.pass(extent.times);
        self.passed.fetch_add(1, Relaxed);
        self.end(scan, extent.rows, 0);
    }

    /// A file is over, with so many rows, and lines that could not be read.
    pub(super) fn end(&self, scan: &LogScan, rows: u64, unread: u64) {
        let all = self.unread.fetch_add(unread, Relaxed) + unread;
        let table = &scan.table;
        // Rows of a file that was passed over are none that were read, but there are some.
        let some = rows > 0 || self.rows.load(Relaxed) > 0;
        if self.files.fetch_add(1, AcqRel) + 1 < table.files.len() {
            return;
        }
        let tally = &scan.statement.tally;
        match some || self.passed.load(Relaxed) > 0 {
            true => scan.keep.watch.say(tally),
            false => tally.notice(Notice::Nothing { table: table.name.clone(), because: nothing(table, all) }),
        }
    }

    /// What EXPLAIN ANALYZE shows.
    pub(crate) fn metrics(&self) -> MetricsSet {
        let set = ExecutionPlanMetricsSet::new();
        MetricBuilder::new(&set).output_rows(0).add(self.kept.load(Relaxed));
        let enter = |name: &'static str, count: usize| MetricBuilder::new(&set).counter(name, 0).add(count);
        enter("files", self.files.load(Relaxed));
        enter("files_skipped", self.passed.load(Relaxed));
        enter("bytes", self.bytes.load(Relaxed));
        enter("rows_read", self.rows.load(Relaxed));
        enter("bad_lines", usize::try_from(self.unread.load(Relaxed)).unwrap_or(usize::MAX));
        set.clone_inner()
    }
}

/// Why a table whose files were all read has no row.
fn nothing(table: &LogFiles, unread: u64) -> Because {
    let files = table.files.len();
    let first = table.files.first().map(|file| file.source.to_string()).unwrap_or_default();
    if table.files.iter().all(|file| file.is_empty) {
        Because::EmptyFiles { files, first }
    } else if let Some(view) = table.view() {
        Because::NoEvents { files, first, view }
    } else {
        Because::NoLines { files, first, unread }
    }
}
