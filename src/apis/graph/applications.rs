//! `entra.applications`: GET /applications.
//!
//! Source: Microsoft Graph reference, "List applications", "application resource type", and "Advanced query capabilities".

use super::app_types::{APP_ROLE, CREDENTIAL, SECRET, VERIFIED_PUBLISHER};
use super::directory::{MORE, MORE_SET, NE, UNSET, id, objects};
use super::types::TEXTS;
use crate::table::{Column, Edm, EntitySet, Family, Op, Ops, Pages, RAW, Sensitive, Source, Versions, col};

/// Applications as they are registered in the tenant.
pub static APPLICATIONS: EntitySet = EntitySet {
    schema: "entra",
    name: "applications",
    doc: "One row per application that is registered in the tenant; service_principals has those of others too.",
    family: Family::Applications,
    source: Source::Pages(Pages {
        // "GET /applications/$count" with ConsistencyLevel: eventual.
        counts: true,
        ..objects("/applications", &["Application.Read.All"])
    }),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: COLUMNS,
};

/// `graph.requiredResourceAccess`.
const REQUIRED: &[Column] = &[
    col("resource_app_id", "resourceAppId", Edm::Text, "Application (client) id of the API.").advanced(Ops::EQ),
    col("resource_access", "resourceAccess", Edm::List(&Edm::Object(ACCESS)), "Permissions in it."),
];
/// `graph.resourceAccess`.
const ACCESS: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the permission."),
    col("type", "type", Edm::Text, "Kind of the permission: Scope for people, Role without a user."),
];
/// `graph.informationalUrl`.
const INFO: &[Column] = &[
    col("terms_of_service_url", "termsOfServiceUrl", Edm::Text, "Terms of service.")
        .advanced(Ops::EQ.and(MORE_SET))
        .sensitive(Sensitive::Application),
    col("privacy_statement_url", "privacyStatementUrl", Edm::Text, "Privacy statement.")
        .sensitive(Sensitive::Application),
    col("marketing_url", "marketingUrl", Edm::Text, "Page for customers.").sensitive(Sensitive::Application),
    col("support_url", "supportUrl", Edm::Text, "Page for help.").sensitive(Sensitive::Application),
];
/// `graph.webApplication`, `graph.spaApplication`, `graph.publicClientApplication`, as far as tokens are sent there.
const CLIENT: &[Column] =
    &[col("redirect_uris", "redirectUris", TEXTS, "Where tokens are sent to.").sensitive(Sensitive::Application)];

const COLUMNS: &[Column] = &[
    id("Object id of the registration.").sensitive(Sensitive::Application),
    col("app_id", "appId", Edm::Text, "Application (client) id.").ops(Ops::EQ),
    col("display_name", "displayName", Edm::Text, "Name of the application.")
        .ops(Ops::EQ_PREFIX)
        .advanced(MORE)
        .sensitive(Sensitive::Application),
    col("created_date_time", "createdDateTime", Edm::Instant, "When it was registered, UTC.")
        .ops(Ops::RANGE)
        .advanced(UNSET),
    col(
        "deleted_date_time",
        "deletedDateTime",
        Edm::Instant,
        "When it was deleted, UTC; NULL for those that are there.",
    ),
    col("description", "description", Edm::Text, "What it is for.")
        .advanced(Ops::EQ_PREFIX.and(MORE_SET))
        .sensitive(Sensitive::Application),
    col("publisher_domain", "publisherDomain", Edm::Text, "Domain of who publishes it.")
        .ops(Ops::EQ_PREFIX)
        .advanced(MORE_SET)
        .sensitive(Sensitive::Tenant),
    col("sign_in_audience", "signInAudience", Edm::Text, "Whose accounts it takes, such as AzureADMyOrg.")
        .ops(Ops::EQ)
        .advanced(NE),
    col(
        "application_template_id",
        "applicationTemplateId",
        Edm::Text,
        "Template of the gallery that it was made from.",
    )
    .ops(Ops::EQ)
    .advanced(NE),
    col(
        "disabled_by_microsoft_status",
        "disabledByMicrosoftStatus",
        Edm::Text,
        "Whether Microsoft has disabled it, and why.",
    )
    .ops(Ops::EQ)
    .advanced(NE),
    col("identifier_uris", "identifierUris", TEXTS, "Names under which tokens for it are asked.")
        .ops(Ops::EQ_PREFIX)
        .advanced(MORE_SET)
        .sensitive(Sensitive::Application),
    col("tags", "tags", TEXTS, "Tags.").ops(Ops::EQ_PREFIX).advanced(Ops::of(Op::Ge).with(Op::Le)),
    col(
        "required_resource_access",
        "requiredResourceAccess",
        Edm::List(&Edm::Object(REQUIRED)),
        "Permissions that it asks for.",
    ),
    col("app_roles", "appRoles", Edm::List(&Edm::Object(APP_ROLE)), "Roles that it defines."),
    col("key_credentials", "keyCredentials", Edm::List(&Edm::Object(CREDENTIAL)), "Its certificates."),
    col(
        "password_credentials",
        "passwordCredentials",
        Edm::List(&Edm::Object(SECRET)),
        "Its secrets, without their values.",
    ),
    col("info", "info", Edm::Object(INFO), "Pages about it."),
    col("web", "web", Edm::Object(CLIENT), "As an application on a server."),
    col("spa", "spa", Edm::Object(CLIENT), "As an application in a browser."),
    col("public_client", "publicClient", Edm::Object(CLIENT), "As an application on a device."),
    col(
        "is_fallback_public_client",
        "isFallbackPublicClient",
        Edm::Bool,
        "Whether it is a public client where it does not say so.",
    ),
    col("group_membership_claims", "groupMembershipClaims", Edm::Text, "Which groups its tokens name."),
    col("notes", "notes", Edm::Text, "Notes of its administrators.").sensitive(Sensitive::Application),
    col("service_management_reference", "serviceManagementReference", Edm::Text, "Its entry in a database of assets.")
        .sensitive(Sensitive::Application),
    col("verified_publisher", "verifiedPublisher", Edm::Object(VERIFIED_PUBLISHER), "Who is proven to publish it."),
    RAW,
];
