//! The attack's sign-ins: the spray, the second factor that is asked for until it is given, the stolen token, and what comes
//! of it.

use fastrand::Rng;

use super::days::small;
use super::event::Event;
use super::kind::Kind;
use super::outcomes::{Outcome, Risk};
use super::siege;
use crate::demo::world::clock::SECOND;
use crate::demo::world::devices::{NONE, SPRAY, THIEF};
use crate::demo::world::dice::mix;
use crate::demo::world::people::{Home, PEOPLE, TYPED};
use crate::demo::world::{Attack, World};

const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// The attack's share in a story is at most one in so many.
const SHARE: usize = 10;
/// Requests for the second factor that are declined.
const DENIALS: usize = 17;
/// Uses of the stolen token.
const REPLAYS: usize = 24;

/// The attack's events, for a story that has room for so many records.
pub(super) fn tell(world: &World, attack: &Attack, dice: &mut Rng, rows: usize) -> Vec<Event> {
    let mut events = fatigue(attack, dice);
    events.extend(replays(attack, dice));
    events.extend(typed(attack, dice));
    let room = (rows / SHARE).saturating_sub(events.len());
    let mut guesses: Vec<Event> = spray(world, attack, dice).take(room).collect();
    let last: Vec<Event> = afterwards(world, attack).into_iter().chain(siege::tell(attack)).collect();
    // They take the places of guesses, so that the story's other days stay as they are.
    guesses.truncate(guesses.len().saturating_sub(last.len()));
    events.extend(guesses);
    events.extend(last.into_iter().take(room));
    events
}

/// An attempt on an account from one of the spraying addresses.
fn attempt(attack: &Attack, dice: &mut Rng, actor: usize, ticks: i64, outcome: Outcome) -> Event {
    Event {
        seed: dice.u64(..),
        ticks,
        kind: Kind::Interactive,
        actor: small(actor),
        app: 2,
        source: attack.spray[dice.usize(..attack.spray.len())],
        device: SPRAY.start + u16::from(dice.bool()),
        outcome,
        risk: Risk::Spray,
        session: dice.u64(..),
        token: dice.u64(..),
        odd: None,
        copies: 1,
    }
}

/// Three passwords for every account, two hours apart, a few seconds between accounts.
fn spray<'a>(world: &'a World, attack: &'a Attack, dice: &'a mut Rng) -> impl Iterator<Item = Event> + 'a {
    let targets = (0..PEOPLE).filter(|&n| world.people[n].home == Home::Here && n != attack.victim);
    let attempts = (0..3).flat_map(move |round| targets.clone().map(move |actor| (round, actor)));
    attempts.map(move |(round, actor)| {
        let pace = i64::from(small(actor)) * 7 * SECOND + dice.i64(..4 * SECOND).rem_euclid(4 * SECOND);
        let locked = round == 2 && mix(actor as u64, 9).is_multiple_of(5);
        let outcome = if locked { Outcome::Locked } else { Outcome::WrongPassword };
        attempt(attack, dice, actor, attack.start + round * 2 * HOUR + pace, outcome)
    })
}

/// Names without an account: what an attacker types ends up in the log.
fn typed<'a>(attack: &'a Attack, dice: &'a mut Rng) -> impl Iterator<Item = Event> + 'a {
    (0..TYPED.len()).map(move |n| {
        let ticks = attack.start + i64::from(small(n)) * 11 * MINUTE;
        let attempt = attempt(attack, dice, PEOPLE + n, ticks, Outcome::NoSuchUser);
        Event { device: SPRAY.start + 2 + small(n % 3), ..attempt }
    })
}

/// Two wrong passwords, the right one, and then the phone rings until it is answered.
fn fatigue(attack: &Attack, dice: &mut Rng) -> Vec<Event> {
    let mut events = Vec::new();
    for round in 0..3 {
        let outcome = if round == 2 { Outcome::FactorNeeded } else { Outcome::WrongPassword };
        let attempt = attempt(attack, dice, attack.victim, attack.start + round * 2 * HOUR + 21 * MINUTE, outcome);
        events.push(attempt);
    }
    let night = attack.start + 22 * HOUR;
    for n in 0..=DENIALS {
        let outcome = if n == DENIALS { Outcome::SuccessWithFactor } else { Outcome::FactorDenied };
        let ticks = night + i64::from(small(n)) * 97 * SECOND + dice.i64(..20 * SECOND).rem_euclid(20 * SECOND);
        let attempt = attempt(attack, dice, attack.victim, ticks, outcome);
        let (session, token) = (attack.session, attack.token);
        events.push(Event {
            source: attack.spray[0],
            device: THIEF,
            risk: Risk::Takeover,
            app: 4,
            session,
            token,
            ..attempt
        });
    }
    events
}

/// The same session and token, from elsewhere, without anyone at a screen.
fn replays<'a>(attack: &'a Attack, dice: &'a mut Rng) -> impl Iterator<Item = Event> + 'a {
    let after = attack.start + 23 * HOUR;
    (0..REPLAYS).map(move |n| {
        let ticks = after + i64::from(small(n)) * 13 * MINUTE + dice.i64(..MINUTE).rem_euclid(MINUTE);
        let attempt = attempt(attack, dice, attack.victim, ticks, Outcome::SuccessWithFactor);
        Event {
            kind: Kind::NonInteractive,
            source: attack.replay,
            device: THIEF,
            risk: Risk::StolenToken,
            app: [1, 0, 5, 13][n % 4],
            session: attack.session,
            token: attack.token,
            ..attempt
        }
    })
}

/// The application signs in by itself with its new secret, the guessed password opens the mailbox by IMAP, since the policy
/// against that no longer meets the account, and the guest comes to read.
fn afterwards(world: &World, attack: &Attack) -> Vec<Event> {
    let inside = attack.start + 23 * HOUR;
    let event = |n: u64, minutes: i64| Event {
        seed: mix(attack.session, 0xaf7e_0000 + n),
        ticks: inside + minutes * MINUTE,
        kind: Kind::ServicePrincipal,
        actor: small(world.services.len()),
        app: 1,
        source: attack.replay,
        device: NONE,
        outcome: Outcome::Success,
        risk: Risk::None,
        session: mix(attack.session, 0x1a9 + n),
        token: mix(attack.token, 0x1a9 + n),
        odd: None,
        copies: 1,
    };
    let imap = Event {
        kind: Kind::Interactive,
        actor: small(attack.victim),
        source: attack.spray[1],
        device: SPRAY.start,
        ..event(0, 100)
    };
    let guest = Event {
        kind: Kind::Interactive,
        actor: small(attack.guest),
        app: 5,
        source: attack.reader,
        device: THIEF,
        outcome: Outcome::SuccessWithFactor,
        ..event(4, 198)
    };
    [imap, event(1, 92), event(2, 112), event(3, 132), guest].into()
}
