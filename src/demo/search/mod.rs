//! The audit search of the tenant: `/security/auditLog/queries` of Microsoft Graph, over the records of the activity feed and
//! older ones.
//!
//! A search waits, runs and ends after a few looks at it; now and then a look is answered with 503. It finds what its fields
//! ask for, texts without regard to case, and no more than the cap. What is refused here the real service was seen to refuse,
//! or documents no other answer for.

mod answer;
mod ask;
mod found;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use axum::http::Method;
use serde_json::{Value, json};

use ask::Asked;
use found::Found;

use crate::demo::activity::Contents;
use crate::demo::graph::{Answer, Refusal};
use crate::demo::world::World;

/// Where searches are, below the version.
const PATH: &str = "/security/auditLog/queries";
/// Searches in a page of their list.
const LISTED: usize = 20;

/// How the audit search behaves.
#[derive(Debug, Clone)]
pub struct AuditSearch {
    /// Records from before the feed's reach, back to 180 days.
    pub history: usize,
    /// Records that a search gives out at most.
    pub record_cap: usize,
    /// Whether a search says of itself that it has found more, and how many it gives out.
    pub tells_cap: bool,
    /// Looks at a search until it has ended.
    pub polls: u32,
    /// Records in a page.
    pub page: usize,
    /// Every so many looks one is answered with 503; 0: none.
    pub unavailable_every: u64,
    /// Whether version 1.0 has it; it was seen to answer 404.
    pub v1: bool,
    /// The word that searches end with.
    pub ends_as: &'static str,
}

impl Default for AuditSearch {
    fn default() -> Self {
        Self {
            history: 5_000,
            record_cap: 1_000_000,
            tells_cap: true,
            polls: 2,
            page: 1_000,
            unavailable_every: 5,
            v1: true,
            ends_as: "succeeded",
        }
    }
}

/// The audit search as requests reach it.
pub(in crate::demo) struct Face {
    behaves: AuditSearch,
    searches: Mutex<BTreeMap<u64, Search>>,
    looks: AtomicU64,
}

/// A search that was ordered.
struct Search {
    id: String,
    asked: Asked,
    found: Vec<Found>,
    /// It found more than it gives out.
    exceeded: bool,
    looks: u32,
}

/// A request, with its path below the version.
pub(in crate::demo) struct SearchRequest<'a> {
    pub(in crate::demo) method: &'a Method,
    pub(in crate::demo) path: &'a str,
    pub(in crate::demo) query: &'a str,
    pub(in crate::demo) body: &'a [u8],
    /// The service's origin.
    pub(in crate::demo) origin: &'a str,
}

impl Face {
    pub(in crate::demo) fn new(behaves: AuditSearch) -> Self {
        Self { behaves, searches: Mutex::default(), looks: AtomicU64::new(0) }
    }

    /// The name that a request is counted under, if it is about searches.
    pub(in crate::demo) fn owns(path: &str) -> Option<String> {
        let (version, below) = split(path)?;
        let name = match below.trim_start_matches('/').split('/').count() {
            _ if below.is_empty() => String::new(),
            1 => "/{id}".into(),
            _ => "/{id}/records".into(),
        };
        Some(format!("/{version}{PATH}{name}"))
    }

    /// Answers a request; the status of an answer is 201 for what was made.
    pub(in crate::demo) fn answer(
        &self,
        request: &SearchRequest<'_>,
        (contents, world): (&Contents, &World),
    ) -> Result<(u16, Answer), Refusal> {
        let Some((version, below)) = split(request.path) else { return Err(Refusal::not_found(request.path)) };
        if version == "v1.0" && !self.behaves.v1 {
            return Err(Refusal { code: "UnknownError", ..Refusal::not_found(PATH) });
        }
        let parts: Vec<&str> = below.split('/').filter(|part| !part.is_empty()).collect();
        let root = format!("{}/{version}{PATH}", request.origin);
        match (request.method, &parts[..]) {
            (&Method::POST, []) => self.order(request.body, (contents, world)).map(|answer| (201, answer)),
            (&Method::GET, []) => Ok((200, self.list(&root, request.query)?)),
            (&Method::GET, [id]) => self.look(id).map(|answer| (200, answer)),
            (&Method::GET, [id, "records"]) => self.records(id, &root, request.query).map(|answer| (200, answer)),
            (_, [] | [_] | [_, "records"]) => Err(Refusal::method()),
            _ => Err(Refusal::not_found(request.path)),
        }
    }

