//! The course of one request through its attempts: what was tried, what it cost, where it stands.
//!
//! What is decided is [`retry`](super::retry)'s; here is kept what it decides by.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::attempt::Failure;
use super::client::{Options, Service};
use super::credentials::Token;
use super::effort::Effort;
use super::retry::{Allowance, History, Verdict, decide};
use super::transport;
use super::{Address, Error, GaveUp, Stage};

/// What is known about a host: its connections, and how it has been doing.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) service: Service,
    pub(super) http: reqwest::Client,
    allowance: Mutex<Allowance>,
    answers: AtomicU64,
    successes: AtomicU64,
    under_way: AtomicU32,
}

impl Host {
    pub(super) fn new(service: Service, options: &transport::TransportOptions) -> Result<Self, Error> {
        let http = transport::client(&service.base, options)?;
        Ok(Self {
            service,
            http,
            allowance: Mutex::default(),
            answers: AtomicU64::new(0),
            successes: AtomicU64::new(0),
            under_way: AtomicU32::new(0),
        })
    }

    /// A request to it is under way until what is given back is dropped.
    pub(super) fn enter(&self) -> UnderWay<'_> {
        self.under_way.fetch_add(1, Relaxed);
        UnderWay(self)
    }

    fn decide(&self, failure: &Failure, history: &History, options: &Options) -> Verdict {
        let ask = |allowance: &mut Allowance| {
            decide(failure.outcome(), history, allowance, &options.limits, (options.jitter)())
        };
        // One failed sign-in is the failure of all who waited for it, and says nothing about this host.
        if failure.is_sign_in() {
            return ask(&mut Allowance::default());
        }
        ask(&mut self.allowance.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn succeeded(&self) {
        self.answers.fetch_add(1, Relaxed);
        self.successes.fetch_add(1, Relaxed);
        self.allowance.lock().unwrap_or_else(PoisonError::into_inner).earn();
    }
}

/// That a request to a host is under way.
#[derive(Debug)]
pub(super) struct UnderWay<'a>(&'a Host);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Relaxed);
    }
}

/// The course of one request.
#[derive(Debug)]
pub(super) struct Attempts {
    pub(super) effort: Effort,
    /// Where it stands.
    pub(super) stage: Stage,
    /// The token of the present attempt.
    pub(super) token: Option<Token>,
    history: History,
    successes: u64,
    /// Whether it may be sent again when nobody knows what came of it.
    repeatable: bool,
    last: Option<Failure>,
    /// How long the present attempt has waited before it was sent.
    pub(super) waited: Duration,
}

impl Attempts {
    pub(super) fn new(options: &Options, host: &Host, renewable: bool, repeatable: bool) -> Self {
        let effort = Effort::new(&options.timeouts);
        let history = History {
            tries: 0,
            waited: Duration::ZERO,
            spent: Duration::ZERO,
            room: effort.room(),
            reached: false,
            renewable,
            repeatable,
            peers: 1,
        };
        let successes = host.successes.load(Relaxed);
        Self {
            effort,
            stage: Stage::SignIn,
            token: None,
            history,
            successes,
            repeatable,
            last: None,
            waited: Duration::ZERO,
        }
    }

    /// Its turn took so long. That counts while the host lets nobody through: a family that is paused because all of its
    /// requests fail makes no progress.
    pub(super) fn turned(&mut self, host: &Host, time: Duration) {
        self.waited += time;
        if self.history.tries > 0 && host.successes.load(Relaxed) == self.successes {
            self.effort.spend(time);
        }
    }

    pub(super) fn verdict(&mut self, options: &Options, host: &Host, failure: &Failure) -> Verdict {
        if failure.is_answer() {
            host.answers.fetch_add(1, Relaxed);
        }
        self.forget_if_others_succeed(host, failure);
        self.history.reached = host.answers.load(Relaxed) > 0;
        self.history.peers = host.under_way.load(Relaxed);
        self.history.repeatable = self.repeatable || failure.is_unsent();
        (self.history.spent, self.history.room) = (self.effort.spent(), self.effort.room());
        self.history.tries += 1;
        let verdict = host.decide(failure, &self.history, options);
        match verdict {
            Verdict::Wait(wait) => Verdict::Wait(self.waits(wait.max(failure.rest()), failure)),
            Verdict::Renew => {
                self.history.renewable = false;
                verdict
            }
            Verdict::Done | Verdict::Fail(_) => verdict,
        }
    }

    /// Enters a wait. One that the service asks for costs nothing of the time without progress.
    fn waits(&mut self, wait: Duration, failure: &Failure) -> Duration {
        self.history.waited += wait;
        if failure.outcome().told().is_none() {
            self.effort.spend(wait);
        }
        wait
    }

    /// A throttled request is not without progress while others in the same quota get through: it only lost the race.
    fn forget_if_others_succeed(&mut self, host: &Host, failure: &Failure) {
        let successes = host.successes.load(Relaxed);
        if failure.is_throttle() && successes > self.successes {
            (self.history.tries, self.history.waited) = (0, Duration::ZERO);
            self.effort.forget();
        }
        self.successes = successes;
    }

    /// Keeps what went wrong last: whatever ends the request in the end, this is why it did not succeed before.
    pub(super) fn failed(&mut self, failure: Failure) {
        self.stage = Stage::Retry;
        self.last = Some(failure);
    }

    /// What went wrong last.
    pub(super) fn last(&mut self, because: GaveUp, address: &Address) -> Option<Box<Error>> {
        self.last.take().map(|failure| Box::new(failure.into_error(because, address.clone())))
    }
}
