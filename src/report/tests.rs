//! Reports as they are read: one row per kind of error.

use std::sync::Arc;

use datafusion::prelude::{SessionConfig, SessionContext};

use super::*;
use crate::table::Needs;
use crate::veil::Veil;

async fn failing(sql: &str) -> Report {
    let config = SessionConfig::new().set_str("datafusion.sql_parser.dialect", "postgres");
    let context = SessionContext::new_with_config(config);
    let view = "CREATE VIEW sign_ins AS SELECT 'a' AS user_principal_name, 1 AS created_date_time, named_struct('error_code', 1) AS status";
    context.sql(view).await.unwrap();
    let tables = ["entra.sign_ins".to_owned()];
    let error = match context.sql(sql).await {
        Ok(frame) => frame.collect().await.unwrap_err(),
        Err(error) => error,
    };
    Report::of_query(&error, &About { sql, line: 3, tables: &tables, tenants: &[] })
}

/// A hint without the tenant that was asked for would ask another one.
#[test]
fn a_table_is_proposed_of_the_tenant_that_was_asked_for() {
    let tables = ["entra.sign_ins", "m365.activity"].map(str::to_owned);
    let tenants = ["lumenworks", "all_tenants", "brightwater"].map(str::to_owned);
    for (table, what, hint) in [
        ("lumenworks.entra.signins", "there is no table signins", "did you mean entra.sign_ins?"),
        (
            "brightwater.entra.signins",
            "there is no table brightwater.signins",
            "did you mean brightwater.entra.sign_ins?",
        ),
        (
            "lumenworks.brightwater.sign_ins",
            "there is no table brightwater.sign_ins",
            "did you mean brightwater.entra.sign_ins?",
        ),
        (
            "all_tenants.m365.activiti",
            "there is no table all_tenants.activiti",
            "did you mean all_tenants.m365.activity?",
        ),
        ("brightwatr.entra.sign_ins", "there is no connection brightwatr", "did you mean brightwater.entra.sign_ins?"),
        (
            "lumenworks.brightwatr.sign_ins",
            "there is no connection brightwatr",
            "did you mean brightwater.entra.sign_ins?",
        ),
        (
            "nowhere.entra.sign_ins",
            "there is no connection nowhere",
            "tables are of lumenworks, all_tenants, brightwater, or have no such name before them",
        ),
    ] {
        let about = About { sql: "", line: 1, tables: &tables, tenants: &tenants };
        let report = tables::missing(table, &about);
        assert_eq!((report.what.as_str(), report.hint.as_deref()), (what, Some(hint)), "{table}");
    }
}

#[tokio::test]
async fn names_that_nearly_exist_are_proposed() {
    let rows = [
        ("SELECT createdDateTime FROM sign_ins", "names are in snake_case here: created_date_time"),
        ("SELECT \"createdDateTime\" FROM sign_ins", "names are in snake_case here: created_date_time"),
        ("SELECT user_principle_name FROM sign_ins", "did you mean user_principal_name?"),
        (
            "SELECT userPrincipalName FROM sign_ins WHERE status.error_code = 1",
            "names are in snake_case here: user_principal_name",
        ),
        ("SELECT zzz FROM sign_ins", "columns here are user_principal_name, created_date_time, status"),
        ("SELECT * FROM signins", "did you mean entra.sign_ins?"),
        ("SELECT * FROM entra.sign_in", "did you mean entra.sign_ins?"),
        ("SELECT * FROM mailbox", "the tables are entra.sign_ins"),
        ("SELECT uper('a')", "did you mean upper?"),
    ];
    for (sql, hint) in rows {
        let report = failing(sql).await;
        assert_eq!((report.hint.as_deref(), report.exit), (Some(hint), Exit::Query), "{sql}: {report}");
    }
}

#[tokio::test]
async fn a_syntax_error_points_at_its_place() {
    let report = failing("SELECT 1\nFROM sign_ins\nWHERE '日本' = = 2").await;
    assert_eq!(report.place.as_deref(), Some("LINE 5: WHERE '日本' = = 2\n                       ^"), "{report}");
    assert!(report.what.starts_with("Expected: ") && !report.what.contains("Line:"), "{report}");
    let rows = [
        ("SELECT 1 +", "LINE 3: SELECT 1 +\n                  ^"),
        ("SELECT\n  createdDateTime FROM sign_ins", "LINE 4:   createdDateTime FROM sign_ins\n          ^"),
        ("SELECT 1 FROM nope", "LINE 3: SELECT 1 FROM nope\n                      ^"),
    ];
    for (sql, place) in rows {
        assert_eq!(failing(sql).await.place.as_deref(), Some(place), "{sql}");
    }
}

#[test]
fn an_error_is_found_below_all_its_wrappers() {
    let setting = crate::settings::SettingError::Unknown("nope".into());
    let inner = DataFusionError::External(Box::new(setting));
    let arrow = ArrowError::ExternalError(Box::new(inner));
    let tower = DataFusionError::ArrowError(Box::new(arrow), None).context("outer");
    let report = Report::of_query(&DataFusionError::Shared(Arc::new(tower)), &About::default());
    assert_eq!(report.what, "there is no setting 'nope'");
}

#[test]
fn a_report_is_safe_to_show() {
    let report = Report::new(Exit::Remote, "refused: \x1b[2J\nfake: ok").hint("see \u{202e}x");
    assert_eq!(report.to_string(), "error: refused: ␛[2J␊fake: ok\nhint: see \\u{202e}x");
}

#[test]
fn our_own_bugs_have_their_own_exit_code() {
    let report = Report::of_query(&DataFusionError::Internal("oh".into()), &About::default());
    assert_eq!((report.exit, report.exit as u8), (Exit::Bug, 70));
}

#[test]
fn a_scan_that_fails_says_which_table_and_why() {
    let address = crate::http::Address::of(
        &url::Url::parse("https://h/beta/auditLogs/signIns?$filter=x").unwrap(),
        &Veil::default(),
    );
    let refusal = crate::http::Refusal {
        address,
        status: 403,
        code: Some(Veil::default().told("Forbidden")),
        message: None,
        request_id: None,
    };
    let error = crate::engine::Error::Request {
        place: Box::new(crate::engine::Place::Table("entra.sign_ins".into())),
        needs: Box::new(Needs { permissions: &["AuditLog.Read.All"], licence: None }),
        source: crate::http::Error::Refused(Box::new(refusal)),
    };
    let report = Report::of_query(&DataFusionError::External(Box::new(error)), &About::default());
    assert_eq!(report.exit, Exit::Remote);
    assert_eq!(report.what, "entra.sign_ins could not be read completely");
    assert_eq!(report.causes, ["https://h/beta/auditLogs/signIns?$filter answered with status 403", "Forbidden"]);
    assert!(report.hint.as_deref().unwrap().contains("AuditLog.Read.All"), "{report}");
}

#[test]
fn what_is_missing_is_incomplete_and_no_time_is_the_deadline() {
    let exit = |error| Report::of_query(&DataFusionError::External(Box::new(error)), &About::default()).exit;
    assert_eq!(exit(crate::engine::Error::Incomplete { missing: "May".into(), kept: None }), Exit::Incomplete);
    assert_eq!(exit(crate::engine::Error::Deadline), Exit::Deadline);
    let inner = DataFusionError::Execution("1 / 0".into());
    assert_eq!(exit(crate::engine::Error::Evaluation(inner)), Exit::Query);
    assert_eq!(exit(crate::engine::Error::ConnectionName("main".into())), Exit::Usage);
}
