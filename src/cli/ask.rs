//! Questions to the person at the terminal. Where there is none, whoever asks says which flag answers instead.

use std::io::{self, BufRead as _, IsTerminal as _};

use crate::repl::say;
use crate::report::{Exit, Report};

/// Most tries for an answer that can be used.
const TRIES: usize = 3;

/// Whether there is somebody to ask.
pub(super) fn can() -> bool {
    io::stdin().is_terminal()
}

/// An answer to a question; an empty line takes what is proposed. What cannot be used is asked for again.
pub(super) fn question(
    text: &str,
    proposed: Option<&str>,
    usable: impl Fn(&str) -> Result<(), String>,
) -> Result<String, Report> {
    for _ in 0..TRIES {
        let shown = proposed.map(|proposed| format!(" [{proposed}]")).unwrap_or_default();
        say(&format!("{text}{shown}"));
        let line = line()?;
        let answer = Some(line.trim()).filter(|line| !line.is_empty()).or(proposed).unwrap_or_default();
        match usable(answer) {
            Ok(()) => return Ok(answer.to_owned()),
            Err(why) => say(&why),
        }
    }
    Err(Report::new(Exit::Usage, "there was no answer that can be used"))
}

/// An answer that does not show on the screen.
pub(super) fn secret(text: &str) -> Result<String, Report> {
    say(text);
    console::Term::stderr().read_secure_line().map_err(|error| Report::chain(Exit::Usage, &error))
}

fn line() -> Result<String, Report> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line).map_err(|error| Report::chain(Exit::Usage, &error))?;
    if read == 0 { Err(Report::new(Exit::Interrupted, "the answers ended before the questions")) } else { Ok(line) }
}
