//! Listings of every order, cut until they are whole: no record is lost, and how many requests that takes is bounded.

use std::collections::BTreeSet;

use super::{CapError, Reading, SECOND};
use crate::apis::aadgraph::SIGNIN_EVENTS;
use crate::plan::PageQuery;
use crate::table::ApiVersion;
use crate::time::Interval;

/// Day, in seconds.
const DAY: i64 = 86_400;
/// The statement's instant.
const NOW: i64 = 1_777_636_800 * SECOND;

/// `SplitMix64`.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn below(seed: u64, n: i64) -> i64 {
    i64::try_from(mix(seed) % n.unsigned_abs()).unwrap()
}

/// A service: the times of its records, by number, in the order in which it lists them.
struct Service {
    listed: Vec<i64>,
    cap: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Order {
    Ascending,
    Descending,
    Shuffled,
}

/// What came of a scan.
#[derive(Debug)]
struct Read {
    records: BTreeSet<usize>,
    answers: usize,
    pages: u64,
    deepest: usize,
}

impl Service {
    fn new(mut times: Vec<i64>, order: Order, cap: u64) -> Self {
        times.sort_unstable();
        match order {
            Order::Ascending => {}
            Order::Descending => times.reverse(),
            Order::Shuffled => {
                let mut numbered: Vec<(u64, i64)> = (0..).map(mix).zip(times).collect();
                numbered.sort_unstable();
                times = numbered.into_iter().map(|(_, time)| time).collect();
            }
        }
        Self { listed: times, cap }
    }

    /// The records that it answers a query with, as its filter stands.
    fn answer(&self, query: &PageQuery) -> Vec<usize> {
        let (from, to) = (query.interval.first_second(), query.interval.last_second());
        let is_asked =
            |time: i64| from.is_none_or(|from| from * SECOND <= time) && to.is_none_or(|to| time < to * SECOND);
        let all = (0..self.listed.len()).filter(|record| is_asked(self.listed[*record]));
        all.take(usize::try_from(self.cap).unwrap()).collect()
    }

