//! Ends in order when the system asks for it: what is half written goes, and so do the session's tables.
//!
//! A terminal that is closed sends SIGHUP, `kill` and service managers send SIGTERM. The statement is dropped first, with
//! the file that it was writing; who waits at the prompt is not waited for.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::engine::Engine;

/// Watches for the end. What it gives back is told of it.
#[cfg(unix)]
pub(super) fn watch(engine: &Engine) -> std::io::Result<Arc<Notify>> {
    use std::time::Duration;

    use tokio::signal::unix::{SignalKind, signal};

    use crate::report::Exit;

    /// Time for a statement to be dropped.
    const GRACE: Duration = Duration::from_secs(3);

    let (mut terminate, mut hang_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let asked = Arc::new(Notify::new());
    let (told, close) = (Arc::clone(&asked), engine.closer());
    let ends = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
        told.notify_one();
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
pub(super) fn watch(_: &Engine) -> std::io::Result<Arc<Notify>> {
    Ok(Arc::default())
}
