//! The JSON of a directory audit, as the service writes it: one of user and application is null, values that changed are
//! JSON as text, and a good deal of what could be said is null or empty.

use serde_json::Value;

use super::super::saved::Record;
use crate::demo::json::{Json, escape};
use crate::demo::world::World;
use crate::demo::world::attack::EVIL_APP;
use crate::demo::world::clock;
use crate::demo::world::dice::{guid, mix};
use crate::demo::world::directory::{By, Change, GROUPS, Target, group_id};
use crate::demo::world::people::{Home, PARTNERS, PEOPLE};

const AGENT: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

/// The record of a change; `twice` of a million are served two times.
pub(super) fn record(change: &Change, world: &World, twice: u32) -> Record {
    let json = Audit { change, world }.json();
    let value: Value = serde_json::from_str(&json).expect("what is written here is JSON");
    let copies = 1 + usize::from(change.roll(0xd0) % 1_000_000 < u64::from(twice));
    Record { ticks: change.ticks(), copies, json, value }
}

/// A change and the cast it refers to.
struct Audit<'a> {
    change: &'a Change,
    world: &'a World,
}

impl Audit<'_> {
    fn json(&self) -> String {
        let (change, activity) = (self.change, self.change.activity);
        let mut json = Json::object();
        json.text("id", &self.id());
        json.text("category", activity.category);
        json.text("correlationId", &change.correlation());
        json.text("result", self.result());
        json.text("resultReason", self.result_reason());
        json.text("activityDisplayName", activity.name);
        json.text("activityDateTime", &clock::print(change.ticks(), 7));
        json.text("loggedByService", activity.service);
        json.text("operationType", activity.operation);
        json.text_or_null("userAgent", self.agent().filter(|_| change.rare(0x81, 3)));
        json.nested("initiatedBy", |json| self.initiator(json));
        self.targets(&mut json);
        self.details(&mut json);
        json.finish()
    }

    /// `Directory_<correlation>_<letters>_<digits>`; other services write their own name, and some only a GUID.
    fn id(&self) -> String {
        let (change, correlation) = (self.change, self.change.correlation());
        let service = match self.change.activity.service {
            "PIM" => return guid(change.seed, 0x1d),
            "Self-service Password Management" => "SSPR",
            "Authentication Methods" => "Authentication Methods",
            _ => "Directory",
        };
        let letters: String =
            (0..5).map(|n| char::from(b"ABCDEFGHIKLMNOPQRSTUVXYZ23456789"[at(change.roll(0x90 + n), 32)])).collect();
        format!("{service}_{correlation}_{letters}_{}", 1_000_000 + change.roll(0x1d) % 99_000_000)
    }

    fn result(&self) -> &'static str {
        match self.change {
            change if change.failed() => "failure",
            change if change.activity.by == By::Program && change.rare(0x82, 40) => "timeout",
            _ => "success",
        }
    }

    fn result_reason(&self) -> &'static str {
        match (self.result(), self.change.activity.name) {
            ("success", "User registered security info") => {
                "User registered Authenticator App with Notification and Code"
            }
            ("failure", "Reset password (self-service)") => "OnPremises'PasswordPolicyViolation",
            ("failure", _) => "Microsoft.Online.Workflows.ValidationException",
            ("timeout", _) => "The request timed out.",
            _ => "",
        }
    }

    fn agent(&self) -> Option<&'static str> {
        match self.change.activity.by {
            By::Owner | By::Person => Some(AGENT),
            By::Program | By::Service(_) => None,
        }
    }

    fn initiator(&self, json: &mut Json) {
        match self.change.activity.by {
            By::Owner | By::Person => {
                json.raw("app", "null");
                json.nested("user", |json| self.user(json));
            }
            By::Program => {
                let programs = &self.world.services;
                let program = &programs[at(self.change.roll(0x83), programs.len())];
                let name = (!self.change.rare(0x84, 3)).then_some(program.name.as_str());
                app(json, Some(&program.app_id), name, &program.id, None);
                json.raw("user", "null");
            }
            // The vendor's own services say who they are by name, and seldom by an application's identifier.
            By::Service(name) => {
                app(json, None, Some(name), &guid(name.len() as u64, 0x5e), None);
                json.raw("user", "null");
            }
        }
    }

    fn user(&self, json: &mut Json) {
        let change = self.change;
        let person = &self.world.people[change.actor % PEOPLE];
        json.text("id", &person.id);
        // The directory itself knows no display name of who acts; the services beside it do.
        let named = change.activity.service != "Core Directory" || change.rare(0x85, 4);
        json.text_or_null("displayName", named.then_some(person.name.as_str()));
        json.text("userPrincipalName", &change.actor_upn(self.world));
        let ip = self.world.sources.get(change.source).ip.as_str();
        match change.roll(0x19) % 3 {
            _ if change.plot => json.text("ipAddress", ip),
            0 => json.text("ipAddress", ip),
            1 => json.text("ipAddress", ""),
            _ => json.raw("ipAddress", "null"),
        }
        json.raw("userType", "null");
        match person.home {
            Home::Partner(n) if change.rare(0x86, 2) => {
                json.text("homeTenantId", &guid(n as u64, 0x7e7a));
                json.text("homeTenantName", PARTNERS[n].0);
            }
            _ => {
                json.raw("homeTenantId", "null");
                json.raw("homeTenantName", "null");
            }
        }
        json.texts("roles", if change.rare(0x87, 40) { &["Helpdesk Administrator"] } else { &[] });
    }

    fn targets(&self, json: &mut Json) {
        let change = self.change;
        if change.rare(0x88, 60) {
            return json.raw("targetResources", "[]");
        }
        let mut targets = vec![self.target()];
        match change.activity.target {
            Target::Member => targets.push(self.group()),
            Target::Role => targets.push(self.holder()),
            _ => {}
        }
        json.objects("targetResources", targets, |json, target| target.write(json));
    }

    /// What is changed.
    fn target(&self) -> Resource {
        let (change, name) = (self.change, self.change.object_name(self.world));
        let kind = match change.activity.target {
            Target::User | Target::Member => "User",
            Target::Device => "Device",
            Target::ServicePrincipal => "ServicePrincipal",
            Target::Application => "Application",
            Target::Role => "Role",
            Target::Policy => "Policy",
        };
        let is_user = kind == "User";
        // Of users the directory writes the sign-in name alone.
        let shown = if is_user && change.activity.service == "Core Directory" {
            None
        } else if is_user {
            Some(self.world.people[change.person()].name.clone())
        } else {
            Some(name.clone())
        };
        let mut modified: Vec<Modified> =
            change.modified(self.world).into_iter().map(|(name, new, old)| Modified::new(name, old, &new)).collect();
        if change.activity.target == Target::Member {
            let group = self.group();
            modified = vec![
                Modified::new("Group.ObjectID", "", &group.id),
                Modified::new("Group.DisplayName", "", group.name.as_deref().unwrap_or_default()),
            ];
        }
        if change.plot && change.activity.target == Target::Policy {
            modified = vec![Modified::new("excludeUsers", "[]", &self.world.people[change.actor].id)];
        }
        Resource {
            id: change.object(self.world),
            name: shown,
            kind,
            upn: is_user.then_some(name),
            group: None,
            modified,
        }
    }

    /// The group that a member comes to.
    fn group(&self) -> Resource {
        let n = at(self.change.roll(0x89), GROUPS.len());
        let (name, group) = GROUPS[n];
        Resource {
            id: group_id(n),
            name: (!self.change.rare(0x8a, 2)).then(|| name.to_owned()),
            kind: "Group",
            upn: None,
            group: Some(group),
            modified: Vec::new(),
        }
    }

    /// Who is given a role: the attacker's application, or a person.
    fn holder(&self) -> Resource {
        let change = self.change;
        if change.plot {
            let id = guid(EVIL_APP.len() as u64, Target::ServicePrincipal as u64);
            let name = Some(EVIL_APP.to_owned());
            return Resource { id, name, kind: "ServicePrincipal", upn: None, group: None, modified: Vec::new() };
        }
        let person = &self.world.people[change.person()];
        Resource {
            id: person.id.clone(),
            name: Some(person.name.clone()),
            kind: "User",
            upn: Some(person.upn.clone()),
            group: None,
            modified: Vec::new(),
        }
    }

    fn details(&self, json: &mut Json) {
        let agent = self.agent().filter(|_| !self.change.rare(0x1e, 2)).map(|agent| ("User-Agent", agent));
        let role = (self.change.activity.target == Target::Role).then_some(("RoleDefinitionOriginType", "BuiltInRole"));
        json.objects("additionalDetails", agent.into_iter().chain(role), |json, (key, value)| {
            json.text("key", key);
            json.text("value", value);
        });
    }
}

