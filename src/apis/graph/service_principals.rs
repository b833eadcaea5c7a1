//! `entra.service_principals`: GET /servicePrincipals, and `entra.app_role_assignments`:
//! GET /servicePrincipals/{id}/appRoleAssignedTo.
//!
//! Source: Microsoft Graph reference, "List servicePrincipals", "servicePrincipal resource type", "List appRoleAssignments
//! granted for a service principal", "appRoleAssignment resource type", and "Advanced query capabilities".

use super::app_types::{APP_ROLE, CREDENTIAL, SCOPE, SECRET, VERIFIED_PUBLISHER};
use super::directory::{MORE, MORE_SET, NE, flag, id, objects};
use super::types::TEXTS;
use crate::table::{
    Column, Edm, EntitySet, Family, Op, Ops, Pages, Parent, RAW, Select, Sensitive, Source, Versions, col,
};

const PERMISSIONS: &[&str] = &["Application.Read.All"];

/// Applications as the tenant knows them.
pub static SERVICE_PRINCIPALS: EntitySet = EntitySet {
    schema: "entra",
    name: "service_principals",
    doc: "One row per application that can be signed in to, or signs in, in the tenant, wherever it is registered; and one \
          per managed identity.",
    family: Family::ServicePrincipals,
    source: Source::Pages(Pages {
        // "GET /servicePrincipals/$count" with ConsistencyLevel: eventual.
        counts: true,
        ..objects("/servicePrincipals", PERMISSIONS)
    }),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: COLUMNS,
};

/// What people, groups and applications may do in an application.
pub static APP_ROLE_ASSIGNMENTS: EntitySet = EntitySet {
    schema: "entra",
    name: "app_role_assignments",
    doc: "One row per role of an application that was given to a user, a group or a service principal: to the last it is a \
          permission without a user. A condition resource_id = or IN asks for those applications alone; without one, all \
          service principals are listed and each of them is asked.",
    family: Family::AppRoleAssignments,
    source: Source::Pages(Pages {
        parent: Some(Parent { column: "resource_id", set: &SERVICE_PRINCIPALS }),
        advanced: &[],
        select: Select::Undocumented,
        ..objects("/servicePrincipals/{id}/appRoleAssignedTo", PERMISSIONS)
    }),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: ASSIGNMENTS,
};

