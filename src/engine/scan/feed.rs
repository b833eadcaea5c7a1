//! Reads the activity feed: lists the blobs window by window, fetches several at once, gives their rows in the order of
//! availability.
//!
//! The order is what makes an answer repeatable: of records that come twice the first by (`content_created`, `content_id`)
//! stands, whichever download finished first. Blobs are fetched and decoded on tasks of their own while the rows before
//! them are worked on; a limit lets fewer run ahead. A blob or a listing that cannot be read is a gap in
//! the answer, and said: it ends the scan, or under `partial` costs itself alone.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringViewArray, TimestampMicrosecondArray};
use bytes::Bytes;
use datafusion::common::runtime::SpawnedTask;
use futures::future::try_join_all;
use futures::stream::{self, Stream, StreamExt, TryStreamExt};

use super::RemoteScan;
use super::declared::declared;
use super::files::own_rows;
use super::merge::Batches;
use crate::decode::{ArrayDecoder, Batch, Content, listing};
use crate::engine::error::Error;
use crate::engine::error::Place;
use crate::http;
use crate::plan::feed::{FeedPlan, From, Listing, Window, blob};
use crate::subscriptions::{Population, Subscriptions, known};
use crate::tally::Notice;
use crate::time::{instant_text, second_text};

/// Blobs that are fetched side by side when all of them are wanted.
const AHEAD: usize = 8;
/// The same when a limit may end the scan at any of them.
const AHEAD_OF_LIMIT: usize = 2;
/// Windows that are listed ahead of the one whose blobs are read.
const WINDOWS_AHEAD: usize = 2;

/// Bytes that the name of a blob takes besides its own, once it was listed.
const NAME: usize = 48;

/// The code for a content type without subscription.
const NOT_SUBSCRIBED: &str = "AF20022";
/// The code for a subscription that an administrator switched off.
const DISABLED: &str = "AF20023";
/// The codes for a time out of the service's reach.
const OUT_OF_REACH: [&str; 2] = ["AF20030", "AF20055"];
/// The code for a link that the service does not know any more.
const LINK_FORGOTTEN: &str = "AF20031";

/// The feed of one tenant, for one scan.
struct Feed {
    scan: Arc<RemoteScan>,
    plan: FeedPlan,
    tenant: String,
    content_types: Vec<&'static str>,
}

/// A blob whose first rows were read.
struct Opened {
    listed: Listed,
    /// What is left to decode is in it.
    body: Bytes,
    decoder: ArrayDecoder,
    first: Option<RecordBatch>,
    /// The number of its request in the session's log.
    sent: Option<u64>,
}

impl Opened {
    /// The next rows; `None` behind the last.
    fn next(&mut self, feed: &Feed) -> Result<Option<RecordBatch>, Error> {
        if let Some(rows) = self.first.take() {
            return Ok(Some(rows));
        }
        let decoded = self.decoder.more(&self.body);
        let decoded =
            decoded.map_err(|error| Error::page(Box::new(feed.place(&self.listed)), feed.scan.veil(), None, error))?;
        Ok(decoded.map(|decoded| feed.rows_of(decoded, &self.listed, self.sent)))
    }
}

/// A blob to be read.
#[derive(Debug, Clone)]
struct Listed {
    content_type: &'static str,
    /// The window in whose listing it was named first.
    window: Window,
    content: Content,
}

/// The rows of a scan of the feed, oldest content first.
pub(crate) fn rows(scan: Arc<RemoteScan>, plan: FeedPlan) -> Batches {
    stream::once(async move {
        if plan.content_types.is_empty() || plan.windows.is_empty() {
            say_bounds(&scan, &plan);
            return Ok(stream::empty().boxed());
        }
        let open = scan.budget.tally.live.chain();
        let feed = Arc::new(on_its_own(Feed::open(scan, plan)).await?);
        say_bounds(&feed.scan, &feed.plan);
        // Whoever watches sees that there is more to come, as long as the stream is there.
        Ok::<_, Error>(
            feed.blobs()
                .map(move |rows| {
                    let _open = &open;
                    rows
                })
                .boxed(),
        )
    })
    .try_flatten()
    .boxed()
}

