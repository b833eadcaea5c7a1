//! Avro files: read by what they say of themselves, or refused by a build without their reader.

use super::Lab;

/// A container of records: a schema, and a block of them (source: Apache Avro 1.12 specification, Object Container Files).
fn container(schema: &str, records: &[Vec<u8>]) -> Vec<u8> {
    let sync = [7_u8; 16];
    let mut file = b"Obj\x01".to_vec();
    let text = |text: &str, file: &mut Vec<u8>| {
        long(i64::try_from(text.len()).unwrap(), file);
        file.extend(text.as_bytes());
    };
    long(2, &mut file);
    for (name, value) in [("avro.schema", schema), ("avro.codec", "null")] {
        text(name, &mut file);
        text(value, &mut file);
    }
    file.push(0);
    file.extend(sync);
    let block = records.concat();
    long(i64::try_from(records.len()).unwrap(), &mut file);
    long(i64::try_from(block.len()).unwrap(), &mut file);
    file.extend(block);
    file.extend(sync);
    file
}

/// A number in zigzag and groups of seven bits.
fn long(number: i64, to: &mut Vec<u8>) {
    let mut rest = ((number << 1) ^ (number >> 63)).cast_unsigned();
    while rest > 127 {
        to.push(u8::try_from(rest & 127).unwrap() | 128);
        rest >>= 7;
    }
    to.push(u8::try_from(rest).unwrap());
}

const SCHEMA: &str = r#"{"type":"record","name":"sign_in","fields":[{"name":"user","type":["null","string"]},
    {"name":"n","type":"long"},{"name":"at","type":{"type":"long","logicalType":"timestamp-micros"}}]}"#;

fn record(user: Option<&str>, n: i64, at: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    match user {
        None => long(0, &mut bytes),
        Some(user) => {
            long(1, &mut bytes);
            long(i64::try_from(user.len()).unwrap(), &mut bytes);
            bytes.extend(user.as_bytes());
        }
    }
    long(n, &mut bytes);
    long(at, &mut bytes);
    bytes
}

fn sign_ins() -> Vec<u8> {
    container(SCHEMA, &[record(Some("ada"), 1, 1_777_536_000_000_000), record(None, -300, 0)])
}

#[cfg(feature = "avro")]
#[tokio::test(flavor = "multi_thread")]
async fn records_are_rows() {
    let lab = Lab::new();
    lab.file("a.avro", sign_ins());
    lab.file("b.data", sign_ins());
    lab.rows("CREATE EXTERNAL TABLE made STORED AS AVRO LOCATION '{dir}/a.avro'").await;
    for from in ["'{dir}/a.avro'", "'{dir}/b.data'", "read_avro('{dir}/b.data')", "made"] {
        let sql = format!("SELECT \"user\", n, at FROM {from} ORDER BY n DESC");
        assert_eq!(
            lab.rows(&sql).await,
            ["ada | 1 | 2026-04-30T08:00:00Z", "NULL | -300 | 1970-01-01T00:00:00Z"],
            "{from}"
        );
        assert_eq!(lab.rows(&format!("SELECT count(*) FROM {from} WHERE \"user\" = 'ada'")).await, ["1"], "{from}");
    }
    lab.file("ips.txt", super::IPS);
    let report = lab.refusal("SELECT * FROM read_avro('{dir}/ips.txt')").await;
    assert!(report.to_string().contains("is no Avro file"), "{report}");
}

/// A damaged file is an answer or an error, and never takes the program with it.
#[cfg(feature = "avro")]
#[tokio::test(flavor = "multi_thread")]
async fn damage_is_an_error() {
    const SEED: u64 = 0x4156_524f_0000_0001;
    let (lab, sound) = (Lab::new(), sign_ins());
    let mut random = fastrand::Rng::with_seed(SEED);
    let (mut answered, mut refused) = (0, 0);
    // How much of it is the heading, with which alone it is a file without records.
    let heading = container(SCHEMA, &[]).len() - 18;
    for variant in 0..100 {
        let mut bytes = sound.clone();
        match variant % 2 {
            0 => bytes.truncate(random.usize(5..bytes.len())),
            _ => (0..random.usize(1..6)).for_each(|_| {
                let at = random.usize(4..bytes.len());
                bytes[at] = random.u8(..);
            }),
        }
        lab.file("d.avro", &bytes);
        let sql = lab.sql("SELECT count(\"user\"), sum(n) FROM '{dir}/d.avro'");
        match crate::lab::answer(&lab.engine, &sql).await {
            Ok(rows) => {
                assert!(
                    variant % 2 == 1 || bytes.len() == heading,
                    "seed {SEED:#x}, variant {variant}: a cut file gave {:?}",
                    rows.rows()
                );
                answered += 1;
            }
            Err(error) => {
                let text = error.to_string();
                assert!(!text.contains("panicked"), "seed {SEED:#x}, variant {variant}: {text}");
                refused += 1;
            }
        }
    }
    assert!(refused > 40, "{answered} answered, {refused} refused");
}

#[cfg(not(feature = "avro"))]
#[tokio::test(flavor = "multi_thread")]
async fn without_the_reader_the_feature_is_named() {
    let lab = Lab::new();
    lab.file("a.avro", sign_ins());
    lab.file("b.data", sign_ins());
    for sql in [
        "SELECT * FROM '{dir}/a.avro'",
        "SELECT * FROM '{dir}/b.data'",
        "SELECT * FROM read_avro('{dir}/b.data')",
        "CREATE EXTERNAL TABLE made STORED AS AVRO LOCATION '{dir}/a.avro'",
    ] {
        let report = lab.refusal(sql).await;
        assert!(report.to_string().contains("this build of auditql does not read"), "{sql}: {report}");
        assert!(report.hint.unwrap().contains("--features avro"), "{sql}");
    }
    // The control: what is no Avro file is told as that.
    lab.file("ips.txt", super::IPS);
    let report = lab.refusal("SELECT * FROM read_avro('{dir}/ips.txt')").await;
    assert!(report.to_string().contains("is no Avro file"), "{report}");
}
