//! `entra.sign_ins`: GET /auditLogs/signIns.
//!
//! Source: Microsoft Graph reference, "List signIns" and "signIn resource type", v1.0 and beta, and the public metadata for
//! types. Version 1.0 returns interactive sign-ins only; beta returns each of the four kinds when its clause asks for it.

use super::sign_in_context::CONTEXT;
use super::types::{
    APP_DEVICE, APP_POLICY, APPLIED_POLICY, AUTHENTICATION_CONTEXT, AUTHENTICATION_DETAIL, CONDITIONAL_ACCESS_STATUS,
    DEVICE_DETAIL, EVENT_LISTENER, KEY_VALUE, LOCATION, MANAGED_IDENTITY, MFA_DETAIL, REQUIREMENT_POLICY, RISK_DETAIL,
    RISK_EVENT_TYPE, RISK_LEVEL, RISK_STATE, STATUS, TEXTS, is_interactive, kind_of_sign_in,
};
use crate::table::{
    Api, Column, Dialect, Direction, Edm, EntitySet, Family, Kind, Op, Ops, Outcome, Pages, Population, Quota, RAW,
    Select, Sensitive, Source, Versions, col, joined,
};

/// The sign-ins of users, service principals and managed identities.
pub static SIGN_INS: EntitySet = EntitySet {
    schema: "entra",
    name: "sign_ins",
    doc: "One row per sign-in that the directory recorded: interactive and non-interactive ones of users, those of service \
          principals, and those of managed identities. Needs Entra ID P1 or P2, which keep 30 days.",
    family: Family::SignIns,
    source: Source::Pages(Pages {
        api: Api::Graph,
        dialect: Dialect::Graph,
        path: "/auditLogs/signIns",
        permissions: &["AuditLog.Read.All"],
        quota: Quota::Reports,
        // 1,000 is documented, but has been refused in the field with "Must be between 1 and 999 inclusive".
        page: Some(999),
        headers: super::ALL_MEMBERS,
        advanced: &[],
        select: Select::Undocumented,
        counts: false,
        costly: None,
        licence: Some("Microsoft Entra ID P1 or P2"),
        parent: None,
        // "By default, the most recent sign-ins are returned first" (the reference page of v1.0).
        listed: Some(Direction::Descending),
        retention_days: Some(30),
        population: Some(Population {
            column: "sign_in_event_types",
            flag: "is_interactive",
            kinds: &[
                Kind { member: "interactiveUser", flag: true },
                Kind { member: "nonInteractiveUser", flag: false },
                Kind { member: "servicePrincipal", flag: false },
                Kind { member: "managedIdentity", flag: false },
            ],
            v1_kind: "interactiveUser",
        }),
        limits: super::REPORT_LIMITS,
        record_cap: None,
        beta: false,
    }),
    time: Some("created_date_time"),
    key: "id",
    actors: &["user_principal_name", "user_id", "user_display_name", "service_principal_id", "service_principal_name"],
    within: None,
    versions: Versions {
        written: Some(&TAKEN_IN),
        outcome: Some(Outcome { path: ["status", "error_code"], interim: INTERRUPTS }),
    },
    columns: &COLUMNS,
};

/// In Log Analytics, the time at which this state of the sign-in was recorded.
static TAKEN_IN: Column = super::types::taken_in();

/// Results that the service calls interrupts: the user is asked for something more, and the sign-in goes on under the same
/// id. Source: "Microsoft Entra authentication and authorization error codes".
const INTERRUPTS: &[i32] = &[
    16_000, // several accounts to choose from
    50_055, // the password has expired
    50_058, // no session that would do
    50_072, // registration for MFA
    50_074, // strong authentication
    50_076, // MFA
    50_078, // MFA again
    50_079, // registration for MFA, by an administrator
    50_097, // the device
    50_125, // registration for password reset
    50_127, // a broker application
    50_129, // a joined device
    50_133, // a new sign-in after a password change
    50_140, // "Keep me signed in"
    50_143, // another session
    50_158, // a challenge outside
    50_199, // "Are you trying to sign in to"
    50_203, // registration of the authenticator
    51_006, // authentication anew
    65_001, // consent
    70_044, // a new session
];

const COLUMNS: [Column; OWN.len() + CONTEXT.len() + 1] = joined(&[OWN, CONTEXT, &[RAW]]);

