//! Saved queries and variables at the prompt: `\queries`, `\run`, and the part of `\set` that is about no setting.

use std::mem;

use crate::engine::Value;
use crate::queries::{self, Call, guessed};
use crate::repl::say::{self, say, say_item};
use crate::repl::split::Statement;
use crate::repl::state::{After, State, refused};
use crate::report::{Exit, Report, nearest};
use crate::settings;

/// Lists the queries that a search finds, or shows one.
pub(super) fn queries(state: &State<'_>, arg: &str) -> After {
    let library = &state.outfit.queries;
    if let Some(name) = arg.strip_prefix("show ") {
        return match library.named(name.trim()) {
            Ok(query) => {
                let page = queries::page(query, "\\run");
                state.page(|width| page.lines().flat_map(|line| say::folded(line, width)).collect())
            }
            Err(report) => refused(&report),
        };
    }
    let found = library.found(arg);
    if found.is_empty() {
        let report = Report::new(Exit::Usage, format!("no saved query has '{arg}'"));
        return refused(&report.hint("\\queries lists all of them"));
    }
    let list = queries::listed(&found);
    let lines = || list.lines().chain(["\\queries show NAME shows one, \\run NAME answers it."]);
    state.page(|width| lines().flat_map(|line| say::folded(line, width)).collect())
}

/// Answers a saved query.
pub(super) async fn run(state: &mut State<'_>, arg: &str) -> After {
    let words = queries::words(arg);
    let Some((name, words)) = words.split_first() else {
        return refused(&Report::new(Exit::Usage, "which query?").hint("\\queries lists them"));
    };
    let library = state.outfit.queries.clone();
    let query = match library.named(name) {
        Ok(query) => query,
        Err(report) => return refused(&report),
    };
    if words.iter().any(|word| word == "--help") {
        return queries(state, &format!("show {name}"));
    }
    let call = match Call::read(query, words, state.folder.as_deref()) {
        Ok(call) => call,
        Err(report) => return refused(&report),
    };
    let explain = if call.explain { "EXPLAIN " } else { "" };
    let statement = Statement { text: format!("{explain}{}", query.sql), line: query.line };
    // The query's own values stand for its names, whatever variables are called so.
    let kept = mem::replace(&mut state.session.parameters, call.parameters);
    let after = state.answer(&statement).await;
    state.session.parameters = kept;
    after
}

/// Lists the variables.
pub(super) fn variables(state: &State<'_>) {
    for (name, value) in state.session.parameters.iter() {
        say_item(&format!(":{name}"), &shown(value), 24);
    }
}

/// Gives a variable its value, or shows it.
pub(super) fn set_variable(state: &mut State<'_>, name: &str, value: &str) -> After {
    if let Some(near) = nearest(name, settings::ALL.iter().map(|setting| (setting.name, setting.name))) {
        let report = Report::new(Exit::Usage, format!("there is no setting '{name}'"));
        return refused(
            &report.hint(format!("did you mean {near}? a variable needs a name that is not so near to it")),
        );
    }
    if value.is_empty() {
        return match state.session.parameters.get(name) {
            Some(value) => {
                say(&format!(":{name} is {}", shown(value)));
                After::Go
            }
            None => {
                refused(&Report::new(Exit::Usage, format!("there is no setting or variable '{name}'")).hint(format!(
                    "\\set lists them; \\set {name} VALUE makes a variable, which statements call :{name}"
                )))
            }
        };
    }
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        let report = Report::new(Exit::Usage, format!("'{name}' cannot be a variable's name"));
        return refused(&report.hint("names have letters, digits and _, and begin with a letter"));
    }
    let (value, taken_for) = guessed(value);
    say(&format!(":{name} is {} ({taken_for})", shown(&value)));
    state.session.parameters.set(name, value);
    After::Go
}

/// Takes a variable away.
pub(super) fn unset(state: &mut State<'_>, name: &str) -> After {
    match state.session.parameters.unset(name) {
        Some(_) => {
            say(&format!(":{name} has no value any more"));
            After::Go
        }
        None => refused(&Report::new(Exit::Usage, format!("there is no variable '{name}'")).hint("\\set lists them")),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Nothing => "NULL".into(),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(on) => on.to_string(),
        Value::Time(time) => time.to_rfc3339(),
        Value::Ago(span) => format!("{} seconds ago", span.num_seconds()),
        Value::Span(span) => format!("{} seconds", span.num_seconds()),
        Value::List(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
    }
}
