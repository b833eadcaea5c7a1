//! What a session has fetched already, so that it can say when the same is fetched again.
//!
//! At five requests in ten seconds a second look at the same window is what costs. Nothing is cached behind the user's
//! back; the notice says how to keep a result.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::engine::runtime::Statement;
use crate::plan::{PageQuery, ScanPlan, StreamPlan};
use crate::predicate::Clause;
use crate::tally::{Notice, Tally};
use crate::time::Interval;

/// Requests below which a repetition is not worth a word.
const FEW: u64 = 3;
/// Windows that are remembered; the oldest go first.
const MOST: usize = 100;

const SECOND: i64 = 1_000_000;

/// The windows that a session's scans have read to their end.
#[derive(Debug, Default)]
pub(crate) struct Fetched(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    windows: Vec<FetchedWindow>,
    /// Tables about which it was said.
    said: BTreeSet<String>,
}

/// One scan that came to its end.
#[derive(Debug, Clone)]
pub(crate) struct FetchedWindow {
    /// The connection and the table.
    connection: String,
    table: String,
    interval: Interval,
    streams: Vec<Stream>,
    /// Every row of the window was read: neither a limit nor a threshold ended the scan.
    whole: bool,
    statement: Weak<Tally>,
}

/// One of its request streams.
#[derive(Debug, Clone, PartialEq)]
struct Stream {
    kind: Option<&'static str>,
    /// What it filtered by besides the time.
    clauses: Vec<Clause>,
    /// The alternatives of which each record satisfied one.
    parts: Vec<Clause>,
    /// The properties that came, where they were asked for one by one.
    select: Option<Vec<&'static str>>,
}

impl Stream {
    /// Whether what the other one asked for was among what this one received.
    fn holds(&self, other: &Self) -> bool {
        let unfiltered = self.clauses.is_empty() && self.parts.is_empty();
        let selected = self
            .select
            .as_ref()
            .is_none_or(|own| other.select.as_ref().is_some_and(|names| names.iter().all(|name| own.contains(name))));
        let same = self.clauses == other.clauses && self.parts == other.parts;
        self.kind == other.kind && selected && (unfiltered || same)
    }
}

impl FetchedWindow {
    /// The window of a scan.
    pub(crate) fn new(connection: &str, plan: &ScanPlan, statement: &Statement, whole: bool) -> Self {
        let now = statement.now.timestamp_micros();
        let Interval { from, to } = plan.interval();
        let stream = |stream: &StreamPlan| {
            let kind = stream.kind().map(|kind| kind.member);
            let PageQuery { clauses, select, .. } = &stream.query;
            Stream { kind, clauses: clauses.clone(), parts: stream.parts.clone(), select: select.clone() }
        };
        Self {
            connection: connection.to_owned(),
            table: plan.set.qualified(),
            // Up to the present is up to the present, though a later statement's is later.
            interval: Interval { from, to: to.filter(|to| *to < now - SECOND) },
            streams: plan.streams.iter().map(stream).collect(),
            whole: whole && plan.limit.is_none(),
            statement: Arc::downgrade(&statement.tally),
        }
    }

    /// Whether all records that the other scan asked for were among those that this one received.
    fn holds(&self, other: &Self) -> bool {
        let stream = |other: &Stream| self.streams.iter().any(|own| own.holds(other));
        self.connection == other.connection
            && self.table == other.table
            && self.interval.hull(other.interval) == self.interval
            && other.streams.iter().all(stream)
    }
}

impl Fetched {
    /// Enters a scan that came to its end, and says if its records had been fetched before by another statement.
    pub(crate) fn enter(&self, window: FetchedWindow, requests: u64, statement: &Statement) {
        if requests < FEW {
            return;
        }
        let tally = &statement.tally;
        let short = tally.missing().is_some();
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let other = |earlier: &FetchedWindow| !earlier.statement.ptr_eq(&window.statement);
        let again = log.windows.iter().any(|earlier| other(earlier) && earlier.holds(&window));
        if again && !statement.keeps && log.said.insert(format!("{} {}", window.connection, window.table)) {
            // A kept table answers only for what had ended before it was read.
            let open = statement.settings.reuse && window.interval.to.is_none();
            tally.notice(Notice::FetchedAgain { table: window.table.clone(), requests, open });
        }
        if window.whole && !short && !log.windows.iter().any(|earlier| !other(earlier) && earlier.holds(&window)) {
            log.windows.push(window);
            let surplus = log.windows.len().saturating_sub(MOST);
            log.windows.drain(..surplus);
        }
    }
}
