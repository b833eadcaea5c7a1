//! What can go wrong between here and a service.
//!
//! `Display` says what happened in one clause; causes are the `source`, advice is `report`'s. No variant holds a token, a
//! query string or the text of a request, and words of a service are kept veiled. They are still untrusted: whoever shows
//! them has to make them safe for a terminal.

use std::time::Duration;

use azure_core::error::ErrorKind;

use super::{Address, ForeignLink, Refusal};
use crate::table::Api;
use crate::veil::Veiled;

/// A request that brought no reply.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The service said no, and would again.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The service did not accept the token, nor the one that was fetched anew, if there was one to fetch.
    #[error("the service did not accept the access token: {0}")]
    TokenRejected(Box<Refusal>),
    /// The service asked to slow down and went on asking.
    #[error("the service throttled the request, and {because}: {last}")]
    Throttled {
        /// Why it was given up.
        because: GaveUp,
        /// The last reply.
        last: Box<Refusal>,
    },
    /// The service answered with an error of its own and went on so.
    #[error("the service is failing, and {because}: {last}")]
    Unavailable {
        /// Why it was given up.
        because: GaveUp,
        /// The last reply.
        last: Box<Refusal>,
    },
    /// No reply, or half of one.
    #[error("no complete reply from {address}, and {because}")]
    Unreachable {
        /// Where to.
        address: Address,
        /// Why it was given up.
        because: GaveUp,
        /// The last fault.
        #[source]
        fault: Fault,
    },
    /// Signing in did not give a token.
    #[error("{0}")]
    SignIn(Box<SignIn>),
    /// The service redirected the request. Redirects are not followed, the token would go with them.
    #[error("{address} answered with a redirect ({status}) to host '{host}'")]
    Redirect {
        /// Where to.
        address: Address,
        /// The HTTP status.
        status: u16,
        /// The host it names, empty when it names none.
        host: Veiled,
    },
    /// A link in a reply leads away from the service.
    #[error(transparent)]
    ForeignLink(#[from] ForeignLink),
    /// The reply is larger than any page.
    #[error("the reply from {address} is larger than {limit} bytes")]
    TooLarge {
        /// Where to.
        address: Address,
        /// The cap.
        limit: usize,
    },
    /// The statement would have to send more requests than it may. One of those that it may send can still be waiting for its turn.
    #[error("the statement needs more than the {limit} request(s) that it may send")]
    RequestBudget {
        /// The budget.
        limit: u64,
        /// Why the request was to be sent again.
        #[source]
        last: Option<Box<Error>>,
    },
    /// The statement's time is over.
    #[error("the statement ran out of time; the request to {address} {stage}")]
    Deadline {
        /// The request that was under way.
        address: Address,
        /// How far it was.
        stage: Stage,
        /// Why an earlier attempt did not succeed.
        #[source]
        last: Option<Box<Error>>,
    },
    /// The connection's cloud does not have the service, or none has it any more.
    #[error("{}", no_service(*_0))]
    NoService(Api),
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Setup(#[source] reqwest::Error),
}

/// What is known of a service that is nowhere.
fn no_service(api: Api) -> String {
    match api {
        Api::AadGraph => {
            format!("the public {} is retired, and the connection names no endpoint in its place", api.name())
        }
        Api::Graph | Api::Activity => format!("the connection's cloud has no {}", api.name()),
    }
}

impl Error {
    /// What lies behind the end of a budget: the failure of the request that was under way.
    pub fn underlying(&self) -> &Self {
        match self {
            Self::Deadline { last: Some(last), .. } | Self::RequestBudget { last: Some(last), .. } => last,
            _ => self,
        }
    }

    /// The service's refusal, if it is one: status, code and request id.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) | Self::TokenRejected(refusal) => Some(refusal),
            Self::Throttled { last, .. } | Self::Unavailable { last, .. } => Some(last),
            _ => None,
        }
    }

    /// Whether any other request would fare no better: the host, the token or a budget is at fault and not the request.
    pub fn concerns_all(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.status == 403,
            Self::Unavailable { because, .. } => matches!(because, GaveUp::AskedTooLong(_)),
            Self::Unreachable { because, fault, .. } => {
                fault.is_lasting() || *because == GaveUp::Breaker && fault.is_slow()
            }
            Self::Redirect { .. } | Self::ForeignLink(_) | Self::TooLarge { .. } => false,
            _ => true,
        }
    }
}

/// Where a request is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stage {
    /// It needs a token first.
    #[error("was waiting for the sign-in")]
    SignIn,
    /// Its turn has not come.
    #[error("was waiting for the quota")]
    Turn,
    /// It is sent.
    #[error("was not answered")]
    Reply,
    /// It failed and is going to be sent again.
    #[error("was waiting to be retried")]
    Retry,
}

