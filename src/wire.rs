//! What goes to a service and what comes back, as values.
//!
//! A request names an API and a path, never a host: the host belongs to the connection, and `http` is the only place that
//! joins the two. A link that a service handed out is kept apart from paths of our own making, because it is untrusted
//! until `http` has compared its origin with the connection's.

use bytes::Bytes;

use crate::table::{Api, Quota};
use crate::veil::Veiled;

/// A request, complete except for host and token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The service, which decides host and token audience.
    pub api: Api,
    /// What it does there.
    pub method: Method,
    /// What is asked for.
    pub target: Target,
    /// Headers of its own, besides those of every request.
    pub headers: &'static [(&'static str, &'static str)],
    /// Its body, which is JSON; `None`: it has none.
    pub body: Option<String>,
    /// The quota it counts against.
    pub quota: Quota,
}

impl Request {
    /// A request that reads.
    pub fn get(api: Api, target: Target, quota: Quota) -> Self {
        Self { api, method: Method::Get, target, headers: &[], body: None, quota }
    }

    /// Whether it may be sent again when nobody knows what came of it.
    pub fn is_repeatable(&self) -> bool {
        !matches!(self.method, Method::Post { repeatable: false })
    }
}

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// It reads, and may be sent as often as it takes.
    Get,
    /// It changes something.
    Post {
        /// Done twice, it leaves the same as done once. One that is not is sent again only when it surely was not
        /// carried out.
        repeatable: bool,
    },
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Path and query of our own making, percent-encoded: `/beta/auditLogs/signIns?$top=999`.
    Path(String),
    /// A link from a service's reply, to be followed as given once its origin is found to be the connection's own.
    Link {
        /// The link as received. Untrusted.
        url: String,
        /// The beginning that the link's path has to have, such as the version segment of the chain's first request: `/beta/`.
        prefix: String,
    },
}

/// A successful reply: status 2xx, body complete and decompressed.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The body.
    pub body: Bytes,
    /// The link to the next page, where a service puts it into a header. Untrusted.
    pub next: Option<String>,
    /// The service's id for this request, to quote to support.
    pub request_id: Option<Veiled>,
    /// The number of the request in the session's log, if there is one.
    pub sent: Option<u64>,
}
