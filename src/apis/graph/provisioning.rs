//! `entra.provisioning`: GET /auditLogs/provisioning.
//!
//! Source: Microsoft Graph reference, "List provisioningObjectSummary" with the list of attributes of its beta version, and
//! "provisioningObjectSummary resource type". Text is compared case by case. The time knows strict bounds only. An older text
//! asks for `$top` to get a link to the next page; how large it may be is not documented: it is what the other audit logs
//! take.

use super::directory_audits::MODIFIED;
use super::{ALL_MEMBERS, REPORT_LIMITS};
use crate::table::{
    Api, Column, Dialect, Edm, EntitySet, Family, Op, Ops, Pages, Quota, RAW, Select, Sensitive, Source, Versions, col,
};

/// What was provisioned into other systems.
pub static PROVISIONING: EntitySet = EntitySet {
    schema: "entra",
    name: "provisioning",
    doc: "One row per object that the provisioning service brought, or tried to bring, from one system to another. Kept 7 days \
          without a licence, 30 with Entra ID P1 or P2.",
    family: Family::Provisioning,
    source: Source::Pages(Pages {
        api: Api::Graph,
        dialect: Dialect::Graph,
        path: "/auditLogs/provisioning",
        permissions: &["AuditLog.Read.All"],
        quota: Quota::Reports,
        page: Some(999),
        headers: ALL_MEMBERS,
        advanced: &[],
        select: Select::Undocumented,
        counts: false,
        costly: None,
        licence: Some("Microsoft Entra ID P1 or P2"),
        parent: None,
        listed: None,
        retention_days: Some(30),
        population: None,
        limits: REPORT_LIMITS,
        record_cap: None,
        beta: false,
    }),
    time: Some("activity_date_time"),
    key: "id",
    actors: &["initiated_by"],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: COLUMNS,
};

/// `eq` and `contains`.
const PART: Ops = Ops::EQ.with(Op::Contains);
/// `eq`, `gt` and `lt`.
const STRICT: Ops = Ops::EQ.with(Op::Gt).with(Op::Lt);

/// `graph.provisionedIdentity`.
const IDENTITY: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the object in that system.").ops(PART).sensitive(Sensitive::Person),
    col("display_name", "displayName", Edm::Text, "Name of the object.").ops(PART).sensitive(Sensitive::Person),
    col("identity_type", "identityType", Edm::Text, "Kind of the object, such as User.").ops(PART),
    col("details", "details", Edm::Json, "Further details, as JSON text.").sensitive(Sensitive::Person),
];
/// `graph.provisioningSystem`.
const SYSTEM: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the system."),
    col("display_name", "displayName", Edm::Text, "Name of the system.").ops(PART),
    col("details", "details", Edm::Json, "Further details of the system, as JSON text.").sensitive(Sensitive::Object),
];
/// `graph.provisioningServicePrincipal`.
const PRINCIPAL: &[Column] = &[
    col("id", "id", Edm::Text, "Object id of the service principal.").ops(Ops::EQ).sensitive(Sensitive::Application),
    col("display_name", "displayName", Edm::Text, "Name of the service principal.")
        .ops(Ops::EQ)
        .sensitive(Sensitive::Application),
];
/// `graph.initiator`.
const INITIATOR: &[Column] = &[
    col("id", "id", Edm::Text, "Id of who did it.").sensitive(Sensitive::Person),
    col("display_name", "displayName", Edm::Text, "Name of who did it.").ops(PART).sensitive(Sensitive::Person),
    col("initiator_type", "initiatorType", Edm::Text, "Kind of who did it: user, application, system.")
        .alias(&["initiatingType"]),
];
/// `graph.provisioningErrorInfo`.
const ERROR: &[Column] = &[
    col("error_code", "errorCode", Edm::Text, "Code of the error."),
    col("reason", "reason", Edm::Text, "Why it failed.").sensitive(Sensitive::Object),
    col("additional_details", "additionalDetails", Edm::Text, "Further details of the error.")
        .sensitive(Sensitive::Object),
    col("error_category", "errorCategory", Edm::Text, "Kind: failure, nonServiceFailure, success."),
    col("recommended_action", "recommendedAction", Edm::Text, "What to do."),
];
/// `graph.provisioningStatusInfo`.
const STATUS: &[Column] = &[
    col("status", "status", Edm::Text, "How it ended: success, failure, skipped, warning.").ops(PART),
    col("error_information", "errorInformation", Edm::Object(ERROR), "What went wrong."),
];
/// `graph.provisioningStep`.
const STEP: &[Column] = &[
    col("name", "name", Edm::Text, "Name of the step."),
    col(
        "provisioning_step_type",
        "provisioningStepType",
        Edm::Text,
        "Kind: import, scoping, matching, processing, referenceResolution, export.",
    ),
    col("status", "status", Edm::Text, "How it ended."),
    col("description", "description", Edm::Text, "What was done.").sensitive(Sensitive::Object),
    col("details", "details", Edm::Json, "Further details of the step, as JSON text.").sensitive(Sensitive::Object),
];

const COLUMNS: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the event.").ops(PART),
    col("activity_date_time", "activityDateTime", Edm::Instant, "When it took place, UTC.").ops(STRICT),
    col("tenant_id", "tenantId", Edm::Text, "Tenant.").ops(PART).sensitive(Sensitive::Tenant),
    col("job_id", "jobId", Edm::Text, "Job that did it.").ops(PART),
    col("cycle_id", "cycleId", Edm::Text, "Run of the job.").ops(PART),
    col("change_id", "changeId", Edm::Text, "Change within the run.").ops(PART),
    col(
        "provisioning_action",
        "provisioningAction",
        Edm::Text,
        "What was done: create, update, delete, disable, stagedDelete, other.",
    )
    .ops(PART),
    col("duration_in_milliseconds", "durationInMilliseconds", Edm::Int32, "How long it took.").ops(STRICT),
    col("provisioning_status_info", "provisioningStatusInfo", Edm::Object(STATUS), "How it ended, and why."),
    col("initiated_by", "initiatedBy", Edm::Object(INITIATOR), "Who or what did it."),
    col("service_principal", "servicePrincipal", Edm::Object(PRINCIPAL), "Application that is provisioned."),
    col("source_system", "sourceSystem", Edm::Object(SYSTEM), "System that it came from."),
    col("source_identity", "sourceIdentity", Edm::Object(IDENTITY), "The object there."),
    col("target_system", "targetSystem", Edm::Object(SYSTEM), "System that it went to."),
    col("target_identity", "targetIdentity", Edm::Object(IDENTITY), "The object in that one."),
    col(
        "modified_properties",
        "modifiedProperties",
        Edm::List(&Edm::Object(MODIFIED)),
        "Properties that were changed.",
    ),
    col("provisioning_steps", "provisioningSteps", Edm::List(&Edm::Object(STEP)), "The steps of it."),
    RAW,
];
