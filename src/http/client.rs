//! The client of a connection: performs what [`retry`](super::retry) decides.
//!
//! Cheap to clone. Nothing happens unless a future is polled, and dropping it drops the request with its connection.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use azure_core::Uuid;
use chrono::{DateTime, Utc};
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use url::Url;

use super::address;
use super::attempt::{Failure, attempt};
use super::attempts::{Attempts, Host};
use super::body::ACCEPTED;
use super::credentials::{Credentials, Token};
pub use super::effort::Timeouts;
use super::retry::{Limits, Outcome, Verdict};
use super::sign_in::SignInFailure;
use super::transport::TransportOptions;
use super::{Address, Budget, Error, Fault, Feeds, GaveUp, Pacer, Stage, pin};
use crate::table::{Api, Quota};
use crate::tally::{Sent, Why};
use crate::veil::Veil;
use crate::wire::{Method, Reply, Request, Target};

/// A service as a connection reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its origin: scheme, host and port.
    pub base: Url,
    /// The scope that tokens for it are asked with.
    pub scope: String,
}

/// The services of a connection. A cloud need not have all of them.
pub type Services = BTreeMap<Api, Service>;

/// What can be chosen about a client.
#[derive(Debug, Clone)]
pub struct Options {
    /// How connections are made.
    pub transport: TransportOptions,
    /// How long and how large a reply may be.
    pub timeouts: Timeouts,
    /// How persistent it is.
    pub limits: Limits,
    /// Random numbers from 0 to 1.
    pub jitter: fn() -> f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            transport: TransportOptions::default(),
            timeouts: Timeouts::default(),
            limits: Limits::default(),
            jitter: fastrand::f64,
        }
    }
}

/// Finds out whether a body can be an answer at all; says what it is instead, in words that follow "the answer".
pub type Check = fn(&[u8]) -> Result<(), &'static str>;

/// Sends requests in the name of one connection.
#[derive(Debug, Clone)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    hosts: BTreeMap<Api, Host>,
    credentials: Credentials,
    pacer: Arc<Pacer>,
    options: Options,
}

impl Client {
    /// A client for these services.
    ///
    /// # Errors
    /// When the system's certificates cannot be used.
    pub fn new(
        services: Services,
        credentials: Credentials,
        pacer: Arc<Pacer>,
        options: Options,
    ) -> Result<Self, Error> {
        let host = |(api, service)| Ok((api, Host::new(service, &options.transport)?));
        let hosts = services.into_iter().map(host).collect::<Result<_, Error>>()?;
        Ok(Self(Arc::new(Inner { hosts, credentials, pacer, options })))
    }

    /// Sends a request, as often as it takes, and gives back its complete reply.
    ///
    /// # Errors
    /// When the service refuses, cannot be reached, or a limit of the budget is used up; see [`Error`].
    pub async fn send(&self, request: &Request, budget: &Budget) -> Result<Reply, Error> {
        self.ask(request, budget, |_| Ok(())).await
    }

    /// The same, and a reply that does not pass the check is asked for again, like one that broke off.
    ///
    /// # Errors
    /// As those of [`Client::send`].
    pub async fn ask(&self, request: &Request, budget: &Budget, check: Check) -> Result<Reply, Error> {
        let (url, host) = (self.address(request)?, self.0.host(request.api)?);
        let _under_way = host.enter();
        let mut attempts =
            Attempts::new(&self.0.options, host, self.0.credentials.renewable(), request.is_repeatable());
        let work = self.persist(request, (host, &url), (budget, check), &mut attempts);
        let Some(deadline) = budget.deadline else { return work.await };
        if let Ok(done) = timeout_at(deadline, work).await {
            return done;
        }
        let (address, stage) = (Address::of(&url, self.veil()), attempts.stage);
        let last = attempts.last(GaveUp::Deadline, &address);
        Err(Error::Deadline { address, stage, last })
    }

    /// Waits, for as long as the statement has time, and is seen to wait.
    pub async fn pause(&self, why: Why, time: Duration, budget: &Budget) {
        let _waiting = budget.wait(why, time);
        let until = Instant::now() + time;
        sleep_until(budget.deadline.map_or(until, |deadline| until.min(deadline))).await;
    }

