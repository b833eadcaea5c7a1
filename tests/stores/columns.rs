//! Parquet files in a bucket: read in parts, in one state, at the cost of their statement.

use std::sync::Arc;

use auditql::datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use auditql::datafusion::parquet::arrow::ArrowWriter;
use auditql::datafusion::parquet::file::properties::WriterProperties;
use auditql::report::Exit;

use super::failure;
use super::s3::{Bucket, entry, listing};
use crate::lab::answer;

/// Rows with a number, a text, and a text that is long and never asked for.
fn parquet(from: i64, rows: i64) -> Vec<u8> {
    let numbers: Vec<i64> = (from..from + rows).collect();
    let texts = numbers.iter().map(|n| format!("user{n}@contoso.example"));
    let long = numbers.iter().map(|n| {
        let mixed = u64::try_from(*n).unwrap().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        // Between the parts that are asked for lies more than two requests are worth.
        format!("{mixed:x}").repeat(120)
    });
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("n", Arc::new(Int64Array::from(numbers.clone()))),
        ("user", Arc::new(StringArray::from_iter_values(texts))),
        ("long", Arc::new(StringArray::from_iter_values(long))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(1_000)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parquet_file_is_read_in_parts_and_in_one_state() {
    let (one, other) = (parquet(0, 5_000), parquet(5_000, 10));
    let bucket = Bucket::start(&[("a b/one.parquet", &one), ("a b/other.parquet", &other)]).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("a b")).unwrap();
    std::fs::write(folder.path().join("a b/one.parquet"), &one).unwrap();
    std::fs::write(folder.path().join("a b/other.parquet"), &other).unwrap();
    let engine = bucket.engine();
    for sql in [
        "SELECT count(*), sum(n), max(\"user\") FROM '{}/a b/*.parquet'",
        "SELECT \"user\" FROM '{}/a b/one.parquet' WHERE n = 4711",
        "SELECT n, \"user\" FROM read_parquet('{}/a b') ORDER BY n DESC LIMIT 3",
        "SELECT count(*) FROM '{}/a b/one.parquet' WHERE \"user\" LIKE '%1@contoso.example'",
    ] {
        let of = |begin: &str| sql.replace("{}", begin);
        let local = answer(&engine, &of(folder.path().to_str().unwrap())).await.unwrap().rows();
        let before = bucket.server.seen().len();
        let answered = answer(&engine, &of("s3://evidence")).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
        assert_eq!(answered.rows(), local, "{sql}");
        assert!(!local.is_empty());
        assert_eq!(answered.tally.requests.get(), (bucket.server.seen().len() - before) as u64, "{sql}");
    }
    let gets: Vec<_> = bucket.server.seen().into_iter().filter(|seen| seen.method == "GET").collect();
    let of_objects: Vec<_> = gets.iter().filter(|seen| seen.target.contains(".parquet")).collect();
    assert!(of_objects.iter().all(|seen| !seen.header("if-match").is_empty()), "{of_objects:?}");
    // The longest column is most of the file, and nobody asked for it.
    let asked = |seen: &crate::scripted::Seen| {
        let range = seen.header("range").strip_prefix("bytes=").and_then(|range| range.split_once('-'));
        let Some((from, to)) = range else { return one.len() };
        // What is open at its end asks for all there is.
        to.parse::<usize>().map_or(one.len(), |to| to + 1 - from.parse::<usize>().unwrap())
    };
    // The other one is so short that its begin is all of it.
    let of_long = of_objects.iter().filter(|seen| seen.target.ends_with("/one.parquet"));
    let most = of_long.map(|seen| asked(seen)).max().unwrap();
    assert!(most < one.len() / 2, "{most} of {}", one.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parquet_file_that_changes_is_an_error() {
    let (old, new) = (parquet(0, 5_000), parquet(7, 5_000));
    let bucket = Bucket::start(&[("a.parquet", &old)]).await;
    let listed = entry("a.parquet", &old);
    bucket.objects.lock().unwrap().all.insert("a.parquet".into(), new);
    bucket.instead(move |seen| seen.target.contains("list-type").then(|| listing(&listed)));
    let report = failure(&bucket.engine(), "SELECT sum(n) FROM 's3://evidence/*.parquet'").await;
    assert!(report.to_string().contains("written to since it was listed"), "{report}");
    assert_eq!(report.exit, Exit::Incomplete, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_for_parquet_files() {
    let file = parquet(0, 5_000);
    let sql = "SELECT sum(n) FROM 's3://evidence/a.parquet'";
    let whole = Bucket::start(&[("a.parquet", &file)]).await;
    assert_eq!(answer(&whole.engine(), sql).await.unwrap().rows(), ["12497500"]);
    let needed = whole.server.seen().len();
    for limit in 0..needed {
        let bucket = Bucket::start(&[("a.parquet", &file)]).await;
        let engine = bucket.engine();
        answer(&engine, &format!("SET auditql.max_requests = {limit}")).await.unwrap();
        let report = failure(&engine, sql).await;
        assert!(report.to_string().contains(&format!("needs more than the {limit} request(s)")), "{report}");
        assert_eq!(report.exit, Exit::Incomplete, "{report}");
        // Of parts that are asked for at once, the last may be given up on its way.
        assert!(bucket.server.seen().len() <= limit, "{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_parquet_is_told() {
    let file = parquet(0, 100);
    let arrow = b"ARROW1\0\0more".to_vec();
    let bucket =
        Bucket::start(&[("cut.parquet", &file[..file.len() - 9]), ("x.csv", b"a,b\n1,2\n"), ("x.arrow", &arrow)]).await;
    let engine = bucket.engine();
    for (from, what) in [
        ("'s3://evidence/cut.parquet'", "s3://evidence/cut.parquet"),
        ("read_parquet('s3://evidence/x.csv')", "s3://evidence/x.csv"),
        ("'s3://evidence/x.arrow'", "Arrow"),
    ] {
        let report = failure(&engine, &format!("SELECT * FROM {from}")).await.to_string();
        assert!(report.contains(what), "{from}: {report}");
    }
}
