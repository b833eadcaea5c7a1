//! Complex types and enumerations of Microsoft Graph that entity sets are made of.
//!
//! Member lists are the documented ones. They are no limit: the services add members at any time, and a member outside
//! the list is text like any other.

use std::borrow::Cow;

use crate::table::{Column, Edm, Inputs, Ops, Sensitive, col};

/// `Collection(Edm.String)`.
pub(super) const TEXTS: Edm = Edm::List(&Edm::Text);

/// `graph.riskLevel`.
pub(super) const RISK_LEVEL: Edm = Edm::Enum(&["low", "medium", "high", "hidden", "none", "unknownFutureValue"]);

/// `graph.riskState`.
pub(super) const RISK_STATE: Edm = Edm::Enum(&[
    "none",
    "confirmedSafe",
    "remediated",
    "dismissed",
    "atRisk",
    "confirmedCompromised",
    "unknownFutureValue",
]);

/// `graph.riskDetail`.
pub(super) const RISK_DETAIL: Edm = Edm::Enum(&[
    "none",
    "adminGeneratedTemporaryPassword",
    "userPerformedSecuredPasswordChange",
    "userPerformedSecuredPasswordReset",
    "adminConfirmedSigninSafe",
    "aiConfirmedSigninSafe",
    "userPassedMFADrivenByRiskBasedPolicy",
    "adminDismissedAllRiskForUser",
    "adminConfirmedSigninCompromised",
    "hidden",
    "adminConfirmedUserCompromised",
    "unknownFutureValue",
    "m365DAdminDismissedDetection",
    "adminConfirmedServicePrincipalCompromised",
    "adminDismissedAllRiskForServicePrincipal",
    "userChangedPasswordOnPremises",
    "adminDismissedRiskForSignIn",
    "adminConfirmedAccountSafe",
    "microsoftRevokedSessions",
    "adminConfirmedAgentSafe",
    "adminConfirmedAgentCompromised",
    "adminDismissedRiskForAgent",
]);

/// `graph.riskEventType`, the enumeration that `riskEventTypes_v2` replaces by plain strings.
pub(super) const RISK_EVENT_TYPE: Edm = Edm::Enum(&[
    "unlikelyTravel",
    "anonymizedIPAddress",
    "maliciousIPAddress",
    "unfamiliarFeatures",
    "malwareInfectedIPAddress",
    "suspiciousIPAddress",
    "leakedCredentials",
    "investigationsThreatIntelligence",
    "generic",
    "unknownFutureValue",
]);

/// `graph.conditionalAccessStatus`.
pub(super) const CONDITIONAL_ACCESS_STATUS: Edm =
    Edm::Enum(&["success", "failure", "notApplied", "unknownFutureValue"]);

/// `graph.tokenProtectionStatus`.
pub(super) const TOKEN_PROTECTION: Edm = Edm::Enum(&["none", "bound", "unbound", "unknownFutureValue"]);

/// `graph.tokenProtectionStatusDetails`.
pub(super) const TOKEN_PROTECTION_DETAILS: &[Column] = &[
    col(
        "sign_in_session_status",
        "signInSessionStatus",
        TOKEN_PROTECTION,
        "Whether the session's token was bound to the device: none, bound or unbound.",
    ),
    col(
        "sign_in_session_status_code",
        "signInSessionStatusCode",
        Edm::Int32,
        "Why it was not, such as 1002: the device is not known to the directory.",
    ),
];

/// `graph.agentic.agentType`.
pub(super) const AGENT_TYPE: Edm = Edm::Enum(&[
    "notAgentic",
    "agenticApp",
    "agenticAppInstance",
    "unknownFutureValue",
    "agentIdentityBlueprintPrincipal",
    "agentIDuser",
]);

