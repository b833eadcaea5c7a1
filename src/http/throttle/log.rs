//! The last send times of a family of requests, and what they allow.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::tally::Why;

/// The last send times of a family. It never reads the clock.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    pub(super) most: usize,
    /// `None`: no limit.
    pub(super) window: Option<Duration>,
    /// The last `most` of them, the latest last.
    pub(super) sent: VecDeque<Instant>,
    pub(super) paused_until: Option<Instant>,
    /// The same, as far as the service asked for it.
    pub(super) told_until: Option<Instant>,
}

impl Log {
    /// An empty one: `most` requests in any window of that length.
    pub(super) fn new(most: usize, window: Option<Duration>) -> Self {
        Self { most, window, ..Self::default() }
    }

    /// Counts a request as sent at `now`, or says when to ask again, and why.
    pub(super) fn try_send(&mut self, now: Instant) -> Result<(), (Instant, Why)> {
        self.allows(now)?;
        if self.window.is_some() {
            self.sent.push_back(now);
        }
        Ok(())
    }

    /// Whether a request may be sent at `now`; if not, when to ask again, and why.
    pub(super) fn allows(&mut self, now: Instant) -> Result<(), (Instant, Why)> {
        let ready = self.ready(now);
        if ready > now { Err((ready, self.why(ready))) } else { Ok(()) }
    }

    /// Holds everything up; a longer pause is never shortened.
    pub(super) fn pause(&mut self, until: Instant, why: Why) {
        self.paused_until = self.paused_until.max(Some(until));
        if why == Why::Told {
            self.told_until = self.told_until.max(Some(until));
        }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Send times, in milliseconds, of requests that are ready at the given times.
    fn replay(log: &mut Log, start: Instant, asked: &[u64]) -> Vec<u64> {
        let mut last = 0;
        let mut send = |asked: u64| {
            let mut now = start + Duration::from_millis(asked.max(last));
            while let Err((ready, _)) = log.try_send(now) {
                now = ready;
            }
            last = u64::try_from((now - start).as_millis()).unwrap();
            last
        };
        asked.iter().map(|asked| send(*asked)).collect()
    }

    /// Five in ten seconds, with a margin.
    fn log() -> Log {
        Log::new(5, Some(Duration::from_millis(10_250)))
    }

    #[test]
    fn no_window_ever_holds_more_than_the_quota() {
        let asked: Vec<u64> = (0..60).map(|i| (i * i * 37) % 9000 + i * 400).collect();
        for asked in [vec![0; 40], asked] {
            let sent = replay(&mut log(), Instant::now(), &asked);
            for (i, first) in sent.iter().enumerate() {
                let within = sent[i..].iter().filter(|t| **t - first <= 10_000).count();
                assert!(within <= 5, "{sent:?}");
            }
        }
    }

    #[test]
    fn the_allowed_rate_is_used() {
        let sent = replay(&mut log(), Instant::now(), &[0; 26]);
        assert_eq!(sent[..5], [0; 5], "the first window goes out at once");
        assert_eq!(sent[25], 5 * 10_250);
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let asked = [0, 100_000, 100_000, 100_000, 100_000, 100_000, 100_000];
        assert_eq!(replay(&mut log(), Instant::now(), &asked)[6], 110_250);
    }

    #[test]
    fn a_pause_holds_up_everything_and_is_never_shortened() {
        for mut log in [log(), Log::new(0, None)] {
            let start = Instant::now();
            log.pause(start + Duration::from_secs(41), Why::Told);
            log.pause(start + Duration::from_secs(2), Why::BackOff);
            assert_eq!(replay(&mut log, start, &[0]), [41_000]);
        }
    }

    #[test]
    fn each_wait_has_its_reason() {
        let (mut log, start) = (log(), Instant::now());
        replay(&mut log, start, &[0; 5]);
        let why = |log: &mut Log| log.allows(start).unwrap_err().1;
        assert_eq!(why(&mut log), Why::Quota);
        for (seconds, because) in [(11, Why::BackOff), (12, Why::Told), (13, Why::BackOff)] {
            log.pause(start + Duration::from_secs(seconds), because);
            assert_eq!(why(&mut log), because);
        }
    }

    #[test]
    fn without_a_limit_nothing_waits_and_nothing_is_kept() {
        let mut log = Log::new(5, None);
        assert_eq!(replay(&mut log, Instant::now(), &[0; 1000]), [0; 1000]);
        assert!(log.sent.is_empty());
    }

    #[test]
    fn another_rate_has_its_own_windows() {
        let mut log = Log::new(2, Some(Duration::from_millis(1_250)));
        assert_eq!(replay(&mut log, Instant::now(), &[0; 5]), [0, 0, 1_250, 1_250, 2_500]);
    }
}
