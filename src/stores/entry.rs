//! A request to a store as its statement counts it, and as the session's log shows it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Method;
use tokio::time::Instant;
use url::Url;

use crate::files::StoreFault;
use crate::http::{Budget, Limit, of_store};
use crate::tally::Sent;
use crate::veil::{Veil, Veiled};

/// A request that was sent, until its reply has ended. It is entered when it is dropped.
pub(super) struct Entry {
    budget: Budget,
    store: Arc<str>,
    method: &'static str,
    url: Veiled,
    at: DateTime<Utc>,
    begun: Instant,
    /// The status of the reply, once it is there.
    pub(super) status: Option<u16>,
    /// What went wrong.
    pub(super) fault: Option<Veiled>,
    /// Bytes of the reply's body that came.
    pub(super) bytes: u64,
}

impl Entry {
    /// Takes a request from the budget of the work that is being done; `None`, if that has none.
    ///
    /// # Errors
    /// When a limit of the statement is met.
    pub(super) fn begin(
        (store, veil): (&Arc<str>, &Veil),
        method: &Method,
        url: &Url,
    ) -> Result<Option<Self>, StoreFault> {
        let Some(budget) = Budget::paying() else { return Ok(None) };
        budget.spend().map_err(limited)?;
        Ok(Some(Self {
            budget,
            store: Arc::clone(store),
            method: if *method == Method::HEAD {
                "HEAD"
            } else if *method == Method::POST {
                "POST"
            } else {
                "GET"
            },
            url: of_store(url, veil),
            at: clock(),
            begun: Instant::now(),
            status: None,
            fault: None,
            bytes: 0,
        }))
    }

    /// When the statement's time is over.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.budget.deadline
    }

    /// The statement's time is over, with this request under way.
    pub(super) fn late(&mut self) -> StoreFault {
        let fault = limited(self.budget.meet(Limit::Time));
        self.fail(&fault);
        fault
    }

    /// The request brought nothing, or the store said to ask later.
    pub(super) fn fail(&mut self, fault: &StoreFault) {
        self.fault = Some(Veil::default().told(&fault.to_string()));
    }

    /// The head of the reply came.
    pub(super) fn answered(&mut self, status: u16) {
        self.status = Some(status);
        if matches!(status, 429 | 503) {
            self.budget.tally.throttled.add(1);
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let sent = |_| Sent {
            number: 0,
            at: self.at,
            connection: Arc::clone(&self.store),
            method: self.method,
            url: self.url.clone(),
            status: self.status,
            fault: self.fault.clone(),
            rows: None,
            bytes: self.bytes,
            waited: Duration::ZERO,
            took: self.begun.elapsed(),
        };
        self.budget.tally.sent(sent);
    }
}

fn limited(limit: Limit) -> StoreFault {
    match limit {
        Limit::Requests(limit) => StoreFault::Requests { limit },
        Limit::Time => StoreFault::Time,
    }
}

#[expect(clippy::disallowed_methods, reason = "the log of requests tells when each was sent")]
fn clock() -> DateTime<Utc> {
    Utc::now()
}
