//! What PostgreSQL answers with `bigint out of range` is an error here, and everything in range is what it was.

use arrow::array::{Array, ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::Schema;
use arrow::util::display::array_value_to_string;
use datafusion::datasource::MemTable;
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::SessionContext;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::engine::Engine;

fn context() -> SessionContext {
    SessionContext::new_with_state(Engine::builder().configure(SessionStateBuilder::new()).unwrap().build())
}

async fn rows(context: &SessionContext, sql: &str) -> Result<Vec<Vec<String>>, DataFusionError> {
    let batches = context.sql(sql).await?.collect().await?;
    let cell = |column: &ArrayRef, row| match column.is_valid(row) {
        true => array_value_to_string(column, row).unwrap(),
        false => "NULL".to_owned(),
    };
    let of = |batch: &RecordBatch| {
        (0..batch.num_rows()).map(|row| batch.columns().iter().map(|column| cell(column, row)).collect()).collect()
    };
    Ok(batches.iter().map(of).collect::<Vec<Vec<Vec<String>>>>().concat())
}

async fn refused(sql: &str) -> String {
    match rows(&context(), sql).await {
        Err(error) => {
            let error = error.find_root().to_string();
            error.strip_prefix("External error: ").unwrap_or(&error).to_owned()
        }
        Ok(rows) => panic!("{sql}: {rows:?}"),
    }
}

const LARGE: &str = "(VALUES (9223372036854775807), (1)) AS v(x)";

#[tokio::test]
async fn a_total_out_of_range_is_an_error_that_names_it() {
    for (sql, what) in [
        (format!("SELECT sum(x) FROM {LARGE}"), "sum(v.x)"),
        (format!("SELECT sum(-x) FROM (SELECT x FROM {LARGE} UNION ALL SELECT 5 AS x) v"), "sum("),
        (format!("SELECT x % 1 AS g, sum(x) FROM {LARGE} GROUP BY 1"), "sum(v.x)"),
        (format!("SELECT sum(DISTINCT x), count(DISTINCT x) FROM {LARGE}"), "a sum of distinct values"),
        (format!("SELECT sum(x) FILTER (WHERE x > 0) FROM {LARGE}"), "sum(v.x)"),
        (format!("SELECT sum(x) OVER () FROM {LARGE}"), "sum(v.x)"),
        (format!("SELECT sum(x) OVER (ORDER BY x) FROM {LARGE}"), "sum(v.x)"),
        (format!("SELECT sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM {LARGE}"), "sum(v.x)"),
        (format!("SELECT sum(DISTINCT x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM {LARGE}"), "sum("),
        (format!("SELECT sum(x + 0) FROM {LARGE}"), "sum("),
        ("SELECT sum(arrow_cast(x, 'UInt64')) FROM (VALUES ('18446744073709551615'), ('1')) AS v(x)".into(), "sum("),
        ("SELECT sum(CAST(x AS DECIMAL(38, 0))) FROM (VALUES ('99999999999999999999999999999999999999'), ('1')) AS v(x)".into(), "sum("),
    ] {
        let told = refused(&sql).await;
        assert!(told.starts_with(what) && told.contains(" is out of range for "), "{sql}: {told}");
    }
}

#[tokio::test]
async fn a_total_in_range_is_right_whatever_comes_between() {
    let swinging =
        "(VALUES (9223372036854775807), (9223372036854775807), (-9223372036854775807), (NULL), (-5)) AS v(x)";
    for (sql, right) in [
        (format!("SELECT sum(x) FROM {swinging}"), "9223372036854775802"),
        (format!("SELECT sum(DISTINCT x) FROM {swinging}"), "-5"),
        (format!("SELECT sum(x) FROM {swinging} WHERE x IS NULL"), "NULL"),
        (format!("SELECT sum(x) OVER () FROM {swinging} LIMIT 1"), "9223372036854775802"),
        ("SELECT sum(x) FROM (VALUES (1.5), (2.25)) AS v(x)".into(), "3.75"),
        ("SELECT sum(CAST(x AS DECIMAL(10, 2))) FROM (VALUES (1.5), (2.25)) AS v(x)".into(), "3.75"),
        ("SELECT sum(CAST(x AS SMALLINT)) FROM (VALUES (32767), (32767)) AS v(x)".into(), "65534"),
        ("SELECT CAST(avg(arrow_cast(x, 'Duration(Nanosecond)')) AS BIGINT) FROM (VALUES (9223372036854775807), (9223372036854775805), (NULL)) AS v(x)".into(), "9223372036854775806"),
        ("SELECT avg(arrow_cast(x, 'Duration(Nanosecond)')) FROM (VALUES (1)) AS v(x) WHERE x > 1".into(), "NULL"),
        ("SELECT CAST(avg(arrow_cast(x, 'Duration(Nanosecond)')) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS BIGINT) FROM (VALUES (9223372036854775807), (9223372036854775805)) AS v(x) ORDER BY x DESC LIMIT 1".into(), "9223372036854775806"),
        ("SELECT avg(x) FROM (VALUES (1), (2)) AS v(x)".into(), "1.5"),
        ("SELECT mean(x) FROM (VALUES (1), (2)) AS v(x)".into(), "1.5"),
        ("SELECT arrow_typeof(sum(x)) FROM (VALUES (1)) AS v(x)".into(), "Int64"),
    ] {
        assert_eq!(rows(&context(), &sql).await.unwrap(), [[right]], "{sql}");
    }
}

#[tokio::test]
async fn operators_on_whole_numbers_leave_their_range_with_an_error() {
    for (expression, what) in [
        ("x + 1", "v.x + 1"),
        ("1 + x", "1 + v.x"),
        ("-2 - x", "-2 - v.x"),
        ("x * 2", "v.x * 2"),
        ("x * x + 1", "v.x * v.x"),
        ("-(-1 - x)", "-(-1 - v.x)"),
        ("CAST(x % 100 AS SMALLINT) + x", ""),
        ("abs(-1 - x)", ""),
    ] {
        let sql = format!("SELECT {expression} FROM (VALUES (9223372036854775807)) AS v(x)");
        let told = refused(&sql).await;
        assert!(told.to_lowercase().contains("range") || told.to_lowercase().contains("overflow"), "{sql}: {told}");
        assert!(told.contains(what), "{sql}: {told}");
    }
    for constant in ["9223372036854775807 + 1", "-9223372036854775808 - 1", "CAST(2147483647 AS INT) * CAST(2 AS INT)"]
    {
        let told = refused(&format!("SELECT {constant}")).await;
        assert!(told.contains(" is out of range for "), "{constant}: {told}");
    }
    // Where nobody looks, nothing is wrong.
    let context = context();
    let untaken = "SELECT CASE WHEN x < 5 THEN x + 1 ELSE 0 END FROM (VALUES (9223372036854775807), (1)) AS v(x)";
    assert_eq!(rows(&context, untaken).await.unwrap(), [["0"], ["2"]]);
    assert_eq!(rows(&context, "SELECT x + 1 FROM (VALUES (CAST(NULL AS BIGINT))) AS v(x)").await.unwrap(), [["NULL"]]);
}

#[tokio::test]
async fn names_types_and_groups_are_those_of_the_operator() {
    let context = context();
    let sql = "SELECT x + 1, -x, count(*) FROM (VALUES (1), (2), (2)) AS v(x) GROUP BY x + 1, -x HAVING x + 1 > 0 ORDER BY x + 1";
    let frame = context.sql(sql).await.unwrap();
    let names: Vec<String> = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names[..2], ["v.x + Int64(1)", "(- v.x)"]);
    assert_eq!(rows(&context, sql).await.unwrap(), [["2", "-1", "1"], ["3", "-2", "2"]]);
    let recursive =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT sum(i * 2) FROM n";
    assert_eq!(rows(&context, recursive).await.unwrap(), [["20"]]);
    assert_eq!(rows(&context, "SELECT 1 AS a LIMIT 1 + 1").await.unwrap(), [["1"]]);
}

