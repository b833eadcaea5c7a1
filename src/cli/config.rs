//! Configuration files: what they may say, and who may say it.
//!
//! The user's file, or the one given with `--config`, holds connections. A file in the working folder is not trusted: a
//! repository that somebody cloned could otherwise send the tenant's token to a host of its own. Such a file may choose
//! among what the user has configured, nothing else. Neither may hold a secret. Unknown keys are errors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use toml::{Table, Value};

use super::env::Env;
use crate::logs;
use crate::report::{self, Exit, Report, nearest};
use crate::settings;
use crate::stores::scheme;
use crate::table::Quota;

/// Longest file that is read.
const LONGEST: u64 = 1 << 20;

/// Keys of a file.
const KEYS: &[&str] = &["version", "connection", "only", "format", "queries", "pace_folder", "settings", "connections"];

/// Keys that a file in the working folder may have.
const PROJECT_KEYS: &[&str] = &["version", "connection", "format"];

/// Keys of a connection.
const CONNECTION_KEYS: &[&str] = &[
    "kind",
    "paths",
    "tables",
    "tenant",
    "cloud",
    "auth",
    "client_id",
    "certificate_path",
    "send_certificate_chain",
    "federated_token_file",
    "graph_url",
    "management_url",
    "aadgraph_url",
    "authority_url",
    "allow_insecure_loopback",
    "api_version",
    "content_types",
    "quota",
    "keeps_days",
];

/// Words that mark a key as a secret.
const SECRET_WORDS: &[&str] = &["secret", "password", "passphrase", "token", "assertion", "private"];

/// A configuration file, read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Config {
    /// The connection to open unless another is chosen.
    pub(super) connection: Option<String>,
    /// Open no other connection.
    pub(super) only: bool,
    /// The output format unless another is chosen.
    pub(super) format: Option<String>,
    /// The folder of saved queries, if not the one beside the user's file; a relative one begins at the file's folder.
    pub(super) queries: Option<PathBuf>,
    /// Where processes share the times of their requests, or `none`.
    pub(super) pace_folder: Option<String>,
    /// Settings, by name.
    pub(super) settings: Vec<(String, String)>,
    /// Connections, by name.
    pub(super) connections: BTreeMap<String, Entry>,
}

/// A connection as written.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// `service`, which is the default, or `files`.
    pub(super) kind: Option<String>,
    /// Exported files, folders and patterns; relative ones begin at the folder of the configuration.
    pub(super) paths: Option<Vec<PathBuf>>,
    /// Tables of logs, by name.
    pub(super) tables: BTreeMap<String, LogTable>,
    /// The tenant's id or domain.
    pub(super) tenant: Option<String>,
    /// `global`, `us-gov-l2`, `us-gov-l4`, `us-gov-l5` or `china`.
    pub(super) cloud: Option<String>,
    /// The kind of credential.
    pub(super) auth: Option<String>,
    /// The application.
    pub(super) client_id: Option<String>,
    /// The file of its certificate.
    pub(super) certificate_path: Option<PathBuf>,
    /// The certificates above it are sent along.
    pub(super) send_certificate_chain: bool,
    /// The file in which a platform renews its token.
    pub(super) federated_token_file: Option<PathBuf>,
    /// Where Microsoft Graph is, if not where the cloud has it.
    pub(super) graph_url: Option<String>,
    /// Where the Management Activity API is, if not where the cloud has it.
    pub(super) management_url: Option<String>,
    /// Where an endpoint is that answers as the reports of Azure AD Graph did.
    pub(super) aadgraph_url: Option<String>,
    /// Where to sign in, if not where the cloud has it.
    pub(super) authority_url: Option<String>,
    /// Plain http to a literal loopback address is fine.
    pub(super) allow_insecure_loopback: bool,
    /// `v1.0` or `beta`.
    pub(super) api_version: Option<String>,
    /// The content types of the activity feed to read, if not all that are subscribed to.
    pub(super) content_types: Option<Vec<String>>,
    /// Requests in a time, such as `5/10s`, or `none`, by family.
    pub(super) quota: Vec<(Quota, String)>,
    /// A number of days, or `all`.
    pub(super) keeps_days: Option<String>,
}

impl Entry {
    /// Whether nothing is in it but tables of logs.
    pub(super) fn has_logs_alone(&self) -> bool {
        !self.tables.is_empty() && self.paths.is_none() && self.tenant.is_none()
    }

