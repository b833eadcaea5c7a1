//! `count(*)` by `$count`: asked only where the service can count exactly what is meant, the same number as by reading, and read
//! instead where the service answers with anything else than a number.

use auditql::apis;
use auditql::engine::{Engine, Error};
use auditql::http;
use auditql::settings::Settings;
use auditql::table::EntitySet;
use azure_core::credentials::Secret;

use super::lab::{self, Lab, answer, cause};
use super::scripted::{Reply, Server};

/// Statements whose count the service is asked for, and the filter that says all of the condition.
const ASKED: &[(&str, &str)] = &[
    ("SELECT count(*) FROM entra.users", ""),
    ("SELECT count(1) AS n FROM users", ""),
    ("SELECT count(*) + 1 FROM users", ""),
    ("SELECT count(*), count(1) FROM users", ""),
    ("SELECT count(*) FROM users WHERE account_enabled", "accountEnabled eq true"),
    ("SELECT count(*) FROM users WHERE NOT account_enabled", "accountEnabled eq false"),
    ("SELECT count(*) FROM users WHERE account_enabled = false", "accountEnabled eq false"),
    ("SELECT n FROM (SELECT count(*) AS n FROM users) WHERE n > 10", ""),
];

/// Statements whose rows have to be read.
const READ: &[&str] = &[
    "SELECT count(*) FROM users WHERE user_type = 'Guest'",
    "SELECT count(*) FROM users WHERE account_enabled AND user_type = 'Guest'",
    "SELECT count(*) FROM users WHERE display_name LIKE 'A%'",
    "SELECT count(*) FROM users WHERE account_enabled AND length(display_name) > 12",
    "SELECT count(*) FROM users WHERE created_date_time >= '2025-01-01'",
    "SELECT count(*) FROM users WHERE account_enabled = (SELECT true)",
    "SELECT count(mail) FROM users",
    "SELECT count(DISTINCT user_type) FROM users",
    "SELECT count(*) FILTER (WHERE account_enabled) FROM users",
    "SELECT count(*), max(display_name) FROM users",
    "SELECT account_enabled, count(*) FROM users GROUP BY 1",
    "SELECT count(*) FROM (SELECT id FROM users LIMIT 20)",
    "SELECT count(*) FROM users a JOIN users b ON a.id = b.id",
    "SELECT count(NULL) FROM users",
    "SELECT count(*) FROM entra.directory_audits WHERE activity_date_time >= now() - INTERVAL '2 days'",
    "SELECT count(*) FROM sign_ins WHERE is_interactive AND created_date_time >= now() - INTERVAL '2 days'",
];

/// Sets whose own page of the reference documents `/$count`. Reports of sign-ins and audits do not: "`$count` not documented".
const COUNTED: [&str; 5] =
    ["entra.users", "entra.groups", "entra.service_principals", "entra.applications", "entra.devices"];