/// What the reader has to know of the content and the times that are read. Where no lower bound was given, the answer is
/// whole from the beginning of availability on; older events in it are late ones.
fn say_bounds(scan: &RemoteScan, plan: &FeedPlan) {
    for content_type in &plan.left_out {
        let what = format!("content_types of the connection leaves out {content_type}");
        scan.statement.tally.notice(Notice::PartOfPopulation { table: scan.table(), what });
    }
    if let (From::Reach, Some(from)) = (plan.from, plan.windows.first()) {
        let what = format!(
            "no lower time bound was given; what became available since {} was read, with late events that are older",
            second_text(from.from)
        );
        scan.statement.tally.notice(Notice::PartOfPopulation { table: scan.table(), what });
    }
    if plan.late {
        let what = "records that became available later than late_arrival says are left out".to_owned();
        scan.statement.tally.notice(Notice::PartOfPopulation { table: scan.table(), what });
    }
}

/// What the subscriptions leave out, and what is odd about them.
fn say_population(scan: &RemoteScan, plan: &FeedPlan, missing: &[&str], population: &Population) {
    let left_out = missing.iter().map(|content_type| match population.disabled.contains(content_type) {
        true => format!(
            "the subscription to {content_type} is disabled by an administrator; its records are not in the answer"
        ),
        false => format!(
            "{content_type} is not subscribed to, its records are not in the answer; \
             'auditql subscriptions start {content_type}' starts it"
        ),
    });
    let odd = population.odd.iter().filter(|(content_type, _)| plan.content_types.contains(content_type));
    let odd = odd.map(|(content_type, status)| {
        let status = scan.veil().told_name(status);
        format!("the subscription to {content_type} has the status '{status}'; it was read as if it were enabled")
    });
    // A table of certain content types has nothing to do with others.
    let all = plan.feed.content_types.is_empty();
    let unknown = population.unknown.iter().filter(|_| all && !plan.named);
    let unknown = unknown.map(|name| {
        let name = scan.veil().told_name(name);
        format!("{name} is subscribed to, but not known to this version; its records are not in the answer")
    });
    for what in left_out.chain(odd).chain(unknown) {
        scan.statement.tally.notice(Notice::PartOfPopulation { table: scan.table(), what });
    }
}

/// Work on a task of its own, which ends with its owner. It goes on while nobody asks for its result: a request that
/// has its turn at the quota must not wait for a reader, behind whose other requests it would stand in the way.
async fn on_its_own<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    // Besides its owner only a runtime that shuts down aborts it.
    SpawnedTask::spawn(work).join_unwind().await.unwrap_or(Err(Error::Ending))
}

impl Feed {
    /// Asks which content types there are, and says or refuses what is not subscribed to.
    async fn open(scan: Arc<RemoteScan>, plan: FeedPlan) -> Result<Self, Error> {
        let tenant = scan.connected.tenant.clone();
        let failed = |error| Error::Subscriptions { table: scan.table(), source: error };
        let subscriptions = Subscriptions::new(scan.connected.client.clone(), &tenant).map_err(failed)?;
        let population = subscriptions.population(&scan.budget).await.map_err(failed)?;
        let (content_types, missing): (Vec<_>, Vec<_>) =
            plan.content_types.iter().copied().partition(|wanted| population.readable.contains(wanted));
        let lacks = |wanted: &&&str| content_types.is_empty() || plan.required.contains(wanted);
        if let Some(content_type) = missing.iter().find(lacks) {
            let table = scan.table();
            return Err(match population.disabled.contains(content_type) {
                true => Error::Disabled { table, content_type, source: None },
                false => Error::NotSubscribed { table, content_type },
            });
        }
        say_population(&scan, &plan, &missing, &population);
        Ok(Self { scan, plan, tenant, content_types })
    }

    /// The rows of all blobs.
    fn blobs(self: Arc<Self>) -> impl Stream<Item = Result<RecordBatch, Error>> + Send {
        let ahead = if self.scan.eager { AHEAD } else { AHEAD_OF_LIMIT };
        let windows_ahead = if self.scan.eager { WINDOWS_AHEAD } else { 1 };
        let [lister, chooser, fetcher, reader] = [(); 4].map(|()| Arc::clone(&self));
        let mut seen = HashSet::new();
        stream::iter(lister.plan.windows.clone())
            .map(move |window| on_its_own(Arc::clone(&lister).list(window)))
            .buffered(windows_ahead)
            .map_ok(move |listed| {
                let new = listed.into_iter().filter(|l| seen.insert(l.content.key()) && chooser.is_asked(l));
                let counted = |l: Listed| chooser.scan.room.take(l.content.key().len() + NAME).map(|()| l);
                stream::iter(new.map(counted).collect::<Vec<_>>())
            })
            .try_flatten()
            .map(move |listed| {
                let feed = Arc::clone(&fetcher);
                async move { on_its_own(feed.read(listed?)).await }
            })
            .buffered(ahead)
            .map_ok(move |opened| Arc::clone(&reader).parts(opened))
            .try_flatten()
    }

