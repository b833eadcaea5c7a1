//! The address of a request as it may be shown: scheme, host, path and the names of parameters, never their values.
//!
//! Filters hold the names of people, and a skip token is as good as a key to a page; both travel in the query.

use std::fmt;

use url::Url;

use crate::veil::{Veil, Veiled};

/// Longest parameter name that is shown.
const LONGEST_NAME: usize = 32;

/// `https://graph.microsoft.com/beta/auditLogs/signIns?$filter&$top`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Veiled);

impl Address {
    /// The address of `url` without credentials, values and fragment. A link from a reply may hold anything in its path.
    pub fn of(url: &Url, veil: &Veil) -> Self {
        let host = url.host_str().unwrap_or_default();
        let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
        let names = names(url.query().unwrap_or_default());
        let mark = if names.is_empty() { "" } else { "?" };
        Self(veil.told(&format!("{}://{host}{port}{}{mark}{names}", url.scheme(), url.path())))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn names(query: &str) -> String {
    query.split('&').filter(|p| !p.is_empty()).map(name).collect::<Vec<_>>().join("&")
}

/// The name of one parameter. Without a `=` the text may be a bare token, so it is not shown.
fn name(parameter: &str) -> String {
    let Some((name, _)) = parameter.split_once('=') else { return "…".into() };
    let name = name.replace("%24", "$");
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"$-_.".contains(&b));
    if plain && name.len() <= LONGEST_NAME { name } else { "…".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_credentials_and_fragments_are_not_shown() {
        for (url, shown) in [
            (
                "https://graph.microsoft.com/beta/auditLogs/signIns",
                "https://graph.microsoft.com/beta/auditLogs/signIns",
            ),
            ("https://h/p?$filter=a%20eq%20'o'&%24skiptoken=CANARY&x=", "https://h/p?$filter&$skiptoken&x"),
            ("https://user:CANARY@h:8443/p#CANARY", "https://h:8443/p"),
            ("https://h/p?CANARY", "https://h/p?…"),
            ("https://h/p?CANARY%3Dx=1&&a=CANARY=CANARY", "https://h/p?…&a"),
            ("https://h/?CANARYCANARYCANARYCANARYCANARYCANARY=1", "https://h/?…"),
        ] {
            assert_eq!(Address::of(&Url::parse(url).unwrap(), &Veil::default()).to_string(), shown);
        }
    }
}
