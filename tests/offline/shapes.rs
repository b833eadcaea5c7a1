//! Records of our own making, and the shapes in which services, portals and pipelines export them.

use serde_json::{Map, Value, json};

/// How many records each generator makes.
pub(super) const RECORDS: usize = 60;

/// Questions about sign-ins, all of whose columns are filled.
pub(super) const SIGN_INS: &str = "SELECT id, created_date_time, user_principal_name, app_display_name, ip_address, is_interactive, status.error_code, \
    location.city, location.geo_coordinates.latitude, device_detail.browser, applied_conditional_access_policies[1]['result'], \
    authentication_details[1]['succeeded'], risk_level_during_sign_in, correlation_id FROM sign_ins ORDER BY id";

/// Management API records of several workloads.
pub(super) fn activity() -> Vec<Value> {
    (0..RECORDS).map(one).collect()
}

fn one(i: usize) -> Value {
    let mut record = json!({
        "CreationTime": format!("2026-04-{:02}T{:02}:{:02}:07", 13 + i / 24, i % 24, i % 60),
        "Id": format!("00000000-0000-0000-0000-{i:012}"),
        "OrganizationId": "11111111-2222-3333-4444-555555555555",
        "UserId": format!("{}@Contoso.example", ["Ada", "ada", "Brian", "Grace"][i % 4]),
        "UserKey": format!("1003200{i:09}"),
        "UserType": ([0, 2, 5][i % 3]),
        "ResultStatus": "Succeeded",
        "Version": 1,
    });
    let own = match i % 5 {
        0 => json!({
            "RecordType": 50, "Operation": "MailItemsAccessed", "Workload": "Exchange", "LogonType": i % 3,
            "ClientIPAddress": format!("203.0.113.{}", i % 7), "ExternalAccess": false,
            "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}],
            "Folders": [{"Id": "LgAAA=", "Path": "\\Inbox", "FolderItems": [
                {"InternetMessageId": format!("<{i}@mail.example>")}, {"InternetMessageId": "<x, \"y\"@mail.example>"},
            ]}],
        }),
        1 => json!({
            "RecordType": 1, "Operation": "New-InboxRule", "Workload": "Exchange", "ClientIP": format!("[2001:db8::{i:x}]:4430"),
            "ObjectId": "EURPR01\\rule", "Parameters": [{"Name": "ForwardTo", "Value": "x;y\r\nz"}, {"Name": "Force", "Value": "True"}],
        }),
        2 => json!({
            "RecordType": 6, "Operation": "FileDownloaded", "Workload": "OneDrive", "ClientIP": "198.51.100.4",
            "SiteUrl": "https://contoso.example/sites/x/", "SourceFileName": format!("Übersicht {}.docx", i % 6), "ItemType": "File",
        }),
        3 => json!({
            "RecordType": 15, "Operation": "UserLoginFailed", "Workload": "AzureActiveDirectory", "ClientIP": "::ffff:192.0.2.9",
            "ErrorNumber": "50126", "ExtendedProperties": [{"Name": "UserAgent", "Value": "curl"}],
        }),
        _ => json!({
            "RecordType": 25, "Operation": "MessageSent", "Workload": "MicrosoftTeams", "ClientIP": "192.0.2.10:81",
            "Members": [{"UPN": "a@b.example", "Role": 1}], "TeamName": "T",
        }),
    };
    record.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    record
}

/// Graph sign-ins.
pub(super) fn sign_ins() -> Vec<Value> {
    let one = |i: usize| {
        json!({
            "id": format!("sign-in-{i:03}"),
            "createdDateTime": format!("2026-04-14T{:02}:00:0{}Z", i % 24, i % 10),
            "userDisplayName": "Ada", "userPrincipalName": format!("user{i}@contoso.example"), "userId": "u", "appId": "app",
            "appDisplayName": "Portal", "ipAddress": format!("203.0.113.{i}"), "clientAppUsed": "Browser",
            "correlationId": format!("c{i}"), "conditionalAccessStatus": "success", "isInteractive": i % 2 == 0,
            "riskLevelDuringSignIn": "none", "status": {"errorCode": i, "failureReason": "\"quoted\", and more"},
            "deviceDetail": {"browser": "Edge 120", "operatingSystem": "Windows"},
            "location": {"city": "Zürich", "countryOrRegion": "CH", "geoCoordinates": {"latitude": 47.5, "longitude": 8.5}},
            "appliedConditionalAccessPolicies": [{"id": "p", "result": "success", "enforcedGrantControls": ["Mfa"]}],
            "authenticationDetails": [{"authenticationMethod": "Password", "succeeded": true}],
        })
    };
    (0..RECORDS).map(one).collect()
}

