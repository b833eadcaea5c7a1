//! Follows one chain of pages: a pure state machine. It says what to request next and judges what came.
//!
//! An answer is complete or it is an error, so everything that could end a chain early or never is an error here: a link
//! that was followed before, pages that repeat, rows that break an order on which somebody relies.
//! The opaque token in a link can die (the audit-log reports answer 400 then). The chain is begun anew from the last time
//! seen if every page so far came newest first, else from its start; the caller recognises repeated records by their key.

use std::collections::{HashMap, HashSet};

use super::{Direction, PageQuery};
use crate::time::{Interval, instant_text};
use crate::wire::Request;

/// How often an identical, non-empty page may come before the chain counts as a loop. A page that comes twice is a known
/// fault of the services; their rows are recognised by key.
const SAME_PAGE: u32 = 3;
/// Most empty pages in a row. They are legal, but a chain of nothing else would never end.
const EMPTY_PAGES: u32 = 10_000;

/// What the caller observed about a page.
#[derive(Debug, Clone, Default)]
pub struct PageFacts {
    /// The link to the next page; absent on the last.
    pub next: Option<String>,
    /// Rows, before any filter.
    pub rows: usize,
    /// Time of the first row that has one.
    pub first: Option<i64>,
    /// Time of the last row that has one.
    pub last: Option<i64>,
    /// Whether the times never rise from row to row.
    pub falling: bool,
    /// Whether the times never fall from row to row.
    pub rising: bool,
    /// Rows without a time.
    pub timeless: usize,
    /// Rows without a key.
    pub keyless: usize,
    /// A hash over the rows' keys, in order.
    pub fingerprint: u64,
}

/// Why a chain cannot be followed to its end.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum PagerError {
    /// The service sent a link that was followed before.
    #[error("the service linked to a page that was already read: its pages go in a circle")]
    Circle,
    /// The same page keeps coming.
    #[error("the service sent the same page {0} times")]
    SamePage(u32),
    /// Empty pages without end.
    #[error("the service sent {0} empty pages in a row")]
    OnlyEmptyPages(u32),
    /// The order that was asked for was not kept.
    #[error("the service broke the order it was asked for: {later} came after {earlier}")]
    OutOfOrder {
        /// The row that came first.
        earlier: String,
        /// The row that should have come before it.
        later: String,
    },
    /// A record that cannot be placed in the order.
    #[error("{0} record(s) have no time, so they have no place in the order asked for")]
    NoTime(usize),
    /// A token died before one page could be read with it, again.
    #[error("the service's page token expired before the next page could be read")]
    DeadChain,
    /// A chain has to be begun anew, but its records cannot be told apart.
    #[error(
        "the service's page token expired, and {0} record(s) without a key cannot be recognised when they come again"
    )]
    Keyless(usize),
}

/// A chain of pages.
#[derive(Debug)]
pub struct Pager {
    query: PageQuery,
    state: State,
    links: HashSet<String>,
    fingerprints: HashMap<u64, u32>,
    empty: u32,
    pages_since_start: u32,
    /// The time of the last row seen, and whether all rows came in the chain's direction so far.
    last: Option<i64>,
    monotone: bool,
    keyless: usize,
}

#[derive(Debug)]
enum State {
    First,
    Next(String),
    Done,
}

impl Pager {
    /// A chain that has not begun.
    pub fn new(query: PageQuery) -> Self {
        Self {
            query,
            state: State::First,
            links: HashSet::new(),
            fingerprints: HashMap::new(),
            empty: 0,
            pages_since_start: 0,
            last: None,
            monotone: true,
            keyless: 0,
        }
    }

    /// What the chain asks for, narrowed by what was read before it was begun anew.
    pub fn query(&self) -> &PageQuery {
        &self.query
    }

    /// The request to send now; `None` when the last page was read.
    pub fn next_request(&self) -> Option<Request> {
        match &self.state {
            State::First => Some(self.query.request()),
            State::Next(link) => Some(self.query.follow(link.clone())),
            State::Done => None,
        }
    }

