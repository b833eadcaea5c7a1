//! What a connection may say, and the checks that stand between a configuration and a token on the wire.
//!
//! The addresses are where bearer tokens and client secrets go, so plain http is accepted for a literal loopback address
//! only, and only when the connection says so in as many words. A name such as `localhost` is resolved, and what resolves
//! it is not ours to trust.

use std::fmt;

use azure_core::credentials::Secret;
use url::Url;

use super::{Cloud, CredentialSource};
use crate::http::{Quotas, Service, Services, pin};
use crate::table::{Api, ApiVersion, EntitySet, is_guid};
use crate::veil::Veiled;

/// A tenant and the way to it.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its name in the configuration, and as a SQL catalog.
    pub name: String,
    /// The tenant: its id or one of its domains.
    pub tenant: String,
    /// The cloud it is in.
    pub cloud: Cloud,
    /// Who signs in.
    pub credential: CredentialSource,
    /// Microsoft Graph elsewhere than at the cloud's own address.
    pub graph_url: Option<Url>,
    /// The Management Activity API elsewhere than at the cloud's own address.
    pub management_url: Option<Url>,
    /// An endpoint that answers as the reports of Azure AD Graph did. There is no address of its own: the public service is
    /// retired. Tokens for it are asked for this address, never for another service.
    pub aadgraph_url: Option<Url>,
    /// The content types of the activity feed that are the population; `None`: those that are subscribed to.
    pub content_types: Option<Vec<String>>,
    /// The sign-in service elsewhere than at the cloud's own address; https only.
    pub authority_url: Option<Url>,
    /// Plain http is meant, on a loopback address.
    pub allow_insecure_loopback: bool,
    /// The version of Microsoft Graph that is asked.
    pub api_version: ApiVersion,
    /// The quotas of its services, where they are not those documented.
    pub quotas: Quotas,
    /// How far back its reports go. What the activity feed can be asked for is fixed.
    pub keeps: Keeps,
}

/// How far back the reports of a service go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keeps {
    /// As documented.
    #[default]
    Documented,
    /// So many days.
    Days(u32),
    /// Without limit: a service of one's own, a demo tenant that serves a file.
    All,
}

impl Keeps {
    /// The days that records of a set are kept; `None`: without limit.
    pub fn days(self, set: &EntitySet) -> Option<u32> {
        match self {
            // The feed refuses to be asked for more, whatever is kept.
            Self::Days(days) if set.feed().is_none() => Some(days),
            Self::All if set.feed().is_none() => None,
            Self::Documented | Self::Days(_) | Self::All => set.retention_days(),
        }
    }
}

/// What is wrong with a connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionError {
    /// The tenant is neither an id nor a domain name.
    #[error("'{0}' is neither a tenant id nor a domain name")]
    Tenant(Veiled),
    /// There is no application id, and the credential is an application's.
    #[error("this credential needs the application's id, client_id")]
    NoClientId,
    /// The application id is not an id.
    #[error("'{0}' is not an application id")]
    ClientId(Veiled),
    /// The secret or token is empty.
    #[error("the {0} is empty")]
    EmptySecret(&'static str),
    /// The token holds characters that no token has, such as a line end.
    #[error("the access token contains characters that no token has")]
    MalformedToken,
    /// An address is not acceptable.
    #[error("{key} {flaw}")]
    Url {
        /// Which one.
        key: UrlKey,
        /// What is wrong with it.
        flaw: UrlFlaw,
    },
}

/// An address of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlKey {
    /// `graph_url`
    Graph,
    /// `management_url`
    Management,
    /// `aadgraph_url`
    AadGraph,
    /// `authority_url`
    Authority,
}

impl fmt::Display for UrlKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Graph => Api::Graph.url_key(),
            Self::Management => Api::Activity.url_key(),
            Self::AadGraph => Api::AadGraph.url_key(),
            Self::Authority => "authority_url",
        })
    }
}

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlFlaw {
    /// Neither https nor, where that is possible, http.
    #[error("must be an https address")]
    Scheme,
    /// Plain http to something that is not a loopback address written as an address.
    #[error("may be plain http only for a literal loopback address, 127.0.0.1 or [::1]")]
    InsecureHost,
    /// Plain http to loopback, but the connection does not say that this is meant.
    #[error("is plain http, which needs allow_insecure_loopback = true")]
    InsecureNotAllowed,
    /// It holds a user name or password.
    #[error("must not contain a user name or password")]
    UserInfo,
    /// More than scheme, host and port.
    #[error("may contain only scheme, host and port")]
    NotAnOrigin,
}

