//! SQL that stands on the command line without a flag: `auditql 'SELECT …'`.
//!
//! It is one word for the shell and several for a reader. One word alone is a command that there is not, or a file, unless it can
//! be nothing but SQL: `SELECT(1)`.

use std::ffi::OsString;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command};

use crate::engine::manual_of_functions;
use crate::output;
use crate::queries::Library;
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
        [text] if text.contains(char::is_whitespace) || is_sql(text) => Ok(()),
        [word] if is_file(word) => refuse(
            ErrorKind::UnknownArgument,
            format!(
                "'{word}' is a file\n\n  tip: auditql \"SELECT * FROM '{word}'\" reads a log or other rows, --input {word} exported \
                 audit logs; -f {word} runs statements"
            ),
        ),
        // A command of the program that is none of the demo tenant.
        [word, ..] if is_command(word, whole) && !is_command(word, command) => refuse(
            ErrorKind::InvalidSubcommand,
            format!(
                "'{word}' is no part of '{}'\n\n  tip: without it: auditql {}",
                command.get_name(),
                words.join(" ")
            ),
        ),
        [word] => {
            let near = near(word, command);
            let tip = near.unwrap_or_else(|| "SQL is written in quotes: auditql 'SELECT …'".into());
            refuse(ErrorKind::InvalidSubcommand, format!("unrecognized subcommand '{word}'\n\n  tip: {tip}"))
        }
        [first, ..] if first.contains(char::is_whitespace) => refuse(
            ErrorKind::TooManyValues,
            "only one statement is taken without a flag\n\n  tip: give each with -c".into(),
        ),
        [first, ..] => refuse(
            ErrorKind::InvalidSubcommand,
            format!(
                "unrecognized subcommand '{first}'\n\n  tip: {}",
                near(first, command).unwrap_or_else(|| format!("SQL is written in quotes: auditql '{first} …'"))
            ),
        ),
    }
}

/// The command that a word was meant as, as a tip.
fn near(word: &str, command: &Command) -> Option<String> {
    if word == "timeline" {
        return Some("a page of it is written by 'report timeline', and SELECT * FROM timeline('…') shows it".into());
    }
    let names = || command.get_subcommands().map(Command::get_name).filter(|name| *name != "docs");
    let begun = names().find(|name| word.len() > 2 && name.starts_with(word));
    let near = begun.or_else(|| nearest(word, names().map(|name| (name, name))))?;
    Some(format!("a similar subcommand exists: '{near}'"))
}

/// The refusal of `help` with what is no command: a table, a function or a saved query has its help elsewhere.
pub(super) fn help_of(args: &[OsString], whole: &Command) -> Option<clap::Error> {
    let [_, help, word] = args else { return None };
    let word = word.to_str().filter(|word| help == "help" && !is_command(word, whole))?;
    let (schema, table) = word.split_once('.').unwrap_or(("", word));
    let is_table = crate::apis::names().any(|(of, name)| name == table && (schema.is_empty() || schema == of));
    let is_function = || manual_of_functions().iter().any(|function| function.is_called(word));
    let tip = if is_table {
        format!("'{word}' is a table: auditql \"DESCRIBE {word}\" lists its columns, at the prompt \\d {word}")
    } else if Library::shipped().entries().iter().any(|entry| entry.name == word) {
        format!("'{word}' is a saved query: auditql queries show {word}")
    } else if is_function() || crate::engine::functions_elsewhere().any(|(names, _)| names.contains(&word)) {
        format!("'{word}' is a function: \\df {word} at the prompt tells of it")
    } else {
        near(word, whole).unwrap_or_else(|| "auditql --help lists the commands".into())
    };
    Some(whole.clone().error(ErrorKind::InvalidSubcommand, format!("unrecognized subcommand '{word}'\n\n  tip: {tip}")))
}

