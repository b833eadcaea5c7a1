//! Commands of other prompts that have no counterpart here, or one that is written in another way.

use crate::repl::state::{After, refused};
use crate::report::{Exit, Report};

/// What they are called, what is said of them, and what to do instead.
const ALL: &[(&[&str], &str, &str)] = &[
    (
        &["\\!", ".shell", ".system"],
        "the prompt runs no programs",
        "Ctrl-Z leaves it for the shell, fg comes back; \\o FILE writes a result to a file",
    ),
    (
        &["\\pset", "\\a", "\\t", "\\H", "\\f"],
        "what results look like is set in other ways here",
        "\\format NAME chooses csv, json, markdown and others, \\x one column per line, PAGER=cat no pager",
    ),
    (
        &[".headers", ".header", ".separator", ".width", ".nullvalue", ".maxrows", ".maxwidth"],
        "what results look like is set in other ways here",
        "\\format NAME chooses a format; headings are always shown, and columns are as wide as they have to be",
    ),
    (
        &[".import", ".load", "\\lo_import"],
        "files are read where they lie",
        "SELECT * FROM 'vpn.csv' reads one, CREATE TABLE t AS SELECT … keeps what it holds",
    ),
    (
        &[".open", ".save", ".backup", ".restore", ".dump"],
        "there is no database to open or save",
        "auditql --connection NAME opens a connection, \\o FILE writes a result to a file",
    ),
    (
        &["\\du", "\\dg", "\\dp", "\\z", "\\password"],
        "permissions are the service's",
        "\\connections lists what is open; 'auditql doctor' says what it may read",
    ),
    (
        &["\\di", "\\ds", "\\dT", "\\dx", ".indexes", ".indices"],
        "there is nothing of that kind",
        "\\d lists the tables",
    ),
    (&["\\r", "\\p", "\\w"], "the statement is in the line itself", "Ctrl-C drops it, \\e opens it in an editor"),
    (&["\\s", ".history"], "the history is in the keys", "Up goes back in it, Ctrl-R searches it"),
];

/// Says what to do instead; `None` if the command is not known here either.
pub(super) fn answered(name: &str) -> Option<After> {
    let (_, what, instead) = ALL.iter().find(|(names, ..)| names.contains(&name))?;
    Some(refused(&Report::new(Exit::Usage, format!("{name}: {what}")).hint(*instead)))
}

/// How other prompts call formats, and what they are here.
pub(super) const FORMATS: &[(&str, &str)] = &[
    ("box", "table"),
    ("duckbox", "table"),
    ("column", "table"),
    ("columns", "table"),
    ("aligned", "table"),
    ("unaligned", "csv"),
    ("list", "csv"),
    ("tabs", "tsv"),
    ("jsonlines", "ndjson"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repl::commands::list;

    #[test]
    fn what_is_no_command_here_is_answered_and_what_is_one_is_not_hidden() {
        let names: Vec<&str> = ALL.iter().flat_map(|(names, ..)| *names).copied().collect();
        assert!(names.iter().all(|name| answered(name) == Some(After::Failed)));
        assert!(list::ALL.iter().all(|command| !names.contains(&command.name)));
        assert!(answered("\\nope").is_none());
        assert!(FORMATS.iter().all(|(_, name)| crate::output::format(name).is_some()));
    }
}