    /// The request that a link would lead to, sent before its page is judged; `None` if it was followed before.
    pub fn ahead(&self, link: &str) -> Option<Request> {
        (!self.links.contains(link)).then(|| self.query.follow(link.to_owned()))
    }

    /// Whether the next request opens the chain, so that a refusal is about the filter and not about a token.
    pub fn is_at_first(&self) -> bool {
        matches!(self.state, State::First)
    }

    /// Takes a weaker filter after the service refused the present one.
    pub fn weaken(&mut self, query: PageQuery) {
        self.query = query;
    }

    /// Judges a page and moves on.
    ///
    /// # Errors
    /// When the chain cannot be trusted to end, or breaks an order that was asked for.
    pub fn advance(&mut self, page: &PageFacts) -> Result<(), PagerError> {
        self.check_order(page)?;
        self.check_progress(page)?;
        self.keyless += page.keyless;
        self.last = page.last.or(self.last);
        self.pages_since_start += 1;
        self.state = match &page.next {
            None => State::Done,
            Some(link) if !self.links.insert(link.clone()) => return Err(PagerError::Circle),
            Some(link) => State::Next(link.clone()),
        };
        Ok(())
    }

    /// Begins anew after the service refused a link, where the chain left off if its order allows that.
    ///
    /// # Errors
    /// When nothing was read since the last beginning, or the records could not be recognised when they come again.
    pub fn redo(&mut self) -> Result<(), PagerError> {
        if self.pages_since_start == 0 {
            return Err(PagerError::DeadChain);
        }
        if self.keyless > 0 {
            return Err(PagerError::Keyless(self.keyless));
        }
        if let (true, Some(last)) = (self.monotone, self.last) {
            self.query.interval = self.rest(last);
        }
        self.state = State::First;
        self.pages_since_start = 0;
        self.last = None;
        self.fingerprints.clear();
        Ok(())
    }

    /// What of the chain's time range lies at or beyond the last row seen; `None` if its rows came in no order.
    pub fn remaining(&self) -> Option<Interval> {
        self.last.filter(|_| self.monotone).map(|last| self.rest(last))
    }

    fn rest(&self, last: i64) -> Interval {
        self.query.interval.intersect(match self.direction() {
            Direction::Descending => Interval::until(last),
            Direction::Ascending => Interval::since(last),
        })
    }

    /// Newest first is the documented order of the reports when none is asked for.
    fn direction(&self) -> Direction {
        self.query.order.unwrap_or(Direction::Descending)
    }

    fn check_order(&mut self, page: &PageFacts) -> Result<(), PagerError> {
        let asked = self.query.order.is_some();
        if page.timeless > 0 {
            self.monotone = false;
            return if asked { Err(PagerError::NoTime(page.timeless)) } else { Ok(()) };
        }
        let (kept, inside) = match self.direction() {
            Direction::Descending => {
                (self.last.zip(page.first).is_none_or(|(last, first)| first <= last), page.falling)
            }
            Direction::Ascending => (self.last.zip(page.first).is_none_or(|(last, first)| first >= last), page.rising),
        };
        self.monotone &= kept && inside;
        if asked && !self.monotone {
            let text = |t: Option<i64>| t.map_or_else(|| "a record".into(), instant_text);
            let earlier = if kept { page.first } else { self.last };
            let later = if kept { page.last } else { page.first };
            return Err(PagerError::OutOfOrder { earlier: text(earlier), later: text(later) });
        }
        Ok(())
    }

    fn check_progress(&mut self, page: &PageFacts) -> Result<(), PagerError> {
        if page.rows == 0 {
            self.empty += 1;
            return if self.empty > EMPTY_PAGES { Err(PagerError::OnlyEmptyPages(self.empty)) } else { Ok(()) };
        }
        self.empty = 0;
        let times = self.fingerprints.entry(page.fingerprint).or_default();
        *times += 1;
        if *times >= SAME_PAGE { Err(PagerError::SamePage(*times)) } else { Ok(()) }
    }
}
