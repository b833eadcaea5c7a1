//! The command line: which flags there are and what they say, as one value.
//!
//! Flags for settings, and the values that `--format` takes, come from the lists that declare them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

mod demo;
mod identity;
mod own;
mod report;
mod saved;
mod typed;

pub(super) use demo::Demo;
pub(super) use identity::{Identity, Init};
pub(super) use own::Own;
pub(super) use report::Report as Page;
pub(super) use saved::{Saved, flags};

use super::env;
use crate::report::{Exit, Report};
use crate::{output, settings};

/// Flags that programs of this kind take a secret with. They are known here only to say why not.
const SECRET_FLAGS: &[&str] =
    &["--client-secret", "--secret", "--password", "--token", "--access-token", "--client-assertion"];

/// The command line, read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Args {
    /// Statements and files of statements, in the order given.
    pub(super) inputs: Vec<Input>,
    /// The output format.
    pub(super) format: Option<String>,
    /// The file that a result goes to.
    pub(super) output: Option<PathBuf>,
    /// Leave spreadsheet formulas as they are.
    pub(super) csv_raw: bool,
    /// Write rows as they come, wherever they go.
    pub(super) stream: bool,
    /// Exported files to ask.
    pub(super) exports: Vec<PathBuf>,
    /// Replace people, addresses and tenants by pseudonyms.
    pub(super) redact: bool,
    /// The file of the key for pseudonyms.
    pub(super) redact_key: Option<PathBuf>,
    /// The connection.
    pub(super) connection: Option<String>,
    /// Leave out the other connections.
    pub(super) only: bool,
    /// The configuration file.
    pub(super) config: Option<PathBuf>,
    /// Settings, by name.
    pub(super) settings: Vec<(&'static str, String)>,
    /// Say nothing besides results and errors.
    pub(super) quiet: bool,
    /// Say what each statement cost, also where no person watches.
    pub(super) verbose: bool,
    /// The demo tenant, if it is asked for.
    pub(super) demo: Option<Demo>,
    /// What is to be done about subscriptions, if that is asked.
    pub(super) subscriptions: Option<Subscriptions>,
    /// Whether the searches of the audit log are to be listed.
    pub(super) searches: bool,
    /// What is asked about who signs in, if that is asked.
    pub(super) identity: Option<Identity>,
    /// What is asked about saved queries, if that is asked.
    pub(super) saved: Option<Saved>,
    /// What is asked about the program itself, if that is asked.
    pub(super) own: Option<Own>,
    /// The page that is to be written, if one is.
    pub(super) page: Option<Page>,
    /// The folder to write the manual's generated pages to.
    pub(super) docs: Option<PathBuf>,
}

/// What `subscriptions` was asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subscriptions {
    /// `list`
    List,
    /// `start TYPE…`
    Start(Vec<String>),
    /// `stop TYPE…`
    Stop {
        /// The content types.
        content_types: Vec<String>,
        /// Whether the user has said yes already.
        yes: bool,
    },
}

/// A source of statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Input {
    /// `-c`, or SQL without a flag
    Text(String),
    /// `-f`
    File(PathBuf),
}

/// Reads the command line. An error is ready to be printed by clap, help and version among them.
pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
    let args = typed::with_comments(&args.into_iter().collect::<Vec<_>>());
    let parsed = match parse_once(&args) {
        Err(error) if error.kind() == ErrorKind::DisplayHelp => return help_of_query(&args).ok_or(error),
        Err(error) if error.kind() == ErrorKind::InvalidSubcommand => {
            return Err(typed::help_of(&args, &command()).unwrap_or(error));
        }
        Err(error) if error.kind() == ErrorKind::UnknownArgument => {
            return Err(typed::flag_of(&args, &command()).unwrap_or(error));
        }
        parsed => parsed?,
    };
    let Some(Saved::Run { name, words }) = &parsed.saved else { return Ok(parsed) };
    let (args, words) = saved::sorted(&args, words, &command());
    Ok(Args { saved: Some(Saved::Run { name: name.clone(), words }), ..parse_once(&args)? })
}

