//! The requests of a search: the one place where they become text.

use super::Order;
use crate::table::{Api, ApiVersion, Search};
use crate::wire::{Method, Request, Target};

fn get(search: &Search, version: ApiVersion, below: &str) -> Request {
    let path = format!("/{}{}{below}", version.segment(), search.path);
    Request::get(Api::Graph, Target::Path(path), search.quota)
}

/// The request that places an order. Sent twice, it is two searches.
pub fn place(search: &Search, version: ApiVersion, order: &Order, name: &str) -> Request {
    let method = Method::Post { repeatable: false };
    Request { method, body: Some(order.body(name)), ..get(search, version, "") }
}

/// The request for the list of all searches of the tenant.
pub fn all(search: &Search, version: ApiVersion) -> Request {
    get(search, version, "")
}

/// The request that asks how a search is getting on; `None`, if what is said to be its id could lead elsewhere.
pub fn status(search: &Search, version: ApiVersion, id: &str) -> Option<Request> {
    is_id(id).then(|| get(search, version, &format!("/{id}")))
}

/// The request for the first page of what a search found.
pub fn records(search: &Search, version: ApiVersion, id: &str) -> Option<Request> {
    // UNCERTAIN: a `$top` of 10,000 was seen to be accepted and is documented nowhere, so pages are as the service likes.
    is_id(id).then(|| get(search, version, &format!("/{id}/records")))
}

/// The request for a further page, of records or of searches.
pub fn follow(search: &Search, version: ApiVersion, link: &str) -> Request {
    let target = Target::Link { url: link.to_owned(), prefix: format!("/{}/", version.segment()) };
    Request::get(Api::Graph, target, search.quota)
}

/// Ids are GUIDs so far. One with a sign that paths know would ask for something else.
fn is_id(id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=128).contains(&id.len()) && id.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apis::activity::AUDIT_SEARCH;

    #[test]
    fn an_id_that_leads_elsewhere_is_none() {
        let search = AUDIT_SEARCH.search().unwrap();
        let path = |id| status(search, ApiVersion::V1, id).map(|request| request.target);
        assert_eq!(path("a-1_B"), Some(Target::Path("/v1.0/security/auditLog/queries/a-1_B".into())));
        for id in ["", ".", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "ä", &"a".repeat(129)] {
            assert!(path(id).is_none() && records(search, ApiVersion::Beta, id).is_none(), "{id}");
        }
    }
}
