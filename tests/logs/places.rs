//! Folders, patterns, archives, packings; several files as one table.

use super::{IPS, Lab, gzip, zip};

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_all_that_is_in_it() {
    let lab = Lab::new();
    lab.file("logs/a.txt", IPS);
    lab.file("logs/deep/b.txt", "10.0.0.1\n");
    lab.file("logs/c.txt.gz", gzip(b"10.0.0.2\n"));
    lab.file("logs/d.zip", zip(&[("e.txt", b"10.0.0.3\n"), ("f/g.txt", b"10.0.0.4\n10.0.0.5\n"), (".x", b"no\n")]));
    lab.file("logs/.hidden", "no\n");
    let (rows, said) = lab.told("SELECT file, count(*) FROM '{dir}/logs' GROUP BY file ORDER BY file").await;
    let rows: Vec<String> = rows.iter().map(|row| row.replace(&lab.sql("{dir}/logs/"), "")).collect();
    assert_eq!(rows, ["a.txt | 3", "c.txt.gz | 1", "d.zip/e.txt | 1", "d.zip/f/g.txt | 2", "deep/b.txt | 1"]);
    let [left_out] = said.try_into().unwrap();
    let left_out: String = left_out;
    assert!(left_out.contains("left out") && left_out.contains("2 files; first: {dir}/logs/.hidden"), "{left_out}");
    assert_eq!(lab.rows("SELECT count(*) FROM '{dir}/logs/*.txt'").await, ["3"]);
    assert_eq!(lab.rows("SELECT count(*) FROM '{dir}/logs/**/*.txt'").await, ["4"]);
    assert_eq!(lab.rows("SELECT count(*) FROM '{dir}/logs/d.zip'").await, ["3"]);
    // Last in a pattern, `**` is all in the folders; what is matched is not left out.
    let (deep, said) = lab.told("SELECT count(*) FROM '{dir}/logs/**'").await;
    assert_eq!(deep, lab.rows("SELECT count(*) FROM '{dir}/logs/**/*'").await);
    assert_eq!(deep, ["9"]);
    assert!(said.iter().all(|text| !text.contains("logs/.hidden")), "{said:?}");
    lab.file("logs/~$e.txt", "no\n");
    let (rows, said) = lab.told("SELECT count(*) FROM '{dir}/logs'").await;
    assert!(rows == ["8"] && said[0].contains("3 files"), "{rows:?} {said:?}");
    lab.file("logs/z.zst", zstd::encode_all(&b"10.0.0.6\n"[..], 1).unwrap());
    assert_eq!(lab.rows("SELECT value FROM '{dir}/logs/z.zst'").await, ["10.0.0.6"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_read_side_by_side_and_every_row_once() {
    let lab = Lab::new();
    for file in 0..40 {
        let lines: String = (0..500 * (file % 7)).map(|line| format!("{file}-{line}\n")).collect();
        lab.file(&format!("many/{file:02}.txt"), lines);
    }
    let expected: usize = (0..40).map(|file| 500 * (file % 7)).sum();
    let sql = "SELECT count(*), count(DISTINCT value), count(DISTINCT file) FROM '{dir}/many'";
    assert_eq!(lab.rows(sql).await, [format!("{expected} | {expected} | 34")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn spreadsheets_are_told_and_not_read() {
    let lab = Lab::new();
    lab.file("logs/a.txt", IPS);
    lab.file("logs/b.xlsx", "PK\u{3}\u{4}");
    let (rows, said) = lab.told("SELECT count(*) FROM '{dir}/logs'").await;
    assert_eq!((rows.join(""), said.len()), ("3".into(), 1), "{said:?}");
    assert!(said[0].contains("1 spreadsheet(s) not read (first: b.xlsx)"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_by_columns_are_read_where_they_are_told_by_their_begin() {
    let lab = Lab::new();
    let path = lab.path("kept.data");
    let batch = {
        use std::sync::Arc;
        let column: arrow::array::ArrayRef = Arc::new(arrow::array::Int64Array::from(vec![1, 2, 3]));
        arrow::array::RecordBatch::try_from_iter([("n", column)]).unwrap()
    };
    for (name, missing) in [("kept.data", None), ("part.parquet", Some("May"))] {
        let file = std::fs::File::create(lab.path(name)).unwrap();
        let mut out = auditql::engine::parquet::Parquet::new(file, batch.schema()).unwrap();
        out.write(&batch).unwrap();
        out.finish(missing).unwrap();
    }
    assert!(path.exists());
    assert_eq!(lab.rows("SELECT sum(n) FROM '{dir}/kept.data'").await, ["6"]);
    assert_eq!(lab.rows("SELECT sum(n) FROM read_parquet('{dir}/kept.data')").await, ["6"]);
    let report = lab.refusal("SELECT sum(n) FROM '{dir}/part.parquet'").await;
    assert!(report.what.contains("was written from an incomplete result: May"), "{report}");
    lab.file("ips.txt", IPS);
    let report = lab.refusal("SELECT * FROM read_parquet('{dir}/ips.txt')").await;
    assert!(report.to_string().contains("is no Parquet file"), "{report}");
    let whole = std::fs::read(&path).unwrap();
    lab.file("cut.parquet", &whole[..whole.len() - 9]);
    let report = lab.refusal("SELECT count(*) FROM '{dir}/cut.parquet'").await;
    assert!(report.to_string().contains("cut.parquet begins like Parquet, but is cut or damaged"), "{report}");
    lab.file("cut.arrow", "ARROW1\0\0\x10\0\0\0");
    let report = lab.refusal("SELECT count(*) FROM '{dir}/cut.arrow'").await;
    assert!(report.to_string().contains("cut.arrow begins like Arrow, but is cut or damaged"), "{report}");
    lab.file("packed.gz", gzip(&whole));
    let report = lab.refusal("SELECT * FROM '{dir}/packed.gz'").await;
    assert!(report.to_string().contains("packed.gz is a Parquet file inside another file"), "{report}");
}
