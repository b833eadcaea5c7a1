//! Carries token requests for the identity library, under the rules of `http::transport` and with caps of its own.
//!
//! The library reads any reply as its JSON, so a gateway's HTML page would come out as a parse error and a 503 would be
//! lost; and it reads a refusal into borrowed text, which fails on every escape (`azure_identity` 1.0), and the service's
//! descriptions hold line ends always. So whatever is no success is turned into a typed error here.

use std::time::Duration;

use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::Headers;
use azure_core::http::response::PinnedStream;
use azure_core::http::{AsyncRawResponse, HttpClient, RawResponse, Request, StatusCode};
use futures::{StreamExt as _, future};
use serde::Deserialize;
use tokio::time::timeout;
use url::Url;

use crate::http;
use crate::http::transport::{self, TransportOptions};

/// Most bytes of a token reply.
const BODY_CAP: usize = 1 << 20;
/// Time for a token request, with its reply.
const LONGEST: Duration = Duration::from_secs(30);

/// The transport handed to the identity library.
#[derive(Debug, Clone)]
pub(super) struct TokenTransport(reqwest::Client);

impl TokenTransport {
    pub(super) fn new(authority: &Url, options: &TransportOptions) -> Result<Self, http::Error> {
        transport::client(authority, options).map(Self)
    }
}

#[async_trait::async_trait]
impl HttpClient for TokenTransport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let exchange = async {
            let (status, headers, body) = self.0.execute_request(request).await?.deconstruct();
            if (300..=399).contains(&u16::from(status)) {
                return Err(Error::with_message(ErrorKind::Other, "the sign-in service answered with a redirect"));
            }
            let body = capped(Box::pin(body)).collect::<Vec<_>>().await;
            let body = body.into_iter().collect::<azure_core::Result<Vec<_>>>()?.concat();
            if !status.is_success() {
                return Err(refusal(status, headers, &body));
            }
            Ok(AsyncRawResponse::from_bytes(status, headers, body))
        };
        timeout(LONGEST, exchange).await.unwrap_or_else(|_| {
            Err(Error::with_message(ErrorKind::Io, format!("no reply within {} s", LONGEST.as_secs())))
        })
    }
}

/// What the sign-in service says when it says no. A gateway's page says nothing, and leaves the defaults.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused {
    error: String,
    error_description: String,
    error_codes: Vec<i64>,
}

/// A refusal in the form that the library would give it.
fn refusal(status: StatusCode, headers: Headers, body: &[u8]) -> Error {
    let said: Refused = serde_json::from_slice(body).unwrap_or_default();
    let words = [said.error_description, said.error].into_iter().map(|text| one_line(&text)).find(|t| !t.is_empty());
    let message = words.unwrap_or_else(|| format!("the sign-in service answered with status {}", u16::from(status)));
    let error_code = said.error_codes.first().map(ToString::to_string);
    let raw_response = Some(Box::new(RawResponse::from_bytes(status, headers, "")));
    Error::with_message(ErrorKind::HttpResponse { status, error_code, raw_response }, message)
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
