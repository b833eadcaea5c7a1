//! Sign-ins: thirty days of them, told from the world and its attack, or records from a file.

mod attack;
mod days;
mod event;
mod given;
mod kind;
mod outcomes;
mod records;
mod render;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

pub use given::DataError;
pub(in crate::demo) use given::read;
pub use kind::Kind;
pub(in crate::demo) use records::Records;

use crate::demo::world::{World, clock};
use event::{Event, Odd};

/// Days that are told of.
const DAYS: i64 = 30;

/// What is to be told.
pub(in crate::demo) struct Premise {
    pub(in crate::demo) now: DateTime<Utc>,
    pub(in crate::demo) rows: usize,
    /// Records in a million that are served twice.
    pub(in crate::demo) twice: u32,
    /// Records in a million that hold a value of the wrong type.
    pub(in crate::demo) odd: u32,
}

/// The sign-ins of a world, newest first.
pub(in crate::demo) fn tell(world: &World, dice: &mut Rng, premise: &Premise) -> Vec<Event> {
    let span = (clock::ticks(premise.now - TimeDelta::days(DAYS)), clock::ticks(premise.now));
    let attack = world.attack.as_ref();
    let mut events = attack.map_or_else(Vec::new, |attack| attack::tell(world, attack, dice, premise.rows));
    days::tell(world, dice, span, premise.rows - events.len(), &mut events);
    for event in &mut events {
        event.ticks = clock::cut(event.ticks, event.digits()).max(span.0);
        event.copies = 1 + u8::from(event.roll(0xd0) % 1_000_000 < premise.twice.into());
        let odd = event.roll(0xd1) % 1_000_000 < premise.odd.into();
        event.odd = odd.then(|| Odd::ALL[usize::try_from(event.roll(0xd2) % 6).unwrap_or_default()]);
    }
    events.sort_by(|a, b| b.ticks.cmp(&a.ticks).then_with(|| a.id().cmp(&b.id())));
    events
}
