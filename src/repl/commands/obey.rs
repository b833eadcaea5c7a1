//! Obeys commands, and answers the statements that stand between them.

use super::asked::{Beside, asked, beside, inside};
use super::edit::edit;
use super::list::{ALL, Action, Command};
use super::script::Parts;
use super::send::{self, Sending, sent};
use super::watch::watch;
use super::{chart, describe, destination, foreign, functions, help, saved};
use crate::output::{self, Expanded};
use crate::repl::answer::format;
use crate::repl::say::{self, say, say_item};
use crate::repl::split::split;
use crate::repl::state::{After, Destination, State, nothing_to_repeat, refused};
use crate::report::{About, Exit, Report, nearest};
use crate::settings;

impl State<'_> {
    /// Obeys the commands of a text and answers its statements, up to the first failure.
    pub(crate) async fn obey_all(&mut self, text: &str) -> After {
        match inside(text) {
            Some((statement, line)) if self.depth == 0 => return self.obey_inside(statement, line).await,
            Some((_, line)) => {
                let command = line.split_whitespace().next().unwrap_or_default();
                let what = format!("the statement before {command} is not ended");
                return refused(&Report::new(Exit::Query, what).hint("end it with ; and give the command after it"));
            }
            None => {}
        }
        if let Some(Beside { is_open: true, before, command }) = beside(text).filter(|_| sent(text).is_none()) {
            let (command, arguments) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
            let what = format!("the statement before {command} is not ended");
            if self.depth == 0 && self.initial.is_none() {
                self.initial = Some(format!("{before} "));
            }
            return refused(&Report::new(Exit::Query, what).hint(instead(command, arguments, before)));
        }
        let mut parts = Parts::of(text);
        while let Some(part) = parts.next() {
            let after = self.obey(part.text, part.line).await;
            if after != After::Go {
                self.left |= self.depth == 0 && parts.any(|part| !part.text.trim().is_empty());
                return after;
            }
        }
        After::Go
    }

    /// Obeys a command that stands where a statement could go on; the statement comes back to the line.
    async fn obey_inside(&mut self, statement: &str, line: &str) -> After {
        let after = Box::pin(self.obey(line, 1)).await;
        if after != After::Leave && self.initial.is_none() {
            self.initial = Some(format!("{statement}\n"));
        }
        after
    }

    /// Obeys a command, or answers the statements of a text that begins on that line of its file.
    pub(super) async fn obey(&mut self, text: &str, first_line: usize) -> After {
        if let Some((name, arg)) = asked(text) {
            return obey(self, name, arg).await;
        }
        if let Some(asked) = sent(text) {
            let script = split(asked.sql);
            for mut statement in script.ended {
                statement.line += first_line - 1;
                let after = self.answer(&statement).await;
                if after != After::Go {
                    return after;
                }
            }
            let last = script.rest.map(|statement| statement.text).unwrap_or_default();
            return match asked.how {
                Sending::Rows { expanded } => send::send(self, &last, expanded, asked.rest).await,
                Sending::Chart => chart::chart(self, &last, asked.rest).await,
            };
        }
        let mut statements = split(text).into_statements().into_iter();
        while let Some(mut statement) = statements.next() {
            statement.line += first_line - 1;
            self.last = Some(statement.text.clone());
            let after = self.answer(&statement).await;
            if after != After::Go {
                self.left |= self.depth == 0 && statements.next().is_some();
                return after;
            }
        }
        After::Go
    }
}

/// Obeys a command.
async fn obey(state: &mut State<'_>, name: &str, arg: &str) -> After {
    let Some(command) = ALL.iter().find(|command| command.name == name) else {
        if let Some(after) = foreign::answered(name) {
            return after;
        }
        let report = Report::new(Exit::Usage, format!("there is no command {name}"));
        let near = nearest(name, ALL.iter().map(|command| (command.name, command.name)));
        let hint = near.map_or_else(|| "\\? lists the commands".to_owned(), |near| format!("did you mean {near}?"));
        return refused(&report.hint(hint));
    };
    match command.action {
        Action::Describe => describe::describe(state, arg).await,
        Action::Tables => state.show(&describe::listed(arg)).await,
        Action::Schemas => state.show(describe::SCHEMAS).await,
        Action::Views => state.show(describe::VIEWS).await,
        Action::Send => send::send(state, "", false, arg).await,
        Action::SendExpanded => send::send(state, "", true, arg).await,
        Action::Copy => send::copy(state, arg).await,
        Action::Chart => chart::chart(state, "", arg).await,
        Action::Echo => {
            say(arg.strip_prefix('\'').and_then(|arg| arg.strip_suffix('\'')).unwrap_or(arg));
            After::Go
        }
        Action::Functions => state.show(&functions::functions(arg)).await,
        Action::Timing => switch(arg, &mut state.session.timing, "timing"),
        Action::Format => choose_format(state, arg),
        Action::Expand => expand(state, arg),
        Action::Output => output(state, arg),
        Action::Include => Box::pin(state.include_named(arg)).await,
        Action::Set => set(state, arg),
        Action::Unset => saved::unset(state, arg),
        Action::Queries => saved::queries(state, arg),
        Action::Run => saved::run(state, arg).await,
        Action::Edit => edit(state).await,
        Action::Watch => watch(state, arg).await,
        Action::Explain => explain(state, arg).await,
        Action::Connections => connections(state, arg),
        Action::Help => topic(arg),
        Action::List => state.page(listed),
        Action::Quit => After::Leave,
    }
}

