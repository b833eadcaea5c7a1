//! `\chart`: a picture of the last result, or of the statement before it.

use crate::output::{self, Ask};
use crate::repl::answer::Target;
use crate::repl::split::Statement;
use crate::repl::state::{After, State, refused};
use crate::report::{Exit, Report};

/// How a statement is drawn.
const BEFORE: &str = "give one before it: SELECT … \\chart";

/// Draws what a statement answers; without one the last result, which is asked for again only if it was not kept.
pub(super) async fn chart(state: &mut State<'_>, sql: &str, arg: &str) -> After {
    if let Some(report) = file_is_named(state) {
        state.given_or_last(sql);
        return refused(&report);
    }
    if is_statement(arg) {
        let report = Report::new(Exit::Usage, "\\chart takes no statement behind it");
        return refused(&report.hint(BEFORE));
    }
    let Some(ask) = Ask::read(arg) else {
        let report = Report::new(Exit::Usage, "a name in double quotes is not closed");
        return refused(&report.hint("\\chart bar \"count(*)\""));
    };
    let text = state.given_or_last(sql);
    if text.as_ref().is_some_and(|text| first_word(text).eq_ignore_ascii_case("explain")) {
        let report = Report::new(Exit::Usage, "EXPLAIN tells of requests and has no rows to draw");
        return refused(&report.hint("\\chart behind the statement itself draws its answer"));
    }
    if sql.is_empty()
        && let Some(drawn) = state.session.redraw(&ask)
    {
        return drawn.map_or_else(|report| refused(&report), |()| After::Go);
    }
    let Some(text) = text else {
        return refused(&Report::new(Exit::Usage, "there is no statement to draw").hint(BEFORE));
    };
    let answered = state.session.answer_to(&Statement { text, line: 1 }, Target::Chart(&ask)).await;
    if answered.is_good() { After::Go } else { After::Failed }
}

/// Why nothing is drawn while the next result is to go to a file: a later statement would take the file unawares.
fn file_is_named(state: &State<'_>) -> Option<Report> {
    let path = state.output.as_ref()?;
    let what = format!("the next result goes to {}; \\chart draws on the screen", path.display());
    let format = output::by_ending(path).unwrap_or(state.session.format);
    let page = match format.name {
        "html" => "end the statement with ; for a page with the picture",
        _ => "\\o with a name that ends in .html for a page with the picture",
    };
    Some(Report::new(Exit::Usage, what).hint(format!("\\o without a name first, or {page}")))
}

/// Whether a statement stands where a kind and columns may.
fn is_statement(arg: &str) -> bool {
    let word = first_word(arg);
    let is_more = arg.trim().len() > word.len();
    is_more && ["select", "with", "explain"].iter().any(|begin| word.eq_ignore_ascii_case(begin))
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}
