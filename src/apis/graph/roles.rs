//! `entra.directory_roles`: GET /directoryRoles, and `entra.directory_role_members`: GET /directoryRoles/{id}/members.
//!
//! Source: Microsoft Graph reference, "List directoryRoles", "directoryRole resource type" and "List members of a directory
//! role". Neither listing documents query options, and neither comes in pages.

use super::directory::objects;
use crate::table::{Column, Edm, EntitySet, Family, Pages, Parent, RAW, Select, Sensitive, Source, Versions, col};

const PERMISSIONS: &[&str] = &["RoleManagement.Read.Directory"];

/// The administrator roles that are in use.
pub static DIRECTORY_ROLES: EntitySet = EntitySet {
    schema: "entra",
    name: "directory_roles",
    doc: "One row per administrator role that has been activated in the tenant; directory_role_members tells who holds them.",
    family: Family::DirectoryRoles,
    source: Source::Pages(Pages {
        page: None,
        advanced: &[],
        select: Select::Undocumented,
        ..objects("/directoryRoles", PERMISSIONS)
    }),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: COLUMNS,
};

/// Who holds such a role.
pub static DIRECTORY_ROLE_MEMBERS: EntitySet = EntitySet {
    schema: "entra",
    name: "directory_role_members",
    doc: "One row per holder of an administrator role: users, groups and service principals. A condition role_id = or IN asks \
          for those roles alone; without one, all roles are listed and each of them is asked.",
    family: Family::DirectoryRoleMembers,
    source: Source::Pages(Pages {
        parent: Some(Parent { column: "role_id", set: &DIRECTORY_ROLES }),
        page: None,
        advanced: &[],
        select: Select::Undocumented,
        ..objects("/directoryRoles/{id}/members", PERMISSIONS)
    }),
    time: None,
    key: "id",
    actors: &[],
    // One holds many roles.
    within: Some("role_id"),
    versions: Versions { written: None, outcome: None },
    columns: MEMBERS,
};

const COLUMNS: &[Column] = &[
    col("id", "id", Edm::Text, "Object id of the role in this tenant."),
    col("display_name", "displayName", Edm::Text, "Name of the role, such as Global Administrator."),
    col("description", "description", Edm::Text, "What the role allows."),
    col("role_template_id", "roleTemplateId", Edm::Text, "Id of the role in all tenants."),
    col(
        "deleted_date_time",
        "deletedDateTime",
        Edm::Instant,
        "When it was deleted, UTC; NULL for those that are there.",
    ),
    RAW,
];

const MEMBERS: &[Column] = &[
    col(
        "role_id",
        "roleId",
        Edm::Text,
        "Object id of the role. The service does not send it: it is the role that was asked.",
    ),
    col("id", "id", Edm::Text, "Object id of the holder.").sensitive(Sensitive::Person),
    col("type", "@odata.type", Edm::Text, "Kind of the holder, such as #microsoft.graph.user."),
    col("display_name", "displayName", Edm::Text, "Name of the holder.").sensitive(Sensitive::Person),
    col("user_principal_name", "userPrincipalName", Edm::Text, "Name that it signs in with, if it is a user.")
        .sensitive(Sensitive::Person),
    col("mail", "mail", Edm::Text, "Mail address, if it has one.").sensitive(Sensitive::Person),
    col("app_id", "appId", Edm::Text, "Application (client) id, if it is a service principal."),
    RAW,
];