/// `graph.agentic.agentSignIn`.
pub(super) const AGENT: &[Column] = &[
    col("agent_type", "agentType", AGENT_TYPE, "Whether what signed in is an agent, and of which kind."),
    col(
        "agent_subject_type",
        "agentSubjectType",
        AGENT_TYPE,
        "Of which kind the subject is that a token was asked for.",
    ),
    col(
        "agent_subject_parent_id",
        "agentSubjectParentId",
        Edm::Text,
        "Object id of the agent's identity, or of its blueprint, that the subject belongs to.",
    )
    .sensitive(Sensitive::Application),
    col("parent_app_id", "parentAppId", Edm::Text, "Application id of the blueprint that the agent was made from.")
        .sensitive(Sensitive::Application),
];

/// When Log Analytics recorded a row: evidence of versions, and no column of any table.
pub(super) const fn taken_in() -> Column {
    col("taken_in", "TimeGenerated", Edm::Instant, "When the row was recorded, UTC.").alias(&["TimeGenerated [UTC]"])
}

/// The first of the members of a flat record that says something.
fn first<'a>(members: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    members.iter().flatten().next().map(|text| Cow::Borrowed(*text))
}

/// The code in a flat record. The portal may leave it empty where its word for the result is Success.
fn error_code<'a>(members: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    let [row, portal, word] = members else { return None };
    let success = word.filter(|word| word.trim().eq_ignore_ascii_case("success")).map(|_| "0");
    row.or(*portal).or(success).map(Cow::Borrowed)
}

/// The country in a member that holds nothing but its code. The portal writes a whole place under the same name.
fn country<'a>(members: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    first(members).filter(|text| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// The kind of a sign-in, where a record does not name it: by the table of Log Analytics or the category that it is of, or by
/// whether it was interactive. Service principals and managed identities have no user.
/// Source: the Azure Monitor reference of these tables ("Interactive Azure Active Directory sign-in logs", …).
pub(super) fn kind_of_sign_in<'a>(members: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    let [table, category, interactive, user] = members else { return None };
    let kind = match (stated(*table).or(stated(*category)), flag(*interactive)) {
        (Some(kind), flag) if flag.is_none_or(|flag| flag == (kind == INTERACTIVE)) => kind,
        (Some(_), _) => return None,
        (None, Some(true)) => INTERACTIVE,
        (None, Some(false)) if user.is_some() => "nonInteractiveUser",
        _ => return None,
    };
    Some(kind.into())
}

/// Whether a sign-in was interactive, by the table or the category that it is of.
pub(super) fn is_interactive<'a>(members: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    let kind = members.iter().find_map(|member| stated(*member))?;
    Some(if kind == INTERACTIVE { "true" } else { "false" }.into())
}

const INTERACTIVE: &str = "interactiveUser";

/// The kind of which a table or a category holds the sign-ins.
fn stated(name: Option<&str>) -> Option<&'static str> {
    const KINDS: [(&str, &str); 7] = [
        ("SigninLogs", INTERACTIVE),
        ("NonInteractiveUserSignInLogs", "nonInteractiveUser"),
        ("AADNonInteractiveUserSignInLogs", "nonInteractiveUser"),
        ("ServicePrincipalSignInLogs", "servicePrincipal"),
        ("AADServicePrincipalSignInLogs", "servicePrincipal"),
        ("ManagedIdentitySignInLogs", "managedIdentity"),
        ("AADManagedIdentitySignInLogs", "managedIdentity"),
    ];
    KINDS.iter().find(|(own, _)| name.is_some_and(|name| name.eq_ignore_ascii_case(own))).map(|(_, kind)| *kind)
}

fn flag(text: Option<&str>) -> Option<bool> {
    text.and_then(|text| text.to_ascii_lowercase().parse().ok())
}

/// `graph.signInStatus`. Rows of Log Analytics hold the code and its words once more as columns of their own, and the
/// portal's CSV only so.
pub(super) const STATUS: &[Column] = &[
    col("error_code", "errorCode", Edm::Int32, "The result code; 0 is success, others are AADSTS error numbers.")
        .flat(&["ResultType", "Sign-in error code", "Status"], error_code)
        .ops(Ops::EQ),
    col("failure_reason", "failureReason", Edm::Text, "The error in words; empty or 'Other' when there was none.")
        .flat(&["ResultDescription", "Failure reason"], first),
    col("additional_details", "additionalDetails", Edm::Text, "Further words on the result, such as how MFA was met."),
];

