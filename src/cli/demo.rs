//! The demo tenant from the command line: started in this process, greeted at the prompt, or left running for others.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use azure_core::credentials::Secret;
use chrono::{DateTime, DurationRound as _, SecondsFormat, TimeDelta, Utc};
use url::Url;

use super::args::{Args, Demo};
use super::run::Opened;
use crate::auth::{Connection, Keeps};
use crate::demo::{Options, Organisation, Shape, Story, Tenant};
use crate::engine::EngineBuilder;
use crate::http::Pace;
use crate::output::safe;
use crate::repl::ConnectionInfo;
use crate::report::{Exit, Report};
use crate::table::Quota;

/// Name of the only connection, and of the prompt.
const NAME: &str = "demo";

/// Sign-ins that are exported unless another number is asked for.
const EXPORTED: usize = 5_000;

/// The tenants, running.
pub(super) struct Started {
    /// At least one.
    tenants: Vec<Named>,
    keeps_all: bool,
    /// It refuses nothing, however fast it is asked.
    no_throttle: bool,
}

/// A tenant, and what its connection is called.
struct Named {
    name: &'static str,
    organisation: Organisation,
    tenant: Tenant,
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
        let many = demo.tenants.is_some_and(|tenants| tenants > 1);
        let mut tenants = Vec::new();
        for (n, organisation) in Organisation::ALL.into_iter().enumerate().take(if many { 2 } else { 1 }) {
            let tenant = Tenant::start(options_of(demo, organisation, n)?).await;
            let tenant = tenant.map_err(|error| Report::chain(Exit::Usage, &error))?;
            tenants.push(Named { name: if many { organisation.label() } else { NAME }, organisation, tenant });
        }
        Ok(Self { tenants, keeps_all: demo.data.is_some(), no_throttle: demo.no_throttle })
    }

    /// The builder of an engine on it, and how the prompt calls it.
    pub(super) fn opened(&self, demo: &Demo, builder: EngineBuilder) -> Result<Opened, Report> {
        let pace = if demo.no_throttle { Pace::Unlimited } else { Pace::Documented };
        let builder = demo.now.into_iter().fold(builder.pace(pace), EngineBuilder::now);
        let connections = self.tenants.iter().map(|named| named.connection(self.keeps_all));
        let builder = connections.collect::<Result<Vec<_>, _>>()?.into_iter().fold(builder, EngineBuilder::connection);
        let known = |(n, named): (usize, &Named)| ConnectionInfo {
            name: named.name.into(),
            open: n == 0,
            catalog: true,
            tenant: named.organisation.domain().into(),
            auth: "access_token".into(),
        };
        let connections = self.tenants.iter().enumerate().map(known).collect();
        Ok(Opened { builder, name: self.tenants[0].name.into(), connections })
    }

    /// Says what is there, and what may be asked.
    pub(super) fn greet(&self) {
        let mut text = greeting(self.tenants[0].tenant.story());
        if let [one, other] = self.tenants.as_slice() {
            text.push_str(&beside(one.name, other.name));
        }
        show(&text);
    }

    /// Writes what it holds into files.
    pub(super) fn export(&self, demo: &Demo, folder: &Path) -> Result<Exit, Report> {
        let shapes = self.tenants[0].tenant.export(folder).map_err(|error| Report::chain(Exit::Usage, &error))?;
        show(&exported(demo, &options(demo), folder, &shapes));
        Ok(Exit::Success)
    }

    /// Leaves it running for other programs until Ctrl-C.
    pub(super) async fn serve(&self) -> Exit {
        show(&directions(&self.tenants, self.no_throttle));
        // Where there is no Ctrl-C to wait for, the end of the program is the end of the service.
        match tokio::signal::ctrl_c().await {
            Ok(()) => Exit::Success,
            Err(_) => Exit::Bug,
        }
    }
}

impl Named {
    fn connection(&self, keeps_all: bool) -> Result<Connection, Report> {
        let url = Url::parse(&self.tenant.graph_url()).map_err(|error| Report::chain(Exit::Bug, &error))?;
        let token = Secret::new(self.tenant.access_token().to_owned());
        Ok(Connection {
            tenant: self.tenant.tenant_id().to_owned(),
            management_url: Some(url.clone()),
            aadgraph_url: Some(url.clone()),
            keeps: if keeps_all { Keeps::All } else { Keeps::Documented },
            ..Connection::loopback(self.name, url, token)
        })
    }
}

