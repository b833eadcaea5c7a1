//! The attack, as it was planned: whom it meets, where it comes from, and what it leaves behind. Each face tells its part.
//!
//! Five days before the end a password spray goes through the accounts from four addresses of one provider. One password
//! is right. At night the second factor is asked for again and again until the owner of the phone approves. Then the
//! session's token is used from another country, without anyone signing in, while its owner goes on working. The application
//! that was consented to gets a secret and signs in by itself; and once the account is excluded from the policy against legacy
//! protocols, the guessed password is enough for one of these.
//!
//! Beside that one account is besieged for minutes, and another is tried once from each of six countries; neither is taken.
//! What the thief leaves behind is an account that is made, given a role and deleted, and a guest who is let into a team,
//! reads, and is gone within hours.

use fastrand::Rng;

use super::World;
use super::apps::Program;
use super::clock::{DAY, SECOND};
use super::dice::guid;
use super::directory::Target;
use super::people::{self, Home, PEOPLE};
use super::places::{REPLAY_PLACE, SCATTERED_PLACES, SPRAY_PLACE};

/// Worlds of fewer sign-ins are told without the attack.
pub(in crate::demo) const LEAST_SIGN_INS: usize = 1_000;

/// Where stolen mail goes.
pub(in crate::demo) const DROP_BOX: &str = "archive@drop.example";
/// The sender of the phishing mail.
pub(in crate::demo) const PHISH_SENDER: &str = "it-support@lumenw0rks.example";
/// The link in it.
pub(in crate::demo) const PHISH_LINK: &str = "https://login.lumenw0rks.example/session?u=1";
/// The application that was consented to.
pub(in crate::demo) const EVIL_APP: &str = "Mail Backup Pro";

/// What the steps of the attack have in common.
#[derive(Debug)]
pub(in crate::demo) struct Attack {
    /// The account that is taken over: a person, by number.
    pub(in crate::demo) victim: usize,
    /// Where the spray comes from: addresses, by number.
    pub(in crate::demo) spray: [u16; 4],
    /// Where the token is used.
    pub(in crate::demo) replay: u16,
    /// The account that is tried many times within minutes: a person, by number.
    pub(in crate::demo) besieged: usize,
    /// The account that is tried once a day or so, each time from another country: a person, by number.
    pub(in crate::demo) circled: usize,
    /// Where these tries come from.
    pub(in crate::demo) scattered: [u16; 6],
    /// The account that is made, given a role and deleted: a person, by number.
    pub(in crate::demo) helper: usize,
    /// The guest who is let in to read: a person, by number.
    pub(in crate::demo) guest: usize,
    /// Where the guest reads, and the link for anyone is used.
    pub(in crate::demo) reader: u16,
    /// When the spray begins, in units of 100 ns since 1970.
    pub(in crate::demo) start: i64,
    /// What the stolen session's identifier follows from.
    pub(in crate::demo) session: u64,
    /// What the stolen token's identifier follows from.
    pub(in crate::demo) token: u64,
    /// The application that was consented to, as it signs in by itself.
    pub(in crate::demo) program: Program,
}

impl Attack {
    /// Plans it, and adds its addresses to the world.
    pub(super) fn plan(world: &mut World, dice: &mut Rng, end: i64) -> Self {
        // At the head office, where the night of the story is night.
        let at_hand = |n: &usize| world.people[*n].home == Home::Here && world.people[*n].place == 0;
        let candidates: Vec<usize> = (0..PEOPLE).filter(at_hand).collect();
        let (spray, replay) = world.organisation.attackers();
        let spray = spray.map(|n| world.sources.add(format!("203.0.113.{n}"), SPRAY_PLACE, 64_600, None));
        let replay = world.sources.add(replay.into(), REPLAY_PLACE, 64_610, None);
        let start = (end - 5 * DAY).div_euclid(DAY) * DAY + 3_600 * SECOND;
        let chosen = dice.usize(..candidates.len());
        let [victim, besieged, circled] = [0, 1, 2].map(|n| candidates[(chosen + n) % candidates.len()]);
        let (session, token) = (dice.u64(..), dice.u64(..));
        let (scattered, octet) = (world.organisation.scattered(), world.organisation.reader());
        let scattered = std::array::from_fn(|n| {
            let asn = 64_620 + u32::try_from(n).unwrap_or_default();
            world.sources.add(format!("192.0.2.{}", scattered[n]), SCATTERED_PLACES[n], asn, None)
        });
        let reader = world.sources.add(format!("203.0.113.{octet}"), SPRAY_PLACE, 64_600, None);
        let helper = world.people.len();
        let domain = world.organisation.domain();
        world.people.push(people::made("Sync Service", format!("sync.service@{domain}"), session, Home::Here, replay));
        let (guest, address) = world.organisation.guest();
        world.people.push(people::made(guest, address.to_owned(), token, Home::Partner(0), reader));
        Self {
            victim,
            spray,
            replay,
            besieged,
            circled,
            scattered,
            helper,
            guest: helper + 1,
            reader,
            start,
            session,
            token,
            program: program(replay),
        }
    }

    /// The stolen session's identifier.
    pub(in crate::demo) fn session_id(&self) -> String {
        guid(self.session, 0x5e5)
    }
}

/// The application's service principal has the identifier that changes of the directory call it by.
fn program(source: u16) -> Program {
    let seed = EVIL_APP.len() as u64;
    Program {
        name: EVIL_APP.to_owned(),
        id: guid(seed, Target::ServicePrincipal as u64),
        app_id: guid(seed, 0xa99),
        resource: 0,
        source,
        credential: "clientSecret",
        azure: None,
    }
}