/// `graph.geoCoordinates`.
const GEO_COORDINATES: &[Column] = &[
    col("altitude", "altitude", Edm::Double, "Height above sea level, in feet."),
    col("latitude", "latitude", Edm::Double, "Degrees north of the equator, decimal."),
    col("longitude", "longitude", Edm::Double, "Degrees east of Greenwich, decimal."),
];

/// `graph.signInLocation`.
pub(super) const LOCATION: &[Column] = &[
    col("city", "city", Edm::Text, "The city that the IP address was located in.").ops(Ops::EQ_PREFIX),
    col("state", "state", Edm::Text, "The state or province that the IP address was located in.").ops(Ops::EQ_PREFIX),
    col("country_or_region", "countryOrRegion", Edm::Text, "The country or region as a two-letter code, such as US.")
        .flat(&["Location"], country)
        .ops(Ops::EQ_PREFIX),
    col("geo_coordinates", "geoCoordinates", Edm::Object(GEO_COORDINATES), "The estimated position of the IP address."),
];

/// `graph.deviceDetail`.
pub(super) const DEVICE_DETAIL: &[Column] = &[
    col(
        "device_id",
        "deviceId",
        Edm::Text,
        "The device's deviceId in the directory; often empty, never its object id.",
    )
    .sensitive(Sensitive::Device),
    col("display_name", "displayName", Edm::Text, "The device's name in the directory.").sensitive(Sensitive::Device),
    col("operating_system", "operatingSystem", Edm::Text, "Operating system and version, such as Windows 10.")
        .ops(Ops::EQ_PREFIX),
    col("browser", "browser", Edm::Text, "Browser and version, such as Edge 81.0.416.").ops(Ops::EQ_PREFIX),
    col("is_compliant", "isCompliant", Edm::Bool, "Whether the device met the compliance policies."),
    col("is_managed", "isManaged", Edm::Bool, "Whether the device is managed."),
    col(
        "trust_type",
        "trustType",
        Edm::Text,
        "How the device is joined, such as Azure AD registered or Hybrid Azure AD joined.",
    ),
];

/// `graph.authenticationStrength`.
const AUTHENTICATION_STRENGTH: &[Column] = &[
    col("authentication_strength_id", "authenticationStrengthId", Edm::Text, "Id of the authentication strength."),
    col("display_name", "displayName", Edm::Text, "Name of the authentication strength."),
    col(
        "authentication_strength_result",
        "authenticationStrengthResult",
        Edm::Enum(&[
            "notSet",
            "skippedForProofUp",
            "satisfied",
            "singleChallengeRequired",
            "multipleChallengesRequired",
            "singleRegistrationRequired",
            "multipleRegistrationsRequired",
            "cannotSatisfyDueToCombinationConfiguration",
            "cannotSatisfy",
            "unknownFutureValue",
        ]),
        "Whether the strength was met, or what was still missing.",
    ),
];

/// `graph.conditionalAccessRuleSatisfied`.
const RULE_SATISFIED: &[Column] = &[
    col(
        "conditional_access_condition",
        "conditionalAccessCondition",
        Edm::Text,
        "The condition, such as application or users.",
    ),
    col("rule_satisfied", "ruleSatisfied", Edm::Text, "The rule that matched it, such as allApps or groupId."),
];