    /// The files that it names.
    fn files(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let own = self.certificate_path.iter_mut().chain(&mut self.federated_token_file);
        let logs = self.tables.values_mut().flat_map(|table| &mut table.paths);
        self.paths.iter_mut().flatten().chain(logs).chain(own)
    }
}

/// A table of logs, as written.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct LogTable {
    /// Files, folders and patterns; relative ones begin at the folder of the configuration.
    pub(super) paths: Vec<PathBuf>,
    /// What is stated of them.
    pub(super) options: Vec<(String, String)>,
}

/// Who wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    /// The user: all keys.
    User,
    /// Whoever made the working folder: a choice.
    Project,
}

/// Reads a file; `None` when there is none.
pub(super) fn read(path: &Path, author: Author) -> Result<Option<Config>, Report> {
    let Some(text) = text_of(path)? else { return Ok(None) };
    let mut config = parse(&text, author, &path.display().to_string())?;
    let folder = path.parent().unwrap_or(Path::new(""));
    config.queries.iter_mut().for_each(|path| *path = folder.join(&path));
    config.settings.iter_mut().for_each(|(name, value)| *value = settings::within(name, value, folder));
    let is_here = |path: &&mut PathBuf| path.to_str().is_none_or(|path| scheme(path).is_none());
    config.connections.values_mut().flat_map(Entry::files).filter(is_here).for_each(|path| *path = folder.join(&path));
    Ok(Some(config))
}

/// The text of a file; `None` when there is none.
pub(super) fn text_of(path: &Path) -> Result<Option<String>, Report> {
    match read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Report::of_file(format!("{} cannot be read", path.display()), &error)),
    }
}

/// A regular file of sensible length: a folder that was cloned may hold a pipe of that name.
fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read_small(path)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// What a small file holds. What never ends, or waits for a writer, is no such file.
pub(super) fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let meta = fs::metadata(path)?;
    if !meta.is_file() || meta.len() > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file of at most 1 MiB"));
    }
    fs::read(path)
}

/// The user's file: `auditql/config.toml` in the folder where configuration is kept.
pub(super) fn user_file() -> Option<PathBuf> {
    user_folder().map(|folder| folder.join("config.toml"))
}

/// The user's own folder of configuration.
pub(super) fn user_folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy as _;
    etcetera::choose_base_strategy().ok().map(|base| base.config_dir().join("auditql"))
}

/// The folder of what is kept between runs and can be lost.
pub(super) fn state_folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy as _;
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("auditql"))
}

/// Where the processes of this user share the times of their requests; `None`: each counts its own.
pub(super) fn pace_folder(env: &Env, user: &Config) -> Option<PathBuf> {
    match env.get("AUDITQL_PACE_FOLDER").or(user.pace_folder.as_deref()) {
        Some("none") => None,
        Some(folder) => Some(folder.into()),
        None => state_folder().map(|folder| folder.join("pace")),
    }
}

/// Reads the text of a file.
pub(super) fn parse(text: &str, author: Author, file: &str) -> Result<Config, Report> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        // The library's own text quotes the line, and the line may hold a secret.
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        match text.lines().nth(line - 1).and_then(unquoted) {
            Some(key) => {
                Report::new(Exit::Usage, format!("{file}, line {line}: what stands behind {key} = is no value"))
                    .hint(format!("a text stands in quotes: {key} = \"…\""))
            }
            None => Report::new(Exit::Usage, format!("{file}, line {line}: {}", error.message())),
        }
    })?;
    let mut section = Section { file, path: String::new(), table };
    section.check(KEYS)?;
    if author == Author::Project {
        section.check_trust()?;
    }
    section.version()?;
    if let Some(Value::Table(inner)) = section.table.get("connection") {
        let name = inner.keys().next().map_or("NAME", String::as_str);
        let what = "'connection' names a connection, and is no section";
        return Err(section.error(what).hint(format!("did you mean [connections.{name}]?")));
    }
    let mut config = Config {
        connection: section.text("connection")?,
        only: section.boolean("only")?,
        format: section.text("format")?,
        queries: section.text("queries")?.map(PathBuf::from),
        pace_folder: section.text("pace_folder")?,
        settings: section.section("settings")?.map_or(Ok(Vec::new()), Section::settings)?,
        connections: BTreeMap::new(),
    };
    for (name, entry) in section.section("connections")?.map_or(Ok(Vec::new()), Section::sections)? {
        config.connections.insert(name, entry.connection()?);
    }
    Ok(config)
}

