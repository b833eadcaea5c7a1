//! Rows of a Log Analytics workspace: the same values under other names, nested ones as text, enumerations as words.

use std::path::Path;

use serde_json::{Map, Value};

use super::csv::american;
use super::{Contents, ExportError, Out};
use crate::demo::activity::Activity;

/// Columns whose name is not the property's.
const OFFICE: &[(&str, &str)] = &[
    ("Id", "OfficeId"),
    ("Workload", "OfficeWorkload"),
    ("ObjectId", "OfficeObjectId"),
    ("ClientIPAddress", "Client_IPAddress"),
    ("LogonType", "Logon_Type"),
    ("EventData", "Event_Data"),
    ("SiteUrl", "Site_Url"),
    ("Site", "Site_"),
    ("SourceName", "Source_Name"),
    ("StartTime", "Start_Time"),
    ("CreationTime", "TimeGenerated"),
];

const SIGN_IN: &[(&str, &str)] = &[
    ("ipAddress", "IPAddress"),
    ("status", "Status_dynamic"),
    ("deviceDetail", "DeviceDetail_dynamic"),
    ("location", "LocationDetails_dynamic"),
    ("mfaDetail", "MfaDetail_dynamic"),
    ("appliedConditionalAccessPolicies", "ConditionalAccessPolicies_dynamic"),
    ("resourceId", "ResourceIdentity"),
    ("riskEventTypes_v2", "RiskEventTypes_V2"),
];

const AUDIT: &[(&str, &str)] = &[("operationType", "AADOperationType"), ("activityDateTime", "ActivityDateTime")];

const USER_TYPES: [&str; 7] = ["Regular", "Reserved", "Admin", "DcAdmin", "System", "Application", "ServicePrincipal"];

const LOGON_TYPES: [&str; 3] = ["Owner", "Admin", "Delegated"];

/// One file for each of the workspace's tables.
pub(super) fn write(contents: &Contents, folder: &Path) -> Result<(), ExportError> {
    let mut out = Out::new(&folder.join("OfficeActivity.json"))?;
    for record in &contents.activity {
        out.text(&office(record)?)?;
        out.text("\n")?;
    }
    out.finish()?;
    let mut out = Out::new(&folder.join("SigninLogs.json"))?;
    for record in &contents.sign_ins {
        out.text(&sign_in(&record.json, &contents.tenant)?)?;
        out.text("\n")?;
    }
    out.finish()?;
    let mut out = Out::new(&folder.join("AuditLogs.json"))?;
    for record in &contents.directory_audits {
        out.text(&audit(&record.json, &contents.tenant)?)?;
        out.text("\n")?;
    }
    out.finish()
}

/// Text and Booleans stay, numbers and everything nested become text.
fn flat(value: Value) -> Value {
    match value {
        Value::Number(_) | Value::Array(_) | Value::Object(_) => Value::String(value.to_string()),
        other => other,
    }
}

fn renamed(name: String, names: &[(&str, &str)]) -> String {
    names.iter().find(|(own, _)| *own == name).map_or(name, |(_, column)| (*column).to_owned())
}

fn word(value: &Value, words: &[&str]) -> Option<Value> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    words.get(usize::try_from(number).ok()?).map(|word| Value::from(*word))
}

fn office(record: &Activity) -> Result<String, ExportError> {
    let properties: Map<String, Value> = serde_json::from_str(&record.json)?;
    let mut row = Map::new();
    for (name, value) in properties {
        let value = match name.as_str() {
            "UserType" => word(&value, &USER_TYPES).unwrap_or(value),
            "LogonType" => word(&value, &LOGON_TYPES).unwrap_or(value),
            _ => flat(value),
        };
        row.insert(renamed(name, OFFICE), value);
    }
    for name in ["UserId", "ClientIP", "OrganizationId", "Site_Url"] {
        if let Some(twin) = row.get(name).cloned() {
            row.insert(format!("{name}_"), twin);
        }
    }
    if let Some(id) = row.get("OfficeId").cloned() {
        row.insert("SourceRecordId".into(), id);
    }
    row.insert("Type".into(), "OfficeActivity".into());
    row.insert("SourceSystem".into(), "OfficeActivityManager".into());
    row.insert("OfficeTenantId".into(), "$RestApiTenantId$".into());
    Ok(Value::Object(row).to_string())
}

/// `isInteractive` → `IsInteractive`
fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

fn sign_in(json: &str, tenant: &str) -> Result<String, ExportError> {
    let properties: Map<String, Value> = serde_json::from_str(json)?;
    let kind = properties["signInEventTypes"][0].as_str().unwrap_or_default().to_owned();
    let time = properties.get("createdDateTime").and_then(Value::as_str).and_then(|t| t.parse().ok());
    let mut row = Map::new();
    for (name, value) in properties {
        let value = match value {
            Value::Bool(value) => Value::from(if value { "TRUE" } else { "FALSE" }),
            other => flat(other),
        };
        let column = SIGN_IN.iter().find(|(own, _)| *own == name);
        row.insert(column.map_or_else(|| capitalised(&name), |(_, column)| (*column).to_owned()), value);
    }
    for twin in ["Status", "DeviceDetail", "LocationDetails", "MfaDetail", "ConditionalAccessPolicies"] {
        row.insert(format!("{twin}_string"), "".into());
    }
    // The workspace has no column for the kind: a row's table tells it.
    row.remove("SignInEventTypes");
    let (table, category) = match kind.as_str() {
        "nonInteractiveUser" => ("AADNonInteractiveUserSignInLogs", "NonInteractiveUserSignInLogs"),
        "servicePrincipal" => ("AADServicePrincipalSignInLogs", "ServicePrincipalSignInLogs"),
        "managedIdentity" => ("AADManagedIdentitySignInLogs", "ManagedIdentitySignInLogs"),
        _ => ("SigninLogs", "SignInLogs"),
    };
    row.insert("Type".into(), table.into());
    row.insert("Category".into(), category.into());
    row.insert("OperationName".into(), "Sign-in activity".into());
    row.insert("AADTenantId".into(), tenant.into());
    row.insert("TimeGenerated [UTC]".into(), time.map(american).unwrap_or_default().into());
    Ok(Value::Object(row).to_string())
}

fn audit(json: &str, tenant: &str) -> Result<String, ExportError> {
    let properties: Map<String, Value> = serde_json::from_str(json)?;
    let mut row = Map::new();
    for (name, value) in properties {
        let column = AUDIT.iter().find(|(own, _)| *own == name);
        row.insert(column.map_or_else(|| capitalised(&name), |(_, column)| (*column).to_owned()), flat(value));
    }
    for (column, twin) in [("OperationName", "ActivityDisplayName"), ("TimeGenerated", "ActivityDateTime")] {
        row.insert(column.into(), row[twin].clone());
    }
    row.insert("Type".into(), "AuditLogs".into());
    row.insert("AADTenantId".into(), tenant.into());
    row.insert("SourceSystem".into(), "Azure AD".into());
    Ok(Value::Object(row).to_string())
}
