//! `m365.exchange`: administration, mailbox items, mail access.
//!
//! Source: schema page, "Exchange Admin schema" to "OWA Auth schema", and published records.

use super::codes::LOGON_TYPES;
use super::common::{COMMON, MODIFIED, NAME_VALUES};
use crate::table::{Column, Edm, EntitySet, RAW, Sensitive, col, joined};

/// Records of Exchange.
pub static EXCHANGE: EntitySet = super::content(
    "exchange",
    "Events of Exchange: cmdlets of administrators, mailbox items made, moved and deleted, mail that was accessed.",
    &["Audit.Exchange"],
    &COLUMNS,
);

static COLUMNS: [Column; COMMON.len() + OWN.len() + 1] = joined(&[COMMON, OWN, &[RAW]]);

/// `ExchangeFolder`.
const FOLDER: &[Column] = &[
    col("id", "Id", Edm::Text, "Id of the folder.").sensitive(Sensitive::Object),
    col("path", "Path", Edm::Text, "Path of the folder, in the mailbox's language.").sensitive(Sensitive::Object),
    col("name", "Name", Edm::Text, "Name of the folder.").sensitive(Sensitive::Object),
    col("member_sid", "MemberSid", Edm::Text, "SID of the user whose rights were changed.")
        .sensitive(Sensitive::Person),
    col("member_rights", "MemberRights", Edm::Text, "Rights that the user has on the folder."),
    col("member_upn", "MemberUpn", Edm::Text, "Name of the user whose rights were changed.")
        .sensitive(Sensitive::Person),
    col(
        "folder_items",
        "FolderItems",
        Edm::List(&Edm::Object(FOLDER_ITEM)),
        "Messages that were accessed in the folder.",
    ),
];
/// An item of an aggregated record.
const FOLDER_ITEM: &[Column] = &[
    col("id", "Id", Edm::Text, "Id of the item.").sensitive(Sensitive::Object),
    col("immutable_id", "ImmutableId", Edm::Text, "Id of the item that survives moves.").sensitive(Sensitive::Object),
    col("internet_message_id", "InternetMessageId", Edm::Text, "Message id as the sender's server set it.")
        .sensitive(Sensitive::Object),
    col("creation_time", "CreationTime", Edm::Instant, "When the item was made, UTC."),
    col("subject", "Subject", Edm::Text, "Subject of the item.").sensitive(Sensitive::Object),
    col("size_in_bytes", "SizeInBytes", Edm::Int64, "Size of the item in bytes."),
    col("sensitivity", "Sensitivity", Edm::Text, "Sensitivity label of the item."),
    col("client_request_id", "ClientRequestId", Edm::Text, "Id that the client gave its request."),
];
/// `ParentMessage`.
const PARENT_MESSAGE: &[Column] = &[
    col("id", "Id", Edm::Text, "Id of the parent message.").sensitive(Sensitive::Object),
    col("path", "Path", Edm::Text, "Folder of the parent message.").sensitive(Sensitive::Object),
];
/// `ExchangeItem`.
const ITEM: &[Column] = &[
    col("id", "Id", Edm::Text, "Id of the item.").sensitive(Sensitive::Object),
    col("subject", "Subject", Edm::Text, "Subject of the item.").sensitive(Sensitive::Object),
    col("parent_folder", "ParentFolder", Edm::Object(FOLDER), "Folder that holds the item."),
    col("parent_message", "ParentMessage", Edm::Object(PARENT_MESSAGE), "Message that the item is attached to."),
    col("attachments", "Attachments", Edm::Text, "Names and sizes of the attachments in one text.")
        .sensitive(Sensitive::Object),
    col("immutable_id", "ImmutableId", Edm::Text, "Id of the item that survives moves.").sensitive(Sensitive::Object),
    col("internet_message_id", "InternetMessageId", Edm::Text, "Message id as the sender's server set it.")
        .sensitive(Sensitive::Object),
    col("compliance_label", "ComplianceLabel", Edm::Text, "Retention label of the item."),
    col("is_record", "IsRecord", Edm::Bool, "Whether the item is a record."),
    col("is_priority_cleanup", "IsPriorityCleanup", Edm::Bool, "Whether the item is under priority cleanup."),
    col("size_in_bytes", "SizeInBytes", Edm::Int64, "Size of the item in bytes."),
    col("sensitivity", "Sensitivity", Edm::Text, "Sensitivity label of the item."),
];
/// `MbxLoginLocalQueueADLookupInfo`.
const LOGIN_LOOKUP: &[Column] = &[
    col("puid", "Puid", Edm::Text, "PUID that was looked up.").sensitive(Sensitive::Person),
    col("org_id_puid", "OrgIdPuid", Edm::Text, "Organisational PUID that was looked up.").sensitive(Sensitive::Person),
    col("smtp", "Smtp", Edm::Text, "Address that was looked up.").sensitive(Sensitive::Person),
    col("search_scope", "SearchScope", Edm::Text, "Scope of the search."),
    col("consumer_mailbox", "ConsumerMailbox", Edm::Text, "Whether it is a consumer mailbox."),
];
/// An entry of `recipientList`.
const RECIPIENT: &[Column] = &[
    col("address", "Address", Edm::Text, "Address of the recipient.").sensitive(Sensitive::Person),
    col("name", "Name", Edm::Text, "Name of the recipient.").sensitive(Sensitive::Person),
];
/// An entry of `MessageItems`.
const MESSAGE_ITEM: &[Column] = &[
    col("id", "Id", Edm::Text, "Id of the message.").sensitive(Sensitive::Object),
    col("size_in_bytes", "SizeInBytes", Edm::Int64, "Size of the message in bytes."),
];
/// An entry of `Messages`.
const MESSAGES: &[Column] = &[
    col("id", "Id", Edm::Text, "Id of the folder of the messages.").sensitive(Sensitive::Object),
    col("path", "Path", Edm::Text, "Path of the folder of the messages.").sensitive(Sensitive::Object),
    col("message_items", "MessageItems", Edm::List(&Edm::Object(MESSAGE_ITEM)), "The messages."),
];
/// Fields of Exchange.
const OWN: &[Column] = &[
    // Administration.
    col(
        "modified_object_resolved_name",
        "ModifiedObjectResolvedName",
        Edm::Text,
        "Friendly name of the object that was changed.",
    )
    .sensitive(Sensitive::Person),
    col("parameters", "Parameters", NAME_VALUES, "Parameters of the cmdlet."),
    col(
        "modified_properties",
        "ModifiedProperties",
        MODIFIED,
        "Properties that were changed; mailbox records give their names alone.",
    ),
    col(
        "external_access",
        "ExternalAccess",
        Edm::Bool,
        "For cmdlets: run by the datacenter or a partner; for mailboxes: the actor is of another domain than the owner.",
    ),
    col("originating_server", "OriginatingServer", Edm::Text, "Server that ran the operation, with its version."),
    col("organization_name", "OrganizationName", Edm::Text, "Name of the tenant.").sensitive(Sensitive::Tenant),
    // Mailboxes.
    col("logon_type", "LogonType", Edm::Int32, "Who opened the mailbox, as a number; see m365.logon_types.")
        .alias(&["Logon_Type"])
        .coded(&LOGON_TYPES),
    col("internal_logon_type", "InternalLogonType", Edm::Int32, "Reserved; the same numbers as logon_type.")
        .coded(&LOGON_TYPES),
    col("mailbox_guid", "MailboxGuid", Edm::Text, "Exchange GUID of the mailbox.").sensitive(Sensitive::Person),
    col("mailbox_owner_upn", "MailboxOwnerUPN", Edm::Text, "Name of the mailbox's owner.").sensitive(Sensitive::Person),
    col("mailbox_owner_sid", "MailboxOwnerSid", Edm::Text, "SID of the mailbox's owner.").sensitive(Sensitive::Person),
    col(
        "mailbox_owner_master_account_sid",
        "MailboxOwnerMasterAccountSid",
        Edm::Text,
        "SID of the owner's master account.",
    )
    .sensitive(Sensitive::Person),
    col("logon_user_sid", "LogonUserSid", Edm::Text, "SID of the user who acted.").sensitive(Sensitive::Person),
    col("logon_user_display_name", "LogonUserDisplayName", Edm::Text, "Display name of the user who acted.")
        .sensitive(Sensitive::Person),
    col("client_info_string", "ClientInfoString", Edm::Text, "Kind of client, such as Client=OWA or Client=REST."),
    col("client_ip_address", "ClientIPAddress", Edm::Text, "Address of the client as mailbox records hold it.")
        .sensitive(Sensitive::Address)
        .alias(&["Client_IPAddress"]),
    col("client_machine_name", "ClientMachineName", Edm::Text, "Machine that hosts the Outlook client.")
        .sensitive(Sensitive::Device),
    col("client_process_name", "ClientProcessName", Edm::Text, "Program that accessed the mailbox."),
    col("client_version", "ClientVersion", Edm::Text, "Version of the client."),
    col("session_id", "SessionId", Edm::Text, "Id of the session.").sensitive(Sensitive::Object),
    col("app_id", "AppId", Edm::Text, "Id of the application."),
    col("client_app_id", "ClientAppId", Edm::Text, "Id of the application that called first."),
    col("host_app_id", "HostAppId", Edm::Text, "Id of the service that executed the call."),
    col(
        "operation_properties",
        "OperationProperties",
        NAME_VALUES,
        "Details of the operation, such as MailAccessType or the parts of an inbox rule.",
    ),
    col("client_request_id", "ClientRequestId", Edm::Text, "Id that the client gave its request."),
    col("device_id", "DeviceId", Edm::Text, "Id of the registered device.").sensitive(Sensitive::Device),
    col("external_user_tenant_id", "ExternalUserTenantId", Edm::Text, "Tenant of a user from outside.")
        .sensitive(Sensitive::Tenant),
    col("actor_ip", "ActorIP", Edm::Text, "Address of the actor, in newer records.").sensitive(Sensitive::Address),
    col("actor_info_string", "ActorInfoString", Edm::Text, "Kind of client of the actor, in newer records."),
    col("auth_type", "AuthType", Edm::Text, "How the request was authenticated, such as Bearer."),
    col("token_type", "TokenType", Edm::Text, "Kind of token, such as V1AppActAs."),
    col("token_object_id", "TokenObjectId", Edm::Text, "Object id claim of the token.").sensitive(Sensitive::Person),
    col("token_tenant_id", "TokenTenantId", Edm::Text, "Tenant id claim of the token.").sensitive(Sensitive::Tenant),
    col("cloud_instance_name", "CloudInstanceName", Edm::Text, "Cloud that issued the token."),
    col("recipient_count", "recipientCount", Edm::Int64, "Number of recipients."),
    col("recipient_list", "recipientList", Edm::List(&Edm::Object(RECIPIENT)), "Recipients, up to a thousand."),
    // One item.
    col("item", "Item", Edm::Object(ITEM), "The item that was acted on."),
    col(
        "mbx_login_local_queue_ad_lookup_info",
        "MbxLoginLocalQueueADLookupInfo",
        Edm::Object(LOGIN_LOOKUP),
        "Context of the lookup at login.",
    ),
    col("send_as_user_smtp", "SendAsUserSmtp", Edm::Text, "Address of the user that was impersonated.")
        .sensitive(Sensitive::Person),
    col("send_as_user_mailbox_guid", "SendAsUserMailboxGuid", Edm::Text, "Mailbox of the user that was impersonated.")
        .sensitive(Sensitive::Person),
    col(
        "send_on_behalf_of_user_smtp",
        "SendOnBehalfOfUserSmtp",
        Edm::Text,
        "Address of the user on whose behalf was sent.",
    )
    .sensitive(Sensitive::Person),
    col(
        "send_on_behalf_of_user_mailbox_guid",
        "SendOnBehalfOfUserMailboxGuid",
        Edm::Text,
        "Mailbox of the user on whose behalf was sent.",
    )
    .sensitive(Sensitive::Person)
    .alias(&["SendonBehalfOfUserMailboxGuid"]),
    col("attachment_id", "AttachmentId", Edm::Text, "Id of the attachment that was accessed.")
        .sensitive(Sensitive::Object),
    col("attachment_size_in_bytes", "AttachmentSizeInBytes", Edm::Int64, "Size of the attachment in bytes."),
    col("save_to_sent_items", "SaveToSentItems", Edm::Bool, "Whether the message was kept in the sent items."),
    // Several items.
    col("folder", "Folder", Edm::Object(FOLDER), "Folder that the operation began in."),
    col("dest_folder", "DestFolder", Edm::Object(FOLDER), "Folder that items were moved to."),
    col("cross_mailbox_operations", "CrossMailboxOperations", Edm::Bool, "Whether more than one mailbox was involved.")
        .alias(&["CrossMailboxOperation"]),
    col("dest_mailbox_id", "DestMailboxId", Edm::Text, "Mailbox that items were moved to.")
        .sensitive(Sensitive::Person),
    col("dest_mailbox_owner_upn", "DestMailboxOwnerUPN", Edm::Text, "Name of that mailbox's owner.")
        .sensitive(Sensitive::Person),
    col("dest_mailbox_owner_sid", "DestMailboxOwnerSid", Edm::Text, "SID of that mailbox's owner.")
        .sensitive(Sensitive::Person),
    col(
        "dest_mailbox_owner_master_account_sid",
        "DestMailboxOwnerMasterAccountSid",
        Edm::Text,
        "SID of that owner's master account.",
    )
    .sensitive(Sensitive::Person),
    col(
        "folders",
        "Folders",
        Edm::List(&Edm::Object(FOLDER)),
        "Folders of the operation, with the messages accessed in each.",
    ),
    col("affected_items", "AffectedItems", Edm::List(&Edm::Object(ITEM)), "Items of the operation."),
    col("messages", "Messages", Edm::List(&Edm::Object(MESSAGES)), "Messages of an aggregated record, by folder."),
    col("operation_count", "OperationCount", Edm::Int32, "Operations that were folded into one record."),
    col(
        "aggregate_duration_in_seconds",
        "AggregateDurationInSeconds",
        Edm::Int32,
        "Time that an aggregated record spans, in seconds.",
    ),
    // Web access.
    col("unique_token_identifier", "UniqueTokenIdentifier", Edm::Text, "Id of the token, as sign-ins record it.")
        .sensitive(Sensitive::Object),
    col("resource_url", "ResourceURL", Edm::Text, "Resource that web access signed in to.")
        .sensitive(Sensitive::Object),
];
