//! Window functions of long values: what they come to, and what they take.

use arrow::array::{Array, RecordBatch};
use arrow::util::display::array_value_to_string;
use datafusion::error::Result;
use datafusion::prelude::SessionContext;
use futures::TryStreamExt;

use crate::engine::bulk::bulk;
use crate::engine::{Engine, Error};
use crate::settings::Settings;

/// Under a limit of so many MiB.
fn engine(limit: usize) -> Engine {
    Engine::builder().settings(Settings { memory_limit: limit << 20, ..Settings::default() }).build().unwrap()
}

async fn rows(engine: &Engine, sql: &str) -> Result<Vec<RecordBatch>> {
    engine.query(sql).await?.stream.try_collect().await
}

fn told(rows: &[RecordBatch]) -> Vec<String> {
    let cell = |column: &dyn Array, row| array_value_to_string(column, row).unwrap();
    let line = |rows: &RecordBatch, row| -> String {
        rows.columns().iter().map(|column| cell(column, row)).collect::<Vec<_>>().join("|")
    };
    rows.iter().flat_map(|rows| (0..rows.num_rows()).map(|row| line(rows, row)).collect::<Vec<_>>()).collect()
}

/// Eight rows of three partitions, with NULLs.
const SMALL: &str = "(VALUES (1, 'a', 'x', 1), (2, 'b', 'x', 1), (3, NULL, 'x', 2), (4, 'd', 'y', 2), (5, 'e', 'y', 3), \
    (6, 'a text that is longer than a view', 'y', 3), (7, 'g', NULL, 4), (8, 'a', NULL, 4)) AS v(n, t, k, d)";

/// What a window that grows, or is all of its rows, can be of, and what one whose beginning moves can.
const GROWING: &[&str] = &[
    "string_agg(t, ',')",
    "length(string_agg(DISTINCT t, ','))",
    "max(t)",
    "min(t) FILTER (WHERE k IS NOT NULL)",
    "max(arrow_cast(t, 'LargeUtf8'))",
    "min(named_struct('t', t))",
    "first_value(t) IGNORE NULLS",
];
const MOVING: &[&str] = &[
    "array_agg(t)",
    "array_agg(n) FILTER (WHERE n > 2)",
    "array_agg(n) FILTER (WHERE n > 99)",
    "array_agg(t) FILTER (WHERE k = 'y')",
    "array_agg(named_struct('n', n, 't', t))",
    "first_value(t)",
    "last_value(t)",
    "nth_value(t, 2)",
    "lag(t)",
    "lead(t, 2, 'none')",
    "count(t)",
];

