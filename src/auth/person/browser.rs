//! Signing in with a browser: the authorization code flow with PKCE (RFC 7636), to a listener on this machine (RFC 8252).
//!
//! What comes back through the browser is a code that is of no use without the verifier, which never leaves this process;
//! and it is taken only with the state that went out. The redirect names `localhost`, because the directory ignores the
//! port of a redirect only there (source: Microsoft Entra, "Redirect URI restrictions", localhost exceptions).

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::time::timeout;
use url::Url;

use super::endpoint::{Endpoint, Tokens};
use super::login::random;
use super::redirect::Listener;
use crate::http::Lack;

/// How long a person may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// The tokens of whoever signs in at the page.
pub(super) async fn tokens(
    endpoint: &Endpoint,
    scope: &str,
    nonce: &str,
    announce: impl FnOnce(&Url),
) -> azure_core::Result<Tokens> {
    let (verifier, state) = (random(), random());
    let nobody = |error: std::io::Error| Lack::Person.error(format!("no listener for the browser: {}", error.kind()));
    let listener = Listener::open().await.map_err(nobody)?;
    let redirect = listener.address();
    let mut page = endpoint.url("authorize");
    page.query_pairs_mut().extend_pairs([
        ("client_id", endpoint.client_id.as_str()),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("redirect_uri", &redirect),
        ("scope", scope),
        ("state", &state),
        ("nonce", nonce),
        ("code_challenge", &URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))),
        ("code_challenge_method", "S256"),
        // Somebody who is signed in already is asked whether it is they.
        ("prompt", "select_account"),
    ]);
    announce(&page);
    let answer = timeout(PATIENCE, listener.answer(&state)).await;
    let late = || Lack::Person.error(format!("nobody signed in within {} minutes", PATIENCE.as_secs() / 60));
    let code = answer.map_err(|_| late())??;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &redirect),
        ("code_verifier", &verifier),
        ("scope", scope),
    ];
    endpoint.tokens(&form).await
}
