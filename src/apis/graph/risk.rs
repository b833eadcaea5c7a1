//! Identity Protection: `entra.risk_detections`, `entra.risky_users`, `entra.risky_service_principals`.
//!
//! Source: Microsoft Graph reference, "List riskDetections", "List riskyUsers", "List riskyServicePrincipals" and the types'
//! own pages. No page lists the operators of each property: declared are those of its examples, and of the properties' own
//! texts; what was only seen to work is `userDisplayName eq` and `lastUpdatedDateTime gt`, which acted like `ge`.

use super::types::{RISK_DETAIL, RISK_LEVEL, RISK_STATE};
use super::{ALL_MEMBERS, REPORT_LIMITS};
use crate::table::{
    Api, Column, Dialect, Edm, EntitySet, Family, Op, Ops, Pages, Quota, RAW, Select, Sensitive, Source, Versions, col,
};

const fn listing(path: &'static str, permissions: &'static [&'static str]) -> Pages {
    Pages {
        api: Api::Graph,
        dialect: Dialect::Graph,
        path,
        permissions,
        quota: Quota::IdentityProtection,
        // Unasked there are 20 in a page; 501 are refused.
        page: Some(500),
        headers: ALL_MEMBERS,
        advanced: &[],
        select: Select::Whole,
        counts: false,
        costly: None,
        licence: Some("Microsoft Entra ID P1 or P2"),
        parent: None,
        listed: None,
        retention_days: None,
        population: None,
        limits: REPORT_LIMITS,
        record_cap: None,
        beta: false,
    }
}

/// Risks that were detected.
pub static RISK_DETECTIONS: EntitySet = EntitySet {
    schema: "entra",
    name: "risk_detections",
    doc: "One row per risk that was detected of a user or a sign-in; request_id is the id of the sign-in. Kept 7 days without \
          a licence, 30 with Entra ID P1, 90 with P2.",
    family: Family::RiskDetections,
    source: Source::Pages(Pages {
        retention_days: Some(90),
        ..listing("/identityProtection/riskDetections", &["IdentityRiskEvent.Read.All"])
    }),
    time: Some("activity_date_time"),
    key: "id",
    actors: &["user_id", "user_principal_name"],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: DETECTIONS,
};

/// Users at risk.
pub static RISKY_USERS: EntitySet = EntitySet {
    schema: "entra",
    name: "risky_users",
    doc: "One row per user whom Identity Protection holds, or held, to be at risk, as it is now.",
    family: Family::RiskyUsers,
    source: Source::Pages(Pages {
        licence: Some("Microsoft Entra ID P2"),
        ..listing("/identityProtection/riskyUsers", &["IdentityRiskyUser.Read.All"])
    }),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: USERS,
};

/// Service principals at risk.
pub static RISKY_SERVICE_PRINCIPALS: EntitySet = EntitySet {
    schema: "entra",
    name: "risky_service_principals",
    doc: "One row per service principal that Identity Protection holds, or held, to be at risk, as it is now.",
    family: Family::RiskyServicePrincipals,
    source: Source::Pages(Pages {
        licence: Some("Microsoft Entra Workload ID Premium"),
        ..listing("/identityProtection/riskyServicePrincipals", &["IdentityRiskyServicePrincipal.Read.All"])
    }),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: PRINCIPALS,
};

/// `graph.signInLocation`, of which nothing can be asked here.
const PLACE: &[Column] = &[
    col("city", "city", Edm::Text, "City."),
    col("state", "state", Edm::Text, "State or province."),
    col("country_or_region", "countryOrRegion", Edm::Text, "Country or region, as two letters."),
    col("geo_coordinates", "geoCoordinates", Edm::Object(COORDINATES), "Where that is on Earth."),
];
/// `graph.geoCoordinates`.
const COORDINATES: &[Column] = &[
    col("altitude", "altitude", Edm::Double, "Height in metres."),
    col("latitude", "latitude", Edm::Double, "Degrees north."),
    col("longitude", "longitude", Edm::Double, "Degrees east."),
];

const DETECTIONS: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the detection."),
    col("activity_date_time", "activityDateTime", Edm::Instant, "When the risky activity took place, UTC."),
    col("detected_date_time", "detectedDateTime", Edm::Instant, "When the risk was detected, UTC."),
    col("last_updated_date_time", "lastUpdatedDateTime", Edm::Instant, "When the detection was last changed, UTC.")
        .ops(Ops::of(Op::Gt).with(Op::Lt)),
    col("risk_event_type", "riskEventType", Edm::Text, "Kind of risk, such as unfamiliarFeatures.").ops(Ops::EQ),
    col("risk_level", "riskLevel", RISK_LEVEL, "How grave it is.").ops(Ops::EQ),
    col("risk_state", "riskState", RISK_STATE, "What became of it."),
    col("risk_detail", "riskDetail", RISK_DETAIL, "Why that became of it."),
    col("activity", "activity", Edm::Text, "What was risky: signin, user, servicePrincipal."),
    col(
        "detection_timing_type",
        "detectionTimingType",
        Edm::Text,
        "When it was found: realtime, nearRealtime, offline.",
    ),
    col("source", "source", Edm::Text, "Who found it."),
    col("token_issuer_type", "tokenIssuerType", Edm::Text, "Who issued the token."),
    col("user_id", "userId", Edm::Text, "Object id of the user.").sensitive(Sensitive::Person),
    col("user_principal_name", "userPrincipalName", Edm::Text, "Name that the user signs in with.")
        .sensitive(Sensitive::Person),
    col("user_display_name", "userDisplayName", Edm::Text, "Name of the user.")
        .ops(Ops::EQ)
        .sensitive(Sensitive::Person),
    col("ip_address", "ipAddress", Edm::Text, "Address of the client.").sensitive(Sensitive::Address),
    col("location", "location", Edm::Object(PLACE), "Where that address is."),
    col("request_id", "requestId", Edm::Text, "Id of the sign-in."),
    col("correlation_id", "correlationId", Edm::Text, "Correlation id of the sign-in."),
    col("additional_info", "additionalInfo", Edm::Text, "Further details, as JSON text.").sensitive(Sensitive::Object),
    RAW,
];

