//! What files hold: how many there were, and records of which kinds.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use crate::apis;
use crate::table::Family;
use crate::tally::Because;

/// What was found in the files of a scan.
#[derive(Debug, Default)]
pub(crate) struct Held {
    files: Mutex<BTreeSet<String>>,
    /// A bit for each family of records.
    families: AtomicU64,
}

impl Held {
    /// A file is read, perhaps not for the first time.
    pub(crate) fn file(&self, name: String) {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
    }

    /// A record was found.
    pub(crate) fn record(&self, family: Family) {
        self.families.fetch_or(bit(family), Relaxed);
    }

    /// Why nothing came out of them.
    pub(super) fn because(&self) -> Because {
        let families = self.families.load(Relaxed);
        let mut holds: Vec<String> = Vec::new();
        let mut named = 0;
        for set in apis::ALL.iter().filter(|set| families & bit(set.family) != 0) {
            // The first table of a family holds all of its records.
            if named & bit(set.family) == 0 {
                named |= bit(set.family);
                holds.push(set.qualified());
            }
        }
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        Because::NotHeld { files: files.len(), first: files.first().cloned().unwrap_or_default(), holds }
    }
}

fn bit(family: Family) -> u64 {
    1 << family as u64
}
