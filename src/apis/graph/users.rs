//! `entra.users`: GET /users.
//!
//! Source: Microsoft Graph reference, "List users", "user resource type", "signInActivity resource type", and "Advanced query
//! capabilities". Properties that can only be had one user at a time, and those that need permissions of other services,
//! are no columns.

use super::directory::{ADVANCED, MORE, MORE_SET, NE, UNSET, advanced_text, flag, id, objects, text, time};
use super::types::{LICENSE, TEXTS};
use crate::table::{
    Column, Costly, Edm, EntitySet, Family, Op, Ops, Pages, Quota, RAW, Sensitive, Source, Versions, col,
};

/// The users of the directory.
pub static USERS: EntitySet = EntitySet {
    schema: "entra",
    name: "users",
    doc: "One row per user account of the directory as it is now, guests included. The names of guests hold #EXT#, while \
          sign_ins name them by their home address: join by id. Asking for sign_in_activity, as * does, needs more \
          permissions, a licence, and more time.",
    family: Family::Users,
    source: Source::Pages(Pages {
        costly: Some(&Costly {
            column: "sign_in_activity",
            permissions: &["User.Read.All", "AuditLog.Read.All"],
            licence: "Microsoft Entra ID P1 or P2",
            quota: Quota::SignInActivity,
            page: 500,
        }),
        // "GET /users/$count" with ConsistencyLevel: eventual.
        counts: true,
        ..objects("/users", &["User.Read.All"])
    }),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: COLUMNS,
};

/// `graph.signInActivity`.
const SIGN_IN_ACTIVITY: &[Column] = &[
    time("last_sign_in_date_time", "lastSignInDateTime", "When the user last tried to sign in interactively, UTC."),
    col("last_sign_in_request_id", "lastSignInRequestId", Edm::Text, "Id of that sign-in."),
    time(
        "last_non_interactive_sign_in_date_time",
        "lastNonInteractiveSignInDateTime",
        "When a client last signed in for the user, UTC.",
    ),
    col(
        "last_non_interactive_sign_in_request_id",
        "lastNonInteractiveSignInRequestId",
        Edm::Text,
        "Id of that non-interactive sign-in.",
    ),
    time(
        "last_successful_sign_in_date_time",
        "lastSuccessfulSignInDateTime",
        "When the user last signed in with success, UTC.",
    ),
    col(
        "last_successful_sign_in_request_id",
        "lastSuccessfulSignInRequestId",
        Edm::Text,
        "Id of that successful sign-in.",
    ),
];
/// `graph.assignedPlan`.
const PLAN: &[Column] = &[
    col("service_plan_id", "servicePlanId", Edm::Text, "Id of the plan.").guid().advanced(Ops::EQ),
    col("service", "service", Edm::Text, "Name of the service.").advanced(Ops::EQ),
    col(
        "capability_status",
        "capabilityStatus",
        Edm::Text,
        "Whether it can be used: Enabled, Warning, Suspended, Deleted.",
    ),
    col("assigned_date_time", "assignedDateTime", Edm::Instant, "When it was assigned, UTC."),
];
/// `graph.objectIdentity`. A filter needs issuer and id together, which no condition on one of them is.
const IDENTITY: &[Column] = &[
    col("sign_in_type", "signInType", Edm::Text, "How the identity signs in: emailAddress, userName, federated."),
    col("issuer", "issuer", Edm::Text, "Who vouches for it.").sensitive(Sensitive::Tenant),
    col("issuer_assigned_id", "issuerAssignedId", Edm::Text, "Its name there.").sensitive(Sensitive::Person),
];

