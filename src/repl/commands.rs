//! The prompt's own commands: one ordered list, which help, completion and the manual walk and the prompt obeys.

use super::describe;
use super::session::{check_name, format, say, say_item, tell};
use super::{After, State, edit, help, script, watch};
use crate::output::{self, Expanded};
use crate::report::{Exit, Report, nearest};
use crate::settings;

/// A command, as data.
#[derive(Debug)]
pub struct Command {
    /// What is typed, with its backslash.
    pub name: &'static str,
    /// What follows it.
    pub args: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// What its argument is.
    pub(super) takes: Takes,
    action: Action,
}

/// What an argument is, for completion.
#[derive(Debug, Clone, Copy)]
pub(super) enum Takes {
    Nothing,
    Table,
    Function,
    Format,
    Choice(&'static [&'static str]),
    Setting,
    Topic,
    File,
    Statement,
}

#[derive(Debug, Clone, Copy)]
enum Action {
    Describe,
    Functions,
    Timing,
    Format,
    Expand,
    Output,
    Include,
    Set,
    Edit,
    Watch,
    Explain,
    Connections,
    Help,
    List,
    Quit,
}

const fn command(name: &'static str, args: &'static str, takes: Takes, action: Action, doc: &'static str) -> Command {
    Command { name, args, doc, takes, action }
}

/// All commands, in the order of help.
pub static ALL: &[Command] = &[
    command(
        "\\d",
        "[TABLE]",
        Takes::Table,
        Action::Describe,
        "The tables; or a table's columns, with what the service filters by and what they mean.",
    ),
    command("\\df", "[PATTERN]", Takes::Function, Action::Functions, "The functions whose names hold PATTERN."),
    command(
        "\\timing",
        "[on|off]",
        Takes::Choice(&["on", "off"]),
        Action::Timing,
        "Say how long each statement takes, or stop saying it.",
    ),
    command(
        "\\format",
        "[NAME]",
        Takes::Format,
        Action::Format,
        "How results are written; without a name, the choices.",
    ),
    command(
        "\\x",
        "[on|off|auto]",
        Takes::Choice(&["on", "off", "auto"]),
        Action::Expand,
        "Tables with one column a line: always, never, or when they do not fit.",
    ),
    command(
        "\\o",
        "[FILE]",
        Takes::File,
        Action::Output,
        "Write the next result to a file, which appears only when complete; without a name, to the screen after all.",
    ),
    command("\\i", "FILE", Takes::File, Action::Include, "Answer the statements of a file, and obey its commands."),
    command("\\set", "[NAME [VALUE]]", Takes::Setting, Action::Set, "The settings; or one of them, or change it."),
    command(
        "\\e",
        "",
        Takes::Nothing,
        Action::Edit,
        "Write the last statement anew in your editor ($VISUAL, $EDITOR); what ends with ; is answered.",
    ),
    command(
        "\\watch",
        "SECONDS [SQL]",
        Takes::Nothing,
        Action::Watch,
        "Answer the last or the given statement again and again, and show rows that are new; Ctrl-C ends it.",
    ),
    command(
        "\\explain",
        "[SQL]",
        Takes::Statement,
        Action::Explain,
        "The requests of the last or the given statement, and its plan; nothing is sent.",
    ),
    command("\\connections", "", Takes::Nothing, Action::Connections, "The connections that are configured."),
    command("\\help", "[TOPIC]", Takes::Topic, Action::Help, "A page about a topic; without one, the topics."),
    command("\\?", "", Takes::Nothing, Action::List, "This list."),
    command("\\q", "", Takes::Nothing, Action::Quit, "Leave; so does Ctrl-D."),
];

/// Words that people type for a command, from other prompts.
const ALIASES: &[(&str, &str)] = &[
    ("quit", "\\q"),
    ("exit", "\\q"),
    (":q", "\\q"),
    (".quit", "\\q"),
    (".exit", "\\q"),
    ("help", "\\?"),
    (".help", "\\?"),
    ("?", "\\?"),
    ("show tables", "\\d"),
    (".tables", "\\d"),
    ("show databases", "\\connections"),
    ("show schemas", "\\d"),
    ("show functions", "\\df"),
];

/// First words that people type for a command, which keeps what follows.
const FIRST_WORDS: &[(&str, &str)] =
    &[("\\h", "\\help"), ("\\dt", "\\d"), ("\\d+", "\\d"), ("\\l", "\\connections"), ("\\c", "\\connections")];

/// Words with which SQL and others ask for the columns of a table.
const DESCRIBING: &[&str] = &["describe ", "desc ", ".schema "];

/// What a line asks of the prompt itself: a command and its argument. `None` for SQL.
pub(super) fn asked(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let plain = line.trim_end_matches(';').trim_end();
    if let Some((_, name)) = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(plain)) {
        return Some((name, ""));
    }
    let table = DESCRIBING.iter().find_map(|word| {
        let (first, rest) = plain.split_at_checked(word.len())?;
        first.eq_ignore_ascii_case(word).then(|| rest.trim())
    });
    if let Some(table) = table.filter(|table| !table.contains(char::is_whitespace)) {
        return Some(("\\d", table));
    }
    let line = line.starts_with('\\').then_some(plain)?;
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let name = FIRST_WORDS.iter().find(|(word, _)| *word == name).map_or(name, |(_, name)| name);
    Some((name, rest.trim()))
}

