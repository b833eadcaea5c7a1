//! The line on standard error that says how a query is getting on, gone before anything else is shown.

use std::cell::{Cell, RefCell};
use std::io;
use std::time::{Duration, Instant};

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::echo::Silence;
use crate::engine::Foreseen;
use crate::output::safe;
use crate::repl::say::{count, lasts};
use crate::tally::{Tally, View};
use crate::time::instant_text;

/// How often the line is drawn.
pub(super) const TICK: Duration = Duration::from_millis(120);

/// What is answered faster shows no line.
pub(super) const PATIENCE: Duration = Duration::from_millis(400);

/// The line.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    /// What is typed meanwhile does not stand in the line.
    silence: RefCell<Option<Silence>>,
    over: Cell<bool>,
    /// The present wait, and when it was first seen.
    wait: Cell<Option<(u64, Instant)>>,
    /// What the statement takes, if that is known about.
    expected: Option<Foreseen>,
    begun: Instant,
}

impl Progress {
    /// A line, or none. `people`: somebody sits at the prompt, and types ahead. It counts down to what is foreseen, where that
    /// is more than a least.
    pub(super) fn new(on: bool, people: bool, foreseen: Foreseen) -> Self {
        let bar = ProgressBar::with_draw_target(
            None,
            if on {
                ProgressDrawTarget::term_like(Box::new(Narrow(Term::stderr())))
            } else {
                ProgressDrawTarget::hidden()
            },
        );
        // The template is a constant; without it the default style is as good.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        let silence = RefCell::new((on && people).then(Silence::begin));
        let expected = Some(foreseen).filter(|foreseen| foreseen.is_about);
        Self { bar, silence, over: Cell::new(!on), wait: Cell::default(), expected, begun: Instant::now() }
    }

    /// Draws it anew.
    pub(super) fn show(&self, tally: &Tally) {
        if self.over.get() {
            return;
        }
        let view = tally.live.view();
        let ahead = self.expected.and_then(|expected| ahead(expected, tally.requests.get(), self.begun.elapsed()));
        let line = fitted(&text(tally, &view, self.left(&view), ahead), room());
        self.bar.set_message(safe::line(&line).into_owned());
        self.bar.tick();
    }

    /// Takes it away for good.
    pub(super) fn end(&self) {
        if !self.over.replace(true) {
            self.bar.finish_and_clear();
            drop(self.silence.take());
        }
    }

