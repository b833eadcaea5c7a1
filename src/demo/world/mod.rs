//! The organisation that does not exist: who and what there is in it, and the one attack it suffers.
//!
//! It comes first and is the same for all faces of the tenant: sign-ins, changes of the directory and the activity feed
//! tell of these people from these places. It follows from a seed and an end; nothing here reads a clock.

pub(in crate::demo) mod alike;
pub(in crate::demo) mod apps;
pub(in crate::demo) mod attack;
pub(in crate::demo) mod clock;
pub(in crate::demo) mod devices;
pub(in crate::demo) mod dice;
pub(in crate::demo) mod directory;
pub(in crate::demo) mod organisation;
pub(in crate::demo) mod people;
pub(in crate::demo) mod places;

use chrono::{DateTime, Utc};
use fastrand::Rng;

pub(in crate::demo) use alike::Alike;
pub(in crate::demo) use attack::Attack;
pub(in crate::demo) use organisation::Organisation;

/// The cast: everything an event refers to by number.
pub(in crate::demo) struct World {
    /// Which organisation it is.
    pub(in crate::demo) organisation: Organisation,
    /// Identifier of the tenant.
    pub(in crate::demo) tenant: String,
    pub(in crate::demo) people: Vec<people::Person>,
    pub(in crate::demo) apps: Vec<apps::App>,
    pub(in crate::demo) services: Vec<apps::Program>,
    pub(in crate::demo) machines: Vec<apps::Program>,
    pub(in crate::demo) sources: places::Sources,
    /// None in a world of few sign-ins.
    pub(in crate::demo) attack: Option<Attack>,
    /// What looks like an attack and is none, in a world without one.
    pub(in crate::demo) alike: Option<Alike>,
}

impl World {
    /// The world of so many sign-ins, and the chance that goes on after it was cast.
    pub(in crate::demo) fn new(
        organisation: Organisation,
        seed: u64,
        now: DateTime<Utc>,
        sign_ins: usize,
    ) -> (Self, Rng) {
        let mut dice = Rng::with_seed(seed);
        let mut world = Self::cast(organisation, &mut dice);
        if sign_ins >= attack::LEAST_SIGN_INS {
            world.attack = Some(Attack::plan(&mut world, &mut dice, clock::ticks(now)));
        }
        (world, dice)
    }

    /// The same world on quiet days: what looks like an attack stands in its place.
    pub(in crate::demo) fn without_attack(mut self, now: DateTime<Utc>) -> Self {
        if self.attack.take().is_some() {
            self.alike = Some(Alike::plan(&mut self, clock::ticks(now)));
        }
        self
    }

    /// A service principal, by number; the attacker's application comes after all others.
    pub(in crate::demo) fn service(&self, n: usize) -> &apps::Program {
        let own = self.services.get(n).or_else(|| self.attack.as_ref().map(|attack| &attack.program));
        own.unwrap_or(&self.services[0])
    }

    fn cast(organisation: Organisation, dice: &mut Rng) -> Self {
        let mut sources = places::Sources::with_offices(organisation);
        Self {
            organisation,
            tenant: dice::guid(dice.u64(..), 0),
            people: people::all(organisation, dice, &mut sources),
            apps: apps::apps(dice),
            services: apps::services(dice, &mut sources),
            machines: apps::machines(dice),
            sources,
            attack: None,
            alike: None,
        }
    }
}
