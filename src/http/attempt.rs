//! One attempt: send, read the whole reply under its caps, say what came of it.
//!
//! A body that ends before its announced length, its last chunk or its checksum is no reply. One that is delimited by the
//! end of the connection alone (HTTP/1.0) can be cut without a trace here; then the decoder misses the end of the JSON.

use std::time::Duration;

use azure_core::credentials::Secret;
use azure_core::error::ErrorKind;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{RequestBuilder, Response};
use tokio::time::timeout;
use url::{Url, form_urlencoded};

use super::refusal::{BODY_CAP, request_id};
use super::retry::Outcome;
use super::transport::{HEADER_CAP, chain, fault, refused_tls};
use super::{Address, Error, Fault, GaveUp, Refusal, SignIn, body, retry_after};
use crate::wire::Reply;

/// Longest message of a sign-in service that is kept.
const LONGEST_MESSAGE: usize = 4096;

/// How long each part of a reply may take, and how large it may be.
#[derive(Debug, Clone)]
pub struct Patience {
    /// To the first byte. Filters are evaluated before it, so this is the service's own limit (100 s) and not the idle one.
    pub first_byte: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    /// To the end of the body: one that trickles is never idle.
    pub whole: Duration,
    /// Most bytes of a body, decompressed.
    pub body: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(100),
            idle: Duration::from_secs(30),
            whole: Duration::from_mins(5),
            body: 64 << 20,
        }
    }
}

/// An attempt that brought no reply.
#[derive(Debug)]
pub(super) enum Failure {
    Refused { refusal: Box<Refusal>, told: Option<Duration> },
    Redirect { status: u16, host: String },
    TooLarge { limit: usize },
    Fault(Fault),
    SignIn(SignInFailure),
}

/// A sign-in that failed, and what that means for another attempt.
#[derive(Debug)]
pub(super) struct SignInFailure {
    pub(super) error: Box<SignIn>,
    outcome: Outcome,
}

impl Failure {
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::Refused { refusal, told } if refusal.is_throttle() && refusal.status == 403 => {
                Outcome::Status { status: 429, told: *told }
            }
            Self::Refused { refusal, told } => Outcome::Status { status: refusal.status, told: *told },
            Self::Fault(fault) if fault.is_passing() => Outcome::Fault,
            Self::Fault(_) | Self::Redirect { .. } | Self::TooLarge { .. } => Outcome::Permanent,
            Self::SignIn(failure) => failure.outcome,
        }
    }

    /// The same, should the service quote the token that it was sent.
    pub(super) fn without(mut self, secret: &str) -> Self {
        if let Self::Refused { refusal, .. } = &mut self {
            refusal.forget(secret);
        }
        self
    }

    /// Whether the service said "too many requests".
    pub(super) fn is_throttle(&self) -> bool {
        matches!(self, Self::Refused { refusal, .. } if refusal.is_throttle())
    }

    /// Whether the wait before the retry is imposed on all requests of the quota family.
    pub(super) fn pauses_family(&self) -> bool {
        let named = matches!(self, Self::Refused { refusal, told: Some(_) } if refusal.status == 503);
        named || self.is_throttle()
    }

    /// Whether the request surely never reached the service.
    pub(super) fn is_unsent(&self) -> bool {
        matches!(self, Self::SignIn(_) | Self::Fault(Fault::Connect(_) | Fault::Tls(_) | Fault::Request(_)))
    }

    /// Whether the host answered.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Redirect { .. } | Self::TooLarge { .. })
    }

    pub(super) fn into_error(self, because: GaveUp, address: Address) -> Error {
        match self {
            Self::Refused { refusal, .. } if refusal.status == 401 => Error::TokenRejected(refusal),
            Self::Refused { refusal, .. } if because == GaveUp::Final => Error::Refused(refusal),
            Self::Refused { refusal, .. } if refusal.is_throttle() => Error::Throttled { because, last: refusal },
            Self::Refused { refusal, .. } => Error::Unavailable { because, last: refusal },
            Self::Redirect { status, host } => Error::Redirect { address, status, host },
            Self::TooLarge { limit } => Error::TooLarge { address, limit },
            Self::Fault(fault) => Error::Unreachable { address, because, fault },
            Self::SignIn(failure) => Error::SignIn(failure.error),
        }
    }
}

/// Sends one request and reads its reply.
pub(super) async fn attempt(request: RequestBuilder, url: &Url, patience: &Patience) -> Result<Reply, Failure> {
    timeout(patience.whole, exchange(request, url, patience))
        .await
        .unwrap_or(Err(Failure::Fault(Fault::Slow(patience.whole))))
}

