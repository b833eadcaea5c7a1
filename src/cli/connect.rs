//! Which connection is opened, and what it is made of: the choice among configuration, environment and flags.
//!
//! The variables `AZURE_*` give credentials, and a whole connection when none is chosen. They do not move a connection
//! that the user chose by name to another tenant or host: the answer would come from a place nobody asked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::config::{Config, Entry};
use super::credential::{AUTHS, credential};
use super::env::{Env, Shared};
use crate::auth::{Cloud, Connection, ConnectionError, CredentialSource, Keeps, NameFlaw, RESERVED, check_name};
use crate::engine::EngineBuilder;
use crate::http::Quotas;
use crate::report::{Exit, Report, nearest};
use crate::settings::duration;
use crate::table::{ApiVersion, Quota, Rate};
use crate::veil::Veil;

/// Name of the connection that the environment alone describes.
pub(super) const FROM_ENVIRONMENT: &str = "env";

/// What is to be asked.
#[derive(Debug)]
pub(super) enum Chosen {
    /// A service.
    Service(Box<Connection>),
    /// Exported files, as a connection of this name. Without any, it has tables of logs alone.
    Files {
        /// The name.
        name: String,
        /// Files, folders and patterns.
        paths: Vec<PathBuf>,
    },
}

impl Chosen {
    /// Its name, which is its catalog's.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Service(connection) => &connection.name,
            Self::Files { name, .. } => name,
        }
    }

    /// The service; files have no subscriptions.
    pub(super) fn service(self) -> Result<Connection, Report> {
        match self {
            Self::Service(connection) => Ok(*connection),
            Self::Files { name, .. } => {
                Err(Report::new(Exit::Usage, format!("the connection '{name}' reads files, so there is no tenant")))
            }
        }
    }

    /// The builder of an engine that can ask it.
    pub(super) fn added_to(self, builder: EngineBuilder) -> EngineBuilder {
        match self {
            Self::Service(connection) => builder.connection(*connection),
            Self::Files { name, paths } if paths.is_empty() => builder.default_logs(name),
            Self::Files { name, paths } => builder.files(name, paths),
        }
    }
}

/// The connection to open; `None` when nothing describes one.
///
/// In this order: the flag, the environment, the working folder's file, the user's file, its only connection, and the
/// one that the environment describes.
pub(super) fn choose(flag: Option<&str>, env: &Env, project: &Config, user: &Config) -> Result<Option<Chosen>, Report> {
    let named = flag.or(env.get("AUDITQL_CONNECTION")).or(project.connection.as_deref()).or(user.connection.as_deref());
    if let Some(name) = named {
        let entry = user.connections.get(name).ok_or_else(|| unknown(name, &user.connections, &env.veil()))?;
        return open(name, entry, &env.of_connection(name, Shared::All)).map(Some);
    }
    // Logs are there whatever is opened: they are no choice, unless there is nothing else.
    let (others, logs): (Vec<_>, Vec<_>) = user.connections.iter().partition(|(_, entry)| !entry.has_logs_alone());
    let mut all = if others.is_empty() { logs } else { others }.into_iter();
    match (all.next(), all.next()) {
        (Some((name, entry)), None) => open(name, entry, &env.of_connection(name, Shared::All)).map(Some),
        (None, _) => from_environment(env),
        (Some(_), Some(_)) => {
            let names: Vec<&str> = user.connections.keys().map(String::as_str).collect();
            Err(Report::new(Exit::Usage, "there is more than one connection, and none was chosen").hint(format!(
                "choose one with --connection, or with connection = \"…\" in the configuration: {}",
                names.join(", ")
            )))
        }
    }
}

