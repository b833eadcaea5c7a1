//! What an order asks for, read from its body as the service documents it: a second transcript of the fields.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::apis::activity::RECORD_TYPES;
use crate::demo::graph::Refusal;

/// An order.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    name: String,
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
    /// Names, as they were given.
    pub(super) record_types: Vec<String>,
    pub(super) operations: Vec<String>,
    pub(super) users: Vec<String>,
    pub(super) addresses: Vec<String>,
    pub(super) objects: Vec<String>,
    pub(super) units: Vec<String>,
    pub(super) services: Vec<String>,
}

impl Asked {
    /// Reads a body.
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let body: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|_| Refusal::bad_request("Unable to read JSON request payload. It is no object."))?;
        let mut asked = Self::default();
        let (mut from, mut to) = (None, None);
        for (name, value) in &body {
            match name.as_str() {
                "@odata.type" => {}
                "displayName" => value.as_str().ok_or_else(|| wrong(name))?.clone_into(&mut asked.name),
                "filterStartDateTime" => from = Some(instant(name, value)?),
                "filterEndDateTime" => to = Some(instant(name, value)?),
                "recordTypeFilters" => asked.record_types = record_types(name, value)?,
                "operationFilters" => asked.operations = texts(name, value)?,
                "userPrincipalNameFilters" => asked.users = texts(name, value)?,
                "ipAddressFilters" => asked.addresses = texts(name, value)?,
                "objectIdFilters" => asked.objects = texts(name, value)?,
                "administrativeUnitIdFilters" => asked.units = texts(name, value)?,
                "serviceFilters" => asked.services = texts(name, value)?,
                _ => {
                    let message = format!(
                        "The property '{name}' does not exist on type 'microsoft.graph.security.auditLogQuery'."
                    );
                    return Err(Refusal::bad_request(message));
                }
            }
        }
        let (Some(from), Some(to)) = (from, to) else {
            return Err(Refusal::bad_request("filterStartDateTime and filterEndDateTime must be set."));
        };
        if from >= to {
            return Err(Refusal::bad_request("filterStartDateTime must be earlier than filterEndDateTime."));
        }
        Ok(Self { from, to, ..asked })
    }

    /// It as the service tells it again.
    pub(super) fn told(&self) -> Value {
        let stamp = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        json!({
            "displayName": self.name,
            "filterStartDateTime": stamp(self.from),
            "filterEndDateTime": stamp(self.to),
            "recordTypeFilters": self.record_types,
            "keywordFilter": null,
            "serviceFilters": self.services,
            "operationFilters": self.operations,
            "userPrincipalNameFilters": self.users,
            "ipAddressFilters": self.addresses,
            "objectIdFilters": self.objects,
            "administrativeUnitIdFilters": self.units,
        })
    }
}

fn wrong(name: &str) -> Refusal {
    Refusal::bad_request(format!("Cannot convert the value of '{name}' to its type."))
}

fn instant(name: &str, value: &Value) -> Result<DateTime<Utc>, Refusal> {
    value.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| wrong(name))
}

fn texts(name: &str, value: &Value) -> Result<Vec<String>, Refusal> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    value.as_array().and_then(|all| all.iter().map(text).collect()).ok_or_else(|| wrong(name))
}

/// Members of the enumeration, in any case.
fn record_types(name: &str, value: &Value) -> Result<Vec<String>, Refusal> {
    let all = texts(name, value)?;
    let is_known = |text: &String| RECORD_TYPES.members.iter().any(|member| member.1.eq_ignore_ascii_case(text));
    if all.iter().all(is_known) { Ok(all) } else { Err(wrong(name)) }
}
