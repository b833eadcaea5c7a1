//! Paces requests so that the service does not have to throttle them.
//!
//! The quotas are counted in sliding windows: five requests in any ten seconds. So this keeps a log of the last send
//! times, not a token bucket, which would allow ten at once around the edge of a window. The log counts when a request is
//! sent and the service when it arrives; a margin on the window takes up the difference. Retries count like all others.
//!
//! Whoever waits stands in a queue, first come first served; dropping the waiting future leaves the queue. A pause, set
//! after "too many requests", holds up the whole family. One [`Pacer`] owns the logs of an application in a tenant and is
//! shared by all clients that send in its name.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

use super::Budget;
use crate::table::{Quota, Rate};
use crate::tally::Why;

/// Added to every window: the spread of travel times that is allowed for.
const MARGIN: Duration = Duration::from_millis(250);

/// How fast requests may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// As the services document it, or as a connection says.
    #[default]
    Documented,
    /// The same numbers in windows this many times shorter.
    Faster(u32),
    /// As fast as possible; pauses still hold. For services of one's own.
    Unlimited,
}

/// The quotas that a connection names: a rate, or no limit. Families that it does not name have the documented one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quotas(BTreeMap<Quota, Option<Rate>>);

impl Quotas {
    /// Names the rate of a family; `None`: it has no limit.
    pub fn set(&mut self, quota: Quota, rate: Option<Rate>) {
        self.0.insert(quota, rate);
    }

    /// The rate of a family; `None`: it has no limit.
    pub fn rate(&self, quota: Quota) -> Option<Rate> {
        self.0.get(&quota).copied().unwrap_or_else(|| quota.rate())
    }
}

/// Keeps the quotas of one application in one tenant.
#[derive(Debug, Default)]
pub struct Pacer {
    pace: Pace,
    quotas: Quotas,
    families: Mutex<BTreeMap<Quota, Arc<Family>>>,
}

impl Pacer {
    /// A pacer with empty logs.
    pub fn new(pace: Pace) -> Self {
        Self::with_quotas(pace, Quotas::default())
    }

    /// The same where a connection names quotas of its own.
    pub fn with_quotas(pace: Pace, quotas: Quotas) -> Self {
        Self { pace, quotas, families: Mutex::default() }
    }

    /// Waits until a request of that family may be sent, and counts it as sent. Gives back how long that took, without
    /// the time for which the service itself held up the family; meanwhile the call says what is waited for.
    pub async fn turn(&self, quota: Quota, budget: &Budget) -> Duration {
        let family = self.family(quota);
        let begun = Instant::now();
        let queued = budget.queue(Why::Quota);
        // The head of the queue holds the only permit while it waits for its slot; a dropped head passes it on.
        // The semaphore is never closed, so there always is one.
        let _head = family.queue.acquire().await;
        drop(queued);
        while let Err((ready, why)) = family.try_send() {
            let _waiting = budget.wait(why, ready.saturating_duration_since(Instant::now()));
            sleep_until(ready).await;
        }
        let (told_until, now) = (family.log().told_until, Instant::now());
        let told = told_until.map_or(Duration::ZERO, |until| until.min(now).saturating_duration_since(begun));
        (now - begun).saturating_sub(told)
    }

    /// Holds up the whole family: nothing is sent for `wait` from now.
    pub fn pause(&self, quota: Quota, wait: Duration, why: Why) {
        self.family(quota).log().pause(Instant::now() + wait, why);
    }

    fn family(&self, quota: Quota) -> Arc<Family> {
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(families.entry(quota).or_insert_with(|| Arc::new(Family::new(self.pace, self.quotas.rate(quota)))))
    }
}

#[derive(Debug)]
struct Family {
    queue: Semaphore,
    log: Mutex<Log>,
}

impl Family {
    fn new(pace: Pace, rate: Option<Rate>) -> Self {
        let window = rate.map(|rate| rate.window + MARGIN);
        let window = match pace {
            Pace::Documented => window,
            Pace::Faster(factor) => window.map(|window| window / factor.max(1)),
            Pace::Unlimited => None,
        };
        let most = rate.map_or(0, |rate| rate.requests as usize);
        let log = Log { most, window, sent: VecDeque::new(), paused_until: None, told_until: None };
        Self { queue: Semaphore::new(1), log: Mutex::new(log) }
    }

