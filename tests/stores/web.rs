//! A file of a web server.

use auditql::engine::Policy;

use super::{engine, failure};
use crate::lab::answer;
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
