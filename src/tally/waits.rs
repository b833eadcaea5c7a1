//! How long a query waited, by reason: time on the clock, however many of its streams waited side by side.
//!
//! A moment counts once. If one stream waits because the service said so while others stand in the quota's queue, it is
//! the service's word that is waited for; so all reasons together are never more than the query took.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Why;

/// The waits of a query, and of the wholes that it is a part of.
#[derive(Debug, Default)]
pub(super) struct Waits {
    own: Arc<Mutex<Log>>,
    wholes: Vec<Arc<Mutex<Log>>>,
}

#[derive(Debug, Default)]
struct Log([Spans; Why::ALL.len()]);

impl Waits {
    /// Those of a part.
    pub(super) fn part(&self) -> Self {
        Self { own: Arc::default(), wholes: self.wholes.iter().chain([&self.own]).cloned().collect() }
    }

    /// Enters a wait, by the times since the query began.
    pub(super) fn add(&self, why: Why, from: Duration, to: Duration) {
        for log in self.wholes.iter().chain([&self.own]) {
            locked(log).0[why as usize].add(micros(from), micros(to));
        }
    }

    /// The time waited for this reason, and for none that comes before it.
    pub(super) fn total(&self, why: Why) -> Duration {
        let log = locked(&self.own);
        let up_to = |reasons: &[Spans]| Spans::measure(reasons.iter());
        let (before, with) = (up_to(&log.0[..why as usize]), up_to(&log.0[..=why as usize]));
        Duration::from_micros(with - before)
    }
}

fn locked(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    // Every change is one whole step.
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Spans of time that do not touch: end by beginning.
#[derive(Debug, Default)]
struct Spans(BTreeMap<u64, u64>);

impl Spans {
    fn add(&mut self, mut from: u64, mut to: u64) {
        if from >= to {
            return;
        }
        // Those that end before it stay; of those that begin before its end, the last one reaches furthest.
        while let Some((&begin, &end)) = self.0.range(..=to).next_back().filter(|(_, end)| **end >= from) {
            self.0.remove(&begin);
            (from, to) = (from.min(begin), to.max(end));
        }
        self.0.insert(from, to);
    }

    /// The time that any of them covers.
    fn measure<'a>(all: impl Iterator<Item = &'a Self>) -> u64 {
        let mut union = Self::default();
        all.flat_map(|spans| &spans.0).for_each(|(from, to)| union.add(*from, *to));
        union.0.iter().map(|(from, to)| to - from).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(waits: &[(Why, u64, u64)]) -> Waits {
        let all = Waits::default();
        for (why, from, to) in waits {
            all.add(*why, Duration::from_secs(*from), Duration::from_secs(*to));
        }
        all
    }

    fn totals(waits: &Waits) -> [u64; 4] {
        Why::ALL.map(|why| waits.total(why).as_secs())
    }

    #[test]
    fn streams_that_wait_side_by_side_wait_once() {
        let quota = |from, to| (Why::Quota, from, to);
        assert_eq!(totals(&entered(&[quota(0, 10), quota(0, 10), quota(2, 12), quota(20, 21)])), [0, 0, 13, 0]);
        assert_eq!(totals(&entered(&[quota(5, 6), quota(0, 2), quota(2, 3), quota(1, 5), quota(8, 8)])), [0, 0, 6, 0]);
    }

    #[test]
    fn a_moment_belongs_to_one_reason() {
        let waits = entered(&[(Why::Quota, 0, 10), (Why::BackOff, 5, 12), (Why::Told, 8, 9)]);
        assert_eq!(totals(&waits), [1, 6, 5, 0]);
    }

    #[test]
    fn all_reasons_together_are_never_more_than_the_run() {
        // A wait of every length from every beginning within 100 seconds, for each reason in turn.
        let reasons = Why::ALL.into_iter().cycle();
        let spans = (0..100).flat_map(|from| (from..=100).step_by(7).map(move |to| (from, to)));
        let waits: Vec<_> = reasons.zip(spans).map(|(why, (from, to))| (why, from, to)).collect();
        let sum: u64 = totals(&entered(&waits)).iter().sum();
        assert_eq!((sum, waits.len() > 700), (100, true));
    }

    #[test]
    fn a_part_waits_for_itself_and_for_the_whole() {
        let whole = Waits::default();
        let (a, b) = (whole.part(), whole.part());
        for part in [&a, &b] {
            part.add(Why::Quota, Duration::from_secs(1), Duration::from_secs(4));
        }
        assert_eq!((totals(&a), totals(&whole)), ([0, 0, 3, 0], [0, 0, 3, 0]));
    }
}
