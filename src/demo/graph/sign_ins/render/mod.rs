//! The JSON of a generated sign-in, as the service writes it for each API version.
//!
//! What can be filtered is taken from [`Event::text`] and its siblings, so that the answer to a filter and the record
//! agree; the rest follows from the record's seed. A property without a value is null in most records and missing in the
//! others, as on the wire.

mod beta;

use super::event::{Actor, Event, Odd};
use super::kind::Kind;
use super::outcomes::{Outcome, POLICIES};
use crate::demo::graph::property::Version;
use crate::demo::json::Json;
use crate::demo::world::World;
use crate::demo::world::clock;
use crate::demo::world::dice::{guid, mix};
use crate::demo::world::people::{FACTORS, Home, Person};

impl Event {
    /// The record as an API version serves it.
    pub(in crate::demo) fn json(&self, world: &World, version: Version) -> String {
        let mut json = Json::object();
        let page = &mut Page { event: self, world, json: &mut json };
        page.identity();
        page.access();
        page.status();
        page.device();
        page.location();
        page.policies(version);
        if version == Version::Beta {
            page.beta();
        }
        json.finish()
    }
}

struct Page<'a> {
    event: &'a Event,
    world: &'a World,
    json: &'a mut Json,
}

impl Page<'_> {
    /// Properties that can be filtered, under their own names.
    fn texts(&mut self, names: &[&'static str]) {
        for (n, name) in (100..).zip(names) {
            let value = self.event.text(self.world, name);
            self.optional(n, name, value.as_deref());
        }
    }

    /// A value, or null, or in one of four records nothing at all.
    fn optional(&mut self, purpose: u64, name: &str, value: Option<&str>) {
        if value.is_some() || !self.event.roll(purpose).is_multiple_of(4) {
            self.json.text_or_null(name, value);
        }
    }

    fn identity(&mut self) {
        let event = self.event;
        self.json.text("id", &event.id());
        self.json.text("createdDateTime", &clock::print(event.ticks, event.digits()));
        self.texts(&["userDisplayName", "userPrincipalName", "userId", "appId"]);
        if event.odd == Some(Odd::AppAsObject) {
            self.json.nested("appDisplayName", |j| j.text("value", "Teams"));
        } else {
            self.texts(&["appDisplayName"]);
        }
        self.texts(&["ipAddress", "clientAppUsed", "userAgent", "correlationId"]);
        self.json.flag("isInteractive", event.kind == Kind::Interactive);
        self.texts(&["resourceDisplayName", "resourceId", "servicePrincipalId", "servicePrincipalName"]);
        self.json.text("resourceTenantId", &self.world.tenant);
        let home = self.home_tenant();
        self.json.text("homeTenantId", &home);
    }

    fn person(&self) -> Option<&Person> {
        match self.event.actor(self.world) {
            Actor::Person(person) => Some(person),
            Actor::Program(_) => None,
        }
    }

    fn home_tenant(&self) -> String {
        match self.person().map(|p| p.home) {
            Some(Home::Partner(n)) => guid(n as u64, 0x7e7a),
            _ => self.world.tenant.clone(),
        }
    }

    fn access(&mut self) {
        self.texts(&[
            "conditionalAccessStatus",
            "riskDetail",
            "riskLevelAggregated",
            "riskLevelDuringSignIn",
            "riskState",
        ]);
        self.json.texts("riskEventTypes", &self.event.list("riskEventTypes"));
        if self.event.odd == Some(Odd::RiskAsText) {
            self.json.text("riskEventTypes_v2", "[]");
        } else {
            self.json.texts("riskEventTypes_v2", &self.event.list("riskEventTypes_v2"));
        }
        let phone = self.person().filter(|p| FACTORS[p.factor].0.starts_with("Passwordless"));
        let (Some(person), true) = (phone, self.event.needs_factor()) else {
            return self.json.raw("authenticationAppDeviceDetails", "null");
        };
        let device = guid(u64::from(person.devices[1]), mix(0, person.factor as u64));
        self.json.nested("authenticationAppDeviceDetails", |j| {
            j.text("deviceId", &device);
            j.text("operatingSystem", "Android");
            j.text("clientApp", "Microsoft Authenticator App");
            j.text("appVersion", "6.2407.5108");
        });
    }

    fn status(&mut self) {
        let (words, odd) = (self.event.outcome.words(), self.event.odd == Some(Odd::CodeAsText));
        let code = words.code.to_string();
        self.json.nested("status", |j| {
            j.raw("errorCode", &if odd { format!("\"{code}\"") } else { code });
            j.text("failureReason", words.reason);
            j.text_or_null("additionalDetails", words.details);
        });
    }

    fn device(&mut self) {
        let Some(person) = self.person() else {
            return self.json.raw("deviceDetail", "null");
        };
        let (device, odd) = (self.event.device(), self.event.odd == Some(Odd::ManagedAsText));
        let id = device.trust.map(|_| guid(mix(0, u64::from(self.event.device)), u64::from(person.sources[1])));
        let name =
            device.trust.map(|_| format!("LW-{}-{:03}", device.system.get(..3).unwrap_or("DEV"), person.sources[1]));
        let boolean = |b: Option<bool>| b.map_or("null", |b| if b { "true" } else { "false" });
        self.json.nested("deviceDetail", |j| {
            j.text("deviceId", id.as_deref().unwrap_or_default());
            j.text_or_null("displayName", name.as_deref());
            j.text("operatingSystem", device.system);
            j.text("browser", device.browser);
            j.raw("isCompliant", boolean(device.compliant));
            j.raw("isManaged", if odd { "\"true\"" } else { boolean(device.compliant) });
            j.text_or_null("trustType", device.trust);
        });
    }

    fn location(&mut self) {
        if self.event.odd == Some(Odd::PlaceAsText) {
            return self.json.text("location", "Lisbon, PT");
        }
        let Some(place) = self.event.place(self.world) else {
            return if self.event.chance(20, 500) {
                self.json.nested("location", |_| {});
            } else {
                self.json.raw("location", "null");
            };
        };
        let altitude = if self.event.chance(21, 30) { "12" } else { "null" };
        self.json.nested("location", |j| {
            j.text("city", place.city);
            j.text("state", place.state);
            j.text("countryOrRegion", place.country);
            if let Some((latitude, longitude)) = place.at {
                j.nested("geoCoordinates", |j| {
                    j.raw("altitude", altitude);
                    j.raw("latitude", latitude);
                    j.raw("longitude", longitude);
                });
            }
        });
    }

    fn policies(&mut self, version: Version) {
        let (event, beta) = (self.event, version == Version::Beta);
        let count = if self.person().is_some() { POLICIES.len() } else { 0 };
        self.json.objects("appliedConditionalAccessPolicies", 0..count, |j, n| {
            let (name, grant, session) = POLICIES[n];
            let result = policy_result(n, event);
            j.text("id", &guid(n as u64, 0xca));
            j.text("displayName", name);
            j.texts("enforcedGrantControls", if grant.is_empty() { &[] } else { std::slice::from_ref(&grant) });
            j.texts("enforcedSessionControls", if session.is_empty() { &[] } else { std::slice::from_ref(&session) });
            j.text("result", result);
            if !beta {
                return;
            }
            let met = result != "notApplied";
            j.text("conditionsSatisfied", if met { "application,users" } else { "none" });
            j.text("conditionsNotSatisfied", if met { "none" } else { "clientType" });
            j.texts("sessionControlsNotSatisfied", &[]);
            j.raw("authenticationStrength", "null");
            j.raw("includeRulesSatisfied", if met { RULE } else { "[]" });
            j.raw("excludeRulesSatisfied", "[]");
        });
    }
}

fn policy_result(policy: usize, event: &Event) -> &'static str {
    match (policy, event.outcome) {
        (0, Outcome::SuccessWithFactor | Outcome::KeepSignedIn) => "success",
        (0, Outcome::FactorNeeded | Outcome::FactorDenied) | (1, Outcome::Blocked) | (2, Outcome::SessionExpired) => {
            "failure"
        }
        (3, _) if event.chance(80, 700) => "reportOnlyNotApplied",
        (3, _) => "reportOnlyFailure",
        _ => "notApplied",
    }
}

const RULE: &str = r#"[{"conditionalAccessCondition":"users","ruleSatisfied":"allUsers"}]"#;
