//! What a scan needs at run time and a plan must not hold: clients, budgets, the statement's instant, its tally.
//!
//! Both objects travel as extensions of the session's configuration, so a plan stays a description of facts and no
//! secret is ever in one.

pub(crate) mod connections;
pub(crate) mod journal;
pub(crate) mod known;
pub(crate) mod memory;
pub(crate) mod options;
pub(crate) mod schemas;
pub(crate) mod stack;
pub(crate) mod workers;

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use datafusion::execution::TaskContext;

use crate::auth::Keeps;
use crate::decode::{Conflict, Oddity};
use crate::engine::error::Error;
use crate::files::StoreFault;
use crate::http::{Budget, Client, Limit, Quotas};
use crate::searches::KnownVersion;
use crate::settings::Settings;
use crate::tally::{Notice, Tally};
use crate::veil::Veil;
pub(crate) use connections::Connections;
use journal::Journal;

/// A connection that requests can be sent on.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) client: Client,
    /// The tenant, as the connection names it.
    pub(crate) tenant: String,
    /// The content types of the feed that are the population; `None`: those that are subscribed to.
    pub(crate) content_types: Option<Vec<String>>,
    /// How far back the service's reports go.
    pub(crate) keeps: Keeps,
    pub(crate) quotas: Quotas,
    /// Which version of Microsoft Graph searches the audit log, once that is known.
    pub(crate) search_version: Arc<KnownVersion>,
}

/// What belongs to one statement.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) tally: Arc<Tally>,
    pub(crate) budget: Budget,
    pub(crate) now: DateTime<Utc>,
    pub(crate) settings: Settings,
    /// It keeps its result as a table.
    pub(crate) keeps: bool,
    /// What its session remembers.
    pub(crate) journal: Arc<Journal>,
    /// Tables of files of columns that lie in stores, with the number of their files.
    pub(crate) stored: Mutex<BTreeMap<String, usize>>,
}

impl Statement {
    /// A statement that begins now, with the budgets of the settings.
    pub(crate) fn new(settings: Settings, now: DateTime<Utc>) -> Self {
        let tally = Arc::new(Tally::default());
        let mut budget = Budget::new(Arc::clone(&tally));
        budget.max_requests = settings.max_requests;
        budget.deadline = settings.timeout.map(|timeout| tokio::time::Instant::now() + timeout);
        Self { tally, budget, now, settings, keeps: false, journal: Arc::default(), stored: Mutex::default() }
    }

    /// The same budgets, with a tally of its own for one scan of a connection.
    pub(crate) fn part(&self, connection: &str) -> Budget {
        let part = self.tally.part().logged(Arc::clone(&self.journal.requests), connection);
        self.budget.counted_in(Arc::new(part))
    }

    /// It reads a table of so many files of columns that lie in stores.
    pub(crate) fn reads_stored(&self, table: &str, files: usize) {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner).insert(table.to_owned(), files);
    }

    /// What it reads of the kind.
    pub(crate) fn stored(&self) -> BTreeMap<String, usize> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The same for what reads logs, which may lie in stores.
    pub(crate) fn for_stores(&self) -> Budget {
        self.part(STORES)
    }

    /// Does work on files, which blocks, and may send requests to stores on this budget.
    ///
    /// # Errors
    /// When the runtime ends, or a limit of the statement ended a request: what was read then is short. A partial answer takes it,
    /// since what could not be read is told.
    pub(crate) async fn on_files<T: Send + 'static>(
        &self,
        budget: Budget,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let paying = budget.clone();
        let done = match tokio::task::spawn_blocking(move || paying.pays(work)).await {
            Ok(done) => done,
            // A runtime that shuts down cancels what it has not begun.
            Err(fault) => return fault.try_into_panic().map_or(Err(Error::Ending), |fault| resume_unwind(fault)),
        };
        if self.settings.partial { Ok(done) } else { limits_of(&budget).map(|()| done) }
    }

    /// Says which values are not what their column says.
    pub(crate) fn say_conflicts(&self, table: &str, conflicts: Vec<Conflict>, veil: &Veil) {
        for Conflict { column, oddity, count, first_id } in conflicts {
            let (table, first_id) = (table.to_owned(), first_id.map(|id| veil.told_name(&id)));
            self.tally.notice(match oddity {
                Oddity::Unreadable => Notice::TypeConflicts { table, column, count, first_id },
                Oddity::Repeated => Notice::RepeatedMembers { table, column, count, first_id },
                Oddity::Cut => Notice::CutValues { table, column, count, first_id },
                Oddity::Contradicted => Notice::Contradicted { table, column, count, first_id },
            });
        }
    }

    /// The statement that a task belongs to. A host's own session may have none: defaults hold then, and `now` is the
    /// instant at which the task asks.
    pub(crate) fn of(context: &TaskContext) -> Arc<Self> {
        context.session_config().get_extension::<Self>().unwrap_or_else(|| {
            let settings = crate::engine::runtime::options::of(context.session_config().options());
            Arc::new(Self { journal: Journal::of(context), ..Self::new(settings, clock()) })
        })
    }
}

/// What requests to stores are entered as where the store itself is not known.
const STORES: &str = "stores";

/// Whether no limit of the statement has ended a request to a store, in what is done here.
///
/// # Errors
/// When one has: what was found is short.
pub(crate) fn within_limits() -> Result<(), Error> {
    Budget::paying().as_ref().map_or(Ok(()), limits_of)
}

fn limits_of(budget: &Budget) -> Result<(), Error> {
    match budget.met() {
        None => Ok(()),
        Some(Limit::Requests(limit)) => Err(Error::OfStore(StoreFault::Requests { limit })),
        Some(Limit::Time) => Err(Error::OfStore(StoreFault::Time)),
    }
}

/// The clock: the one place of the engine that reads it.
#[expect(
    clippy::disallowed_methods,
    reason = "a session without a fixed instant takes the present one, once a statement"
)]
pub(crate) fn clock() -> DateTime<Utc> {
    Utc::now()
}
