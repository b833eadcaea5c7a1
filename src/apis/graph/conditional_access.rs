//! `entra.conditional_access_policies`: GET /identity/conditionalAccess/policies, and `entra.named_locations`:
//! GET /identity/conditionalAccess/namedLocations.
//!
//! Source: Microsoft Graph reference, "List policies", "List namedLocations", "conditionalAccessPolicy resource type" and
//! those of its parts. `$filter` is documented without the properties that it takes; an example asks for `createdDateTime`
//! of locations with `ge`. How large a page may be is not documented, so no size is asked for.

use super::types::TEXTS;
use super::{ALL_MEMBERS, REPORT_LIMITS};
use crate::table::{
    Api, Column, Dialect, Edm, EntitySet, Family, Op, Ops, Pages, Quota, RAW, Select, Sensitive, Source, Versions, col,
};

const fn listing(path: &'static str) -> Pages {
    Pages {
        api: Api::Graph,
        dialect: Dialect::Graph,
        path,
        permissions: &["Policy.Read.All"],
        // Conditional Access shares the quota of Identity Protection (source: "throttling limits").
        quota: Quota::IdentityProtection,
        page: None,
        headers: ALL_MEMBERS,
        advanced: &[],
        select: Select::Whole,
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
    }
}

/// Rules for signing in.
pub static CONDITIONAL_ACCESS_POLICIES: EntitySet = EntitySet {
    schema: "entra",
    name: "conditional_access_policies",
    doc: "One row per Conditional Access policy as it is now; changes are in directory_audits.",
    family: Family::ConditionalAccessPolicies,
    source: Source::Pages(listing("/identity/conditionalAccess/policies")),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: POLICIES,
};

/// Places that rules name.
pub static NAMED_LOCATIONS: EntitySet = EntitySet {
    schema: "entra",
    name: "named_locations",
    doc: "One row per named location of Conditional Access: ranges of addresses, or countries.",
    family: Family::NamedLocations,
    source: Source::Pages(listing("/identity/conditionalAccess/namedLocations")),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: LOCATIONS,
};

/// `graph.ipRange`, of either version of the protocol.
const LOCATION_RANGE: &[Column] =
    &[col("cidr_address", "cidrAddress", Edm::Text, "Range in CIDR notation.").sensitive(Sensitive::Address)];
