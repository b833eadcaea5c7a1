//! Follows one chain of pages: a pure state machine. It says what to request next and judges what came.
//!
//! An answer is complete or it is an error, so everything that could end a chain early or never is an error here: a link
//! that was followed before, pages that bring nothing new, rows that break an order on which somebody relies.
//!
//! The opaque token in a link can die (the audit-log reports answer 400 then). The chain is begun anew: from the last time
//! seen where the order of its rows was asked for, or is documented and the pages so far have shown it; else from its
//! start. A page that is as full as was asked for and links to no other may have been cut there (`$top` has been taken for
//! the size of the result): what lies behind it is asked for once more. The caller recognises repeated records by their
//! key.

use std::collections::{HashMap, HashSet};

use super::PageQuery;
use super::slices::Progress;
use crate::table::Direction;
use crate::time::{Interval, instant_text};
use crate::wire::Request;

/// How often an identical, non-empty page may come before the chain counts as a loop. A page that comes twice is a known
/// fault of the services; their rows are recognised by key.
const SAME_PAGE: u32 = 3;
/// Most pages in a row without a new record. Empty ones are legal: a service that looks through a long range for few records
/// sends them while it does. A thousand are half an hour at the documented pace.
const IDLE_PAGES: u32 = 1_000;
/// Most pages in a row that hold records, all of which came before.
const KNOWN_PAGES: u32 = 5;
/// How far behind the edge of what it gave away a chain has to be before it ends: whatever a service makes of records of one
/// second, it is then past the edge. In microseconds.
const BEHIND: i64 = 1_000_000;
/// How often in a row a chain may be begun anew and then get no further than before. A token that lives for one page lets
/// a chain go on; one that always dies at the same place would keep it at its beginning for ever.
const STALLED: u32 = 3;

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
    /// A hash of each key.
    pub keys: Vec<u64>,
}

/// Why a chain cannot be followed to its end.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum PagerError {
    /// The service sent a link that was followed before.
    #[error("the service linked to a page that was already read: its pages form a loop")]
    Circle,
    /// The same page keeps coming.
    #[error("the service sent the same page {0} times")]
    SamePage(u32),
    /// Pages without end that bring no new record.
    #[error("the service sent {0} pages in a row that held no new record")]
    NothingNew(u32),
    /// A page that may have been cut, and no way to tell.
    #[error(
        "the service sent a page of {0} records, as many as were asked for, without a link to the next, and more of \
         them cannot be asked for: {1}"
    )]
    FullPage(usize, &'static str),
    /// The order that was asked for was not kept.
    #[error("the service did not keep the requested order: {later} came after {earlier}")]
    OutOfOrder {
        /// The row that came first.
        earlier: String,
        /// The row that should have come before it.
        later: String,
    },
    /// A record that cannot be placed in the order.
    #[error("{0} record(s) have no time, so they have no place in the requested order")]
    NoTime(usize),
    /// Records that no slice of a range can claim.
    #[error("{0} record(s) have no time, and without dedup they could count twice where time slices meet")]
    Timeless(usize),
    /// The chain was begun anew again and again, and got no further.
    #[error("the service's page tokens expire before the next page can be read")]
    DeadChain,
    /// A chain has to be begun anew, but its records cannot be told apart.
    #[error(
        "the service's page token expired, and {0} record(s) without a key cannot be recognised if they arrive again"
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
    /// The last page that had rows.
    previous: Option<u64>,
    /// Keys of the records since the start; in an order that was asked for, those since the time last changed.
    keys: HashSet<u64>,
    /// Pages since the last new record, and those among them that were not empty.
    idle: u32,
    known: u32,
    pages_since_start: u32,
    /// Most pages that were read from one start while the order was broken.
    most_pages: u32,
    /// Starts in a row that brought the chain no further.
    stalled: u32,
    /// The time of the last row seen.
    last: Option<i64>,
    shown: Shown,
    /// Its rows have to have a time: an order is wanted, even if the service does not give it.
    timed: bool,
    keyless: usize,
    /// The range was narrowed to what lies behind rows that were read: those at its edge come again.
    overlaps: bool,
    /// The time of the first row since the start.
    newest: Option<i64>,
    /// The time that the last page took up.
    stride: i64,
    /// What is older than its range was given away: the service's answer goes on behind it.
    gave: bool,
}