/// The refusal of a flag that there is under another name.
pub(super) fn flag_of(args: &[OsString], whole: &Command) -> Option<clap::Error> {
    let flags = args.iter().skip(1).filter_map(|arg| arg.to_str()).take_while(|arg| *arg != "--");
    let is_timeline = args.iter().any(|arg| arg == "timeline");
    flags.into_iter().filter(|flag| flag.starts_with("--")).find_map(|flag| {
        let name = flag.split('=').next().unwrap_or(flag);
        let tip = match name {
            "--file" if is_timeline => "a log is read by --log FILE".to_owned(),
            "--file" => "-f FILE runs the statements of a file, --input FILE reads exported audit logs".to_owned(),
            other => format!("--format {}", output::format(&other[2..])?.name),
        };
        Some(
            whole
                .clone()
                .error(ErrorKind::UnknownArgument, format!("unexpected argument '{name}' found\n\n  tip: {tip}")),
        )
    })
}

/// Whether a command has a part of that name.
fn is_command(word: &str, command: &Command) -> bool {
    command.get_subcommands().any(|known| known.get_name() == word)
}

/// Words that a query begins with.
const FIRST_WORDS: [&str; 8] = ["select", "with", "values", "explain", "from", "table", "show", "describe"];

/// Whether a word without blanks begins as nothing else does but SQL.
fn is_sql(word: &str) -> bool {
    let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
    let (first, rest) = word.split_at(end);
    let begins = FIRST_WORDS.iter().any(|known| known.eq_ignore_ascii_case(first));
    word.starts_with('(') || word.starts_with("/*") || begins && rest.starts_with(['(', ';', '*', '\'', '"', '/'])
}

/// SQL that begins with a comment begins like a flag: it is given as what it is.
pub(super) fn with_comments(args: &[OsString]) -> Vec<OsString> {
    let is_comment = |arg: &OsString| {
        let text = arg.to_string_lossy();
        // No flag has a blank behind its hyphens, or a line behind its name.
        text.strip_prefix("--").is_some_and(|rest| {
            rest.contains('\n') && !rest.split('\n').next().is_some_and(|line| line.contains('='))
                || rest.starts_with(|c: char| !c.is_alphanumeric())
        })
    };
    let mut all: Vec<OsString> = Vec::with_capacity(args.len());
    for arg in args {
        let is_value = all.last().is_some_and(|before| before == "-c");
        if all.iter().any(|arg| arg == "--") {
            all.push(arg.clone());
            continue;
        }
        if !all.is_empty() && !is_value && is_comment(arg) {
            all.push("-c".into());
        }
        all.push(arg.clone());
    }
    all
}

/// Whether a word names a file.
fn is_file(word: &str) -> bool {
    Path::new(word).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_can_be_nothing_but_sql() {
        for sql in ["SELECT(1)", "(select+1)", "select'a'", "SHOW;", "/*x*/SELECT(1)", "values(1)"] {
            assert!(is_sql(sql), "{sql}");
        }
        for other in ["select", "runs", "demo(1)", "selected(1)", "a.csv", "--x", "/tmp/x", ""] {
            assert!(!is_sql(other), "{other}");
        }
    }

    #[test]
    fn a_comment_is_no_flag() {
        let read = |args: &[&str]| -> Vec<String> {
            let args: Vec<OsString> = args.iter().map(OsString::from).collect();
            with_comments(&args).into_iter().map(|arg| arg.into_string().unwrap()).collect()
        };
        for sql in ["-- newest\nSELECT 1", "--newest\nSELECT 1", "--\nSELECT 1"] {
            assert_eq!(read(&["auditql", sql]), ["auditql", "-c", sql], "{sql}");
            assert_eq!(read(&["auditql", "demo", "-q", sql]), ["auditql", "demo", "-q", "-c", sql], "{sql}");
            assert_eq!(read(&["auditql", "-c", sql]), ["auditql", "-c", sql], "{sql}");
            assert_eq!(read(&["auditql", "--", sql]), ["auditql", "--", sql], "{sql}");
        }
        for flags in [["auditql", "--format"], ["auditql", "--x=a\nb"], ["auditql", "--"], ["auditql", "-c"]] {
            assert_eq!(read(&flags), flags);
        }
    }
}
