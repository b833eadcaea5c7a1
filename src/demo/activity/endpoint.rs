//! The HTTP face of the feed: all operations of the Management Activity API, below
//! `/api/v1.0/{tenant}/activity/feed`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::header::{ACCEPT_LANGUAGE, HeaderName};
use axum::http::{HeaderMap, Method, Uri};
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use tokio::time::Instant;

use super::blobs::Blob;
use super::content::{ContentType, REACH};
use super::contents::Contents;
use super::listing::{Tokens, entry};
use super::refusal::Refusal;
use super::sensitive;
use super::window::Window;
use crate::demo::gate::Gate;
use crate::demo::json::Json;
use crate::demo::world::World;
use crate::demo::world::dice::mix;
use crate::table::is_guid;

/// How often in a row one address may be treated badly.
const MOST_FAULTS: u64 = 2;

/// The feed as requests reach it.
pub(in crate::demo) struct Endpoint {
    pub(in crate::demo) contents: Contents,
    pub(in crate::demo) world: Arc<World>,
    /// Its present, in seconds since 1970.
    now: i64,
    enabled: Mutex<[bool; 5]>,
    gate: Gate,
    tokens: Tokens,
    /// How often each address was asked for: faults come at first and then no more.
    asked: Mutex<HashMap<String, u64>>,
}

/// What a request gets.
pub(in crate::demo) struct Reply {
    /// The name it is counted under.
    pub(in crate::demo) path: &'static str,
    pub(in crate::demo) status: u16,
    pub(in crate::demo) body: String,
    /// The address of the next page of a listing.
    pub(in crate::demo) next: Option<(HeaderName, String)>,
    /// Entries or records in the body.
    pub(in crate::demo) rows: usize,
    pub(in crate::demo) throttled: bool,
    /// The body breaks off in the middle.
    pub(in crate::demo) broken: bool,
}

/// A request to the feed.
pub(in crate::demo) struct FeedRequest<'a> {
    pub(in crate::demo) method: &'a Method,
    pub(in crate::demo) uri: &'a Uri,
    pub(in crate::demo) headers: &'a HeaderMap,
    pub(in crate::demo) body: &'a [u8],
    /// Whether it brought the tenant's token.
    pub(in crate::demo) authenticated: bool,
    /// The service's origin.
    pub(in crate::demo) origin: &'a str,
}

/// The answer to a request that is not refused.
struct Answer {
    body: String,
    rows: usize,
    next: Option<String>,
}

/// An operation: the name it is counted under, and the name the service calls it by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Start,
    Stop,
    List,
    Content,
    Notifications,
    Audit,
    SensitiveTypes,
}

impl Operation {
    const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Start, "/activity/feed/subscriptions/start", "StartSubscription"),
        (Self::Stop, "/activity/feed/subscriptions/stop", "StopSubscription"),
        (Self::List, "/activity/feed/subscriptions/list", "ListSubscriptions"),
        (Self::Content, "/activity/feed/subscriptions/content", "ListContent"),
        (Self::Notifications, "/activity/feed/subscriptions/notifications", "ListNotifications"),
        (Self::Audit, "/activity/feed/audit", "GetBlob"),
        (Self::SensitiveTypes, "/activity/feed/resources/dlpSensitiveTypes", "GetDlpSensitiveTypes"),
    ];
}

/// The parameters of a request, decoded. Their names are taken in any case, since the vendor's pages differ in it.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn read(query: &str) -> Self {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Self(pairs.map(|(name, value)| (decoded(name).to_ascii_lowercase(), decoded(value))).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        self.0.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    fn content(&self) -> Result<ContentType, Refusal> {
        let name = self.get("contentType").ok_or_else(|| Refusal::missing("contentType"))?;
        ContentType::named(name).ok_or_else(Refusal::content_type)
    }
}

