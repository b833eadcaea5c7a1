//! Looks a connection over, from the outside in: hosts, clock, tokens, tables, the activity feed. What it finds is told as
//! it is found; what to do about it, `report` knows.
//!
//! Each check stands on those before it, and is left out where they failed: a host that does not answer gives no token,
//! and without a token nothing is known of tables. Nothing is changed anywhere.

mod finding;
mod hosts;
mod tables;

use chrono::{DateTime, Utc};

pub use finding::{Finding, Trouble, Verdict};
pub use hosts::Proxy;

use crate::auth::{self, Claims, Connection, CredentialSource};
use crate::http::{self, Options, Pacer};
use crate::table::is_guid;

/// What a connection is looked over with.
#[derive(Debug)]
pub struct Doctor<'a> {
    /// The connection.
    pub connection: &'a Connection,
    /// How it is reached.
    pub options: Options,
    /// The quotas that are kept.
    pub pacer: std::sync::Arc<Pacer>,
    /// The proxy that requests go through.
    pub proxy: Option<Proxy>,
    /// What time it is here.
    pub now: DateTime<Utc>,
}

impl Doctor<'_> {
    /// Looks it over, and tells each finding.
    pub async fn examine(&self, mut tell: impl FnMut(Finding)) {
        let services = match self.connection.services() {
            Ok(services) => services,
            Err(error) => return tell(Finding::bad("connection", Trouble::Setup(error.into()))),
        };
        tell(Finding::good("connection", self.summary()));
        if let CredentialSource::Missing(why) = &self.connection.credential {
            tell(Finding::bad("credential", Trouble::Credential(why.clone())));
        }
        let reached = self.hosts(&services, &mut tell).await;
        let credentials = match auth::credentials(self.connection, &self.options.transport) {
            Ok(credentials) => credentials,
            Err(error) => return tell(Finding::bad("credential", Trouble::Setup(error))),
        };
        let mut is_refused = false;
        for (api, service) in &services {
            let subject = format!("token for {}", api.name());
            // What is missing here was said, and whoever does not answer was too.
            let is_told = matches!(self.connection.credential, CredentialSource::Missing(_)) || !reached.sign_in;
            if is_told || is_refused {
                // Each try with a wrong secret counts towards a lockout.
                let why = if is_told { "there is nothing to get one with" } else { "the sign-in fails the same way" };
                tell(Finding::skipped(&subject, why));
                continue;
            }
            match credentials.look(&service.scope, |token| Claims::read(token.secret())).await {
                Ok(claims) => {
                    self.token(&subject, claims.as_ref(), &mut tell);
                    if reached.services.contains(api) {
                        self.tables(*api, claims.as_ref(), &mut tell).await;
                    } else {
                        tell(Finding::skipped(&format!("tables of {}", api.name()), "its host does not answer"));
                    }
                }
                Err(error) => {
                    is_refused = matches!(&error, http::Error::SignIn(failed) if failed.concerns_all());
                    tell(Finding::bad(&subject, Trouble::Token(error)));
                }
            }
        }
        tables::left_out(&services, &mut tell);
    }

    fn summary(&self) -> String {
        let c = self.connection;
        let who = match &c.credential {
            CredentialSource::Missing(_) => String::new(),
            credential => {
                let app = credential.client_id().map(|id| format!(", as the application {id}")).unwrap_or_default();
                format!(", signs in with {}{app}", credential.name())
            }
        };
        format!("{}: tenant {}, cloud {}{who}", c.name, c.tenant, c.cloud)
    }

    /// What a token says of itself.
    fn token(&self, subject: &str, claims: Option<&Claims>, tell: &mut impl FnMut(Finding)) {
        let Some(claims) = claims else {
            return tell(Finding::good(subject, "there is one, which says nothing of itself".into()));
        };
        let tenant = &self.connection.tenant;
        if let Some(found) =
            claims.tenant.as_ref().filter(|found| is_guid(tenant) && !found.eq_ignore_ascii_case(tenant))
        {
            return tell(Finding::bad(subject, Trouble::OtherTenant { found: found.clone(), named: tenant.clone() }));
        }
        if claims.expires.is_some_and(|expires| expires <= self.now.timestamp()) {
            return tell(Finding::bad(subject, Trouble::Expired));
        }
        let who = claims.who.as_deref().or(claims.application_name.as_deref()).or(claims.application.as_deref());
        let minutes = claims.expires.map(|expires| (expires - self.now.timestamp()) / 60);
        let life = minutes.map(|minutes| format!(", good for {minutes} minutes")).unwrap_or_default();
        tell(Finding::good(subject, format!("as {}{life}", who.unwrap_or("somebody it does not name"))));
        let beyond: Vec<String> = claims.beyond_reading().map(str::to_owned).collect();
        if !beyond.is_empty() {
            tell(Finding::note(subject, format!("it may do more than read: {}", beyond.join(", "))));
        }
    }
}
