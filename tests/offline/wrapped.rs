//! Records inside of something: replies, messages, and what other programs keep of the audit log.

use auditql::tally::Notice;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::shapes::{self, RECORDS, SIGN_INS, activity, as_is, directory_audits, sign_ins};
use super::{OF_ACTIVITY, asked, file, rows};

/// A reply of Log Analytics: names beside rows of values.
fn reply(rows: &[Value], words: [&str; 4]) -> Value {
    let [tables, columns, name, values] = words;
    let mut names: Vec<&String> = rows.iter().flat_map(|row| row.as_object().unwrap().keys()).collect();
    names.sort();
    names.dedup();
    let heading: Vec<Value> = names.iter().map(|own| json!({name: own, "type": "string"})).collect();
    let cells = |row: &Value| names.iter().map(|own| row.get(own.as_str()).cloned().unwrap_or(Value::Null)).collect();
    let cells: Vec<Value> = rows.iter().map(cells).collect();
    json!({tables: [{"name": "PrimaryResult", columns: heading, values: cells}]})
}

/// Ways in which programs keep a record of the audit log.
fn kept(record: &Value) -> Vec<(&'static str, Value)> {
    let text = record.to_string();
    let alert = json!({"rule": {"id": "91556"}, "agent": {"id": "000"}, "data": {"integration": "office365", "office365": record}});
    let hub = json!({"records": [{"category": "OfficeActivity", "properties": record}]}).to_string();
    vec![
        ("elastic, the record itself", json!({"_index": "i", "_id": "x", "_source": record})),
        ("elastic, the original", json!({"_source": {"@timestamp": "t", "event": {"original": text, "action": "a"}}})),
        ("elastic, the integration", json!({"@timestamp": "t", "event": {"kind": "event"}, "o365": {"audit": record}})),
        ("elastic, a search", json!({"took": 3, "hits": {"total": {"value": 1}, "hits": [{"_source": record}]}})),
        ("logstash", json!({"@timestamp": "t", "message": text, "host": "h"})),
        ("wazuh", alert.clone()),
        ("wazuh in its indexer", json!({"_source": alert})),
        (
            "wazuh, the line",
            json!({"rule": {}, "agent": {}, "full_log": json!({"integration": "o", "office365": record}).to_string()}),
        ),
        (
            "splunk, an event",
            json!({"preview": false, "result": {"_raw": text, "Operation": "x", "CreationTime": "y"}}),
        ),
        (
            "splunk, a search",
            json!({"preview": false, "results": [{"_raw": text, "sourcetype": "o365:management:activity"}]}),
        ),
        ("graylog", json!({"version": "1.1", "full_message": text})),
        ("data explorer", json!({"SequenceNumber": 7, "Body": hub})),
        (
            "stream analytics",
            json!({"EventEnqueuedUtcTime": "t", "EventData": [{"category": "OfficeActivity", "properties": record}]}),
        ),
        ("advanced hunting", json!({"Timestamp": "t", "ActionType": "a", "ReportId": "r", "RawEventData": record})),
        (
            "advanced hunting, a reply",
            json!({"Schema": [{"Name": "t"}], "Results": [{"Timestamp": "t", "RawEventData": text}]}),
        ),
        ("the SDK", json!({"Id": "q", "AuditLogRecordType": "x", "AuditData": {"AdditionalProperties": record}})),
        (
            "PowerShell",
            json!({"RecordType": "x", "CreationDate": "/Date(1)/", "UserIds": "u", "Operations": "o", "AuditData": text}),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_other_programs_keep_of_the_audit_log_gives_the_same_answers() {
    let folder = TempDir::new().unwrap();
    let records = activity();
    let plain = [file(&folder, "plain.ndjson", as_is::lines(&records))];
    let wrapped: Vec<_> = records.iter().map(kept).collect();
    let expected = [rows(&plain, OF_ACTIVITY[1]).await, rows(&plain, OF_ACTIVITY[3]).await];
    for (at, (name, _)) in wrapped[0].iter().enumerate() {
        let all: Vec<Value> = wrapped.iter().map(|ways| ways[at].1.clone()).collect();
        for (file_name, text) in [("a.ndjson", as_is::lines(&all)), ("a.json", as_is::pretty(&all))] {
            let input = [file(&folder, file_name, text)];
            let answers = [rows(&input, OF_ACTIVITY[1]).await, rows(&input, OF_ACTIVITY[3]).await];
            assert_eq!(answers, expected, "{name}, {file_name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_hold_a_record_give_the_same_answers() {
    let folder = TempDir::new().unwrap();
    let records = activity();
    let plain = [file(&folder, "plain.ndjson", as_is::lines(&records))];
    let row =
        |names: [&str; 2], record: &Value| json!({names[0]: "x", names[1]: record.to_string(), "Application": "y"});
    for names in
        [["Timestamp", "RawEventData"], ["_time", "_raw"], ["@timestamp", "event.original"], ["Offset", "Body"]]
    {
        let all: Vec<Value> = records.iter().map(|record| row(names, record)).collect();
        let input = [file(&folder, "rows.csv", shapes::csv(&all))];
        for sql in OF_ACTIVITY {
            assert_eq!(rows(&input, sql).await, rows(&plain, sql).await, "{names:?}: {sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_of_log_analytics_are_tables() {
    let folder = TempDir::new().unwrap();
    let (sign_ins, audits, records) = (sign_ins(), directory_audits(), activity());
    let plain =
        [file(&folder, "plain.ndjson", as_is::lines(&[sign_ins.clone(), audits.clone(), records.clone()].concat()))];
    let mut all = shapes::log_analytics(&sign_ins, &audits);
    all.extend(shapes::office_activity(&records));
    let by_cli: Vec<Value> = all
        .iter()
        .map(|row| {
            let mut row = row.clone();
            row["TableName"] = "PrimaryResult".into();
            row
        })
        .collect();
    for (name, text) in [
        ("reply.json", reply(&all, ["tables", "columns", "name", "rows"]).to_string()),
        ("pretty.json", as_is::pretty(&[reply(&all, ["tables", "columns", "name", "rows"])])),
        ("kusto.json", reply(&all, ["Tables", "Columns", "ColumnName", "Rows"]).to_string()),
        ("cli.json", as_is::pretty(&by_cli)),
    ] {
        let input = [file(&folder, name, text)];
        for sql in
            [SIGN_INS, OF_ACTIVITY[0], OF_ACTIVITY[3], "SELECT id, category, result FROM directory_audits ORDER BY id"]
        {
            assert_eq!(rows(&input, sql).await, rows(&plain, sql).await, "{name}: {sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_lacks_rows_says_so() {
    let folder = TempDir::new().unwrap();
    let whole = reply(&shapes::office_activity(&activity()), ["tables", "columns", "name", "rows"]);
    let mut partial = whole.clone();
    partial["error"] = json!({"code": "PartialError", "message": "the query took too long"});
    let mut uneven = whole;
    uneven["tables"][0]["rows"][3].as_array_mut().unwrap().pop();
    for (reply, count, why) in [(partial, RECORDS, "the query took too long"), (uneven, RECORDS - 1, "under")] {
        let answer = asked(&[file(&folder, "reply.json", reply.to_string())], "SELECT count(*) FROM activity").await;
        assert_eq!(answer.rows(), [count.to_string()]);
        let notices = answer.tally.notices();
        assert!(
            matches!(notices.as_slice(), [Notice::UnreadLines { why: said, .. }] if said.contains(why)),
            "{notices:?}"
        );
    }
}

/// A value whose members are spelled in another way, at every depth.
fn respelled(value: &Value, spell: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (spell(name), respelled(value, spell))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(|item| respelled(item, spell)).collect(),
        other => other.clone(),
    }
}

fn pascal(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

fn snake(name: &str) -> String {
    let mut text = String::new();
    for (at, letter) in name.char_indices() {
        let begins = letter.is_uppercase() && at > 0 && !name[..at].ends_with(char::is_uppercase);
        text += if begins { "_" } else { "" };
        text.extend(letter.to_lowercase());
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn names_may_be_spelled_as_every_language_spells_them() {
    let folder = TempDir::new().unwrap();
    let (sign_ins, audits, records) = (sign_ins(), directory_audits(), activity());
    let plain =
        [file(&folder, "plain.ndjson", as_is::lines(&[sign_ins.clone(), audits.clone(), records.clone()].concat()))];
    let all: Vec<Value> = sign_ins.iter().chain(&audits).chain(&records).cloned().collect();
    let camel = |name: &str| name[..1].to_lowercase() + &name[1..];
    for (spelling, spell) in [("pascal", &pascal as &dyn Fn(&str) -> String), ("snake", &snake), ("camel", &camel)] {
        let all: Vec<Value> = all.iter().map(|record| respelled(record, spell)).collect();
        let input = [file(&folder, "respelled.json", as_is::array(&all))];
        for sql in [
            SIGN_INS,
            OF_ACTIVITY[0],
            OF_ACTIVITY[1],
            OF_ACTIVITY[3],
            "SELECT id, initiated_by.\"user\".user_principal_name, target_resources[1]['modified_properties'][1]['new_value'] \
             FROM directory_audits ORDER BY id",
        ] {
            assert_eq!(rows(&input, sql).await, rows(&plain, sql).await, "{spelling}: {sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_table_is_named_and_leaves_the_answer_whole() {
    let folder = TempDir::new().unwrap();
    let signed_in = sign_ins();
    let input = |others: Value| {
        let mut all = signed_in.clone();
        all.push(others);
        [file(&folder, "mixed.json", as_is::array(&all))]
    };
    for (record, name) in [
        (
            json!({"id": "u", "userPrincipalName": "a@b", "displayName": "A", "createdDateTime": "2026-04-01T00:00:00Z", "accountEnabled": true}),
            "users",
        ),
        (
            json!({"id": "s", "appId": "a", "displayName": "A", "createdDateTime": "2026-04-01T00:00:00Z", "servicePrincipalType": "x"}),
            "service principals",
        ),
        (
            json!({"id": "r", "riskEventType": "x", "detectedDateTime": "x", "ipAddress": "1.2.3.4", "createdDateTime": "x"}),
            "risk detections",
        ),
        (
            json!({"category": "MicrosoftGraphActivityLogs", "properties": {"requestId": "x"}}),
            "records of category MicrosoftGraphActivityLogs",
        ),
        (json!({"Type": "SecurityEvent", "TimeGenerated": "x"}), "records of type SecurityEvent"),
        (
            json!({"Type": "SigninLogs", "StartTime": "x", "IPAddress": "1.2.3.4", "FailedLogins": 7}),
            "rows that a query has aggregated",
        ),
        (
            json!({"Type": "SigninLogs", "TimeGenerated": "x", "IPAddress": "1.2.3.4", "count_": 7}),
            "rows that a query has aggregated",
        ),
    ] {
        let answer = asked(&input(record), "SELECT count(*) FROM sign_ins").await;
        assert_eq!(answer.rows(), [RECORDS.to_string()], "{name}");
        assert_eq!(answer.tally.missing(), None, "{name}");
        let notices = answer.tally.notices();
        assert!(
            matches!(notices.as_slice(), [Notice::OtherRecords { what, count: 1, files: 1, .. }] if what == name),
            "{notices:?}"
        );
    }
    // As rows, whose fields may be empty.
    for (name, text) in [
        (
            "users",
            "Id,AccountEnabled,DisplayName,UserPrincipalName,CreatedDateTime\n1,True,A,a@b,5/1/2026 9:00:00 AM\n2,,,,\n",
        ),
        ("applications", "DisplayName,Id,AppId,CreatedDateTime\nA,1,a,5/1/2026 9:00:00 AM\n,2,,\n"),
        (
            "EmailEvents of advanced hunting",
            "Timestamp,NetworkMessageId,RecipientEmailAddress,ReportId\nx,y,z,1\n,y,,\n",
        ),
    ] {
        let answer = asked(&[file(&folder, "others.csv", text)], "SELECT count(*) FROM sign_ins").await;
        assert_eq!((answer.rows(), answer.tally.missing()), (vec!["0".to_owned()], None), "{name}");
        let notices = answer.tally.notices();
        let named = |notice: &Notice| matches!(notice, Notice::OtherRecords { what, count: 2, .. } if what == name);
        assert!(notices.iter().any(named), "{notices:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_told_by_their_heading_however_empty_they_are() {
    let folder = TempDir::new().unwrap();
    let text = "TimeGenerated [UTC],UserPrincipalName,ResultType,IPAddress,AppDisplayName,ResultDescription,x\n\
                2026-04-01T00:00:00Z,a@b,0,1.2.3.4,Portal,,\n2026-04-01T00:00:01Z,a@b,,,,,\n";
    let input = [file(&folder, "book.csv", text)];
    let answer =
        asked(&input, "SELECT created_date_time, user_principal_name, ip_address FROM sign_ins ORDER BY 1").await;
    assert_eq!(answer.rows(), ["2026-04-01T00:00:00Z | a@b | 1.2.3.4", "2026-04-01T00:00:01Z | a@b | NULL"]);
    let notices = answer.tally.notices();
    assert!(
        matches!(notices.as_slice(), [Notice::EmptyColumn { column, local: None, .. }] if column == "id"),
        "{notices:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn records_without_their_data_are_rows_of_what_there_is() {
    let folder = TempDir::new().unwrap();
    let one = |data: Value| {
        let mut record = json!({"Id": "a", "AuditLogRecordType": "ExchangeAdmin", "CreatedDateTime": "2026-05-04T08:49:37Z", "Operation": "New-InboxRule",
            "UserId": "A@b", "UserPrincipalName": "A@b", "Service": "Exchange", "ClientIp": "1.2.3.4"});
        record["AuditData"] = data;
        record
    };
    let sql = "SELECT id, creation_time, record_type, operation, user_name, workload, client_address FROM activity";
    let expected = "a | 2026-05-04T08:49:37Z | 1 | New-InboxRule | a@b | Exchange | 1.2.3.4";
    for (data, shown) in [
        (
            json!("Microsoft.Graph.PowerShell.Models.MicrosoftGraphSecurityAuditData"),
            "Microsoft.Graph.PowerShell.Models.MicrosoftGraphSecurityAuditData",
        ),
        (json!("System.Collections.Hashtable"), "System.Collections.Hashtable"),
        (json!({}), ""),
        (Value::Null, ""),
    ] {
        for (name, text) in [("a.json", one(data.clone()).to_string()), ("a.csv", shapes::csv(&[one(data.clone())]))] {
            let answer = asked(&[file(&folder, name, text)], sql).await;
            assert_eq!(answer.rows(), [expected], "{name} {data}");
            let notices = answer.tally.notices();
            assert!(
                matches!(notices.as_slice(), [Notice::BareRecords { count: 1, shown: said, .. }] if said == shown),
                "{notices:?}"
            );
            assert_eq!(
                asked(&[file(&folder, name, one(data.clone()).to_string())], "SELECT id FROM sign_ins").await.rows(),
                Vec::<String>::new()
            );
        }
    }
    let answer = asked(&[file(&folder, "bad.csv", shapes::csv(&[one(json!("no data"))]))], sql).await;
    assert!(answer.rows().is_empty() && answer.tally.missing().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_empty_in_a_whole_file_is_named() {
    let folder = TempDir::new().unwrap();
    let office = |time: &str| {
        let row = |i: u32| json!({"Type": "OfficeActivity", "OfficeId": i.to_string(), "UserId": "a", "RecordType": "ExchangeAdmin", "Operation": "x", time: "2026-04-01T00:00:00Z"});
        (1..=3).map(row).collect::<Vec<_>>()
    };
    let column = |of: &Notice| match of {
        Notice::EmptyColumn { column, local, .. } => format!("{column} {}", local.as_deref().unwrap_or("-")),
        Notice::TimeTakenIn { column, member, .. } => format!("{column} from {member}"),
        other => format!("{other:?}"),
    };
    let mut nobody = office("TimeGenerated");
    nobody.iter_mut().for_each(|row| row["UserId"] = json!(""));
    let mut one = nobody.clone();
    one[2]["UserKey"] = json!("k");
    for (rows, times, said) in [
        (office("TimeGenerated"), 3, &[][..]),
        (office("Start_Time [UTC]"), 3, &["creation_time from Start_Time [UTC]"]),
        (office("TimeGenerated [Local Time]"), 0, &["creation_time TimeGenerated [Local Time]"]),
        (office("x"), 0, &["creation_time -"]),
        (nobody, 3, &["user_id -"]),
        (one, 3, &[]),
    ] {
        for (name, text) in [("a.csv", shapes::csv(&rows)), ("a.json", as_is::array(&rows))] {
            let answer = asked(&[file(&folder, name, text)], "SELECT count(creation_time) FROM activity").await;
            assert_eq!(answer.rows(), [times.to_string()], "{said:?}");
            assert_eq!(answer.tally.notices().iter().map(column).collect::<Vec<_>>(), said, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_forwards_is_found_in_what_powershell_cut() {
    let folder = TempDir::new().unwrap();
    let record = |parameters: Value| json!({"Id": "a", "CreationTime": "2026-04-01T00:00:00", "RecordType": 1, "Operation": "New-InboxRule", "UserId": "a", "Parameters": parameters});
    let sql = "SELECT p['value'] FROM (SELECT unnest(parameters) AS p FROM exchange) WHERE p['name'] = 'ForwardTo'";
    for (parameters, expected) in [
        (json!(["@{Name=ForwardTo; Value=a@b; c@d}", "@{Name=Name; Value=.}"]), &["a@b; c@d"][..]),
        (json!("@{Name=Name; Value=.} @{Name=ForwardTo; Value=a@b}"), &["a@b"]),
        (json!("System.Object[]"), &[]),
    ] {
        let answer = asked(&[file(&folder, "cut.json", record(parameters).to_string())], sql).await;
        assert_eq!(answer.rows(), expected);
        let notices = answer.tally.notices();
        assert!(
            matches!(notices.as_slice(), [Notice::CutValues { column, .. }, none_left @ ..]
                if column.starts_with("parameters") && none_left.len() == usize::from(expected.is_empty())),
            "{notices:?}"
        );
    }
}
