//! Follows the pages of one listing: one content type, one window. A pure state machine.
//!
//! A page may be empty and have a next one. The link to it is opaque and followed as given; one that was followed before
//! is a circle. The service may forget a link: the listing is begun anew then, and blobs that were listed already are
//! recognised by their id.

use std::collections::HashSet;

use super::{PUBLISHER, Window, linked, request, root};
use crate::time::second_text;
use crate::wire::Request;

/// Most empty pages in a row: legal, but a listing of nothing else would never end.
const EMPTY_PAGES: u32 = 10_000;
/// How often a listing is begun anew.
const RESTARTS: u32 = 3;

/// Why a listing cannot be followed to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// The service sent a link that was followed before.
    #[error("the service linked to a page of a listing that was already read: its pages go in a circle")]
    Circle,
    /// Empty pages without end.
    #[error("the service sent {0} empty pages of a listing in a row")]
    OnlyEmptyPages(u32),
    /// The service forgot its links again and again.
    #[error("the service forgot the links of its own listing {0} times")]
    Forgotten(u32),
}

/// One listing.
#[derive(Debug)]
pub struct Listing {
    tenant: String,
    content_type: &'static str,
    window: Window,
    next: Option<Request>,
    links: HashSet<String>,
    empty: u32,
    restarts: u32,
}

impl Listing {
    /// A listing that has not begun.
    pub fn new(tenant: &str, content_type: &'static str, window: Window) -> Self {
        let mut listing = Self {
            tenant: tenant.to_owned(),
            content_type,
            window,
            next: None,
            links: HashSet::new(),
            empty: 0,
            restarts: 0,
        };
        listing.next = Some(listing.first());
        listing
    }

    /// The request for the next page; `None` behind the last.
    pub fn next_request(&self) -> Option<&Request> {
        self.next.as_ref()
    }

    /// Whether no page has been read since it was begun.
    pub fn is_at_first(&self) -> bool {
        self.links.is_empty()
    }

    /// Goes on with the link of a page, which held so many entries.
    ///
    /// # Errors
    /// When the pages cannot end.
    pub fn advance(&mut self, link: Option<&str>, entries: usize) -> Result<(), ListingError> {
        self.empty = if entries == 0 { self.empty + 1 } else { 0 };
        if self.empty > EMPTY_PAGES {
            return Err(ListingError::OnlyEmptyPages(self.empty));
        }
        if link.is_some_and(|link| !self.links.insert(link.to_owned())) {
            return Err(ListingError::Circle);
        }
        self.next = link.map(|link| request(linked(&self.tenant, link)));
        Ok(())
    }

    /// Begins anew: the service does not know the link any more that it gave.
    ///
    /// # Errors
    /// When that happened too often.
    pub fn restart(&mut self) -> Result<(), ListingError> {
        self.restarts += 1;
        if self.restarts > RESTARTS {
            return Err(ListingError::Forgotten(self.restarts));
        }
        self.links.clear();
        self.next = Some(self.first());
        Ok(())
    }

    /// Both times are always sent: pages of the vendor differ in what is listed without them.
    fn first(&self) -> Request {
        let stamp = |second| second_text(second).trim_end_matches('Z').to_owned();
        let (from, to) = (stamp(self.window.from), stamp(self.window.to));
        let (root, content_type, tenant) = (root(&self.tenant, "v1.0"), self.content_type, &self.tenant);
        let query = format!("contentType={content_type}&startTime={from}&endTime={to}&{PUBLISHER}{tenant}");
        request(crate::wire::Target::Path(format!("{root}/subscriptions/content?{query}")))
    }
}