impl Connection {
    /// A service of one's own on this machine, such as the demo tenant: plain http on a loopback address, and a token
    /// that is used as it is.
    pub fn loopback(name: &str, graph_url: Url, access_token: Secret) -> Self {
        let credential = CredentialSource::AccessToken(access_token);
        let tenant = "00000000-0000-0000-0000-000000000000";
        Self { graph_url: Some(graph_url), allow_insecure_loopback: true, ..Self::new(name, tenant, credential) }
    }

    /// A connection in the global cloud, with nothing overridden.
    pub fn new(name: impl Into<String>, tenant: impl Into<String>, credential: CredentialSource) -> Self {
        Self {
            name: name.into(),
            tenant: tenant.into(),
            cloud: Cloud::Global,
            credential,
            graph_url: None,
            management_url: None,
            aadgraph_url: None,
            content_types: None,
            authority_url: None,
            allow_insecure_loopback: false,
            api_version: ApiVersion::Beta,
            quotas: Quotas::default(),
            keeps: Keeps::default(),
        }
    }

    /// Checks everything that can be checked without the network.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), ConnectionError> {
        if !is_guid(&self.tenant) && !is_domain(&self.tenant) {
            return Err(ConnectionError::Tenant(self.credential.veil().quoted(&self.tenant)));
        }
        self.credential.check()?;
        let flaw = |key| move |flaw| ConnectionError::Url { key, flaw };
        let urls = [
            (UrlKey::Graph, &self.graph_url),
            (UrlKey::Management, &self.management_url),
            (UrlKey::AadGraph, &self.aadgraph_url),
        ];
        for (key, url) in urls {
            let Some(url) = url else { continue };
            origin(url).and_then(|()| self.secured(url)).map_err(flaw(key))?;
        }
        if let Some(url) = &self.authority_url {
            // The identity library takes no other, and a client secret travels there.
            let https = if url.scheme() == "https" { Ok(()) } else { Err(UrlFlaw::Scheme) };
            https.and_then(|()| origin(url)).map_err(flaw(UrlKey::Authority))?;
        }
        Ok(())
    }

    /// Where its services are. Tokens are asked for the cloud's own service, wherever that is reached.
    ///
    /// # Errors
    /// When [`Connection::check`] finds something wrong.
    pub fn services(&self) -> Result<Services, ConnectionError> {
        self.check()?;
        let service = |own: &'static str, elsewhere: &Option<Url>| Service {
            base: elsewhere.clone().unwrap_or_else(|| parsed(own)),
            scope: format!("{own}/.default"),
        };
        // A cloud without the feed may still be given an address for it, whose tokens are then its own.
        let management = match (self.cloud.management(), &self.management_url) {
            (Some(own), elsewhere) => Some(service(own, elsewhere)),
            (None, Some(url)) => Some(its_own(url)),
            (None, None) => None,
        };
        let graph = service(self.cloud.graph(), &self.graph_url);
        let management = management.map(|management| (Api::Activity, management));
        // A token of another service, handed to an endpoint of someone's own, would open that service to it.
        let aadgraph = self.aadgraph_url.as_ref().map(|url| (Api::AadGraph, its_own(url)));
        Ok([(Api::Graph, graph)].into_iter().chain(management).chain(aadgraph).collect())
    }

    /// The sign-in service's origin.
    pub fn authority(&self) -> Url {
        self.authority_url.clone().unwrap_or_else(|| parsed(self.cloud.login()))
    }

    /// Where applications prove who they are. Their statements name it.
    pub(super) fn token_endpoint(&self) -> String {
        format!("{}{}/oauth2/v2.0/token", self.authority(), self.tenant)
    }

    fn secured(&self, url: &Url) -> Result<(), UrlFlaw> {
        match url.scheme() {
            "https" => Ok(()),
            "http" if !pin::is_loopback(url) => Err(UrlFlaw::InsecureHost),
            "http" if !self.allow_insecure_loopback => Err(UrlFlaw::InsecureNotAllowed),
            "http" => Ok(()),
            _ => Err(UrlFlaw::Scheme),
        }
    }
}

