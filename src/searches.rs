//! Searches of a tenant's audit log: ordered, asked after, listed. A service carries them out in its own time.
//!
//! An order is placed once. Where nobody knows whether it arrived, the list of searches is looked through for its name before
//! it is placed again. A search cannot be removed: Microsoft Graph documents no request for it, and none is made up here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use crate::decode::{self, Ordered, whole};
use crate::http::{self, Budget, Client, GaveUp};
use crate::plan::search::{self, Label, Order};
use crate::table::{ApiVersion, Search};
use crate::tally::Why;
use crate::veil::{Veil, Veiled};
use crate::wire::{Reply, Request};

/// How often an order is placed whose reply is lost.
const PLACED: u32 = 3;
/// How often in a row a service may fail to say how a search is getting on. Each of these is a request that was repeated in
/// vain; several collectors met them by the hour.
const FAILURES: u32 = 5;
/// How often in a row a search that was just ordered may be unknown: what one server took down, another may not know yet.
const UNKNOWN: u32 = 3;
/// Pages of the list of searches that are looked through. Some hundred searches a day are possible.
const PAGES: usize = 100;

/// Why there is no search to read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A request failed.
    #[error("the audit search could not be requested")]
    Request(#[source] http::Error),
    /// A reply was none.
    #[error("the service's words about the audit search could not be read")]
    Reply(#[source] decode::Error),
    /// The service gave it up.
    #[error("the service ended the audit search {id} as {status}")]
    Ended {
        /// Its id.
        id: Veiled,
        /// The service's word.
        status: Veiled,
    },
    /// The id could lead elsewhere.
    #[error("the service gave the audit search an id that cannot be used: '{0}'")]
    Id(Veiled),
    /// Orders were placed and none of them is there.
    #[error("the audit search was ordered {0} times; no reply came, and none of them is in the list of searches")]
    Lost(u32),
}

/// Which version of a service has searches: known once it has answered.
#[derive(Debug, Default)]
pub struct KnownVersion(AtomicU8);

impl KnownVersion {
    fn get(&self) -> Option<ApiVersion> {
        match self.0.load(Relaxed) {
            1 => Some(ApiVersion::V1),
            2 => Some(ApiVersion::Beta),
            _ => None,
        }
    }

    fn set(&self, version: ApiVersion) {
        self.0.store(if version == ApiVersion::V1 { 1 } else { 2 }, Relaxed);
    }
}

/// The searches of a tenant.
#[derive(Debug, Clone)]
pub struct Searches {
    client: Client,
    search: &'static Search,
    /// The version that was chosen; `None`: the first that answers.
    chosen: Option<ApiVersion>,
    known: Arc<KnownVersion>,
}

/// A search that was ordered for this order now, or before.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its id.
    pub id: String,
    /// When it was made, in seconds since 1970, if it was made before.
    pub before: Option<i64>,
}

impl Searches {
    /// Those that a client reaches.
    pub fn new(client: Client, search: &'static Search, chosen: Option<ApiVersion>, known: Arc<KnownVersion>) -> Self {
        Self { client, search, chosen, known }
    }

    /// What hides the connection's secrets in words of the service.
    pub fn veil(&self) -> &Veil {
        self.client.veil()
    }

    /// The version that is spoken.
    pub fn version(&self) -> ApiVersion {
        self.chosen.or_else(|| self.known.get()).unwrap_or(ApiVersion::V1)
    }

