//! The send times that all processes of a user share: one small file for each family, locked while it is read and written.
//!
//! A service counts an application in a tenant, not a process. So two prompts side by side, or a prompt and a script, enter
//! what they send into the same file before they send it, and a pause that one was told holds up the other. The file holds
//! times and nothing else; what it says can make a request wait, never let one through that the process's own log would not.
//! Whatever cannot be read in it is passed over, and a file that cannot be used costs a refusal of the service at worst.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};

use super::log::Log;
use crate::tally::Why;

/// How often a lock is tried. Whoever holds it reads and writes a few lines: only a process that was stopped holds it longer.
const TRIES: u32 = 200;
const BETWEEN: Duration = Duration::from_millis(5);

/// The length of a file beyond which it is none of ours: 2,000 times have 48,000 bytes.
const LONGEST: u64 = 1 << 20;

/// A pause that ends later than this is a clock's error: no query waits that long (the longest `Retry-After` that is kept).
const LONGEST_PAUSE: Duration = Duration::from_mins(15);

/// No quota counts in windows that are longer.
const LONGEST_WINDOW: Duration = Duration::from_hours(24);

/// The file of one family.
#[derive(Debug)]
pub(super) struct Shared(PathBuf);

impl Shared {
    /// The file of that name; it is made when it is first needed.
    pub(super) fn new(file: PathBuf) -> Self {
        Self(file)
    }

    /// Counts a request as sent now, or says when to ask again, and why. `empty` says what is allowed.
    pub(super) async fn try_send(&self, empty: Log) -> io::Result<Result<(), (Instant, Why)>> {
        self.with(empty, Log::try_send).await
    }

    /// Holds up every process.
    pub(super) async fn pause(&self, empty: Log, wait: Duration, why: Why) -> io::Result<()> {
        self.with(empty, |log, now| log.pause(now + wait, why)).await
    }

    /// Does something with the log, in the file's lock, and writes down what became of it.
    async fn with<T>(&self, mut log: Log, act: impl FnOnce(&mut Log, Instant) -> T) -> io::Result<T> {
        let mut file = open(&self.0)?;
        lock(&file).await?;
        // The clock is read in the lock: times in the file are in order.
        let clock = Clock::read();
        let mut text = String::new();
        if file.metadata()?.len() <= LONGEST {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
        clock.read_into(&mut log, &text);
        let done = act(&mut log, clock.now);
        let now = clock.written(&log);
        if now != text {
            file.rewind()?;
            file.set_len(0)?;
            file.write_all(now.as_bytes())?;
        }
        // Closing it gives the lock back.
        Ok(done)
    }
}

/// Opens or makes the file, in a folder that only its owner can enter.
fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    // A pipe of that name would wait for a writer, and a link lead elsewhere.
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

async fn lock(file: &File) -> io::Result<()> {
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => sleep(BETWEEN).await,
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, "another process holds it"))
}

