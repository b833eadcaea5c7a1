//! Guesses beside the spray, which come to nothing: one account is besieged for minutes until it is locked, and another is tried
//! once in a while, each time from another country, so that no address is seen twice.

use super::days::small;
use super::event::Event;
use super::kind::Kind;
use super::outcomes::{Outcome, Risk};
use crate::demo::world::Attack;
use crate::demo::world::clock::SECOND;
use crate::demo::world::devices::{SPRAY, THIEF};
use crate::demo::world::dice::mix;

const HOUR: i64 = 3_600 * SECOND;
/// Guesses at the besieged account, and after how many of them it is locked.
const GUESSES: usize = 20;
const LOCKED_AFTER: usize = 12;

/// All of them.
pub(super) fn tell(attack: &Attack) -> Vec<Event> {
    let guess = |n: usize, actor: usize, source: u16, ticks: i64| Event {
        seed: mix(attack.session, 0x0051_e6e0 + n as u64),
        ticks,
        kind: Kind::Interactive,
        actor: small(actor),
        app: 2,
        source,
        device: SPRAY.start,
        outcome: Outcome::WrongPassword,
        risk: Risk::None,
        session: mix(attack.session, 0x0051_e7e0 + n as u64),
        token: mix(attack.token, 0x0051_e7e0 + n as u64),
        odd: None,
        copies: 1,
    };
    let siege = (0..GUESSES).map(|n| {
        let ticks = attack.start + 9 * HOUR + i64::from(small(n)) * 23 * SECOND;
        let outcome = if n < LOCKED_AFTER { Outcome::WrongPassword } else { Outcome::Locked };
        Event { outcome, ..guess(n, attack.besieged, attack.spray[2 + n % 2], ticks) }
    });
    let circling = attack.scattered.into_iter().enumerate().map(|(n, source)| {
        let ticks = attack.start + (i64::from(small(n)) * 21 - 20) * HOUR;
        Event { device: THIEF, ..guess(GUESSES + n, attack.circled, source, ticks) }
    });
    siege.chain(circling).collect()
}
