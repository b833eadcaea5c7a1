//! What a session knows of how many records a day has, for estimates: of each table of each connection.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::plan::estimate::Counts;

/// Tables that are told apart. Beyond them nothing is remembered.
const MOST_TABLES: usize = 1_000;

/// The numbers, by connection and table.
#[derive(Debug, Default)]
pub(crate) struct KnownDays(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    counts: BTreeMap<(String, String), Counts>,
    /// Those of which the service was asked, once.
    asked: BTreeSet<(String, String)>,
}

impl KnownDays {
    /// What is known of a table.
    pub(crate) fn of(&self, connection: &str, table: &str) -> Counts {
        self.locked().counts.get(&(connection.to_owned(), table.to_owned())).cloned().unwrap_or_default()
    }

    /// Enters something about a table; what is known afterwards.
    pub(crate) fn enter(&self, connection: &str, table: &str, enter: impl FnOnce(&mut Counts)) -> Counts {
        let key = (connection.to_owned(), table.to_owned());
        let mut known = self.locked();
        if known.counts.len() >= MOST_TABLES && !known.counts.contains_key(&key) {
            return Counts::default();
        }
        let counts = known.counts.entry(key).or_default();
        enter(counts);
        counts.clone()
    }

    /// Whether the service is to be asked about a table: the first who wants to know is told so.
    pub(crate) fn may_ask(&self, connection: &str, table: &str) -> bool {
        let mut known = self.locked();
        known.asked.len() < MOST_TABLES && known.asked.insert((connection.to_owned(), table.to_owned()))
    }

    fn locked(&self) -> MutexGuard<'_, Known> {
        // Every change is one whole step, so what a panic leaves is still good to read.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_a_connection_are_told_apart_and_asked_about_once() {
        let known = KnownDays::default();
        known.enter("a", "t", |counts| counts.read(None, [(1, 2)].into()));
        assert!(known.of("a", "t").differing(&[]).is_none() && !known.of("b", "t").are_told());
        assert_eq!((known.may_ask("a", "t"), known.may_ask("a", "t"), known.may_ask("b", "t")), (true, false, true));
    }
}
