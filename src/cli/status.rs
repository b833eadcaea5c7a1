//! `auditql auth status`: who signs in, and what they may do. Never a token.

use std::io::{self, Write as _};

use chrono::{DateTime, SecondsFormat, Utc};

use crate::auth::{self, Claims, Connection, CredentialSource, Flow, Login, Person};
use crate::http;
use crate::http::transport::TransportOptions;
use crate::output::safe;
use crate::repl::tell;
use crate::report::{Exit, Report};

/// Shows it, and says whether each service gives a token.
pub(super) async fn show(connection: &Connection, now: DateTime<Utc>) -> Result<Exit, Report> {
    let options = TransportOptions::default();
    let services = connection.services().map_err(|error| Report::chain(Exit::Usage, &error))?;
    let credentials = auth::credentials(connection, &options).map_err(|error| Report::of_error(&error))?;
    let who = Login::of(connection, &options).ok().flatten().and_then(|way| way.current().ok().flatten());
    write(&[
        row("connection", &connection.name),
        row("tenant", &connection.tenant),
        row("cloud", connection.cloud.name()),
        row("signs in with", &credential(&connection.credential)),
        connection.credential.client_id().map(|id| row("application", id)).unwrap_or_default(),
        who.and_then(|who| who.who).map(|who| row("person", &who)).unwrap_or_default(),
    ]);
    let mut exit = Exit::Success;
    for (api, service) in &services {
        heading(api.name());
        match credentials.look(&service.scope, |token| Claims::read(token.secret())).await {
            Ok(Some(claims)) => write(&told(&claims, now)),
            Ok(None) => write(&["  there is a token, which says nothing of itself".to_owned()]),
            Err(error) => {
                let report = Report::of_error(&error);
                exit = if exit == Exit::Success { report.exit } else { exit };
                tell(&report);
                // A token for the next would fail the same way, and each try counts towards a lockout.
                if matches!(&error, http::Error::SignIn(failed) if failed.concerns_all()) {
                    break;
                }
            }
        }
    }
    Ok(exit)
}

/// The credential, and where it is kept.
fn credential(source: &CredentialSource) -> String {
    let name = source.name();
    match source {
        CredentialSource::Certificate { certificate, .. } => format!("{name}, {}", certificate.path.display()),
        CredentialSource::WorkloadIdentity { token_file, .. } => format!("{name}, {}", token_file.display()),
        CredentialSource::Person(Person { tokens, flow, .. }) => {
            let risk = if *flow == Flow::DeviceCode { "; codes can be phished" } else { "" };
            format!("{name}, kept in {}{risk}", tokens.display())
        }
        CredentialSource::Missing(why) => format!("nothing yet: {why}"),
        _ => name.to_owned(),
    }
}

/// What a token says of itself, as lines.
fn told(claims: &Claims, now: DateTime<Utc>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |name: &str, text: Option<&String>| lines.extend(text.map(|text| format!("  {}", row(name, text))));
    add("tenant", claims.tenant.as_ref());
    add("application", claims.application.as_ref());
    add("its name", claims.application_name.as_ref());
    add("person", claims.who.as_ref());
    let kind = if claims.who.is_some() { "lent by the person" } else { "of the application" };
    let permissions = if claims.permissions.is_empty() { "none".to_owned() } else { claims.permissions.join(", ") };
    add("permissions", Some(&format!("{permissions} ({kind})")));
    let expiry = claims.expires.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let expiry = expiry.map(|expiry| {
        let time = expiry.to_rfc3339_opts(SecondsFormat::Secs, true);
        match (expiry - now).num_minutes() {
            _ if expiry <= now => format!("{time}, expired"),
            minutes => format!("{time}, in {minutes} minutes"),
        }
    });
    add("expires", expiry.as_ref());
    let beyond: Vec<&str> = claims.beyond_reading().collect();
    if !beyond.is_empty() {
        lines.push(format!(
            "  warning: it may do more than read: {}. auditql only reads; a registration of its own, with no more than it \
             needs, costs less if it is lost",
            beyond.join(", ")
        ));
    }
    lines
}

fn row(name: &str, text: &str) -> String {
    format!("{name:<14} {text}")
}

fn heading(text: &str) {
    let _ = writeln!(io::stdout().lock(), "\n{text}");
}

/// Writes the lines that say something.
fn write(lines: &[String]) {
    let mut out = io::stdout().lock();
    for line in lines.iter().filter(|line| !line.is_empty()) {
        // A reader that went away needs no status.
        let _ = writeln!(out, "{}", safe::line(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_told_by_what_it_says_and_warned_of_by_what_it_may() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let claims = Claims {
            tenant: Some("T".into()),
            application: Some("A".into()),
            permissions: vec!["AuditLog.Read.All".into(), "Directory.ReadWrite.All".into()],
            expires: Some(1_800_003_600),
            ..Claims::default()
        };
        let text = told(&claims, now).join("\n");
        for part in [
            "AuditLog.Read.All, Directory.ReadWrite.All (of the application)",
            "in 60 minutes",
            "more than read: Directory.ReadWrite.All.",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let reader = Claims { permissions: vec!["AuditLog.Read.All".into()], who: Some("ada".into()), ..claims };
        let text = told(&reader, now).join("\n");
        assert!(!text.contains("warning") && text.contains("lent by the person"), "{text}");
    }
}
