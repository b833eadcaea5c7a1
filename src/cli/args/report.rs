//! `report timeline WHO`: a page for a case.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::table::Whose;

/// The page that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Report {
    /// What it is of.
    pub(in crate::cli) who: String,
    /// What that is, if it is stated.
    pub(in crate::cli) is: Option<Whose>,
    /// From then on, as typed.
    pub(in crate::cli) since: Option<String>,
    /// Before then, as typed.
    pub(in crate::cli) until: Option<String>,
    /// The tables to read.
    pub(in crate::cli) sources: Vec<String>,
    /// Files of logs that are read beside them.
    pub(in crate::cli) logs: Vec<String>,
    /// No tenant is asked: files of logs and those of the configuration are read alone.
    pub(in crate::cli) logs_only: bool,
}

/// Name of the command.
pub(super) const NAME: &str = "report";

/// `report`, which `demo` has as well.
pub(super) fn command() -> Command {
    let who = Arg::new("who")
        .value_name("WHO")
        .required(true)
        .help("A sign-in name, an address, a network, or the id of a session, an application or an object");
    let kinds = PossibleValuesParser::new(Whose::ALL.map(Whose::name));
    let is =
        Arg::new("as").long("as").value_name("KIND").value_parser(kinds).help("What WHO is, where it can be several");
    let since = Arg::new("since").long("since").value_name("TIME").help(
        "From then on: 7d for that long ago, or a time such as 2026-11-20T08:00Z [7d for services, all of files]",
    );
    let until = Arg::new("until").long("until").value_name("TIME").help("Before then");
    let sources = Arg::new("source")
        .long("source")
        .value_name("TABLE")
        .action(ArgAction::Append)
        .help("Read this table, such as entra.sign_ins; repeatable [those that tell of WHO]");
    let logs = Arg::new("log")
        .long("log")
        .value_name("FILE")
        .action(ArgAction::Append)
        .help("Read this log too: a file, a folder or a quoted pattern, with a time and a user_name or client_address; repeatable");
    let logs_only = Arg::new("logs-only")
        .long("logs-only")
        .action(ArgAction::SetTrue)
        .conflicts_with("source")
        .help("Ask no tenant: read the logs of --log and those that your configuration names, and nothing else");
    let timeline = Command::new("timeline")
        .about("Write all events of a user, an address, a session, an application or an object as one page of HTML; -o names it")
        .args([who, is, since, until, sources, logs, logs_only]);
    Command::new(NAME)
        .about("Write a page for a case")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(timeline)
}

/// What was asked for.
pub(super) fn of(matches: &ArgMatches) -> Option<Report> {
    let (_, matches) = matches.subcommand()?;
    let text = |id: &str| matches.get_one::<String>(id).cloned();
    let all = |id: &str| matches.get_many::<String>(id).into_iter().flatten().cloned().collect();
    let is = text("as");
    Some(Report {
        who: text("who")?,
        is: Whose::ALL.into_iter().find(|whose| is.as_deref() == Some(whose.name())),
        since: text("since"),
        until: text("until"),
        sources: all("source"),
        logs: all("log"),
        logs_only: matches.get_flag("logs-only"),
    })
}
