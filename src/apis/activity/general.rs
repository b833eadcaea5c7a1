//! `m365.general`: every other workload.
//!
//! Source: schema page, the sections of Teams, Security & Compliance, Power BI, Dynamics, Forms, labels, Yammer, Copilot,
//! quarantine and hygiene, and published records. Fields of the same name share a column.

use super::codes::{QUARANTINE_REQUESTS, QUARANTINE_SOURCES};
use super::common::{COMMON, MODIFIED, NAME_VALUES, TEXTS};
use crate::table::{Column, Edm, EntitySet, RAW, Sensitive, col, joined};

/// Records of all other workloads.
pub static GENERAL: EntitySet = super::content(
    "general",
    "Events of every other workload: Teams, Power BI, Security & Compliance, Defender, Dynamics, Forms, Copilot and more.",
    &["Audit.General"],
    &COLUMNS,
);

static COLUMNS: [Column; COMMON.len() + OWN.len() + 1] = joined(&[COMMON, OWN, &[RAW]]);

/// A member in Teams records.
const MEMBER: &[Column] = &[
    col("upn", "UPN", Edm::Text, "Name that the member signs in with.").sensitive(Sensitive::Person),
    col("display_name", "DisplayName", Edm::Text, "Display name of the member.").sensitive(Sensitive::Person),
    col("role", "Role", Edm::Int32, "Role of the member: 0 member, 1 owner, 2 guest."),
    col("organization_id", "OrganizationId", Edm::Text, "Tenant of the member.").sensitive(Sensitive::Tenant),
];
/// An entry of `ParticipatingSIPDomains`.
const TENANT_DOMAIN: &[Column] = &[
    col("domain_name", "DomainName", Edm::Text, "Domain of participants.").sensitive(Sensitive::Tenant),
    col("tenant_id", "TenantId", Edm::Text, "Tenant of the domain.").sensitive(Sensitive::Tenant),
];
/// `ParticipantInfo`.
const PARTICIPANTS: &[Column] = &[
    col("has_foreign_tenant_users", "HasForeignTenantUsers", Edm::Bool, "Whether users of another tenant took part."),
    col("has_guest_users", "HasGuestUsers", Edm::Bool, "Whether guests took part."),
    col("has_other_guest_users", "HasOtherGuestUsers", Edm::Bool, "Whether guests of others took part."),
    col(
        "has_unauthenticated_users",
        "HasUnauthenticatedUsers",
        Edm::Bool,
        "Whether users took part who had not signed in.",
    ),
    col("participating_domains", "ParticipatingDomains", TEXTS, "Domains of participants.")
        .sensitive(Sensitive::Tenant),
    col(
        "participating_sip_domains",
        "ParticipatingSIPDomains",
        Edm::List(&Edm::Object(TENANT_DOMAIN)),
        "SIP domains of participants, with their tenants.",
    ),
    col("participating_tenant_ids", "ParticipatingTenantIds", TEXTS, "Tenants of participants.")
        .sensitive(Sensitive::Tenant),
];
/// An entry of `Messages`.
const MESSAGE: &[Column] = &[
    col("id", "Id", Edm::Text, "Id of the message.").sensitive(Sensitive::Object),
    col("aad_group_id", "AADGroupId", Edm::Text, "Group of the team.").sensitive(Sensitive::Object),
    col("channel_guid", "ChannelGuid", Edm::Text, "Id of the channel.").sensitive(Sensitive::Object),
    col("channel_name", "ChannelName", Edm::Text, "Name of the channel.").sensitive(Sensitive::Object),
    col("channel_type", "ChannelType", Edm::Text, "Kind of the channel."),
    col("chat_name", "ChatName", Edm::Text, "Name of the chat.").sensitive(Sensitive::Object),
    col("chat_thread_id", "ChatThreadId", Edm::Text, "Id of the chat.").sensitive(Sensitive::Object),
    col("parent_message_id", "ParentMessageId", Edm::Text, "Message that it answers.").sensitive(Sensitive::Object),
    col("size_in_bytes", "SizeInBytes", Edm::Int64, "Size of the message in bytes."),
    col("team_guid", "TeamGuid", Edm::Text, "Id of the team.").sensitive(Sensitive::Object),
    col("team_name", "TeamName", Edm::Text, "Name of the team.").sensitive(Sensitive::Object),
    col("version", "Version", Edm::Text, "Version of the message."),
];
/// An entry of `HostedContents`.
const HOSTED: &[Column] = &[
    col("id", "Id", Edm::Text, "Id of the content.").sensitive(Sensitive::Object),
    col("size_in_bytes", "SizeInBytes", Edm::Int64, "Size of the content in bytes."),
];
/// An entry of `MembershipInformation`.
const MEMBERSHIP: &[Column] = &[
    col("member_email", "MemberEmail", Edm::Text, "Address of the member.").sensitive(Sensitive::Person),
    col("status", "Status", Edm::Text, "Status of the membership."),
];
/// An entry of `SharingInformation`.
const SHARING: &[Column] = &[
    col("recipient_email", "RecipientEmail", Edm::Text, "Address of the recipient.").sensitive(Sensitive::Person),
    col("recipient_name", "RecipientName", Edm::Text, "Name of the recipient.").sensitive(Sensitive::Person),
    col("reshare_permission", "ResharePermission", Edm::Text, "Whether the recipient may share it on."),
];
/// Fields of these workloads.
const OWN: &[Column] = &[
    // Teams.
    col("action", "Action", Edm::Text, "Action on the object, such as an answer to an invitation."),
    col("team_name", "TeamName", Edm::Text, "Name of the team.").sensitive(Sensitive::Object),
    col("team_guid", "TeamGuid", Edm::Text, "Id of the team, in the form of a thread.").sensitive(Sensitive::Object),
    col("aad_group_id", "AADGroupId", Edm::Text, "Group of the team in the directory.").sensitive(Sensitive::Object),
    col("channel_name", "ChannelName", Edm::Text, "Name of the channel.").sensitive(Sensitive::Object),
    col("channel_guid", "ChannelGuid", Edm::Text, "Id of the channel.").sensitive(Sensitive::Object),
    col("channel_type", "ChannelType", Edm::Text, "Kind of the channel."),
    col("chat_name", "ChatName", Edm::Text, "Name of the chat.").sensitive(Sensitive::Object),
    col("chat_thread_id", "ChatThreadId", Edm::Text, "Id of the chat.").sensitive(Sensitive::Object),
    col("communication_type", "CommunicationType", Edm::Text, "Kind of conversation, such as OneOnOne or Team."),
    col("message_id", "MessageId", Edm::Text, "Id of the message.").sensitive(Sensitive::Object),
    col("message_version", "MessageVersion", Edm::Text, "Version of the message."),
    col("message_size_in_bytes", "MessageSizeInBytes", Edm::Int64, "Size of the message in bytes."),
    col("message_urls", "MessageURLs", TEXTS, "Addresses in the message.").sensitive(Sensitive::Object),
    col("messages", "Messages", Edm::List(&Edm::Object(MESSAGE)), "Messages of the event."),
    col("hosted_contents", "HostedContents", Edm::List(&Edm::Object(HOSTED)), "Pictures and code in the message."),
    col("members", "Members", Edm::List(&Edm::Object(MEMBER)), "Members that the event is about."),
    col(
        "participant_info",
        "ParticipantInfo",
        Edm::Object(PARTICIPANTS),
        "Who took part, as kinds, domains and tenants.",
    ),
    col("invitee", "Invitee", Edm::Text, "Who was invited.").sensitive(Sensitive::Person),
    col("item_name", "ItemName", Edm::Text, "Name of the object.").sensitive(Sensitive::Object),
    col("name", "Name", Edm::Text, "Name of the setting that was changed, or of the alert."),
    col("new_value", "NewValue", Edm::Text, "Value of the setting after the change.").sensitive(Sensitive::Object),
    col("old_value", "OldValue", Edm::Text, "Value of the setting before the change.").sensitive(Sensitive::Object),
    col("tab_type", "TabType", Edm::Text, "Kind of the tab."),
    col("add_on_guid", "AddOnGuid", Edm::Text, "Id of the add-on.").sensitive(Sensitive::Object),
    col("add_on_name", "AddOnName", Edm::Text, "Name of the add-on.")
        .sensitive(Sensitive::Object)
        .alias(&["AddonName"]),
    col("add_on_type", "AddOnType", Edm::Int32, "Kind of the add-on: 1 bot, 2 connector, 3 tab."),
    col("subscription_id", "SubscriptionId", Edm::Text, "Id of a subscription to changes.")
        .sensitive(Sensitive::Object),
    col("resource_tenant_id", "ResourceTenantId", Edm::Text, "Tenant that holds the resource.")
        .sensitive(Sensitive::Tenant),
    col("extra_properties", "ExtraProperties", NAME_VALUES, "Further properties of the event."),
    col("submission_id", "SubmissionId", Edm::Text, "Id of a report that a user made.").sensitive(Sensitive::Object),
    col("report_metadata", "ReportMetadata", Edm::Json, "Details of that report, as JSON text.")
        .sensitive(Sensitive::Object),
    // Cmdlets of Security & Compliance.
    col("parameters", "Parameters", NAME_VALUES, "Parameters of the cmdlet."),
    col(
        "non_pii_parameters",
        "NonPIIParameters",
        Edm::Text,
        "Parameters of the cmdlet without personal data, in one text.",
    )
    .sensitive(Sensitive::Object)
    .alias(&["NonPiiParameters"]),
    col("cmdlet_version", "CmdletVersion", Edm::Text, "Version of the cmdlet."),
    col("effective_organization", "EffectiveOrganization", Edm::Text, "Tenant that the cmdlet ran for.")
        .sensitive(Sensitive::Tenant),
    col("user_service_plan", "UserServicePlan", Edm::Text, "Service plan of the user."),
    col(
        "client_application",
        "ClientApplication",
        Edm::Text,
        "Where the cmdlet was called from, such as EMC or PowerShell.",
    ),
    col("client_request_id", "ClientRequestId", Edm::Text, "Id that the client gave its request."),
    col("start_time", "StartTime", Edm::Instant, "When the cmdlet or search began, UTC."),
    col(
        "security_compliance_center_event_type",
        "SecurityComplianceCenterEventType",
        Edm::Int32,
        "Kind of Security & Compliance event.",
    ),
    // eDiscovery.
    col("case_id", "CaseId", Edm::Text, "Id of the case.").sensitive(Sensitive::Object),
    col("case_name", "CaseName", Edm::Text, "Name of the case.").sensitive(Sensitive::Object),
    col("export_name", "ExportName", Edm::Text, "Name of the export.").sensitive(Sensitive::Object),
    col("job_id", "JobId", Edm::Text, "Id of the job.").sensitive(Sensitive::Object),
    col("query_id", "QueryId", Edm::Text, "Id of the search.").sensitive(Sensitive::Object),
    col("query_text", "QueryText", Edm::Text, "Text of the search.").sensitive(Sensitive::Object),
    col("end_time", "EndTime", Edm::Instant, "When the search ended, UTC."),
    col("user_cancelled", "UserCancelled", Edm::Bool, "Whether the user cancelled the search."),
    col("extended_properties", "ExtendedProperties", NAME_VALUES, "Further properties of the case or the training."),
    col("modified_properties", "ModifiedProperties", MODIFIED, "Properties that were changed."),
    col("operation_properties", "OperationProperties", NAME_VALUES, "Details of the operation."),
    // Power BI.
    col("activity", "Activity", Edm::Text, "Activity in Power BI."),
    col("app_name", "AppName", Edm::Text, "Name of the app."),
    col("workspace_id", "WorkspaceId", Edm::Text, "Id of the workspace.")
        .sensitive(Sensitive::Object)
        .alias(&["WorkSpaceId"]),
    col("workspace_name", "WorkspaceName", Edm::Text, "Name of the workspace.")
        .sensitive(Sensitive::Object)
        .alias(&["WorkSpaceName"]),
    col("dashboard_name", "DashboardName", Edm::Text, "Name of the dashboard.").sensitive(Sensitive::Object),
    col("dataset_id", "DatasetId", Edm::Text, "Id of the dataset.").sensitive(Sensitive::Object),
    col("dataset_name", "DatasetName", Edm::Text, "Name of the dataset.").sensitive(Sensitive::Object),
    col("report_id", "ReportId", Edm::Text, "Id of the report.").sensitive(Sensitive::Object),
    col("report_name", "ReportName", Edm::Text, "Name of the report.").sensitive(Sensitive::Object),
    col("report_type", "ReportType", Edm::Text, "Kind of the report."),
    col("artifact_id", "ArtifactId", Edm::Text, "Id of the artifact.").sensitive(Sensitive::Object),
    col("artifact_name", "ArtifactName", Edm::Text, "Name of the artifact.").sensitive(Sensitive::Object),
    col("artifact_kind", "ArtifactKind", Edm::Text, "Kind of the artifact."),
    col("capacity_id", "CapacityId", Edm::Text, "Id of the capacity.").sensitive(Sensitive::Object),
    col("capacity_name", "CapacityName", Edm::Text, "Name of the capacity.").sensitive(Sensitive::Object),
    col("is_success", "IsSuccess", Edm::Bool, "Whether the activity succeeded."),
    col("request_id", "RequestId", Edm::Text, "Id of the request."),
    col("activity_id", "ActivityId", Edm::Text, "Id of the activity."),
    col("distribution_method", "DistributionMethod", Edm::Text, "How the artifact was distributed."),
    col("consumption_method", "ConsumptionMethod", Edm::Text, "How the artifact was used."),
    col("data_classification", "DataClassification", Edm::Text, "Classification of the dashboard."),
    col("org_app_permission", "OrgAppPermission", Edm::Text, "Permissions of the app."),
    col("switch_state", "SwitchState", Edm::Text, "State of a tenant setting."),
    col("membership_information", "MembershipInformation", Edm::List(&Edm::Object(MEMBERSHIP)), "Members of a group."),
    col(
        "sharing_information",
        "SharingInformation",
        Edm::List(&Edm::Object(SHARING)),
        "Whom something was shared with.",
    ),
    col("user_agent", "UserAgent", Edm::Text, "User agent as the client sent it."),
    // Dynamics.
    col("crm_organization_unique_name", "CrmOrganizationUniqueName", Edm::Text, "Name of the Dynamics organisation.")
        .sensitive(Sensitive::Tenant),
    col("instance_url", "InstanceUrl", Edm::Text, "Address of the Dynamics instance.").sensitive(Sensitive::Tenant),
    col("item_url", "ItemUrl", Edm::Text, "Address of the object.").sensitive(Sensitive::Object),
    col("item_type", "ItemType", Edm::Text, "Kind of the object."),
    col("entity_id", "EntityId", Edm::Text, "Id of the entity.").sensitive(Sensitive::Object),
    col("entity_name", "EntityName", Edm::Text, "Name of the entity.").sensitive(Sensitive::Object),
    col("message", "Message", Edm::Text, "Operation on the entity."),
    col("query", "Query", Edm::Text, "Query of a read.").sensitive(Sensitive::Object),
    col("primary_field_value", "PrimaryFieldValue", Edm::Text, "Value of the entity's main field.")
        .sensitive(Sensitive::Object),
    col("fields", "Fields", NAME_VALUES, "Fields of the entity."),
    // Forms, labels, encrypted messages, Yammer.
    col("form_name", "FormName", Edm::Text, "Name of the form.").sensitive(Sensitive::Object),
    col("form_id", "FormId", Edm::Text, "Id of the form.").sensitive(Sensitive::Object),
    col("forms_user_type", "FormsUserType", Edm::Text, "Role of the user in the form.").alias(&["FormsUserTypes"]),
    col("form_type", "FormType", Edm::Text, "Kind of the form.").alias(&["FormTypes"]),
    col("activity_parameters", "ActivityParameters", Edm::Json, "Parameters of the activity, as JSON text.")
        .sensitive(Sensitive::Object),
    col("label_id", "LabelId", Edm::Text, "Id of the label."),
    col("label_name", "LabelName", Edm::Text, "Name of the label."),
    col("label_action", "LabelAction", Edm::Text, "What was done with the label."),
    col("label_applied_date_time", "LabelAppliedDateTime", Edm::Instant, "When the label was applied, UTC."),
    col(
        "application_mode",
        "ApplicationMode",
        Edm::Text,
        "How the label was applied: Privileged by hand, Standard automatically.",
    ),
    col("sender", "Sender", Edm::Json, "Sender of the message: text, or an object in Teams records.")
        .sensitive(Sensitive::Person),
    col("receivers", "Receivers", TEXTS, "Receivers of the message.").sensitive(Sensitive::Person),
    col("recipient", "Recipient", Edm::Text, "Recipient of the encrypted message.").sensitive(Sensitive::Person),
    col("authentication_method", "AuthenticationMethod", Edm::Text, "How the recipient was authenticated."),
    col("attachment_name", "AttachmentName", Edm::Text, "Name of the attachment.").sensitive(Sensitive::Object),
    col("actor_user_id", "ActorUserId", Edm::Text, "Name of the acting Yammer user.").sensitive(Sensitive::Person),
    col("actor_yammer_user_id", "ActorYammerUserId", Edm::Int64, "Id of the acting Yammer user."),
    col("group_name", "GroupName", Edm::Text, "Name of the Yammer group.").sensitive(Sensitive::Object),
    col("file_id", "FileId", Edm::Text, "Id of the file.").sensitive(Sensitive::Object),
    col("file_name", "FileName", Edm::Text, "Name of the file.").sensitive(Sensitive::Object),
    col("thread_id", "ThreadId", Edm::Text, "Id of the thread.").sensitive(Sensitive::Object),
    col("target_user_id", "TargetUserId", Edm::Text, "Name of the user acted on.").sensitive(Sensitive::Person),
    col("yammer_network_id", "YammerNetworkId", Edm::Int64, "Id of the Yammer network."),
    // Quarantine and hygiene.
    col("network_message_id", "NetworkMessageId", Edm::Text, "Exchange Online's key of the message."),
    col("release_to", "ReleaseTo", Edm::Text, "Whom a quarantined message was released to.")
        .sensitive(Sensitive::Person),
    col(
        "request_type",
        "RequestType",
        Edm::Text,
        "What was asked of the quarantine: Preview, Delete, Release, Export, ViewHeader or ReleaseRequest.",
    )
    .coded(&QUARANTINE_REQUESTS),
    col("request_source", "RequestSource", Edm::Text, "Where the quarantine was asked from: SCC, Cmdlet or URLlink.")
        .coded(&QUARANTINE_SOURCES),
    col("audit", "Audit", Edm::Text, "System information on a hygiene event.").sensitive(Sensitive::Object),
    col("event", "Event", Edm::Text, "Whether a sender was Listed or Delisted."),
    col("event_id", "EventId", Edm::Int64, "Id of the hygiene event."),
    col("event_value", "EventValue", Edm::Text, "User who was restricted.").sensitive(Sensitive::Person),
    col("reason", "Reason", Edm::Text, "Why the user was restricted.").sensitive(Sensitive::Object),
    // Copilot and agents.
    col("copilot_event_data", "CopilotEventData", Edm::Json, "The interaction with Copilot, as JSON text.")
        .sensitive(Sensitive::Object),
    col("app_host", "AppHost", Edm::Text, "Application that hosted Copilot.").alias(&["AppIdentity"]),
    col("client_region", "ClientRegion", Edm::Text, "Region of the client."),
    col("agent_id", "AgentID", Edm::Text, "Id of the agent.").sensitive(Sensitive::Object).alias(&["AgentId"]),
    col("agent_name", "AgentName", Edm::Text, "Name of the agent.").sensitive(Sensitive::Object),
];
