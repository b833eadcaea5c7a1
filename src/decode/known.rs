//! Names of members that were met, each with a number: who looks for a name again looks for its number.
//!
//! Records of one kind list their members in much the same order. So each name remembers which followed it, and where one of
//! these is what stands in the text, with its quotes and its colon, one comparison tells the name, its end and all
//! that was ever found out of it. Only a guess that fails is looked up.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use ahash::RandomState;

use super::repeated::Repeated;

/// The number of a name that is not remembered.
pub(super) const UNKNOWN: u32 = 0;

/// Names that are remembered, and how long one may be: more than any service sends, and no more for a hostile file.
const MOST: usize = 1_024;
const LONGEST: usize = 256;

/// Names that are expected behind a name.
const FOLLOWERS: usize = 4;

/// Bytes that are compared at once: those of nearly all names.
const AT_ONCE: usize = 32;

/// The names that were met.
#[derive(Debug)]
pub(super) struct KnownNames {
    /// By number; the first stands for the opening brace, and for names that are not remembered.
    entries: Vec<Entry>,
    by_name: HashMap<Box<[u8]>, u32, RandomState>,
    mark: fn(&[u8]) -> u8,
    /// So many are remembered.
    most: usize,
    /// Tells these numbers from those that others give.
    series: u64,
}

#[derive(Debug)]
struct Entry {
    /// The name with its quotes and the colon behind it.
    text: Box<[u8]>,
    /// Its first bytes, and which of them are its own.
    begin: [u128; 2],
    own: [u128; 2],
    mark: u8,
    /// Names that followed it: where kinds of records part, there are several.
    next: [u32; FOLLOWERS],
    /// The one of them that gives way to another.
    oldest: usize,
    /// Its values. Those of names that are not remembered have nothing to do with one another.
    values: Repeated,
}

/// A name that was guessed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guessed {
    pub(super) number: u32,
    /// Its bytes, those of its quotes and of the colon among them.
    pub(super) length: usize,
}

impl KnownNames {
    /// Names that are marked so: a name is asked about once.
    pub(super) fn new(mark: fn(&[u8]) -> u8) -> Self {
        static SERIES: AtomicU64 = AtomicU64::new(1);
        let (series, by_name) = (SERIES.fetch_add(1, Relaxed), HashMap::default());
        let mut names = Self { entries: Vec::new(), by_name, mark, most: MOST, series };
        names.push(Box::default(), 0);
        names
    }

    /// None is remembered: for an object that nothing comes behind.
    pub(super) fn of_one_object() -> Self {
        Self { most: 0, ..Self::new(|_| 0) }
    }

    pub(super) fn series(&self) -> u64 {
        self.series
    }

    /// How a name is marked.
    #[inline]
    pub(super) fn mark(&self, number: u32) -> u8 {
        self.entries[number as usize].mark
    }

    /// The values of a name.
    #[inline]
    pub(super) fn values(&mut self, number: u32) -> &mut Repeated {
        &mut self.entries[number as usize].values
    }

    /// The name that a text begins with, if it is one of those that are expected behind another.
    #[inline]
    pub(super) fn guess(&self, before: u32, text: &[u8]) -> Option<Guessed> {
        let begin = text.first_chunk::<AT_ONCE>();
        for number in self.entries[before as usize].next {
            if number == UNKNOWN {
                break;
            }
            let entry = &self.entries[number as usize];
            let is = match begin {
                Some(begin) if entry.text.len() <= AT_ONCE => entry.begins(begin),
                _ => text.starts_with(&entry.text),
            };
            if is {
                return Some(Guessed { number, length: entry.text.len() });
            }
        }
        None
    }

    /// The number and the mark of a name, which is as it stands between its quotes and follows another.
    #[cold]
    pub(super) fn find(&mut self, before: u32, name: &[u8]) -> (u32, u8) {
        let number = match self.by_name.get(name) {
            Some(number) => *number,
            None if self.entries.len() > self.most || name.len() > LONGEST => return (UNKNOWN, (self.mark)(name)),
            None => self.add(name),
        };
        let entry = &mut self.entries[before as usize];
        if !entry.next.contains(&number) {
            entry.next[entry.oldest] = number;
            entry.oldest = (entry.oldest + 1) % FOLLOWERS;
        }
        (number, self.mark(number))
    }

