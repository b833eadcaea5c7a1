//! About how much a scan reads, where the days of its range were counted before.
//!
//! Two kinds of numbers serve: those that the service counted and told in a table of its own, and those of days that this session
//! has read whole. Neither is ever asked for here, and nothing rests on them: a plan is the same with and without. They are used
//! where every record of a range is read; of a filter nobody knows how many it lets through.

use std::collections::BTreeMap;

use super::ScanPlan;
use crate::table::DayCounts;

/// A day, in microseconds.
pub const DAY: i64 = 86_400_000_000;
/// Days that a range may have: beyond what any service keeps, an open end was guessed.
pub const MOST_DAYS: i64 = 3_700;

/// Numbers of records, by day since 1970.
pub type Days = BTreeMap<i64, u64>;

/// What is known of the days of a set.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Of days that were read whole, by kind of record, if there are kinds.
    read: BTreeMap<Option<&'static str>, Days>,
    told: Option<Told>,
}

/// What a service told of the days of a set: of all kinds together.
#[derive(Debug, Clone)]
struct Told {
    by: &'static DayCounts,
    /// When, in microseconds.
    at: i64,
    days: Days,
}

/// Who counted.
#[derive(Debug, Clone, Copy)]
pub enum Basis {
    /// The service, in another table.
    Service(&'static DayCounts),
    /// This session, while it read the same days.
    Session,
}

/// About how much a scan reads.
#[derive(Debug, Clone, Copy)]
pub struct Estimate {
    /// Requests.
    pub requests: usize,
    /// Records.
    pub rows: u64,
    /// Who counted them.
    pub basis: Basis,
    /// The days of the range, and how many of them nobody has counted: they are taken to be like the others.
    pub days: (u64, u64),
}

/// A day of which the service counted another number than was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Differs {
    /// The day, since 1970.
    pub day: i64,
    /// What the service counted.
    pub told: u64,
    /// What was read.
    pub read: u64,
}

impl Counts {
    /// Enters whole days that were read, of a kind.
    pub fn read(&mut self, kind: Option<&'static str>, days: Days) {
        self.read.entry(kind).or_default().extend(days);
    }

    /// Enters what the service told at an instant. A day of which it said something else before is what it says now.
    pub fn told(&mut self, by: &'static DayCounts, at: i64, days: Days) {
        let known = self.told.get_or_insert_with(|| Told { by, at, days: Days::new() });
        known.at = known.at.max(at);
        known.days.extend(days);
    }

    /// Numbers of the days of a kind: those that were read, or those of all kinds that the service told where they are more.
    pub fn of_kind(&self, kind: Option<&'static str>) -> Days {
        let read = self.read.get(&kind);
        let told = self.told.as_ref().map(|told| &told.days);
        told.into_iter().chain(read).max_by_key(|days| days.len()).cloned().unwrap_or_default()
    }

    /// Whether the service told anything.
    #[cfg(test)]
    pub(crate) fn are_told(&self) -> bool {
        self.told.is_some()
    }

    /// The days, of these kinds together, of which the service counted another number than was read, and how many days were
    /// compared: those that were over for a day when it was asked, since records come late.
    pub fn differing(&self, read: &[Days]) -> Option<(&'static DayCounts, u64, Vec<Differs>)> {
        let told = self.told.as_ref()?;
        let over = |day: i64| (day + 2).saturating_mul(DAY) <= told.at;
        let (mut compared, mut differing) = (0, Vec::new());
        for (day, told) in told.days.iter().filter(|(day, _)| over(**day)) {
            let each: Option<Vec<u64>> = read.iter().map(|days| days.get(day).copied()).collect();
            let Some(read) = each.map(|each| each.into_iter().sum()) else { continue };
            compared += 1;
            if *told != read {
                differing.push(Differs { day: *day, told: *told, read });
            }
        }
        (compared > 0).then_some((told.by, compared, differing))
    }
}

/// What a range holds by the numbers of its days.
struct Held {
    rows: u64,
    days: u64,
    unknown: u64,
}

