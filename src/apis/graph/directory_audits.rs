//! `entra.directory_audits`: GET /auditLogs/directoryAudits.
//!
//! Source: Microsoft Graph reference, "List directoryAudits" and "directoryAudit resource type", and the public metadata.
//! Filters on `category`, `result` and the target's name are not on the reference page; public clients send them.

use super::types::{KEY_VALUE, TEXTS};
use crate::table::{
    Api, Column, Dialect, Edm, EntitySet, Family, Ops, Pages, Quota, RAW, Select, Sensitive, Source, Versions, col,
};

/// Changes in the directory.
pub static DIRECTORY_AUDITS: EntitySet = EntitySet {
    schema: "entra",
    name: "directory_audits",
    doc: "One row per change in the directory: users, groups, applications, roles, policies. Kept 7 days without a licence, \
          30 with Entra ID P1 or P2.",
    family: Family::DirectoryAudits,
    source: Source::Pages(Pages {
        api: Api::Graph,
        dialect: Dialect::Graph,
        path: "/auditLogs/directoryAudits",
        permissions: &["AuditLog.Read.All"],
        quota: Quota::Reports,
        // 1,000 is the most that was accepted in the field; 999 is accepted by all reports.
        page: Some(999),
        headers: super::ALL_MEMBERS,
        advanced: &[],
        select: Select::Undocumented,
        counts: false,
        costly: None,
        licence: None,
        parent: None,
        // No order is documented for what was not sorted.
        listed: None,
        retention_days: Some(30),
        population: None,
        limits: super::REPORT_LIMITS,
        record_cap: None,
        beta: false,
    }),
    time: Some("activity_date_time"),
    key: "id",
    actors: &["initiated_by"],
    within: None,
    versions: Versions { written: Some(&TAKEN_IN), outcome: None },
    columns: COLUMNS,
};

/// In Log Analytics, the time at which the row was recorded.
static TAKEN_IN: Column = super::types::taken_in();

/// `graph.userIdentity`.
const USER: &[Column] = &[
    col("id", "id", Edm::Text, "Object id of the user.").sensitive(Sensitive::Person).ops(Ops::EQ),
    col("display_name", "displayName", Edm::Text, "Display name of the user.")
        .sensitive(Sensitive::Person)
        .ops(Ops::EQ),
    col("user_principal_name", "userPrincipalName", Edm::Text, "Name that the user signs in with.")
        .sensitive(Sensitive::Person)
        .ops(Ops::EQ_PREFIX),
    col("ip_address", "ipAddress", Edm::Text, "Address of the user.").sensitive(Sensitive::Address),
    col("user_type", "userType", Edm::Text, "Whether the user is a member or a guest."),
    col("home_tenant_id", "homeTenantId", Edm::Text, "Tenant that the user belongs to.").sensitive(Sensitive::Tenant),
    col("home_tenant_name", "homeTenantName", Edm::Text, "Name of that tenant.").sensitive(Sensitive::Tenant),
    col("roles", "roles", TEXTS, "Roles that the user acted in."),
];

/// `graph.appIdentity`.
const APP: &[Column] = &[
    col("app_id", "appId", Edm::Text, "Application (client) id.").ops(Ops::EQ),
    col("display_name", "displayName", Edm::Text, "Name of the application.").ops(Ops::EQ),
    col("service_principal_id", "servicePrincipalId", Edm::Text, "Object id of the service principal.")
        .sensitive(Sensitive::Application),
    col("service_principal_name", "servicePrincipalName", Edm::Text, "Name of the service principal.")
        .sensitive(Sensitive::Application),
];
/// `graph.auditActivityInitiator`: one of the two is not null.
const INITIATOR: &[Column] = &[
    col("user", "user", Edm::Object(USER), "The user who did it."),
    col("app", "app", Edm::Object(APP), "The application that did it."),
];
/// `graph.modifiedProperty`.
pub(super) const MODIFIED: &[Column] = &[
    col("display_name", "displayName", Edm::Text, "Name of the property."),
    col("old_value", "oldValue", Edm::Text, "Value before the change, as JSON text.").sensitive(Sensitive::Object),
    col("new_value", "newValue", Edm::Text, "Value after the change, as JSON text.").sensitive(Sensitive::Object),
];
/// `graph.targetResource`.
const TARGET: &[Column] = &[
    col("id", "id", Edm::Text, "Object id of the target.").sensitive(Sensitive::Person).ops(Ops::EQ),
    col("display_name", "displayName", Edm::Text, "Display name of the target.")
        .sensitive(Sensitive::Person)
        .ops(Ops::EQ_PREFIX),
    col("type", "type", Edm::Text, "Kind of the target, such as User, Group, Application or ServicePrincipal."),
    col("user_principal_name", "userPrincipalName", Edm::Text, "Name of the target, if it is a user.")
        .sensitive(Sensitive::Person)
        .ops(Ops::EQ),
    col("group_type", "groupType", Edm::Text, "Kind of group: unifiedGroups or azureAD."),
    col(
        "modified_properties",
        "modifiedProperties",
        Edm::List(&Edm::Object(MODIFIED)),
        "Properties that were changed.",
    ),
];

const COLUMNS: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the audit.").alias(&["Id"]).ops(Ops::EQ),
    col("activity_date_time", "activityDateTime", Edm::Instant, "When the activity took place, UTC.")
        .alias(&["ActivityDateTime", "ActivityDateTime [UTC]", "TimeGenerated", "TimeGenerated [UTC]", "Date (UTC)"])
        .ops(Ops::RANGE)
        .sortable(),
    col("activity_display_name", "activityDisplayName", Edm::Text, "The activity, such as Add member to role.")
        .alias(&["ActivityDisplayName", "OperationName", "Activity"])
        .ops(Ops::EQ_PREFIX),
    col(
        "category",
        "category",
        Edm::Text,
        "Kind of object that was changed, such as UserManagement or ApplicationManagement.",
    )
    .ops(Ops::EQ),
    col("logged_by_service", "loggedByService", Edm::Text, "Service that recorded it, such as Core Directory.")
        .alias(&["LoggedByService", "Service"])
        .ops(Ops::EQ),
    col("operation_type", "operationType", Edm::Text, "Kind of operation, such as Add, Update or Assign.")
        .alias(&["OperationType", "AADOperationType"]),
    col("result", "result", Edm::Text, "Outcome: success, failure or timeout.").alias(&["Result"]).ops(Ops::EQ),
    col("result_reason", "resultReason", Edm::Text, "Why it failed or timed out.")
        .alias(&["ResultReason", "ResultDescription"]),
    col("initiated_by", "initiatedBy", Edm::Object(INITIATOR), "Who or what did it."),
    col("target_resources", "targetResources", Edm::List(&Edm::Object(TARGET)), "What was changed."),
    col(
        "additional_details",
        "additionalDetails",
        Edm::List(&Edm::Object(KEY_VALUE)),
        "Further details, such as the user agent.",
    ),
    col("user_agent", "userAgent", Edm::Text, "User agent of who did it.").beta(),
    col("correlation_id", "correlationId", Edm::Text, "Id that ties the activities of one action together.")
        .alias(&["CorrelationId", "Correlation ID"])
        .ops(Ops::EQ),
    RAW,
];
