//! The statements of `docs/joins.md` run, and have rows.

use std::fs;
use std::path::Path;

use crate::lab::{self, Lab, options};

const VPN: &str = "time,ended,user_name,client_address
2026-03-01T00:00:00Z,2026-05-31T00:00:00Z,ana.o'neil@lumenworks.example,203.0.113.77
2026-05-01T08:00:00Z,2026-05-01T16:30:00Z,ana.o'neil@lumenworks.example,203.0.113.77
";
const NETWORKS: &str = "cidr,site\n198.51.100.0/24,office\n203.0.113.0/25,vpn\nnone,nowhere\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_statements_of_the_manual_run() {
    let lab = Lab::new(options(2_000)).await;
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("vpn.csv", VPN), ("networks.csv", NETWORKS)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/joins.md")).unwrap();
    let statements: Vec<&str> = page.split("```sql\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect();
    assert!(statements.len() >= 6, "{}", statements.len());
    let files = |sql: &str| {
        ["vpn.csv", "networks.csv"].iter().fold(sql.to_owned(), |sql, name| {
            sql.replace(&format!("'{name}'"), &format!("'{}'", folder.path().join(name).display()))
        })
    };
    for sql in statements {
        let rows = lab::answer(&lab.engine, &files(sql)).await.unwrap_or_else(|e| panic!("{sql}\n{e}")).rows();
        assert!(!rows.is_empty(), "{sql}");
    }
}