/// An element of `targetResources`.
struct Resource {
    id: String,
    name: Option<String>,
    kind: &'static str,
    upn: Option<String>,
    group: Option<&'static str>,
    modified: Vec<Modified>,
}

impl Resource {
    fn write(self, json: &mut Json) {
        json.text("id", &self.id);
        json.text_or_null("displayName", self.name.as_deref());
        json.text("type", self.kind);
        json.text_or_null("userPrincipalName", self.upn.as_deref());
        json.text_or_null("groupType", self.group);
        json.objects("modifiedProperties", self.modified, |json, modified| {
            json.text("displayName", modified.name);
            json.text_or_null("oldValue", modified.old.as_deref());
            json.text("newValue", &modified.new);
        });
    }
}

/// An element of `modifiedProperties`. Its values are JSON, as text.
struct Modified {
    name: &'static str,
    old: Option<String>,
    new: String,
}

impl Modified {
    fn new(name: &'static str, old: &str, new: &str) -> Self {
        Self { name, old: (!old.is_empty()).then(|| as_json(old)), new: as_json(new) }
    }
}

/// Lists are JSON already; anything else is put in quotes.
fn as_json(text: &str) -> String {
    if serde_json::from_str::<Vec<Value>>(text).is_ok() {
        return text.to_owned();
    }
    let mut quoted = String::new();
    escape(text, &mut quoted);
    quoted
}

fn app(json: &mut Json, id: Option<&str>, name: Option<&str>, principal: &str, principal_name: Option<&str>) {
    json.nested("app", |json| {
        json.text_or_null("appId", id);
        json.text_or_null("displayName", name);
        json.text("servicePrincipalId", principal);
        json.text_or_null("servicePrincipalName", principal_name);
    });
}

fn at(roll: u64, length: usize) -> usize {
    usize::try_from(mix(roll, 0) % length as u64).unwrap_or_default()
}