/// Help that is asked for behind a query's name is the query's; `None`: it is the program's.
fn help_of_query(args: &[OsString]) -> Option<Args> {
    let mut parsed = parse_once(&args[..saved::help_at(args)?]).ok()?;
    let Some(Saved::Run { words, .. }) = &mut parsed.saved else { return None };
    words.push("--help".to_owned());
    Some(parsed)
}

fn parse_once(args: &[OsString]) -> Result<Args, clap::Error> {
    let root = command().try_get_matches_from(args)?;
    let within = root
        .subcommand()
        .and_then(|(name, matches)| if name == "demo" { matches.subcommand() } else { Some((name, matches)) });
    let (matches, demo, subscriptions) = match root.subcommand() {
        Some(("subscriptions", matches)) => (matches, None, subscriptions_of(matches)),
        Some((name, matches)) if name == "docs" || name == "searches" || identity::NAMES.contains(&name) => {
            (matches, None, None)
        }
        Some((name, matches)) if own::NAMES.contains(&name) => (matches, None, None),
        Some((name, matches)) if saved::NAMES.contains(&name) || name == report::NAME => {
            (innermost(matches), None, None)
        }
        Some((_, matches)) => (innermost(matches), Some(Demo::of(matches)), None),
        None => (&root, None, None),
    };
    if matches.try_contains_id("sql").is_ok() {
        let whole = command();
        typed::check(matches, &whole, whole.find_subcommand("demo").filter(|_| demo.is_some()).unwrap_or(&whole))?;
    }
    Ok(Args {
        inputs: inputs(matches),
        format: matches.get_one::<String>("format").cloned(),
        // As elsewhere, a hyphen is standard output.
        output: matches.get_one::<PathBuf>("output").filter(|file| file.as_os_str() != "-").cloned(),
        csv_raw: matches.get_flag("csv-raw"),
        stream: matches.get_flag("stream"),
        exports: matches.get_many::<PathBuf>("input").into_iter().flatten().cloned().collect(),
        redact: matches.get_flag("redact"),
        redact_key: matches.get_one::<PathBuf>("redact-key").cloned(),
        connection: matches.get_one::<String>("connection").cloned(),
        only: matches.get_flag("only"),
        config: matches.get_one::<PathBuf>("config").cloned(),
        settings: settings::ALL
            .iter()
            .filter_map(|setting| Some((setting.name, matches.get_one::<String>(setting.name)?.clone())))
            .collect(),
        quiet: matches.get_flag("quiet"),
        verbose: matches.get_flag("verbose"),
        demo,
        subscriptions,
        searches: root.subcommand_name() == Some("searches"),
        identity: root.subcommand().and_then(|(name, matches)| identity::of(name, matches)),
        own: root.subcommand().and_then(|(name, matches)| own::of(name, matches)),
        saved: within.and_then(|(name, matches)| saved::of(name, matches)),
        page: within.filter(|(name, _)| *name == report::NAME).and_then(|(_, matches)| report::of(matches)),
        docs: root.subcommand_matches("docs").and_then(|docs| docs.get_one::<PathBuf>("folder").cloned()),
    })
}

/// Where all flags are known: below the last command.
fn innermost(mut matches: &ArgMatches) -> &ArgMatches {
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    matches
}

/// Refuses secrets on the command line, where every process of the machine can read them.
pub(super) fn refuse_secrets(args: &[OsString]) -> Result<(), Report> {
    let flag = args.iter().filter_map(|arg| arg.to_str()).map(|arg| arg.split('=').next().unwrap_or(arg));
    let Some(flag) = flag.take_while(|arg| *arg != "--").find(|arg| SECRET_FLAGS.contains(arg)) else { return Ok(()) };
    Err(Report::new(Exit::Usage, format!("{flag} is not accepted: others can read the command line"))
        .hint("set AZURE_CLIENT_SECRET or AUDITQL_ACCESS_TOKEN in the environment"))
}

