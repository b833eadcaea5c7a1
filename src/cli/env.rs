//! The environment variables of the program: the one list of them, and the only place that reads them.

use std::collections::BTreeMap;

use crate::auth::SECRET_VARIABLES;
use crate::report::{Exit, Report, nearest};
use crate::settings;
use crate::stores;
use crate::veil::Veil;

/// A variable that is read, besides one `AUDITQL_<SETTING>` for each setting.
#[derive(Debug)]
pub(super) struct Variable {
    /// The name.
    pub(super) name: &'static str,
    /// One clause.
    pub(super) doc: &'static str,
}

/// All variables, in the order of the manual.
pub(super) static ALL: &[Variable] = &[
    Variable { name: "AUDITQL_CONFIG", doc: "the configuration file, like --config" },
    Variable { name: "AUDITQL_CONNECTION", doc: "the connection, like --connection" },
    Variable { name: "AUDITQL_FORMAT", doc: "the output format, like --format" },
    Variable {
        name: "AUDITQL_PACE_FOLDER",
        doc: "where processes share the times of their requests, like pace_folder; 'none' turns that off",
    },
    Variable { name: "AUDITQL_ACCESS_TOKEN", doc: "the token for connections with auth = \"access_token\"" },
    Variable { name: "AZURE_TENANT_ID", doc: "the tenant, if no connection is configured" },
    Variable { name: "AZURE_CLIENT_ID", doc: "the application that signs in" },
    Variable { name: "AZURE_CLIENT_SECRET", doc: "its secret" },
    Variable { name: "AZURE_CLIENT_CERTIFICATE_PATH", doc: "its certificate with the private key, PEM or PFX" },
    Variable { name: "AZURE_CLIENT_CERTIFICATE_PASSWORD", doc: "the password of that file" },
    Variable { name: "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", doc: "1 or true: send the certificates above it along" },
    Variable { name: "AZURE_FEDERATED_TOKEN_FILE", doc: "the token file of a workload identity" },
    Variable { name: "IDENTITY_ENDPOINT", doc: "the managed identity's endpoint, set by the platform" },
    Variable { name: "IDENTITY_HEADER", doc: "its secret, set by the platform" },
    Variable { name: "AZURE_CLIENT_SECRET_<NAME>", doc: "the secret of the connection NAME; so too the five above it" },
    Variable { name: "AZURE_AUTHORITY_HOST", doc: "the sign-in host, if the connection names none" },
    Variable {
        name: "AWS_…, AZURE_STORAGE_…, GOOGLE_…",
        doc: "how stores of objects are asked, as for the clouds' own tools",
    },
    Variable { name: "HTTPS_PROXY", doc: "the proxy for requests, also as https_proxy, ALL_PROXY or all_proxy" },
    Variable { name: "NO_PROXY", doc: "hosts that are reached without it, also as no_proxy" },
    Variable { name: "SSL_CERT_FILE", doc: "certificates of authorities to trust, in place of the system's" },
    Variable { name: "VISUAL", doc: "the editor for \\e" },
    Variable { name: "EDITOR", doc: "the same, if VISUAL is not set" },
    Variable { name: "PAGER", doc: "the pager for long results; 'cat' means none [less -SRX]" },
    Variable { name: "NO_COLOR", doc: "turns off colours, unless empty" },
    Variable { name: "LC_ALL", doc: "a locale that is not of UTF-8 means pictures of \\chart in ASCII" },
    Variable { name: "LC_CTYPE", doc: "the same, if LC_ALL is not set" },
    Variable { name: "LANG", doc: "the same, if neither is set" },
    Variable { name: "TERM", doc: "'dumb' means a prompt without completion, colours or pager" },
];

/// Other spellings of variables, which other programs read too.
const SPELLINGS: &[&str] = &["https_proxy", "ALL_PROXY", "all_proxy", "no_proxy"];

/// Variables that say who signs in. With the name of a connection behind them (`AZURE_CLIENT_SECRET_FABRIKAM`) they are that
/// connection's own.
pub(super) const CREDENTIALS: [&str; 6] = [
    "AUDITQL_ACCESS_TOKEN",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_FEDERATED_TOKEN_FILE",
];

/// The variables as they were when the program began. Secrets among them: never printed.
#[derive(Default, Clone)]
pub(super) struct Env {
    all: BTreeMap<String, String>,
    /// The connection that has variables of its own alone.
    alone: Option<String>,
}

