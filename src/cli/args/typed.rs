//! SQL that stands on the command line without a flag: `auditql 'SELECT …'`.
//!
//! It is one word for the shell and several for a reader. One word alone is a command that there is not, or a file.

use std::path::Path;

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command};

use crate::report::nearest;

/// The words.
pub(super) fn arg() -> Arg {
    Arg::new("sql").value_name("SQL").num_args(0..).help("Run this SQL and exit, as -c does; in quotes")
}

/// Refuses what is no statement. `command` is the one behind which it was written, `whole` the program: a part of it does not know the
/// flags that it shares with the rest, and cannot speak of errors alone.
pub(super) fn check(matches: &ArgMatches, whole: &Command, command: &Command) -> Result<(), clap::Error> {
    let words: Vec<&str> = matches.get_many::<String>("sql").into_iter().flatten().map(String::as_str).collect();
    let refuse = |kind, text: String| Err(whole.clone().error(kind, text));
    match words.as_slice() {
        [] => Ok(()),
        [text] if text.contains(char::is_whitespace) => Ok(()),
        [word] if is_file(word) => refuse(
            ErrorKind::UnknownArgument,
            format!("'{word}' is a file\n\n  tip: --input {word} reads exported audit logs, -f {word} runs statements"),
        ),
        [word] => {
            let names = || command.get_subcommands().map(Command::get_name);
            let begun = names().find(|name| word.len() > 2 && name.starts_with(word));
            let tip = match begun.or_else(|| nearest(word, names().map(|name| (name, name)))) {
                Some(near) => format!("a similar subcommand exists: '{near}'"),
                None => "SQL is written in quotes: auditql 'SELECT …'".into(),
            };
            refuse(ErrorKind::InvalidSubcommand, format!("unrecognized subcommand '{word}'\n\n  tip: {tip}"))
        }
        [first, ..] if first.contains(char::is_whitespace) => refuse(
            ErrorKind::TooManyValues,
            "only one statement is taken without a flag\n\n  tip: give each with -c".into(),
        ),
        [first, ..] => refuse(
            ErrorKind::InvalidSubcommand,
            format!("unrecognized subcommand '{first}'\n\n  tip: SQL is written in quotes: auditql '{first} …'"),
        ),
    }
}

/// Whether a word names a file.
fn is_file(word: &str) -> bool {
    Path::new(word).is_file()
}