    /// Lets go of the log before it returns: a guard in the condition of the loop above would be held through the wait.
    fn try_send(&self) -> Result<(), (Instant, Why)> {
        let mut log = self.log();
        log.try_send(Instant::now()).map_err(|ready| (ready, log.why(ready)))
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last send times of a family. It never reads the clock.
#[derive(Debug)]
struct Log {
    most: usize,
    /// `None`: no limit.
    window: Option<Duration>,
    sent: VecDeque<Instant>,
    paused_until: Option<Instant>,
    /// The same, as far as the service asked for it.
    told_until: Option<Instant>,
}

impl Log {
    /// Counts a request as sent at `now`, or says when to ask again.
    fn try_send(&mut self, now: Instant) -> Result<(), Instant> {
        let ready = self.ready(now);
        if ready > now {
            return Err(ready);
        }
        if self.window.is_some() {
            self.sent.push_back(now);
        }
        Ok(())
    }

    /// The earliest time at which one more request keeps within every window.
    fn ready(&mut self, now: Instant) -> Instant {
        let paused = self.paused_until.unwrap_or(now);
        let Some(window) = self.window else { return paused.max(now) };
        while self.sent.len() > self.most {
            self.sent.pop_front();
        }
        let oldest = self.sent.len().checked_sub(self.most).and_then(|at| self.sent.get(at));
        oldest.map_or(now, |sent| *sent + window).max(paused)
    }

    /// What is waited for until `ready`.
    fn why(&self, ready: Instant) -> Why {
        match ready {
            _ if self.told_until == Some(ready) => Why::Told,
            _ if self.paused_until == Some(ready) => Why::BackOff,
            _ => Why::Quota,
        }
    }

    fn pause(&mut self, until: Instant, why: Why) {
        self.paused_until = self.paused_until.max(Some(until));
        if why == Why::Told {
            self.told_until = self.told_until.max(Some(until));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    /// Send times, in milliseconds, of requests that are ready at the given times.
    fn replay(log: &mut Log, start: Instant, asked: &[u64]) -> Vec<u64> {
        let mut last = 0;
        let mut send = |asked: u64| {
            let mut now = start + Duration::from_millis(asked.max(last));
            while let Err(ready) = log.try_send(now) {
                now = ready;
            }
            last = u64::try_from((now - start).as_millis()).unwrap();
            last
        };
        asked.iter().map(|asked| send(*asked)).collect()
    }

    fn budget() -> Budget {
        Budget::new(Arc::default())
    }

    fn log(pace: Pace) -> Log {
        Family::new(pace, Quota::Reports.rate()).log.into_inner().unwrap()
    }

    #[test]
    fn no_window_ever_holds_more_than_the_quota() {
        let asked: Vec<u64> = (0..60).map(|i| (i * i * 37) % 9000 + i * 400).collect();
        for asked in [vec![0; 40], asked] {
            let sent = replay(&mut log(Pace::Documented), Instant::now(), &asked);
            for (i, first) in sent.iter().enumerate() {
                let within = sent[i..].iter().filter(|t| **t - first <= 10_000).count();
                assert!(within <= 5, "{sent:?}");
            }
        }
    }

    #[test]
    fn the_allowed_rate_is_used() {
        let sent = replay(&mut log(Pace::Documented), Instant::now(), &[0; 26]);
        assert_eq!(sent[..5], [0; 5], "the first window goes out at once");
        assert_eq!(sent[25], 5 * 10_250);
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let sent = replay(
            &mut log(Pace::Documented),
            Instant::now(),
            &[0, 100_000, 100_000, 100_000, 100_000, 100_000, 100_000],
        );
        assert_eq!(sent[6], 110_250);
    }

    #[test]
    fn a_pause_holds_up_everything_and_is_never_shortened() {
        for pace in [Pace::Documented, Pace::Unlimited] {
            let (mut log, start) = (log(pace), Instant::now());
            log.pause(start + Duration::from_secs(41), Why::Told);
            log.pause(start + Duration::from_secs(2), Why::BackOff);
            assert_eq!(replay(&mut log, start, &[0]), [41_000]);
        }
    }

    #[test]
    fn each_wait_has_its_reason() {
        let (mut log, start) = (log(Pace::Documented), Instant::now());
        let why = |log: &mut Log| {
            let ready = log.ready(start);
            log.why(ready)
        };
        replay(&mut log, start, &[0; 5]);
        assert_eq!(why(&mut log), Why::Quota);
        log.pause(start + Duration::from_secs(11), Why::BackOff);
        assert_eq!(why(&mut log), Why::BackOff);
        log.pause(start + Duration::from_secs(12), Why::Told);
        assert_eq!(why(&mut log), Why::Told);
        log.pause(start + Duration::from_secs(13), Why::BackOff);
        assert_eq!(why(&mut log), Why::BackOff);
    }

    #[tokio::test]
    async fn the_time_that_the_service_asked_for_is_left_out() {
        let (pacer, budget) = (Pacer::new(Pace::Unlimited), budget());
        let time = Duration::from_millis(60);
        pacer.pause(Quota::Reports, time, Why::Told);
        assert!(pacer.turn(Quota::Reports, &budget).await < time / 2);
        pacer.pause(Quota::Reports, time, Why::BackOff);
        assert!(pacer.turn(Quota::Reports, &budget).await >= time);
        let waited = Why::ALL.map(|why| budget.tally.waited_for(why) >= time);
        assert_eq!(waited, [true, true, false, false]);
    }

    #[test]
    fn without_a_limit_nothing_waits_and_nothing_is_kept() {
        let mut log = log(Pace::Unlimited);
        assert_eq!(replay(&mut log, Instant::now(), &[0; 1000]), [0; 1000]);
        assert!(log.sent.is_empty());
    }

    #[test]
    fn a_family_has_the_rate_that_a_connection_names() {
        let mut quotas = Quotas::default();
        let own = Rate { requests: 2, window: Duration::from_secs(1) };
        quotas.set(Quota::Reports, Some(own));
        assert_eq!((quotas.rate(Quota::Reports), quotas.rate(Quota::Activity)), (Some(own), Quota::Activity.rate()));
        let log = |rate| Family::new(Pace::Documented, rate).log.into_inner().unwrap();
        assert_eq!(replay(&mut log(Some(own)), Instant::now(), &[0; 5]), [0, 0, 1_250, 1_250, 2_500]);
        quotas.set(Quota::Reports, None);
        assert_eq!(replay(&mut log(quotas.rate(Quota::Reports)), Instant::now(), &[0; 1_000]), [0; 1_000]);
    }

    #[tokio::test]
    async fn a_waiter_that_is_dropped_gives_its_place_back() {
        let (pacer, budget) = (Pacer::new(Pace::Faster(100)), budget());
        for _ in 0..5 {
            pacer.turn(Quota::Reports, &budget).now_or_never().expect("the window is empty");
        }
        let mut head = Box::pin(pacer.turn(Quota::Reports, &budget));
        let mut second = Box::pin(pacer.turn(Quota::Reports, &budget));
        assert!(head.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());
        drop(head);
        let waited = tokio::time::timeout(Duration::from_secs(5), second).await.expect("the queue moves on");
        assert!(waited >= Duration::from_millis(90), "{waited:?}");
    }

    #[tokio::test]
    async fn waiters_are_served_in_the_order_in_which_they_came() {
        let pacer = Pacer::new(Pace::Faster(200));
        let order = Mutex::new(Vec::new());
        let (pacer, order, budget) = (&pacer, &order, &budget());
        let turns = (0..12).map(|i| async move {
            pacer.turn(Quota::Reports, budget).await;
            order.lock().unwrap().push(i);
        });
        futures::future::join_all(turns).await;
        assert_eq!(*order.lock().unwrap(), (0..12).collect::<Vec<_>>());
    }
}
