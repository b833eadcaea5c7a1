//! Results that a session keeps, views, and the names of their columns.

mod floats;

use std::fs;
use std::path::{Path, PathBuf};

use auditql::engine::{Engine, Error, Policy};
use auditql::http::Pace;
use auditql::settings::Settings;
use auditql::tally::Notice;

use crate::lab::{Answer, Lab, answer, cause, connection, now, options};

/// A lab whose engine keeps its files in a folder of the test's.
struct Shelf {
    lab: Lab,
    folder: tempfile::TempDir,
}

impl Shelf {
    async fn new(settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut lab = Lab::new(options(4_000)).await;
        lab.engine = Engine::builder()
            .connection(connection(&lab.tenant))
            .settings(settings)
            .now(now())
            .pace(Pace::Unlimited)
            .policy(Policy::LOCAL)
            .spill_dir(folder.path())
            .build()
            .unwrap();
        Self { lab, folder }
    }

    async fn answer(&self, sql: &str) -> Answer {
        self.lab.answer(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}"))
    }

    async fn refused(&self, sql: &str, why: fn(&Error) -> bool) {
        let error = self.lab.answer(sql).await.err().unwrap_or_else(|| panic!("{sql} was answered"));
        assert!(cause::<Error>(&error).is_some_and(why), "{sql}: {error}");
    }

    /// All that is below the folder, except where DataFusion keeps what does not fit into memory, and the session's lock.
    fn files(&self) -> Vec<PathBuf> {
        let mut found = below(self.folder.path());
        found.retain(|path| !path.to_str().unwrap().contains("/datafusion-") && !path.ends_with(".lock"));
        found
    }
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path));
        }
        found.push(path);
    }
    found
}

const RECENT: &str =
    "CREATE TABLE recent AS SELECT * FROM sign_ins WHERE created_date_time >= now() - INTERVAL '7 days'";

