//! `m365.dlp`: matches of data loss prevention rules.
//!
//! Source: schema page, "DLP schema" and its complex types, and published records.

use super::codes::ENFORCEMENT_MODES;
use super::common::{COMMON, NAME_VALUES, TEXTS};
use crate::table::{Column, Edm, EntitySet, RAW, Sensitive, col, joined};

/// Records of data loss prevention.
pub static DLP: EntitySet = super::content(
    "dlp",
    "Matches of data loss prevention rules in mail, files and on endpoints; detected values need their own permission.",
    &["DLP.All"],
    &COLUMNS,
);

static COLUMNS: [Column; COMMON.len() + OWN.len() + 1] = joined(&[COMMON, OWN, &[RAW]]);

/// `SharePointMetaData`.
const SHAREPOINT_META: &[Column] = &[
    col("from", "From", Edm::Text, "User who triggered the event.").sensitive(Sensitive::Person),
    col("item_creation_time", "itemCreationTime", Edm::Instant, "When the file was made, UTC."),
    col("site_collection_guid", "SiteCollectionGuid", Edm::Text, "Id of the site collection.")
        .sensitive(Sensitive::Object),
    col("site_collection_url", "SiteCollectionUrl", Edm::Text, "Address of the site collection.")
        .sensitive(Sensitive::Object),
    col("file_name", "FileName", Edm::Text, "Name of the file.").sensitive(Sensitive::Object),
    col("file_owner", "FileOwner", Edm::Text, "Owner of the file.").sensitive(Sensitive::Person),
    col("file_path_url", "FilePathUrl", Edm::Text, "Address of the file.").sensitive(Sensitive::Object),
    col("document_last_modifier", "DocumentLastModifier", Edm::Text, "User who changed the file last.")
        .sensitive(Sensitive::Person),
    col("document_sharer", "DocumentSharer", Edm::Text, "User who shared the file last.").sensitive(Sensitive::Person),
    col("unique_id", "UniqueID", Edm::Text, "Id of the file.").sensitive(Sensitive::Object).alias(&["UniqueId"]),
    col("last_modified_time", "ItemLastModifiedTime", Edm::Instant, "When the file was last changed, UTC.")
        .alias(&["LastModifiedTime"]),
    col(
        "is_viewable_by_external_users",
        "IsViewableByExternalUsers",
        Edm::Bool,
        "Whether users from outside can see the file.",
    ),
    col("file_size", "FileSize", Edm::Int64, "Size of the file in bytes."),
];
/// `ExchangeMetaData`.
const EXCHANGE_META: &[Column] = &[
    col("message_id", "MessageID", Edm::Text, "Message id as the sender's server set it.")
        .sensitive(Sensitive::Object)
        .alias(&["MessageId"]),
    col("from", "From", Edm::Text, "Sender of the message.").sensitive(Sensitive::Person),
    col("to", "To", TEXTS, "Recipients of the message.").sensitive(Sensitive::Person),
    col("cc", "CC", TEXTS, "Recipients of copies.").sensitive(Sensitive::Person),
    col("bcc", "BCC", TEXTS, "Recipients of blind copies.").sensitive(Sensitive::Person),
    col("subject", "Subject", Edm::Text, "Subject of the message.").sensitive(Sensitive::Object),
    col("sent", "Sent", Edm::Instant, "When the message was sent, UTC."),
    col("recipient_count", "RecipientCount", Edm::Int32, "Number of recipients."),
    col("file_size", "FileSize", Edm::Int64, "Size of the message in bytes."),
    col("unique_id", "UniqueID", Edm::Text, "Id of the message.").sensitive(Sensitive::Object).alias(&["UniqueId"]),
];
/// An entry of `SensitiveInformationDetailedClassificationAttributes`.
const CLASSIFICATION: &[Column] = &[
    col("confidence", "Confidence", Edm::Int32, "Confidence of the detection, 0 to 100."),
    col("count", "Count", Edm::Int32, "Number of instances."),
    col("is_match", "IsMatch", Edm::Bool, "Whether the instances make the rule match."),
];
/// An entry of `DetectedValues`.
const DETECTED: &[Column] = &[
    col("name", "Name", Edm::Text, "The value that was detected.").sensitive(Sensitive::Secret),
    col("value", "Value", Edm::Text, "The text around it.").sensitive(Sensitive::Secret).alias(&["Context"]),
];
/// `SensitiveInformationDetections`.
const DETECTIONS: &[Column] = &[
    col(
        "detected_values",
        "DetectedValues",
        Edm::List(&Edm::Object(DETECTED)),
        "Values that were detected, with the text around them.",
    ),
    col("results_truncated", "ResultsTruncated", Edm::Bool, "Whether there were more values."),
];
/// `SensitiveInformation`.
const SENSITIVE: &[Column] = &[
    col("confidence", "Confidence", Edm::Int32, "Confidence of the detection, 0 to 100."),
    col("count", "Count", Edm::Int32, "Number of instances."),
    col("unique_count", "UniqueCount", Edm::Int32, "Number of different instances."),
    col("location", "Location", Edm::Text, "Where in the item the information was found.").sensitive(Sensitive::Object),
    col("sensitive_type", "SensitiveType", Edm::Text, "Id of the sensitive information type."),
    col(
        "sensitive_information_type_name",
        "SensitiveInformationTypeName",
        Edm::Text,
        "Name of the sensitive information type.",
    ),
    col(
        "classification_attributes",
        "SensitiveInformationDetailedClassificationAttributes",
        Edm::List(&Edm::Object(CLASSIFICATION)),
        "Counts by confidence.",
    ),
    col(
        "detections",
        "SensitiveInformationDetections",
        Edm::Object(DETECTIONS),
        "What was detected; only with the permission to read it.",
    ),
];
/// `EndpointMetaData`.
const ENDPOINT_META: &[Column] = &[
    col(
        "sensitive_information",
        "SensitiveInformation",
        Edm::List(&Edm::Object(SENSITIVE)),
        "Sensitive information that was found.",
    ),
    col(
        "enforcement_mode",
        "EnforcementMode",
        Edm::Text,
        "What the policy did: Audit, Warn, WarnAndBypass, Block or Allow.",
    )
    .coded(&ENFORCEMENT_MODES),
    col("file_extension", "FileExtension", Edm::Text, "Extension of the file."),
    col("file_type", "FileType", Edm::Text, "Type of the file."),
    col("device_name", "DeviceName", Edm::Text, "Name of the endpoint.").sensitive(Sensitive::Device),
];
/// `ExceptionInfo`.
const EXCEPTION: &[Column] = &[
    col("reason", "Reason", Edm::Text, "Why the rule no longer applies: Override, Document Change or Policy Change."),
    col("false_positive", "FalsePositive", Edm::Bool, "Whether the user called it a false positive."),
    col("justification", "Justification", Edm::Text, "What the user wrote.").sensitive(Sensitive::Object),
    col("rules", "Rules", TEXTS, "Rules that the exception is about."),
];
/// `ConditionsMatched`.
const CONDITIONS: &[Column] = &[
    col(
        "sensitive_information",
        "SensitiveInformation",
        Edm::List(&Edm::Object(SENSITIVE)),
        "Sensitive information that matched.",
    ),
    col("document_properties", "DocumentProperties", NAME_VALUES, "Properties of the document that matched."),
    col("other_conditions", "OtherConditions", NAME_VALUES, "Other conditions that matched."),
];
/// `Rule`.
const RULE: &[Column] = &[
    col("rule_id", "RuleId", Edm::Text, "Id of the rule."),
    col("rule_name", "RuleName", Edm::Text, "Name of the rule."),
    col("actions", "Actions", TEXTS, "Actions that were taken."),
    col("action_parameters", "ActionParameters", TEXTS, "Parameters of the actions.").sensitive(Sensitive::Object),
    col("overridden_actions", "OverriddenActions", TEXTS, "Actions that the user overrode."),
    col("severity", "Severity", Edm::Text, "Severity of the match: Low, Medium or High."),
    col("rule_mode", "RuleMode", Edm::Text, "Whether the rule is enforced or audits only."),
    col("conditions_matched", "ConditionsMatched", Edm::Object(CONDITIONS), "What matched."),
];
/// `PolicyDetails`.
const POLICY: &[Column] = &[
    col("policy_id", "PolicyId", Edm::Text, "Id of the policy."),
    col("policy_name", "PolicyName", Edm::Text, "Name of the policy."),
    col("rules", "Rules", Edm::List(&Edm::Object(RULE)), "Rules that matched."),
];
/// Fields of data loss prevention.
const OWN: &[Column] = &[
    col("incident_id", "IncidentId", Edm::Text, "Id that ties the records of one match together."),
    col("policy_details", "PolicyDetails", Edm::List(&Edm::Object(POLICY)), "Policies that fired, with their rules."),
    col(
        "sensitive_info_detection_is_included",
        "SensitiveInfoDetectionIsIncluded",
        Edm::Bool,
        "Whether detected values are in the record.",
    ),
    col(
        "sharepoint_meta_data",
        "SharePointMetaData",
        Edm::Object(SHAREPOINT_META),
        "The file, if it was one in SharePoint or OneDrive.",
    ),
    col("exchange_meta_data", "ExchangeMetaData", Edm::Object(EXCHANGE_META), "The message, if it was one."),
    col("endpoint_meta_data", "EndpointMetaData", Edm::Object(ENDPOINT_META), "The endpoint, if it was one."),
    col("exception_info", "ExceptionInfo", Edm::Object(EXCEPTION), "Why a match was undone."),
];
