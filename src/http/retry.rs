//! Decides whether a request that failed is sent again, and when.
//!
//! Pure: the outcome, what happened before and a random number go in, a verdict comes out. `client` performs it.
//!
//! The rule is "retry while there is progress" instead of a fixed number of attempts: a long crawl meets hundreds of
//! replies that ask it to slow down, and each of them is followed by success (clients that give up after three have been
//! called pointless in public, microsoft-graph-docs #6892). So a request is given up only after [`Limits::tries`] in a row,
//! a minute in which nothing comes of it (`effort`), or [`Limits::patience`] of waiting at the service's own word, without
//! anything having succeeded. Against a service that fails altogether the [`Allowance`] is the circuit breaker: it is
//! shared by all requests to a host.

use std::time::Duration;

use super::error::GaveUp;

/// How persistent the client is.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Attempts of one request without progress.
    pub tries: u32,
    /// The same while the host has never answered at all: a mistyped address should not take minutes to be reported.
    pub first_tries: u32,
    /// First step of the back-off after a fault.
    pub base: Duration,
    /// First step when the service says "too many requests" without saying when to return.
    pub throttled_base: Duration,
    /// First step after "bandwidth exceeded" (509), and its least half is always waited.
    pub bandwidth_base: Duration,
    /// The longest wait of our own choice: a quota's window is ten seconds, and what did not pass in that time is seldom
    /// better after a longer one.
    pub cap: Duration,
    /// The longest wait that is accepted when the service names it.
    pub longest_told: Duration,
    /// Time that one request may wait for retries without progress, at the service's own word.
    pub patience: Duration,
    /// How long after it was ordered a search is asked after for the first time. Later ones are further apart.
    pub poll: Duration,
    /// The longest time between two of these.
    pub longest_poll: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tries: 10,
            first_tries: 4,
            base: Duration::from_millis(500),
            throttled_base: Duration::from_secs(2),
            bandwidth_base: Duration::from_secs(40),
            cap: Duration::from_secs(10),
            longest_told: Duration::from_mins(15),
            patience: Duration::from_mins(15),
            poll: Duration::from_secs(5),
            longest_poll: Duration::from_mins(1),
        }
    }
}

impl Limits {
    /// All times divided by `factor`, for tests and for demo tenants that run faster than time.
    #[must_use]
    pub fn scaled(self, factor: u32) -> Self {
        Self {
            base: self.base / factor,
            throttled_base: self.throttled_base / factor,
            bandwidth_base: self.bandwidth_base / factor,
            cap: self.cap / factor,
            longest_told: self.longest_told / factor,
            patience: self.patience / factor,
            poll: self.poll / factor,
            longest_poll: self.longest_poll / factor,
            ..self
        }
    }
}

/// What came of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A complete reply.
    Success,
    /// The service, or the sign-in service, answered with an error.
    Status {
        /// The HTTP status.
        status: u16,
        /// The wait it asked for.
        told: Option<Duration>,
    },
    /// No answer, or half of one: refused connections, resets, patience, truncated bodies.
    Fault,
    /// Something that another attempt would meet again.
    Permanent,
}

impl Outcome {
    /// How long the service asks to wait. No time at all is no answer.
    pub fn told(self) -> Option<Duration> {
        match self {
            Self::Status { told, .. } => told.filter(|told| !told.is_zero()),
            Self::Success | Self::Fault | Self::Permanent => None,
        }
    }
}

/// What happened to one request so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// Attempts since there was progress, the present one included.
    pub tries: u32,
    /// Time waited between them.
    pub waited: Duration,
    /// Time in which nothing came of them, see `Timeouts::whole`.
    pub spent: Duration,
    /// The longest wait of our own choice that leaves time for another attempt.
    pub room: Duration,
    /// Whether the host ever answered.
    pub reached: bool,
    /// Whether a 401 may be answered with a new credential: there is one to be had, and it was not tried yet.
    pub renewable: bool,
    /// Whether nothing is done twice by sending it again: the request says so, or it was not sent at all.
    pub repeatable: bool,
    /// Requests to the host that are under way, this one included: trouble of the host befalls them all at once.
    pub peers: u32,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing, the reply is good.
    Done,
    /// Send it again after this time.
    Wait(Duration),
    /// Send it again at once with a new credential.
    Renew,
    /// Report the failure.
    Fail(GaveUp),
}

