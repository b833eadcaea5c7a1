//! What is typed while a statement runs is kept for the next line and not shown: it would stand in the line of progress.

#[cfg(unix)]
use std::sync::{Mutex, PoisonError};

#[cfg(unix)]
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};

/// The terminal as it was, while it shows nothing of what is typed.
#[cfg(unix)]
static USUAL: Mutex<Option<Termios>> = Mutex::new(None);

/// While it lives, the terminal does not show what is typed.
#[derive(Debug)]
pub(super) struct Silence;

impl Silence {
    /// Begins, where standard input is a terminal. Only for a program that has the terminal: another one would be stopped.
    pub(super) fn begin() -> Self {
        #[cfg(unix)]
        if let Ok(usual) = tcgetattr(std::io::stdin()) {
            let mut silent = usual.clone();
            silent.local_flags.remove(LocalFlags::ECHO);
            if tcsetattr(std::io::stdin(), SetArg::TCSANOW, &silent).is_ok() {
                *USUAL.lock().unwrap_or_else(PoisonError::into_inner) = Some(usual);
            }
        }
        Self
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        echoes_again();
    }
}

/// The terminal shows again what is typed. Whoever ends the program at once says so first.
pub fn echoes_again() {
    #[cfg(unix)]
    if let Some(usual) = USUAL.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // A terminal that was closed needs nothing.
        let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, &usual);
    }
}
