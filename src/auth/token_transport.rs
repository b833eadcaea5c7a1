//! Carries token requests for the identity library, under the rules of `http::transport` and with caps of its own.
//!
//! The library reads any reply as its JSON, so a gateway's HTML page would come out as a parse error and a 503 would be
//! lost: statuses that are not the sign-in service's own words are turned into typed errors here, redirects into a refusal.

use std::time::Duration;

use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::Headers;
use azure_core::http::response::PinnedStream;
use azure_core::http::{AsyncRawResponse, HttpClient, RawResponse, Request, StatusCode};
use futures::{StreamExt as _, future};
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
            own_words(status, &headers)?;
            let body = capped(Box::pin(body)).collect::<Vec<_>>().await;
            let body = body.into_iter().collect::<azure_core::Result<Vec<_>>>()?.concat();
            Ok(AsyncRawResponse::from_bytes(status, headers, body))
        };
        timeout(LONGEST, exchange).await.unwrap_or_else(|_| {
            Err(Error::with_message(ErrorKind::Io, format!("no reply within {} s", LONGEST.as_secs())))
        })
    }
}

/// Lets through what the sign-in service itself says: tokens and refusals.
fn own_words(status: StatusCode, headers: &Headers) -> azure_core::Result<()> {
    match u16::from(status) {
        200..=299 | 400 | 401 | 403 => Ok(()),
        300..=399 => Err(Error::with_message(ErrorKind::Other, "the sign-in service answered with a redirect")),
        code => {
            let raw_response = Some(Box::new(RawResponse::from_bytes(status, headers.clone(), "")));
            let kind = ErrorKind::HttpResponse { status, error_code: None, raw_response };
            Err(Error::with_message(kind, format!("the sign-in service answered with status {code}")))
        }
    }
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
