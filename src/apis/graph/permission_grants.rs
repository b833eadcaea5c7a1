//! `entra.oauth2_permission_grants`: GET /oauth2PermissionGrants.
//!
//! Source: Microsoft Graph reference, "List oauth2PermissionGrants" and "oAuth2PermissionGrant resource type", which names
//! `clientId` and `consentType` as filterable and no page size.

use super::directory::objects;
use crate::table::{Column, Edm, EntitySet, Family, Ops, Pages, RAW, Select, Sensitive, Source, Versions, col};

/// What applications may do for people.
pub static OAUTH2_PERMISSION_GRANTS: EntitySet = EntitySet {
    schema: "entra",
    name: "oauth2_permission_grants",
    doc: "One row per set of permissions that an application has in an API on behalf of one user or of all; permissions \
          without a user are in app_role_assignments.",
    family: Family::PermissionGrants,
    source: Source::Pages(Pages {
        page: None,
        advanced: &[],
        select: Select::Undocumented,
        ..objects("/oauth2PermissionGrants", &["Directory.Read.All"])
    }),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: COLUMNS,
};

const COLUMNS: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the grant."),
    col("client_id", "clientId", Edm::Text, "Object id of the service principal that has the permissions.")
        .ops(Ops::EQ)
        .sensitive(Sensitive::Application),
    // A text in the metadata; these two values are documented.
    col(
        "consent_type",
        "consentType",
        Edm::Enum(&["AllPrincipals", "Principal"]),
        "For whom: AllPrincipals or one Principal.",
    )
    .ops(Ops::EQ),
    col("principal_id", "principalId", Edm::Text, "Object id of that user; NULL for all.").sensitive(Sensitive::Person),
    col("resource_id", "resourceId", Edm::Text, "Object id of the service principal of the API.")
        .sensitive(Sensitive::Application),
    col("scope", "scope", Edm::Text, "The permissions, with blanks between them."),
    RAW,
];
