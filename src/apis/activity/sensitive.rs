//! `m365.dlp_sensitive_types`: what the ids in records of data loss prevention mean.
//!
//! Source: Management Activity API reference, "Working with sensitive types". Names come in the service's default language,
//! American English, so that a query means the same everywhere.

use crate::table::{Api, Column, Edm, Lookup, Quota, col};

/// Types of sensitive information.
pub static DLP_SENSITIVE_TYPES: Lookup = Lookup {
    schema: "m365",
    name: "dlp_sensitive_types",
    doc: "Types of sensitive information that the tenant's data loss prevention knows, by id.",
    api: Api::Activity,
    path: "/activity/feed/resources/dlpSensitiveTypes",
    permissions: &["ActivityFeed.Read"],
    quota: Quota::Activity,
    columns: COLUMNS,
};

const COLUMNS: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the type, a GUID, as records of m365.dlp name it."),
    col("name", "name", Edm::Text, "Name of the type, such as Credit Card Number."),
];
