//! Requests of the legacy reports: what they say, counted against what they bring.

use auditql::demo::Options;
use auditql::demo::aadgraph::{AUDIT_EVENTS, SIGNIN_EVENTS, Table};
use serde_json::Value;

use crate::lab::{self, Lab, options};

struct Counted {
    lab: Lab,
    signins: Vec<Value>,
    audits: Vec<Value>,
}

impl Counted {
    async fn new() -> Self {
        let lab = Lab::new(Options { audits: 1_500, odd_per_million: 0, ..options(9_000) }).await;
        // Records that are served twice stand there twice.
        let listing = |table: &Table| {
            let rows = lab.tenant.legacy_records(table);
            let rows = rows.flat_map(|record| {
                std::iter::repeat_n(serde_json::from_str::<Value>(&record.json).unwrap(), record.copies)
            });
            rows.collect::<Vec<Value>>()
        };
        let (signins, audits) = (listing(&SIGNIN_EVENTS), listing(&AUDIT_EVENTS));
        assert!(signins.len() > 2_000 && audits.len() > 1_000, "{} {}", signins.len(), audits.len());
        Self { lab, signins, audits }
    }
}

/// A condition, the filter that is sent for it, and which records it means at the service.
type Case = (&'static str, &'static str, fn(&Value) -> bool);

fn text<'a>(record: &'a Value, path: &str) -> &'a str {
    record.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_costs_the_batches_of_what_its_filter_means() {
    let counted = Counted::new().await;
    let signins: [Case; 8] = [
        ("true", "", |_| true),
        ("login_status = 'Failure'", "loginStatus eq '1'", |r| text(r, "/loginStatus") == "Failure"),
        ("login_status = 'success'", "loginStatus eq '0'", |r| text(r, "/loginStatus") == "Success"),
        ("login_status IN ('Success', 'Failure')", "", |_| true),
        ("NOT is_success", "", |_| true),
        ("app_display_name = 'Azure Portal'", "appDisplayName eq 'Azure Portal'", |r| {
            text(r, "/appDisplayName").eq_ignore_ascii_case("azure portal")
        }),
        (
            "signin_date_time >= '2026-04-10T00:00:00.5Z' AND signin_date_time <= '2026-04-20T10:00:21.5Z'",
            "signinDateTime ge 2026-04-10T00:00:00Z and signinDateTime lt 2026-04-20T10:00:22Z",
            |r| {
                ("2026-04-10T00:00:00".."2026-04-20T10:00:22")
                    .contains(&text(r, "/signinDateTime").trim_end_matches('Z'))
            },
        ),
        ("signin_error_code = 50126", "", |_| true),
    ];
    let audits: [Case; 7] = [
        ("true", "", |_| true),
        ("activity_result_status = 'Failure'", "activityStatus eq -1", |r| {
            text(r, "/activityResultStatus") == "Failure"
        }),
        ("category = 'SSPR'", "category eq 'SSPR'", |r| text(r, "/category") == "SSPR"),
        ("category = 'Core Directory'", "category eq 'Directory'", |r| text(r, "/category") == "Directory"),
        ("activity LIKE '%member%'", "contains(activity,'member')", |r| text(r, "/activity").contains("member")),
        ("starts_with(activity, 'Add')", "startswith(activity,'Add')", |r| text(r, "/activity").starts_with("Add")),
        (
            "actor.user_principal_name LIKE 'a%'",
            "startswith(actor/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.ActorUserEntity/userPrincipalName,'a')",
            |r| text(r, "/actor/userPrincipalName").to_lowercase().starts_with('a'),
        ),
    ];
    let mut batches = Vec::new();
    for (table, records, cases) in
        [("signin_events", &counted.signins, &signins[..]), ("audit_events", &counted.audits, &audits[..])]
    {
        for (condition, filter, means) in cases {
            let sql = format!("SELECT count(id) FROM aadgraph.{table} WHERE {condition}");
            let (_, asked) = counted.lab.asked(&sql).await;
            let filter = if filter.is_empty() { String::new() } else { format!("&$filter={filter}") };
            let tenant = counted.lab.tenant.tenant_id();
            let path = if table == "audit_events" { "audit" } else { "signinEvents" };
            assert_eq!(asked[0], format!("/{tenant}/activities/{path}?api-version=beta{filter}"), "{sql}");
            let due = records.iter().filter(|record| means(record)).count().div_ceil(1_000).max(1);
            assert_eq!(asked.len(), due, "{sql}\n{asked:#?}");
            assert!(asked[1..].iter().all(|url| url.contains("?api-version=beta&$skiptoken=")), "{asked:#?}");
            batches.push(due);
        }
    }
    assert!(batches.iter().any(|due| *due > 1) && batches.contains(&1), "{batches:?}");
}

/// A list is one chain for each of its values, where that costs less than the range: no filter holds an OR.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_costs_its_values_or_the_window_and_sends_no_or() {
    let counted = Counted::new().await;
    let mut names: Vec<&str> = counted.signins.iter().map(|record| text(record, "/userPrincipalName")).collect();
    names.sort_unstable();
    names.dedup();
    let window = counted.signins.len().div_ceil(1_000);
    for size in [1, 2, 3, 40] {
        let list: Vec<String> = names[..size].iter().map(|name| format!("'{}'", name.replace('\'', "''"))).collect();
        let sql = format!("SELECT id FROM aadgraph.signin_events WHERE user_principal_name IN ({})", list.join(", "));
        let (rows, asked) = counted.lab.asked(&sql).await;
        let expected: std::collections::BTreeSet<&str> = counted
            .signins
            .iter()
            .filter(|record| names[..size].contains(&text(record, "/userPrincipalName")))
            .map(|record| text(record, "/id"))
            .collect();
        assert_eq!(rows.len(), expected.len(), "{size}");
        assert!(asked.len() <= window + 1 || asked.len() <= size + 1, "{size}: {} {window}", asked.len());
        assert!(asked.iter().all(|url| !url.contains(" or ") && !url.contains("$top") && !url.contains("$orderby")));
    }
}

/// The order is made here, and what is wanted of it is not asked of the service.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_made_here() {
    let counted = Counted::new().await;
    let mut newest: Vec<&str> = counted.signins.iter().map(|record| text(record, "/signinDateTime")).collect();
    newest.sort_unstable_by(|a, b| b.trim_end_matches('Z').cmp(a.trim_end_matches('Z')));
    let sql = "SELECT to_char(signin_date_time, '%Y-%m-%dT%H:%M:%S') FROM signin_events ORDER BY signin_date_time DESC LIMIT 5";
    let (rows, asked) = counted.lab.asked(sql).await;
    assert_eq!(rows[0], newest[0][..19]);
    assert_eq!(asked.len(), counted.signins.len().div_ceil(1_000));
    assert!(asked.iter().all(|url| !url.contains("$orderby") && !url.contains("$top")), "{asked:#?}");
    let few = counted.lab.requests("SELECT id FROM audit_events LIMIT 5").await;
    assert_eq!(few, 1);
    assert_eq!(lab::now().to_rfc3339(), "2026-05-01T12:00:00+00:00");
}
