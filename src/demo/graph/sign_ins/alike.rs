//! Sign-ins that look like an attack and are none.

use super::days::small;
use super::event::Event;
use super::kind::Kind;
use super::outcomes::{Outcome, Risk};
use crate::demo::world::clock::SECOND;
use crate::demo::world::dice::mix;
use crate::demo::world::{Alike, World};

const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// Passwords that the forgetful user tries.
const TRIES: i64 = 12;

/// All of them.
pub(super) fn tell(world: &World, alike: &Alike) -> Vec<Event> {
    let mut events = Vec::new();
    let mut add = |(actor, source): (usize, u16), ticks: i64, kind: Kind, outcome: Outcome, session: u64| {
        let seed = mix(0x0a11_4e00, events.len() as u64);
        let device = world.people[actor].devices[0];
        let (token, odd, copies) = (mix(seed, 1), None, 1);
        let (actor, app, risk) = (small(actor), 4, Risk::None);
        events.push(Event {
            seed,
            ticks,
            kind,
            actor,
            app,
            source,
            device,
            outcome,
            risk,
            session,
            token,
            odd,
            copies,
        });
    };
    let forgetful = (alike.forgetful, world.people[alike.forgetful].sources[1]);
    let morning = alike.start + 8 * HOUR;
    for n in 0..TRIES {
        add(forgetful, morning + n * MINUTE, Kind::Interactive, Outcome::WrongPassword, 1);
    }
    for n in 0..2 {
        add(forgetful, morning + (TRIES + 1 + n) * MINUTE, Kind::Interactive, Outcome::FactorDenied, 2);
    }
    add(forgetful, morning + (TRIES + 4) * MINUTE, Kind::Interactive, Outcome::SuccessWithFactor, 2);
    let noon = alike.start + 12 * HOUR;
    add((alike.traveller, alike.hotel), noon, Kind::Interactive, Outcome::SuccessWithFactor, 3);
    for n in 1..5 {
        let vpn = (alike.traveller, alike.vpn);
        add(vpn, noon + n * 9 * MINUTE, Kind::NonInteractive, Outcome::SuccessWithFactor, 3);
    }
    // The phone that the traveller left an old password in.
    for (source, n) in alike.roaming.into_iter().zip(0..) {
        let ticks = alike.start + n * 7 * HOUR;
        add((alike.traveller, source), ticks, Kind::Interactive, Outcome::WrongPassword, 4);
    }
    events
}
