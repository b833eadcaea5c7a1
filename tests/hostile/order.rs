//! A service that will not sort, or takes the size of a page for the size of the result.

use auditql::auth::Connection;
use auditql::engine::Engine;
use auditql::http::Quotas;
use auditql::settings::Settings;
use auditql::table::Quota;

use super::service::{Asked, Record, Service, page_of, refusal, rows};
use super::{ALL, Fixture, NEWEST, connection, engine, options};
use crate::lab::{answer, now};
use crate::scripted::{Reply, Seen, Server};

const TEN: &str = "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC LIMIT 10";
const OLDEST: &str = "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time";
const NAMED: &str = "SELECT id FROM sign_ins WHERE is_interactive AND user_principal_name LIKE 'r%' \
                     ORDER BY created_date_time DESC";

pub(super) fn fixtures() -> Vec<Fixture> {
    let mut all = unsorted();
    all.extend(capped());
    all
}

/// Twelve records in no order, in pages of three, of a service that refuses to sort in these words.
fn will_not_sort(words: &'static str) -> impl FnMut(&Seen) -> Reply + Send {
    move |seen| {
        if seen.target.contains("orderby") {
            return refusal(400, "BadRequest", words);
        }
        let order = [7, 2, 11, 0, 5, 9, 1, 10, 3, 8, 6, 4];
        let at = Asked::of(seen).token.map_or(0, |token| token.parse::<usize>().unwrap());
        let records: Vec<_> = order[at..at + 3].iter().map(|n| Record::nth(*n).json()).collect();
        let next = (at + 3).to_string();
        page_of(&records, (at < 9).then_some(next.as_str()))
    }
}

fn unsorted() -> Vec<Fixture> {
    let named = "$orderby not supported";
    let timeless = |seen: &Seen| {
        if seen.target.contains("orderby") {
            return refusal(400, "BadRequest", "cannot sort");
        }
        let mut rows = rows(0..3);
        rows[1].as_object_mut().unwrap().remove("createdDateTime");
        page_of(&rows, None)
    };
    let broken = |seen: &Seen| match Asked::of(seen).token {
        _ if seen.target.contains("orderby") => refusal(400, "BadRequest", "cannot sort"),
        None => page_of(&rows(0..3), Some("2")),
        Some(_) => Reply::status(403),
    };
    vec![
        Fixture::new("an order is refused", NEWEST, "12 rows, OrderRefused in 5", will_not_sort(named)),
        Fixture::new("an order is refused without a word of it", NEWEST, "12 rows, OrderRefused in 5", {
            will_not_sort("Invalid request")
        }),
        Fixture::new("an order is refused above a limit", TEN, "10 rows, OrderRefused in 5", will_not_sort(named)),
        Fixture::new("an order is refused beside a filter", NAMED, "12 rows, OrderRefused in 5", will_not_sort(named)),
        Fixture::new("an order is refused, who knows why", NAMED, "12 rows, OrderRefused in 6", will_not_sort("no")),
        Fixture::always("everything is refused, sorted or not", NAMED, "Request: Refused 400 x in 4", {
            refusal(400, "x", "no")
        }),
        Fixture::new("a record without time where the order is refused", NEWEST, "Chain: NoTime in 2", timeless),
        Fixture::new("a page is missing where the order is refused", TEN, "Request: Refused 403 in 3", broken),
        Fixture::new(
            "a page is missing there, where a part will do",
            TEN,
            "3 rows, Incomplete, OrderRefused in 3",
            broken,
        )
        .with(|settings| settings.partial = true),
        Fixture::new(
            "an order is refused, with a list in parts",
            LISTED,
            "12 rows, OrderRefused",
            will_not_sort(named),
        ),
    ]
}

const LISTED: &str = "SELECT id FROM sign_ins WHERE is_interactive AND id IN ('r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', \
                      'r7', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'r16', 'r17', 'r18', 'r19', 'r20') \
                      ORDER BY created_date_time DESC";

