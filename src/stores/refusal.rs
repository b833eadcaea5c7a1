//! What a reply that is no success stands for.
//!
//! Stores refuse in XML or JSON, with a code that is a word. Nothing else of their text is shown: it quotes keys, requests and
//! what they were signed with.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

use crate::files::{Answer, StoreFault};

/// Longest word that is taken for a code or a region.
const WORD: usize = 64;

/// What becomes of a refusal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The library knows what it means: there is no such object, or it is another one now.
    Answer,
    /// Asking again may help.
    Passing(StoreFault),
    /// It will not.
    Lasting(StoreFault),
}

/// What a reply that is no success stands for.
pub(super) fn of(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Refused {
    let body = String::from_utf8_lossy(body);
    let answer = || Answer { status: status.as_u16(), code: code(headers, &body) };
    let no_bucket =
        || matches!(code(headers, &body).as_deref(), Some("NoSuchBucket" | "ContainerNotFound" | "bucketNotFound"));
    if let Some(region) = region(headers, &body)
        && (status.is_redirection() || status == StatusCode::BAD_REQUEST)
    {
        return Refused::Lasting(StoreFault::Region { region });
    }
    match status {
        StatusCode::NOT_FOUND if no_bucket() => Refused::Lasting(StoreFault::NoBucket),
        StatusCode::NOT_MODIFIED
        | StatusCode::NOT_FOUND
        | StatusCode::PRECONDITION_FAILED
        | StatusCode::RANGE_NOT_SATISFIABLE => Refused::Answer,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Refused::Lasting(StoreFault::Denied(answer())),
        _ if status.is_redirection() => Refused::Lasting(StoreFault::Redirected { to: elsewhere(headers) }),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Refused::Passing(StoreFault::Answered(answer())),
        _ if status.is_server_error() => Refused::Passing(StoreFault::Answered(answer())),
        _ => Refused::Lasting(StoreFault::Answered(answer())),
    }
}

/// The region in which a bucket lies, where a reply names it because another one was asked.
fn region(headers: &HeaderMap, body: &str) -> Option<String> {
    let said = headers.get("x-amz-bucket-region").and_then(|value| value.to_str().ok());
    said.or_else(|| element(body, "Region")).and_then(word)
}

/// The store's own word for what is wrong.
fn code(headers: &HeaderMap, body: &str) -> Option<String> {
    let said = headers.get("x-ms-error-code").and_then(|value| value.to_str().ok());
    let in_json = || {
        let json: serde_json::Value = serde_json::from_str(body).ok()?;
        json.get("error")?.as_str().and_then(word)
    };
    said.or_else(|| element(body, "Code")).and_then(word).or_else(in_json)
}

/// The text of the first element of a name. What is looked for is one word, which has no signs that XML would write otherwise.
fn element<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = body.split_once(&format!("<{name}>"))?;
    rest.split_once('<').map(|(text, _)| text)
}

/// A text that is a word.
fn word(text: &str) -> Option<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (!text.is_empty() && text.len() <= WORD && text.chars().all(is_word)).then(|| text.to_owned())
}

/// The host that a redirect leads to.
fn elsewhere(headers: &HeaderMap) -> String {
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok()).and_then(|text| Url::parse(text).ok());
    location.and_then(|url| url.host_str().and_then(word)).unwrap_or_else(|| "which it does not name".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, headers: &[(&'static str, &str)], body: &str) -> Refused {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        of(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes())
    }

    #[test]
    fn a_refusal_is_told_by_its_status_and_its_code() {
        let answer = |status, code: Option<&str>| Answer { status, code: code.map(str::to_owned) };
        let denied = |code| Refused::Lasting(StoreFault::Denied(answer(403, code)));
        let xml = |code: &str| format!("<?xml?><Error><Code>{code}</Code><Message>CANARY</Message></Error>");
        let region = |region: &str| Refused::Lasting(StoreFault::Region { region: region.into() });
        for (given, expected) in [
            (told(403, &[], &xml("AccessDenied")), denied(Some("AccessDenied"))),
            (told(403, &[("x-ms-error-code", "AuthorizationFailure")], ""), denied(Some("AuthorizationFailure"))),
            (told(403, &[], &xml("CANARY of\u{1b}[2J")), denied(None)),
            (told(403, &[], &"<Code>x".repeat(9)), denied(Some("x"))),
            (told(404, &[], &xml("NoSuchKey")), Refused::Answer),
            (told(404, &[], &xml("NoSuchBucket")), Refused::Lasting(StoreFault::NoBucket)),
            (told(412, &[], ""), Refused::Answer),
            (told(503, &[], &xml("SlowDown")), Refused::Passing(StoreFault::Answered(answer(503, Some("SlowDown"))))),
            (told(301, &[("x-amz-bucket-region", "eu-west-1")], ""), region("eu-west-1")),
            (told(400, &[], "<Error><Code>X</Code><Region>us-west-2</Region></Error>"), region("us-west-2")),
            (
                told(302, &[("location", "https://evil.example/?CANARY")], ""),
                Refused::Lasting(StoreFault::Redirected { to: "evil.example".into() }),
            ),
            (
                told(400, &[], r#"{"error":"invalid_client","error_description":"CANARY"}"#),
                Refused::Lasting(StoreFault::Answered(answer(400, Some("invalid_client")))),
            ),
        ] {
            assert_eq!(given, expected);
        }
    }
}
