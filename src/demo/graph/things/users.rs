//! Users: the people of the world as the directory has them, with the last sign-ins that the tenant tells of.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::super::property::{Property, Type, both, object};
use super::super::sign_ins::SIGN_INS;
use super::super::table::{Listed, Premise, Table};
use super::{DIRECTORY_OPTIONS, DIRECTORY_PAGES, Luck, Things, merged};
use crate::demo::gate::Quota;
use crate::demo::graph::Version;
use crate::demo::world::Organisation;
use crate::demo::world::clock;
use crate::demo::world::dice::guid;
use crate::demo::world::people::{Home, PEOPLE, Person};
use crate::demo::world::places::PLACES;

/// `GET /users`.
pub(in crate::demo::graph) static USERS: Table = Table {
    path: "/users",
    versions: &Version::ALL,
    properties: PROPERTIES,
    entity: "microsoft.graph.user",
    time: None,
    options: DIRECTORY_OPTIONS,
    unasked: Some(UNASKED),
    costly: Some(("signInActivity", 500)),
    link: None,
    quota: Quota::Directory,
    listed: Listed::Anyhow,
    population: None,
    page: DIRECTORY_PAGES,
    tell: |premise| Ok(Things::boxed(premise, PROPERTIES, None, all)),
};

/// What comes unasked (source: "List users").
const UNASKED: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];

/// Taken from the matrix of "Advanced query capabilities on directory objects" and the properties' own texts (August 2026),
/// and not from the declarations of this program. `in` and `not` are documented too and refused here: nobody may send them
/// unless they are declared.
static PROPERTIES: &[Property] = &[
    object("id", Type::Text, "eq", "ne"),
    object("displayName", Type::Text, "eq startswith", "ne ge le null"),
    object("userPrincipalName", Type::Text, "eq startswith", "ne ge le endswith"),
    object("mail", Type::Text, "eq startswith", "ne ge le endswith null"),
    object("otherMails", Type::Texts, "eq startswith", "ge le endswith"),
    object("proxyAddresses", Type::Texts, "eq startswith", "ge le endswith"),
    object("mailNickname", Type::Text, "eq startswith", "ne ge le null"),
    object("givenName", Type::Text, "eq startswith", "ne ge le null"),
    object("surname", Type::Text, "eq startswith", "ne ge le null"),
    object("jobTitle", Type::Text, "eq startswith", "ne ge le null"),
    object("department", Type::Text, "eq startswith", "ne ge le null"),
    object("city", Type::Text, "eq startswith", "ne ge le null"),
    object("state", Type::Text, "eq startswith", "ne ge le null"),
    object("country", Type::Text, "eq startswith", "ne ge le null"),
    object("usageLocation", Type::Text, "eq startswith", "ne ge le null"),
    object("companyName", Type::Text, "", "eq ne ge le startswith null"),
    object("officeLocation", Type::Text, "", "eq ne ge le startswith null"),
    object("mobilePhone", Type::Text, "", "eq ne ge le startswith null"),
    object("faxNumber", Type::Text, "", "eq ne ge le startswith null"),
    object("postalCode", Type::Text, "", "eq ne ge le startswith null"),
    object("streetAddress", Type::Text, "", "eq ne ge le startswith null"),
    object("preferredLanguage", Type::Text, "", "eq ne ge le startswith null"),
    object("employeeType", Type::Text, "", "eq ne ge le startswith null"),
    object("onPremisesSamAccountName", Type::Text, "", "eq ne ge le startswith null"),
    object("employeeId", Type::Text, "eq startswith", "ne ge le null"),
    object("accountEnabled", Type::Flag, "eq", "ne"),
    object("userType", Type::Text, "eq", "ne null"),
    object("ageGroup", Type::Text, "eq", "ne"),
    object("consentProvidedForMinor", Type::Text, "eq", "ne"),
    object("creationType", Type::Text, "eq", "ne"),
    object("externalUserState", Type::Text, "eq", "ne"),
    object("externalUserStateChangeDateTime", Type::Instant, "eq ge le", "ne"),
    object("createdDateTime", Type::Instant, "", "eq ne ge le"),
    object("deletedDateTime", Type::Instant, "", "eq ne ge le"),
    object("employeeHireDate", Type::Instant, "", "eq ne ge le"),
    both("isResourceAccount", Type::Flag, "eq"),
    object("onPremisesImmutableId", Type::Text, "eq", "ne ge le"),
    object("onPremisesLastSyncDateTime", Type::Instant, "eq ge le", "ne"),
    object("onPremisesSyncEnabled", Type::Flag, "eq", "ne null"),
    object("onPremisesSecurityIdentifier", Type::Text, "eq", "null"),
    object("onPremisesUserPrincipalName", Type::Text, "", "eq ne ge le startswith"),
    object("securityIdentifier", Type::Text, "eq startswith", "ge le"),
    object("passwordPolicies", Type::Text, "", "ne null"),
    object("showInAddressList", Type::Flag, "", "eq ne"),
    both("assignedLicenses[]/skuId", Type::Guid, "eq"),
    both("assignedLicenses[]/disabledPlans", Type::Other, ""),
    object("assignedPlans[]/servicePlanId", Type::Guid, "", "eq"),
    object("assignedPlans[]/service", Type::Text, "", "eq"),
    both("assignedPlans[]/capabilityStatus", Type::Text, ""),
    both("assignedPlans[]/assignedDateTime", Type::Other, ""),
    object("businessPhones", Type::Texts, "eq startswith", "ge le"),
    object("imAddresses", Type::Texts, "eq startswith", "ge le"),
    both("identities[]/signInType", Type::Text, ""),
    both("identities[]/issuer", Type::Text, ""),
    both("identities[]/issuerAssignedId", Type::Text, ""),
    object("signInActivity/lastSignInDateTime", Type::Instant, "eq ge le", "ne"),
    object("signInActivity/lastNonInteractiveSignInDateTime", Type::Instant, "eq ge le", "ne"),
    object("signInActivity/lastSuccessfulSignInDateTime", Type::Instant, "eq ge le", "ne"),
    both("signInActivity/lastSignInRequestId", Type::Text, ""),
    both("signInActivity/lastNonInteractiveSignInRequestId", Type::Text, ""),
    both("signInActivity/lastSuccessfulSignInRequestId", Type::Text, ""),
    both("lastPasswordChangeDateTime", Type::Instant, ""),
    both("signInSessionsValidFromDateTime", Type::Instant, ""),
    both("onPremisesDomainName", Type::Text, ""),
    both("onPremisesDistinguishedName", Type::Text, ""),
];

