//! What a statement allows itself: a number of requests and a time, counted over all its streams.
//!
//! Whoever reads a file does not know whether it lies in a store, and a library stands between them and what is sent. So the budget of
//! such work is that of the task, or of the thread, on which it is done ([`Budget::pays`]): what is sent there asks who pays.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
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
    met: Arc<OnceLock<Limit>>,
}

tokio::task_local! {
    /// Who pays for what is sent to stores.
    static PAYING: Budget;
}

/// A limit of a statement.
#[cfg_attr(not(feature = "store"), allow(dead_code, reason = "nothing is asked without a kind of store"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// It may send so many requests.
    Requests(u64),
    /// Its time is over.
    Time,
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
        Self {
            tally,
            max_requests: None,
            deadline: None,
            begun: Instant::now(),
            taken: Arc::default(),
            met: Arc::default(),
        }
    }

    /// Does work that may read from stores: what is sent for it is sent on this budget.
    pub fn pays<T>(&self, work: impl FnOnce() -> T) -> T {
        PAYING.sync_scope(self.clone(), work)
    }

    /// The same of work that is waited for. What it spawns is not part of it.
    pub fn pays_for<F: Future>(&self, work: F) -> impl Future<Output = F::Output> {
        PAYING.scope(self.clone(), work)
    }

    /// The budget of the work that is being done here, if it has one.
    pub fn paying() -> Option<Self> {
        PAYING.try_with(Clone::clone).ok()
    }

    /// Takes a request to a store from the budget, which is counted.
    ///
    /// # Errors
    /// When a limit is met: which one. It is remembered, since not all who read files give their errors on.
    #[cfg_attr(not(feature = "store"), allow(dead_code, reason = "nothing is asked without a kind of store"))]
    pub fn spend(&self) -> Result<(), Limit> {
        if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(self.meet(Limit::Time));
        }
        self.take().map_err(|limit| self.meet(Limit::Requests(limit)))?;
        self.tally.requests.add(1);
        Ok(())
    }

    /// Remembers that a limit ended a request to a store.
    #[cfg_attr(not(feature = "store"), allow(dead_code, reason = "nothing is asked without a kind of store"))]
    pub fn meet(&self, limit: Limit) -> Limit {
        let _ = self.met.set(limit);
        limit
    }

    /// The limit that ended a request to a store, if one did.
    pub fn met(&self) -> Option<Limit> {
        self.met.get().copied()
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
    async fn work_is_paid_by_the_budget_that_it_is_done_on() {
        let budget = Budget::new(Arc::default()).limited(Some(1), None);
        assert!(Budget::paying().is_none());
        budget.pays(|| Budget::paying().unwrap().spend()).unwrap();
        assert_eq!((budget.tally.requests.get(), budget.met()), (1, None));
        let refused = budget.pays_for(async { Budget::paying().unwrap().spend() }).await;
        assert_eq!(refused, Err(Limit::Requests(1)));
        assert_eq!((budget.tally.requests.get(), budget.met()), (1, Some(Limit::Requests(1))));
        let late = Budget::new(Arc::default()).limited(None, Some(Instant::now()));
        assert_eq!((late.spend(), late.met(), late.tally.requests.get()), (Err(Limit::Time), Some(Limit::Time), 0));
        assert!(Budget::paying().is_none());
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