impl Endpoint {
    pub(in crate::demo) fn new(contents: Contents, world: Arc<World>, now: i64) -> Self {
        let enabled = ContentType::ALL.map(|content| contents.feed.subscribed.contains(&content));
        let gate = Gate::new(contents.feed.throttle);
        let (tokens, asked) = (Tokens::default(), Mutex::default());
        Self { contents, world, now, enabled: Mutex::new(enabled), gate, tokens, asked }
    }

    /// The oldest content that clients ask for: they stay a little behind what can be retrieved.
    pub(in crate::demo) fn listed_from(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.now - REACH + 300, 0).unwrap_or_default()
    }

    /// Whether a path is the feed's.
    pub(in crate::demo) fn owns(path: &str) -> bool {
        path.starts_with("/api/v1")
    }

    /// Answers a request.
    pub(in crate::demo) fn reply(&self, asked: &FeedRequest<'_>) -> Reply {
        let place = Place::of(asked.uri.path());
        let path = place.as_ref().map_or("other", |place| place.counted);
        let (status, answer) = match self.answer(asked, place) {
            Ok(answer) => (200, Ok(answer)),
            Err(refusal) => (refusal.status, Err(refusal)),
        };
        let throttled = answer.as_ref().is_err_and(Refusal::is_throttle);
        let broken = status == 200 && self.misbehaves(asked.uri, 0xb4, self.contents.feed.broken_per_million);
        let (body, rows, next) = match answer {
            Ok(answer) => (answer.body, answer.rows, answer.next),
            Err(refusal) => (refusal.body(), 0, None),
        };
        let garbled = status == 200 && self.misbehaves(asked.uri, 0x9a, self.contents.feed.garbled_per_million);
        let (body, next) = if garbled { (garbled_body(body), None) } else { (body, next) };
        // One page of the vendor calls the header by another name.
        let header = if body.len() % 7 == 0 { "nextpageurl" } else { "nextpageuri" };
        let next = next.map(|next| (HeaderName::from_static(header), next));
        Reply { path, status, body, next, rows, throttled, broken }
    }

    fn answer(&self, asked: &FeedRequest<'_>, place: Option<Place<'_>>) -> Result<Answer, Refusal> {
        if !asked.authenticated {
            return Err(Refusal::unauthenticated());
        }
        let place = place.ok_or_else(Refusal::not_found)?;
        self.check_tenant(place.tenant)?;
        let parameters = Parameters::read(asked.uri.query().unwrap_or_default());
        let publisher = parameters.get("PublisherIdentifier");
        if publisher.is_some_and(|publisher| !is_guid(publisher)) {
            return Err(Refusal::wrong_type("PublisherIdentifier", "guid"));
        }
        self.throttle(asked.uri, place.name, publisher)?;
        let posts = matches!(place.operation, Operation::Start | Operation::Stop);
        if *asked.method != if posts { Method::POST } else { Method::GET } {
            return Err(Refusal::method());
        }
        match place.operation {
            Operation::Start => self.start(&parameters, asked.body),
            Operation::Stop => self.stop(&parameters),
            Operation::List => Ok(self.list()),
            Operation::Content if self.forgets(&parameters, asked.uri) => Err(Refusal::next_page("forgotten")),
            Operation::Content => self.content(&parameters, asked.origin, place.tenant),
            Operation::Notifications => self.notifications(&parameters),
            Operation::Audit => self.audit(place.rest),
            Operation::SensitiveTypes => sensitive_types(asked.headers),
        }
    }

    fn check_tenant(&self, asked: &str) -> Result<(), Refusal> {
        if !is_guid(asked) {
            return Err(Refusal::tenant_no_guid(asked));
        }
        let own = &self.world.tenant;
        if asked.eq_ignore_ascii_case(own) { Ok(()) } else { Err(Refusal::other_tenant(asked, own)) }
    }

    /// Refuses by the quota, or by chance, in both of the spellings that were met.
    fn throttle(&self, uri: &Uri, method: &str, publisher: Option<&str>) -> Result<(), Refusal> {
        let refused = |status| Err(Refusal::throttled(status, method, publisher));
        if self.gate.admit(Instant::now()).is_err() {
            return refused(429);
        }
        if self.misbehaves(uri, 0x429, self.contents.feed.throttled_per_million) {
            return refused(if self.count(uri, 0x42a).is_multiple_of(2) { 403 } else { 429 });
        }
        Ok(())
    }

    /// Whether a request meets a fault that happens to so many in a million; the same address meets it twice at most.
    fn misbehaves(&self, uri: &Uri, purpose: u64, per_million: u32) -> bool {
        if per_million == 0 {
            return false;
        }
        let times = self.count(uri, purpose);
        let address = uri.path_and_query().map_or("", |all| all.as_str());
        let hash = address.bytes().fold(purpose, |hash, byte| mix(hash, u64::from(byte)));
        times <= MOST_FAULTS && mix(hash ^ self.contents.seed, times) % 1_000_000 < u64::from(per_million)
    }

    /// Whether the address is a link to a page that is not known any more.
    fn forgets(&self, parameters: &Parameters, uri: &Uri) -> bool {
        let share = self.contents.feed.forgotten_per_million;
        parameters.get("nextPage").is_some() && self.misbehaves(uri, 0xf0, share)
    }

    /// How often the address was counted for that purpose, this time included.
    fn count(&self, uri: &Uri, purpose: u64) -> u64 {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let times = asked.entry(format!("{purpose:x} {uri}")).or_default();
        *times += 1;
        *times
    }

    fn enabled(&self) -> std::sync::MutexGuard<'_, [bool; 5]> {
        self.enabled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, parameters: &Parameters, body: &[u8]) -> Result<Answer, Refusal> {
        let content = parameters.content()?;
        self.check_webhook(body)?;
        let mut enabled = self.enabled();
        if std::mem::replace(&mut enabled[content.index()], true) {
            return Err(Refusal::already_enabled());
        }
        Ok(Answer { body: subscription(content), rows: 1, next: None })
    }

    /// The demo calls nobody, so no webhook can be validated.
    fn check_webhook(&self, body: &[u8]) -> Result<(), Refusal> {
        let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let Some(webhook) = body.get("webhook").filter(|webhook| !webhook.is_null()) else { return Ok(()) };
        let address = webhook["address"].as_str().ok_or_else(|| Refusal::missing("webhook.address"))?;
        if let Some(expiration) = webhook["expiration"].as_str().filter(|text| !text.is_empty()) {
            let at = chrono::DateTime::parse_from_rfc3339(expiration).ok();
            let at = at.ok_or_else(|| Refusal::wrong_type("expiration", "datetime"))?;
            if at.timestamp() <= self.now {
                let message = format!("Expiration {expiration} provided is set to past date and time.");
                return Err(Refusal::bad("AF20003", message));
            }
        }
        let https = address.starts_with("https://");
        let why = if https { "The endpoint did not return HTTP 200." } else { "The address must begin with HTTPS." };
        Err(Refusal::webhook(address, why))
    }

    fn stop(&self, parameters: &Parameters) -> Result<Answer, Refusal> {
        let content = parameters.content()?;
        if !std::mem::replace(&mut self.enabled()[content.index()], false) {
            return Err(Refusal::not_subscribed());
        }
        Ok(Answer { body: String::new(), rows: 0, next: None })
    }

    fn list(&self) -> Answer {
        let enabled = *self.enabled();
        let entries = ContentType::ALL.into_iter().filter(|content| enabled[content.index()]).map(subscription);
        let entries: Vec<String> = entries.collect();
        Answer { rows: entries.len(), body: format!("[{}]", entries.join(",")), next: None }
    }

    fn subscribed(&self, parameters: &Parameters) -> Result<(ContentType, Window), Refusal> {
        let content = parameters.content()?;
        let window = Window::read(parameters.get("startTime"), parameters.get("endTime"), self.now)?;
        if self.enabled()[content.index()] { Ok((content, window)) } else { Err(Refusal::not_subscribed()) }
    }

    fn content(&self, parameters: &Parameters, origin: &str, tenant: &str) -> Result<Answer, Refusal> {
        let (content, window) = self.subscribed(parameters)?;
        let page = self.contents.page(&self.tokens, content, window, parameters.get("nextPage"))?;
        let root = format!("{origin}/api/v1.0/{tenant}/activity/feed");
        let entries: Vec<String> = page.blobs.iter().map(|blob| entry(blob, &root)).collect();
        // The sample of the vendor's page has another version in this link, and the value as it is: not encoded.
        let next = page.next.map(|next| {
            let version = if next.len() % 2 == 0 { "v1.0" } else { "v1" };
            let (from, to) = (Window::spelt(window.from), Window::spelt(window.to));
            let query = format!("contentType={}&startTime={from}&endTime={to}&nextPage={next}", content.name());
            format!("{origin}/api/{version}/{tenant}/activity/feed/subscriptions/content?{query}")
        });
        Ok(Answer { rows: entries.len(), body: format!("[{}]", entries.join(",")), next })
    }

    /// Notifications go to webhooks, of which there is none.
    fn notifications(&self, parameters: &Parameters) -> Result<Answer, Refusal> {
        self.subscribed(parameters)?;
        Ok(Answer { body: "[]".into(), rows: 0, next: None })
    }

    fn audit(&self, id: &str) -> Result<Answer, Refusal> {
        if !id.contains('$') || id.contains('/') {
            return Err(Refusal::content_id(id));
        }
        let blob = self.contents.blob(id).ok_or_else(|| Refusal::no_content(id))?;
        self.check_alive(blob)?;
        Ok(Answer { body: self.contents.body(&self.world, blob), rows: blob.records.len(), next: None })
    }

    fn check_alive(&self, blob: &Blob) -> Result<(), Refusal> {
        if blob.created < (self.now - REACH) * 1_000 {
            return Err(Refusal::expired(&blob.id, 400));
        }
        if !self.contents.is_dead(blob) {
            return Ok(());
        }
        Err(match blob.records.len() % 3 {
            0 => Refusal::no_content(&blob.id),
            1 => Refusal::expired(&blob.id, 410),
            _ => Refusal::expired(&blob.id, 400),
        })
    }
}

