//! What is typed while a statement runs is kept for the next line and not shown: it would stand in the line of progress.
//!
//! Whoever stops the program meanwhile (Ctrl-Z), to go on later, gets the terminal as it was, and it is taken again when the
//! program goes on. Stopping by itself would leave a shell that shows nothing of what is typed.

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
        if let Ok(usual) = tcgetattr(std::io::stdin())
            && silenced(&usual)
        {
            *USUAL.lock().unwrap_or_else(PoisonError::into_inner) = Some(usual);
        }
        Self
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        echoes_again();
    }
}

/// The same terminal without showing what is typed; whether that could be done.
#[cfg(unix)]
fn silenced(usual: &Termios) -> bool {
    let mut silent = usual.clone();
    silent.local_flags.remove(LocalFlags::ECHO);
    tcsetattr(std::io::stdin(), SetArg::TCSANOW, &silent).is_ok()
}

/// The terminal shows again what is typed. Whoever ends the program at once says so first.
pub fn echoes_again() {
    #[cfg(unix)]
    if let Some(usual) = USUAL.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // A terminal that was closed needs nothing.
        let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, &usual);
    }
}

/// How long after it was asked to stop the program may still be going on: a stop is of all its threads.
#[cfg(unix)]
const TO_STOP: std::time::Duration = std::time::Duration::from_millis(50);

/// Whether there is a shell that could call the program back: what leads the session of its terminal has none.
#[cfg(unix)]
fn has_shell() -> bool {
    use nix::unistd::{getpid, getsid};

    getsid(None).is_ok_and(|leader| leader != getpid())
}

/// From now on a stop from the keyboard is one in order. Where there is nobody to let it go on, it is none.
#[cfg(unix)]
pub(in crate::repl) fn stops_in_order() -> std::io::Result<()> {
    use nix::sys::signal::Signal;
    use tokio::signal::unix::{SignalKind, signal};

    let mut asked = signal(SignalKind::from_raw(Signal::SIGTSTP as i32))?;
    let stops = async move {
        while asked.recv().await.is_some() {
            if has_shell() {
                stopped();
            }
        }
    };
    #[expect(clippy::disallowed_methods, reason = "it outlives every query: it stops the program")]
    drop(tokio::spawn(stops));
    Ok(())
}

/// Stops the program until somebody lets it go on. Others of its group heard what it heard.
#[cfg(unix)]
fn stopped() {
    use nix::sys::signal::{Signal, kill};

    let usual = || USUAL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(usual) = usual().as_ref() {
        let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, usual);
    }
    let _ = kill(nix::unistd::getpid(), Signal::SIGSTOP);
    std::thread::sleep(TO_STOP);
    if let Some(usual) = usual().as_ref() {
        silenced(usual);
    }
}

/// Stops the program where a line is being typed: `usual` is the terminal without the line editor. The whole group stops, as
/// the terminal does it, in which a shell waits for the program.
#[cfg(unix)]
pub(in crate::repl) fn stop_at_prompt(usual: &Termios) {
    use nix::sys::signal::{Signal, kill};

    let Ok(edited) = tcgetattr(std::io::stdin()) else { return };
    if !has_shell() {
        return;
    }
    let _ = tcsetattr(std::io::stdin(), SetArg::TCSADRAIN, usual);
    let _ = kill(nix::unistd::Pid::from_raw(0), Signal::SIGSTOP);
    std::thread::sleep(TO_STOP);
    let _ = tcsetattr(std::io::stdin(), SetArg::TCSADRAIN, &edited);
}
