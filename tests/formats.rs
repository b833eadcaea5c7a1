//! Formats for programs: the same rows as in every other, complete or not there.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use auditql::datafusion::arrow::array::RecordBatch;
use auditql::datafusion::arrow::ipc::reader::FileReader;
use auditql::datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use auditql::engine::parquet::INCOMPLETE;
use auditql::output::{self, Options, Writer};
use tempfile::TempDir;

const ROWS: &str = "SELECT id, created_date_time, status, status.error_code, location.geo_coordinates.latitude AS latitude, \
                    sign_in_event_types, raw -> 'status' AS json, INTERVAL '1 day' AS step, NULL AS nothing, is_interactive \
                    FROM sign_ins WHERE created_date_time > now() - INTERVAL '2 days' ORDER BY created_date_time DESC, id";

fn demo(home: &TempDir, args: &[&str]) -> Output {
    let demo = ["demo", "--rows", "2000", "--now", "2026-05-01T12:00:00Z", "--no-throttle"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
    command.args(demo).args(args).current_dir(home.path()).env_clear().env("HOME", home.path());
    command.stdin(Stdio::null()).output().unwrap()
}

/// Reads a Parquet file: its rows, and what it says is missing.
fn parquet(path: &Path) -> (Vec<RecordBatch>, Option<String>) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let pairs = builder.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
    let missing = pairs.into_iter().find(|pair| pair.key == INCOMPLETE).and_then(|pair| pair.value);
    (builder.build().unwrap().map(Result::unwrap).collect(), missing)
}

/// Reads an Arrow file: its rows, and what it says is missing.
fn arrow(path: &Path) -> (Vec<RecordBatch>, Option<String>) {
    let reader = FileReader::try_new(File::open(path).unwrap(), None).unwrap();
    let missing = reader.custom_metadata().get(INCOMPLETE).cloned();
    (reader.map(Result::unwrap).collect(), missing)
}

/// Rows as our own JSON.
fn as_json(batches: &[RecordBatch]) -> String {
    let mut bytes = Vec::new();
    let mut writer =
        Writer::new(output::format("ndjson").unwrap(), &batches[0].schema(), Options::default(), &mut bytes);
    batches.iter().for_each(|batch| writer.batch(batch).unwrap());
    writer.finish(None).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn files_for_programs_hold_the_rows_of_every_other_format() {
    let home = tempfile::tempdir().unwrap();
    let expected = demo(&home, &["--format", "ndjson", "-c", ROWS]);
    let expected = String::from_utf8(expected.stdout).unwrap();
    assert!(expected.lines().count() > 50, "{expected}");
    for (format, read) in [("parquet", parquet as fn(&Path) -> _), ("arrow", arrow)] {
        let path = home.path().join(format);
        let to_file = demo(&home, &["--format", format, "-o", format, "-c", ROWS]);
        assert!(to_file.status.success(), "{to_file:?}");
        let to_pipe = demo(&home, &["--format", format, "-c", ROWS]);
        assert_eq!(to_pipe.stdout.len(), fs::read(&path).unwrap().len(), "{format}");
        let (batches, missing) = read(&path);
        assert_eq!(missing, None);
        let found = as_json(&batches);
        if format == "arrow" {
            assert_eq!(found, expected);
        } else {
            // JSON values are text in Parquet: all else is the same.
            let values = |text: &str| -> Vec<serde_json::Value> {
                text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
            };
            let mut found = values(&found);
            for row in &mut found {
                row["json"] = serde_json::from_str(row["json"].as_str().unwrap()).unwrap();
            }
            let mut expected = values(&expected);
            for row in &mut expected {
                row["json"] = serde_json::from_str(row["json"].as_str().unwrap()).unwrap();
            }
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn columns_of_one_name_are_told_apart_in_every_file() {
    let home = tempfile::tempdir().unwrap();
    for format in ["parquet", "arrow", "csv", "ndjson"] {
        let sql = "SELECT a.n, b.n, 3 AS n_2 FROM (VALUES (1)) a(n), (VALUES (2)) b(n)";
        let file = format!("x.{format}");
        assert!(demo(&home, &["--format", format, "-o", &file, "-c", sql]).status.success(), "{format}");
        let again = demo(&home, &["--format", "ndjson", "-c", &format!("SELECT n, n_3, n_2 FROM '{file}'")]);
        let text = String::from_utf8(again.stdout).unwrap();
        assert_eq!(text, "{\"n\":1,\"n_3\":2,\"n_2\":3}\n", "{format}: {}", String::from_utf8_lossy(&again.stderr));
    }
}

#[test]
fn an_empty_result_is_a_file_with_its_columns() {
    let home = tempfile::tempdir().unwrap();
    for (format, read) in [("parquet", parquet as fn(&Path) -> _), ("arrow", arrow)] {
        let sql = "SELECT id, status FROM sign_ins WHERE false";
        assert!(demo(&home, &["--format", format, "-o", format, "-c", sql]).status.success());
        assert_eq!(read(&home.path().join(format)).0.iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
    }
}

#[test]
fn an_incomplete_file_is_not_there_or_says_what_is_missing() {
    let home = tempfile::tempdir().unwrap();
    for (format, read) in [("parquet", parquet as fn(&Path) -> _), ("arrow", arrow)] {
        let args = ["--format", format, "-o", format, "--max-requests", "2", "-c", "SELECT id FROM sign_ins"];
        assert_eq!(demo(&home, &args).status.code(), Some(5));
        let names = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let left: Vec<String> = names.filter(|name| name == format || name.starts_with(".auditql-")).collect();
        assert_eq!(left, Vec::<String>::new());
        assert_eq!(demo(&home, &[&args[..], &["--partial"]].concat()).status.code(), Some(5));
        let (_, missing) = read(&home.path().join(format));
        assert!(missing.is_some_and(|missing| missing.contains("sign_ins")));
    }
}

#[test]
fn row_groups_are_bounded() {
    let home = tempfile::tempdir().unwrap();
    let sql = "SELECT * FROM generate_series(1, 200000) t(n)";
    assert!(demo(&home, &["--format", "parquet", "-o", "x", "-c", sql]).status.success());
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(home.path().join("x")).unwrap()).unwrap();
    let groups: Vec<i64> = builder.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert!(groups.len() > 2 && groups.iter().sum::<i64>() == 200_000, "{groups:?}");
}
