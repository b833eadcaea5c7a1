//! Saved queries on the command line: `queries`, and `run`, whose parameters are known only once the query is.
//!
//! What stands behind `run NAME` is sorted here into flags of the program, which are read like all others, and words for the query.

use std::ffi::OsString;

use clap::{Arg, ArgMatches, Command};

/// What is asked about saved queries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Saved {
    /// `queries [SEARCH…]`
    List(String),
    /// `queries show NAME`
    Show(String),
    /// `run NAME …`
    Run {
        /// The query's name.
        name: String,
        /// What stands behind it and is for the query.
        words: Vec<String>,
    },
}

/// Names of the commands.
pub(super) const NAMES: [&str; 2] = ["queries", "run"];

/// `queries` and `run`.
pub(super) fn commands() -> [Command; 2] {
    let search = Arg::new("search").value_name("SEARCH").num_args(0..).help("Only those that have all of these words");
    let name = Arg::new("name").value_name("NAME").required(true).help("The query's name");
    let queries = Command::new("queries")
        .about("List the saved queries, or those that a search finds")
        .args_conflicts_with_subcommands(true)
        .arg(search)
        .subcommand(Command::new("show").about("Show one, with its parameters and its SQL").arg(name));
    [queries, run()]
}

/// `run`, which `demo` has as well.
pub(super) fn run() -> Command {
    let name =
        Arg::new("name").value_name("NAME").required(true).help("The query's name; 'auditql queries' lists them");
    let words = Arg::new("words")
        .value_name("--PARAMETER VALUE")
        .num_args(0..)
        .trailing_var_arg(true)
        .allow_hyphen_values(true)
        .help("Values for its parameters, such as --since 14d or --ips @FILE; --explain only shows the requests");
    Command::new("run")
        .about("Answer a saved query; 'auditql queries show NAME' says what it takes")
        .args([name, words])
}

/// What was asked, where one of the commands was given.
pub(super) fn of(name: &str, matches: &ArgMatches) -> Option<Saved> {
    match name {
        "run" => Some(Saved::Run { name: text(matches, "name"), words: all(matches, "words") }),
        "queries" => Some(match matches.subcommand_matches("show") {
            Some(show) => Saved::Show(text(show, "name")),
            None => Saved::List(all(matches, "search").join(" ")),
        }),
        _ => None,
    }
}

fn text(matches: &ArgMatches, id: &str) -> String {
    matches.get_one::<String>(id).cloned().unwrap_or_default()
}

fn all(matches: &ArgMatches, id: &str) -> Vec<String> {
    matches.get_many::<String>(id).into_iter().flatten().cloned().collect()
}

/// The long names of all flags that may stand behind a query's name, without their hyphens.
pub(in crate::cli) fn flags(command: &Command) -> Vec<String> {
    command.get_arguments().filter_map(|arg| arg.get_long()).map(str::to_owned).collect()
}

/// The command line with the program's flags before the query's name, so that the parser reads them, and the words for the query.
/// `behind` is what stood behind the name, at the command line's end.
pub(super) fn sorted(args: &[OsString], behind: &[String], command: &Command) -> (Vec<OsString>, Vec<String>) {
    let (mut flags, mut words) = (Vec::new(), Vec::new());
    let mut rest = behind.iter();
    while let Some(word) = rest.next() {
        let Some(takes_value) = flag(word, command) else {
            // A word of the query keeps the one behind it, whatever that looks like.
            words.push(word.clone());
            if word.starts_with("--") && !word.contains('=') && word != "--explain" && word != "--help" {
                words.extend(rest.next().cloned());
            }
            continue;
        };
        flags.push(OsString::from(word));
        if takes_value {
            flags.extend(rest.next().map(OsString::from));
        }
    }
    // The name is the last of what stands before.
    let before = args.len().saturating_sub(behind.len() + 1);
    let name = args.get(before..before + 1).unwrap_or_default();
    let all = args[..before].iter().cloned().chain(flags).chain(name.iter().cloned());
    (all.collect(), words)
}

/// Where a command line asks for help.
pub(super) fn help_at(args: &[OsString]) -> Option<usize> {
    args.iter().position(|arg| arg == "--help" || arg == "-h")
}

/// Whether a word is a flag of the program, and whether its value is the next word.
fn flag(word: &str, command: &Command) -> Option<bool> {
    let long = word.strip_prefix("--").map(|long| long.split_once('=').map_or((long, false), |(long, _)| (long, true)));
    let short =
        word.strip_prefix('-').filter(|short| short.chars().count() == 1).and_then(|short| short.chars().next());
    let fits = |arg: &&Arg| match (long, short) {
        (Some((long, _)), _) => arg.get_long() == Some(long),
        (None, Some(short)) => arg.get_short() == Some(short),
        _ => false,
    };
    let arg = command.get_arguments().find(fits)?;
    let takes = arg.get_action().takes_values() && !arg.is_require_equals_set();
    Some(takes && !long.is_some_and(|(_, given)| given))
}
