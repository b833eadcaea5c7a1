//! How the service says no: status, code and message in the shape of Microsoft Graph.

use std::time::Duration;

use crate::demo::json::Json;

/// A request that is not answered with rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::demo) struct Refusal {
    pub(in crate::demo) status: u16,
    pub(in crate::demo) code: &'static str,
    pub(in crate::demo) message: String,
    /// The value of `Retry-After`.
    pub(in crate::demo) retry_after: Option<String>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// 400 about a query option.
    pub(in crate::demo) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// 400 about a filter that is well-formed and not accepted. The real service seldom says more than the first words.
    pub(in crate::demo) fn filter(why: impl std::fmt::Display) -> Self {
        Self::bad_request(format!("Invalid filter clause: {why}"))
    }

    /// 400 about an operator that only an advanced query may use.
    pub(in crate::demo) fn unsupported(operator: &str, property: &str) -> Self {
        let message = format!(
            "Operator '{operator}' on property '{property}' is only supported with ConsistencyLevel eventual and $count."
        );
        Self::new(400, "Request_UnsupportedQuery", message)
    }

    /// 400 about too many clauses.
    pub(in crate::demo) fn too_many_terms(found: usize, most: usize) -> Self {
        let message = format!("Too many child clauses in the 'or' of the filter: {found}. Max allowed: {most}.");
        Self::new(400, "tooManyTermsInQuery", message)
    }

    /// 401
    pub(in crate::demo) fn unauthenticated() -> Self {
        Self::new(401, "InvalidAuthenticationToken", "Access token is empty or invalid.")
    }

    /// 404
    pub(in crate::demo) fn not_found(path: &str) -> Self {
        Self::new(404, "BadRequest", format!("Resource not found for the segment '{path}'."))
    }

    /// 404 about a thing that is not there.
    pub(in crate::demo) fn no_such(id: &str) -> Self {
        let message =
            format!("Resource '{id}' does not exist or one of its queried reference-property objects are not present.");
        Self::new(404, "Request_ResourceNotFound", message)
    }

    /// 405
    pub(in crate::demo) fn method() -> Self {
        Self::new(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    }

    /// 415
    pub(in crate::demo) fn media_type() -> Self {
        Self::new(
            415,
            "Request_BadRequest",
            "A supported MIME type could not be found that matches the acceptable types.",
        )
    }

    /// 414
    pub(in crate::demo) fn uri_too_long() -> Self {
        Self::new(414, "UriTooLong", "The request URI is too long.")
    }

    /// 429. The documented sample of `Retry-After` has a fraction (2.128): every second refusal has one too.
    pub(in crate::demo) fn throttled(wait: Duration, fraction: bool) -> Self {
        let millis = wait.as_millis().max(1);
        let retry_after = if fraction {
            format!("{}.{:03}", millis / 1000, millis % 1000)
        } else {
            millis.div_ceil(1000).to_string()
        };
        let refusal = Self::new(429, "TooManyRequests", "Too many requests. Please retry after the time given.");
        Self { retry_after: Some(retry_after), ..refusal }
    }

    /// The body.
    pub(in crate::demo) fn body(&self, request_id: &str, client_request_id: &str, date: &str) -> String {
        let mut json = Json::object();
        json.nested("error", |j| {
            j.text("code", self.code);
            j.text("message", &self.message);
            j.nested("innerError", |j| {
                j.text("date", date);
                j.text("request-id", request_id);
                j.text("client-request-id", client_request_id);
            });
        });
        json.finish()
    }
}
