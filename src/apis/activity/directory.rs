//! `m365.azure_active_directory`: changes in the directory and sign-ins, as the feed tells them.
//!
//! Source: schema page, "Azure Active Directory Base schema" to "Microsoft Entra Risk Detection schema", and published
//! records, whose spellings go first where they differ.

use super::codes::IDENTITY_TYPES;
use super::common::{COMMON, MODIFIED, NAME_VALUES};
use crate::table::{Column, Edm, EntitySet, RAW, Sensitive, col, joined};

/// Records of the directory.
pub static AZURE_ACTIVE_DIRECTORY: EntitySet = super::content(
    "azure_active_directory",
    "Events of Entra ID in the feed: changes of users, groups, applications and roles, and sign-ins at the token service.",
    &["Audit.AzureActiveDirectory"],
    &COLUMNS,
);

static COLUMNS: [Column; COMMON.len() + OWN.len() + 1] = joined(&[COMMON, OWN, &[RAW]]);

/// `IdentityTypeValuePair`.
const IDENTITY: &[Column] = &[
    col("id", "ID", Edm::Text, "Id of the identity, in the form that its type says.").sensitive(Sensitive::Person),
    col("type", "Type", Edm::Int32, "What the id is: 0 claim, 1 name, 2 other, 3 PUID, 4 SPN, 5 UPN.")
        .coded(&IDENTITY_TYPES),
];
/// `GeoCoordinates`.
const COORDINATES: &[Column] = &[
    col("altitude", "Altitude", Edm::Double, "Height of the place."),
    col("latitude", "Latitude", Edm::Double, "Degrees north of the equator."),
    col("longitude", "Longitude", Edm::Double, "Degrees east of Greenwich."),
];
/// `Location` of a risk detection.
const LOCATION: &[Column] = &[
    col("city", "City", Edm::Text, "City of the sign-in."),
    col("state", "State", Edm::Text, "State or province of the sign-in."),
    col("country_or_region", "CountryOrRegion", Edm::Text, "Country or region of the sign-in."),
    col("geo_coordinates", "GeoCoordinates", Edm::Object(COORDINATES), "Estimated position of the sign-in."),
];
/// Fields of the directory.
const OWN: &[Column] = &[
    col(
        "azure_active_directory_event_type",
        "AzureActiveDirectoryEventType",
        Edm::Int32,
        "Kind of directory event; 1 on all newer records.",
    )
    .alias(&["AzureActiveDirectory_EventType"]),
    col(
        "extended_properties",
        "ExtendedProperties",
        NAME_VALUES,
        "Further details, such as UserAgent, RequestType or additionalDetails.",
    ),
    col("modified_properties", "ModifiedProperties", MODIFIED, "Properties that were changed; empty for sign-ins."),
    col("actor", "Actor", Edm::List(&Edm::Object(IDENTITY)), "Who acted, under several ids."),
    col("actor_context_id", "ActorContextId", Edm::Text, "Tenant of who acted.").sensitive(Sensitive::Tenant),
    col("actor_ip_address", "ActorIpAddress", Edm::Text, "Address of who acted, as recorded.")
        .sensitive(Sensitive::Address),
    col("target", "Target", Edm::List(&Edm::Object(IDENTITY)), "What was acted on, under several ids.")
        .alias(&["AADTarget"]),
    col("target_context_id", "TargetContextId", Edm::Text, "Tenant of what was acted on.").sensitive(Sensitive::Tenant),
    col("inter_systems_id", "InterSystemsId", Edm::Text, "Id that ties events of several services together."),
    col("intra_system_id", "IntraSystemId", Edm::Text, "Id of the event inside the service.")
        .alias(&["IntraSystemsId"]),
    col("support_ticket_id", "SupportTicketId", Edm::Text, "Support ticket that the event belongs to.")
        .sensitive(Sensitive::Object),
    // Sign-ins.
    col("application_id", "ApplicationId", Edm::Text, "Application that was signed in to."),
    col("application", "Application", Edm::Text, "Application of an older sign-in record."),
    col("client", "Client", Edm::Text, "Client of the sign-in."),
    col(
        "device_properties",
        "DeviceProperties",
        NAME_VALUES,
        "Properties of the device, such as OS, BrowserType or IsCompliant.",
    ),
    col("error_number", "ErrorNumber", Edm::Text, "Result code of the sign-in; 0 is success.").alias(&["ErrorCode"]),
    col("logon_error", "LogonError", Edm::Text, "Why the sign-in failed, as a symbol."),
    col("login_status", "LoginStatus", Edm::Int32, "Result of an older sign-in record; 0 is success."),
    col("user_domain", "UserDomain", Edm::Text, "Domain of the user in an older sign-in record.")
        .sensitive(Sensitive::Tenant),
    // Risk detections.
    col("activity", "Activity", Edm::Text, "Kind of activity that the risk was detected in."),
    col("activity_date_time", "ActivityDateTime", Edm::Instant, "When the risky activity took place, UTC."),
    col("additional_info", "AdditionalInfo", Edm::Text, "Further details of the risk, as JSON text.")
        .sensitive(Sensitive::Object),
    col("correlation_id", "CorrelationId", Edm::Text, "Sign-in that the risk belongs to."),
    col("detected_date_time", "DetectedDateTime", Edm::Instant, "When the risk was detected, UTC."),
    col(
        "detection_timing_type",
        "DetectionTimingType",
        Edm::Text,
        "Whether the risk was detected in real time or offline.",
    ),
    col("last_updated_date_time", "LastUpdatedDateTime", Edm::Instant, "When the detection was last changed, UTC."),
    col("location", "Location", Edm::Object(LOCATION), "Place of the risky sign-in."),
    col("request_id", "RequestId", Edm::Text, "Request of the risky sign-in."),
    col("risk_detail", "RiskDetail", Edm::Text, "Why the risk has its state."),
    col("risk_event_type", "RiskEventType", Edm::Text, "Kind of risk."),
    col("risk_id", "RiskId", Edm::Text, "Id of the risk detection."),
    col("risk_level", "RiskLevel", Edm::Text, "Level of the risk."),
    col("risk_state", "RiskState", Edm::Text, "State of the risk."),
    col("source", "Source", Edm::Text, "What detected the risk."),
    col("token_issuer_type", "TokenIssuerType", Edm::Text, "Kind of identity provider."),
    col("user_display_name", "UserDisplayName", Edm::Text, "Display name of the user at risk.")
        .sensitive(Sensitive::Person),
];