    /// The blobs of a window, of all content types, by availability.
    async fn list(self: Arc<Self>, window: Window) -> Result<Vec<Listed>, Error> {
        let all =
            try_join_all(self.content_types.iter().map(|content_type| self.list_one(content_type, window))).await?;
        let mut listed: Vec<Listed> = all.into_iter().flatten().collect();
        listed.sort_by(|a, b| (a.content.created, &a.content.id).cmp(&(b.content.created, &b.content.id)));
        Ok(listed)
    }

    /// Whether a blob can hold rows of the answer. One that names a time outside of the window it was listed in belies its
    /// listing: it is read, and the conditions decide on its rows.
    fn is_asked(&self, listed: &Listed) -> bool {
        let created = listed.content.created;
        if !listed.window.holds(created) {
            self.say_misplaced(listed);
            return true;
        }
        self.plan.asks_for(created)
    }

    /// Says that a blob was listed out of its time, unless another of the windows is its own.
    fn say_misplaced(&self, Listed { content_type, content, .. }: &Listed) {
        if self.plan.windows.iter().any(|window| window.holds(content.created)) {
            return;
        }
        self.scan.statement.tally.notice(Notice::Misplaced {
            table: self.scan.table(),
            content_type: (*content_type).to_owned(),
            count: 1,
            first_id: self.scan.veil().told_name(&content.id),
            created: instant_text(content.created),
        });
    }

    async fn list_one(&self, content_type: &'static str, window: Window) -> Result<Vec<Listed>, Error> {
        // By id: a listing that was begun anew names the same blobs again.
        let mut listed = BTreeMap::new();
        let followed = self.follow(content_type, window, &mut listed).await;
        followed.or_else(|error| self.scan.spare(error))?;
        Ok(listed.into_values().collect())
    }

    /// Reads a listing to its end.
    async fn follow(
        &self,
        content_type: &'static str,
        window: Window,
        listed: &mut BTreeMap<String, Listed>,
    ) -> Result<(), Error> {
        let scan = &self.scan;
        let place = || Box::new(Place::Listing { table: scan.table(), content_type, window });
        let lost = |error| Error::Listing { place: place(), source: error };
        let mut listing = Listing::new(&self.tenant, content_type, window);
        while let Some(request) = listing.next_request() {
            let reply = match scan.ask(request).await? {
                Ok(reply) => reply,
                Err(error) if code(&error) == Some(LINK_FORGOTTEN) && !listing.is_at_first() => {
                    listing.restart().map_err(lost)?;
                    continue;
                }
                Err(error) => return Err(self.refused(error, content_type, *place())),
            };
            let contents = self::listing(&reply.body)
                .map_err(|e| Error::page(place(), scan.veil(), reply.request_id.clone(), e))?;
            scan.budget.tally.pages.add(1);
            let ids: Vec<&str> = contents.iter().map(|content| content.id.as_str()).collect();
            let moved = listing.advance(reply.next.as_deref(), &ids);
            listed
                .extend(contents.into_iter().map(|content| (content.key(), Listed { content_type, window, content })));
            moved.map_err(lost)?;
        }
        Ok(())
    }

    fn refused(&self, error: http::Error, content_type: &'static str, place: Place) -> Error {
        let table = self.scan.table();
        match code(&error) {
            Some(NOT_SUBSCRIBED) => Error::NotSubscribed { table, content_type },
            Some(DISABLED) => Error::Disabled { table, content_type, source: Some(Box::new(error)) },
            Some(code) if OUT_OF_REACH.contains(&code) => {
                let missing = format!("{place} is no longer within the service's reach ({code})");
                Error::Incomplete { missing, kept: None }
            }
            _ => self.scan.request_error(place, error),
        }
    }

    /// Fetches a blob and reads its first rows. `None`: it cannot be had, and that was said.
    async fn read(self: Arc<Self>, listed: Listed) -> Result<Option<Opened>, Error> {
        match self.fetch(listed).await {
            Ok(opened) => Ok(Some(opened)),
            Err(error) => self.scan.spare(error).map(|()| None),
        }
    }

