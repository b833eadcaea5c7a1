//! Files of columns: what is damaged, none of them, or has a column twice is told by its file.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use auditql::report::Exit;

use super::Lab;

const FORMS: [(&str, &str, fn(&RecordBatch) -> Vec<u8>); 2] =
    [("Parquet", "parquet", parquet), ("Arrow", "arrow", arrow_file)];

/// Enough rows that their bytes, `8 * ROWS`, are a number that stands for nothing else.
const ROWS: i64 = 1_234;

fn batch(names: &[&str]) -> RecordBatch {
    let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Int64, false)).collect();
    let columns = names.iter().map(|_| Arc::new(Int64Array::from_iter_values(0..ROWS)) as ArrayRef).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

fn parquet(rows: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = auditql::engine::parquet::Parquet::new(&mut bytes, rows.schema()).unwrap();
    out.write(rows).unwrap();
    out.finish(None).unwrap();
    bytes
}

fn arrow_file(rows: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = arrow::ipc::writer::FileWriter::try_new(&mut bytes, &rows.schema()).unwrap();
    out.write(rows).unwrap();
    out.finish().unwrap();
    drop(out);
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_columns_is_made_of_what_is_one() {
    let lab = Lab::new();
    lab.file("pl.csv", "a,b\n1,2\n3,4\n5,6\n7,8\n");
    for (form, format, written) in FORMS {
        let made =
            |file: &str| format!("CREATE OR REPLACE EXTERNAL TABLE t STORED AS {format} LOCATION '{{dir}}/{file}'");
        let report = lab.refusal(&made("pl.csv")).await;
        assert!(report.to_string().contains(&format!("pl.csv is no {form} file")), "{report}");
        lab.file("whole", written(&batch(&["n"])));
        lab.rows(&made("whole")).await;
        assert_eq!(lab.rows("SELECT count(*), max(n) FROM t").await, ["1234 | 1233"], "{form}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_lies_beyond_the_file_is_damage() {
    let lab = Lab::new();
    for ((form, _, written), behind) in FORMS.into_iter().zip([8, 10]) {
        for length in [0x7fff_ffff_u32, 0xffff_ffff, 100_000_000] {
            let mut bytes = written(&batch(&["n"]));
            let at = bytes.len() - behind;
            bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
            lab.file("n.data", bytes);
            let report = lab.refusal("SELECT n FROM '{dir}/n.data'").await;
            assert!(
                report.to_string().contains("n.data begins like") && report.exit == Exit::Query,
                "{form}: {report}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_between_begin_and_end_is_told_by_its_file() {
    let lab = Lab::new();
    // The buffer of the column reaches far beyond its block.
    let mut bytes = arrow_file(&batch(&["n"]));
    let length = (8 * ROWS).to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 8).filter(|at| bytes[*at..at + 8] == length).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|at| bytes[*at..at + 8].copy_from_slice(&(1_i64 << 40).to_le_bytes()));
    lab.file("n.arrow", bytes);
    let report = lab.refusal("SELECT n FROM '{dir}/n.arrow'").await;
    let told = report.to_string();
    assert!(told.contains("n.arrow") && told.contains("cut or damaged"), "{report}");
    assert_eq!(report.exit, Exit::Query, "{report}");
    // The header of the first page.
    let mut bytes = parquet(&batch(&["n"]));
    bytes[4..40].fill(0);
    lab.file("n.parquet", bytes);
    let report = lab.refusal("SELECT n FROM '{dir}/n.parquet'").await;
    assert!(report.to_string().contains("n.parquet is Parquet, but is cut or damaged"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_a_file_has_twice_is_not_lost_in_silence() {
    let lab = Lab::new();
    for (form, format, written) in FORMS {
        let name = format!("two.{format}");
        lab.file(&name, written(&batch(&["a", "n", "a"])));
        let report = lab.refusal(&format!("SELECT * FROM '{{dir}}/{name}'")).await;
        assert!(report.to_string().contains(&format!("{name} has two columns called a")), "{form}: {report}");
    }
}
