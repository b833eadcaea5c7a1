//! What an administrator has to grant, table by table, and where.

use std::io::{self, Write as _};

use url::Url;

use crate::apis;
use crate::auth::{Connection, CredentialSource};
use crate::output::safe;
use crate::table::{Api, EntitySet};

/// Letters of a line of names.
const LINE: usize = 72;

/// Shows it. `client_id` is what the connection names: a credential that lacks its secret does not know it.
pub(in crate::cli) fn show(connection: &Connection, client_id: Option<&str>) {
    let mut out = io::stdout().lock();
    // A reader that went away needs no advice.
    let _ = writeln!(out, "{}", safe::block(&text(connection, client_id)));
}

fn text(connection: &Connection, client_id: Option<&str>) -> String {
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    let kind = match &connection.credential {
        CredentialSource::Person(_) | CredentialSource::AzureCli => "delegated permissions",
        _ => "application permissions",
    };
    line(&format!("An administrator grants the application these {kind}; for fewer tables, fewer:"));
    for (permissions, tables) in needed() {
        line(&format!("  {permissions}"));
        wrapped(&tables).iter().for_each(|tables| line(&format!("    {tables}")));
    }
    match &connection.credential {
        CredentialSource::ManagedIdentity { .. } => {
            line(
                "A managed identity has no consent page: they are assigned to it as app roles, with PowerShell or Graph.",
            );
        }
        CredentialSource::AzureCli => {
            line("The Azure CLI is Microsoft's own application, and what its tokens may do is fixed.");
        }
        source => match source.client_id().or(client_id) {
            Some(client_id) => {
                line("Once they are in the app registration, an administrator consents at:");
                line(&format!("  {}", consent(connection, client_id)));
            }
            None => line("The consent is the administrator's, in the app registration of whoever issued the token."),
        },
    }
    if let CredentialSource::Person(_) = &connection.credential {
        line(
            "The registration has the platform 'Mobile and desktop applications' with the redirect http://localhost, and",
        );
        line("'Allow public client flows' for device codes. People then sign in with: auditql login");
    }
    text.trim_end().to_owned()
}

/// Names, a line at a time.
fn wrapped(names: &[String]) -> Vec<String> {
    let mut lines = vec![String::new()];
    for name in names {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].len() + name.len() > LINE {
            lines.push(name.clone());
        } else {
            let gap = if lines[last].is_empty() { "" } else { ", " };
            lines[last] += &format!("{gap}{name}");
        }
    }
    lines
}

/// The page of consent for all permissions of a registration (source: Microsoft Entra, "Grant tenant-wide admin consent to
/// an application", the address of the consent prompt).
fn consent(connection: &Connection, client_id: &str) -> Url {
    let mut url = connection.authority();
    url.set_path(&format!("/{}/adminconsent", connection.tenant));
    url.query_pairs_mut().append_pair("client_id", client_id);
    url
}

/// Permissions and the tables that need them, in the order of the manual.
fn needed() -> Vec<(String, Vec<String>)> {
    let mut needed: Vec<(String, Vec<String>)> = Vec::new();
    for set in apis::ALL {
        let permissions = format!("{} of {}", set.permissions().join(" and "), owner(set));
        match needed.iter_mut().find(|(known, _)| *known == permissions) {
            Some((_, tables)) => tables.push(set.qualified()),
            None => needed.push((permissions, vec![set.qualified()])),
        }
    }
    needed
}

/// Whose permissions they are, as the portal calls it.
fn owner(set: &EntitySet) -> &'static str {
    match set.api() {
        Api::Activity => "Office 365 Management APIs",
        api => api.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Flow, Person};

    const ID: &str = "7b795fb9-09d3-42f4-a494-38864f99ba3c";

    #[test]
    fn every_table_is_among_what_is_granted_and_the_page_is_the_tenants() {
        let person = Person { client_id: ID.into(), flow: Flow::Browser, tokens: "t".into() };
        let shown = text(&Connection::new("lab", "contoso.com", CredentialSource::Person(person)), None);
        for set in apis::ALL {
            assert!(shown.contains(&set.qualified()), "{}", set.qualified());
            assert!(set.permissions().iter().all(|name| shown.contains(name)), "{}", set.qualified());
        }
        assert!(shown.contains(&format!("https://login.microsoftonline.com/contoso.com/adminconsent?client_id={ID}")));
        assert!(shown.contains("delegated permissions") && shown.contains("http://localhost"));
        let app = CredentialSource::ManagedIdentity { client_id: None, header: None };
        let shown = text(&Connection::new("lab", "contoso.com", app), None);
        assert!(shown.contains("application permissions") && !shown.contains("adminconsent"), "{shown}");
        // The secret comes later than the consent.
        let lacking = CredentialSource::Missing("AZURE_CLIENT_SECRET is not set".into());
        let shown = text(&Connection::new("lab", "contoso.com", lacking), Some(ID));
        assert!(shown.contains(&format!("contoso.com/adminconsent?client_id={ID}")), "{shown}");
    }
}
