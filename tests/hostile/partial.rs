//! What `partial` changes: a chain that breaks off leaves its rows and a notice, where a missing row is no finding.

use std::time::Duration;

use auditql::settings::Settings;
use auditql::tally::Notice;
use futures::StreamExt;

use super::service::{Asked, KINDS, Record, Service, page, page_of, refusal, rows};
use super::{ALL, Fixture, NEWEST, connection, engine, options, outcome};
use crate::lab::answer;
use crate::scripted::{Reply, Server};

pub(super) fn fixtures() -> Vec<Fixture> {
    let mut all = broken_off();
    all.extend(refused());
    all.into_iter().map(|fixture| fixture.with(|settings| settings.partial = true)).collect()
}

fn broken_off() -> Vec<Fixture> {
    let broken =
        |name, sql, reply: Reply| Fixture::queue(name, sql, "3 rows, Incomplete in 2", [page(0..3, Some("2")), reply]);
    let mut backwards = rows(2..5);
    backwards.swap(0, 1);
    vec![
        broken("partial: a refusal", ALL, refusal(403, "Denied", "no")),
        broken("partial: a refusal, newest first", NEWEST, refusal(403, "Denied", "no")),
        Fixture::new("partial: a web page", ALL, "3 rows, Incomplete in 11", |seen| {
            if seen.target.contains("skiptoken") { Reply::json("<html>") } else { page(0..3, Some("2")) }
        }),
        broken("partial: a link away", ALL, {
            Reply::json(r#"{"value":[],"@odata.nextLink":"https://evil.example/beta/x"}"#)
        })
        .expecting("3 rows, Incomplete in 2"),
        broken("partial: a page out of order", NEWEST, page_of(&backwards, None)),
        broken("partial: a rejected token", ALL, Reply::status(401)),
        broken("partial: a budget", ALL, page(3..6, Some("3")))
            .with(|settings| settings.max_requests = Some(2))
            .expecting("6 rows, Incomplete in 2"),
        Fixture::always("partial: nothing but a refusal", ALL, "0 rows, Incomplete in 1", refusal(403, "Denied", "no")),
        Fixture::queue("partial: nothing is missing", ALL, "6 rows in 2", [page(0..3, Some("2")), page(3..6, None)]),
        Fixture::queue(
            "partial: the limit was reached before the failure",
            "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC LIMIT 3",
            "3 rows in 1",
            [page(0..3, Some("2")), refusal(403, "Denied", "no")],
        ),
        Fixture::queue(
            "partial: an aggregate",
            "SELECT CASE WHEN count(*) = 3 THEN 'r0' END FROM sign_ins WHERE is_interactive",
            "1 rows, Incomplete in 2",
            [page(0..3, Some("2")), refusal(403, "Denied", "no")],
        ),
    ]
}

/// A missing row on the side that is subtracted would invent a finding.
const SUBTRACTING: [(&str, &str); 5] = [
    ("partial: NOT IN", "SELECT id FROM sign_ins WHERE is_interactive AND id NOT IN (SELECT id FROM sign_ins)"),
    (
        "partial: NOT EXISTS",
        "SELECT id FROM sign_ins a WHERE is_interactive AND NOT EXISTS (SELECT 1 FROM sign_ins b WHERE a.id = b.id)",
    ),
    ("partial: EXCEPT", "SELECT id FROM sign_ins WHERE is_interactive EXCEPT SELECT id FROM sign_ins"),
    ("partial: LEFT ANTI JOIN", "SELECT a.id FROM sign_ins a LEFT ANTI JOIN sign_ins b ON a.id = b.id"),
    (
        "partial: NOT EXISTS beside OR",
        "SELECT id FROM sign_ins a WHERE is_interactive OR NOT EXISTS (SELECT 1 FROM sign_ins b WHERE a.id = b.user_id)",
    ),
];

fn refused() -> Vec<Fixture> {
    let page = || page(0..3, None);
    SUBTRACTING.map(|(name, sql)| Fixture::always(name, sql, "PartialRefused in 0", page())).into()
}

#[tokio::test]
async fn a_partial_answer_says_what_is_missing() {
    let denied = refusal(403, "Denied", "no").header("request-id", "q-7");
    let server = Server::queue([page(0..3, Some("2")), denied]).await;
    // One chain of pages: the server has its replies in one order.
    let settings = Settings { partial: true, time_slices: 1, ..Settings::default() };
    let answer = answer(&engine(connection(server.origin()), settings, options()), ALL).await.unwrap();
    let notices = answer.tally.notices();
    let Some(Notice::Incomplete { missing }) = notices.iter().find(|n| matches!(n, Notice::Incomplete { .. })) else {
        panic!("{notices:?}")
    };
    assert!(missing.contains("entra.sign_ins") && missing.contains("403"), "{missing}");
}

/// Four streams are read side by side: one that cannot be had costs itself, and is named.
#[tokio::test]
async fn a_stream_that_breaks_off_costs_itself_alone() {
    let records = (0..12).map(|n| Record { kind: n % KINDS.len(), ..Record::nth(n) }).collect();
    let mut service = Service::new(records, 2);
    let server = Server::start(move |seen| {
        let asked = Asked::of(seen);
        if asked.filter.contains(KINDS[1]) { refusal(500, "UnknownError", "no") } else { service.answer(&asked) }
    })
    .await;
    let settings = Settings { partial: true, time_slices: 1, ..Settings::default() };
    let engine = engine(connection(server.origin()), settings, options());
    let from = "2026-05-01T00:00:00Z";
    for order in ["", " ORDER BY created_date_time DESC"] {
        let sql = format!("SELECT id FROM sign_ins WHERE created_date_time >= '{from}'{order}");
        let answered = answer(&engine, &sql).await.unwrap();
        let mut rows = answered.rows();
        rows.sort();
        assert_eq!(rows, ["r0", "r10", "r11", "r2", "r3", "r4", "r6", "r7", "r8"], "{sql}");
        let missing = answered.tally.missing().unwrap();
        assert!(missing.contains(&format!("entra.sign_ins ({}) from {from}", KINDS[1])), "{missing}");
    }
}

/// The time is over for the scan and for the statement at one instant; the scan has to have its say first, also where it
/// runs in tasks of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_partial_answer_outlives_the_end_of_its_time() {
    let server =
        Server::start(|seen| if seen.target.contains("skiptoken") { Reply::silence() } else { page(0..3, Some("2")) })
            .await;
    let settings =
        Settings { partial: true, time_slices: 1, timeout: Some(Duration::from_secs(2)), ..Settings::default() };
    let engine = engine(connection(server.origin()), settings, options());
    let queries = [
        ALL,
        NEWEST,
        "SELECT user_principal_name, count(*) FROM sign_ins WHERE is_interactive GROUP BY user_principal_name",
        "SELECT id FROM sign_ins WHERE is_interactive ORDER BY user_principal_name",
    ];
    let repeated = queries.iter().cycle().take(16);
    let results = futures::future::join_all(repeated.map(|sql| async { (*sql, answer(&engine, sql).await) })).await;
    for (sql, result) in results {
        assert_eq!(outcome(&result).split(", ").last(), Some("Incomplete"), "{sql}: {}", outcome(&result));
        assert_eq!(result.unwrap().rows().len(), 3, "{sql}");
    }
}

