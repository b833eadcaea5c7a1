//! The rules of DataFusion that scans rely on, a test for each: when an upgrade changes one, it is seen here.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use auditql::datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use auditql::datafusion::error::DataFusionError;
use auditql::datafusion::physical_plan::{ExecutionPlan, displayable};
use auditql::demo::Options;
use auditql::engine::{Engine, Error, ScanExec};
use auditql::http;
use auditql::settings::Settings;
use auditql::tally::Notice;
use chrono::{DateTime, Utc};
use futures::StreamExt;

use crate::lab::{self, Lab, cause, now, options};

/// Pages of a whole listing of the large tenant, and its streams.
const PAGES: usize = 8;
const STREAMS: usize = 4;

async fn small() -> Lab {
    Lab::new(options(300)).await
}

/// Several pages for most kinds.
async fn large() -> Lab {
    Lab::new(options(6_000)).await
}

async fn physical(engine: &Engine, sql: &str) -> Arc<dyn ExecutionPlan> {
    engine.context().sql(sql).await.unwrap().create_physical_plan().await.unwrap()
}

async fn plan(engine: &Engine, sql: &str) -> String {
    displayable(physical(engine, sql).await.as_ref()).indent(false).to_string()
}

async fn scans(engine: &Engine, sql: &str) -> Vec<ScanExec> {
    let mut found = Vec::new();
    let plan = physical(engine, sql).await;
    plan.apply(|node| {
        found.extend(node.downcast_ref::<ScanExec>().cloned());
        Ok(TreeNodeRecursion::Continue)
    })
    .unwrap();
    found
}

