//! What a session remembers of its work, for the tables of `auditql` and for estimates: requests, what the last statement
//! covered, members that no column declares, numbers of records. All of it is bounded.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::execution::TaskContext;

use super::Statement;
use super::known::KnownDays;
use crate::decode::{Strange, Undeclared};
use crate::tally::{RequestLog, Tally};
use crate::time::Interval;
use crate::veil::{Veil, Veiled};

/// Members that are told apart in a table.
pub(crate) const MOST_MEMBERS: usize = 1_000;
/// Scans of one statement that are told apart.
const MOST_SCANS: usize = 1_000;

/// What a session remembers.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    pub(crate) requests: Arc<RequestLog>,
    /// How many records days have, for estimates.
    pub(crate) days: KnownDays,
    drift: Mutex<BTreeMap<String, TableDrift>>,
    coverage: Mutex<Coverage>,
}

/// Members of a table's records that no column declares.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableDrift {
    pub(crate) members: BTreeMap<String, Met>,
    /// How often others were met, past the number that is told apart.
    pub(crate) unlisted: u64,
}

/// How often a member was met, and the key of the first record that had it.
#[derive(Debug, Clone)]
pub(crate) struct Met {
    pub(crate) count: u64,
    pub(crate) first_id: Option<Veiled>,
}

/// The scans of the last statement that had one.
#[derive(Debug, Default)]
struct Coverage {
    statement: Option<Arc<Tally>>,
    scans: Vec<Arc<Covered>>,
}

/// What a scan covered, as far as it has come.
#[derive(Debug)]
pub(crate) struct Covered {
    pub(crate) connection: String,
    pub(crate) table: (&'static str, &'static str),
    /// The times that were asked for.
    pub(crate) asked: Interval,
    /// Counts of the scan alone.
    pub(crate) tally: Arc<Tally>,
    statement: Arc<Tally>,
    ended: Mutex<Ended>,
}

/// How a scan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It is under way, or nobody asked for its rows.
    Running,
    /// All that it had was given out.
    Read,
    /// As many rows were given out as the limit allows.
    Limit,
    /// The rows at an end of its time were given out, and no more were needed.
    Ends,
    /// Whoever read it wanted no more.
    Stopped,
    /// It ended in an error.
    Failed,
}

impl Journal {
    /// That of the session that a task belongs to.
    pub(crate) fn of(context: &TaskContext) -> Arc<Self> {
        context.session_config().get_extension::<Self>().unwrap_or_default()
    }

    /// Enters members that no column declares.
    pub(crate) fn met(&self, table: &str, strange: Strange, veil: &Veil) {
        if strange == Strange::default() {
            return;
        }
        let mut drift = locked(&self.drift);
        let drift = drift.entry(table.to_owned()).or_default();
        drift.unlisted += strange.unlisted;
        for Undeclared { member, count, first_id } in strange.members {
            if let Some(met) = drift.members.get_mut(&member) {
                met.count += count;
            } else if drift.members.len() < MOST_MEMBERS {
                let first_id = first_id.map(|id| veil.told_name(&id));
                drift.members.insert(member, Met { count, first_id });
            } else {
                drift.unlisted += count;
            }
        }
    }

    /// The members that were met, by table.
    pub(crate) fn drift(&self) -> BTreeMap<String, TableDrift> {
        locked(&self.drift).clone()
    }

    /// Enters a scan. The first one of a statement takes the place of those of the statement before.
    pub(crate) fn covers(
        &self,
        statement: &Statement,
        (connection, table): (&str, (&'static str, &'static str)),
        (asked, tally): (Interval, Arc<Tally>),
    ) -> Arc<Covered> {
        let mut coverage = locked(&self.coverage);
        if !coverage.statement.as_ref().is_some_and(|last| Arc::ptr_eq(last, &statement.tally)) {
            *coverage = Coverage { statement: Some(Arc::clone(&statement.tally)), scans: Vec::new() };
        }
        let (connection, ended) = (connection.to_owned(), Mutex::new(Ended::Running));
        let covered =
            Arc::new(Covered { connection, table, asked, tally, statement: Arc::clone(&statement.tally), ended });
        if coverage.scans.len() < MOST_SCANS {
            coverage.scans.push(Arc::clone(&covered));
        }
        covered
    }

    /// The scans of the last statement.
    pub(crate) fn coverage(&self) -> Vec<Arc<Covered>> {
        locked(&self.coverage).scans.clone()
    }
}

impl Covered {
    /// Ends it. What came first counts.
    pub(crate) fn end(&self, how: Ended) {
        let mut ended = locked(&self.ended);
        if *ended == Ended::Running {
            *ended = how;
        }
    }

    /// In a word: `read`, `incomplete`, `limit`, `ends`, `stopped`, `failed`, `running`.
    pub(crate) fn state(&self) -> &'static str {
        match *locked(&self.ended) {
            Ended::Failed => "failed",
            _ if self.missing().is_some() => "incomplete",
            Ended::Running => "running",
            Ended::Read => "read",
            Ended::Limit => "limit",
            Ended::Ends => "ends",
            Ended::Stopped => "stopped",
        }
    }

    /// What is missing from the statement's answer, if something is.
    pub(crate) fn missing(&self) -> Option<String> {
        self.statement.missing()
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::settings::Settings;

    fn met(member: String, count: u64, id: &str) -> Undeclared {
        Undeclared { member, count, first_id: Some(id.into()) }
    }

    #[test]
    fn members_are_added_up_and_bounded() {
        let journal = Journal::default();
        for n in 0..MOST_MEMBERS + 10 {
            let members = vec![met(format!("m{n}"), 2, "a"), met("often".into(), 1, &format!("r{n}"))];
            journal.met("t", Strange { members, unlisted: 1 }, &Veil::default());
        }
        let drift = journal.drift();
        let table = &drift["t"];
        assert_eq!(table.members.len(), MOST_MEMBERS);
        let often = &table.members["often"];
        assert_eq!((often.count, often.first_id.as_deref()), (MOST_MEMBERS as u64 + 10, Some("r0")));
        // Eleven that came too late, twice each, and those that the decoder had not told apart.
        assert_eq!(table.unlisted, 11 * 2 + MOST_MEMBERS as u64 + 10);
    }

    #[test]
    fn a_statement_without_scans_leaves_the_coverage_of_the_one_before() {
        let journal = Journal::default();
        let statement = || Statement::new(Settings::default(), DateTime::UNIX_EPOCH);
        let (first, second) = (statement(), statement());
        let scan = |of: &Statement, name| journal.covers(of, ("c", ("entra", name)), (Interval::ALL, Arc::default()));
        let (a, b) = (scan(&first, "a"), scan(&first, "b"));
        a.end(Ended::Limit);
        a.end(Ended::Stopped);
        let states = || journal.coverage().iter().map(|c| (c.table.1, c.state())).collect::<Vec<_>>();
        assert_eq!(states(), [("a", "limit"), ("b", "running")]);
        b.end(Ended::Failed);
        assert_eq!(b.state(), "failed");
        scan(&second, "c").end(Ended::Read);
        assert_eq!(states(), [("c", "read")]);
    }
}
