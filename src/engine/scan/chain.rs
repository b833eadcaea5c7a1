//! Carries out one chain of pages: the only place where a decision meets its effect.
//!
//! The [`Pager`] decides, the client sends, the decoder reads; what comes out are pages whose rows are known to be of
//! the kind, the time range and the order that were asked for. A dead token begins the chain anew, a refused filter is
//! weakened step by step, rows that the service will not sort are sorted here; everything else that goes wrong is an error,
//! never an end.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use arrow::array::RecordBatch;
use datafusion::common::runtime::SpawnedTask;
use datafusion::execution::memory_pool::MemoryReservation;
use futures::stream::{self, Stream, StreamExt, TryStreamExt};

use super::merge::Batches;
use super::page_rows;
use super::page_stats::Marks;
use super::remote::{Answered, RemoteScan};
use super::sorted::sorted;
use crate::decode::{Page, PageDecoder, link_ahead};
use crate::engine::error::{Error, Place};
use crate::engine::runtime::Statement;
use crate::http;
use crate::plan::slices::Progress;
use crate::plan::{PageQuery, Pager, PagerError, Reading, Weaker};
use crate::table::{Direction, Quota};
use crate::tally::{ChainMark, Notice};
use crate::time::Interval;
use crate::veil::Veiled;
use crate::wire::{Reply, Request};

/// The body of a page behind which the next one is asked for ahead. Real ones have one to three megabytes.
const MOST_AHEAD: usize = 8 << 20;

/// One chain of pages.
pub(crate) struct Chain {
    scan: Arc<RemoteScan>,
    pager: Pager,
    /// Made for the first page, and lent to the thread that decodes one.
    decoder: Option<PageDecoder>,
    /// The order in which its rows are wanted.
    order: Option<Direction>,
    /// Weaker queries to try while the service refuses the first request.
    ladder: std::vec::IntoIter<Weaker>,
    /// The service's answer to the full query, while weaker ones are tried.
    refused: Option<http::Error>,
    /// What is to be said once a weaker one was accepted.
    weakened: Vec<Notice>,
    /// Rows outside of it were given out before the chain was narrowed to what remained.
    own: Option<Interval>,
    /// Under `partial`, a page of it could not be read.
    broken_off: bool,
    /// It reads a slice of a range of which other chains read the rest.
    is_slice: bool,
    /// The service refused what was asked of it first, and answers a weaker query.
    is_weaker: bool,
    /// The chain was begun anew: records will come again.
    pub(crate) repeats: bool,
    /// Whether to ask for the next page ahead.
    pub(crate) eager: bool,
    /// The request for the next page, sent while this one is decoded.
    ahead: Option<Ahead>,
    /// What was seen of its answer, which may end at the service's cap.
    reading: Reading,
    /// There are pages behind the one that was read last.
    goes_on: bool,
    /// Says how far it has come.
    mark: ChainMark,
    reservation: MemoryReservation,
}

/// A request that is under way. Dropping it aborts it.
struct Ahead {
    request: Request,
    reply: SpawnedTask<Answered>,
}

impl Chain {
    pub(crate) fn new(scan: Arc<RemoteScan>, query: PageQuery) -> Self {
        let (order, ladder) = (query.order, query.weaker(scan.kept_from()).into_iter());
        Self {
            reading: Reading::new(query.interval),
            pager: Pager::new(query),
            decoder: None,
            order,
            ladder,
            refused: None,
            weakened: Vec::new(),
            own: None,
            broken_off: false,
            is_slice: false,
            is_weaker: false,
            repeats: false,
            eager: scan.eager,
            ahead: None,
            goes_on: false,
            mark: scan.budget.tally.live.chain(),
            reservation: scan.room.part(),
            scan,
        }
    }

    /// A chain over what another one left: rows outside of the range belong to that one.
    pub(crate) fn over_rest(scan: Arc<RemoteScan>, query: PageQuery) -> Self {
        let own = Some(query.interval);
        Self { own, ..Self::new(scan, query) }
    }

    /// What of its range was not read yet, if its order tells. Where records have no time, all of it: those that were read
    /// come again, and are recognised.
    pub(crate) fn left(&self) -> Option<Interval> {
        if self.scan.set.time.is_none() { Some(Interval::ALL) } else { self.pager.remaining() }
    }