/// What the rows so far show of the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Nothing: there was one time at most.
    Nothing,
    /// That it is the chain's.
    Kept,
    /// That it is another, or none.
    Broken,
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
            timed: query.order.is_some(),
            query,
            state: State::First,
            links: HashSet::new(),
            fingerprints: HashMap::new(),
            previous: None,
            keys: HashSet::new(),
            idle: 0,
            known: 0,
            pages_since_start: 0,
            most_pages: 0,
            stalled: 0,
            last: None,
            shown: Shown::Nothing,
            keyless: 0,
            overlaps: false,
            newest: None,
            stride: 0,
            gave: false,
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

    /// Whether records of pages before will come again: what lies behind the last of them was asked for once more.
    pub fn overlaps(&self) -> bool {
        self.overlaps
    }

    /// Bytes that it holds to recognise what came before.
    pub fn size(&self) -> usize {
        // A set keeps a seventh of its room free, and a byte for each place.
        self.keys.capacity() * (size_of::<u64>() + 1) * 8 / 7
    }

    /// Takes a weaker query after the service refused the present one.
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
        self.newest = self.newest.or(page.first);
        let before = self.last.or(page.first);
        self.last = page.last.or(self.last);
        self.stride = before.zip(self.last).map_or(0, |(before, last)| before.saturating_sub(last));
        self.follow(page)
    }

    /// How far it has come and where its range begins, if it goes on and the order vouches for what it has read: newest first.
    /// `kept_from` is where a range without a beginning is thought to begin, in microseconds.
    pub fn progress(&self, kept_from: i64) -> Option<Progress> {
        let goes_on = matches!(self.state, State::Next(_)) && self.vouched() == Some(Direction::Descending);
        // Where rows behind its end come, the service ignores the range.
        let within = |last: i64| self.query.interval.to.is_none_or(|to| last <= to);
        let (newest, oldest) = self.newest.zip(self.last).filter(|(_, last)| goes_on && within(*last))?;
        let from = self.query.interval.from.unwrap_or(kept_from);
        Some(Progress { newest, oldest, stride: self.stride, pages: u64::from(self.pages_since_start), from })
    }

    /// The times of the newest and the oldest row since the start, between which it has read all, as far as it shows.
    pub fn seen(&self) -> Option<(i64, i64)> {
        self.newest.zip(self.last).filter(|_| self.shown != Shown::Broken)
    }

    /// Gives away what is older than an instant of its range: the query for that. The chain ends once it is past it; what its
    /// pages hold of it all the same belongs to the other.
    pub fn give_away(&mut self, edge: i64) -> PageQuery {
        let Interval { from, to } = self.query.interval;
        let older = Interval { from, to: Some(edge - 1) };
        self.query.interval = Interval { from: Some(edge), to };
        self.gave = true;
        PageQuery { interval: older, ..self.query.clone() }
    }

    /// Whether it has read all of a range of which it gave away the older part.
    fn is_past_its_range(&self) -> bool {
        let past = |(from, last): (i64, i64)| last < from.saturating_sub(BEHIND);
        self.gave
            && self.vouched() == Some(Direction::Descending)
            && self.query.interval.from.zip(self.last).is_some_and(past)
    }

    /// Whether the page that is on its way is likely to be the last of such a range.
    pub fn ends_soon(&self) -> bool {
        let ends = |(from, last): (i64, i64)| last.saturating_sub(self.stride) < from;
        self.gave && self.query.interval.from.zip(self.last).is_some_and(ends)
    }

    /// Whether a page of an ordered chain is the one before it, sent again. Its rows stand in their order already, and here
    /// they would break it: the page is to be passed over, unless copies count.
    pub fn is_repeat(&self, page: &PageFacts) -> bool {
        self.query.order.is_some() && page.rows > 0 && page.keyless == 0 && self.previous == Some(page.fingerprint)
    }

    /// Moves on past a page whose rows are not used.
    ///
    /// # Errors
    /// When the chain cannot be trusted to end.
    pub fn pass_over(&mut self, page: &PageFacts) -> Result<(), PagerError> {
        self.check_progress(page)?;
        self.follow(page)
    }

    fn follow(&mut self, page: &PageFacts) -> Result<(), PagerError> {
        self.pages_since_start += 1;
        self.state = match &page.next {
            _ if self.is_past_its_range() => State::Done,
            None if Some(page.rows) == self.query.top => return self.go_behind(page.rows),
            None => State::Done,
            Some(link) if !self.links.insert(link.clone()) => return Err(PagerError::Circle),
            Some(link) => State::Next(link.clone()),
        };
        Ok(())
    }

    /// Begins anew after the service refused a link, where the chain left off if its order allows that.
    ///
    /// # Errors
    /// When that was tried before and got no further, or the records could not be recognised if they arrive again.
    pub fn redo(&mut self) -> Result<(), PagerError> {
        if self.keyless > 0 {
            return Err(PagerError::Keyless(self.keyless));
        }
        self.stalled = if self.got_further() { 0 } else { self.stalled + 1 };
        if self.stalled >= STALLED {
            return Err(PagerError::DeadChain);
        }
        self.begin_anew();
        (self.idle, self.known) = (0, 0);
        self.keys.clear();
        Ok(())
    }

    fn begin_anew(&mut self) {
        self.state = State::First;
        self.pages_since_start = 0;
        (self.last, self.previous, self.newest) = (None, None, None);
        // A service may hand out the same links and pages again.
        self.links.clear();
        self.fingerprints.clear();
    }

    /// Asks for what lies behind a page that may have been cut. Were it the last, the records of its last second come
    /// again, and that is all.
    fn go_behind(&mut self, rows: usize) -> Result<(), PagerError> {
        if self.keyless > 0 {
            return Err(PagerError::FullPage(rows, "records without a key would not be recognised"));
        }
        let rest = self.remaining().ok_or(PagerError::FullPage(rows, "they are in no order"))?;
        if rest == self.query.interval {
            return Err(PagerError::FullPage(rows, "all of them are within one second"));
        }
        self.query.interval = rest;
        self.overlaps = true;
        self.begin_anew();
        Ok(())
    }

    /// Narrows the range to what was not read, and says whether more was read than at any start before.
    fn got_further(&mut self) -> bool {
        if let Some(rest) = self.remaining() {
            return std::mem::replace(&mut self.query.interval, rest) != rest;
        }
        let further = self.pages_since_start > self.most_pages;
        self.most_pages = self.most_pages.max(self.pages_since_start);
        further
    }

    /// What of the chain's time range lies at or beyond the last row seen; `None` if nothing vouches for their order.
    pub fn remaining(&self) -> Option<Interval> {
        let rest = |last| match self.vouched()? {
            Direction::Descending => Some(Interval::until(last)),
            Direction::Ascending => Some(Interval::since(last)),
        };
        self.last.and_then(rest).map(|rest| self.query.interval.intersect(rest))
    }

    /// The order on which something may be built: one that was asked for is held to, row by row; a documented one counts
    /// once it was seen. A single time, or a page of one row, shows nothing.
    fn vouched(&self) -> Option<Direction> {
        self.query.order.or(self.query.pages.listed.filter(|_| self.shown == Shown::Kept))
    }

    fn direction(&self) -> Direction {
        self.query.order.or(self.query.pages.listed).unwrap_or(Direction::Descending)
    }

    fn check_order(&mut self, page: &PageFacts) -> Result<(), PagerError> {
        let asked = self.query.order.is_some();
        if page.timeless > 0 {
            self.shown = Shown::Broken;
            return if self.timed { Err(PagerError::NoTime(page.timeless)) } else { Ok(()) };
        }
        let (kept, inside) = match self.direction() {
            Direction::Descending => {
                (self.last.zip(page.first).is_none_or(|(last, first)| first <= last), page.falling)
            }
            Direction::Ascending => (self.last.zip(page.first).is_none_or(|(last, first)| first >= last), page.rising),
        };
        let moved = page.first != page.last || self.last.zip(page.first).is_some_and(|(last, first)| first != last);
        if !kept || !inside {
            self.shown = Shown::Broken;
        } else if moved && self.shown == Shown::Nothing {
            self.shown = Shown::Kept;
        }
        if asked && self.shown == Shown::Broken {
            let text = |t: Option<i64>| t.map_or_else(|| "a record".into(), instant_text);
            let earlier = if kept { page.first } else { self.last };
            let later = if kept { page.last } else { page.first };
            return Err(PagerError::OutOfOrder { earlier: text(earlier), later: text(later) });
        }
        Ok(())
    }

    fn check_progress(&mut self, page: &PageFacts) -> Result<(), PagerError> {
        if page.rows > 0 {
            self.previous = Some(page.fingerprint);
            let times = self.fingerprints.entry(page.fingerprint).or_default();
            *times += 1;
            if *times >= SAME_PAGE {
                return Err(PagerError::SamePage(*times));
            }
        }
        if self.has_new(page) {
            (self.idle, self.known) = (0, 0);
            return Ok(());
        }
        self.idle += 1;
        self.known += u32::from(page.rows > 0);
        // The last page ends the chain, whatever it holds.
        let endless = page.next.is_some() && (self.idle > IDLE_PAGES || self.known > KNOWN_PAGES);
        if endless { Err(PagerError::NothingNew(self.idle)) } else { Ok(()) }
    }

    /// Whether a page holds a record that did not come before. Records without a key cannot be told, and count as new.
    fn has_new(&mut self, page: &PageFacts) -> bool {
        // In an order that is held to, a record of another time than the last cannot have come before.
        let passed = self.query.order.is_some() && page.rows > 0 && (page.first != page.last || self.last != page.last);
        if passed {
            self.keys.clear();
        }
        let before = self.keys.len();
        self.keys.extend(&page.keys);
        passed || page.keyless > 0 || self.keys.len() > before
    }
}

#[cfg(test)]
mod tests;