/// What is typed in place of a command that stands behind a statement.
fn instead(command: &str, arguments: &str, statement: &str) -> String {
    let statement = if statement.contains('\n') { "SELECT …" } else { statement };
    match command {
        "\\watch" => {
            let seconds = arguments.trim().parse::<u64>().unwrap_or(30);
            format!("it takes the statement behind the seconds: \\watch {seconds} {statement}")
        }
        "\\explain" => format!("it takes the statement behind it: \\explain {statement}"),
        "\\copy" => format!("it takes the statement in parentheses: \\copy ({statement}) TO file.csv"),
        "\\gdesc" => format!(
            "SELECT shows the columns in its heading; with none of the rows: SELECT * FROM ({statement}) LIMIT 0"
        ),
        "\\gset" => {
            "a value gets its name with \\set NAME VALUE; a query in parentheses stands for a value: x = (SELECT …)"
                .into()
        }
        _ => format!(
            "give {command} on a line of its own before the statement; \\g, \\g FILE, \\gx and \\chart stand in the place of ;"
        ),
    }
}

/// Columns for what is typed, before what it does.
const TYPED: usize = 28;

/// All commands with what they do, in lines of a width.
fn listed(width: usize) -> Vec<String> {
    let lines = ALL.iter().flat_map(|command| say::item(&typed(command), command.doc, TYPED, width));
    lines.chain(["SQL ends with ; and \\help has pages on several topics.".to_owned()]).collect()
}

fn typed(command: &Command) -> String {
    format!("{} {}", command.name, command.args)
}

fn switch(arg: &str, on: &mut bool, what: &str) -> After {
    *on = match arg {
        "" => !*on,
        "on" => true,
        "off" => false,
        other => return refused(&Report::new(Exit::Usage, format!("'{other}' is neither on nor off"))),
    };
    say(&format!("{what} is {}", if *on { "on" } else { "off" }));
    After::Go
}

fn choose_format(state: &mut State<'_>, name: &str) -> After {
    if name.is_empty() {
        let mark = |name: &str| if name == state.session.format.name { '*' } else { ' ' };
        output::ALL.iter().for_each(|f| say_item(&format!("{} {}", mark(f.name), f.name), f.doc, 10));
        return After::Go;
    }
    if ["line", "lines", "vertical"].contains(&name) {
        return expand(state, "on");
    }
    let name = foreign::FORMATS.iter().find(|(other, _)| *other == name).map_or(name, |(_, own)| own);
    match format(name) {
        Ok(format) => state.session.format = format,
        Err(report) => return refused(&report),
    }
    say(&format!("results are written as {name}"));
    After::Go
}

fn expand(state: &mut State<'_>, arg: &str) -> After {
    state.session.expanded = match (arg, state.session.expanded) {
        ("on", _) | ("", Expanded::Auto | Expanded::Off) => Expanded::On,
        ("off", _) => Expanded::Off,
        ("auto", _) | ("", Expanded::On) => Expanded::Auto,
        (other, _) => {
            return refused(&Report::new(Exit::Usage, format!("'{other}' is not on, off or auto")));
        }
    };
    say(match state.session.expanded {
        Expanded::On => "one column per line",
        Expanded::Off => "never one column per line",
        Expanded::Auto => "one column per line where a table does not fit",
    });
    After::Go
}

fn output(state: &mut State<'_>, file: &str) -> After {
    state.output = match destination::named(state, file) {
        Ok(Some(Destination::File(path))) => Some(path),
        Ok(Some(Destination::Screen) | None) => None,
        Err(report) => return refused(&report),
    };
    if let Some(report) = state.output.as_deref().and_then(destination::unwritable) {
        state.output = None;
        return refused(&report);
    }
    match &state.output {
        Some(path) => {
            let format = output::by_ending(path).unwrap_or(state.session.format);
            say(&format!("the next result goes to {}, as {}", path.display(), format.name));
        }
        None => say("results go to the screen"),
    }
    After::Go
}

