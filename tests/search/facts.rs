//! What each documented field is asked with, as cases by hand: SQL, the order, and what stays here. Nothing else is sent.

use auditql::settings::Settings;
use serde_json::{Value, json};

use super::{Endpoint, engine_at, with};
use crate::lab::answer;

/// The body that EXPLAIN shows, without its name, and all of its text.
async fn explained(condition: &str, settings: Settings) -> (Value, String) {
    let server = with(Endpoint::of(0), |_, _, _| None).await;
    let sql = format!("EXPLAIN SELECT id FROM m365.audit_search WHERE {condition}");
    let text = answer(&engine_at(&server, settings), &sql).await.unwrap().rows().join("\n");
    assert!(server.seen().is_empty(), "EXPLAIN sends nothing");
    let line = text.lines().find_map(|line| line.find("{\"displayName\"").map(|at| &line[at..]));
    let line = line.unwrap_or("null");
    let end = line.rfind('}').map_or(line.len(), |at| at + 1);
    let mut body: Value = serde_json::from_str(&line[..end]).unwrap_or_else(|e| panic!("{line}: {e}"));
    if let Some(body) = body.as_object_mut() {
        let name = body.remove("displayName").unwrap();
        assert!(name.as_str().unwrap().starts_with("auditql-"), "{name}");
    }
    (body, text)
}

/// 180 days before the present of these tests, and that.
const OPEN: [&str; 2] = ["2025-11-02T12:00:00Z", "2026-05-01T12:00:01Z"];

#[tokio::test]
async fn every_field_is_asked_with_what_is_documented_and_with_nothing_else() {
    for (condition, field, values) in [
        ("operation = 'Send'", "operationFilters", Some(json!(["Send"]))),
        ("operation IN ('b', 'a', 'b')", "operationFilters", Some(json!(["a", "b"]))),
        ("operation = 'a' OR operation = 'b'", "operationFilters", Some(json!(["a", "b"]))),
        ("operation IN ('a', 'b') AND operation IN ('b', 'c')", "operationFilters", Some(json!(["b"]))),
        ("operation IN ('a', 'b') AND operation <> 'a'", "operationFilters", Some(json!(["a", "b"]))),
        ("record_type = 15", "recordTypeFilters", Some(json!(["azureActiveDirectoryStsLogon"]))),
        ("record_type IN (1, 2)", "recordTypeFilters", Some(json!(["exchangeAdmin", "exchangeItem"]))),
        ("workload = 'Exchange'", "serviceFilters", Some(json!(["Exchange"]))),
        (
            "user_id = 'Anna@Contoso.com'",
            "userPrincipalNameFilters",
            Some(json!(["Anna@Contoso.com", "anna@contoso.com"])),
        ),
        ("client_ip = '203.0.113.7'", "ipAddressFilters", Some(json!(["203.0.113.7"]))),
        ("client_ip = '2001:db8::1'", "ipAddressFilters", Some(json!(["2001:db8::1"]))),
        ("object_id IN ('x', 'y')", "objectIdFilters", Some(json!(["x", "y"]))),
        (
            "(operation = 'a' AND workload = 'w') OR (operation = 'b' AND user_id = 'u')",
            "operationFilters",
            Some(json!(["a", "b"])),
        ),
        // Not documented, or not sure to find too much.
        ("operation <> 'Send'", "operationFilters", None),
        ("operation NOT IN ('Send')", "operationFilters", None),
        ("operation LIKE 'Send%'", "operationFilters", None),
        ("lower(operation) = 'send'", "operationFilters", None),
        ("operation IS NULL", "operationFilters", None),
        ("operation > 'a'", "operationFilters", None),
        ("operation = 'Consent to application. '", "operationFilters", None),
        ("operation = ''", "operationFilters", None),
        ("operation = 'a' OR workload = 'b'", "operationFilters", None),
        ("NOT (operation = 'a')", "operationFilters", None),
        ("record_type > 15", "recordTypeFilters", None),
        ("record_type = 9417", "recordTypeFilters", None),
        ("record_type = 365", "recordTypeFilters", None),
        ("record_type IN (1, 9417)", "recordTypeFilters", None),
        ("record_type_name = 'ExchangeAdmin'", "recordTypeFilters", None),
        ("client_ip = '203.0.113.7:443'", "ipAddressFilters", None),
        ("client_ip = '2001:DB8::1'", "ipAddressFilters", None),
        ("client_address = '203.0.113.7'", "ipAddressFilters", None),
        ("user_name = 'anna@contoso.com'", "userPrincipalNameFilters", None),
        ("user_key = 'x'", "userPrincipalNameFilters", None),
        ("raw LIKE '%word%'", "keywordFilter", None),
    ] {
        let (mut body, text) = explained(condition, Settings::default()).await;
        let fields = body.as_object_mut().unwrap();
        assert_eq!(
            [fields.remove("filterStartDateTime"), fields.remove("filterEndDateTime")],
            OPEN.map(|t| Some(t.into())),
            "{condition}"
        );
        let expected = values.clone().map(|values| json!({ field: values })).unwrap_or_else(|| json!({}));
        assert_eq!(body, expected, "{condition}\n{text}");
        // What stays here says why.
        assert!(values.is_some() || text.contains("local: "), "{condition}\n{text}");
        assert!(values.is_none() || text.contains("narrows: "), "{condition}\n{text}");
    }
}

