//! Reads one line after the other from a person, and has it obeyed.

use rustyline::error::ReadlineError;

use super::answer::Session;
use super::editor::{Lines, Words, close_to_others, editor, is_kept};
use super::say::{say, tell};
use super::state::{After, Outfit, State};
use crate::output::safe;
use crate::report::{Exit, Report};

/// Opens the prompt and stays in it until it is left.
pub async fn prompt(session: &mut Session, outfit: Outfit) -> Exit {
    let mut lines = match editor(outfit.colours) {
        Ok(lines) => lines,
        Err(error) => return failed(&error),
    };
    if let Some(path) = &outfit.history {
        close_to_others(path);
        // The first time there is none.
        let _ = lines.load_history(path);
    }
    let mut state = State::new(session, outfit);
    if let Some(rc) = state.outfit.rc.clone()
        && state.include(&rc).await == After::Leave
    {
        return Exit::Success;
    }
    talk(&mut state, &mut lines).await
}

async fn talk(state: &mut State<'_>, lines: &mut Lines) -> Exit {
    let prompt = format!("{}> ", safe::line(&state.outfit.name));
    let mut interrupted = false;
    loop {
        let words = Words::of(state.session.engine.context(), &state.outfit.queries).await;
        lines.helper_mut().into_iter().for_each(|asked| asked.words = words.clone());
        let initial = state.initial.take().unwrap_or_default();
        let line = match lines.readline_with_initial(&prompt, (&initial, "")) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => {
                let empty = lines.helper().is_none_or(|asked| asked.empty.get());
                if empty && interrupted {
                    return Exit::Success;
                }
                if empty {
                    say("Ctrl-C again quits; so does \\q");
                }
                interrupted = empty;
                continue;
            }
            Err(ReadlineError::Eof) => return Exit::Success,
            Err(error) => return failed(&error),
        };
        interrupted = false;
        remember(state, lines, &line);
        let after = state.obey_all(&line).await;
        if let Some(typed) = state.typed.take() {
            remember(state, lines, &typed);
        }
        if after == After::Leave {
            return Exit::Success;
        }
        if std::mem::take(&mut state.left) {
            say("what was given behind it is not run");
        }
    }
}

fn remember(state: &State<'_>, lines: &mut Lines, line: &str) {
    if is_kept(line) && lines.add_history_entry(line.trim_end()).unwrap_or(false) {
        // A history that cannot be written is no reason to stop answering.
        state.outfit.history.iter().for_each(|path| drop(lines.append_history(path)));
    }
}

fn failed(error: &ReadlineError) -> Exit {
    tell(&Report::chain(Exit::Usage, error).hint("without a terminal, give SQL with -c, -f or on standard input"));
    Exit::Usage
}
