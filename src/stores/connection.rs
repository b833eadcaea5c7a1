//! The way on which requests of the library go out: through our transport, and no further than the store itself.
//!
//! The library decides what is asked, signs it, and asks again where that can help. What comes back and is no answer becomes
//! a [`StoreFault`] here, where the reply is at hand; the library's own errors hold whole requests.

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, Stream};
use http_body::Frame;
use http_body_util::StreamBody;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
};
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, HeaderValue, LOCATION, RANGE};
use reqwest::{Method, StatusCode};
use tokio::time::{Instant, timeout, timeout_at};
use url::{Host, Url};

use super::entry::Entry;
use super::refusal::{self, Refused};
use crate::causes;
use crate::files::StoreFault;
use crate::http::transport::{self, TransportOptions};
use crate::http::{Fault, pin};
use crate::veil::Veil;

/// To the head of a reply, as for services.
const FIRST_BYTE: Duration = Duration::from_secs(45);
/// A body that stands still for so long has ended.
const SILENCE: Duration = Duration::from_secs(20);
/// For the platform's own endpoint, which is beside this machine or is not there at all.
const METADATA: Duration = Duration::from_secs(2);
/// Most bytes of a refusal that are read.
const REFUSAL: usize = 64 << 10;
/// Most redirects within a host.
const HOPS: usize = 5;

/// How far requests may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reach {
    /// Without encryption to other machines too, as the environment says.
    pub(super) plain: bool,
    /// After redirects, as long as they stay with the host. What is signed is signed for one path.
    pub(super) follows: bool,
}

/// Makes the library's clients. Clones have the same connections.
#[derive(Clone)]
pub(super) struct Connector {
    channels: Arc<Channels>,
    /// What stands behind the address of a link. It may sign one kind of request alone: GET.
    query: Option<Arc<str>>,
}

struct Channels {
    outside: reqwest::Client,
    /// For this machine and the platform's own endpoint: without a proxy.
    beside: reqwest::Client,
    reach: Reach,
    /// What is asked, as it is called: `s3://evidence`.
    store: Arc<str>,
    veil: Veil,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connector").field(&self.channels.reach).finish()
    }
}

impl Connector {
    /// Clients of such a transport for a store of that name; what is said of its requests is behind the veil.
    ///
    /// # Errors
    /// When the system's certificates cannot be used.
    pub(super) fn new(
        options: &TransportOptions,
        reach: Reach,
        (store, veil): (&str, Veil),
    ) -> Result<Self, StoreFault> {
        let options = TransportOptions { silence: Some(SILENCE), ..options.clone() };
        let failed = |error: crate::http::Error| StoreFault::Settings { why: causes::said(&error).join(": ") };
        let any =
            Url::parse("https://store.invalid").map_err(|error| StoreFault::Settings { why: error.to_string() })?;
        let outside = transport::client(&any, &options).map_err(failed)?;
        let beside = transport::beside(&options).map_err(failed)?;
        let channels = Channels { outside, beside, reach, store: store.into(), veil };
        Ok(Self { channels: Arc::new(channels), query: None })
    }

    /// The same for a link, whose query goes with each request.
    #[cfg_attr(not(feature = "https"), allow(dead_code, reason = "only a web server has links"))]
    pub(super) fn with_query(self, query: Option<String>) -> Self {
        Self { query: query.map(Into::into), ..self }
    }
}

impl HttpConnector for Connector {
    /// The library's options are not used: ours are stricter.
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

/// Where a request goes, as far as it decides how.
struct Destination {
    url: Url,
    host: String,
    /// It asks the platform who this machine is.
    is_metadata: bool,
}

impl Destination {
    fn of(uri: &str) -> Result<Self, StoreFault> {
        let url = Url::parse(uri).map_err(|error| StoreFault::Address { why: error.to_string() })?;
        let host = url.host_str().unwrap_or_default().to_owned();
        Ok(Self { is_metadata: is_metadata(&url), url, host })
    }

    fn unreachable(&self, fault: &Fault) -> StoreFault {
        if self.is_metadata {
            return StoreFault::NoCredentials;
        }
        // What is said between them names the layers of the libraries.
        let innermost = causes::chain(fault).skip(1).last();
        let why = innermost.map_or_else(|| fault.to_string(), |cause| format!("{fault}: {cause}"));
        StoreFault::Unreachable { host: self.host.clone(), why }
    }

    /// As the library has it, which asks again unless that cannot help.
    fn failed(&self, kind: HttpErrorKind, fault: StoreFault) -> HttpError {
        HttpError::new(if self.is_metadata { HttpErrorKind::Unknown } else { kind }, fault)
    }
}

/// Whether an address is that of a platform's own endpoint, which gives credentials to the machines on it.
fn is_metadata(url: &Url) -> bool {
    let own = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_link_local() || ip == Ipv4Addr::new(169, 254, 169, 254),
        Some(Host::Domain(name)) => name == "metadata.google.internal" || name == "metadata",
        _ => false,
    };
    // Elsewhere a path of that name is a file's, and no reason to send anything without encryption.
    let stand_in = ["/latest/api/token", "/latest/meta-data/"].iter().any(|path| url.path().starts_with(path));
    own || stand_in && pin::is_loopback(url)
}

