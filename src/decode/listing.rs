//! What the activity feed says of its blobs: listings of them, and lists of subscriptions.
//!
//! Both are small and all of their few members are needed, so anything that lacks one of them is an error.

use chrono::DateTime;
use serde::Deserialize;

use super::array::text;
use super::page::Error;

/// A blob as a listing names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The service's key of it.
    pub id: String,
    /// Where it is fetched. Untrusted.
    pub uri: String,
    /// When it became available, in microseconds.
    pub created: i64,
}

impl Content {
    /// What tells it from others. One id under two addresses is two blobs: what is the same in both is recognised by record.
    pub fn key(&self) -> String {
        format!("{}\n{}", self.id, self.uri)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    content_id: String,
    content_uri: String,
    content_created: String,
}

/// Reads a page of a listing.
///
/// # Errors
/// When it is no array of content objects, each with its three members: an entry that cannot be read is records that
/// would be missing.
pub fn listing(body: &[u8]) -> Result<Vec<Content>, Error> {
    let listed: Vec<Listed> = read(body, "no listing of content")?;
    let content = |listed: Listed| {
        let created = DateTime::parse_from_rfc3339(&listed.content_created);
        let created = created.map_err(|_| Error::NotAPage { found: "content without the time it was created at" })?;
        Ok(Content { id: listed.content_id, uri: listed.content_uri, created: created.timestamp_micros() })
    };
    listed.into_iter().map(content).collect()
}

/// A subscription, as far as it says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// The type of content.
    pub content_type: String,
    /// `enabled` or `disabled`; some entries have none.
    pub status: Option<String>,
}

/// Reads the list of subscriptions.
///
/// # Errors
/// When it is no such list.
pub fn subscriptions(body: &[u8]) -> Result<Vec<Subscription>, Error> {
    read(body, "no list of subscriptions")
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8], found: &'static str) -> Result<T, Error> {
    serde_json::from_slice(text(body)).map_err(|_| Error::NotAPage { found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_has_all_that_is_needed_or_is_refused() {
        let one = r#"[{"contentType":"t","contentId":"a$b","contentUri":"u","contentCreated":"2026-05-01T00:00:00.001Z","x":1}]"#;
        let content = Content { id: "a$b".into(), uri: "u".into(), created: 1_777_593_600_001_000 };
        assert_eq!(listing(one.as_bytes()).unwrap(), [content]);
        assert_eq!(listing(b"[]").unwrap(), []);
        for body in ["{}", "", "[{}]", "[null]", &one.replace("2026", "x"), &one.replace("contentUri", "uri")] {
            listing(body.as_bytes()).expect_err(body);
        }
    }

    #[test]
    fn a_subscription_may_lack_its_status() {
        let list = subscriptions(br#"[{"contentType":"DLP.All","webhook":null}]"#).unwrap();
        assert_eq!(list, [Subscription { content_type: "DLP.All".into(), status: None }]);
        subscriptions(b"{}").unwrap_err();
    }
}
