//! The schema `auditql`: what it says of the session is so, and reading it changes nothing.

use std::fmt::Write as _;

use auditql::apis;
use auditql::datafusion::arrow::array::AsArray;
use auditql::demo::{Feed, Options};
use auditql::engine::{Engine, Policy};
use auditql::settings::Settings;

use crate::lab::{self, Lab};

async fn with_feed() -> Lab {
    let feed = Feed { records: 2_000, ..Feed::default() };
    Lab::new(Options { feed, ..lab::options(2_500) }).await
}

async fn cells(engine: &Engine, sql: &str) -> Vec<Vec<String>> {
    lab::answer(engine, sql).await.unwrap_or_else(|e| panic!("{sql}\n{e}")).cells()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_those_that_the_service_got() {
    let lab = with_feed().await;
    lab.rows("SELECT id FROM sign_ins").await;
    let sent = lab.tenant.stats().requests.len();
    assert!(sent > 1);
    for _ in 0..3 {
        let log = cells(&lab.engine, "SELECT * FROM auditql.requests").await;
        assert_eq!(log.len(), sent);
    }
    assert_eq!(lab.tenant.stats().requests.len(), sent, "reading the log sends nothing");
    let log = cells(&lab.engine, "SELECT method, url, status, rows, bytes, fault FROM auditql.requests").await;
    let rows: usize = log.iter().map(|row| row[3].parse::<usize>().unwrap()).sum();
    let received = lab.rows("SELECT records FROM auditql.coverage").await;
    assert_eq!(rows.to_string(), received[0]);
    for row in &log {
        assert_eq!((row[0].as_str(), row[2].as_str()), ("GET", "200"), "{row:?}");
        assert!(row[4].parse::<u64>().unwrap() > 0, "{row:?}");
    }
    let urls: Vec<&str> = log.iter().map(|row| row[1].as_str()).collect();
    assert!(
        urls.iter().any(|url| url.contains("/beta/auditLogs/signIns?$filter=") && url.contains("$top=999")),
        "{urls:?}"
    );
    let links: Vec<&&str> = urls.iter().filter(|url| url.contains("skiptoken")).collect();
    assert!(!links.is_empty(), "several pages were read");
    for url in links {
        let token = url.split("skiptoken=").nth(1).unwrap().split('&').next().unwrap();
        assert!(token.ends_with('…') && token.chars().count() == 7, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coverage_is_of_the_last_statement_that_read_something() {
    let lab = with_feed().await;
    let coverage = "SELECT table_schema || '.' || table_name, state, from_time IS NULL, to_time IS NULL, requests > 0, rows, missing \
                    FROM auditql.coverage ORDER BY 1";
    assert!(cells(&lab.engine, coverage).await.is_empty());
    lab.rows("SELECT id FROM sign_ins WHERE created_date_time >= now() - INTERVAL '2 days' AND is_interactive LIMIT 3")
        .await;
    let limited = cells(&lab.engine, coverage).await;
    assert_eq!(limited, [["entra.sign_ins", "limit", "false", "true", "true", "3", "NULL"]]);
    // Nobody set a limit there.
    for ends in ["max(created_date_time)", "min(created_date_time), max(created_date_time)"] {
        lab.rows(&format!("SELECT {ends} FROM sign_ins WHERE is_interactive")).await;
        let states = cells(&lab.engine, coverage).await;
        assert!(states.iter().all(|row| ["ends", "read"].contains(&row[1].as_str())), "{ends}: {states:?}");
    }
    lab.rows("SELECT id FROM sign_ins WHERE created_date_time >= now() - INTERVAL '2 days' AND is_interactive LIMIT 3")
        .await;
    // What sends nothing, and what describes the session, leaves it.
    lab.rows("SELECT count(*) FROM auditql.columns").await;
    lab.answer("EXPLAIN SELECT id FROM directory_audits").await.unwrap();
    assert_eq!(cells(&lab.engine, coverage).await, limited);
    lab.rows("SELECT count(*) FROM directory_audits a JOIN sign_ins s ON a.correlation_id = s.correlation_id").await;
    let joined = cells(&lab.engine, coverage).await;
    let states: Vec<(&str, &str)> = joined.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
    assert_eq!(states, [("entra.directory_audits", "read"), ("entra.sign_ins", "read")]);
    let old = "SELECT count(*) FROM sign_ins WHERE created_date_time >= now() - INTERVAL '100 days'";
    assert!(lab.answer(old).await.is_err());
    assert_eq!(cells(&lab.engine, coverage).await[0][1], "failed");
    let partial = lab::engine(lab::connection(&lab.tenant), Settings { partial: true, ..Settings::default() });
    lab::answer(&partial, old).await.unwrap();
    let incomplete = cells(&partial, coverage).await;
    assert_eq!(incomplete[0][1], "incomplete");
    assert_ne!(incomplete[0][6], "NULL");
}

/// Each condition that is said to be sent is sent, with that operator; one that is said not to be is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_of_pushdown_hold() {
    let lab = Lab::new(lab::options(10)).await;
    let rules = cells(
        &lab.engine,
        "SELECT table_schema || '.' || table_name, column_name, property, operator, sql, fit FROM auditql.pushdown_rules \
         WHERE api_version = 'beta'",
    )
    .await;
    assert!(rules.len() > 60);
    for rule in &rules {
        let [table, column, property, operator, sql, fit] = rule.as_slice() else { panic!("{rule:?}") };
        let set = apis::ALL.iter().find(|set| set.qualified() == *table).unwrap();
        let answer = lab.answer(&format!("EXPLAIN SELECT {} FROM {table} WHERE {sql}", set.key)).await;
        let answer = answer.unwrap_or_else(|e| panic!("{sql}\n{e}"));
        let plan = answer.batches[0].column(1).as_string::<i32>().value(0).to_owned();
        let filter = plan.lines().find_map(|line| line.split_once("$filter=")).map_or("", |(_, filter)| filter);
        let kind = set.population().is_some_and(|population| population.column == *column);
        let asked = match property.split_once('/').filter(|_| column.contains("[]")) {
            Some((list, below)) => format!("{list}/any(t: {}", test_of(&format!("t/{below}"), operator)),
            None if column.contains("[]") || sql.contains("array_has") || sql.contains("unnest") => {
                format!("{property}/any(t: {}", test_of("t", operator))
            }
            None => test_of(property, operator),
        };
        match fit.as_str() {
            "unused" => assert!(plan.contains("local:"), "{sql}\n{plan}"),
            _ if kind => assert!(plan.contains("it selects the request streams"), "{sql}\n{plan}"),
            _ => assert!(filter.contains(&asked), "{sql}: {asked}\n{plan}"),
        }
    }
}

fn test_of(subject: &str, operator: &str) -> String {
    match operator {
        "startswith" | "endswith" | "contains" => format!("{operator}({subject},"),
        operator => format!("{subject} {} ", operator.split(' ').next().unwrap()),
    }
}

#[tokio::test]
async fn connections_show_no_secret() {
    let lab = Lab::new(lab::options(10)).await;
    let shown = format!("{:?}", cells(&lab.engine, "SELECT * FROM auditql.connections").await);
    assert!(shown.contains("demo") || shown.contains("service"), "{shown}");
    let sql = "SELECT name, \"default\" IS NOT NULL FROM auditql.settings WHERE value <> \"default\"";
    assert!(cells(&lab.engine, sql).await.is_empty());
    lab.rows("SET auditql.max_requests = 7").await;
    assert_eq!(cells(&lab.engine, sql).await, [["max_requests", "true"]]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_demo_tenant_everything_is_declared_but_what_the_feed_has_without_documentation() {
    let lab = with_feed().await;
    for set in apis::ALL {
        lab.rows(&format!("SELECT * FROM {}", set.qualified())).await;
    }
    let drift = "SELECT DISTINCT table_schema = 'entra', member FROM auditql.schema_drift WHERE member NOT LIKE '%.%' ORDER BY 2";
    assert_eq!(cells(&lab.engine, drift).await, [["false", "Payload"], ["false", "SubmissionType"]]);
    // The bag of an investigation holds what its product likes.
    let nested = "SELECT DISTINCT table_name, split_part(split_part(member, '.', 1), '[', 1) FROM auditql.schema_drift \
                  WHERE member LIKE '%.%' ORDER BY 2";
    assert_eq!(cells(&lab.engine, nested).await, [["investigations", "actions"], ["investigations", "data"]]);
}

/// The control of the one above, and the bounds: what a file invents is counted and forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_of_files_that_nobody_declares_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audits.json");
    let mut records = String::from("[");
    for n in 0..3_000 {
        let comma = if n > 0 { "," } else { "" };
        write!(
            records,
            r#"{comma}{{"id":"r{n}","activityDateTime":"2026-05-01T00:00:00Z","activityDisplayName":"Update user",
               "loggedByService":"Core Directory","initiatedBy":{{"user":{{"id":"u"}}}},
               "targetResources":[{{"id":"t","tomorrow":1}}],"agentId":"x","invented{n}":1}}"#
        )
        .unwrap();
    }
    records.push(']');
    std::fs::write(&path, records).unwrap();
    let engine = Engine::builder().files("case", vec![path]).policy(Policy::LOCAL).build().unwrap();
    cells(&engine, "SELECT * FROM directory_audits").await;
    let drift = "SELECT member, count, sample_id FROM auditql.schema_drift ORDER BY count DESC, member";
    let found = cells(&engine, drift).await;
    let count = |member: &str| -> (u64, &str) {
        let row = found.iter().find(|row| row[0] == member).unwrap_or_else(|| panic!("{member}: {found:?}"));
        (row[1].parse().unwrap(), row[2].as_str())
    };
    assert_eq!(count("agentId"), (3_000, "r0"));
    assert_eq!(count("target_resources[].tomorrow"), (3_000, "r0"));
    assert!(found.len() <= 513, "{}", found.len());
    let others: u64 = found
        .iter()
        .filter(|row| row[0].starts_with("invented") || row[0] == "NULL")
        .map(|row| row[1].parse::<u64>().unwrap())
        .sum();
    assert_eq!(others, 3_000, "those past the bound are counted as others");
    assert_eq!(cells(&engine, "SELECT state, requests, records FROM auditql.coverage").await, [["read", "0", "3000"]]);
}
