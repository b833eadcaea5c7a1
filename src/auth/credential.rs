//! Credentials and the client that uses them.
//!
//! The library's own retry is turned off: sign-ins are retried by the rules of `http::retry`, with the same patience and
//! the same respect for Retry-After. Its authority comes from the connection always, never from the environment.

use std::sync::Arc;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use azure_core::http::{ClientOptions, RetryOptions, Transport};
use azure_core::time::{Duration, OffsetDateTime};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ClientAssertion, ClientAssertionCredential,
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions, Executor,
};

use super::azure_cli::Quietly;
use super::certificate::Signed;
use super::managed::{self, MachineTransport};
use super::person::PersonCredential;
use super::token_transport::TokenTransport;
use super::workload::Federated;
use super::{Connection, ConnectionError, CredentialSource};
use crate::http::transport::TransportOptions;
use crate::http::{self, Client, Credentials, Lack, Options, Pacer};

/// Why a connection cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What it says is not acceptable.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// The client could not be built.
    #[error(transparent)]
    Http(#[from] http::Error),
    /// The identity library did not accept the credential's description.
    #[error("the credential could not be set up")]
    Credential(#[source] azure_core::Error),
}

/// A client that sends in the name of the connection.
///
/// # Errors
/// When the connection says something that is not acceptable, or the client cannot be built.
pub fn client(connection: &Connection, pacer: Arc<Pacer>, options: Options) -> Result<Client, Error> {
    let services = connection.services()?;
    let credentials = credentials(connection, &options.transport)?;
    Ok(Client::new(services, credentials, pacer, options)?)
}

/// The source of the connection's tokens, which builds its credential anew when the service rejects one.
///
/// # Errors
/// When the connection says something that is not acceptable, or the credential cannot be built.
pub fn credentials(connection: &Connection, options: &TransportOptions) -> Result<Credentials, Error> {
    connection.check()?;
    if let CredentialSource::AccessToken(token) = &connection.credential {
        return Ok(Credentials::given(token.clone()));
    }
    let transport = TokenTransport::new(&connection.authority(), options)?;
    let (connection, options) = (connection.clone(), options.clone());
    let secrets = connection.credential.secrets();
    let people = matches!(connection.credential, CredentialSource::Person(_)).then(|| connection.name.clone());
    let make = move || build(&connection, &transport, &options);
    Ok(match people {
        Some(name) => Credentials::of_people(name, &secrets, make),
        None => Credentials::made(&secrets, make),
    })
}

/// One credential of the connection.
///
/// # Errors
/// When the connection says something that is not acceptable, or the credential cannot be built.
pub fn credential(connection: &Connection, options: &TransportOptions) -> Result<Arc<dyn TokenCredential>, Error> {
    connection.check()?;
    let transport = TokenTransport::new(&connection.authority(), options)?;
    build(connection, &transport, options).map_err(Error::Credential)
}

fn build(
    connection: &Connection,
    transport: &TokenTransport,
    options: &TransportOptions,
) -> azure_core::Result<Arc<dyn TokenCredential>> {
    let tenant = &connection.tenant;
    let client_options = || client_options(connection, transport);
    let unbuilt = |error: http::Error| azure_core::Error::new(ErrorKind::Credential, error);
    Ok(match &connection.credential {
        CredentialSource::ClientSecret { client_id, secret } => {
            let options = ClientSecretCredentialOptions { client_options: client_options() };
            ClientSecretCredential::new(tenant, client_id.clone(), secret.clone(), Some(options))?
        }
        CredentialSource::Certificate { client_id, certificate } => {
            let audience = connection.token_endpoint();
            let signed = Signed::new(certificate.clone(), audience, client_id.clone());
            asserted(connection, client_id, signed, client_options())?
        }
        CredentialSource::WorkloadIdentity { client_id, token_file } => {
            asserted(connection, client_id, Federated(token_file.clone()), client_options())?
        }
        CredentialSource::ManagedIdentity { client_id, .. } => {
            let transport = MachineTransport::new(options).map_err(unbuilt)?;
            managed::credential(client_id.as_deref(), Arc::new(transport))?
        }
        CredentialSource::AzureCli => {
            let (tenant_id, executor) = (Some(tenant.clone()), Some(Arc::new(Quietly) as Arc<dyn Executor>));
            let options = AzureCliCredentialOptions { tenant_id, executor, ..Default::default() };
            AzureCliCredential::new(Some(options))?
        }
        CredentialSource::Person(person) => {
            Arc::new(PersonCredential::new(connection, person, options).map_err(unbuilt)?)
        }
        CredentialSource::AccessToken(token) => Arc::new(Given(token.clone())),
        CredentialSource::Missing(why) => return Err(Lack::Setting.error(why.clone())),
    })
}

/// An application that proves who it is by what somebody signed.
fn asserted(
    connection: &Connection,
    client_id: &str,
    assertion: impl ClientAssertion + 'static,
    client_options: ClientOptions,
) -> azure_core::Result<Arc<dyn TokenCredential>> {
    let options = ClientAssertionCredentialOptions { client_options };
    let (tenant, client_id) = (connection.tenant.clone(), client_id.to_owned());
    Ok(ClientAssertionCredential::new(tenant, client_id, assertion, Some(options))?)
}

fn client_options(connection: &Connection, transport: &TokenTransport) -> ClientOptions {
    let mut cloud = CustomConfiguration::default();
    cloud.authority_host = connection.authority().into();
    ClientOptions {
        retry: RetryOptions::none(),
        transport: Some(Transport::new(Arc::new(transport.clone()))),
        cloud: Some(Arc::new(CloudConfiguration::Custom(cloud))),
        ..Default::default()
    }
}

/// A token that was given from outside. When it expires is known to whoever issued it, and to the service.
#[derive(Debug)]
struct Given(Secret);

#[async_trait::async_trait]
impl TokenCredential for Given {
    async fn get_token(&self, _: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        Ok(AccessToken::new(self.0.clone(), OffsetDateTime::now_utc() + Duration::hours(1)))
    }
}
