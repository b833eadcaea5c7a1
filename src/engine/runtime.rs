//! What a scan needs at run time and a plan must not hold: clients, budgets, the statement's instant, its tally.
//!
//! Both objects travel as extensions of the session's configuration, so a plan stays a description of facts and no
//! secret is ever in one.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::execution::TaskContext;

use super::Error;
use crate::auth::Keeps;
use crate::decode::{Conflict, Oddity};
use crate::http::{Call, Client, Quotas};
use crate::settings::Settings;
use crate::tally::{Notice, Tally};
use crate::veil::Veil;

/// The connections of a session, by name.
#[derive(Debug, Default)]
pub(super) struct Connections(pub(super) BTreeMap<String, Arc<Connected>>);

/// A connection that requests can be sent on.
#[derive(Debug)]
pub(super) struct Connected {
    pub(super) client: Client,
    /// The tenant, as the connection names it.
    pub(super) tenant: String,
    /// The content types of the feed that are the population; `None`: those that are subscribed to.
    pub(super) content_types: Option<Vec<String>>,
    /// How far back the service's reports go.
    pub(super) keeps: Keeps,
    pub(super) quotas: Quotas,
}

/// What belongs to one statement.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) tally: Arc<Tally>,
    pub(super) call: Call,
    pub(super) now: DateTime<Utc>,
    pub(super) settings: Settings,
    /// It keeps its result as a table.
    pub(super) keeps: bool,
}

impl Statement {
    /// A statement that begins now, with the budgets of the settings.
    pub(super) fn new(settings: Settings, now: DateTime<Utc>) -> Self {
        let tally = Arc::new(Tally::default());
        let mut call = Call::new(Arc::clone(&tally));
        call.max_requests = settings.max_requests;
        call.deadline = settings.timeout.map(|timeout| tokio::time::Instant::now() + timeout);
        Self { tally, call, now, settings, keeps: false }
    }

    /// The same budgets, with a tally of its own for one scan.
    pub(super) fn part(&self) -> Call {
        self.call.counted_in(Arc::new(self.tally.part()))
    }

    /// Says which values are not what their column says.
    pub(super) fn say_conflicts(&self, table: &str, conflicts: Vec<Conflict>, veil: &Veil) {
        for Conflict { column, oddity, count, first_id } in conflicts {
            let (table, first_id) = (table.to_owned(), first_id.map(|id| veil.told(&id)));
            self.tally.notice(match oddity {
                Oddity::Unreadable => Notice::TypeConflicts { table, column, count, first_id },
                Oddity::Repeated => Notice::RepeatedMembers { table, column, count, first_id },
                Oddity::Cut => Notice::CutValues { table, column, count, first_id },
            });
        }
    }

    /// The statement that a task belongs to. A host's own session may have none: defaults hold then, and `now` is the
    /// instant at which the task asks.
    pub(super) fn of(context: &TaskContext) -> Arc<Self> {
        context.session_config().get_extension::<Self>().unwrap_or_else(|| {
            let settings = super::options::of(context.session_config().options());
            Arc::new(Self::new(settings, clock()))
        })
    }
}

/// The clock: the one place of the engine that reads it.
#[expect(
    clippy::disallowed_methods,
    reason = "a session without a fixed instant takes the present one, once a statement"
)]
pub(super) fn clock() -> DateTime<Utc> {
    Utc::now()
}

impl Connections {
    pub(super) fn of(context: &TaskContext, name: &str) -> Result<Arc<Connected>, Error> {
        context
            .session_config()
            .get_extension::<Self>()
            .and_then(|all| all.0.get(name).cloned())
            .ok_or_else(|| Error::NoConnection(name.into()))
    }
}
