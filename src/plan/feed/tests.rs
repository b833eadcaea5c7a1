//! Predicates in, windows and content types out.

use super::availability::{MARGIN, SKEW, WINDOW};
use super::*;
use crate::apis::activity::content::CONTENT_TYPES;
use crate::apis::activity::{ACTIVITY, DLP, EXCHANGE};
use crate::predicate::{Comparison, Predicate, Scalar, Test, Truth, bind, normal};
use crate::wire::Target;

/// 2026-05-01T12:00:00Z
const NOW: i64 = 1_777_636_800 * SECOND;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

fn test(column: &str, test: Test) -> Predicate {
    Predicate::Test { path: vec![column.into()], folded: false, test, sql: column.into() }
}

fn at(column: &str, comparison: Comparison, t: i64) -> Predicate {
    test(column, Test::Compare(comparison, Scalar::Instant(t)))
}

fn text(column: &str, comparison: Comparison, value: &str) -> Predicate {
    test(column, Test::Compare(comparison, Scalar::Text(value.into())))
}

fn record_types(types: &[i64]) -> Predicate {
    test("record_type", Test::In { values: types.iter().map(|n| Scalar::Int(*n)).collect(), negated: false })
}

fn scan(set: &'static EntitySet, predicates: Vec<Predicate>) -> FeedScan {
    let conjunct = |predicate: Predicate| {
        let predicate = normal(predicate);
        Conjunct { sql: predicate.to_string(), bound: bind(&predicate, set) }
    };
    let conjuncts = predicates.into_iter().map(conjunct).collect();
    let feed = set.feed().expect("it is a table of the feed");
    FeedScan {
        set,
        feed,
        conjuncts,
        keys: Vec::new(),
        limit: None,
        pushdown: true,
        population: None,
        now: NOW,
        late_arrival: None,
        rate: None,
    }
}

fn plan(predicates: Vec<Predicate>) -> FeedPlan {
    scan(&ACTIVITY, predicates).plan()
}

fn ends(plan: &FeedPlan) -> (i64, i64) {
    (plan.windows.first().unwrap().from * SECOND - NOW, plan.windows.last().unwrap().to * SECOND - NOW)
}

#[test]
fn without_bounds_everything_in_reach_is_asked_for() {
    let plan = plan(Vec::new());
    assert_eq!(ends(&plan), (MARGIN - 7 * DAY, SECOND));
    assert_eq!(plan.windows.len(), 8);
    assert_eq!(plan.content_types, CONTENT_TYPES);
    assert_eq!((plan.from, plan.to, plan.beyond_reach), (From::Reach, To::Now, None));
}

#[test]
fn an_open_range_begins_with_a_whole_second_as_its_first_window_does() {
    for fraction in [0, 1, 400_000, SECOND - 1] {
        for bounds in [Vec::new(), vec![at("content_created", Comparison::GtEq, NOW - 30 * DAY)]] {
            let plan = FeedScan { now: NOW + fraction, ..scan(&ACTIVITY, bounds) }.plan();
            let first = plan.windows[0];
            assert_eq!(plan.available.from, Some(first.from * SECOND), "{fraction}");
            assert!(first.holds(first.from * SECOND) && !first.holds(first.from * SECOND - 1), "{fraction}");
        }
    }
}

#[test]
fn windows_meet_without_gap_or_overlap_and_none_is_longer_than_23_hours() {
    for span in [1, SECOND - 1, SECOND, 23 * HOUR - SECOND, 23 * HOUR, 23 * HOUR + 1, 6 * DAY] {
        let from = NOW - span - 1;
        let windows = plan(vec![at("content_created", Comparison::GtEq, from)]).windows;
        assert!(windows[0].from * SECOND <= from && windows[windows.len() - 1].to * SECOND > NOW, "{span}");
        assert!(windows.windows(2).all(|pair| pair[0].to == pair[1].from), "{span}");
        assert!(windows.iter().all(|w| (1..=WINDOW).contains(&(w.to - w.from))), "{span}");
    }
}