#[async_trait]
impl HttpService for Connector {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let lasting = |fault| HttpError::new(HttpErrorKind::Unknown, fault);
        let (mut parts, body) = request.into_parts();
        let mut to = Destination::of(&parts.uri.to_string()).map_err(lasting)?;
        let is_head = self.query.is_some() && parts.method == Method::HEAD;
        if let Some(query) = &self.query {
            to.url.set_query(Some(query));
        }
        if is_head {
            // Who signs a link signs GET: the first byte tells as much.
            parts.method = Method::GET;
            parts.headers.insert(RANGE, HeaderValue::from_static("bytes=0-0"));
        }
        // What is only read has one piece, or none.
        let body = body.as_bytes().cloned().unwrap_or_default();
        for _ in 0..HOPS {
            let mut request = reqwest::Request::new(parts.method.clone(), to.url.clone());
            *request.headers_mut() = parts.headers.clone();
            if !body.is_empty() {
                *request.body_mut() = Some(body.clone().into());
            }
            let named = (&self.channels.store, &self.channels.veil);
            let mut entry = Entry::begin(named, &parts.method, &to.url).map_err(lasting)?;
            let reply = self.channels.send(request, &to, &mut entry).await?;
            match self.channels.next(&parts.method, &reply, &to.url) {
                Some(next) => to = Destination::of(next.as_str()).map_err(lasting)?,
                None => {
                    let known = if is_head { head(&reply) } else { None };
                    return match known {
                        Some(head) => Ok(head),
                        None if is_head && reply.status().is_success() => Err(lasting(StoreFault::NoLength)),
                        None => answer(reply, to, entry).await,
                    };
                }
            }
        }
        Err(lasting(StoreFault::Redirected { to: format!("{}, again and again", to.host) }))
    }
}

impl Channels {
    /// Sends a request, and waits for the head of its reply: no longer than the statement has time.
    async fn send(
        &self,
        request: reqwest::Request,
        to: &Destination,
        entry: &mut Option<Entry>,
    ) -> Result<reqwest::Response, HttpError> {
        let client = self.client(to).map_err(|fault| HttpError::new(HttpErrorKind::Unknown, fault))?;
        let patience = if to.is_metadata { METADATA } else { FIRST_BYTE };
        let patient = Instant::now() + patience;
        let deadline = entry.as_ref().and_then(Entry::deadline);
        let (kind, fault) =
            match timeout_at(deadline.map_or(patient, |end| end.min(patient)), client.execute(request)).await {
                Ok(Ok(reply)) => {
                    entry.iter_mut().for_each(|entry| entry.answered(reply.status().as_u16()));
                    return Ok(reply);
                }
                Ok(Err(error)) => {
                    let fault = transport::fault(error);
                    let kind = match &fault {
                        Fault::Tls(_) | Fault::Request(_) => HttpErrorKind::Unknown,
                        Fault::Connect(_) => HttpErrorKind::Connect,
                        _ => HttpErrorKind::Interrupted,
                    };
                    (kind, to.unreachable(&fault))
                }
                Err(_) => match entry {
                    Some(entry) if deadline.is_some_and(|end| end < patient) => {
                        return Err(HttpError::new(HttpErrorKind::Unknown, entry.late()));
                    }
                    _ => (HttpErrorKind::Timeout, to.unreachable(&Fault::Silent(patience))),
                },
            };
        entry.iter_mut().for_each(|entry| entry.fail(&fault));
        Err(to.failed(kind, fault))
    }

    /// The client for a destination.
    fn client(&self, to: &Destination) -> Result<&reqwest::Client, StoreFault> {
        let is_here = pin::is_loopback(&to.url) || to.host == "localhost";
        match to.url.scheme() {
            "https" if !is_here => Ok(&self.outside),
            "http" if !(is_here || to.is_metadata || self.reach.plain) => {
                Err(StoreFault::Plain { host: to.host.clone() })
            }
            _ => Ok(&self.beside),
        }
    }

    /// Where a reply leads on to, if it may be followed.
    fn next(&self, method: &Method, reply: &reqwest::Response, from: &Url) -> Option<Url> {
        let leads =
            self.reach.follows && reply.status().is_redirection() && matches!(*method, Method::GET | Method::HEAD);
        let next = reply.headers().get(LOCATION).filter(|_| leads)?.to_str().ok()?;
        from.join(next).ok().filter(|next| next.origin() == from.origin())
    }
}

