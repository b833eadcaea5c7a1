//! Answers statements one at a time: runs, writes the result, says on standard error what its reader has to know.
//!
//! Shared by the prompt and the command line, which differ only in where statements come from.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::{Stream as _, TryStreamExt as _};
use tokio::time::interval_at;

use super::confirm::{self, Said};
use super::ending::Ending;
use super::fresh::Seen;
use super::known::{tables, tenants};
use super::losses;
use super::pager::{Plain, Screen};
use super::progress::{PATIENCE, Progress, TICK};
use crate::engine::{Engine, Foreseen, Parameters, Query};
use crate::output::{
    Ask, Expanded, Failure, Format, How, Kept, Options, PAGE, Redactor, Sink, Written, deliver, redrawn,
};
use crate::repl::say::{count, lasts, say, tell};
use crate::repl::split::Statement;
use crate::report::{About, Exit, Report, at_prompt, compared_with_null};
use crate::settings::Estimates;
use crate::tally::{Because, Notice, Tally, Why};

/// An engine, and how its answers are shown.
#[derive(Debug)]
pub struct Session {
    /// The engine.
    pub engine: Engine,
    /// The output format.
    pub format: &'static Format,
    /// Leave spreadsheet formulas as they are.
    pub csv_raw: bool,
    /// Give rows to pipes and devices as they come, before it is known whether they are all.
    pub streams: bool,
    /// Gives pseudonyms for people, addresses and tenants, if it is to.
    pub redact: Option<Redactor>,
    /// When tables are written one column a line.
    pub expanded: Expanded,
    /// How much is said besides results and errors.
    pub voice: Voice,
    /// Show on standard error how a statement is getting on.
    pub progress: bool,
    /// Say how long each statement took.
    pub timing: bool,
    /// What names in statements stand for.
    pub parameters: Parameters,
    /// The terminal reads nothing but ASCII.
    pub ascii: bool,
    /// The last result that a person was shown, if it is small enough.
    pub kept: Mutex<Option<Kept>>,
    /// Tells that the program is to end: a statement that is being answered is dropped.
    pub ended: Arc<Ending>,
}

/// How much is said besides results and errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Nothing.
    Quiet,
    /// Notices.
    Notices,
    /// Notices, and what each statement cost.
    Costs,
}

/// How a statement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// The exit code that it alone would give.
    pub exit: Exit,
    /// Rows that were written.
    pub rows: u64,
    /// The reader of the output went away: nothing more needs to be said.
    pub reader_gone: bool,
    /// The result was written to its end.
    pub delivered: bool,
}

impl Answered {
    fn with(exit: Exit) -> Self {
        Self { exit, rows: 0, reader_gone: false, delivered: false }
    }

    /// Whether the next statement of a script is to be answered too.
    pub fn is_good(&self) -> bool {
        matches!(self.exit, Exit::Success | Exit::Incomplete)
    }
}

