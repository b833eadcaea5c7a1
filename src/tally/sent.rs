//! The requests of a session, for who wants to know what was sent: the last thousand, without secrets.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::veil::Veiled;

/// Requests that are kept; the oldest go first.
pub const MOST_REQUESTS: usize = 1_000;

/// A request that was sent, once: one that is repeated is several.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// Its number in the session, from 1.
    pub number: u64,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// The connection that it was sent on.
    pub connection: Arc<str>,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The address as people read it; tokens in it are cut short.
    pub url: Veiled,
    /// The status of the reply, if there was one.
    pub status: Option<u16>,
    /// What went wrong, if something did.
    pub fault: Option<Veiled>,
    /// Records that the reply held, once it was read.
    pub rows: Option<u64>,
    /// Bytes of the reply's body, decompressed.
    pub bytes: u64,
    /// How long it waited before it was sent: for its turn, or because a service asked for it.
    pub waited: Duration,
    /// From sending it to the end of its reply.
    pub took: Duration,
}

/// The requests of a session.
#[derive(Debug, Default)]
pub struct RequestLog(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    last: u64,
    sent: VecDeque<Sent>,
}

impl RequestLog {
    /// Adds a request; its number.
    pub fn add(&self, request: Sent) -> u64 {
        let mut kept = self.kept();
        kept.last += 1;
        let number = kept.last;
        if kept.sent.len() == MOST_REQUESTS {
            kept.sent.pop_front();
        }
        kept.sent.push_back(Sent { number, ..request });
        number
    }

    /// The reply to a request held so many records more.
    pub fn read(&self, number: u64, rows: u64) {
        let mut kept = self.kept();
        let place = kept.sent.front().and_then(|first| number.checked_sub(first.number));
        let place = place.and_then(|place| usize::try_from(place).ok());
        if let Some(sent) = place.and_then(|place| kept.sent.get_mut(place)) {
            *sent.rows.get_or_insert(0) += rows;
        }
    }

    /// Those that are kept, in the order in which they ended.
    pub fn all(&self) -> Vec<Sent> {
        self.kept().sent.iter().cloned().collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::veil::Veil;

    fn request() -> Sent {
        Sent {
            number: 0,
            at: DateTime::UNIX_EPOCH,
            connection: "c".into(),
            method: "GET",
            url: Veil::default().told("https://h/p"),
            status: Some(200),
            fault: None,
            rows: None,
            bytes: 1,
            waited: Duration::ZERO,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn the_last_ones_are_kept_under_their_numbers() {
        let log = RequestLog::default();
        for number in 1..=MOST_REQUESTS as u64 + 5 {
            assert_eq!(log.add(request()), number);
        }
        log.read(3, 7);
        log.read(6, 1);
        log.read(6, 2);
        log.read(u64::MAX, 9);
        let all = log.all();
        assert_eq!((all.len(), all[0].number, all[0].rows), (MOST_REQUESTS, 6, Some(3)));
        assert!(all[1..].iter().all(|sent| sent.rows.is_none()));
    }
}
