//! Sets whose records are made whole, as JSON, when one of them is first asked for: most tenants never are.

mod access;
mod apps;
mod devices;
mod groups;
mod provisioning;
mod risk;
mod security;
mod summaries;
mod users;

pub(super) use access::{AUTHENTICATION_METHODS, NAMED_LOCATIONS, POLICIES};
pub(super) use apps::{APP_ROLE_ASSIGNMENTS, APPLICATIONS, OAUTH2_PERMISSION_GRANTS, SERVICE_PRINCIPALS};
pub(super) use devices::DEVICES;
pub(super) use groups::{DIRECTORY_ROLE_MEMBERS, DIRECTORY_ROLES, GROUP_MEMBERS, GROUPS};
pub(super) use provisioning::PROVISIONING;
pub(super) use risk::{RISK_DETECTIONS, RISKY_SERVICE_PRINCIPALS, RISKY_USERS};
pub(super) use security::{ALERTS, INCIDENTS};
pub(super) use summaries::{
    APP_SIGN_IN_SUMMARIES, MANAGED_IDENTITY, NON_INTERACTIVE, SERVICE_PRINCIPAL, SIGN_IN_SUMMARIES,
};
pub(super) use users::USERS;

use std::borrow::Cow;
use std::sync::OnceLock;

use chrono::DateTime;
use serde_json::Value;

use super::property::{Property, Version};
use super::rows::{Item, Rows};
use super::saved::{Record, Saved};
use super::table::{PageSize, Premise};
use crate::demo::world::clock;
use crate::demo::world::dice::{hex, mix};

/// Query options of a set of directory objects.
const DIRECTORY_OPTIONS: &[&str] = &["$filter", "$top", "$select", "$count"];

/// Pages of directory objects (source: the "List" pages of users, groups and applications).
const DIRECTORY_PAGES: PageSize = PageSize { unasked: 100, most: 999, refused };

fn refused(asked: &str, most: usize) -> String {
    format!("Invalid page size specified: '{asked}'. Must be between 1 and {most} inclusive.")
}

/// The records of a set.
struct Things {
    premise: Premise,
    properties: &'static [Property],
    /// The property that holds a record's own time, if they are events.
    time: Option<&'static str>,
    make: fn(&Premise) -> Vec<Value>,
    /// They are counted from sign-ins, wherever those come from.
    counted: bool,
    saved: OnceLock<Saved>,
}

impl Things {
    /// Things that are made so. A file of sign-ins comes without any.
    fn boxed(
        premise: &Premise,
        properties: &'static [Property],
        time: Option<&'static str>,
        make: fn(&Premise) -> Vec<Value>,
    ) -> Box<dyn Rows> {
        Box::new(Self { premise: premise.clone(), properties, time, make, counted: false, saved: OnceLock::new() })
    }

    /// Things that are counted from sign-ins: those of a file too.
    fn counted(premise: &Premise, properties: &'static [Property], make: fn(&Premise) -> Vec<Value>) -> Box<dyn Rows> {
        let (premise, time, saved) = (premise.clone(), None, OnceLock::new());
        Box::new(Self { premise, properties, time, make, counted: true, saved })
    }

    fn saved(&self) -> &Saved {
        self.saved.get_or_init(|| {
            let without = self.premise.data.is_some() && !self.counted;
            let values = if without { Vec::new() } else { (self.make)(&self.premise) };
            let mut records: Vec<Record> = (0..).zip(values).map(|(n, value)| self.record(n, value)).collect();
            records.sort_by_key(|record| std::cmp::Reverse(record.ticks));
            Saved { properties: self.properties, records }
        })
    }

    fn record(&self, n: u64, value: Value) -> Record {
        let time = self.time.and_then(|time| DateTime::parse_from_rfc3339(value[time].as_str()?).ok());
        let ticks = time.map_or(0, |time| clock::ticks(time.to_utc()));
        let copies = 1 + usize::from(mix(self.premise.seed ^ n, 0xd0) % 1_000_000 < u64::from(self.premise.twice));
        Record { ticks, copies, json: value.to_string(), value }
    }
}

impl Rows for Things {
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

    fn flag(&self, row: usize, path: &str) -> Option<bool> {
        self.saved().flag(row, path)
    }

    fn list(&self, row: usize, path: &str) -> Vec<Item<'_>> {
        self.saved().list(row, path)
    }

    fn json(&self, row: usize, version: Version) -> String {
        self.saved().json(row, version)
    }
}

/// An id that is no GUID, as grants and assignments have one.
fn token(seed: u64) -> String {
    format!("{}-{:x}", hex(u128::from(mix(seed, 1)) << 64 | u128::from(mix(seed, 2))), seed & 0xffff)
}

/// One object of several.
fn merged(parts: impl IntoIterator<Item = Value>) -> Value {
    let members = parts.into_iter().filter_map(|part| match part {
        Value::Object(members) => Some(members),
        _ => None,
    });
    Value::Object(members.flatten().collect())
}

/// Chance for one thing.
#[derive(Clone, Copy)]
struct Luck(u64);

impl Luck {
    /// For the `n`th thing of a kind.
    fn of(premise: &Premise, kind: u64, n: usize) -> Self {
        Self(mix(premise.seed ^ kind << 32, n as u64))
    }

    /// Whether something happens that happens to one in `n`.
    fn rare(self, purpose: u64, n: u64) -> bool {
        mix(self.0, purpose).is_multiple_of(n)
    }

    /// A number below `n`.
    fn below(self, purpose: u64, n: usize) -> usize {
        usize::try_from(mix(self.0, purpose) % n as u64).unwrap_or_default()
    }

    /// A choice among a few.
    fn pick<T: Copy>(self, purpose: u64, among: &[T]) -> T {
        among[self.below(purpose, among.len())]
    }

    /// An instant so many days at most before the end, as the service writes it.
    fn time(self, premise: &Premise, purpose: u64, days: usize, digits: usize) -> String {
        let back = i64::try_from(self.below(purpose, days * 86_400)).unwrap_or_default() * clock::SECOND;
        let fraction = i64::try_from(self.below(purpose ^ 0x55, 10_000_000)).unwrap_or_default();
        clock::print(clock::ticks(premise.now) - clock::SECOND - back + fraction, digits)
    }
}
