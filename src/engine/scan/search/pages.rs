//! The pages of one search that has ended, read until two readings of them agree.

use std::collections::HashSet;
use std::sync::Arc;

use super::{RecordBatch, Searching};
use crate::decode::{RecordPage, SearchDecoder};
use crate::engine::error::Error;
use crate::engine::scan::declared::declared;
use crate::engine::scan::page_stats::Marks;
use crate::plan::Reading;
use crate::plan::search::{self, ENTRY, Order, Passes, ReadError, Verdict};
use crate::tally::ChainMark;
use crate::wire::{Reply, Request};

/// How often a page is asked for that lacks records which it says it has.
const ASKED: u32 = 4;
/// Most pages of a reading in a row that bring nothing new to it.
const IDLE_PAGES: u32 = 100;

/// A part of what a search brings.
pub(super) enum Part {
    /// Rows.
    Rows(RecordBatch),
    /// What it left out, in pieces; nothing comes behind it.
    Rest(Vec<Order>),
}

/// A search that has ended, as it is read.
pub(super) struct Pages {
    all: Arc<Searching>,
    order: Order,
    first: Request,
    /// The records after which it ends.
    cap: u64,
    /// It is a part of another one's range.
    is_part: bool,
    /// The pieces of its range: it is known to lack records.
    rest: Option<Vec<Order>>,
    /// It lacks records and cannot be cut: what there is of it is read, and then this is the end.
    doomed: Option<Error>,
    fault: Option<Error>,
    decoder: SearchDecoder,
    next: Option<Request>,
    /// The links that were followed in the present reading.
    links: HashSet<u128>,
    idle: u32,
    passes: Passes,
    reading: Reading,
    /// Records of the present reading.
    records: u64,
    /// Says that there is more to come.
    _mark: ChainMark,
}

impl Pages {
    pub(super) fn new(
        all: Arc<Searching>,
        order: Order,
        (id, limit): (&str, Option<u64>),
        (is_part, rest): (bool, Option<Result<Vec<Order>, Error>>),
        mark: ChainMark,
    ) -> Result<Self, Error> {
        let (scan, version) = (&all.scan, all.searches.version());
        let first = search::records(all.searches.declared(), version, id).ok_or_else(|| {
            let id = scan.veil().told_name(id);
            all.failed(&order, crate::searches::Error::Id(id))
        })?;
        let key = scan.set.column(scan.set.key).expect("every table has its key");
        let decoder = SearchDecoder::new(&scan.columns, key).noticing(declared(scan.set));
        let decoder = if scan.statement.settings.dedup { decoder.digested() } else { decoder };
        // A user who says that it is lower knows better than the service's own word.
        let cap = limit.map_or(all.plan.cap, |limit| limit.min(all.plan.cap));
        let (rest, doomed) = match rest.transpose() {
            Ok(rest) => (rest, None),
            Err(error) => (None, Some(error)),
        };
        Ok(Self {
            cap,
            is_part,
            rest,
            doomed,
            fault: None,
            decoder,
            next: Some(first.clone()),
            first,
            links: HashSet::new(),
            idle: 0,
            passes: Passes::default(),
            reading: Reading::new(order.interval()),
            records: 0,
            order,
            all,
            _mark: mark,
        })
    }

    pub(super) fn all(&self) -> &Arc<Searching> {
        &self.all
    }

    /// What comes next; `None` behind the end.
    pub(super) async fn next(&mut self) -> Result<Option<Part>, Error> {
        if let Some(rest) = self.rest.take() {
            return Ok(Some(Part::Rest(rest)));
        }
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        while let Some(request) = self.next.take() {
            let (page, reply) = self.page(&request).await?;
            let rows = self.enter(&page, &reply)?;
            self.follow(page.next.as_deref())?;
            if self.next.is_none() {
                // All of what was read counts as nothing: which records are missing is not known.
                if let Some(fault) = self.doomed.take() {
                    self.fault = Some(fault);
                    return Ok(Some(Part::Rows(rows)));
                }
                if self.records >= self.cap {
                    return self.rest(rows).map(Some);
                }
                self.end_reading();
            }
            if rows.num_rows() > 0 {
                return Ok(Some(Part::Rows(rows)));
            }
        }
        self.fault.take().map_or(Ok(None), Err)
    }

