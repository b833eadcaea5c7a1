//! A service that sends a record again with other values: it is one row whatever is asked of it, and that is noted.

use auditql::settings::Settings;
use auditql::tally::{Notice, Stands};
use serde_json::Value;

use super::service::{Asked, page_of, rows};
use super::{connection, engine, options};
use crate::lab::answer;
use crate::scripted::{Seen, Server};

/// Records r0 to r4, of which r2 comes at the end of a page and, changed, at the beginning of the next.
fn pages(seen: &Seen) -> crate::scripted::Reply {
    let asked = Asked::of(seen);
    match asked.token {
        None if asked.filter.contains("'interactiveUser'") => return page_of(&rows(0..3), Some("2")),
        // Without pushdown the other kinds are asked for as well.
        None => return page_of(&[], None),
        Some(_) => {}
    }
    let mut again: Vec<Value> = rows(2..5);
    again[0]["riskState"] = "dismissed".into();
    again[0]["status"]["errorCode"] = 0.into();
    page_of(&again, None)
}

const CONDITIONS: [&str; 6] = [
    "status.error_code = 0",
    "status.error_code <> 0",
    "risk_state = 'dismissed'",
    "risk_state IS DISTINCT FROM 'dismissed'",
    "user_principal_name LIKE 'r2%'",
    "id = 'r2' AND status.error_code = 50126",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_changes_between_pages_is_one_row_whatever_is_asked_of_it() {
    let server = Server::start(pages).await;
    for pushdown in [true, false] {
        let settings = Settings { pushdown, ..Settings::default() };
        let engine = engine(connection(server.origin()), settings, options());
        let ask = async |sql: &str| {
            let answer = answer(&engine, sql).await.unwrap();
            let notices = answer.tally.notices();
            let told = |n: &Notice| matches!(n, Notice::DifferingDuplicates { count: 1, stands: Stands::First, .. });
            assert!(notices.iter().any(told), "{sql}: {notices:?}");
            answer.rows()
        };
        let from = "FROM sign_ins WHERE is_interactive";
        for condition in CONDITIONS {
            let mut parts = Vec::new();
            for part in [format!("({condition})"), format!("NOT ({condition})"), format!("({condition}) IS NULL")] {
                let counted = ask(&format!("SELECT count(*) {from} AND {part}")).await;
                let filtered = ask(&format!("SELECT count(*) FILTER (WHERE {part}) {from}")).await;
                let sql = format!("SELECT id {from} AND {part} ORDER BY created_date_time DESC LIMIT 100");
                let newest = ask(&sql).await.len().to_string();
                assert_eq!((&counted[0], &filtered[0]), (&newest, &newest), "{part}");
                parts.push(newest.parse::<usize>().unwrap());
            }
            assert_eq!(parts.iter().sum::<usize>(), 5, "{condition}: {parts:?}");
        }
        assert_eq!(ask(&format!("SELECT count(*) {from}")).await, ["5"]);
        let first = ask(&format!("SELECT status.error_code {from} AND id = 'r2'")).await;
        assert_eq!(first, ["50126"], "the first copy was kept");
    }
}