    /// How many chains of requests keep the pace of a quota.
    pub fn feeds(&self, quota: Quota) -> Feeds {
        self.0.pacer.feeds(quota)
    }

    /// How persistent it is.
    pub fn limits(&self) -> &Limits {
        &self.0.options.limits
    }

    /// What hides the secrets of the connection in words of its services.
    pub fn veil(&self) -> &Veil {
        self.0.credentials.veil()
    }

    /// Where a request goes: the only place that joins host and path, or lets a link from a reply through.
    fn address(&self, request: &Request) -> Result<Url, Error> {
        let base = &self.0.host(request.api)?.service.base;
        Ok(match &request.target {
            Target::Path(path) => pin::resolve(base, "/", path, self.veil())?,
            Target::Link { url, prefix } => pin::resolve(base, prefix, url, self.veil())?,
        })
    }

    async fn persist(
        &self,
        request: &Request,
        (host, url): (&Host, &Url),
        (budget, check): (&Budget, Check),
        attempts: &mut Attempts,
    ) -> Result<Reply, Error> {
        loop {
            budget.take().map_err(|limit| {
                let last = attempts.last(GaveUp::Budget, &Address::of(url, self.veil()));
                Error::RequestBudget { limit, last }
            })?;
            let reply = self.0.once(request, (host, url), budget, attempts).await;
            let failure = match reply.and_then(|reply| checked(reply, check)) {
                Ok(reply) => {
                    host.succeeded();
                    budget.tally.bytes.add(reply.body.len() as u64);
                    return Ok(reply);
                }
                Err(failure) => failure,
            };
            if failure.is_throttle() {
                budget.tally.throttled.add(1);
            }
            match attempts.verdict(&self.0.options, host, &failure) {
                Verdict::Renew => self.0.renew(attempts).await,
                Verdict::Wait(wait) => self.0.wait(request.quota, wait, failure, (budget, attempts)).await,
                Verdict::Fail(because) => return Err(failure.into_error(because, Address::of(url, self.veil()))),
                Verdict::Done => unreachable!("a failure is never a success"),
            }
            budget.tally.retries.add(1);
        }
    }
}

fn checked(reply: Reply, check: Check) -> Result<Reply, Failure> {
    check(&reply.body).map(|()| reply).map_err(|found| Failure::Fault(Fault::Garbled(found)))
}

impl Inner {
    fn host(&self, api: Api) -> Result<&Host, Error> {
        self.hosts.get(&api).ok_or(Error::NoService(api))
    }

    /// One attempt, in its turn. The token is left there so that it can be dropped if it was rejected.
    async fn once(
        &self,
        request: &Request,
        (host, url): (&Host, &Url),
        budget: &Budget,
        attempts: &mut Attempts,
    ) -> Result<Reply, Failure> {
        let scope = &host.service.scope;
        // Signing in comes before the turn, so that a request is sent when it is counted; and again after it, which costs
        // nothing unless the turn took so long that the token expired.
        self.token(scope, attempts).await?;
        attempts.stage = Stage::Turn;
        let turn = self.pacer.turn(request.quota, budget).await;
        attempts.turned(host, turn);
        let token = self.token(scope, attempts).await?;
        attempts.stage = Stage::Reply;
        budget.tally.requests.add(1);
        let veil = self.credentials.veil();
        let builder = match request.method {
            Method::Get => host.http.get(url.clone()),
            Method::Post { .. } => host.http.post(url.clone()),
        };
        let builder = match (&request.body, request.method) {
            (Some(body), _) => builder.header(CONTENT_TYPE, "application/json").body(body.clone()),
            (None, Method::Post { .. }) => builder.body(""),
            (None, Method::Get) => builder,
        };
        let own = |builder: RequestBuilder, (name, value): &(&str, &str)| builder.header(*name, *value);
        let accept = request.headers.iter().find(|(name, _)| *name == ACCEPT).map_or(JSON, |(_, kind)| *kind);
        let others = request.headers.iter().filter(|(name, _)| *name != ACCEPT);
        let builder = others.fold(dressed(builder, &token, accept), own);
        let sending = Sending { method: request.method, url, at: clock(), begun: Instant::now() };
        let result = attempt(builder, (url, veil), &self.options.timeouts, &mut attempts.effort).await;
        tracing::debug!(address = %Address::of(url, veil), outcome = ?result.as_ref().map_or_else(Failure::outcome, |_| Outcome::Success));
        if result.is_ok() {
            self.pacer.took(request.quota, sending.begun.elapsed());
        }
        let waited = std::mem::take(&mut attempts.waited);
        let sent = budget.tally.sent(|connection| sending.ended(connection, &result, waited, veil));
        result.map(|(_, reply)| Reply { sent, ..reply })
    }

