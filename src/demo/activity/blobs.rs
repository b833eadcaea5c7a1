//! Packs records into blobs: what is available about the same time, of one type of content.

use super::content::ContentType;
use super::days::Told;
use crate::demo::world::dice::mix;

/// Content: an immutable list of records.
#[derive(Debug)]
pub(super) struct Blob {
    pub(super) content: ContentType,
    pub(super) id: String,
    /// Milliseconds since 1970.
    pub(super) created: i64,
    /// Records by number, and whether it is a later delivery.
    pub(super) records: Vec<(u32, bool)>,
}

/// Longest time between the first and the last record of a blob, in milliseconds.
const SPAN: i64 = 2 * 3_600 * 1_000;

/// All blobs of a type, in the order of availability.
pub(super) fn pack(content: ContentType, told: &[Told], most: usize, seed: u64, end: i64) -> Vec<Blob> {
    let mut deliveries: Vec<(i64, u32, bool)> = Vec::new();
    for (n, record) in told.iter().enumerate().filter(|(_, told)| told.event.content() == content) {
        let number = u32::try_from(n).expect("the number of records fits in 32 bits");
        deliveries.extend(record.available.iter().enumerate().map(|(k, at)| (*at, number, k > 0)));
    }
    deliveries.sort_unstable();
    let mut blobs: Vec<Blob> = Vec::new();
    let mut rest = deliveries.as_slice();
    while let Some(&(first, ..)) = rest.first() {
        let n = blobs.len() as u64 + 1_000_000 * content.index() as u64;
        let room = 1 + usize::try_from(mix(seed, n) % most as u64).unwrap_or_default();
        let fits = rest.iter().take(room).take_while(|(at, ..)| at - first <= SPAN).count();
        let (now, later) = rest.split_at(fits);
        let last = now.last().map_or(first, |(at, ..)| *at);
        let created = snapped(last, mix(seed, n ^ 0xb10b)).min(end);
        let created = created.max(blobs.last().map_or(created, |blob| blob.created));
        let records = now.iter().map(|&(_, number, again)| (number, again)).collect();
        blobs.push(Blob { content, id: identifier(content, created, n), created, records });
        rest = later;
    }
    blobs
}

/// Some blobs are created on the dot, where windows begin and end, or a millisecond before.
fn snapped(millis: i64, roll: u64) -> i64 {
    let up = |unit: i64| millis.div_euclid(unit) * unit + unit;
    match roll % 12 {
        0 => up(3_600_000),
        1 => up(3_600_000) - 1,
        2 => up(1_000),
        3 => up(60_000),
        _ => millis,
    }
}

/// `20260501120000123000001$20260501120000123000001$audit_exchange$Audit_Exchange$emea0012`
fn identifier(content: ContentType, created: i64, n: u64) -> String {
    let at = chrono::DateTime::from_timestamp_millis(created).unwrap_or_default().format("%Y%m%d%H%M%S%3f");
    let name = content.name().replace('.', "_");
    let number = n % 1_000_000;
    format!("{at}{number:06}${at}{number:06}${}${name}$emea00{:02}", name.to_lowercase(), n % 17)
}
