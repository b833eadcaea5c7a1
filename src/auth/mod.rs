//! Connections: which tenant, in which cloud, reached how, and by which credential.
//!
//! [`Connection`] is what a configuration says; [`client`] checks it and builds the client that sends in its name. The
//! flows that `azure_identity` has are its; nothing above this module knows which flow is behind a connection.

mod cloud;
mod connection;
mod credential;
mod name;
mod token_transport;

pub use cloud::Cloud;
pub use connection::{Connection, ConnectionError, CredentialSource, Keeps, UrlFlaw, UrlKey};
pub use credential::{Error, client, credential, credentials};
pub use name::{ALL_TENANTS, FILES, NameFlaw, RESERVED, check_name};

/// Environment variables that hold secrets, in the order of the manual.
pub const SECRET_VARIABLES: [&str; 2] = ["AUDITQL_ACCESS_TOKEN", "AZURE_CLIENT_SECRET"];