/// Why no further attempt was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GaveUp {
    /// Another attempt would meet the same.
    #[error("another attempt would fail the same way")]
    Final,
    /// Nobody knows whether it was carried out, and twice would be once too often.
    #[error("it may have been carried out, so it was not repeated")]
    NotRepeatable,
    /// As many attempts in a row as the limits allow.
    #[error("repeated attempts did not help")]
    Tries,
    /// As much waiting as the service may ask for without progress.
    #[error("waiting did not help")]
    Patience,
    /// As much time as may pass while nothing comes of it.
    #[error("trying for {} s did not help", .0.as_secs())]
    NoProgress(Duration),
    /// The statement's time was over before another attempt.
    #[error("there was no time left for another attempt")]
    Deadline,
    /// The statement had no request left for another attempt.
    #[error("no request was left for another attempt")]
    Budget,
    /// The service named a wait beyond the longest that is accepted.
    #[error("it asks for a wait of {} s", .0.as_secs())]
    AskedTooLong(Duration),
    /// So many requests to this host failed that retrying them only adds to its load.
    #[error("too many requests to this host failed")]
    Breaker,
}

/// No reply, or half of one.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// No connection: name not found, refused, timed out.
    #[error("the connection could not be made")]
    Connect(#[source] reqwest::Error),
    /// Certificate, host name or protocol version were not acceptable.
    #[error("the connection could not be secured")]
    Tls(#[source] reqwest::Error),
    /// Connected, but not a byte of an answer.
    #[error("there was no reply within {} s", .0.as_secs())]
    Silent(Duration),
    /// The answer began and then stood still.
    #[error("the reply stalled for {} s", .0.as_secs())]
    Stalled(Duration),
    /// The answer trickled, below this many bytes a second.
    #[error("the reply arrived at less than {} KiB/s", .0 >> 10)]
    Slow(u32),
    /// The connection broke, or the body ended before it was whole.
    #[error("the reply was cut off")]
    Broken(#[source] reqwest::Error),
    /// An answer came that a service does not give: a web page, nothing, half of its text.
    #[error("the reply {0}")]
    Garbled(&'static str),
    /// The request itself could not be sent as it is.
    #[error("the request could not be built")]
    Request(#[source] reqwest::Error),
}

impl Fault {
    /// Whether another attempt may fare better.
    pub fn is_passing(&self) -> bool {
        !self.is_lasting()
    }

    fn is_lasting(&self) -> bool {
        matches!(self, Self::Tls(_) | Self::Request(_))
    }

    /// Whether the host did not answer at all, or took its time over it: asking it for something else costs as much.
    fn is_slow(&self) -> bool {
        matches!(self, Self::Connect(_) | Self::Silent(_) | Self::Stalled(_) | Self::Slow(_))
    }
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("signing in returned no token{}", code.as_ref().map(|c| format!(" ({c})")).unwrap_or_default())]
pub struct SignIn {
    /// Status of the sign-in service's reply, if there was one.
    pub status: Option<u16>,
    /// Its code: `AADSTS7000215`.
    pub code: Option<String>,
    /// What the sign-in service or tool said; untrusted.
    pub message: Veiled,
    /// What is missing on this side, if nobody was asked at all.
    pub lack: Option<Lack>,
    /// The connection that it was for, if people sign in to it: advice that does not name it may be about another.
    pub connection: Option<String>,
}

impl SignIn {
    /// Whether a token for another service would fail the same way: who signs in is not accepted, or not there. Consent is
    /// a matter of each service.
    #[cfg(any(feature = "cli", feature = "testing"))]
    pub fn concerns_all(&self) -> bool {
        self.lack.is_some() || self.status == Some(401)
    }
}

/// What is missing on this side, so that there is nothing to sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// A variable, or a key of the connection.
    Setting,
    /// A person who signed in before.
    Person,
    /// A place for a person's tokens that nobody else can read or change.
    SafePlace,
    /// A certificate with its key that can be used.
    Certificate,
    /// A certificate that is valid now.
    ValidCertificate,
    /// The token that a platform leaves in a file.
    FederatedToken,
    /// The identity of the machine.
    ManagedIdentity,
}

/// An error of a credential that lacks something, as the cause of the identity library's error.
#[derive(Debug, thiserror::Error)]
#[error("{words}")]
pub struct Lacking {
    /// What.
    pub lack: Lack,
    /// In words, without secrets.
    pub words: String,
}

impl Lack {
    /// The error of a credential.
    pub fn error(self, words: impl Into<String>) -> azure_core::Error {
        let words = words.into();
        azure_core::Error::with_error(ErrorKind::Credential, Lacking { lack: self, words: words.clone() }, words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_stay_small() {
        assert!(size_of::<Error>() <= 80, "{}", size_of::<Error>());
    }
}
