//! `entra.authentication_methods`: GET /reports/authenticationMethods/userRegistrationDetails.
//!
//! Source: Microsoft Graph reference, "List userRegistrationDetails" (only `$filter` and `$orderBy`) and
//! "userRegistrationDetails resource type". `userPreferredMethodForSecondaryAuthentication` documents "any with eq" though it
//! is no collection: it is not asked for.

use super::types::TEXTS;
use super::{ALL_MEMBERS, REPORT_LIMITS};
use crate::table::{
    Api, Column, Dialect, Edm, EntitySet, Family, Ops, Pages, Quota, RAW, Select, Sensitive, Source, Versions, col,
};

/// How people can prove who they are.
pub static AUTHENTICATION_METHODS: EntitySet = EntitySet {
    schema: "entra",
    name: "authentication_methods",
    doc: "One row per user: which methods of authentication are registered, and what the user is capable of with them.",
    family: Family::AuthenticationMethods,
    source: Source::Pages(Pages {
        api: Api::Graph,
        dialect: Dialect::Graph,
        path: "/reports/authenticationMethods/userRegistrationDetails",
        permissions: &["AuditLog.Read.All"],
        quota: Quota::Reports,
        page: None,
        headers: ALL_MEMBERS,
        advanced: &[],
        select: Select::Undocumented,
        counts: false,
        costly: None,
        licence: None,
        parent: None,
        listed: None,
        retention_days: None,
        population: None,
        limits: REPORT_LIMITS,
        record_cap: None,
        beta: false,
    }),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: COLUMNS,
};

const COLUMNS: &[Column] = &[
    col("id", "id", Edm::Text, "Object id of the user.").sensitive(Sensitive::Person),
    col("user_principal_name", "userPrincipalName", Edm::Text, "Name that the user signs in with.")
        .ops(Ops::EQ_PREFIX)
        .sensitive(Sensitive::Person),
    col("user_display_name", "userDisplayName", Edm::Text, "Name of the user.")
        .ops(Ops::EQ_PREFIX)
        .sensitive(Sensitive::Person),
    col("user_type", "userType", Edm::Text, "Whether the user is a member or a guest."),
    col("is_admin", "isAdmin", Edm::Bool, "Whether the user has an administrator role."),
    col("is_mfa_registered", "isMfaRegistered", Edm::Bool, "Whether a strong method is registered.").ops(Ops::EQ),
    col("is_mfa_capable", "isMfaCapable", Edm::Bool, "Whether one is registered that policy allows.").ops(Ops::EQ),
    col("is_passwordless_capable", "isPasswordlessCapable", Edm::Bool, "Whether one without a password is.")
        .ops(Ops::EQ),
    col("is_sspr_enabled", "isSsprEnabled", Edm::Bool, "Whether policy lets the user reset the password.").ops(Ops::EQ),
    col("is_sspr_registered", "isSsprRegistered", Edm::Bool, "Whether enough is registered for that.").ops(Ops::EQ),
    col("is_sspr_capable", "isSsprCapable", Edm::Bool, "Whether the user can reset the password.").ops(Ops::EQ),
    col("methods_registered", "methodsRegistered", TEXTS, "Methods that are registered, such as mobilePhone or fido2.")
        .ops(Ops::EQ),
    col(
        "is_system_preferred_authentication_method_enabled",
        "isSystemPreferredAuthenticationMethodEnabled",
        Edm::Bool,
        "Whether the most secure method is chosen for the user.",
    )
    .ops(Ops::EQ),
    col(
        "system_preferred_authentication_methods",
        "systemPreferredAuthenticationMethods",
        TEXTS,
        "The methods that are chosen so.",
    )
    .ops(Ops::EQ),
    col(
        "user_preferred_method_for_secondary_authentication",
        "userPreferredMethodForSecondaryAuthentication",
        Edm::Text,
        "The second factor that the user chose.",
    ),
    col("last_updated_date_time", "lastUpdatedDateTime", Edm::Instant, "When this was last brought up to date, UTC."),
    RAW,
];
