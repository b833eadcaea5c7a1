//! What one query cost and what its reader has to know: counters that can be watched while it runs, and notices.
//!
//! The engine never prints. Layers below the surfaces count here and leave typed notices; the prompt, the command line
//! or an embedding program decide what to show.

mod live;
mod nothing;
mod notice;
mod notices;
mod sent;
mod waits;
mod words;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use live::{ChainMark, Live, View, Waiting, Why};
pub use nothing::Because;
pub use notice::{Notice, Stands};
pub use sent::{MOST_REQUESTS, RequestLog, Sent};

use notices::Notices;
use waits::Waits;

/// Counters of one query. Cheap to share, updated without locks.
#[derive(Debug, Default)]
pub struct Tally {
    /// Requests sent, retries included.
    pub requests: Counter,
    /// Requests that repeated an earlier one, after a fault or because the service was throttling.
    pub retries: Counter,
    /// Replies that said "too many requests".
    pub throttled: Counter,
    /// Pages received whole.
    pub pages: Counter,
    /// Rows received from services, before any filter.
    pub rows_received: Counter,
    /// Rows that satisfied the whole predicate and were given out.
    pub rows_kept: Counter,
    /// Bytes of reply bodies, decompressed.
    pub bytes: Counter,
    /// What it is doing at this moment.
    pub live: Live,
    waits: Waits,
    notices: Mutex<Notices>,
    /// Where its requests are entered, and the connection that they are sent on.
    log: Option<(Arc<RequestLog>, Arc<str>)>,
}

impl Tally {
    /// The same for requests of one connection, which are entered in a log.
    #[must_use]
    pub fn logged(self, log: Arc<RequestLog>, connection: &str) -> Self {
        Self { log: Some((log, connection.into())), ..self }
    }

    /// Enters a request in the log, if there is one; its number there.
    pub fn sent(&self, request: impl FnOnce(Arc<str>) -> Sent) -> Option<u64> {
        self.log.as_ref().map(|(log, connection)| log.add(request(Arc::clone(connection))))
    }

    /// The reply to that request held so many records more.
    pub fn read(&self, number: Option<u64>, rows: u64) {
        if let Some(((log, _), number)) = self.log.as_ref().zip(number) {
            log.read(number, rows);
        }
    }

    /// A tally for a part of the work: what is counted in it is counted here too. Notices belong here.
    #[must_use]
    pub fn part(&self) -> Self {
        Self {
            requests: self.requests.part(),
            retries: self.retries.part(),
            throttled: self.throttled.part(),
            pages: self.pages.part(),
            rows_received: self.rows_received.part(),
            rows_kept: self.rows_kept.part(),
            bytes: self.bytes.part(),
            waits: self.waits.part(),
            live: self.live.clone(),
            notices: Mutex::default(),
            log: self.log.clone(),
        }
    }

    /// Enters a wait that is over, by the times since the query began.
    pub fn waited(&self, why: Why, from: Duration, to: Duration) {
        self.waits.add(why, from, to);
    }

    /// How much of the query's time was waited away for this reason: time on the clock, so all reasons together are never
    /// more than the whole.
    pub fn waited_for(&self, why: Why) -> Duration {
        self.waits.total(why)
    }

    /// Leaves a notice. Notices of the same kind about the same thing are merged and their counts added.
    pub fn notice(&self, notice: Notice) {
        self.locked().add(notice);
    }

    /// All notices so far, merged, in the order in which they first came.
    pub fn notices(&self) -> Vec<Notice> {
        self.locked().all()
    }

    /// What is missing from the answer so far, in one line; `None` if nothing is.
    pub fn missing(&self) -> Option<String> {
        let missing = self.notices().into_iter().filter_map(|notice| match notice {
            Notice::Incomplete { missing } => Some(missing),
            Notice::UnreadLines { file, count, .. } => Some(format!("{count} line(s) of {file}")),
            Notice::UnreadFile { file, .. } => Some(file),
            _ => None,
        });
        // Joined at once: there may be thousands.
        let missing: Vec<String> = missing.collect();
        (!missing.is_empty()).then(|| missing.join("; "))
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Notices> {
        // A panic while the lock is held leaves a list of whole notices: still good to read.
        self.notices.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter {
    own: Arc<AtomicU64>,
    /// The counters of the wholes that this is a part of.
    wholes: Vec<Arc<AtomicU64>>,
}

impl Counter {
    /// Adds `n`.
    pub fn add(&self, n: u64) {
        self.own.fetch_add(n, Relaxed);
        for whole in &self.wholes {
            whole.fetch_add(n, Relaxed);
        }
    }

    /// The present value.
    pub fn get(&self) -> u64 {
        self.own.load(Relaxed)
    }

    fn part(&self) -> Self {
        Self { own: Arc::default(), wholes: self.wholes.iter().chain([&self.own]).cloned().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::veil::Veil;

    #[test]
    fn a_part_counts_for_itself_and_for_the_whole() {
        let whole = Tally::default();
        let (a, b) = (whole.part(), whole.part());
        a.requests.add(2);
        b.requests.add(3);
        b.part().requests.add(1);
        assert_eq!((a.requests.get(), b.requests.get(), whole.requests.get()), (2, 4, 6));
    }

    #[test]
    fn notices_about_one_thing_are_merged() {
        let tally = Tally::default();
        let conflict = |count, id: &str| Notice::TypeConflicts {
            table: "entra.sign_ins".into(),
            column: "status.error_code".into(),
            count,
            first_id: Some(Veil::default().told(id)),
        };
        tally.notice(conflict(1, "a"));
        tally.notice(conflict(2, "b"));
        assert_eq!(tally.notices(), [conflict(3, "a")]);
    }
}
