//! The demo tenant from the command line: started in this process, greeted at the prompt, or left running for others.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use azure_core::credentials::Secret;
use chrono::{DateTime, DurationRound as _, SecondsFormat, TimeDelta, Utc};
use url::Url;

use super::args::{Args, Demo};
use super::run::Opened;
use crate::auth::{Cloud, Connection, CredentialSource, Keeps};
use crate::demo::{Options, Shape, Story, Tenant};
use crate::engine::EngineBuilder;
use crate::http::{Pace, Quotas};
use crate::output::safe;
use crate::repl::ConnectionInfo;
use crate::report::{Exit, Report};
use crate::table::ApiVersion;

/// Name of the connection, and of the prompt.
const NAME: &str = "demo";

/// Sign-ins that are exported unless another number is asked for.
const EXPORTED: usize = 5_000;
/// A domain that no tenant has: names below `example` belong to nobody.
const DOMAIN: &str = "demo.example";

/// The tenant, running.
pub(super) struct Started {
    tenant: Tenant,
    keeps_all: bool,
}

impl Started {
    /// Starts it.
    pub(super) async fn start(demo: &Demo, args: &Args) -> Result<Self, Report> {
        if args.connection.is_some() {
            return Err(Report::new(
                Exit::Usage,
                "the demo is its own connection; it cannot be combined with --connection",
            ));
        }
        let tenant = Tenant::start(options(demo)).await.map_err(|error| Report::chain(Exit::Usage, &error))?;
        Ok(Self { tenant, keeps_all: demo.data.is_some() })
    }

    /// The builder of an engine on it, and how the prompt calls it.
    pub(super) fn opened(&self, demo: &Demo, builder: EngineBuilder) -> Result<Opened, Report> {
        let graph_url = Url::parse(&self.tenant.graph_url()).map_err(|error| Report::chain(Exit::Bug, &error))?;
        let connection = Connection {
            name: NAME.to_owned(),
            tenant: self.tenant.tenant_id().to_owned(),
            cloud: Cloud::Global,
            credential: CredentialSource::AccessToken(Secret::new(self.tenant.access_token().to_owned())),
            management_url: Some(graph_url.clone()),
            aadgraph_url: Some(graph_url.clone()),
            content_types: None,
            graph_url: Some(graph_url),
            authority_url: None,
            allow_insecure_loopback: true,
            api_version: ApiVersion::Beta,
            quotas: Quotas::default(),
            keeps: if self.keeps_all { Keeps::All } else { Keeps::Documented },
        };
        let pace = if demo.no_throttle { Pace::Unlimited } else { Pace::Documented };
        let builder = builder.connection(connection).pace(pace);
        let known = ConnectionInfo {
            name: NAME.into(),
            open: true,
            catalog: true,
            tenant: DOMAIN.into(),
            auth: "access_token".into(),
        };
        let builder = demo.now.into_iter().fold(builder, EngineBuilder::now);
        Ok(Opened { builder, name: NAME.into(), connections: vec![known] })
    }

    /// Says what is there, and what may be asked.
    pub(super) fn greet(&self) {
        show(&greeting(self.tenant.story()));
    }

    /// Writes what it holds into files.
    pub(super) fn export(&self, demo: &Demo, folder: &Path) -> Result<Exit, Report> {
        let shapes = self.tenant.export(folder).map_err(|error| Report::chain(Exit::Usage, &error))?;
        show(&exported(demo, &options(demo), folder, &shapes));
        Ok(Exit::Success)
    }

    /// Leaves it running for other programs until Ctrl-C.
    pub(super) async fn serve(&self) -> Exit {
        show(&directions(&self.tenant.graph_url(), self.tenant.tenant_id(), self.tenant.access_token()));
        // Where there is no Ctrl-C to wait for, the end of the program is the end of the service.
        match tokio::signal::ctrl_c().await {
            Ok(()) => Exit::Success,
            Err(_) => Exit::Bug,
        }
    }
}

fn options(demo: &Demo) -> Options {
    let mut options = Options::new(demo.now.unwrap_or_else(this_hour));
    options.rows = demo.rows.unwrap_or(options.rows);
    options.seed = demo.seed.unwrap_or(options.seed);
    options.bind = demo.serve.unwrap_or(options.bind);
    options.data.clone_from(&demo.data);
    if demo.export.is_some() {
        // Each shape holds them all again.
        options.rows = demo.rows.unwrap_or(EXPORTED);
    }
    if demo.no_throttle {
        options.throttle = None;
        options.feed.throttle = None;
    }
    options
}

#[expect(clippy::disallowed_methods, reason = "cli is where the clock is read")]
fn this_hour() -> DateTime<Utc> {
    let now = Utc::now();
    now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now)
}