/// Where an answer goes.
pub(crate) enum Target<'a> {
    /// A file, or standard output as it is.
    Sink(Sink),
    /// The screen, through a pager if there is one.
    Screen(Option<&'a str>),
    /// The screen, with texts that go on below one another: what the prompt itself has to show.
    Page(Option<&'a str>),
    /// The screen, as a picture.
    Chart(&'a Ask),
    /// The screen, and only rows that the last run did not bring.
    Fresh(&'a mut Seen),
}

impl Session {
    /// Answers one statement; Ctrl-C cancels it. Errors are reported, not returned. The sink is committed when the result
    /// is whole.
    pub async fn answer(&self, statement: &Statement, sink: Sink) -> Answered {
        self.answer_to(statement, Target::Sink(sink)).await
    }

    /// The same, wherever the answer goes.
    pub(crate) async fn answer_to(&self, statement: &Statement, target: Target<'_>) -> Answered {
        let begun = Instant::now();
        let at_pager = matches!(target, Target::Screen(Some(_)) | Target::Page(Some(_))) && io::stdout().is_terminal();
        self.ended.begin(self.engine.settings().timeout, at_pager);
        let thought = Cell::new(Duration::ZERO);
        let ended = {
            let run = self.run(statement, target, &thought);
            tokio::pin!(run);
            tokio::select! {
                biased;
                interrupt = tokio::signal::ctrl_c() => Err(interrupt.map(|()| Exit::Interrupted)),
                () = self.ended.asked.notified() => Err(Ok(Exit::Terminated)),
                answered = &mut run => Ok(answered),
            }
        };
        // Only here is the cancelled run gone, and with it the line of progress.
        self.ended.end();
        let answered = match ended {
            Ok(answered) => answered,
            Err(Ok(Exit::Interrupted)) => self.interrupted(),
            Err(Ok(exit)) => Answered::with(exit),
            // Without a handler Ctrl-C ends the program by itself.
            Err(Err(_)) => Answered::with(Exit::Bug),
        };
        if self.timing {
            say(&format!("time: {}", lasts(begun.elapsed().saturating_sub(thought.get()))));
        }
        answered
    }

    /// `thought` becomes what a person took to say yes.
    async fn run(&self, statement: &Statement, target: Target<'_>, thought: &Cell<Duration>) -> Answered {
        let planned = async || self.engine.query_with(&statement.text, &self.parameters).await;
        let failed = |error| self.failed(statement, |about| Report::of_query(&error, about));
        let mut query = match planned().await {
            Ok(query) => query,
            Err(error) => return failed(error),
        };
        let (watched, is_own) = (matches!(target, Target::Fresh(_)), matches!(target, Target::Page(_)));
        if self.ended.people.load(Relaxed) && !watched {
            if confirm::is_heard() {
                let asks = self.engine.settings().estimates == Estimates::Ask;
                self.learn(if asks { query.counts_to_read() } else { Vec::new() }).await;
            }
            match confirm::asked(&query, self.engine.settings().confirm) {
                Said::Nothing => {}
                Said::No => return Answered::with(Exit::Interrupted),
                // Nothing was sent. Its time, and now(), begin with the yes.
                Said::Yes(after) => {
                    thought.set(after);
                    query = match planned().await {
                        Ok(query) => query,
                        Err(error) => return failed(error),
                    };
                }
            }
        }
        let tally = Arc::clone(&query.tally);
        let mut cancelled = Cancelled { session: self, tally: &tally, is_over: false };
        let delivered = self.watched(query, target, &tally).await;
        cancelled.is_over = true;
        let answered = match &delivered {
            Ok(written) => {
                self.say_written(*written);
                let exit = if tally.missing().is_some() { Exit::Incomplete } else { Exit::Success };
                Answered { exit, rows: written.rows, reader_gone: false, delivered: true }
            }
            Err(failure) if failure.is_broken_pipe() => {
                // Of rows that are given out as they come, nobody knows what there would have been.
                let exit = if self.streams { Exit::Incomplete } else { Exit::Success };
                return Answered { reader_gone: true, ..Answered::with(exit) };
            }
            Err(failure) => self.failed(statement, |about| Report::of_failure(failure, about)),
        };
        if !watched || answered.rows > 0 || answered.exit == Exit::Incomplete {
            let of_null = compared_with_null(&statement.text).filter(|_| answered.is_good());
            self.say_tally(&tally, of_null.is_some(), is_own);
            // A statement may itself say why nothing comes, or a count of nothing.
            of_null.filter(|_| self.voice != Voice::Quiet).iter().for_each(|note| self.note(note));
            self.say_forgotten();
        }
        answered
    }

    /// Reads what services have counted of the days that a statement reads.
    async fn learn(&self, counts: Vec<String>) {
        for sql in counts {
            let read = async {
                let mut counts = self.engine.query(&sql).await?;
                while counts.stream.try_next().await?.is_some() {}
                Ok::<(), DataFusionError>(())
            };
            if let Err(error) = read.await.map_err(|error| Report::of_query(&error, &About::default()))
                && self.voice != Voice::Quiet
            {
                self.note(&format!(
                    "the service's day counts could not be read, so there is no estimate: {}",
                    error.what
                ));
            }
        }
    }

    /// Delivers, and shows meanwhile how it is getting on.
    async fn watched(&self, query: Query, target: Target<'_>, tally: &Tally) -> Result<Written, Failure> {
        let foreseen = if self.progress { query.foreseen() } else { Foreseen::default() };
        let progress = Progress::new(self.progress, self.ended.people.load(Relaxed), foreseen);
        let delivery = self.deliver(query, target, &progress);
        tokio::pin!(delivery);
        let mut ticks = interval_at(tokio::time::Instant::now() + PATIENCE, TICK);
        loop {
            tokio::select! {
                biased;
                delivered = &mut delivery => return delivered,
                _ = ticks.tick() => progress.show(tally),
            }
        }
    }

    async fn deliver(&self, query: Query, target: Target<'_>, progress: &Progress) -> Result<Written, Failure> {
        let redact = self.redact.as_ref();
        let height = usize::from(console::Term::stdout().size().0);
        let on_screen = io::stdout().is_terminal();
        let wraps = matches!(target, Target::Page(_));
        match target {
            Target::Sink(sink) => self.deliver_to(query, How::Rows(self.format), sink, progress).await,
            Target::Screen(_) | Target::Page(_) if !on_screen => {
                self.deliver_to(query, How::Rows(self.format), Sink::stdout(self.streams), progress).await
            }
            Target::Chart(ask) if !on_screen => {
                self.deliver_to(query, How::Chart(ask), Sink::stdout(self.streams), progress).await
            }
            Target::Screen(pager) | Target::Page(pager) => {
                let mut screen = Screen::new(pager, height, progress);
                let options = Options { wraps, ..self.options(true) };
                let mut kept = None;
                let keep = (!wraps && self.ended.people.load(Relaxed)).then_some(&mut kept);
                let is_kept = keep.is_some() && !query.stream.schema().fields().is_empty();
                let delivered = deliver(query, How::Rows(self.format), options, redact, keep, &mut screen).await;
                if is_kept {
                    *self.kept() = kept;
                }
                let finished = screen.finish().map_err(Failure::Output);
                delivered.and_then(|written| finished.map(|()| written))
            }
            Target::Chart(ask) => {
                let mut screen = Screen::new(None, height, progress);
                let mut kept = None;
                let delivered =
                    deliver(query, How::Chart(ask), self.options(true), redact, Some(&mut kept), &mut screen).await;
                *self.kept() = kept;
                let finished = screen.finish().map_err(Failure::Output);
                delivered.and_then(|written| finished.map(|()| written))
            }
            Target::Fresh(seen) => {
                let mut query = query;
                let Some(stream) = only_new(query.stream, seen).await? else { return Ok(Written::default()) };
                query.stream = stream;
                let mut screen = Screen::new(None, height, progress);
                deliver(query, How::Rows(self.format), self.options(on_screen), redact, None, &mut screen).await
            }
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<Kept>> {
        // A result is put in whole.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws the last result that was shown; `None` if none was kept.
    pub(crate) fn redraw(&self, ask: &Ask) -> Option<Result<(), Report>> {
        let kept = self.kept();
        let kept = kept.as_ref()?;
        let shown = io::stdout().is_terminal();
        let mut out = io::stdout().lock();
        let drawn = redrawn(kept, ask, self.options(shown), &mut out);
        match drawn {
            Err(failure) if failure.is_broken_pipe() => Some(Ok(())),
            drawn => Some(drawn.map(|_| ()).map_err(|failure| Report::of_failure(&failure, &About::default()))),
        }
    }

    async fn deliver_to(
        &self,
        query: Query,
        how: How<'_>,
        mut sink: Sink,
        progress: &Progress,
    ) -> Result<Written, Failure> {
        let shown = matches!(sink, Sink::Stdout(_)) && io::stdout().is_terminal();
        let mut out = Plain { out: &mut sink, progress: shown.then_some(progress) };
        let delivered = deliver(query, how, self.options(shown), self.redact.as_ref(), None, &mut out).await;
        // What was written before an error precedes it also where both go to one terminal.
        let _ = out.flush();
        let written = delivered?;
        sink.commit().await.map_err(Failure::Output)?;
        Ok(written)
    }

    fn options(&self, shown: bool) -> Options {
        Options {
            terminal: shown.then(|| usize::from(console::Term::stdout().size().1)),
            styled: shown && console::colors_enabled(),
            csv_raw: self.csv_raw,
            expanded: self.expanded,
            // The notices below the result say it, unless they go elsewhere.
            wraps: false,
            ascii: self.ascii,
            told: shown && self.voice != Voice::Quiet && io::stderr().is_terminal(),
        }
    }

    fn interrupted(&self) -> Answered {
        if self.voice != Voice::Quiet {
            say("interrupted");
        }
        Answered::with(Exit::Interrupted)
    }

    fn failed(&self, statement: &Statement, report: impl FnOnce(&About<'_>) -> Report) -> Answered {
        let (tables, tenants) = (tables(self.engine.context()), tenants(self.engine.context()));
        let about = About { sql: &statement.text, line: statement.line, tables: &tables, tenants: &tenants };
        let report = report(&about);
        // A name that has a value was meant, where no column is called so.
        let report = match report.what.strip_prefix("there is no column ").map(str::to_owned) {
            Some(name) if self.parameters.get(&name).is_some() => {
                report.hint(format!("the value that \\set gave {name} is written :{name}"))
            }
            _ => report,
        };
        let report = if self.format.name == PAGE.name { report.in_flags() } else { report };
        let report = if self.ended.people.load(Relaxed) { report.at_prompt() } else { report };
        let report = self.redact.as_ref().map_or(report.clone(), |redactor| report.redacted(redactor));
        tell(&report);
        Answered::with(report.exit)
    }

    fn say_written(&self, written: Written) {
        let notes = if self.voice == Voice::Quiet { Vec::new() } else { losses::notes(&written) };
        notes.iter().for_each(|note| say(&format!("note: {note}")));
    }

    /// Names that were not remembered may still stand in other text.
    fn say_forgotten(&self) {
        if let Some(most) = self.redact.as_ref().and_then(Redactor::forgets).filter(|_| self.voice != Voice::Quiet) {
            say(&format!(
                "note: more than {most} names were seen; the others are replaced only where they fill a cell, and may \
                 still appear inside other text"
            ));
        }
    }

    /// Says what has to be known of an answer.
    fn note(&self, note: &impl ToString) {
        let note = note.to_string();
        let note = if self.ended.people.load(Relaxed) { at_prompt(&note) } else { note };
        say(&format!("note: {}", self.redact.as_ref().map_or(note.clone(), |redactor| redactor.told(&note))));
    }

    /// `of_null`: a comparison with NULL is said to be why, which the planner made a contradiction of. `is_own`: the prompt asks it, for
    /// a command that has no conditions.
    fn say_tally(&self, tally: &Tally, of_null: bool, is_own: bool) {
        if self.voice == Voice::Quiet {
            return;
        }
        let is_said = |notice: &Notice| {
            of_null && matches!(notice, Notice::Nothing { because: Because::Contradiction | Because::NeverTrue, .. })
                || is_own && matches!(notice, Notice::NoneLeft { .. })
        };
        tally.notices().iter().filter(|notice| !is_said(notice)).for_each(|notice| self.note(notice));
        if self.voice == Voice::Costs && tally.requests.get() > 0 {
            say(&costs(tally));
        }
    }
}

/// A statement that may be cancelled: what goes on without it is said then too.
struct Cancelled<'a> {
    session: &'a Session,
    tally: &'a Tally,
    is_over: bool,
}

impl Drop for Cancelled<'_> {
    fn drop(&mut self) {
        if self.is_over || self.session.voice == Voice::Quiet {
            return;
        }
        // The query may end a moment later, on threads of its own.
        let left = self.tally.live.searches().into_iter();
        left.for_each(|(table, id)| self.session.note(&Notice::LeftRunning { table, id }));
    }
}

/// The rows that the last run did not bring; `None` when there are none. The run is read to its end first.
async fn only_new(
    mut stream: SendableRecordBatchStream,
    seen: &mut Seen,
) -> Result<Option<SendableRecordBatchStream>, Failure> {
    let mut new = Vec::new();
    while let Some(rows) = stream.try_next().await? {
        let rows = seen.only_new(&rows)?;
        if rows.num_rows() > 0 {
            new.push(Ok(rows));
        }
    }
    seen.next_run();
    let batches = futures::stream::iter(new);
    let some = batches.size_hint().0 > 0;
    Ok(some.then(|| Box::pin(RecordBatchStreamAdapter::new(stream.schema(), batches)) as SendableRecordBatchStream))
}

/// What a statement cost, in a line.
fn costs(tally: &Tally) -> String {
    let mut parts = vec![count(tally.requests.get(), "request")];
    // Rows of files are not received from anybody.
    if tally.requests.get() > 0 {
        parts.push(count(tally.rows_received.get(), "row") + " received");
    }
    if tally.retries.get() > 0 {
        parts.push(format!("{} retried", tally.retries.get()));
    }
    for why in [Why::Search, Why::Quota, Why::Told, Why::BackOff] {
        let waited = tally.waited_for(why);
        // Next to nothing is nothing.
        if waited.as_millis() >= 50 {
            parts.push(format!("{} waiting {why}", lasts(waited)));
        }
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_name_only_what_was_spent() {
        let tally = Tally::default();
        assert_eq!(costs(&tally), "0 requests");
        tally.requests.add(3);
        tally.rows_received.add(2_000);
        assert_eq!(costs(&tally), "3 requests, 2000 rows received");
        tally.retries.add(1);
        let at = std::time::Duration::from_millis;
        tally.waited(Why::Quota, at(0), at(10_250));
        tally.waited(Why::Quota, at(3_000), at(9_000));
        tally.waited(Why::BackOff, at(10_000), at(11_500));
        tally.waited(Why::Told, at(12_000), at(12_020));
        assert_eq!(
            costs(&tally),
            "3 requests, 2000 rows received, 1 retried, 10 s waiting for the quota, \
             1.5 s waiting before a retry"
        );
    }
}
