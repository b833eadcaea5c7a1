//! People who sign in: once, in a browser or with a code, and from then on by the token that they were given for it.
//!
//! A query never opens a browser and never asks for a code: it uses what `auditql login` left, or says that nobody is signed
//! in. The application is a public client of the tenant's own; none is shipped, because a shared one could not be told
//! from a stranger's.

mod browser;
mod device;
mod endpoint;
mod login;
mod redirect;
mod store;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

use self::endpoint::Endpoint;
use self::store::{Saved, Store};
use super::{Connection, Person};
use crate::http::transport::TransportOptions;
use crate::http::{self, Lack};

pub use device::Code;
pub use login::{Login, SignedIn};

/// The credential of a person who signed in.
#[derive(Debug)]
pub(super) struct PersonCredential {
    endpoint: Endpoint,
    store: Store,
}

impl PersonCredential {
    pub(super) fn new(
        connection: &Connection,
        person: &Person,
        options: &TransportOptions,
    ) -> Result<Self, http::Error> {
        let endpoint = Endpoint::new(connection, &person.client_id, options)?;
        Ok(Self { store: Store::new(&person.tokens, &endpoint), endpoint })
    }
}

/// What is asked for: the service's permissions, a token for the next time, and who it was.
fn scopes(scope: &str) -> String {
    format!("{scope} offline_access openid profile")
}

#[async_trait::async_trait]
impl TokenCredential for PersonCredential {
    async fn get_token(&self, scopes: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        let saved = self.store.load()?.ok_or_else(|| Lack::Person.error("nobody is signed in"))?;
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", saved.refresh.secret()),
            ("scope", &self::scopes(&scopes.join(" "))),
        ];
        let tokens = self.endpoint.tokens(&form).await?;
        if let Some(refresh) = tokens.refresh.filter(|refresh| *refresh != saved.refresh) {
            // The old one stays good, so what could not be kept costs nothing now.
            if let Err(error) = self.store.save(&Saved { refresh, ..saved }) {
                tracing::warn!(%error, "the renewed token could not be kept");
            }
        }
        Ok(tokens.access)
    }
}
