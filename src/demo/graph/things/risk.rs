//! Identity Protection: what was found to be risky, in sign-ins that the tenant tells of, and who is at risk.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::property::{Property, Type, Version, both};
use super::super::rows::Item;
use super::super::sign_ins::SIGN_INS;
use super::super::table::{Listed, PageSize, Premise, Table};
use super::{Luck, Things, refused};
use crate::demo::gate::Quota;
use crate::demo::world::clock;
use crate::demo::world::dice::{guid, hex, mix};
use crate::demo::world::people::PEOPLE;

/// `GET /identityProtection/riskDetections`.
pub(in crate::demo::graph) static RISK_DETECTIONS: Table = Table {
    path: "/identityProtection/riskDetections",
    versions: &Version::ALL,
    properties: DETECTION_PROPERTIES,
    entity: "microsoft.graph.riskDetection",
    time: Some("activityDateTime"),
    options: &["$filter", "$top", "$select"],
    unasked: None,
    costly: None,
    link: None,
    quota: Quota::IdentityProtection,
    listed: Listed::Anyhow,
    population: None,
    // The largest size was found by trying.
    page: PageSize { unasked: 20, most: 500, refused },
    tell: |premise| Ok(Things::boxed(premise, DETECTION_PROPERTIES, Some("activityDateTime"), detections)),
};

/// `GET /identityProtection/riskyUsers`.
pub(in crate::demo::graph) static RISKY_USERS: Table = Table {
    path: "/identityProtection/riskyUsers",
    properties: USER_PROPERTIES,
    entity: "microsoft.graph.riskyUser",
    time: None,
    tell: |premise| Ok(Things::boxed(premise, USER_PROPERTIES, None, users)),
    ..RISK_DETECTIONS
};

/// `GET /identityProtection/riskyServicePrincipals`.
pub(in crate::demo::graph) static RISKY_SERVICE_PRINCIPALS: Table = Table {
    path: "/identityProtection/riskyServicePrincipals",
    properties: PRINCIPAL_PROPERTIES,
    entity: "microsoft.graph.riskyServicePrincipal",
    time: None,
    tell: |premise| Ok(Things::boxed(premise, PRINCIPAL_PROPERTIES, None, principals)),
    ..RISK_DETECTIONS
};

/// No page lists operators: these are those of its examples, and two that were met in the field.
static DETECTION_PROPERTIES: &[Property] = &[
    both("id", Type::Text, ""),
    both("activityDateTime", Type::Time, ""),
    both("detectedDateTime", Type::Instant, ""),
    both("lastUpdatedDateTime", Type::Instant, "gt lt"),
    both("riskEventType", Type::Text, "eq"),
    both("riskLevel", Type::Enum, "eq"),
    both("riskState", Type::Enum, ""),
    both("riskDetail", Type::Enum, ""),
    both("activity", Type::Text, ""),
    both("detectionTimingType", Type::Text, ""),
    both("source", Type::Text, ""),
    both("tokenIssuerType", Type::Text, ""),
    both("userId", Type::Text, ""),
    both("userPrincipalName", Type::Text, ""),
    both("userDisplayName", Type::Text, "eq"),
    both("ipAddress", Type::Text, ""),
    both("location/city", Type::Text, ""),
    both("location/state", Type::Text, ""),
    both("location/countryOrRegion", Type::Text, ""),
    both("location/geoCoordinates", Type::Other, ""),
    both("requestId", Type::Text, ""),
    both("correlationId", Type::Text, ""),
    both("additionalInfo", Type::Text, ""),
];

static USER_PROPERTIES: &[Property] = &[
    both("id", Type::Text, ""),
    both("userPrincipalName", Type::Text, ""),
    both("userDisplayName", Type::Text, "eq"),
    both("riskLevel", Type::Enum, "eq"),
    both("riskState", Type::Enum, ""),
    both("riskDetail", Type::Enum, ""),
    both("riskLastUpdatedDateTime", Type::Instant, ""),
    both("isProcessing", Type::Flag, ""),
    both("isDeleted", Type::Flag, ""),
];

static PRINCIPAL_PROPERTIES: &[Property] = &[
    both("id", Type::Text, ""),
    both("appId", Type::Text, ""),
    both("displayName", Type::Text, ""),
    both("servicePrincipalType", Type::Text, ""),
    both("isEnabled", Type::Flag, ""),
    both("riskLevel", Type::Enum, "eq"),
    both("riskState", Type::Enum, ""),
    both("riskDetail", Type::Enum, ""),
    both("riskLastUpdatedDateTime", Type::Instant, "eq"),
    both("isProcessing", Type::Flag, ""),
];

/// Where too few sign-ins are risky, as in a small tenant, some are found so for other reasons.
const LEAST: usize = 60;

