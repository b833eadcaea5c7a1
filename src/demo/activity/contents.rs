//! Everything that the feed holds: records in blobs, by the time at which they became available.

use chrono::{DateTime, Utc};

use super::attack;
use super::blobs::{self, Blob};
use super::content::{ContentType, REACH};
use super::days::{self, Told};
use super::event::Event;
use super::feed::Feed;
use super::render;
use crate::demo::graph::Attempt;
use crate::demo::world::dice::mix;
use crate::demo::world::directory::Change;
use crate::demo::world::{World, clock};

/// How long the audit log is kept with every licence, in seconds.
const HISTORY: i64 = 180 * 86_400;

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
pub(in crate::demo) struct Contents {
    pub(super) told: Vec<Told>,
    /// Records from before what it can list, which only a search of the audit log finds.
    history: Vec<Told>,
    /// All blobs, by type and then by availability.
    pub(super) blobs: Vec<Blob>,
    pub(super) feed: Feed,
    pub(super) seed: u64,
}

impl Contents {
    /// The contents that follow from a seed; `end` is the tenant's present, in seconds. `attempts` are what it shares with sign-ins.
    pub(in crate::demo) fn tell(world: &World, attempts: &[Attempt], feed: &Feed, seed: u64, end: i64) -> Self {
        // A little older than can be listed, so that the reach of the service has something to cut off.
        let span = (end - REACH - 2 * 3_600, end);
        let told = days::tell(world, attempts, feed, seed, span);
        let pack = |content| blobs::pack(content, &told, feed.blob.max(1), seed, end * 1_000);
        let blobs = ContentType::ALL.into_iter().flat_map(pack).collect();
        Self { told, history: Vec::new(), blobs, feed: feed.clone(), seed }
    }

    /// The same with so many records of the half year before.
    pub(in crate::demo) fn with_history(self, world: &World, records: usize, end: i64) -> Self {
        let span = (end - HISTORY, end - REACH - 2 * 3_600);
        Self { history: days::before(world, &self.feed, (self.seed, records), span), ..self }
    }

    /// All records of certain seconds, whether the feed can list them or not: when, a key, and the JSON.
    pub(in crate::demo) fn logged<'a>(
        &'a self,
        world: &'a World,
        within: impl Fn(i64) -> bool + 'a,
    ) -> impl Iterator<Item = (i64, String, String)> + 'a {
        let events = self.told.iter().chain(&self.history).map(|told| &told.event);
        let events = events.filter(move |event| within(event.second));
        events.map(|event| (event.second, event.key(), render::json(event, world, false)))
    }

    /// The records from before what the feed can list.
    pub(in crate::demo) fn history<'a>(&'a self, world: &'a World) -> impl Iterator<Item = Activity> + 'a {
        self.history.iter().map(|told| activity(&told.event, world))
    }

    /// The changes of the directory among its records, and those of the attack, whether it is long enough to hold them or not.
    pub(in crate::demo) fn changes(&self, world: &World) -> Vec<Change> {
        let ordinary = self.told.iter().map(|told| told.event).filter(|event| !event.plot);
        let plot = world.attack.as_ref().map(|attack| attack::tell(attack, world, &[], self.seed));
        ordinary.chain(plot.into_iter().flatten()).filter_map(|event| event.change()).collect()
    }

    /// The body of a blob.
    pub(super) fn body(&self, world: &World, blob: &Blob) -> String {
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
    pub(super) fn is_dead(&self, blob: &Blob) -> bool {
        let roll = mix(self.seed ^ 0xdead, blob.created.unsigned_abs() ^ blob.records.len() as u64);
        roll % 1_000_000 < u64::from(self.feed.dead_per_million)
    }

    /// The truth: all distinct records, with where they were delivered.
    pub(in crate::demo) fn activity<'a>(&'a self, world: &'a World) -> impl ExactSizeIterator<Item = Activity> + 'a {
        let mut delivered: Vec<Vec<&Blob>> = vec![Vec::new(); self.told.len()];
        for blob in &self.blobs {
            blob.records.iter().for_each(|&(record, _)| delivered[record as usize].push(blob));
        }
        self.told.iter().zip(delivered).map(|(told, mut blobs)| {
            blobs.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
            let at = |blob: &&Blob| (clock::of_millis(blob.created), blob.id.clone());
            let retrievable = blobs.iter().filter(|blob| !self.is_dead(blob)).count();
            Activity { retrievable, delivered: blobs.iter().map(at).collect(), ..activity(&told.event, world) }
        })
    }
}

/// A record that was not delivered.
fn activity(event: &Event, world: &World) -> Activity {
    Activity {
        json: render::json(event, world, false),
        id: event.id(),
        record_type: event.act.record_type,
        operation: event.operation(),
        user_id: event.user_id(world),
        content_type: event.content(),
        created: DateTime::from_timestamp(event.second, 0).unwrap_or_default(),
        delivered: Vec::new(),
        retrievable: 0,
    }
}
