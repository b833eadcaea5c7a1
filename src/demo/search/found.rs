//! What an order finds, and how a record of it is written: an envelope around the record of the feed.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::ask::Asked;
use crate::apis::activity::{RECORD_TYPES, USER_TYPES};
use crate::demo::activity::Contents;
use crate::demo::world::World;

/// A record that was found, as it is served.
pub(super) struct Found(pub(super) String);

/// The records that an order asks for, newest first.
pub(super) fn find(asked: &Asked, contents: &Contents, world: &World) -> Vec<Found> {
    let within = |second: i64| asked.from.timestamp() <= second && second <= asked.to.timestamp();
    let mut found: Vec<(i64, String)> = Vec::new();
    for (second, key, json) in contents.logged(world, within) {
        let Ok(Value::Object(record)) = serde_json::from_str::<Value>(&json) else { continue };
        let envelope = envelope(&record, second, key);
        if asked.holds(&envelope) {
            let mut envelope = Value::Object(envelope).to_string();
            // The record of the feed is in it as it is, spelling and order included.
            envelope.pop();
            envelope.push_str(",\"auditData\":{\"@odata.type\":\"#microsoft.graph.security.defaultAuditData\",");
            envelope.push_str(json.trim_start_matches('{'));
            envelope.push('}');
            found.push((second, envelope));
        }
    }
    found.sort_by_key(|(second, _)| std::cmp::Reverse(*second));
    found.into_iter().map(|(_, json)| Found(json)).collect()
}

fn envelope(record: &Map<String, Value>, second: i64, key: String) -> Map<String, Value> {
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| {
        let value = record.get(name)?;
        i32::try_from(value.as_i64().or_else(|| value.as_str()?.parse().ok())?).ok()
    };
    let created = DateTime::<Utc>::from_timestamp(second, 0).unwrap_or_default();
    let kind = number("RecordType").and_then(|number| RECORD_TYPES.name_of(number));
    let id = Some(text("Id")).filter(|id| !id.is_empty()).map_or(key, str::to_owned);
    let all = json!({
        "id": id,
        "createdDateTime": created.to_rfc3339_opts(SecondsFormat::Secs, true),
        "auditLogRecordType": kind.unwrap_or("unknownFutureValue"),
        "operation": text("Operation"),
        "organizationId": text("OrganizationId"),
        "userType": number("UserType").and_then(|number| USER_TYPES.name_of(number)),
        "userId": text("UserKey"),
        "service": text("Workload"),
        "objectId": text("ObjectId"),
        "userPrincipalName": text("UserId"),
        "clientIp": text("ClientIP"),
        "administrativeUnits": [],
    });
    if let Value::Object(all) = all { all } else { Map::new() }
}

impl Asked {
    /// Whether a record satisfies it: each field that has values, by one of them, in any case.
    fn holds(&self, envelope: &Map<String, Value>) -> bool {
        let text = |name: &str| envelope.get(name).and_then(Value::as_str).unwrap_or_default();
        let one_of = |values: &[String], name: &str| {
            values.is_empty() || values.iter().any(|value| value.eq_ignore_ascii_case(text(name)))
        };
        // Units are in no record of the tenant.
        self.units.is_empty()
            && one_of(&self.record_types, "auditLogRecordType")
            && one_of(&self.operations, "operation")
            && one_of(&self.services, "service")
            && one_of(&self.users, "userPrincipalName")
            && one_of(&self.addresses, "clientIp")
            && one_of(&self.objects, "objectId")
    }
}