/// The key of a line on which a text lacks its quotes.
fn unquoted(line: &str) -> Option<&str> {
    let (key, value) = line.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let is_key = !key.is_empty() && key.chars().all(is_plain);
    let begins = value.starts_with(|c: char| c.is_alphanumeric() || "/.~\\".contains(c));
    let is_value = || format!("x = {value}").parse::<Table>().is_ok();
    // Of a secret it is said that it does not belong there.
    let is_secret = SECRET_WORDS.iter().any(|word| key.to_lowercase().contains(word));
    (is_key && begins && !is_secret && !is_value()).then_some(key)
}

/// A table of the file, and where it stands.
struct Section<'a> {
    file: &'a str,
    path: String,
    table: Table,
}

impl<'a> Section<'a> {
    /// Refuses keys that are not in the list.
    fn check(&self, keys: &[&str]) -> Result<(), Report> {
        let Some(key) = self.table.keys().find(|key| !keys.contains(&key.as_str())) else { return Ok(()) };
        let path = self.path_of(key);
        if SECRET_WORDS.iter().any(|word| key.to_lowercase().contains(word)) {
            return Err(self
                .error(format!("'{path}' would hold a secret, which does not belong in a file"))
                .hint("set AZURE_CLIENT_SECRET, or AUDITQL_ACCESS_TOKEN with auth = \"access_token\""));
        }
        let report = self.error(format!("unknown key '{path}'"));
        let is_setting = settings::ALL.iter().any(|setting| setting.name == key);
        let inside = !self.path.is_empty();
        if inside && KEYS.contains(&key.as_str()) {
            return Err(report.hint(format!("{key} = … stands above the first section of the file")));
        } else if is_setting {
            return Err(report.hint(format!("{key} = … stands in the section [settings]")));
        }
        Err(match nearest(key, keys.iter().map(|key| (*key, *key))) {
            Some(near) => report.hint(format!("did you mean {near}?")),
            None => report.hint(format!("the keys here are {}", keys.join(", "))),
        })
    }

    fn check_trust(&self) -> Result<(), Report> {
        let Some(key) = self.table.keys().find(|key| !PROJECT_KEYS.contains(&key.as_str())) else { return Ok(()) };
        Err(self.error(format!("a file in the working folder may not set '{key}'")).hint(
            "such a file may only choose 'connection' and 'format'; hosts, tenants and limits belong in your own \
             configuration. If you trust this file, name it with --config",
        ))
    }

    fn version(&mut self) -> Result<(), Report> {
        match self.table.remove("version") {
            Some(Value::Integer(1)) => Ok(()),
            Some(_) => Err(self.error("its version is not supported").hint("this program reads version = 1")),
            None => Err(self.error("it has no version").hint("start it with: version = 1")),
        }
    }

    fn connection(mut self) -> Result<Entry, Report> {
        self.check(CONNECTION_KEYS)?;
        Ok(Entry {
            kind: self.text("kind")?,
            paths: self.texts("paths")?.map(|paths| paths.into_iter().map(PathBuf::from).collect()),
            tables: self.tables()?,
            tenant: self.text("tenant")?,
            cloud: self.text("cloud")?,
            auth: self.text("auth")?,
            client_id: self.text("client_id")?,
            certificate_path: self.text("certificate_path")?.map(PathBuf::from),
            send_certificate_chain: self.boolean("send_certificate_chain")?,
            federated_token_file: self.text("federated_token_file")?.map(PathBuf::from),
            graph_url: self.text("graph_url")?,
            management_url: self.text("management_url")?,
            aadgraph_url: self.text("aadgraph_url")?,
            authority_url: self.text("authority_url")?,
            allow_insecure_loopback: self.boolean("allow_insecure_loopback")?,
            api_version: self.text("api_version")?,
            content_types: self.texts("content_types")?,
            quota: self.section("quota")?.map_or(Ok(Vec::new()), Section::quota)?,
            keeps_days: self.number_or_text("keeps_days")?,
        })
    }

    fn tables(&mut self) -> Result<BTreeMap<String, LogTable>, Report> {
        let tables = self.section("tables")?.map_or(Ok(Vec::new()), Section::sections)?;
        tables.into_iter().map(|(name, table)| Ok((name, table.log_table()?))).collect()
    }