    /// How far it has come, if parts of what it has left can be given away: the service takes its bounds of time, and lists
    /// in the order that is declared.
    pub(crate) fn progress(&self) -> Option<Progress> {
        let query = self.pager.query();
        let assumed = || query.range(self.scan.statement.now.timestamp_micros()).map(|(from, _)| from);
        let kept_from = self.scan.kept_from().or_else(assumed)?;
        self.pager.progress(kept_from).filter(|_| !self.is_weaker)
    }

    /// The times between which it has read all.
    pub(crate) fn seen(&self) -> Option<(i64, i64)> {
        self.pager.seen()
    }

    /// The kind of record that it lists, if there are kinds.
    pub(crate) fn kind(&self) -> Option<&'static str> {
        self.pager.query().kind.map(|kind| kind.member)
    }

    /// The quota that its requests count against.
    pub(crate) fn quota(&self) -> Quota {
        self.pager.query().quota
    }

    /// Gives away what is older than an instant: the query for that. Of its pages it gives out its own rows alone.
    pub(crate) fn give_away(&mut self, edge: i64) -> PageQuery {
        let older = self.pager.give_away(edge);
        self.own = Some(self.pager.query().interval);
        older
    }

    /// From now on it is one of several that read a range.
    pub(crate) fn become_slice(&mut self) {
        self.is_slice = true;
    }

    /// What tells how far it has come, for whoever tells that of several chains.
    pub(crate) fn lend_mark(&mut self) -> ChainMark {
        std::mem::replace(&mut self.mark, self.scan.budget.tally.live.slice())
    }

    /// Whether it ended before its last page.
    pub(crate) fn is_broken_off(&self) -> bool {
        self.broken_off
    }

    pub(crate) fn is_done(&self) -> bool {
        self.pager.next_request().is_none()
    }

    /// Whether its answer may end at a cap of the service's.
    pub(crate) fn is_capped(&self) -> bool {
        self.pager.query().cap.is_some()
    }

    /// After its last page: the queries that are left, because it ended at the service's cap.
    pub(crate) fn rest(&self) -> Result<Vec<PageQuery>, Error> {
        if self.broken_off {
            return Ok(Vec::new());
        }
        let Statement { settings, now, tally, .. } = &*self.scan.statement;
        let rest = self.reading.rest(self.pager.query(), settings.dedup, now.timestamp_micros());
        let rest = rest.map_err(|source| Error::Capped {
            place: Box::new(self.place()),
            setting: "aadgraph_record_cap",
            source,
        })?;
        if let (Some(cap), [_, ..]) = (self.pager.query().cap, &rest[..]) {
            let (table, pieces) = (self.scan.table(), rest.len() as u64);
            tally.notice(Notice::CapReached { table, cap, answers: 1, pieces });
        }
        Ok(rest)
    }

    /// The rows of its next page; `None` after the last. Under `partial`, a page that cannot be read ends the chain.
    pub(crate) async fn next_spared(&mut self) -> Result<Option<RecordBatch>, Error> {
        self.next_page().await.or_else(|error| {
            self.scan.spare(error)?;
            self.broken_off = true;
            Ok(None)
        })
    }

    /// What its scan shares.
    pub(crate) fn scan(&self) -> &Arc<RemoteScan> {
        &self.scan
    }

    /// Its rows, in the order in which they are wanted.
    pub(crate) fn into_stream(mut self) -> Batches {
        if self.order.is_none() {
            return self.pages().boxed();
        }
        // Only its first reply tells whether the service will sort.
        let rows = async move {
            let first = self.next_page().await.or_else(|error| self.scan.spare(error).map(|()| None))?;
            Ok(first.map_or_else(|| stream::empty().boxed(), |first| self.after(first)))
        };
        stream::once(rows).try_flatten().boxed()
    }

    /// The rows of its first page, which was read, and of those that are left, in the order in which they are wanted.
    pub(crate) fn after(self, first: RecordBatch) -> Batches {
        let (scan, schema) = (Arc::clone(&self.scan), first.schema());
        let unsorted = self.order.filter(|_| self.will_not_sort());
        let rows = stream::once(ready(Ok(first))).chain(self.pages()).boxed();
        match unsorted {
            Some(direction) => sorted(rows, &schema, direction, &scan),
            None => rows,
        }
    }

    /// Whether the service refused the order in which its rows are wanted.
    pub(crate) fn will_not_sort(&self) -> bool {
        self.pager.query().order != self.order
    }

    /// The rows of the pages that are left, page by page. Under `partial`, one that cannot be read ends this chain alone.
    fn pages(self) -> impl Stream<Item = Result<RecordBatch, Error>> + Send {
        stream::try_unfold(self, |mut chain| async move { Ok(chain.next_spared().await?.map(|rows| (rows, chain))) })
    }

    fn place(&self) -> Place {
        Place::of_pages(self.pager.query())
    }

    fn chain_error(&self, source: PagerError) -> Error {
        Error::Chain { place: Box::new(self.place()), source }
    }

    /// The rows of the next page; `None` after the last.
    pub(crate) async fn next_page(&mut self) -> Result<Option<RecordBatch>, Error> {
        while let Some(request) = self.pager.next_request() {
            match self.reply_to(&request).await? {
                Ok(reply) => {
                    self.ask_ahead(&reply.body);
                    let page = self.decoded(&reply).await?;
                    return self.accept(reply.sent, page).map(Some);
                }
                Err(refused) if is_bad_request(&refused) => self.recover(refused)?,
                Err(refused) if self.pager.query().parent.is_some() && is_not_found(&refused) => {
                    self.parent_not_there();
                    return Ok(None);
                }
                Err(error) => return Err(self.scan.request_error(self.place(), error)),
            }
        }
        Ok(None)
    }

    /// Of a record that is gone, or never was, there is no listing.
    fn parent_not_there(&self) {
        let query = self.pager.query();
        let Some((parent, key)) = query.set.parent().zip(query.parent.as_deref()) else { return };
        let (table, of, first_id) = (self.scan.table(), parent.set.qualified(), self.scan.veil().told_name(key));
        self.scan.statement.tally.notice(Notice::NotThere { table, of, count: 1, first_id });
    }

    /// The reply to a request, which may be under way already.
    async fn reply_to(&mut self, request: &Request) -> Answered {
        match self.ahead.take().filter(|ahead| ahead.request == *request) {
            // Besides its owner only a runtime that shuts down aborts it.
            Some(ahead) => ahead.reply.join_unwind().await.unwrap_or(Err(Error::Ending)),
            None => self.scan.ask(request).await,
        }
    }

    /// Asks for the next page before this one is decoded, if all of it is wanted in any case. Where pages are large, two of
    /// them take more memory than the time that is saved is worth.
    fn ask_ahead(&mut self, body: &[u8]) {
        let wanted = self.eager && body.len() <= MOST_AHEAD && !self.pager.ends_soon();
        let link = link_ahead(body).filter(|_| wanted);
        self.ahead = link.and_then(|link| self.pager.ahead(&link)).map(|request| {
            let (scan, asked) = (Arc::clone(&self.scan), request.clone());
            let reply = SpawnedTask::spawn(async move { scan.ask(&asked).await });
            Ahead { request, reply }
        });
    }

    /// A 400 to the first request is about its filter: a weaker one is tried. One to a link is about its token.
    fn recover(&mut self, refused: http::Error) -> Result<(), Error> {
        if !self.pager.is_at_first() && self.scan.statement.settings.dedup {
            self.pager.redo().map_err(|e| self.chain_error(e))?;
            (self.own, self.repeats) = (Some(self.pager.query().interval), true);
            self.reading = Reading::new(self.pager.query().interval);
            return Ok(());
        }
        let said = refused.refusal().and_then(|r| r.message.clone());
        let because = said.unwrap_or_else(|| self.scan.veil().told(&refused.to_string()));
        let about_order = names_order(&because) && !self.will_not_sort();
        // Where the service names the order, no weaker filter will help.
        let helps = |weaker: &Weaker| !about_order || weaker.query.order.is_none();
        let Some(weaker) = self.ladder.find(helps).filter(|_| !self.repeats) else {
            // What the service says about a query that nobody asked for would mislead.
            let refused = self.refused.take().unwrap_or(refused);
            return Err(self.scan.request_error(self.place(), refused));
        };
        self.pager.weaken(weaker.query);
        self.is_weaker = true;
        self.weakened = self.notices(weaker.dropped, because);
        self.refused.get_or_insert(refused);
        Ok(())
    }

    /// What a reader has to know of the present query, which is not the one that was wanted.
    fn notices(&self, dropped: String, because: Veiled) -> Vec<Notice> {
        let table = self.scan.table();
        let unsorted =
            self.will_not_sort().then(|| Notice::OrderRefused { table: table.clone(), because: because.clone() });
        let weaker = (!dropped.is_empty()).then_some(Notice::WeakerFilter { table, dropped, because });
        unsorted.into_iter().chain(weaker).collect()
    }

    /// The page that a reply is, decoded on a thread of its own: other chains of the scan go on meanwhile.
    async fn decoded(&mut self, reply: &Reply) -> Result<Page, Error> {
        let (decoder, body) = (self.decoder.take(), reply.body.clone());
        let mut decoder = decoder.unwrap_or_else(|| self.scan.page_decoder());
        let decoding = SpawnedTask::spawn_blocking(move || (decoder.page(&body), decoder));
        // Besides its owner only a runtime that shuts down aborts it.
        let Ok((page, decoder)) = decoding.join_unwind().await else { return Err(Error::Ending) };
        self.decoder = Some(decoder);
        page.map_err(|e| Error::page(Box::new(self.place()), self.scan.veil(), reply.request_id.clone(), e))
    }

    fn accept(&mut self, sent: Option<u64>, page: Page) -> Result<RecordBatch, Error> {
        let scan = Arc::clone(&self.scan);
        // The ladder has served once a query was accepted.
        (self.ladder, self.refused) = (Vec::new().into_iter(), None);
        self.weakened.drain(..).for_each(|notice| scan.statement.tally.notice(notice));
        // Nothing can be given out before the last page is there.
        self.eager |= self.will_not_sort();
        let rows = page_rows::named(scan.as_ref(), self.pager.query(), &page)?;
        let marks = Marks::of(scan.set, &rows);
        let facts = marks.facts(page.next);
        let again = scan.statement.settings.dedup && self.pager.is_repeat(&facts);
        let moved = if again { self.pager.pass_over(&facts) } else { self.pager.advance(&facts) };
        moved.map_err(|e| self.chain_error(e))?;
        if self.is_slice && facts.timeless > 0 && !scan.statement.settings.dedup {
            return Err(self.chain_error(PagerError::Timeless(facts.timeless)));
        }
        self.note_end();
        self.reservation.try_resize(self.pager.size()).map_err(Error::Memory)?;
        self.reading.page(marks.times.into_iter().flatten(), facts.keyless);
        scan.budget.tally.pages.add(1);
        scan.budget.tally.rows_received.add(rows.num_rows() as u64);
        scan.budget.tally.read(sent, rows.num_rows() as u64);
        if let Some((oldest, newest)) = marks.oldest().zip(marks.newest()) {
            self.mark.read(oldest, newest);
        }
        scan.oldest.fetch_min(marks.oldest().unwrap_or(i64::MAX), Relaxed);
        let rows = if again { rows.slice(0, 0) } else { page_rows::within(scan.set, self.own, rows) };
        if !again {
            scan.report(page.conflicts, page.strange);
        }
        self.expect_copies(facts.rows)?;
        Ok(rows)
    }

    /// Tells its scan whether it goes on.
    fn note_end(&mut self) {
        if self.goes_on == self.is_done() {
            self.goes_on = !self.is_done();
            self.scan.choices.chain(self.goes_on);
        }
    }

    /// Where the pager asks once more for what lies behind a page, records come again.
    fn expect_copies(&mut self, rows: usize) -> Result<(), Error> {
        if !self.pager.overlaps() {
            return Ok(());
        }
        if !self.scan.statement.settings.dedup {
            return Err(self.chain_error(PagerError::FullPage(rows, "without dedup they would count twice")));
        }
        (self.own, self.repeats) = (Some(self.pager.query().interval), true);
        Ok(())
    }
}

fn is_bad_request(error: &http::Error) -> bool {
    matches!(error, http::Error::Refused(refusal) if refusal.status == 400)
}

/// Whether the thing whose listing was asked for is not there. Another code may mean that the whole endpoint is not.
fn is_not_found(error: &http::Error) -> bool {
    let of =
        |refusal: &http::Refusal| refusal.status == 404 && refusal.code.as_deref() == Some("Request_ResourceNotFound");
    matches!(error, http::Error::Refused(refusal) if of(refusal))
}

/// Whether a refusal is about the order that was asked for.
fn names_order(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["orderby", "order by", "sort"].iter().any(|word| message.contains(word))
}