    fn add(&mut self, name: &[u8]) -> u32 {
        let number = self.push([b"\"", name, b"\":"].concat().into(), (self.mark)(name));
        self.by_name.insert(name.into(), number);
        number
    }

    fn push(&mut self, text: Box<[u8]>, mark: u8) -> u32 {
        let (mut begin, mut own) = ([0; AT_ONCE], [0; AT_ONCE]);
        for (at, byte) in text.iter().take(AT_ONCE).enumerate() {
            (begin[at], own[at]) = (*byte, u8::MAX);
        }
        let number = u32::try_from(self.entries.len()).expect("no more than some thousand are remembered");
        let (begin, own) = (halves(&begin), halves(&own));
        self.entries.push(Entry {
            text,
            begin,
            own,
            mark,
            next: [UNKNOWN; FOLLOWERS],
            oldest: 0,
            values: Repeated::default(),
        });
        number
    }
}

impl Entry {
    #[inline]
    fn begins(&self, text: &[u8; AT_ONCE]) -> bool {
        let text = halves(text);
        ((text[0] ^ self.begin[0]) & self.own[0]) | ((text[1] ^ self.begin[1]) & self.own[1]) == 0
    }
}

#[inline]
fn halves(bytes: &[u8; AT_ONCE]) -> [u128; 2] {
    let half = |at: usize| bytes[at..].first_chunk().map_or(0, |half| u128::from_ne_bytes(*half));
    [half(0), half(AT_ONCE / 2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(name: &[u8]) -> u8 {
        u8::try_from(name.len()).unwrap_or(u8::MAX)
    }

    #[test]
    fn a_name_has_one_number_and_is_guessed_where_it_is_the_next() {
        let mut names = KnownNames::new(length);
        let long = "x".repeat(AT_ONCE);
        let all = ["Id", "CreationTime", "", "a", "nineteen bytes long", "twenty-nine bytes with quotes", &long];
        let numbers: Vec<u32> = all.iter().map(|name| names.find(UNKNOWN, name.as_bytes()).0).collect();
        // What was met longest ago is expected no more.
        assert!(names.guess(UNKNOWN, b"\"Id\":").is_none());
        for (name, number) in all.iter().zip(&numbers) {
            assert_eq!(names.find(UNKNOWN, name.as_bytes()), (*number, length(name.as_bytes())), "{name}");
            for (text, is) in [
                (format!("\"{name}\":{}", "y".repeat(64)), true),
                (format!("\"{name}\":"), true),
                (format!("\"{name}\" :{}", "y".repeat(64)), false),
                (format!("\"{name}{}\":", "y".repeat(64)), false),
                (format!("\"z{name}\":{}", "y".repeat(64)), false),
                (format!("\"{name}\""), false),
                (String::new(), false),
            ] {
                let guessed = names.guess(UNKNOWN, text.as_bytes());
                let found = guessed.map(|guessed| (guessed.number, guessed.length));
                assert_eq!(found, is.then_some((*number, name.len() + 3)), "{text}");
            }
        }
        // Behind a name that nothing followed yet nothing is expected.
        assert!(names.guess(numbers[0], b"\"Id\":").is_none());
        assert!(KnownNames::new(length).guess(UNKNOWN, b"").is_none());
    }

    #[test]
    fn invented_names_do_not_make_the_memory_grow_and_are_marked_all_the_same() {
        let mut names = KnownNames::new(length);
        for at in 0..3 * MOST {
            let name = format!("x{at:05}");
            assert_eq!(names.find(UNKNOWN, name.as_bytes()).1, 6);
        }
        assert!(names.entries.len() <= MOST + 1);
        let many = "y".repeat(LONGEST + 1);
        assert_eq!(names.find(UNKNOWN, many.as_bytes()), (UNKNOWN, u8::MAX));
        assert_ne!(names.series(), KnownNames::new(length).series());
        let mut none = KnownNames::of_one_object();
        assert_eq!((none.find(UNKNOWN, b"Id"), none.entries.len()), ((UNKNOWN, 0), 1));
    }
}
