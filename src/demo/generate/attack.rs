//! One attack, as the log would tell it.
//!
//! Five days before the end a password spray goes through the accounts from four addresses of one provider. One password
//! is right. At night the second factor is asked for again and again until the owner of the phone approves. Then the
//! session's token is used from another country, without anyone signing in, while its owner goes on working.

use fastrand::Rng;

use super::World;
use super::devices::{SPRAY, THIEF};
use super::dice::{guid, mix};
use super::event::Event;
use super::outcomes::{Outcome, Risk};
use super::people::{Home, PEOPLE, TYPED};
use super::places::{REPLAY_PLACE, SPRAY_PLACE};
use super::sign_ins::small;
use crate::demo::record::Kind;
use crate::demo::time::{DAY, SECOND};

const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// Stories shorter than this are told without the attack.
const LEAST_ROWS: usize = 1_000;
/// The attack's share in a story is at most one in so many.
const SHARE: usize = 10;
/// Requests for the second factor that are declined.
const DENIALS: usize = 17;
/// Uses of the stolen token.
const REPLAYS: usize = 24;

/// What a reader of the log should find.
pub(in crate::demo) struct Attack {
    /// User principal name of the account that was taken over.
    pub(in crate::demo) victim: String,
    /// Where the spray came from.
    pub(in crate::demo) spray: Vec<String>,
    /// Where the token was used.
    pub(in crate::demo) replay: String,
    /// When the spray began, in units of 100 ns since 1970.
    pub(in crate::demo) start: i64,
    /// The stolen session.
    pub(in crate::demo) session: String,
}

/// What the events of the attack have in common.
struct Scene {
    victim: usize,
    spray: Vec<u16>,
    replay: u16,
    start: i64,
    session: u64,
    token: u64,
}

/// The attack's events, for a story long enough to hold it.
pub(super) fn tell(world: &mut World, dice: &mut Rng, span: (i64, i64), rows: usize) -> (Vec<Event>, Option<Attack>) {
    if rows < LEAST_ROWS {
        return (Vec::new(), None);
    }
    let scene = Scene::set(world, dice, span);
    let mut events = fatigue(&scene, dice);
    events.extend(replays(&scene, dice));
    events.extend(typed(&scene, dice));
    let room = (rows / SHARE).saturating_sub(events.len());
    events.extend(spray(world, &scene, dice).take(room));
    let ip = |source: &u16| world.sources.get(*source).ip.clone();
    let attack = Attack {
        victim: world.people[scene.victim].upn.clone(),
        spray: scene.spray.iter().map(ip).collect(),
        replay: ip(&scene.replay),
        start: scene.start,
        session: guid(scene.session, 0x5e5),
    };
    (events, Some(attack))
}

impl Scene {
    fn set(world: &mut World, dice: &mut Rng, span: (i64, i64)) -> Self {
        // At the head office, where the night of the story is night.
        let at_hand = |n: &usize| world.people[*n].home == Home::Here && world.people[*n].place == 0;
        let candidates: Vec<usize> = (0..PEOPLE).filter(at_hand).collect();
        let spray = [17, 44, 91, 203].map(|n| world.sources.add(format!("203.0.113.{n}"), SPRAY_PLACE, 64_600, None));
        let replay = world.sources.add("192.0.2.146".into(), REPLAY_PLACE, 64_610, None);
        let start = (span.1 - 5 * DAY).div_euclid(DAY) * DAY + HOUR;
        let victim = candidates[dice.usize(..candidates.len())];
        Self { victim, spray: spray.to_vec(), replay, start, session: dice.u64(..), token: dice.u64(..) }
    }

    /// An attempt on an account from one of the spraying addresses.
    fn attempt(&self, dice: &mut Rng, actor: usize, ticks: i64, outcome: Outcome) -> Event {
        Event {
            seed: dice.u64(..),
            ticks,
            kind: Kind::Interactive,
            actor: small(actor),
            app: 2,
            source: self.spray[dice.usize(..self.spray.len())],
            device: SPRAY.start + u16::from(dice.bool()),
            outcome,
            risk: Risk::Spray,
            session: dice.u64(..),
            token: dice.u64(..),
            odd: None,
            copies: 1,
        }
    }
}

/// Three passwords for every account, two hours apart, a few seconds between accounts.
fn spray<'a>(world: &'a World, scene: &'a Scene, dice: &'a mut Rng) -> impl Iterator<Item = Event> + 'a {
    let targets = (0..PEOPLE).filter(|&n| world.people[n].home == Home::Here && n != scene.victim);
    let attempts = (0..3).flat_map(move |round| targets.clone().map(move |actor| (round, actor)));
    attempts.map(move |(round, actor)| {
        let pace = i64::from(small(actor)) * 7 * SECOND + dice.i64(..4 * SECOND).rem_euclid(4 * SECOND);
        let locked = round == 2 && mix(actor as u64, 9).is_multiple_of(5);
        let outcome = if locked { Outcome::Locked } else { Outcome::WrongPassword };
        scene.attempt(dice, actor, scene.start + round * 2 * HOUR + pace, outcome)
    })
}

/// Names without an account: what an attacker types ends up in the log.
fn typed<'a>(scene: &'a Scene, dice: &'a mut Rng) -> impl Iterator<Item = Event> + 'a {
    (0..TYPED.len()).map(move |n| {
        let ticks = scene.start + i64::from(small(n)) * 11 * MINUTE;
        let attempt = scene.attempt(dice, PEOPLE + n, ticks, Outcome::NoSuchUser);
        Event { device: SPRAY.start + 2 + small(n % 3), ..attempt }
    })
}

/// Two wrong passwords, the right one, and then the phone rings until it is answered.
fn fatigue(scene: &Scene, dice: &mut Rng) -> Vec<Event> {
    let mut events = Vec::new();
    for round in 0..3 {
        let outcome = if round == 2 { Outcome::FactorNeeded } else { Outcome::WrongPassword };
        let attempt = scene.attempt(dice, scene.victim, scene.start + round * 2 * HOUR + 21 * MINUTE, outcome);
        events.push(attempt);
    }
    let night = scene.start + 22 * HOUR;
    for n in 0..=DENIALS {
        let outcome = if n == DENIALS { Outcome::SuccessWithFactor } else { Outcome::FactorDenied };
        let ticks = night + i64::from(small(n)) * 97 * SECOND + dice.i64(..20 * SECOND).rem_euclid(20 * SECOND);
        let attempt = scene.attempt(dice, scene.victim, ticks, outcome);
        let (session, token) = (scene.session, scene.token);
        events.push(Event {
            source: scene.spray[0],
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
fn replays<'a>(scene: &'a Scene, dice: &'a mut Rng) -> impl Iterator<Item = Event> + 'a {
    let after = scene.start + 23 * HOUR;
    (0..REPLAYS).map(move |n| {
        let ticks = after + i64::from(small(n)) * 13 * MINUTE + dice.i64(..MINUTE).rem_euclid(MINUTE);
        let attempt = scene.attempt(dice, scene.victim, ticks, Outcome::SuccessWithFactor);
        Event {
            kind: Kind::NonInteractive,
            source: scene.replay,
            device: THIEF,
            risk: Risk::StolenToken,
            app: [1, 0, 5, 13][n % 4],
            session: scene.session,
            token: scene.token,
            ..attempt
        }
    })
}