/// Graph directory audits.
pub(super) fn directory_audits() -> Vec<Value> {
    let one = |i: usize| {
        json!({
            "id": format!("audit-{i:03}"), "category": "ApplicationManagement", "correlationId": "c", "result": "success",
            "activityDisplayName": "Add service principal", "activityDateTime": format!("2026-04-15T{:02}:00:00.1234567Z", i % 24),
            "loggedByService": "Core Directory", "operationType": "Add",
            "initiatedBy": {"user": {"id": "u", "userPrincipalName": format!("admin{i}@contoso.example")}, "app": null},
            "targetResources": [{"id": "t", "type": "ServicePrincipal", "modifiedProperties": [
                {"displayName": "KeyDescription", "oldValue": "[]", "newValue": "[\"x\"]"},
            ]}],
            "additionalDetails": [{"key": "User-Agent", "value": "PowerShell"}],
        })
    };
    (0..RECORDS).map(one).collect()
}

/// Records as they are, laid out in several ways.
pub(crate) mod as_is {
    use serde_json::{Value, json};

    pub(crate) fn lines(records: &[Value]) -> String {
        records.iter().map(|record| format!("{record}\n")).collect()
    }

    pub(crate) fn array(records: &[Value]) -> String {
        Value::from(records).to_string()
    }

    pub(crate) fn pretty(records: &[Value]) -> String {
        serde_json::to_string_pretty(records).unwrap()
    }

    pub(crate) fn row_by_row(records: &[Value]) -> String {
        let rows: Vec<String> = records.iter().map(Value::to_string).collect();
        format!("[{}]\n", rows.join(",\n"))
    }

    pub(crate) fn reply(records: &[Value]) -> String {
        json!({"@odata.context": "x", "value": records}).to_string()
    }
}

/// `2026-04-01T18:05:07` as `4/1/2026, 6:05:07.000 PM`.
fn american(time: &str, comma: &str, fraction: &str) -> String {
    let number = |range: std::ops::Range<usize>| time[range].parse::<u32>().unwrap();
    let (hour, half) = (number(11..13), if number(11..13) < 12 { "AM" } else { "PM" });
    let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    format!("{}/{}/{}{comma} {hour}:{}{fraction} {half}", number(5..7), number(8..10), &time[..4], &time[14..19])
}

fn record_type(record: &Value) -> &'static str {
    match record["RecordType"].as_u64().unwrap() {
        50 => "ExchangeItemAggregated",
        1 => "ExchangeAdmin",
        6 => "SharePointFileOperation",
        15 => "AzureActiveDirectoryStsLogon",
        _ => "MicrosoftTeams",
    }
}

/// What Search-UnifiedAuditLog gives, piped to Export-Csv; Purview's download has the same columns and more.
pub(super) fn unified_audit_csv(records: &[Value], delimiter: char) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text: String =
        ["RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "ResultIndex", "Identity"]
            .map(quoted)
            .join(&delimiter.to_string());
    for (i, record) in records.iter().enumerate() {
        let fields = [
            record_type(record).to_owned(),
            american(record["CreationTime"].as_str().unwrap(), "", ""),
            record["UserId"].as_str().unwrap().to_owned(),
            record["Operation"].as_str().unwrap().to_owned(),
            record.to_string(),
            i.to_string(),
            record["Id"].as_str().unwrap().to_owned(),
        ];
        text += "\r\n";
        text += &fields.map(|field| quoted(&field)).join(&delimiter.to_string());
    }
    text + "\r\n"
}

/// What an audit query of Graph gives.
pub(super) fn audit_query(records: &[Value]) -> Vec<Value> {
    let envelope = |record: &Value| json!({"id": "q", "createdDateTime": "x", "auditLogRecordType": record_type(record), "auditData": record});
    records.iter().map(envelope).collect()
}

/// A member's value as Log Analytics keeps it: what is nested is text.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Object(_) | Value::Array(_) => serde_json::to_string_pretty(value).unwrap().into(),
        other => other.clone(),
    }
}