/// Whether a status means that the service is there and wants fewer requests, rather than that something broke.
pub fn is_throttle(status: u16) -> bool {
    matches!(status, 429 | 509)
}

/// The verdict on one outcome. `jitter` is a random number from 0 to 1.
///
/// Only faults are taken from the allowance: a service that says when to return is in good health.
pub fn decide(outcome: Outcome, history: &History, allowance: &mut Allowance, limits: &Limits, jitter: f64) -> Verdict {
    let (floor, base, throttled) = match outcome {
        Outcome::Success => return Verdict::Done,
        Outcome::Status { status: 401, .. } if history.renewable => return Verdict::Renew,
        Outcome::Status { status: 429, .. } => (0.0, limits.throttled_base, true),
        Outcome::Status { status: 509, .. } => (0.5, limits.bandwidth_base, true),
        Outcome::Status { status: 408 | 500 | 502 | 503 | 504, .. } | Outcome::Fault => (0.0, limits.base, false),
        Outcome::Permanent | Outcome::Status { .. } => return Verdict::Fail(GaveUp::Final),
    };
    // A throttled request was turned away at the door; of all others nobody knows how far they came.
    if !throttled && !history.repeatable {
        return Verdict::Fail(GaveUp::NotRepeatable);
    }
    let told = outcome.told();
    if let Some(asked) = told.filter(|asked| *asked > limits.longest_told) {
        return Verdict::Fail(GaveUp::AskedTooLong(asked));
    }
    if history.tries >= if history.reached { limits.tries } else { limits.first_tries } {
        return Verdict::Fail(GaveUp::Tries);
    }
    let wait = match told {
        Some(told) => told.mul_f64(1.0 + 0.1 * jitter),
        None => back_off(base, history.tries, limits.cap).mul_f64(floor + (1.0 - floor) * jitter),
    };
    if history.room.is_zero() || (told.is_none() && wait > history.room) {
        return Verdict::Fail(GaveUp::NoProgress(history.spent));
    }
    if history.waited + wait > limits.patience.max(told.unwrap_or_default().mul_f64(1.1)) {
        return Verdict::Fail(GaveUp::Patience);
    }
    if !throttled && !allowance.take(history.peers) {
        return Verdict::Fail(GaveUp::Breaker);
    }
    Verdict::Wait(wait)
}

/// `base` doubled with every attempt, up to the cap.
pub(super) fn back_off(base: Duration, tries: u32, cap: Duration) -> Duration {
    base.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(cap.max(base))
}

/// Tokens that retries after faults are paid with, shared by all requests to a host (the figures are those of the AWS
/// SDKs): 35 retries without a success and it is empty, a success in 14 keeps it going for ever. Requests that are under
/// way together share the price, else eight chains would give up in an outage of four seconds, which one chain outlives.
#[derive(Debug, Clone)]
pub struct Allowance {
    left: u32,
}

impl Allowance {
    const FULL: u32 = 500;
    const PRICE: u32 = 14;

    /// A success came in.
    pub fn earn(&mut self) {
        self.left = (self.left + 1).min(Self::FULL);
    }

    fn take(&mut self, peers: u32) -> bool {
        let rest = self.left.checked_sub(Self::PRICE.div_ceil(peers.max(1)));
        self.left = rest.unwrap_or(self.left);
        rest.is_some()
    }
}

impl Default for Allowance {
    fn default() -> Self {
        Self { left: Self::FULL }
    }
}

#[cfg(test)]
mod tests {
    use super::super::effort::{Effort, Timeouts};
    use super::*;

    const FRESH: History = History {
        tries: 1,
        waited: Duration::ZERO,
        spent: Duration::ZERO,
        room: Duration::from_secs(49),
        reached: true,
        renewable: true,
        repeatable: true,
        peers: 1,
    };

    fn verdict(outcome: Outcome, history: History, jitter: f64) -> Verdict {
        decide(outcome, &history, &mut Allowance::default(), &Limits::default(), jitter)
    }

    fn status(status: u16, told: Option<u64>) -> Outcome {
        Outcome::Status { status, told: told.map(Duration::from_secs) }
    }