async fn exchange(request: RequestBuilder, url: &Url, patience: &Patience) -> Result<Reply, Failure> {
    let mut response = timeout(patience.first_byte, request.send())
        .await
        .map_err(|_| Failure::Fault(Fault::Silent(patience.first_byte)))?
        .map_err(|e| Failure::Fault(fault(e)))?;
    let status = response.status().as_u16();
    if header_bytes(response.headers()) > HEADER_CAP as usize {
        return Err(Failure::TooLarge { limit: HEADER_CAP as usize });
    }
    match status {
        // 206 answers a range, and none was asked for: part of a page is no page.
        200..=205 | 207..=299 => {
            let request_id = request_id(response.headers());
            let next = next_page(response.headers());
            let (body, ended) = body::read(&mut response, patience.body, patience.idle).await;
            ended.map(|()| Reply { body, next, request_id })
        }
        300..=399 => Err(Failure::Redirect { status, host: redirect_host(url, response.headers()) }),
        _ => Err(refused(response, url, patience.idle).await),
    }
}

/// The next page of a listing of the Management Activity API. Its documents give the header two names; what is named much
/// like them counts as well, since a listing must not end without a word.
fn next_page(headers: &HeaderMap) -> Option<String> {
    let mut links = headers.iter().filter(|(name, _)| is_next(name.as_str())).map(|(_, link)| link);
    let link = links.next()?;
    let only = links.all(|other| other == link);
    // What is no text is no link, and of two that differ none is: it is refused where it is followed.
    Some(link.to_str().ok().filter(|_| only).unwrap_or("\u{fffd}").to_owned())
}

fn is_next(header: &str) -> bool {
    let letters: String = header.chars().filter(char::is_ascii_alphanumeric).collect();
    ["nextpageuri", "nextpageurl", "nextpagelink", "nextpage", "nextlink"].iter().any(|end| letters.ends_with(end))
}

/// An error reply. Its body is a courtesy: when it breaks off or is too long, what was read has to do.
async fn refused(mut response: Response, url: &Url, idle: Duration) -> Failure {
    let (body, _) = body::read(&mut response, BODY_CAP, idle).await;
    let refusal = Refusal::read(Address::of(url), response.status().as_u16(), response.headers(), &body);
    Failure::Refused { refusal: Box::new(refusal), told: told(response.headers()) }
}

#[expect(clippy::disallowed_methods, reason = "measures a Retry-After date when the reply itself carries no date")]
fn told(headers: &HeaderMap) -> Option<Duration> {
    retry_after::told(headers, chrono::Utc::now())
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

fn redirect_host(url: &Url, headers: &HeaderMap) -> String {
    let to = headers.get(LOCATION).and_then(|to| url.join(to.to_str().ok()?).ok());
    to.as_ref().and_then(Url::host_str).unwrap_or_default().to_owned()
}

impl SignInFailure {
    /// Reads the library's error, which wraps the reply of the sign-in service; of that only status, code and message
    /// are kept, since it may echo what was sent.
    pub(super) fn of(error: &azure_core::Error, secrets: &[Secret]) -> Self {
        let inner = chain(error).filter_map(|e| e.downcast_ref::<azure_core::Error>());
        let deepest = inner.last().unwrap_or(error);
        let (status, code, told) = match deepest.kind() {
            ErrorKind::HttpResponse { status, error_code, raw_response } => {
                let told = raw_response.as_ref().and_then(|r| told_by(r.headers()));
                (Some(u16::from(*status)), error_code.as_deref().map(|c| format!("AADSTS{c}")), told)
            }
            _ => (None, None, None),
        };
        let passing = matches!(deepest.kind(), ErrorKind::Connection | ErrorKind::Io) && secured(deepest);
        let outcome = match status {
            // A 401 of the sign-in service is a rejected secret. A new credential would send the same.
            Some(status) if status != 401 => Outcome::Status { status, told },
            None if passing => Outcome::Fault,
            _ => Outcome::Permanent,
        };
        let message = scrubbed(&message(deepest), secrets);
        Self { error: Box::new(SignIn { status, code, message }), outcome }
    }
}

fn told_by(headers: &azure_core::http::headers::Headers) -> Option<Duration> {
    let mut map = HeaderMap::new();
    for (name, value) in [("retry-after", reqwest::header::RETRY_AFTER), ("date", reqwest::header::DATE)] {
        let text = headers.get_optional_str(&name.into()).and_then(|v| v.parse().ok());
        text.map(|text| map.insert(value, text));
    }
    told(&map)
}

fn secured(error: &azure_core::Error) -> bool {
    !chain(error).any(|e| e.downcast_ref::<reqwest::Error>().is_some_and(refused_tls))
}

/// The error's words and those of its causes, which say what was wrong with a connection or a certificate.
fn message(error: &azure_core::Error) -> String {
    let mut parts: Vec<String> = chain(error).map(ToString::to_string).collect();
    parts.dedup();
    parts.join(": ")
}

/// Takes the secrets out of a text, also in their percent-encoded spellings.
fn scrubbed(text: &str, secrets: &[Secret]) -> String {
    let secrets = secrets.iter().map(Secret::secret).filter(|s| !s.is_empty());
    let spellings = secrets.flat_map(|s| {
        let form = form_urlencoded::byte_serialize(s.as_bytes()).collect::<String>();
        [s.to_owned(), form, utf8_percent_encode(s, NON_ALPHANUMERIC).to_string()]
    });
    let text = spellings.fold(text.to_owned(), |text, spelling| text.replace(&spelling, "***"));
    text.chars().take(LONGEST_MESSAGE).collect()
}
