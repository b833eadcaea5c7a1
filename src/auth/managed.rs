//! Managed identity: the platform's own endpoint gives the tokens, and there is no secret to keep.
//!
//! Which endpoint it is, the library reads from the variables that the platform sets (`IDENTITY_ENDPOINT`), and else it
//! is that of virtual machines. Both are plain http: on loopback, or on a link-local address that no router forwards.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::{AsyncRawResponse, ClientOptions, HttpClient, Request, RetryOptions, Transport};
use azure_identity::{ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId};

use super::token_transport::TokenTransport;
use crate::http::transport::TransportOptions;
use crate::http::{self, Lack};

/// Time for the endpoint to take a connection. It is on this machine or beside it, or it is not there.
const CONNECT: Duration = Duration::from_secs(2);

/// The credential.
pub(super) fn credential(
    client_id: Option<&str>,
    transport: Arc<dyn HttpClient>,
) -> azure_core::Result<Arc<dyn TokenCredential>> {
    let options = ManagedIdentityCredentialOptions {
        user_assigned_id: client_id.map(|id| UserAssignedId::ClientId(id.to_owned())),
        client_options: ClientOptions {
            retry: RetryOptions::none(),
            transport: Some(Transport::new(transport)),
            ..ClientOptions::default()
        },
    };
    Ok(ManagedIdentityCredential::new(Some(options))?)
}

/// Carries its requests.
#[derive(Debug)]
pub(super) struct MachineTransport(TokenTransport);

impl MachineTransport {
    pub(super) fn new(options: &TransportOptions) -> Result<Self, http::Error> {
        let options = TransportOptions { connect: CONNECT, ..options.clone() };
        TokenTransport::beside(&options).map(Self)
    }
}

#[async_trait::async_trait]
impl HttpClient for MachineTransport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        check(request)?;
        self.0.execute_request(request).await.map_err(|error| match error.kind() {
            // For virtual machines the library has a retry that cannot be turned off: it takes what is wrong with a
            // connection for passing, and would wait for more than a minute where there is no endpoint at all.
            ErrorKind::Io | ErrorKind::Connection => Lack::ManagedIdentity.error(format!("{NOBODY}: {error}")),
            _ => error,
        })
    }
}

const NOBODY: &str = "no managed identity answers on this machine";

/// The endpoint's address must be one that stays on the machine, or secured.
fn check(request: &Request) -> azure_core::Result<()> {
    let url = request.url();
    let near = match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback() || ip.is_link_local(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if near || url.scheme() == "https" {
        return Ok(());
    }
    let words = "the managed identity's endpoint is plain http and not on this machine";
    Err(Error::with_message(ErrorKind::Credential, words))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use azure_core::http::StatusCode;
    use azure_core::http::headers::Headers;

    use super::*;

    /// Answers as the endpoint does, and remembers what it was asked.
    #[derive(Debug, Default)]
    struct Endpoint(Mutex<Vec<(String, String)>>);

    #[async_trait::async_trait]
    impl HttpClient for Endpoint {
        async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
            check(request)?;
            let metadata = request.headers().get_optional_str(&"metadata".into()).unwrap_or_default().to_owned();
            self.0.lock().unwrap().push((request.url().to_string(), metadata));
            let body = r#"{"access_token":"T1","expires_on":"4102444800","resource":"r","token_type":"Bearer"}"#;
            Ok(AsyncRawResponse::from_bytes(StatusCode::Ok, Headers::new(), body))
        }
    }

    #[tokio::test]
    async fn a_virtual_machine_is_asked_at_its_own_address() {
        for (id, expected) in [(None, ""), (Some("11111111-2222-3333-4444-555555555555"), "client_id=11111111")] {
            let endpoint = Arc::new(Endpoint::default());
            let credential = credential(id, Arc::clone(&endpoint) as Arc<dyn HttpClient>).unwrap();
            let token = credential.get_token(&["https://graph.microsoft.com/.default"], None).await.unwrap();
            assert_eq!(token.token.secret(), "T1");
            let seen = endpoint.0.lock().unwrap().clone();
            let [(url, metadata)] = &seen[..] else { panic!("{seen:?}") };
            assert!(url.starts_with("http://169.254.169.254/metadata/identity/oauth2/token?"), "{url}");
            assert!(url.contains("resource=https%3A%2F%2Fgraph.microsoft.com") && url.contains(expected), "{url}");
            assert_eq!(metadata, "true");
        }
    }

    #[test]
    fn plain_http_stays_on_the_machine() {
        for (url, expected) in [
            ("http://169.254.169.254/x", true),
            ("http://127.0.0.1:41741/msi/token", true),
            ("http://localhost:42356/msi/token", true),
            ("http://[::1]:1/x", true),
            ("https://identity.example/x", true),
            ("http://identity.example/x", false),
            ("http://10.0.0.1/x", false),
            ("http://169.254.169.254.evil.example/x", false),
            ("http://localhost.evil.example/x", false),
        ] {
            let request = Request::new(url.parse().unwrap(), azure_core::http::Method::Get);
            assert_eq!(check(&request).is_ok(), expected, "{url}");
        }
    }
}
