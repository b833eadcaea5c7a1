//! The environment variables of the program: the one list of them, and the only place that reads them.

use std::collections::BTreeMap;

use crate::auth::SECRET_VARIABLES;
use crate::report::{Exit, Report, nearest};
use crate::settings;
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
    Variable { name: "AZURE_AUTHORITY_HOST", doc: "the sign-in host, if the connection names none" },
    Variable { name: "HTTPS_PROXY", doc: "the proxy for requests, also as https_proxy, ALL_PROXY or all_proxy" },
    Variable { name: "NO_PROXY", doc: "hosts that are reached without it, also as no_proxy" },
    Variable { name: "SSL_CERT_FILE", doc: "certificates of authorities to trust, in place of the system's" },
    Variable { name: "VISUAL", doc: "the editor for \\e" },
    Variable { name: "EDITOR", doc: "the same, if VISUAL is not set" },
    Variable { name: "PAGER", doc: "the pager for long results; 'cat' means none [less -SRX]" },
    Variable { name: "NO_COLOR", doc: "turns off colours, unless empty" },
    Variable { name: "TERM", doc: "'dumb' means a prompt without completion, colours or pager" },
];

/// Other spellings of variables, which other programs read too.
const SPELLINGS: &[&str] = &["https_proxy", "ALL_PROXY", "all_proxy", "no_proxy"];

/// The variables as they were when the program began. Secrets among them: never printed.
#[derive(Default, Clone)]
pub(super) struct Env(BTreeMap<String, String>);

impl Env {
    /// Reads the environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "cli is the one reader of the environment, and this is its one place"
    )]
    pub(super) fn read() -> Self {
        let ours = |name: &str| {
            name.starts_with("AUDITQL_") || ALL.iter().any(|v| v.name == name) || SPELLINGS.contains(&name)
        };
        let pairs =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self(pairs.filter(|(name, _)| ours(name)).collect())
    }

    /// The value of a variable; an empty one counts as not set.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The same with one more variable, which a person typed.
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        let mut all = self.0.clone();
        all.insert(name.to_owned(), value.to_owned());
        Self(all)
    }

    /// Hides the secrets that the environment holds, wherever else they stand.
    pub(super) fn veil(&self) -> Veil {
        Veil::over(SECRET_VARIABLES.iter().filter_map(|name| self.get(name)))
    }

    /// Whether the terminal can do no more than print lines.
    pub(super) fn is_dumb(&self) -> bool {
        self.get("TERM").map_or(cfg!(unix), |term| term == "dumb")
    }

    /// The settings that the environment gives.
    pub(super) fn settings(&self) -> impl Iterator<Item = (&'static str, &str)> {
        settings::ALL.iter().filter_map(|setting| Some((setting.name, self.get(&variable_of(setting.name))?)))
    }

    /// Refuses a variable that looks like ours and is none: a misspelt limit would silently be no limit.
    pub(super) fn check(&self) -> Result<(), Report> {
        let known: Vec<String> =
            settings::ALL.iter().map(|s| variable_of(s.name)).chain(ALL.iter().map(|v| v.name.to_owned())).collect();
        let is_unknown = |name: &&String| !known.contains(name) && !SPELLINGS.contains(&name.as_str());
        let Some(unknown) = self.0.keys().find(is_unknown) else { return Ok(()) };
        let report = Report::new(Exit::Usage, format!("unknown environment variable {unknown}"));
        let near = nearest(unknown, known.iter().map(|name| (name.as_str(), name.as_str())));
        Err(near.map_or_else(|| report.clone(), |name| report.clone().hint(format!("did you mean {name}?"))))
    }
}

/// The variable of a setting.
pub(super) fn variable_of(setting: &str) -> String {
    format!("AUDITQL_{}", setting.to_uppercase())
}

#[cfg(test)]
impl Env {
    /// An environment of these variables.
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
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
    fn every_setting_has_a_variable() {
        let pairs: Vec<_> = settings::ALL.iter().map(|s| (variable_of(s.name), "1")).collect();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        assert_eq!(Env::of(&pairs).settings().count(), settings::ALL.len());
        assert_eq!(Env::of(&[("AUDITQL_TIMEOUT", "")]).settings().count(), 0, "empty is not set");
    }
}