fn greeting(story: &Story) -> String {
    let total: usize = story.counts.iter().map(|(_, count)| count).sum();
    let kinds: Vec<String> = story.counts.iter().map(|(kind, count)| format!("{count} {}", kind.member())).collect();
    let mut text = format!("A demo tenant: {total} sign-ins in the table sign_ins\n({}).\n", kinds.join(", "));
    if let Some((oldest, newest)) = story.reach {
        let _ = writeln!(
            text,
            "They reach from {} to {}.",
            oldest.format("%Y-%m-%d %H:%M"),
            newest.format("%Y-%m-%d %H:%M UTC")
        );
    }
    if story.attack.is_some() {
        text.push_str("One of the accounts was taken over. Find out which, and how.\n");
        text.push_str("What the thief did next is in the activity feed: m365.activity, and the tables beside it.\n");
    }
    text.push_str("\\d sign_ins lists its columns, \\? the prompt's commands, \\q quits. To start with:\n");
    for example in &story.queries {
        let _ = write!(text, "\n-- {}\n{};\n", example.title, example.sql);
    }
    text
}

/// What was exported, and how the same records are asked alive.
fn exported(demo: &Demo, options: &Options, folder: &Path, shapes: &[Shape]) -> String {
    let now = options.now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let tenant = match &demo.data {
        Some(data) => format!("--data {} --now {now}", data.display()),
        None => format!("--rows {} --seed {} --now {now}", options.rows, options.seed),
    };
    let mut text = format!(
        "{} holds the records of 'auditql demo {tenant}', with a folder for each export format:\n",
        folder.display()
    );
    for shape in shapes {
        let holds = match (shape.activity, shape.graph) {
            (true, true) => "m365.activity, sign_ins and directory_audits",
            (true, false) => "m365.activity",
            _ if shape.aadgraph => "aadgraph.signin_events and aadgraph.audit_events",
            _ => "sign_ins and directory_audits",
        };
        let _ = writeln!(text, "  {:<17} {holds}", shape.folder);
    }
    text
}

/// How other programs reach the service: a configuration that can be used as it is.
fn directions(url: &str, tenant: &str, token: &str) -> String {
    format!(
        "The demo tenant answers at {url} until Ctrl-C. To reach it, put this into a file such as demo.toml:\n\n\
         version = 1\n\
         [connections.{NAME}]\n\
         tenant = \"{tenant}\"\n\
         auth = \"access_token\"\n\
         graph_url = \"{url}\"\n\
         management_url = \"{url}\"\n\
         aadgraph_url = \"{url}\"\n\
         allow_insecure_loopback = true\n\n\
         and then:\n\n\
         export AUDITQL_ACCESS_TOKEN={token}\n\
         auditql --config demo.toml -c 'SELECT count(*) FROM sign_ins'\n\n\
         To see what was requested: curl {url}/stats\n"
    )
}

fn show(text: &str) {
    let mut out = std::io::stdout().lock();
    // A reader that went away needs no greeting.
    let _ = writeln!(out, "{}", safe::block(text));
    let _ = out.flush();
}

#[cfg(test)]
mod tests {
    use super::super::config::{Author, parse};
    use super::*;

    #[test]
    fn the_printed_configuration_is_one() {
        let text = directions("http://127.0.0.1:8471", "7b795fb9-09d3-42f4-a494-38864f99ba3c", "demo-1");
        let (_, rest) = text.split_once("\n\n").unwrap();
        let (file, rest) = rest.split_once("\n\n").unwrap();
        let config = parse(file, Author::User, "f").unwrap();
        let entry = &config.connections[NAME];
        assert_eq!(
            (entry.graph_url.as_deref(), entry.auth.as_deref()),
            (Some("http://127.0.0.1:8471"), Some("access_token"))
        );
        assert!(rest.contains("AUDITQL_ACCESS_TOKEN=demo-1"));
    }

    #[test]
    fn flags_of_the_demo_reach_the_tenant() {
        let now = "2026-05-01T12:00:00Z".parse().unwrap();
        let demo = Demo {
            rows: Some(7),
            seed: Some(3),
            now: Some(now),
            no_throttle: true,
            data: Some("f".into()),
            ..Demo::default()
        };
        let options = options(&demo);
        assert_eq!((options.rows, options.seed, options.now, options.data), (7, 3, now, Some("f".into())));
        assert!(options.throttle.is_none() && options.bind.port() == 0);
    }

    #[test]
    fn the_clock_is_cut_to_the_hour() {
        assert_eq!(this_hour().timestamp() % 3600, 0);
    }
}
