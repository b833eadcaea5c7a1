//! One attempt: send, read the whole reply under its caps, say what came of it.
//!
//! A body that ends before its announced length, its last chunk or its checksum is no reply. One that is delimited by the
//! end of the connection alone (HTTP/1.0) can be cut without a trace here; then the decoder misses the end of the JSON.

use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{RequestBuilder, Response};
use tokio::time::{Instant, timeout};
use url::Url;

use super::effort::{Effort, Pulse, Timeouts};
use super::refusal::{BODY_CAP, request_id};
use super::retry::Outcome;
use super::sign_in::SignInFailure;
use super::transport::{HEADER_CAP, fault};
use super::{Address, Error, Fault, GaveUp, Refusal, body, retry_after};
use crate::veil::{Veil, Veiled};
use crate::wire::Reply;

/// Time for the body of an error reply, which is a courtesy.
const COURTESY: Duration = Duration::from_secs(5);

/// An attempt that brought no reply.
#[derive(Debug)]
pub(super) enum Failure {
    Refused { refusal: Box<Refusal>, told: Option<Duration> },
    Redirect { status: u16, host: Veiled },
    TooLarge { limit: usize },
    Fault(Fault),
    SignIn(SignInFailure),
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
            Self::SignIn(failure) => failure.outcome(),
        }
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

    /// How long another attempt would fail the same way.
    pub(super) fn rest(&self) -> Duration {
        if let Self::SignIn(failure) = self { failure.rest() } else { Duration::ZERO }
    }

    /// The status of the reply, if there was one.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal.status),
            Self::Redirect { status, .. } => Some(*status),
            Self::TooLarge { .. } | Self::Fault(_) | Self::SignIn(_) => None,
        }
    }

    /// What went wrong, in the service's code or in our words.
    pub(super) fn shown(&self, veil: &Veil) -> Option<Veiled> {
        match self {
            Self::Refused { refusal, .. } => refusal.code.clone(),
            Self::Redirect { host, .. } => Some(veil.told(&format!("it leads to another place: {host}"))),
            Self::TooLarge { limit } => Some(veil.told(&format!("the reply is larger than {limit} bytes"))),
            Self::Fault(fault) => Some(veil.told(&fault.to_string())),
            Self::SignIn(failure) => Some(veil.told(&failure.error.to_string())),
        }
    }

    pub(super) fn is_sign_in(&self) -> bool {
        matches!(self, Self::SignIn(_))
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

/// Sends one request and reads its reply and status, for as long as the request may go without progress.
pub(super) async fn attempt(
    request: RequestBuilder,
    (url, veil): (&Url, &Veil),
    timeouts: &Timeouts,
    effort: &mut Effort,
) -> Result<(u16, Reply), Failure> {
    let mut response = head(request, timeouts, effort).await?;
    let status = response.status().as_u16();
    if header_bytes(response.headers()) > HEADER_CAP as usize {
        return Err(Failure::TooLarge { limit: HEADER_CAP as usize });
    }
    match status {
        // 206 answers a range, and none was asked for: part of a page is no page.
        200..=205 | 207..=299 => {
            let request_id = request_id(response.headers(), veil);
            let next = next_page(response.headers());
            let mut pulse = Pulse::new(timeouts, effort.left());
            let (body, ended) = body::read(&mut response, timeouts.body, &mut pulse).await;
            effort.spend(pulse.behind());
            ended.map(|()| (status, Reply { body, next, request_id, sent: None }))
        }
        300..=399 => Err(Failure::Redirect { status, host: veil.told(&redirect_host(url, response.headers())) }),
        _ => Err(refused(response, (url, veil), effort).await),
    }
}

async fn head(request: RequestBuilder, timeouts: &Timeouts, effort: &mut Effort) -> Result<Response, Failure> {
    let (begun, time) = (Instant::now(), timeouts.first_byte.min(effort.left()));
    let response = timeout(time, request.send()).await;
    effort.spend(begun.elapsed());
    response.map_err(|_| Failure::Fault(Fault::Silent(time)))?.map_err(|e| Failure::Fault(fault(e)))
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

/// An error reply. Its body is a courtesy: when it breaks off, is too long or too slow, what was read has to do.
async fn refused(mut response: Response, (url, veil): (&Url, &Veil), effort: &mut Effort) -> Failure {
    let mut pulse = Pulse::within(COURTESY.min(effort.left()));
    let (body, _) = body::read(&mut response, BODY_CAP, &mut pulse).await;
    effort.spend(pulse.behind());
    let (address, status) = (Address::of(url, veil), response.status().as_u16());
    let refusal = Refusal::read(address, status, response.headers(), &body, veil);
    Failure::Refused { refusal: Box::new(refusal), told: told(response.headers()) }
}

#[expect(clippy::disallowed_methods, reason = "measures a Retry-After date when the reply itself carries no date")]
pub(super) fn told(headers: &HeaderMap) -> Option<Duration> {
    retry_after::told(headers, chrono::Utc::now())
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

fn redirect_host(url: &Url, headers: &HeaderMap) -> String {
    let to = headers.get(LOCATION).and_then(|to| url.join(to.to_str().ok()?).ok());
    to.as_ref().and_then(Url::host_str).unwrap_or_default().to_owned()
}
