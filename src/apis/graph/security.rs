//! `security.alerts`: `GET /security/alerts_v2`, and `security.incidents`: `GET /security/incidents`.
//!
//! Source: Microsoft Graph reference, "List `alerts_v2`", "List incidents", "alert resource type", "incident resource type",
//! which list the properties that can be filtered by, and no operators but `eq` in an example. Assumed are `eq`, and the
//! comparisons of times that all services know; a refusal is answered by asking for more. "The most recent are displayed at
//! the top": by which of their times is not said, so nothing rests on it.

use super::types::TEXTS;
use super::{ALL_MEMBERS, REPORT_LIMITS};
use crate::table::{
    Api, Column, Dialect, Edm, EntitySet, Family, Op, Ops, Pages, Quota, RAW, Select, Sensitive, Source, Versions, col,
};

const fn listing(path: &'static str, permissions: &'static [&'static str], page: usize) -> Pages {
    Pages {
        api: Api::Graph,
        dialect: Dialect::Graph,
        path,
        permissions,
        quota: Quota::Security,
        page: Some(page),
        headers: ALL_MEMBERS,
        advanced: &[],
        select: Select::Undocumented,
        counts: false,
        costly: None,
        licence: None,
        parent: None,
        listed: None,
        retention_days: None,
        population: None,
        limits: REPORT_LIMITS,
        record_cap: None,
        beta: false,
    }
}

/// Alerts of Microsoft Defender and of what reports to it.
pub static ALERTS: EntitySet = EntitySet {
    schema: "security",
    name: "alerts",
    doc: "One row per alert of Microsoft Defender XDR and of the products that report to it.",
    family: Family::Alerts,
    // 100 is the page's own example; how large it may be is not documented.
    source: Source::Pages(listing("/security/alerts_v2", &["SecurityAlert.Read.All"], 100)),
    time: Some("created_date_time"),
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: ALERT,
};

/// Incidents, which alerts belong to.
pub static INCIDENTS: EntitySet = EntitySet {
    schema: "security",
    name: "incidents",
    doc: "One row per incident of Microsoft Defender XDR; alerts name theirs by incident_id.",
    family: Family::Incidents,
    // More than 50 are refused.
    source: Source::Pages(listing("/security/incidents", &["SecurityIncident.Read.All"], 50)),
    time: Some("created_date_time"),
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: INCIDENT,
};

/// `eq`, and what orders times.
const TIME: Ops = Ops::of(Op::Ge).with(Op::Le).with(Op::Gt).with(Op::Lt);

const CLASSIFICATION: Edm =
    Edm::Enum(&["unknown", "falsePositive", "truePositive", "informationalExpectedActivity", "unknownFutureValue"]);
const DETERMINATION: Edm = Edm::Enum(&[
    "unknown",
    "apt",
    "malware",
    "securityPersonnel",
    "securityTesting",
    "unwantedSoftware",
    "other",
    "multiStagedAttack",
    "compromisedAccount",
    "phishing",
    "maliciousUserActivity",
    "notMalicious",
    "notEnoughDataToValidate",
    "confirmedActivity",
    "lineOfBusinessApplication",
    "unknownFutureValue",
]);
const SEVERITY: Edm = Edm::Enum(&["unknown", "informational", "low", "medium", "high", "unknownFutureValue"]);

/// `security.alertComment`.
const COMMENT: &[Column] = &[
    col("comment", "comment", Edm::Text, "What was written.").sensitive(Sensitive::Object),
    col("created_by_display_name", "createdByDisplayName", Edm::Text, "Who wrote it.")
        .alias(&["createdBy"])
        .sensitive(Sensitive::Person),
    col("created_date_time", "createdDateTime", Edm::Instant, "When, UTC.").alias(&["createdTime"]),
];

const ALERT: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the alert."),
    col("created_date_time", "createdDateTime", Edm::Instant, "When the alert was made, UTC.").ops(TIME),
    col("last_update_date_time", "lastUpdateDateTime", Edm::Instant, "When it was last changed, UTC.").ops(TIME),
    col("resolved_date_time", "resolvedDateTime", Edm::Instant, "When it was resolved, UTC."),
    col("first_activity_date_time", "firstActivityDateTime", Edm::Instant, "When the first activity took place, UTC."),
    col("last_activity_date_time", "lastActivityDateTime", Edm::Instant, "When the last activity took place, UTC."),
    col("title", "title", Edm::Text, "What it is about, in a few words.").sensitive(Sensitive::Object),
    col("description", "description", Edm::Text, "What it is about.").sensitive(Sensitive::Object),
    col("category", "category", Edm::Text, "Step of an attack, such as InitialAccess."),
    col("severity", "severity", SEVERITY, "How grave it is.").ops(Ops::EQ),
    col(
        "status",
        "status",
        Edm::Enum(&["unknown", "new", "inProgress", "resolved", "unknownFutureValue"]),
        "How far it is: new, inProgress, resolved.",
    )
    .ops(Ops::EQ),
    col("classification", "classification", CLASSIFICATION, "Whether it was right.").ops(Ops::EQ),
    col("determination", "determination", DETERMINATION, "What it turned out to be.").ops(Ops::EQ),
    col("service_source", "serviceSource", Edm::Text, "Product that made it, such as microsoftDefenderForEndpoint.")
        .ops(Ops::EQ),
    col("detection_source", "detectionSource", Edm::Text, "What found it, such as antivirus."),
    col("product_name", "productName", Edm::Text, "Name of the product."),
    col("detector_id", "detectorId", Edm::Text, "Id of what found it."),
    col("provider_alert_id", "providerAlertId", Edm::Text, "Id of the alert in the product."),
    col("alert_policy_id", "alertPolicyId", Edm::Text, "Policy that made it."),
    col("incident_id", "incidentId", Edm::Text, "Id of its incident."),
    col("assigned_to", "assignedTo", Edm::Text, "Who works on it.").ops(Ops::EQ).sensitive(Sensitive::Person),
    col("actor_display_name", "actorDisplayName", Edm::Text, "Attacker, if known."),
    col("threat_display_name", "threatDisplayName", Edm::Text, "Threat."),
    col("threat_family_name", "threatFamilyName", Edm::Text, "Family of the threat."),
    col("mitre_techniques", "mitreTechniques", TEXTS, "Techniques of MITRE ATT&CK."),
    col("system_tags", "systemTags", TEXTS, "Tags of the product."),
    col("investigation_state", "investigationState", Edm::Text, "How far an automated investigation is."),
    col("recommended_actions", "recommendedActions", Edm::Text, "What to do."),
    col("alert_web_url", "alertWebUrl", Edm::Text, "Its page in the portal.").sensitive(Sensitive::Tenant),
    col("incident_web_url", "incidentWebUrl", Edm::Text, "The page of its incident.").sensitive(Sensitive::Tenant),
    col("tenant_id", "tenantId", Edm::Text, "Tenant.").sensitive(Sensitive::Tenant),
    col("comments", "comments", Edm::List(&Edm::Object(COMMENT)), "What people wrote about it."),
    // Of some twenty kinds, each with members of its own.
    col("evidence", "evidence", Edm::Json, "What it rests on, as JSON text.").sensitive(Sensitive::Object),
    col("additional_data", "additionalData", Edm::Json, "What else the product says, as JSON text.")
        .sensitive(Sensitive::Object),
    col("custom_details", "customDetails", Edm::Json, "What a rule of the tenant adds, as JSON text.")
        .sensitive(Sensitive::Object),
    RAW,
];

