//! How long a request may go without progress, over all its attempts.
//!
//! A service that says nothing, stops in the middle or answers with nothing but errors has to end in an error within a
//! minute, and a slow one must not. So what counts is time in which nothing comes:
//!
//! - To the first byte most of the minute is given to **one** attempt. The service evaluates a filter before it sends
//!   anything, and a page of sign-ins can take half a minute; two equal halves would cut such pages off, and ask for the
//!   same work twice. What is left then is enough for a second attempt where the first met a dead backend. A dead
//!   *connection* is found sooner, by keep-alive probes (`transport`).
//! - A body may be as slow as [`Timeouts::rate`]: each such number of bytes pays for a second. One that stands still, or
//!   trickles below that, falls behind, and [`Timeouts::idle`] behind is the end of the attempt. Only the time that it is
//!   behind counts, so a large page that breaks off after minutes of work is asked for again.
//! - Waits that are our own choice count. Those that the service asks for (Retry-After) and the quota's do not: they have
//!   limits of their own, and end in an answer.

use std::time::Duration;

use super::Fault;

/// How long each part of a reply may take, and how large it may be.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// To the end of the reply's head.
    pub first_byte: Duration,
    /// How far the body may fall behind [`Timeouts::rate`].
    pub idle: Duration,
    /// Bytes a second that are progress, as they travel: a page of a thousand records is some hundred thousand.
    pub rate: u32,
    /// All attempts of one request, and the waits between them that are our own choice, while nothing comes of them.
    pub whole: Duration,
    /// Most bytes of a body, decompressed.
    pub body: usize,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(45),
            idle: Duration::from_secs(20),
            rate: 4 << 10,
            whole: Duration::from_secs(56),
            body: 64 << 20,
        }
    }
}

/// The time that one request has spent without progress.
#[derive(Debug)]
pub(super) struct Effort {
    whole: Duration,
    spent: Duration,
}

impl Effort {
    pub(super) fn new(timeouts: &Timeouts) -> Self {
        Self { whole: timeouts.whole, spent: Duration::ZERO }
    }

    pub(super) fn spend(&mut self, time: Duration) {
        self.spent += time;
    }

    pub(super) fn spent(&self) -> Duration {
        self.spent
    }

    /// There was progress.
    pub(super) fn forget(&mut self) {
        self.spent = Duration::ZERO;
    }

    /// What is left to an attempt.
    pub(super) fn left(&self) -> Duration {
        self.whole.saturating_sub(self.spent)
    }

    /// The longest wait before another attempt: one that would have less than an eighth of the whole is not begun.
    pub(super) fn room(&self) -> Duration {
        self.left().saturating_sub(self.whole / 8)
    }
}

/// The flow of one body.
#[derive(Debug)]
pub(super) struct Pulse {
    rate: u32,
    most: Duration,
    behind: Duration,
    /// Time since the last piece.
    gap: Duration,
}

impl Pulse {
    pub(super) fn new(timeouts: &Timeouts, left: Duration) -> Self {
        Self { rate: timeouts.rate, most: timeouts.idle.min(left), behind: Duration::ZERO, gap: Duration::ZERO }
    }

    /// The flow of a body that has so long in all.
    pub(super) fn within(time: Duration) -> Self {
        Self { rate: u32::MAX, most: time, behind: Duration::ZERO, gap: Duration::ZERO }
    }

    /// How long the next piece may take.
    pub(super) fn left(&self) -> Duration {
        self.most.saturating_sub(self.behind)
    }

    /// So long nothing came.
    pub(super) fn passed(&mut self, time: Duration) {
        self.behind += time;
        self.gap = time;
    }

    /// So many bytes came.
    pub(super) fn came(&mut self, bytes: usize) {
        let micros = (bytes as u64).saturating_mul(1_000_000) / u64::from(self.rate.max(1));
        self.behind = self.behind.saturating_sub(Duration::from_micros(micros));
    }

    /// The time in which nothing came.
    pub(super) fn behind(&self) -> Duration {
        self.behind
    }

    /// Why no more is waited for.
    pub(super) fn dead(&self) -> Fault {
        if self.gap * 2 >= self.most { Fault::Stalled(self.gap) } else { Fault::Slow(self.rate) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Seconds until a body is given up that sends so many bytes each second, after it sent `first` at once.
    fn given_up(first: usize, bytes: usize, most: u32) -> Option<(u32, String)> {
        let mut pulse = Pulse::new(&Timeouts::default(), Duration::MAX);
        pulse.came(first);
        for second in 1..=most {
            let next = if bytes == 0 { pulse.left() } else { SECOND };
            pulse.passed(next.min(pulse.left()));
            if pulse.left().is_zero() {
                return Some((second, pulse.dead().to_string()));
            }
            pulse.came(bytes);
        }
        None
    }

    #[test]
    fn a_body_lives_as_long_as_it_keeps_up_with_the_least_rate() {
        let rate = Timeouts::default().rate as usize;
        let slow = || "the reply arrived at less than 4 KiB/s".to_owned();
        assert_eq!(given_up(0, rate, 100_000), None, "slow, and good for hours");
        assert_eq!(given_up(0, 1, 100), Some((21, slow())), "a byte a second");
        assert_eq!(given_up(0, rate / 2, 100), Some((39, slow())));
        assert_eq!(
            given_up(64 << 20, 0, 100),
            Some((1, Fault::Stalled(20 * SECOND).to_string())),
            "what came before buys nothing"
        );
    }

    #[test]
    fn an_attempt_that_would_have_no_time_is_not_begun() {
        let mut effort = Effort::new(&Timeouts::default());
        assert_eq!((effort.left(), effort.room()), (56 * SECOND, 49 * SECOND));
        effort.spend(50 * SECOND);
        assert_eq!((effort.left(), effort.room()), (6 * SECOND, Duration::ZERO));
        effort.spend(50 * SECOND);
        assert_eq!(effort.left(), Duration::ZERO);
        effort.forget();
        assert_eq!(effort.left(), 56 * SECOND);
    }
}
