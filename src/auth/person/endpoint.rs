//! The sign-in service as people's tokens are asked of it: forms go out, tokens or a refusal come back.

use azure_core::credentials::{AccessToken, Secret};
use azure_core::error::{Error, ErrorKind};
use azure_core::http::{Method, Request};
use azure_core::time::{Duration, OffsetDateTime};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::auth::Connection;
use crate::auth::token_transport::{Answer, Refused, TokenTransport, check};
use crate::http::transport::TransportOptions;
use crate::veil::Veil;

/// Fields of a form that are no secrets.
const PUBLIC: &[&str] = &["client_id", "grant_type", "scope", "redirect_uri"];

/// The endpoints of a tenant, for one application.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    transport: TokenTransport,
    /// Where the sign-in service is.
    pub(super) authority: Url,
    /// The tenant, as the connection names it.
    pub(super) tenant: String,
    /// The application.
    pub(super) client_id: String,
}

/// What came of an exchange.
#[derive(Debug)]
pub(super) struct Tokens {
    /// For the service that was asked for.
    pub(super) access: AccessToken,
    /// For the next exchange.
    pub(super) refresh: Option<Secret>,
    /// Who it was, for this program.
    pub(super) id: Option<Secret>,
}

impl Endpoint {
    pub(super) fn new(
        connection: &Connection,
        client_id: &str,
        options: &TransportOptions,
    ) -> Result<Self, crate::http::Error> {
        let authority = connection.authority();
        let transport = TokenTransport::new(&authority, options)?;
        Ok(Self { transport, authority, tenant: connection.tenant.clone(), client_id: client_id.to_owned() })
    }

    /// The address of one of them. The tenant is an id or a domain, so a segment it stays.
    pub(super) fn url(&self, leaf: &str) -> Url {
        let mut url = self.authority.clone();
        url.set_path(&format!("/{}/oauth2/v2.0/{leaf}", self.tenant));
        url
    }

    /// Sends a form and gives back the reply, refusals included.
    pub(super) async fn post(&self, leaf: &str, form: &[(&str, &str)]) -> azure_core::Result<Answer> {
        let mut request = Request::new(self.url(leaf), Method::Post);
        request.insert_header("content-type", "application/x-www-form-urlencoded");
        request.insert_header("accept", "application/json");
        request.set_body(encoded(&self.client_id, form));
        self.transport.exchange(&request).await
    }

    /// The tokens for a form.
    pub(super) async fn tokens(&self, form: &[(&str, &str)]) -> azure_core::Result<Tokens> {
        let answer = self.post("token", form).await?;
        if answer.status.is_success() { tokens(&answer.body) } else { Err(refusal(answer, form)) }
    }
}

fn encoded(client_id: &str, form: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("client_id", client_id).extend_pairs(form).finish()
}

/// A refusal, whose words may quote what was sent.
pub(super) fn refusal(answer: Answer, form: &[(&str, &str)]) -> Error {
    let veil = Veil::over(form.iter().filter(|(name, _)| !PUBLIC.contains(name)).map(|(_, value)| *value));
    Refused::of(&answer.body).into_error(answer.status, answer.headers, |text| veil.told(text).to_string())
}

/// Reads a success. Errors do not quote it.
pub(super) fn tokens(body: &[u8]) -> azure_core::Result<Tokens> {
    let reply = check(body).map_err(|words| Error::with_message(ErrorKind::DataConversion, words))?;
    let text =
        |name: &str| reply[name].as_str().filter(|text| !text.is_empty()).map(|text| Secret::new(text.to_owned()));
    let life = reply["expires_in"].as_u64().and_then(|seconds| i64::try_from(seconds).ok()).unwrap_or_default();
    let access = reply["access_token"].as_str().map(str::to_owned).unwrap_or_default();
    let expires = OffsetDateTime::now_utc() + Duration::seconds(life);
    Ok(Tokens { access: AccessToken::new(access, expires), refresh: text("refresh_token"), id: text("id_token") })
}

/// A reply that is not about tokens, as JSON.
pub(super) fn json(answer: Answer, form: &[(&str, &str)]) -> azure_core::Result<Value> {
    if !answer.status.is_success() {
        return Err(refusal(answer, form));
    }
    let words = "the sign-in service's reply is not JSON";
    serde_json::from_slice(&answer.body).map_err(|_| Error::with_message(ErrorKind::DataConversion, words))
}
