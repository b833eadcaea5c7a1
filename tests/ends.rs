//! `min` and `max` of a table's time: the first row from either end instead of all rows, and the same answer.

use auditql::auth::Connection;
use auditql::demo::{Options, Tenant};
use auditql::engine::{Engine, Policy};
use auditql::http::Pace;
use auditql::settings::Settings;
use azure_core::credentials::Secret;

use super::lab::{self, Lab, answer};
use super::scripted::{Reply, Server};

/// Statements, and the requests that they may cost at most where all of 6,000 sign-ins cost more.
const ASKED: &[(&str, usize)] = &[
    ("SELECT max(created_date_time) FROM sign_ins", 4),
    ("SELECT min(created_date_time) FROM sign_ins", 4),
    ("SELECT max(created_date_time), max(created_date_time) AS again FROM entra.sign_ins", 4),
    ("SELECT max(created_date_time) - INTERVAL '1 hour' FROM sign_ins WHERE is_interactive", 1),
    ("SELECT min(created_date_time) FROM sign_ins WHERE NOT is_interactive", 3),
    ("SELECT max(t) FROM (SELECT created_date_time AS t, status.error_code AS e FROM sign_ins) WHERE e = 50126", 4),
    ("SELECT max(created_date_time) FROM sign_ins WHERE created_date_time < '2026-04-20T00:00:00.5Z'", 4),
    ("SELECT min(created_date_time) FROM sign_ins WHERE created_date_time > '2026-04-20T00:00:00.5Z'", 4),
    ("SELECT max(created_date_time) FROM sign_ins WHERE created_date_time = '2026-04-20T03:33:33.333333Z'", 4),
    ("SELECT max(created_date_time) FROM sign_ins WHERE id = 'nobody'", 4),
    ("SELECT min(activity_date_time) FROM directory_audits", 1),
    ("SELECT max(activity_date_time) FROM directory_audits WHERE category = 'UserManagement'", 1),
    // What the service does not check lets reading go on, no further than it would have to go anyway.
    ("SELECT max(created_date_time) FROM sign_ins WHERE is_interactive AND length(user_principal_name) > 12", 1),
    (
        "SELECT id FROM sign_ins WHERE is_interactive AND created_date_time = (SELECT max(created_date_time) FROM sign_ins WHERE is_interactive)",
        2,
    ),
];

/// Both ends, and the requests that they cost: those from the other end are asked where the first pages are not all.
const BOTH: &[(&str, usize)] = &[
    ("SELECT min(created_date_time), max(created_date_time) FROM sign_ins WHERE is_interactive", 2),
    ("SELECT max(created_date_time) - min(created_date_time) FROM sign_ins", 8),
    (
        "SELECT min(created_date_time), max(created_date_time) FROM sign_ins WHERE user_principal_name LIKE 'b%' AND created_date_time > now() - INTERVAL '1 day'",
        4,
    ),
    ("SELECT min(created_date_time), max(created_date_time) FROM sign_ins WHERE is_interactive AND id = 'nobody'", 1),
];