/// What faults on the way put in the place of a body, whatever its status says.
fn garbled_body(mut body: String) -> String {
    match body.len() % 3 {
        0 => "<!DOCTYPE html><html><body>The service is busy</body></html>".into(),
        1 => String::new(),
        _ => {
            let half = (0..=body.len() / 2).rev().find(|at| body.is_char_boundary(*at));
            body.truncate(half.unwrap_or_default());
            body
        }
    }
}

/// Where a request goes.
struct Place<'a> {
    operation: Operation,
    counted: &'static str,
    name: &'static str,
    tenant: &'a str,
    /// What follows the operation's name: a blob's identifier.
    rest: &'a str,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let below = path.strip_prefix("/api/v1.0/").or_else(|| path.strip_prefix("/api/v1/"))?;
        let (tenant, _) = below.split_once('/')?;
        let feed = &below[tenant.len()..];
        Operation::ALL.into_iter().find_map(|(operation, counted, name)| {
            let rest = feed.strip_prefix(counted)?;
            let rest = match operation {
                Operation::Audit => rest.strip_prefix('/')?,
                _ if rest.is_empty() => rest,
                _ => return None,
            };
            Some(Self { operation, counted, name, tenant, rest })
        })
    }
}

fn subscription(content: ContentType) -> String {
    let mut json = Json::object();
    json.text("contentType", content.name());
    json.text("status", "enabled");
    json.raw("webhook", "null");
    json.finish()
}

fn sensitive_types(headers: &HeaderMap) -> Result<Answer, Refusal> {
    let language = headers.get(ACCEPT_LANGUAGE).map_or(Ok("en-US"), |v| v.to_str().map_err(|_| Refusal::language()))?;
    if language.contains(',') {
        return Err(Refusal::languages());
    }
    if language.is_empty() || !language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(Refusal::language());
    }
    Ok(Answer { body: sensitive::body(), rows: sensitive::SENSITIVE_TYPES.len(), next: None })
}