/// Sums by group over several partitions, against plain arithmetic in 128 bits.
#[tokio::test]
async fn totals_are_those_of_plain_arithmetic() {
    let mut dice = fastrand::Rng::with_seed(7);
    let (mut whole, mut too_large) = (0, 0);
    for _ in 0..40 {
        let bits = if dice.bool() { 63 } else { dice.u32(1..=63) };
        let numbers: Vec<(i64, Option<i64>)> = (0..dice.usize(1..200))
            .map(|_| (dice.i64(0..3), dice.bool().then(|| dice.i64(i64::MIN..=i64::MAX) >> (63 - bits))))
            .collect();
        let mut right: BTreeMap<i64, Option<i128>> = BTreeMap::new();
        for (group, number) in &numbers {
            let total = right.entry(*group).or_default();
            if let Some(number) = number {
                *total = Some(total.unwrap_or(0) + i128::from(*number));
            }
        }
        let batch = |part: &[(i64, Option<i64>)]| {
            let columns: [(&str, ArrayRef); 2] = [
                ("g", Arc::new(part.iter().map(|(group, _)| *group).collect::<Int64Array>())),
                ("x", Arc::new(part.iter().map(|(_, number)| *number).collect::<Int64Array>())),
            ];
            RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
        };
        let parts: Vec<Vec<RecordBatch>> = numbers.chunks(50).map(|part| vec![batch(part)]).collect();
        let schema: Arc<Schema> = parts[0][0].schema();
        let context = context();
        context.register_table("v", Arc::new(MemTable::try_new(schema, parts).unwrap())).unwrap();
        let told = rows(&context, "SELECT g, sum(x) FROM v GROUP BY g ORDER BY g").await;
        let fits = right.values().flatten().all(|total| i64::try_from(*total).is_ok());
        if fits {
            let right: Vec<Vec<String>> = right
                .iter()
                .map(|(group, total)| vec![group.to_string(), total.map_or("NULL".into(), |total| total.to_string())])
                .collect();
            assert_eq!(told.unwrap(), right);
            whole += 1;
        } else {
            assert!(told.is_err(), "{right:?}");
            too_large += 1;
        }
    }
    assert!(whole > 10 && too_large > 3, "{whole} {too_large}");
}
