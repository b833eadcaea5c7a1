//! Queries on the feed: the answer is the generator's truth, whatever is asked, and its price is known.

use std::collections::{BTreeMap, BTreeSet};

use auditql::auth::Connection;
use auditql::demo::{Activity, ContentType, Feed, Options, Tenant};
use auditql::engine::Error;
use auditql::http::retry::Limits;
use auditql::http::{self, Pace};
use auditql::settings::Settings;
use auditql::tally::Notice;
use chrono::{DateTime, TimeDelta, Utc};

use crate::lab::{Answer, Lab, answer, cause, connection, now, options};

const FEED: [&str; 5] = ["azure_active_directory", "exchange", "sharepoint", "general", "dlp"];

pub(super) fn feed(feed: Feed) -> Options {
    Options { feed: Feed { throttle: None, ..feed }, ..options(1_200) }
}

fn small() -> Feed {
    Feed { records: 4_000, blob: 40, page: 7, empty_per_million: 200_000, twice_per_million: 60_000, ..Feed::default() }
}

/// An engine that does not wait long before it tries again.
pub(super) fn engine(connection: Connection, settings: Settings) -> auditql::engine::Engine {
    let limits = Limits { tries: 6, ..Limits::default() }.scaled(500);
    let options = http::Options { limits, ..http::Options::default() };
    let builder = auditql::engine::Engine::builder().connection(connection).settings(settings).now(now());
    builder.pace(Pace::Unlimited).http(options).build().unwrap()
}

/// What the whole feed in reach holds, each record once.
fn truth(tenant: &Tenant) -> Vec<Activity> {
    let from = now() - TimeDelta::days(7) + TimeDelta::minutes(5);
    tenant.activity().filter(|record| record.delivered.iter().any(|(at, _)| *at >= from)).collect()
}

fn counts<'a>(records: impl Iterator<Item = &'a Activity>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for record in records {
        *counts.entry(record.operation.unwrap_or("NULL").to_owned()).or_insert(0) += 1;
    }
    counts
}

