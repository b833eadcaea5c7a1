//! Who signs in: the choice among what a connection says and what the environment offers.
//!
//! A connection that says `auth` gets that or nothing: what it lacks is told when something is to be sent, and no other
//! credential takes its place. One that says nothing gets the first that the environment describes in full.

use std::path::{Path, PathBuf};

use azure_core::credentials::Secret;

use super::config::{self, Entry};
use super::env::Env;
use crate::auth::{Certificate, CredentialSource, Flow, Person};
use crate::report::NOT_SET;

/// What `auth` may be, in the order of the manual, and for whom it is.
pub(super) static AUTHS: &[(&str, &str)] = &[
    ("client_secret", "an application with a secret in AZURE_CLIENT_SECRET"),
    ("certificate", "an application with a certificate, PEM or PFX, in certificate_path"),
    ("workload_identity", "a workload on Kubernetes or in a pipeline, with the token file that its platform renews"),
    ("managed_identity", "a virtual machine or a service of Azure, by its own identity"),
    ("azure_cli", "whoever is signed in with 'az login'"),
    ("browser", "a person, who signs in with 'auditql login' in a browser"),
    ("device_code", "a person, who types a code on another device; can be phished, and many tenants block it"),
    ("access_token", "a token in AUDITQL_ACCESS_TOKEN, used as it is"),
];

/// The credential of a connection; `None` if `auth` is none of the list.
pub(super) fn credential(name: &str, entry: &Entry, env: &Env) -> Option<CredentialSource> {
    let asked = Asked { name, entry, env };
    let auth = entry.auth.as_deref().unwrap_or_else(|| asked.offered());
    asked.of(auth).map(|found| found.unwrap_or_else(|variable| asked.missing(variable)))
}

struct Asked<'a> {
    name: &'a str,
    entry: &'a Entry,
    env: &'a Env,
}

