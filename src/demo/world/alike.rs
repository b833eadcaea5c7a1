//! What looks like an attack and is none: the plan of quiet days, whose steps each face tells.
//!
//! A forgetful user who fumbles with a new phone, a salesman whose session comes from a hotel and then by the company's VPN, an
//! administrator who approves what was asked for, and a new laptop that fetches its folders and its mailbox. Besides a phone that
//! has an old password and roams, an account that is made for a trial and deleted, a guest who stays, a link that is tried by who
//! made it, and a folder that is tidied up.

use super::World;
use super::clock::DAY;
use super::people::{self, Home, PARTNERS, PEOPLE};

/// Where the company's VPN comes out.
pub(in crate::demo) const VPN: &str = "198.51.100.250";
/// Numbers of the places of the VPN's exit and of the hotel.
const VPN_PLACE: usize = 1;
const HOTEL_PLACE: usize = 11;
/// Number of the place of the partner.
const PARTNER_PLACE: usize = 9;

/// Who does what looks like an attack. People and addresses by number.
#[derive(Debug)]
pub(in crate::demo) struct Alike {
    /// Fails a dozen times, and refuses their own phone.
    pub(in crate::demo) forgetful: usize,
    /// Signs in from abroad.
    pub(in crate::demo) traveller: usize,
    /// Approves applications, forwards a colleague's mail, gives an application a role.
    pub(in crate::demo) admin: usize,
    /// Has a new laptop.
    pub(in crate::demo) newcomer: usize,
    /// The VPN's exit.
    pub(in crate::demo) vpn: u16,
    /// The hotel's address.
    pub(in crate::demo) hotel: u16,
    /// Addresses that the traveller's phone comes by: it still has an old password.
    pub(in crate::demo) roaming: [u16; 8],
    /// An account that is made for a trial, and deleted: a person, by number.
    pub(in crate::demo) trial: usize,
    /// A guest who is invited to a team, and stays: a person, by number.
    pub(in crate::demo) partner: usize,
    /// Midnight of the day, in units of 100 ns since 1970.
    pub(in crate::demo) start: i64,
}

impl Alike {
    /// Plans it, and adds its addresses to the world.
    pub(super) fn plan(world: &mut World, end: i64) -> Self {
        let at_hand = |n: &usize| world.people[*n].home == Home::Here && world.people[*n].place == 0;
        let people: Vec<usize> = (0..PEOPLE).filter(at_hand).collect();
        let vpn = world.sources.add(VPN.into(), VPN_PLACE, 64_500, Some("HQ VPN"));
        let hotel = world.sources.home(HOTEL_PLACE);
        let start = (end - 3 * DAY).div_euclid(DAY) * DAY;
        let [forgetful, traveller, admin, newcomer] = [5, 6, 7, 8].map(|n| people[n % people.len()]);
        let roaming = std::array::from_fn(|_| world.sources.home(HOTEL_PLACE));
        let (trial, domain, far) = (world.people.len(), world.organisation.domain(), world.sources.home(PARTNER_PLACE));
        world.people.push(people::made("Trial Account", format!("trial.account@{domain}"), 0x7a1, Home::Here, far));
        let address = format!("lea.maurer@{}", PARTNERS[0].1);
        world.people.push(people::made("Lea Maurer", address, 0x7a2, Home::Partner(0), far));
        Self { forgetful, traveller, admin, newcomer, vpn, hotel, roaming, trial, partner: trial + 1, start }
    }
}
