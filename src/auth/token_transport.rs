//! Carries token requests for the identity library, under the rules of `http::transport` and with caps of its own.
//!
//! The library reads any reply as its JSON, so a gateway's HTML page would come out as a parse error and a 503 would be
//! lost; it reads a refusal into borrowed text, which fails on every escape (`azure_identity` 1.0), and the service's
//! descriptions hold line ends always; and it adds whatever life a reply claims to the clock, which panics for one of a
//! trillion years. So whatever is no success is turned into a typed error here, and a success is looked at.

use std::time::Duration;

use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::Headers;
use azure_core::http::response::PinnedStream;
use azure_core::http::{AsyncRawResponse, HttpClient, RawResponse, Request, StatusCode};
use futures::{StreamExt as _, future};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;
use url::Url;

use crate::http;
use crate::http::transport::{self, TransportOptions};

/// Most bytes of a token reply.
const BODY_CAP: usize = 1 << 20;
/// Time for a token request, with its reply.
const LONGEST: Duration = Duration::from_secs(30);
/// Longest life of a token that is believed, in seconds. None lives longer than 28 hours.
const LONGEST_LIFE: u64 = 366 * 24 * 3600;

/// The transport handed to the identity library.
#[derive(Debug, Clone)]
pub(super) struct TokenTransport(reqwest::Client);

/// A reply, whatever it says.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: Headers,
    pub(super) body: Vec<u8>,
}

impl TokenTransport {
    pub(super) fn new(authority: &Url, options: &TransportOptions) -> Result<Self, http::Error> {
        transport::client(authority, options).map(Self)
    }

    /// For an endpoint on this machine.
    pub(super) fn beside(options: &TransportOptions) -> Result<Self, http::Error> {
        transport::beside(options).map(Self)
    }

    /// Sends a request and reads its reply to the end.
    pub(super) async fn exchange(&self, request: &Request) -> azure_core::Result<Answer> {
        let exchange = async {
            let (status, headers, body) = self.0.execute_request(request).await?.deconstruct();
            if (300..=399).contains(&u16::from(status)) {
                return Err(Error::with_message(ErrorKind::Other, "the sign-in service answered with a redirect"));
            }
            let body = capped(Box::pin(body)).collect::<Vec<_>>().await;
            let body = body.into_iter().collect::<azure_core::Result<Vec<_>>>()?.concat();
            Ok(Answer { status, headers, body })
        };
        timeout(LONGEST, exchange).await.unwrap_or_else(|_| {
            Err(Error::with_message(ErrorKind::Io, format!("no reply within {} s", LONGEST.as_secs())))
        })
    }
}

#[async_trait::async_trait]
impl HttpClient for TokenTransport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let answer = self.exchange(request).await?;
        if !answer.status.is_success() {
            let refused = Refused::of(&answer.body);
            return Err(refused.into_error(answer.status, answer.headers, str::to_owned));
        }
        check(&answer.body).map_err(|words| Error::with_message(ErrorKind::DataConversion, words))?;
        Ok(AsyncRawResponse::from_bytes(answer.status, answer.headers, answer.body))
    }
}

/// Whether a success is a token, in words that do not quote it: a reply may hold half of one.
pub(super) fn check(body: &[u8]) -> Result<Value, &'static str> {
    let reply: Value = serde_json::from_slice(body).map_err(|_| "the sign-in service's reply is not JSON")?;
    let Some(token) = reply["access_token"].as_str().filter(|token| !token.is_empty()) else {
        return Err("the reply holds no token");
    };
    // No header could carry it.
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the reply's token has characters that no token has");
    }
    let life = &reply["expires_in"];
    // Endpoints of platforms write numbers as text.
    let seconds = life.as_u64().or_else(|| life.as_str().and_then(|text| text.parse().ok()));
    if !life.is_null() && seconds.is_none_or(|seconds| seconds > LONGEST_LIFE) {
        return Err("the reply's token has no sensible life");
    }
    Ok(reply)
}

/// What the sign-in service says when it says no. A gateway's page says nothing, and leaves the defaults.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Refused {
    /// The kind of refusal, for programs.
    pub(super) error: String,
    error_description: String,
    error_codes: Vec<i64>,
    /// How the endpoint of App Service says it.
    message: String,
}

impl Refused {
    pub(super) fn of(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// A refusal in the form that the library would give it.
    pub(super) fn into_error(self, status: StatusCode, headers: Headers, veil: impl Fn(&str) -> String) -> Error {
        let words = [self.error_description, self.message, self.error].into_iter();
        let words = words.map(|text| veil(&one_line(&text))).find(|text| !text.is_empty());
        let words = words.unwrap_or_else(|| format!("the sign-in service answered with status {}", u16::from(status)));
        let error_code = self.error_codes.first().map(ToString::to_string);
        let raw_response = Some(Box::new(RawResponse::from_bytes(status, headers, "")));
        Error::with_message(ErrorKind::HttpResponse { status, error_code, raw_response }, words)
    }
}

/// A description, whose trace id, correlation id and time stand on lines of their own.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The body up to its cap, then an error.
fn capped(body: PinnedStream) -> impl futures::Stream<Item = azure_core::Result<azure_core::Bytes>> + Send {
    body.scan(Some(BODY_CAP), |left, piece| {
        let Some(room) = *left else { return future::ready(None) };
        let size = piece.as_ref().map_or(0, azure_core::Bytes::len);
        *left = room.checked_sub(size);
        let too_large = || Err(Error::with_message(ErrorKind::Other, "the sign-in service's reply is too large"));
        future::ready(Some(if left.is_some() { piece } else { too_large() }))
    })
}