/// Which variables that bear no connection's name are a connection's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shared {
    /// All of them: it is the one that was chosen.
    All,
    /// Those of the application, which is the chosen connection's too. A token is of one tenant alone.
    Application,
    /// None that says who signs in.
    Nothing,
}

impl Env {
    /// Reads the environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "cli is the one reader of the environment, and this is its one place"
    )]
    pub(super) fn read() -> Self {
        let ours = |name: &str| {
            name.starts_with("AUDITQL_")
                || variable_of_one(name).is_some()
                || ALL.iter().any(|v| v.name == name)
                || SPELLINGS.contains(&name)
                || stores::is_read(name)
        };
        let pairs =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self { all: pairs.filter(|(name, _)| ours(name)).collect(), alone: None }
    }

    /// The value of a variable; an empty one counts as not set.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The same with one more variable, which a person typed.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        let mut env = self.clone();
        env.all.insert(name.to_owned(), value.to_owned());
        env
    }

    /// The environment as a connection sees it: its own variables before those that it shares.
    pub(super) fn of_connection(&self, connection: &str, shared: Shared) -> Self {
        let own = |variable: &str| Some((variable.to_owned(), self.get(&of_one(variable, connection))?.to_owned()));
        let mut all = self.all.clone();
        all.retain(|name, _| match shared {
            Shared::All => true,
            Shared::Application => name != "AUDITQL_ACCESS_TOKEN",
            Shared::Nothing => !CREDENTIALS.contains(&name.as_str()),
        });
        all.extend(CREDENTIALS.iter().filter_map(|name| own(name)));
        Self { all, alone: (shared != Shared::All).then(|| connection.to_owned()) }
    }

    /// What a variable that is missing has to be called.
    pub(super) fn called(&self, variable: &str) -> String {
        match &self.alone {
            Some(connection) if CREDENTIALS.contains(&variable) => of_one(variable, connection),
            _ => variable.to_owned(),
        }
    }

    /// Hides the secrets that the environment holds, wherever else they stand.
    pub(super) fn veil(&self) -> Veil {
        let own = |name: &String| variable_of_one(name).is_some_and(|variable| SECRET_VARIABLES.contains(&variable));
        let own =
            self.all.iter().filter(|(name, value)| own(name) && !value.is_empty()).map(|(_, value)| value.as_str());
        let secrets = SECRET_VARIABLES.iter().chain(stores::SECRETS).filter_map(|name| self.get(name));
        Veil::over(secrets.chain(own))
    }

    /// What stores of objects are asked with.
    pub(super) fn stores(&self) -> Vec<(String, String)> {
        let own = |(name, _): &(&String, &String)| stores::is_read(name) || *name == "IDENTITY_ENDPOINT";
        self.all.iter().filter(own).map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Whether the terminal can do no more than print lines.
    pub(super) fn is_dumb(&self) -> bool {
        self.get("TERM").map_or(cfg!(unix), |term| term == "dumb")
    }

    /// Whether the locale is one in which a terminal reads nothing beyond ASCII for certain. Where none is set, as in most
    /// containers, terminals read UTF-8 all the same.
    pub(super) fn is_ascii(&self) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| self.get(name));
        locale.is_some_and(|locale| !["utf-8", "utf8"].iter().any(|utf8| locale.to_ascii_lowercase().contains(utf8)))
    }

    /// The settings that the environment gives.
    pub(super) fn settings(&self) -> impl Iterator<Item = (&'static str, &str)> {
        settings::ALL.iter().filter_map(|setting| Some((setting.name, self.get(&variable_of(setting.name))?)))
    }

    /// Refuses a variable that looks like ours and is none: a misspelt limit would silently be no limit.
    pub(super) fn check(&self) -> Result<(), Report> {
        let known: Vec<String> =
            settings::ALL.iter().map(|s| variable_of(s.name)).chain(ALL.iter().map(|v| v.name.to_owned())).collect();
        let is_unknown = |name: &&String| {
            let is_other = SPELLINGS.contains(&name.as_str()) || stores::is_read(name);
            !known.contains(name) && !is_other && variable_of_one(name).is_none()
        };
        let Some(unknown) = self.all.keys().find(is_unknown) else { return Ok(()) };
        let report = Report::new(Exit::Usage, format!("unknown environment variable {unknown}"));
        let near = nearest(unknown, known.iter().map(|name| (name.as_str(), name.as_str())));
        Err(near.map_or_else(|| report.clone(), |name| report.clone().hint(format!("did you mean {name}?"))))
    }
}

