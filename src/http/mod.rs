//! Sends requests and gives back complete replies, or a typed error: the only place that meets the network.
//!
//! Here host and token are added, the quota is kept ([`throttle`]), faults are retried while there is progress
//! ([`retry`] decides, [`client`] performs), links are compared with the connection's own origin ([`pin`]), and bodies are
//! read under a cap. What a reply means is not decided here: tables, filters and rows are unknown to this layer, and
//! credentials are known only through `azure_core`'s `TokenCredential` ([`Credentials`]).
//!
//! A bearer token goes to the connection's origin and nowhere else: links that point elsewhere and redirects of any kind
//! are errors, never followed without the token or skipped.

mod address;
mod attempt;
mod attempts;
mod body;
mod budget;
pub mod client;
mod credentials;
mod effort;
mod error;
pub mod pin;
#[cfg(any(feature = "cli", feature = "testing"))]
pub mod probe;
mod refusal;
pub mod retry;
mod retry_after;
mod sign_in;
pub mod throttle;
pub mod transport;

pub use address::Address;
#[cfg(feature = "store")]
pub(crate) use address::of_store;
pub use budget::{Budget, Limit};
pub use client::{Client, Options, Service, Services};
pub use credentials::Credentials;
pub use error::{Error, Fault, GaveUp, Lack, Lacking, SignIn, Stage};
pub use pin::ForeignLink;
pub use refusal::Refusal;
pub use throttle::{Feeds, Pace, Pacer, Quotas};
