//! Compares a link that a service handed out with the origin the connection was configured with.
//!
//! A bearer token goes wherever a request goes, so this is the one function that turns a link into an address. It works
//! on the parsed URL, never on text: `https://graph.microsoft.com.evil.example/` begins with the right letters. The parsed
//! value that was compared is the value that is connected to.

use std::fmt;

use url::{Host, Url};

use crate::veil::{Veil, Veiled};

/// A link that does not lead back to the connection's own service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the service returned a link that {why}: host '{host}'")]
pub struct ForeignLink {
    /// The host it names, in its ASCII form; empty when it names none.
    pub host: Veiled,
    /// In what it differs.
    pub why: Difference,
}

/// In what a link differs from the connection's own origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// It cannot be read as a URL, or holds characters that parsers read in different ways.
    Form,
    /// Another scheme.
    Scheme,
    /// Another host.
    Host,
    /// Another port.
    Port,
    /// It carries a user name or password.
    UserInfo,
    /// It carries a fragment.
    Fragment,
    /// Its path is outside the part of the service that was asked.
    Path,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "cannot be read",
            Self::Scheme => "changes the scheme",
            Self::Host => "leads to another host",
            Self::Port => "leads to another port",
            Self::UserInfo => "carries a user name",
            Self::Fragment => "carries a fragment",
            Self::Path => "leaves the part of the service that was requested",
        })
    }
}

/// The address a link leads to, if that is on the origin of `base` and its path begins with `prefix`, whole segments.
///
/// Relative links are resolved against the root of `base`.
///
/// # Errors
/// When the link leads anywhere else.
pub fn resolve(base: &Url, prefix: &str, link: &str, veil: &Veil) -> Result<Url, ForeignLink> {
    if link.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(foreign(None, Difference::Form, veil));
    }
    let url = base.join(link).map_err(|_| foreign(None, Difference::Form, veil))?;
    match difference(base, prefix, &url) {
        None => Ok(url),
        Some(why) => Err(foreign(Some(&url), why, veil)),
    }
}

fn difference(base: &Url, prefix: &str, url: &Url) -> Option<Difference> {
    let checks = [
        (url.scheme() != base.scheme(), Difference::Scheme),
        (url.host() != base.host(), Difference::Host),
        (url.port_or_known_default() != base.port_or_known_default(), Difference::Port),
        (!url.username().is_empty() || url.password().is_some(), Difference::UserInfo),
        (url.fragment().is_some(), Difference::Fragment),
        (!begins_with(url.path(), prefix), Difference::Path),
    ];
    checks.into_iter().find_map(|(differs, why)| differs.then_some(why))
}