#[test]
fn a_set_counts_where_its_own_page_documents_it() {
    let counts = |set: &&&EntitySet| set.pages().is_some_and(|pages| pages.counts);
    let found: Vec<String> = apis::ALL.iter().filter(counts).map(|set| set.qualified()).collect();
    assert_eq!(found, COUNTED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_counts_what_it_can_count_exactly_and_the_number_is_that_of_the_rows() {
    let lab = Lab::new(lab::options(1_500)).await;
    for (sql, filter) in ASKED {
        lab.engine.set("remote_count", "true").unwrap();
        let (counted, asked) = lab.asked(sql).await;
        let [url] = asked.as_slice() else { panic!("{sql}: {asked:#?}") };
        let expected =
            if filter.is_empty() { "/users/$count".to_owned() } else { format!("/users/$count?$filter={filter}") };
        assert!(url.ends_with(&expected), "{sql}: {url}");
        for (setting, value) in
            [("remote_count", "false"), ("pushdown", "false"), ("dedup", "false"), ("partial", "true")]
        {
            lab.engine.set(setting, value).unwrap();
            let (read, asked) = lab.asked(sql).await;
            assert!(asked.iter().all(|url| !url.contains("/users/$count")), "{setting}: {asked:#?}");
            // A copy is a row of its own then: what the service counts would be another number.
            let same =
                if setting == "dedup" { read != counted || !sql.ends_with("entra.users") } else { read == counted };
            assert!(same, "{sql} with {setting} = {value}: {read:?} {counted:?}");
            lab.engine.set(setting, if value == "true" { "false" } else { "true" }).unwrap();
        }
    }
    let some = lab.rows("SELECT count(*) FROM users WHERE NOT account_enabled").await;
    assert!(some[0].parse::<u32>().unwrap() > 0, "{some:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_service_cannot_count_exactly_is_read() {
    let lab = Lab::new(lab::options(1_500)).await;
    for sql in READ {
        let (read, asked) = lab.asked(sql).await;
        assert!(asked.iter().all(|url| !url.contains("/$count")), "{sql}: {asked:#?}");
        lab.engine.set("remote_count", "false").unwrap();
        assert_eq!(lab.rows(sql).await, read, "{sql}");
        lab.engine.set("remote_count", "true").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_count_is_explained_said_and_entered_like_other_reading() {
    let lab = Lab::new(lab::options(1_000)).await;
    let sql = "SELECT count(*) FROM users WHERE account_enabled";
    let (text, asked) = lab.asked(&format!("EXPLAIN {sql}")).await;
    assert!(asked.is_empty());
    for part in [
        "entra.users: 1 request",
        "/users/$count?$filter=accountEnabled eq true",
        "may lag behind",
        "sent:  account_enabled",
    ] {
        assert!(text.join("\n").contains(part), "{part}\n{text:?}");
    }
    let counted = lab.answer(sql).await.unwrap();
    let said: Vec<String> = counted.tally.notices().iter().map(ToString::to_string).collect();
    assert!(said.len() == 1 && said[0].contains("the service counted"), "{said:?}");
    let covered = lab.rows("SELECT table_name, state, requests FROM auditql.coverage").await;
    assert_eq!(covered.len(), 1, "{covered:?}");
    assert!(covered[0].starts_with("users | ") && covered[0].ends_with(" | 1"), "{covered:?}");
    // A recursive query runs a plan anew each time.
    let twice = "WITH RECURSIVE r AS (SELECT 1 AS step, CAST(0 AS BIGINT) AS n UNION ALL \
                 SELECT step + 1, (SELECT count(*) FROM users) FROM r WHERE step < 3) SELECT max(n) FROM r";
    assert_eq!(lab.rows(twice).await, lab.rows("SELECT count(*) FROM users").await);
}

/// A service of three users that answers so when it is asked to count.
async fn counting(reply: impl Fn() -> Reply + Send + 'static) -> (Server, Engine) {
    let server = Server::start(move |seen| {
        if seen.target.contains("/users/$count") {
            assert_eq!((seen.header("Accept"), seen.header("ConsistencyLevel")), ("text/plain", "eventual"));
            return reply();
        }
        assert_eq!(seen.header("Accept"), "application/json");
        Reply::json(r#"{"value":[{"id":"a"},{"id":"b"},{"id":"c"}]}"#)
    })
    .await;
    let connection = auditql::auth::Connection::loopback("demo", server.origin(), Secret::new("t"));
    let engine = lab::engine(connection, Settings::default());
    (server, engine)
}

const COUNT: &str = "SELECT count(*) FROM users";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anything_but_a_number_is_no_count_and_the_users_are_read() {
    let bodies = [
        "",
        " ",
        "three",
        "-3",
        "3.0",
        "3e2",
        "3 users",
        "[3]",
        "{\"count\":3}",
        "<html>3</html>",
        "99999999999999999999",
        "٣",
    ];
    for body in bodies {
        let (server, engine) =
            counting(move || Reply::status(200).header("Content-Type", "text/plain").body(body)).await;
        assert_eq!(answer(&engine, COUNT).await.unwrap().rows(), ["3"], "{body:?}");
        assert_eq!(server.seen().len(), 2, "{body:?}");
    }
    for status in [400, 404, 405, 406, 415, 501] {
        let (server, engine) = counting(move || Reply::status(status).body("{}")).await;
        assert_eq!(answer(&engine, COUNT).await.unwrap().rows(), ["3"], "{status}");
        assert_eq!(server.seen().len(), 2, "{status}");
    }
    // The control: a number is the answer, whatever the pages hold.
    for body in ["893", "\u{feff}893", "893\r\n"] {
        let (server, engine) = counting(move || Reply::status(200).body(body)).await;
        assert_eq!((answer(&engine, COUNT).await.unwrap().rows(), server.seen().len()), (vec!["893".to_owned()], 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_or_a_redirect_is_the_error_that_reading_would_be() {
    let elsewhere = || Reply::status(302).header("Location", "https://evil.example/users/$count");
    let (server, engine) = counting(elsewhere).await;
    let error = answer(&engine, COUNT).await.err().expect("a redirect is no number");
    assert!(matches!(cause(&error), Some(Error::Request { source: http::Error::Redirect { .. }, .. })), "{error}");
    assert_eq!(server.seen().len(), 1);
    let (server, engine) =
        counting(|| Reply::status(403).body("{\"error\":{\"code\":\"Authorization_RequestDenied\"}}")).await;
    let error = answer(&engine, COUNT).await.err().expect("what may not be read may not be counted");
    let refused = |source: &http::Error| matches!(source, http::Error::Refused(refusal) if refusal.status == 403);
    assert!(matches!(cause(&error), Some(Error::Request { source, .. }) if refused(source)), "{error}");
    assert_eq!(server.seen().len(), 1);
}