/// One for each risky sign-in of a person, newest first, and some that are about no sign-in.
fn detections(premise: &Premise) -> Vec<Value> {
    let Ok(sign_ins) = (SIGN_INS.tell)(premise) else { return Vec::new() };
    let of_person = |row: &usize| sign_ins.text(*row, "userId").is_some_and(|id| !id.is_empty());
    let risky = |row: &usize| sign_ins.list(*row, "riskEventTypes_v2").iter().any(|item| matches!(item, Item::Text(_)));
    let mut rows: Vec<usize> = (0..sign_ins.len()).filter(of_person).filter(risky).collect();
    let missing = LEAST.saturating_sub(rows.len());
    let others: Vec<usize> = (0..sign_ins.len()).filter(of_person).filter(|row| !risky(row)).take(missing).collect();
    rows.extend(others);
    let detection = |row: usize| {
        let text = |path: &str| sign_ins.text(row, path).map(std::borrow::Cow::into_owned);
        let luck = Luck::of(premise, 0x415, row);
        let found = sign_ins.list(row, "riskEventTypes_v2");
        let event = found.iter().find_map(|item| item.text("")).unwrap_or("leakedCredentials");
        let ticks = sign_ins.ticks(row);
        let later =
            |hours: usize| clock::print(ticks + i64::try_from(hours).unwrap_or_default() * 3_600 * clock::SECOND, 7);
        let level = text("riskLevelDuringSignIn").filter(|level| level != "none").unwrap_or_else(|| "low".into());
        json!({
            "id": hex(u128::from(mix(luck.0, 1)) << 64 | u128::from(mix(luck.0, 2))),
            "activityDateTime": clock::print(ticks, 7),
            "detectedDateTime": later(luck.below(3, 4)),
            "lastUpdatedDateTime": later(4 + luck.below(4, 40)),
            "riskEventType": event,
            "riskLevel": level,
            "riskState": luck.pick(5, &["atRisk", "remediated", "dismissed"]),
            "riskDetail": luck.pick(6, &["none", "userPerformedSecuredPasswordReset", "adminDismissedAllRiskForUser"]),
            "activity": if luck.rare(7, 5) { "user" } else { "signin" },
            "detectionTimingType": luck.pick(8, &["realtime", "nearRealtime", "offline"]),
            "source": luck.pick(9, &["IdentityProtection", "MicrosoftDefenderForCloudApps"]),
            "tokenIssuerType": "AzureAD",
            "userId": text("userId"),
            "userPrincipalName": text("userPrincipalName"),
            "userDisplayName": text("userDisplayName"),
            "ipAddress": text("ipAddress"),
            "location": if luck.rare(10, 6) { Value::Null } else { json!({ "city": text("location/city"), "state": text("location/state"), "countryOrRegion": text("location/countryOrRegion"), "geoCoordinates": { "latitude": 38.7, "longitude": -9.1 } }) },
            "requestId": text("id"),
            "correlationId": text("correlationId"),
            "additionalInfo": format!("[{{\"Key\":\"userAgent\",\"Value\":\"{}\"}}]", row % 7),
        })
    };
    rows.into_iter().map(detection).collect()
}

/// Those of whom something was detected, and some of whom it was long ago.
fn users(premise: &Premise) -> Vec<Value> {
    let found = detections(premise);
    let mut levels: BTreeMap<&str, &str> = BTreeMap::new();
    for detection in &found {
        if let (Some(id), Some(level)) = (detection["userId"].as_str(), detection["riskLevel"].as_str()) {
            levels.entry(id).or_insert(level);
        }
    }
    let people = premise.world.people.iter().take(PEOPLE).enumerate();
    people
        .filter_map(|(n, person)| {
            let luck = Luck::of(premise, 0x415e, n);
            let level = levels.get(person.id.as_str()).copied().or(luck.rare(1, 5).then_some("none"))?;
            Some(json!({
                "id": person.id,
                "userPrincipalName": super::users::name_of(person, premise.world.organisation),
                "userDisplayName": person.name,
                "riskLevel": level,
                "riskState": if level == "none" { luck.pick(2, &["remediated", "dismissed"]) } else { luck.pick(3, &["atRisk", "confirmedCompromised"]) },
                "riskDetail": luck.pick(4, &["none", "aiConfirmedSigninSafe", "adminConfirmedUserCompromised"]),
                "riskLastUpdatedDateTime": luck.time(premise, 5, 60, 7),
                "isProcessing": luck.rare(6, 30),
                "isDeleted": luck.rare(7, 40),
            }))
        })
        .collect()
}

fn principals(premise: &Premise) -> Vec<Value> {
    let services = premise.world.services.iter().enumerate();
    services
        .map(|(n, service)| {
            let luck = Luck::of(premise, 0x5415, n);
            json!({
                "id": service.id,
                "appId": if luck.rare(1, 9) { guid(n as u64, 0x9) } else { service.app_id.clone() },
                "displayName": service.name,
                "servicePrincipalType": "Application",
                "isEnabled": !luck.rare(2, 6),
                "riskLevel": luck.pick(3, &["low", "medium", "high", "hidden"]),
                "riskState": luck.pick(4, &["atRisk", "dismissed", "confirmedCompromised"]),
                "riskDetail": luck.pick(5, &["none", "hidden", "adminConfirmedServicePrincipalCompromised"]),
                "riskLastUpdatedDateTime": luck.time(premise, 6, 60, 7),
                "isProcessing": luck.rare(7, 8),
            })
        })
        .collect()
}
