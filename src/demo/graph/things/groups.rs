//! Groups and administrator roles, with those who are in them.

use serde_json::{Value, json};

use super::super::property::{Property, Type, Version, both, object};
use super::super::table::{Link, Listed, Premise, Table};
use super::{DIRECTORY_OPTIONS, DIRECTORY_PAGES, Luck, Things, merged};
use crate::demo::gate::Quota;
use crate::demo::world::World;
use crate::demo::world::attack::EVIL_APP;
use crate::demo::world::dice::{guid, mix};
use crate::demo::world::directory::{GROUPS as NAMED, ROLES, Target, group_id, role_id};
use crate::demo::world::people::{Home, PEOPLE};

/// `GET /groups`.
pub(in crate::demo::graph) static GROUPS: Table = Table {
    path: "/groups",
    versions: &Version::ALL,
    properties: PROPERTIES,
    entity: "microsoft.graph.group",
    time: None,
    options: DIRECTORY_OPTIONS,
    unasked: None,
    costly: None,
    link: None,
    quota: Quota::Directory,
    listed: Listed::Anyhow,
    population: None,
    page: DIRECTORY_PAGES,
    tell: |premise| Ok(Things::boxed(premise, PROPERTIES, None, groups)),
};

/// `GET /groups/{id}/members`.
pub(in crate::demo::graph) static GROUP_MEMBERS: Table = Table {
    path: "/groups/{id}/members",
    properties: MEMBER_PROPERTIES,
    entity: "microsoft.graph.directoryObject",
    options: &["$top"],
    link: Some(&Link { of: "/groups", property: "groupId", served: false }),
    tell: |premise| Ok(Things::boxed(premise, MEMBER_PROPERTIES, None, group_members)),
    ..GROUPS
};

/// `GET /directoryRoles`.
pub(in crate::demo::graph) static DIRECTORY_ROLES: Table = Table {
    path: "/directoryRoles",
    properties: ROLE_PROPERTIES,
    entity: "microsoft.graph.directoryRole",
    options: &[],
    tell: |premise| Ok(Things::boxed(premise, ROLE_PROPERTIES, None, |_| roles())),
    ..GROUPS
};

/// `GET /directoryRoles/{id}/members`.
pub(in crate::demo::graph) static DIRECTORY_ROLE_MEMBERS: Table = Table {
    path: "/directoryRoles/{id}/members",
    properties: HOLDER_PROPERTIES,
    entity: "microsoft.graph.directoryObject",
    options: &[],
    link: Some(&Link { of: "/directoryRoles", property: "roleId", served: false }),
    tell: |premise| Ok(Things::boxed(premise, HOLDER_PROPERTIES, None, role_members)),
    ..GROUPS
};

/// Taken from the matrix of "Advanced query capabilities on directory objects" and the properties' own texts (August 2026).
static PROPERTIES: &[Property] = &[
    object("id", Type::Text, "eq", "ne"),
    object("displayName", Type::Text, "eq startswith", "ne ge le null"),
    object("description", Type::Text, "", "eq ne ge le startswith"),
    object("mail", Type::Text, "eq startswith", "ne ge le null"),
    object("mailNickname", Type::Text, "eq startswith", "ne ge le null"),
    object("mailEnabled", Type::Flag, "eq", "ne"),
    object("securityEnabled", Type::Flag, "eq", "ne"),
    both("groupTypes", Type::Texts, "eq"),
    both("visibility", Type::Text, ""),
    object("isAssignableToRole", Type::Flag, "eq", "ne"),
    object("membershipRule", Type::Text, "eq startswith", "ne ge le"),
    object("membershipRuleProcessingState", Type::Text, "eq", "ne"),
    object("classification", Type::Text, "eq startswith", "ne ge le"),
    // Refused in the field, even in advanced queries.
    both("createdDateTime", Type::Instant, ""),
    object("renewedDateTime", Type::Instant, "eq ge le", "ne"),
    object("expirationDateTime", Type::Instant, "", "eq ne ge le"),
    both("deletedDateTime", Type::Instant, ""),
    object("proxyAddresses", Type::Texts, "eq startswith", "ge le endswith"),
    both("assignedLicenses[]/skuId", Type::Guid, "eq"),
    both("assignedLicenses[]/disabledPlans", Type::Other, ""),
    both("hasMembersWithLicenseErrors", Type::Flag, "eq"),
    object("preferredLanguage", Type::Text, "", "eq ne ge le startswith null"),
    object("onPremisesSyncEnabled", Type::Flag, "eq", "ne null"),
    object("onPremisesLastSyncDateTime", Type::Instant, "eq ge le", "ne"),
    object("onPremisesSamAccountName", Type::Text, "", "eq ne ge le startswith"),
    both("onPremisesDomainName", Type::Text, ""),
    object("onPremisesSecurityIdentifier", Type::Text, "eq", "null"),
    both("securityIdentifier", Type::Text, ""),
];