/// One instant on the clock of this process and on the one that all processes share.
#[derive(Debug, Clone, Copy)]
struct Clock {
    now: Instant,
    /// Since 1970.
    wall: Duration,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "processes share no other clock; no answer depends on it, only when a request is sent"
    )]
    fn read() -> Self {
        Self { now: Instant::now(), wall: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default() }
    }

    /// Enters the lines of a file: `sent MICROSECONDS`, `paused MICROSECONDS`, `told MICROSECONDS`.
    fn read_into(self, log: &mut Log, text: &str) {
        for (word, time) in text.lines().filter_map(|line| line.split_once(' ')) {
            let Some(time) = time.parse().ok().map(Duration::from_micros) else { continue };
            match word {
                "sent" => log.sent.extend(self.past(time)),
                "paused" => log.paused_until = log.paused_until.max(self.coming(time)),
                "told" => log.told_until = log.told_until.max(self.coming(time)),
                _ => {}
            }
        }
        // Clocks that were set back leave times out of order.
        log.sent.make_contiguous().sort_unstable();
    }

    /// When something was sent. A time to come is one of a clock that was set back since: it counts as now, which is the
    /// careful reading. What is so far off that no window reaches it counts for nothing.
    fn past(self, time: Duration) -> Option<Instant> {
        (time.abs_diff(self.wall) <= LONGEST_WINDOW).then(|| self.now.checked_sub(self.wall.saturating_sub(time)))?
    }

    /// Until when a pause lasts, if it is not over.
    fn coming(self, time: Duration) -> Option<Instant> {
        let left = time.checked_sub(self.wall)?;
        (left <= LONGEST_PAUSE).then(|| self.now + left)
    }

    /// The lines of a log.
    fn written(self, log: &Log) -> String {
        let micros = |time: Instant| {
            let wall = (self.wall + time.saturating_duration_since(self.now))
                .saturating_sub(self.now.saturating_duration_since(time));
            wall.as_micros()
        };
        let mut text = String::new();
        // Writing to text does not fail.
        for (word, time) in [("paused", log.paused_until), ("told", log.told_until)] {
            let _ = time.filter(|time| *time > self.now).map(|time| writeln!(text, "{word} {}", micros(time)));
        }
        for time in &log.sent {
            let _ = writeln!(text, "sent {}", micros(*time));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock { now: Instant::now() + Duration::from_hours(1), wall: Duration::from_hours(500_000) }
    }

    fn log() -> Log {
        Log::new(5, Some(Duration::from_secs(10)))
    }

    #[test]
    fn what_is_written_is_read_back() {
        let (clock, mut log) = (clock(), log());
        for ago in [9_000_001_u64, 4, 3] {
            log.sent.push_back(clock.now - Duration::from_micros(ago));
        }
        log.pause(clock.now + Duration::from_secs(7), Why::BackOff);
        log.pause(clock.now + Duration::from_secs(5), Why::Told);
        let text = clock.written(&log);
        assert_eq!(text.lines().count(), 5, "{text}");
        let mut read = self::log();
        clock.read_into(&mut read, &text);
        assert_eq!(
            (read.sent.clone(), read.paused_until, read.told_until),
            (log.sent, log.paused_until, log.told_until)
        );
        assert_eq!(clock.written(&read), text);
    }

    #[test]
    fn what_is_no_line_is_passed_over_and_absurd_times_hold_nothing_up() {
        let (clock, mut log) = (clock(), log());
        let wall = clock.wall.as_micros();
        let text = format!(
            "sent\nsent -1\nsent 99999999999999999999999\n\u{fffd}\nfoo 1\nsent 0\nsent {}\npaused {}\ntold {}\npaused {}\n",
            wall + 90_000_000_000,
            wall + 3_600_000_000,
            wall + 86_400_000_000,
            wall - 1,
        );
        clock.read_into(&mut log, &text);
        assert_eq!((log.sent.len(), log.paused_until, log.told_until), (0, None, None), "{log:?}");
    }

    #[test]
    fn a_clock_that_was_set_back_makes_requests_wait_a_window_at_most() {
        let (clock, mut log) = (clock(), log());
        let ahead = clock.wall.as_micros() + 60_000_000;
        clock.read_into(&mut log, &format!("sent {ahead}\n").repeat(5));
        let (ready, why) = log.allows(clock.now).unwrap_err();
        assert_eq!((ready - clock.now, why), (Duration::from_secs(10), Why::Quota));
    }

    #[tokio::test]
    async fn a_folder_a_link_and_a_file_without_end_are_no_logs() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("folder")).unwrap();
        assert!(Shared::new(at("folder")).try_send(log()).await.is_err());
        fs::write(at("long"), vec![b'x'; 2 << 20]).unwrap();
        Shared::new(at("long")).try_send(log()).await.unwrap().unwrap();
        assert!(fs::metadata(at("long")).unwrap().len() < 100, "it is written anew");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("long"), at("link")).unwrap();
            assert!(Shared::new(at("link")).try_send(log()).await.is_err());
        }
    }

    #[tokio::test]
    async fn a_lock_that_is_never_given_back_is_an_error_and_no_hang() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/reports");
        let shared = Shared::new(path.clone());
        shared.try_send(log()).await.unwrap().unwrap();
        let held = File::options().write(true).open(&path).unwrap();
        held.lock().unwrap();
        assert_eq!(shared.try_send(log()).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(held);
        shared.try_send(log()).await.unwrap().unwrap();
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pace/reports");
        Shared::new(path.clone()).pause(log(), Duration::from_secs(1), Why::Told).await.unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(path.parent().unwrap()), mode(&path)), (0o700, 0o600));
    }
}
