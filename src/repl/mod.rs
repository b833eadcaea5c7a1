//! The prompt: reads statements over several lines, obeys its own commands, keeps a history.
//!
//! A line is a command, when it begins with a backslash or is a word that other prompts know, or SQL up to a semicolon.
//! Ctrl-C drops the line, or cancels the statement that runs; twice at an empty prompt, it leaves.

mod colour;
pub mod commands;
mod complete;
mod describe;
mod edit;
mod fresh;
mod help;
mod history;
mod lexed;
mod line;
mod pager;
mod progress;
pub(crate) mod script;
mod session;
pub mod split;
mod watch;
mod words;

use std::path::{Path, PathBuf};

use rustyline::error::ReadlineError;

use crate::output::{self, Sink, safe};
use crate::report::{Exit, Report};
use session::Target;
use split::Statement;
use words::Words;

pub use pager::USUAL as USUAL_PAGER;
pub use session::{Answered, Ending, Session, Voice, check_name, format, say, tell};

/// Files that include one another end here.
const DEEPEST: usize = 8;

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
    /// The connections that are configured.
    pub connections: Vec<Known>,
}

/// A connection, as far as it can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The name.
    pub name: String,
    /// Whether it is the one that is open.
    pub open: bool,
    /// The tenant.
    pub tenant: String,
    /// The kind of credential.
    pub auth: String,
}

/// How the prompt goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Go,
    /// Something failed: a script ends here, the prompt goes on.
    Failed,
    Leave,
}

/// The prompt between two lines.
struct State<'s> {
    session: &'s mut Session,
    outfit: Outfit,
    /// The last statement, without its semicolon.
    last: Option<String>,
    /// Where the next result goes.
    output: Option<PathBuf>,
    /// What the next line begins with.
    initial: Option<String>,
    /// What was written elsewhere, for the history.
    typed: Option<String>,
    depth: usize,
    /// Where the file that is being answered lies: files that it names are looked for there.
    folder: Option<PathBuf>,
}

/// Opens the prompt and stays in it until it is left.
pub async fn prompt(session: &mut Session, outfit: Outfit) -> Exit {
    let mut editor = match line::editor(outfit.colours) {
        Ok(editor) => editor,
        Err(error) => return failed(&error),
    };
    if let Some(path) = &outfit.history {
        history::close_to_others(path);
        // The first time there is none.
        let _ = editor.load_history(path);
    }
    let mut state =
        State { session, outfit, last: None, output: None, initial: None, typed: None, depth: 0, folder: None };
    if let Some(rc) = state.outfit.rc.clone()
        && state.include(&rc).await == After::Leave
    {
        return Exit::Success;
    }
    state.talk(&mut editor).await
}

impl State<'_> {
    async fn talk(&mut self, editor: &mut line::Lines) -> Exit {
        let prompt = format!("{}> ", safe::line(&self.outfit.name));
        let mut interrupted = false;
        loop {
            let words = Words::of(self.session.engine.context()).await;
            editor.helper_mut().into_iter().for_each(|asked| asked.words = words.clone());
            let initial = self.initial.take().unwrap_or_default();
            let line = match editor.readline_with_initial(&prompt, (&initial, "")) {
                Ok(line) => line,
                Err(ReadlineError::Interrupted) => {
                    let empty = editor.helper().is_none_or(|asked| asked.empty.get());
                    if empty && interrupted {
                        return Exit::Success;
                    }
                    if empty {
                        say("Ctrl-C again leaves; so does \\q");
                    }
                    interrupted = empty;
                    continue;
                }
                Err(ReadlineError::Eof) => return Exit::Success,
                Err(error) => return failed(&error),
            };
            interrupted = false;
            self.remember(editor, &line);
            let after = self.obey_all(&line).await;
            if let Some(typed) = self.typed.take() {
                self.remember(editor, &typed);
            }
            if after == After::Leave {
                return Exit::Success;
            }
        }
    }

    fn remember(&self, editor: &mut line::Lines, line: &str) {
        if history::is_kept(line) && editor.add_history_entry(line.trim_end()).unwrap_or(false) {
            // A history that cannot be written is no reason to stop answering.
            self.outfit.history.iter().for_each(|path| drop(editor.append_history(path)));
        }
    }

    /// Obeys a command, or answers the statements of a text that begins on that line of its file.
    async fn obey(&mut self, text: &str, first_line: usize) -> After {
        if let Some((name, arg)) = commands::asked(text) {
            return commands::obey(self, name, arg).await;
        }
        for mut statement in split::split(text).into_statements() {
            statement.line += first_line - 1;
            self.last = Some(statement.text.clone());
            let after = self.answer(&statement).await;
            if after != After::Go {
                return after;
            }
        }
        After::Go
    }

    async fn answer(&mut self, statement: &Statement) -> After {
        let answered = match self.output.take() {
            Some(path) => return self.answer_to_file(statement, &path).await,
            None => self.session.answer_to(statement, Target::Screen(self.outfit.pager.as_deref())).await,
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
        let unwritable = |error: &std::io::Error| {
            let mut report = Report::new(Exit::Usage, format!("{} cannot be written", path.display()));
            report.causes.push(error.to_string());
            commands::refused(&report)
        };
        let sink = match Sink::file(path, self.session.streams) {
            Ok(sink) => sink,
            Err(error) => return unwritable(&error),
        };
        let answered = self.session.answer(statement, sink).await;
        if !answered.delivered {
            say(&format!("{} was not written", path.display()));
            return After::Failed;
        }
        let rows = answered.rows;
        say(&format!("{rows} row{} written to {}", if rows == 1 { "" } else { "s" }, path.display()));
        After::Go
    }

    /// Shows what a statement of our own answers.
    async fn show(&mut self, sql: &str) -> After {
        let statement = Statement { text: sql.to_owned(), line: 1 };
        let pager = self.outfit.pager.as_deref();
        let answered = self.session.answer_to(&statement, Target::Screen(pager)).await;
        if answered.is_good() { After::Go } else { After::Failed }
    }

    /// The statement behind a command, else the last one.
    fn given_or_last(&mut self, given: &str) -> Option<String> {
        if !given.is_empty() {
            self.last = Some(given.to_owned());
        }
        self.last.clone()
    }

    /// Answers the file that a command's argument names.
    async fn include_named(&mut self, argument: &str) -> After {
        if argument.is_empty() {
            return commands::refused(&Report::new(Exit::Usage, "\\i takes a file").hint("as in: \\i questions.sql"));
        }
        let path = script::named(argument, self.outfit.home.as_deref(), self.folder.as_deref());
        self.include(&path).await
    }

    /// Answers a file up to the first failure.
    async fn include(&mut self, path: &Path) -> After {
        let shown = path.display();
        if self.depth == DEEPEST {
            return commands::refused(&Report::new(
                Exit::Usage,
                format!("files include one another, {shown} among them"),
            ));
        }
        let text = match script::of_file(path) {
            Ok(text) => text,
            Err(error) => {
                let mut report = Report::new(Exit::Usage, format!("{shown} cannot be read"));
                report.causes.push(error.to_string());
                return commands::refused(&report);
            }
        };
        self.depth += 1;
        let folder = std::mem::replace(&mut self.folder, path.parent().map(Path::to_path_buf));
        let after = self.obey_all(&text).await;
        self.folder = folder;
        self.depth -= 1;
        if after == After::Failed {
            say(&format!("{shown} ends here"));
        }
        after
    }

    async fn obey_all(&mut self, text: &str) -> After {
        for part in script::Parts::of(text) {
            let after = self.obey(part.text, part.line).await;
            if after != After::Go {
                return after;
            }
        }
        After::Go
    }
}