fn unknown(name: &str, connections: &BTreeMap<String, Entry>, veil: &Veil) -> Report {
    let told = veil.quoted(name);
    let report = Report::new(Exit::Usage, format!("there is no connection '{told}' in the configuration"));
    let names: Vec<&str> = connections.keys().map(String::as_str).collect();
    match nearest(name, names.iter().map(|name| (*name, *name))) {
        Some(near) => report.hint(format!("did you mean {near}?")),
        None if names.is_empty() => report.hint("it has no connections; 'auditql init' writes one"),
        None => report.hint(format!("the connections are {}", names.join(", "))),
    }
}

fn from_environment(env: &Env) -> Result<Option<Chosen>, Report> {
    let Some(tenant) = env.get("AZURE_TENANT_ID") else { return Ok(None) };
    let auth = env.get("AUDITQL_ACCESS_TOKEN").map(|_| "access_token".to_owned());
    let entry = Entry { tenant: Some(tenant.to_owned()), auth, ..Entry::default() };
    open(FROM_ENVIRONMENT, &entry, env).map(Some)
}

/// The builder of an engine that has the tables of logs of all connections.
pub(super) fn with_logs(user: &Config, builder: EngineBuilder) -> Result<EngineBuilder, Report> {
    let all = user.connections.iter().filter(|(_, entry)| !entry.tables.is_empty());
    all.into_iter().try_fold(builder, |builder, (name, entry)| {
        let about = About { name, env: &Env::default() };
        if entry.kind.as_deref() != Some("files") {
            return Err(about.error("has tables, but its kind is not \"files\"").hint("add kind = \"files\""));
        }
        about.check_name()?;
        Ok(entry
            .tables
            .iter()
            .fold(builder, |builder, (table, log)| builder.logs(name, table, log.paths.clone(), log.options.clone())))
    })
}

/// The connection that an entry describes.
pub(super) fn open(name: &str, entry: &Entry, env: &Env) -> Result<Chosen, Report> {
    let about = About { name, env };
    about.check_name()?;
    match (entry.kind.as_deref(), &entry.paths) {
        (None | Some("service"), None) => {}
        (None | Some("service"), Some(_)) => {
            return Err(about.error("has paths, but its kind is not \"files\"").hint("add kind = \"files\""));
        }
        (Some("files"), paths) => return about.files(entry, paths.as_deref()),
        (Some(other), _) => return Err(about.choice("kind", other, &["service", "files"])),
    }
    let tenant = entry
        .tenant
        .clone()
        .ok_or_else(|| about.error("names no tenant").hint("add tenant = \"…\", its id or a domain"))?;
    let authority = entry.authority_url.as_deref().or(env.get("AZURE_AUTHORITY_HOST")).map(with_scheme);
    let connection = Connection {
        name: name.to_owned(),
        tenant,
        cloud: about.cloud(entry.cloud.as_deref())?,
        credential: about.credential(entry)?,
        graph_url: entry.graph_url.as_deref().map(|url| about.url("graph_url", url)).transpose()?,
        management_url: entry.management_url.as_deref().map(|url| about.url("management_url", url)).transpose()?,
        aadgraph_url: entry.aadgraph_url.as_deref().map(|url| about.url("aadgraph_url", url)).transpose()?,
        content_types: entry.content_types.clone(),
        authority_url: authority.map(|url| about.url("authority_url", &url)).transpose()?,
        allow_insecure_loopback: entry.allow_insecure_loopback,
        api_version: about.version(entry.api_version.as_deref())?,
        quotas: about.quotas(&entry.quota)?,
        keeps: about.keeps(entry.keeps_days.as_deref())?,
    };
    connection.check().map_err(|error| about.unusable(&error))?;
    Ok(Chosen::Service(Box::new(connection)))
}

/// `AZURE_AUTHORITY_HOST` is given as a host or as an address.
fn with_scheme(host: &str) -> String {
    if host.contains("://") { host.to_owned() } else { format!("https://{host}") }
}

/// The longest time that a service could be said to keep records.
const MOST_DAYS: u32 = 36_500;
/// The longest window of a quota.
const LONGEST_WINDOW: Duration = Duration::from_hours(24);