static MEMBER_PROPERTIES: &[Property] = &[
    both("groupId", Type::Text, ""),
    both("id", Type::Text, ""),
    both("@odata.type", Type::Text, ""),
    both("displayName", Type::Text, ""),
    both("userPrincipalName", Type::Text, ""),
    both("mail", Type::Text, ""),
    both("appId", Type::Text, ""),
    both("deviceId", Type::Text, ""),
];

static ROLE_PROPERTIES: &[Property] = &[
    both("id", Type::Text, ""),
    both("displayName", Type::Text, ""),
    both("description", Type::Text, ""),
    both("roleTemplateId", Type::Text, ""),
    both("deletedDateTime", Type::Instant, ""),
];

static HOLDER_PROPERTIES: &[Property] = &[
    both("roleId", Type::Text, ""),
    both("id", Type::Text, ""),
    both("@odata.type", Type::Text, ""),
    both("displayName", Type::Text, ""),
    both("userPrincipalName", Type::Text, ""),
    both("mail", Type::Text, ""),
    both("appId", Type::Text, ""),
];

/// Groups besides those that audits name.
const OTHERS: usize = 33;

fn name_of(n: usize) -> String {
    match NAMED.get(n) {
        Some((name, _)) => (*name).to_owned(),
        None if n.is_multiple_of(3) => format!("Project {}", ["Äther", "Böhm & Co", "Ça va", "D'Orsay"][n % 4]),
        None => format!("sg-{}-{n}", ["app", "site", "LICENCE"][n % 3]),
    }
}

fn groups(premise: &Premise) -> Vec<Value> {
    (0..NAMED.len() + OTHERS).map(|n| group(premise, n)).collect()
}

fn group(premise: &Premise, n: usize) -> Value {
    let luck = Luck::of(premise, 0x6209, n);
    let unified = NAMED.get(n).map_or(n.is_multiple_of(3), |(_, kind)| *kind == "unifiedGroups");
    let dynamic = n % 5 == 4;
    let synced = !unified && n.is_multiple_of(4);
    let organisation = premise.world.organisation;
    let mail = unified.then(|| format!("group{n}@{}", organisation.domain()));
    let kinds: Vec<&str> =
        [unified.then_some("Unified"), dynamic.then_some("DynamicMembership")].into_iter().flatten().collect();
    let on_premises = |value: Value| if synced { value } else { Value::Null };
    merged([
        json!({
            "id": group_id(n),
            "displayName": name_of(n),
            "description": if luck.rare(1, 3) { Value::Null } else { json!(format!("For those who need {}", name_of(n))) },
            "mail": mail,
            "mailNickname": format!("group{n}"),
            "mailEnabled": unified,
            "securityEnabled": !unified || luck.rare(2, 3),
            "groupTypes": kinds,
            "visibility": if unified { json!(luck.pick(3, &["Public", "Private", "HiddenMembership"])) } else { Value::Null },
            "isAssignableToRole": luck.pick(4, &[None, None, Some(true), Some(false)]),
            "membershipRule": dynamic.then(|| format!("(user.department -eq \"{}\")", ["R&D", "Sales", "IT"][n % 3])),
            "membershipRuleProcessingState": dynamic.then_some(if luck.rare(5, 3) { "Paused" } else { "On" }),
        }),
        json!({
            "classification": luck.pick(6, &[None, Some("Confidential"), Some("confidential"), Some("Öffentlich")]),
            "createdDateTime": luck.time(premise, 7, 2_000, 0),
            "renewedDateTime": luck.time(premise, 8, 300, 0),
            "expirationDateTime": if luck.rare(9, 2) { json!(luck.time(premise, 10, 100, 0)) } else { Value::Null },
            "deletedDateTime": Value::Null,
            "proxyAddresses": mail.iter().map(|mail| format!("SMTP:{mail}")).collect::<Vec<_>>(),
            "assignedLicenses": if luck.rare(11, 6) { json!([{ "skuId": super::users::E5, "disabledPlans": [] }]) } else { json!([]) },
            "hasMembersWithLicenseErrors": luck.pick(12, &[None, Some(false), Some(true)]),
            "preferredLanguage": luck.pick(13, &[None, Some("de-DE"), Some("pt-PT")]),
        }),
        json!({
            "onPremisesSyncEnabled": on_premises(json!(true)),
            "onPremisesLastSyncDateTime": on_premises(json!(luck.time(premise, 14, 2, 0))),
            "onPremisesSamAccountName": on_premises(json!(format!("grp{n}"))),
            "onPremisesDomainName": on_premises(json!(format!("{}.local", organisation.label()))),
            "onPremisesSecurityIdentifier": on_premises(json!(format!("S-1-5-21-31-41-59-{}", 5_000 + n))),
            "securityIdentifier": format!("S-1-12-1-{}", 90_000 + n),
        }),
    ])
}