/// Statements and files in the order in which they were given.
fn inputs(matches: &ArgMatches) -> Vec<Input> {
    let places = |id: &str| matches.indices_of(id).into_iter().flatten();
    // Not every command has it, and clap panics where it is asked for what there is not.
    let typed = matches.try_get_many::<String>("sql").ok().flatten();
    let typed = typed.into_iter().flat_map(|texts| places("sql").zip(texts.cloned().map(Input::Text)));
    let texts = matches.get_many::<String>("command").into_iter().flatten().cloned().map(Input::Text);
    let files = matches.get_many::<PathBuf>("file").into_iter().flatten().cloned().map(Input::File);
    let mut inputs: Vec<(usize, Input)> =
        places("command").zip(texts).chain(places("file").zip(files)).chain(typed).collect();
    inputs.sort_by_key(|(place, _)| *place);
    inputs.into_iter().map(|(_, input)| input).collect()
}

/// The grammar.
pub(super) fn command() -> Command {
    shown().subcommand(docs())
}

/// The grammar without what is of no use in the day's work.
pub(super) fn shown() -> Command {
    let command = Command::new("auditql")
        .version(env!("CARGO_PKG_VERSION"))
        .about("SQL over the audit trail of Microsoft 365 and Entra ID")
        .long_about(
            "SQL over the audit trail of Microsoft 365 and Entra ID.\n\n\
             With SQL as an argument, with -c, -f or SQL on standard input it runs the statements and exits; otherwise it \
             opens a prompt.",
        )
        .after_long_help(after_help())
        .arg(typed::arg())
        .args(common())
        .args(settings::ALL.iter().map(setting_flag));
    let command = command
        .subcommands(saved::commands())
        .subcommand(report::command())
        .subcommands(identity::commands())
        .subcommand(subscriptions())
        .subcommand(searches())
        .subcommands(own::commands());
    if cfg!(feature = "demo") { command.subcommand(demo::command()) } else { command }
}

/// For whoever changes a declaration; no command for the day's work.
fn docs() -> Command {
    Command::new("docs")
        .about("Write the generated pages of the manual")
        .hide(true)
        .arg(Arg::new("folder").value_name("FOLDER").required(true).value_parser(value_parser!(PathBuf)))
}

fn common() -> [Arg; 14] {
    let formats = PossibleValuesParser::new(output::ALL.iter().map(|format| match format.name {
        "ndjson" => PossibleValue::new(format.name).alias("jsonl"),
        name => PossibleValue::new(name),
    }));
    [
        Arg::new("command")
            .short('c')
            .value_name("SQL")
            .action(ArgAction::Append)
            // SQL may begin with a comment, and that with a hyphen.
            .allow_hyphen_values(true)
            .value_parser(sql)
            .help("Run this SQL and exit; repeatable"),
        Arg::new("file")
            .short('f')
            .value_name("FILE")
            .action(ArgAction::Append)
            .value_parser(value_parser!(PathBuf))
            .help("Run the statements of a file and exit; '-' is standard input"),
        Arg::new("format").long("format").value_name("FORMAT").ignore_case(true).value_parser(formats).help("Output format"),
        Arg::new("output")
            .short('o')
            .long("output")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("Write the result to a file, which appears only when it is complete; '-' is standard output"),
        Arg::new("csv-raw")
            .long("csv-raw")
            .action(ArgAction::SetTrue)
            .help("Leave cells of csv and tsv that a spreadsheet would run as they are"),
        Arg::new("stream").long("stream").action(ArgAction::SetTrue).help(
            "Write rows to a pipe as they arrive, not once the result is complete: only the exit code then tells \
             whether it is",
        ),
        Arg::new("input")
            .long("input")
            .value_name("PATH")
            .action(ArgAction::Append)
            .value_parser(value_parser!(PathBuf))
            .help(
                "Query exported audit logs: a file, a folder or a quoted pattern, '-' for standard input; repeatable. Their \
                 catalog is 'files'",
            ),
        Arg::new("redact").long("redact").action(ArgAction::SetTrue).help(
            "Replace people, addresses, devices and tenants with pseudonyms: fit for a ticket, not anonymous. Times, \
             places and numbers stay, so read the result before you send it",
        ),
        Arg::new("redact-key")
            .long("redact-key")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("Like --redact, with the same pseudonyms in every run with this key"),
        Arg::new("connection").long("connection").value_name("NAME").help("The configured connection to use"),
        Arg::new("only").long("only").action(ArgAction::SetTrue).help(
            "Open no other connection: without it, each is a catalog of its name, and all_tenants has the tables of all",
        ),
        Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("The configuration file to use instead of your own"),
        Arg::new("quiet").short('q').long("quiet").action(ArgAction::SetTrue).help("Print only results and errors"),
        Arg::new("verbose")
            .short('v')
            .long("verbose")
            .action(ArgAction::SetTrue)
            .help("Print what each statement cost"),
    ]
    .map(|arg| arg.global(true))
}

