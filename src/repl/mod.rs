//! The prompt: reads statements over several lines, obeys its own commands, keeps a history.
//!
//! Lines that begin with a blank, and lines that seem to hold a secret, are not kept.

mod commands;
mod session;
pub mod split;

use std::path::Path;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Editor, Helper};

use crate::output::Sink;
use crate::report::{Exit, Report};

pub use session::{Answered, Session, Voice, format, say, tell};

/// Lines that are remembered.
const REMEMBERED: usize = 10_000;

/// Words by which a line is taken to hold a secret. `eyJ` is how every JSON web token begins.
const SECRET_WORDS: &[&str] = &["eyj", "secret", "password", "bearer ", "access_token"];

/// Opens the prompt and stays in it until it is left.
pub async fn prompt(session: &mut Session, name: &str, history: Option<&Path>) -> Exit {
    let mut editor = match editor() {
        Ok(editor) => editor,
        Err(error) => return failed(&error),
    };
    if let Some(path) = history {
        // The first time there is none.
        let _ = editor.load_history(path);
    }
    let prompt = format!("{name}> ");
    loop {
        let line = match editor.readline(&prompt) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Exit::Success,
            Err(error) => return failed(&error),
        };
        if is_kept(&line) && editor.add_history_entry(line.trim_end()).unwrap_or(false) {
            // A history that cannot be written is no reason to stop answering.
            history.iter().for_each(|path| drop(editor.append_history(path)));
        }
        if !obey(session, &line).await {
            return Exit::Success;
        }
    }
}

/// Obeys a line; `false` when the prompt is to be left.
async fn obey(session: &mut Session, line: &str) -> bool {
    if let Some((name, arg)) = commands::asked(line) {
        return commands::obey(session, name, arg).await;
    }
    for statement in split::split(line).into_statements() {
        let answered = session.answer(&statement, &mut Sink::stdout()).await;
        if answered.reader_gone {
            return false;
        }
        if !matches!(answered.exit, Exit::Success | Exit::Incomplete) {
            break;
        }
    }
    true
}

fn editor() -> rustyline::Result<Editor<Lines, DefaultHistory>> {
    let config = Config::builder().max_history_size(REMEMBERED)?.history_ignore_dups(true)?.auto_add_history(false);
    let mut editor = Editor::with_config(config.build())?;
    editor.set_helper(Some(Lines));
    Ok(editor)
}

fn failed(error: &ReadlineError) -> Exit {
    tell(&Report::chain(Exit::Usage, error).hint("without a terminal, give SQL with -c, -f or on standard input"));
    Exit::Usage
}

fn is_kept(line: &str) -> bool {
    let folded = line.to_lowercase();
    !line.starts_with(' ') && !line.trim().is_empty() && !SECRET_WORDS.iter().any(|word| folded.contains(word))
}

/// Whether more lines are needed: SQL goes on to its semicolon.
fn is_whole(text: &str) -> bool {
    commands::asked(text).is_some() || split::split(text).rest.is_none()
}

/// What the line editor asks.
struct Lines;

impl Validator for Lines {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_whole(context.input()) { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Completer for Lines {
    type Candidate = String;
}

impl Hinter for Lines {
    type Hint = String;
}

impl Highlighter for Lines {}

impl Helper for Lines {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_goes_on_to_its_semicolon_and_commands_end_with_the_line() {
        for whole in [
            "",
            "  ",
            "-- nothing",
            "SELECT 1;",
            "SELECT ';';",
            "SELECT\n1\n;",
            "\\d sign_ins",
            "quit",
            "SELECT 1; -- done",
        ] {
            assert!(is_whole(whole), "{whole}");
        }
        for open in ["SELECT 1", "SELECT ';'", "SELECT 'a;", "SELECT 1; SELECT", "SELECT $$;", "SELECT /* ;"] {
            assert!(!is_whole(open), "{open}");
        }
    }

    #[test]
    fn secrets_and_blanks_are_not_kept() {
        assert!(is_kept("SELECT 1;"));
        for line in ["", " SELECT 1;", "SET x = 'eyJ0eXAi.e30.'", "-- Password is x", "client_SECRET"] {
            assert!(!is_kept(line), "{line}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_history_is_its_owners() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let mut editor = editor().unwrap();
        editor.add_history_entry("SELECT 1;").unwrap();
        editor.append_history(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