/// Rows of the table `OfficeActivity`.
pub(super) fn office_activity(records: &[Value]) -> Vec<Value> {
    let row = |record: &Value| {
        let mut row = Map::new();
        for (name, value) in record.as_object().unwrap() {
            let name = match name.as_str() {
                "CreationTime" => continue,
                "Id" => "OfficeId",
                "Workload" => "OfficeWorkload",
                "ObjectId" => "OfficeObjectId",
                "LogonType" => "Logon_Type",
                "ClientIPAddress" => "Client_IPAddress",
                "SiteUrl" => "Site_Url",
                name => name,
            };
            row.insert(name.into(), as_text(value));
        }
        row["RecordType"] = record_type(record).into();
        row["UserType"] = match record["UserType"].as_u64() {
            Some(0) => "Regular".into(),
            Some(2) => "Admin".into(),
            _ => "Application".into(),
        };
        if let Some(logon) = record["LogonType"].as_u64() {
            row["Logon_Type"] = ["Owner", "Admin", "Delegated"][usize::try_from(logon).unwrap()].into();
        }
        for twin in ["UserId", "ClientIP", "OrganizationId"] {
            let value = record.get(twin).cloned().unwrap_or(Value::Null);
            row.insert(format!("{twin}_"), value);
        }
        let time = american(record["CreationTime"].as_str().unwrap(), ",", ".000");
        row.insert("TimeGenerated [UTC]".into(), time.into());
        row.insert("Start_Time [UTC]".into(), "1/1/2020, 1:00:00.000 AM".into());
        row.insert("TenantId".into(), "workspace".into());
        row.insert("Type".into(), "OfficeActivity".into());
        Value::Object(row)
    };
    records.iter().map(row).collect()
}

/// A name as Log Analytics spells it: with a capital.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Rows of the tables `SigninLogs` and `AuditLogs`.
pub(crate) fn log_analytics(sign_ins: &[Value], audits: &[Value]) -> Vec<Value> {
    let row = |record: &Value, table: &str| {
        let mut row = Map::new();
        for (name, value) in record.as_object().unwrap() {
            let name = match name.as_str() {
                "ipAddress" => "IPAddress".into(),
                "createdDateTime" => "CreatedDateTime [UTC]".into(),
                "status" => "Status_dynamic".into(),
                "deviceDetail" => "DeviceDetail_string".into(),
                "location" => "LocationDetails_dynamic".into(),
                "appliedConditionalAccessPolicies" => "ConditionalAccessPolicies_dynamic".into(),
                "operationType" => "AADOperationType".into(),
                name => capital(name),
            };
            row.insert(name, as_text(value));
        }
        if table == "SigninLogs" {
            let empty =
                ["Status_string", "DeviceDetail_dynamic", "LocationDetails_string", "ConditionalAccessPolicies_string"];
            empty.iter().for_each(|name| {
                row.insert((*name).into(), "".into());
            });
            if let Some(country) = record["location"]["countryOrRegion"].as_str() {
                row.insert("Location".into(), country.into());
            }
            row.insert("TimeGenerated [UTC]".into(), "1/1/2020, 1:00:00.000 AM".into());
        }
        row.insert("OperationName".into(), "Sign-in activity".into());
        row.insert("Type".into(), table.into());
        Value::Object(row)
    };
    let sign_ins = sign_ins.iter().map(|record| row(record, "SigninLogs"));
    sign_ins.chain(audits.iter().map(|record| row(record, "AuditLogs"))).collect()
}

/// A table as CSV, under all names that its rows have.
pub(crate) fn csv(rows: &[Value]) -> String {
    let mut names: Vec<&String> = rows.iter().flat_map(|row| row.as_object().unwrap().keys()).collect();
    names.sort();
    names.dedup();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&names).unwrap();
    for row in rows {
        let field = |name: &&String| match row.get(name.as_str()) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        writer.write_record(names.iter().map(field)).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// What diagnostic settings send.
pub(crate) fn diagnostic(sign_ins: &[Value], audits: &[Value]) -> Vec<Value> {
    let envelope = |record: &Value, category: &str| {
        json!({"time": "2026-04-03T00:00:00.0000000Z", "resourceId": "/tenants/x", "operationName": "y", "category": category,
            "level": 4, "location": "CH", "properties": record})
    };
    let sign_ins = sign_ins
        .iter()
        .enumerate()
        .map(|(i, record)| envelope(record, ["SignInLogs", "NonInteractiveUserSignInLogs"][i % 2]));
    sign_ins.chain(audits.iter().map(|record| envelope(record, "AuditLogs"))).collect()
}

/// Batches of an event hub, a line each.
pub(super) fn batches(events: &[Value]) -> Vec<Value> {
    events.chunks(7).map(|events| json!({"records": events})).collect()
}