impl Asked<'_> {
    /// What the environment describes in full.
    fn offered(&self) -> &'static str {
        let has_app = self.client_id().is_ok();
        let set = |variable| self.env.get(variable).is_some();
        match () {
            () if has_app && set("AZURE_CLIENT_SECRET") => "client_secret",
            () if has_app && self.certificate_path().is_ok() => "certificate",
            () if has_app && self.token_file().is_ok() => "workload_identity",
            // Only where the platform says so: an endpoint that is not there costs seconds, and belongs to whom it may.
            () if set("IDENTITY_ENDPOINT") && set("IDENTITY_HEADER") => "managed_identity",
            () => "azure_cli",
        }
    }

    /// The credential of that kind, or the variable that it lacks.
    fn of(&self, auth: &str) -> Option<Result<CredentialSource, &'static str>> {
        Some(match auth {
            "client_secret" => self.client_secret(),
            "certificate" => self.certificate(),
            "workload_identity" => self.workload_identity(),
            "managed_identity" => Ok(CredentialSource::ManagedIdentity {
                client_id: self.client_id().ok(),
                header: self.secret("IDENTITY_HEADER").ok(),
            }),
            "azure_cli" => Ok(CredentialSource::AzureCli),
            "browser" => self.person(Flow::Browser),
            "device_code" => self.person(Flow::DeviceCode),
            "access_token" => self.secret("AUDITQL_ACCESS_TOKEN").map(CredentialSource::AccessToken),
            _ => return None,
        })
    }

    fn client_secret(&self) -> Result<CredentialSource, &'static str> {
        let client_id = self.client_id()?;
        Ok(CredentialSource::ClientSecret { client_id, secret: self.secret("AZURE_CLIENT_SECRET")? })
    }

    fn certificate(&self) -> Result<CredentialSource, &'static str> {
        let client_id = self.client_id()?;
        let chain = self.env.get("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN");
        let certificate = Certificate {
            path: self.certificate_path()?,
            password: self.secret("AZURE_CLIENT_CERTIFICATE_PASSWORD").ok(),
            send_chain: chain.map_or(self.entry.send_certificate_chain, |on| matches!(on, "1" | "true")),
        };
        Ok(CredentialSource::Certificate { client_id, certificate })
    }

    fn workload_identity(&self) -> Result<CredentialSource, &'static str> {
        Ok(CredentialSource::WorkloadIdentity { client_id: self.client_id()?, token_file: self.token_file()? })
    }

    fn person(&self, flow: Flow) -> Result<CredentialSource, &'static str> {
        let client_id = self.client_id()?;
        let tokens = config::state_folder().ok_or("HOME")?.join("tokens");
        Ok(CredentialSource::Person(Person { client_id, flow, tokens }))
    }

    fn client_id(&self) -> Result<String, &'static str> {
        self.text("AZURE_CLIENT_ID", self.entry.client_id.as_deref())
    }

    fn certificate_path(&self) -> Result<PathBuf, &'static str> {
        self.path("AZURE_CLIENT_CERTIFICATE_PATH", self.entry.certificate_path.as_deref())
    }

    fn token_file(&self) -> Result<PathBuf, &'static str> {
        self.path("AZURE_FEDERATED_TOKEN_FILE", self.entry.federated_token_file.as_deref())
    }

    fn secret(&self, variable: &'static str) -> Result<Secret, &'static str> {
        self.env.get(variable).map(|secret| Secret::new(secret.to_owned())).ok_or(variable)
    }

    fn text(&self, variable: &'static str, configured: Option<&str>) -> Result<String, &'static str> {
        self.env.get(variable).or(configured).map(str::to_owned).ok_or(variable)
    }

    fn path(&self, variable: &'static str, configured: Option<&Path>) -> Result<PathBuf, &'static str> {
        self.env.get(variable).map(Path::new).or(configured).map(Path::to_owned).ok_or(variable)
    }

    /// Told when something is to be sent: EXPLAIN, kept tables and the prompt's own commands need no credential.
    fn missing(&self, variable: &str) -> CredentialSource {
        let (name, variable) = (self.name, self.env.called(variable));
        CredentialSource::Missing(format!("the connection '{name}' signs in with {variable}, but {NOT_SET}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "7b795fb9-09d3-42f4-a494-38864f99ba3c";

    fn of(auth: Option<&str>, more: Entry, env: &[(&str, &str)]) -> CredentialSource {
        credential("a", &Entry { auth: auth.map(str::to_owned), ..more }, &Env::of(env)).unwrap()
    }

    #[test]
    fn every_kind_of_the_list_is_one_and_nothing_else_is() {
        for (auth, doc) in AUTHS {
            let entry = Entry {
                client_id: Some(ID.into()),
                certificate_path: Some("c.pem".into()),
                federated_token_file: Some("t".into()),
                ..Entry::default()
            };
            let env = [("AZURE_CLIENT_SECRET", "s"), ("AUDITQL_ACCESS_TOKEN", "t")];
            assert_eq!(of(Some(auth), entry, &env).name(), *auth);
            assert!(!doc.is_empty());
        }
        assert_eq!(credential("a", &Entry { auth: Some("magic".into()), ..Entry::default() }, &Env::of(&[])), None);
    }

    #[test]
    fn the_environment_offers_the_first_that_it_describes_in_full() {
        let (id, secret) = (("AZURE_CLIENT_ID", ID), ("AZURE_CLIENT_SECRET", "s"));
        let certificate = ("AZURE_CLIENT_CERTIFICATE_PATH", "c.pem");
        let file = ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token");
        let machine = [("IDENTITY_ENDPOINT", "http://127.0.0.1:1/x"), ("IDENTITY_HEADER", "h")];
        let rows: [(&[(&str, &str)], &str); 8] = [
            (&[], "azure_cli"),
            (&[secret], "azure_cli"),
            (&[id], "azure_cli"),
            (&[id, secret, certificate, file], "client_secret"),
            (&[id, certificate, file, machine[0], machine[1]], "certificate"),
            (&[id, file], "workload_identity"),
            (&machine, "managed_identity"),
            (&machine[..1], "azure_cli"),
        ];
        for (env, expected) in rows {
            assert_eq!(of(None, Entry::default(), env).name(), expected, "{env:?}");
        }
    }

    #[test]
    fn what_is_configured_never_gives_way_and_says_what_it_lacks() {
        let id = ("AZURE_CLIENT_ID", ID);
        let all = [id, ("AZURE_CLIENT_SECRET", "s"), ("AUDITQL_ACCESS_TOKEN", "t")];
        let rows: [(&str, &[(&str, &str)], &str); 7] = [
            ("client_secret", &all[2..], "AZURE_CLIENT_ID"),
            ("client_secret", &all[..1], "AZURE_CLIENT_SECRET"),
            ("certificate", &all, "AZURE_CLIENT_CERTIFICATE_PATH"),
            ("workload_identity", &all, "AZURE_FEDERATED_TOKEN_FILE"),
            ("browser", &all[1..], "AZURE_CLIENT_ID"),
            ("device_code", &all[1..], "AZURE_CLIENT_ID"),
            ("access_token", &all[..2], "AUDITQL_ACCESS_TOKEN"),
        ];
        for (auth, env, variable) in rows {
            let found = of(Some(auth), Entry::default(), env);
            assert!(matches!(&found, CredentialSource::Missing(why) if why.contains(variable)), "{auth}: {found:?}");
        }
    }

    #[test]
    fn a_certificate_is_the_environments_before_the_files() {
        let entry =
            || Entry { certificate_path: Some("a.pem".into()), send_certificate_chain: true, ..Entry::default() };
        let env = [("AZURE_CLIENT_ID", ID), ("AZURE_CLIENT_CERTIFICATE_PASSWORD", "CANARY")];
        let CredentialSource::Certificate { certificate, .. } = of(Some("certificate"), entry(), &env) else {
            panic!()
        };
        assert_eq!((certificate.path, certificate.send_chain), (PathBuf::from("a.pem"), true));
        assert_eq!(certificate.password, Some("CANARY".into()));
        let more = [("AZURE_CLIENT_CERTIFICATE_PATH", "b.pfx"), ("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", "false")];
        let env = [&env[..], &more].concat();
        let CredentialSource::Certificate { certificate, .. } = of(None, entry(), &env) else { panic!() };
        assert_eq!((certificate.path, certificate.send_chain), (PathBuf::from("b.pfx"), false));
    }
}
