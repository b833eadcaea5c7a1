//! Columns that every table of the feed has, and types that several have.
//!
//! Source: schema page of the Management Activity API, "Common schema", and published records where they say more.

use super::codes::{AUDIT_SCOPES, USER_TYPES};
use super::derive;
use super::record_types::RECORD_TYPES;
use crate::table::{Column, Edm, Sensitive, col, derived};

/// A list of text.
pub(in crate::apis) const TEXTS: Edm = Edm::List(&Edm::Text);

/// `Collection(NameValuePair)`.
pub(in crate::apis) const NAME_VALUES: Edm = Edm::List(&Edm::Object(NAME_VALUE));

/// `Collection(ModifiedProperty)`; mailbox records hold names alone.
pub(in crate::apis) const MODIFIED: Edm = Edm::List(&Edm::Object(MODIFIED_PROPERTY));

/// `NameValuePair`.
const NAME_VALUE: &[Column] = &[
    col("name", "Name", Edm::Text, "Name of the pair.").alias(&["Key"]),
    col("value", "Value", Edm::Text, "Value of the pair, as text.").sensitive(Sensitive::Object),
];

/// `ModifiedProperty`.
const MODIFIED_PROPERTY: &[Column] = &[
    col("name", "Name", Edm::Text, "Name of the property."),
    col("new_value", "NewValue", Edm::Text, "Value after the change, often as JSON text.").sensitive(Sensitive::Object),
    col("old_value", "OldValue", Edm::Text, "Value before the change, often as JSON text.")
        .sensitive(Sensitive::Object),
];

/// `AppAccessContext`.
const APP_ACCESS: &[Column] = &[
    col("aad_session_id", "AADSessionId", Edm::Text, "Session of the directory that the token belongs to.")
        .sensitive(Sensitive::Object),
    col("api_id", "APIId", Edm::Text, "Id of the API that was called."),
    col("client_app_id", "ClientAppId", Edm::Text, "Application id of the client."),
    col("client_app_name", "ClientAppName", Edm::Text, "Name of the client application."),
    col("correlation_id", "CorrelationId", Edm::Text, "Id that ties the events of one action together."),
    col("unique_token_id", "UniqueTokenId", Edm::Text, "Id of the access token, as sign-ins record it.")
        .sensitive(Sensitive::Object),
    col("issued_at_time", "IssuedAtTime", Edm::Instant, "When the token was issued."),
];

/// The common schema.
pub(in crate::apis) const COMMON: &[Column] = &[
    col("creation_time", "CreationTime", Edm::Instant, "When the event was recorded, UTC.").alias(&[
        "TimeGenerated",
        "TimeGenerated [UTC]",
        "CreationDate",
        "CreatedDateTime",
        "Start_Time",
    ]),
    col("id", "Id", Edm::Text, "Id of the record, a GUID; the same event delivered again has the same id.").alias(&[
        "OfficeId",
        "SourceRecordId",
        "RecordId",
        "Identity",
    ]),
    col("record_type", "RecordType", Edm::Int32, "Type of the record as a number; see m365.record_types.")
        .alias(&["AuditLogRecordType"])
        .coded(&RECORD_TYPES),
    derived("record_type_name", Edm::Text, derive::RECORD_TYPE, derive::record_type_name, "Name of the record type."),
    col(
        "operation",
        "Operation",
        Edm::Text,
        "The activity or cmdlet, exactly as recorded: some names end with a dot or a blank.",
    )
    .alias(&["Operations"]),
    col(
        "workload",
        "Workload",
        Edm::Text,
        "The service that the event happened in, such as Exchange or AzureActiveDirectory.",
    )
    .alias(&["OfficeWorkload", "Service"]),
    col(
        "user_id",
        "UserId",
        Edm::Text,
        "Who did it, as recorded: a user principal name in any case, a SID, a GUID or a system account.",
    )
    .sensitive(Sensitive::Person)
    .alias(&["UserId_", "UserIds"]),
    derived(
        "user_name",
        Edm::Text,
        derive::USER,
        derive::user_name,
        "The user id to join on: in lower case, without blanks around it, NULL where the service did not know it.",
    )
    .sensitive(Sensitive::Person),
    col("user_type", "UserType", Edm::Int32, "Kind of user as a number; see m365.user_types.").coded(&USER_TYPES),
    derived("user_type_name", Edm::Text, derive::USER_TYPE, derive::user_type_name, "Name of the kind of user."),
    col(
        "user_key",
        "UserKey",
        Edm::Text,
        "Another id of the user: a PUID, a SID, a GUID or a constant of the service.",
    )
    .sensitive(Sensitive::Person),
    col("client_ip", "ClientIP", Edm::Text, "Address of the caller as recorded, often with a port, empty or missing.")
        .sensitive(Sensitive::Address)
        .alias(&["ClientIP_"]),
    derived(
        "client_address",
        Edm::Text,
        derive::CLIENT,
        derive::client_address,
        "Address of the caller in its shortest form, from whichever field holds it.",
    )
    .sensitive(Sensitive::Address),
    derived(
        "client_port",
        Edm::Int32,
        derive::CLIENT,
        derive::client_port,
        "Port of the caller, where it was recorded with the address.",
    ),
    col(
        "object_id",
        "ObjectId",
        Edm::Text,
        "What was acted upon: a file address, a mailbox object, an application id, a policy id.",
    )
    .sensitive(Sensitive::Object)
    .alias(&["OfficeObjectId"]),
    col(
        "result_status",
        "ResultStatus",
        Edm::Text,
        "The outcome in the words of the workload; for sign-ins it only says that the exchange worked.",
    ),
    col("organization_id", "OrganizationId", Edm::Text, "Tenant of the record, a GUID.")
        .sensitive(Sensitive::Tenant)
        .alias(&["OrganizationId_"]),
    col(
        "scope",
        "Scope",
        Edm::Int32,
        "Whether the event happened in the cloud (0) or on premises (1); see m365.audit_scopes.",
    )
    .coded(&AUDIT_SCOPES),
    col(
        "app_access_context",
        "AppAccessContext",
        Edm::Object(APP_ACCESS),
        "The application and session by which it was done, in newer records.",
    ),
    col("associated_admin_units", "AssociatedAdminUnits", TEXTS, "Administrative units that the event belongs to.")
        .sensitive(Sensitive::Object),
    col("version", "Version", Edm::Int32, "Version of the record's schema."),
    derived(
        "content_type",
        Edm::Text,
        derive::CONTENT,
        derive::content_type,
        "Content type of the feed; for records of files that do not name it, the one that is certain for the record type, else Audit.General.",
    ),
    col("content_id", "contentId", Edm::Text, "Id of the blob that the feed delivered the record in; NULL for files.")
        .sensitive(Sensitive::Object),
    col("content_created", "contentCreated", Edm::Instant, "When that blob became available, UTC; NULL for files."),
];
