//! The end of the program while a statement is being answered, and what those who ask for it have to know.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// The end of the program, when the system asks for it or a statement does not end.
#[derive(Debug, Default)]
pub struct Ending {
    /// Tells the statement that is being answered.
    pub asked: Notify,
    /// Whether one is.
    pub busy: AtomicBool,
    /// Whether somebody sits at the prompt, and has more to lose than a statement.
    pub people: AtomicBool,
    /// How many there have been.
    pub begun: AtomicU64,
    /// Whether its result may be shown by a pager.
    pub at_pager: AtomicBool,
    due: Mutex<Option<Instant>>,
}

impl Ending {
    /// What is left to a statement beyond its time to end with an error.
    const TO_END: Duration = Duration::from_secs(5);

    /// When the statement that is being answered is overdue, if its time is limited.
    pub fn due(&self) -> Option<Instant> {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self, timeout: Option<Duration>, at_pager: bool) {
        let due = timeout.and_then(|timeout| Instant::now().checked_add(timeout + Self::TO_END));
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = due;
        self.at_pager.store(at_pager, Relaxed);
        self.begun.fetch_add(1, Relaxed);
        self.busy.store(true, Relaxed);
    }

    pub(super) fn end(&self) {
        self.busy.store(false, Relaxed);
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
