//! What is said of logs: to who describes them, and to who must not see names.

use super::{IPS, Lab};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_described_by_what_it_was_recognised_as() {
    let lab = Lab::new();
    lab.file("ips.txt", IPS);
    let described = lab.engine.logs(&lab.sql("'{dir}/ips.txt'")).await.unwrap().unwrap();
    let names: Vec<&str> = described.columns.iter().map(|[name, ..]| name.as_str()).collect();
    assert_eq!(names, ["value", "file", "line", "raw"]);
    assert_eq!(described.files, [(lab.sql("{dir}/ips.txt"), "lines")]);
    assert!(described.columns.iter().all(|[_, kind, doc]| !kind.is_empty() && !doc.is_empty()), "{described:?}");
    lab.rows("CREATE EXTERNAL TABLE bad STORED AS LINES LOCATION '{dir}/ips.txt'").await;
    assert_eq!(lab.engine.logs("bad").await.unwrap().unwrap().columns.len(), 4);
    lab.rows("CREATE VIEW v AS SELECT 1 AS n").await;
    assert_eq!(lab.engine.logs("v").await.unwrap(), None);
}

#[test]
fn the_manual_names_every_option() {
    let page = include_str!("../../docs/logs.md");
    for option in auditql::logs::Options::NAMES {
        assert!(page.contains(&format!("| `{option}` |")), "{option}");
    }
}
