//! The user's other connections, as catalogs beside the chosen one, so that a statement can ask any of them, or all tenants.
//!
//! Nothing is sent for one that no statement asks, and one that is broken is no reason not to begin: whoever asks it is told.
//! Tokens and secrets of the environment were given for the chosen connection. Another one gets the application's, if it signs
//! in with that application at the same service, and else only what bears its name. Connections are the user's own alone:
//! a file in the working folder cannot have any.

use super::config::{Config, Entry};
use super::connect::{Chosen, open};
use super::env::{Env, Shared};
use crate::auth::Connection;
use crate::engine::{EngineBuilder, Unusable};
use crate::report::Report;

/// Adds all connections but the chosen one.
pub(super) fn added(builder: EngineBuilder, chosen: &Connection, user: &Config, env: &Env) -> EngineBuilder {
    let others = user.connections.iter().filter(|(name, _)| **name != chosen.name);
    others.fold(builder, |builder, (name, entry)| match opened(name, entry, chosen, env) {
        Ok(Chosen::Service(connection)) => builder.other(*connection),
        Ok(Chosen::Files { name, paths }) => builder.other_files(name, paths),
        Err(report) => builder.unusable(name, entry.tenant.clone(), why(name, report)),
    })
}

fn opened(name: &str, entry: &Entry, chosen: &Connection, env: &Env) -> Result<Chosen, Report> {
    let apart = open(name, entry, &env.of_connection(name, Shared::Nothing))?;
    let Chosen::Service(connection) = &apart else { return Ok(apart) };
    let same_service = connection.authority() == chosen.authority();
    let own = env.of_connection(name, Shared::Nothing);
    let application = own.get("AZURE_CLIENT_ID").or(entry.client_id.as_deref());
    if same_service && application.is_none_or(|id| Some(id) == chosen.credential.client_id()) {
        return open(name, entry, &env.of_connection(name, Shared::Application));
    }
    Ok(apart)
}

/// What is wrong with it, without the name that stands before it.
fn why(name: &str, report: Report) -> Unusable {
    let subject = format!("the connection '{name}' ");
    let what = match report.what.strip_prefix(&subject) {
        Some(clause) => clause.strip_prefix("cannot be used: ").map_or_else(|| format!("it {clause}"), str::to_owned),
        None => report.what,
    };
    Unusable::Described { what, hint: report.hint }
}

#[cfg(test)]
mod tests {
    use super::super::config::{Author, parse};
    use super::*;
    use crate::auth::CredentialSource;

    /// What another connection signs in with beside one that was chosen.
    fn beside(chosen: &str, other: &str, env: &[(&str, &str)]) -> CredentialSource {
        let text = format!(
            "version = 1\n[connections.a]\ntenant = 'a.example'\n{chosen}\n[connections.b]\ntenant = 'b.example'\n{other}"
        );
        let (config, env) = (parse(&text, Author::User, "f").unwrap(), Env::of(env));
        let entry = |name: &str| &config.connections[name];
        let chosen = open("a", entry("a"), &env.of_connection("a", Shared::All)).unwrap().service().unwrap();
        opened("b", entry("b"), &chosen, &env).unwrap().service().unwrap().credential
    }

    const SECRET: &str = "auth = 'client_secret'\nclient_id = '7b795fb9-09d3-42f4-a494-38864f99ba3c'";
    const OTHER_APP: &str = "auth = 'client_secret'\nclient_id = '11111111-09d3-42f4-a494-38864f99ba3c'";

    fn secret_of(credential: &CredentialSource) -> Option<&str> {
        match credential {
            CredentialSource::ClientSecret { secret, .. } => Some(secret.secret()),
            _ => None,
        }
    }

    #[test]
    fn a_secret_of_the_environment_goes_to_its_own_application_and_sign_in_service_only() {
        let env = [("AZURE_CLIENT_SECRET", "CANARY")];
        let elsewhere = format!("{SECRET}\nauthority_url = 'https://login.example'");
        let other_cloud = format!("{SECRET}\ncloud = 'china'");
        for (chosen, other, shared) in [
            (SECRET, SECRET, true),
            (SECRET, OTHER_APP, false),
            (SECRET, elsewhere.as_str(), false),
            (SECRET, other_cloud.as_str(), false),
            (elsewhere.as_str(), elsewhere.as_str(), true),
        ] {
            let found = beside(chosen, other, &env);
            assert_eq!(secret_of(&found), shared.then_some("CANARY"), "{chosen}\n{other}");
            if !shared {
                let said = "AZURE_CLIENT_SECRET_B";
                assert!(matches!(&found, CredentialSource::Missing(why) if why.contains(said)), "{found:?}");
            }
        }
        let own = [("AZURE_CLIENT_SECRET", "CANARY"), ("AZURE_CLIENT_SECRET_B", "own")];
        assert_eq!(secret_of(&beside(SECRET, OTHER_APP, &own)), Some("own"));
        assert_eq!(secret_of(&beside(SECRET, SECRET, &own)), Some("own"));
    }

    #[test]
    fn a_token_of_the_environment_is_the_chosen_connections_alone() {
        let token = "auth = 'access_token'";
        let found = beside(token, token, &[("AUDITQL_ACCESS_TOKEN", "CANARY")]);
        assert!(
            matches!(&found, CredentialSource::Missing(why) if why.contains("AUDITQL_ACCESS_TOKEN_B")),
            "{found:?}"
        );
        let own = [("AUDITQL_ACCESS_TOKEN", "CANARY"), ("AUDITQL_ACCESS_TOKEN_B", "own")];
        assert_eq!(beside(token, token, &own), CredentialSource::AccessToken("own".into()));
    }

    #[test]
    fn what_is_wrong_is_told_without_the_name_twice() {
        let of = |what: &str| match why("b", Report::new(crate::report::Exit::Usage, what)) {
            Unusable::Described { what, .. } => what,
            other @ Unusable::Failed(_) => panic!("{other}"),
        };
        assert_eq!(of("the connection 'b' names no tenant"), "it names no tenant");
        assert_eq!(of("the connection 'b' cannot be used: graph_url must be x"), "graph_url must be x");
        assert_eq!(of("something else"), "something else");
    }
}
