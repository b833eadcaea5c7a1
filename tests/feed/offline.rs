//! Live and offline: a question has the same answer on the feed and on its export, whatever its shape.

use std::path::Path;

use auditql::engine::Engine;

use super::live::feed;
use crate::lab::{Lab, answer, now, options};

/// Folders that hold the records of the feed.
const ACTIVITY: [&str; 6] =
    ["management-array", "management-lines", "purview-csv", "search-csv", "log-analytics", "mixed"];

/// Folders that hold the sign-ins.
const SIGN_INS: [&str; 6] = ["graph-array", "graph-lines", "graph-value", "log-analytics", "event-hub", "mixed"];

const ABOUT_ACTIVITY: [&str; 10] = [
    "SELECT count(*), count(DISTINCT id) FROM m365.activity",
    "SELECT operation, count(*) FROM m365.activity GROUP BY 1",
    "SELECT content_type, record_type, count(*) FROM m365.activity GROUP BY 1, 2",
    "SELECT user_name, count(*), min(creation_time), max(creation_time) FROM m365.activity GROUP BY 1",
    "SELECT client_address, count(*) FROM m365.activity GROUP BY 1",
    "SELECT id, creation_time, workload, result_status FROM m365.activity WHERE creation_time < now() - interval '3 days'",
    "SELECT operation, mailbox_owner_upn, client_info_string, count(*) FROM m365.exchange GROUP BY 1, 2, 3",
    "SELECT source_file_name, count(*) FROM m365.sharepoint WHERE operation = 'FileDownloaded' GROUP BY 1",
    "SELECT user_type, user_type_name, count(*) FROM m365.azure_active_directory GROUP BY 1, 2",
    "SELECT network_message_id, subject, verdict FROM defender.email_events",
];

const ABOUT_SIGN_INS: [&str; 4] = [
    "SELECT count(*), count(DISTINCT id) FROM entra.sign_ins",
    "SELECT user_principal_name, status.error_code, count(*) FROM entra.sign_ins GROUP BY 1, 2",
    "SELECT id, created_date_time, ip_address, location.city FROM entra.sign_ins WHERE is_interactive",
    "SELECT client_app_used, azure_resource_id, count(*) FROM entra.sign_ins WHERE client_app_used <> 'Browser' GROUP BY 1, 2",
];

fn files(folder: &Path) -> Engine {
    Engine::builder().input(folder).now(now()).build().unwrap()
}

async fn sorted(engine: &Engine, sql: &str) -> Vec<String> {
    let mut rows = answer(engine, sql).await.unwrap_or_else(|e| panic!("{sql}\n{e}")).rows();
    rows.sort_unstable();
    rows
}

async fn same(lab: &Lab, folder: &Path, shapes: &[&str], questions: &[&str]) {
    for sql in questions {
        let live = sorted(&lab.engine, sql).await;
        assert!(!live.is_empty(), "{sql}");
        for shape in shapes {
            let offline = sorted(&files(&folder.join(shape)), sql).await;
            let first = live.iter().zip(&offline).find(|(a, b)| a != b);
            assert!(live == offline, "{shape}: {sql}\n{} and {} rows, first: {first:?}", live.len(), offline.len());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_has_one_answer_live_and_offline() {
    let base = feed(auditql::demo::Feed { records: 3_000, ..auditql::demo::Feed::default() });
    // Values of the wrong type are another test's; not every shape can hold them.
    let lab = Lab::new(auditql::demo::Options { odd_per_million: 0, ..base }).await;
    let folder = tempfile::tempdir().unwrap();
    lab.tenant.export(folder.path()).unwrap();
    same(&lab, folder.path(), &ACTIVITY, &ABOUT_ACTIVITY).await;
    same(&lab, folder.path(), &SIGN_INS, &ABOUT_SIGN_INS).await;
    assert_eq!(options(1).odd_per_million, 500, "otherwise they are there");
}
