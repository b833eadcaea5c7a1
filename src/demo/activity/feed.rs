//! What the feed holds, and how it misbehaves when it is asked to.

use super::content::ContentType;
use crate::demo::gate::Throttle;

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
