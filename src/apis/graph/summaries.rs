//! Numbers of sign-ins, counted by the service: a day, an application, or one user, address and result in a day.
//!
//! Source: Microsoft Graph reference (beta, 2025-08), "List signInEventsActivity objects", "List signInEventsAppActivity objects",
//! "auditLogRoot: getSummarizedNonInteractiveSignIns" with its two siblings, and the types' own pages. The beta version alone has
//! them.
//!
//! UNCERTAIN: which sign-ins the numbers of days and applications count. No page says whether those are of people at a screen
//! alone, or of all four kinds; so nothing is called missing because of them, and the tables' descriptions say it.
//!
//! UNCERTAIN: how days can be asked for. The list says `eq` of `activityDateTime` in one column and gives an example with `gt`
//! and a date in quotes beside it, which no other time of the service takes; the type's page says `gt` and `lt`, or nothing in
//! other states of it. A filter that is misread would leave days out, and the whole list is one page: none is sent. Of
//! `signInCount`, `gt` is in all of them.

use super::types::{AGENT_TYPE, CONDITIONAL_ACCESS_STATUS};
use super::{ALL_MEMBERS, REPORT_LIMITS};
use crate::table::{
    Api, Column, DayCounts, Dialect, Edm, EntitySet, Family, Op, Ops, Pages, Quota, RAW, Select, Sensitive, Source,
    Versions, col,
};

const fn listing(path: &'static str, page: Option<usize>) -> Pages {
    Pages {
        api: Api::Graph,
        dialect: Dialect::Graph,
        path,
        permissions: &["AuditLog.Read.All"],
        quota: Quota::Reports,
        page,
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
        beta: true,
    }
}

/// What they have in common.
const SUMMARIES: EntitySet = EntitySet {
    schema: "entra",
    name: "",
    doc: "",
    family: Family::SignInDays,
    source: Source::Pages(listing("", None)),
    // What they tell is a number of records and no event.
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: &[],
};

/// How many sign-ins there were, day by day.
pub static SIGN_IN_SUMMARIES: EntitySet = EntitySet {
    name: "sign_in_summaries",
    doc: "One row per day: how many sign-ins the service counted. Which of the four kinds of sign-in it counts is not \
          documented. One request reads all of it; afterwards EXPLAIN and the prompt know about how much a scan of sign_ins \
          takes.",
    // One less than is documented: the report of sign-ins was seen to refuse 1,000.
    source: Source::Pages(listing("/auditLogs/signInEventsSummary", Some(999))),
    columns: DAYS,
    ..SUMMARIES
};

/// The numbers of sign-ins are known from these.
pub static SIGN_INS_A_DAY: DayCounts = DayCounts {
    of: &super::SIGN_INS,
    by: &SIGN_IN_SUMMARIES,
    day: "activity_date_time",
    count: "sign_in_count",
    unknown: "which kinds of sign-in it counts is not documented",
};

/// How many sign-ins each application had.
pub static APP_SIGN_IN_SUMMARIES: EntitySet = EntitySet {
    name: "app_sign_in_summaries",
    doc: "One row per application: how many sign-ins to it the service counted in the past 30 days. Which of the four kinds of \
          sign-in it counts is not documented.",
    family: Family::SignInApplications,
    source: Source::Pages(listing("/auditLogs/signInEventsAppSummary", Some(999))),
    key: "app_id",
    within: Some("tenant_id"),
    columns: APPLICATIONS,
    ..SUMMARIES
};

/// Sign-ins by clients on behalf of people, in groups.
pub static NON_INTERACTIVE_SIGN_IN_SUMMARIES: EntitySet = EntitySet {
    name: "non_interactive_sign_in_summaries",
    doc: "One row per group of non-interactive sign-ins of a day that have user, application, address and result in common, \
          with their number.",
    family: Family::SummarizedSignIns,
    // `$top` is not documented for it.
    source: Source::Pages(listing("/auditLogs/getSummarizedNonInteractiveSignIns(aggregationWindow='d1')", None)),
    columns: GROUPS,
    ..SUMMARIES
};

/// Sign-ins of service principals, in groups.
pub static SERVICE_PRINCIPAL_SIGN_IN_SUMMARIES: EntitySet = EntitySet {
    name: "service_principal_sign_in_summaries",
    doc: "One row per group of sign-ins of service principals of a day that have application, address and result in common, \
          with their number.",
    source: Source::Pages(listing("/auditLogs/getSummarizedServicePrincipalSignIns(aggregationWindow='d1')", None)),
    ..NON_INTERACTIVE_SIGN_IN_SUMMARIES
};

