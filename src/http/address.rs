//! The address of a request as it may be shown: scheme, host, path and the names of parameters, never their values.
//!
//! Filters hold the names of people, and a skip token is as good as a key to a page; both travel in the query.

use std::fmt;

use percent_encoding::percent_decode_str;
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

/// Parameters that hold nothing that opens anything. All others are cut short: a token can have any name.
const PLAIN: [&str; 11] = [
    "$count",
    "$filter",
    "$orderby",
    "$search",
    "$select",
    "$top",
    "api-version",
    "contentType",
    "endTime",
    "PublisherIdentifier",
    "startTime",
];
/// Letters of another value that are shown, so that two can be told apart.
const SHOWN: usize = 6;
/// Longest address that is shown.
const LONGEST_ADDRESS: usize = 2_000;

/// The address as people read it, decoded, for the session's own log: with what was asked for, and not with what lets one
/// ask for more.
pub(super) fn readable(url: &Url, veil: &Veil) -> Veiled {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let parameter = |text: &str| {
        let Some((name, value)) = text.split_once('=') else { return "…".to_owned() };
        let (name, value) = (decoded(name), decoded(value));
        if PLAIN.contains(&name.as_str()) {
            return format!("{name}={value}");
        }
        let name: String = name.chars().take(LONGEST_NAME).collect();
        match value.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{name}={}…", &value[..end]),
            None => format!("{name}={value}"),
        }
    };
    let query: Vec<String> =
        url.query().unwrap_or_default().split('&').filter(|p| !p.is_empty()).map(parameter).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let text = format!("{}://{host}{port}{}{mark}{}", url.scheme(), decoded(url.path()), query.join("&"));
    match text.char_indices().nth(LONGEST_ADDRESS) {
        Some((end, _)) => veil.told(&format!("{}…", &text[..end])),
        None => veil.told(&text),
    }
}

/// Parameters of requests to stores that say what of a bucket is asked for. The values of all others are left out: one of them may
/// sign the request.
const OF_STORES: [&str; 6] = ["comp", "delimiter", "list-type", "max-keys", "prefix", "restype"];

/// The address of a request to a store, decoded, with what was asked for and nothing that signs it.
#[cfg_attr(not(feature = "store"), allow(dead_code, reason = "nothing is asked without a kind of store"))]
pub(crate) fn of_store(url: &Url, veil: &Veil) -> Veiled {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let parameter = |text: &str| match text.split_once('=') {
        Some((own, value)) if OF_STORES.contains(&own) => format!("{own}={}", decoded(value)),
        _ => name(text),
    };
    let query = url.query().unwrap_or_default().split('&').filter(|p| !p.is_empty()).map(parameter);
    let query: Vec<String> = query.collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let text = format!("{}://{host}{port}{}{mark}{}", url.scheme(), decoded(url.path()), query.join("&"));
    match text.char_indices().nth(LONGEST_ADDRESS) {
        Some((end, _)) => veil.told(&format!("{}…", &text[..end])),
        None => veil.told(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_is_read_and_what_opens_the_next_page_is_not() {
        for (url, shown) in [
            (
                "https://h/beta/x?$filter=a%20eq%20'o%2Bn'&%24top=5&%24skiptoken=CANARYCANARY",
                "https://h/beta/x?$filter=a eq 'o+n'&$top=5&$skiptoken=CANARY…",
            ),
            ("https://user:CANARY@h:8443/p?CANARY&sig=abc#CANARY", "https://h:8443/p?…&sig=***"),
            ("https://h/p?nextPage=2026CANARY%2B", "https://h/p?nextPage=2026CA…"),
        ] {
            assert_eq!(readable(&Url::parse(url).unwrap(), &Veil::default()).to_string(), shown);
        }
        let veil = Veil::over(["hunter2hunter2"]);
        let long = format!("https://h/p?$filter={}hunter2hunter2", "x".repeat(3_000));
        assert_eq!(readable(&Url::parse(&long).unwrap(), &veil).chars().count(), LONGEST_ADDRESS + 1);
        let secret = readable(&Url::parse("https://h/p?$filter=hunter2hunter2").unwrap(), &veil);
        assert!(!secret.contains("hunter2"), "{secret}");
    }

    #[test]
    fn a_request_to_a_store_is_shown_without_what_signs_it() {
        for (url, shown) in [
            (
                "https://s3.example/evidence?list-type=2&prefix=logs%2Fa%20b%2F&continuation-token=CANARY",
                "https://s3.example/evidence?list-type=2&prefix=logs/a b/&continuation-token",
            ),
            (
                "https://user:CANARY@h/a%20b.csv?X-Amz-Signature=CANARY&CANARY#CANARY",
                "https://h/a b.csv?X-Amz-Signature&…",
            ),
        ] {
            assert_eq!(of_store(&Url::parse(url).unwrap(), &Veil::default()).to_string(), shown);
        }
    }

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
