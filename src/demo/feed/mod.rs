//! The activity feed of the tenant: audit records in blobs, listed by the time at which they became available.
//!
//! The real feed promises neither order nor exactly-once nor any delay, and this one keeps to that: records come late,
//! some come again in another blob, pages of a listing may be empty, and with [`Feed`]'s help replies are throttled in
//! both spellings, break off, or name blobs that are gone. It goes on where the sign-ins end: the same people, and what
//! the thief of the session did next.

mod act;
mod attack;
mod blobs;
mod content;
mod event;
mod export;
mod listing;
mod refusal;
mod render;
mod sensitive;
mod service;
mod story;
mod window;

use chrono::{DateTime, Utc};

pub use content::ContentType;
pub(super) use export::export;
pub use export::{ExportError, Shape};
pub(super) use service::{Asked, Endpoint};

use super::generate::{Attack, World};
use super::throttle::Throttle;
use blobs::Blob;
use story::Told;

/// How long content can be listed and retrieved (source: Management Activity API reference, "Retrieve content").
pub(super) const REACH: i64 = 7 * 86_400;

/// What the feed holds and how it misbehaves. Shares are in a million.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Distinct records.
    pub records: usize,
    /// Records that come again in another blob.
    pub twice_per_million: u32,
    /// Records that become available hours or days after the event.
    pub late_per_million: u32,
    /// Later deliveries that say more than the first.
    pub enriched_per_million: u32,
    /// Most records in a blob.
    pub blob: usize,
    /// Most entries in a page of a listing.
    pub page: usize,
    /// Pages of listings that are empty and have a next one.
    pub empty_per_million: u32,
    /// The quota; none with `--no-throttle`.
    pub throttle: Option<Throttle>,
    /// Requests that are told to slow down, as 429 and as 403 by turns, whatever the quota.
    pub throttled_per_million: u32,
    /// Replies that break off in the middle.
    pub broken_per_million: u32,
    /// Replies with status 200 in whose place stands something else: a web page, nothing, half of the body.
    pub garbled_per_million: u32,
    /// Links to further pages of a listing that the service does not know any more.
    pub forgotten_per_million: u32,
    /// Blobs that are listed and cannot be retrieved.
    pub dead_per_million: u32,
    /// The types that are subscribed to at the start.
    pub subscribed: Vec<ContentType>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            records: 20_000,
            twice_per_million: 30_000,
            late_per_million: 20_000,
            enriched_per_million: 0,
            blob: 120,
            page: 100,
            empty_per_million: 20_000,
            throttle: Some(Throttle { requests: 2_000, window: std::time::Duration::from_mins(1) }),
            throttled_per_million: 0,
            broken_per_million: 0,
            garbled_per_million: 0,
            forgotten_per_million: 0,
            dead_per_million: 0,
            subscribed: ContentType::ALL.to_vec(),
        }
    }
}

/// A distinct record of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The record's JSON, as its first delivery has it.
    pub json: String,
    /// `Id`.
    pub id: Option<String>,
    /// `RecordType`.
    pub record_type: i32,
    /// `Operation`.
    pub operation: Option<&'static str>,
    /// `UserId`.
    pub user_id: Option<String>,
    /// The type of content it is delivered in.
    pub content_type: ContentType,
    /// When it happened.
    pub created: DateTime<Utc>,
    /// The blobs that hold it, first first: `contentCreated` and `contentId`.
    pub delivered: Vec<(DateTime<Utc>, String)>,
    /// The blobs among these that can be retrieved.
    pub retrievable: usize,
}

/// Everything that the feed holds.
pub(super) struct Contents {
    told: Vec<Told>,
    /// All blobs, by type and then by availability.
    blobs: Vec<Blob>,
    feed: Feed,
    seed: u64,
}

impl Contents {
    /// The contents that follow from a seed; `end` is the tenant's present, in seconds.
    pub(super) fn tell(world: &World, attack: Option<&Attack>, feed: &Feed, seed: u64, end: i64) -> Self {
        // A little older than can be listed, so that the reach of the service has something to cut off.
        let span = (end - REACH - 2 * 3_600, end);
        let told = story::tell(world, attack, feed, seed, span);
        let pack = |content| blobs::pack(content, &told, feed.blob.max(1), seed, end * 1_000);
        let blobs = ContentType::ALL.into_iter().flat_map(pack).collect();
        Self { told, blobs, feed: feed.clone(), seed }
    }

    /// The body of a blob.
    fn body(&self, world: &World, blob: &Blob) -> String {
        let mut body = String::from("[");
        for (n, &(record, again)) in blob.records.iter().enumerate() {
            body.push_str(if n == 0 { "" } else { "," });
            let event = &self.told[record as usize].event;
            let enriched = again && event.roll(0xe1) % 1_000_000 < u64::from(self.feed.enriched_per_million);
            body.push_str(&render::json(event, world, enriched));
        }
        body.push(']');
        body
    }

    /// Whether a blob is listed and gone.
    fn is_dead(&self, blob: &Blob) -> bool {
        let roll = super::generate::mix(self.seed ^ 0xdead, blob.created.unsigned_abs() ^ blob.records.len() as u64);
        roll % 1_000_000 < u64::from(self.feed.dead_per_million)
    }

    /// The truth: all distinct records, with where they were delivered.
    pub(super) fn activity<'a>(&'a self, world: &'a World) -> impl ExactSizeIterator<Item = Activity> + 'a {
        let mut delivered: Vec<Vec<&Blob>> = vec![Vec::new(); self.told.len()];
        for blob in &self.blobs {
            blob.records.iter().for_each(|&(record, _)| delivered[record as usize].push(blob));
        }
        self.told.iter().zip(delivered).map(|(told, mut blobs)| {
            blobs.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
            let at = |blob: &&Blob| (millis(blob.created), blob.id.clone());
            let event = &told.event;
            Activity {
                json: render::json(event, world, false),
                id: event.id(),
                record_type: event.act.record_type,
                operation: event.operation(),
                user_id: event.user_id(world),
                content_type: event.content(),
                created: DateTime::from_timestamp(event.second, 0).unwrap_or_default(),
                retrievable: blobs.iter().filter(|blob| !self.is_dead(blob)).count(),
                delivered: blobs.iter().map(at).collect(),
            }
        })
    }
}

fn millis(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}
