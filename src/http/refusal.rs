//! The body of an error reply: `{"error":{"code","message","innerError":{"request-id"}}}`, in all the spellings met. Older
//! services write `{"odata.error":{"code","message":{"lang","value"}}}`.
//!
//! Proxies and gateways answer with HTML or nothing; then status and headers are what there is.

use std::fmt;

use reqwest::header::HeaderMap;
use serde_json::{Map, Value};

use super::Address;
use crate::veil::{Veil, Veiled};

/// Most of an error body that is read.
pub(super) const BODY_CAP: usize = 64 << 10;
/// A reply that is no success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The request.
    pub address: Address,
    /// The HTTP status.
    pub status: u16,
    /// The service's code, such as `Authorization_RequestDenied`. Untrusted text.
    pub code: Option<Veiled>,
    /// The service's words. Untrusted text.
    pub message: Option<Veiled>,
    /// The service's id for the request, to quote to support. Untrusted text.
    pub request_id: Option<Veiled>,
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
    pub(super) fn read(address: Address, status: u16, headers: &HeaderMap, body: &[u8], veil: &Veil) -> Self {
        let root: Value = serde_json::from_slice(body).unwrap_or_default();
        let root = root.as_object();
        let error = root.and_then(|o| get(o, "odata.error").or_else(|| get(o, "error"))).and_then(Value::as_object);
        let text = |name| error.and_then(|e| get(e, name)).and_then(words).filter(|t| !t.is_empty());
        let inner = error.and_then(|e| get(e, "innererror")).and_then(Value::as_object);
        let inner_id = inner.and_then(|i| get(i, "request-id")).and_then(Value::as_str);
        Self {
            address,
            status,
            code: text("code").map(|code| veil.told_name(code)),
            message: text("message").map(|message| veil.told(message)),
            request_id: request_id(headers, veil).or_else(|| inner_id.map(|id| veil.told_name(id))),
        }
    }
}

/// The service's id for a request, from the headers of its reply.
pub(super) fn request_id(headers: &HeaderMap, veil: &Veil) -> Option<Veiled> {
    ["request-id", "x-ms-request-id"].iter().find_map(|name| Some(veil.told_name(headers.get(*name)?.to_str().ok()?)))
}

/// A text, or the one beside its language.
fn words(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| get(value.as_object()?, "value")?.as_str())
}

/// The member of that name, whatever its case.
fn get<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    fn read(headers: &HeaderMap, body: &str) -> (Option<String>, Option<String>, Option<String>) {
        let veil = Veil::default();
        let address = Address::of(&Url::parse("https://h/p").unwrap(), &veil);
        let refusal = Refusal::read(address, 400, headers, body.as_bytes(), &veil);
        let text = |veiled: Option<Veiled>| veiled.map(|text| text.to_string());
        (text(refusal.code), text(refusal.message), text(refusal.request_id))
    }

    #[test]
    fn code_message_and_id_are_found_in_every_spelling() {
        let all = (Some("BadRequest".into()), Some("Invalid filter clause".into()), Some("r-1".into()));
        for body in [
            r#"{"error":{"code":"BadRequest","message":"Invalid filter clause","innerError":{"request-id":"r-1"}}}"#,
            r#"{"error":{"code":"BadRequest","message":"Invalid filter clause","innererror":{"date":"x","request-id":"r-1"}}}"#,
            r#"{"odata.error":{"code":"BadRequest","message":{"lang":"en","value":"Invalid filter clause"},"innerError":{"request-id":"r-1"}}}"#,
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
            r#"{"odata.error":{"code":{},"message":{"lang":"en","value":7}}}"#,
            r#"{"odata.error":null,"error":[]}"#,
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
