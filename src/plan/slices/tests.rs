//! Which tables are cut, where, and what a cut costs: a service is simulated, and chains that read it round by round.

use super::*;
use crate::apis;

const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

fn lanes(free: usize) -> Lanes {
    Lanes { free, most: 8, reply: Duration::from_millis(100), pages: 11, cuts: 0 }
}

/// A chain that has read one page of an hour, with so many hours left.
fn hourly(left: i64) -> Progress {
    Progress { newest: (left + 1) * HOUR, oldest: left * HOUR, stride: HOUR, pages: 1, from: 0 }
}

#[test]
fn a_range_is_cut_where_each_slice_has_several_pages() {
    for (left, free, slices) in
        [(2, 7, 1), (5, 7, 1), (6, 7, 2), (9, 7, 3), (24, 7, 8), (1_000, 7, 8), (1_000, 1, 2), (1_000, 0, 1)]
    {
        assert_eq!(
            edges(&hourly(left), &Density::default(), &lanes(free)).len() + 1,
            slices,
            "{left} pages, {free} free"
        );
    }
    assert_eq!(edges(&hourly(8), &Density::default(), &lanes(1)), [4 * HOUR]);
    assert_eq!(edges(&hourly(9), &Density::default(), &lanes(7)), [6 * HOUR, 3 * HOUR]);
}

#[test]
fn nothing_is_cut_that_is_over_soon_or_of_which_nothing_is_known() {
    let quick = Lanes { reply: Duration::from_millis(2), ..lanes(7) };
    assert!(edges(&hourly(100), &Density::default(), &quick).is_empty(), "100 pages of 2 ms");
    assert!(!edges(&hourly(200), &Density::default(), &quick).is_empty());
    let instant = Progress { newest: DAY, oldest: DAY, stride: 0, pages: 3, from: 0 };
    assert!(edges(&instant, &Density::default(), &lanes(7)).is_empty(), "records of one instant show no density");
    let beyond = Progress { from: 2 * DAY, ..hourly(24) };
    assert!(edges(&beyond, &Density::default(), &lanes(7)).is_empty(), "it is past where it was thought to begin");
    let extreme = Progress { newest: i64::MAX, oldest: i64::MAX - 1, stride: 1, pages: 1, from: i64::MIN };
    assert!(edges(&extreme, &Density::default(), &lanes(7)).is_sorted_by(|a, b| a > b));
}

#[test]
fn edges_are_whole_seconds_within_what_is_left() {
    let odd = Progress { newest: 7 * SECOND + 9, oldest: 6 * SECOND + 1, stride: SECOND, pages: 40, from: -SECOND / 2 };
    let edges = edges(&odd, &Density::default(), &lanes(7));
    assert!(edges.iter().all(|e| e % SECOND == 0 && odd.from < *e && *e < odd.oldest), "{edges:?}");
    assert!(edges.is_sorted_by(|a, b| a > b) && edges.len() >= 4, "{edges:?}");
}

#[test]
fn cuts_are_a_share_of_the_pages() {
    let spent = |cuts, pages| edges(&hourly(500), &Density::default(), &Lanes { cuts, pages, ..lanes(7) }).len();
    assert_eq!((spent(0, 1), spent(7, 11), spent(7, 12), spent(9, 36), spent(10, 36)), (7, 0, 1, 1, 0));
}

/// Which tables are read in slices follows from what is declared of them, table by table.
#[test]
fn only_a_listing_in_a_declared_order_is_cut() {
    let cut: Vec<&str> =
        apis::ALL.iter().filter(|set| uncut(set, ApiVersion::Beta).is_none()).map(|set| set.name).collect();
    assert_eq!(cut, ["sign_ins"]);
    for (name, because) in [
        ("directory_audits", Uncut::NoOrder),
        ("provisioning", Uncut::NoOrder),
        ("risk_detections", Uncut::NoBounds),
        ("alerts", Uncut::NoOrder),
        ("signin_events", Uncut::Cap),
        ("audit_events", Uncut::NoOrder),
        ("activity", Uncut::NoPages),
        ("audit_search", Uncut::NoPages),
        ("users", Uncut::NoTime),
    ] {
        let set = apis::ALL.iter().find(|set| set.name == name).unwrap_or_else(|| panic!("no table {name}"));
        assert_eq!(uncut(set, ApiVersion::Beta), Some(because), "{name}: {because}");
    }
}

/// A service that holds one record a row of `times`, newest first, and chains that read it, all with one page a round.
struct Model<'a> {
    times: &'a [i64],
    page: usize,
    requests: u64,
    rounds: u64,
}

/// A slice that is being read: the place of its next record, where it ends, and what was seen.
struct Slice {
    at: usize,
    from: i64,
    newest: Option<i64>,
    oldest: i64,
    stride: i64,
    pages: u64,
}

