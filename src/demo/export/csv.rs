//! CSV as the portal writes it, and as `Search-UnifiedAuditLog | Export-Csv` does: the record as text in `AuditData`,
//! beside it a few of its properties in spellings of their own.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{Contents, ExportError, Out};
use crate::demo::activity::Activity;
use crate::demo::world::dice::guid;

/// Names of the record types that the demo makes.
const RECORD_TYPES: &[(i32, &str)] = &[
    (1, "ExchangeAdmin"),
    (2, "ExchangeItem"),
    (3, "ExchangeItemGroup"),
    (4, "SharePoint"),
    (6, "SharePointFileOperation"),
    (8, "AzureActiveDirectory"),
    (9, "AzureActiveDirectoryAccountLogon"),
    (11, "ComplianceDLPSharePoint"),
    (13, "ComplianceDLPExchange"),
    (14, "SharePointSharingOperation"),
    (15, "AzureActiveDirectoryStsLogon"),
    (18, "SecurityComplianceCenterEOPCmdlet"),
    (20, "PowerBIAudit"),
    (22, "Yammer"),
    (25, "MicrosoftTeams"),
    (28, "ThreatIntelligence"),
    (29, "MailSubmission"),
    (36, "SharePointListOperation"),
    (40, "SecurityComplianceAlerts"),
    (41, "ThreatIntelligenceUrl"),
    (47, "ThreatIntelligenceAtpContent"),
    (50, "ExchangeItemAggregated"),
    (56, "SharePointFieldOperation"),
    (63, "DLPEndpoint"),
    (64, "AirInvestigation"),
    (65, "Quarantine"),
    (66, "MicrosoftForms"),
    (98, "MCASAlerts"),
    (261, "CopilotInteraction"),
];

fn record_type(record: &Activity) -> String {
    let name = RECORD_TYPES.iter().find(|(id, _)| *id == record.record_type);
    name.map_or_else(|| record.record_type.to_string(), |(_, name)| (*name).to_owned())
}

/// The portal's export, with a byte order mark.
pub(super) fn purview(activity: &[Activity], path: &Path) -> Result<(), ExportError> {
    let header = [
        "RecordId",
        "CreationDate",
        "RecordType",
        "Operation",
        "UserId",
        "AuditData",
        "AssociatedAdminUnits",
        "AssociatedAdminUnitsNames",
    ];
    table(
        path,
        &header,
        activity.iter().map(|record| {
            let created = record.created.format("%Y-%m-%dT%H:%M:%S.0000000Z").to_string();
            [
                record.id.clone().unwrap_or_default(),
                created,
                record.record_type.to_string(),
                record.operation.unwrap_or_default().to_owned(),
                record.user_id.clone().unwrap_or_default(),
                record.json.clone(),
                String::new(),
                String::new(),
            ]
        }),
    )
}

/// The cmdlet's export: record types by name, dates as Americans write them.
pub(super) fn search(contents: &Contents, path: &Path) -> Result<(), ExportError> {
    let header = [
        "RecordType",
        "CreationDate",
        "UserIds",
        "Operations",
        "AuditData",
        "ResultIndex",
        "ResultCount",
        "Identity",
        "IsValid",
        "ObjectState",
    ];
    let count = contents.activity.len().to_string();
    table(
        path,
        &header,
        contents.activity.iter().enumerate().map(|(n, record)| {
            [
                record_type(record),
                american(record.created),
                record.user_id.clone().unwrap_or_default(),
                record.operation.unwrap_or_default().to_owned(),
                record.json.clone(),
                (n + 1).to_string(),
                count.clone(),
                record.id.clone().unwrap_or_else(|| guid(n as u64, 0xc5)),
                "True".to_owned(),
                "Unchanged".to_owned(),
            ]
        }),
    )
}

/// `5/1/2026 2:05:09 PM`
pub(super) fn american(time: DateTime<Utc>) -> String {
    time.format("%-m/%-d/%Y %-I:%M:%S %p").to_string()
}

fn table<const N: usize>(
    path: &Path,
    header: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<(), ExportError> {
    let mut out = Out::new(path)?;
    out.text("\u{feff}")?;
    out.text(&line(header.iter().copied()))?;
    for row in rows {
        out.text(&line(row.iter().map(String::as_str)))?;
    }
    out.finish()
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let quoted = cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}
