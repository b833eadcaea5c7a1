//! The prompt's own commands: one ordered list, which help, completion and the manual walk and the prompt obeys.

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
    pub(crate) takes: Takes,
    pub(super) action: Action,
}

/// What an argument is, for completion.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Takes {
    Nothing,
    Table,
    Function,
    Format,
    Choice(&'static [&'static str]),
    Setting,
    Topic,
    File,
    Statement,
    Query,
    /// What is copied, and behind TO a file.
    Copy,
    /// A kind of picture, and columns.
    Picture,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Action {
    Describe,
    Tables,
    Schemas,
    Views,
    Functions,
    Send,
    SendExpanded,
    Copy,
    Chart,
    Echo,
    Timing,
    Format,
    Expand,
    Output,
    Include,
    Set,
    Unset,
    Queries,
    Run,
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
        "List the tables; or a table's columns, with what the service can filter by and what they mean.",
    ),
    command("\\dt", "[PATTERN]", Takes::Table, Action::Tables, "List the tables whose names contain PATTERN."),
    command("\\dn", "", Takes::Nothing, Action::Schemas, "List the schemas, and how many tables each has."),
    command("\\dv", "", Takes::Nothing, Action::Views, "List your views."),
    command("\\df", "[PATTERN]", Takes::Function, Action::Functions, "List the functions whose names contain PATTERN."),
    command(
        "\\timing",
        "[on|off]",
        Takes::Choice(&["on", "off"]),
        Action::Timing,
        "Show how long each statement takes, or stop showing it.",
    ),
    command(
        "\\format",
        "[NAME]",
        Takes::Format,
        Action::Format,
        "Set the output format; without a name, list the formats.",
    ),
    command(
        "\\x",
        "[on|off|auto]",
        Takes::Choice(&["on", "off", "auto"]),
        Action::Expand,
        "Show tables with one column per line: always, never, or when they do not fit.",
    ),
    command(
        "\\o",
        "[FILE]",
        Takes::File,
        Action::Output,
        "Write the next result to a file, which appears only when it is complete; without a name, to the screen again.",
    ),
    command(
        "\\g",
        "[FILE]",
        Takes::File,
        Action::Send,
        "Run the statement before it, or the last one; its result goes to FILE, if one is named.",
    ),
    command("\\gx", "[FILE]", Takes::File, Action::SendExpanded, "The same, with one column per line."),
    command(
        "\\copy",
        "(QUERY)|TABLE TO FILE",
        Takes::Copy,
        Action::Copy,
        "Write the result of a query, or a table, to a file; its ending chooses the format.",
    ),
    command(
        "\\chart",
        "[bar|histogram|heatmap] [COLUMN…]",
        Takes::Picture,
        Action::Chart,
        "Draw the last result, or the statement before it: bars of labels and numbers, rows over time, or hours of the week.",
    ),
    command("\\echo", "[TEXT]", Takes::Nothing, Action::Echo, "Print a text, which a script may have to say."),
    command("\\i", "FILE", Takes::File, Action::Include, "Run the statements and commands of a file."),
    command(
        "\\queries",
        "[SEARCH|show NAME]",
        Takes::Nothing,
        Action::Queries,
        "List the saved queries that have these words; or show one, with its parameters and its SQL.",
    ),
    command(
        "\\run",
        "NAME [--PARAMETER VALUE]…",
        Takes::Query,
        Action::Run,
        "Answer a saved query; --explain shows what would be requested.",
    ),
    command(
        "\\set",
        "[NAME [VALUE]]",
        Takes::Setting,
        Action::Set,
        "List settings and variables; show or change a setting; or give a variable a value, which statements call :NAME.",
    ),
    command("\\unset", "NAME", Takes::Nothing, Action::Unset, "Take a variable away."),
    command(
        "\\e",
        "",
        Takes::Nothing,
        Action::Edit,
        "Edit the last statement in your editor ($VISUAL, $EDITOR); what ends with ; is run.",
    ),
    command(
        "\\watch",
        "SECONDS [SQL]",
        Takes::Nothing,
        Action::Watch,
        "Run the last or the given statement again and again, and show new rows; Ctrl-C ends it.",
    ),
    command(
        "\\explain",
        "[SQL]",
        Takes::Statement,
        Action::Explain,
        "Show the requests of the last or the given statement; nothing is sent.",
    ),
    command("\\connections", "", Takes::Nothing, Action::Connections, "List the configured connections."),
    command("\\help", "[TOPIC]", Takes::Topic, Action::Help, "Show a page on a topic; without one, list the topics."),
    command("\\?", "", Takes::Nothing, Action::List, "Show this list."),
    command("\\q", "", Takes::Nothing, Action::Quit, "Quit; so does Ctrl-D."),
];

#[cfg(test)]
mod tests {
    use super::super::asked::{ALIASES, FIRST_WORDS};
    use super::*;

    #[test]
    fn commands_are_documented_and_aliases_lead_to_them() {
        assert!(ALL.iter().all(|command| command.doc.ends_with('.') && command.name.starts_with('\\')));
        let known = |name: &str| ALL.iter().any(|command| command.name == name);
        assert!(ALIASES.iter().chain(FIRST_WORDS).all(|(_, name)| known(name)));
    }
}
