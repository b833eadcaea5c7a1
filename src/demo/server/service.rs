//! The HTTP face of the tenant: routes, tokens, headers and bodies as Microsoft Graph has them. Requests to the activity
//! feed are handed to [`activity`], those to the legacy reports to [`aadgraph`].

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use tokio::time::{Instant, sleep_until};

use super::stats::{Asked, Book};
use crate::demo::gate::Gates;
use crate::demo::graph::{Answer, Face, Place, Refusal};
use crate::demo::{aadgraph, activity, search};

/// Longest body of a request that is read.
const LONGEST_BODY: usize = 64 << 10;

/// Where what was asked is told.
const STATS: &str = "/stats";

/// Longest path and query that is read.
const LONGEST_URL: usize = 8_000;

/// Everything a request can reach.
pub(in crate::demo) struct Service {
    pub(in crate::demo) addr: SocketAddr,
    pub(in crate::demo) token: String,
    pub(in crate::demo) graph: Face,
    pub(in crate::demo) aadgraph: aadgraph::Face,
    pub(in crate::demo) search: search::Face,
    pub(in crate::demo) feed: activity::Endpoint,
    /// What error bodies say the time is.
    pub(in crate::demo) date: String,
    pub(in crate::demo) gates: Gates,
    pub(in crate::demo) book: Book,
    pub(in crate::demo) latency: Duration,
    pub(in crate::demo) served: AtomicU64,
}

/// What is found at a path.
enum Route {
    Graph(Place),
    AadGraph(aadgraph::Place),
    Stats,
}

/// The routes, in front of the service.
pub(in crate::demo) fn router(service: Arc<Service>) -> Router {
    Router::new().fallback(reply).with_state(service)
}

async fn reply(State(service): State<Arc<Service>>, request: Request) -> Response<Body> {
    if request.uri().path() == STATS {
        return service.reply(request.method(), request.uri(), request.headers());
    }
    let begun = Instant::now();
    let _answering = service.book.begin();
    // What counts against a quota counts when it arrives.
    let response = answered(&service, request).await;
    sleep_until(begun + service.latency).await;
    response
}

async fn answered(service: &Service, request: Request) -> Response<Body> {
    if activity::Endpoint::owns(request.uri().path()) {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, LONGEST_BODY).await.unwrap_or_default();
        return service.feed_reply(&head.method, &head.uri, &head.headers, &body);
    }
    if search::Face::owns(request.uri().path()).is_some() {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, LONGEST_BODY).await.unwrap_or_default();
        return service.search_reply(&head.method, &head.uri, &head.headers, &body);
    }
    service.reply(request.method(), request.uri(), request.headers())
}

impl Route {
    fn of(path: &str) -> Option<Self> {
        if path == STATS {
            return Some(Self::Stats);
        }
        Place::of(path).map(Self::Graph).or_else(|| aadgraph::Place::of(path).map(Self::AadGraph))
    }

    /// The name it is counted under.
    fn name(route: Option<&Self>) -> String {
        match route {
            Some(Self::Graph(place)) => place.name(),
            Some(Self::AadGraph(place)) => place.name(),
            Some(Self::Stats) => STATS.into(),
            None => "other".into(),
        }
    }
}

impl Service {
    fn reply(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response<Body> {
        let route = Route::of(uri.path());
        if let (Some(Route::Stats), &Method::GET) = (&route, method) {
            let stats = serde_json::to_string(&self.book.read()).unwrap_or_default();
            return json(StatusCode::OK, stats);
        }
        let number = self.served.fetch_add(1, Relaxed);
        let request_id = format!("{number:08x}-0000-4000-8000-{:012x}", self.addr.port());
        let given = headers.get("client-request-id").and_then(|v| v.to_str().ok());
        let client_id = given.unwrap_or(&request_id);
        let result = self.answer(route.as_ref(), method, uri, headers);
        let (status, rows) = result.as_ref().map_or_else(|r| (r.status, 0), |a| (200, a.rows));
        self.book.write(Route::name(route.as_ref()), Asked { url: decoded(uri), status, rows }, status == 429);
        let mut response = match result {
            Ok(answer) if is_count(route.as_ref()) => text(answer.body),
            Ok(answer) => json(StatusCode::OK, answer.body),
            Err(refusal) if matches!(route, Some(Route::AadGraph(_))) => {
                refused(&refusal, aadgraph::refusal_body(&refusal))
            }
            Err(refusal) => refused(&refusal, refusal.body(&request_id, client_id, &self.date)),
        };
        set(&mut response, HeaderName::from_static("client-request-id"), client_id);
        set(&mut response, HeaderName::from_static("request-id"), &request_id);
        response
    }

    fn search_reply(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        let number = self.served.fetch_add(1, Relaxed);
        let request_id = format!("{number:08x}-0000-4000-8000-{:012x}", self.addr.port());
        let origin = format!("http://{}", self.addr);
        let query = uri.query().unwrap_or_default();
        let request = search::SearchRequest { method, path: uri.path(), query, body, origin: &origin };
        let result = self.authenticate(headers).and_then(|()| {
            let (contents, world) = (&self.feed.contents, &self.feed.world);
            self.search.answer(&request, (contents, world))
        });
        let (status, rows) = result.as_ref().map_or_else(|r| (r.status, 0), |(status, a)| (*status, a.rows));
        let route = search::Face::owns(uri.path()).unwrap_or_default();
        // An order is told with its body: what it asks for is in there.
        let ordered = (method == Method::POST).then(|| format!(" {}", String::from_utf8_lossy(body)));
        let url = format!("{}{}", decoded(uri), ordered.unwrap_or_default());
        self.book.write(route, Asked { url, status, rows }, status == 429);
        let mut response = match result {
            Ok((status, answer)) => json(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), answer.body),
            Err(refusal) => refused(&refusal, refusal.body(&request_id, &request_id, &self.date)),
        };
        set(&mut response, HeaderName::from_static("request-id"), &request_id);
        response
    }