#[test]
fn the_time_of_an_event_bounds_its_availability_from_below_alone() {
    let (from, to) = (NOW - 2 * DAY, NOW - DAY);
    let day = vec![at("creation_time", Comparison::GtEq, from), at("creation_time", Comparison::Lt, to)];
    let plan = scan(&ACTIVITY, day.clone()).plan();
    assert_eq!(ends(&plan), (-2 * DAY - SKEW, SECOND));
    assert_eq!((plan.from, plan.to), (From::Creation, To::Now));
    assert_eq!(plan.residual[1].reasons, [crate::predicate::Reason::LateRecords]);
    let stated = FeedScan { late_arrival: Some(6 * HOUR), ..scan(&ACTIVITY, day) }.plan();
    assert_eq!((ends(&stated), stated.to), ((-2 * DAY - SKEW, -18 * HOUR + SECOND), To::Late));
    assert!(stated.residual.iter().all(|residual| residual.reasons.is_empty()));
}

#[test]
fn the_time_of_availability_bounds_itself_exactly() {
    let plan = plan(vec![
        at("content_created", Comparison::Gt, NOW - DAY + 500_000),
        at("content_created", Comparison::LtEq, NOW - HOUR + 1),
    ]);
    assert_eq!(ends(&plan), (-DAY, -HOUR + SECOND));
    assert_eq!((plan.from, plan.to), (From::Created, To::Created));
    let available = Interval { from: Some(NOW - DAY + 500_000), to: Some(NOW - HOUR + 1) };
    assert_eq!(plan.available, available);
}

#[test]
fn a_range_beyond_the_reach_is_named_and_not_cut() {
    for (bound, beyond) in [
        (at("creation_time", Comparison::GtEq, NOW - 8 * DAY), true),
        (at("content_created", Comparison::GtEq, NOW - 8 * DAY), true),
        (at("content_created", Comparison::Lt, NOW - 8 * DAY), true),
        // Old events lie in fresh blobs.
        (at("creation_time", Comparison::Lt, NOW - 8 * DAY), false),
        // The allowance for clocks is no wish of the user's.
        (at("creation_time", Comparison::GtEq, NOW - 7 * DAY), false),
    ] {
        let name = bound.to_string();
        let plan = plan(vec![bound]);
        assert_eq!(plan.beyond_reach.is_some(), beyond, "{name}");
        assert!(plan.windows.iter().all(|w| w.from * SECOND >= NOW - 7 * DAY), "{name}");
    }
}

#[test]
fn a_stated_lateness_does_not_make_a_forgotten_range_an_empty_one() {
    let old = |late| {
        let scan = scan(&ACTIVITY, vec![at("creation_time", Comparison::Lt, NOW - 10 * DAY)]);
        FeedScan { late_arrival: Some(late), ..scan }.plan()
    };
    assert_eq!(old(DAY).beyond_reach, Some(NOW - 9 * DAY));
    assert_eq!((old(4 * DAY).beyond_reach, ends(&old(4 * DAY)).0), (None, MARGIN - 7 * DAY));
    let both =
        vec![at("creation_time", Comparison::GtEq, NOW - 2 * DAY), at("creation_time", Comparison::Lt, NOW - 3 * DAY)];
    assert_eq!(plan(both).beyond_reach, None);
}

#[test]
fn the_last_minutes_of_the_reach_can_be_asked_for() {
    let plan = plan(vec![at("content_created", Comparison::Lt, NOW - 7 * DAY + 2 * SECOND)]);
    assert_eq!(ends(&plan), (-7 * DAY, -7 * DAY + 3 * SECOND));
}

/// That a column lies in one of some ranges, in microseconds before the statement's instant.
fn in_one_of(column: &str, ranges: &[(i64, i64)]) -> Predicate {
    let range = |(from, to): &(i64, i64)| {
        Predicate::And(vec![at(column, Comparison::GtEq, NOW - from), at(column, Comparison::LtEq, NOW - to)])
    };
    Predicate::Or(ranges.iter().map(range).collect())
}

fn spans(plan: &FeedPlan) -> Vec<(i64, i64)> {
    plan.spans.iter().map(|span| (NOW - span.from.unwrap(), NOW - span.to.unwrap())).collect()
}