    /// The token to send with. A sign-in that fails costs of the time that the request may go without progress.
    async fn token(&self, scope: &str, attempts: &mut Attempts) -> Result<Token, Failure> {
        attempts.stage = Stage::SignIn;
        let (begun, left) = (Instant::now(), attempts.effort.left());
        let token = timeout(left, self.credentials.token(scope, &self.options.limits)).await;
        let token = token.unwrap_or_else(|_| Err(SignInFailure::late(left)));
        let token = token.inspect_err(|_| attempts.effort.spend(begun.elapsed())).map_err(Failure::SignIn)?;
        attempts.token = Some(token.clone());
        Ok(token)
    }

    /// Drops the credential of a token that was rejected.
    async fn renew(&self, attempts: &Attempts) {
        if let Some(token) = &attempts.token {
            self.credentials.renew(token).await;
        }
    }

    /// Waits before a retry, and with it, if the service was throttling, all requests of the family.
    async fn wait(&self, quota: Quota, wait: Duration, failure: Failure, (budget, attempts): (&Budget, &mut Attempts)) {
        let why = if failure.outcome().told().is_some() { Why::Told } else { Why::BackOff };
        if failure.pauses_family() {
            self.pacer.pause(quota, wait, why).await;
        }
        attempts.failed(failure);
        attempts.waited += wait;
        let _waiting = budget.wait(why, wait);
        sleep(wait).await;
    }
}

/// A request that is under way, as the session's log will show it.
struct Sending<'a> {
    method: Method,
    url: &'a Url,
    at: DateTime<Utc>,
    begun: Instant,
}

impl Sending<'_> {
    fn ended(
        self,
        connection: Arc<str>,
        result: &Result<(u16, Reply), Failure>,
        waited: Duration,
        veil: &Veil,
    ) -> Sent {
        let (status, fault, bytes) = match result {
            Ok((status, reply)) => (Some(*status), None, reply.body.len() as u64),
            Err(failure) => (failure.status(), failure.shown(veil), 0),
        };
        Sent {
            number: 0,
            at: self.at,
            connection,
            method: match self.method {
                Method::Get => "GET",
                Method::Post { .. } => "POST",
            },
            url: address::readable(self.url, veil),
            status,
            fault,
            rows: None,
            bytes,
            waited,
            took: self.begun.elapsed(),
        }
    }
}

/// What is accepted, unless a request says otherwise.
const JSON: &str = "application/json";

#[expect(clippy::disallowed_methods, reason = "the log of requests tells when each was sent")]
fn clock() -> DateTime<Utc> {
    Utc::now()
}

/// The headers that go with every request.
fn dressed(request: RequestBuilder, token: &Token, accept: &str) -> RequestBuilder {
    let request = request
        .header(ACCEPT, accept)
        .header(ACCEPT_ENCODING, ACCEPTED)
        .header("client-request-id", Uuid::new_v4().to_string());
    match HeaderValue::try_from(format!("Bearer {}", token.secret.secret())) {
        Ok(mut bearer) => {
            bearer.set_sensitive(true);
            request.header(AUTHORIZATION, bearer)
        }
        // A token with control characters cannot be one; without it the service answers 401, which says as much.
        Err(_) => request,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_may_be_polled_from_any_thread() {
        fn sendable<T: Send>(_: impl FnOnce(&'static Client, &'static Request, &'static Budget) -> T) {}
        sendable(Client::send);
    }
}