/// The options of one of several tenants: each is served at the next port.
fn options_of(demo: &Demo, organisation: Organisation, n: usize) -> Result<Options, Report> {
    let mut options = options(demo);
    options.organisation = organisation;
    // A GUID of its own, and a story of its own.
    options.seed = options.seed.wrapping_add(n as u64);
    let port = options.bind.port();
    if port != 0 {
        let next = u16::try_from(n).ok().and_then(|n| port.checked_add(n));
        options.bind.set_port(next.ok_or_else(|| Report::new(Exit::Usage, format!("there is no port after {port}")))?);
    }
    Ok(options)
}

fn options(demo: &Demo) -> Options {
    let mut options = Options::new(demo.now.unwrap_or_else(this_hour));
    options.rows = demo.rows.unwrap_or(options.rows);
    options.seed = demo.seed.unwrap_or(options.seed);
    options.bind = demo.serve.unwrap_or(options.bind);
    options.attack = !demo.no_attack;
    options.data.clone_from(&demo.data);
    options.latency = demo.latency.unwrap_or(options.latency);
    options.skiptoken_life = demo.link_life.unwrap_or(options.skiptoken_life);
    options.lies.clone_from(&demo.lies);
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
    let (first, second) = kinds.split_at(2);
    let (first, second) = (first.join(", "), second.join(", "));
    let mut text = format!("A demo tenant: {total} sign-ins in the table sign_ins\n({first},\n {second}).\n");
    if let Some((oldest, newest)) = story.reach {
        let _ = writeln!(
            text,
            "They reach from {} to {}.",
            oldest.format("%Y-%m-%d %H:%M"),
            newest.format("%Y-%m-%d %H:%M UTC")
        );
    }
    if story.attack.is_some() {
        text.push_str("One of the accounts was taken over. Find out which, how, and what came of it:\n");
        text.push_str("\\d lists the tables, m365.activity has what was done with mail and files.\n");
    }
    text.push_str("\\d sign_ins lists columns, \\? the prompt's commands, \\q quits. To start with:\n");
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

/// What there is to ask of two tenants together.
fn beside(one: &str, other: &str) -> String {
    format!(
        "\nThere are two tenants, and their connections are {one}, which is asked unless another is named, and {other}.\n\
         Tables of the other are {other}.entra.sign_ins and so on; all_tenants.entra.sign_ins has the rows of both.\n\n\
         -- which addresses were refused in both tenants\n\
         SELECT ip_address, count(*) AS failures, count(DISTINCT user_principal_name) AS accounts\n\
         FROM all_tenants.entra.sign_ins WHERE is_interactive AND status.error_code = 50126\n\
         GROUP BY 1 HAVING count(DISTINCT tenant_name) > 1;\n"
    )
}

/// How other programs reach the services: a configuration that can be used as it is.
fn directions(tenants: &[Named], no_throttle: bool) -> String {
    let urls: Vec<String> = tenants.iter().map(|named| named.tenant.graph_url()).collect();
    let of = tenants.iter().zip(&urls);
    let of =
        of.map(|(Named { name, tenant, .. }, url)| [name, url.as_str(), tenant.tenant_id(), tenant.access_token()]);
    told(&of.collect::<Vec<_>>(), no_throttle)
}

/// The same of names, addresses, tenants and tokens. Whoever asks keeps the documented pace unless the file says otherwise.
fn told(tenants: &[[&str; 4]], no_throttle: bool) -> String {
    let urls: Vec<&str> = tenants.iter().map(|[_, url, ..]| *url).collect();
    let (which, answer) = if tenants.len() > 1 { ("tenants answer", "them") } else { ("tenant answers", "it") };
    let at = urls.join(" and ");
    let mut text = format!(
        "The demo {which} at {at} until Ctrl-C. To reach {answer}, put this into a file such as demo.toml:\n\nversion = 1\n"
    );
    if let [[first, ..], _, ..] = tenants {
        let _ = writeln!(text, "connection = \"{first}\"");
    }
    for [name, url, tenant, _] in tenants {
        let _ = write!(
            text,
            "[connections.{name}]\n\
             tenant = \"{tenant}\"\n\
             auth = \"access_token\"\n\
             graph_url = \"{url}\"\n\
             management_url = \"{url}\"\n\
             aadgraph_url = \"{url}\"\n\
             allow_insecure_loopback = true\n"
        );
        if no_throttle {
            let rates = Quota::ALL.map(|quota| format!("{} = \"none\"", quota.name())).join(", ");
            let _ = writeln!(text, "quota = {{ {rates} }}");
        }
    }
    text.push_str("\nand then:\n\n");
    for (n, [name, .., token]) in tenants.iter().enumerate() {
        let own = if n == 0 { String::new() } else { format!("_{}", name.to_ascii_uppercase()) };
        let _ = writeln!(text, "export AUDITQL_ACCESS_TOKEN{own}={token}");
    }
    let all = if tenants.len() > 1 { "all_tenants.entra." } else { "" };
    let _ = write!(
        text,
        "auditql --config demo.toml -c 'SELECT * FROM {all}sign_ins ORDER BY created_date_time DESC LIMIT 10'\n\nTo see what was requested: curl {}/stats\n",
        urls[0]
    );
    text
}

fn show(text: &str) {
    let mut out = std::io::stdout().lock();
    // A reader that went away needs no greeting.
    let _ = writeln!(out, "{}", safe::block(text));
    let _ = out.flush();
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::config::{Author, parse};
    use super::*;

    #[test]
    fn the_printed_configuration_is_one() {
        let tenant = "7b795fb9-09d3-42f4-a494-38864f99ba3c";
        let text = told(&[[NAME, "http://127.0.0.1:8471", tenant, "demo-1"]], false);
        let (_, rest) = text.split_once("\n\n").unwrap();
        let (file, rest) = rest.split_once("\n\n").unwrap();
        let config = parse(file, Author::User, "f").unwrap();
        let entry = &config.connections[NAME];
        assert_eq!(
            (entry.graph_url.as_deref(), entry.auth.as_deref()),
            (Some("http://127.0.0.1:8471"), Some("access_token"))
        );
        assert!(rest.contains("AUDITQL_ACCESS_TOKEN=demo-1"));
        let two =
            [["one", "http://127.0.0.1:8471", tenant, "demo-1"], ["two", "http://127.0.0.1:8472", tenant, "demo-2"]];
        let text = told(&two, true);
        let config = parse(text.split("\n\n").nth(1).unwrap(), Author::User, "f").unwrap();
        assert_eq!((config.connections.len(), config.connection.as_deref()), (2, Some("one")));
        let quota = &config.connections["two"].quota;
        assert!(quota.contains(&(Quota::Reports, "none".into())) && entry.quota.is_empty(), "{quota:?}");
        assert!(text.contains("AUDITQL_ACCESS_TOKEN=demo-1\nexport AUDITQL_ACCESS_TOKEN_TWO=demo-2"), "{text}");
    }

    #[test]
    fn two_tenants_are_two_organisations_at_two_ports() {
        let demo = Demo { serve: Some("127.0.0.1:8471".parse().unwrap()), seed: Some(7), ..Demo::default() };
        let of = |n| options_of(&demo, Organisation::ALL[n], n).unwrap();
        assert_eq!([of(0).bind.port(), of(1).bind.port()], [8471, 8472]);
        assert_eq!((of(1).organisation, of(0).seed), (Organisation::Brightwater, 7));
        let last = Demo { serve: Some("127.0.0.1:65535".parse().unwrap()), ..demo.clone() };
        assert_eq!(options_of(&last, Organisation::Brightwater, 1).unwrap_err().exit, Exit::Usage);
        let free = Demo { serve: None, ..demo };
        assert_eq!(options_of(&free, Organisation::Brightwater, 1).unwrap().bind.port(), 0);
    }

    #[test]
    fn flags_of_the_demo_reach_the_tenant() {
        let now = "2026-05-01T12:00:00Z".parse().unwrap();
        let demo = Demo {
            rows: Some(7),
            seed: Some(3),
            now: Some(now),
            no_throttle: true,
            latency: Some(Duration::from_millis(100)),
            link_life: Some(Duration::from_secs(2)),
            lies: vec!["ipAddress".into()],
            data: Some("f".into()),
            ..Demo::default()
        };
        let options = options(&demo);
        assert_eq!((options.rows, options.seed, options.now, options.data), (7, 3, now, Some("f".into())));
        assert_eq!((options.latency.as_millis(), options.skiptoken_life.as_secs()), (100, 2));
        assert_eq!(options.lies, ["ipAddress"]);
        assert!(options.throttle.is_none() && options.bind.port() == 0);
    }

    #[test]
    fn the_clock_is_cut_to_the_hour() {
        assert_eq!(this_hour().timestamp() % 3600, 0);
    }
}
