//! Builds the HTTP clients: the one place that does, so that no other comes without these rules.
//!
//! - No redirects: on a redirect `reqwest` drops the token, but sends custom headers and request bodies to a foreign host
//!   (seen with 0.13.5: 307 repeats a POST with its `client_secret`).
//! - No proxy for loopback: with `HTTP_PROXY` set, a request to 127.0.0.1 goes to the proxy, token included.
//! - TLS 1.2 or later with the system's trust store, which TLS-inspecting networks add to; plain http only where the
//!   address itself is loopback (the connection's own check is stricter still).
//! - Dead connections are probed for: a backend that went away without a word is noticed long before a reply is overdue.
//! - No decompression of its own: `body` does it, and knows why.
//! - No retries of its own: what was not counted and paced here is not sent.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, ClientBuilder, tls};
use url::Url;

use super::{Error, Fault, pin};
use crate::causes::chain;

/// What this program calls itself.
pub const USER_AGENT: &str = concat!("auditql/", env!("CARGO_PKG_VERSION"));
/// How long a connection is silent before it is probed, and how long that may take.
const PROBED: Duration = Duration::from_secs(10);
/// Most bytes of header that are read of a reply.
pub(super) const HEADER_CAP: u32 = 64 << 10;

/// What can be chosen about connections.
#[derive(Debug, Clone)]
pub struct TransportOptions {
    /// Time to connect, TLS included.
    pub connect: Duration,
    /// Certificates of authorities that are trusted in addition to the system's.
    pub roots: Vec<Certificate>,
    /// How long a reply may be silent; `None` where who reads it keeps watch.
    pub silence: Option<Duration>,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), roots: Vec::new(), silence: None }
    }
}

/// A client for the host of `base`.
///
/// # Errors
/// When the system's certificates cannot be used.
pub fn client(base: &Url, options: &TransportOptions) -> Result<reqwest::Client, Error> {
    let loopback = pin::is_loopback(base);
    let builder = builder(options).https_only(!(loopback && base.scheme() == "http"));
    built(if loopback { builder.no_proxy() } else { builder })
}

/// A client for what is on this machine or beside it, as the platform's own endpoints are: without a proxy, and plain http
/// is meant. Who sends with it checks where to. `localhost` is this machine, whatever a resolver says.
///
/// # Errors
/// When the system's certificates cannot be used.
pub fn beside(options: &TransportOptions) -> Result<reqwest::Client, Error> {
    let here = [(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()];
    built(builder(options).no_proxy().resolve_to_addrs("localhost", &here))
}

fn builder(options: &TransportOptions) -> ClientBuilder {
    let builder = reqwest::Client::builder();
    let builder = options.silence.into_iter().fold(builder, ClientBuilder::read_timeout);
    builder
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .tls_version_min(tls::Version::TLS_1_2)
        .tls_certs_merge(options.roots.iter().cloned())
        .http2_max_header_list_size(HEADER_CAP)
        .http2_keep_alive_interval(PROBED)
        .http2_keep_alive_timeout(PROBED)
        .tcp_keepalive(PROBED)
        .tcp_keepalive_interval(PROBED / 2)
        .tcp_keepalive_retries(2)
        .connect_timeout(options.connect)
}

fn built(builder: ClientBuilder) -> Result<reqwest::Client, Error> {
    builder.build().map_err(|e| Error::Setup(e.without_url()))
}

/// The fault an error of `reqwest` stands for. `reqwest` prints whole URLs; they are taken out.
pub fn fault(error: reqwest::Error) -> Fault {
    let error = error.without_url();
    if refused_tls(&error) {
        Fault::Tls(error)
    } else if error.is_connect() {
        Fault::Connect(error)
    } else if error.is_builder() {
        Fault::Request(error)
    } else {
        Fault::Broken(error)
    }
}

/// Whether TLS was refused while connecting: rustls' errors come wrapped as I/O errors of kind "invalid data".
pub(super) fn refused_tls(error: &reqwest::Error) -> bool {
    error.is_connect()
        && chain(error).any(|e| e.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::InvalidData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn plain_http_leaves_for_loopback_addresses_only() {
        let send = async |base: &str, to: &str| {
            let client = client(&Url::parse(base).unwrap(), &TransportOptions::default()).unwrap();
            fault(client.get(to).send().await.unwrap_err())
        };
        let refused = send("https://graph.microsoft.com", "http://graph.microsoft.com/?CANARY").await;
        assert!(matches!(refused, Fault::Request(_)), "{refused:?}");
        assert!(!format!("{refused:?} {refused}").contains("CANARY"));
        // Port 1 of loopback: nothing listens there, but the request is let out.
        let sent = send("http://127.0.0.1:1", "http://127.0.0.1:1/?CANARY").await;
        assert!(matches!(sent, Fault::Connect(_)), "{sent:?}");
        assert!(!format!("{sent:?} {sent}").contains("CANARY"));
    }
}