/// Departments, with what people do there.
const WORK: &[(&str, &[&str])] = &[
    ("R&D", &["Engineer", "Optics Engineer", "Head of R&D"]),
    ("Sales", &["Account Manager", "Sales Assistant"]),
    ("Führung", &["Chief Executive", "Assistant to the Board"]),
    ("経理", &["Accountant", "Controller"]),
    ("People & Culture", &["Recruiter", "Payroll Clerk"]),
    ("IT", &["Administrator", "Help Desk"]),
];

pub(super) const E5: &str = "06ebc4ee-1bb5-47dd-8120-11324bc54e06";
const P1: &str = "078d2b04-f1bd-4111-bbd6-b4b1b354cef4";
const EXCHANGE_PLAN: &str = "efb87545-963c-4e0d-99df-69c6916d9eb0";

/// The times and ids of a person's last sign-ins: interactive, not interactive, successful.
#[derive(Clone, Default)]
struct Last([Option<(String, String)>; 3]);

/// All users, in the order of the world's people.
fn all(premise: &Premise) -> Vec<Value> {
    let last = last_sign_ins(premise);
    let people = premise.world.people.iter().take(PEOPLE).enumerate();
    people.map(|(n, person)| user(premise, n, person, last.get(&person.id))).collect()
}

/// By user, the last sign-ins that the tenant tells of.
fn last_sign_ins(premise: &Premise) -> HashMap<String, Last> {
    let Ok(sign_ins) = (SIGN_INS.tell)(premise) else { return HashMap::new() };
    let mut found: HashMap<String, Last> = HashMap::new();
    for row in 0..sign_ins.len() {
        let Some(user) = sign_ins.text(row, "userId").filter(|id| !id.is_empty()) else { continue };
        let kind = sign_ins.list(row, "signInEventTypes").into_iter().find_map(|item| match item.text("") {
            Some("interactiveUser") => Some(0),
            Some("nonInteractiveUser") => Some(1),
            _ => None,
        });
        let Some(kind) = kind else { continue };
        let last = found.entry(user.into_owned()).or_default();
        let success = sign_ins.integer(row, "status/errorCode") == Some(0);
        for place in [Some(kind), success.then_some(2)].into_iter().flatten() {
            // Rows come newest first. The property holds whole seconds.
            last.0[place].get_or_insert_with(|| {
                let id = sign_ins.text(row, "id").unwrap_or_default().into_owned();
                (clock::print(sign_ins.ticks(row), 0), id)
            });
        }
    }
    found
}