fn counted(rows: Vec<String>) -> BTreeMap<String, usize> {
    let pair = |row: String| row.rsplit_once(" | ").map(|(name, n)| (name.to_owned(), n.parse().unwrap()));
    rows.into_iter().map(|row| pair(row).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_full_range_is_the_truth() {
    let lab = Lab::new(feed(small())).await;
    let truth = truth(&lab.tenant);
    let ids: BTreeSet<_> = truth.iter().filter_map(|r| r.id.as_deref()).collect();
    let rows = lab.rows("SELECT count(*), count(DISTINCT id) FROM m365.activity").await;
    assert_eq!(rows, [format!("{} | {}", truth.len(), ids.len())]);
    let rows = lab.rows("SELECT operation, count(*) FROM m365.activity GROUP BY 1").await;
    assert_eq!(counted(rows), counts(truth.iter()));
    for (table, content) in FEED.iter().zip(ContentType::ALL) {
        let rows = lab.rows(&format!("SELECT operation, count(*) FROM m365.{table} GROUP BY 1")).await;
        assert_eq!(counted(rows), counts(truth.iter().filter(|r| r.content_type == content)), "{table}");
        let sql = format!(
            "SELECT count(*) FROM m365.activity WHERE content_type = '{}' AND content_id IS NOT NULL",
            content.name()
        );
        let expected = truth.iter().filter(|r| r.content_type == content).count();
        assert_eq!(lab.rows(&sql).await, [expected.to_string()], "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_in_the_middle_has_its_late_events() {
    let lab = Lab::new(feed(Feed { late_per_million: 150_000, ..small() })).await;
    let (from, to) = (now() - TimeDelta::days(4), now() - TimeDelta::days(3));
    let truth = truth(&lab.tenant);
    let day: Vec<&Activity> = truth.iter().filter(|r| from <= r.created && r.created < to).collect();
    let late = day.iter().filter(|r| r.delivered[0].0 > to + TimeDelta::hours(12)).count();
    assert!(late > 5, "{late}");
    let sql = format!(
        "SELECT operation, count(*) FROM m365.activity WHERE creation_time >= '{}' AND creation_time < '{}' GROUP BY 1",
        from.to_rfc3339(),
        to.to_rfc3339()
    );
    assert_eq!(counted(lab.rows(&sql).await), counts(day.iter().copied()));
    // Who says how late records can be, gets what came by then, and is told.
    let explained = lab.rows(&format!("EXPLAIN {sql}")).await.join("\n");
    assert!(explained.contains("late_arrival can set one"), "{explained}");
    lab.engine.set("late_arrival", "12h").unwrap();
    let explained = lab.rows(&format!("EXPLAIN {sql}")).await.join("\n");
    assert!(explained.contains("records that arrive later are left out"), "{explained}");
    let there = |r: &&Activity| r.delivered.iter().any(|(at, _)| *at < to + TimeDelta::hours(12));
    let answered = lab.answer(&sql).await.unwrap();
    assert_eq!(counted(answered.rows()), counts(day.iter().copied().filter(there)));
    assert!(answered.tally.notices().iter().any(|n| n.to_string().contains("later than late_arrival says")));
}

/// Two hours of records, days apart: who knows how late they can be does not pay for the days between.
#[tokio::test(flavor = "multi_thread")]
async fn times_that_lie_apart_are_read_without_what_is_between() {
    let lab = Lab::new(feed(Feed { late_per_million: 300_000, empty_per_million: 0, page: 10_000, ..small() })).await;
    let truth = truth(&lab.tenant);
    let (hour, late) = (TimeDelta::hours(1), TimeDelta::hours(3));
    let hours = [now() - TimeDelta::days(6), now() - TimeDelta::days(2)];
    let of_hours = |r: &&Activity| hours.iter().any(|from| *from <= r.created && r.created < *from + hour);
    let in_time = |r: &&Activity| {
        let spans = hours.map(|from| (from - TimeDelta::minutes(5), from + hour + late));
        r.delivered.iter().any(|(at, _)| spans.iter().any(|(from, to)| from <= at && at < to))
    };
    let times = hours.map(|from| format!("(TIMESTAMP '{}')", from.format("%Y-%m-%d %H:%M:%S")));
    let joined = format!(
        "SELECT a.operation, count(*) FROM m365.activity a JOIN (VALUES {}) AS v(t) \
         ON a.creation_time >= v.t AND a.creation_time < v.t + INTERVAL '1 hour' GROUP BY 1",
        times.join(", ")
    );
    let said = hours.map(|from| {
        format!("creation_time >= '{}' AND creation_time < '{}'", from.to_rfc3339(), (from + hour).to_rfc3339())
    });
    let either = format!("SELECT operation, count(*) FROM m365.activity WHERE {} GROUP BY 1", said.join(" OR "));
    let listings = |asked: &[String]| asked.iter().filter(|url| url.contains("/subscriptions/content")).count();
    let mut open = Vec::new();
    for sql in [&joined, &either] {
        let (rows, asked) = lab.asked(sql).await;
        assert_eq!(counted(rows), counts(truth.iter().filter(of_hours)), "{sql}");
        assert_eq!(listings(&asked), 5 * 7, "{sql}");
        open.push(asked.len());
    }
    lab.engine.set("late_arrival", "3h").unwrap();
    let left_out = truth.iter().filter(of_hours).filter(|r| !in_time(r)).count();
    assert!(left_out > 0, "the control: some come later than is said");
    for (sql, open) in [&joined, &either].into_iter().zip(open) {
        let answered = lab.answer(sql).await.unwrap();
        assert_eq!(counted(answered.rows()), counts(truth.iter().filter(of_hours).filter(in_time)), "{sql}");
        let notices = answered.tally.notices();
        assert!(notices.iter().any(|n| n.to_string().contains("later than late_arrival says")), "{sql}: {notices:?}");
        let (_, asked) = lab.asked(sql).await;
        assert_eq!(listings(&asked), 5 * 2, "{sql}");
        assert!(asked.len() * 4 < open, "{sql}: {} of {open}", asked.len());
    }
    let explained = lab.rows(&format!("EXPLAIN {either}")).await.join("\n");
    assert!(explained.contains("2 times from"), "{explained}");
    let explained = lab.rows(&format!("EXPLAIN {joined}")).await.join("\n");
    assert!(explained.contains("not fetched where late_arrival is set"), "{explained}");
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_count_once_and_without_dedup_as_often_as_they_come() {
    let lab = Lab::new(feed(Feed { enriched_per_million: 500_000, ..small() })).await;
    let truth = truth(&lab.tenant);
    let from = now() - TimeDelta::days(7) + TimeDelta::minutes(5);
    let copies: usize = truth.iter().map(|r| r.delivered.iter().filter(|(at, _)| *at >= from).count()).sum();
    let sql = "SELECT count(*), count(associated_admin_units) FROM m365.activity";
    let once = lab.answer(sql).await.unwrap();
    // The first delivery stands, and only later ones say more; those whose first one lies before the reach are few.
    let before = truth.iter().filter(|r| r.delivered[0].0 < from).count();
    let rows = once.rows();
    let (count, enriched) = rows[0].split_once(" | ").unwrap();
    assert_eq!(count, truth.len().to_string());
    assert!(enriched.parse::<usize>().unwrap() <= before, "{rows:?} {before}");
    let differing = |n: &Notice| matches!(n, Notice::DifferingDuplicates { .. });
    assert!(once.tally.notices().iter().any(differing), "{:?}", once.tally.notices());
    lab.engine.set("dedup", "false").unwrap();
    let rows = lab.rows("SELECT count(*) FROM m365.activity").await;
    assert_eq!(rows, [copies.to_string()]);
    assert!(copies > truth.len() + 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_predicate_leaves_is_asked_for() {
    let lab = Lab::new(feed(Feed { empty_per_million: 0, page: 10_000, ..small() })).await;
    let listings = |asked: &[String]| asked.iter().filter(|url| url.contains("/subscriptions/content")).count();
    let (_, asked) = lab.asked("SELECT count(*) FROM m365.activity").await;
    assert_eq!(listings(&asked), 5 * 8);
    assert_eq!(asked.iter().filter(|url| url.contains("/subscriptions/list")).count(), 1);
    assert!(asked.iter().all(|url| url.contains(&format!("PublisherIdentifier={}", lab.tenant.tenant_id()))));
    // One for the subscriptions, one for each window of each content type, one per blob, and no other.
    let from = now() - TimeDelta::days(7) + TimeDelta::minutes(5);
    let truth = truth(&lab.tenant);
    let delivered = truth.iter().flat_map(|record| &record.delivered).filter(|(at, _)| *at >= from);
    let blobs: BTreeSet<&String> = delivered.map(|(_, id)| id).collect();
    assert_eq!(asked.len(), 1 + 5 * 8 + blobs.len());
    let told = lab.answer("SELECT count(*) FROM m365.activity").await.unwrap().tally.requests.get();
    assert_eq!(told, asked.len() as u64);
    for (predicate, expected) in [
        ("record_type IN (1, 50)", 8),
        ("content_type = 'DLP.All'", 8),
        ("workload = 'Exchange'", 40),
        ("content_type = 'nonsense'", 0),
        ("creation_time >= now() - interval '20 hours'", 5),
        ("content_created >= now() - interval '2 days' AND content_created < now() - interval '30 hours'", 5),
        ("creation_time < now() - interval '6 days'", 40),
        ("record_type = 1 AND content_created >= now() - interval '1 hour'", 1),
    ] {
        let (_, asked) = lab.asked(&format!("SELECT count(*) FROM m365.activity WHERE {predicate}")).await;
        assert_eq!(listings(&asked), expected, "{predicate}");
        assert_eq!(asked.is_empty(), expected == 0, "{predicate}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_ends_the_reading() {
    let lab = Lab::new(feed(small())).await;
    let all = lab.requests("SELECT count(*) FROM m365.exchange").await;
    let few = lab.requests("SELECT id FROM m365.exchange LIMIT 5").await;
    assert!(all > 40 && few * 5 < all, "{few} of {all}");
    assert_eq!(lab.rows("SELECT id FROM m365.exchange LIMIT 5").await.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bounds_of_availability_are_exact_to_the_millisecond() {
    let lab = Lab::new(feed(small())).await;
    let truth = truth(&lab.tenant);
    let text = |t: DateTime<Utc>| t.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let middle: Vec<DateTime<Utc>> = truth.iter().step_by(800).map(|r| r.delivered[0].0).collect();
    for at in middle.into_iter().filter(|at| *at > now() - TimeDelta::days(6)) {
        let next = at + TimeDelta::milliseconds(1);
        for (predicate, from, to) in [
            (format!("content_created >= '{}' AND content_created < '{}'", text(at), text(next)), at, next),
            (format!("content_created > '{}'", text(at)), next, now() + TimeDelta::seconds(1)),
        ] {
            let held = |r: &&Activity| r.delivered.iter().any(|(d, _)| from <= *d && *d < to);
            let expected = truth.iter().filter(held).count();
            let sql = format!("SELECT count(*) FROM m365.activity WHERE {predicate}");
            assert_eq!(lab.rows(&sql).await, [expected.to_string()], "{sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_delivery_stands() {
    let lab = Lab::new(feed(small())).await;
    let from = now() - TimeDelta::days(7) + TimeDelta::minutes(5);
    let mut first = BTreeMap::new();
    for record in truth(&lab.tenant) {
        let Some(id) = record.id.clone() else { continue };
        first.insert(id, record.delivered.into_iter().find(|(at, _)| *at >= from).unwrap().1);
    }
    let rows = lab.rows("SELECT id, content_id FROM m365.activity WHERE id IS NOT NULL").await;
    let found: BTreeMap<_, _> =
        rows.iter().map(|row| row.split_once(" | ").unwrap()).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    assert_eq!(found, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_subscribed_to_is_said_or_refused() {
    let subscribed = vec![ContentType::Exchange, ContentType::General];
    let lab = Lab::new(feed(Feed { subscribed, ..small() })).await;
    let answered = lab.answer("SELECT count(*) FROM m365.activity").await.unwrap();
    let notices = answered.tally.notices();
    let missing = notices.iter().filter(|notice| notice.to_string().contains("is not subscribed to")).count();
    assert_eq!(missing, 3, "{:?}", answered.tally.notices());
    let refused = |error: &auditql::datafusion::error::DataFusionError| {
        matches!(cause::<Error>(error), Some(Error::NotSubscribed { content_type: "DLP.All", .. }))
    };
    for sql in [
        "SELECT * FROM m365.dlp",
        "SELECT * FROM m365.activity WHERE content_type = 'DLP.All'",
        "SELECT * FROM m365.activity WHERE content_type IN ('Audit.Exchange', 'DLP.All')",
        "SELECT * FROM m365.activity WHERE content_type = 'Audit.Exchange' OR content_type = 'DLP.All'",
    ] {
        assert!(refused(&lab.answer(sql).await.err().unwrap()), "{sql}");
    }
    let names = |names: &[&str]| Some(names.iter().map(|n| (*n).to_owned()).collect());
    let named = Connection { content_types: names(&["audit.exchange", "DLP.All"]), ..connection(&lab.tenant) };
    let strict = engine(named, Settings::default());
    assert!(refused(&answer(&strict, "SELECT count(*) FROM m365.activity").await.err().unwrap()));
    let named = Connection { content_types: names(&["audit.exchange"]), ..connection(&lab.tenant) };
    let one = engine(named, Settings::default());
    let expected = lab.rows("SELECT count(*) FROM m365.exchange").await;
    let answered = answer(&one, "SELECT count(*) FROM m365.activity").await.unwrap();
    assert_eq!(answered.rows(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_beyond_the_reach_is_incomplete() {
    let lab = Lab::new(feed(small())).await;
    for predicate in ["creation_time >= now() - interval '8 days'", "content_created < now() - interval '9 days'"] {
        let sql = format!("SELECT count(*) FROM m365.activity WHERE {predicate}");
        let error = lab.answer(&sql).await.err().unwrap();
        assert!(matches!(cause::<Error>(&error), Some(Error::Incomplete { .. })), "{error}");
    }
    let old = lab.rows("SELECT count(*) > 0 FROM m365.activity WHERE creation_time < now() - interval '7 days'").await;
    assert_eq!(old, ["true"]);
    let said = lab.answer("SELECT count(*) FROM m365.activity").await.unwrap();
    let begin = "what became available since 2026-04-24T12:05:00Z was read";
    assert!(said.tally.notices().iter().any(|notice| notice.to_string().contains(begin)), "{:?}", said.tally.notices());
    let forgotten = "SELECT count(*) FROM m365.activity WHERE creation_time < now() - interval '9 days'";
    let late = Settings { late_arrival: Some(std::time::Duration::from_secs(86_400)), ..Settings::default() };
    let error = answer(&engine(connection(&lab.tenant), late), forgotten).await.err().unwrap();
    assert!(matches!(cause::<Error>(&error), Some(Error::Incomplete { .. })), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_defender_hold_their_own_records() {
    let lab = Lab::new(feed(Feed { records: 6_000, ..small() })).await;
    let truth = truth(&lab.tenant);
    for (table, types) in
        [("email_events", &[28][..]), ("url_clicks", &[41]), ("file_events", &[47]), ("investigations", &[64, 86, 89])]
    {
        let rows = lab.rows(&format!("SELECT count(*) FROM defender.{table}")).await;
        let expected = truth.iter().filter(|r| types.contains(&r.record_type)).count();
        assert!(expected > 0, "{table}");
        assert_eq!(rows, [expected.to_string()], "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ids_mean_is_asked_of_the_service_or_known_here() {
    let lab = Lab::new(feed(small())).await;
    let sql = "SELECT name FROM m365.dlp_sensitive_types WHERE id = '50842eb7-edc8-4019-85dd-5a5c1f2bb085'";
    let (rows, asked) = lab.asked(sql).await;
    assert_eq!((rows.as_slice(), asked.len()), (&["Credit Card Number".to_owned()][..], 1), "{asked:?}");
    assert!(asked[0].contains("/resources/dlpSensitiveTypes?PublisherIdentifier="), "{asked:?}");
    let (explained, asked) = lab.asked(&format!("EXPLAIN {sql}")).await;
    assert!(explained[0].contains("dlp_sensitive_types: 1 request") && asked.is_empty(), "{explained:?}");
    for (sql, expected) in [
        ("SELECT count(*), min(id), max(id) FROM m365.record_types", "475 | 1 | 476"),
        ("SELECT name FROM m365.record_types WHERE id = 50", "ExchangeItemAggregated"),
        ("SELECT name, other_name FROM m365.record_types WHERE id = 22", "Yammer | Viva Engage"),
        (
            "SELECT string_agg(name, ' ' ORDER BY id) FROM m365.user_types WHERE id IN (0, 5, 10)",
            "Regular Application Guest",
        ),
        ("SELECT string_agg(name, ' ' ORDER BY id) FROM m365.logon_types WHERE id < 3", "Owner Admin Delegated"),
        ("SELECT string_agg(name, ' ' ORDER BY id) FROM m365.audit_scopes", "Online Onprem"),
        ("SELECT count(*) FROM auditql.tables WHERE table_name = 'dlp_sensitive_types' AND permissions <> ''", "1"),
    ] {
        assert_eq!(lab.asked(sql).await, (vec![expected.to_owned()], Vec::new()), "{sql}");
    }
    let every = "SELECT count(*) FROM m365.activity a LEFT JOIN m365.record_types t ON t.id = a.record_type \
                 WHERE t.name IS DISTINCT FROM a.record_type_name";
    assert_eq!(lab.rows(every).await, ["0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_in_either_spelling_is_waited_out() {
    let lab = Lab::new(feed(Feed { throttled_per_million: 300_000, records: 400, ..small() })).await;
    let patient = engine(connection(&lab.tenant), Settings::default());
    let answered = answer(&patient, "SELECT count(*) FROM m365.activity").await.unwrap();
    assert_eq!(answered.rows(), [truth(&lab.tenant).len().to_string()]);
    let statuses = |stats: auditql::demo::Stats| stats.paths.values().map(|path| path.throttled).sum::<u64>();
    let throttled = statuses(lab.tenant.stats());
    assert!(throttled > 10 && answered.tally.throttled.get() == throttled, "{throttled}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_says_what_would_be_asked_and_why() {
    let lab = Lab::new(feed(small())).await;
    let sql = "EXPLAIN SELECT user_id FROM m365.activity WHERE record_type = 50 AND operation = 'MailItemsAccessed' \
               AND creation_time >= now() - interval '1 day' LIMIT 3";
    let (rows, asked) = lab.asked(sql).await;
    assert_eq!(asked, [""; 0], "an explanation sends nothing");
    let text = rows.join("\n");
    for part in [
        "content types: Audit.Exchange (those of them that are subscribed to)",
        "available: from 2026-04-30T11:55:00Z to 2026-05-01T12:00:01Z, in 2 windows of at most 23 h",
        "less 5 minutes",
        "end: now",
        "local: operation = 'MailItemsAccessed' (the feed can only be filtered by content type and availability)",
        "limit: 3",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

/// An answer, or the error that is ours.
pub(super) async fn ask(engine: &auditql::engine::Engine, sql: &str) -> Result<Answer, String> {
    answer(engine, sql).await.map_err(|error| match cause::<Error>(&error) {
        Some(Error::BlobGone { id, .. }) => id.to_string(),
        _ => panic!("{sql}\n{error}\n{:?}", cause::<Error>(&error)),
    })
}
