//! What a statement allows itself: a number of requests and a time, counted over all its streams.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::Instant;

use crate::tally::{Tally, Waiting, Why};

/// The budgets of one statement and where its costs are counted. Clones share both.
#[derive(Debug, Clone)]
pub struct Budget {
    /// Where costs are counted.
    pub tally: Arc<Tally>,
    /// Most requests the statement may send, retries included.
    pub max_requests: Option<u64>,
    /// When its time is over.
    pub deadline: Option<Instant>,
    begun: Instant,
    taken: Arc<AtomicU64>,
}

/// A wait, seen while it lasts and entered when it is over, also when it is broken off.
#[derive(Debug)]
pub(super) struct Wait<'a> {
    budget: &'a Budget,
    why: Why,
    begun: Instant,
    _seen: Option<Waiting>,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let since = |time: Instant| time.saturating_duration_since(self.budget.begun);
        self.budget.tally.waited(self.why, since(self.begun), since(Instant::now()));
    }
}

impl Budget {
    /// A budget without limits.
    pub fn new(tally: Arc<Tally>) -> Self {
        Self { tally, max_requests: None, deadline: None, begun: Instant::now(), taken: Arc::default() }
    }

    /// The same budgets, with costs counted elsewhere: in a part of this one's tally.
    #[must_use]
    pub fn counted_in(&self, tally: Arc<Tally>) -> Self {
        Self { tally, ..self.clone() }
    }

    /// The same budget with these limits.
    #[must_use]
    pub fn limited(self, max_requests: Option<u64>, deadline: Option<Instant>) -> Self {
        Self { max_requests, deadline, ..self }
    }

    /// Begins a wait of that length.
    pub(super) fn wait(&self, why: Why, time: Duration) -> Wait<'_> {
        Wait { budget: self, why, begun: Instant::now(), _seen: Some(self.tally.live.wait(why, time)) }
    }

    /// Begins a wait of which nobody knows how long it takes, such as that in a queue.
    pub(super) fn queue(&self, why: Why) -> Wait<'_> {
        Wait { budget: self, why, begun: Instant::now(), _seen: None }
    }

    /// Takes one request from the budget, or says how large that is. Streams that run side by side cannot overdraw it.
    pub(super) fn take(&self) -> Result<(), u64> {
        let limit = self.max_requests.unwrap_or(u64::MAX);
        self.taken
            .fetch_update(Relaxed, Relaxed, |taken| (taken < limit).then_some(taken + 1))
            .map(drop)
            .map_err(|_| limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_draw_on_one_budget() {
        let budget = Budget::new(Arc::default()).limited(Some(2), None);
        let other = budget.clone();
        budget.take().unwrap();
        other.take().unwrap();
        assert_eq!((budget.take(), other.take()), (Err(2), Err(2)));
    }

    #[tokio::test]
    async fn a_wait_that_is_broken_off_counts_as_long_as_it_was() {
        let budget = Budget::new(Arc::default());
        let waiting = budget.wait(Why::Told, Duration::from_mins(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(waiting);
        let (waited, run) = (budget.tally.waited_for(Why::Told), budget.begun.elapsed());
        assert!(waited >= Duration::from_millis(20) && waited <= run, "{waited:?} of {run:?}");
    }
}