    fn order(&self, body: &[u8], (contents, world): (&Contents, &World)) -> Result<Answer, Refusal> {
        let asked = Asked::read(body)?;
        let mut found = found::find(&asked, contents, world);
        let exceeded = found.len() > self.behaves.record_cap;
        found.truncate(self.behaves.record_cap);
        let mut searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let number = searches.len() as u64;
        let id = crate::demo::world::dice::guid(number, 0x5ea);
        let search = Search { id, asked, found, exceeded, looks: 0 };
        let told = self.told(&search);
        searches.insert(number, search);
        Ok(Answer { body: told.to_string(), rows: 0 })
    }

    fn list(&self, root: &str, query: &str) -> Result<Answer, Refusal> {
        let searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let from = answer::place(query)?;
        let page: Vec<Value> = searches.values().skip(from).take(LISTED).map(|search| self.told(search)).collect();
        let mut body = json!({ "value": page });
        if from + LISTED < searches.len() {
            body["@odata.nextLink"] = format!("{root}?$skiptoken={}", from + LISTED).into();
        }
        Ok(Answer { rows: page.len(), body: body.to_string() })
    }

    fn look(&self, id: &str) -> Result<Answer, Refusal> {
        let look = self.looks.fetch_add(1, Relaxed) + 1;
        if self.behaves.unavailable_every > 0 && look.is_multiple_of(self.behaves.unavailable_every) {
            return Err(Refusal {
                status: 503,
                code: "ServiceUnavailable",
                ..Refusal::bad_request("Try again later.")
            });
        }
        let mut searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let search = searches.values_mut().find(|search| search.id == id).ok_or_else(|| Refusal::no_such(id))?;
        search.looks = (search.looks + 1).min(self.behaves.polls);
        Ok(Answer { body: self.told(search).to_string(), rows: 0 })
    }

    fn records(&self, id: &str, root: &str, query: &str) -> Result<Answer, Refusal> {
        let searches = self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let search = searches.values().find(|search| search.id == id).ok_or_else(|| Refusal::no_such(id))?;
        if self.status(search) != "succeeded" {
            return Err(Refusal::bad_request("The query has not succeeded."));
        }
        answer::records(&search.found, (root, &search.id), answer::place(query)?, self.behaves.page)
    }

    fn status(&self, search: &Search) -> &'static str {
        match search.looks {
            looks if looks >= self.behaves.polls => self.behaves.ends_as,
            0 => "notStarted",
            _ => "running",
        }
    }

    fn told(&self, search: &Search) -> Value {
        let status = self.status(search);
        let mut told = search.asked.told();
        told["id"] = search.id.as_str().into();
        told["status"] = status.into();
        if self.behaves.tells_cap && status == "succeeded" {
            told["isRecordCountLimitExceeded"] = search.exceeded.into();
            told["recordCountLimit"] = self.behaves.record_cap.into();
            told["approximateReturnedRecordCount"] = search.found.len().into();
        }
        told
    }
}

/// The version, and what stands behind the path of searches.
fn split(path: &str) -> Option<(&str, &str)> {
    let (version, _) = path.strip_prefix('/')?.split_once('/')?;
    let below = path[version.len() + 1..].strip_prefix(PATH)?;
    let whole = below.is_empty() || below.starts_with('/');
    (matches!(version, "v1.0" | "beta") && whole).then_some((version, below))
}
