//! The quotas of the endpoints: so many requests in any window, no burst beyond.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// Requests answered in any [`Throttle::window`].
    pub requests: usize,
    /// The sliding window.
    pub window: Duration,
}

impl Default for Throttle {
    /// Five in ten seconds (source: Microsoft Graph, "throttling limits", identity and access reports).
    fn default() -> Self {
        Self { requests: 5, window: Duration::from_secs(10) }
    }
}

/// What requests count against (source: Microsoft Graph, "throttling limits").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::demo) enum Quota {
    /// The reports, at the rate that the tenant was started with.
    Reports,
    /// One request in a second.
    IdentityProtection,
    /// 3,500 units in 10 seconds; a request is taken to cost two.
    Directory,
    /// Ten in a minute.
    SignInActivity,
    /// 150 in a minute.
    Security,
}

impl Quota {
    const ALL: [Self; 5] =
        [Self::Reports, Self::IdentityProtection, Self::Directory, Self::SignInActivity, Self::Security];

    /// What is documented for it, in a tenant whose reports have that one.
    fn throttle(self, reports: Throttle) -> Throttle {
        let (requests, seconds) = match self {
            Self::Reports => return reports,
            Self::IdentityProtection => (1, 1),
            Self::Directory => (1_750, 10),
            Self::SignInActivity => (10, 60),
            Self::Security => (150, 60),
        };
        Throttle { requests, window: Duration::from_secs(seconds) }
    }

    /// Whether a refusal says how long to wait.
    pub(in crate::demo) fn tells_wait(self) -> bool {
        self != Self::IdentityProtection
    }
}

/// A gate for each quota.
#[derive(Debug)]
pub(in crate::demo) struct Gates([Gate; Quota::ALL.len()]);

impl Gates {
    /// The gates of a tenant whose reports have that quota; without one, all are open.
    pub(in crate::demo) fn new(reports: Option<Throttle>) -> Self {
        Self(Quota::ALL.map(|quota| Gate::new(reports.map(|reports| quota.throttle(reports)))))
    }

    /// The gate of a quota.
    pub(in crate::demo) fn of(&self, quota: Quota) -> &Gate {
        &self.0[quota as usize]
    }
}

/// Counts against a quota. Only one token is accepted, so this is the count of that token.
#[derive(Debug)]
pub(in crate::demo) struct Gate {
    quota: Option<Throttle>,
    admitted: Mutex<VecDeque<Instant>>,
}

impl Gate {
    /// A gate; without a quota it is open.
    pub(in crate::demo) fn new(quota: Option<Throttle>) -> Self {
        Self { quota, admitted: Mutex::default() }
    }

    /// Counts a request, or says how long to wait. A refused request does not prolong the wait.
    pub(in crate::demo) fn admit(&self, now: Instant) -> Result<(), Duration> {
        let Some(quota) = self.quota else { return Ok(()) };
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        while admitted.front().is_some_and(|&t| now.saturating_duration_since(t) >= quota.window) {
            admitted.pop_front();
        }
        match admitted.front() {
            Some(&oldest) if admitted.len() >= quota.requests => Err(oldest + quota.window - now),
            None if quota.requests == 0 => Err(quota.window),
            _ => {
                admitted.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_holds_more_than_the_quota() {
        let gate = Gate::new(Some(Throttle::default()));
        let start = Instant::now();
        let at = |ms| gate.admit(start + Duration::from_millis(ms));
        for ms in [0, 9_000, 9_100, 9_200, 9_300] {
            at(ms).unwrap();
        }
        assert_eq!(at(9_400), Err(Duration::from_millis(600)));
        at(10_000).unwrap();
        // A bucket that refills would allow five more here.
        assert_eq!(at(10_001), Err(Duration::from_millis(8_999)));
        at(19_000).unwrap();
    }
}
