//! `defender.email_events`: phishing and malware found in mail (record type 28).
//!
//! Source: schema page, "Microsoft Defender for Office 365 and Threat Investigation and Response schema", and published
//! records. The page prints some names with blanks; records have none.

use super::FILE_VERDICTS;
use crate::apis::activity::common::{COMMON, NAME_VALUES, TEXTS};
use crate::table::{Codes, Column, Edm, EntitySet, RAW, Sensitive, col, joined};

/// Mail in which a threat was found.
pub static EMAIL_EVENTS: EntitySet = super::threat(
    "email_events",
    "Mail in which phishing or malware was found, at delivery or later; one mail can have several events.",
    &[28],
    &COLUMNS,
);

static COLUMNS: [Column; COMMON.len() + OWN.len() + 1] = joined(&[COMMON, OWN, &[RAW]]);

/// `DetectionType`; numbers in records of 2018.
static DETECTION_TYPES: Codes =
    Codes::of("When a threat was found.", &[(0, "Inline", ""), (1, "Delayed", ""), (2, "ZAP", "")]);

/// `Policy`: the page lists numbers, records hold names.
static POLICIES: Codes = Codes::of(
    "The policy that decided, with its abbreviation in mail headers.",
    &[
        (1, "HSPM", ""),
        (2, "SPM", ""),
        (3, "Bulk", ""),
        (4, "PHSH", ""),
        (5, "DIMP", ""),
        (6, "UIMP", ""),
        (7, "SPOOF", ""),
        (8, "GIMP", ""),
        (9, "AMP", ""),
        (10, "SAP", ""),
        (11, "ETR", ""),
        (12, "ZAPM", ""),
        (13, "ZAPP", ""),
        (14, "ZAPS", ""),
        (15, "HPHISH", ""),
        (17, "OSPM", ""),
    ],
);

/// `PolicyAction`: the page lists numbers, records hold names.
static POLICY_ACTIONS: Codes = Codes::of(
    "What a policy does with a mail.",
    &[
        (0, "MoveToJMF", ""),
        (1, "AddXHeader", ""),
        (2, "ModifySubject", ""),
        (3, "Redirect", ""),
        (4, "Delete", ""),
        (5, "Quarantine", ""),
        (6, "NoAction", ""),
        (7, "BccMessage", ""),
        (8, "ReplaceAttachment", ""),
    ],
);

/// `AttachmentData`.
const ATTACHMENT: &[Column] = &[
    col("file_name", "FileName", Edm::Text, "Name of the attachment.").sensitive(Sensitive::Object),
    col("file_type", "FileType", Edm::Text, "Type of the attachment."),
    col("file_verdict", "FileVerdict", Edm::Text, "Verdict on the attachment: Good, Bad, Error, Timeout or Pending.")
        .coded(&FILE_VERDICTS),
    col("malware_family", "MalwareFamily", Edm::Text, "Malware family of the attachment."),
    col("sha256", "SHA256", Edm::Text, "SHA-256 hash of the attachment.").sensitive(Sensitive::Object),
];
/// An entry of `SystemOverrides`.
const OVERRIDE: &[Column] = &[
    col("details", "Details", Edm::Text, "What overrode the verdict."),
    col("final_override", "FinalOverride", Edm::Text, "Whether it decided."),
    col("result", "Result", Edm::Text, "What it led to."),
    col("source", "Source", Edm::Text, "Whether the tenant or a user set it."),
];
/// Fields of mail events.
const OWN: &[Column] = &[
    col("message_time", "MessageTime", Edm::Instant, "When the mail was received or sent, UTC."),
    col(
        "network_message_id",
        "NetworkMessageId",
        Edm::Text,
        "Exchange Online's key of the mail; clicks and the quarantine name it too.",
    ),
    col("internet_message_id", "InternetMessageId", Edm::Text, "Message id as the sender's server set it.")
        .sensitive(Sensitive::Object),
    col("subject", "Subject", Edm::Text, "Subject of the mail.").sensitive(Sensitive::Object),
    col("p1_sender", "P1Sender", Edm::Text, "Envelope sender.").sensitive(Sensitive::Person),
    col("p2_sender", "P2Sender", Edm::Text, "Sender that the reader sees.").sensitive(Sensitive::Person),
    col("sender_ip", "SenderIp", Edm::Text, "Address that the mail came from.")
        .sensitive(Sensitive::Address)
        .alias(&["SenderIP"]),
    col("recipients", "Recipients", TEXTS, "Recipients of the mail.").sensitive(Sensitive::Person),
    col("directionality", "Directionality", Edm::Text, "Direction of the mail, such as Inbound."),
    col("verdict", "Verdict", Edm::Text, "What was found: Malware, Phish, Spam and others."),
    col(
        "detection_type",
        "DetectionType",
        Edm::Text,
        "When it was found: Inline at delivery, Delayed after it, ZAP when removed later.",
    )
    .coded(&DETECTION_TYPES),
    col("detection_method", "DetectionMethod", Edm::Text, "Technology that found it."),
    col(
        "threats_and_detection_tech",
        "ThreatsAndDetectionTech",
        TEXTS,
        "All threats with the technologies that found them.",
    ),
    col(
        "policy",
        "Policy",
        Edm::Text,
        "Policy that decided; abbreviations of mail headers where the record holds a number.",
    )
    .coded(&POLICIES),
    col("policy_action", "PolicyAction", Edm::Text, "Action that the policy asks for.").coded(&POLICY_ACTIONS),
    col("delivery_action", "DeliveryAction", Edm::Text, "What was done at delivery.").alias(&["Delivery Action"]),
    col("original_delivery_location", "OriginalDeliveryLocation", Edm::Text, "Where the mail was delivered to.")
        .alias(&["Original Delivery location"]),
    col(
        "latest_delivery_location",
        "LatestDeliveryLocation",
        Edm::Text,
        "Where the mail was at the time of the event.",
    )
    .alias(&["Latest Delivery location"]),
    col("phish_confidence_level", "PhishConfidenceLevel", Edm::Text, "Confidence in a phishing verdict.")
        .alias(&["Phish Confidence Level"]),
    col("attachment_data", "AttachmentData", Edm::List(&Edm::Object(ATTACHMENT)), "Attachments of the mail."),
    col("additional_actions_and_results", "AdditionalActionsAndResults", TEXTS, "Later actions with their results."),
    col("auth_details", "AuthDetails", NAME_VALUES, "Results of SPF, DKIM, DMARC and the composite check."),
    col(
        "system_overrides",
        "SystemOverrides",
        Edm::List(&Edm::Object(OVERRIDE)),
        "What overrode the verdict of the filter.",
    ),
    col("connectors", "Connectors", Edm::Text, "Connectors that the mail came through.").sensitive(Sensitive::Object),
    col("event_deep_link", "EventDeepLink", Edm::Text, "Link to the mail in Threat Explorer.")
        .sensitive(Sensitive::Object),
];
