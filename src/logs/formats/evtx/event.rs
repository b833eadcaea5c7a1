//! An event: the fields that the system gives it, and its own data by name.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::json::each_value;
use super::views;
use crate::address;
use crate::logs::column::is_nothing;
use crate::logs::members::as_text;
use crate::logs::time::Clock;
use crate::logs::{Value, xml};

/// Elements within elements that have names of their own.
const DEEPEST: usize = 8;

/// Where in the event data the client's address stands, the first that is one
/// (source: <https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4624>, -4768, -4778, -5156, and
/// Sysmon's 3; the last two are of the Terminal Services' own logs).
const ADDRESSES: &[&str] =
    &["IpAddress", "SourceAddress", "SourceIp", "ClientAddress", "ClientIP", "Address", "Param3"];

/// Where the user stands, the first that is there.
const USERS: &[&str] =
    &["TargetUserName", "SubjectUserName", "User", "UserName", "AccountName", "TargetUser", "Param1"];

/// Where the user stands in a change of an account: the one that made the change. The account is in `event_data`.
const CHANGERS: &[&str] = &["SubjectUserName", "TargetUserName"];

/// Events of changes of accounts and groups. A lockout, 4740, is made by the system: its user is the account.
fn is_change(id: u32) -> bool {
    matches!(id, 4720..=4739 | 4741..=4767)
}

/// What of an event is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Needs {
    /// What the system says of it.
    pub(super) system: bool,
    /// Its own data.
    pub(super) data: bool,
}

/// An event that was read.
pub(super) struct Event<'a> {
    json: &'a str,
    written: i64,
    /// Members of `Event.System`: the path within it, the name, the value as it is written.
    system: Vec<(&'static str, &'a str, &'a str)>,
    data: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    id: Option<u32>,
    /// The elements of the XML that one of the data is.
    elements: OnceCell<Vec<(String, String)>>,
}

/// Elements of `Event.System` with values or attributes that are asked for.
const SYSTEM: &[&str] = &[
    "",
    "Provider.#attributes",
    "EventID",
    "Level",
    "Task",
    "Opcode",
    "Keywords",
    "TimeCreated.#attributes",
    "EventRecordID",
    "Correlation.#attributes",
    "Execution.#attributes",
    "Channel",
    "Computer",
    "Security.#attributes",
];

impl<'a> Event<'a> {
    /// Reads an event; `None`, if it is none.
    pub(super) fn read(json: &'a str, written: i64, needs: Needs) -> Option<Self> {
        let (mut system, mut data) = (Vec::with_capacity(20), Data::default());
        let goes_into = |path: &str, name: &str| match (path, name) {
            ("Event", "System") => needs.system,
            ("Event", _) => needs.data && name != "#attributes",
            _ => true,
        };
        each_value(json, DEEPEST, &goes_into, &mut |path, name, value| {
            let Some(path) = path.strip_prefix("Event") else { return };
            match path.strip_prefix(".System") {
                Some(path) => {
                    let path = path.strip_prefix('.').unwrap_or(path);
                    if let Some(path) = SYSTEM.iter().find(|other| **other == path) {
                        system.push((*path, name, value));
                    }
                }
                None if needs.data && name != "System" => {
                    data.give(path.strip_prefix('.').unwrap_or(path), name, value);
                }
                None => {}
            }
        })?;
        let mut event = Self { json, written, system, data: data.found, id: None, elements: OnceCell::new() };
        event.id = event.member("", "EventID").and_then(|id| id.parse().ok());
        Some(event)
    }

    /// Its number, which means something with its provider only.
    pub(super) fn id(&self) -> Option<u32> {
        self.id
    }

    /// Who wrote it.
    pub(super) fn provider(&self) -> &str {
        let is = |(path, name, _): &&(&str, &str, &str)| *path == "Provider.#attributes" && *name == "Name";
        let found = self.system.iter().find(is).map(|(.., value)| *value);
        found.and_then(|text| text.strip_prefix('"')?.strip_suffix('"')).unwrap_or_default()
    }