#[test]
fn times_that_lie_apart_are_listed_by_the_fewest_windows_and_not_fetched_between() {
    let far = [(6 * DAY, 6 * DAY - HOUR), (6 * DAY - 3 * HOUR, 6 * DAY - 4 * HOUR), (DAY, DAY - HOUR)];
    let apart = plan(vec![in_one_of("content_created", &far)]);
    assert_eq!(spans(&apart), far);
    assert!(!apart.late);
    let hours: Vec<_> =
        apart.windows.iter().map(|w| ((NOW / SECOND - w.from) / 3_600, (w.to - w.from) / 3_600)).collect();
    assert_eq!(hours, [(6 * 24, 4), (24, 1)]);
    for (ago, asked) in [
        (6 * DAY, true),
        (6 * DAY + 1, false),
        (6 * DAY - HOUR, true),
        (6 * DAY - 2 * HOUR, false),
        (6 * DAY - 3 * HOUR, true),
        (3 * DAY, false),
        (DAY - HOUR, true),
        (DAY - HOUR - 1, false),
        (0, false),
    ] {
        assert_eq!(apart.asks_for(NOW - ago), asked, "{ago}");
    }
    // Ranges that are longer than a window, and one that begins where the window before it has no room left.
    let long = [(7 * DAY - HOUR, 5 * DAY), (5 * DAY - HOUR, 4 * DAY)];
    let plan = plan(vec![in_one_of("content_created", &long)]);
    assert!(plan.windows.windows(2).all(|pair| pair[0].to <= pair[1].from));
    assert!(plan.windows.iter().all(|w| (1..=WINDOW).contains(&(w.to - w.from))));
    for (from, to) in long {
        for second in (NOW - from) / SECOND..=(NOW - to) / SECOND {
            assert!(plan.windows.iter().any(|w| w.holds(second * SECOND)), "{second}");
        }
    }
}

#[test]
fn times_of_records_lie_apart_only_for_who_knows_how_late_they_can_be() {
    let ranges = [(6 * DAY, 6 * DAY - HOUR), (HOUR, 0)];
    let asked = |late_arrival, predicates| FeedScan { late_arrival, ..scan(&ACTIVITY, predicates) }.plan();
    let open = asked(None, vec![in_one_of("creation_time", &ranges)]);
    assert_eq!((spans(&open), open.late), (vec![(6 * DAY + SKEW, 0)], false));
    let stated = asked(Some(2 * HOUR), vec![in_one_of("creation_time", &ranges)]);
    assert_eq!(spans(&stated), [(6 * DAY + SKEW, 6 * DAY - 3 * HOUR), (HOUR + SKEW, 0)]);
    assert_eq!((stated.to, stated.late, stated.windows.len()), (To::Now, true, 2));
    assert!(stated.to_string().contains("2 times from"), "{stated}");
    assert!(stated.to_string().contains("later than late_arrival says are left out"), "{stated}");
    // What is so late that the ranges meet leaves nothing out but behind the last.
    let late = asked(Some(7 * DAY), vec![in_one_of("creation_time", &ranges)]);
    assert_eq!((spans(&late), late.late), (vec![(6 * DAY + SKEW, 0)], false));
    // Both kinds of time have to allow a blob.
    let both = vec![
        in_one_of("creation_time", &ranges),
        in_one_of("content_created", &[(5 * DAY, 4 * DAY), (2 * HOUR, HOUR)]),
    ];
    let both = asked(Some(2 * HOUR), both);
    assert_eq!(spans(&both), [(HOUR + SKEW, HOUR)]);
    let never = asked(
        Some(2 * HOUR),
        vec![in_one_of("creation_time", &ranges), at("content_created", Comparison::Eq, NOW - 3 * DAY)],
    );
    assert!(never.windows.is_empty() && !never.to_string().contains("requests"), "{never}");
    // The end of the statement's own second belongs to what is open to the present.
    assert!(stated.asks_for(NOW + SECOND - 1) && !open.spans.is_empty() && open.asks_for(NOW + SECOND - 1));
}

