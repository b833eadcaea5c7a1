//! What was found, and what is wrong where something is.

use std::fmt;

use crate::table::Needs;
use crate::{auth, http, searches, subscriptions};

/// A check, and what came of it.
#[derive(Debug)]
pub struct Finding {
    /// What was looked at.
    pub subject: String,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a check.
#[derive(Debug)]
pub enum Verdict {
    /// All is well; in a clause.
    Good(String),
    /// It works, and there is something to know.
    Note(String),
    /// It does not work.
    Bad(Box<Trouble>),
    /// It was not looked at, and why.
    Skipped(String),
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The connection says something that is not acceptable, or nothing can be built of it.
    #[error("the connection cannot be used")]
    Setup(#[source] auth::Error),
    /// The credential is not there.
    #[error("{0}")]
    Credential(String),
    /// A host's name is not known here.
    #[error("the name cannot be resolved")]
    Name,
    /// A host does not answer.
    #[error("it does not answer")]
    Silent(#[source] http::Fault),
    /// A host does not answer, and requests to it go through a proxy.
    #[error("it does not answer through the proxy {proxy}")]
    Proxy {
        /// The proxy's host and port.
        proxy: String,
        /// What happened.
        #[source]
        fault: http::Fault,
    },
    /// This machine's clock and a host's are too far apart.
    #[error("this machine's clock is {} {}", Span(*.0), if *.0 > 0 { "ahead" } else { "behind" })]
    Clock(i64),
    /// There is no token.
    #[error("there is no token")]
    Token(#[source] http::Error),
    /// The token has expired, and there is none in its place.
    #[error("the token has expired")]
    Expired,
    /// The token is for another tenant.
    #[error("the token is for the tenant {found}, but the connection's is {named}")]
    OtherTenant {
        /// The token's.
        found: String,
        /// The connection's.
        named: String,
    },
    /// The token lacks permissions.
    #[error("the token lacks {}", .0.join(" and "))]
    Permissions(Vec<&'static str>),
    /// A table cannot be read.
    #[error("it cannot be read")]
    Table {
        /// Why.
        #[source]
        error: http::Error,
        /// What reading needs.
        needs: Needs,
    },
    /// The feed cannot be asked.
    #[error("the activity feed cannot be asked")]
    Feed(#[source] subscriptions::Error),
    /// The searches of the audit log cannot be asked for.
    #[error("the audit search cannot be used")]
    Searches(#[source] searches::Error),
    /// The feed collects nothing.
    #[error("the tenant subscribes to no content type, so nothing is collected")]
    NoSubscription,
    /// Content types that were switched off.
    #[error("disabled by an administrator: {}", .0.join(", "))]
    Disabled(Vec<&'static str>),
}

/// Seconds, for people.
struct Span(i64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (amount, unit) = match self.0.unsigned_abs() {
            seconds @ ..120 => (seconds, "second"),
            seconds @ 120..7200 => (seconds / 60, "minute"),
            seconds => (seconds / 3600, "hour"),
        };
        write!(f, "{amount} {unit}{}", if amount == 1 { "" } else { "s" })
    }
}

impl Finding {
    pub(super) fn good(subject: &str, clause: String) -> Self {
        Self { subject: subject.into(), verdict: Verdict::Good(clause) }
    }

    pub(super) fn note(subject: &str, clause: String) -> Self {
        Self { subject: subject.into(), verdict: Verdict::Note(clause) }
    }

    pub(super) fn bad(subject: &str, trouble: Trouble) -> Self {
        Self { subject: subject.into(), verdict: Verdict::Bad(Box::new(trouble)) }
    }

    pub(super) fn skipped(subject: &str, why: &str) -> Self {
        Self { subject: subject.into(), verdict: Verdict::Skipped(why.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_told_in_units_that_people_use() {
        for (seconds, expected) in [
            (301, "this machine's clock is 5 minutes ahead"),
            (-90, "this machine's clock is 90 seconds behind"),
            (-7200, "this machine's clock is 2 hours behind"),
            (i64::MIN, "this machine's clock is 2562047788015215 hours behind"),
        ] {
            assert_eq!(Trouble::Clock(seconds).to_string(), expected);
        }
    }
}
