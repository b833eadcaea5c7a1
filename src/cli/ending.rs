//! Ends in order when the system asks for it: what is half written goes, and so do the session's tables.
//!
//! A terminal that is closed sends SIGHUP, `kill` and service managers send SIGTERM. The statement is dropped first, with
//! the file that it was writing; who waits at the prompt is not waited for.

use std::sync::Arc;

use crate::engine::Engine;
use crate::repl::Ending;

/// Watches for the end. What it gives back is told of it.
#[cfg(unix)]
pub(super) fn watch(engine: &Engine) -> std::io::Result<Arc<Ending>> {
    use std::sync::atomic::Ordering::Relaxed;
    use std::time::Duration;

    use tokio::signal::unix::{SignalKind, signal};

    use crate::report::Exit;

    /// Time for what surrounds a statement to be dropped.
    const GRACE: Duration = Duration::from_millis(500);
    /// Looks at a statement that is busy with its rows, before it is left as it is.
    const LOOKS: u32 = 60;

    let (mut terminate, mut hang_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let asked = Arc::<Ending>::default();
    let (told, close) = (Arc::clone(&asked), engine.closer());
    let ends = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
        told.asked.notify_one();
        for _ in 0..LOOKS {
            if !told.busy.load(Relaxed) {
                break;
            }
            tokio::time::sleep(GRACE).await;
        }
        tokio::time::sleep(GRACE).await;
        close();
        std::process::exit(i32::from(Exit::Terminated.code()));
    };
    #[expect(clippy::disallowed_methods, reason = "it outlives every query: it ends the program")]
    drop(tokio::spawn(ends));
    Ok(asked)
}

/// Elsewhere the system ends programs without asking.
#[cfg(not(unix))]
pub(super) fn watch(_: &Engine) -> std::io::Result<Arc<Ending>> {
    Ok(Arc::default())
}
