//! Several readings of one search that has ended: when may it be called whole?
//!
//! Reading the pages of such a search twice was seen to bring different records (several collectors count them page by page
//! for that reason). So it is read until two readings each brought all that any of them did. A reading that brings less than
//! is known, or something new, is none of the two. Only the identity of records is kept.

use std::collections::HashMap;

/// Readings until it is given up.
const MOST: u8 = 6;
/// Bytes that a record takes.
pub const ENTRY: usize = 40;

/// What was read so far.
#[derive(Debug, Default)]
pub struct Passes {
    /// The records, and the last reading that each came in.
    seen: HashMap<u128, u8>,
    /// Readings that ended.
    ended: u8,
    /// Different records of the present one, and those among them that none before it brought.
    found: usize,
    new: usize,
    /// Readings that brought all there is.
    whole: u8,
}

/// What to do after a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Read it again.
    Again,
    /// Two readings agree on all there is.
    Whole,
    /// No two of so many readings do.
    Unsteady(u8),
}

impl Passes {
    /// Enters a record; whether none of the readings brought it before.
    pub fn enter(&mut self, record: u128) -> bool {
        let present = self.ended + 1;
        match self.seen.insert(record, present) {
            None => {
                (self.found, self.new) = (self.found + 1, self.new + 1);
                true
            }
            Some(before) => {
                self.found += usize::from(before != present);
                false
            }
        }
    }

    /// Different records so far.
    pub fn size(&self) -> usize {
        self.seen.len()
    }

    /// Different records of the present reading.
    pub fn found(&self) -> usize {
        self.found
    }

    /// The records.
    pub fn records(&self) -> impl Iterator<Item = u128> + '_ {
        self.seen.keys().copied()
    }

    /// The present reading is over.
    pub fn end(&mut self) -> Verdict {
        self.ended += 1;
        let is_all = self.found == self.seen.len();
        let before = if self.new > 0 { 0 } else { self.whole };
        self.whole = before + u8::from(is_all);
        (self.found, self.new) = (0, 0);
        match self.whole {
            2.. => Verdict::Whole,
            _ if self.ended >= MOST => Verdict::Unsteady(self.ended),
            _ => Verdict::Again,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(readings: &[&[u128]]) -> (usize, Vec<Verdict>) {
        let mut passes = Passes::default();
        let mut verdicts = Vec::new();
        for reading in readings {
            reading.iter().for_each(|record| {
                passes.enter(*record);
            });
            verdicts.push(passes.end());
        }
        (passes.size(), verdicts)
    }

    #[test]
    fn two_readings_that_each_bring_all_there_is_make_it_whole() {
        use Verdict::{Again, Unsteady, Whole};
        for (readings, expected) in [
            (&[&[1, 2, 2][..], &[2, 1]][..], vec![Again, Whole]),
            (&[&[], &[]], vec![Again, Whole]),
            // The second brings one more: a third has to confirm it.
            (&[&[1], &[1, 2], &[2, 1]], vec![Again, Again, Whole]),
            // The second lacks one: it confirms nothing.
            (&[&[1, 2], &[1], &[1, 2]], vec![Again, Again, Whole]),
            (&[&[1, 2], &[1, 3], &[2, 3], &[1, 2, 3], &[1, 2, 3]], vec![Again, Again, Again, Again, Whole]),
            (&[&[1], &[2], &[1], &[2], &[1], &[2]], vec![Again, Again, Again, Again, Again, Unsteady(6)]),
        ] {
            assert_eq!(verdicts(readings).1, expected, "{readings:?}");
        }
        assert_eq!(verdicts(&[&[1, 1, 2], &[3]]).0, 3);
    }
}
