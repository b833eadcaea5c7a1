//! Connections: which tenant, in which cloud, reached how, and by which credential.
//!
//! [`Connection`] is what a configuration says; [`client`] checks it and builds the client that sends in its name. The
//! flows that `azure_identity` has are its; those of people and certificates it lacks, or has with a second TLS library.
//! Nothing above this module knows which flow is behind a connection.

mod azure_cli;
mod certificate;
mod claims;
mod cloud;
mod connection;
mod credential;
mod managed;
mod name;
mod pace;
mod person;
mod source;
mod token_transport;
mod workload;

pub use claims::Claims;
pub use cloud::Cloud;
pub use connection::{Connection, ConnectionError, Keeps, UrlFlaw, UrlKey};
pub use credential::{Error, client, credential, credentials};
pub use name::{ALL_TENANTS, FILES, NameFlaw, RESERVED, check_name};
pub use pace::pacer;
pub use person::{Code, Login, SignedIn};
pub use source::{Certificate, CredentialSource, Flow, Person};

/// Environment variables that hold secrets, in the order of the manual.
pub const SECRET_VARIABLES: [&str; 4] =
    ["AUDITQL_ACCESS_TOKEN", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "IDENTITY_HEADER"];

/// The day of an instant, for people.
fn when(instant: azure_core::time::OffsetDateTime) -> String {
    instant.date().to_string()
}