#[test]
fn content_types_are_left_out_only_where_that_is_certain() {
    let or = |ps: Vec<Predicate>| Predicate::Or(ps);
    for (predicate, expected) in [
        (text("content_type", Comparison::Eq, "Audit.Exchange"), &["Audit.Exchange"][..]),
        (text("content_type", Comparison::NotEq, "DLP.All"), &CONTENT_TYPES[..4]),
        (text("content_type", Comparison::Eq, "audit.exchange"), &[]),
        (text("workload", Comparison::Eq, "Exchange"), CONTENT_TYPES),
        (record_types(&[1, 2, 50]), &["Audit.Exchange"]),
        (record_types(&[1, 25]), CONTENT_TYPES),
        (record_types(&[8, 13]), &["Audit.AzureActiveDirectory", "DLP.All"]),
        (or(vec![record_types(&[1]), text("operation", Comparison::Eq, "x")]), CONTENT_TYPES),
        (or(vec![record_types(&[1]), record_types(&[6])]), &["Audit.Exchange", "Audit.SharePoint"]),
        (Predicate::Not(Box::new(text("content_type", Comparison::Eq, "DLP.All"))), &CONTENT_TYPES[..4]),
        (Predicate::Not(Box::new(record_types(&[1]))), CONTENT_TYPES),
    ] {
        let name = format!("{predicate:?}");
        let plan = plan(vec![predicate]);
        assert_eq!(plan.content_types, expected, "{name}");
        assert_eq!(plan.windows.is_empty(), expected.is_empty(), "{name}");
    }
    assert_eq!(scan(&DLP, Vec::new()).plan().content_types, ["DLP.All"]);
    let named = FeedScan { population: Some(vec!["Audit.General".into()]), ..scan(&EXCHANGE, Vec::new()) };
    assert_eq!((named.plan().content_types, named.plan().left_out), (vec![], vec!["Audit.Exchange"]));
}

#[test]
fn content_that_another_table_has_is_named() {
    let of_exchange = |predicate: Predicate| scan(&EXCHANGE, vec![predicate]).plan();
    for (predicate, elsewhere) in [
        (text("content_type", Comparison::Eq, "Audit.General"), &["Audit.General"][..]),
        (record_types(&[6]), &["Audit.SharePoint"]),
        // The controls: what the table holds, and what is none.
        (text("content_type", Comparison::Eq, "Audit.Exchange"), &[]),
        (text("content_type", Comparison::Eq, "nonsense"), &[]),
    ] {
        let name = format!("{predicate:?}");
        assert_eq!(of_exchange(predicate).elsewhere, elsewhere, "{name}");
    }
}

#[test]
fn a_content_type_that_somebody_names_has_to_be_there() {
    let types = |names: &[&str], negated| {
        let values = names.iter().map(|name| Scalar::Text((*name).into())).collect();
        test("content_type", Test::In { values, negated })
    };
    for (predicates, expected) in [
        (vec![], &[][..]),
        (vec![types(&["DLP.All"], false)], &["DLP.All"]),
        (vec![types(&["Audit.General", "DLP.All", "nonsense"], false)], &["Audit.General", "DLP.All"]),
        (vec![types(&["Audit.Exchange", "DLP.All"], false), record_types(&[1])], &["Audit.Exchange"]),
        (vec![text("content_type", Comparison::Eq, "DLP.All")], &["DLP.All"]),
        (
            vec![Predicate::Or(vec![
                text("content_type", Comparison::Eq, "DLP.All"),
                text("operation", Comparison::Eq, "x"),
            ])],
            &["DLP.All"],
        ),
        (vec![types(&["DLP.All"], true)], &[]),
        (vec![text("content_type", Comparison::NotEq, "DLP.All")], &[]),
        (vec![text("content_type", Comparison::Gt, "DLP.All")], &[]),
        (vec![record_types(&[1])], &[]),
    ] {
        let name = format!("{predicates:?}");
        assert_eq!(plan(predicates.clone()).required, expected, "{name}");
        let off = FeedScan { pushdown: false, ..scan(&ACTIVITY, predicates) }.plan();
        assert!(expected.iter().all(|content_type| off.required.contains(content_type)), "{name}");
    }
    let connection = FeedScan { population: Some(vec!["Audit.General".into()]), ..scan(&ACTIVITY, Vec::new()) };
    assert_eq!(connection.plan().required, ["Audit.General"]);
}

#[test]
fn without_pushdown_the_whole_reach_is_read_whatever_the_predicate() {
    for predicates in [
        vec![record_types(&[1]), at("content_created", Comparison::GtEq, NOW - HOUR)],
        vec![text("content_type", Comparison::Eq, "Audit.General"), text("content_type", Comparison::Eq, "DLP.All")],
        vec![at("creation_time", Comparison::Lt, NOW - DAY), at("creation_time", Comparison::Gt, NOW - HOUR)],
        vec![Predicate::Constant(Truth::False)],
    ] {
        let scan = FeedScan { pushdown: false, ..scan(&ACTIVITY, predicates) };
        let name = format!("{:?}", scan.conjuncts);
        let plan = scan.plan();
        assert_eq!((ends(&plan), plan.content_types.len()), ((MARGIN - 7 * DAY, SECOND), 5), "{name}");
        assert_eq!(plan.beyond_reach, None, "{name}");
    }
    // What the service does not keep any more cannot be had either way.
    let old = scan(&ACTIVITY, vec![at("creation_time", Comparison::GtEq, NOW - 8 * DAY)]);
    assert_eq!(FeedScan { pushdown: false, ..old }.plan().beyond_reach, Some(NOW - 8 * DAY));
}

