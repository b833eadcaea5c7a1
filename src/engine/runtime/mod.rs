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

use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::execution::TaskContext;

use crate::auth::Keeps;
use crate::decode::{Conflict, Oddity};
use crate::http::{Budget, Client, Quotas};
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
}

impl Statement {
    /// A statement that begins now, with the budgets of the settings.
    pub(crate) fn new(settings: Settings, now: DateTime<Utc>) -> Self {
        let tally = Arc::new(Tally::default());
        let mut budget = Budget::new(Arc::clone(&tally));
        budget.max_requests = settings.max_requests;
        budget.deadline = settings.timeout.map(|timeout| tokio::time::Instant::now() + timeout);
        Self { tally, budget, now, settings, keeps: false, journal: Arc::default() }
    }

    /// The same budgets, with a tally of its own for one scan of a connection.
    pub(crate) fn part(&self, connection: &str) -> Budget {
        let part = self.tally.part().logged(Arc::clone(&self.journal.requests), connection);
        self.budget.counted_in(Arc::new(part))
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

/// The clock: the one place of the engine that reads it.
#[expect(
    clippy::disallowed_methods,
    reason = "a session without a fixed instant takes the present one, once a statement"
)]
pub(crate) fn clock() -> DateTime<Utc> {
    Utc::now()
}
