//! What the program says of itself: completions for shells, its manual page, its version.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};
use clap_complete::Shell;

/// What is asked of the program about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Own {
    /// `completions SHELL`
    Completions(Shell),
    /// `man [COMMAND…]`
    Man(Vec<String>),
    /// `version`
    Version,
}

/// Names of the commands.
pub(super) const NAMES: [&str; 3] = ["completions", "man", "version"];

/// The shells, as they are called.
const SHELLS: [(&str, Shell); 4] =
    [("bash", Shell::Bash), ("zsh", Shell::Zsh), ("fish", Shell::Fish), ("powershell", Shell::PowerShell)];

/// `completions`, `man` and `version`.
pub(super) fn commands() -> [Command; 3] {
    let shell = Arg::new("shell")
        .value_name("SHELL")
        .required(true)
        .value_parser(PossibleValuesParser::new(SHELLS.map(|(name, _)| name)))
        .help("The shell that is to complete");
    let of = Arg::new("of").value_name("COMMAND").num_args(0..).help("The command; without one, the program itself");
    [
        Command::new("completions")
            .about("Print what completes commands and flags in a shell")
            .after_help("bash: source <(auditql completions bash)")
            .arg(shell),
        Command::new("man").about("Print the manual page").after_help("To read it: auditql man | man -l -").arg(of),
        Command::new("version").about("Print the version, the features it was built with, and what it is built on"),
    ]
}

/// What was asked, where one of the commands was given.
pub(super) fn of(name: &str, matches: &ArgMatches) -> Option<Own> {
    match name {
        "completions" => {
            let asked = matches.get_one::<String>("shell")?;
            SHELLS.iter().find(|(name, _)| name == asked).map(|(_, shell)| Own::Completions(*shell))
        }
        "man" => Some(Own::Man(matches.get_many::<String>("of").into_iter().flatten().cloned().collect())),
        "version" => Some(Own::Version),
        _ => None,
    }
}
