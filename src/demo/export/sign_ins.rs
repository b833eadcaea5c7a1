//! Sign-ins as Microsoft Graph and the portal export them, and in the envelopes of a diagnostic setting.

use std::path::Path;

use serde_json::value::RawValue;

use super::{ExportError, Source, joined};
use crate::demo::json::Json;

fn records(source: &Source) -> impl Iterator<Item = &str> {
    source.sign_ins.iter().map(|record| record.json.as_str())
}

pub(super) fn array(source: &Source, path: &Path) -> Result<(), ExportError> {
    joined(path, ["[", ",\n", "]\n"], records(source))
}

pub(super) fn lines(source: &Source, path: &Path) -> Result<(), ExportError> {
    joined(path, ["", "\n", "\n"], records(source))
}

/// A saved reply.
pub(super) fn value(source: &Source, path: &Path) -> Result<(), ExportError> {
    let context = "{\"@odata.context\":\"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns\",\"value\":[";
    joined(path, [context, ",\n", "]}\n"], records(source))
}

/// `{"time", "category", "properties"}`, one a line.
pub(super) fn envelopes(source: &Source, path: &Path) -> Result<(), ExportError> {
    let all = source.sign_ins.iter().map(|record| envelope(&record.json, &source.tenant));
    let all = all.collect::<Result<Vec<_>, _>>()?;
    joined(path, ["", "\n", "\n"], all.iter().map(String::as_str))
}

/// What an envelope repeats of a record.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    created_date_time: &'a str,
    #[serde(borrow)]
    correlation_id: Option<&'a RawValue>,
    #[serde(borrow)]
    sign_in_event_types: Vec<&'a str>,
}

fn envelope(record: &str, tenant: &str) -> Result<String, ExportError> {
    let shown: Shown<'_> = serde_json::from_str(record)?;
    let category = match shown.sign_in_event_types.first() {
        Some(&"nonInteractiveUser") => "NonInteractiveUserSignInLogs",
        Some(&"servicePrincipal") => "ServicePrincipalSignInLogs",
        Some(&"managedIdentity") => "ManagedIdentitySignInLogs",
        _ => "SignInLogs",
    };
    let mut json = Json::object();
    json.text("time", shown.created_date_time);
    json.text("resourceId", &format!("/tenants/{tenant}/providers/Microsoft.aadiam"));
    json.text("operationName", "Sign-in activity");
    json.text("category", category);
    json.text("tenantId", tenant);
    if let Some(id) = shown.correlation_id {
        json.raw("correlationId", id.get());
    }
    json.raw("Level", "4");
    json.raw("properties", record);
    Ok(json.finish())
}