    /// All of it, as JSON.
    pub(super) fn json(&self) -> &'a str {
        self.json
    }

    /// Its own data with their names.
    pub(super) fn data(&self) -> impl Iterator<Item = (&str, &str)> {
        self.data.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// When it was created; else when the record was written.
    pub(super) fn time(&self) -> i64 {
        let created = self.member("TimeCreated.#attributes", "SystemTime");
        created.and_then(|text| Clock::UTC.instant(&text)).unwrap_or(self.written)
    }

    /// A member of the system's: an element (the path is empty), or an attribute of one. An element with attributes has its text
    /// by another name.
    pub(super) fn member(&self, path: &str, name: &str) -> Option<Cow<'a, str>> {
        let is = |(of, called, _): &&(&str, &str, &str)| {
            *of == path && *called == name || path.is_empty() && *of == name && *called == "#text"
        };
        let (.., value) = self.system.iter().find(is)?;
        as_text(value).filter(|text| !text.is_empty())
    }

    /// The first of these data that says something.
    pub(super) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.datum(name))
    }

    fn datum(&self, name: &str) -> Option<&str> {
        let (_, value) = self.data.iter().find(|(datum, _)| datum == name)?;
        (!is_nothing(value.trim())).then(|| value.trim())
    }

    /// The datum at a place, from 1.
    pub(super) fn place(&self, at: usize) -> Option<&str> {
        self.data.get(at.checked_sub(1)?).map(|(_, value)| value.as_ref())
    }

    /// How many data there are.
    pub(super) fn places(&self) -> usize {
        self.data.len()
    }

    /// What stands in an element, if one of the data is XML.
    pub(super) fn element(&self, name: &str) -> Option<&str> {
        let elements = self.elements.get_or_init(|| {
            let text = self.data.iter().map(|(_, value)| value.trim_start()).find(|text| text.starts_with('<'));
            text.map_or_else(Vec::new, xml::elements)
        });
        let (_, text) = elements.iter().find(|(element, _)| element == name)?;
        (!matches!(text.as_str(), "-" | "N/A")).then_some(text)
    }

    /// From where it was asked.
    pub(super) fn client(&self) -> Value<'_> {
        let named = || ADDRESSES.iter().find_map(|name| self.datum(name).and_then(address::shortest));
        let found = views::adfs_client(self).or_else(named);
        found.map_or(Value::Null, |address| Value::Text(address.into()))
    }

    /// Who asked.
    pub(super) fn user(&self) -> Value<'_> {
        let names = if self.id.is_some_and(is_change) { CHANGERS } else { USERS };
        let found = views::adfs_user(self).or_else(|| self.first(names));
        found.map_or(Value::Null, |user| Value::Text(user.into()))
    }
}

/// Data on their way out of the JSON.
#[derive(Default)]
struct Data<'a> {
    found: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Of names that there are already: the number that the last of them got.
    numbers: HashMap<Cow<'a, str>, usize>,
    /// All names, once there are too many to look through.
    names: HashSet<Cow<'a, str>>,
    unnamed: usize,
}

impl<'a> Data<'a> {
    /// Names what stands beside the system's part: `EventData.TargetUserName` by its last word, data without names by their
    /// place, and what stands in `UserData` by its path below the element that it is.
    fn give(&mut self, path: &str, name: &'a str, value: &'a str) {
        // AD FS puts what is EventData elsewhere into an element of UserData.
        let within = match path.split_once('.') {
            _ if path == "EventData" || path == "UserData" || path.is_empty() => "",
            Some(("EventData", rest)) => rest,
            Some(("UserData", rest)) => rest.split_once('.').map_or("", |(_, rest)| rest),
            _ => path,
        };
        let within = within.strip_prefix("EventData").map_or(within, |rest| rest.strip_prefix('.').unwrap_or(rest));
        if within.split('.').any(|part| part == "#attributes")
            || name == "#attributes"
            || name == "xmlns"
            || name.ends_with(":xmlns")
        {
            return;
        }
        let is_unnamed = |name: &str| matches!(name, "Data" | "EventData" | "#unnamed");
        match name {
            "#text" if is_unnamed(within) => self.unnamed(value),
            "#text" if within.is_empty() => self.push("text".into(), value),
            "#text" => self.push(within.to_owned().into(), value),
            _ if within.is_empty() && is_unnamed(name) => self.unnamed(value),
            _ if within.is_empty() => self.push(name.into(), value),
            _ => self.push(format!("{within}.{name}").into(), value),
        }
    }

    fn unnamed(&mut self, value: &'a str) {
        let texts: Vec<Cow<'a, str>> = match serde_json::from_str::<Vec<serde_json::Value>>(value) {
            Ok(items) => items.into_iter().map(plain).collect(),
            Err(_) => as_text(value).into_iter().collect(),
        };
        for text in texts {
            self.unnamed += 1;
            self.add(format!("data{}", self.unnamed).into(), text);
        }
    }

    fn push(&mut self, name: Cow<'a, str>, value: &'a str) {
        let name = match name {
            Cow::Borrowed(name) if name.contains('\\') => {
                as_text(&format!("\"{name}\"")).unwrap_or_default().into_owned().into()
            }
            name => name,
        };
        self.add(name, as_text(value).unwrap_or_default());
    }

    /// Adds a datum, by the first name that is free.
    fn add(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        /// So many names are looked through.
        const FEW: usize = 48;
        if self.found.len() == FEW {
            self.names = self.found.iter().map(|(name, _)| name.clone()).collect();
        }
        let is_free = if self.found.len() < FEW {
            self.found.iter().all(|(other, _)| *other != name)
        } else {
            self.names.insert(name.clone())
        };
        if is_free {
            return self.found.push((name, value));
        }
        let number = self.numbers.entry(name.clone()).or_insert(1);
        *number += 1;
        let numbered = format!("{name}_{number}");
        self.add(numbered.into(), value);
    }
}

fn plain(value: serde_json::Value) -> Cow<'static, str> {
    match value {
        serde_json::Value::String(text) => text.into(),
        serde_json::Value::Null => "".into(),
        other => other.to_string().into(),
    }
}