#[tokio::test]
async fn they_come_to_what_they_are_by_the_engines_own() {
    let (ours, engines) = (engine(64), SessionContext::new());
    for (window, grows) in [
        ("()", true),
        ("(PARTITION BY k)", true),
        ("(ORDER BY n DESC)", true),
        ("(ORDER BY d)", true),
        ("(PARTITION BY k ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)", true),
        ("(PARTITION BY k ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING)", true),
        ("(ORDER BY n ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)", false),
        ("(ORDER BY n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)", false),
        ("(ORDER BY d RANGE BETWEEN 1 PRECEDING AND CURRENT ROW)", false),
    ] {
        let calls = MOVING.iter().chain(GROWING.iter().filter(|_| grows));
        let over = |call: &&str| match call.strip_prefix("length(").and_then(|call| call.strip_suffix(')')) {
            Some(inner) => format!("length({inner} OVER {window})"),
            None => format!("{call} OVER {window}"),
        };
        let calls: Vec<String> = calls.map(over).collect();
        let columns: Vec<String> = calls.iter().enumerate().map(|(at, call)| format!("{call} AS c{at}")).collect();
        let sql = format!("SELECT n, {} FROM {SMALL} ORDER BY n", columns.join(", "));
        let engines = engines.sql(&sql).await.unwrap().collect().await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let ours = rows(&ours, &sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        for (at, call) in calls.iter().enumerate() {
            let column = |rows: &[RecordBatch]| -> Vec<String> {
                rows.iter().flat_map(|rows| told(&[rows.project(&[0, at + 1]).unwrap()])).collect()
            };
            assert_eq!(column(&ours), column(&engines), "{call}");
        }
    }
}

/// Rows that come in one order for two windows are read backwards for one of them.
#[tokio::test]
async fn a_window_beside_one_in_the_other_order_keeps_its_own() {
    let engine = engine(64);
    let whole = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";
    for (calls, right) in [
        (format!("string_agg(t, ',') OVER (ORDER BY n {whole}), row_number() OVER (ORDER BY n DESC)"), "a,b,d|3"),
        (format!("string_agg(t, ',') OVER (ORDER BY n DESC {whole}), row_number() OVER (ORDER BY n)"), "d,b,a|1"),
        (
            format!("string_agg(t, ',') OVER (ORDER BY n {whole}), string_agg(t, ',') OVER (ORDER BY n DESC {whole})"),
            "a,b,d|d,b,a",
        ),
        (format!("array_agg(t) OVER (ORDER BY n {whole}), lag(n) OVER (ORDER BY n DESC)"), "[a, b, d]|2"),
        ("string_agg(t, ',') OVER (ORDER BY n DESC), row_number() OVER (ORDER BY n)".into(), "d,b,a|1"),
    ] {
        let sql = format!(
            "SELECT * EXCLUDE (n) FROM (SELECT {calls}, n FROM (VALUES (1, 'a'), (2, 'b'), (4, 'd')) v(n, t)) w ORDER BY n LIMIT 1"
        );
        let rows = rows(&engine, &sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(told(&rows), [right], "{sql}");
    }
}

#[tokio::test]
async fn several_windows_and_what_is_computed_of_them() {
    let engine = engine(64);
    for (sql, right) in [
        (
            "SELECT n, cardinality(array_agg(t) OVER ()), cardinality(array_agg(DISTINCT t) OVER (PARTITION BY k)), \
             row_number() OVER (ORDER BY n), sum(n) OVER (PARTITION BY k) FROM v WHERE n < 3 ORDER BY n",
            "1|2|2|1|3\n2|2|2|2|3",
        ),
        (
            "SELECT n, a[1], length(s) FROM (SELECT n, array_agg(n) OVER (PARTITION BY k) a, string_agg(t, '') OVER () s FROM v) w \
             WHERE n > 6 ORDER BY n",
            "7|7|39\n8|7|39",
        ),
        ("SELECT count(*) FROM (SELECT array_agg(n) OVER () a FROM v) w WHERE array_has(a, 3)", "8"),
        ("SELECT DISTINCT array_agg(k) OVER (PARTITION BY k) FROM v WHERE k = 'x'", "[x, x, x]"),
        ("SELECT sum(c) OVER () FROM (SELECT cardinality(array_agg(n) OVER ()) c FROM v) w LIMIT 1", "64"),
        (
            "SELECT n FROM (SELECT n, array_agg(n) OVER (PARTITION BY k) a FROM v) w WHERE a = [4, 5, 6] ORDER BY n",
            "4\n5\n6",
        ),
        (
            "SELECT n, array_agg(n) OVER w AS a, max(t) OVER w FROM v WINDOW w AS (PARTITION BY k) ORDER BY a, n LIMIT 1",
            "1|[1, 2, 3]|b",
        ),
        (
            "SELECT n, a FROM (SELECT n, array_agg(n) OVER () AS a FROM v UNION ALL SELECT 0, [0]) u ORDER BY n LIMIT 1",
            "0|[0]",
        ),
        ("SELECT array_agg(n) OVER () FROM v WHERE false", ""),
        (
            "SELECT array_agg(x) OVER () FROM (SELECT string_agg(t, '') OVER (PARTITION BY k) x FROM v WHERE n < 3) w LIMIT 1",
            "[ab, ab]",
        ),
    ] {
        let sql = format!("WITH v AS (SELECT * FROM {SMALL}) {sql}");
        let rows = rows(&engine, &sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(told(&rows).join("\n"), right, "{sql}");
    }
}

/// So many rows with a text of so many letters.
fn long(rows: usize, letters: usize) -> String {
    format!("(SELECT n, n % 10 AS k, lpad(n::text, {letters}, 'x') AS x FROM generate_series(1, {rows}) t(n)) AS v")
}

#[tokio::test]
async fn a_value_of_all_rows_is_held_once() {
    let engine = engine(64);
    for (rows, letters, call, each) in [
        // Written out, these are 4 GB, 400 MB, 900 MB and 90 MB, where a query may take 64 MiB.
        (20_000, 9, "string_agg(x, ',') OVER ()", 200_000),
        (20_000, 9, "string_agg(x, ',') OVER (PARTITION BY k)", 20_000),
        (3_000, 99, "array_agg(x) OVER ()", 297_000),
        (3_000, 99, "array_agg(x) FILTER (WHERE n > 0) OVER (PARTITION BY k)", 29_700),
        // So is a constant.
        (3_000, 9, "repeat('x', 100000)", 100_000),
    ] {
        let sql = format!("SELECT n, {call} FROM {}", long(rows, letters));
        let mut answer = engine.query(&sql).await.unwrap().stream;
        let mut count = 0;
        while let Some(batch) = answer.try_next().await.unwrap_or_else(|error| panic!("{sql}: {error}")) {
            count += batch.num_rows();
            let sizes = bulk(&batch.columns()[1..], batch.num_rows());
            assert!(sizes.iter().all(|size| size.abs_diff(each) < 2), "{sql}: {:?}", sizes.first());
            assert!(sizes.iter().sum::<usize>() <= 4 << 20, "{sql}: {} rows", batch.num_rows());
        }
        assert_eq!(count, rows, "{sql}");
    }
}

#[tokio::test]
async fn what_is_made_of_it_row_by_row_stays_small_too() {
    let engine = engine(64);
    let rows = long(4_000, 9);
    let whole = "(PARTITION BY k ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)";
    // Written out, the texts are 160 MB.
    for (sql, right) in [
        (
            format!("SELECT sum(length(upper(s))) FROM (SELECT string_agg(x, ',') OVER () AS s FROM {rows}) w"),
            "159996000",
        ),
        (
            format!("SELECT sum(length(s || 'x')) FROM (SELECT string_agg(x, ',') OVER () AS s FROM {rows}) w"),
            "160000000",
        ),
        (
            format!("SELECT sum(cardinality(s)) FROM (SELECT array_agg(n) OVER (PARTITION BY k) AS s FROM {rows}) w"),
            "1600000",
        ),
        (
            format!(
                "SELECT n FROM (SELECT n, string_agg(x, ',') OVER {whole} AS s FROM {rows}) w ORDER BY s DESC, n LIMIT 1"
            ),
            "9",
        ),
        // Behind a filter or a join, batches are large again.
        (
            format!(
                "SELECT max(length(upper(s))) FROM (SELECT n, string_agg(x, ',') OVER () AS s FROM {rows}) w WHERE n > 5"
            ),
            "39999",
        ),
        (
            format!("SELECT sum(cardinality(s)) FROM (SELECT n, array_agg(x) OVER () AS s FROM {rows}) w WHERE n > 5"),
            "15980000",
        ),
        (
            format!(
                "SELECT max(length(s || 'x')) FROM (SELECT k, string_agg(x, ',') AS s FROM {rows} GROUP BY k) g JOIN {rows} USING (k)"
            ),
            "4000",
        ),
    ] {
        let answer = self::rows(&engine, &sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(told(&answer), [right], "{sql}");
    }
}

#[tokio::test]
async fn values_of_each_row_end_in_an_error_beyond_the_limit() {
    let (narrow, wide) = (engine(8), engine(1_024));
    for call in [
        "string_agg(x, ',') OVER (ORDER BY n)",
        "string_agg(x, ',') OVER (PARTITION BY n > 9 ORDER BY n)",
        "array_agg(n) OVER (ORDER BY n)",
        "array_agg(x) OVER (ORDER BY n ROWS BETWEEN 1000 PRECEDING AND CURRENT ROW)",
        "array_agg(DISTINCT n) OVER (ORDER BY n)",
        "first_value(first) OVER (ORDER BY n)",
        "max(first) OVER (ORDER BY n)",
    ] {
        let rows = "generate_series(1, 1500) t(n)";
        let sql = format!(
            "SELECT n, {call} FROM (SELECT n, lpad(n::text, 9, 'x') AS x, \
             CASE WHEN n = 1 THEN repeat('z', 9000) ELSE 'y' END AS first FROM {rows}) v"
        );
        let error = self::rows(&narrow, &sql).await.expect_err(&sql);
        let own = Error::inside(&error);
        assert!(matches!(own, Some(Error::LongValues { limit: 8, .. })), "{sql}: {error}");
        let answer = self::rows(&wide, &sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(answer.iter().map(RecordBatch::num_rows).sum::<usize>(), 1_500, "{sql}");
    }
}

#[tokio::test]
async fn rows_that_were_given_out_do_not_count() {
    let engine = engine(32);
    let pool = engine.context().runtime_env().memory_pool.clone();
    for call in [
        // Together some 35 to 60 MB.
        "array_agg(n) OVER (ORDER BY n ROWS 10 PRECEDING)",
        "array_agg(n) OVER (PARTITION BY k ORDER BY n ROWS 20 PRECEDING)",
        "first_value(x) OVER (ORDER BY n)",
    ] {
        let sql =
            format!("SELECT count(*) FROM (SELECT {call} AS a FROM {}) w WHERE a IS NOT NULL", long(100_000, 120));
        let answer = rows(&engine, &sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(told(&answer), ["100000"], "{sql}");
        assert_eq!(pool.reserved(), 0, "{sql}");
    }
}
