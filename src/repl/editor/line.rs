//! What the line editor asks: is the text whole, what can follow, how does it look.

use std::borrow::Cow;
use std::cell::Cell;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter, HistoryHinter};
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
#[cfg(unix)]
use rustyline::{Cmd, ConditionalEventHandler, Event, EventContext, EventHandler, KeyEvent, RepeatCount};
use rustyline::{ColorMode, CompletionType, Config, Context, Editor, Helper};

use super::words::Words;
use super::{colour, complete, history};
use crate::output::safe;
use crate::repl::commands::is_whole;
use crate::repl::split::{Open, open_of};

/// The line editor.
pub(crate) type Lines = Editor<Line, DefaultHistory>;

/// A line editor with its settings.
pub(crate) fn editor(colours: bool) -> Result<Lines, ReadlineError> {
    let config = Config::builder()
        .max_history_size(history::REMEMBERED)?
        .history_ignore_dups(true)?
        .auto_add_history(false)
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        // Forced, because without a highlighter hostile text in a line would reach the terminal as it is.
        .color_mode(ColorMode::Forced);
    let mut editor = Editor::with_config(config.build())?;
    #[cfg(unix)]
    if let Some(stop) = Stop::at_terminal() {
        editor.bind_sequence(KeyEvent::ctrl('Z'), EventHandler::Conditional(Box::new(stop)));
    }
    editor.set_helper(Some(Line { words: Words::default(), colours, empty: Cell::new(true) }));
    Ok(editor)
}

/// Stops the program on Ctrl-Z. The editor's own way would be heard only once it has the terminal again.
#[cfg(unix)]
struct Stop {
    /// The terminal without the editor.
    usual: std::sync::Mutex<nix::sys::termios::Termios>,
}

#[cfg(unix)]
impl Stop {
    fn at_terminal() -> Option<Self> {
        tokio::runtime::Handle::try_current().ok()?;
        let usual = nix::sys::termios::tcgetattr(std::io::stdin()).ok()?;
        crate::repl::answer::stops_in_order().ok()?;
        Some(Self { usual: usual.into() })
    }
}

#[cfg(unix)]
impl ConditionalEventHandler for Stop {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        let usual = self.usual.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        crate::repl::answer::stop_at_prompt(&usual);
        Some(Cmd::Repaint)
    }
}

/// What the editor asks.
pub(crate) struct Line {
    /// The words to offer.
    pub(crate) words: Words,
    colours: bool,
    /// Whether nothing was typed when it was last asked.
    pub(crate) empty: Cell<bool>,
}

impl Validator for Line {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_whole(context.input()) { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Completer for Line {
    type Candidate = String;

    fn complete(&self, line: &str, cursor: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(complete::complete(&self.words, line, cursor))
    }
}

/// Something to show behind the cursor.
#[derive(Debug)]
pub(crate) enum Shown {
    /// The rest of a line of the history, taken with the right arrow.
    Past(String),
    /// Advice.
    Advice(&'static str),
}

impl Hint for Shown {
    fn display(&self) -> &str {
        match self {
            Self::Past(text) => text,
            Self::Advice(text) => text,
        }
    }

    fn completion(&self) -> Option<&str> {
        match self {
            Self::Past(text) => Some(text),
            Self::Advice(_) => None,
        }
    }
}

impl Hinter for Line {
    type Hint = Shown;

    fn hint(&self, line: &str, cursor: usize, context: &Context<'_>) -> Option<Shown> {
        self.empty.set(line.is_empty());
        if line.ends_with('\n') && cursor == line.len() {
            return Some(Shown::Advice(open_advice(line)));
        }
        HistoryHinter::default().hint(line, cursor, context).map(Shown::Past)
    }
}

/// What is missing of a text that is not whole: what was opened last, else the end of the statement.
fn open_advice(line: &str) -> &'static str {
    match open_of(line) {
        Some(Open::Text) => "  (a ' is still open, and ' closes it; Ctrl-C discards the statement)",
        Some(Open::Name) => "  (a \" is still open, and \" closes it; Ctrl-C discards the statement)",
        Some(Open::Comment) => "  (a comment is still open, and */ closes it; Ctrl-C discards the statement)",
        None => "  (; ends the statement, Ctrl-C discards it)",
    }
}

impl Highlighter for Line {
    fn highlight<'l>(&self, line: &'l str, cursor: usize) -> Cow<'l, str> {
        if self.colours { colour::paint(line, cursor).into() } else { safe::block(line) }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        self.styled(prompt, console::Style::new().bold())
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        self.styled(hint, console::Style::new().dim())
    }

    fn highlight_candidate<'c>(&self, candidate: &'c str, _: CompletionType) -> Cow<'c, str> {
        safe::line(candidate)
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        true
    }
}

impl Line {
    fn styled<'t>(&self, text: &'t str, style: console::Style) -> Cow<'t, str> {
        let safe = safe::block(text);
        if self.colours { style.force_styling(true).apply_to(safe).to_string().into() } else { safe }
    }
}

impl Helper for Line {}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_history_is_its_owners() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let mut editor = editor(false).unwrap();
        editor.add_history_entry("SELECT 1;").unwrap();
        editor.append_history(&path).unwrap();
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        history::close_to_others(&path);
        assert_eq!(mode(), 0o600);
    }

    #[test]
    fn what_is_open_is_named() {
        for (line, part) in [
            ("SELECT 'abc;\n", "a ' is still open"),
            ("SELECT \"abc;\n", "a \" is still open"),
            ("SELECT 1 /* comment\n;\n", "*/ closes it"),
            ("SELECT 'a', \"b\" -- it's\n", "; ends the statement"),
        ] {
            assert!(open_advice(line).contains(part), "{line}: {}", open_advice(line));
        }
    }

    #[test]
    fn without_colours_a_line_is_still_made_safe() {
        for colours in [false, true] {
            let editor = editor(colours).unwrap();
            let asked = editor.helper().unwrap();
            for shown in [
                asked.highlight("a\u{1b}[2J", 0),
                asked.highlight_prompt("a\u{1b}[2J", true),
                asked.highlight_hint("a\u{1b}[2J"),
                asked.highlight_candidate("a\u{1b}[2J", CompletionType::List),
            ] {
                assert!(!shown.contains("\u{1b}[2J"), "{shown:?}");
            }
        }
    }
}