    /// The pieces of its range, behind the rows that were read last.
    fn rest(&mut self, rows: RecordBatch) -> Result<Part, Error> {
        for record in self.passes.records() {
            self.all.is_first(record)?;
        }
        match self.all.cut(&self.order, self.cap, &self.reading) {
            Ok(rest) => self.rest = Some(rest),
            Err(error) => self.fault = Some(error),
        }
        Ok(Part::Rows(rows))
    }

    /// Asks for a page until it holds what it says it has.
    async fn page(&mut self, request: &Request) -> Result<(RecordPage, Reply), Error> {
        let scan = Arc::clone(&self.all.scan);
        let place = || self.all.place(&self.order);
        for left in (0..ASKED).rev() {
            let reply = scan.ask(request).await?.map_err(|error| scan.request_error(place(), error))?;
            let page = self.decoder.page(&reply.body);
            let page = page.map_err(|e| Error::page(Box::new(place()), scan.veil(), reply.request_id.clone(), e))?;
            match page.count {
                Some(count) if count != page.size() as u64 => {
                    if left == 0 {
                        return Err(self.unread(ReadError::Short { count, found: page.size() }));
                    }
                }
                _ => return Ok((page, reply)),
            }
        }
        unreachable!("the last attempt returns")
    }

    /// The rows of a page that did not come before.
    fn enter(&mut self, page: &RecordPage, reply: &Reply) -> Result<RecordBatch, Error> {
        let scan = Arc::clone(&self.all.scan);
        let (before, found) = (self.passes.size(), self.passes.found());
        let mut wanted = Vec::new();
        for row in 0..page.size() {
            let record = self.all.number_of(page.identity(row));
            if self.passes.enter(record) && (!self.is_part || self.all.is_first(record)?) {
                wanted.push(row);
            }
        }
        scan.room.take((self.passes.size() - before) * ENTRY)?;
        self.idle = if self.passes.found() > found { 0 } else { self.idle + 1 };
        let decoded = self.decoder.rows(page, wanted.into_iter());
        let place = || Box::new(self.all.place(&self.order));
        let decoded = decoded.map_err(|error| Error::page(place(), scan.veil(), reply.request_id.clone(), error))?;
        scan.budget.tally.pages.add(1);
        scan.budget.tally.rows_received.add(page.size() as u64);
        scan.budget.tally.read(reply.sent, page.size() as u64);
        scan.report(decoded.conflicts, decoded.strange);
        self.records += page.size() as u64;
        // The service knows the time of a record that has none of its own.
        let times = Marks::of(scan.set, &decoded.rows).times.into_iter().flatten();
        self.reading.page(times.flatten().map(Some), 0);
        Ok(decoded.rows)
    }

    /// Goes on with the link of a page.
    fn follow(&mut self, link: Option<&str>) -> Result<(), Error> {
        let Some(link) = link else { return Ok(()) };
        if !self.links.insert(self.all.number_of(link)) {
            return Err(self.unread(ReadError::Circle));
        }
        if self.idle > IDLE_PAGES {
            return Err(self.unread(ReadError::NothingNew(self.idle)));
        }
        self.next = Some(search::follow(self.all.searches.declared(), self.all.searches.version(), link));
        Ok(())
    }

    /// A reading is over: the next one begins, unless two agree.
    fn end_reading(&mut self) {
        match self.passes.end() {
            Verdict::Whole => {}
            Verdict::Unsteady(readings) => self.fault = Some(self.unread(ReadError::Unsteady(readings))),
            Verdict::Again => {
                self.links.clear();
                (self.idle, self.records) = (0, 0);
                self.next = Some(self.first.clone());
            }
        }
    }

    fn unread(&self, source: ReadError) -> Error {
        Error::Unread { place: Box::new(self.all.place(&self.order)), source }
    }
}
