//! What there is to tell of what was read: at once, or together with the rows, should these turn out to be those of the answer.

use super::FileScan;
use crate::decode::{Conflict, Strange};
use crate::table::Family;
use crate::tally::Notice;
use crate::veil::Veil;

/// When a pass tells what it comes upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Telling {
    /// Another pass reads the rows of the answer, and will.
    Never,
    /// Its rows are those of the answer.
    Now,
    /// Its rows may become those of the answer: words go with them.
    Later,
}

/// Something that is told of the rows of an answer.
#[derive(Debug)]
pub(crate) enum Word {
    /// A file was read.
    File(String),
    /// There are records of a kind.
    Holds(Family),
    /// Values that are odd, and members that nobody declares.
    Odd(Vec<Conflict>, Strange),
    /// What a file as a whole shows.
    Notice(Notice),
}

impl Word {
    pub(crate) fn say(self, scan: &FileScan) {
        let table = || scan.set.qualified();
        match self {
            Self::File(name) => scan.held.file(name),
            Self::Holds(family) => scan.held.record(family),
            Self::Odd(conflicts, strange) => {
                // Of a file nobody has a secret.
                scan.statement.say_conflicts(&table(), conflicts, &Veil::default());
                scan.statement.journal.met(&table(), strange, &Veil::default());
            }
            Self::Notice(notice) => scan.statement.tally.notice(notice),
        }
    }
}