/// A service that gives `$top` records and no link. Its records have a minute between them, or are of one second.
fn cutting(records: Vec<Record>) -> impl FnMut(&Seen) -> Reply + Send {
    let service = Service::new(records, usize::MAX);
    move |seen| {
        let asked = Asked::of(seen);
        let rest = service.rest(&asked);
        let top = seen.target.rsplit_once("top=").unwrap().1.parse::<usize>().unwrap();
        let records: Vec<_> = rest.records.iter().take(top).map(Record::json).collect();
        page_of(&records, None)
    }
}

fn capped() -> Vec<Fixture> {
    let log = |count: usize| (0..count).map(Record::nth).collect::<Vec<_>>();
    // Pages in no order, the first of them full.
    let shuffled = |_: &Seen| {
        let mut rows = rows(0..999);
        rows.swap(3, 700);
        page_of(&rows, None)
    };
    let nameless = |_: &Seen| {
        let mut rows = rows(0..999);
        rows[5].as_object_mut().unwrap().remove("id");
        page_of(&rows, None)
    };
    let crowd = |count: usize| -> Vec<Record> {
        let first = Record::nth(0).time;
        let at = |n: usize| Record { id: format!("r{n}"), time: first - i64::try_from(n).unwrap(), kind: 0 };
        (0..count).map(at).collect()
    };
    vec![
        // 999, then from the last of them on: 999 and 998 more.
        Fixture::new("the size of a page cuts the result", ALL, "2500 rows in 3", cutting(log(2_500))),
        Fixture::new("the same, newest first", NEWEST, "2500 rows in 3", cutting(log(2_500))),
        Fixture::new("the same, oldest first", OLDEST, "2500 rows in 3", cutting(log(2_500))),
        Fixture::new("a last page that is full", ALL, "999 rows in 2", cutting(log(999))),
        Fixture::new("a last page that is not full", ALL, "998 rows in 1", cutting(log(998))),
        Fixture::new("the newest ten of a cut result", TEN, "10 rows in 1", cutting(log(2_500))),
        Fixture::new("a cut result where copies count", ALL, "Chain: FullPage in 1", cutting(log(2_500)))
            .with(|settings| settings.dedup = false),
        Fixture::new("more than a page of one second is cut", ALL, "Chain: FullPage in 2", cutting(crowd(2_500))),
        Fixture::new("a full page in no order", ALL, "Chain: FullPage in 1", shuffled),
        Fixture::new("a full page with a record without id", ALL, "Chain: FullPage in 1", nameless),
    ]
}

#[tokio::test]
async fn rows_that_a_service_will_not_sort_are_sorted_here() {
    let server = Server::start(will_not_sort("$orderby not supported")).await;
    let engine = engine(connection(server.origin()), Settings::default(), options());
    let ids = |range: std::ops::Range<usize>| range.map(|n| format!("r{n}")).collect::<Vec<_>>();
    assert_eq!(answer(&engine, NEWEST).await.unwrap().rows(), ids(0..12));
    assert_eq!(answer(&engine, OLDEST).await.unwrap().rows(), ids(0..12).into_iter().rev().collect::<Vec<_>>());
    assert_eq!(answer(&engine, TEN).await.unwrap().rows(), ids(0..10));
    let two = "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC, id LIMIT 2";
    assert_eq!(answer(&engine, two).await.unwrap().rows(), ids(0..2));
}

#[tokio::test]
async fn a_connections_own_quota_is_what_requests_wait_for() {
    let mut service = Service::of_log(24, 2);
    let server = Server::start(move |seen| service.answer(&Asked::of(seen))).await;
    let mut quotas = Quotas::default();
    quotas.set(Quota::Reports, None);
    let connection = Connection { quotas, ..connection(server.origin()) };
    let engine = Engine::builder().connection(connection).now(now()).http(options()).build().unwrap();
    let explained = answer(&engine, &format!("EXPLAIN {ALL}")).await.unwrap().rows().join("");
    assert!(explained.contains("at least 1 request, without a quota"), "{explained}");
    // The documented five in ten seconds would take twenty.
    let begun = std::time::Instant::now();
    assert_eq!(answer(&engine, ALL).await.unwrap().rows().len(), 24);
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}
