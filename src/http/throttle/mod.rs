//! Paces requests so that the service does not have to throttle them.
//!
//! The quotas are counted in sliding windows: five requests in any ten seconds. So this keeps a log of the last send
//! times, not a token bucket, which would allow ten at once around the edge of a window. The log counts when a request is
//! sent and the service when it arrives; a margin on the window takes up the difference. Retries count like all others.
//!
//! Whoever waits stands in a queue, first come first served; dropping the waiting future leaves the queue. A pause, set
//! after "too many requests", holds up the whole family. One [`Pacer`] owns the logs of an application in a tenant and is
//! shared by all clients that send in its name; given a folder, it shares them with other processes too.

mod log;
mod shared;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

use self::log::Log;
use self::shared::Shared;
use super::Budget;
use crate::table::{Quota, Rate};
use crate::tally::{Notice, Tally, Why};

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
    /// What the file of each family's name is added to.
    shared: Option<PathBuf>,
    families: Mutex<BTreeMap<Quota, Arc<Family>>>,
}

impl Pacer {
    /// A pacer with empty logs.
    pub fn new(pace: Pace) -> Self {
        Self::with_quotas(pace, Quotas::default())
    }

    /// The same where a connection names quotas of its own.
    pub fn with_quotas(pace: Pace, quotas: Quotas) -> Self {
        Self { pace, quotas, ..Self::default() }
    }

    /// The same for all processes that name this folder: it holds a file for each family. One folder is of one application
    /// in one tenant.
    #[must_use]
    pub fn shared_in(self, folder: impl Into<PathBuf>) -> Self {
        Self { shared: Some(folder.into()), ..self }
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
        while let Err((ready, why)) = family.try_send(&budget.tally).await {
            let _waiting = budget.wait(why, ready.saturating_duration_since(Instant::now()));
            sleep_until(ready).await;
        }
        let (told_until, now) = (family.log().told_until, Instant::now());
        let told = told_until.map_or(Duration::ZERO, |until| until.min(now).saturating_duration_since(begun));
        (now - begun).saturating_sub(told)
    }

    /// A reply to a request of that family took so long.
    pub fn took(&self, quota: Quota, time: Duration) {
        let family = self.family(quota);
        let mut usual = family.reply.lock().unwrap_or_else(PoisonError::into_inner);
        *usual = Some(usual.map_or(time, |usual| (usual * 3 + time) / 4));
    }

    /// How many chains of requests, each of which waits for a reply before it sends the next request, keep the pace of that
    /// family.
    pub fn feeds(&self, quota: Quota) -> Feeds {
        let family = self.family(quota);
        let reply = *family.reply.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = family.empty.window.map(|window| (family.empty.most, window));
        Feeds::of(rate, reply.unwrap_or_default())
    }

    /// Holds up the whole family: nothing is sent for `wait` from now.
    pub async fn pause(&self, quota: Quota, wait: Duration, why: Why) {
        let family = self.family(quota);
        family.log().pause(Instant::now() + wait, why);
        if let Some(shared) = &family.shared {
            // Others then find out by themselves; that the file cannot be used is said where a request is counted.
            let _ = shared.pause(family.empty.clone(), wait, why).await;
        }
    }

    fn family(&self, quota: Quota) -> Arc<Family> {
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        let family =
            || Family::new(self.pace, self.quotas.rate(quota), self.shared.as_ref().map(|at| at.join(quota.name())));
        Arc::clone(families.entry(quota).or_insert_with(|| Arc::new(family())))
    }
}

/// What keeps the pace of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feeds {
    /// So many chains of requests use most of what is allowed; `None`: however many there are, more send more.
    pub chains: Option<usize>,
    /// How long a reply took of late; zero before the first.
    pub reply: Duration,
}

/// The part of a quota that is worth another chain, in percent: the last tenth is not, since that chain costs a request too.
const MOST_OF: u128 = 90;

impl Feeds {
    /// The same of so many requests in a window, if there is one, and the time of a reply.
    fn of(rate: Option<(usize, Duration)>, reply: Duration) -> Self {
        let chains = rate.map(|(most, window)| {
            let sent = reply.as_micros() * most as u128 * MOST_OF;
            usize::try_from(sent.div_ceil(window.as_micros().max(1) * 100)).unwrap_or(usize::MAX).max(1)
        });
        Self { chains, reply }
    }
}

#[derive(Debug)]
struct Family {
    queue: Semaphore,
    /// How long a reply takes, the last ones more than those before; `None` before the first.
    reply: Mutex<Option<Duration>>,
    log: Mutex<Log>,
    /// What other processes sent, too.
    shared: Option<Shared>,
    /// A log in which nothing is entered: what is allowed.
    empty: Log,
}

impl Family {
    fn new(pace: Pace, rate: Option<Rate>, shared: Option<PathBuf>) -> Self {
        let window = rate.map(|rate| rate.window + MARGIN);
        let window = match pace {
            Pace::Documented => window,
            Pace::Faster(factor) => window.map(|window| window / factor.max(1)),
            Pace::Unlimited => None,
        };
        let empty = Log::new(rate.map_or(0, |rate| rate.requests as usize), window);
        let (log, shared) = (Mutex::new(empty.clone()), shared.map(Shared::new));
        Self { queue: Semaphore::new(1), reply: Mutex::default(), log, shared, empty }
    }

