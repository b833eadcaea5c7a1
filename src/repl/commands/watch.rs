//! `\watch`: asks again and again, and shows rows that are new.
//!
//! Each run goes through the pacer like any other, so it takes its turn in the quota; the pause counts from its end.

use std::time::Duration;

use crate::repl::answer::{Seen, Target};
use crate::repl::say::say;
use crate::repl::split::Statement;
use crate::repl::state::{After, State, nothing_to_repeat, refused};
use crate::report::{Exit, Report};

/// Asks until Ctrl-C, or until a run fails.
pub(super) async fn watch(state: &mut State<'_>, arg: &str) -> After {
    let (seconds, sql) = arg.split_once(char::is_whitespace).unwrap_or((arg, ""));
    let Some(pause) = seconds.parse::<u64>().ok().filter(|seconds| *seconds > 0).map(Duration::from_secs) else {
        return refused(&Report::new(Exit::Usage, "\\watch takes whole seconds").hint("for example: \\watch 30"));
    };
    let Some(text) = state.given_or_last(sql.trim().trim_end_matches(';')) else { return nothing_to_repeat() };
    let statement = Statement { text, line: 1 };
    say(&format!("runs every {} s and shows new rows; Ctrl-C ends it", pause.as_secs()));
    let mut seen = Seen::default();
    loop {
        let answered = state.session.answer_to(&statement, Target::Fresh(&mut seen)).await;
        if answered.exit == Exit::Interrupted {
            return After::Go;
        }
        if !answered.is_good() {
            return After::Failed;
        }
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return After::Go,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