const COLUMNS: &[Column] = &[
    id("Object id of the user.").sensitive(Sensitive::Person),
    text("display_name", "displayName", "Name that is shown for the user.").sensitive(Sensitive::Person),
    col(
        "user_principal_name",
        "userPrincipalName",
        Edm::Text,
        "Name that the user signs in with, in the case it was given, while sign_ins has lower case: compare \
         lower(user_principal_name), or join by id. That of a guest holds #EXT#.",
    )
    .ops(Ops::EQ_PREFIX)
    .advanced(MORE_SET.with(Op::EndsWith))
    .sensitive(Sensitive::Person),
    col("mail", "mail", Edm::Text, "Mail address.")
        .ops(Ops::EQ_PREFIX)
        .advanced(MORE.with(Op::EndsWith))
        .sensitive(Sensitive::Person),
    flag("account_enabled", "accountEnabled", "Whether the user can sign in."),
    // A text in the metadata; these two values are documented.
    col("user_type", "userType", Edm::Enum(&["Member", "Guest"]), "Whether the user is a Member or a Guest.")
        .ops(Ops::EQ)
        .advanced(UNSET),
    col("created_date_time", "createdDateTime", Edm::Instant, "When the account was created, UTC.")
        .advanced(Ops::RANGE.and(NE)),
    col(
        "sign_in_activity",
        "signInActivity",
        Edm::Object(SIGN_IN_ACTIVITY),
        "When the user last signed in. Needs AuditLog.Read.All and Entra ID P1 or P2; pages are smaller and 10 in a minute.",
    ),
    col(
        "last_password_change_date_time",
        "lastPasswordChangeDateTime",
        Edm::Instant,
        "When the password was last changed, UTC.",
    ),
    col(
        "sign_in_sessions_valid_from_date_time",
        "signInSessionsValidFromDateTime",
        Edm::Instant,
        "When all earlier sessions were revoked, UTC.",
    ),
    text("given_name", "givenName", "First name.").sensitive(Sensitive::Person),
    text("surname", "surname", "Family name.").sensitive(Sensitive::Person),
    text("mail_nickname", "mailNickname", "Alias of the mail address.").sensitive(Sensitive::Person),
    col("other_mails", "otherMails", TEXTS, "Further mail addresses.")
        .ops(Ops::EQ_PREFIX)
        .advanced(Ops::of(Op::Ge).with(Op::Le).with(Op::EndsWith))
        .sensitive(Sensitive::Person),
    col("proxy_addresses", "proxyAddresses", TEXTS, "All mail addresses, with their prefix: SMTP: is the main one.")
        .ops(Ops::EQ_PREFIX)
        .advanced(Ops::of(Op::Ge).with(Op::Le).with(Op::EndsWith))
        .sensitive(Sensitive::Person),
    text("job_title", "jobTitle", "What the user does.").sensitive(Sensitive::Person),
    text("department", "department", "Department.").sensitive(Sensitive::Person),
    advanced_text("company_name", "companyName", "Company.").sensitive(Sensitive::Person),
    advanced_text("office_location", "officeLocation", "Office.").sensitive(Sensitive::Person),
    text("city", "city", "City."),
    text("state", "state", "State or province."),
    text("country", "country", "Country or region."),
    text("usage_location", "usageLocation", "Country in which services are used, as two letters."),
    advanced_text("postal_code", "postalCode", "Postal code.").sensitive(Sensitive::Person),
    advanced_text("street_address", "streetAddress", "Street and number.").sensitive(Sensitive::Person),
    advanced_text("mobile_phone", "mobilePhone", "Mobile phone.").sensitive(Sensitive::Person),
    col("business_phones", "businessPhones", TEXTS, "Phones at work.")
        .ops(Ops::EQ_PREFIX)
        .advanced(Ops::of(Op::Ge).with(Op::Le))
        .sensitive(Sensitive::Person),
    advanced_text("fax_number", "faxNumber", "Fax.").sensitive(Sensitive::Person),
    col("im_addresses", "imAddresses", TEXTS, "Addresses of chats.")
        .ops(Ops::EQ_PREFIX)
        .advanced(Ops::of(Op::Ge).with(Op::Le))
        .sensitive(Sensitive::Person),
    advanced_text("preferred_language", "preferredLanguage", "Language that the user prefers."),
    text("employee_id", "employeeId", "Number of the employee.").sensitive(Sensitive::Person),
    advanced_text("employee_type", "employeeType", "Kind of employee, such as Contractor."),
    col("employee_hire_date", "employeeHireDate", Edm::Instant, "When the employee was hired, UTC.")
        .advanced(Ops::RANGE.and(NE)),
    col(
        "creation_type",
        "creationType",
        Edm::Text,
        "How the account came to be: NULL, Invitation, EmailVerified, SelfServiceSignUp.",
    )
    .ops(Ops::EQ)
    .advanced(NE),
    col(
        "external_user_state",
        "externalUserState",
        Edm::Text,
        "How far the invitation of a guest is: PendingAcceptance, Accepted.",
    )
    .ops(Ops::EQ)
    .advanced(NE),
    time("external_user_state_change_date_time", "externalUserStateChangeDateTime", "When that changed, UTC."),
    col("identities", "identities", Edm::List(&Edm::Object(IDENTITY)), "Identities that the user can sign in with."),
    col("assigned_licenses", "assignedLicenses", Edm::List(&Edm::Object(LICENSE)), "Licences of the user."),
    col("assigned_plans", "assignedPlans", Edm::List(&Edm::Object(PLAN)), "Plans of the user's licences."),
    col("password_policies", "passwordPolicies", Edm::Text, "Password policies, such as DisablePasswordExpiration.")
        .advanced(UNSET),
    col("is_resource_account", "isResourceAccount", Edm::Bool, "Not used by the directory today.").ops(Ops::EQ),
    col("show_in_address_list", "showInAddressList", Edm::Bool, "Whether address lists show the user.")
        .advanced(Ops::EQ.and(NE)),
    col("age_group", "ageGroup", Edm::Text, "Age group: Minor, NotAdult, Adult.").ops(Ops::EQ).advanced(NE),
    col("consent_provided_for_minor", "consentProvidedForMinor", Edm::Text, "Whether consent was given for a minor.")
        .ops(Ops::EQ)
        .advanced(NE),
    col(
        "on_premises_sync_enabled",
        "onPremisesSyncEnabled",
        Edm::Bool,
        "Whether the account comes from a directory on premises.",
    )
    .ops(Ops::EQ)
    .advanced(UNSET),
    time(
        "on_premises_last_sync_date_time",
        "onPremisesLastSyncDateTime",
        "When it was last synchronised from there, UTC.",
    ),
    col("on_premises_sam_account_name", "onPremisesSamAccountName", Edm::Text, "Its account name there.")
        .advanced(ADVANCED)
        .sensitive(Sensitive::Person),
    col("on_premises_user_principal_name", "onPremisesUserPrincipalName", Edm::Text, "Its sign-in name there.")
        .advanced(Ops::EQ_PREFIX.and(MORE_SET))
        .sensitive(Sensitive::Person),
    col("on_premises_domain_name", "onPremisesDomainName", Edm::Text, "Its domain there.").sensitive(Sensitive::Tenant),
    col("on_premises_distinguished_name", "onPremisesDistinguishedName", Edm::Text, "Its distinguished name there.")
        .sensitive(Sensitive::Person),
    col("on_premises_immutable_id", "onPremisesImmutableId", Edm::Text, "What ties it to the account there.")
        .ops(Ops::EQ)
        .advanced(MORE_SET)
        .sensitive(Sensitive::Person),
    col("on_premises_security_identifier", "onPremisesSecurityIdentifier", Edm::Text, "Its security identifier there.")
        .ops(Ops::EQ)
        .advanced(Ops::of(Op::Null))
        .sensitive(Sensitive::Person),
    col("security_identifier", "securityIdentifier", Edm::Text, "Security identifier in the cloud.")
        .ops(Ops::EQ_PREFIX)
        .advanced(Ops::of(Op::Ge).with(Op::Le))
        .sensitive(Sensitive::Person),
    col(
        "deleted_date_time",
        "deletedDateTime",
        Edm::Instant,
        "When the account was deleted, UTC; NULL for those that are there.",
    )
    .advanced(Ops::RANGE.and(NE)),
    RAW,
];