/// Obeys a command.
pub(super) async fn obey(state: &mut State<'_>, name: &str, arg: &str) -> After {
    let Some(command) = ALL.iter().find(|command| command.name == name) else {
        let near = nearest(name, ALL.iter().map(|command| (command.name, command.name))).unwrap_or("\\?");
        return refused(
            &Report::new(Exit::Usage, format!("there is no command {name}")).hint(format!("did you mean {near}?")),
        );
    };
    match command.action {
        Action::Describe => describe::describe(state, arg).await,
        Action::Functions => state.show(&describe::functions(arg)).await,
        Action::Timing => switch(arg, &mut state.session.timing, "timing"),
        Action::Format => choose_format(state, arg),
        Action::Expand => expand(state, arg),
        Action::Output => output(state, arg),
        Action::Include => Box::pin(state.include_named(arg)).await,
        Action::Set => set(state, arg),
        Action::Edit => edit::edit(state).await,
        Action::Watch => watch::watch(state, arg).await,
        Action::Explain => explain(state, arg).await,
        Action::Connections => connections(state),
        Action::Help => topic(arg),
        Action::List => {
            ALL.iter().for_each(|c| say_item(&format!("{} {}", c.name, c.args), c.doc, 21));
            say("SQL ends with ; and \\help has pages on some topics.");
            After::Go
        }
        Action::Quit => After::Leave,
    }
}

/// Says why something was not done.
pub(super) fn refused(report: &Report) -> After {
    tell(report);
    After::Failed
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
    match format(name) {
        Ok(format) => state.session.format = format,
        Err(report) => return refused(&report),
    }
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
        Expanded::On => "one column a line",
        Expanded::Off => "never one column a line",
        Expanded::Auto => "one column a line where a table does not fit",
    });
    After::Go
}

fn output(state: &mut State<'_>, file: &str) -> After {
    let named = || script::named(file, state.outfit.home.as_deref(), None);
    let path = (!file.is_empty()).then(named);
    if let Err(report) = path.as_deref().map_or(Ok(()), check_name) {
        return refused(&report);
    }
    state.output = path;
    match &state.output {
        Some(path) => {
            let format = output::by_ending(path).unwrap_or(state.session.format);
            say(&format!("the next result goes to {}, as {}", path.display(), format.name));
        }
        None => say("results go to the screen"),
    }
    After::Go
}

fn set(state: &State<'_>, arg: &str) -> After {
    let (name, value) = arg.split_once(|c: char| c.is_whitespace() || c == '=').unwrap_or((arg, ""));
    let (name, value) = (name.trim_start_matches("auditql."), value.trim().trim_start_matches('=').trim());
    let now = state.session.engine.settings();
    if name.is_empty() {
        settings::ALL.iter().for_each(|s| say_item(&format!("{:<14} {}", s.name, s.get(&now)), s.doc, 24));
        return After::Go;
    }
    let Some(setting) = settings::ALL.iter().find(|setting| setting.name == name) else {
        let report = Report::new(Exit::Usage, format!("there is no setting '{name}'"));
        return refused(&match nearest(name, settings::ALL.iter().map(|setting| (setting.name, setting.name))) {
            Some(near) => report.hint(format!("did you mean {near}?")),
            None => report.hint("\\set lists them"),
        });
    };
    if !value.is_empty()
        && let Err(error) = state.session.engine.set(name, value)
    {
        return refused(&Report::of_query(&error, &crate::report::About::default()));
    }
    say(&format!("{name} is {}", setting.get(&state.session.engine.settings())));
    After::Go
}

async fn explain(state: &mut State<'_>, arg: &str) -> After {
    let Some(sql) = state.given_or_last(arg) else { return nothing_to_repeat() };
    state.show(&format!("EXPLAIN {sql}")).await
}

/// There is no last statement.
pub(super) fn nothing_to_repeat() -> After {
    refused(&Report::new(Exit::Usage, "there is no last statement").hint("write it behind the command"))
}

fn connections(state: &State<'_>) -> After {
    for known in &state.outfit.connections {
        let mark = if known.open { '*' } else { ' ' };
        say(&format!("{mark} {:<16} tenant {}, signs in by {}", known.name, known.tenant, known.auth));
    }
    say(match state.outfit.connections.as_slice() {
        [] => "no connection is configured; 'auditql demo' has a tenant to try",
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
        say(&format!("{} {}  {}", command.name, command.args, command.doc));
        return After::Go;
    }
    if !name.is_empty() {
        return refused(
            &Report::new(Exit::Usage, format!("there is no help about '{name}'")).hint("\\help lists the topics"),
        );
    }
    help::ALL.iter().for_each(|topic| say(&format!("\\help {:<9} {}", topic.name, topic.about)));
    After::Go
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_command_or_sql() {
        let rows = [
            ("\\d", Some(("\\d", ""))),
            (" \\d  entra.sign_ins ; ", Some(("\\d", "entra.sign_ins"))),
            ("\\format\tcsv", Some(("\\format", "csv"))),
            ("exit;", Some(("\\q", ""))),
            ("HELP", Some(("\\?", ""))),
            ("SHOW TABLES;", Some(("\\d", ""))),
            ("DESCRIBE sign_ins;", Some(("\\d", "sign_ins"))),
            ("\\dt", Some(("\\d", ""))),
            ("\\d+ sign_ins", Some(("\\d", "sign_ins"))),
            ("DESCRIBE SELECT 1", None),
            ("SELECT '\\d'", None),
            ("", None),
        ];
        for (line, expected) in rows {
            assert_eq!(asked(line), expected, "{line}");
        }
    }

    #[test]
    fn commands_are_documented_and_aliases_lead_to_them() {
        assert!(ALL.iter().all(|command| command.doc.ends_with('.') && command.name.starts_with('\\')));
        let known = |name: &str| ALL.iter().any(|command| command.name == name);
        assert!(ALIASES.iter().chain(FIRST_WORDS).all(|(_, name)| known(name)));
    }
}
