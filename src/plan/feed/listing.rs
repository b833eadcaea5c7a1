//! Follows the pages of one listing: one content type, one window. A pure state machine.
//!
//! A page may be empty and have a next one. The link to it is opaque and followed as given; one that was followed before
//! is a circle, and so are pages that go on without naming a blob that is new. The service may forget a link: the listing
//! is begun anew then, and blobs that were listed already are recognised by their id.

use std::collections::HashSet;

use super::{Window, request};
use crate::wire::Request;

/// Most pages in a row that name no new blob. Empty ones are legal; half a minute of them at the documented pace is not a
/// listing any more.
const IDLE_PAGES: u32 = 1_000;
/// Most pages in a row that name blobs, all of which were named before. One that comes twice is a known fault.
const KNOWN_PAGES: u32 = 5;
/// How often in a row a listing is begun anew without getting further than before.
const RESTARTS: u32 = 10;

/// Why a listing cannot be followed to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// The service sent a link that was followed before.
    #[error("the service linked to a page of a listing that was already read: its pages form a loop")]
    Circle,
    /// Pages without end that name nothing new.
    #[error("the service sent {0} pages of a listing in a row that listed nothing new")]
    NothingNew(u32),
    /// The service forgot its links again and again.
    #[error("the service forgot the links of its own listing {0} times in a row, without getting any further")]
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
    /// The blobs that were named since it was begun.
    ids: HashSet<String>,
    /// Pages since the last new blob, and those among them that were not empty.
    idle: u32,
    known: u32,
    /// Times that it was begun anew since it last got further than ever before.
    restarts: u32,
    /// Most pages that were read before a link was forgotten.
    furthest: usize,
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
            ids: HashSet::new(),
            idle: 0,
            known: 0,
            restarts: 0,
            furthest: 0,
        };
        listing.next = Some(request::listing(tenant, content_type, window));
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

    /// Goes on with the link of a page, which named these blobs.
    ///
    /// # Errors
    /// When the pages cannot end.
    pub fn advance(&mut self, link: Option<&str>, ids: &[&str]) -> Result<(), ListingError> {
        // What the last page names, if anything, does not matter: it ends.
        if link.is_some() {
            self.check_progress(ids)?;
        }
        if link.is_some_and(|link| !self.links.insert(link.to_owned())) {
            return Err(ListingError::Circle);
        }
        self.next = link.map(|link| request::follow(&self.tenant, link));
        Ok(())
    }

    fn check_progress(&mut self, ids: &[&str]) -> Result<(), ListingError> {
        let before = self.ids.len();
        self.ids.extend(ids.iter().map(|id| (*id).to_owned()));
        if self.ids.len() > before {
            (self.idle, self.known) = (0, 0);
            return Ok(());
        }
        self.idle += 1;
        self.known += u32::from(!ids.is_empty());
        let endless = self.idle > IDLE_PAGES || self.known > KNOWN_PAGES;
        if endless { Err(ListingError::NothingNew(self.idle)) } else { Ok(()) }
    }

    /// Begins anew: the service does not know the link any more that it gave.
    ///
    /// # Errors
    /// When that happens again and again without getting any further.
    pub fn restart(&mut self) -> Result<(), ListingError> {
        // Each page that was read since it was begun gave a link.
        if self.links.len() > self.furthest {
            (self.furthest, self.restarts) = (self.links.len(), 0);
        }
        self.restarts += 1;
        if self.restarts > RESTARTS {
            return Err(ListingError::Forgotten(self.restarts));
        }
        self.links.clear();
        self.ids.clear();
        self.next = Some(request::listing(&self.tenant, self.content_type, self.window));
        Ok(())
    }
}
