//! A bucket is read as a folder of the same names is, in every place where a path may stand.

use std::fs;
use std::io::Write as _;

use auditql::engine::{Engine, Policy};

use super::s3::{Bucket, SECRET};
use crate::lab::{answer, now};
use crate::scripted::Reply;

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

async fn rows(engine: &Engine, sql: &str) -> Vec<String> {
    answer(engine, sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}")).rows()
}

fn logs() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("logs/a.csv", b"ip,port\n192.0.2.1,1\n192.0.2.2,2\n".to_vec()),
        ("logs/b.csv.gz", gzip("ip,port\n192.0.2.3,3\n")),
        ("logs/deep/c d.csv", b"ip,port\n192.0.2.4,4\n".to_vec()),
        ("logs/.hidden.csv", b"ip,port\n192.0.2.9,9\n".to_vec()),
        ("logs/deep/", Vec::new()),
        ("other.csv", b"ip,port\n192.0.2.8,8\n".to_vec()),
    ]
}

async fn bucket() -> Bucket {
    let logs = logs();
    let objects: Vec<(&str, &[u8])> = logs.iter().map(|(key, bytes)| (*key, bytes.as_slice())).collect();
    Bucket::start(&objects).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_read_as_a_folder_is() {
    let (folder, bucket) = (tempfile::tempdir().unwrap(), bucket().await);
    for (name, bytes) in logs().into_iter().filter(|(name, _)| !name.ends_with('/')) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let engine = bucket.engine();
    for of in
        ["logs/a.csv", "logs", "logs/*.csv", "logs/*.csv*", "logs/**/*.csv", "*", "l*", "logs/[ab].csv*", "logs/deep/*"]
    {
        let sql = |begin: &str| format!("SELECT ip, port FROM '{begin}/{of}' ORDER BY port");
        let local = rows(&engine, &sql(folder.path().to_str().unwrap())).await;
        assert!(!local.is_empty());
        assert_eq!(rows(&engine, &sql("s3://evidence")).await, local, "{of}");
    }
    let seen = bucket.server.seen();
    assert!(seen.iter().any(|seen| seen.target.contains("continuation-token")), "no second page was asked for");
    for seen in seen {
        assert!(seen.header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/"));
        assert!(!format!("{seen:?}").contains(SECRET), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_stands_wherever_a_path_does() {
    let bucket = bucket().await;
    let engine = bucket.engine();
    for (from, count) in [
        ("'s3://evidence/logs/[ab].csv*'", "3"),
        ("read_csv('s3://evidence/logs/[ab].csv*')", "3"),
        ("read_log(ARRAY['s3://evidence/logs/a.csv', 's3://evidence/logs/b.csv.gz'])", "3"),
        ("\"s3://evidence/logs/a.csv\"", "2"),
    ] {
        assert_eq!(rows(&engine, &format!("SELECT count(*) FROM {from}")).await, [count], "{from}");
    }
    rows(&engine, "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION 's3://evidence/logs/a.csv'").await;
    assert_eq!(rows(&engine, "SELECT max(port) FROM t").await, ["2"]);
    let described = engine.logs("'s3://evidence/logs/a.csv'").await.unwrap().unwrap();
    assert_eq!(described.files, [("s3://evidence/logs/a.csv".to_owned(), "csv")]);
    let explained = rows(&engine, "EXPLAIN SELECT ip FROM 's3://evidence/logs/a.csv'").await.join("\n");
    assert!(explained.contains("s3://evidence/logs/a.csv") && !explained.contains(SECRET), "{explained}");
    // What a configuration names.
    let builder = Engine::builder().policy(Policy::LOCAL).stores(bucket.variables()).now(now());
    let named = builder.logs("edge", "vpn", vec!["s3://evidence/logs/a.csv".into()], Vec::new()).build().unwrap();
    assert_eq!(rows(&named, "SELECT count(*) FROM edge.vpn").await, ["2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_of_a_bucket_are_looked_at_when_they_are_read() {
    let record = r#"{"id":"1","createdDateTime":"2026-05-01T11:00:00Z","userPrincipalName":"a@x.example","appId":"x","ipAddress":"192.0.2.1"}"#;
    let bucket = Bucket::start(&[("case/one.json", record.as_bytes()), ("case/notes.txt", b"n")]).await;
    let builder = Engine::builder().policy(Policy::LOCAL).stores(bucket.variables()).now(now());
    let engine = builder.input("s3://evidence/case").build().unwrap();
    let sql = "SELECT user_principal_name FROM entra.sign_ins";
    let explained = rows(&engine, &format!("EXPLAIN {sql}")).await.join("\n");
    assert!(explained.contains("what s3://evidence/case holds when it is read"), "{explained}");
    assert!(bucket.server.seen().is_empty(), "EXPLAIN has sent something");
    assert_eq!(rows(&engine, sql).await, ["a@x.example"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_breaks_off_is_continued_where_it_ended() {
    let text: String = (0..20_000).map(|line| format!("192.0.2.1,{line}\n")).collect();
    let text = format!("ip,port\n{text}");
    let bucket = Bucket::start(&[("a.csv", text.as_bytes())]).await;
    let (whole, mut cuts) = (text.clone().into_bytes(), 1);
    bucket.instead(move |seen| {
        // What follows the begin breaks off, once.
        let cut = seen.header("range") == "bytes=65536-" && cuts > 0;
        cuts -= i32::from(cut);
        let range = format!("bytes 65536-{}/{}", whole.len() - 1, whole.len());
        cut.then(|| {
            Reply::status(206)
                .header("ETag", seen.header("if-match"))
                .header("Last-Modified", "Fri, 01 May 2026 12:00:00 GMT")
                .header("Content-Range", &range)
                .body(&whole[65536..])
                .cut(50_000)
        })
    });
    let engine = bucket.engine();
    assert_eq!(rows(&engine, "SELECT count(*), sum(port) FROM 's3://evidence/a.csv'").await, ["20000 | 199990000"]);
    let seen = bucket.server.seen();
    let is_rest = |seen: &crate::scripted::Seen| {
        seen.header("range").starts_with("bytes=115536-") && !seen.header("if-match").is_empty()
    };
    assert!(seen.iter().any(is_rest), "{seen:?}");
}