    fn feed_reply(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        let authenticated = self.authenticate(headers).is_ok();
        let origin = format!("http://{}", self.addr);
        let reply =
            self.feed.reply(&activity::FeedRequest { method, uri, headers, body, authenticated, origin: &origin });
        let asked = Asked { url: decoded(uri), status: reply.status, rows: reply.rows };
        self.book.write(reply.path.into(), asked, reply.throttled);
        let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = json(status, String::new());
        set(&mut response, CONTENT_TYPE, "application/json; charset=utf-8");
        if let Some((name, next)) = reply.next {
            set(&mut response, name, &next);
        }
        *response.body_mut() = if reply.broken { broken(reply.body) } else { Body::from(reply.body) };
        response
    }

    fn answer(
        &self,
        route: Option<&Route>,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Answer, Refusal> {
        if uri.path_and_query().is_some_and(|p| p.as_str().len() > LONGEST_URL) {
            return Err(Refusal::uri_too_long());
        }
        self.authenticate(headers)?;
        let place = match route {
            Some(Route::Graph(place)) => place,
            Some(Route::AadGraph(place)) if method == Method::GET => {
                return self.aadgraph.answer(*place, self.addr, (uri.path(), uri.query().unwrap_or_default()));
            }
            Some(Route::AadGraph(_)) => return Err(Refusal::method()),
            Some(Route::Stats) | None => return Err(Refusal::not_found(uri.path())),
        };
        if method != Method::GET {
            return Err(Refusal::method());
        }
        let accepts_json = || headers.get(ACCEPT).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        if place.is_count() && accepts_json() {
            return Err(Refusal::media_type());
        }
        let fraction = self.served.load(Relaxed).is_multiple_of(2);
        let query = uri.query().unwrap_or_default();
        let quota = place.quota(query);
        let refused = |wait| {
            let refusal = Refusal::throttled(wait, fraction);
            if quota.tells_wait() { refusal } else { Refusal { retry_after: None, ..refusal } }
        };
        self.gates.of(quota).admit(Instant::now()).map_err(refused)?;
        let eventual = headers.get("ConsistencyLevel").is_some_and(|value| value == "eventual");
        self.graph.answer(place, self.addr, query, eventual)
    }

    fn authenticate(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let given = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.split_once(' '));
        match given {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && token.trim() == self.token => Ok(()),
            _ => Err(Refusal::unauthenticated()),
        }
    }
}

/// A body that breaks off in the middle, and the connection with it.
fn broken(mut body: String) -> Body {
    let mut half = body.len() / 2;
    while !body.is_char_boundary(half) {
        half -= 1;
    }
    body.truncate(half);
    let pieces = [Ok(body), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
    Body::from_stream(futures::stream::iter(pieces))
}

fn refused(refusal: &Refusal, body: String) -> Response<Body> {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = json(status, body);
    if let Some(wait) = &refusal.retry_after {
        set(&mut response, RETRY_AFTER, wait);
    }
    response
}

fn json(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    set(
        &mut response,
        CONTENT_TYPE,
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
    );
    response
}

fn is_count(route: Option<&Route>) -> bool {
    matches!(route, Some(Route::Graph(place)) if place.is_count())
}

fn text(body: String) -> Response<Body> {
    let mut response = json(StatusCode::OK, body);
    set(&mut response, CONTENT_TYPE, "text/plain");
    response
}

/// Sets a header, unless the value cannot be one.
fn set(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn decoded(uri: &Uri) -> String {
    let text = uri.path_and_query().map_or("", |p| p.as_str());
    let text = text.get(..LONGEST_URL).unwrap_or(text);
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