fn times(lab: &Lab) -> Vec<i64> {
    let micros = |json: &str| {
        let row: serde_json::Value = serde_json::from_str(json).unwrap();
        row["createdDateTime"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap().timestamp_micros()
    };
    lab.tenant.sign_ins().map(|s| micros(&s.json)).collect()
}

fn micros_of(rows: &[String]) -> Vec<i64> {
    rows.iter().map(|row| row.parse::<DateTime<Utc>>().unwrap().timestamp_micros()).collect()
}

async fn fails(engine: &Engine, sql: &str) -> DataFusionError {
    match lab::answer(engine, sql).await {
        Ok(answer) => panic!("{sql} has {} rows", answer.rows().len()),
        Err(error) => error,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_filter_is_left_above_the_scan() {
    let lab = small().await;
    for condition in [
        "user_principal_name = 'x'",
        "upper(app_display_name) LIKE 'A%' AND status.error_code <> 0",
        "created_date_time > now() - INTERVAL '1 day' OR user_id = app_id",
        "(location.city = 'Lisbon') IS NOT TRUE",
        "created_date_time > (SELECT max(t) FROM (VALUES (TIMESTAMP '2026-04-20')) AS v(t))",
        "date_trunc('day', created_date_time) = '2026-04-20'",
    ] {
        let plan = plan(&lab.engine, &format!("SELECT id FROM sign_ins WHERE {condition}")).await;
        assert!(!plan.contains("FilterExec") && plan.contains("ScanExec"), "{condition}\n{plan}");
    }
    // What has another value at each look has to stay above.
    let volatile = plan(&lab.engine, "SELECT id FROM sign_ins WHERE random() < 0.5").await;
    assert!(volatile.contains("FilterExec"), "{volatile}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_reaches_the_scan_and_is_exact() {
    let lab = large().await;
    for (sql, fetch, rows) in [
        ("SELECT id FROM sign_ins LIMIT 7", 7, 7),
        ("SELECT id FROM sign_ins WHERE upper(status.failure_reason) = 'OTHER.' LIMIT 1500", 1500, 1500),
        ("SELECT id FROM sign_ins LIMIT 5 OFFSET 3", 8, 5),
        ("SELECT id, status.error_code + 1 FROM sign_ins WHERE is_interactive LIMIT 3", 3, 3),
    ] {
        let plan = plan(&lab.engine, sql).await;
        assert!(plan.contains(&format!("fetch={fetch}")), "{sql}\n{plan}");
        assert_eq!(plan.contains("LimitExec"), sql.contains("OFFSET"), "{sql}\n{plan}");
        let answer = lab.rows(sql).await;
        assert_eq!(answer.len(), rows, "{sql}");
        assert_eq!(answer.iter().collect::<BTreeSet<_>>().len(), rows, "{sql}");
    }
    assert_eq!(lab.requests("SELECT id FROM sign_ins LIMIT 7").await, 1, "one stream has seven rows");
    assert_eq!(lab.requests("SELECT id FROM sign_ins LIMIT 0").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_by_time_costs_one_page_of_each_stream() {
    let lab = large().await;
    let newest = times(&lab);
    for (select, order) in [
        ("created_date_time", "created_date_time DESC"),
        ("created_date_time", "created_date_time DESC NULLS LAST"),
        ("created_date_time AS t", "t DESC"),
        ("created_date_time, status.error_code AS code", "created_date_time DESC"),
        ("created_date_time, upper(user_principal_name), id", "created_date_time DESC"),
        ("created_date_time, raw", "created_date_time DESC"),
        ("created_date_time", "created_date_time"),
        ("created_date_time AS t, location.city", "t ASC"),
    ] {
        let sql = format!("SELECT {select} FROM sign_ins ORDER BY {order} LIMIT 10");
        let plan = plan(&lab.engine, &sql).await;
        assert!(!plan.contains("SortExec") && plan.contains("fetch=10"), "{sql}\n{plan}");
        let (rows, asked) = lab.asked(&sql).await;
        assert_eq!(asked.len(), STREAMS, "{sql}\n{asked:#?}");
        let first: Vec<String> = rows.iter().map(|r| r.split(" | ").next().unwrap().to_owned()).collect();
        let expected: Vec<i64> = match order.contains("DESC") {
            true => newest.iter().copied().take(10).collect(),
            false => newest.iter().rev().copied().take(10).collect(),
        };
        assert_eq!(micros_of(&first), expected, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_by_time_and_more_keeps_the_sort_and_ends_early() {
    let lab = large().await;
    let sql = "SELECT created_date_time, id FROM sign_ins ORDER BY created_date_time DESC, id LIMIT 10";
    let plan = plan(&lab.engine, sql).await;
    assert!(plan.contains("SortExec: TopK(fetch=10)"), "{plan}");
    let (rows, asked) = lab.asked(sql).await;
    assert!(asked.len() < PAGES, "{} requests\n{asked:#?}", asked.len());
    let first: Vec<String> = rows.iter().map(|r| r.split(" | ").next().unwrap().to_owned()).collect();
    assert_eq!(micros_of(&first), times(&lab)[..10]);
    // An order that does not begin with the time reads everything.
    let other = "SELECT id FROM sign_ins ORDER BY id LIMIT 10";
    assert_eq!(lab.requests(other).await, PAGES);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_above_a_limit_sees_what_the_limit_let_through() {
    let lab = large().await;
    let newest = "SELECT * FROM sign_ins ORDER BY created_date_time DESC LIMIT 100";
    let times = times(&lab);
    let sql = format!("SELECT created_date_time FROM ({newest}) ORDER BY created_date_time ASC LIMIT 5");
    let mut expected = times[95..100].to_vec();
    expected.reverse();
    assert_eq!(micros_of(&lab.rows(&sql).await), expected);
    let of_newest = |condition: &str| format!("SELECT count(*) FROM ({newest}) WHERE {condition}");
    let boundary = DateTime::from_timestamp_micros(times[49]).unwrap().to_rfc3339();
    let inner = format!("created_date_time <= '{boundary}'");
    let expected = times[..100].iter().filter(|t| **t <= times[49]).count();
    assert_eq!(lab.rows(&of_newest(&inner)).await, [expected.to_string()]);
    let any = "SELECT count(*) FROM (SELECT * FROM sign_ins LIMIT 20) WHERE is_interactive IS NOT NULL";
    assert_eq!(lab.rows(any).await, ["20"]);
    let smaller = format!("SELECT created_date_time FROM ({newest}) ORDER BY created_date_time DESC LIMIT 3");
    assert_eq!(micros_of(&lab.rows(&smaller).await), times[..3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scalar_subquery_reaches_the_filter_when_the_query_runs() {
    let lab = small().await;
    lab.rows("CREATE TABLE local AS SELECT column1 AS t FROM (VALUES (TIMESTAMP '2026-04-29T00:00:00'), (TIMESTAMP '2026-04-20T00:00:00'))").await;
    let sql = "SELECT id FROM sign_ins WHERE created_date_time > (SELECT max(t) FROM local)";
    let explained = lab.rows(&format!("EXPLAIN {sql}")).await;
    assert!(explained[0].contains("<known at run time>"), "{}", explained[0]);
    assert!(!explained[0].contains("createdDateTime ge"), "{}", explained[0]);
    let (rows, asked) = lab.asked(sql).await;
    assert_eq!(asked.len(), STREAMS);
    assert!(asked.iter().all(|url| url.contains("createdDateTime ge 2026-04-29T00:00:00Z")), "{asked:#?}");
    let from = "2026-04-29T00:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp_micros();
    assert_eq!(rows.len(), times(&lab).iter().filter(|t| **t > from).count());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_join_hands_its_keys_to_the_scan() {
    let lab = small().await;
    lab.rows("CREATE TABLE watch AS SELECT column1 AS name FROM (VALUES ('a'), ('b'))").await;
    for sql in [
        "SELECT id FROM sign_ins JOIN watch ON user_principal_name = name",
        "SELECT id FROM watch JOIN sign_ins ON user_principal_name = name",
        "SELECT id FROM sign_ins WHERE user_principal_name IN (SELECT name FROM watch)",
    ] {
        let scans = scans(&lab.engine, sql).await;
        assert_eq!(scans.len(), 1, "{sql}");
        assert!(scans[0].dynamic_conditions() > 0, "{sql}\n{}", plan(&lab.engine, sql).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_ends_early_only_when_no_later_row_can_be_wanted() {
    let lab = large().await;
    let times = times(&lab);
    let text = |at: usize| DateTime::from_timestamp_micros(times[at]).unwrap().to_rfc3339();
    let wanted = times[..4_000].iter().filter(|t| [times[3], times[2_500]].contains(*t)).count();
    let rows = format!("(TIMESTAMP '{}'), (TIMESTAMP '{}')", text(3), text(2_500));
    lab.rows(&format!("CREATE TABLE marks AS SELECT column1 AS t FROM (VALUES {rows})")).await;
    // The keys are times: that the last row of a page is not among them says nothing about the next page.
    let newest = "SELECT created_date_time AS at, id FROM sign_ins ORDER BY created_date_time DESC LIMIT 4000";
    let sql = format!("SELECT at FROM marks JOIN ({newest}) ON at = t");
    let received: usize = scans(&lab.engine, &sql).await.iter().map(ScanExec::dynamic_conditions).sum();
    assert!(received > 0, "{}", plan(&lab.engine, &sql).await);
    assert_eq!(lab.rows(&sql).await.len(), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_join_with_nothing_requests_nothing() {
    let lab = small().await;
    lab.rows("CREATE TABLE nobody AS SELECT column1 AS name FROM (VALUES ('a')) WHERE column1 = 'b'").await;
    for sql in [
        "SELECT id FROM nobody JOIN sign_ins ON user_principal_name = name",
        "SELECT id FROM sign_ins JOIN nobody ON user_principal_name = name",
        "SELECT id FROM sign_ins WHERE user_principal_name IN (SELECT name FROM nobody)",
    ] {
        let (rows, asked) = lab.asked(sql).await;
        assert_eq!((rows.len(), asked.len()), (0, 0), "{sql}\n{asked:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_requested_before_the_first_poll() {
    let lab = small().await;
    let query = lab.engine.query("SELECT id FROM sign_ins ORDER BY user_id").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(lab.tenant.stats().requests.len(), 0);
    let rows: usize = query.stream.map(|batch| batch.unwrap().num_rows()).collect::<Vec<_>>().await.iter().sum();
    assert_eq!(rows, 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_dropped_requests_no_more() {
    // Far more pages than are asked ahead while the first one is on its way here.
    let lab = Lab::new(options(24_000)).await;
    let mut query = lab.engine.query("SELECT id FROM sign_ins WHERE is_interactive OR user_id = app_id").await.unwrap();
    query.stream.next().await.unwrap().unwrap();
    drop(query.stream);
    // What was sent already is answered by the service all the same.
    tokio::time::sleep(Duration::from_millis(700)).await;
    let asked = lab.tenant.stats().requests.len();
    assert!(asked < 3 * PAGES, "{asked} requests");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(lab.tenant.stats().requests.len(), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn now_is_the_instant_of_the_statement() {
    let lab = small().await;
    let now = "2026-05-01T12:00:00Z";
    assert_eq!(lab.rows("SELECT now()").await, [now]);
    lab.rows("PREPARE recent AS SELECT now()").await;
    assert_eq!(lab.rows("EXECUTE recent").await, [now]);
    lab.rows("CREATE TABLE stamped AS SELECT now() AS n").await;
    assert_eq!(lab.rows("SELECT n FROM stamped").await, [now]);
    lab.rows("CREATE VIEW stamps AS SELECT now() AS n").await;
    assert_eq!(lab.rows("SELECT n FROM stamps").await, [now]);
    lab.rows("PREPARE of_day AS SELECT id FROM sign_ins WHERE created_date_time > now() - INTERVAL '1 day'").await;
    let (_, asked) = lab.asked("EXECUTE of_day").await;
    assert!(asked.iter().all(|url| url.contains("createdDateTime ge 2026-04-30T12:00:00Z")), "{asked:#?}");
    // A clock that runs stands still within a statement.
    let running = Engine::builder().connection(lab::connection(&lab.tenant)).build().unwrap();
    let sql = "SELECT now() = (SELECT now() FROM (VALUES (1)) WHERE now() IS NOT NULL), now() > '2026-05-01'";
    assert_eq!(lab::answer(&running, sql).await.unwrap().rows().len(), 1);
    assert!(lab::answer(&running, sql).await.unwrap().rows()[0].starts_with("true"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_columns_that_are_needed_are_decoded() {
    let lab = Lab::new(Options { odd_per_million: 100_000, ..options(300) }).await;
    // Values of the wrong type are counted where they are decoded, and nowhere else.
    for (sql, expected) in [
        ("SELECT id FROM sign_ins", vec![]),
        ("SELECT raw FROM sign_ins", vec![]),
        ("SELECT app_display_name FROM sign_ins", vec!["app_display_name"]),
        ("SELECT id FROM sign_ins WHERE upper(app_display_name) = 'X'", vec!["app_display_name"]),
        ("SELECT status.error_code FROM sign_ins ORDER BY created_date_time LIMIT 300", vec![]),
        ("SELECT app_display_name, location FROM sign_ins", vec!["app_display_name", "location"]),
    ] {
        let answer = lab.answer(sql).await.unwrap();
        let odd = answer.tally.notices().into_iter().filter_map(|notice| match notice {
            Notice::TypeConflicts { column, .. } => Some(column),
            _ => None,
        });
        assert_eq!(odd.collect::<BTreeSet<_>>(), expected.into_iter().map(String::from).collect(), "{sql}");
    }
    let schema = |sql: &'static str| async { physical(&lab.engine, sql).await.schema() };
    assert_eq!(schema("SELECT id FROM sign_ins WHERE raw LIKE '%x%'").await.fields().len(), 1);
    assert!(schema("SELECT * FROM sign_ins").await.column_with_name("raw").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_for_recognising_copies_is_accounted() {
    // Small records, so that their ids take more room than the replies that are held at one time.
    const RECORDS: usize = 30_000;
    let line = |n: usize| {
        let time = now() - chrono::TimeDelta::seconds(i64::try_from(n).unwrap());
        let time = time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        format!(
            r#"{{"id":"{n}","createdDateTime":"{time}","isInteractive":true,"signInEventTypes":["interactiveUser"]}}"#
        )
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), (0..RECORDS).map(line).collect::<Vec<_>>().join("\n")).unwrap();
    let lab = Lab::new(Options { data: Some(file.path().into()), ..options(0) }).await;
    let tight = Settings { memory_limit: 1_200_000, ..Settings::default() };
    let engine = lab::engine(lab::connection(&lab.tenant), tight);
    let error = fails(&engine, "SELECT id FROM sign_ins WHERE is_interactive").await;
    let said = error.to_string();
    assert!(said.contains("Resources exhausted") || said.contains("memory"), "{error:?}");
    // In order of time only the present instant's ids are kept.
    let ordered = "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time";
    assert_eq!(lab::answer(&engine, ordered).await.unwrap().rows().len(), RECORDS);
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_sends_nothing_and_analyze_counts() {
    let lab = small().await;
    lab.rows("CREATE TABLE watch AS SELECT 'a' AS name").await;
    for sql in [
        "EXPLAIN SELECT id FROM sign_ins",
        "EXPLAIN VERBOSE SELECT id FROM sign_ins WHERE id = (SELECT max(id) FROM sign_ins)",
        "EXPLAIN SELECT id FROM sign_ins JOIN watch ON user_principal_name = name",
        "EXPLAIN FORMAT TREE SELECT id FROM sign_ins LIMIT 3",
    ] {
        assert_eq!(lab.requests(sql).await, 0, "{sql}");
    }
    let (rows, asked) = lab.asked("EXPLAIN ANALYZE SELECT id FROM sign_ins WHERE is_interactive").await;
    assert_eq!(asked.len(), 1);
    assert!(rows[0].starts_with("requests | entra.sign_ins: "), "{}", rows[0]);
    for metric in
        ["requests=1", "pages=1", "rows_received=", "rows_kept=", "bytes_received=", "retries=0", "waited_for_quota="]
    {
        assert!(rows[1].contains(metric), "{metric}\n{}", rows[1]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_stays_within_its_requests() {
    let lab = small().await;
    lab.rows("SET auditql.max_requests = 2").await;
    assert_eq!(lab.rows("SHOW auditql.max_requests").await, ["auditql.max_requests | 2"]);
    let error = fails(&lab.engine, "SELECT id FROM sign_ins").await;
    assert!(
        cause::<http::Error>(&error).is_some_and(|e| matches!(e, http::Error::RequestBudget { limit: 2, .. })),
        "{error:?}"
    );
    assert!(lab.tenant.stats().requests.len() <= 2);
    assert_eq!(lab.rows("SELECT id FROM sign_ins WHERE is_interactive LIMIT 1").await.len(), 1);
    lab.rows("SET auditql.max_requests = 'none'").await;
    assert_eq!(lab.rows("SELECT id FROM sign_ins").await.len(), 300);
    assert!(lab.answer("SET auditql.max_request = 2").await.is_err());
}

#[tokio::test]
async fn a_part_is_all_that_came_also_where_another_stream_broke_off() {
    let settings = Settings { partial: true, max_requests: Some(2), ..Settings::default() };
    let lab = Lab::with(options(6_000), settings).await;
    for sql in ["SELECT count(*) FROM sign_ins", "SELECT count(created_date_time) FROM sign_ins WHERE id IS NOT NULL"] {
        let answer = lab.answer(sql).await.unwrap();
        let count: u64 = answer.rows()[0].parse().unwrap();
        assert_eq!(answer.tally.requests.get(), 2, "{sql}");
        // Some of the rows are copies.
        assert!(count > 0 && count + 20 > answer.tally.rows_received.get(), "{sql}: {count}");
        assert!(answer.tally.missing().is_some(), "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_answer_is_refused_where_a_missing_row_would_be_a_finding() {
    let lab = small().await;
    lab.rows("CREATE TABLE staff AS SELECT column1 AS name FROM (VALUES ('a'), ('b'))").await;
    let absent = "SELECT name FROM staff WHERE name NOT IN (SELECT user_principal_name FROM sign_ins)";
    lab.rows(absent).await;
    lab.rows("PREPARE absent AS SELECT name FROM staff WHERE NOT EXISTS (SELECT 1 FROM sign_ins WHERE user_id = name)")
        .await;
    lab.rows("SET auditql.partial = true").await;
    for sql in [
        absent.to_owned(),
        "SELECT name FROM staff EXCEPT SELECT user_principal_name FROM sign_ins".into(),
        "SELECT name FROM staff WHERE NOT EXISTS (SELECT 1 FROM sign_ins WHERE user_id = name)".into(),
        format!("SELECT (SELECT count(*) FROM ({absent}))"),
        format!("EXPLAIN ANALYZE {absent}"),
        format!("CREATE TABLE found AS {absent}"),
        "EXECUTE absent".into(),
    ] {
        let error = fails(&lab.engine, &sql).await;
        assert!(matches!(cause::<Error>(&error), Some(Error::PartialRefused { .. })), "{sql}\n{error:?}");
    }
    lab.rows("SELECT name FROM staff EXCEPT SELECT 'a'").await;
    assert_eq!(lab.rows("SELECT id FROM sign_ins").await.len(), 300);
}

/// The engine's own plans disagree on whether such a test can be NULL, and refuse the aggregate unless they are not compared.
#[tokio::test(flavor = "multi_thread")]
async fn a_truth_test_may_be_repeated_in_aggregates() {
    let lab = small().await;
    let sql = |test: &str| {
        format!(
            "SELECT count(*) FILTER (WHERE {test} AND app_id <> ''), count(*) FILTER (WHERE NOT ({test}) AND app_id <> ''), \
             count(*) FILTER (WHERE app_id <> '') FROM sign_ins"
        )
    };
    for test in ["(is_interactive IS TRUE)", "device_detail.is_managed IS NOT FALSE", "(user_id = '') IS NOT UNKNOWN"] {
        let answer = lab.answer(&sql(test)).await.unwrap();
        let row = &answer.rows()[0];
        let numbers: Vec<u64> = row.split(['|', ' ', ',']).filter_map(|n| n.trim().parse().ok()).collect();
        assert_eq!((numbers.len(), numbers[0] + numbers[1]), (3, numbers[2]), "{test}: {row}");
    }
    lab.engine.context().sql("SET datafusion.execution.skip_physical_aggregate_schema_check = false").await.unwrap();
    let error = fails(&lab.engine, &sql("device_detail.is_managed IS FALSE")).await.to_string();
    assert!(error.contains("Physical input schema"), "the setting is not needed any more: {error}");
}

/// Predicates that DataFusion's simplification changed, and of how many of four records each is true: of `c` one is `a`, one
/// `b`, one `c`, one NULL.
const LISTS: &[(&str, usize)] = &[
    ("c NOT IN ('a', 'b') OR c NOT IN ('y', 'z')", 3),
    ("c NOT IN ('a', 'b', 'v', 'w') OR c NOT IN ('b', 'x', 'y', 'z')", 2),
    ("c IN ('a', 'b', 'v', 'w') AND c NOT IN ('z', NULL)", 0),
    ("c NOT IN ('z', NULL) AND c IN ('a', 'b', 'v', 'w')", 0),
    ("c IN (SELECT 'a' UNION ALL SELECT 'b') AND c NOT IN ('z', NULL)", 0),
    ("NOT (c IN ('a', 'b', 'v', 'w') AND c IN ('x', 'y', 'z', 'q'))", 3),
    ("NOT (c IN ('a', 'b', 'v', 'w') AND c IN ('x', 'y', 'z', NULL))", 1),
    ("NOT (c IN ('a', 'b', 'v', 'w') AND c NOT IN ('a', 'b', 'v', 'w'))", 3),
    ("NOT ((c = 'a' OR c = 'b') AND (c = 'x' OR c = 'y'))", 3),
    ("NOT ((c = 'a' OR 'b' = c) AND c IN ('x', 'y'))", 3),
    ("(c IN ('a', 'b') AND c IN ('y', 'z')) IS NULL", 1),
    ("(c NOT IN ('a', 'b') OR c NOT IN ('y', 'z')) IS NOT TRUE", 1),
    ("coalesce(c IN ('a', 'b', 'v', 'w') AND c IN ('x', 'y', 'z', 'q'), true)", 1),
    ("c IN ('a', 'b') AND c IN ('b', 'c') AND c NOT IN ('a')", 1),
    ("c IN ('a', NULL) OR c IN ('b', NULL)", 2),
    ("c IN (NULL)", 0),
    ("NOT (c IN (NULL))", 0),
    ("c = 'a' AND 'a' = c", 1),
    ("'a' = c AND c IN ('a', 'b')", 1),
    ("'a' <= c AND c > 'a'", 2),
    ("c >= 'a' AND 'a' < c AND c <> 'z'", 2),
    ("c <= 'b' AND 'b' > c AND c <> 'z'", 1),
];

/// The predicates of which the answer is another than it should be.
async fn untrue(context: &auditql::datafusion::prelude::SessionContext) -> Vec<String> {
    let mut untrue = Vec::new();
    for (predicate, expected) in LISTS {
        let sql = format!("SELECT c FROM four WHERE {predicate}");
        let rows = context.sql(&sql).await.unwrap().count().await.unwrap();
        if rows != *expected {
            untrue.push(format!("{predicate}: {rows}, not {expected}"));
        }
    }
    untrue
}

const FOUR: &str =
    "CREATE TABLE four AS SELECT arrow_cast(c, 'Utf8View') AS c FROM (VALUES ('a'), ('b'), ('c'), (NULL)) t(c)";

/// If the second half fails, DataFusion is mended, and `engine::sound` can go.
#[tokio::test(flavor = "multi_thread")]
async fn lists_and_constants_mean_what_is_written() {
    let engine = Engine::builder().policy(auditql::engine::Policy::LOCAL).build().unwrap();
    let context = engine.context();
    context.sql(FOUR).await.unwrap().collect().await.unwrap();
    assert_eq!(untrue(&context).await, [""; 0]);
    let plain = auditql::datafusion::prelude::SessionContext::new();
    plain.sql(FOUR).await.unwrap().collect().await.unwrap();
    let untrue = untrue(&plain).await;
    assert!(untrue.len() > 5, "{}", untrue.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_constant_on_the_left_counts_as_on_the_right() {
    let lab = small().await;
    let count =
        async |predicate: &str| lab.rows(&format!("SELECT count(*) FROM sign_ins WHERE {predicate}")).await[0].clone();
    let app = lab.rows("SELECT app_id FROM sign_ins GROUP BY 1 ORDER BY count(*) DESC LIMIT 1").await[0].clone();
    let time = lab.rows("SELECT created_date_time FROM sign_ins ORDER BY 1 LIMIT 1 OFFSET 100").await[0].clone();
    for (one, both) in [
        (format!("app_id = '{app}'"), format!("app_id = '{app}' AND '{app}' = app_id")),
        (
            format!("created_date_time = '{time}'"),
            format!("created_date_time = '{time}' AND '{time}' = created_date_time"),
        ),
        (
            format!("created_date_time = '{time}'"),
            format!("created_date_time = '{time}' AND created_date_time = TIMESTAMP '{time}'"),
        ),
        (
            format!("created_date_time > '{time}'"),
            format!("created_date_time >= '{time}' AND '{time}' < created_date_time"),
        ),
        (
            format!("created_date_time < '{time}'"),
            format!("created_date_time <= '{time}' AND '{time}' > created_date_time"),
        ),
    ] {
        let expected = count(&one).await;
        assert_ne!(expected, "0", "{one}");
        assert_eq!(count(&both).await, expected, "{both}");
    }
}