const USERS: &[Column] = &[
    col("id", "id", Edm::Text, "Object id of the user.").sensitive(Sensitive::Person),
    col("user_principal_name", "userPrincipalName", Edm::Text, "Name that the user signs in with.")
        .sensitive(Sensitive::Person),
    col("user_display_name", "userDisplayName", Edm::Text, "Name of the user.")
        .ops(Ops::EQ)
        .sensitive(Sensitive::Person),
    col("risk_level", "riskLevel", RISK_LEVEL, "How grave the risk is.").ops(Ops::EQ),
    col("risk_state", "riskState", RISK_STATE, "What became of the risk."),
    col("risk_detail", "riskDetail", RISK_DETAIL, "Why that became of it."),
    col("risk_last_updated_date_time", "riskLastUpdatedDateTime", Edm::Instant, "When the risk was last changed, UTC."),
    col("is_processing", "isProcessing", Edm::Bool, "Whether it is being worked on."),
    col("is_deleted", "isDeleted", Edm::Bool, "Whether the user was deleted."),
    RAW,
];

const PRINCIPALS: &[Column] = &[
    col("id", "id", Edm::Text, "Object id of the service principal.").sensitive(Sensitive::Application),
    col("app_id", "appId", Edm::Text, "Application (client) id."),
    col("display_name", "displayName", Edm::Text, "Name of the application.").sensitive(Sensitive::Application),
    col(
        "service_principal_type",
        "servicePrincipalType",
        Edm::Text,
        "Kind: Application, ManagedIdentity, Legacy, SocialIdp.",
    ),
    col("is_enabled", "isEnabled", Edm::Bool, "Whether it can be used."),
    col("risk_level", "riskLevel", RISK_LEVEL, "How grave the risk is.").ops(Ops::EQ),
    col("risk_state", "riskState", RISK_STATE, "What became of the risk."),
    col("risk_detail", "riskDetail", RISK_DETAIL, "Why that became of it."),
    // `eq` is documented for it, which a time of another precision would miss: it stays here.
    col("risk_last_updated_date_time", "riskLastUpdatedDateTime", Edm::Instant, "When the risk was last changed, UTC.")
        .ops(Ops::EQ),
    col("is_processing", "isProcessing", Edm::Bool, "Whether it is being worked on."),
    RAW,
];
