//! `defender.alerts`: alerts of Security & Compliance (record type 40) and of Defender for Cloud Apps (98).
//!
//! Source: schema page, "Security and Compliance Alerts schema", and published records; those of Cloud Apps name the same
//! things differently.

use crate::apis::activity::common::{COMMON, TEXTS};
use crate::table::{Column, Edm, EntitySet, RAW, Sensitive, col, joined};

/// Alerts, their entities and their changes.
pub static ALERTS: EntitySet = super::threat(
    "alerts",
    "Alerts: raised, each of their entities, and each change of their status, as operation says.",
    &[40, 98],
    &COLUMNS,
);

static COLUMNS: [Column; COMMON.len() + OWN.len() + 1] = joined(&[COMMON, OWN, &[RAW]]);

/// An entry of `AlertLinks`.
const LINK: &[Column] = &[col("href", "AlertLinkHref", Edm::Text, "Address of the link.").sensitive(Sensitive::Object)];
/// An entry of `Applications`.
const APPLICATION: &[Column] = &[col("name", "Name", Edm::Text, "Name of the application.")];
/// Fields of alerts.
const OWN: &[Column] = &[
    col("alert_id", "AlertId", Edm::Text, "Id of the alert."),
    col("alert_type", "AlertType", Edm::Text, "Whether the alert is of the System or Custom."),
    col("name", "Name", Edm::Text, "Name of the alert.").alias(&["AlertDisplayName"]),
    col("policy_id", "PolicyId", Edm::Text, "Policy that raised the alert."),
    col("status", "Status", Edm::Text, "Status of the alert, such as Active or Resolved."),
    col("severity", "Severity", Edm::Text, "Severity of the alert.").alias(&["AlertSeverity"]),
    col("category", "Category", Edm::Text, "Category of the alert.").alias(&["AlertCategory"]),
    col("source", "Source", Edm::Text, "Product that raised the alert."),
    col("comments", "Comments", Edm::Text, "Comments of administrators.").sensitive(Sensitive::Object),
    col("data", "Data", Edm::Json, "Details of the alert, as JSON text.").sensitive(Sensitive::Object),
    col("alert_entity_id", "AlertEntityId", Edm::Text, "Entity that the record is about.").sensitive(Sensitive::Person),
    col("entity_type", "EntityType", Edm::Text, "Kind of that entity, such as User or Recipients."),
    col("alert_links", "AlertLinks", Edm::List(&Edm::Object(LINK)), "Links of the alert."),
    col("alert_description", "AlertDescription", Edm::Text, "The alert in words, from Cloud Apps.")
        .sensitive(Sensitive::Object),
    col("alert_uri", "AlertUri", Edm::Text, "Address of the alert in Cloud Apps.").sensitive(Sensitive::Object),
    col("assigned_to", "AssignedTo", Edm::Text, "Who the alert is assigned to.").sensitive(Sensitive::Person),
    col("last_updated_time", "LastUpdatedTime", Edm::Instant, "When the alert was last changed, UTC."),
    col("activity_start_time", "ActivityStartTime", Edm::Instant, "When the alerted activity began, UTC."),
    col("item_count", "ItemCount", Edm::Int32, "Number of activities."),
    col("client_ips", "ClientIPs", TEXTS, "Addresses of the alerted activity.").sensitive(Sensitive::Address),
    col("applications", "Applications", Edm::List(&Edm::Object(APPLICATION)), "Applications of the alerted activity."),
];