/// `graph.appliedConditionalAccessPolicy`.
pub(super) const APPLIED_POLICY: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the policy."),
    col("display_name", "displayName", Edm::Text, "Name of the policy."),
    col(
        "result",
        "result",
        Edm::Enum(&[
            "success",
            "failure",
            "notApplied",
            "notEnabled",
            "unknown",
            "unknownFutureValue",
            "reportOnlySuccess",
            "reportOnlyFailure",
            "reportOnlyNotApplied",
            "reportOnlyInterrupted",
        ]),
        "What the policy did: success, failure, notApplied, notEnabled, or a reportOnly result.",
    ),
    col(
        "enforced_grant_controls",
        "enforcedGrantControls",
        TEXTS,
        "Grant controls that were enforced, such as Mfa or Block.",
    ),
    col("enforced_session_controls", "enforcedSessionControls", TEXTS, "Session controls that were enforced."),
    // A flags enumeration ("application,users"), and in older records the same flags as a number.
    col(
        "conditions_satisfied",
        "conditionsSatisfied",
        Edm::Text,
        "Conditions that were met: names with commas, or a number in older records.",
    )
    .beta(),
    col(
        "conditions_not_satisfied",
        "conditionsNotSatisfied",
        Edm::Text,
        "Conditions that were not met: names with commas, or a number in older records.",
    )
    .beta(),
    col(
        "authentication_strength",
        "authenticationStrength",
        Edm::Object(AUTHENTICATION_STRENGTH),
        "The custom authentication strength that the policy enforces.",
    )
    .beta(),
    col(
        "include_rules_satisfied",
        "includeRulesSatisfied",
        Edm::List(&Edm::Object(RULE_SATISFIED)),
        "Include rules that matched.",
    )
    .beta(),
    col(
        "exclude_rules_satisfied",
        "excludeRulesSatisfied",
        Edm::List(&Edm::Object(RULE_SATISFIED)),
        "Exclude rules that matched, which kept the policy from applying.",
    )
    .beta(),
    col("session_controls_not_satisfied", "sessionControlsNotSatisfied", TEXTS, "Session controls that were not met.")
        .beta(),
];

/// `graph.authenticationDetail`.
pub(super) const AUTHENTICATION_DETAIL: &[Column] = &[
    col("authentication_step_date_time", "authenticationStepDateTime", Edm::Instant, "When the step was taken, UTC."),
    col("authentication_method", "authenticationMethod", Edm::Text, "The method, such as Password, SMS or FIDO2."),
    col(
        "authentication_method_detail",
        "authenticationMethodDetail",
        Edm::Text,
        "Details of the method, such as a masked phone number.",
    )
    .sensitive(Sensitive::Object),
    col("succeeded", "succeeded", Edm::Bool, "Whether the step succeeded."),
    col(
        "authentication_step_result_detail",
        "authenticationStepResultDetail",
        Edm::Text,
        "Why the step succeeded or failed.",
    ),
    col(
        "authentication_step_requirement",
        "authenticationStepRequirement",
        Edm::Text,
        "The requirement that the step answered, such as primary or multifactor authentication.",
    ),
];

/// `graph.keyValue`.
pub(super) const KEY_VALUE: &[Column] = &[
    col("key", "key", Edm::Text, "Name of the detail."),
    col("value", "value", Edm::Text, "Value of the detail.").sensitive(Sensitive::Object),
];

/// `graph.authenticationRequirementPolicy`.
pub(super) const REQUIREMENT_POLICY: &[Column] = &[
    col(
        "requirement_provider",
        "requirementProvider",
        Edm::Text,
        "The feature that required MFA, such as user, multiConditionalAccess or securityDefaults.",
    ),
    col("detail", "detail", Edm::Text, "Further words on that feature."),
];

/// `graph.authenticationContext`.
pub(super) const AUTHENTICATION_CONTEXT: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the authentication context in the tenant, such as c1."),
    col(
        "detail",
        "detail",
        Edm::Enum(&["required", "previouslySatisfied", "notApplicable", "unknownFutureValue"]),
        "Whether the context was required now or had been satisfied before.",
    ),
];

/// `graph.authenticationAppDeviceDetails`.
pub(super) const APP_DEVICE: &[Column] = &[
    col("app_version", "appVersion", Edm::Text, "Version of the authentication app."),
    col("client_app", "clientApp", Edm::Text, "Name of the authentication app."),
    col("device_id", "deviceId", Edm::Text, "Id of the device that runs the app.").sensitive(Sensitive::Device),
    col("operating_system", "operatingSystem", Edm::Text, "Operating system of the device that runs the app."),
];