/// The variable that is one connection's own.
fn of_one(variable: &str, connection: &str) -> String {
    format!("{variable}_{}", connection.to_ascii_uppercase())
}

/// The variable of [`CREDENTIALS`] that a name is of one connection.
fn variable_of_one(name: &str) -> Option<&'static str> {
    let of = |variable: &&str| name.strip_prefix(*variable).is_some_and(|rest| rest.len() > 1 && rest.starts_with('_'));
    CREDENTIALS.into_iter().find(|variable| of(variable))
}

/// The variable of a setting.
pub(super) fn variable_of(setting: &str) -> String {
    format!("AUDITQL_{}", setting.to_uppercase())
}

#[cfg(test)]
impl Env {
    /// An environment of these variables.
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
        let all = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Self { all, alone: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_variable_is_refused() {
        let report = Env::of(&[("AUDITQL_MAX_REQUEST", "5")]).check().unwrap_err();
        assert_eq!((report.exit, report.hint.as_deref()), (Exit::Usage, Some("did you mean AUDITQL_MAX_REQUESTS?")));
        Env::of(&[("AUDITQL_MAX_REQUESTS", "5"), ("AZURE_CLIENT_ID", "x")]).check().unwrap();
    }

    #[test]
    fn a_connection_sees_its_own_variables_and_of_others_no_more_than_it_shares() {
        let env = Env::of(&[
            ("AUDITQL_ACCESS_TOKEN", "t"),
            ("AZURE_CLIENT_SECRET", "s"),
            ("AZURE_CLIENT_SECRET_FAB", "f"),
            ("AZURE_TENANT_ID", "x"),
        ]);
        env.check().unwrap();
        for (connection, shared, token, secret) in [
            ("con", Shared::All, Some("t"), Some("s")),
            ("con", Shared::Application, None, Some("s")),
            ("con", Shared::Nothing, None, None),
            ("fab", Shared::All, Some("t"), Some("f")),
            ("fab", Shared::Application, None, Some("f")),
            ("fab", Shared::Nothing, None, Some("f")),
        ] {
            let seen = env.of_connection(connection, shared);
            let found = (seen.get("AUDITQL_ACCESS_TOKEN"), seen.get("AZURE_CLIENT_SECRET"));
            assert_eq!(found, (token, secret), "{connection} {shared:?}");
            assert_eq!(seen.get("AZURE_TENANT_ID"), Some("x"));
        }
        let called = |shared| env.of_connection("fab", shared).called("AZURE_CLIENT_ID");
        assert_eq!(
            (called(Shared::All), called(Shared::Nothing)),
            ("AZURE_CLIENT_ID".into(), "AZURE_CLIENT_ID_FAB".into())
        );
        let veil = Env::of(&[("AZURE_CLIENT_SECRET_FAB", "CANARY-own")]).veil();
        assert!(!veil.quoted("it holds CANARY-own in clear").to_string().contains("CANARY"));
    }

    #[test]
    fn a_locale_of_another_encoding_means_ascii() {
        for (pairs, ascii) in [
            (&[][..], false),
            (&[("LANG", "C")], true),
            (&[("LANG", "de_DE.ISO-8859-1")], true),
            (&[("LANG", "C.UTF-8")], false),
            (&[("LANG", "en_US.utf8"), ("LC_CTYPE", "POSIX")], true),
            (&[("LC_ALL", "en_GB.UTF-8"), ("LC_CTYPE", "POSIX")], false),
            (&[("LC_ALL", ""), ("LANG", "C")], true),
        ] {
            assert_eq!(Env::of(pairs).is_ascii(), ascii, "{pairs:?}");
        }
    }

    #[test]
    fn every_setting_has_a_variable() {
        let pairs: Vec<_> = settings::ALL.iter().map(|s| (variable_of(s.name), "1")).collect();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        assert_eq!(Env::of(&pairs).settings().count(), settings::ALL.len());
        assert_eq!(Env::of(&[("AUDITQL_TIMEOUT", "")]).settings().count(), 0, "empty is not set");
    }
}
