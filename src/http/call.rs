//! What a statement allows itself: a number of requests and a time, counted over all its streams.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::time::Instant;

use super::Error;
use crate::tally::Tally;

/// The budgets of one statement and where its costs are counted. Clones share both.
#[derive(Debug, Clone)]
pub struct Call {
    /// Where costs are counted.
    pub tally: Arc<Tally>,
    /// Most requests the statement may send, retries included.
    pub max_requests: Option<u64>,
    /// When its time is over.
    pub deadline: Option<Instant>,
    taken: Arc<AtomicU64>,
}

impl Call {
    /// A call without limits.
    pub fn new(tally: Arc<Tally>) -> Self {
        Self { tally, max_requests: None, deadline: None, taken: Arc::default() }
    }

    /// The same budgets, with costs counted elsewhere: in a part of this call's tally.
    #[must_use]
    pub fn counted_in(&self, tally: Arc<Tally>) -> Self {
        Self { tally, ..self.clone() }
    }

    /// The same call with these limits.
    #[must_use]
    pub fn limited(self, max_requests: Option<u64>, deadline: Option<Instant>) -> Self {
        Self { max_requests, deadline, ..self }
    }

    /// Takes one request from the budget. Streams that run side by side cannot overdraw it.
    pub(super) fn take(&self) -> Result<(), Error> {
        let limit = self.max_requests.unwrap_or(u64::MAX);
        self.taken
            .fetch_update(Relaxed, Relaxed, |taken| (taken < limit).then_some(taken + 1))
            .map(drop)
            .map_err(|_| Error::RequestBudget { limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_draw_on_one_budget() {
        let call = Call::new(Arc::default()).limited(Some(2), None);
        let other = call.clone();
        call.take().unwrap();
        other.take().unwrap();
        assert!(matches!(call.take(), Err(Error::RequestBudget { limit: 2 })));
        assert!(matches!(other.take(), Err(Error::RequestBudget { limit: 2 })));
    }
}