fn setting_flag(setting: &'static settings::Setting) -> Arg {
    // clap keeps flag names for the life of the program; there is one for each setting.
    let long: &'static str = setting.name.replace('_', "-").leak();
    let arg = Arg::new(setting.name).long(long).value_name(setting.value).help(setting.doc).global(true);
    match setting.value {
        "true|false" => arg.num_args(0..=1).require_equals(true).default_missing_value("true"),
        _ => arg,
    }
    .help_heading("Settings")
}

fn subscriptions_of(matches: &ArgMatches) -> Option<Subscriptions> {
    let (name, matches) = matches.subcommand()?;
    let content_types = || matches.get_many::<String>("type").into_iter().flatten().cloned().collect();
    Some(match name {
        "start" => Subscriptions::Start(content_types()),
        "stop" => Subscriptions::Stop { content_types: content_types(), yes: matches.get_flag("yes") },
        _ => Subscriptions::List,
    })
}

fn subscriptions() -> Command {
    let types = || {
        Arg::new("type").value_name("TYPE").num_args(1..).required(true).help("Content types, such as Audit.Exchange")
    };
    let yes = Arg::new("yes").long("yes").action(ArgAction::SetTrue).help("Do not ask for confirmation");
    Command::new("subscriptions")
        .about("List, start and stop the content types that the tenant's activity feed collects")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([
            Command::new("list").about("List the content types, and whether each is collected"),
            Command::new("start")
                .about("Start collecting: records become available from now on, the first within hours")
                .arg(types()),
            Command::new("stop")
                .about("Stop collecting: events until the next start are lost for good")
                .args([types(), yes]),
        ])
}

fn searches() -> Command {
    Command::new("searches")
        .about("List the searches of the audit log that queries have ordered, and how they are getting on")
}

/// SQL, and not a flag that took its place.
fn sql(text: &str) -> Result<String, String> {
    let flag = text.starts_with('-') && !(text.starts_with("--") && text.contains('\n'));
    if flag { Err("a flag, or a comment alone, where SQL was expected".into()) } else { Ok(text.to_owned()) }
}

fn after_help() -> String {
    use std::fmt::Write as _;
    let mut text = String::from("Environment:\n");
    for variable in env::ALL {
        let _ = writeln!(text, "  {:<35} {}", variable.name, variable.doc);
    }
    let _ = writeln!(text, "  {:<35} each setting, such as AUDITQL_MAX_REQUESTS", "AUDITQL_<SETTING>");
    text.push_str("\nFlags override the environment, and the environment overrides the file.\n");
    text.push_str(
        "\nExit codes: 0 done; 1 query; 2 usage; 3 sign-in; 4 service; 5 incomplete; 70 a bug; 124 out of time; 130 interrupted; 143 ended by the system.",
    );
    text
}

#[cfg(test)]
mod tests;
