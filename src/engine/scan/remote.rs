//! What all requests of one leg share: who is asked, for which columns, within which budgets, and where it is told what
//! was met.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use datafusion::execution::TaskContext;

use super::choices::Choices;
use super::declared::declared;
use crate::decode::{Conflict, PageDecoder, Strange, whole};
use crate::engine::error::{Error, Place};
use crate::engine::runtime::memory::Room;
use crate::engine::runtime::{Connected, Statement};
use crate::http::{self, Budget};
use crate::table::{Column, EntitySet};
use crate::tally::Notice;
use crate::time::instant_text;
use crate::veil::Veil;
use crate::wire::{Reply, Request};

/// The service's reply or its refusal, unless this side could not take it.
pub(crate) type Answered = Result<Result<Reply, http::Error>, Error>;

/// What all requests of one leg share.
pub(crate) struct RemoteScan {
    /// What the table is called when something is said of it.
    pub(crate) name: String,
    /// The name of the connection.
    pub(crate) connection: String,
    pub(crate) set: &'static EntitySet,
    /// The columns to decode: those that the query needs, time, key and kind.
    pub(crate) columns: Vec<&'static Column>,
    pub(crate) connected: Arc<Connected>,
    pub(crate) statement: Arc<Statement>,
    /// The budgets of the statement with this scan's own tally.
    pub(crate) budget: Budget,
    /// The whole of it is wanted: pages may be asked for ahead.
    pub(crate) eager: bool,
    /// Slices that a range of time may be read in at once.
    pub(crate) slices: usize,
    /// The oldest time among all records received; [`i64::MAX`] before the first.
    pub(crate) oldest: AtomicI64,
    /// What it holds counts there.
    pub(crate) room: Room,
    /// Where rows are sorted that a service does not sort.
    pub(crate) context: Arc<TaskContext>,
    /// What was chosen while it ran.
    pub(crate) choices: Arc<Choices>,
}

impl RemoteScan {
    pub(crate) fn table(&self) -> String {
        self.name.clone()
    }

    /// The same for the keys of another set, whose listings lead to the records of this one.
    pub(crate) fn of(&self, set: &'static EntitySet) -> Self {
        // A catalog may stand before it.
        let catalog = self.name.strip_suffix(&self.set.qualified()).unwrap_or_default();
        Self {
            name: format!("{catalog}{}", set.qualified()),
            connection: self.connection.clone(),
            set,
            columns: set.column(set.key).into_iter().collect(),
            connected: Arc::clone(&self.connected),
            statement: Arc::clone(&self.statement),
            budget: self.budget.clone(),
            eager: self.eager,
            slices: 1,
            oldest: i64::MAX.into(),
            room: Room::of(&self.room.part()),
            context: Arc::clone(&self.context),
            choices: Arc::clone(&self.choices),
        }
    }

    /// The instant before which the service keeps nothing.
    pub(crate) fn kept_from(&self) -> Option<i64> {
        let days = self.connected.keeps.days(self.set)?;
        Some((self.statement.now - chrono::Duration::days(i64::from(days))).timestamp_micros())
    }

    /// Says how far back the records go that were received: nobody asked for a lower bound.
    pub(crate) fn say_reach(&self) {
        let oldest = self.oldest.load(Relaxed);
        if oldest != i64::MAX {
            self.statement.tally.notice(Notice::Reach { table: self.table(), oldest: instant_text(oldest) });
        }
    }

    /// Says which values are not what their column says.
    pub(crate) fn report(&self, conflicts: Vec<Conflict>, strange: Strange) {
        self.statement.say_conflicts(&self.table(), conflicts, self.veil());
        self.statement.journal.met(&self.table(), strange, self.veil());
    }

    /// What hides the connection's secrets in words of the service.
    pub(crate) fn veil(&self) -> &Veil {
        self.connected.client.veil()
    }

    /// Sends a request. The reply's body counts in the memory pool as long as it is held.
    pub(crate) async fn ask(&self, request: &Request) -> Answered {
        match self.connected.client.ask(request, &self.budget, whole).await {
            Ok(reply) => self.room.held(reply).map(Ok),
            Err(refused) => Ok(Err(refused)),
        }
    }

    pub(crate) fn request_error(&self, place: Place, source: http::Error) -> Error {
        Error::Request { place: Box::new(place), needs: Box::new(self.set.needs(&self.columns)), source }
    }

    /// Under `partial`, what cannot be read costs itself alone, and is said.
    pub(crate) fn spare(&self, error: Error) -> Result<(), Error> {
        if !self.statement.settings.partial || !error.costs_its_place_alone() {
            return Err(error);
        }
        self.statement.tally.notice(Notice::Incomplete { missing: error.missing() });
        Ok(())
    }

    /// What its pages are decoded with.
    pub(super) fn page_decoder(&self) -> PageDecoder {
        let key = self.set.column(self.set.key).map_or("", |c| c.wire);
        let decoder = PageDecoder::new(&self.columns, key).noticing(declared(self.set));
        if self.statement.settings.dedup { decoder.digested() } else { decoder }
    }
}