/// Who, what, where from, how.
const OWN: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the sign-in, a GUID.").alias(&["Id", "Request ID"]).ops(Ops::EQ),
    col("created_date_time", "createdDateTime", Edm::Instant, "When the sign-in began, UTC.")
        .alias(&[
            "CreatedDateTime",
            "CreatedDateTime [UTC]",
            "TimeGenerated",
            "TimeGenerated [UTC]",
            "Date (UTC)",
            "Date",
        ])
        .ops(Ops::RANGE)
        .sortable(),
    // Who.
    col("user_display_name", "userDisplayName", Edm::Text, "Display name of the user.")
        .alias(&["UserDisplayName", "User"])
        .ops(Ops::EQ_PREFIX)
        .sensitive(Sensitive::Person),
    col(
        "user_principal_name",
        "userPrincipalName",
        Edm::Text,
        "Name that the user signs in with, in lower case; for a guest the home address.",
    )
    .alias(&["UserPrincipalName", "Username"])
    .ops(Ops::EQ_PREFIX)
    .stored_lower()
    .sensitive(Sensitive::Person),
    col("user_id", "userId", Edm::Text, "Object id of the user; empty or zeros for service principals.")
        .alias(&["UserId", "User ID"])
        .ops(Ops::EQ)
        .sensitive(Sensitive::Person),
    col(
        "user_type",
        "userType",
        Edm::Enum(&["member", "guest", "unknownFutureValue"]),
        "Whether the user is a member or a guest of the tenant.",
    )
    .beta(),
    col("service_principal_name", "servicePrincipalName", Edm::Text, "Name of the service principal that signed in.")
        .sensitive(Sensitive::Application)
        .beta_ops(Ops::EQ_PREFIX),
    col("service_principal_id", "servicePrincipalId", Edm::Text, "Object id of the service principal that signed in.")
        .sensitive(Sensitive::Application)
        .beta_ops(Ops::EQ_PREFIX),
    col(
        "managed_service_identity",
        "managedServiceIdentity",
        Edm::Object(MANAGED_IDENTITY),
        "The managed identity that signed in.",
    )
    .beta(),
    col(
        "sign_in_event_types",
        "signInEventTypes",
        TEXTS,
        "Kind of sign-in: interactiveUser, nonInteractiveUser, servicePrincipal or managedIdentity.",
    )
    .flat(&["Type", "Category", "isInteractive", "userPrincipalName"], kind_of_sign_in)
    .beta()
    .beta_ops(Ops::EQ.with(Op::Ne)),
    col(
        "is_interactive",
        "isInteractive",
        Edm::Bool,
        "Whether the user gave a factor (password, MFA reply) rather than a client its token.",
    )
    .flat(&["Type", "Category"], is_interactive),
    // Which application, which resource.
    col("app_display_name", "appDisplayName", Edm::Text, "Name of the application that was signed in to.")
        .alias(&["AppDisplayName", "Application"])
        .ops(Ops::EQ_PREFIX),
    col("app_id", "appId", Edm::Text, "Application (client) id.").alias(&["AppId", "Application ID"]).ops(Ops::EQ),
    col(
        "client_app_used",
        "clientAppUsed",
        Edm::Text,
        "Kind of client, such as Browser, IMAP4 or Mobile Apps and Desktop clients.",
    )
    .alias(&["ClientAppUsed", "Client app"])
    .ops(Ops::EQ),
    col("user_agent", "userAgent", Edm::Text, "User agent as the client sent it.")
        .alias(&["UserAgent", "User agent"])
        .beta_ops(Ops::EQ_PREFIX),
    col("resource_display_name", "resourceDisplayName", Edm::Text, "Name of the resource that a token was asked for.")
        .ops(Ops::EQ),
    col("resource_id", "resourceId", Edm::Text, "Id of the resource that a token was asked for.")
        .alias(&["ResourceIdentity", "Resource ID"])
        .ops(Ops::EQ),
    // Where from.
    col("ip_address", "ipAddress", Edm::Text, "Client address, IPv4 or IPv6.")
        .alias(&["IPAddress", "IpAddress", "IP address"])
        .ops(Ops::EQ_PREFIX)
        // UNCERTAIN: no page says in which form, so all spellings are asked for. Sign-ins that others published have the address
        // alone, or no text; so do the reference's examples (signIn resource type).
        .plain_addresses()
        .sensitive(Sensitive::Address),
    col("location", "location", Edm::Object(LOCATION), "Place that the address was located in.").alias(&[
        "LocationDetails",
        "LocationDetails_dynamic",
        "LocationDetails_string",
    ]),
    col("device_detail", "deviceDetail", Edm::Object(DEVICE_DETAIL), "The device, as far as the client revealed it.")
        .alias(&["DeviceDetail", "DeviceDetail_dynamic", "DeviceDetail_string"]),
    // Outcome.
    col("status", "status", Edm::Object(STATUS), "Result of the sign-in; error_code 0 is success.").alias(&[
        "Status",
        "Status_dynamic",
        "Status_string",
    ]),
    col(
        "conditional_access_status",
        "conditionalAccessStatus",
        CONDITIONAL_ACCESS_STATUS,
        "Joint result of all Conditional Access policies: success, failure or notApplied.",
    )
    .ops(Ops::EQ),
    col(
        "risk_level_during_sign_in",
        "riskLevelDuringSignIn",
        RISK_LEVEL,
        "Risk seen in real time: none, low, medium, high; hidden without P2.",
    )
    .ops(Ops::EQ),
    col(
        "risk_level_aggregated",
        "riskLevelAggregated",
        RISK_LEVEL,
        "Risk after later analysis: none, low, medium, high; hidden without P2.",
    )
    .ops(Ops::EQ),
    col("risk_state", "riskState", RISK_STATE, "What became of the risk, such as atRisk, remediated or dismissed.")
        .ops(Ops::EQ),
    col("risk_detail", "riskDetail", RISK_DETAIL, "Why the risk has that state; hidden without P2.").ops(Ops::EQ),
    col(
        "risk_event_types_v2",
        "riskEventTypes_v2",
        TEXTS,
        "Risk detections of this sign-in, such as anonymizedIPAddress or unfamiliarFeatures.",
    )
    .alias(&["RiskEventTypes_V2", "RiskEventTypes_v2"])
    .ops(Ops::EQ_PREFIX),
    col(
        "risk_event_types",
        "riskEventTypes",
        Edm::List(&RISK_EVENT_TYPE),
        "Risk detections, in the deprecated form; use risk_event_types_v2.",
    )
    .ops(Ops::EQ),
    col(
        "applied_conditional_access_policies",
        "appliedConditionalAccessPolicies",
        Edm::List(&Edm::Object(APPLIED_POLICY)),
        "Each Conditional Access policy and its result; empty unless the caller may read policies.",
    )
    .alias(&["ConditionalAccessPolicies", "ConditionalAccessPolicies_dynamic", "ConditionalAccessPolicies_string"]),
    // How it was authenticated.
    col(
        "authentication_requirement",
        "authenticationRequirement",
        Edm::Text,
        "Highest level that was needed: singleFactorAuthentication or multiFactorAuthentication.",
    )
    .beta()
    .beta_ops(Ops::EQ_PREFIX),
    col(
        "authentication_requirement_policies",
        "authenticationRequirementPolicies",
        Edm::List(&Edm::Object(REQUIREMENT_POLICY)),
        "What required that level.",
    )
    .beta(),
    col(
        "authentication_details",
        "authenticationDetails",
        Edm::List(&Edm::Object(AUTHENTICATION_DETAIL)),
        "The steps of the authentication, in order.",
    )
    .beta(),
    col(
        "authentication_methods_used",
        "authenticationMethodsUsed",
        TEXTS,
        "Methods that were used, such as Password or Authenticator App.",
    )
    .beta(),
    col(
        "authentication_processing_details",
        "authenticationProcessingDetails",
        Edm::List(&Edm::Object(KEY_VALUE)),
        "Further details of processing, such as the pass-through agent.",
    )
    .beta(),
    col(
        "authentication_context_class_references",
        "authenticationContextClassReferences",
        Edm::List(&Edm::Object(AUTHENTICATION_CONTEXT)),
        "Authentication contexts that applied.",
    )
    .beta(),
    // A flags enumeration with members such as oAuth2, ropc, wsFederation, saml20, deviceCode.
    col(
        "authentication_protocol",
        "authenticationProtocol",
        Edm::Text,
        "Protocol or grant: none, oAuth2, ropc, wsFederation, saml20, deviceCode, authenticationTransfer, nativeAuth and others.",
    )
    .beta(),
    col(
        "original_transfer_method",
        "originalTransferMethod",
        Edm::Enum(&["none", "deviceCodeFlow", "authenticationTransfer", "unknownFutureValue"]),
        "How the session came to this device; deviceCodeFlow is also what device code phishing leaves.",
    )
    .beta(),
    col(
        "incoming_token_type",
        "incomingTokenType",
        Edm::Text,
        "Tokens that were presented: none, primaryRefreshToken, refreshToken, remoteDesktopToken, saml11, saml20.",
    )
    .beta(),
    col(
        "client_credential_type",
        "clientCredentialType",
        Edm::Enum(&[
            "none",
            "clientSecret",
            "clientAssertion",
            "federatedIdentityCredential",
            "managedIdentity",
            "certificate",
            "unknownFutureValue",
        ]),
        "Credential that the client proved itself with, such as clientSecret or certificate.",
    )
    .beta(),
    col(
        "mfa_detail",
        "mfaDetail",
        Edm::Object(MFA_DETAIL),
        "MFA method, in the deprecated form; use authentication_details.",
    )
    .alias(&["MfaDetail", "MfaDetail_dynamic", "MfaDetail_string"])
    .beta(),
    col(
        "authentication_app_device_details",
        "authenticationAppDeviceDetails",
        Edm::Object(APP_DEVICE),
        "The authentication app and its device.",
    ),
    col(
        "authentication_app_policy_evaluation_details",
        "authenticationAppPolicyEvaluationDetails",
        Edm::List(&Edm::Object(APP_POLICY)),
        "Policies on the authentication app and how they were met.",
    )
    .beta(),
    col(
        "applied_event_listeners",
        "appliedEventListeners",
        Edm::List(&Edm::Object(EVENT_LISTENER)),
        "Custom extensions that the sign-in called.",
    )
    .beta(),
];
