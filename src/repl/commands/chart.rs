//! `\chart`: a picture of the last result, or of the statement before it.

use crate::output::Ask;
use crate::repl::answer::Target;
use crate::repl::split::Statement;
use crate::repl::state::{After, State, nothing_to_repeat, refused};
use crate::report::{Exit, Report};

/// Draws what a statement answers; without one the last result, which is asked for again only if it was not kept.
pub(super) async fn chart(state: &mut State<'_>, sql: &str, arg: &str) -> After {
    let Some(ask) = Ask::read(arg) else {
        let report = Report::new(Exit::Usage, "a name in double quotes is not closed");
        return refused(&report.hint("\\chart bar \"count(*)\""));
    };
    if sql.is_empty()
        && let Some(drawn) = state.session.redraw(&ask)
    {
        return drawn.map_or_else(|report| refused(&report), |()| After::Go);
    }
    let Some(text) = state.given_or_last(sql) else { return nothing_to_repeat() };
    let answered = state.session.answer_to(&Statement { text, line: 1 }, Target::Chart(&ask)).await;
    if answered.is_good() { After::Go } else { After::Failed }
}
