//! Conditional Access policies and named locations, and how people can prove who they are.

use serde_json::{Value, json};

use super::super::property::{Property, Type, Version, both};
use super::super::sign_ins::POLICIES as APPLIED;
use super::super::table::{Listed, Premise, Table};
use super::{Luck, Things, refused};
use crate::demo::gate::Quota;
use crate::demo::graph::table::PageSize;
use crate::demo::world::dice::guid;
use crate::demo::world::people::{FACTORS, Home, PEOPLE};

/// `GET /identity/conditionalAccess/policies`.
pub(in crate::demo::graph) static POLICIES: Table = Table {
    path: "/identity/conditionalAccess/policies",
    versions: &Version::ALL,
    properties: POLICY_PROPERTIES,
    entity: "microsoft.graph.conditionalAccessPolicy",
    time: None,
    options: &["$filter", "$top", "$select", "$count"],
    unasked: None,
    costly: None,
    link: None,
    quota: Quota::IdentityProtection,
    listed: Listed::Anyhow,
    population: None,
    page: PageSize { unasked: 100, most: 100, refused },
    tell: |premise| Ok(Things::boxed(premise, POLICY_PROPERTIES, None, policies)),
};

/// `GET /identity/conditionalAccess/namedLocations`.
pub(in crate::demo::graph) static NAMED_LOCATIONS: Table = Table {
    path: "/identity/conditionalAccess/namedLocations",
    properties: LOCATION_PROPERTIES,
    entity: "microsoft.graph.namedLocation",
    tell: |premise| Ok(Things::boxed(premise, LOCATION_PROPERTIES, None, locations)),
    ..POLICIES
};

/// `GET /reports/authenticationMethods/userRegistrationDetails`.
pub(in crate::demo::graph) static AUTHENTICATION_METHODS: Table = Table {
    path: "/reports/authenticationMethods/userRegistrationDetails",
    properties: METHOD_PROPERTIES,
    entity: "microsoft.graph.userRegistrationDetails",
    options: &["$filter"],
    quota: Quota::Reports,
    tell: |premise| Ok(Things::boxed(premise, METHOD_PROPERTIES, None, methods)),
    ..POLICIES
};

static POLICY_PROPERTIES: &[Property] = &[
    both("id", Type::Text, ""),
    both("displayName", Type::Text, ""),
    both("state", Type::Text, ""),
    both("createdDateTime", Type::Instant, ""),
    both("modifiedDateTime", Type::Instant, ""),
    both("conditions", Type::Other, ""),
    both("grantControls", Type::Other, ""),
    both("sessionControls", Type::Other, ""),
    both("templateId", Type::Text, ""),
];

static LOCATION_PROPERTIES: &[Property] = &[
    both("@odata.type", Type::Text, ""),
    both("id", Type::Text, ""),
    both("displayName", Type::Text, ""),
    // The one that an example of the page asks for.
    both("createdDateTime", Type::Instant, "ge"),
    both("modifiedDateTime", Type::Instant, ""),
    both("isTrusted", Type::Flag, ""),
    both("ipRanges", Type::Other, ""),
    both("countriesAndRegions", Type::Texts, ""),
    both("countryLookupMethod", Type::Text, ""),
    both("includeUnknownCountriesAndRegions", Type::Flag, ""),
];

/// Taken from "userRegistrationDetails resource type".
static METHOD_PROPERTIES: &[Property] = &[
    both("id", Type::Text, ""),
    both("userPrincipalName", Type::Text, "eq startswith"),
    both("userDisplayName", Type::Text, "eq startswith"),
    both("userType", Type::Text, ""),
    both("isAdmin", Type::Flag, ""),
    both("isMfaRegistered", Type::Flag, "eq"),
    both("isMfaCapable", Type::Flag, "eq"),
    both("isPasswordlessCapable", Type::Flag, "eq"),
    both("isSsprEnabled", Type::Flag, "eq"),
    both("isSsprRegistered", Type::Flag, "eq"),
    both("isSsprCapable", Type::Flag, "eq"),
    both("methodsRegistered", Type::Texts, "eq"),
    both("isSystemPreferredAuthenticationMethodEnabled", Type::Flag, "eq"),
    both("systemPreferredAuthenticationMethods", Type::Texts, "eq"),
    both("userPreferredMethodForSecondaryAuthentication", Type::Text, ""),
    both("lastUpdatedDateTime", Type::Instant, ""),
];