#[tokio::test]
async fn rows_that_came_before_a_failure_are_given_out_before_it() {
    let server = Server::queue([page(0..3, Some("2")), refusal(403, "Denied", "no")]).await;
    let engine = engine(connection(server.origin()), Settings::default(), options());
    let mut stream = engine.query(NEWEST).await.unwrap().stream;
    assert_eq!(stream.next().await.unwrap().unwrap().num_rows(), 3);
    stream.next().await.unwrap().unwrap_err();
}

#[tokio::test]
async fn no_other_statement_is_a_way_around_the_refusal() {
    let server = Server::start(|_| page(0..3, None)).await;
    let engine = engine(
        connection(server.origin()),
        Settings { partial: true, time_slices: 1, ..Settings::default() },
        options(),
    );
    for (_, sql) in SUBTRACTING {
        answer(&engine, &format!("PREPARE p AS {sql}")).await.unwrap();
        for statement in ["EXECUTE p", &format!("CREATE TABLE main.t AS {sql}"), &format!("EXPLAIN ANALYZE {sql}")] {
            let result = answer(&engine, statement).await;
            assert_eq!(outcome(&result), "PartialRefused", "{statement}");
        }
        answer(&engine, "DEALLOCATE p").await.unwrap();
    }
    assert_eq!(server.connections(), 0);
}
