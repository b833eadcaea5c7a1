//! Archives of the reports: told by what is in them, and read as the same tables that an endpoint gives.

use auditql::demo::{Feed, Options};
use auditql::engine::{Engine, Policy};
use auditql::tally::Notice;
use serde_json::json;
use tempfile::TempDir;

use crate::lab::{self, Lab, answer, options};

const QUESTIONS: [&str; 5] = [
    "SELECT count(*), count(DISTINCT id), min(signin_date_time), max(signin_date_time) FROM signin_events",
    "SELECT login_status, is_success, signin_error_code, count(*) FROM signin_events GROUP BY 1, 2, 3 ORDER BY 4 DESC, 3",
    "SELECT location.country, geo_coordinates.country, count(*), count(geo_coordinates.latitude) FROM signin_events \
     GROUP BY 1, 2 ORDER BY 1, 2, 3",
    "SELECT category, activity, activity_result_status, count(*) FROM audit_events GROUP BY 1, 2, 3 ORDER BY 4 DESC, 2, 3",
    "SELECT actor.name, actor.user_principal_name, targets[1]['name'], targets[1]['odata_type'], count(*) \
     FROM audit_events GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 3, 4 LIMIT 20",
];

fn engine(inputs: &[&std::path::Path]) -> Engine {
    let builder = Engine::builder().policy(Policy::LOCAL).now(lab::now());
    inputs.iter().fold(builder, |builder, input| builder.input(*input)).build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_gives_the_answers_of_the_endpoint() {
    let feed = Feed { records: 200, ..Feed::default() };
    let lab = Lab::new(Options { audits: 300, feed, odd_per_million: 50_000, ..options(1_500) }).await;
    let folder = TempDir::new().unwrap();
    lab.tenant.export(folder.path()).unwrap();
    for shape in ["aadgraph-value", "aadgraph-lines"] {
        let shape = folder.path().join(shape);
        let files = engine(&[&shape]);
        for sql in QUESTIONS {
            let live = lab.rows(sql).await;
            assert!(!live.is_empty(), "{sql}");
            assert_eq!(answer(&files, sql).await.unwrap().rows(), live, "{}: {sql}", shape.display());
        }
        // They are not taken for what Microsoft Graph writes.
        for other in ["sign_ins", "directory_audits", "activity"] {
            let none = answer(&files, &format!("SELECT count(id) FROM {other}")).await.unwrap();
            assert_eq!(none.rows(), ["0"], "{other}");
        }
    }
}

/// The same sign-in stands in both reports under one id, as far as both have it.
#[tokio::test(flavor = "multi_thread")]
async fn the_old_report_tells_of_the_same_sign_ins_as_the_new_one() {
    let lab = Lab::new(Options { odd_per_million: 0, ..options(1_500) }).await;
    let old = lab.rows("SELECT count(*) FROM signin_events").await;
    let joined = "SELECT count(*) FROM sign_ins n JOIN signin_events o ON n.id = o.id \
                  WHERE n.is_interactive AND n.created_date_time = o.signin_date_time AND n.app_id = o.app_id \
                  AND n.status.error_code = o.signin_error_code";
    assert_eq!(lab.rows(joined).await, old);
    assert_eq!(lab.rows("SELECT count(*) FROM sign_ins WHERE is_interactive").await, old);
    let audits = "SELECT count(*) FROM directory_audits n JOIN audit_events o ON n.id = o.id \
                  WHERE n.activity_display_name = o.activity AND n.activity_date_time = o.activity_date";
    assert_eq!(lab.rows(audits).await, lab.rows("SELECT count(*) FROM audit_events").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_records_of_an_archive_cost_a_value_and_not_a_row() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("page.json");
    let page = json!({"@odata.context": "x", "odata.nextLink": "https://graph.windows.net/t/activities/signinEvents?x", "value": [
        {"id": "a", "signinDateTime": "2017-07-21T10:00:21.5720566Z", "loginStatus": "Failure", "signinErrorCode": "50126"},
        {"id": "b", "signinDateTime": "2017-07-21T10:00:22Z", "loginStatus": "0", "signinErrorCode": 0},
        {"id": "c", "signinDateTime": "2017-07-21T10:00:23Z", "loginStatus": "Success", "signinErrorCode": null},
        {"id": "d", "signinDateTime": "2017-07-21T10:00:24Z", "loginStatus": 1, "signinErrorCode": {"a": 1}},
    ]});
    std::fs::write(&path, page.to_string()).unwrap();
    let engine = engine(&[&path]);
    let sql = "SELECT id, signin_date_time, login_status, is_success, signin_error_code FROM signin_events ORDER BY id";
    let answer = answer(&engine, sql).await.unwrap();
    assert_eq!(
        answer.rows(),
        [
            "a | 2017-07-21T10:00:21.572056Z | Failure | false | 50126",
            "b | 2017-07-21T10:00:22Z | 0 | true | 0",
            "c | 2017-07-21T10:00:23Z | Success | NULL | NULL",
            "d | 2017-07-21T10:00:24Z | 1 | NULL | NULL",
        ]
    );
    let notices = answer.tally.notices();
    assert!(notices.iter().any(|notice| matches!(notice, Notice::NextPages { .. })), "{notices:?}");
    assert!(
        notices
            .iter()
            .any(|n| matches!(n, Notice::TypeConflicts { column, count: 1, .. } if column == "signin_error_code")),
        "{notices:?}"
    );
}
