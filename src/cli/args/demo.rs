//! `demo`: a tenant inside of this process, and what it is to be like.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::{report, saved, typed};
use crate::settings;

/// What `demo` was asked for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Demo {
    /// How many sign-ins.
    pub(in crate::cli) rows: Option<usize>,
    /// The seed.
    pub(in crate::cli) seed: Option<u64>,
    /// The instant at which the data ends, and what `now()` is.
    pub(in crate::cli) now: Option<DateTime<Utc>>,
    /// Leave the attack out.
    pub(in crate::cli) no_attack: bool,
    /// Answer as fast as possible.
    pub(in crate::cli) no_throttle: bool,
    /// How long each reply takes at least.
    pub(in crate::cli) latency: Option<Duration>,
    /// How long a link to the next page is good for.
    pub(in crate::cli) link_life: Option<Duration>,
    /// Properties whose filters are accepted and not applied.
    pub(in crate::cli) lies: Vec<String>,
    /// Records to serve instead of generated ones.
    pub(in crate::cli) data: Option<PathBuf>,
    /// Write the records into files below this folder, and leave.
    pub(in crate::cli) export: Option<PathBuf>,
    /// Serve other clients at this address.
    pub(in crate::cli) serve: Option<SocketAddr>,
    /// How many tenants, if more than one.
    pub(in crate::cli) tenants: Option<u64>,
}

impl Demo {
    /// What was asked for.
    pub(super) fn of(matches: &ArgMatches) -> Self {
        Self {
            rows: matches.get_one::<usize>("rows").copied(),
            seed: matches.get_one::<u64>("seed").copied(),
            now: matches.get_one::<DateTime<Utc>>("now").copied(),
            no_attack: matches.get_flag("no-attack"),
            no_throttle: matches.get_flag("no-throttle"),
            latency: matches.get_one::<Duration>("latency").copied(),
            link_life: matches.get_one::<Duration>("link-life").copied(),
            lies: matches.get_many::<String>("lie").into_iter().flatten().cloned().collect(),
            data: matches.get_one::<PathBuf>("data").cloned(),
            export: matches.get_one::<PathBuf>("export").cloned(),
            serve: matches.get_one::<SocketAddr>("serve").copied(),
            tenants: matches.get_one::<u64>("tenants").copied(),
        }
    }
}

/// `demo`, with what all queries take.
pub(super) fn command() -> Command {
    let file = value_parser!(PathBuf);
    let command = Command::new("demo").about("Start a demo tenant inside this process, and query it");
    command.subcommand(saved::run()).subcommand(report::command()).arg(typed::arg()).args([
        Arg::new("rows").long("rows").value_name("N").value_parser(number::<usize>).help("Number of sign-ins [50000]"),
        Arg::new("tenants")
            .long("tenants")
            .value_name("N")
            .value_parser(tenants)
            .conflicts_with_all(["export", "data"])
            .help("1 or 2 tenants of different people; all_tenants has the tables of both [1]"),
        Arg::new("seed")
            .long("seed")
            .value_name("N")
            .value_parser(number::<u64>)
            .help("Seed for other people and other sign-ins"),
        Arg::new("now")
            .long("now")
            .value_name("TIME")
            .value_parser(instant)
            .help("When the data ends, RFC 3339 [this hour]"),
        Arg::new("no-attack")
            .long("no-attack")
            .action(ArgAction::SetTrue)
            .help("Quiet days: no attack, and what looks like one and is none"),
        Arg::new("no-throttle")
            .long("no-throttle")
            .action(ArgAction::SetTrue)
            .help("Turn off the service's request limit"),
        Arg::new("latency")
            .long("latency")
            .value_name("DURATION")
            .value_parser(latency)
            .help("How long each reply takes at least, such as 100ms or 2s"),
        Arg::new("link-life")
            .long("link-life")
            .value_name("DURATION")
            .value_parser(span)
            .help("How long a link to the next page is good for, such as 2s; the service then refuses it [10m]"),
        Arg::new("lie").long("lie").value_name("PROPERTY").value_delimiter(',').action(ArgAction::Append).help(
            "Accept filters by these properties of the service, such as ipAddress,createdDateTime, and do not apply \
                 them: answers then hold more than was asked for",
        ),
        Arg::new("data")
            .long("data")
            .value_name("FILE")
            .value_parser(file)
            .help("Serve the records of a file with one JSON object per line"),
        Arg::new("export")
            .long("export")
            .value_name("FOLDER")
            .value_parser(value_parser!(PathBuf))
            .conflicts_with_all(["command", "file", "sql", "serve"])
            .help(
                "Write the records to files in every export format, and exit; 5000 sign-ins unless --rows is given, \
                 because each format holds them all",
            ),
        Arg::new("serve")
            .long("serve")
            .value_name("ADDR")
            .value_parser(value_parser!(SocketAddr))
            .conflicts_with_all(["command", "file", "sql"])
            .help("Keep running for other clients at this loopback address, such as 127.0.0.1:8471"),
    ])
}

/// A whole number.
fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| "it takes a whole number, such as 5000".to_owned())
}

/// How many tenants there are people for.
fn tenants(text: &str) -> Result<u64, String> {
    number(text).ok().filter(|tenants| (1..=2).contains(tenants)).ok_or_else(|| "it takes 1 or 2".to_owned())
}

/// A length of time, as settings have it, or in milliseconds.
fn span(text: &str) -> Result<Duration, String> {
    let millis = text.trim().strip_suffix("ms").map(|number| number.trim_end().parse().map(Duration::from_millis).ok());
    millis
        .unwrap_or_else(|| settings::duration(text))
        .ok_or_else(|| "a time such as 100ms, 2s or 1m is expected".into())
}

/// A length of time that a client waits for a reply.
fn latency(text: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_secs(30);
    let time = span(text)?;
    if time > MOST { Err("a client does not wait longer than 30s for a reply".into()) } else { Ok(time) }
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text).map(|t| t.to_utc()).map_err(|_| "not a time such as 2026-05-01T12:00:00Z".into())
}