/// What the reply to a request for the first byte tells of a file: nothing, if it is no success or does not say how long that is.
fn head(reply: &reqwest::Response) -> Option<HttpResponse> {
    let said = |name| reply.headers().get(name).and_then(|value| value.to_str().ok());
    let total = || said(CONTENT_RANGE).and_then(|range| range.rsplit_once('/')).map(|(_, total)| total.to_owned());
    let length = match reply.status() {
        StatusCode::PARTIAL_CONTENT => total()?,
        // Of an empty file there is no first byte.
        StatusCode::RANGE_NOT_SATISFIABLE => total().filter(|total| total == "0")?,
        status if status.is_success() => said(CONTENT_LENGTH)?.to_owned(),
        _ => return None,
    };
    let mut response = HttpResponse::new(HttpResponseBody::from(Bytes::new()));
    *response.headers_mut() = reply.headers().clone();
    response.headers_mut().remove(CONTENT_RANGE);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_str(&length).ok()?);
    Some(response)
}

/// What the library takes for an answer, or the fault that the reply stands for.
async fn answer(
    mut reply: reqwest::Response,
    to: Destination,
    mut entry: Option<Entry>,
) -> Result<HttpResponse, HttpError> {
    let (status, headers) = (reply.status(), reply.headers().clone());
    let body = if status.is_success() {
        HttpResponseBody::new(StreamBody::new(pieces(reply, to, entry)))
    } else {
        let body = begin(&mut reply).await;
        let (kind, fault) = match refusal::of(status, &headers, &body) {
            _ if to.is_metadata => (HttpErrorKind::Unknown, StoreFault::NoCredentials),
            Refused::Answer => {
                let mut response = HttpResponse::new(HttpResponseBody::from(body));
                (*response.status_mut(), *response.headers_mut()) = (status, headers);
                return Ok(response);
            }
            Refused::Passing(fault) => (HttpErrorKind::Request, fault),
            Refused::Lasting(fault) => (HttpErrorKind::Unknown, fault),
        };
        entry.iter_mut().for_each(|entry| entry.fail(&fault));
        return Err(to.failed(kind, fault));
    };
    let mut response = HttpResponse::new(body);
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    Ok(response)
}

/// The pieces of a body, as long as they come and the statement has time. Its request is entered when they end.
fn pieces(
    reply: reqwest::Response,
    to: Destination,
    entry: Option<Entry>,
) -> impl Stream<Item = Result<Frame<Bytes>, HttpError>> {
    stream::unfold(Some((reply, to, entry)), |body| async move {
        let (mut reply, to, mut entry) = body?;
        let next = match entry.as_ref().and_then(Entry::deadline) {
            Some(deadline) => timeout_at(deadline, reply.chunk()).await.ok(),
            None => Some(reply.chunk().await),
        };
        let (kind, fault) = match next {
            Some(Ok(None)) => return None,
            Some(Ok(Some(piece))) => {
                entry.iter_mut().for_each(|entry| entry.bytes += piece.len() as u64);
                return Some((Ok(Frame::data(piece)), Some((reply, to, entry))));
            }
            Some(Err(error)) if error.is_timeout() => {
                (HttpErrorKind::Timeout, to.unreachable(&Fault::Stalled(SILENCE)))
            }
            Some(Err(error)) => (HttpErrorKind::Interrupted, to.unreachable(&transport::fault(error))),
            None => {
                let fault = entry.as_mut().map_or(StoreFault::Time, Entry::late);
                return Some((Err(HttpError::new(HttpErrorKind::Unknown, fault)), None));
            }
        };
        entry.iter_mut().for_each(|entry| entry.fail(&fault));
        Some((Err(to.failed(kind, fault)), None))
    })
}

/// The first bytes of a refusal. One that breaks off says as much as came of it.
async fn begin(reply: &mut reqwest::Response) -> Bytes {
    let mut all = Vec::new();
    while let Ok(Ok(Some(piece))) = timeout(SILENCE, reply.chunk()).await {
        all.extend_from_slice(&piece[..piece.len().min(REFUSAL - all.len())]);
        if all.len() == REFUSAL {
            break;
        }
    }
    all.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_beside_this_machine_is_asked_without_encryption() {
        let channels = |plain| {
            Connector::new(
                &TransportOptions::default(),
                Reach { plain, follows: false },
                ("s3://evidence", Veil::default()),
            )
            .unwrap()
        };
        let may = |plain, uri: &str| channels(plain).channels.client(&Destination::of(uri).unwrap()).is_ok();
        for uri in [
            "https://s3.example/b",
            "http://127.0.0.1:9000/b",
            "http://localhost:9000/b",
            "http://169.254.169.254/latest/x",
        ] {
            assert!(may(false, uri), "{uri}");
        }
        for uri in [
            "http://s3.example/b",
            "http://10.0.0.1:9000/b",
            "http://localhost.example/b",
            "http://s3.example/latest/meta-data/x",
        ] {
            assert!(!may(false, uri) && may(true, uri), "{uri}");
        }
    }
}