/// A user as the member of something.
fn member(world: &World, n: usize, of: (&str, &str)) -> Value {
    let person = &world.people[n];
    let guest = matches!(person.home, Home::Partner(_));
    json!({
        of.0: of.1,
        "@odata.type": "#microsoft.graph.user",
        "id": person.id,
        "displayName": person.name,
        "userPrincipalName": super::users::name_of(person, world.organisation),
        "mail": if guest { Some(&person.upn) } else { None },
    })
}

/// An application as the member of something.
fn program(id: &str, name: &str, app_id: &str, of: (&str, &str)) -> Value {
    json!({
        of.0: of.1,
        "@odata.type": "#microsoft.graph.servicePrincipal",
        "id": id,
        "displayName": name,
        "appId": app_id,
    })
}

fn group_members(premise: &Premise) -> Vec<Value> {
    let world = &premise.world;
    let mut all = Vec::new();
    for n in 0..NAMED.len() + OTHERS {
        let id = group_id(n);
        // Everyone is in the first; some groups have nobody.
        let one_in = if n == 0 { 1 } else { [11, 40, 97, 0][n % 4] };
        let within = |person: &usize| one_in > 0 && mix(premise.seed ^ n as u64, *person as u64).is_multiple_of(one_in);
        all.extend((0..PEOPLE).filter(within).map(|person| member(world, person, ("groupId", &id))));
        if n % 6 == 5 {
            let service = &world.services[n % world.services.len()];
            all.push(program(&service.id, &service.name, &service.app_id, ("groupId", &id)));
        }
        if n % 7 == 6 {
            let inner = n - 1;
            all.push(json!({ "groupId": id, "@odata.type": "#microsoft.graph.group", "id": group_id(inner), "displayName": name_of(inner), "mail": Value::Null }));
        }
    }
    all
}

/// Roles besides those that audits name.
const OTHER_ROLES: &[&str] = &["Global Administrator", "Security Reader", "Directory Synchronization Accounts"];

fn role_names() -> impl Iterator<Item = &'static str> {
    ROLES.iter().chain(OTHER_ROLES).copied()
}

fn roles() -> Vec<Value> {
    let role = |name: &str| {
        json!({
            "id": role_id(name),
            "displayName": name,
            "description": if name.starts_with("Directory") { Value::Null } else { json!(format!("{name}s can do what their name says.")) },
            "roleTemplateId": guid(name.len() as u64, 0x7e3f),
            "deletedDateTime": Value::Null,
        })
    };
    role_names().map(role).collect()
}

fn role_members(premise: &Premise) -> Vec<Value> {
    let world = &premise.world;
    let mut all = Vec::new();
    for (n, name) in role_names().enumerate() {
        let id = role_id(name);
        let holds = |person: &usize| mix(premise.seed ^ 0x4013 ^ n as u64, *person as u64).is_multiple_of(23);
        all.extend((0..PEOPLE).filter(holds).map(|person| member(world, person, ("roleId", &id))));
        if name == "Exchange Administrator" && world.attack.is_some() {
            // What the attacker's application was given.
            let seed = EVIL_APP.len() as u64;
            let principal = guid(seed, Target::ServicePrincipal as u64);
            all.push(program(&principal, EVIL_APP, &guid(seed, 0xa99), ("roleId", &id)));
        }
    }
    all
}
