//! Inputs that are nearly right: seeds, changed a few times by a generator that is the same on every machine.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// A generator of numbers (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % sides.max(1) as u64).unwrap()
    }
}

/// What parsers look out for.
const TOKENS: [&[u8]; 36] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"'",
    b"(",
    b")",
    b"-",
    b"/",
    b";",
    b"\n",
    b"\r\n",
    b" ",
    b"\t",
    b"\0",
    b"\\\"",
    b"\\u0041",
    b"\\ud800",
    b"\xFF",
    b"\xEF\xBB\xBF",
    b"null",
    b"true",
    b"-0.5e9",
    b"99999999999999999999",
    b"{\"a\":",
    b"[{}]",
    b"\"\"",
    b"\",\"",
    b" -A ",
    b" and ",
    b"not ",
    "\u{e9}\u{1F600}".as_bytes(),
];

/// The seeds of a target, in the order of their names.
pub(super) fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{target} has seeds");
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// The input of that number.
pub(super) fn input(seeds: &[Vec<u8>], number: u64) -> Vec<u8> {
    let mut dice = Dice(number.wrapping_mul(0x2545_F491_4F6C_DD1D));
    let mut input = seeds[dice.roll(seeds.len())].clone();
    // Some stay as they are.
    for _ in 0..dice.roll(5) {
        let (at, other) = (dice.roll(input.len() + 1), dice.roll(input.len() + 1));
        let (from, to) = (at.min(other), at.max(other));
        // Long parts are seldom what matters.
        let to = if dice.roll(4) == 0 { to } else { to.min(from + dice.roll(12)) };
        match dice.roll(7) {
            0 if at < input.len() => input[at] ^= 1 << dice.roll(8),
            0 | 1 => drop(input.splice(at..at, TOKENS[dice.roll(TOKENS.len())].iter().copied())),
            2 => drop(input.splice(from..to, TOKENS[dice.roll(TOKENS.len())].iter().copied())),
            3 => drop(input.drain(from..to)),
            4 => {
                let part = input[from..to].to_vec();
                let times = 1 + dice.roll(3);
                drop(input.splice(from..from, part.repeat(times)));
            }
            5 => input.truncate(at),
            _ => {
                let seed = &seeds[dice.roll(seeds.len())];
                let cut = dice.roll(seed.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&seed[cut..]);
            }
        }
    }
    input
}

/// The first of so many inputs that breaks a property.
pub(super) fn first_broken(target: &str, inputs: u64, property: fn(&[u8])) -> Option<(u64, Vec<u8>)> {
    let seeds = seeds(target);
    let mut numbered = (0..inputs).map(|number| (number, input(&seeds, number)));
    numbered.find(|(_, input)| catch_unwind(AssertUnwindSafe(|| property(input))).is_err())
}
