//! What real records do to typed columns: every conflict of the list of quirks costs its value, never its row.
//!
//! Source: counts over ten thousand published records; each case here stands for one line of that list.

use auditql::tally::Notice;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::shapes::as_is;
use super::{asked, file, rows};

#[tokio::test(flavor = "multi_thread")]
async fn what_real_records_do_to_typed_columns_costs_no_row() {
    let folder = TempDir::new().unwrap();
    for (table, column, quirk, cell, conflicts) in [
        (
            "general",
            "parameters",
            json!({"RecordType": 18, "Parameters": "-Name \"x y\" -Force"}),
            "[{name: Name, value: x y}, {name: Force, value: NULL}]",
            0,
        ),
        ("exchange", "parameters", json!({"RecordType": 1, "Parameters": ""}), "NULL", 0),
        ("exchange", "parameters", json!({"RecordType": 1, "Parameters": "nothing known"}), "NULL", 1),
        (
            "exchange",
            "modified_properties",
            json!({"RecordType": 2, "ModifiedProperties": ["Subject", "HtmlBody"]}),
            "[{name: Subject, new_value: NULL, old_value: NULL}, {name: HtmlBody, new_value: NULL, old_value: NULL}]",
            0,
        ),
        (
            "general",
            "operation_properties",
            json!({"RecordType": 20, "OperationProperties": "[{\"Name\":\"a\",\"Value\":\"b\"}]"}),
            "[{name: a, value: b}]",
            0,
        ),
        ("general", "operation_properties", json!({"RecordType": 20, "OperationProperties": "[]"}), "[]", 0),
        ("exchange", "external_access", json!({"RecordType": 1, "ExternalAccess": "False"}), "false", 0),
        ("sharepoint", "list_base_type", json!({"RecordType": 36, "ListBaseType": 4}), "4", 0),
        (
            "dlp",
            "exception_info.reason",
            json!({"RecordType": 11, "ExceptionInfo": "{\"Reason\":\"Override\"}"}),
            "Override",
            0,
        ),
        ("activity", "record_type", json!({"RecordType": "20"}), "20", 0),
        ("activity", "record_type", json!({"RecordType": "1.0"}), "1", 0),
        ("activity", "record_type", json!({"RecordType": "sharePointFileOperation"}), "6", 0),
        ("activity", "record_type_name", json!({"RecordType": "SomethingNew"}), "SomethingNew", 0),
        ("activity", "record_type", json!({"RecordType": "SomethingNew"}), "NULL", 1),
        ("activity", "record_type_name", json!({"RecordType": -1}), "NULL", 0),
        ("sharepoint", "file_size_bytes", json!({"RecordType": 6, "FileSizeBytes": "1e9"}), "1000000000", 0),
        ("sharepoint", "file_size_bytes", json!({"RecordType": 6, "FileSizeBytes": "large"}), "NULL", 1),
        ("general", "sender", json!({"RecordType": 25, "Sender": {"UPN": "a@b"}}), "{\"UPN\":\"a@b\"}", 0),
        ("general", "sender", json!({"RecordType": 43, "Sender": "user1"}), "user1", 0),
        ("general", "activity_parameters", json!({"RecordType": 66, "ActivityParameters": "plain"}), "plain", 0),
        (
            "activity",
            "creation_time",
            json!({"RecordType": 40, "CreationTime": "2025-05-18T21:13:33Z"}),
            "2025-05-18T21:13:33Z",
            0,
        ),
        (
            "activity",
            "creation_time",
            json!({"RecordType": 40, "CreationTime": "5/18/2025 9:13:33 PM"}),
            "2025-05-18T21:13:33Z",
            0,
        ),
        ("activity", "client_ip", json!({"RecordType": 1, "ClientIP": null}), "NULL", 0),
        ("activity", "client_port", json!({"RecordType": 1, "ClientIP": "[2603:1::5]:54088"}), "54088", 0),
        ("activity", "client_address", json!({"RecordType": 50, "ClientIPAddress": "NAME (10.0.0.1)"}), "10.0.0.1", 0),
        ("activity", "user_name", json!({"RecordType": 1, "UserId": "GradyA@Contoso.com"}), "gradya@contoso.com", 0),
        ("activity", "user_name", json!({"RecordType": 1, "UserId": "Not Available"}), "NULL", 0),
        (
            "activity",
            "operation",
            json!({"RecordType": 8, "Operation": "Update application – Certificates and secrets management "}),
            "Update application – Certificates and secrets management ",
            0,
        ),
        (
            "dlp",
            "sharepoint_meta_data.item_creation_time",
            json!({"RecordType": 11, "SharePointMetaData": {"ItemCreationTime": "2026-01-01T00:00:00"}}),
            "2026-01-01T00:00:00Z",
            0,
        ),
        ("general", "workspace_name", json!({"RecordType": 20, "WorkSpaceName": "w"}), "w", 0),
        ("exchange", "cross_mailbox_operations", json!({"RecordType": 3, "CrossMailboxOperation": true}), "true", 0),
        (
            "general",
            "message_urls",
            json!({"RecordType": 25, "MessageURLs": "https://x.example"}),
            "[https://x.example]",
            0,
        ),
        (
            "activity",
            "app_access_context",
            json!({"RecordType": 1, "AppAccessContext": {}}),
            "{aad_session_id: NULL, api_id: NULL, client_app_id: NULL, client_app_name: NULL, correlation_id: NULL, unique_token_id: NULL, issued_at_time: NULL}",
            0,
        ),
    ] {
        let mut record = json!({"Id": "a", "CreationTime": "2026-04-01T00:00:00", "Operation": "x", "Workload": "y", "UserKey": "k"});
        record.as_object_mut().unwrap().extend(quirk.as_object().unwrap().clone());
        let input = [file(&folder, "quirk.json", record.to_string())];
        let answer = asked(&input, &format!("SELECT {column}, raw FROM {table}")).await;
        assert_eq!(answer.rows(), [format!("{cell} | {record}")], "{quirk}");
        let counted: u64 = answer
            .tally
            .notices()
            .iter()
            .map(|n| if let Notice::TypeConflicts { count, .. } = n { *count } else { 99 })
            .sum();
        assert_eq!(counted, conflicts, "{quirk}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_defender_are_typed_with_their_enumerations_named() {
    let folder = TempDir::new().unwrap();
    let base = |id: &str, record_type: i32, rest: Value| {
        let mut record = json!({"Id": id, "CreationTime": "2026-04-01T00:00:00", "RecordType": record_type, "Operation": "x",
            "OrganizationId": "o", "UserId": "ThreatIntel", "Workload": "ThreatIntelligence"});
        record.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        record
    };
    let action = json!({"$id": "1", "ActionType": "EmailRemediation", "Entities": [
        {"Type": "mailCluster", "QueryTime": "2026-04-01T00:00:00Z", "MailCount": 3},
    ]})
    .to_string()
    .replace("\"MailCount\"", "\"QueryTime\":\"4/1/2026 00:00:00\",\"MailCount\"");
    let records = [
        base(
            "1",
            28,
            json!({"DetectionType": 2, "Policy": "SafeAttachements", "PolicyAction": "5", "Recipients": ["a@b", "c@d"],
            "AttachmentData": [{"FileName": "x.exe", "FileVerdict": 1}], "ThreatsAndDetectionTech": "Malware: [File detonation]"}),
        ),
        base("2", 41, json!({"URLClickAction": 4, "Url": "https://x.example", "UserIp": "::ffff:1.2.3.4"})),
        base("3", 47, json!({"FileData": {"FileSize": "12", "FileVerdict": -3}, "SourceWorkload": 1})),
        base(
            "4",
            64,
            json!({"Status": "Running", "EndTimeUtc": "0001-01-01T00:00:00", "Actions": [action],
            "Data": "{\"Severity\":\"High\",\"Entities\":[{\"Type\":\"ip\",\"Address\":\"1.2.3.4\"}]}"}),
        ),
        base("5", 40, json!({"Name": "Forwarding", "Severity": "Low", "Data": "{\"f3u\":\"a@b\"}"})),
        base("6", 98, json!({"AlertDisplayName": "Mass download", "AlertSeverity": "High", "Workload": "MCAS"})),
        base("7", 29, json!({})),
    ];
    let input = [file(&folder, "ti.json", as_is::array(&records))];
    for (sql, expected) in [
        (
            "SELECT detection_type, policy, policy_action, recipients, attachment_data[1]['file_verdict'], threats_and_detection_tech FROM email_events",
            vec!["ZAP | SafeAttachements | Quarantine | [a@b, c@d] | Bad | [Malware: [File detonation]]"],
        ),
        (
            "SELECT url_click_action, url, client_address FROM url_clicks",
            vec!["BlockPageOverride | https://x.example | 1.2.3.4"],
        ),
        (
            "SELECT file_data.file_size, file_data.file_verdict, source_workload FROM defender.file_events",
            vec!["12 | Pending | OneDrive"],
        ),
        (
            "SELECT name, severity, data FROM defender.alerts ORDER BY id",
            vec!["Forwarding | Low | {\"f3u\":\"a@b\"}", "Mass download | High | NULL"],
        ),
        ("SELECT count(*) FROM submissions", vec!["1"]),
        ("SELECT count(*) FROM general", vec!["7"]),
    ] {
        assert_eq!(rows(&input, sql).await, expected, "{sql}");
    }
    let sql = "SELECT status, end_time_utc, actions[1]['entities'][1]['query_time'], actions[1]['entities'][1]['mail_count'], \
               data.severity, data.entities[1]['address'] FROM investigations";
    let answer = asked(&input, sql).await;
    assert_eq!(answer.rows(), ["Running | NULL | 2026-04-01T00:00:00Z | 3 | High | 1.2.3.4"]);
    // The member that came twice is counted.
    assert!(matches!(answer.tally.notices().as_slice(), [Notice::RepeatedMembers { count: 1, .. }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn quirks_of_the_directory_logs_are_read_as_well() {
    let folder = TempDir::new().unwrap();
    let sign_in = |own: Value| {
        let mut record = json!({"id": "a", "createdDateTime": "2026-04-01T00:00:00Z", "appId": "b", "userId": "u", "clientAppUsed": "c"});
        record.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        record
    };
    let hub =
        |time: &str| json!({"time": time, "category": "SignInLogs", "level": 4, "properties": sign_in(json!({}))});
    let audit = |own: Value| {
        let mut record = json!({"id": "a", "activityDateTime": "2026-04-01T00:00:00Z", "activityDisplayName": "b", "loggedByService": "c", "initiatedBy": {"user": {"id": "u"}}});
        record.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        record
    };
    for (record, sql, expected) in [
        (
            sign_in(json!({"createdDateTime": "2026-04-01T00:00:00-05:00"})),
            "SELECT created_date_time FROM sign_ins",
            "2026-04-01T05:00:00Z",
        ),
        (
            sign_in(json!({"createdDateTime": "2026-04-01T00:00:00.1234567Z"})),
            "SELECT created_date_time FROM sign_ins",
            "2026-04-01T00:00:00.123456Z",
        ),
        (
            sign_in(json!({"location": {"geoCoordinates": {"latitude": 0, "longitude": 1.5}}})),
            "SELECT location.geo_coordinates.latitude FROM sign_ins",
            "0.0",
        ),
        (sign_in(json!({"location": {}})), "SELECT location.geo_coordinates.latitude FROM sign_ins", "NULL"),
        (
            sign_in(json!({"mfaDetail": {}, "ipAddress": ""})),
            "SELECT mfa_detail.auth_method, ip_address FROM sign_ins",
            "NULL | ",
        ),
        (sign_in(json!({"IsInteractive": "TRUE"})), "SELECT is_interactive FROM sign_ins", "true"),
        (sign_in(json!({"Status": "{\"errorCode\": 50126}"})), "SELECT status.error_code FROM sign_ins", "50126"),
        (
            sign_in(json!({"ConditionalAccessPolicies": "[{\"conditionsSatisfied\": 3}]"})),
            "SELECT applied_conditional_access_policies[1]['conditions_satisfied'] FROM sign_ins",
            "3",
        ),
        (hub("1/9/2007 10:41:00 AM +01:00"), "SELECT created_date_time FROM sign_ins", "2026-04-01T00:00:00Z"),
        (
            audit(json!({"targetResources": [{"Type": "User"}]})),
            "SELECT target_resources[1]['type'] FROM directory_audits",
            "User",
        ),
        (
            audit(json!({"targetResources": [{"modifiedProperties": [{"newValue": "\"x\"", "oldValue": null}]}]})),
            "SELECT target_resources[1]['modified_properties'][1]['new_value'] FROM directory_audits",
            "\"x\"",
        ),
    ] {
        let input = [file(&folder, "directory.json", record.to_string())];
        assert_eq!(rows(&input, sql).await, [expected], "{record}");
    }
}
