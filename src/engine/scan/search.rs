//! Reads the audit log by searches: orders one, waits for it, reads its pages until two readings agree.
//!
//! A search that found more than it gives out is cut by time and ordered again, in pieces. What the pieces have in common, and
//! what later readings of one search bring again, is given out once: records of a search have an id of their own.

mod pages;

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::RemoteScan;
use super::chains::tolerant;
use super::merge::{Batches, Merge, merge};
use crate::decode::Ordered;
use crate::engine::error::{Error, Place};
use crate::plan::search::{ENTRY, Order, SearchPlan};
use crate::plan::{CapError, Reading};
use crate::searches::{self, Placed, Searches};
use crate::tally::Notice;
use crate::time::{instant_text, second_text};
use pages::{Pages, Part};

const SECOND: i64 = 1_000_000;
/// Records can come this late, in seconds: a search that was made sooner after the end of its range may lack some.
const LATE: i64 = 86_400;
/// The setting that says after how many records a search ends.
const CAP_SETTING: &str = "audit_search_record_cap";

/// What the searches of one scan share.
struct Searching {
    scan: Arc<RemoteScan>,
    plan: SearchPlan,
    searches: Searches,
    states: (RandomState, RandomState),
    /// Once a search was cut, the records that were given out by any.
    given: Mutex<HashSet<u128>>,
}

/// The rows of a scan by search. Nothing is sent before they are polled.
pub(crate) fn rows(scan: Arc<RemoteScan>, plan: SearchPlan, how: Merge) -> Batches {
    let Some(order) = plan.order.clone() else { return stream::empty().boxed() };
    say_bounds(&scan, &plan, &order);
    let (client, known) = (scan.connected.client.clone(), Arc::clone(&scan.connected.search_version));
    let searches = Searches::new(client, plan.search, plan.version, known);
    let states = (RandomState::new(), RandomState::new());
    read(Arc::new(Searching { scan, plan, searches, states, given: Mutex::default() }), order, false, how)
}

/// What the reader has to know of the times that are searched.
fn say_bounds(scan: &RemoteScan, plan: &SearchPlan, order: &Order) {
    let days = plan.search.retention_days;
    let note = |what| scan.statement.tally.notice(Notice::PartOfPopulation { table: scan.table(), what });
    if plan.is_open() {
        note(format!("no lower time bound was given; records since {} were searched for", second_text(order.from)));
    }
    if plan.is_beyond_kept() {
        note(format!(
            "records are kept for {days} days with every licence and longer with some, by user and workload: that older \
             ones were not found does not mean that there were none"
        ));
    }
}

/// The rows that an order brings; of a part of another one, those that no other part brought.
fn read(all: Arc<Searching>, order: Order, is_part: bool, how: Merge) -> Batches {
    let statement = Arc::clone(&all.scan.statement);
    let opened = stream::once(async move {
        let search = all.open(order, is_part).await?;
        Ok::<_, Error>(stream::try_unfold(Some(search), |search| async move {
            let Some(mut search) = search else { return Ok(None) };
            Ok::<_, Error>(match search.next().await? {
                Some(step @ Part::Rest(_)) => Some(((step, Arc::clone(search.all())), None)),
                Some(step) => Some(((step, Arc::clone(search.all())), Some(search))),
                None => None,
            })
        }))
    });
    let rows = opened.try_flatten().map_ok(move |(part, all)| match part {
        Part::Rows(rows) => stream::once(async move { Ok(rows) }).boxed(),
        Part::Rest(orders) => merge(orders.into_iter().map(|o| read(Arc::clone(&all), o, true, how)).collect(), how),
    });
    tolerant(statement, rows.try_flatten().boxed())
}

impl Searching {
    /// Orders a search, or finds one that was made before, and waits for its end.
    async fn open(self: Arc<Self>, order: Order, is_part: bool) -> Result<Pages, Error> {
        let open = self.scan.budget.tally.live.chain();
        let (order, placed) = self.placed(order).await?;
        let (live, id) = (&self.scan.budget.tally.live, self.scan.veil().told_name(&placed.id));
        // Whoever cancels the statement finds it there.
        let number = live.ordered(self.scan.table(), id.clone());
        let ended = self.searches.ended(&placed, &self.scan.budget).await;
        if matches!(ended, Ok(_) | Err(searches::Error::Ended { .. })) {
            live.ended(number);
        } else {
            self.scan.statement.tally.notice(Notice::LeftRunning { table: self.scan.table(), id });
        }
        let ended = ended.map_err(|error| self.failed(&order, error))?;
        let rest = ended.exceeded.then(|| self.cut_blindly(&order, &ended));
        Pages::new(self, order, (&placed.id, ended.limit), (is_part, rest), open)
    }

