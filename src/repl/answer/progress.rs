//! The line on standard error that says how a query is getting on, gone before anything else is shown.

use std::cell::{Cell, RefCell};
use std::io;
use std::time::{Duration, Instant};

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::echo::Silence;
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
}

impl Progress {
    /// A line, or none. `people`: somebody sits at the prompt, and types ahead.
    pub(super) fn new(on: bool, people: bool) -> Self {
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
        Self { bar, silence, over: Cell::new(!on), wait: Cell::default() }
    }

    /// Draws it anew.
    pub(super) fn show(&self, tally: &Tally) {
        if self.over.get() {
            return;
        }
        let view = tally.live.view();
        let line: String = text(tally, &view, self.left(&view)).chars().take(room()).collect();
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

/// What the line says.
fn text(tally: &Tally, view: &View, left: Duration) -> String {
    let mut parts = Vec::new();
    let requests = tally.requests.get();
    match view.open {
        0 => parts.push(count(requests, "request")),
        open => parts.push(format!("{}, at least {open} to go", count(requests, "request"))),
    }
    parts.push(count(tally.rows_received.get(), "row"));
    // On a narrow terminal the end is cut off, so what changes what a person does comes first.
    if let Some((_, why, _)) = view.wait {
        parts.push(format!("waiting {} {why}", lasts(Duration::from_secs(left.as_secs() + 1))));
    }
    if let Some((from, to)) = view.covered {
        parts.push(format!("{} to {} covered", minute(from), minute(to)));
    }
    parts.join(" · ")
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
    fn the_line_says_what_is_done_what_is_left_and_what_is_waited_for() {
        let tally = Tally::default();
        tally.requests.add(12);
        tally.rows_received.add(11_988);
        let chain = tally.live.chain();
        chain.read(1_777_593_600_000_000, 1_777_600_000_000_000);
        let _waiting = tally.live.wait(Why::Quota, Duration::from_secs(4));
        assert_eq!(
            text(&tally, &tally.live.view(), Duration::from_millis(3_200)),
            "12 requests, at least 1 to go · 11,988 rows · waiting 4 s for the quota · 2026-05-01 00:00 to 2026-05-01 01:46 covered"
        );
        assert_eq!(text(&Tally::default(), &View::default(), Duration::ZERO), "0 requests · 0 rows");
        let one = Tally::default();
        one.requests.add(1);
        one.rows_received.add(1);
        assert_eq!(text(&one, &View::default(), Duration::ZERO), "1 request · 1 row");
    }

    #[test]
    fn a_wait_counts_down_and_a_new_one_begins_anew() {
        let progress = Progress::new(false, false);
        let view = |id| View { wait: Some((id, Why::Quota, Duration::from_secs(4))), ..View::default() };
        progress.left(&view(1));
        std::thread::sleep(Duration::from_millis(20));
        let left = progress.left(&view(1));
        assert!(left < Duration::from_millis(3_990), "{left:?}");
        assert!(progress.left(&view(2)) > left);
    }
}
