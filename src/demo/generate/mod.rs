//! Thirty days in an organisation that does not exist, told as sign-ins; the same for the same seed and end.
//!
//! The cast comes first ([`World`]), then what each does ([`sign_ins`]), and through it runs one attack ([`attack`]).
//! Nothing here reads a clock: the story ends when the caller says.

mod apps;
mod attack;
mod devices;
mod dice;
mod event;
mod outcomes;
mod people;
mod places;
mod render;
mod sign_ins;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

pub(super) use attack::Attack;
pub(super) use event::Event;

use super::time;

/// Days the story covers.
pub(super) const DAYS: i64 = 30;

/// What a story is made from.
pub(super) struct Premise {
    pub(super) seed: u64,
    pub(super) now: DateTime<Utc>,
    pub(super) rows: usize,
    /// Records in a million that are served twice.
    pub(super) twice: u32,
    /// Records in a million that hold a value of the wrong type.
    pub(super) odd: u32,
}

/// The cast: everything an event refers to by number.
pub(super) struct World {
    pub(super) tenant: String,
    people: Vec<people::Person>,
    apps: Vec<apps::App>,
    services: Vec<apps::Program>,
    machines: Vec<apps::Program>,
    sources: places::Sources,
}

/// A story: its cast, its events, newest first, and the attack among them.
pub(super) struct Story {
    pub(super) world: World,
    pub(super) events: Vec<Event>,
    pub(super) attack: Option<Attack>,
}

impl World {
    fn cast(dice: &mut Rng) -> Self {
        let mut sources = places::Sources::with_offices();
        Self {
            tenant: dice::guid(dice.u64(..), 0),
            people: people::all(dice, &mut sources),
            apps: apps::apps(dice),
            services: apps::services(dice, &mut sources),
            machines: apps::machines(dice),
            sources,
        }
    }
}

/// Tells a story.
pub(super) fn tell(premise: &Premise) -> Story {
    let mut dice = Rng::with_seed(premise.seed);
    let mut world = World::cast(&mut dice);
    let end = time::ticks(premise.now);
    let span = (time::ticks(premise.now - TimeDelta::days(DAYS)), end);
    let (mut events, attack) = attack::tell(&mut world, &mut dice, span, premise.rows);
    sign_ins::tell(&world, &mut dice, span, premise.rows - events.len(), &mut events);
    for event in &mut events {
        event.ticks = time::cut(event.ticks, event.digits()).max(span.0);
        event.copies = 1 + u8::from(event.roll(0xd0) % 1_000_000 < premise.twice.into());
        let odd = event.roll(0xd1) % 1_000_000 < premise.odd.into();
        event.odd = odd.then(|| event::Odd::ALL[usize::try_from(event.roll(0xd2) % 6).unwrap_or_default()]);
    }
    events.sort_by(|a, b| b.ticks.cmp(&a.ticks).then_with(|| a.id().cmp(&b.id())));
    Story { world, events, attack }
}