    fn log_table(mut self) -> Result<LogTable, Report> {
        let keys: Vec<&str> = ["path", "paths"].into_iter().chain(logs::Options::NAMES.iter().copied()).collect();
        self.check(&keys)?;
        let (one, several) = (self.text("path")?, self.texts("paths")?);
        let paths: Vec<PathBuf> = several.into_iter().flatten().chain(one).map(PathBuf::from).collect();
        if paths.is_empty() {
            let what = format!("'{}' has no path", self.path);
            return Err(self.error(what).hint("add path = \"…\": a file, a folder or a pattern"));
        }
        let (mut options, mut read) = (Vec::new(), logs::Options::default());
        for name in logs::Options::NAMES {
            let value = match self.table.remove(*name) {
                None => continue,
                Some(Value::String(text)) => text,
                Some(Value::Integer(number)) => number.to_string(),
                Some(Value::Boolean(on)) => on.to_string(),
                Some(_) => {
                    let what = format!("'{}' must be a string, a number, or true or false", self.path_of(name));
                    return Err(self.error(what));
                }
            };
            read.set(name, &value).map_err(|error| self.of_logs(&error))?;
            options.push(((*name).to_owned(), value));
        }
        if let Some(format) = read.format {
            read.check(&[format]).map_err(|error| self.of_logs(&error))?;
        }
        Ok(LogTable { paths, options })
    }

    fn of_logs(&self, error: &logs::Error) -> Report {
        self.error(format!("'{}': {error}", self.path)).hint(report::of_option(error))
    }

    fn quota(mut self) -> Result<Vec<(Quota, String)>, Report> {
        self.check(&Quota::ALL.map(Quota::name))?;
        let of = |quota: Quota| self.text(quota.name()).map(|rate| rate.map(|rate| (quota, rate))).transpose();
        Quota::ALL.into_iter().filter_map(of).collect()
    }

    fn number_or_text(&mut self, key: &str) -> Result<Option<String>, Report> {
        match self.table.remove(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Integer(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(self.error(format!("'{}' must be a number or a string", self.path_of(key)))),
        }
    }

    fn settings(self) -> Result<Vec<(String, String)>, Report> {
        let keys: Vec<&str> = settings::ALL.iter().map(|setting| setting.name).collect();
        self.check(&keys)?;
        let text = |(key, value): (&String, &Value)| match value {
            Value::String(text) => Ok((key.clone(), text.clone())),
            Value::Integer(number) => Ok((key.clone(), number.to_string())),
            Value::Boolean(on) => Ok((key.clone(), on.to_string())),
            _ => Err(self.error(format!("'{}' must be a string, a number, or true or false", self.path_of(key)))),
        };
        let all: Vec<(String, String)> = self.table.iter().map(text).collect::<Result<_, _>>()?;
        for (key, value) in &all {
            let set = settings::Settings::default().set(key, value);
            set.map_err(|error| self.error(format!("[{}] {error}", self.path)).hint(report::of_setting(&error)))?;
        }
        Ok(all)
    }

    fn section(&mut self, key: &str) -> Result<Option<Self>, Report> {
        match self.table.remove(key) {
            None => Ok(None),
            Some(Value::Table(table)) => Ok(Some(Section { file: self.file, path: self.path_of(key), table })),
            Some(_) => Err(self.error(format!("'{}' must be a table", self.path_of(key)))),
        }
    }

    fn sections(mut self) -> Result<Vec<(String, Section<'a>)>, Report> {
        let names: Vec<String> = self.table.keys().cloned().collect();
        names.into_iter().filter_map(|name| self.section(&name).map(|s| s.map(|s| (name, s))).transpose()).collect()
    }

    fn text(&mut self, key: &str) -> Result<Option<String>, Report> {
        match self.table.remove(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(format!("'{}' must be a string", self.path_of(key)))),
        }
    }

    fn texts(&mut self, key: &str) -> Result<Option<Vec<String>>, Report> {
        let list = match self.table.remove(key) {
            None => return Ok(None),
            Some(Value::Array(list)) => list,
            Some(_) => Vec::new(),
        };
        let texts = list.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
        let texts = texts.filter(|texts| !texts.is_empty());
        texts.map(Some).ok_or_else(|| self.error(format!("'{}' must be a list of strings", self.path_of(key))))
    }

    fn boolean(&mut self, key: &str) -> Result<bool, Report> {
        match self.table.remove(key) {
            None => Ok(false),
            Some(Value::Boolean(value)) => Ok(value),
            Some(_) => Err(self.error(format!("'{}' must be true or false", self.path_of(key)))),
        }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn error(&self, what: impl AsRef<str>) -> Report {
        Report::new(Exit::Usage, format!("{}: {}", self.file, what.as_ref()))
    }
}

#[cfg(test)]
mod tests;