impl Model<'_> {
    fn slice(&self, from: i64, to: i64) -> Slice {
        let at = self.times.partition_point(|t| *t > to);
        Slice { at, from, newest: None, oldest: to, stride: 0, pages: 0 }
    }

    /// Reads a page; whether the slice goes on.
    fn read(&mut self, slice: &mut Slice) -> bool {
        self.requests += 1;
        let page = &self.times[slice.at..self.times.len().min(slice.at + self.page)];
        slice.at += page.len();
        slice.pages += 1;
        slice.newest = slice.newest.or(page.first().copied());
        slice.stride = page.first().zip(page.last()).map_or(0, |(first, last)| first - last);
        slice.oldest = page.last().copied().unwrap_or(slice.oldest);
        slice.at < self.times.len() && slice.oldest >= slice.from && self.times[slice.at] >= slice.from
    }

    fn run(&mut self, most: usize, density: &Density) {
        let (newest, oldest) = (self.times[0], self.times[self.times.len() - 1]);
        let mut open = vec![self.slice(oldest, newest)];
        let mut cuts = 0;
        while !open.is_empty() {
            self.rounds += 1;
            open.retain_mut(|slice| self.read(slice));
            open.sort_by_key(|slice| std::cmp::Reverse(progress(slice).pages_left(density)));
            for at in 0..open.len() {
                let free = most - open.len();
                let lanes = Lanes { most, pages: self.requests, cuts, ..lanes(free) };
                let edges = edges(&progress(&open[at]), density, &lanes);
                cuts += edges.len() as u64;
                for edge in edges.into_iter().rev() {
                    let from = std::mem::replace(&mut open[at].from, edge);
                    open.push(self.slice(from, edge - 1));
                }
            }
        }
    }
}

fn progress(slice: &Slice) -> Progress {
    let newest = slice.newest.unwrap_or(slice.oldest);
    Progress { newest, oldest: slice.oldest, stride: slice.stride, pages: slice.pages, from: slice.from }
}

/// Thirty days of records whose density differs a hundredfold: working hours, nights, weekends.
fn uneven(rows: usize) -> Vec<i64> {
    let weight = |hour: i64| {
        let (day, hour) = (hour / 24, hour % 24);
        if day % 7 >= 5 {
            2
        } else if (8..18).contains(&hour) {
            100
        } else {
            1
        }
    };
    let all: i64 = (0..720).map(weight).sum();
    let rows = i64::try_from(rows).unwrap();
    let mut times: Vec<i64> = (0..720)
        .flat_map(|hour| {
            let n = (rows * weight(hour) / all).max(1);
            (0..n).map(move |i| hour * HOUR + i * HOUR / n)
        })
        .collect();
    times.reverse();
    times
}

#[test]
fn slices_take_little_more_than_their_part_of_the_rounds_and_a_tenth_more_requests() {
    for (rows, page) in [(100_000, 1_000), (300_000, 999), (1_000_000, 1_000), (50_000, 100)] {
        for times in [uneven(rows), (0..i64::try_from(rows).unwrap()).rev().map(|n| n * 26 * SECOND).collect()] {
            let pages = times.len().div_ceil(page) as u64;
            let mut model = Model { times: &times, page, requests: 0, rounds: 0 };
            model.run(8, &Density::default());
            let Model { requests, rounds, .. } = model;
            println!("{pages} pages: {requests} requests in {rounds} rounds");
            assert!(requests <= pages + pages / 10 + 8, "{requests} requests for {pages} pages");
            assert!(rounds <= pages.div_ceil(8) * 6 / 5 + 1, "{rounds} rounds for {pages} pages");
            let mut alone = Model { times: &times, page, requests: 0, rounds: 0 };
            alone.run(1, &Density::default());
            assert_eq!((alone.requests, alone.rounds), (pages, pages), "one lane is one chain");
        }
    }
}

/// Thirty days of even sparse records, and one day with most of all.
fn burst(rows: i64, day: i64) -> Vec<i64> {
    let of = |at: i64| if at == day { rows * 4 / 5 } else { rows / 5 / 29 };
    let mut times: Vec<i64> = (0..30).flat_map(|at| (0..of(at)).map(move |n| at * DAY + n * DAY / of(at))).collect();
    times.reverse();
    times
}

#[test]
fn a_burst_is_cut_when_it_is_met_or_beforehand_where_its_day_was_counted() {
    for day in [0, 14, 29] {
        let times = burst(100_000, day);
        let mut days = crate::plan::estimate::Days::new();
        times.iter().for_each(|time| *days.entry(time.div_euclid(DAY)).or_default() += 1);
        let run = |density: &Density| {
            let mut model = Model { times: &times, page: 1_000, requests: 0, rounds: 0 };
            model.run(8, density);
            println!("day {day}: {} requests in {} rounds", model.requests, model.rounds);
            assert!(model.requests <= 110, "day {day}: {} requests", model.requests);
            model.rounds
        };
        let (known, even) = (run(&Density::of(days)), run(&Density::default()));
        assert!(known <= 15 && even <= 40, "day {day}: {known} rounds, {even} without the numbers");
    }
}
