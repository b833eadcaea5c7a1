//! The ordinary days: people at their desks in their own time zone, phones through the evening, programs around the clock.

use fastrand::Rng;

use super::event::Event;
use super::kind::Kind;
use super::outcomes::{Outcome, Risk};
use crate::demo::world::World;
use crate::demo::world::apps::Program;
use crate::demo::world::clock::{DAY, SECOND};
use crate::demo::world::devices::NONE;
use crate::demo::world::dice::mix;
use crate::demo::world::people::{PEOPLE, Person};
use crate::demo::world::places::PLACES;

/// Sign-ins of each kind in a hundred.
const SHARES: [(Kind, usize); 4] =
    [(Kind::Interactive, 22), (Kind::NonInteractive, 52), (Kind::ServicePrincipal, 19), (Kind::ManagedIdentity, 7)];

/// How busy each hour of a working day is, of a hundred.
const DESK: [u64; 24] = [1, 1, 0, 0, 0, 1, 4, 25, 80, 100, 90, 75, 45, 70, 85, 75, 60, 45, 20, 10, 8, 6, 4, 2];
/// The same for what phones do by themselves.
const PHONE: [u64; 24] = [12, 8, 6, 5, 6, 10, 30, 60, 85, 100, 95, 90, 80, 90, 90, 85, 80, 70, 60, 55, 50, 40, 30, 20];

/// Adds so many ordinary sign-ins between two instants.
pub(super) fn tell(world: &World, dice: &mut Rng, span: (i64, i64), rows: usize, events: &mut Vec<Event>) {
    let mut left = rows;
    for (n, (kind, share)) in SHARES.into_iter().enumerate() {
        let count = if n + 1 == SHARES.len() { left } else { (rows * share / 100).min(left) };
        left -= count;
        events.extend((0..count).map(|_| match kind {
            Kind::Interactive | Kind::NonInteractive => human(world, dice, span, kind),
            Kind::ServicePrincipal => program(dice, span, kind, &world.services),
            Kind::ManagedIdentity => program(dice, span, kind, &world.machines),
        }));
    }
}

fn human(world: &World, dice: &mut Rng, span: (i64, i64), kind: Kind) -> Event {
    // The lower of two draws: some people sign in far more than others.
    let actor = dice.usize(..PEOPLE).min(dice.usize(..PEOPLE));
    let person = &world.people[actor];
    let interactive = kind == Kind::Interactive;
    let (ticks, offset) = working_time(dice, span, person, if interactive { &DESK } else { &PHONE });
    let day = (ticks + offset).div_euclid(DAY);
    // Some are on a journey for days on end.
    let away = mix(actor as u64, day.unsigned_abs() / 5).is_multiple_of(40);
    let at_desk = dice.u8(..100) < if interactive { 70 } else { 45 };
    let outcome = human_outcome(dice, kind);
    Event {
        seed: dice.u64(..),
        ticks,
        kind,
        actor: small(actor),
        app: small(dice.usize(..world.apps.len()).min(dice.usize(..world.apps.len()))),
        source: person.sources[if away { 2 } else { usize::from(!at_desk) }],
        device: person.devices[usize::from(!at_desk)],
        outcome,
        risk: risk(dice, away),
        session: mix(actor as u64, day.unsigned_abs()),
        token: dice.u64(..),
        odd: None,
        copies: 1,
    }
}

fn program(dice: &mut Rng, span: (i64, i64), kind: Kind, cast: &[Program]) -> Event {
    let actor = dice.usize(..cast.len());
    let failed = kind == Kind::ServicePrincipal && dice.u8(..100) < 3;
    // Jobs run at their own minute of the hour.
    let hour = dice.i64(span.0..span.1) / (3600 * SECOND) * 3600 * SECOND;
    let minute = i64::from(small(actor)) * 37 % 60 * 60 * SECOND;
    let ticks = (hour + minute + dice.i64(..20 * SECOND).abs() % (20 * SECOND)).clamp(span.0, span.1 - 1);
    Event {
        seed: dice.u64(..),
        ticks,
        kind,
        actor: small(actor),
        app: 0,
        source: cast[actor].source,
        device: NONE,
        outcome: match (failed, actor % 2) {
            (false, _) => Outcome::Success,
            (true, 0) => Outcome::BadSecret,
            (true, _) => Outcome::SecretExpired,
        },
        risk: Risk::None,
        session: dice.u64(..),
        token: dice.u64(..),
        odd: None,
        copies: 1,
    }
}

/// An instant at which the person is likely to be busy, and the person's offset from UTC.
fn working_time(dice: &mut Rng, span: (i64, i64), person: &Person, hours: &[u64; 24]) -> (i64, i64) {
    let offset = PLACES[person.place].offset * 3600 * SECOND;
    let mut ticks = span.0;
    for _ in 0..60 {
        ticks = dice.i64(span.0..span.1);
        let local = ticks + offset;
        let hour = usize::try_from(local.rem_euclid(DAY) / (3600 * SECOND)).unwrap_or_default();
        // 1970 began on a Thursday.
        let weekend = (local.div_euclid(DAY) + 3).rem_euclid(7) >= 5;
        let busy = hours[hour] * if weekend { 12 } else { 100 };
        if dice.u64(..10_000) < busy {
            break;
        }
    }
    (ticks, offset)
}

fn human_outcome(dice: &mut Rng, kind: Kind) -> Outcome {
    let draw = dice.u16(..1000);
    if kind == Kind::NonInteractive {
        return match draw {
            0..12 => Outcome::SessionExpired,
            12..18 => Outcome::DeviceNeeded,
            18..600 => Outcome::Success,
            _ => Outcome::SuccessWithFactor,
        };
    }
    match draw {
        0..22 => Outcome::WrongPassword,
        22..24 => Outcome::Locked,
        24..54 => Outcome::KeepSignedIn,
        54..74 => Outcome::SilentFailed,
        74..94 => Outcome::FactorNeeded,
        94..98 => Outcome::FactorDenied,
        98..104 => Outcome::PasswordExpired,
        104..114 => Outcome::Blocked,
        114..118 => Outcome::ConsentNeeded,
        118..600 => Outcome::SuccessWithFactor,
        _ => Outcome::Success,
    }
}

fn risk(dice: &mut Rng, away: bool) -> Risk {
    match dice.u16(..1000) {
        0..3 => Risk::Hidden,
        3..150 if away => Risk::Travel,
        _ => Risk::None,
    }
}

/// An index into one of the cast's lists.
pub(super) fn small(index: usize) -> u16 {
    u16::try_from(index).expect("every list of the cast is short")
}