    /// Counts a request as sent, or says when to ask again. Lets go of the log before it returns: a guard in the condition of
    /// the loop above would be held through the wait.
    async fn try_send(&self, tally: &Tally) -> Result<(), (Instant, Why)> {
        self.log().allows(Instant::now())?;
        if let Some(shared) = &self.shared {
            match shared.try_send(self.empty.clone()).await {
                Ok(answer) => answer?,
                Err(error) => tally.notice(Notice::PacedAlone { because: error.to_string() }),
            }
        }
        self.log().try_send(Instant::now())
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    fn budget() -> Budget {
        Budget::new(Arc::default())
    }

    /// What a family allows.
    fn log(pace: Pace, rate: Option<Rate>) -> (usize, Option<Duration>) {
        let log = Family::new(pace, rate, None).empty;
        (log.most, log.window)
    }

    #[test]
    fn a_family_has_its_rate_with_a_margin() {
        let reports = Quota::Reports.rate();
        assert_eq!(log(Pace::Documented, reports), (5, Some(Duration::from_millis(10_250))));
        assert_eq!(log(Pace::Faster(10), reports), (5, Some(Duration::from_millis(1_025))));
        assert_eq!(log(Pace::Unlimited, reports).1, None);
        assert_eq!(log(Pace::Documented, None).1, None);
    }

    #[test]
    fn as_many_chains_feed_a_quota_as_replies_are_slow() {
        let rate = Some((5, Duration::from_millis(10_250)));
        let chains = |millis| Feeds::of(rate, Duration::from_millis(millis)).chains;
        assert_eq!(
            [0, 100, 2_000, 2_200, 2_400, 4_000, 10_000, 60_000].map(chains),
            [1, 1, 1, 1, 2, 2, 5, 27].map(Some)
        );
        assert_eq!(Feeds::of(None, Duration::from_secs(9)).chains, None);
        let pacer = Pacer::new(Pace::Documented);
        pacer.took(Quota::Reports, Duration::from_secs(4));
        pacer.took(Quota::Reports, Duration::from_secs(8));
        let feeds = Feeds { chains: Some(3), reply: Duration::from_secs(5) };
        assert_eq!(pacer.feeds(Quota::Reports), feeds);
        assert_eq!(pacer.feeds(Quota::Directory).reply, Duration::ZERO, "another family has its own");
    }

    #[tokio::test]
    async fn the_time_that_the_service_asked_for_is_left_out() {
        let (pacer, budget) = (Pacer::new(Pace::Unlimited), budget());
        let time = Duration::from_millis(60);
        pacer.pause(Quota::Reports, time, Why::Told).await;
        assert!(pacer.turn(Quota::Reports, &budget).await < time / 2);
        pacer.pause(Quota::Reports, time, Why::BackOff).await;
        assert!(pacer.turn(Quota::Reports, &budget).await >= time);
        let waited = Why::ALL.map(|why| budget.tally.waited_for(why) >= time);
        assert_eq!(waited, [true, true, false, false]);
    }

    #[test]
    fn a_family_has_the_rate_that_a_connection_names() {
        let mut quotas = Quotas::default();
        let own = Rate { requests: 2, window: Duration::from_secs(1) };
        quotas.set(Quota::Reports, Some(own));
        assert_eq!((quotas.rate(Quota::Reports), quotas.rate(Quota::Activity)), (Some(own), Quota::Activity.rate()));
        quotas.set(Quota::Reports, None);
        assert_eq!(quotas.rate(Quota::Reports), None);
    }

    /// Two processes as two pacers: what the services see is what both send.
    #[tokio::test]
    async fn processes_that_share_a_folder_keep_one_quota() {
        let folder = tempfile::tempdir().unwrap();
        let rate = Rate { requests: 4, window: Duration::from_millis(50) };
        let pacer = || {
            let mut quotas = Quotas::default();
            quotas.set(Quota::Reports, Some(rate));
            Pacer::with_quotas(Pace::Documented, quotas)
        };
        let most_in_a_window = async |pacers: [Pacer; 2]| {
            let sent = Mutex::new(Vec::new());
            let (sent_at, budget) = (&sent, &budget());
            let turns = (0..12).map(|i| {
                let pacer = &pacers[i % 2];
                async move {
                    pacer.turn(Quota::Reports, budget).await;
                    sent_at.lock().unwrap().push(Instant::now());
                }
            });
            futures::future::join_all(turns).await;
            let sent = sent.into_inner().unwrap();
            sent.iter().map(|first| sent.iter().filter(|t| **t >= *first && **t - *first <= rate.window).count()).max()
        };
        let shared = || pacer().shared_in(folder.path());
        assert_eq!(most_in_a_window([shared(), shared()]).await, Some(4));
        assert!(most_in_a_window([pacer(), pacer()]).await > Some(4), "alone they exceed it");
    }

    #[tokio::test]
    async fn what_one_process_was_told_holds_up_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let shared = || Pacer::new(Pace::Unlimited).shared_in(folder.path());
        let (one, other, budget) = (shared(), shared(), budget());
        one.pause(Quota::Reports, Duration::from_millis(80), Why::Told).await;
        let begun = Instant::now();
        other.turn(Quota::Activity, &budget).await;
        assert!(begun.elapsed() < Duration::from_millis(60), "another family is not meant");
        other.turn(Quota::Reports, &budget).await;
        assert!(begun.elapsed() >= Duration::from_millis(60));
        assert!(budget.tally.waited_for(Why::Told) > Duration::ZERO);
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