/// `graph.authenticationAppPolicyDetails`.
pub(super) const APP_POLICY: &[Column] = &[
    col("policy_name", "policyName", Edm::Text, "Name of the policy enforced on the authentication app."),
    col(
        "admin_configuration",
        "adminConfiguration",
        Edm::Enum(&["notApplicable", "enabled", "disabled", "unknownFutureValue"]),
        "How an administrator configured the policy.",
    ),
    col(
        "authentication_evaluation",
        "authenticationEvaluation",
        Edm::Enum(&["success", "failure", "unknownFutureValue"]),
        "Whether the authentication passed the policy.",
    ),
    col(
        "status",
        "status",
        Edm::Text,
        "Whether the policy ran as expected on the app, such as numberMatchCorrectNumberEntered.",
    ),
];

/// `graph.appliedAuthenticationEventListener`.
pub(super) const EVENT_LISTENER: &[Column] = &[
    col("event_type", "eventType", Edm::Text, "The event that called the listener, such as tokenIssuanceStart."),
    col("executed_listener_id", "executedListenerId", Edm::Text, "Id of the listener that was executed."),
    // An abstract type without documented properties: its derived types differ by listener.
    col("handler_result", "handlerResult", Edm::Json, "What the listener answered, as JSON text.")
        .sensitive(Sensitive::Object),
];

/// `graph.managedIdentity`.
pub(super) const MANAGED_IDENTITY: &[Column] = &[
    col(
        "msi_type",
        "msiType",
        Edm::Enum(&["none", "userAssigned", "systemAssigned", "unknownFutureValue"]),
        "Whether the identity is assigned by a user or by the system.",
    ),
    col(
        "associated_resource_id",
        "associatedResourceId",
        Edm::Text,
        "Azure Resource Manager id of the resource that bears the identity.",
    )
    .sensitive(Sensitive::Application),
    col("federated_token_id", "federatedTokenId", Edm::Text, "Id of the federated token, if one was used.")
        .sensitive(Sensitive::Object),
    col("federated_token_issuer", "federatedTokenIssuer", Edm::Text, "Issuer of the federated token, if one was used.")
        .sensitive(Sensitive::Tenant),
];

/// `graph.mfaDetail`.
pub(super) const MFA_DETAIL: &[Column] = &[
    col("auth_method", "authMethod", Edm::Text, "The MFA method that was used."),
    col("auth_detail", "authDetail", Edm::Text, "Details of the method, such as a masked phone number.")
        .sensitive(Sensitive::Object),
];

/// `graph.networkLocationDetail`.
pub(super) const NETWORK_LOCATION: &[Column] = &[
    col(
        "network_type",
        "networkType",
        Edm::Enum(&["intranet", "extranet", "namedNetwork", "trusted", "unknownFutureValue"]),
        "The type of the network.",
    ),
    col("network_names", "networkNames", TEXTS, "Names of the network.").sensitive(Sensitive::Object),
];

/// `graph.privateLinkDetails`.
pub(super) const PRIVATE_LINK: &[Column] = &[
    col("policy_id", "policyId", Edm::Text, "Id of the Private Link policy.").sensitive(Sensitive::Object),
    col("policy_name", "policyName", Edm::Text, "Name of the Private Link policy.").sensitive(Sensitive::Object),
    col("policy_tenant_id", "policyTenantId", Edm::Text, "Tenant that the Private Link policy belongs to.")
        .sensitive(Sensitive::Tenant),
    col("resource_id", "resourceId", Edm::Text, "Azure Resource Manager path of the Private Link policy.")
        .azure_paths()
        .sensitive(Sensitive::Object),
];

/// `graph.sessionLifetimePolicy`.
pub(super) const SESSION_LIFETIME: &[Column] = &[
    col(
        "expiration_requirement",
        "expirationRequirement",
        Edm::Text,
        "The kind of policy that asked for a new sign-in, such as signInFrequencyEveryTime.",
    ),
    col("detail", "detail", Edm::Text, "The policy in words."),
];

/// `graph.assignedLicense`.
pub(super) const LICENSE: &[Column] = &[
    col("sku_id", "skuId", Edm::Text, "Id of the product.").guid().ops(Ops::EQ),
    col("disabled_plans", "disabledPlans", TEXTS, "Ids of plans of it that are switched off."),
];
