//! What is sent to a store is the statement's: counted, entered in the log of requests, limited in number and in time.

use std::time::{Duration, Instant};

use auditql::engine::{Engine, Policy};
use auditql::report::Exit;

use super::failure;
use super::s3::{Bucket, SECRET};
use crate::lab::{answer, now};
use crate::scripted::Reply;

const LOG: &[u8] = b"ip,port\n192.0.2.1,1\n192.0.2.2,2\n";
const RECORD: &[u8] = br#"{"id":"1","createdDateTime":"2026-05-01T11:00:00Z","userPrincipalName":"a@x.example","appId":"x","ipAddress":"192.0.2.1"}"#;

async fn bucket() -> Bucket {
    Bucket::start(&[("logs/a.csv", LOG), ("logs/b.csv", LOG), ("case/1.json", RECORD)]).await
}

fn engine(bucket: &Bucket) -> Engine {
    let builder = Engine::builder().policy(Policy::LOCAL).stores(bucket.variables()).now(now());
    builder.input("s3://evidence/case").build().unwrap()
}

/// A statement over logs, and one over exports.
const STATEMENTS: [&str; 2] =
    ["SELECT count(*) FROM 's3://evidence/logs/*.csv'", "SELECT user_principal_name FROM entra.sign_ins"];

async fn rows(engine: &Engine, sql: &str) -> Vec<String> {
    answer(engine, sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}")).rows()
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_to_a_store_are_requests() {
    for sql in STATEMENTS {
        let bucket = bucket().await;
        let engine = engine(&bucket);
        let answered = answer(&engine, sql).await.unwrap();
        let sent = bucket.server.seen().len();
        assert!(sent > 2, "{sql}: {sent}");
        assert_eq!(answered.tally.requests.get(), sent as u64, "{sql}");
        let log = rows(&engine, "SELECT connection, method, url, status, fault FROM auditql.requests").await;
        assert_eq!(log.len(), sent, "{sql}: {log:?}");
        for line in &log {
            assert!(line.starts_with("s3://evidence | ") && line.contains("/evidence"), "{line}");
            assert!(!line.contains(SECRET) && !line.contains("Signature"), "{line}");
        }
        let bytes =
            rows(&engine, "SELECT sum(bytes) > 60, count(*) FILTER (WHERE method = 'HEAD') > 0 FROM auditql.requests");
        assert_eq!(bytes.await, ["true | true"], "{sql}");
        // EXPLAIN asks for logs, whose columns it shows, and that is counted too.
        let before = bucket.server.seen().len();
        let explained = answer(&engine, &format!("EXPLAIN {sql}")).await.unwrap();
        assert_eq!(explained.tally.requests.get(), (bucket.server.seen().len() - before) as u64, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_requests_holds_and_is_named() {
    for sql in STATEMENTS {
        let whole = bucket().await;
        let control = rows(&engine(&whole), sql).await;
        let needed = whole.server.seen().len();
        for limit in 0..needed {
            let bucket = bucket().await;
            let engine = engine(&bucket);
            rows(&engine, &format!("SET auditql.max_requests = {limit}")).await;
            let report = failure(&engine, sql).await;
            let text = report.to_string();
            assert!(text.contains(&format!("needs more than the {limit} request(s)")), "{sql}: {text}");
            assert!(text.contains("--max-requests") && report.exit == Exit::Incomplete, "{sql}: {text}");
            assert_eq!(bucket.server.seen().len(), limit, "{sql}");
        }
        let bucket = bucket().await;
        let engine = engine(&bucket);
        rows(&engine, &format!("SET auditql.max_requests = {needed}")).await;
        assert_eq!(rows(&engine, sql).await, control, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_silent_ends_with_the_time_of_the_statement() {
    for sql in STATEMENTS {
        for silent in ["?list-type", "a.csv", "1.json"] {
            let bucket = bucket().await;
            bucket.instead(move |seen| seen.target.contains(silent).then(|| Reply::silence()));
            let engine = engine(&bucket);
            rows(&engine, "SET auditql.timeout = '1s'").await;
            let begun = Instant::now();
            match answer(&engine, sql).await {
                // It is not asked for by this statement.
                Ok(_) => assert_ne!(silent, "?list-type", "{sql}"),
                Err(_) => {
                    let report = failure(&engine, sql).await;
                    assert!(
                        report.exit == Exit::Deadline && report.to_string().contains("ran out of time"),
                        "{report}"
                    );
                }
            }
            assert!(begun.elapsed() < Duration::from_secs(8), "{sql} {silent}: {:?}", begun.elapsed());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_answer_tells_what_the_limit_left_out() {
    let whole = bucket().await;
    rows(&engine(&whole), STATEMENTS[0]).await;
    let needed = whole.server.seen().len();
    let bucket = bucket().await;
    let engine = engine(&bucket);
    rows(&engine, "SET auditql.partial = true").await;
    rows(&engine, &format!("SET auditql.max_requests = {}", needed - 1)).await;
    let answered = answer(&engine, "SELECT ip FROM 's3://evidence/logs/*.csv'").await.unwrap();
    let said: Vec<String> = answered.tally.notices().iter().map(ToString::to_string).collect();
    let limit = needed - 1;
    assert!(said.iter().any(|said| said.contains(&format!("needs more than the {limit} request(s)"))), "{said:?}");
    assert!(answered.tally.missing().is_some());
}