fn failed(error: &ReadlineError) -> Exit {
    tell(&Report::chain(Exit::Usage, error).hint("without a terminal, give SQL with -c, -f or on standard input"));
    Exit::Usage
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, Policy};
    use crate::output::{self, Expanded};

    fn session() -> Session {
        Session {
            engine: Engine::builder().policy(Policy::LOCAL).build().unwrap(),
            format: &output::ALL[0],
            csv_raw: false,
            streams: false,
            expanded: Expanded::Auto,
            voice: Voice::Quiet,
            redact: None,
            progress: false,
            timing: false,
            ended: std::sync::Arc::default(),
        }
    }

    fn state(session: &mut Session) -> State<'_> {
        let outfit = Outfit::default();
        State { session, outfit, last: None, output: None, initial: None, typed: None, depth: 0, folder: None }
    }

    #[tokio::test]
    async fn commands_are_obeyed() {
        let mut session = session();
        let mut state = state(&mut session);
        assert_eq!(state.obey("\\format csv", 1).await, After::Go);
        assert_eq!(state.obey("\\timing on", 1).await, After::Go);
        assert_eq!(state.obey("\\x on", 1).await, After::Go);
        assert_eq!(state.obey("\\set max_requests 7", 1).await, After::Go);
        assert_eq!(state.obey("\\nope", 1).await, After::Failed);
        assert_eq!(state.obey("\\set max_request 7", 1).await, After::Failed);
        assert_eq!(state.obey("exit", 1).await, After::Leave);
        assert_eq!(state.session.engine.settings().max_requests, Some(7));
        assert!(session.timing && session.format.name == "csv" && session.expanded == Expanded::On);
    }

    #[tokio::test]
    async fn a_result_goes_to_a_file_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let mut session = session();
        let mut state = state(&mut session);
        state.session.format = output::format("csv").unwrap();
        state.obey(&format!("\\o {}", path.display()), 1).await;
        assert_eq!(state.obey("SELECT 1 AS n;", 1).await, After::Go);
        assert_eq!((std::fs::read_to_string(&path).unwrap().as_str(), &state.output), ("n\n1\n", &None));
    }

    #[tokio::test]
    async fn a_file_is_answered_up_to_its_first_failure_and_files_in_a_circle_end() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let mut session = session();
        let good = file("good.sql", "\\timing on\nSET auditql.max_requests\n = 3;\n\\set partial on\n");
        assert_eq!(state(&mut session).include(&good).await, After::Go);
        let settings = session.engine.settings();
        assert_eq!((session.timing, settings.max_requests, settings.partial), (true, Some(3), true));
        let bad = file("bad.sql", "SELECT nope;\n\\timing off\n");
        assert_eq!(state(&mut session).include(&bad).await, After::Failed);
        assert!(session.timing, "what follows a failure is not obeyed");
        let circle = folder.path().join("circle.sql");
        let circle = file("circle.sql", &format!("\\i {}\n", circle.display()));
        assert_eq!(state(&mut session).include(&circle).await, After::Failed);
    }
}