/// Sign-ins of managed identities, in groups.
pub static MANAGED_IDENTITY_SIGN_IN_SUMMARIES: EntitySet = EntitySet {
    name: "managed_identity_sign_in_summaries",
    doc: "One row per group of sign-ins of managed identities of a day that have application, address and result in common, \
          with their number.",
    source: Source::Pages(listing("/auditLogs/getSummarizedMSISignIns(aggregationWindow='d1')", None)),
    ..NON_INTERACTIVE_SIGN_IN_SUMMARIES
};

/// `signInCount gt`.
const MORE: Ops = Ops::of(Op::Gt);

const DAYS: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the number."),
    col("activity_date_time", "activityDateTime", Edm::Instant, "The day, by its first instant, UTC."),
    col("sign_in_count", "signInCount", Edm::Int32, "Sign-ins that the service counted on that day.").ops(MORE),
    RAW,
];

const APPLICATIONS: &[Column] = &[
    col("app_id", "appId", Edm::Text, "Application (client) id.").ops(Ops::EQ),
    col("sign_in_count", "signInCount", Edm::Int32, "Sign-ins to it that the service counted in the past 30 days.")
        .ops(MORE),
    col("tenant_id", "tenantId", Edm::Text, "Tenant in which they occurred.").sensitive(Sensitive::Tenant),
    RAW,
];

/// `graph.signInStatus`, as it is here.
const STATUS: &[Column] = &[
    col("error_code", "errorCode", Edm::Int32, "The result code; 0 is success, others are AADSTS error numbers.")
        .ops(Ops::EQ),
    col("failure_reason", "failureReason", Edm::Text, "The error in words."),
    col("additional_details", "additionalDetails", Edm::Text, "Further words on the result."),
];

/// `graph.managedIdentity`, as it is here.
const MANAGED_IDENTITY: &[Column] = &[
    col(
        "msi_type",
        "msiType",
        Edm::Enum(&["none", "userAssigned", "systemAssigned", "unknownFutureValue"]),
        "Whether the identity is assigned by a user or by the system.",
    )
    .ops(Ops::EQ),
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

/// `graph.agentic.agentSignIn`, as it is here.
const AGENT: &[Column] = &[
    col("agent_type", "agentType", AGENT_TYPE, "Whether what signed in is an agent, and of which kind.").ops(Ops::EQ),
    col("parent_app_id", "parentAppId", Edm::Text, "Application id of the blueprint that the agent was made from.")
        .sensitive(Sensitive::Application),
];

const GROUPS: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the group.").ops(Ops::EQ),
    // The type's page says that both times stand for a whole day; its examples have hours and minutes.
    col("aggregation_date_time", "aggregationDateTime", Edm::Instant, "Window that the group was counted in, UTC."),
    col("first_sign_in_date_time", "firstSignInDateTime", Edm::Instant, "When the first of them began, UTC."),
    col("sign_in_count", "signInCount", Edm::Int64, "How many sign-ins the group has."),
    col("user_principal_name", "userPrincipalName", Edm::Text, "Name that the user signs in with, in lower case.")
        .ops(Ops::EQ)
        .stored_lower()
        .sensitive(Sensitive::Person),
    col("service_principal_id", "servicePrincipalId", Edm::Text, "Object id of the service principal that signed in.")
        .ops(Ops::EQ)
        .sensitive(Sensitive::Application),
    col("service_principal_name", "servicePrincipalName", Edm::Text, "Name of the service principal that signed in.")
        .ops(Ops::EQ_PREFIX)
        .sensitive(Sensitive::Application),
    col("app_id", "appId", Edm::Text, "Application (client) id.").ops(Ops::EQ),
    col("app_display_name", "appDisplayName", Edm::Text, "Name of the application that was signed in to.").ops(Ops::EQ),
    col("resource_id", "resourceId", Edm::Text, "Id of the resource that tokens were asked for.").ops(Ops::EQ),
    col("resource_display_name", "resourceDisplayName", Edm::Text, "Name of the resource that tokens were asked for.")
        .ops(Ops::EQ),
    col("ip_address", "ipAddress", Edm::Text, "Client address; often NULL.")
        .ops(Ops::EQ_PREFIX)
        .sensitive(Sensitive::Address),
    col(
        "conditional_access_status",
        "conditionalAccessStatus",
        CONDITIONAL_ACCESS_STATUS,
        "Joint result of all Conditional Access policies: success, failure or notApplied.",
    )
    .ops(Ops::EQ),
    col("status", "status", Edm::Object(STATUS), "Result of the sign-ins; error_code 0 is success."),
    col(
        "managed_service_identity",
        "managedServiceIdentity",
        Edm::Object(MANAGED_IDENTITY),
        "The managed identity that signed in.",
    ),
    col("agent", "agent", Edm::Object(AGENT), "The agent, if software that acts by itself signed in."),
    col("tenant_id", "tenantId", Edm::Text, "Tenant of the user.").ops(Ops::EQ).sensitive(Sensitive::Tenant),
    RAW,
];
