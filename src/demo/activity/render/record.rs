//! What the records of all workloads have in common: their first properties, and lists of names and values.
//!
//! Real records contradict themselves: the same property is a number in one and text in the next, lists come as text,
//! addresses carry ports. Every such fault that was counted in real feeds is here, about as often as it was met.

use super::super::event::Record;
use crate::demo::json::Json;
use crate::demo::world::clock;
use crate::demo::world::dice::{guid, mix};
use crate::demo::world::people::PEOPLE;

impl Record<'_> {
    pub(super) fn common(&self, json: &mut Json) {
        let event = self.event;
        let zone = if event.rare(0xc7, 10_000) { "Z" } else { "" };
        json.text("CreationTime", &format!("{}{zone}", clock::stamp(event.second)));
        if let Some(id) = event.id() {
            json.text("Id", &id);
        }
        if let Some(operation) = event.operation() {
            json.text("Operation", operation);
        }
        if !event.rare(0x06, 500) {
            json.text("OrganizationId", &self.world.tenant);
        }
        self.number_or_text(json, "RecordType", event.act.record_type, 3_000);
        if let Some(status) = self.result_status() {
            json.text("ResultStatus", status);
        }
        json.text("UserKey", &self.user_key());
        self.number_or_text(json, "UserType", self.user_type(), 4_000);
        json.raw("Version", "1");
        if !event.rare(0x08, 600) {
            json.text("Workload", event.act.workload);
        }
        if let Some(user) = event.user_id(self.world) {
            json.text("UserId", &user);
        }
        if self.enriched {
            json.texts("AssociatedAdminUnits", &[&guid(self.world.people.len() as u64, 0xad)]);
        }
    }

    pub(super) fn user_type(&self) -> i32 {
        match self.event.act.system {
            Some(_) => 4,
            None if self.event.act.record_type == 1 => 2,
            None if self.event.rare(0x74, 60) => 5,
            None => 0,
        }
    }

    pub(super) fn user_key(&self) -> String {
        match self.event.act.record_type {
            4 | 6 | 14 | 36 | 56 => format!("i:0h.f|membership|{}@live.com", self.puid()),
            8 if self.event.rare(0x0e, 30) => "Not Available".into(),
            15 => self.event.person(self.world).id.clone(),
            28 | 47 => "ThreatIntel".into(),
            40 => "SecurityComplianceAlerts".into(),
            _ => self.puid(),
        }
    }

    /// The passport number of the actor.
    pub(super) fn puid(&self) -> String {
        format!("1003{:012X}", mix(self.event.actor as u64, 0x9d) & 0xffff_ffff_ffff)
    }

    pub(super) fn result_status(&self) -> Option<&'static str> {
        let event = self.event;
        match event.act.record_type {
            _ if event.rare(0x57, 18) => None,
            1 if event.rare(0x58, 40) => Some("False"),
            1 => Some("True"),
            8 if event.rare(0x59, 50) => Some("Failure"),
            8 => Some("Success"),
            // Most failed sign-ins say "Success": the exchange over HTTP was one.
            15 if event.act.operation == "UserLoginFailed" => {
                Some(event.pick(0x5a, &["Success", "Success", "Success", "Failed"]))
            }
            2 | 3 | 50 if event.rare(0x5b, 70) => Some("PartiallySucceeded"),
            15 | 2 | 3 | 50 => Some("Succeeded"),
            20 => Some("Successful"),
            22 => Some("TRUE"),
            64 => Some("Success"),
            98 => Some("New"),
            _ => None,
        }
    }

    /// A number that one record in `n` holds as text.
    pub(super) fn number_or_text(&self, json: &mut Json, name: &str, value: i32, n: u64) {
        if self.event.rare(name.len() as u64 ^ 0x7e47, n) {
            json.text(name, &value.to_string());
        } else {
            json.raw(name, &value.to_string());
        }
    }

    /// A Boolean that one record in `n` holds as text.
    pub(super) fn flag_or_text(&self, json: &mut Json, name: &str, value: bool, n: u64) {
        if self.event.rare(name.len() as u64 ^ 0xf1a6, n) {
            json.text(name, if value { "True" } else { "False" });
        } else {
            json.flag(name, value);
        }
    }

    /// `ClientIP` in the spellings of real records: v4 or v6, with a port, mapped, bracketed, empty, null, a name.
    pub(super) fn client_ip(&self, json: &mut Json) {
        let (event, ip) = (self.event, self.event.ip(self.world));
        let port = 1_024 + event.roll(0x90) % 60_000;
        let v6 = ip.contains(':');
        match event.roll(0x91) % 100 {
            _ if event.plot || event.aside => json.text("ClientIP", ip),
            0..4 => {}
            4 => json.text("ClientIP", ""),
            5 => json.raw("ClientIP", "null"),
            6 if event.rare(0x92, 10) => json.text("ClientIP", "localhost"),
            7 if event.rare(0x93, 4) => json.text("ClientIP", "<null>"),
            8..20 if v6 => json.text("ClientIP", &format!("[{ip}]:{port}")),
            20..25 if v6 => json.text("ClientIP", &format!("[{ip}]")),
            8..14 => json.text("ClientIP", &format!("{ip}:{port}")),
            14 => json.text("ClientIP", &format!("::ffff:{ip}")),
            _ => json.text("ClientIP", ip),
        }
    }

    /// The person who acts.
    pub(super) fn upn(&self) -> &str {
        &self.event.person(self.world).upn
    }

    /// Another person, by chance.
    pub(super) fn other(&self, purpose: u64) -> &str {
        let n = usize::try_from(self.event.roll(purpose) % PEOPLE as u64).unwrap_or_default();
        &self.world.people[n].upn
    }
}

/// A list of names and values.
pub(super) fn pairs(json: &mut Json, name: &str, pairs: &[(&str, &str)]) {
    json.objects(name, pairs, |json, (name, value)| {
        json.text("Name", name);
        json.text("Value", value);
    });
}

/// The same as the text of a JSON list.
pub(super) fn pairs_text(pairs: &[(&str, &str)]) -> String {
    let mut text = String::from("[");
    for (n, (name, value)) in pairs.iter().enumerate() {
        text.push_str(if n == 0 { "" } else { "," });
        let mut json = Json::object();
        json.text("Name", name);
        json.text("Value", value);
        text.push_str(&json.finish());
    }
    text.push(']');
    text
}

/// A list of changed properties.
pub(super) fn changes(json: &mut Json, changes: &[(&str, &str, &str)]) {
    json.objects("ModifiedProperties", changes, |json, (name, new, old)| {
        json.text("Name", name);
        json.text("NewValue", new);
        json.text("OldValue", old);
    });
}
