//! Answers statements one at a time: runs, writes the result, says on standard error what its reader has to know.
//!
//! Shared by the prompt and the command line, which differ only in where statements come from.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use datafusion::prelude::SessionContext;

use super::split::Statement;
use crate::engine::Engine;
use crate::output::{self, Format, Options, Redactor, Sink, Written, deliver, safe};
use crate::report::{About, Exit, Report};
use crate::tally::Tally;

/// An engine, and how its answers are shown.
#[derive(Debug)]
pub struct Session {
    /// The engine.
    pub engine: Engine,
    /// The output format.
    pub format: &'static Format,
    /// Leave spreadsheet formulas as they are.
    pub csv_raw: bool,
    /// Gives pseudonyms for people, addresses and tenants, if it is to.
    pub redact: Option<Redactor>,
    /// How much is said besides results and errors.
    pub voice: Voice,
    /// Say how long each statement took.
    pub timing: bool,
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
}

impl Session {
    /// Answers one statement; Ctrl-C cancels it. Errors are reported, not returned.
    pub async fn answer(&self, statement: &Statement, sink: &mut Sink) -> Answered {
        let begun = Instant::now();
        let answered = tokio::select! {
            biased;
            interrupt = tokio::signal::ctrl_c() => {
                // Without a handler Ctrl-C ends the program by itself.
                interrupt.map_or(Answered::with(Exit::Bug), |()| self.interrupted())
            }
            answered = self.run(statement, sink) => answered,
        };
        if self.timing {
            say(&format!("time: {:.3} s", begun.elapsed().as_secs_f64()));
        }
        answered
    }

    async fn run(&self, statement: &Statement, sink: &mut Sink) -> Answered {
        let options = self.options(sink);
        let query = match self.engine.query(&statement.text).await {
            Ok(query) => query,
            Err(error) => return self.failed(statement, |about| Report::of_query(&error, about)),
        };
        let tally = Arc::clone(&query.tally);
        let delivered = deliver(query, self.format, options, self.redact.as_ref(), sink).await;
        let answered = match &delivered {
            Ok(written) => {
                self.say_written(*written);
                let exit = if tally.missing().is_some() { Exit::Incomplete } else { Exit::Success };
                Answered { exit, rows: written.rows, reader_gone: false, delivered: true }
            }
            Err(failure) if failure.is_broken_pipe() => {
                return Answered { reader_gone: true, ..Answered::with(Exit::Success) };
            }
            Err(failure) => {
                // What was written before the error precedes it also where both go to one terminal.
                let _ = sink.flush();
                self.failed(statement, |about| Report::of_failure(failure, about))
            }
        };
        self.say_tally(&tally);
        answered
    }

    fn options(&self, sink: &Sink) -> Options {
        let terminal = console::Term::stdout();
        let shown = matches!(sink, Sink::Stdout(_)) && io::stdout().is_terminal();
        Options {
            terminal: shown.then(|| usize::from(terminal.size().1)),
            styled: shown && console::colors_enabled(),
            csv_raw: self.csv_raw,
        }
    }

    fn interrupted(&self) -> Answered {
        if self.voice != Voice::Quiet {
            say("interrupted");
        }
        Answered::with(Exit::Interrupted)
    }

    fn failed(&self, statement: &Statement, report: impl FnOnce(&About<'_>) -> Report) -> Answered {
        let tables = tables(self.engine.context());
        let report = report(&About { sql: &statement.text, line: statement.line, tables: &tables });
        tell(&report);
        Answered::with(report.exit)
    }

    fn say_written(&self, written: Written) {
        if written.neutralised > 0 && self.voice != Voice::Quiet {
            let cells = count(written.neutralised, "cell");
            say(&format!(
                "note: a leading ' was put before {cells} that a spreadsheet would run; --csv-raw leaves them as they are"
            ));
        }
    }

    fn say_tally(&self, tally: &Tally) {
        if self.voice == Voice::Quiet {
            return;
        }
        tally.notices().iter().for_each(|notice| say(&format!("note: {notice}")));
        if self.voice == Voice::Costs && tally.requests.get() > 0 {
            say(&costs(tally));
        }
    }
}

/// What a statement cost, in a line.
fn costs(tally: &Tally) -> String {
    let mut parts = vec![count(tally.requests.get(), "request"), count(tally.rows_received.get(), "row") + " received"];
    if tally.retries.get() > 0 {
        parts.push(format!("{} of the requests again", tally.retries.get()));
    }
    let waited = Duration::from_millis(tally.waited_ms.get());
    if !waited.is_zero() {
        parts.push(format!("{:.1} s waiting for the quota", waited.as_secs_f64()));
    }
    parts.join(", ")
}

fn count(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Shows a report.
pub fn tell(report: &Report) {
    // Nobody is left to hear that standard error is gone.
    let _ = writeln!(io::stderr(), "{report}");
}

/// Says a line.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", safe::line(text));
}

/// All tables that statements can name: `schema.name`.
pub(super) fn tables(context: &SessionContext) -> Vec<String> {
    let mut tables = Vec::new();
    for catalog in context.catalog_names().iter().filter_map(|name| context.catalog(name)) {
        for name in catalog.schema_names().iter().filter(|name| *name != "information_schema") {
            let schema = catalog.schema(name);
            tables.extend(schema.iter().flat_map(|schema| schema.table_names()).map(|table| format!("{name}.{table}")));
        }
    }
    tables.sort_unstable();
    tables.dedup();
    tables
}

/// The format of that name, or what there is.
pub fn format(name: &str) -> Result<&'static Format, Report> {
    output::format(name).ok_or_else(|| {
        let names: Vec<&str> = output::ALL.iter().map(|format| format.name).collect();
        Report::new(Exit::Usage, format!("there is no format '{name}'"))
            .hint(format!("formats are {}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_name_only_what_was_spent() {
        let tally = Tally::default();
        tally.requests.add(3);
        tally.rows_received.add(2_000);
        assert_eq!(costs(&tally), "3 requests, 2000 rows received");
        tally.retries.add(1);
        tally.waited(Duration::from_millis(10_250));
        assert_eq!(
            costs(&tally),
            "3 requests, 2000 rows received, 1 of the requests again, 10.2 s waiting for the quota"
        );
    }

    #[test]
    fn an_unknown_format_lists_the_known() {
        assert_eq!(format("csv").unwrap().name, "csv");
        assert_eq!(
            format("xml").unwrap_err().hint.as_deref(),
            Some("formats are table, csv, tsv, json, ndjson, markdown, parquet, arrow")
        );
    }

    #[tokio::test]
    async fn tables_are_named_with_their_schema() {
        let context = SessionContext::new();
        context.sql("CREATE VIEW v AS SELECT 1").await.unwrap();
        assert_eq!(tables(&context), ["public.v"]);
    }
}
