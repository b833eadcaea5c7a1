//! Who signs in, as a connection says it.

use std::path::PathBuf;

use azure_core::credentials::Secret;

use super::ConnectionError;
use crate::table::is_guid;
use crate::veil::Veil;

/// Where tokens come from. Secrets cannot be printed: their type has no `Display`, and `Debug` shows no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialSource {
    /// An application with a client secret.
    ClientSecret {
        /// The application's id.
        client_id: String,
        /// Its secret.
        secret: Secret,
    },
    /// An application with a certificate.
    Certificate {
        /// The application's id.
        client_id: String,
        /// The certificate and how it is used.
        certificate: Certificate,
    },
    /// A workload with a token of its own platform, such as a pod of Kubernetes.
    WorkloadIdentity {
        /// The application's id.
        client_id: String,
        /// The file in which the platform renews the token.
        token_file: PathBuf,
    },
    /// The identity of the machine or the service that this runs on.
    ManagedIdentity {
        /// The id of a user-assigned identity; `None`: the machine's own.
        client_id: Option<String>,
        /// The secret of the platform's endpoint, so that it is hidden. It is sent by the library, which reads it itself.
        header: Option<Secret>,
    },
    /// Whoever is signed in with the Azure CLI.
    AzureCli,
    /// A person who signed in before, with `auditql login`.
    Person(Person),
    /// A token that is used as it is.
    AccessToken(Secret),
    /// Nobody, and why: what needs no service, such as EXPLAIN, is done all the same.
    Missing(String),
}

/// The certificate of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// A PEM or PFX file with the certificate and its private key.
    pub path: PathBuf,
    /// The password of the file.
    pub password: Option<Secret>,
    /// Whether the certificates above it are sent along, for applications that trust a name and an issuer.
    pub send_chain: bool,
}

/// A person, and through which application they sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The application's id: a public client of the tenant.
    pub client_id: String,
    /// How they sign in.
    pub flow: Flow,
    /// The folder that their tokens are kept in.
    pub tokens: PathBuf,
}

/// How a person signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// In the browser of this machine.
    Browser,
    /// With a code that is typed elsewhere. Whoever is made to type a foreign one signs a stranger in.
    DeviceCode,
}

impl CredentialSource {
    /// Its name in configurations.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ClientSecret { .. } => "client_secret",
            Self::Certificate { .. } => "certificate",
            Self::WorkloadIdentity { .. } => "workload_identity",
            Self::ManagedIdentity { .. } => "managed_identity",
            Self::AzureCli => "azure_cli",
            Self::Person(Person { flow: Flow::Browser, .. }) => "browser",
            Self::Person(Person { flow: Flow::DeviceCode, .. }) => "device_code",
            Self::AccessToken(_) => "access_token",
            Self::Missing(_) => "none",
        }
    }

    /// The application that signs in, where the connection says it.
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::ClientSecret { client_id, .. }
            | Self::Certificate { client_id, .. }
            | Self::WorkloadIdentity { client_id, .. }
            | Self::Person(Person { client_id, .. }) => Some(client_id),
            Self::ManagedIdentity { client_id, .. } => client_id.as_deref(),
            Self::AzureCli | Self::AccessToken(_) | Self::Missing(_) => None,
        }
    }

    /// What must never show in a message.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        match self {
            Self::ClientSecret { secret, .. } | Self::AccessToken(secret) => vec![secret.clone()],
            Self::Certificate { certificate, .. } => certificate.password.iter().cloned().collect(),
            Self::ManagedIdentity { header, .. } => header.iter().cloned().collect(),
            Self::WorkloadIdentity { .. } | Self::AzureCli | Self::Person(_) | Self::Missing(_) => Vec::new(),
        }
    }

    /// Hides its secrets, which may stand in the wrong place.
    pub(super) fn veil(&self) -> Veil {
        Veil::over(self.secrets().iter().map(Secret::secret))
    }

    pub(super) fn check(&self) -> Result<(), ConnectionError> {
        if let Some(id) = self.client_id() {
            match () {
                () if id.is_empty() => return Err(ConnectionError::NoClientId),
                () if !is_guid(id) => return Err(ConnectionError::ClientId(self.veil().quoted(id))),
                () => {}
            }
        }
        match self {
            Self::ClientSecret { secret, .. } if secret.secret().is_empty() => {
                Err(ConnectionError::EmptySecret("client secret"))
            }
            Self::AccessToken(token) if token.secret().is_empty() => Err(ConnectionError::EmptySecret("access token")),
            Self::AccessToken(token) if !token.secret().bytes().all(|b| b.is_ascii_graphic()) => {
                Err(ConnectionError::MalformedToken)
            }
            _ => Ok(()),
        }
    }
}