/// Statements that want more than an end.
const READ: &[&str] = &[
    "SELECT max(created_date_time), count(*) FROM sign_ins WHERE is_interactive",
    "SELECT user_principal_name, max(created_date_time) FROM sign_ins WHERE is_interactive GROUP BY 1",
    "SELECT max(created_date_time) FILTER (WHERE id > 'm') FROM sign_ins WHERE is_interactive",
    "SELECT max(user_principal_name) FROM sign_ins WHERE is_interactive",
    "SELECT max(date_trunc('hour', created_date_time)) FROM sign_ins WHERE is_interactive",
    "SELECT max(created_date_time), max(id) FROM sign_ins WHERE is_interactive",
    "SELECT min(created_date_time), max(created_date_time) FROM sign_ins WHERE is_interactive AND length(id) > 12",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_of_the_time_costs_a_request_for_each_stream() {
    let lab = Lab::new(lab::options(6_000)).await;
    let whole = lab.requests("SELECT count(id) FROM sign_ins").await;
    assert!(whole > 4, "{whole}");
    for (sql, due) in ASKED.iter().chain(BOTH) {
        let (rows, asked) = lab.asked(sql).await;
        assert_eq!(asked.len(), *due, "{sql}\n{asked:#?}");
        for (setting, value, back) in
            [("pushdown", "false", "true"), ("dedup", "false", "true"), ("partial", "true", "false")]
        {
            // Compared with a part of the rows, an end would be another one: that is refused.
            if setting == "partial" && sql.contains("= (SELECT") {
                continue;
            }
            lab.engine.set(setting, value).unwrap();
            let (read, asked) = lab.asked(sql).await;
            assert_eq!(read, rows, "{sql} with {setting} = {value}");
            assert!(asked.iter().all(|url| !url.contains("$orderby")), "{sql}: {asked:#?}");
            lab.engine.set(setting, back).unwrap();
        }
    }
    for sql in READ {
        let (rows, asked) = lab.asked(sql).await;
        assert!(asked.iter().all(|url| !url.contains("$orderby")), "{sql}: {asked:#?}");
        lab.engine.set("pushdown", "false").unwrap();
        let mut plain = lab.rows(sql).await;
        lab.engine.set("pushdown", "true").unwrap();
        let mut rows = rows;
        (rows.sort_unstable(), plain.sort_unstable());
        assert_eq!(rows, plain, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn explain_says_that_an_end_alone_is_asked_for_or_why_not() {
    let lab = Lab::new(lab::options(50)).await;
    for (sql, told) in [
        ("SELECT max(created_date_time) FROM sign_ins", "the first row from the newest on"),
        ("SELECT min(created_date_time) FROM sign_ins", "the first row from the oldest on"),
        ("SELECT min(created_date_time), max(created_date_time) FROM sign_ins", "with as many requests again"),
        ("SELECT max(created_date_time) FROM users", "all is read for min and max of"),
        ("SELECT max(creation_time) FROM m365.exchange", "the activity feed is not listed by the time of its records"),
        (
            "SELECT min(created_date_time), max(created_date_time) FROM sign_ins WHERE length(id) > 12",
            "part of the predicate is checked here",
        ),
    ] {
        let (text, asked) = lab.asked(&format!("EXPLAIN {sql}")).await;
        assert!(asked.is_empty());
        let has = text.join("\n").contains(told);
        // A table without a time has no ends.
        assert_eq!(has, !sql.ends_with("users"), "{sql}: {told}\n{}", text.join("\n"));
    }
    lab.engine.set("pushdown", "false").unwrap();
    let text = lab.rows("EXPLAIN SELECT max(created_date_time) FROM sign_ins").await.join("\n");
    assert!(text.contains("pushdown is off"), "{text}");
}

/// An engine on a service that gives these records as they stand.
async fn of(records: &'static str) -> (Server, Engine) {
    let server = Server::start(move |_| Reply::json(format!(r#"{{"value":[{records}]}}"#))).await;
    let connection = Connection::loopback("demo", server.origin(), Secret::new("t"));
    let engine = lab::engine(connection, Settings::default());
    (server, engine)
}

const AUDITS: &str = "SELECT max(activity_date_time), min(activity_date_time) FROM directory_audits";
const NEWEST: &str = "SELECT max(activity_date_time) FROM directory_audits";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_are_in_no_order_are_all_read() {
    let (a, b, none) = (
        r#"{"id":"a","activityDateTime":"2026-04-01T00:00:00Z"}"#,
        r#"{"id":"b","activityDateTime":"2026-04-03T00:00:00Z"}"#,
        r#"{"id":"c"}"#,
    );
    let odd = r#"{"id":"d","activityDateTime":7}"#;
    for (records, requests) in [
        (format!("{b},{a}"), 1),
        // Not in the order that was asked for: asked again.
        (format!("{a},{b}"), 2),
        (format!("{b},{none},{a}"), 2),
        (format!("{none}"), 2),
        (format!("{odd},{b}"), 2),
        (String::new(), 1),
    ] {
        let (server, engine) = of(records.clone().leak()).await;
        for sql in [AUDITS, NEWEST] {
            let before = server.seen().len();
            let rows = answer(&engine, sql).await.unwrap().rows();
            let sent = server.seen().len() - before;
            engine.set("pushdown", "false").unwrap();
            assert_eq!(rows, answer(&engine, sql).await.unwrap().rows(), "{sql}: {records}");
            engine.set("pushdown", "true").unwrap();
            assert_eq!(sent, requests, "{sql}: {records}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_tenant_is_asked_for_its_own_end() {
    let contoso = Tenant::start(lab::options(3_000)).await.unwrap();
    let fabrikam = Tenant::start(Options { seed: 77, ..lab::options(2_000) }).await.unwrap();
    let named = |name: &str, tenant: &Tenant| Connection { name: name.into(), ..lab::connection(tenant) };
    let builder = Engine::builder().connection(named("contoso", &contoso)).connection(named("fabrikam", &fabrikam));
    let engine = builder.policy(Policy::LOCAL).now(lab::now()).pace(Pace::Unlimited).build().unwrap();
    for (sql, due) in [
        ("SELECT max(created_date_time) FROM all_tenants.entra.sign_ins", 8),
        ("SELECT min(created_date_time) FROM all_tenants.entra.sign_ins WHERE is_interactive", 2),
        (
            "SELECT min(created_date_time), max(created_date_time) FROM all_tenants.entra.sign_ins WHERE tenant_name = 'fabrikam'",
            // Its first pages are all that it has.
            4,
        ),
    ] {
        (contoso.reset_stats(), fabrikam.reset_stats());
        let rows = answer(&engine, sql).await.unwrap().rows();
        let sent = contoso.stats().requests.len() + fabrikam.stats().requests.len();
        engine.set("pushdown", "false").unwrap();
        assert_eq!(rows, answer(&engine, sql).await.unwrap().rows(), "{sql}");
        engine.set("pushdown", "true").unwrap();
        assert_eq!(sent, due, "{sql}");
    }
}
