//! Sign-ins: thirty days of them, told from the world and its attack, or records from a file.

mod alike;
mod attack;
mod days;
mod event;
mod given;
mod kind;
mod outcomes;
mod properties;
mod render;
mod siege;
mod told;

use std::sync::Arc;

use chrono::TimeDelta;
use fastrand::Rng;

pub use kind::Kind;
pub(in crate::demo::graph) use outcomes::POLICIES;

use super::property::Version;
use super::rows::Rows;
use super::saved::DataError;
use super::table::{Listed, PageSize, Population, Premise, Table};
use crate::demo::gate::Quota;
use crate::demo::world::people::Home;
use crate::demo::world::{World, clock};
pub(in crate::demo) use event::{Event, Odd};
use told::Told;

/// Days that are told of.
const DAYS: i64 = 30;

/// `GET /auditLogs/signIns`.
pub static SIGN_INS: Table = Table {
    path: "/auditLogs/signIns",
    versions: &Version::ALL,
    properties: properties::PROPERTIES,
    entity: "microsoft.graph.signIn",
    time: Some("createdDateTime"),
    options: &["$filter", "$top", "$orderby"],
    unasked: None,
    costly: None,
    link: None,
    quota: Quota::Reports,
    listed: Listed::NewestFirst,
    population: Some(&Population { list: "signInEventTypes", unasked: Kind::Interactive.member() }),
    // The page documents 1,000; a public client met this refusal and asks for one less.
    page: PageSize {
        unasked: 999,
        most: 999,
        refused: |asked, most| {
            format!("Invalid page size specified: '{asked}'. Must be between 1 and {most} inclusive.")
        },
    },
    tell,
};

fn tell(premise: &Premise) -> Result<Box<dyn Rows>, DataError> {
    if let Some(path) = &premise.data {
        return Ok(Box::new(given::read(path)?));
    }
    let events = events(premise, &mut premise.dice.clone());
    Ok(Box::new(Told { world: Arc::clone(&premise.world), events }))
}

/// The sign-ins at a screen of a world, newest first; none where a file stands in the place of a story.
pub(in crate::demo) fn interactive(premise: &Premise) -> Vec<Event> {
    let mut events = match premise.data {
        Some(_) => Vec::new(),
        None => events(premise, &mut premise.dice.clone()),
    };
    events.retain(|event| event.is_of(Kind::Interactive));
    events
}

/// A sign-in of the attack, as the feed tells of it too.
pub(in crate::demo) struct Attempt {
    /// When, in seconds since 1970.
    pub(in crate::demo) second: i64,
    /// A person, by number.
    pub(in crate::demo) actor: usize,
    /// Where from: an address by number.
    pub(in crate::demo) source: u16,
    /// The error; 0 is success.
    pub(in crate::demo) code: i32,
}

/// The attack's sign-ins at a screen by people who have accounts, in a story of so many sign-ins.
pub(in crate::demo) fn attempts(world: &World, dice: &Rng, rows: usize) -> Vec<Attempt> {
    let Some(attack) = &world.attack else { return Vec::new() };
    let events = attack::tell(world, attack, &mut dice.clone(), rows);
    let seen = events
        .iter()
        .filter(|event| event.is_of(Kind::Interactive) && world.people[usize::from(event.actor)].home != Home::Nowhere);
    let attempt = |event: &Event| Attempt {
        second: event.ticks.div_euclid(clock::SECOND),
        actor: event.actor.into(),
        source: event.source,
        code: event.integer("status/errorCode").and_then(|code| i32::try_from(code).ok()).unwrap_or_default(),
    };
    seen.map(attempt).collect()
}

/// The sign-ins of a world, newest first.
fn events(premise: &Premise, dice: &mut Rng) -> Vec<Event> {
    let (world, rows) = (&premise.world, premise.sign_ins);
    let span = (clock::ticks(premise.now - TimeDelta::days(DAYS)), clock::ticks(premise.now));
    let attack = world.attack.as_ref();
    let mut events = attack.map_or_else(Vec::new, |attack| attack::tell(world, attack, dice, rows));
    events.extend(world.alike.as_ref().map(|alike| alike::tell(world, alike)).into_iter().flatten());
    days::tell(world, dice, span, rows - events.len(), &mut events);
    for event in &mut events {
        event.ticks = clock::cut(event.ticks, event.digits()).max(span.0);
        event.copies = 1 + u8::from(event.roll(0xd0) % 1_000_000 < premise.twice.into());
        let odd = event.roll(0xd1) % 1_000_000 < premise.odd.into();
        event.odd = odd.then(|| Odd::ALL[usize::try_from(event.roll(0xd2) % 6).unwrap_or_default()]);
    }
    events.sort_by(|a, b| b.ticks.cmp(&a.ticks).then_with(|| a.id().cmp(&b.id())));
    events
}
