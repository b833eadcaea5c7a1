//! `defender.investigations`: automated investigations (record types 64, 86 and 89).
//!
//! Source: schema page, "Automated investigation and response events", and published records. Each change of status is a
//! record. `Actions` and `Data` are JSON inside text, with reference objects, and with members that come twice.

use crate::apis::activity::common::{COMMON, TEXTS};
use crate::apis::activity::derive;
use crate::table::{Column, Edm, EntitySet, RAW, Sensitive, col, derived, joined};

/// Automated investigations, a row for each change of status.
pub static INVESTIGATIONS: EntitySet = super::threat(
    "investigations",
    "Automated investigations, one row for each change of status; the newest last_update_time_utc is the present state.",
    &[64, 86, 89],
    &COLUMNS,
);

static COLUMNS: [Column; COMMON.len() + OWN.len() + 1] = joined(&[COMMON, OWN, &[RAW]]);

/// An entry of `FileHashes`.
const HASH: &[Column] = &[
    col("algorithm", "Algorithm", Edm::Text, "Algorithm of the hash."),
    col("value", "Value", Edm::Text, "The hash.").sensitive(Sensitive::Object),
];
/// An entity of an action or an alert: which fields it has depends on its type.
const ENTITY: &[Column] = &[
    col("type", "Type", Edm::Text, "Kind of entity, such as mailMessage, mailbox, url, ip, file or mailCluster."),
    col("urn", "Urn", Edm::Text, "Name of the entity in the investigation.").sensitive(Sensitive::Object),
    col("source", "Source", Edm::Text, "What brought the entity in."),
    col("first_seen", "FirstSeen", Edm::Instant, "When the entity was first seen, UTC."),
    col("recipient", "Recipient", Edm::Text, "Recipient of the mail.").sensitive(Sensitive::Person),
    col("sender", "Sender", Edm::Text, "Sender of the mail.").sensitive(Sensitive::Person),
    col("sender_ip", "SenderIP", Edm::Text, "Address that the mail came from.")
        .sensitive(Sensitive::Address)
        .alias(&["SenderIp"]),
    col("received_date", "ReceivedDate", Edm::Instant, "When the mail was received, UTC."),
    col("network_message_id", "NetworkMessageId", Edm::Text, "Exchange Online's key of the mail."),
    col("internet_message_id", "InternetMessageId", Edm::Text, "Message id of the mail as the sender's server set it.")
        .sensitive(Sensitive::Object),
    col("subject", "Subject", Edm::Text, "Subject of the mail.").sensitive(Sensitive::Object),
    col("delivery_action", "DeliveryAction", Edm::Text, "What was done with the mail at delivery."),
    col("delivery_location", "DeliveryLocation", Edm::Text, "Where the mail is."),
    col("threats", "Threats", TEXTS, "Threats that were found."),
    col("urls", "Urls", TEXTS, "Links in the mail.").sensitive(Sensitive::Object),
    col("address", "Address", Edm::Text, "The IP address.").sensitive(Sensitive::Address),
    col("url", "Url", Edm::Text, "The link.").sensitive(Sensitive::Object),
    col("mailbox_primary_address", "MailboxPrimaryAddress", Edm::Text, "Address of the mailbox.")
        .sensitive(Sensitive::Person),
    col("display_name", "DisplayName", Edm::Text, "Display name of the mailbox.").sensitive(Sensitive::Person),
    col("upn", "Upn", Edm::Text, "Name that the mailbox's user signs in with.").sensitive(Sensitive::Person),
    col("aad_id", "AadId", Edm::Text, "Object id of the mailbox's user.").sensitive(Sensitive::Person),
    col("risk_level", "RiskLevel", Edm::Text, "Risk of the mailbox's user."),
    col("name", "Name", Edm::Text, "Name of the file.").sensitive(Sensitive::Object),
    col("file_hashes", "FileHashes", Edm::List(&Edm::Object(HASH)), "Hashes of the file."),
    col("network_message_ids", "NetworkMessageIds", TEXTS, "Keys of the mails of a cluster."),
    col("mail_count", "MailCount", Edm::Int32, "Number of mails in a cluster."),
    col("query", "Query", Edm::Text, "Search that makes a cluster.").sensitive(Sensitive::Object),
    col("query_time", "QueryTime", Edm::Instant, "When that search was made, UTC."),
    col("is_volume_anomaly", "IsVolumeAnamoly", Edm::Bool, "Whether the number of mails is unusual.")
        .alias(&["IsVolumeAnomaly"]),
    col("cluster_by", "ClusterBy", Edm::Text, "What the mails of a cluster have in common."),
    col("cluster_by_value", "ClusterByValue", Edm::Text, "Value that they have in common.")
        .sensitive(Sensitive::Object),
    col("cluster_group", "ClusterGroup", Edm::Text, "Group of the cluster."),
];
/// An entry of `Actions`.
const ACTION: &[Column] = &[
    col("action_id", "ActionId", Edm::Text, "Id of the action."),
    col("investigation_id", "InvestigationId", Edm::Text, "Investigation of the action."),
    col("action_type", "ActionType", Edm::Text, "Kind of action, such as EmailRemediation."),
    col("action_status", "ActionStatus", Edm::Text, "How far the action is."),
    col("action_approval", "ActionApproval", Edm::Text, "Whether the action needs an approval."),
    col("approved_by", "ApprovedBy", Edm::Text, "Who approved the action.").sensitive(Sensitive::Person),
    col("pending_type", "PendingType", Edm::Text, "What the action waits for."),
    col("bulk_name", "BulkName", Edm::Text, "Name of the bulk that the action belongs to.")
        .sensitive(Sensitive::Object),
    col("machine_name", "MachineName", Edm::Text, "Machine of the action.").sensitive(Sensitive::Device),
    col("description", "Description", Edm::Text, "The action in words.").sensitive(Sensitive::Object),
    col("start_time_utc", "StartTimeUtc", Edm::Instant, "When the action began, UTC."),
    col("end_time_utc", "EndTimeUtc", Edm::Instant, "When the action ended, UTC."),
    col("last_update_time_utc", "LastUpdateTimeUtc", Edm::Instant, "When the action was last changed, UTC."),
    col("timestamp_utc", "TimestampUtc", Edm::Instant, "When the action was recorded, UTC."),
    col("log_creation_time", "LogCreationTime", Edm::Instant, "When the entry was written, UTC."),
    col("entities", "Entities", Edm::List(&Edm::Object(ENTITY)), "What the action is about."),
    col("related_alert_ids", "RelatedAlertIds", TEXTS, "Alerts of the action."),
];
/// `Data`: the alert that the investigation is about.
const DATA: &[Column] = &[
    col("alert_type", "AlertType", Edm::Text, "Kind of the alert."),
    col("alert_display_name", "AlertDisplayName", Edm::Text, "Name of the alert."),
    col("description", "Description", Edm::Text, "The alert in words.").sensitive(Sensitive::Object),
    col("status", "Status", Edm::Text, "Status of the alert."),
    col("severity", "Severity", Edm::Text, "Severity of the alert."),
    col("category", "Category", Edm::Text, "Category of the alert."),
    col("provider_name", "ProviderName", Edm::Text, "Product that raised the alert."),
    col("provider_alert_id", "ProviderAlertId", Edm::Text, "Id of the alert in that product."),
    col("system_alert_id", "SystemAlertId", Edm::Text, "Id of the alert in the system."),
    col("detection_technology", "DetectionTechnology", Edm::Text, "Technology that found the threat."),
    col("confidence_level", "ConfidenceLevel", Edm::Text, "Confidence in the alert."),
    col("is_incident", "IsIncident", Edm::Bool, "Whether the alert is an incident."),
    col("start_time_utc", "StartTimeUtc", Edm::Instant, "When the alert's events began, UTC."),
    col("end_time_utc", "EndTimeUtc", Edm::Instant, "When the alert's events ended, UTC."),
    col("time_generated", "TimeGenerated", Edm::Instant, "When the alert was raised, UTC."),
    col("log_creation_time", "LogCreationTime", Edm::Instant, "When the entry was written, UTC."),
    col("correlation_key", "CorrelationKey", Edm::Text, "Key that ties alerts together.").sensitive(Sensitive::Object),
    col("investigation_ids", "InvestigationIds", TEXTS, "Investigations of the alert."),
    col("entities", "Entities", Edm::List(&Edm::Object(ENTITY)), "What the alert is about."),
];
/// Fields of investigations.
const OWN: &[Column] = &[
    col("investigation_id", "InvestigationId", Edm::Text, "Id of the investigation."),
    col("investigation_name", "InvestigationName", Edm::Text, "Name of the investigation.")
        .sensitive(Sensitive::Object),
    col("investigation_type", "InvestigationType", Edm::Text, "Kind of investigation, such as ZappedUrlInvestigation."),
    col("status", "Status", Edm::Text, "Status that the investigation came to."),
    col("start_time_utc", "StartTimeUtc", Edm::Instant, "When the investigation began, UTC."),
    col("last_update_time_utc", "LastUpdateTimeUtc", Edm::Instant, "When the status changed, UTC."),
    derived(
        "end_time_utc",
        Edm::Instant,
        &["EndTimeUtc"],
        derive::ended,
        "When the investigation ended, UTC; NULL while it runs.",
    ),
    col("running_time", "RunningTime", Edm::Int32, "Time that the investigation has run, in seconds."),
    col("deep_link_url", "DeepLinkUrl", Edm::Text, "Link to the investigation.")
        .sensitive(Sensitive::Object)
        .alias(&["DeeplinkURL"]),
    col("actions", "Actions", Edm::List(&Edm::Object(ACTION)), "Actions of the investigation."),
    col("data", "Data", Edm::Object(DATA), "The alert that the investigation is about."),
];
