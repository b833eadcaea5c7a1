//! The hosts of a connection, and this machine's clock beside theirs.

use std::collections::BTreeSet;

use url::Url;

use super::{Doctor, Finding, Trouble};
use crate::auth::CredentialSource;
use crate::http::Services;
use crate::http::probe::{Probed, is_direct, probe, resolves};
use crate::table::Api;

/// Seconds that a clock may be off: the directory forgives five minutes (source: Microsoft Entra, "AADSTS700024").
const FORGIVEN: i64 = 300;
/// Seconds from which on it is worth a word.
const WORTH_A_WORD: i64 = 30;

/// The proxy that requests go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Its host and port, without a password.
    pub address: String,
    /// The variable that names it.
    pub variable: &'static str,
    /// Hosts that are reached without it, as `NO_PROXY` names them.
    pub except: Vec<String>,
}

impl Proxy {
    /// Whether requests to an address go through it.
    fn carries(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let is_named = |name: &String| {
            let name = name.trim().trim_start_matches("*.").trim_start_matches('.');
            name == "*" || !name.is_empty() && (host == name || host.ends_with(&format!(".{name}")))
        };
        !is_direct(url) && !self.except.iter().any(is_named)
    }
}

/// Who answered.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// The sign-in service, or nobody needs it.
    pub(super) sign_in: bool,
    /// The services.
    pub(super) services: BTreeSet<Api>,
}

impl Doctor<'_> {
    /// Asks each host whether it is there, and the first that says so for the time.
    pub(super) async fn hosts(&self, services: &Services, tell: &mut impl FnMut(Finding)) -> Reached {
        let mut reached = Reached::default();
        let mut date = None;
        let asks_nobody = matches!(
            self.connection.credential,
            CredentialSource::AccessToken(_) | CredentialSource::ManagedIdentity { .. } | CredentialSource::Missing(_)
        );
        if asks_nobody {
            reached.sign_in = true;
        } else {
            let found = self.host("sign-in host", &self.connection.authority(), tell).await;
            reached.sign_in = found.is_some();
            date = found.and_then(|found| found.date);
        }
        for (api, service) in services {
            let found = self.host(&format!("host of {}", api.name()), &service.base, tell).await;
            found.is_some().then(|| reached.services.insert(*api));
            date = date.or(found.and_then(|found| found.date));
        }
        if let Some(date) = date {
            tell(clock((self.now - date).num_seconds()));
        } else {
            tell(Finding::skipped("clock", "no host said what time it is"));
        }
        reached
    }

    async fn host(&self, subject: &str, base: &Url, tell: &mut impl FnMut(Finding)) -> Option<Probed> {
        let subject = format!("{subject}, {}", authority(base));
        let proxy = self.proxy.as_ref().filter(|proxy| proxy.carries(base));
        if proxy.is_none() && !resolves(base).await {
            tell(Finding::bad(&subject, Trouble::Name));
            return None;
        }
        match probe(base, &self.options.transport).await {
            Ok(Ok(found)) => {
                let secured = if base.scheme() == "https" { "answers over TLS" } else { "answers, without TLS" };
                let way = proxy.map(|proxy| format!(" through the proxy {} ({})", proxy.address, proxy.variable));
                let clause = format!("{secured} in {} ms{}", found.took.as_millis(), way.unwrap_or_default());
                tell(Finding::good(&subject, clause));
                Some(found)
            }
            Ok(Err(fault)) => {
                let trouble = match proxy {
                    Some(proxy) => Trouble::Proxy { proxy: proxy.address.clone(), fault },
                    None => Trouble::Silent(fault),
                };
                tell(Finding::bad(&subject, trouble));
                None
            }
            Err(error) => {
                tell(Finding::bad(&subject, Trouble::Setup(error.into())));
                None
            }
        }
    }
}

/// What it means that this machine's clock is so far ahead.
fn clock(seconds: i64) -> Finding {
    match seconds.unsigned_abs().cast_signed() {
        off if off > FORGIVEN => Finding::bad("clock", Trouble::Clock(seconds)),
        off if off > WORTH_A_WORD => Finding::note("clock", Trouble::Clock(seconds).to_string()),
        _ => Finding::good("clock", "agrees with the host's".into()),
    }
}

/// Host and port, if that is not the usual one.
fn authority(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_carries_what_is_not_excepted() {
        let proxy = |except: &str| Proxy {
            address: "proxy:3128".into(),
            variable: "HTTPS_PROXY",
            except: except.split(',').map(str::to_owned).collect(),
        };
        for (except, url, expected) in [
            ("", "https://graph.microsoft.com", true),
            ("", "https://127.0.0.1:1", false),
            ("microsoft.com", "https://graph.microsoft.com", false),
            (".microsoft.com", "https://graph.microsoft.com", false),
            ("*.microsoft.com, x", "https://graph.microsoft.com", false),
            ("soft.com", "https://graph.microsoft.com", true),
            ("*", "https://graph.microsoft.com", false),
        ] {
            assert_eq!(proxy(except).carries(&url.parse().unwrap()), expected, "{except} {url}");
        }
    }
}
