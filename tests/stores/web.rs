//! A file of a web server.

use auditql::engine::{Engine, Policy};

use super::{engine, failure};
use crate::lab::{answer, now};
use crate::scripted::{Reply, Server};

const LOG: &str = "ip,port\n192.0.2.1,1\n192.0.2.2,2\n";

fn file() -> Reply {
    Reply::status(200).header("ETag", "\"1\"").body(LOG)
}

fn moved(to: &str) -> Reply {
    Reply::status(302).header("Location", to)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_read_and_redirects_stay_with_their_host() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/a%20b.csv" => file(),
        "/moved.csv" => moved("/a%20b.csv"),
        "/away.csv" => moved("http://127.0.0.1:9/CANARY"),
        "/round.csv" => moved("/round.csv"),
        _ => Reply::status(404),
    })
    .await;
    let engine = engine(Policy::LOCAL, &[]);
    let from = |name: &str| format!("SELECT count(*) FROM '{}'", server.url(name));
    for name in ["/a%20b.csv", "/moved.csv"] {
        assert_eq!(answer(&engine, &from(name)).await.unwrap().rows(), ["2"], "{name}");
    }
    for (name, what) in
        [("/away.csv", "127.0.0.1"), ("/round.csv", "again and again"), ("/none.csv", "there is no file")]
    {
        let report = failure(&engine, &from(name)).await;
        let report = report.to_string();
        assert!(report.contains(what) && !report.contains("CANARY"), "{name}: {report}");
    }
    assert!(server.seen().iter().all(|seen| seen.method != "PROPFIND" && seen.header("authorization").is_empty()));
}

/// A server that gives a file to who signs a GET, and nothing to others.
async fn signing(log: &'static [u8]) -> Server {
    Server::start(move |seen| {
        let is_signed = seen.target == "/c/a.csv?sv=2026&sig=CANARY%2Bb&x=*" && seen.method == "GET";
        if !is_signed {
            return Reply::status(403).body("<Error><Code>SignatureDoesNotMatch</Code></Error>");
        }
        let reply = |status| Reply::status(status).header("ETag", "\"1\"");
        let range = seen.header("range").strip_prefix("bytes=").and_then(|range| range.split_once('-'));
        let Some((from, to)) = range else { return reply(200).body(log) };
        let from: usize = from.parse().unwrap();
        if from >= log.len() {
            return reply(416).header("Content-Range", &format!("bytes */{}", log.len()));
        }
        let to = to.parse().map_or(log.len() - 1, |to: usize| to.min(log.len() - 1));
        reply(206).header("Content-Range", &format!("bytes {from}-{to}/{}", log.len())).body(&log[from..=to])
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_link_is_read_and_its_signature_shown_nowhere() {
    let server = signing(LOG.as_bytes()).await;
    let link = server.url("/c/a.csv?sv=2026&sig=CANARY%2Bb&x=*");
    let engine = Engine::builder().policy(Policy::LOCAL).stores(Vec::new()).now(now()).input(link.as_str());
    let engine = engine.build().unwrap();
    let shown = |text: String| {
        assert!(!text.contains("CANARY"), "{text}");
        text
    };
    for (from, columns) in [
        (format!("'{link}'"), "count(*), max(file)"),
        (format!("read_csv('{link}')"), "count(*), max(file)"),
        (format!("\"{link}\" AS t"), "count(*), max(t.file)"),
    ] {
        let rows = answer(&engine, &format!("SELECT {columns} FROM {from}")).await.unwrap().rows().join("\n");
        assert_eq!(shown(rows), format!("2 | {}?…1", server.url("/c/a.csv")), "{from}");
        let explained =
            answer(&engine, &format!("EXPLAIN VERBOSE SELECT * FROM {from}")).await.unwrap().rows().join("\n");
        assert!(shown(explained).contains("/c/a.csv?…1"), "{from}");
        let failed = failure(&engine, &format!("SELECT nothing FROM {from}")).await;
        shown(format!("{failed} {failed:?}"));
        let wrong = from.replace("CANARY", "CANARY0");
        let refused = failure(&engine, &format!("SELECT * FROM {wrong}")).await;
        assert!(shown(format!("{refused} {refused:?}")).contains("the store refuses it (403"), "{refused}");
    }
    let described = engine.logs(&format!("'{link}'")).await.unwrap().unwrap();
    assert_eq!(described.files.len(), 1);
    shown(format!("{described:?}"));
    answer(&engine, &format!("CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '{link}'")).await.unwrap();
    assert_eq!(answer(&engine, "SELECT count(*) FROM t").await.unwrap().rows(), ["2"]);
    answer(&engine, &format!("CREATE VIEW v AS SELECT * FROM '{link}'")).await.unwrap();
    assert_eq!(answer(&engine, "SELECT count(*) FROM v").await.unwrap().rows(), ["2"]);
    for sql in ["SELECT * FROM auditql.requests", "SELECT * FROM auditql.tables", "SELECT * FROM auditql.columns"] {
        let rows = answer(&engine, sql).await.unwrap().rows();
        rows.into_iter().for_each(|row| drop(shown(row)));
    }
    let log = answer(&engine, "SELECT count(*), max(url) FROM auditql.requests").await.unwrap().rows();
    assert!(log[0].contains("/c/a.csv?sv&sig&x"), "{log:?}");
    let asked = server.seen();
    assert!(asked.iter().all(|seen| seen.method == "GET" && seen.target.contains("sig=")), "{asked:?}");
    let connections = answer(&engine, "SELECT * FROM auditql.connections").await.unwrap().rows().join("\n");
    assert!(shown(connections).contains("/c/a.csv?…1"));
    let empty = signing(b"").await;
    let link = empty.url("/c/a.csv?sv=2026&sig=CANARY%2Bb&x=*");
    assert_eq!(answer(&engine, &format!("SELECT count(*) FROM '{link}'")).await.unwrap().rows(), ["0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_differ_in_their_query_are_files_of_their_own() {
    let server = Server::start(|seen| {
        let count = if seen.target.ends_with("id=1") { 1 } else { 3 };
        Reply::status(200).body("ip,port\n".to_owned() + &"192.0.2.1,1\n".repeat(count))
    })
    .await;
    let engine = engine(Policy::LOCAL, &[]);
    let [one, other] = ["1", "2"].map(|id| server.url(&format!("/export?id={id}")));
    let sql = format!("SELECT file, count(*) FROM read_csv(ARRAY['{one}', '{other}', '{one}']) GROUP BY 1 ORDER BY 1");
    let [one, other] = [1, 2].map(|n| format!("{}?…{n}", server.url("/export")));
    assert_eq!(answer(&engine, &sql).await.unwrap().rows(), [format!("{one} | 1"), format!("{other} | 3")]);
    // A text that is no file stays what it is.
    let text = answer(&engine, "SELECT 'https://h/x?id=1' = 'https://h/x?' || 'id=1'").await.unwrap().rows();
    assert_eq!(text, ["true"]);
}
