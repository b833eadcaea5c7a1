//! The prompt between two lines: its session, what it remembers, and where the next result goes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::answer::{Answered, Session, Target, screen_width, show};
use super::say::{count, say, tell};
use super::split::Statement;
use crate::output::{self, Sink, safe};
use crate::queries::Library;
use crate::report::{Exit, Report};

/// What the prompt is given by the program around it.
#[derive(Debug, Default)]
pub struct Outfit {
    /// The prompt's name: that of the connection.
    pub name: String,
    /// The file of the history.
    pub history: Option<PathBuf>,
    /// The file of statements and commands to begin with, if there is one.
    pub rc: Option<PathBuf>,
    /// The editor of `\e`, with its arguments.
    pub editor: String,
    /// The pager for long results, with its arguments.
    pub pager: Option<String>,
    /// Show colours.
    pub colours: bool,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// The saved queries.
    pub queries: Arc<Library>,
    /// List the configured connections.
    pub connections: Vec<ConnectionInfo>,
}

/// A connection, as far as it can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// The name.
    pub name: String,
    /// Whether it is the one that is open.
    pub open: bool,
    /// Whether its tables can be asked by its name.
    pub catalog: bool,
    /// The tenant.
    pub tenant: String,
    /// The kind of credential.
    pub auth: String,
}

/// How the prompt goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    Go,
    /// Something failed: a script ends here, the prompt goes on.
    Failed,
    Leave,
}

/// Where a result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    Screen,
    File(PathBuf),
}

/// The prompt between two lines.
pub(crate) struct State<'s> {
    pub(crate) session: &'s mut Session,
    pub(crate) outfit: Outfit,
    /// The last statement, without its semicolon.
    pub(crate) last: Option<String>,
    /// Where the next result goes.
    pub(crate) output: Option<PathBuf>,
    /// What the next line begins with.
    pub(crate) initial: Option<String>,
    /// What was written elsewhere, for the history.
    pub(crate) typed: Option<String>,
    /// Behind what failed stood more, which was pasted with it and is not run.
    pub(crate) left: bool,
    pub(crate) depth: usize,
    /// Where the file that is being answered lies: files that it names are looked for there.
    pub(crate) folder: Option<PathBuf>,
}

impl<'s> State<'s> {
    /// The prompt before its first line.
    pub(crate) fn new(session: &'s mut Session, outfit: Outfit) -> Self {
        Self {
            session,
            outfit,
            last: None,
            output: None,
            initial: None,
            typed: None,
            left: false,
            depth: 0,
            folder: None,
        }
    }

    /// Answers a statement where the next result goes.
    pub(crate) async fn answer(&mut self, statement: &Statement) -> After {
        let destination = self.output.take().map_or(Destination::Screen, Destination::File);
        self.answer_at(statement, &destination).await
    }

    /// Answers a statement, wherever the next result goes.
    pub(crate) async fn answer_at(&mut self, statement: &Statement, destination: &Destination) -> After {
        let answered = match destination {
            Destination::File(path) => return self.answer_to_file(statement, path).await,
            Destination::Screen => {
                self.session.answer_to(statement, Target::Screen(self.outfit.pager.as_deref())).await
            }
        };
        // Who leaves the pager early has seen enough; without one, standard output is gone.
        match answered {
            Answered { reader_gone: true, .. } if self.outfit.pager.is_none() => After::Leave,
            answered if answered.is_good() => After::Go,
            _ => After::Failed,
        }
    }

    async fn answer_to_file(&mut self, statement: &Statement, path: &Path) -> After {
        let usual = self.session.format;
        self.session.format = output::by_ending(path).unwrap_or(usual);
        let after = self.written(statement, path).await;
        self.session.format = usual;
        after
    }

    async fn written(&self, statement: &Statement, path: &Path) -> After {
        let sink = match Sink::file(path, self.session.streams) {
            Ok(sink) => sink,
            Err(error) => {
                return refused(&Report::of_file(format!("{} cannot be written", path.display()), &error));
            }
        };
        let answered = self.session.answer(statement, sink).await;
        if !answered.delivered {
            say(&format!("{} was not written", path.display()));
            return After::Failed;
        }
        let rows = answered.rows;
        say(&format!("{} written to {}", count(rows, "row"), path.display()));
        After::Go
    }

    /// Shows what a statement of our own answers.
    pub(crate) async fn show(&mut self, sql: &str) -> After {
        let statement = Statement { text: sql.to_owned(), line: 1 };
        let pager = self.outfit.pager.as_deref();
        let answered = self.session.answer_to(&statement, Target::Page(pager)).await;
        if answered.is_good() { After::Go } else { After::Failed }
    }

    /// Shows lines of the prompt's own, made for a terminal of that width: through the pager, if they are more than the screen has.
    pub(crate) fn page(&self, lines: impl Fn(usize) -> Vec<String>) -> After {
        if let Some(width) = screen_width() {
            let text: String = lines(width).iter().map(|line| format!("{}\n", safe::line(line))).collect();
            // A reader that went away has seen enough.
            let _ = show(self.outfit.pager.as_deref(), &text);
        } else {
            lines(usize::MAX).iter().for_each(|line| say(line));
        }
        After::Go
    }

    /// The statement behind a command, else the last one.
    pub(crate) fn given_or_last(&mut self, given: &str) -> Option<String> {
        if !given.is_empty() {
            self.last = Some(given.to_owned());
        }
        self.last.clone()
    }
}

/// Says why something was not done.
pub(crate) fn refused(report: &Report) -> After {
    tell(report);
    After::Failed
}

/// There is no last statement.
pub(crate) fn nothing_to_repeat() -> After {
    refused(&Report::new(Exit::Usage, "there is no previous statement").hint("give one after the command"))
}