fn set(state: &mut State<'_>, arg: &str) -> After {
    let (name, value) = arg.split_once(|c: char| c.is_whitespace() || c == '=').unwrap_or((arg, ""));
    let (name, value) = (name.trim_start_matches("auditql."), value.trim().trim_start_matches('=').trim());
    let now = state.session.engine.settings();
    if name.is_empty() {
        settings::ALL.iter().for_each(|s| say_item(&format!("{:<18} {}", s.name, s.get(&now)), s.doc, 28));
        saved::variables(state);
        return After::Go;
    }
    // It is stated like a setting everywhere else.
    if name == "format" {
        return choose_format(state, value);
    }
    let Some(setting) = settings::ALL.iter().find(|setting| setting.name == name) else {
        return saved::set_variable(state, name, value);
    };
    if !value.is_empty()
        && let Err(error) = state.session.engine.set(name, value)
    {
        return refused(&Report::of_query(&error, &About::default()));
    }
    say(&format!("{name} is {}", setting.get(&state.session.engine.settings())));
    After::Go
}

async fn explain(state: &mut State<'_>, arg: &str) -> After {
    let Some(sql) = state.given_or_last(arg) else { return nothing_to_repeat() };
    state.show(&format!("EXPLAIN {sql}")).await
}

fn connections(state: &State<'_>, asked: &str) -> After {
    if !asked.is_empty() && !state.outfit.connections.iter().any(|known| known.name == asked) {
        let names: Vec<&str> = state.outfit.connections.iter().map(|known| known.name.as_str()).collect();
        let report = Report::new(Exit::Usage, format!("there is no connection '{asked}'"));
        return refused(&report.hint(match names.as_slice() {
            [] => "'auditql init' makes one".to_owned(),
            names => format!("the connections are {}", names.join(", ")),
        }));
    }
    for known in &state.outfit.connections {
        let mark = if known.open { '*' } else { ' ' };
        say(&format!("{mark} {:<16} tenant {}, signs in by {}", known.name, known.tenant, known.auth));
    }
    let beside = state.outfit.connections.iter().any(|known| known.catalog && !known.open);
    say(match state.outfit.connections.as_slice() {
        [] => "no connection is configured: 'auditql init' writes one; 'auditql demo' has a tenant to try",
        _ if beside => {
            "* is the default; tables of the others are NAME.entra.sign_ins and so on, those of all \
             all_tenants.entra.sign_ins"
        }
        _ => "* is open; 'auditql --connection NAME' opens another",
    });
    After::Go
}

fn topic(name: &str) -> After {
    if let Some(topic) = help::ALL.iter().find(|topic| topic.name == name) {
        topic.page.lines().for_each(say);
        return After::Go;
    }
    if let Some(command) =
        ALL.iter().find(|command| command.name.trim_start_matches('\\') == name.trim_start_matches('\\'))
    {
        say_item(&typed(command), command.doc, TYPED);
        return After::Go;
    }
    if !name.is_empty() {
        return refused(
            &Report::new(Exit::Usage, format!("there is no help on '{name}'")).hint("\\help lists the topics"),
        );
    }
    help::ALL.iter().for_each(|topic| say(&format!("\\help {:<9} {}", topic.name, topic.about)));
    After::Go
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_behind_a_statement_is_told_where_it_stands() {
        for (command, arguments, part) in [
            ("\\watch", "2", "\\watch 2 SELECT now()"),
            ("\\watch", "", "\\watch 30 SELECT now()"),
            ("\\explain", "", "\\explain SELECT now()"),
            ("\\copy", "TO x.csv", "\\copy (SELECT now()) TO"),
            ("\\gdesc", "", "SELECT * FROM (SELECT now()) LIMIT 0"),
            ("\\gset", "", "\\set NAME VALUE"),
            ("\\timing", "on", "give \\timing on a line of its own before"),
        ] {
            let hint = instead(command, arguments, "SELECT now()");
            assert!(hint.contains(part), "{command}: {hint}");
        }
        assert!(instead("\\watch", "2", "SELECT\nnow()").ends_with("\\watch 2 SELECT …"));
    }

    #[test]
    fn commands_and_what_they_do_stand_apart_on_a_narrow_screen() {
        let lines = listed(80);
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");
        for command in ALL {
            let typed = format!("{} ", typed(command).trim_end());
            let at = lines.iter().position(|line| format!("{line} ").starts_with(&typed)).expect("it is listed");
            let first = command.doc.split(' ').next().expect("it has words");
            let is_apart = |line: &String| line.find(first) == Some(TYPED + 1);
            assert!(lines[at..].iter().take(2).any(is_apart), "{}", lines[at]);
        }
    }
}