    /// How it is written in requests.
    pub fn declared(&self) -> &'static Search {
        self.search
    }

    /// All searches of the tenant whose names are ours.
    ///
    /// # Errors
    /// When the list cannot be had.
    pub async fn ours(&self, budget: &Budget) -> Result<Vec<(Label, Ordered)>, Error> {
        let mut found = Vec::new();
        let mut reply = self.probed(|version| search::all(self.search, version), budget).await;
        for _ in 0..PAGES {
            let (page, next) = decode::searches(&reply.map_err(Error::Request)?.body).map_err(Error::Reply)?;
            let label = |one: Ordered| Some((Label::read(one.name.as_deref()?)?, one));
            found.extend(page.into_iter().filter_map(label));
            let Some(link) = next else { break };
            reply = self.client.ask(&search::follow(self.search, self.version(), &link), budget, whole).await;
        }
        Ok(found)
    }

    /// The latest of our searches for this order, which was made long after its range had ended: records come late.
    ///
    /// # Errors
    /// When the list cannot be had.
    pub async fn earlier(&self, order: &Order, late: i64, budget: &Budget) -> Result<Option<Placed>, Error> {
        let is_same = |(label, one): &(Label, Ordered)| {
            let bounds = one.bounds.iter().zip([order.from, order.to]);
            // What a list says of its bounds has to agree: a name can be anybody's.
            let agrees = bounds.into_iter().all(|(told, asked)| told.is_none_or(|told| told == asked));
            label.order == order.fingerprint() && agrees && label.made > order.to + late && is_usable(one)
        };
        let found = self.ours(budget).await?.into_iter().filter(is_same).max_by_key(|(label, _)| label.made);
        Ok(found.map(|(label, one)| Placed { id: one.id, before: Some(label.made) }))
    }

    /// Places an order, once.
    ///
    /// # Errors
    /// When the service refuses, or does not get it in several attempts, each of which was looked for.
    pub async fn place(&self, order: &Order, made: i64, budget: &Budget) -> Result<Placed, Error> {
        for _ in 0..PLACED {
            let label = Label { order: order.fingerprint(), made, drawn: fastrand::u32(..) };
            let request = |version| search::place(self.search, version, order, &label.text());
            let placed = match self.probed(request, budget).await {
                Ok(reply) => decode::ordered(&reply.body).ok(),
                Err(error) if is_lost(&error) => None,
                Err(error) => return Err(Error::Request(error)),
            };
            let found = match placed {
                Some(placed) => Some(placed),
                None => self.ours(budget).await?.into_iter().find(|(other, _)| *other == label).map(|(_, one)| one),
            };
            if let Some(placed) = found {
                return Ok(Placed { id: placed.id, before: None });
            }
        }
        Err(Error::Lost(PLACED))
    }

    /// Waits until a search has ended.
    ///
    /// # Errors
    /// When it fails or is cancelled, or the service does not say.
    pub async fn ended(&self, placed: &Placed, budget: &Budget) -> Result<Ordered, Error> {
        let (mut failures, mut unknown) = (0, 0);
        let (mut wait, longest) = (self.client.limits().poll, self.client.limits().longest_poll);
        let request = || search::status(self.search, self.version(), &placed.id);
        // One that was made before may have ended before.
        let mut ask_now = placed.before.is_some();
        loop {
            if !ask_now {
                self.client.pause(Why::Search, wait, budget).await;
                wait = wait.mul_f64(1.5).min(longest);
            }
            ask_now = false;
            let request = request().ok_or_else(|| Error::Id(self.veil().told_name(&placed.id)))?;
            match self.client.ask(&request, budget, whole).await {
                Ok(reply) => {
                    (failures, unknown) = (0, 0);
                    let told = decode::ordered(&reply.body).map_err(Error::Reply)?;
                    match told.status.as_deref().map(str::to_ascii_lowercase).as_deref() {
                        Some("succeeded") => return Ok(told),
                        Some("failed" | "cancelled") => return Err(self.given_up(&placed.id, &told)),
                        // What else a status may mean, it is not the end.
                        _ => {}
                    }
                }
                Err(error) if is_unknown(&error) && unknown < UNKNOWN => unknown += 1,
                Err(error) if is_passing(&error) && failures < FAILURES => failures += 1,
                Err(error) => return Err(Error::Request(error)),
            }
        }
    }

    fn given_up(&self, id: &str, told: &Ordered) -> Error {
        let status = told.status.as_deref().unwrap_or_default();
        Error::Ended { id: self.veil().told_name(id), status: self.veil().told_name(status) }
    }

    /// Sends a request to the version that has searches: one that answers 404 has none. Version 1.0 had them, lost them in
    /// April 2025, and has them again in some tenants.
    async fn probed(&self, request: impl Fn(ApiVersion) -> Request, budget: &Budget) -> Result<Reply, http::Error> {
        let first = self.version();
        let reply = self.client.ask(&request(first), budget, whole).await;
        if self.chosen.is_some() || self.known.get().is_some() {
            return reply;
        }
        match reply {
            Err(refused) if is_unknown(&refused) => {
                let reply = self.client.ask(&request(ApiVersion::Beta), budget, whole).await;
                match reply {
                    Err(other) if is_unknown(&other) => Err(refused),
                    reply => {
                        self.known.set(ApiVersion::Beta);
                        reply
                    }
                }
            }
            Ok(reply) => {
                self.known.set(first);
                Ok(reply)
            }
            failed => failed,
        }
    }
}

/// Whether a search can still be read, or will be.
fn is_usable(one: &Ordered) -> bool {
    let status = one.status.as_deref().unwrap_or_default();
    ["succeeded", "running", "notStarted"].iter().any(|usable| status.eq_ignore_ascii_case(usable))
}

/// Whether nobody knows what came of a request that is not repeated.
fn is_lost(error: &http::Error) -> bool {
    matches!(
        error,
        http::Error::Unavailable { because: GaveUp::NotRepeatable, .. }
            | http::Error::Unreachable { because: GaveUp::NotRepeatable, .. }
    )
}

fn is_unknown(error: &http::Error) -> bool {
    matches!(error, http::Error::Refused(refusal) if refusal.status == 404)
}

fn is_passing(error: &http::Error) -> bool {
    matches!(error, http::Error::Unavailable { .. } | http::Error::Unreachable { .. }) && !error.concerns_all()
}
