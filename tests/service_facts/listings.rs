//! The other sets of Microsoft Graph, transcribed a third time from the service's pages: neither from the declarations nor
//! from the demo tenant.
//!
//! Of directory objects the second text holds the operators that only an advanced query may use. `in`, `not`, `$count` and the
//! order of texts are documented too; they are never sent, and no part of these lists. `null` stands for `eq null`.

/// Wire path, operators of any query, operators of advanced queries alone.
pub(super) type Property = (&'static str, &'static str, &'static str);

/// The path, the permissions, the quota (requests, seconds), the largest page, whether `$select` is documented.
pub(super) type Listing = (&'static str, &'static [&'static str], (u32, u64), Option<usize>, bool, &'static [Property]);

/// `ne ge le null`
const ALL: &str = "ne ge le null";

pub(super) const LISTINGS: &[Listing] = &[("/users", &["User.Read.All"], (1_166, 10), Some(999), true, USERS)];

const USERS: &[Property] = &[
    ("id", "eq", "ne"),
    ("displayName", "eq startswith", ALL),
    ("userPrincipalName", "eq startswith", "ne ge le endswith"),
    ("mail", "eq startswith", "ne ge le endswith null"),
    ("otherMails[]", "eq startswith", "ge le endswith"),
    ("proxyAddresses[]", "eq startswith", "ge le endswith"),
    ("mailNickname", "eq startswith", ALL),
    ("givenName", "eq startswith", ALL),
    ("surname", "eq startswith", ALL),
    ("jobTitle", "eq startswith", ALL),
    ("department", "eq startswith", ALL),
    ("city", "eq startswith", ALL),
    ("state", "eq startswith", ALL),
    ("country", "eq startswith", ALL),
    ("usageLocation", "eq startswith", ALL),
    ("companyName", "", "eq ne ge le startswith null"),
    ("officeLocation", "", "eq ne ge le startswith null"),
    ("mobilePhone", "", "eq ne ge le startswith null"),
    ("faxNumber", "", "eq ne ge le startswith null"),
    ("postalCode", "", "eq ne ge le startswith null"),
    ("streetAddress", "", "eq ne ge le startswith null"),
    ("preferredLanguage", "", "eq ne ge le startswith null"),
    ("employeeType", "", "eq ne ge le startswith null"),
    ("onPremisesSamAccountName", "", "eq ne ge le startswith null"),
    ("employeeId", "eq startswith", ALL),
    ("accountEnabled", "eq", "ne"),
    ("userType", "eq", "ne null"),
    ("ageGroup", "eq", "ne"),
    ("consentProvidedForMinor", "eq", "ne"),
    ("creationType", "eq", "ne"),
    ("externalUserState", "eq", "ne"),
    ("externalUserStateChangeDateTime", "eq ge le", "ne"),
    ("createdDateTime", "", "eq ne ge le"),
    ("deletedDateTime", "", "eq ne ge le"),
    ("employeeHireDate", "", "eq ne ge le"),
    ("isResourceAccount", "eq", ""),
    ("onPremisesImmutableId", "eq", "ne ge le"),
    ("onPremisesLastSyncDateTime", "eq ge le", "ne"),
    ("onPremisesSyncEnabled", "eq", "ne null"),
    ("onPremisesSecurityIdentifier", "eq", "null"),
    ("onPremisesUserPrincipalName", "", "eq ne ge le startswith"),
    ("securityIdentifier", "eq startswith", "ge le"),
    ("passwordPolicies", "", "ne null"),
    ("showInAddressList", "", "eq ne"),
    ("assignedLicenses[]/skuId", "eq", ""),
    ("assignedLicenses[]/disabledPlans[]", "", ""),
    ("assignedPlans[]/servicePlanId", "", "eq"),
    ("assignedPlans[]/service", "", "eq"),
    ("assignedPlans[]/capabilityStatus", "", ""),
    ("assignedPlans[]/assignedDateTime", "", ""),
    ("businessPhones[]", "eq startswith", "ge le"),
    ("imAddresses[]", "eq startswith", "ge le"),
    ("identities[]/signInType", "", ""),
    ("identities[]/issuer", "", ""),
    ("identities[]/issuerAssignedId", "", ""),
    ("signInActivity/lastSignInDateTime", "eq ge le", "ne"),
    ("signInActivity/lastSignInRequestId", "", ""),
    ("signInActivity/lastNonInteractiveSignInDateTime", "eq ge le", "ne"),
    ("signInActivity/lastNonInteractiveSignInRequestId", "", ""),
    ("signInActivity/lastSuccessfulSignInDateTime", "eq ge le", "ne"),
    ("signInActivity/lastSuccessfulSignInRequestId", "", ""),
    ("lastPasswordChangeDateTime", "", ""),
    ("signInSessionsValidFromDateTime", "", ""),
    ("onPremisesDomainName", "", ""),
    ("onPremisesDistinguishedName", "", ""),
];
