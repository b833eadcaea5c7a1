//! The requests of the Management Activity API: the one place where they become text.

use super::Window;
use crate::table::{Api, Lookup, Quota};
use crate::time::second_text;
use crate::wire::{Method, Request, Target};

/// Path of the feed of a tenant.
fn root(tenant: &str, version: &str) -> String {
    format!("/api/{version}/{tenant}/activity/feed")
}

/// A request to the feed.
fn request(target: Target) -> Request {
    Request::get(Api::Activity, target, Quota::Activity)
}

/// The request for the list of subscriptions.
pub fn subscriptions(tenant: &str) -> Request {
    request(Target::Path(format!("{}/subscriptions/list?{PUBLISHER}{tenant}", root(tenant, "v1.0"))))
}

/// The request that starts or stops a subscription. The service answers a second one with a code that says "so it is".
pub fn subscribe(tenant: &str, content_type: &str, start: bool) -> Request {
    let word = if start { "start" } else { "stop" };
    let root = root(tenant, "v1.0");
    let path = format!("{root}/subscriptions/{word}?contentType={content_type}&{PUBLISHER}{tenant}");
    Request { method: Method::Post { repeatable: true }, ..request(Target::Path(path)) }
}

/// The request for a list that the service gives whole.
pub fn lookup(tenant: &str, lookup: &Lookup) -> Request {
    let target = Target::Path(format!("/api/v1.0/{tenant}{}?{PUBLISHER}{tenant}", lookup.path));
    Request::get(lookup.api, target, lookup.quota)
}

/// The request for a blob at the address that a listing gave.
pub fn blob(tenant: &str, uri: &str) -> Request {
    request(linked(tenant, uri))
}

/// Whoever does not say who asks shares one quota with all others who do not. Asked for one's own tenant, it is the
/// tenant's id.
const PUBLISHER: &str = "PublisherIdentifier=";

/// A link as it was given, with the name of the asker behind it: what is in it is opaque and stays as it is.
fn linked(tenant: &str, link: &str) -> Target {
    let named = link.to_ascii_lowercase().contains(&PUBLISHER.to_ascii_lowercase());
    let between = if link.contains('?') { '&' } else { '?' };
    let url = if named { link.to_owned() } else { format!("{link}{between}{PUBLISHER}{tenant}") };
    // The vendor's own sample of such a link has another version than the request it answers.
    let version = if link.contains("/api/v1/") { "v1" } else { "v1.0" };
    Target::Link { url, prefix: format!("/api/{version}/") }
}

/// The request for the first page of a listing. Both times are always sent: pages of the vendor differ in what is listed
/// without them.
pub(super) fn listing(tenant: &str, content_type: &str, window: Window) -> Request {
    let stamp = |second| second_text(second).trim_end_matches('Z').to_owned();
    let (from, to) = (stamp(window.from), stamp(window.to));
    let root = root(tenant, "v1.0");
    let query = format!("contentType={content_type}&startTime={from}&endTime={to}&{PUBLISHER}{tenant}");
    request(Target::Path(format!("{root}/subscriptions/content?{query}")))
}

/// The request that follows a link of a listing.
pub(super) fn follow(tenant: &str, link: &str) -> Request {
    request(linked(tenant, link))
}
