//! Signing in and out: what the two ways for people have in common.

use super::endpoint::{Endpoint, Tokens};
use super::store::{Saved, Store};
use super::{Code, browser, device, scopes};
use crate::auth::claims::Claims;
use crate::auth::{Connection, CredentialSource, Error, Person};
use crate::http::transport::TransportOptions;
use crate::http::{self, Lack, SignIn};
use crate::table::{Api, is_guid};
use crate::veil::Veil;

/// A person's way in.
#[derive(Debug)]
pub struct Login {
    endpoint: Endpoint,
    store: Store,
    scope: String,
}

/// A person who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Their name in the tenant; untrusted.
    pub who: Option<String>,
}

impl Login {
    /// The way into the connection's tenant; `None` if its credential is no person.
    ///
    /// # Errors
    /// When the connection says something that is not acceptable, or the client cannot be built.
    pub fn of(connection: &Connection, options: &TransportOptions) -> Result<Option<Self>, Error> {
        let services = connection.services()?;
        let CredentialSource::Person(Person { client_id, tokens, .. }) = &connection.credential else {
            return Ok(None);
        };
        let endpoint = Endpoint::new(connection, client_id, options)?;
        let store = Store::new(tokens, &endpoint);
        let scope = services.get(&Api::Graph).map(|service| scopes(&service.scope)).unwrap_or_default();
        Ok(Some(Self { endpoint, store, scope }))
    }

    /// Signs in with a browser of this machine. `announce` is given the page to open there.
    ///
    /// # Errors
    /// When the sign-in is refused, or comes to nothing within a few minutes.
    pub async fn with_browser(&self, announce: impl FnOnce(&url::Url)) -> Result<SignedIn, Error> {
        let nonce = random();
        let tokens = browser::tokens(&self.endpoint, &self.scope, &nonce, announce).await.map_err(|e| failed(&e))?;
        self.keep(&tokens, Some(&nonce)).map_err(|e| failed(&e))
    }

    /// Signs in with a code that is typed elsewhere. `announce` is given the code and where to type it.
    ///
    /// # Errors
    /// When the sign-in is refused, or comes to nothing while the code is good.
    pub async fn with_code(&self, announce: impl FnOnce(&Code)) -> Result<SignedIn, Error> {
        let tokens = device::tokens(&self.endpoint, &self.scope, announce).await.map_err(|e| failed(&e))?;
        self.keep(&tokens, None).map_err(|e| failed(&e))
    }

    /// Whoever is signed in.
    ///
    /// # Errors
    /// When what is kept may not be used.
    pub fn current(&self) -> Result<Option<SignedIn>, Error> {
        let saved = self.store.load().map_err(|e| failed(&e))?;
        Ok(saved.map(|saved| SignedIn { who: saved.who }))
    }

    /// Forgets whoever is signed in; whether there was somebody.
    ///
    /// # Errors
    /// When what is kept cannot be removed.
    pub fn forget(&self) -> Result<bool, Error> {
        self.store.forget().map_err(|e| failed(&e))
    }

    fn keep(&self, tokens: &Tokens, nonce: Option<&str>) -> azure_core::Result<SignedIn> {
        let refresh = tokens.refresh.clone();
        let refresh =
            refresh.ok_or_else(|| Lack::Person.error("the sign-in service gave no token for the next time"))?;
        // It comes from the sign-in service itself, over TLS, so its signature adds nothing (OpenID Connect Core 3.1.3.7).
        let claims = tokens.id.as_ref().and_then(|id| Claims::read(id.secret())).unwrap_or_default();
        if let (Some(nonce), Some(_)) = (nonce, &tokens.id)
            && claims.nonce.as_deref() != Some(nonce)
        {
            return Err(Lack::Person.error("the answer belongs to another sign-in"));
        }
        if let Some(found) = claims.tenant.as_ref().filter(|found| is_other(found, &self.endpoint.tenant)) {
            let words =
                format!("the sign-in was to the tenant {found}, but the connection's is {}", self.endpoint.tenant);
            return Err(Lack::Person.error(words));
        }
        let who = claims.who;
        self.store.save(&Saved { who: who.clone(), refresh })?;
        Ok(SignedIn { who })
    }
}

/// Whether the ids are those of different tenants. One that the connection names by a domain is not known by its id.
fn is_other(found: &str, named: &str) -> bool {
    is_guid(named) && !found.eq_ignore_ascii_case(named)
}

/// 256 random bits, as letters that an address can hold.
pub(super) fn random() -> String {
    use base64::Engine as _;
    let mut bytes = [0; 32];
    // Without random numbers there is no TLS either.
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has random numbers");
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn failed(error: &azure_core::Error) -> Error {
    Error::Http(http::Error::SignIn(Box::new(SignIn::of(error, &Veil::default()))))
}
