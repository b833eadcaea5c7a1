//! NaN, both zeros and infinities, in tables that are kept and in Parquet files of others: no condition loses a row.

use std::fs::File;
use std::sync::Arc;

use auditql::datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StructArray};
use auditql::datafusion::arrow::datatypes::{DataType, Field};
use auditql::datafusion::parquet::arrow::ArrowWriter;
use auditql::datafusion::parquet::file::properties::WriterProperties;
use auditql::settings::Settings;

use super::Shelf;

type Row = (i64, Option<f64>);

fn literal(value: Option<f64>) -> String {
    match value {
        None => "CAST(NULL AS DOUBLE)".into(),
        Some(value) if value.is_nan() => "CAST('NaN' AS DOUBLE)".into(),
        Some(value) => format!("CAST('{value:?}' AS DOUBLE)"),
    }
}

/// A file of another writer, which notes the bounds of its columns, with few rows in a group.
fn write(rows: &[Row], file: File) {
    let x: ArrayRef = Arc::new(rows.iter().map(|(_, x)| *x).collect::<Float64Array>());
    let f = Arc::new(Field::new("f", DataType::Float64, true));
    let i: ArrayRef = Arc::new(rows.iter().map(|(i, _)| *i).collect::<Int64Array>());
    let s: ArrayRef = Arc::new(StructArray::from(vec![(f, Arc::clone(&x))]));
    let batch = RecordBatch::try_from_iter_with_nullable([("i", i, true), ("x", x, true), ("s", s, true)]).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(3)).build();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[tokio::test]
async fn a_condition_on_numbers_loses_no_row_that_is_not_a_number() {
    let shelf = Shelf::new(Settings::default()).await;
    let special = [f64::NAN, f64::NAN, 0.0, -0.0, 1.5, -3.0, f64::INFINITY, f64::NEG_INFINITY];
    let mut dice = fastrand::Rng::with_seed(11);
    let (mut asked, mut found) = (0, 0);
    for round in 0..12 {
        let rows: Vec<Row> = (0..dice.i64(1..12))
            .map(|i| (i, (dice.u8(0..5) > 0).then(|| special[dice.usize(0..special.len())])))
            .collect();
        let values: Vec<String> = rows.iter().map(|(i, x)| format!("({i}, {})", literal(*x))).collect();
        let plain = format!("(SELECT i, x, named_struct('f', x) AS s FROM (VALUES {}) AS v(i, x))", values.join(", "));
        shelf.answer(&format!("CREATE OR REPLACE TABLE kept AS SELECT * FROM {plain} AS v")).await;
        let path = shelf.folder.path().join(format!("other{round}.parquet"));
        write(&rows, File::create(&path).unwrap());
        let other = format!("'{}'", path.display());
        let c = literal(Some(special[dice.usize(0..special.len())]));
        for what in [
            format!("SELECT i, x FROM # AS t WHERE x > {c} ORDER BY i"),
            format!("SELECT i, x FROM # AS t WHERE x >= {c} ORDER BY i"),
            format!("SELECT i, x FROM # AS t WHERE x < {c} ORDER BY i"),
            format!("SELECT i, x FROM # AS t WHERE x = {c} ORDER BY i"),
            format!("SELECT i, x FROM # AS t WHERE x <> {c} ORDER BY i"),
            format!("SELECT i, x FROM # AS t WHERE NOT x <= {c} ORDER BY i"),
            format!("SELECT i, x FROM # AS t WHERE x BETWEEN {c} AND 5 OR x IN ({c}, 7) ORDER BY i"),
            format!("SELECT i, x FROM # AS t WHERE x IS DISTINCT FROM {c} ORDER BY i"),
            format!("SELECT i, x FROM # AS t WHERE s.f >= {c} ORDER BY i"),
            format!("SELECT i FROM # AS t WHERE x IN (SELECT {c}) ORDER BY i"),
            "SELECT count(*) FROM # AS t WHERE x IS NULL".into(),
            "SELECT count(x), min(x), max(x) FROM # AS t".into(),
            "SELECT x FROM # AS t ORDER BY x DESC NULLS LAST LIMIT 2".into(),
            "SELECT x FROM # AS t ORDER BY x LIMIT 2".into(),
            "SELECT max(x) = (SELECT x FROM # AS t ORDER BY x DESC NULLS LAST LIMIT 1) FROM # AS t".into(),
        ] {
            let right = shelf.answer(&what.replace('#', &plain)).await.rows();
            asked += 1;
            found += right.len();
            for table in ["kept", &other] {
                assert_eq!(shelf.answer(&what.replace('#', table)).await.rows(), right, "{what}\n{table}: {rows:?}");
            }
        }
        let greatest =
            "SELECT max(x) IS NOT DISTINCT FROM (SELECT x FROM # AS t ORDER BY x DESC NULLS LAST LIMIT 1) FROM # AS t";
        assert_eq!(shelf.answer(&greatest.replace('#', "kept")).await.rows(), ["true"], "{rows:?}");
    }
    assert!(found > asked, "{found} rows of {asked} questions");
}