    /// A search for this order: one of ours that was made long after its range had ended, or a new one. An order that is
    /// refused is placed again without all that narrows it, which only costs more.
    async fn placed(&self, order: Order) -> Result<(Order, Placed), Error> {
        let (statement, budget) = (&self.scan.statement, &self.scan.budget);
        let now = statement.now.timestamp();
        if statement.settings.audit_search_reuse && now > order.to + LATE {
            let earlier = self.searches.earlier(&order, LATE, budget).await;
            if let Some(found) = earlier.map_err(|error| self.failed(&order, error))? {
                self.say_earlier(&found);
                return Ok((order, found));
            }
        }
        match self.searches.place(&order, now, budget).await {
            Ok(placed) => Ok((order, placed)),
            Err(searches::Error::Request(refused)) if !order.filters.is_empty() && is_bad_request(&refused) => {
                let because = refused.refusal().and_then(|r| r.message.clone());
                let because = because.unwrap_or_else(|| self.scan.veil().told(&refused.to_string()));
                let dropped = order.filters.keys().copied().collect::<Vec<_>>().join(", ");
                let weaker = order.unfiltered();
                let placed = self.searches.place(&weaker, now, budget).await;
                // What the service says about an order that nobody wanted would mislead.
                let placed = placed.map_err(|_| self.failed(&order, searches::Error::Request(refused)))?;
                let table = self.scan.table();
                statement.tally.notice(Notice::WeakerFilter { table, dropped, because });
                Ok((weaker, placed))
            }
            Err(error) => Err(self.failed(&order, error)),
        }
    }

    fn say_earlier(&self, found: &Placed) {
        let made = second_text(found.before.unwrap_or_default());
        let what = format!(
            "a search for the same records that was made at {made} was read instead of a new one (SET \
             auditql.audit_search_reuse = false orders a new one)"
        );
        self.scan.statement.tally.notice(Notice::PartOfPopulation { table: self.scan.table(), what });
    }

    /// The parts of a range of which nothing but the number of records is known.
    fn cut_blindly(&self, order: &Order, ended: &Ordered) -> Result<Vec<Order>, Error> {
        let cap = ended.limit.unwrap_or(self.plan.cap);
        // About half of the limit in each. The number is approximate.
        let parts = ended.found.unwrap_or_default().saturating_mul(2) / cap.max(1) + 1;
        let Some(parts) = order.parts(parts) else {
            return Err(self.capped(order, CapError::OneSecond { cap, second: second_text(order.from) }));
        };
        self.say_cap(cap, parts.len());
        Ok(parts)
    }

    /// The parts of a range whose records were read up to the cap.
    fn cut(&self, order: &Order, cap: u64, reading: &Reading) -> Result<Vec<Order>, Error> {
        if reading.is_empty() {
            // All of them were given out by other searches.
            let parts = order
                .parts(2)
                .ok_or_else(|| self.capped(order, CapError::OneSecond { cap, second: second_text(order.from) }))?;
            self.say_cap(cap, parts.len());
            return Ok(parts);
        }
        let asked = order.interval();
        let pieces = reading.cut(cap, asked, asked.from.zip(asked.to)).map_err(|error| self.capped(order, error))?;
        self.say_cap(cap, pieces.len());
        Ok(pieces.into_iter().map(|piece| order.over(piece)).collect())
    }

    fn say_cap(&self, cap: u64, pieces: usize) {
        let (table, pieces) = (self.scan.table(), pieces as u64);
        self.scan.statement.tally.notice(Notice::CapReached { table, cap, answers: 1, pieces });
    }

    /// Whether none of the searches gave out a record before.
    fn is_first(&self, record: u128) -> Result<bool, Error> {
        self.scan.room.take(ENTRY)?;
        Ok(self.given.lock().unwrap_or_else(PoisonError::into_inner).insert(record))
    }

    /// What tells a record from others, as a number.
    fn number_of(&self, identity: &str) -> u128 {
        u128::from(self.states.0.hash_one(identity)) << 64 | u128::from(self.states.1.hash_one(identity))
    }

    fn place(&self, order: &Order) -> Place {
        let [from, to] = [order.from, order.to].map(|second| Some(instant_text(second * SECOND)));
        Place::Pages { table: self.scan.table(), kind: None, from, to }
    }

    fn capped(&self, order: &Order, source: CapError) -> Error {
        Error::Capped { place: Box::new(self.place(order)), setting: CAP_SETTING, source }
    }

    fn failed(&self, order: &Order, error: searches::Error) -> Error {
        match error {
            searches::Error::Request(source) => self.scan.request_error(self.place(order), source),
            source => Error::Search { place: Box::new(self.place(order)), source },
        }
    }
}

fn is_bad_request(error: &crate::http::Error) -> bool {
    error.refusal().is_some_and(|refusal| refusal.status == 400)
}
