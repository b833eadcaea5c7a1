//! Budgets, and queries that nobody waits for any more.

use std::time::{Duration, Instant};

use auditql::settings::Settings;
use futures::StreamExt;

use super::service::{page, refusal};
use super::{ALL, Fixture, NEWEST, connection, engine, options};
use crate::scripted::{Reply, Seen, Server};

pub(super) fn fixtures() -> Vec<Fixture> {
    let three = || [page(0..3, Some("2")), page(3..6, Some("3")), page(6..9, None)];
    let most = |n: u64| move |settings: &mut Settings| settings.max_requests = Some(n);
    let soon = |settings: &mut Settings| settings.timeout = Some(Duration::from_secs(2));
    let throttled = || refusal(429, "TooManyRequests", "Slow down");
    vec![
        Fixture::queue("as many requests as allowed", ALL, "9 rows in 3", three()).with(most(3)),
        Fixture::queue("a request more than allowed", ALL, "Request: RequestBudget in 2", three()).with(most(2)),
        Fixture::queue("no request is allowed", ALL, "Request: RequestBudget in 0", three()).with(most(0)),
        Fixture::always("retries are requests", ALL, "Request: RequestBudget in 3", throttled()).with(most(3)),
        Fixture::always("silence until the time is over", ALL, "Request: Deadline in 1", Reply::silence()).with(soon),
        Fixture::new("pages until the time is over", ALL, "Request: Deadline in 1", |_| {
            page(0..3, None).chunked(8, Duration::from_millis(50))
        })
        .with(soon),
        Fixture::always(
            "a wait beyond the time that is left",
            ALL,
            "Request: Deadline in 1",
            throttled().header("Retry-After", "60"),
        )
        .with(soon),
        Fixture::queue(
            "partial: the time is over",
            NEWEST,
            "3 rows, Incomplete in 2",
            [page(0..3, Some("2")), Reply::silence()],
        )
        .with(soon)
        .with(|settings| settings.partial = true),
    ]
}

#[tokio::test]
async fn streams_share_one_budget() {
    let server = Server::start(endless()).await;
    let engine =
        engine(connection(server.origin()), Settings { max_requests: Some(7), ..Settings::default() }, options());
    let result = crate::lab::answer(&engine, "SELECT id FROM sign_ins").await;
    assert_eq!(super::outcome(&result), "Request: RequestBudget");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(server.seen().len() <= 7, "{}", server.seen().len());
}

/// Pages without end, newest first, every kind the same log.
fn endless() -> impl FnMut(&Seen) -> Reply + Send {
    move |seen| {
        let kind = super::service::KINDS.iter().position(|kind| seen.target.contains(&format!("{kind}%27")));
        let (kind, at) = match kind {
            Some(kind) => (kind, 0),
            None => {
                let (kind, at) = seen.target.rsplit_once('=').unwrap().1.split_once('-').unwrap();
                (kind.parse().unwrap(), at.parse().unwrap())
            }
        };
        let rows: Vec<_> = (at..at + 3)
            .map(|n| {
                let record = super::service::Record { kind, ..super::service::Record::nth(n) };
                super::service::Record { id: format!("r{n}-{kind}"), ..record }.json()
            })
            .collect();
        super::service::page_of(&rows, Some(&format!("{kind}-{}", at + 3)))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_is_dropped_sends_nothing_more() {
    let queries = [
        (ALL, true),
        (NEWEST, true),
        ("SELECT id FROM sign_ins", true),
        ("SELECT id FROM sign_ins ORDER BY created_date_time DESC", true),
        ("SELECT count(*) FROM sign_ins", false),
        ("SELECT id FROM sign_ins ORDER BY user_principal_name", false),
        ("SELECT ip_address, count(*) FROM sign_ins GROUP BY ip_address", false),
        ("SELECT a.id FROM sign_ins a JOIN sign_ins b ON a.correlation_id = b.correlation_id", false),
    ];
    futures::future::join_all(queries.map(|(sql, gives_rows)| dropped(sql, gives_rows))).await;
}

/// Lets a query run for some requests, drops it, and watches the service.
async fn dropped(sql: &str, gives_rows: bool) {
    let server = Server::start(endless()).await;
    let engine = engine(connection(server.origin()), Settings::default(), options());
    let mut stream = engine.query(sql).await.unwrap().stream;
    assert_eq!(server.connections(), 0, "{sql}: nothing is sent before the first poll");
    if gives_rows {
        while server.seen().len() < 12 {
            stream.next().await.unwrap().unwrap();
        }
    } else {
        tokio::select! {
            _ = stream.next() => panic!("{sql}: pages never end"),
            () = server.until_seen(12) => {}
        }
    }
    drop(stream);
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let then = server.seen().len();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(server.seen().len(), then, "{sql}: requests {:?} after the drop", begun.elapsed());
}
