//! Sign-ins and directory audits as Microsoft Graph and the portal export them, and in the envelopes of a diagnostic setting.

use std::path::Path;

use serde_json::value::RawValue;

use super::{Contents, ExportError, joined};
use crate::demo::json::Json;
use crate::demo::tenant::Record;

fn texts(records: &[Record]) -> impl Iterator<Item = &str> {
    records.iter().map(|record| record.json.as_str())
}

pub(super) fn array(records: &[Record], path: &Path) -> Result<(), ExportError> {
    joined(path, ["[", ",\n", "]\n"], texts(records))
}

pub(super) fn lines(records: &[Record], path: &Path) -> Result<(), ExportError> {
    joined(path, ["", "\n", "\n"], texts(records))
}

/// A saved reply.
pub(super) fn value(records: &[Record], metadata: &str, set: &str, path: &Path) -> Result<(), ExportError> {
    let context = format!("{{\"@odata.context\":\"{metadata}{set}\",\"value\":[");
    joined(path, [context.as_str(), ",\n", "]}\n"], texts(records))
}

/// `{"time", "category", "properties"}`, one a line, in a file for each of the sets.
pub(super) fn envelopes(contents: &Contents, folder: &Path) -> Result<(), ExportError> {
    let write = |records: &[Record], of: fn(&str) -> Result<Shown<'_>, ExportError>, name: &str| {
        let all = records.iter().map(|record| Ok(of(&record.json)?.envelope(&record.json, &contents.tenant)));
        let all = all.collect::<Result<Vec<_>, ExportError>>()?;
        joined(&folder.join(name), ["", "\n", "\n"], all.iter().map(String::as_str))
    };
    write(&contents.sign_ins, sign_in, "insights-logs.json")?;
    write(&contents.directory_audits, directory_audit, "insights-logs-auditlogs.json")
}

/// What an envelope repeats of a record.
struct Shown<'a> {
    time: &'a str,
    operation: &'a str,
    category: &'static str,
    correlation_id: Option<&'a RawValue>,
}

impl Shown<'_> {
    fn envelope(&self, record: &str, tenant: &str) -> String {
        let mut json = Json::object();
        json.text("time", self.time);
        json.text("resourceId", &format!("/tenants/{tenant}/providers/Microsoft.aadiam"));
        json.text("operationName", self.operation);
        json.text("category", self.category);
        json.text("tenantId", tenant);
        if let Some(id) = self.correlation_id {
            json.raw("correlationId", id.get());
        }
        json.raw("Level", "4");
        json.raw("properties", record);
        json.finish()
    }
}

fn sign_in(record: &str) -> Result<Shown<'_>, ExportError> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct SignIn<'a> {
        created_date_time: &'a str,
        #[serde(borrow)]
        correlation_id: Option<&'a RawValue>,
        #[serde(borrow)]
        sign_in_event_types: Vec<&'a str>,
    }
    let record: SignIn<'_> = serde_json::from_str(record)?;
    let category = match record.sign_in_event_types.first() {
        Some(&"nonInteractiveUser") => "NonInteractiveUserSignInLogs",
        Some(&"servicePrincipal") => "ServicePrincipalSignInLogs",
        Some(&"managedIdentity") => "ManagedIdentitySignInLogs",
        _ => "SignInLogs",
    };
    let (time, correlation_id) = (record.created_date_time, record.correlation_id);
    Ok(Shown { time, operation: "Sign-in activity", category, correlation_id })
}

fn directory_audit(record: &str) -> Result<Shown<'_>, ExportError> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Audit<'a> {
        activity_date_time: &'a str,
        activity_display_name: &'a str,
        #[serde(borrow)]
        correlation_id: Option<&'a RawValue>,
    }
    let record: Audit<'_> = serde_json::from_str(record)?;
    let (time, operation) = (record.activity_date_time, record.activity_display_name);
    Ok(Shown { time, operation, category: "AuditLogs", correlation_id: record.correlation_id })
}