const INCIDENT: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the incident."),
    col("created_date_time", "createdDateTime", Edm::Instant, "When it was made, UTC.").ops(TIME),
    col("last_update_date_time", "lastUpdateDateTime", Edm::Instant, "When it was last changed, UTC.").ops(TIME),
    col("display_name", "displayName", Edm::Text, "What it is about, in a few words.").sensitive(Sensitive::Object),
    col("description", "description", Edm::Text, "What it is about.").sensitive(Sensitive::Object),
    col("summary", "summary", Edm::Text, "What is known of it.").sensitive(Sensitive::Object),
    col("severity", "severity", SEVERITY, "How grave it is.").ops(Ops::EQ),
    col(
        "status",
        "status",
        Edm::Enum(&["active", "resolved", "inProgress", "redirected", "unknownFutureValue", "awaitingAction"]),
        "How far it is: active, inProgress, resolved, redirected, awaitingAction.",
    )
    .ops(Ops::EQ),
    col("classification", "classification", CLASSIFICATION, "Whether it was right.").ops(Ops::EQ),
    col("determination", "determination", DETERMINATION, "What it turned out to be.").ops(Ops::EQ),
    col("assigned_to", "assignedTo", Edm::Text, "Who works on it.").ops(Ops::EQ).sensitive(Sensitive::Person),
    col("last_modified_by", "lastModifiedBy", Edm::Text, "Who last changed it.").sensitive(Sensitive::Person),
    col("priority_score", "priorityScore", Edm::Int32, "How urgent it is, from 0 to 100."),
    col("custom_tags", "customTags", TEXTS, "Tags of the tenant.").sensitive(Sensitive::Object),
    col("system_tags", "systemTags", TEXTS, "Tags of the product."),
    col("redirect_incident_id", "redirectIncidentId", Edm::Text, "Id of the incident that it was merged into."),
    col("resolving_comment", "resolvingComment", Edm::Text, "Why it was resolved.").sensitive(Sensitive::Object),
    col("incident_web_url", "incidentWebUrl", Edm::Text, "Its page in the portal.").sensitive(Sensitive::Tenant),
    col("tenant_id", "tenantId", Edm::Text, "Tenant.").sensitive(Sensitive::Tenant),
    col("comments", "comments", Edm::List(&Edm::Object(COMMENT)), "What people wrote about it."),
    RAW,
];
