//! The body of an error reply: `{"error":{"code","message","innerError":{"request-id"}}}`, in all the spellings met.
//!
//! Proxies and gateways answer with HTML or nothing; then status and headers are what there is.

use std::fmt;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::HeaderMap;
use serde_json::{Map, Value};

use super::Address;

/// Most of an error body that is read.
pub(super) const BODY_CAP: usize = 64 << 10;
/// Longest text that is kept of a code or an id; messages are kept whole, the body's cap bounds them.
const LONGEST_NAME: usize = 256;

/// A reply that is no success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The request.
    pub address: Address,
    /// The HTTP status.
    pub status: u16,
    /// The service's code, such as `Authorization_RequestDenied`. Untrusted text.
    pub code: Option<String>,
    /// The service's words. Untrusted text.
    pub message: Option<String>,
    /// The service's id for the request, to quote to support. Untrusted text.
    pub request_id: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered with status {}", self.address, self.status)
    }
}

impl Refusal {
    /// Whether it means "too many requests": by its status, or by the code of the Management Activity API, which comes
    /// with 403 as well.
    pub fn is_throttle(&self) -> bool {
        super::retry::is_throttle(self.status) || (self.status == 403 && self.code.as_deref() == Some("AF429"))
    }

    /// Reads an error reply.
    pub(super) fn read(address: Address, status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let root: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = root.as_object().and_then(|o| get(o, "error")).and_then(Value::as_object);
        let text = |name| error.and_then(|e| get(e, name)).and_then(Value::as_str).filter(|t| !t.is_empty());
        let inner = error.and_then(|e| get(e, "innererror")).and_then(Value::as_object);
        let inner_id = inner.and_then(|i| get(i, "request-id")).and_then(Value::as_str);
        Self {
            address,
            status,
            code: text("code").map(clipped),
            message: text("message").map(str::to_owned),
            request_id: request_id(headers).or_else(|| inner_id.map(clipped)),
        }
    }
}

/// What stands for a secret that a service quoted.
const HIDDEN: &str = "<token>";

impl Refusal {
    /// Takes a secret out of the service's words, as it is and percent-encoded.
    pub(super) fn forget(&mut self, secret: &str) {
        let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        for text in [&mut self.code, &mut self.message, &mut self.request_id].into_iter().flatten() {
            for shape in [secret, encoded.as_str()].into_iter().filter(|shape| !shape.is_empty()) {
                *text = text.replace(shape, HIDDEN);
            }
        }
    }
}

/// The service's id for a request, from the headers of its reply.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    ["request-id", "x-ms-request-id"].iter().find_map(|name| Some(clipped(headers.get(*name)?.to_str().ok()?)))
}

/// The member of that name, whatever its case.
fn get<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
}

fn clipped(text: &str) -> String {
    text.chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    fn read(headers: &HeaderMap, body: &str) -> (Option<String>, Option<String>, Option<String>) {
        let address = Address::of(&Url::parse("https://h/p").unwrap());
        let refusal = Refusal::read(address, 400, headers, body.as_bytes());
        (refusal.code, refusal.message, refusal.request_id)
    }

    #[test]
    fn code_message_and_id_are_found_in_every_spelling() {
        let all = (Some("BadRequest".into()), Some("Invalid filter clause".into()), Some("r-1".into()));
        for body in [
            r#"{"error":{"code":"BadRequest","message":"Invalid filter clause","innerError":{"request-id":"r-1"}}}"#,
            r#"{"error":{"code":"BadRequest","message":"Invalid filter clause","innererror":{"date":"x","request-id":"r-1"}}}"#,
            r#"{"Error":{"Code":"BadRequest","MESSAGE":"Invalid filter clause","InnerError":{"Request-Id":"r-1"}},"x":[1]}"#,
        ] {
            assert_eq!(read(&HeaderMap::new(), body), all, "{body}");
        }
    }

    #[test]
    fn a_body_of_any_other_shape_is_no_error_in_itself() {
        for body in [
            "",
            "<html>503</html>",
            "null",
            "[]",
            "{",
            r#"{"error":"x"}"#,
            r#"{"error":{"code":7,"message":null,"innerError":[]}}"#,
        ] {
            assert_eq!(read(&HeaderMap::new(), body), (None, None, None), "{body}");
        }
    }

    #[test]
    fn the_header_names_the_request_id_first() {
        let mut headers = HeaderMap::new();
        headers.insert("request-id", "h-1".parse().unwrap());
        assert_eq!(read(&headers, r#"{"error":{"innerError":{"request-id":"r-1"}}}"#).2.as_deref(), Some("h-1"));
        assert_eq!(read(&headers, "").2.as_deref(), Some("h-1"));
    }
}