    #[test]
    fn only_passing_troubles_are_retried() {
        for code in [408, 429, 500, 502, 503, 504, 509] {
            assert!(matches!(verdict(status(code, None), FRESH, 0.5), Verdict::Wait(_)), "{code}");
        }
        for code in [206, 300, 304, 400, 402, 403, 404, 406, 409, 410, 413, 414, 422, 451, 501, 505, 507, 599] {
            assert_eq!(verdict(status(code, Some(1)), FRESH, 0.5), Verdict::Fail(GaveUp::Final), "{code}");
        }
        assert!(matches!(verdict(Outcome::Fault, FRESH, 0.5), Verdict::Wait(_)));
        assert_eq!(verdict(Outcome::Permanent, FRESH, 0.5), Verdict::Fail(GaveUp::Final));
        assert_eq!(verdict(Outcome::Success, FRESH, 0.5), Verdict::Done);
    }

    #[test]
    fn a_rejected_token_is_renewed_once() {
        assert_eq!(verdict(status(401, None), FRESH, 0.5), Verdict::Renew);
        let renewed = History { renewable: false, ..FRESH };
        assert_eq!(verdict(status(401, None), renewed, 0.5), Verdict::Fail(GaveUp::Final));
    }

    #[test]
    fn what_may_have_been_done_is_not_done_twice() {
        let once = History { repeatable: false, ..FRESH };
        for outcome in [Outcome::Fault, status(500, None), status(503, Some(1)), status(408, None)] {
            assert_eq!(verdict(outcome, once, 0.5), Verdict::Fail(GaveUp::NotRepeatable), "{outcome:?}");
        }
        for outcome in [status(429, None), status(509, Some(1))] {
            assert!(matches!(verdict(outcome, once, 0.5), Verdict::Wait(_)), "{outcome:?}: it was not let in");
        }
        assert_eq!(verdict(status(401, None), once, 0.5), Verdict::Renew);
        assert_eq!(verdict(status(400, None), once, 0.5), Verdict::Fail(GaveUp::Final));
    }

    #[test]
    fn the_back_off_doubles_to_its_cap_and_jitter_spreads_all_of_it() {
        let millis = |outcome, tries, jitter| match verdict(outcome, History { tries, ..FRESH }, jitter) {
            Verdict::Wait(wait) => wait.as_millis(),
            other => panic!("{other:?}"),
        };
        for (tries, most) in [(1, 500), (2, 1000), (3, 2000), (5, 8_000), (6, 10_000), (9, 10_000)] {
            assert_eq!(millis(Outcome::Fault, tries, 1.0), most);
            assert_eq!(millis(Outcome::Fault, tries, 0.0), 0);
        }
        for (tries, most) in [(1, 2000), (2, 4000), (6, 10_000)] {
            assert_eq!(millis(status(429, None), tries, 1.0), most);
        }
        assert_eq!((millis(status(509, None), 1, 0.0), millis(status(509, None), 1, 1.0)), (20_000, 40_000));
        assert_eq!(millis(status(429, Some(0)), 1, 1.0), 2000, "a wait of nothing is no answer to a throttle");
    }

    #[test]
    fn never_earlier_than_told_and_at_most_a_tenth_later() {
        for told in [1, 41, 315, 900] {
            for jitter in [0.0, 0.3, 1.0] {
                let Verdict::Wait(wait) = verdict(status(429, Some(told)), FRESH, jitter) else { panic!("{told}") };
                let told = Duration::from_secs(told);
                assert!(wait >= told && wait <= told.mul_f64(1.1), "{wait:?}");
            }
        }
    }

    #[test]
    fn a_wait_beyond_the_longest_is_named() {
        let asked = Duration::from_secs(901);
        assert_eq!(verdict(status(503, Some(901)), FRESH, 0.0), Verdict::Fail(GaveUp::AskedTooLong(asked)));
        let never = Outcome::Status { status: 429, told: Some(Duration::MAX) };
        assert_eq!(verdict(never, FRESH, 1.0), Verdict::Fail(GaveUp::AskedTooLong(Duration::MAX)));
    }

