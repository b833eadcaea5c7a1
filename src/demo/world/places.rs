//! Where sign-ins come from: cities, and addresses in them.
//!
//! Every address is one that no one owns: offices and attackers have the documentation ranges (RFC 5737, RFC 3849), homes
//! and phones the benchmark range (RFC 2544).

use super::organisation::Organisation;

/// A city.
pub(in crate::demo) struct Place {
    pub(in crate::demo) city: &'static str,
    pub(in crate::demo) state: &'static str,
    pub(in crate::demo) country: &'static str,
    /// Latitude and longitude as the JSON number they are served as: the real service mixes `0`, `47` and `47.05`.
    pub(in crate::demo) at: Option<(&'static str, &'static str)>,
    /// Hours to add to UTC; the demo knows no daylight saving.
    pub(in crate::demo) offset: i64,
}

const fn place(
    city: &'static str,
    state: &'static str,
    country: &'static str,
    at: Option<(&'static str, &'static str)>,
    offset: i64,
) -> Place {
    Place { city, state, country, at, offset }
}

/// Cities; the first [`OFFICES`] have an office.
pub(in crate::demo) static PLACES: &[Place] = &[
    place("Lisbon", "Lisboa", "PT", Some(("38.72635", "-9.14843")), 0),
    place("Vienna", "Wien", "AT", Some(("48.2", "16.36667")), 1),
    place("São Paulo", "São Paulo", "BR", Some(("-23.62702", "-46.63503")), -3),
    place("Toronto", "Ontario", "CA", Some(("43.70643", "-79.39864")), -5),
    place("大阪市", "Osaka", "JP", Some(("34.69379", "135.50107")), 9),
    place("Galway", "Gaillimh", "IE", Some(("53.27194", "-9.04889")), 0),
    place("Coeur d'Alene", "Idaho", "US", Some(("47.67768", "-116.78047")), -8),
    place("Nairobi", "", "KE", Some(("-1", "37")), 3),
    // Travel and guests.
    place("Porto", "Porto", "PT", Some(("41", "-8.61")), 0),
    place("Graz", "Steiermark", "AT", Some(("47.06667", "15.45")), 1),
    place("Kraków", "Małopolskie", "PL", Some(("50.06143", "19.93658")), 1),
    place("Singapore", "", "SG", Some(("1.28967", "103.85007")), 8),
    place("L'Aquila", "Abruzzo", "IT", Some(("42.35055", "13.39954")), 1),
    place("Chicago", "Illinois", "US", Some(("41.87548", "-87.64488")), -6),
    place("", "", "ZA", None, 2),
    // The attacker's exits.
    place("Chișinău", "Chișinău", "MD", Some(("47.00556", "28.8575")), 2),
    place("Reykjavík", "Reykjavíkurborg", "IS", Some(("64.13548", "-21.89541")), 0),
];

/// How many of [`PLACES`] have an office.
pub(in crate::demo) const OFFICES: usize = 8;
/// Places of guests and travellers.
pub(in crate::demo) const AWAY: std::ops::Range<usize> = 8..15;
/// Where the spray comes from.
pub(in crate::demo) const SPRAY_PLACE: usize = 15;
/// Where the stolen token is used.
pub(in crate::demo) const REPLAY_PLACE: usize = 16;

/// Where the tries come from that are made one from each address: six countries.
pub(in crate::demo) const SCATTERED_PLACES: [usize; 6] = [9, 10, 11, 12, 13, 14];

/// An address and what is known of it.
pub(in crate::demo) struct Address {
    pub(in crate::demo) ip: String,
    pub(in crate::demo) place: usize,
    pub(in crate::demo) asn: u32,
    /// The named location it belongs to.
    pub(in crate::demo) network: Option<&'static str>,
}

const NETWORKS: [&str; OFFICES] =
    ["HQ Lisbon", "Wien Büro", "Escritório SP", "Toronto", "大阪オフィス", "Galway", "Coeur d'Alene", "Nairobi"];

/// Adds addresses; an address is spoken of by its number in the list.
#[derive(Default)]
pub(in crate::demo) struct Sources {
    list: Vec<Address>,
    homes: u32,
    /// What addresses are moved by: of homes, and of homes with IPv6.
    shift: [usize; 2],
}

impl Sources {
    /// The offices' own addresses come first, one for each of the first [`OFFICES`] places.
    pub(in crate::demo) fn with_offices(organisation: Organisation) -> Self {
        let [office, home, far] = organisation.shift();
        let mut sources = Self { shift: [home, far], ..Self::default() };
        for (place, name) in NETWORKS.iter().enumerate() {
            sources.add(format!("198.51.100.{}", 10 + 8 * place + office), place, 64_500, Some(name));
        }
        sources
    }

    /// A line in a home, or a phone's.
    pub(in crate::demo) fn home(&mut self, place: usize) -> u16 {
        self.homes += 1;
        let (n, [home, far]) = (self.homes, self.shift);
        let ip = match n % 7 {
            0 => format!("2001:db8:{:x}:{n:x}::{:x}", 0x100 + place + far, n * 37 % 0xffff),
            _ => format!("198.{}.{}.{}", 18 + n % 2, n as usize / 200 + home, 1 + n * 53 % 250),
        };
        let asn = 64_510 + u32::from(n.is_multiple_of(9)) + u32::try_from(place).unwrap_or_default();
        self.add(ip, place, asn, None)
    }

    /// An address as given.
    pub(in crate::demo) fn add(&mut self, ip: String, place: usize, asn: u32, network: Option<&'static str>) -> u16 {
        self.list.push(Address { ip, place, asn, network });
        u16::try_from(self.list.len() - 1).expect("a demo tenant has a few hundred addresses")
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(in crate::demo) fn get(&self, index: u16) -> &Address {
        &self.list[usize::from(index)]
    }
}