/// Whether the path's first segments are those of the prefix: `/beta/` and `/beta` both hold `/beta/x`, not `/betamax`.
fn begins_with(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

fn foreign(url: Option<&Url>, why: Difference, veil: &Veil) -> ForeignLink {
    ForeignLink { host: veil.told(url.and_then(Url::host_str).unwrap_or_default()), why }
}

/// Whether the URL's host is a loopback address written as an address. The name `localhost` is not: it is resolved, and
/// may lead anywhere.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(_)) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(link: &str) -> Result<Url, ForeignLink> {
        let base = Url::parse("https://graph.microsoft.com/").unwrap();
        super::resolve(&base, "/beta/", link, &Veil::over(["s3cr3t-token"]))
    }

    #[test]
    fn links_of_the_service_itself_are_followed_unchanged() {
        for link in [
            "https://graph.microsoft.com/beta/auditLogs/signIns?$skiptoken=abc",
            "https://graph.microsoft.com:443/beta/auditLogs/signIns?$skiptoken=abc",
            "HTTPS://graph.microsoft.com/beta/x",
            "https://GRAPH.Microsoft.COM/beta/x",
            "https://graph.microsoft.com/beta/",
            "/beta/auditLogs/signIns?$skiptoken=abc",
            "beta/x",
            "//graph.microsoft.com/beta/x",
            "https://graph.microsoft.com/beta/x?next=https://evil.example/",
            "https://graph.microsoft.com/beta/x?a=b@evil.example",
            "https://graph.microsoft.com/beta/x@evil.example/y",
            "https://graph.microsoft.com/beta/x?$skiptoken=a%2Bb+c%2F%3D%23",
            "https://graph.microsoft.com/beta/./x/../y",
            "https://graph.microsoft.com/beta/users('o''neil%23x')/y",
        ] {
            let url = resolve(link).unwrap_or_else(|e| panic!("{link}: {e}"));
            assert_eq!(url.host_str(), Some("graph.microsoft.com"), "{link}");
        }
        let token = "https://graph.microsoft.com/beta/x?$skiptoken=a%2Bb+c%2F%3D~!*()";
        assert_eq!(resolve(token).unwrap().as_str(), token);
    }

    #[test]
    fn a_link_to_anywhere_else_is_refused() {
        for (link, why) in [
            ("https://evil.example/beta/x", Difference::Host),
            ("https://graph.microsoft.com.evil.example/beta/x", Difference::Host),
            ("https://evil.example/graph.microsoft.com/beta/x", Difference::Host),
            ("https://xgraph.microsoft.com/beta/x", Difference::Host),
            ("https://microsoft.com/beta/x", Difference::Host),
            ("https://sub.graph.microsoft.com/beta/x", Difference::Host),
            ("https://graph.microsoft.us/beta/x", Difference::Host),
            ("https://graph.microsoft.com./beta/x", Difference::Host),
            ("https://graph-microsoft.com/beta/x", Difference::Host),
            ("https://graph.microsoft.com@evil.example/beta/x", Difference::Host),
            ("https://graph.microsoft.com:443@evil.example/beta/x", Difference::Host),
            ("https://graph.microsoft.com%2f@evil.example/beta/x", Difference::Host),
            ("https://evil.example#@graph.microsoft.com/beta/x", Difference::Host),
            ("https://evil.example?@graph.microsoft.com/beta/x", Difference::Host),
            ("https://evil.example:443/beta/x", Difference::Host),
            ("//evil.example/beta/x", Difference::Host),
            ("///evil.example/beta/x", Difference::Form),
            ("https:///evil.example/beta/x", Difference::Host),
            ("https:evil.example/beta/x", Difference::Path),
            ("https://127.0.0.1/beta/x", Difference::Host),
            ("https://2130706433/beta/x", Difference::Host),
            ("https://0x7f.1/beta/x", Difference::Host),
            ("https://[::1]/beta/x", Difference::Host),
            ("https://169.254.169.254/beta/x", Difference::Host),
            ("https://localhost/beta/x", Difference::Host),
            ("https://graph.microsоft.com/beta/x", Difference::Host),
            ("https://xn--graph-9za.microsoft.com/beta/x", Difference::Host),
            ("http://graph.microsoft.com/beta/x", Difference::Scheme),
            ("http://graph.microsoft.com:443/beta/x", Difference::Scheme),
            ("ftp://graph.microsoft.com/beta/x", Difference::Scheme),
            ("ws://graph.microsoft.com/beta/x", Difference::Scheme),
            ("file:///beta/x", Difference::Scheme),
            ("file://graph.microsoft.com/beta/x", Difference::Scheme),
            ("javascript:alert(1)", Difference::Scheme),
            ("data:text/html,x", Difference::Scheme),
            ("mailto:a@graph.microsoft.com", Difference::Scheme),
            ("blob:https://graph.microsoft.com/beta/x", Difference::Scheme),
            ("https://graph.microsoft.com:444/beta/x", Difference::Port),
            ("https://graph.microsoft.com:80/beta/x", Difference::Port),
            ("https://me@graph.microsoft.com/beta/x", Difference::UserInfo),
            ("https://me:pw@graph.microsoft.com/beta/x", Difference::UserInfo),
            ("https://:pw@graph.microsoft.com/beta/x", Difference::UserInfo),
            ("https://graph.microsoft.com/beta/x#y", Difference::Fragment),
            ("https://graph.microsoft.com/v1.0/x", Difference::Path),
            ("https://graph.microsoft.com/", Difference::Path),
            ("https://graph.microsoft.com/beta", Difference::Path),
            ("https://graph.microsoft.com/betamax/x", Difference::Path),
            ("https://graph.microsoft.com/Beta/x", Difference::Path),
            ("https://graph.microsoft.com/beta/../v1.0/x", Difference::Path),
            ("https://graph.microsoft.com/beta/%2e%2e/v1.0/x", Difference::Path),
            ("https://graph.microsoft.com//beta/x", Difference::Path),
            ("https://graph.microsoft.com/beta%2Fx", Difference::Path),
            ("https:/graph.microsoft.com/beta/x", Difference::Path),
            ("", Difference::Path),
            ("?$skiptoken=abc", Difference::Path),
            ("https:\\\\evil.example\\beta\\x", Difference::Form),
            ("https://evil.example\\@graph.microsoft.com/beta/x", Difference::Form),
            ("/\\evil.example/beta/x", Difference::Form),
            ("https://graph.microsoft.com/beta/x\r\nHost: evil.example", Difference::Form),
            (" https://graph.microsoft.com/beta/x", Difference::Form),
            ("https://graph.microsoft.com\t/beta/x", Difference::Form),
            ("https://graph.microsoft.com\0.evil.example/beta/x", Difference::Form),
            ("https://graph.microsoft.com:99999/beta/x", Difference::Form),
            ("https://", Difference::Form),
            ("https://[::1/beta/x", Difference::Form),
        ] {
            let found = resolve(link).map_err(|e| e.why);
            assert_eq!(found, Err(why), "{link}");
        }
    }

    #[test]
    fn the_error_names_the_host_and_nothing_of_the_rest() {
        let error = resolve("https://u:CANARY@evil.example/CANARY?CANARY=CANARY#CANARY").unwrap_err();
        assert_eq!(error.to_string(), "the service returned a link that leads to another host: host 'evil.example'");
    }

    #[test]
    fn a_token_that_a_link_carries_as_a_host_is_not_shown() {
        let error = resolve("https://S3CR3T-TOKEN.evil.example/beta/x").unwrap_err();
        assert_eq!(&*error.host, "***.evil.example");
    }

    #[test]
    fn only_addresses_are_loopback_never_names() {
        for (url, expected) in [
            ("http://127.0.0.1:80/", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]:8471/", true),
            ("http://localhost/", false),
            ("http://127.0.0.1.evil.example/", false),
            ("http://[::ffff:127.0.0.1]/", false),
            ("http://0.0.0.0/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
