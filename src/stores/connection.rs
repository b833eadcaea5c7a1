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
use http_body_util::BodyExt as _;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
};
use reqwest::Method;
use reqwest::header::LOCATION;
use tokio::time::timeout;
use url::{Host, Url};

use super::refusal::{self, Refused};
use crate::causes;
use crate::files::StoreFault;
use crate::http::transport::{self, TransportOptions};
use crate::http::{Fault, pin};

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
pub(super) struct Connector(Arc<Channels>);

struct Channels {
    outside: reqwest::Client,
    /// For this machine and the platform's own endpoint: without a proxy.
    beside: reqwest::Client,
    reach: Reach,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connector").field(&self.0.reach).finish()
    }
}

impl Connector {
    /// Clients of such a transport.
    ///
    /// # Errors
    /// When the system's certificates cannot be used.
    pub(super) fn new(options: &TransportOptions, reach: Reach) -> Result<Self, StoreFault> {
        let options = TransportOptions { silence: Some(SILENCE), ..options.clone() };
        let failed = |error: crate::http::Error| StoreFault::Settings { why: causes::said(&error).join(": ") };
        let any =
            Url::parse("https://store.invalid").map_err(|error| StoreFault::Settings { why: error.to_string() })?;
        let outside = transport::client(&any, &options).map_err(failed)?;
        let beside = transport::beside(&options).map_err(failed)?;
        Ok(Self(Arc::new(Channels { outside, beside, reach })))
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
        let (parts, body) = request.into_parts();
        let mut to = Destination::of(&parts.uri.to_string()).map_err(lasting)?;
        // What is only read has one piece, or none.
        let body = body.as_bytes().cloned().unwrap_or_default();
        for _ in 0..HOPS {
            let mut request = reqwest::Request::new(parts.method.clone(), to.url.clone());
            *request.headers_mut() = parts.headers.clone();
            if !body.is_empty() {
                *request.body_mut() = Some(body.clone().into());
            }
            let reply = self.0.send(request, &to).await?;
            match self.0.next(&parts.method, &reply, &to.url) {
                Some(next) => to = Destination::of(next.as_str()).map_err(lasting)?,
                None => return answer(reply, to).await,
            }
        }
        Err(lasting(StoreFault::Redirected { to: format!("{}, again and again", to.host) }))
    }
}

impl Channels {
    async fn send(&self, request: reqwest::Request, to: &Destination) -> Result<reqwest::Response, HttpError> {
        let client = self.client(to).map_err(|fault| HttpError::new(HttpErrorKind::Unknown, fault))?;
        let time = if to.is_metadata { METADATA } else { FIRST_BYTE };
        match timeout(time, client.execute(request)).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => {
                let fault = transport::fault(error);
                let kind = match &fault {
                    Fault::Tls(_) | Fault::Request(_) => HttpErrorKind::Unknown,
                    Fault::Connect(_) => HttpErrorKind::Connect,
                    _ => HttpErrorKind::Interrupted,
                };
                Err(to.failed(kind, to.unreachable(&fault)))
            }
            Err(_) => Err(to.failed(HttpErrorKind::Timeout, to.unreachable(&Fault::Silent(time)))),
        }
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

/// What the library takes for an answer, or the fault that the reply stands for.
async fn answer(mut reply: reqwest::Response, to: Destination) -> Result<HttpResponse, HttpError> {
    let (status, headers) = (reply.status(), reply.headers().clone());
    let body = if status.is_success() {
        let broken = move |error: reqwest::Error| {
            let is_silent = error.is_timeout();
            let fault = if is_silent { Fault::Stalled(SILENCE) } else { transport::fault(error) };
            let kind = if is_silent { HttpErrorKind::Timeout } else { HttpErrorKind::Interrupted };
            to.failed(kind, to.unreachable(&fault))
        };
        HttpResponseBody::new(reqwest::Body::from(reply).map_err(broken))
    } else {
        let body = begin(&mut reply).await;
        match refusal::of(status, &headers, &body) {
            _ if to.is_metadata => return Err(to.failed(HttpErrorKind::Unknown, StoreFault::NoCredentials)),
            Refused::Answer => HttpResponseBody::from(body),
            Refused::Passing(fault) => return Err(to.failed(HttpErrorKind::Request, fault)),
            Refused::Lasting(fault) => return Err(to.failed(HttpErrorKind::Unknown, fault)),
        }
    };
    let mut response = HttpResponse::new(body);
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    Ok(response)
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
        let channels = |plain| Connector::new(&TransportOptions::default(), Reach { plain, follows: false }).unwrap();
        let may = |plain, uri: &str| channels(plain).0.client(&Destination::of(uri).unwrap()).is_ok();
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