#[tokio::test]
async fn times_are_sent_as_seconds_that_leave_out_nothing() {
    for (condition, from, to) in [
        ("true", OPEN[0], OPEN[1]),
        ("creation_time >= '2026-04-01T00:00:00.5Z'", "2026-04-01T00:00:00Z", OPEN[1]),
        ("creation_time < '2026-04-01'", OPEN[0], "2026-04-01T00:00:00Z"),
        ("creation_time <= '2026-04-01'", OPEN[0], "2026-04-01T00:00:01Z"),
        ("creation_time = '2026-04-01'", "2026-04-01T00:00:00Z", "2026-04-01T00:00:01Z"),
        (
            "creation_time > '2020-01-01' AND creation_time < '2021-01-01'",
            "2020-01-01T00:00:00Z",
            "2021-01-01T00:00:00Z",
        ),
        // Half a year before what was asked for, which no licence need have kept.
        ("creation_time < '2021-01-01'", "2020-07-04T23:59:59Z", "2021-01-01T00:00:00Z"),
        ("creation_time < '2030-01-01'", OPEN[0], OPEN[1]),
        ("creation_time IN ('2026-04-01', '2026-04-03')", "2026-04-01T00:00:00Z", "2026-04-03T00:00:01Z"),
        ("creation_time <> '2026-04-01'", OPEN[0], OPEN[1]),
        ("creation_time >= '2026-04-01' OR operation = 'x'", OPEN[0], OPEN[1]),
    ] {
        let (body, text) = explained(condition, Settings::default()).await;
        let sent = [&body["filterStartDateTime"], &body["filterEndDateTime"]];
        assert_eq!(sent, [from, to], "{condition}\n{text}");
    }
}

#[tokio::test]
async fn what_cannot_hold_sends_nothing() {
    for condition in [
        "false",
        "operation = 'a' AND operation = 'b'",
        "operation IN ('a') AND record_type = 1 AND operation IN ('b')",
        "creation_time > '2026-04-02' AND creation_time < '2026-04-01'",
        "operation = NULL",
    ] {
        let server = with(Endpoint::of(30), |_, _, _| None).await;
        let sql = format!("SELECT id FROM m365.audit_search WHERE {condition}");
        let found = answer(&engine_at(&server, Settings::default()), &sql).await.unwrap();
        assert_eq!((found.rows().len(), server.seen().len()), (0, 0), "{condition}");
    }
}

#[tokio::test]
async fn more_values_than_are_sent_stay_here() {
    let list = |count: usize| (0..count).map(|n| format!("'{n}'")).collect::<Vec<_>>().join(", ");
    let (body, _) = explained(&format!("operation IN ({})", list(100)), Settings::default()).await;
    assert_eq!(body["operationFilters"].as_array().map(Vec::len), Some(100));
    let (body, text) = explained(&format!("operation IN ({})", list(101)), Settings::default()).await;
    assert!(body.get("operationFilters").is_none() && text.contains("more than 100 values"), "{text}");
}

#[tokio::test]
async fn without_pushdown_all_of_the_time_is_ordered() {
    let condition = "operation = 'Send' AND creation_time >= '2026-04-30'";
    let off = Settings { pushdown: false, ..Settings::default() };
    let (body, text) = explained(condition, off).await;
    assert_eq!(body, json!({ "filterStartDateTime": OPEN[0], "filterEndDateTime": OPEN[1] }));
    assert!(text.contains("pushdown is switched off"), "{text}");
    // The control.
    let (body, _) = explained(condition, Settings::default()).await;
    assert_eq!(body["filterStartDateTime"], "2026-04-30T00:00:00Z");
}
