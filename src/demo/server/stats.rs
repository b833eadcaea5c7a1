//! What was asked of the tenant, for tests and for the curious.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Requests that are remembered one by one.
const REMEMBERED: usize = 1000;

/// What was asked since the start, or since the last reset.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Counts by path; requests to paths that do not exist are counted under `other`.
    pub paths: BTreeMap<String, Counts>,
    /// Most requests that were answered at the same time.
    pub at_once: usize,
    /// The last thousand requests, oldest first.
    pub requests: VecDeque<Asked>,
}

/// Counts of one path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// All requests, refused ones too.
    pub requests: u64,
    /// Of these, told to slow down: with 429, or by the feed with 403 and its own code.
    pub throttled: u64,
    /// Of these, refused for another reason.
    pub refused: u64,
    /// Rows served.
    pub rows: u64,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Asked {
    /// Path and query, percent-decoded.
    pub url: String,
    /// Status of the reply.
    pub status: u16,
    /// Rows in the reply.
    pub rows: usize,
}

impl Stats {
    /// The counts of all paths together.
    pub fn total(&self) -> Counts {
        self.paths.values().fold(Counts::default(), |sum, c| Counts {
            requests: sum.requests + c.requests,
            throttled: sum.throttled + c.throttled,
            refused: sum.refused + c.refused,
            rows: sum.rows + c.rows,
        })
    }
}

/// The tenant's book.
#[derive(Debug, Default)]
pub(in crate::demo) struct Book {
    stats: Mutex<Stats>,
    answering: AtomicUsize,
}

/// A request that is being answered.
#[derive(Debug)]
pub(in crate::demo) struct Answering<'a>(&'a Book);

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.answering.fetch_sub(1, Relaxed);
    }
}

impl Book {
    /// A request came; it is answered when the guard is dropped.
    pub(in crate::demo) fn begin(&self) -> Answering<'_> {
        let now = self.answering.fetch_add(1, Relaxed) + 1;
        let mut stats = self.stats();
        stats.at_once = stats.at_once.max(now);
        Answering(self)
    }

    fn stats(&self) -> MutexGuard<'_, Stats> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::demo) fn write(&self, path: String, asked: Asked, throttled: bool) {
        let mut stats = self.stats();
        let counts = stats.paths.entry(path).or_default();
        counts.requests += 1;
        counts.throttled += u64::from(throttled);
        counts.refused += u64::from(asked.status >= 400 && !throttled);
        counts.rows += asked.rows as u64;
        if stats.requests.len() == REMEMBERED {
            stats.requests.pop_front();
        }
        stats.requests.push_back(asked);
    }

    pub(in crate::demo) fn read(&self) -> Stats {
        self.stats().clone()
    }

    pub(in crate::demo) fn reset(&self) {
        *self.stats() = Stats::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_is_bounded_and_its_counts_are_not() {
        let book = Book::default();
        for n in 0..REMEMBERED + 5 {
            let status = [200, 429, 400][n % 3];
            let asked = Asked { url: n.to_string(), status, rows: usize::from(status == 200) };
            book.write("/p".into(), asked, status == 429);
        }
        let stats = book.read();
        assert_eq!((stats.requests.len(), stats.requests[0].url.as_str()), (REMEMBERED, "5"));
        assert_eq!(stats.total(), Counts { requests: 1005, throttled: 335, refused: 335, rows: 335 });
        let (one, two) = (book.begin(), book.begin());
        drop(two);
        drop((book.begin(), one));
        assert_eq!(book.read().at_once, 2);
        book.reset();
        assert_eq!(book.read(), Stats::default());
    }
}
