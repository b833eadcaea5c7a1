//! Ends in order when the system asks for it: what is half written goes, and so do the session's tables.
//!
//! A terminal that is closed sends SIGHUP, `kill` and service managers send SIGTERM. The statement is dropped first, with
//! the file that it was writing; who waits at the prompt is not waited for.
//!
//! This is also the last resort. Ctrl-C and deadlines end a statement, not the program, and are heard however busy the
//! engine is; but where the answer itself is stuck, in a pipe that nobody reads, nothing is heard. There a second Ctrl-C
//! ends the program, and so do some seconds beyond the time that a statement of a script had. At the prompt more is lost
//! than a statement: it takes a second of patience, and a pager, where Ctrl-C means something of its own, is left alone.

use std::sync::Arc;

use super::piped::Kept;
use crate::engine::Engine;
use crate::repl::Ending;

/// Ends the program as long as it lives.
#[derive(Debug)]
pub(super) struct Meanwhile(#[cfg(unix)] tokio::task::JoinHandle<()>);

impl Drop for Meanwhile {
    fn drop(&mut self) {
        #[cfg(unix)]
        self.0.abort();
    }
}

/// Ends the program with what is kept, before there is an engine to watch.
#[cfg(unix)]
pub(super) fn meanwhile(kept: &Kept) -> std::io::Result<Meanwhile> {
    use tokio::signal::unix::{SignalKind, signal};

    use crate::report::Exit;

    let (mut terminate, mut hang_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let (mut interrupt, kept) = (signal(SignalKind::interrupt())?, kept.clone());
    let ends = async move {
        let exit = tokio::select! {
            _ = terminate.recv() => Exit::Terminated,
            _ = hang_up.recv() => Exit::Terminated,
            _ = interrupt.recv() => Exit::Interrupted,
        };
        kept.remove();
        std::process::exit(i32::from(exit.code()));
    };
    #[expect(clippy::disallowed_methods, reason = "there is no query yet: it ends the program")]
    Ok(Meanwhile(tokio::spawn(ends)))
}

/// Elsewhere the system ends programs without asking.
#[cfg(not(unix))]
pub(super) fn meanwhile(_: &Kept) -> std::io::Result<Meanwhile> {
    Ok(Meanwhile())
}

/// Watches for the end. What it gives back is told of it; what is kept of standard input goes too.
#[cfg(unix)]
pub(super) fn watch(engine: &Engine, kept: Option<Kept>) -> std::io::Result<Arc<Ending>> {
    use std::sync::atomic::Ordering::Relaxed;
    use std::time::Duration;

    use tokio::signal::unix::{SignalKind, signal};

    use crate::report::Exit;

    /// Time for what surrounds a statement to be dropped.
    const GRACE: Duration = Duration::from_millis(500);
    /// Looks at a statement that is busy with its rows, before it is left as it is.
    const LOOKS: u32 = 60;

    let (mut terminate, mut hang_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let interrupts = signal(SignalKind::interrupt())?;
    let asked = Arc::<Ending>::default();
    let (told, close) = (Arc::clone(&asked), engine.closer());
    let ends = async move {
        let exit = tokio::select! {
            _ = terminate.recv() => Exit::Terminated,
            _ = hang_up.recv() => Exit::Terminated,
            () = insisted(interrupts, &told) => Exit::Interrupted,
            () = overdue(&told) => Exit::Deadline,
        };
        if exit == Exit::Terminated {
            told.asked.notify_one();
            for _ in 0..LOOKS {
                if !told.busy.load(Relaxed) {
                    break;
                }
                tokio::time::sleep(GRACE).await;
            }
            tokio::time::sleep(GRACE).await;
        }
        close();
        kept.iter().for_each(Kept::remove);
        crate::repl::echoes_again();
        std::process::exit(i32::from(exit.code()));
    };
    #[expect(clippy::disallowed_methods, reason = "it outlives every query: it ends the program")]
    drop(tokio::spawn(ends));
    Ok(asked)
}

/// Waits for a Ctrl-C while the statement that another one was to end is still being answered.
#[cfg(unix)]
async fn insisted(mut interrupts: tokio::signal::unix::Signal, told: &Ending) {
    use std::sync::atomic::Ordering::Relaxed;
    use std::time::{Duration, Instant};

    /// Ctrl-C twice in a row, at the prompt, means one.
    const PATIENCE: Duration = Duration::from_secs(1);

    let mut first: Option<(u64, Instant)> = None;
    while interrupts.recv().await.is_some() {
        let running = Some(told.begun.load(Relaxed)).filter(|_| told.busy.load(Relaxed));
        let again = first.filter(|(statement, _)| Some(*statement) == running);
        let insists = again.is_some_and(|(_, at)| !told.people.load(Relaxed) || at.elapsed() >= PATIENCE);
        if insists && !told.at_pager.load(Relaxed) {
            return;
        }
        first = again.or(running.map(|statement| (statement, Instant::now())));
    }
    std::future::pending::<()>().await;
}

/// Waits until a statement is beyond its time and has not even ended with an error.
#[cfg(unix)]
async fn overdue(told: &Ending) {
    use std::sync::atomic::Ordering::Relaxed;
    use std::time::{Duration, Instant};

    /// How often the clock is looked at.
    const LOOK: Duration = Duration::from_millis(500);

    loop {
        tokio::time::sleep(LOOK).await;
        if !told.people.load(Relaxed) && told.due().is_some_and(|due| due < Instant::now()) {
            crate::repl::say("error: the statement ran out of time, and it did not end");
            return;
        }
    }
}

/// Elsewhere the system ends programs without asking.
#[cfg(not(unix))]
pub(super) fn watch(_: &Engine, _: Option<Kept>) -> std::io::Result<Arc<Ending>> {
    Ok(Arc::default())
}