    async fn fetch(&self, listed: Listed) -> Result<Opened, Error> {
        let scan = &self.scan;
        let request = blob(&self.tenant, &listed.content.uri);
        let reply = scan.ask(&request).await?.map_err(|error| self.lost(&listed, error))?;
        let (mut decoder, place) = (self.decoder(), || Box::new(self.place(&listed)));
        let request_id = reply.request_id;
        let decoded = match decoder.begin(&reply.body) {
            Ok(decoded) => decoded,
            Err(source) => return Err(Error::page(place(), self.scan.veil(), request_id, source)),
        };
        if decoder.strangers() > 0 {
            scan.spare(Error::NoRecords { place: place(), count: decoder.strangers(), request_id })?;
        }
        scan.budget.tally.pages.add(1);
        let sent = reply.sent;
        let first = Some(self.rows_of(decoded, &listed, sent));
        // A body that has no more to give makes room.
        let body = if decoder.is_done() { Bytes::new() } else { reply.body };
        Ok(Opened { listed, body, decoder, first, sent })
    }

    /// The rows of a part of a blob.
    fn rows_of(&self, decoded: Batch, listed: &Listed, sent: Option<u64>) -> RecordBatch {
        let scan = &self.scan;
        scan.budget.tally.rows_received.add(decoded.rows.num_rows() as u64);
        scan.budget.tally.read(sent, decoded.rows.num_rows() as u64);
        scan.report(decoded.conflicts, decoded.strange);
        let rows = delivered(&decoded.rows, listed);
        own_rows(rows, self.plan.feed)
    }

    /// The rows of a blob, part by part: those behind the first are decoded when they are asked for.
    fn parts(self: Arc<Self>, opened: Option<Opened>) -> impl Stream<Item = Result<RecordBatch, Error>> + Send {
        stream::try_unfold(opened, move |opened| {
            let feed = Arc::clone(&self);
            async move {
                let Some(mut opened) = opened else { return Ok(None) };
                Ok(opened.next(&feed)?.map(|rows| (rows, Some(opened))))
            }
        })
    }

    fn decoder(&self) -> ArrayDecoder {
        let set = self.scan.set;
        let blobs =
            ArrayDecoder::new(&self.scan.columns, set.column(set.key).expect("every table has its key")).of_records();
        let blobs = blobs.noticing(declared(set));
        if self.scan.statement.settings.dedup { blobs.digested() } else { blobs }
    }

    fn place(&self, listed: &Listed) -> Place {
        Place::Blob {
            table: self.scan.table(),
            content_type: listed.content_type,
            created: instant_text(listed.content.created),
            id: self.scan.veil().told_name(&listed.content.id),
        }
    }

    /// What a blob that did not come means.
    fn lost(&self, listed: &Listed, error: http::Error) -> Error {
        if !is_gone(&error) {
            return self.scan.request_error(self.place(listed), error);
        }
        Error::BlobGone {
            table: self.scan.table(),
            content_type: listed.content_type,
            id: self.scan.veil().told_name(&listed.content.id),
            created: instant_text(listed.content.created),
            source: Box::new(error),
        }
    }
}

/// The columns that say how a record was delivered. They are no part of it: copies differ in them.
pub(crate) const DELIVERY: [&str; 3] = ["content_type", "content_id", "content_created"];

/// The rows with the columns filled in that say which blob they came in.
fn delivered(rows: &RecordBatch, listed: &Listed) -> RecordBatch {
    let count = rows.num_rows();
    let text =
        |text: &str| -> ArrayRef { Arc::new(std::iter::repeat_n(Some(text), count).collect::<StringViewArray>()) };
    let values = |name: &str| match name {
        "content_type" => Some(text(listed.content_type)),
        "content_id" => Some(text(&listed.content.id)),
        "content_created" => {
            let created = TimestampMicrosecondArray::from_value(listed.content.created, count).with_timezone("UTC");
            Some(Arc::new(created) as ArrayRef)
        }
        _ => None,
    };
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns());
    let columns = columns.map(|(field, column)| values(field.name()).unwrap_or_else(|| Arc::clone(column)));
    RecordBatch::try_new(Arc::clone(&schema), columns.collect()).expect("a column replaces one of its type")
}

fn code(error: &http::Error) -> Option<&str> {
    error.refusal().and_then(|refusal| refusal.code.as_deref())
}

/// A listed blob that answers so cannot be had any more, whatever the code says.
fn is_gone(error: &http::Error) -> bool {
    matches!(error, http::Error::Refused(refusal) if matches!(refusal.status, 400 | 404 | 410))
}

/// The content types that a connection names, as the service spells them.
///
/// # Errors
/// The first name that is none.
pub(crate) fn population(names: Option<&[String]>) -> Result<Option<Vec<String>>, String> {
    let spelt = |name: &String| known(name).map(str::to_owned).ok_or_else(|| name.clone());
    names.map(|names| names.iter().map(spelt).collect()).transpose()
}