    #[test]
    fn without_progress_tries_and_waiting_are_bounded() {
        let unreached = |tries| History { reached: false, tries, ..FRESH };
        assert_eq!(verdict(Outcome::Fault, History { tries: 10, ..FRESH }, 0.5), Verdict::Fail(GaveUp::Tries));
        assert!(matches!(verdict(Outcome::Fault, unreached(3), 0.5), Verdict::Wait(_)));
        assert_eq!(verdict(Outcome::Fault, unreached(4), 0.5), Verdict::Fail(GaveUp::Tries));
        let tired = History { waited: Duration::from_secs(899), ..FRESH };
        assert_eq!(verdict(status(429, Some(2)), tired, 0.0), Verdict::Fail(GaveUp::Patience));
    }

    /// Seconds from the first attempt to the error, and the attempts: each takes `cost`, or as much of it as is left.
    fn attempts(outcome: Outcome, cost: u64, jitter: f64) -> (f64, u32) {
        let mut effort = Effort::new(&Timeouts::default());
        let (mut history, mut clock) = (History { tries: 0, ..FRESH }, Duration::ZERO);
        loop {
            let attempt = Duration::from_secs(cost).min(effort.left());
            clock += attempt;
            effort.spend(attempt);
            history = History { tries: history.tries + 1, spent: effort.spent(), room: effort.room(), ..history };
            match verdict(outcome, history, jitter) {
                Verdict::Wait(wait) => {
                    clock += wait;
                    effort.spend(wait);
                }
                _ => return (clock.as_secs_f64(), history.tries),
            }
        }
    }

    #[test]
    fn whatever_the_service_does_its_silence_or_storm_ends_within_a_minute() {
        let patience = Timeouts::default();
        let (head, body) = (patience.first_byte.as_secs(), patience.idle.as_secs());
        for jitter in [0.0, 0.25, 0.5, 0.75, 1.0] {
            for (case, outcome, cost, tries) in [
                ("silence, or half a head", Outcome::Fault, head, 2..=2),
                ("a body that stands still or trickles", Outcome::Fault, body, 3..=3),
                ("connections that are never made", Outcome::Fault, 10, 4..=5),
                ("resets", Outcome::Fault, 0, 9..=10),
                ("a storm of errors", status(503, None), 0, 9..=10),
                ("errors that take half a minute", status(504, None), 30, 2..=2),
                ("error bodies that stand still", status(500, None), 5, 6..=10),
                ("throttles that name no time", status(429, None), 0, 6..=10),
                ("bandwidth that is exceeded", status(509, None), 0, 2..=3),
            ] {
                let (seconds, attempts) = attempts(outcome, cost, jitter);
                assert!(seconds <= 60.0, "{case}: {seconds} s at {jitter}");
                assert!(tries.contains(&attempts), "{case}: {attempts} attempts in {seconds} s at {jitter}");
            }
        }
    }

    #[test]
    fn a_wait_that_the_service_asks_for_is_no_lack_of_progress() {
        let late = History { room: Duration::from_millis(1), ..FRESH };
        assert!(matches!(verdict(status(429, Some(600)), late, 1.0), Verdict::Wait(_)));
        assert_eq!(verdict(status(429, None), late, 1.0), Verdict::Fail(GaveUp::NoProgress(Duration::ZERO)));
    }

    #[test]
    fn the_allowance_breaks_the_circuit_and_throttles_do_not_spend_it() {
        let mut allowance = Allowance::default();
        let mut ask = |outcome| decide(outcome, &FRESH, &mut allowance, &Limits::default(), 0.5);
        for _ in 0..100 {
            assert!(matches!(ask(status(429, None)), Verdict::Wait(_)));
        }
        let granted = (0..100).take_while(|_| matches!(ask(Outcome::Fault), Verdict::Wait(_))).count();
        assert_eq!(granted, 35);
        assert_eq!(ask(status(503, None)), Verdict::Fail(GaveUp::Breaker));
        (0..14).for_each(|_| allowance.earn());
        assert!(allowance.take(1));
    }

    #[test]
    fn chains_that_meet_an_outage_together_outlive_what_one_outlives() {
        for peers in 1..=16 {
            let mut allowance = Allowance::default();
            let mut ask = |tries| {
                decide(Outcome::Fault, &History { tries, peers, ..FRESH }, &mut allowance, &Limits::default(), 0.5)
            };
            for tries in 1..Limits::default().tries {
                for chain in 0..peers {
                    assert!(matches!(ask(tries), Verdict::Wait(_)), "attempt {tries} of chain {chain} of {peers}");
                }
            }
        }
    }
}