#[test]
fn a_listing_is_begun_anew_while_that_gets_further() {
    let mut listing = Listing::new("t", "DLP.All", Window { from: 0, to: 60 });
    let mut read = |pages: usize| {
        (0..pages).for_each(|n| listing.advance(Some(&format!("https://h/{n}")), &[&n.to_string()]).unwrap());
        listing.restart()
    };
    for pages in [1, 1, 2, 1, 2, 3, 5].into_iter().chain([5, 1, 4].repeat(3)) {
        assert_eq!(read(pages), Ok(()), "{pages}");
    }
    assert_eq!(read(5), Err(ListingError::Forgotten(11)));
}

#[test]
fn links_are_followed_as_given_and_circles_are_seen() {
    let window = Window { from: NOW / SECOND - 3_600, to: NOW / SECOND };
    let mut listing = Listing::new("t", "DLP.All", window);
    let Target::Path(first) = listing.next_request().unwrap().target.clone() else { panic!() };
    assert_eq!(
        first,
        "/api/v1.0/t/activity/feed/subscriptions/content?contentType=DLP.All&startTime=2026-05-01T11:00:00&\
         endTime=2026-05-01T12:00:00&PublisherIdentifier=t"
    );
    let link = "https://h/api/v1/t/activity/feed/subscriptions/content?nextPage=a+b/$==";
    listing.advance(Some(link), &[]).unwrap();
    let Target::Link { url, prefix } = listing.next_request().unwrap().target.clone() else { panic!() };
    assert_eq!((url, prefix.as_str()), (format!("{link}&PublisherIdentifier=t"), "/api/v1/"));
    assert_eq!(listing.advance(Some(link), &["a"]), Err(ListingError::Circle));
    listing.restart().unwrap();
    assert!(listing.is_at_first());
    listing.advance(None, &["a"]).unwrap();
    assert!(listing.next_request().is_none());
    let Target::Link { url, .. } = blob("t", "https://h/api/v1.0/t/activity/feed/audit/a$b").target else { panic!() };
    assert_eq!(url, "https://h/api/v1.0/t/activity/feed/audit/a$b?PublisherIdentifier=t");
}

#[test]
fn pages_that_name_nothing_new_do_not_go_on_for_ever() {
    let window = Window { from: NOW / SECOND - 3_600, to: NOW / SECOND };
    let names = ["a", "b", "c", "d", "e"];
    let pages = |ids: &dyn Fn(usize) -> Vec<&'static str>| {
        let mut listing = Listing::new("t", "DLP.All", window);
        let mut page = |n: usize| listing.advance(Some(&format!("https://h/api/v1.0/t/{n}")), &ids(n));
        (0..5_000).find_map(|n| page(n).err().map(|error| (n, error)))
    };
    assert_eq!(pages(&|_| Vec::new()), Some((1_000, ListingError::NothingNew(1_001))));
    assert_eq!(
        pages(&|n| if n % 2 == 0 { vec!["a", "b"] } else { vec!["b", "a"] }),
        Some((6, ListingError::NothingNew(6)))
    );
    // Now one that is known, now none: it is the same standstill.
    assert_eq!(pages(&|n| if n % 2 == 0 { vec!["a"] } else { vec![] }), Some((12, ListingError::NothingNew(12))));
    // A thousand empty pages before each new blob are an odd listing, but one that gets on.
    assert_eq!(pages(&|n| if n % 1_001 == 0 { vec![names[n / 1_001]] } else { vec![] }), None);
}

#[test]
fn a_listing_that_is_begun_anew_may_name_what_it_named() {
    let mut listing = Listing::new("t", "DLP.All", Window { from: NOW / SECOND - 3_600, to: NOW / SECOND });
    let link = |n: usize| format!("https://h/api/v1.0/t/{n}");
    let names: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    for round in 0..3 {
        for (n, name) in names.iter().enumerate() {
            listing.advance(Some(&link(n)), &[name]).unwrap_or_else(|e| panic!("round {round}, page {n}: {e}"));
        }
        listing.restart().unwrap();
    }
}
