//! Who signs in: members in eight offices, guests under their home address, and names that only an attacker typed.

use fastrand::Rng;

use super::devices::{DESKS, PHONES};
use super::dice::guid;
use super::organisation::Organisation;
use super::places::{AWAY, OFFICES, Sources};

/// How many real accounts there are.
pub(in crate::demo) const PEOPLE: usize = 200;
/// How many of them are guests; they come last.
const GUESTS: usize = 24;

/// An account, or a name that was typed and belongs to no account.
pub(in crate::demo) struct Person {
    pub(in crate::demo) name: String,
    /// As the service stores it: in lower case, a guest's under the home address and never as `…#EXT#…`.
    pub(in crate::demo) upn: String,
    /// Empty for a name that belongs to no account.
    pub(in crate::demo) id: String,
    pub(in crate::demo) home: Home,
    /// The office's place, which sets the working day.
    pub(in crate::demo) place: usize,
    /// Addresses at work, at home and on a journey.
    pub(in crate::demo) sources: [u16; 3],
    /// Numbers in [`DEVICES`](super::devices::DEVICES): at the desk, and in the pocket.
    pub(in crate::demo) devices: [u16; 2],
    /// Number in [`FACTORS`]: how they prove the second factor.
    pub(in crate::demo) factor: usize,
}

/// The tenant an account belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::demo) enum Home {
    Here,
    /// A partner, by number.
    Partner(usize),
    /// No account at all.
    Nowhere,
}

/// Partner organisations: name, domain.
pub(in crate::demo) static PARTNERS: &[(&str, &str)] = &[
    ("Fährmann & Söhne", "faehrmann.example"),
    ("Atelier L'Olivier", "olivier.example"),
    ("東京計測", "keisoku.example"),
];

/// Given names: as shown, as in an address.
static GIVEN: &[(&str, &str)] = &[
    ("Ana", "ana"),
    ("Zoë", "zoe"),
    ("Łukasz", "lukasz"),
    ("Maeve", "maeve"),
    ("Jürgen", "juergen"),
    ("Ines", "ines"),
    ("Tomás", "tomas"),
    ("Aoife", "aoife"),
    ("Wanjiru", "wanjiru"),
    ("健太", "kenta"),
    ("美咲", "misaki"),
    ("Noah", "noah"),
    ("Björn", "bjorn"),
    ("Chloé", "chloe"),
    ("D'Arcy", "d'arcy"),
    ("Émile", "emile"),
    ("Farah", "farah"),
    ("Gonçalo", "goncalo"),
    ("Hanna", "hanna"),
    ("İpek", "ipek"),
    ("João", "joao"),
    ("Kamau", "kamau"),
    ("Leonie", "leonie"),
    ("Mateus", "mateus"),
    ("Nia", "nia"),
    ("Olu", "olu"),
    ("Priya", "priya"),
    ("Rui", "rui"),
    ("Siobhán", "siobhan"),
    ("Thiago", "thiago"),
];

/// Family names: as shown, as in an address.
static FAMILY: &[(&str, &str)] = &[
    ("O'Neil", "o'neil"),
    ("Almeida", "almeida"),
    ("Müller", "mueller"),
    ("Nakamura", "nakamura"),
    ("Wójcik", "wojcik"),
    ("van der Berg", "vanderberg"),
    ("Smith-Jones", "smith-jones"),
    ("Silva", "silva"),
    ("Kowalczyk", "kowalczyk"),
    ("Ó Súilleabháin", "osuilleabhain"),
    ("Grün", "gruen"),
    ("Otieno", "otieno"),
    ("D'Souza", "d'souza"),
    ("Tremblay", "tremblay"),
    ("Ferreira", "ferreira"),
    ("佐藤", "sato"),
    ("Huber", "huber"),
    ("Mbeki", "mbeki"),
    ("Costa", "costa"),
    ("Yılmaz", "yilmaz"),
    ("Lindqvist", "lindqvist"),
    ("Park", "park"),
    ("Novák", "novak"),
];