/// What a range of microseconds holds; `None`: less than half of it is known.
fn held((from, to): (i64, i64), days: &Days) -> Option<Held> {
    let (first, last) = (from.div_euclid(DAY), (to - 1).div_euclid(DAY));
    if to <= from || last - first >= MOST_DAYS {
        return None;
    }
    let (mut rows, mut known, mut held) = (0_u128, 0_i64, Held { rows: 0, days: 0, unknown: 0 });
    for day in first..=last {
        let within = to.min((day + 1) * DAY) - from.max(day * DAY);
        held.days += 1;
        match days.get(&day) {
            Some(count) => {
                rows += u128::from(*count) * u128::from(within.unsigned_abs());
                known += within;
            }
            None => held.unknown += 1,
        }
    }
    let all = to - from;
    if known.saturating_mul(2) < all {
        return None;
    }
    // The days that nobody counted are taken to be like the others.
    let rows =
        rows * u128::from(all.unsigned_abs()) / u128::from(known.unsigned_abs()) / u128::from(DAY.unsigned_abs());
    held.rows = u64::try_from(rows).unwrap_or(u64::MAX);
    Some(held)
}

impl ScanPlan {
    /// Whether it reads every record of a range of time, of the kinds that it reads: the numbers of days tell how many.
    pub fn reads_ranges(&self) -> bool {
        let whole = self.limit.is_none() && !self.few && self.parents.is_none() && self.cap.is_none();
        let unfiltered = self.streams.iter().all(|stream| stream.query.clauses.is_empty() && stream.parts.is_empty());
        whole && unfiltered && !self.streams.is_empty() && self.set.time.is_some()
    }

    /// Whether it reads all kinds of record that there are.
    pub fn reads_all_kinds(&self) -> bool {
        let kinds = self.pages.population.as_ref().map_or(1, |population| population.kinds.len());
        self.streams.len() == kinds
    }

    /// About how much it reads, by what is known of the days of its set; `None`: too little is.
    pub fn estimate(&self, counts: &Counts, now: i64) -> Option<Estimate> {
        if !self.reads_ranges() {
            return None;
        }
        let page = self.streams.first()?.query.top? as u64;
        let ranges: Vec<(i64, i64)> =
            self.streams.iter().map(|stream| self.known_range(stream, now)).collect::<Option<_>>()?;
        let own = self.by_session(counts, &ranges, page);
        let told = counts.told.as_ref().filter(|_| self.reads_all_kinds());
        let told = told.and_then(|told| by_service(told, &ranges, page));
        match (own, told) {
            // What was read is of the very kinds and the very records.
            (Some(own), Some(told)) => Some(if told.days.1 < own.days.1 { told } else { own }),
            (own, told) => own.or(told),
        }
    }

    /// The range of a stream up to before its end, if it is bounded, or the service's retention bounds it.
    fn known_range(&self, stream: &super::StreamPlan, now: i64) -> Option<(i64, i64)> {
        let bounded = stream.query.interval.from.is_some() || self.pages.retention_days.is_some();
        let (from, to) = stream.range(now)?;
        let to = if to < now { to + 1 } else { now };
        (bounded && from < to).then_some((from, to))
    }

    fn by_session(&self, counts: &Counts, ranges: &[(i64, i64)], page: u64) -> Option<Estimate> {
        let mut sum = Estimate { requests: 0, rows: 0, basis: Basis::Session, days: (0, 0) };
        for (stream, range) in self.streams.iter().zip(ranges) {
            let days = counts.read.get(&stream.kind().map(|kind| kind.member))?;
            let held = held(*range, days)?;
            sum.rows = sum.rows.saturating_add(held.rows);
            sum.requests = sum.requests.saturating_add(pages(held.rows, page));
            // Kinds are read over the same days.
            sum.days = (sum.days.0.max(held.days), sum.days.1.max(held.unknown));
        }
        Some(sum)
    }
}

/// The pages of a chain: one at least.
fn pages(rows: u64, page: u64) -> usize {
    usize::try_from(rows.div_ceil(page.max(1)).max(1)).unwrap_or(usize::MAX)
}

/// By what the service told of all kinds together, if all of them are read over one range.
fn by_service(told: &Told, ranges: &[(i64, i64)], page: u64) -> Option<Estimate> {
    let range = *ranges.first()?;
    let held = held(range, &told.days).filter(|_| ranges.iter().all(|other| *other == range))?;
    let chains = ranges.len() as u64;
    // The last page of each chain is half full on average.
    let halves = held.rows.saturating_mul(2).saturating_add(chains * page).saturating_add(page);
    let requests = (halves / (2 * page.max(1))).max(chains);
    let requests = usize::try_from(requests).unwrap_or(usize::MAX);
    Some(Estimate { requests, rows: held.rows, basis: Basis::Service(told.by), days: (held.days, held.unknown) })
}

#[cfg(test)]
mod tests;