fn user(premise: &Premise, n: usize, person: &Person, last: Option<&Last>) -> Value {
    let luck = Luck::of(premise, 0x05e5, n);
    let place = &PLACES[person.place];
    let guest = matches!(person.home, Home::Partner(_));
    let (given, surname) = person.name.split_once(' ').unwrap_or((&person.name, ""));
    let (department, titles) = WORK[n % WORK.len()];
    let member = |value: Value| if guest { Value::Null } else { value };
    let organisation = premise.world.organisation;
    let (domain, label, upn) = (organisation.domain(), organisation.label(), name_of(person, organisation));
    let nickname = upn.split('@').next().unwrap_or_default();
    let created = luck.time(premise, 1, 2_400, 0);
    let synced = !guest && n.is_multiple_of(3);
    let on_premises = |value: Value| if synced { value } else { Value::Null };
    let licensed = !guest && !luck.rare(2, 12);
    let sku = if n.is_multiple_of(4) { E5 } else { P1 };
    merged([
        json!({
        "id": person.id,
        "displayName": person.name,
        "userPrincipalName": upn,
        "mail": if guest { Some(person.upn.clone()) } else { (!luck.rare(3, 15)).then(|| upn.clone()) },
        "accountEnabled": !luck.rare(4, 14),
        "userType": if guest { "Guest" } else { "Member" },
        "createdDateTime": created,
        "signInActivity": activity(last),
        "lastPasswordChangeDateTime": member(json!(luck.time(premise, 5, 200, 0))),
        "signInSessionsValidFromDateTime": luck.time(premise, 6, 200, 0),
        }),
        json!({
        "givenName": member(json!(given)),
        "surname": member(json!(surname)),
        "mailNickname": nickname,
        "otherMails": if guest { json!([person.upn]) } else if luck.rare(7, 5) { json!([format!("{nickname}@postfach.example")]) } else { json!([]) },
        "proxyAddresses": if guest { json!([]) } else { json!([format!("SMTP:{upn}"), format!("smtp:u{n}@{domain}")]) },
        "jobTitle": member(if luck.rare(8, 6) { Value::Null } else { json!(luck.pick(9, titles)) }),
        "department": member(json!(department)),
        }),
        json!({
        "companyName": if luck.rare(10, 4) { Value::Null } else { json!(if guest { "Partner" } else { organisation.name() }) },
        "officeLocation": member(json!(format!("{} {}", place.city, 1 + n % 4))),
        "city": member(json!(place.city)),
        "state": member(if luck.rare(11, 3) { Value::Null } else { json!(place.state) }),
        "country": member(json!(place.country)),
        "usageLocation": member(json!(place.country)),
        "postalCode": member(if luck.rare(12, 3) { Value::Null } else { json!(format!("{:05}", 10_000 + n * 37)) }),
        "streetAddress": member(if luck.rare(13, 2) { Value::Null } else { json!(format!("Rua d'Água {n}")) }),
        "mobilePhone": if luck.rare(14, 3) { Value::Null } else { json!(format!("+351 91{:07}", n * 7_919)) },
        }),
        json!({
        "businessPhones": if luck.rare(15, 3) { json!([]) } else { json!([format!("+351 21{:07}", n * 104_729)]) },
        "faxNumber": if luck.rare(16, 20) { json!(format!("+351 22{n:07}")) } else { Value::Null },
        "imAddresses": if guest { json!([]) } else { json!([format!("sip:{upn}")]) },
        "preferredLanguage": luck.pick(17, &[None, Some("pt-PT"), Some("de-DE"), Some("en-GB")]),
        }),
        json!({
        "employeeId": member(if luck.rare(18, 9) { Value::Null } else { json!(format!("{:05}", 400 + n)) }),
        "employeeType": member(json!(luck.pick(19, &[None, Some("Employee"), Some("Contractor")]))),
        "employeeHireDate": member(json!(luck.time(premise, 20, 3_000, 0))),
        "creationType": if guest { json!("Invitation") } else { Value::Null },
        }),
        json!({
        "externalUserState": if guest { json!(if luck.rare(21, 4) { "PendingAcceptance" } else { "Accepted" }) } else { Value::Null },
        "externalUserStateChangeDateTime": if guest { json!(luck.time(premise, 22, 400, 0)) } else { Value::Null },
        }),
        json!({
        "identities": [{ "signInType": if guest { "federated" } else { "userPrincipalName" }, "issuer": domain, "issuerAssignedId": if guest { Value::Null } else { json!(upn) } }],
        "assignedLicenses": if licensed { json!([{ "skuId": sku, "disabledPlans": if luck.rare(23, 6) { json!([EXCHANGE_PLAN]) } else { json!([]) } }]) } else { json!([]) },
        "assignedPlans": if licensed { json!([{ "servicePlanId": EXCHANGE_PLAN, "service": "exchange", "capabilityStatus": "Enabled", "assignedDateTime": created }]) } else { json!([]) },
        "passwordPolicies": luck.pick(24, &[None, None, Some("None"), Some("DisablePasswordExpiration")]),
        }),
        json!({
        "isResourceAccount": if luck.rare(25, 2) { Value::Null } else { json!(false) },
        "showInAddressList": luck.pick(26, &[None, Some(true), Some(false)]),
        "ageGroup": if luck.rare(27, 20) { json!("Adult") } else { Value::Null },
        "consentProvidedForMinor": Value::Null,
        "onPremisesSyncEnabled": on_premises(json!(true)),
        "onPremisesLastSyncDateTime": on_premises(json!(luck.time(premise, 28, 2, 0))),
        }),
        json!({
        "onPremisesSamAccountName": on_premises(json!(nickname)),
        "onPremisesUserPrincipalName": on_premises(json!(format!("{nickname}@{label}.local"))),
        "onPremisesDomainName": on_premises(json!(format!("{label}.local"))),
        "onPremisesDistinguishedName": on_premises(json!(format!("CN={},OU={department},DC={label},DC=local", person.name))),
        }),
        json!({
            "onPremisesImmutableId": on_premises(json!(guid(n as u64, 0x1333))),
            "onPremisesSecurityIdentifier": on_premises(json!(format!("S-1-5-21-31-41-59-{}", 1_000 + n))),
            "securityIdentifier": format!("S-1-12-1-{}-{n}", 7_000 + n % 9),
            "deletedDateTime": Value::Null,
        }),
    ])
}

/// As the directory stores it: in mixed case for a tenth of the people, and for guests with the mark of a guest.
pub(super) fn name_of(person: &Person, organisation: Organisation) -> String {
    match person.home {
        Home::Partner(_) => format!("{}#EXT#@{}", person.upn.replace('@', "_"), organisation.domain()),
        _ if person.sources[1].is_multiple_of(10) => {
            let mut letters = person.upn.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
        _ => person.upn.clone(),
    }
}

/// Who never signed in has no such object.
fn activity(last: Option<&Last>) -> Value {
    let Some(Last([interactive, non_interactive, successful])) = last else { return Value::Null };
    let time = |found: &Option<(String, String)>| found.as_ref().map(|(time, _)| time.clone());
    let id = |found: &Option<(String, String)>| found.as_ref().map(|(_, id)| id.clone());
    json!({
        "lastSignInDateTime": time(interactive),
        "lastSignInRequestId": id(interactive),
        "lastNonInteractiveSignInDateTime": time(non_interactive),
        "lastNonInteractiveSignInRequestId": id(non_interactive),
        "lastSuccessfulSignInDateTime": time(successful),
        "lastSuccessfulSignInRequestId": id(successful),
    })
}