/// What someone typed where a name was asked for. A sign-in that fails is an attacker's way to write into this log.
pub(in crate::demo) static TYPED: &[&str] = &[
    "=cmd|' /c calc'!a0",
    "\u{1b}[2j\u{1b}[1;31mroot\u{1b}]0;owned\u{7}@lumenworks.example",
    "admin\u{202e}gpj.exe@lumenworks.example",
    "a'--\"@lumenworks.example",
    "@sum(1+9)*cmd|' /c calc'!a0",
];

/// A second factor: method, and what the service writes as its detail.
pub(in crate::demo) static FACTORS: &[(&str, &str)] = &[
    ("Mobile app notification", "Pixel 8"),
    ("Mobile app notification", "iPhone"),
    ("Text message", "+XX XXXXXXX21"),
    ("Passwordless phone sign-in", ""),
    ("FIDO2 security key", "YubiKey 5 – blau"),
    ("Mobile app notification", "Móvil de \"trabajo\""),
];

/// All accounts, and after them the names of [`TYPED`].
pub(in crate::demo) fn all(organisation: Organisation, dice: &mut Rng, sources: &mut Sources) -> Vec<Person> {
    let members = PEOPLE - GUESTS;
    let accounts = (0..PEOPLE).map(|n| {
        if n < members { member(n, organisation, dice, sources) } else { guest(n, organisation, dice, sources) }
    });
    let mut people: Vec<Person> = accounts.collect();
    people.extend(TYPED.iter().map(|typed| stranger(&typed.replace("lumenworks", organisation.label()))));
    people
}

fn member(n: usize, organisation: Organisation, dice: &mut Rng, sources: &mut Sources) -> Person {
    // 30 given and 23 family names have no common factor: the pairs differ for 690 people.
    let pair = n + organisation.first_name();
    let (given, family) = (GIVEN[pair % GIVEN.len()], FAMILY[pair % FAMILY.len()]);
    let name = match n % 17 {
        3 => format!("{}, {}", family.0, given.0),
        8 => format!("{} {} 🦀", given.0, family.0),
        11 => format!("{} {} (R&D, 50%)", given.0, family.0),
        _ => format!("{} {}", given.0, family.0),
    };
    let place = [0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7][n % 11];
    account(name, format!("{}.{}@{}", given.1, family.1, organisation.domain()), Home::Here, place, dice, sources)
}

fn guest(n: usize, organisation: Organisation, dice: &mut Rng, sources: &mut Sources) -> Person {
    let first = organisation.first_name();
    let (given, family) = (GIVEN[(n * 7 + first) % GIVEN.len()], FAMILY[(n * 5 + first) % FAMILY.len()]);
    let partner = n % PARTNERS.len();
    let tag = if n.is_multiple_of(3) { "+lumen" } else { "" };
    let upn = match n % 11 {
        5 => format!("{}{n}@postfach.example", given.0.to_lowercase()),
        _ => format!("{}.{}{tag}@{}", given.1, family.1, PARTNERS[partner].1),
    };
    let place = AWAY.start + n % AWAY.len();
    account(format!("{} {}", given.0, family.0), upn, Home::Partner(partner), place, dice, sources)
}

fn account(name: String, upn: String, home: Home, place: usize, dice: &mut Rng, sources: &mut Sources) -> Person {
    let away = AWAY.start + dice.usize(..AWAY.len());
    let office = if place < OFFICES { u16::try_from(place).unwrap_or_default() } else { sources.home(place) };
    Person {
        name,
        upn,
        id: guid(dice.u64(..), 0),
        home,
        place,
        sources: [office, sources.home(place), sources.home(away)],
        devices: [dice.u16(0..DESKS), DESKS + dice.u16(0..PHONES)],
        factor: dice.usize(..FACTORS.len()),
    }
}

/// An account that is made in the course of the story; it comes after all others.
pub(super) fn made(name: &str, upn: String, seed: u64, home: Home, source: u16) -> Person {
    Person {
        name: name.to_owned(),
        upn,
        id: guid(seed, 0x3ade),
        home,
        place: 0,
        sources: [source; 3],
        devices: [0, DESKS],
        factor: 0,
    }
}

fn stranger(typed: &str) -> Person {
    Person {
        name: typed.to_owned(),
        upn: typed.to_owned(),
        id: String::new(),
        home: Home::Nowhere,
        place: 0,
        sources: [0; 3],
        devices: [0; 2],
        factor: 0,
    }
}