#[tokio::test]
async fn a_kept_table_answers_like_the_service_and_asks_it_nothing() {
    let shelf = Shelf::new(Settings::default()).await;
    let made = shelf.answer(RECENT).await;
    assert!(made.batches.is_empty() && made.tally.requests.get() >= 4);
    for sql in [
        "SELECT * FROM # WHERE created_date_time >= now() - INTERVAL '7 days' ORDER BY id",
        "SELECT status.error_code, count(*) FROM # WHERE created_date_time >= now() - INTERVAL '7 days' GROUP BY 1 ORDER BY 1",
        "SELECT id FROM # WHERE created_date_time >= now() - INTERVAL '7 days' AND array_has(sign_in_event_types, 'interactiveUser') ORDER BY created_date_time DESC, id LIMIT 20",
    ] {
        let kept = shelf.answer(&sql.replace('#', "recent")).await;
        assert_eq!(kept.tally.requests.get(), 0, "{sql}");
        assert!(!kept.rows().is_empty());
        assert_eq!(kept.rows(), shelf.answer(&sql.replace('#', "sign_ins")).await.rows(), "{sql}");
    }
    let plan =
        shelf.answer("EXPLAIN VERBOSE SELECT count(*) FROM recent WHERE status.error_code = 0").await.rows().join("\n");
    assert!(plan.contains("nothing is requested") && plan.contains("file_type=parquet"), "{plan}");
    let ran =
        shelf.answer("EXPLAIN ANALYZE SELECT count(*) FROM recent WHERE status.error_code = 0").await.rows().join("\n");
    assert!(ran.contains("nothing is requested") && ran.contains("output_rows="), "{ran}");
    let folder = shelf.folder.path().to_str().unwrap().trim_start_matches('/');
    for told in [plan, ran] {
        assert!(told.contains("<a kept table>") && !told.contains(folder), "{told}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_their_owners_and_go_with_their_table_and_the_session() {
    use std::os::unix::fs::PermissionsExt as _;
    let shelf = Shelf::new(Settings::default()).await;
    assert!(shelf.files().iter().all(|path| path.is_dir()));
    shelf.answer(RECENT).await;
    shelf.answer("CREATE TABLE one AS SELECT 1 AS n").await;
    let files = shelf.files();
    assert_eq!(files.len(), 3, "{files:?}");
    for path in &files {
        let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{path:?}");
    }
    shelf.answer("DROP TABLE recent").await;
    assert_eq!(shelf.files().len(), 2);
    shelf.answer("CREATE OR REPLACE TABLE one AS SELECT n + 1 AS n FROM one").await;
    assert_eq!((shelf.answer("SELECT * FROM one").await.rows(), shelf.files().len()), (vec!["2".into()], 2));
    // Also while a part of the session is still held elsewhere.
    let held = shelf.lab.engine.context().clone();
    let Shelf { lab, folder } = shelf;
    drop(lab);
    assert!(below(folder.path()).is_empty());
    drop(held);
}

#[tokio::test]
async fn a_table_is_complete_or_not_there() {
    let shelf = Shelf::new(Settings { max_requests: Some(2), ..Settings::default() }).await;
    shelf.lab.answer(RECENT).await.map(|_| ()).unwrap_err();
    shelf.lab.answer("SELECT * FROM recent").await.map(|_| ()).unwrap_err();
    assert!(shelf.files().iter().all(|path| path.is_dir()), "{:?}", shelf.files());

    shelf.answer("SET auditql.partial = true").await;
    let made = shelf.answer(RECENT).await;
    assert!(made.tally.missing().is_some());
    let read = shelf.answer("SELECT count(*) FROM recent").await;
    assert!(read.tally.missing().is_some_and(|missing| missing.contains("recent was made from an incomplete result")));
    shelf.answer("SET auditql.partial = false").await;
    shelf.refused("SELECT count(*) FROM recent", |error| matches!(error, Error::Incomplete { .. })).await;
}

#[tokio::test]
async fn a_table_that_is_given_up_leaves_nothing() {
    let shelf = Shelf::new(Settings::default()).await;
    let query = shelf.lab.engine.query(RECENT).await.unwrap();
    assert_eq!(query.tally.requests.get(), 0, "nothing is sent before the stream is polled");
    drop(query);
    shelf.lab.answer("SELECT * FROM recent").await.map(|_| ()).unwrap_err();
    let failing = "CREATE TABLE bad AS SELECT 1 / (n - 500) AS x FROM generate_series(1, 1000) t(n)";
    shelf.lab.answer(failing).await.map(|_| ()).unwrap_err();
    assert!(shelf.files().iter().all(|path| path.is_dir()), "{:?}", shelf.files());
}

#[tokio::test]
async fn names_are_taken_given_back_and_never_the_services() {
    let shelf = Shelf::new(Settings::default()).await;
    shelf.answer("CREATE TABLE t AS SELECT 1 AS n").await;
    shelf.refused("CREATE TABLE t AS SELECT 2 AS n", |error| matches!(error, Error::TableExists(_))).await;
    shelf.answer("CREATE TABLE IF NOT EXISTS t AS SELECT 2 AS n").await;
    assert_eq!(shelf.answer("SELECT * FROM main.t").await.rows(), ["1"]);
    shelf.answer("CREATE VIEW w AS SELECT * FROM t").await;
    shelf.refused("DROP TABLE w", |error| matches!(error, Error::NotATable(_))).await;
    shelf.answer("DROP VIEW w").await;
    shelf.answer("DROP TABLE t").await;
    shelf.answer("DROP TABLE IF EXISTS t").await;
    shelf.lab.answer("DROP TABLE t").await.map(|_| ()).unwrap_err();
    for sql in ["DROP TABLE sign_ins", "DROP TABLE entra.sign_ins", "CREATE TABLE entra.t AS SELECT 1 AS n"] {
        shelf.refused(sql, |error| matches!(error, Error::NotMain(_))).await;
    }
    for sql in ["CREATE OR REPLACE TABLE sign_ins AS SELECT 1 AS n", "CREATE VIEW sign_ins AS SELECT 1 AS n"] {
        shelf.refused(sql, |error| matches!(error, Error::TableExists(_))).await;
    }
    shelf.refused("CREATE VIEW entra.v AS SELECT 1 AS n", |error| matches!(error, Error::NotMain(_))).await;
    shelf
        .refused("CREATE TABLE t AS SELECT a.n, b.n FROM (SELECT 1 AS n) a, (SELECT 2 AS n) b", |error| {
            matches!(error, Error::TwiceNamed(_))
        })
        .await;
    shelf
        .refused("CREATE TABLE t AS SELECT INTERVAL '1 day' AS x", |error| matches!(error, Error::NotKept { .. }))
        .await;
    assert_eq!(shelf.answer("SELECT count(*) FROM sign_ins").await.rows(), ["4000"]);
}

#[tokio::test]
async fn a_view_is_planned_when_it_is_used() {
    let shelf = Shelf::new(Settings::default()).await;
    shelf.answer("CREATE TABLE t AS SELECT 1 AS n").await;
    shelf.answer("CREATE VIEW v AS SELECT n FROM t").await;
    shelf.answer("CREATE VIEW w AS SELECT n + 1 AS m FROM v").await;
    shelf.answer("CREATE OR REPLACE TABLE t AS SELECT 10 AS n").await;
    assert_eq!(shelf.answer("SELECT m FROM w").await.rows(), ["11"]);
    shelf.answer("CREATE OR REPLACE VIEW v AS SELECT m AS n FROM w").await;
    shelf.refused("SELECT * FROM w", |error| matches!(error, Error::CircularView(_))).await;
    shelf.answer("CREATE OR REPLACE VIEW v AS SELECT 5 AS n").await;
    shelf.answer("DROP TABLE t").await;
    assert_eq!(shelf.answer("SELECT m FROM w").await.rows(), ["6"]);

    shelf.answer("CREATE VIEW day AS SELECT * FROM sign_ins WHERE created_date_time >= now() - INTERVAL '1 day'").await;
    let plan = shelf.answer("EXPLAIN SELECT * FROM day WHERE user_id = 'x'").await.rows().join("\n");
    assert!(plan.contains("createdDateTime ge 2026-04-30T12:00:00Z") && plan.contains("userId eq 'x'"), "{plan}");
}

fn again(answer: &Answer) -> bool {
    answer.tally.notices().iter().any(|notice| matches!(notice, Notice::FetchedAgain { .. }))
}

#[tokio::test]
async fn fetching_the_same_again_is_said_once() {
    let shelf = Shelf::new(Settings::default()).await;
    let since = |days: u32, what: &str| {
        format!("SELECT {what} FROM sign_ins WHERE created_date_time >= now() - INTERVAL '{days} days'")
    };
    assert!(!again(&shelf.answer(&since(5, "count(raw)")).await));
    // Wider, not yet there; narrow and cheap; then the same, however it is asked.
    assert!(!again(&shelf.answer(&since(9, "count(raw)")).await));
    assert!(!again(&shelf.answer(&(since(5, "id") + " AND is_interactive")).await), "one request");
    assert!(!again(&shelf.answer(RECENT).await), "it is being kept");
    assert!(again(&shelf.answer(&(since(9, "max(user_id)") + " AND user_agent LIKE '%x%'")).await));
    assert!(!again(&shelf.answer(&since(9, "max(id)")).await), "it was said");

    let fresh = Shelf::new(Settings::default()).await;
    let filtered = since(9, "id") + " AND user_id = '";
    assert!(!again(&fresh.answer(&(filtered.clone() + "a'")).await));
    assert!(!again(&fresh.answer(&(filtered.clone() + "b'")).await), "other records");
    assert!(!again(&fresh.answer("SELECT a.id FROM sign_ins a JOIN sign_ins b ON a.id = b.id WHERE a.created_date_time = b.created_date_time").await), "one statement");
}

#[tokio::test]
async fn columns_that_nobody_named_have_short_names() {
    let shelf = Shelf::new(Settings::default()).await;
    for (select, names) in [
        ("status.error_code", vec!["error_code"]),
        ("status.error_code, status.error_code + 1 AS error_code", vec!["status.error_code", "error_code"]),
        ("location.geo_coordinates.latitude, id", vec!["latitude", "id"]),
        ("status.error_code AS code, lower(user_id)", vec!["code", "lower(user_id)"]),
        ("count(*), max(status.error_code)", vec!["count(*)", "max(status.error_code)"]),
        (
            "count(*) FILTER (WHERE status.error_code > 0) , count(*) FILTER (WHERE is_interactive) AS n",
            vec!["count(*) FILTER (WHERE status.error_code > 0)", "n"],
        ),
        ("sign_in_event_types[1], id", vec!["sign_in_event_types", "id"]),
        (
            "authentication_details[1].succeeded, authentication_details[2].succeeded",
            vec!["authentication_details[1].succeeded", "authentication_details[2].succeeded"],
        ),
        ("created_date_time + INTERVAL '1 day'", vec!["created_date_time + INTERVAL '1 days'"]),
        ("'id', id", vec!["'id'", "id"]),
    ] {
        let sql = format!("SELECT {select} FROM sign_ins WHERE created_date_time >= now() - INTERVAL '1 day'");
        let query = shelf.lab.engine.query(&sql).await.unwrap();
        let schema = query.stream.schema();
        let found: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(found, names, "{sql}");
        let table = format!("CREATE OR REPLACE TABLE x AS {sql}");
        shelf.answer(&table).await;
        let kept = shelf.lab.engine.query("SELECT * FROM x").await.unwrap().stream.schema();
        assert_eq!(kept.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), names, "{table}");
    }
    let sql = "EXPLAIN VERBOSE SELECT id, status.error_code FROM sign_ins ORDER BY created_date_time DESC LIMIT 10";
    let plan = shelf.answer(sql).await.rows().join("\n");
    let physical = plan.rsplit("physical_plan").next().unwrap();
    assert!(!physical.contains("Sort") && physical.contains("fetch=10") && plan.contains("$top=50"), "{plan}");
}

#[tokio::test]
async fn a_library_without_a_folder_of_its_own_uses_the_systems() {
    let lab = Lab::new(options(1_000)).await;
    answer(&lab.engine, "CREATE TABLE t AS SELECT count(*) AS n FROM sign_ins").await.unwrap();
    assert_eq!(lab.rows("SELECT n FROM t").await, ["1000"]);
}