    /// What is left of the present wait.
    fn left(&self, view: &View) -> Duration {
        let Some((id, _, time)) = view.wait else { return Duration::ZERO };
        let begun = match self.wait.get() {
            Some((seen, begun)) if seen == id => begun,
            _ => Instant::now(),
        };
        self.wait.set(Some((id, begun)));
        time.saturating_sub(begun.elapsed())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// Standard error, a few columns narrower than it is. A line is filled up to its width, and the terminal itself writes
/// `^C` behind it, which must not begin another line: that would stay.
#[derive(Debug)]
struct Narrow(Term);

impl TermLike for Narrow {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub(6)
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_left(n)
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        self.0.write_line(line)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Characters that fit.
fn room() -> usize {
    usize::from(Narrow(Term::stderr()).width())
}

/// What stands between the parts of the line.
const BETWEEN: &str = " · ";

/// The line without the parts at its end that do not fit: half of a number would be another one.
fn fitted(line: &str, room: usize) -> String {
    let mut fitted = line;
    while fitted.chars().count() > room {
        let Some((before, _)) = fitted.rsplit_once(BETWEEN) else { break };
        fitted = before;
    }
    fitted.chars().take(room).collect()
}

/// What there is ahead of a statement: its requests, all in all, and the time that is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ahead {
    requests: u64,
    left: Duration,
}

/// What there is ahead after so many requests in that time; `None`: it has taken as many as it was to take, and nobody knows
/// how many more there are.
fn ahead(expected: Foreseen, done: u64, elapsed: Duration) -> Option<Ahead> {
    let requests = u64::try_from(expected.requests).unwrap_or(u64::MAX);
    let open = requests.checked_sub(done).filter(|open| *open > 0)?;
    let short = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let share = |of: Duration, parts: u64| of.saturating_mul(short(open)) / short(parts).max(1);
    // A quota lets the first requests go at once: their pace is no measure of what follows. Replies may be slower than it is.
    let by_pace = if done == 0 { Duration::ZERO } else { share(elapsed, done) };
    let by_quota = share(expected.time, requests);
    Some(Ahead { requests, left: by_quota.max(by_pace) })
}

/// What the line says.
fn text(tally: &Tally, view: &View, left: Duration, ahead: Option<Ahead>) -> String {
    let mut parts = Vec::new();
    let requests = tally.requests.get();
    match (ahead, view.open) {
        (Some(Ahead { requests: all, left }), _) => {
            let left = lasts(Duration::from_secs(left.as_secs().max(1)));
            parts.push(format!("{requests} of about {}, about {left} left", count(all, "request")));
        }
        (None, 0) => parts.push(count(requests, "request")),
        (None, open) => parts.push(format!("{}, at least {open} to go", count(requests, "request"))),
    }
    parts.push(count(tally.rows_received.get(), "row"));
    // On a narrow terminal the end is left out, so what changes what a person does comes first.
    if let Some((_, why, _)) = view.wait {
        parts.push(format!("waiting {} {why}", lasts(Duration::from_secs(left.as_secs() + 1))));
    }
    if let Some((from, to)) = view.covered {
        parts.push(format!("{} to {} covered", minute(from), minute(to)));
    }
    parts.join(BETWEEN)
}

/// `2026-05-01 11:59`
fn minute(micros: i64) -> String {
    instant_text(micros).chars().take(16).collect::<String>().replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Why;

    #[test]
    fn what_does_not_fit_is_left_out_as_a_whole() {
        let line = "12 requests · 19764 rows · waiting 10 s";
        for (room, fits) in [(80, line), (38, "12 requests · 19764 rows"), (20, "12 requests"), (5, "12 re")] {
            assert_eq!(fitted(line, room), fits);
        }
    }

    #[test]
    fn the_line_says_what_is_done_what_is_left_and_what_is_waited_for() {
        let tally = Tally::default();
        tally.requests.add(12);
        tally.rows_received.add(11_988);
        let chain = tally.live.chain();
        chain.read(1_777_593_600_000_000, 1_777_600_000_000_000);
        let _waiting = tally.live.wait(Why::Quota, Duration::from_secs(4));
        assert_eq!(
            text(&tally, &tally.live.view(), Duration::from_millis(3_200), None),
            "12 requests, at least 1 to go · 11,988 rows · waiting 4 s for the quota · 2026-05-01 00:00 to 2026-05-01 01:46 covered"
        );
        assert_eq!(text(&Tally::default(), &View::default(), Duration::ZERO, None), "0 requests · 0 rows");
        let one = Tally::default();
        one.requests.add(1);
        one.rows_received.add(1);
        assert_eq!(text(&one, &View::default(), Duration::ZERO, None), "1 request · 1 row");
        let expected = Some(Ahead { requests: 52, left: Duration::from_secs(80) });
        assert_eq!(
            text(&tally, &tally.live.view(), Duration::from_millis(3_200), expected),
            "12 of about 52 requests, about 1 min 20 s left · 11,988 rows · waiting 4 s for the quota · \
             2026-05-01 00:00 to 2026-05-01 01:46 covered"
        );
    }

    #[test]
    fn what_is_left_is_by_the_quota_or_by_the_pace_so_far_whichever_is_more() {
        let second = Duration::from_secs;
        let expected = Foreseen { requests: 50, time: second(100), is_about: true };
        for (done, elapsed, left) in [
            (0, 0, Some(100)),
            // The first five went at once.
            (5, 1, Some(90)),
            (25, 60, Some(60)),
            (25, 30, Some(50)),
            (49, 100, Some(2)),
            (50, 100, None),
            (60, 120, None),
        ] {
            let ahead = ahead(expected, done, second(elapsed)).map(|ahead| ahead.left.as_secs());
            assert_eq!(ahead, left, "{done} {elapsed}");
        }
        let free = Foreseen { time: Duration::ZERO, ..expected };
        assert_eq!(ahead(free, 10, second(2)).unwrap().left, second(8));
    }

    #[test]
    fn a_wait_counts_down_and_a_new_one_begins_anew() {
        let progress = Progress::new(false, false, Foreseen::default());
        let view = |id| View { wait: Some((id, Why::Quota, Duration::from_secs(4))), ..View::default() };
        progress.left(&view(1));
        std::thread::sleep(Duration::from_millis(20));
        let left = progress.left(&view(1));
        assert!(left < Duration::from_millis(3_990), "{left:?}");
        assert!(progress.left(&view(2)) > left);
    }
}