/// Reads a rate: `5/10s`, or `none`.
fn rate(text: &str) -> Option<Option<Rate>> {
    if text == "none" {
        return Some(None);
    }
    let (requests, window) = text.split_once('/')?;
    let requests: u32 = requests.trim().parse().ok().filter(|n| *n > 0)?;
    let window = duration(window.trim()).filter(|window| !window.is_zero() && *window <= LONGEST_WINDOW)?;
    Some(Some(Rate { requests, window }))
}

struct About<'a> {
    name: &'a str,
    env: &'a Env,
}

impl About<'_> {
    fn check_name(&self) -> Result<(), Report> {
        check_name(self.name).map_err(|flaw| match flaw {
            NameFlaw::Reserved => {
                self.error("has a reserved name").hint(format!("reserved names are {}", RESERVED.join(", ")))
            }
            NameFlaw::Quoted => {
                self.error("has a name that SQL would have to quote").hint("use lower-case letters, digits and _")
            }
        })
    }

    /// Files have paths and nothing that a service has: a tenant beside them would not be asked.
    fn files(&self, entry: &Entry, paths: Option<&[PathBuf]>) -> Result<Chosen, Report> {
        let (kind, own, tables) = (entry.kind.clone(), entry.paths.clone(), entry.tables.clone());
        let only = Entry { kind, paths: own, tables, ..Entry::default() };
        if *entry != only {
            return Err(self
                .error("is of kind \"files\", but has keys of a service")
                .hint("such a connection has only kind, paths and tables"));
        }
        let none = || self.error("has no paths").hint("add paths = [\"…\"], or tables of logs");
        let paths = paths.or((!entry.tables.is_empty()).then_some(&[])).ok_or_else(none)?;
        Ok(Chosen::Files { name: self.name.to_owned(), paths: paths.to_vec() })
    }

    fn cloud(&self, cloud: Option<&str>) -> Result<Cloud, Report> {
        let Some(name) = cloud else { return Ok(Cloud::default()) };
        let names = || Cloud::ALL.map(Cloud::name);
        name.parse().map_err(|()| self.choice("cloud", name, &names()))
    }

    fn version(&self, version: Option<&str>) -> Result<ApiVersion, Report> {
        match version {
            None | Some("beta") => Ok(ApiVersion::Beta),
            Some("v1.0") => Ok(ApiVersion::V1),
            Some(other) => Err(self.choice("api_version", other, &["beta", "v1.0"])),
        }
    }

    /// What was configured, or what the environment offers when nothing was. A configured kind never gives way to another.
    fn credential(&self, entry: &Entry) -> Result<CredentialSource, Report> {
        credential(self.name, entry, self.env).ok_or_else(|| {
            let valid: Vec<&str> = AUTHS.iter().map(|(auth, _)| *auth).collect();
            // What stands there may be a secret, however short, so it is not shown.
            let asked = entry.auth.as_deref().unwrap_or_default();
            let near = nearest(asked, valid.iter().map(|auth| (*auth, *auth)));
            let near = near.map(|near| format!("did you mean \"{near}\"? ")).unwrap_or_default();
            self.error("has an unknown value of auth").hint(format!("{near}valid values are {}", valid.join(", ")))
        })
    }

    fn quotas(&self, said: &[(Quota, String)]) -> Result<Quotas, Report> {
        let mut quotas = Quotas::default();
        for (quota, text) in said {
            let rate = rate(text).ok_or_else(|| {
                self.error(&format!("has quota.{} = \"{text}\", which is not a rate", quota.name()))
                    .hint("a rate is \"5/10s\" (5 requests in 10 seconds), or \"none\" for no limit")
            })?;
            quotas.set(*quota, rate);
        }
        Ok(quotas)
    }

    fn keeps(&self, days: Option<&str>) -> Result<Keeps, Report> {
        let Some(days) = days else { return Ok(Keeps::Documented) };
        if days == "all" {
            return Ok(Keeps::All);
        }
        let days: Option<u32> = days.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
        days.map(Keeps::Days).ok_or_else(|| {
            self.error("has an invalid keeps_days")
                .hint("use the number of days that its reports go back, such as 90, or \"all\"")
        })
    }

    fn url(&self, key: &str, url: &str) -> Result<Url, Report> {
        // The text is not repeated: it may hold a password.
        Url::parse(url)
            .map_err(|error| match error {
                url::ParseError::RelativeUrlWithoutBase => {
                    self.error(&format!("has an invalid {key}: it does not begin with https://"))
                }
                other => self.error(&format!("has an invalid {key}: {other}")),
            })
            .map_err(|report| report.hint(format!("write the whole address: {key} = \"https://…\"")))
    }

    fn unusable(&self, error: &ConnectionError) -> Report {
        let report = self.error(&format!("cannot be used: {error}"));
        match error {
            ConnectionError::Tenant(_) => {
                report.hint("a domain has a dot, as contoso.onmicrosoft.com; the id is on the tenant's overview page")
            }
            _ => report,
        }
    }

    fn choice(&self, key: &str, value: &str, values: &[&str]) -> Report {
        self.error(&format!("has an unknown {key}: \"{}\"", self.env.veil().quoted(value)))
            .hint(format!("valid values are {}", values.join(", ")))
    }

    fn error(&self, what: &str) -> Report {
        Report::new(Exit::Usage, format!("the connection '{}' {what}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::{Author, parse};
    use super::*;

    const ID: &str = "7b795fb9-09d3-42f4-a494-38864f99ba3c";

    fn chosen(
        flag: Option<&str>,
        env: &[(&str, &str)],
        project: &str,
        user: &str,
    ) -> Result<Option<Connection>, Report> {
        let read = |text: &str, author| parse(&format!("version = 1\n{text}"), author, "f").unwrap();
        let chosen = choose(flag, &Env::of(env), &read(project, Author::Project), &read(user, Author::User))?;
        Ok(chosen.map(|chosen| chosen.service().unwrap()))
    }

    fn two(default: &str) -> String {
        format!(
            "{default}\n[connections.a]\ntenant = 'a.example'\nauth = 'azure_cli'\n[connections.b]\ntenant = 'b.example'\nauth = 'azure_cli'"
        )
    }

    #[test]
    fn the_flag_goes_before_the_environment_and_that_before_the_files() {
        let (a, b) = ("connection = 'a'", "connection = 'b'");
        let env = [("AUDITQL_CONNECTION", "b")];
        let rows: [(Option<&str>, &[(&str, &str)], &str, &str, &str); 4] =
            [(Some("a"), &env, b, b, "a"), (None, &env, a, a, "b"), (None, &[], b, a, "b"), (None, &[], "", a, "a")];
        for (flag, env, project, user, expected) in rows {
            let connection = chosen(flag, env, project, &two(user)).unwrap().unwrap();
            assert_eq!(connection.name, expected);
            assert_eq!(connection.tenant, format!("{expected}.example"));
        }
        assert!(chosen(None, &[], "", "").unwrap().is_none());
        let report = chosen(None, &[("AZURE_TENANT_ID", ID)], "", &two("")).unwrap_err();
        assert_eq!(report.what, "there is more than one connection, and none was chosen");
    }

    #[test]
    fn a_chosen_connection_stays_where_it_is() {
        let env = [("AZURE_TENANT_ID", ID), ("AZURE_CLIENT_ID", ID), ("AZURE_CLIENT_SECRET", "CANARY")];
        let user = "[connections.a]\ntenant = 'a.example'\nauth = 'client_secret'\nclient_id = 'other'";
        let connection = chosen(None, &env, "", user).unwrap().unwrap();
        let expected = CredentialSource::ClientSecret { client_id: ID.into(), secret: "CANARY".into() };
        assert_eq!((connection.tenant.as_str(), connection.credential), ("a.example", expected));
    }

    #[test]
    fn the_environment_alone_is_a_connection() {
        let tenant = ("AZURE_TENANT_ID", ID);
        let credential =
            |more: &[(&str, &str)]| chosen(None, &[&[tenant], more].concat(), "", "").unwrap().unwrap().credential;
        assert_eq!(credential(&[]), CredentialSource::AzureCli);
        assert_eq!(credential(&[("AUDITQL_ACCESS_TOKEN", "t")]), CredentialSource::AccessToken("t".into()));
        let app = [("AZURE_CLIENT_ID", ID), ("AZURE_CLIENT_SECRET", "s")];
        assert_eq!(credential(&app), CredentialSource::ClientSecret { client_id: ID.into(), secret: "s".into() });
    }

    #[test]
    fn a_configured_credential_never_gives_way_to_another() {
        let app = [("AZURE_CLIENT_ID", ID), ("AZURE_CLIENT_SECRET", "s")];
        let user = |auth: &str| format!("[connections.a]\ntenant = 'a.example'\nauth = '{auth}'");
        let lacks = |env: &[(&str, &str)], auth: &str, variable: &str| {
            let credential = chosen(None, env, "", &user(auth)).unwrap().unwrap().credential;
            assert!(matches!(&credential, CredentialSource::Missing(why) if why.contains(variable)), "{credential:?}");
        };
        lacks(&app, "access_token", "AUDITQL_ACCESS_TOKEN");
        lacks(&[("AUDITQL_ACCESS_TOKEN", "t")], "client_secret", "AZURE_CLIENT_ID");
        lacks(&app[..1], "client_secret", "AZURE_CLIENT_SECRET");
        assert_eq!(chosen(None, &app, "", &user("azure_cli")).unwrap().unwrap().credential, CredentialSource::AzureCli);
    }

    #[test]
    fn quotas_and_memory_are_those_that_the_connection_names() {
        let open = |more: &str| {
            chosen(None, &[], "", &format!("[connections.a]\ntenant = 'a.example'\nauth = 'azure_cli'\n{more}"))
        };
        let connection = open("").unwrap().unwrap();
        assert_eq!((connection.quotas, connection.keeps), (Quotas::default(), Keeps::Documented));
        let connection =
            open("keeps_days = 'all'\nquota.reports = 'none'\nquota.activity = '60000 / 1m'").unwrap().unwrap();
        let rate = Rate { requests: 60_000, window: Duration::from_mins(1) };
        assert_eq!(
            (connection.quotas.rate(Quota::Reports), connection.quotas.rate(Quota::Activity)),
            (None, Some(rate))
        );
        assert_eq!(connection.keeps, Keeps::All);
        assert_eq!(open("keeps_days = 90").unwrap().unwrap().keeps, Keeps::Days(90));
        for text in ["", "5", "5/", "/10s", "0/10s", "5/0s", "-5/10s", "5/10y", "5/25h", "5.5/10s", "None", "5/10s/10s"]
        {
            let report = open(&format!("quota.reports = '{text}'")).unwrap_err();
            let what = format!("the connection 'a' has quota.reports = \"{text}\", which is not a rate");
            assert_eq!((report.what, report.exit), (what, Exit::Usage));
        }
        for days in ["0", "-1", "'ninety'", "36501", "'All'"] {
            let report = open(&format!("keeps_days = {days}")).unwrap_err();
            assert_eq!(
                (report.what.as_str(), report.exit),
                ("the connection 'a' has an invalid keeps_days", Exit::Usage)
            );
        }
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let rows = [
            ("tenant = 'a.example'\ncloud = 'germany'", "the connection 'a' has an unknown cloud: \"germany\""),
            ("tenant = 'a.example'\nauth = 'magic'", "the connection 'a' has an unknown value of auth"),
            ("tenant = 'a.example'\napi_version = '2'", "the connection 'a' has an unknown api_version: \"2\""),
            ("cloud = 'global'", "the connection 'a' names no tenant"),
            (
                "tenant = 'a.example'\ngraph_url = 'http://10.0.0.1'",
                "the connection 'a' cannot be used: graph_url may be plain http only for a literal loopback address, 127.0.0.1 or [::1]",
            ),
        ];
        for (text, what) in rows {
            let report = chosen(None, &[], "", &format!("[connections.a]\n{text}")).unwrap_err();
            assert_eq!((report.what.as_str(), report.exit), (what, Exit::Usage));
        }
        for (text, what, hint) in [
            (
                "tenant = 'a.example'\ngraph_url = 'graph.microsoft.com'",
                "has an invalid graph_url: it does not begin with https://",
                "graph_url = \"https://…\"",
            ),
            (
                "tenant = 'a.example'\ngraph_url = 'https://a:x'",
                "has an invalid graph_url: invalid port number",
                "https://…",
            ),
            (
                "tenant = 'contoso'",
                "cannot be used: 'contoso' is neither a tenant id nor a domain name",
                "contoso.onmicrosoft.com",
            ),
        ] {
            let report = chosen(None, &[], "", &format!("[connections.a]\nauth = 'azure_cli'\n{text}")).unwrap_err();
            assert_eq!(report.what, format!("the connection 'a' {what}"));
            assert!(report.hint.is_some_and(|told| told.contains(hint)), "{text}");
        }
        let report = chosen(None, &[], "", "[connections.main]\ntenant = 'a.example'").unwrap_err();
        assert_eq!(report.what, "the connection 'main' has a reserved name");
        let report =
            chosen(None, &[], "", "[connections.lab]\ntenant = 'a.example'\nauth = 'clientsecret'").unwrap_err();
        assert!(report.hint.is_some_and(|hint| hint.starts_with("did you mean \"client_secret\"? valid values are")));
        let report = chosen(Some("labb"), &[], "", "[connections.lab]\ntenant = 'a.example'").unwrap_err();
        assert_eq!(report.hint.as_deref(), Some("did you mean lab?"));
    }

    #[test]
    fn files_are_a_connection_of_paths_alone() {
        let open = |text: &str| {
            let user = parse(&format!("version = 1\n[connections.case]\n{text}"), Author::User, "f").unwrap();
            choose(None, &Env::of(&[]), &Config::default(), &user).map(Option::unwrap)
        };
        let case = open("kind = 'files'\npaths = ['a', 'b/*.csv']").unwrap();
        assert_eq!(case.name(), "case");
        assert!(matches!(case, Chosen::Files { paths, .. } if paths == [PathBuf::from("a"), PathBuf::from("b/*.csv")]));
        for (text, what) in [
            ("kind = 'files'", "the connection 'case' has no paths"),
            (
                "kind = 'files'\npaths = ['a']\ntenant = 't'",
                "the connection 'case' is of kind \"files\", but has keys of a service",
            ),
            ("paths = ['a']\ntenant = 't'", "the connection 'case' has paths, but its kind is not \"files\""),
            ("kind = 'magic'", "the connection 'case' has an unknown kind: \"magic\""),
        ] {
            assert_eq!(open(text).unwrap_err().what, what);
        }
    }

    #[test]
    fn a_sign_in_host_of_the_environment_is_https() {
        let env = [("AZURE_TENANT_ID", ID), ("AZURE_AUTHORITY_HOST", "login.microsoftonline.us")];
        let url = chosen(None, &env, "", "").unwrap().unwrap().authority_url.unwrap();
        assert_eq!(url.as_str(), "https://login.microsoftonline.us/");
        chosen(None, &[env[0], ("AZURE_AUTHORITY_HOST", "http://login.example")], "", "").unwrap_err();
    }
}
