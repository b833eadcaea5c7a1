//! `defender.file_events`: malicious files in SharePoint, OneDrive and Teams (record type 47).
//!
//! Source: schema page, "File events", and published records.

use super::FILE_VERDICTS;
use crate::apis::activity::common::COMMON;
use crate::table::{Codes, Column, Edm, EntitySet, RAW, Sensitive, col, joined};

/// Files in which a threat was found.
pub static FILE_EVENTS: EntitySet = super::threat(
    "file_events",
    "Files in SharePoint, OneDrive and Teams in which malware was found.",
    &[47],
    &COLUMNS,
);

static COLUMNS: [Column; COMMON.len() + OWN.len() + 1] = joined(&[COMMON, OWN, &[RAW]]);

/// `SourceWorkload`.
static SOURCE_WORKLOADS: Codes = Codes::of(
    "Where a file lay.",
    &[
        (0, "SharePoint", "SharePoint Online"),
        (1, "OneDrive", "OneDrive for Business"),
        (2, "Teams", "Microsoft Teams"),
    ],
);

/// `FileData`.
const FILE: &[Column] = &[
    col("document_id", "DocumentId", Edm::Text, "Id of the file.").sensitive(Sensitive::Object),
    col("file_name", "FileName", Edm::Text, "Name of the file.").sensitive(Sensitive::Object),
    col("file_path", "FilePath", Edm::Text, "Path of the file.").sensitive(Sensitive::Object),
    col("file_verdict", "FileVerdict", Edm::Text, "Verdict on the file: Good, Bad, Error, Timeout or Pending.")
        .coded(&FILE_VERDICTS),
    col("malware_family", "MalwareFamily", Edm::Text, "Malware family of the file."),
    col("sha256", "SHA256", Edm::Text, "SHA-256 hash of the file.").sensitive(Sensitive::Object),
    col("file_size", "FileSize", Edm::Int64, "Size of the file in bytes."),
];
/// Fields of file events.
const OWN: &[Column] = &[
    col("file_data", "FileData", Edm::Object(FILE), "The file."),
    col("source_workload", "SourceWorkload", Edm::Text, "Where the file lay: SharePoint, OneDrive or Teams.")
        .coded(&SOURCE_WORKLOADS),
    col("detection_method", "DetectionMethod", Edm::Text, "Technology that found the threat."),
    col("detection_date", "DetectionDate", Edm::Instant, "When the threat was found, UTC."),
    col("last_modified_date", "LastModifiedDate", Edm::Instant, "When the file was last changed, UTC."),
    col("last_modified_by", "LastModifiedBy", Edm::Text, "Who changed the file last.").sensitive(Sensitive::Person),
    col("event_deep_link", "EventDeepLink", Edm::Text, "Link to the file in Threat Explorer.")
        .sensitive(Sensitive::Object),
];
