//! Whether a host is there at all: asked without a token, for what any host answers.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::DATE;
use tokio::time::{Instant, timeout};
use url::Url;

use super::transport::{self, TransportOptions, fault};
use super::{Error, Fault, pin};

/// Time for a host to be found, and to answer.
const LONGEST: Duration = Duration::from_secs(15);

/// A host that answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probed {
    /// How long it took, connection included.
    pub took: Duration,
    /// What its clock said.
    pub date: Option<DateTime<Utc>>,
}

/// Asks the host of an address for anything. Whatever status it answers with, it is there.
///
/// # Errors
/// When it does not answer; and when the system's certificates cannot be used.
pub async fn probe(base: &Url, options: &TransportOptions) -> Result<Result<Probed, Fault>, Error> {
    let (client, begun) = (transport::client(base, options)?, Instant::now());
    let reply = match timeout(LONGEST, client.get(base.clone()).send()).await {
        Err(_) => return Ok(Err(Fault::Silent(LONGEST))),
        Ok(Err(error)) => return Ok(Err(fault(error))),
        Ok(Ok(reply)) => reply,
    };
    let date = reply.headers().get(DATE).and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| httpdate::parse_http_date(date).ok()).map(DateTime::from);
    Ok(Ok(Probed { took: begun.elapsed(), date }))
}

/// Whether a name is known here. An address is, and so is whatever a proxy is to look up.
pub async fn resolves(base: &Url) -> bool {
    let Some(host) = base.host_str().filter(|_| base.domain().is_some()) else { return true };
    let port = base.port_or_known_default().unwrap_or_default();
    let found = timeout(LONGEST, tokio::net::lookup_host((host, port))).await;
    found.is_ok_and(|found| found.is_ok_and(|mut all| all.next().is_some()))
}

/// Whether requests to it pass by any proxy.
pub fn is_direct(base: &Url) -> bool {
    pin::is_loopback(base)
}