const COLUMNS: &[Column] = &[
    id("Object id of the service principal.").sensitive(Sensitive::Application),
    col("app_id", "appId", Edm::Text, "Application (client) id.").ops(Ops::EQ_PREFIX).advanced(NE),
    col("display_name", "displayName", Edm::Text, "Name of the application.")
        .ops(Ops::EQ_PREFIX)
        .advanced(MORE)
        .sensitive(Sensitive::Application),
    // No operator is documented for it.
    col(
        "service_principal_type",
        "servicePrincipalType",
        Edm::Text,
        "Kind: Application, ManagedIdentity, Legacy, SocialIdp.",
    ),
    flag("account_enabled", "accountEnabled", "Whether it can be used."),
    col(
        "app_owner_organization_id",
        "appOwnerOrganizationId",
        Edm::Text,
        "Tenant in which the application is registered.",
    )
    .guid()
    .advanced(Ops::EQ.and(MORE_SET))
    .sensitive(Sensitive::Tenant),
    col(
        "app_role_assignment_required",
        "appRoleAssignmentRequired",
        Edm::Bool,
        "Whether only those with a role can use it.",
    )
    .advanced(Ops::EQ.and(NE)),
    col(
        "application_template_id",
        "applicationTemplateId",
        Edm::Text,
        "Template of the gallery that it was made from.",
    )
    .ops(Ops::EQ)
    .advanced(NE.with(Op::StartsWith)),
    col(
        "disabled_by_microsoft_status",
        "disabledByMicrosoftStatus",
        Edm::Text,
        "Whether Microsoft has disabled it, and why.",
    )
    .ops(Ops::EQ)
    .advanced(NE),
    col("created_date_time", "createdDateTime", Edm::Instant, "When it was created, UTC."),
    col(
        "deleted_date_time",
        "deletedDateTime",
        Edm::Instant,
        "When it was deleted, UTC; NULL for those that are there.",
    ),
    col("description", "description", Edm::Text, "What it is for.")
        .advanced(Ops::EQ_PREFIX.and(MORE_SET))
        .sensitive(Sensitive::Application),
    col("app_display_name", "appDisplayName", Edm::Text, "Name in the registration."),
    col("app_description", "appDescription", Edm::Text, "Description in the registration.")
        .sensitive(Sensitive::Application),
    col("homepage", "homepage", Edm::Text, "Home page.").sensitive(Sensitive::Application),
    col("login_url", "loginUrl", Edm::Text, "Where signing in begins.").sensitive(Sensitive::Application),
    col("logout_url", "logoutUrl", Edm::Text, "Where signing out goes to.").sensitive(Sensitive::Application),
    col("reply_urls", "replyUrls", TEXTS, "Where tokens are sent to.").sensitive(Sensitive::Application),
    col("notes", "notes", Edm::Text, "Notes of its administrators.").sensitive(Sensitive::Application),
    col("notification_email_addresses", "notificationEmailAddresses", TEXTS, "Who is told that a certificate expires.")
        .sensitive(Sensitive::Person),
    col(
        "preferred_single_sign_on_mode",
        "preferredSingleSignOnMode",
        Edm::Text,
        "How single sign-on works: password, saml, notSupported, oidc.",
    ),
    col("sign_in_audience", "signInAudience", Edm::Text, "Whose accounts it takes, such as AzureADMyOrg."),
    col("service_principal_names", "servicePrincipalNames", TEXTS, "Names under which tokens for it are asked.")
        .ops(Ops::EQ_PREFIX)
        .advanced(Ops::of(Op::Ge).with(Op::Le))
        .sensitive(Sensitive::Application),
    col("alternative_names", "alternativeNames", TEXTS, "Further names, such as the resource of a managed identity.")
        .ops(Ops::EQ_PREFIX)
        .advanced(Ops::of(Op::Ge).with(Op::Le))
        .sensitive(Sensitive::Application),
    col("tags", "tags", TEXTS, "Tags, such as WindowsAzureActiveDirectoryIntegratedApp.")
        .ops(Ops::EQ_PREFIX)
        .advanced(Ops::of(Op::Ge).with(Op::Le)),
    col("app_roles", "appRoles", Edm::List(&Edm::Object(APP_ROLE)), "Roles that it defines."),
    col(
        "oauth2_permission_scopes",
        "oauth2PermissionScopes",
        Edm::List(&Edm::Object(SCOPE)),
        "Permissions for people that it defines.",
    ),
    col("key_credentials", "keyCredentials", Edm::List(&Edm::Object(CREDENTIAL)), "Its certificates."),
    col(
        "password_credentials",
        "passwordCredentials",
        Edm::List(&Edm::Object(SECRET)),
        "Its secrets, without their values.",
    ),
    col("verified_publisher", "verifiedPublisher", Edm::Object(VERIFIED_PUBLISHER), "Who is proven to publish it."),
    RAW,
];

const ASSIGNMENTS: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the assignment."),
    col("resource_id", "resourceId", Edm::Text, "Object id of the service principal whose role it is.")
        .sensitive(Sensitive::Application),
    col("resource_display_name", "resourceDisplayName", Edm::Text, "Name of that application."),
    col("app_role_id", "appRoleId", Edm::Text, "Id of the role in its app_roles; all zeros for none in particular."),
    col("principal_id", "principalId", Edm::Text, "Object id of who has it.").sensitive(Sensitive::Person),
    col("principal_type", "principalType", Edm::Text, "Kind of who has it: User, Group or ServicePrincipal."),
    col("principal_display_name", "principalDisplayName", Edm::Text, "Name of who has it.")
        .ops(Ops::EQ_PREFIX)
        .sensitive(Sensitive::Person),
    col("created_date_time", "createdDateTime", Edm::Instant, "When it was given, UTC.").alias(&["creationTimestamp"]),
    col(
        "deleted_date_time",
        "deletedDateTime",
        Edm::Instant,
        "When it was taken away, UTC; NULL for those that are there.",
    ),
    RAW,
];
