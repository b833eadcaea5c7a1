//! `aadgraph.audit_events`: GET /{tenant}/activities/audit?api-version=beta.
//!
//! Filters and records differ in their words: the filter says `activityStatus`, the record `activityResultStatus`; the filter
//! reaches the sign-in name of an actor through the name of a type.

use super::{LIMITS, PERMISSIONS, RETENTION_DAYS, SCHEMA};
use crate::table::{
    Api, Code, Column, Dialect, Edm, EntitySet, Family, Op, Ops, Pages, Quota, RAW, Select, Sensitive, Source,
    Versions, col,
};

/// Changes in the directory.
pub static AUDIT_EVENTS: EntitySet = EntitySet {
    schema: SCHEMA,
    name: "audit_events",
    doc: "One row per change in the directory, in the form of the retired Azure AD Graph reporting API: read from an endpoint \
          that answers as it did (aadgraph_url), or from exported files.",
    family: Family::AuditEvents,
    source: Source::Pages(Pages {
        api: Api::AadGraph,
        dialect: Dialect::AadGraph,
        path: "/activities/audit",
        permissions: PERMISSIONS,
        quota: Quota::AadGraph,
        // Batches have up to 1,000 records. `$top` sorts them and halves the cap, and is never sent.
        page: None,
        headers: &[],
        advanced: &[],
        parent: None,
        select: Select::Undocumented,
        counts: false,
        costly: None,
        licence: None,
        // None is documented.
        listed: None,
        retention_days: Some(RETENTION_DAYS),
        population: None,
        limits: LIMITS,
        // "There is no limit on the number of records returned."
        record_cap: None,
        beta: false,
    }),
    time: Some("activity_date"),
    key: "id",
    actors: &["actor"],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: COLUMNS,
};

/// What a filter may contain of a text.
const SEARCHED: Ops = Ops::EQ_PREFIX.with(Op::Contains);

/// What filters write for the record's words: numbers.
const ACTIVITY_STATUS: &[(&str, Code)] =
    &[("success", Code::Number(0)), ("0", Code::Number(0)), ("failure", Code::Number(-1)), ("-1", Code::Number(-1))];

/// Categories as filters write them, and as the documentation calls them beside: which of the two a record has is not
/// documented.
const CATEGORIES: &[(&str, Code)] = &[
    ("directory", Code::Text("Directory")),
    ("core directory", Code::Text("Directory")),
    ("sspr", Code::Text("SSPR")),
    ("self-service password management", Code::Text("SSPR")),
    ("ssgm", Code::Text("SSGM")),
    ("self-service group management", Code::Text("SSGM")),
    ("sync", Code::Text("Sync")),
    ("account provisioning", Code::Text("Sync")),
    ("automated password rollover", Code::Text("Automated Password Rollover")),
    ("identityprotection", Code::Text("IdentityProtection")),
    ("identity protection", Code::Text("IdentityProtection")),
    ("invited users", Code::Text("Invited Users")),
    ("mim service", Code::Text("MIM Service")),
];

/// The sign-in name of an actor who is a user.
const ACTOR_NAME: &str =
    "actor/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.ActorUserEntity/userPrincipalName";
/// The sign-in name of a target that is a user, from the target on.
const TARGET_NAME: &str = "Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.TargetResourceUserEntity/userPrincipalName";

const ACTOR: &[Column] = &[
    col("name", "name", Edm::Text, "Name of the actor.").ops(SEARCHED).sensitive(Sensitive::Person),
    col("object_id", "objectId", Edm::Text, "Object id of the actor.").ops(Ops::EQ).sensitive(Sensitive::Person),
    col("ip_address", "ipAddress", Edm::Text, "Address of the actor.").sensitive(Sensitive::Address),
    col("user_principal_name", "userPrincipalName", Edm::Text, "Name that the actor signs in with, if it is a user.")
        .ops(Ops::EQ_PREFIX)
        .asked_as(ACTOR_NAME, &[])
        .sensitive(Sensitive::Person),
    col("service_principal_name", "servicePrincipalName", Edm::Text, "Name of the service principal, if it is one.")
        .sensitive(Sensitive::Application),
];

/// An element of `targets`. Operators are those inside of `any()`.
const TARGET: &[Column] = &[
    col("odata_type", "@odata.type", Edm::Text, "Type of the target in the service's own words."),
    col("object_id", "objectId", Edm::Text, "Object id of the target.").ops(Ops::EQ).sensitive(Sensitive::Person),
    col("name", "name", Edm::Text, "Name of the target.").ops(SEARCHED).sensitive(Sensitive::Person),
    col("user_principal_name", "userPrincipalName", Edm::Text, "Name that the target signs in with, if it is a user.")
        .ops(Ops::EQ_PREFIX)
        .asked_as(TARGET_NAME, &[])
        .sensitive(Sensitive::Person),
    col("target_resource_type", "targetResourceType", Edm::Text, "Kind of the target, such as User or Group."),
];

const COLUMNS: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the event."),
    col("activity_date", "activityDate", Edm::Instant, "When the activity took place, UTC.")
        .ops(Ops::RANGE.with(Op::Gt).with(Op::Lt)),
    col("activity_date_in_millis", "activityDateInMillis", Edm::Int64, "The same in milliseconds since 1970."),
    col("activity", "activity", Edm::Text, "The activity, such as Add application.").ops(SEARCHED),
    col("activity_type", "activityType", Edm::Text, "Kind of object that was changed, such as User.").ops(Ops::EQ),
    col("activity_operation_type", "activityOperationType", Edm::Text, "Kind of operation, such as Add or Update."),
    col(
        "activity_result_status",
        "activityResultStatus",
        Edm::Text,
        "Outcome in the record's own word: Success or Failure.",
    )
    .ops(Ops::EQ)
    .asked_as("activityStatus", ACTIVITY_STATUS),
    col("activity_result_description", "activityResultDescription", Edm::Text, "The outcome in words."),
    col("category", "category", Edm::Text, "Service area that recorded it, such as Directory, SSPR or Sync.")
        .ops(Ops::EQ)
        .asked_as("category", CATEGORIES),
    col("actor", "actor", Edm::Object(ACTOR), "Who or what did it."),
    col("actor_type", "actorType", Edm::Text, "Whether the actor is a user or an application."),
    col("targets", "targets", Edm::List(&Edm::Object(TARGET)), "What was changed."),
    // What its elements are is documented nowhere.
    col("additional_details", "additionalDetails", Edm::Json, "Further details, as JSON text.")
        .sensitive(Sensitive::Object),
    col("component_or_source", "componentOrSource", Edm::Text, "Component that recorded it."),
    col("source", "source", Edm::Text, "Where the record comes from."),
    col("correlation_id", "correlationId", Edm::Text, "Id that ties the activities of one action together."),
    col("internal_correlation_id", "internalCorrelationId", Edm::Text, "The same within the service."),
    col("domain_name", "domainName", Edm::Text, "Domain that the record is about.").sensitive(Sensitive::Tenant),
    col("tenant_id", "tenantId", Edm::Text, "Id of the tenant.").sensitive(Sensitive::Tenant),
    col("tenant_name", "tenantName", Edm::Text, "Name of the tenant.").sensitive(Sensitive::Tenant),
    col("tenant_geolocation", "tenantGeolocation", Edm::Text, "Region that the tenant is kept in."),
    RAW,
];
