//! Devices: those that people sign in with and the directory knows.

use serde_json::{Value, json};

use super::super::property::{Property, Type, Version, both, object};
use super::super::table::{Listed, Premise, Table};
use super::{DIRECTORY_OPTIONS, DIRECTORY_PAGES, Luck, Things, merged};
use crate::demo::gate::Quota;
use crate::demo::world::devices::DEVICES as KINDS;
use crate::demo::world::dice::{guid, mix};
use crate::demo::world::people::PEOPLE;

/// `GET /devices`.
pub(in crate::demo::graph) static DEVICES: Table = Table {
    path: "/devices",
    versions: &Version::ALL,
    properties: PROPERTIES,
    entity: "microsoft.graph.device",
    time: None,
    options: DIRECTORY_OPTIONS,
    unasked: None,
    costly: None,
    link: None,
    quota: Quota::Directory,
    listed: Listed::Anyhow,
    population: None,
    page: DIRECTORY_PAGES,
    tell: |premise| Ok(Things::boxed(premise, PROPERTIES, None, all)),
};

/// Taken from the matrix of "Advanced query capabilities on directory objects" and the properties' own texts (August 2026).
static PROPERTIES: &[Property] = &[
    object("id", Type::Text, "eq", "ne"),
    object("deviceId", Type::Text, "eq", "ne startswith"),
    object("displayName", Type::Text, "eq startswith", "ne ge le null"),
    object("accountEnabled", Type::Flag, "eq", "ne"),
    object("operatingSystem", Type::Text, "eq startswith", "ne ge le null"),
    object("operatingSystemVersion", Type::Text, "eq startswith", "ne ge le null"),
    both("trustType", Type::Text, ""),
    both("profileType", Type::Text, ""),
    object("isCompliant", Type::Flag, "eq", "ne"),
    object("isManaged", Type::Flag, "eq", "ne"),
    both("isRooted", Type::Flag, ""),
    both("managementType", Type::Text, ""),
    object("mdmAppId", Type::Text, "eq", "ne startswith"),
    object("approximateLastSignInDateTime", Type::Instant, "eq ge le", "ne null"),
    object("registrationDateTime", Type::Instant, "", "ge le"),
    both("complianceExpirationDateTime", Type::Instant, ""),
    both("manufacturer", Type::Text, ""),
    both("model", Type::Text, ""),
    both("deviceCategory", Type::Text, ""),
    both("deviceOwnership", Type::Text, ""),
    both("enrollmentType", Type::Text, ""),
    both("enrollmentProfileName", Type::Text, ""),
    object("physicalIds", Type::Texts, "eq startswith", "ge le"),
    both("systemLabels", Type::Texts, ""),
    object("alternativeSecurityIds[]/type", Type::Integer, "eq", "ge le"),
    both("alternativeSecurityIds[]/identityProvider", Type::Text, ""),
    both("deviceVersion", Type::Integer, ""),
    object("onPremisesSyncEnabled", Type::Flag, "eq", "ne null"),
    object("onPremisesLastSyncDateTime", Type::Instant, "eq ge le", "ne"),
    both("deletedDateTime", Type::Instant, ""),
];

/// One for each person and kind of device, under the id and the name that sign-ins show.
fn all(premise: &Premise) -> Vec<Value> {
    let people = premise.world.people.iter().take(PEOPLE);
    let known = people.enumerate().flat_map(|(n, person)| {
        let used = person.devices.into_iter().filter(|device| KINDS[usize::from(*device)].trust.is_some());
        used.map(move |device| (n * 2 + usize::from(device > 4), person.sources[1], device))
    });
    known.map(|(n, home, device)| one(premise, n, home, device)).collect()
}

fn one(premise: &Premise, n: usize, home: u16, device: u16) -> Value {
    let (luck, kind) = (Luck::of(premise, 0xde5, n), &KINDS[usize::from(device)]);
    let trust = match kind.trust {
        Some("Hybrid Azure AD joined") => "ServerAd",
        Some("Azure AD registered") => "Workplace",
        _ => "AzureAd",
    };
    let (system, version) = kind.system.split_once(' ').unwrap_or((kind.system, "10.15"));
    let synced = trust == "ServerAd";
    merged([
        json!({
            "id": guid(n as u64, 0xd0b),
            "deviceId": guid(mix(0, u64::from(device)), u64::from(home)),
            "displayName": format!("LW-{}-{home:03}", kind.system.get(..3).unwrap_or("DEV")),
            "accountEnabled": !luck.rare(1, 12),
            "operatingSystem": if luck.rare(2, 25) { Value::Null } else { json!(system) },
            "operatingSystemVersion": if luck.rare(3, 8) { Value::Null } else { json!(version) },
            "trustType": trust,
            "profileType": luck.pick(4, &["RegisteredDevice", "SecureVM", "Printer"]),
            "isCompliant": if luck.rare(5, 5) { None } else { kind.compliant },
            "isManaged": if luck.rare(6, 5) { None } else { kind.compliant },
            "isRooted": luck.pick(7, &[None, Some(false)]),
            "managementType": luck.pick(8, &[None, Some("mdm"), Some("eas")]),
            "mdmAppId": if luck.rare(9, 2) { json!("0000000a-0000-0000-c000-000000000000") } else { Value::Null },
            "approximateLastSignInDateTime": if luck.rare(10, 15) { Value::Null } else { json!(luck.time(premise, 11, 60, 0)) },
        }),
        json!({
            "registrationDateTime": luck.time(premise, 12, 1_200, 0),
            "complianceExpirationDateTime": luck.time(premise, 13, 90, 0),
            "manufacturer": luck.pick(14, &[None, Some("Dell Inc."), Some("Apple"), Some("Ültra PC")]),
            "model": luck.pick(15, &[None, Some("Latitude 7440"), Some("iPhone 15"), Some("iphone 15")]),
            "deviceCategory": luck.pick(16, &[None, Some("Office"), Some("O'Hare lab")]),
            "deviceOwnership": luck.pick(17, &[None, Some("company"), Some("personal")]),
            "enrollmentType": luck.pick(18, &[None, Some("azureDomainJoined")]),
            "enrollmentProfileName": luck.pick(19, &[None, Some("Default")]),
            "physicalIds": [format!("[GID]:g:{n}"), format!("[HWID]:h:{}", n % 40)],
            "systemLabels": if luck.rare(20, 6) { json!(["M365Managed"]) } else { json!([]) },
            "alternativeSecurityIds": [{ "type": 2, "identityProvider": null, "key": "WAA1ADAAOQA=" }],
            "deviceVersion": if luck.rare(21, 4) { json!(1) } else { json!(2) },
            "onPremisesSyncEnabled": if synced { json!(true) } else { Value::Null },
            "onPremisesLastSyncDateTime": if synced { json!(luck.time(premise, 22, 3, 0)) } else { Value::Null },
            "deletedDateTime": Value::Null,
        }),
    ])
}