/// `graph.conditionalAccessUsers`.
const USERS: &[Column] = &[
    col("include_users", "includeUsers", TEXTS, "Object ids of users, or All, None, GuestsOrExternalUsers.")
        .sensitive(Sensitive::Person),
    col("exclude_users", "excludeUsers", TEXTS, "Object ids of users who are left out.").sensitive(Sensitive::Person),
    col("include_groups", "includeGroups", TEXTS, "Object ids of groups."),
    col("exclude_groups", "excludeGroups", TEXTS, "Object ids of groups that are left out."),
    col("include_roles", "includeRoles", TEXTS, "Template ids of roles."),
    col("exclude_roles", "excludeRoles", TEXTS, "Template ids of roles that are left out."),
];
/// `graph.conditionalAccessApplications`.
const APPLICATIONS: &[Column] = &[
    col("include_applications", "includeApplications", TEXTS, "Application (client) ids, or All, None, Office365."),
    col("exclude_applications", "excludeApplications", TEXTS, "Application ids that are left out."),
    col("include_user_actions", "includeUserActions", TEXTS, "What a user does, such as registering security info."),
];
/// `graph.conditionalAccessLocations`.
const PLACES: &[Column] = &[
    col("include_locations", "includeLocations", TEXTS, "Ids of named locations, or All, AllTrusted."),
    col("exclude_locations", "excludeLocations", TEXTS, "Ids of named locations that are left out."),
];
/// `graph.conditionalAccessPlatforms`.
const PLATFORMS: &[Column] = &[
    col("include_platforms", "includePlatforms", TEXTS, "Operating systems, or all."),
    col("exclude_platforms", "excludePlatforms", TEXTS, "Operating systems that are left out."),
];
/// `graph.conditionalAccessConditionSet`.
const CONDITIONS: &[Column] = &[
    col("users", "users", Edm::Object(USERS), "Whom it is about."),
    col("applications", "applications", Edm::Object(APPLICATIONS), "What is signed in to."),
    col("client_app_types", "clientAppTypes", TEXTS, "Kinds of client, such as browser or exchangeActiveSync."),
    col("locations", "locations", Edm::Object(PLACES), "From where."),
    col("platforms", "platforms", Edm::Object(PLATFORMS), "With which operating systems."),
    col("sign_in_risk_levels", "signInRiskLevels", TEXTS, "Levels of risk of the sign-in."),
    col("user_risk_levels", "userRiskLevels", TEXTS, "Levels of risk of the user."),
    col(
        "service_principal_risk_levels",
        "servicePrincipalRiskLevels",
        TEXTS,
        "Levels of risk of the service principal.",
    ),
    col("devices", "devices", Edm::Json, "Which devices, as JSON text."),
];
/// `graph.conditionalAccessGrantControls`.
const GRANT: &[Column] = &[
    col("operator", "operator", Edm::Text, "Whether all of it is asked for, AND, or one of it, OR."),
    col("built_in_controls", "builtInControls", TEXTS, "What is asked for, such as block, mfa, compliantDevice."),
    col("custom_authentication_factors", "customAuthenticationFactors", TEXTS, "Ids of custom controls."),
    col("terms_of_use", "termsOfUse", TEXTS, "Ids of terms to agree to."),
    col("authentication_strength", "authenticationStrength", Edm::Json, "How strong it has to be, as JSON text."),
];

const POLICIES: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the policy; sign-ins name it."),
    col("display_name", "displayName", Edm::Text, "Name of the policy.").sensitive(Sensitive::Object),
    col(
        "state",
        "state",
        Edm::Enum(&["enabled", "disabled", "enabledForReportingButNotEnforced"]),
        "Whether it applies: enabled, disabled, enabledForReportingButNotEnforced.",
    ),
    col("created_date_time", "createdDateTime", Edm::Instant, "When it was made, UTC."),
    col("modified_date_time", "modifiedDateTime", Edm::Instant, "When it was last changed, UTC."),
    col("conditions", "conditions", Edm::Object(CONDITIONS), "When it applies."),
    col("grant_controls", "grantControls", Edm::Object(GRANT), "What it asks for."),
    col("session_controls", "sessionControls", Edm::Json, "What holds for the session, as JSON text."),
    col("template_id", "templateId", Edm::Text, "Template that it was made from."),
    RAW,
];

const LOCATIONS: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the location; policies name it."),
    col("type", "@odata.type", Edm::Text, "Kind: #microsoft.graph.ipNamedLocation or countryNamedLocation."),
    col("display_name", "displayName", Edm::Text, "Name of the location.").sensitive(Sensitive::Object),
    col("created_date_time", "createdDateTime", Edm::Instant, "When it was made, UTC.").ops(Ops::of(Op::Ge)),
    col("modified_date_time", "modifiedDateTime", Edm::Instant, "When it was last changed, UTC."),
    col("is_trusted", "isTrusted", Edm::Bool, "Whether it is trusted; of ranges of addresses."),
    col("ip_ranges", "ipRanges", Edm::List(&Edm::Object(LOCATION_RANGE)), "Ranges of addresses."),
    col("countries_and_regions", "countriesAndRegions", TEXTS, "Countries and regions, as two letters."),
    col(
        "country_lookup_method",
        "countryLookupMethod",
        Edm::Text,
        "Whether the country is found by address or by GPS.",
    ),
    col(
        "include_unknown_countries_and_regions",
        "includeUnknownCountriesAndRegions",
        Edm::Bool,
        "Whether addresses without a known country belong to it.",
    ),
    RAW,
];
