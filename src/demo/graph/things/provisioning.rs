//! Provisioning: the HR system's changes of people, brought into the directory and beyond.

use serde_json::{Value, json};

use super::super::property::{Property, Type, Version, both};
use super::super::table::{Listed, PageSize, Premise, Table};
use super::{Luck, Things, refused};
use crate::demo::gate::Quota;
use crate::demo::world::clock;
use crate::demo::world::dice::guid;
use crate::demo::world::people::PEOPLE;

/// `GET /auditLogs/provisioning`.
pub(in crate::demo::graph) static PROVISIONING: Table = Table {
    path: "/auditLogs/provisioning",
    versions: &Version::ALL,
    properties: PROPERTIES,
    entity: "microsoft.graph.provisioningObjectSummary",
    time: Some("activityDateTime"),
    options: &["$filter", "$top"],
    unasked: None,
    costly: None,
    link: None,
    quota: Quota::Reports,
    listed: Listed::Anyhow,
    population: None,
    page: PageSize { unasked: 100, most: 1_000, refused },
    tell: |premise| Ok(Things::boxed(premise, PROPERTIES, Some("activityDateTime"), all)),
};

/// Taken from the list of attributes of the page's beta version (2021). Text is compared case by case.
static PROPERTIES: &[Property] = &[
    both("id", Type::ExactText, "eq contains"),
    both("activityDateTime", Type::Time, "eq gt lt"),
    both("tenantId", Type::ExactText, "eq contains"),
    both("jobId", Type::ExactText, "eq contains"),
    both("cycleId", Type::ExactText, "eq contains"),
    both("changeId", Type::ExactText, "eq contains"),
    both("provisioningAction", Type::ExactText, "eq contains"),
    both("durationInMilliseconds", Type::Integer, "eq gt lt"),
    both("provisioningStatusInfo/status", Type::ExactText, "eq contains"),
    both("provisioningStatusInfo/errorInformation/errorCode", Type::Text, ""),
    both("provisioningStatusInfo/errorInformation/reason", Type::Text, ""),
    both("provisioningStatusInfo/errorInformation/additionalDetails", Type::Text, ""),
    both("provisioningStatusInfo/errorInformation/errorCategory", Type::Text, ""),
    both("provisioningStatusInfo/errorInformation/recommendedAction", Type::Text, ""),
    both("initiatedBy/id", Type::Text, ""),
    both("initiatedBy/displayName", Type::ExactText, "eq contains"),
    both("initiatedBy/initiatorType", Type::Text, ""),
    both("servicePrincipal/id", Type::ExactText, "eq"),
    both("servicePrincipal/displayName", Type::ExactText, "eq"),
    both("sourceSystem/id", Type::Text, ""),
    both("sourceSystem/displayName", Type::ExactText, "eq contains"),
    both("sourceSystem/details", Type::Other, ""),
    both("targetSystem/id", Type::Text, ""),
    both("targetSystem/displayName", Type::ExactText, "eq contains"),
    both("targetSystem/details", Type::Other, ""),
    both("sourceIdentity/id", Type::ExactText, "eq contains"),
    both("sourceIdentity/displayName", Type::ExactText, "eq contains"),
    both("sourceIdentity/identityType", Type::ExactText, "eq contains"),
    both("sourceIdentity/details", Type::Other, ""),
    both("targetIdentity/id", Type::ExactText, "eq contains"),
    both("targetIdentity/displayName", Type::ExactText, "eq contains"),
    both("targetIdentity/identityType", Type::ExactText, "eq contains"),
    both("targetIdentity/details", Type::Other, ""),
    both("modifiedProperties", Type::Other, ""),
    both("provisioningSteps", Type::Other, ""),
];

const COUNT: usize = 240;

fn all(premise: &Premise) -> Vec<Value> {
    (0..COUNT).map(|n| one(premise, n)).collect()
}

fn one(premise: &Premise, n: usize) -> Value {
    let luck = Luck::of(premise, 0x940, n);
    let world = &premise.world;
    let person = &world.people[luck.below(1, PEOPLE)];
    let service = &world.services[2];
    let back = i64::try_from(luck.below(2, 30 * 86_400)).unwrap_or_default() * clock::SECOND;
    let failed = luck.rare(3, 9);
    let shown = if luck.rare(4, 6) { person.name.to_uppercase() } else { person.name.clone() };
    let error = json!({ "errorCode": "AttributeValidationFailed", "reason": format!("Value of {} is too long", person.name), "additionalDetails": null, "errorCategory": "failure", "recommendedAction": "Shorten it" });
    json!({
        "id": guid(luck.0, 1),
        "activityDateTime": clock::print(clock::ticks(premise.now) - clock::SECOND - back + i64::try_from(n).unwrap_or_default(), 7),
        "tenantId": world.tenant,
        "jobId": format!("Lumen.{:x}", n % 3),
        "cycleId": guid(n as u64 / 20, 0xc1c),
        "changeId": guid(luck.0, 2),
        "provisioningAction": luck.pick(5, &["create", "update", "Update", "disable", "other"]),
        "durationInMilliseconds": if luck.rare(6, 10) { Value::Null } else { json!(20 + luck.below(7, 4_000)) },
        "provisioningStatusInfo": { "status": if failed { "failure" } else { luck.pick(8, &["success", "success", "skipped", "warning"]) }, "errorInformation": if failed { error } else { Value::Null } },
        "initiatedBy": { "id": "", "displayName": luck.pick(9, &["Microsoft Entra Provisioning Service", "O'Neil"]), "initiatorType": luck.pick(10, &["system", "user"]) },
        "servicePrincipal": { "id": service.id, "displayName": service.name },
        "sourceSystem": { "id": guid(1, 0x5e), "displayName": luck.pick(11, &["Lohn & Gehalt", "Microsoft Entra ID"]), "details": {} },
        "targetSystem": { "id": guid(2, 0x5e), "displayName": luck.pick(12, &["Microsoft Entra ID", "CRM", "crm"]), "details": { "Version": "2" } },
        "sourceIdentity": { "id": format!("hr{}", 100 + n % 50), "displayName": shown, "identityType": "User", "details": { "odatatype": "User" } },
        "targetIdentity": { "id": if luck.rare(13, 7) { Value::Null } else { json!(person.id) }, "displayName": person.name, "identityType": luck.pick(14, &["User", "Group"]), "details": {} },
        "modifiedProperties": [{ "displayName": "department", "oldValue": null, "newValue": "R&D" }],
        "provisioningSteps": [{ "name": "EntryImportAdd", "provisioningStepType": "import", "status": "success", "description": "Received", "details": {} }],
    })
}