    /// Reads all of a query, cutting where that is needed; `split` off: a client that does not know of the cap.
    fn read(&self, query: PageQuery, split: bool) -> Result<Read, CapError> {
        let mut read = Read { records: BTreeSet::new(), answers: 0, pages: 0, deepest: 0 };
        let mut left = vec![(query, 0)];
        while let Some((query, depth)) = left.pop() {
            let records = self.answer(&query);
            let mut reading = Reading::new(query.interval);
            for page in records.chunks(1_000) {
                reading.page(page.iter().map(|record| Some(self.listed[*record])), 0);
            }
            read.answers += 1;
            read.pages += (records.len() as u64).div_ceil(1_000).max(1);
            read.deepest = read.deepest.max(depth);
            read.records.extend(records);
            if split {
                let rest = reading.rest(&query, true, NOW)?;
                is_a_partition(query.interval, &rest);
                left.extend(rest.into_iter().map(|piece| (piece, depth + 1)));
            }
        }
        Ok(read)
    }
}

/// Pieces follow one another without gap, and each is shorter than the whole.
fn is_a_partition(whole: Interval, pieces: &[PageQuery]) {
    let Some((first, last)) = pieces.first().zip(pieces.last()) else { return };
    assert!(pieces.len() > 1, "{whole:?}");
    assert_eq!((first.interval.from, last.interval.to), (whole.from, whole.to));
    for pair in pieces.windows(2) {
        let (end, begin) = (pair[0].interval.to.unwrap(), pair[1].interval.from.unwrap());
        assert_eq!((end + 1, begin % SECOND), (begin, 0));
    }
    assert!(pieces.iter().all(|piece| !piece.interval.is_empty()), "{pieces:?}");
    if let (Some(from), Some(to)) = (whole.from, whole.to) {
        let longest = pieces.iter().map(|p| p.interval.to.unwrap() - p.interval.from.unwrap()).max().unwrap();
        assert!(longest <= (to - from) / 2 + 2 * SECOND, "{whole:?}: {longest}");
    }
}

fn query(interval: Interval, cap: u64) -> PageQuery {
    let (set, version) = (&SIGNIN_EVENTS, ApiVersion::Beta);
    let pages = set.pages().unwrap();
    let tenant = "contoso.example".into();
    let (kind, clauses, order) = (None, Vec::new(), None);
    let (select, quota, top, cap) = (None, pages.quota, pages.page, Some(cap));
    PageQuery { set, pages, version, tenant, kind, interval, clauses, order, select, parent: None, quota, top, cap }
}

/// Times of so many records in the month before now, spread in different ways.
fn times(records: usize, spread: &str) -> Vec<i64> {
    let month = 30 * DAY * SECOND;
    let time = |n: u64| match spread {
        "even" => NOW - 1 - below(n, month),
        // Nine of ten within one hour.
        "burst" if !n.is_multiple_of(10) => NOW - 12 * DAY * SECOND - below(n, 3_600 * SECOND),
        "burst" => NOW - 1 - below(n, month),
        // Twice as many in each day as in the one before.
        "growing" => NOW - 1 - (below(n, month) >> (mix(n ^ 7) % 12)),
        other => panic!("{other}"),
    };
    (0..records as u64).map(time).collect()
}

#[test]
fn no_record_is_lost_whatever_the_order_and_the_bound_holds() {
    let (records, cap) = (120_000, 10_000);
    for spread in ["even", "burst", "growing"] {
        for order in [Order::Ascending, Order::Descending, Order::Shuffled] {
            for interval in [Interval::ALL, Interval { from: Some(NOW - 31 * DAY * SECOND), to: Some(NOW) }] {
                let service = Service::new(times(records, spread), order, cap);
                let read = service.read(query(interval, cap), true).unwrap();
                let least = records as u64 / 1_000;
                println!("{spread}, {order:?}: {} answers, {} pages, {} deep", read.answers, read.pages, read.deepest);
                assert_eq!(read.records.len(), records, "{spread}, {order:?}");
                assert!(read.deepest <= 22, "{spread}, {order:?}: {}", read.deepest);
                assert!(read.pages <= 4 * least, "{spread}, {order:?}: {} pages", read.pages);
            }
        }
    }
}

/// The control: what these tests would say of a client that takes the end of an answer for its end.
#[test]
fn without_cutting_most_records_are_missing() {
    for order in [Order::Ascending, Order::Descending, Order::Shuffled] {
        let read =
            Service::new(times(120_000, "even"), order, 10_000).read(query(Interval::ALL, 10_000), false).unwrap();
        assert_eq!((read.records.len(), read.answers), (10_000, 1), "{order:?}");
    }
}

#[test]
fn an_answer_below_the_cap_is_whole_and_one_that_is_just_full_is_not_trusted() {
    let even = times(10_000, "even");
    let read = |cap| Service::new(even.clone(), Order::Shuffled, cap).read(query(Interval::ALL, cap), true).unwrap();
    assert_eq!((read(10_001).answers, read(10_001).records.len()), (1, 10_000));
    let full = read(10_000);
    assert!(full.answers > 1 && full.records.len() == 10_000, "{full:?}");
}

#[test]
fn a_second_that_fills_an_answer_is_an_error_and_its_neighbours_are_read() {
    let crowded = NOW - 5 * DAY * SECOND;
    let second = "2026-04-26T12:00:00Z".to_owned();
    for order in [Order::Ascending, Order::Descending, Order::Shuffled] {
        let all = |in_second: i64| {
            let mut all = times(5_000, "even");
            all.extend((0..in_second).map(|n| crowded + n * 37));
            all
        };
        let read = |in_second, interval| Service::new(all(in_second), order, 1_000).read(query(interval, 1_000), true);
        let error = Err(CapError::OneSecond { cap: 1_000, second: second.clone() });
        assert_eq!(read(1_000, Interval::ALL).map(|_| ()), error, "{order:?}");
        let within = Interval { from: Some(crowded + 5), to: Some(crowded + 900_000) };
        assert_eq!(read(1_000, within).map(|_| ()), error, "{order:?}");
        assert_eq!(read(999, Interval::ALL).unwrap().records.len(), 5_999, "{order:?}");
    }
}

#[test]
fn what_cannot_be_cut_is_said() {
    let asked = Interval { from: Some(NOW - DAY * SECOND), to: Some(NOW) };
    let of = |times: Vec<Option<i64>>, keyless, dedup| {
        let mut reading = Reading::new(asked);
        reading.page(times.into_iter(), keyless);
        reading.rest(&query(asked, 100), dedup, NOW).map(|pieces| pieces.len() > 1)
    };
    let inside = |n: i64| Some(NOW - n * SECOND);
    let good: Vec<Option<i64>> = (0..100).map(inside).collect();
    assert_eq!(of(good.clone(), 0, true), Ok(true));
    assert_eq!(of(good[1..].to_vec(), 0, true), Ok(false));
    assert_eq!(of(good.clone(), 0, false), Err(CapError::NoDedup { cap: 100 }));
    assert_eq!(of(good.clone(), 2, true), Err(CapError::Keyless { cap: 100, count: 2 }));
    let timeless = good.iter().skip(1).copied().chain([None]).collect();
    assert_eq!(of(timeless, 0, true), Err(CapError::NoTime { cap: 100, count: 1 }));
    let elsewhere = (0..100).map(|n| if n % 3 == 0 { inside(n) } else { Some(n) }).collect();
    assert_eq!(of(elsewhere, 0, true), Err(CapError::RangeIgnored { cap: 100, outside: 66, rows: 100 }));
}
