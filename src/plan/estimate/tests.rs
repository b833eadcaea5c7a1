//! What numbers of days tell of a scan, and of which scans they tell nothing.

use super::{Basis, Counts, DAY, Days, Differs, Estimate};
use crate::apis::graph::{SIGN_INS, SIGN_INS_A_DAY};
use crate::plan::{Scan, ScanPlan};
use crate::predicate::tests::conjuncts;
use crate::table::ApiVersion;
use crate::time::Interval;

const KINDS: [&str; 4] = ["interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"];

/// A scan of sign-ins with a predicate, over a range of days.
fn plan(sql: &str, (from, to): (i64, i64)) -> ScanPlan {
    let set = &SIGN_INS;
    let mut plan = Scan {
        set,
        pages: set.pages().unwrap(),
        version: ApiVersion::Beta,
        tenant: "".into(),
        record_cap: None,
        columns: Vec::new(),
        conjuncts: if sql.is_empty() { Vec::new() } else { conjuncts(sql, set) },
        keys: Vec::new(),
        order: None,
        limit: None,
        pushdown: true,
    }
    .plan();
    let range = Interval { from: Some(from * DAY), to: Some(to * DAY - 1) };
    plan.streams.iter_mut().for_each(|stream| stream.query.interval = range);
    plan
}

fn days(of: impl IntoIterator<Item = i64>, count: u64) -> Days {
    of.into_iter().map(|day| (day, count)).collect()
}

fn told(days: Days) -> Counts {
    let mut counts = Counts::default();
    counts.told(&SIGN_INS_A_DAY, 1_000 * DAY, days);
    counts
}

fn shown(estimate: Option<Estimate>) -> Option<(usize, u64, bool, (u64, u64))> {
    estimate.map(|e| (e.requests, e.rows, matches!(e.basis, Basis::Service(_)), e.days))
}

#[test]
fn the_service_s_numbers_tell_of_whole_ranges_of_all_kinds() {
    let month = told(days(100..130, 1_667));
    for (what, plan, counts, expected) in [
        // 50,010 records are 50.06 pages of 999, and each of four chains ends with half a page.
        ("a month", plan("", (100, 130)), &month, Some((52, 50_010, true, (30, 0)))),
        ("a day", plan("", (100, 101)), &month, Some((4, 1_667, true, (1, 0)))),
        ("one kind of four", plan("is_interactive", (100, 130)), &month, None),
        ("a filter that is sent", plan("user_id = 'a'", (100, 130)), &month, None),
        ("a filter that is not", plan("user_type = 'guest'", (100, 130)), &month, Some((52, 50_010, true, (30, 0)))),
        ("two days more, like the others", plan("", (100, 132)), &month, Some((55, 53_344, true, (32, 2)))),
        ("half of it unknown", plan("", (100, 160)), &month, Some((102, 100_020, true, (60, 30)))),
        ("more than half", plan("", (100, 161)), &month, None),
        ("nothing known", plan("", (100, 130)), &Counts::default(), None),
        ("an empty range", plan("", (100, 100)), &month, None),
        ("no such days", plan("", (500, 530)), &month, None),
    ] {
        assert_eq!(shown(plan.estimate(counts, 200 * DAY)), expected, "{what}");
    }
    let limited = ScanPlan { limit: Some(10), ..plan("", (100, 130)) };
    let lazy = ScanPlan { few: true, ..plan("", (100, 130)) };
    assert!(limited.estimate(&month, 200 * DAY).is_none() && lazy.estimate(&month, 200 * DAY).is_none());
}

#[test]
fn what_was_read_tells_of_the_kinds_that_were_read() {
    let mut counts = Counts::default();
    counts.read(Some(KINDS[0]), days(100..130, 400));
    let one = plan("is_interactive", (100, 130));
    assert_eq!(shown(one.estimate(&counts, 200 * DAY)), Some((13, 12_000, false, (30, 0))));
    assert_eq!(shown(plan("", (100, 130)).estimate(&counts, 200 * DAY)), None, "three kinds are not known");
    for kind in &KINDS[1..] {
        counts.read(Some(kind), days(100..130, 0));
    }
    // Each of the others takes a request all the same.
    assert_eq!(shown(plan("", (100, 130)).estimate(&counts, 200 * DAY)), Some((16, 12_000, false, (30, 0))));
    // What was read goes before what was told, unless more days were told.
    counts.told(&SIGN_INS_A_DAY, 1_000 * DAY, days(100..140, 500));
    assert_eq!(shown(plan("", (100, 130)).estimate(&counts, 200 * DAY)), Some((16, 12_000, false, (30, 0))));
    assert_eq!(shown(plan("", (100, 140)).estimate(&counts, 200 * DAY)), Some((22, 20_000, true, (40, 0))));
}

#[test]
fn a_part_of_a_day_has_its_share() {
    let mut whole = plan("", (100, 101));
    whole.streams.iter_mut().for_each(|stream| stream.query.interval.to = Some(100 * DAY + DAY / 4));
    assert_eq!(shown(whole.estimate(&told(days(100..101, 8_000)), 200 * DAY)), Some((4, 2_000, true, (1, 0))));
}

#[test]
fn an_open_range_begins_where_the_service_s_retention_does() {
    let mut open = plan("", (100, 130));
    open.streams.iter_mut().for_each(|stream| stream.query.interval = Interval::ALL);
    assert_eq!(shown(open.estimate(&told(days(100..130, 999)), 130 * DAY)), Some((32, 29_970, true, (30, 0))));
}

#[test]
fn days_differ_where_both_counted_them_and_the_service_had_time_to() {
    let mut counts = Counts::default();
    assert!(counts.differing(&[days(0..9, 1)]).is_none());
    counts.told(&SIGN_INS_A_DAY, 5 * DAY, days(0..5, 7));
    let read = [days(0..9, 4), days(1..9, 3)];
    // Day 0 was read of one kind only; the last day was hardly over when it was told.
    let (_, compared, differing) = counts.differing(&read).unwrap();
    assert_eq!((compared, differing), (3, Vec::new()));
    let (_, compared, differing) = counts.differing(&[days(0..9, 6)]).unwrap();
    assert_eq!((compared, differing.len(), differing[0]), (4, 4, Differs { day: 0, told: 7, read: 6 }));
    assert!(counts.differing(&[days(4..9, 6)]).is_none(), "nothing to compare");
}
