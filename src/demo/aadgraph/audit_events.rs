//! Changes of the directory in the form of the retired report, under the ids that Microsoft Graph has for them.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::table::{Code, Table};
use crate::demo::graph::{Item, Premise, Property, Record, Rows, Saved, Type, Version, both, directory_audits};
use crate::demo::world::World;

/// `GET /{tenant}/activities/audit`.
pub static AUDIT_EVENTS: Table = Table {
    path: "/activities/audit",
    properties: PROPERTIES,
    status: ("activityStatus", &[("Success", Code::Number(0)), ("Failure", Code::Number(-1))]),
    categories: &[
        "Directory",
        "SSPR",
        "SSGM",
        "Sync",
        "Automated Password Rollover",
        "IdentityProtection",
        "Invited Users",
        "MIM Service",
    ],
    is_capped: false,
    tell: |premise| Box::new(Told { premise: premise.clone(), saved: OnceLock::new() }),
};

/// The filter fields of the reference page (2018), then what records have besides. Behind `held_as`: what the record calls
/// it.
static PROPERTIES: &[Property] = &[
    both("activityDate", Type::Time, "eq ge le gt lt"),
    both("category", Type::Enum, "eq"),
    both("activityStatus", Type::Text, "eq").held_as("activityResultStatus"),
    both("activityType", Type::ExactText, "eq"),
    both("activity", Type::ExactText, "eq contains startswith"),
    both("actor/name", Type::Text, "eq contains startswith"),
    both("actor/objectId", Type::Text, "eq"),
    both(
        "actor/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.ActorUserEntity/userPrincipalName",
        Type::Text,
        "eq startswith",
    )
    .held_as("actor/userPrincipalName"),
    both("targets[]/name", Type::Text, "eq contains startswith"),
    both("targets[]/objectId", Type::Text, "eq"),
    both(
        "targets[]/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.TargetResourceUserEntity/userPrincipalName",
        Type::Text,
        "eq startswith",
    )
    .held_as("targets[]/userPrincipalName"),
    both("id", Type::Text, ""),
    both("activityDateInMillis", Type::Integer, ""),
    both("activityOperationType", Type::Text, ""),
    both("activityResultDescription", Type::Text, ""),
    both("actor/ipAddress", Type::Text, ""),
    both("actor/servicePrincipalName", Type::Text, ""),
    both("actorType", Type::Text, ""),
    both("targets[]/@odata.type", Type::Text, ""),
    both("targets[]/targetResourceType", Type::Text, ""),
    both("additionalDetails", Type::Other, ""),
    both("componentOrSource", Type::Text, ""),
    both("source", Type::Text, ""),
    both("correlationId", Type::Text, ""),
    both("internalCorrelationId", Type::Text, ""),
    both("domainName", Type::Text, ""),
    both("tenantId", Type::Text, ""),
    both("tenantName", Type::Text, ""),
    both("tenantGeolocation", Type::Text, ""),
];

/// The world and its changes, whose text is made when one of them is first asked for.
struct Told {
    premise: Premise,
    saved: OnceLock<Saved>,
}

impl Told {
    fn saved(&self) -> &Saved {
        let record = |known: Record| {
            let value = in_old_words(&known, &self.premise.world);
            Record { json: value.to_string(), value, ..known }
        };
        self.saved.get_or_init(|| Saved {
            properties: PROPERTIES,
            records: directory_audits(&self.premise).into_iter().map(record).collect(),
        })
    }
}

impl Rows for Told {
    fn len(&self) -> usize {
        self.saved().len()
    }

    fn ticks(&self, row: usize) -> i64 {
        self.saved().ticks(row)
    }

    fn copies(&self, row: usize) -> usize {
        self.saved().copies(row)
    }

    fn text(&self, row: usize, path: &str) -> Option<Cow<'_, str>> {
        self.saved().text(row, path)
    }

    fn integer(&self, row: usize, path: &str) -> Option<i64> {
        self.saved().integer(row, path)
    }

    fn list(&self, row: usize, path: &str) -> Vec<Item<'_>> {
        self.saved().list(row, path)
    }

    fn json(&self, row: usize, _version: Version) -> String {
        self.saved().json(row, Version::Beta)
    }
}

/// A record of Microsoft Graph as the old report would have had it.
fn in_old_words(record: &Record, world: &World) -> Value {
    let new = &record.value;
    let service = new["loggedByService"].as_str().unwrap_or_default();
    let (user, app) = (&new["initiatedBy"]["user"], &new["initiatedBy"]["app"]);
    let actor = if user.is_object() {
        json!({
            "name": user["displayName"],
            "objectId": user["id"],
            "ipAddress": user["ipAddress"],
            "userPrincipalName": user["userPrincipalName"],
        })
    } else {
        json!({
            "name": app["displayName"],
            "objectId": app["servicePrincipalId"],
            "servicePrincipalName": app["servicePrincipalName"],
        })
    };
    let targets: Vec<Value> = new["targetResources"].as_array().into_iter().flatten().map(target).collect();
    json!({
        "id": new["id"],
        "activity": new["activityDisplayName"],
        "activityType": targets.first().map_or(Value::Null, |target| target["targetResourceType"].clone()),
        "activityOperationType": new["operationType"],
        "activityDate": new["activityDateTime"],
        "activityDateInMillis": record.ticks.div_euclid(10_000),
        // There were two outcomes.
        "activityResultStatus": if new["result"] == "success" { "Success" } else { "Failure" },
        "activityResultDescription": new["resultReason"],
        "actor": actor,
        "actorType": if user.is_object() { "User" } else { "Application" },
        "additionalDetails": new["additionalDetails"],
        "category": category(service),
        "componentOrSource": service,
        "correlationId": new["correlationId"],
        "internalCorrelationId": new["correlationId"],
        "domainName": world.organisation.domain(),
        "tenantId": world.tenant,
        "tenantName": world.organisation.name(),
        "tenantGeolocation": "EU",
        "targets": targets,
    })
}

fn target(new: &Value) -> Value {
    let kind = if new["type"] == "User" { "TargetResourceUserEntity" } else { "TargetResourceEntity" };
    let mut old = json!({
        "@odata.type": format!("#Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.{kind}"),
        "objectId": new["id"],
        "name": new["displayName"],
        "targetResourceType": new["type"],
    });
    if new["type"] == "User" {
        old["userPrincipalName"] = new["userPrincipalName"].clone();
    }
    old
}

/// The category under which the old report had the records of a service.
fn category(service: &str) -> &'static str {
    match service {
        "Self-service Password Management" => "SSPR",
        "Account Provisioning" => "Sync",
        "Invited Users" => "Invited Users",
        _ => "Directory",
    }
}
