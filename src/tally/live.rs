//! What a query is doing at this moment, for whoever watches: how far its chains of pages have come, what it waits for.
//!
//! Work in progress is a guard: dropped with the query, it leaves nothing behind. A wait is told by its length, because
//! nothing here reads a clock; whoever watches notes when a wait was first seen.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::veil::Veiled;

/// Why nothing is sent. Where several reasons hold at once, the first of them is what is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The service said how long (Retry-After).
    Told,
    /// A request failed, and is sent again.
    BackOff,
    /// The service's quota of requests is used up for now.
    Quota,
    /// The service carries out a search.
    Search,
}

impl Why {
    /// All reasons, the strongest first.
    pub const ALL: [Self; 4] = [Self::Told, Self::BackOff, Self::Quota, Self::Search];
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Told => "because the service asks for it",
            Self::BackOff => "before a retry",
            Self::Quota => "for the quota",
            Self::Search => "while the service searches",
        })
    }
}

/// The work in progress of one query. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Live(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    next: u64,
    /// Chains that are not read to their end.
    chains: BTreeMap<u64, Seen>,
    waits: BTreeMap<u64, (Why, Duration)>,
    /// Searches that were ordered and have not ended, by table and id.
    searches: BTreeMap<u64, (String, Veiled)>,
}

/// A chain of pages, or a range of time that several chains read.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// All between an oldest and a newest time was read; nothing yet.
    range: Option<(i64, i64)>,
    /// It needs one more request at least.
    is_open: bool,
    /// It reads a slice of a range, which has a mark of its own.
    is_slice: bool,
}

/// What there is to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct View {
    /// Chains that are not read to their end: each needs one request at least.
    pub open: u64,
    /// The range of time, in microseconds UTC, of which all open chains have read every record.
    pub covered: Option<(i64, i64)>,
    /// The present wait: its number, its reason, its whole length.
    pub wait: Option<(u64, Why, Duration)>,
}

impl Live {
    /// Begins a chain of pages.
    pub fn chain(&self) -> ChainMark {
        let mut state = self.locked();
        let id = state.id();
        state.chains.insert(id, Seen { range: None, is_open: true, is_slice: false });
        ChainMark { live: self.clone(), id }
    }

    /// Begins a chain that reads a slice of a range of time. What of the range is read without a gap, a mark of its own tells.
    pub fn slice(&self) -> ChainMark {
        let mut state = self.locked();
        let id = state.id();
        state.chains.insert(id, Seen { range: None, is_open: true, is_slice: true });
        ChainMark { live: self.clone(), id }
    }

    /// Begins a wait, which ends when the guard is dropped.
    pub fn wait(&self, why: Why, time: Duration) -> Waiting {
        let mut state = self.locked();
        let id = state.id();
        state.waits.insert(id, (why, time));
        Waiting { live: self.clone(), id }
    }

    /// A search of a table was ordered: its number here. It goes on at the service, whoever waits for it.
    pub fn ordered(&self, table: String, id: Veiled) -> u64 {
        let mut state = self.locked();
        let number = state.id();
        state.searches.insert(number, (table, id));
        number
    }

    /// That search has ended.
    pub fn ended(&self, number: u64) {
        self.locked().searches.remove(&number);
    }

    /// The searches that go on, by table and id: also those that nobody waits for any more.
    pub fn searches(&self) -> Vec<(String, Veiled)> {
        self.locked().searches.values().cloned().collect()
    }

    /// What there is to see now.
    pub fn view(&self) -> View {
        let state = self.locked();
        let whole = state.chains.values().filter(|seen| !seen.is_slice);
        let seen: Option<Vec<(i64, i64)>> = whole.map(|seen| seen.range).collect();
        let covered = seen.as_deref().unwrap_or_default().iter().copied().reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)));
        View {
            open: state.chains.values().filter(|seen| seen.is_open).count() as u64,
            covered: covered.filter(|(from, to)| from <= to),
            wait: state.waits.first_key_value().map(|(id, (why, time))| (*id, *why, *time)),
        }
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        // Every change is one whole step, so what a panic leaves is still good to read.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

/// A chain of pages that is being read.
#[derive(Debug)]
pub struct ChainMark {
    live: Live,
    id: u64,
}

impl ChainMark {
    /// Records of these times were read, and all between them.
    pub fn read(&self, oldest: i64, newest: i64) {
        if let Some(seen) = self.live.locked().chains.get_mut(&self.id) {
            let (from, to) = seen.range.unwrap_or((oldest, newest));
            seen.range = Some((from.min(oldest), to.max(newest)));
        }
    }

    /// The same for a range whose slices have marks of their own: those need requests, it does not.
    #[must_use]
    pub fn of_slices(self) -> Self {
        if let Some(seen) = self.live.locked().chains.get_mut(&self.id) {
            seen.is_open = false;
        }
        self
    }
}

impl Drop for ChainMark {
    fn drop(&mut self) {
        self.live.locked().chains.remove(&self.id);
    }
}

/// A wait.
#[derive(Debug)]
pub struct Waiting {
    live: Live,
    id: u64,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.live.locked().waits.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_covered_is_what_all_open_chains_have_read() {
        let live = Live::default();
        let (a, b) = (live.chain(), live.chain());
        a.read(50, 100);
        assert_eq!((live.view().open, live.view().covered), (2, None), "one chain has read nothing yet");
        b.read(80, 101);
        a.read(20, 49);
        assert_eq!(live.view().covered, Some((80, 100)));
        drop(b);
        assert_eq!((live.view().open, live.view().covered), (1, Some((20, 100))));
        drop(a);
        assert_eq!(live.view(), View::default());
    }

    #[test]
    fn slices_count_as_open_and_leave_it_to_their_range_to_tell_what_is_read() {
        let live = Live::default();
        let (range, one, other) = (live.chain().of_slices(), live.slice(), live.slice());
        range.read(50, 100);
        one.read(0, 10);
        assert_eq!((live.view().open, live.view().covered), (2, Some((50, 100))));
        drop((one, other));
        assert_eq!((live.view().open, live.view().covered), (0, Some((50, 100))));
        drop(range);
        assert_eq!((live.view().open, live.view().covered), (0, None));
    }

    #[test]
    fn a_wait_is_over_when_its_guard_is_dropped() {
        let live = Live::default();
        let waiting = live.wait(Why::Quota, Duration::from_secs(4));
        let (first, why, time) = live.view().wait.unwrap();
        assert_eq!((why, time), (Why::Quota, Duration::from_secs(4)));
        drop(waiting);
        let _again = live.wait(Why::BackOff, Duration::from_secs(1));
        assert_ne!(live.view().wait.unwrap().0, first, "another wait has another number");
    }
}
