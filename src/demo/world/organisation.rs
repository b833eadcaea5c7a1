//! Which organisation: there are two that do not exist, so that two tenants can be asked together.
//!
//! They share neither people nor addresses, except for one of the addresses that an attacker came from.

/// An organisation of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Organisation {
    /// The one that there is unless another is asked for.
    #[default]
    Lumenworks,
    /// A second one.
    Brightwater,
}

impl Organisation {
    /// All of them, in the order in which they are started.
    pub const ALL: [Self; 2] = [Self::Lumenworks, Self::Brightwater];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lumenworks => "Lumenworks",
            Self::Brightwater => "Brightwater",
        }
    }

    /// The first label of its domains.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Lumenworks => "lumenworks",
            Self::Brightwater => "brightwater",
        }
    }

    /// Its domain.
    pub const fn domain(self) -> &'static str {
        match self {
            Self::Lumenworks => "lumenworks.example",
            Self::Brightwater => "brightwater.example",
        }
    }

    /// Number of the first person in the list of names. Of 690 pairs each has two hundred of its own.
    pub(super) const fn first_name(self) -> usize {
        match self {
            Self::Lumenworks => 0,
            Self::Brightwater => 307,
        }
    }

    /// What its addresses are moved by within their ranges: last octet of offices, third octet of homes, third group of
    /// homes with IPv6.
    pub(super) const fn shift(self) -> [usize; 3] {
        match self {
            Self::Lumenworks => [0, 0, 0],
            Self::Brightwater => [4, 100, 0x200],
        }
    }

    /// Where guesses come from that are made one from each: last octets of six addresses.
    pub(super) const fn scattered(self) -> [u8; 6] {
        match self {
            Self::Lumenworks => [9, 31, 58, 102, 190, 233],
            Self::Brightwater => [12, 40, 67, 119, 171, 244],
        }
    }

    /// Name and address of the guest whom the attacker lets in: an account at the first of the partners, which the thief has as well.
    pub(super) const fn guest(self) -> (&'static str, &'static str) {
        match self {
            Self::Lumenworks => ("Kai Brandt", "kai.brandt@faehrmann.example"),
            Self::Brightwater => ("Mila Kern", "mila.kern@faehrmann.example"),
        }
    }

    /// The last octet of the address from which the attacker's guest reads, and the link is used.
    pub(super) const fn reader(self) -> u8 {
        match self {
            Self::Lumenworks => 120,
            Self::Brightwater => 150,
        }
    }

    /// Where the attack on it comes from: last octets of the four addresses of the spray, and the address of the replay.
    pub(super) const fn attackers(self) -> ([u8; 4], &'static str) {
        match self {
            Self::Lumenworks => ([17, 44, 91, 203], "192.0.2.146"),
            Self::Brightwater => ([8, 66, 91, 129], "192.0.2.77"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::demo::world::World;

    #[test]
    fn two_organisations_share_one_address_of_an_attacker_and_nobody() {
        let now = "2026-05-01T12:00:00Z".parse().unwrap();
        let [one, other] = Organisation::ALL.map(|of| World::new(of, 1, now, 2_000).0);
        let addresses = |world: &World| -> HashSet<String> {
            (0..world.sources.len()).map(|n| world.sources.get(u16::try_from(n).unwrap()).ip.clone()).collect()
        };
        let shared: Vec<String> = addresses(&one).intersection(&addresses(&other)).cloned().collect();
        assert_eq!(shared, ["203.0.113.91"]);
        let people = |world: &World| -> HashSet<String> {
            world.people.iter().filter(|person| !person.id.is_empty()).map(|person| person.upn.clone()).collect()
        };
        assert!(people(&one).is_disjoint(&people(&other)));
        let names = |world: &World| -> HashSet<String> { world.people[..176].iter().map(|p| p.name.clone()).collect() };
        assert!(names(&one).is_disjoint(&names(&other)));
        assert!(people(&other).iter().all(|upn| !upn.contains("lumenworks")), "{:?}", people(&other));
    }
}