fn policies(premise: &Premise) -> Vec<Value> {
    let policy = |(n, (name, grant, session)): (usize, &(&str, &str, &str))| {
        let luck = Luck::of(premise, 0xca, n);
        let excluded = premise.world.attack.as_ref().filter(|_| n == 0);
        let excluded: Vec<&str> =
            excluded.map(|attack| premise.world.people[attack.victim].id.as_str()).into_iter().collect();
        json!({
            // Sign-ins name it so.
            "id": guid(n as u64, 0xca),
            "displayName": name,
            "state": if session == &"PersistentBrowserSessionMode" { "enabledForReportingButNotEnforced" } else { "enabled" },
            "createdDateTime": luck.time(premise, 1, 900, 7),
            "modifiedDateTime": if luck.rare(2, 3) { Value::Null } else { json!(luck.time(premise, 3, 90, 7)) },
            "conditions": {
                "users": { "includeUsers": ["All"], "excludeUsers": excluded, "includeGroups": [], "excludeGroups": [], "includeRoles": [], "excludeRoles": [] },
                "applications": { "includeApplications": ["All"], "excludeApplications": [], "includeUserActions": [] },
                "clientAppTypes": ["all"],
                "locations": if luck.rare(4, 2) { json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] }) } else { Value::Null },
                "platforms": null,
                "signInRiskLevels": if n == 1 { json!(["high"]) } else { json!([]) },
                "userRiskLevels": [],
                "servicePrincipalRiskLevels": [],
                "devices": null,
            },
            "grantControls": if grant.is_empty() { Value::Null } else { json!({ "operator": "OR", "builtInControls": [grant], "customAuthenticationFactors": [], "termsOfUse": [], "authenticationStrength": null }) },
            "sessionControls": if session.is_empty() { Value::Null } else { json!({ "signInFrequency": { "value": 4, "type": "hours", "isEnabled": true } }) },
            "templateId": Value::Null,
        })
    };
    APPLIED.iter().enumerate().map(policy).collect()
}

fn locations(premise: &Premise) -> Vec<Value> {
    let ranges =
        [("Head office", "198.51.100.0/24"), ("Büro Köln", "2001:db8:77::/48"), ("O'Hare lab", "203.0.113.64/26")];
    let of_ranges = ranges.iter().enumerate().map(|(n, (name, cidr))| {
        let luck = Luck::of(premise, 0x10c, n);
        json!({
            "@odata.type": "#microsoft.graph.ipNamedLocation",
            "id": guid(n as u64, 0x10c),
            "displayName": name,
            "createdDateTime": luck.time(premise, 1, 900, 7),
            "modifiedDateTime": luck.time(premise, 2, 90, 7),
            "isTrusted": n != 2,
            "ipRanges": [{ "@odata.type": if cidr.contains("::") { "#microsoft.graph.iPv6CidrRange" } else { "#microsoft.graph.iPv4CidrRange" }, "cidrAddress": cidr }],
        })
    });
    let countries: [(&str, &[&str]); 2] = [("Where we work", &["PT", "DE", "IE"]), ("where we work", &["KE"])];
    let of_countries = countries.iter().enumerate().map(|(n, (name, codes))| {
        let luck = Luck::of(premise, 0xc0c, n);
        json!({
            "@odata.type": "#microsoft.graph.countryNamedLocation",
            "id": guid(n as u64, 0xc0c),
            "displayName": name,
            "createdDateTime": luck.time(premise, 1, 900, 7),
            "modifiedDateTime": luck.time(premise, 2, 90, 7),
            "countriesAndRegions": codes,
            "countryLookupMethod": "clientIpAddress",
            "includeUnknownCountriesAndRegions": n == 1,
        })
    });
    of_ranges.chain(of_countries).collect()
}

fn methods(premise: &Premise) -> Vec<Value> {
    let people = premise.world.people.iter().take(PEOPLE).enumerate();
    people
        .map(|(n, person)| {
            let luck = Luck::of(premise, 0x3e7, n);
            let factor = match FACTORS[person.factor].0 {
                "Text message" => "mobilePhone",
                "FIDO2 security key" => "fido2",
                name if name.starts_with("Passwordless") => "microsoftAuthenticatorPasswordless",
                _ => "microsoftAuthenticatorPush",
            };
            let registered = !luck.rare(1, 12);
            let reset = luck.rare(2, 2);
            let methods: Vec<&str> = if registered { vec![factor, "email"] } else { Vec::new() };
            json!({
                "id": person.id,
                "userPrincipalName": super::users::name_of(person, premise.world.organisation),
                "userDisplayName": person.name,
                "userType": if matches!(person.home, Home::Partner(_)) { "guest" } else { "member" },
                "isAdmin": luck.rare(3, 20),
                "isMfaRegistered": registered,
                "isMfaCapable": registered && !luck.rare(4, 9),
                "isPasswordlessCapable": registered && (factor == "fido2" || factor.ends_with("Passwordless")),
                "isSsprEnabled": reset,
                "isSsprRegistered": reset && registered,
                "isSsprCapable": reset && registered,
                "methodsRegistered": methods,
                "isSystemPreferredAuthenticationMethodEnabled": luck.rare(5, 2),
                "systemPreferredAuthenticationMethods": if registered { json!([luck.pick(6, &["push", "sms"])]) } else { json!([]) },
                "userPreferredMethodForSecondaryAuthentication": if registered { luck.pick(7, &["push", "sms", "oath"]) } else { "" },
                "lastUpdatedDateTime": luck.time(premise, 8, 20, 7),
            })
        })
        .collect()
}