/// A service at an address that is nobody's but its own, whose tokens are for that address.
fn its_own(url: &Url) -> Service {
    Service { base: url.clone(), scope: format!("{url}.default") }
}

fn parsed(origin: &str) -> Url {
    Url::parse(origin).expect("the clouds' origins are URLs; a test reads them all")
}

fn origin(url: &Url) -> Result<(), UrlFlaw> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlFlaw::UserInfo);
    }
    let bare = url.has_host() && url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if bare { Ok(()) } else { Err(UrlFlaw::NotAnOrigin) }
}

/// A name of two or more labels. The tenant becomes a path segment, and an argument of the Azure CLI.
fn is_domain(text: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::veil::Veil;

    const ID: &str = "7b795fb9-09d3-42f4-a494-38864f99ba3c";

    fn connection() -> Connection {
        Connection::new("lab", ID, CredentialSource::AccessToken("CANARY".into()))
    }

    #[test]
    fn a_tenant_is_an_id_or_a_plain_domain() {
        let check = |tenant: &str| Connection { tenant: tenant.into(), ..connection() }.check();
        for tenant in [ID, "contoso.onmicrosoft.com", "CONTOSO.com", "xn--bcher-kva.example", "a-b.c1"] {
            assert_eq!(check(tenant), Ok(()), "{tenant}");
        }
        let long = "a.".repeat(127) + "b";
        for tenant in [
            "",
            "common",
            "organizations",
            "contoso",
            "a/b.com",
            "../x.com",
            "a.com/",
            "a..com",
            ".com",
            "a.com.",
            "-a.com",
            "a-.com",
            "a b.com",
            "a.com;id",
            "$(id).com",
            "a.com\n",
            "bücher.example",
            "{7b795fb9-09d3-42f4-a494-38864f99ba3c}",
            "7b795fb9-09d3-42f4-a494-38864f99ba3g",
            &long,
        ] {
            assert!(matches!(check(tenant), Err(ConnectionError::Tenant(_))), "{tenant}");
        }
    }

    #[test]
    fn plain_http_needs_a_loopback_address_and_the_users_word() {
        for (url, allowed, expected) in [
            ("https://graph.example", false, None),
            ("https://localhost:8471", false, None),
            ("http://127.0.0.1:8471", true, None),
            ("http://127.8.9.1/", true, None),
            ("http://[::1]:8471", true, None),
            ("http://127.0.0.1:8471", false, Some(UrlFlaw::InsecureNotAllowed)),
            ("http://localhost:8471", true, Some(UrlFlaw::InsecureHost)),
            ("http://localhost.:8471", true, Some(UrlFlaw::InsecureHost)),
            ("http://127.0.0.1.example", true, Some(UrlFlaw::InsecureHost)),
            ("http://graph.microsoft.com", true, Some(UrlFlaw::InsecureHost)),
            ("http://0.0.0.0:1", true, Some(UrlFlaw::InsecureHost)),
            ("http://10.0.0.1", true, Some(UrlFlaw::InsecureHost)),
            ("http://[::ffff:127.0.0.1]", true, Some(UrlFlaw::InsecureHost)),
            ("ftp://127.0.0.1", true, Some(UrlFlaw::Scheme)),
            ("file:///etc", true, Some(UrlFlaw::NotAnOrigin)),
            ("https://me@graph.example", false, Some(UrlFlaw::UserInfo)),
            ("http://me:pw@127.0.0.1", true, Some(UrlFlaw::UserInfo)),
            ("https://graph.example/beta", false, Some(UrlFlaw::NotAnOrigin)),
            ("https://graph.example/?a=b", false, Some(UrlFlaw::NotAnOrigin)),
            ("https://graph.example/#a", false, Some(UrlFlaw::NotAnOrigin)),
        ] {
            let url = Url::parse(url).unwrap();
            let c = Connection { graph_url: Some(url.clone()), allow_insecure_loopback: allowed, ..connection() };
            assert_eq!(
                c.check().err(),
                expected.map(|flaw| ConnectionError::Url { key: UrlKey::Graph, flaw }),
                "{url}"
            );
            assert_eq!(c.services().is_ok(), expected.is_none(), "{url}");
        }
    }

    #[test]
    fn azure_ad_graph_is_where_the_connection_says_and_its_tokens_are_for_there_alone() {
        assert_eq!(connection().services().unwrap().get(&Api::AadGraph), None);
        for (url, scope) in [
            ("https://reports.contoso.example", "https://reports.contoso.example/.default"),
            ("https://graph.windows.net/", "https://graph.windows.net/.default"),
            ("https://reports.contoso.example:8443", "https://reports.contoso.example:8443/.default"),
        ] {
            let c = Connection { aadgraph_url: Some(Url::parse(url).unwrap()), ..connection() };
            assert_eq!(c.services().unwrap()[&Api::AadGraph].scope, scope);
        }
        for (url, flaw) in [
            ("http://reports.contoso.example", UrlFlaw::InsecureHost),
            ("http://127.0.0.1:8471", UrlFlaw::InsecureNotAllowed),
            ("https://reports.contoso.example/contoso.com/activities", UrlFlaw::NotAnOrigin),
            ("https://me@reports.contoso.example", UrlFlaw::UserInfo),
        ] {
            let c = Connection { aadgraph_url: Some(Url::parse(url).unwrap()), ..connection() };
            assert_eq!(c.check().err(), Some(ConnectionError::Url { key: UrlKey::AadGraph, flaw }), "{url}");
            c.services().unwrap_err();
        }
    }

    #[test]
    fn the_authority_is_https_always() {
        for (url, expected) in [
            ("https://login.example", None),
            ("https://127.0.0.1:8443", None),
            ("http://127.0.0.1:8443", Some(UrlFlaw::Scheme)),
            ("https://login.example/tenant", Some(UrlFlaw::NotAnOrigin)),
        ] {
            let authority_url = Some(Url::parse(url).unwrap());
            let c = Connection { authority_url, allow_insecure_loopback: true, ..connection() };
            assert_eq!(
                c.check().err(),
                expected.map(|flaw| ConnectionError::Url { key: UrlKey::Authority, flaw }),
                "{url}"
            );
        }
    }

    #[test]
    fn a_credential_has_to_be_there_and_cannot_be_printed() {
        let check = |credential| Connection { credential, ..connection() }.check();
        let secret = |client_id: &str, secret: &'static str| CredentialSource::ClientSecret {
            client_id: client_id.into(),
            secret: secret.into(),
        };
        assert_eq!(check(secret(ID, "CANARY")), Ok(()));
        assert_eq!(check(secret(ID, "")), Err(ConnectionError::EmptySecret("client secret")));
        assert_eq!(check(secret("my app", "CANARY")), Err(ConnectionError::ClientId(Veil::default().told("my app"))));
        assert_eq!(check(CredentialSource::AccessToken("".into())), Err(ConnectionError::EmptySecret("access token")));
        let malformed = check(CredentialSource::AccessToken("CANARY\r\nX: y".into()));
        assert_eq!(malformed, Err(ConnectionError::MalformedToken));
        let c = Connection { credential: secret(ID, "CANARY"), ..connection() };
        assert!(!format!("{c:?} {c:#?} {malformed:?}").contains("CANARY"));
    }

    #[test]
    fn tokens_are_asked_for_the_clouds_own_service() {
        let graph_url = Some(Url::parse("http://127.0.0.1:8471").unwrap());
        let c = Connection { cloud: Cloud::China, graph_url, allow_insecure_loopback: true, ..connection() };
        let graph = c.services().unwrap().remove(&Api::Graph).unwrap();
        assert_eq!(graph.scope, "https://microsoftgraph.chinacloudapi.cn/.default");
        assert_eq!(graph.base.as_str(), "http://127.0.0.1:8471/");
        assert_eq!(c.authority().as_str(), "https://login.chinacloudapi.cn/");
    }
}
