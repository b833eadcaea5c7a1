//! SQL over the audit trail of Microsoft 365 and Entra ID.
//!
//! Audit and sign-in sources are tables. A query's predicates are translated into what each service understands, pages
//! are fetched, and Apache DataFusion does the rest on this side, the whole predicate included: what a service is asked
//! may bring too much, never too little, so an answer is complete or it is an error.
//!
//! # The way of a value
//! Outward: SQL → DataFusion's expressions → [`predicate`] (names become declared columns, literals get types) →
//! [`plan`] (which requests) → [`odata`] (text begins here) → [`wire::Request`] → [`http`].
//! And back: bytes → [`decode`] → record batches → the residual predicate → the reader.
//!
//! # Layers
//! A module imports from its own layer's lower entries and from lower layers only; `tests/house.rs` checks it.
//!
//! | layer | modules | may not |
//! |---|---|---|
//! | 0 facts | [`table`], [`apis`], [`settings`], [`causes`], [`veil`], [`wire`], [`tally`], [`time`] | do I/O, read a clock, know SQL |
//! | 1 pure translation | [`predicate`], [`odata`], [`plan`], [`decode`] | do I/O, read a clock |
//! | 2 I/O | [`http`], [`auth`], [`subscriptions`], [`files`], [`exports`] | know SQL, tables or Arrow |
//! | 3 engine | [`engine`] | know a surface or the demo tenant |
//! | 4 surfaces | `output`, `repl`, `demo`, `report`, `cli` | |

// 0: facts
pub mod apis;
pub mod causes;
pub mod settings;
pub mod table;
pub mod tally;
pub mod time;
pub mod veil;
pub mod wire;

// 1: pure translation
pub mod decode;
pub mod odata;
pub mod plan;
pub mod predicate;

// 2: I/O that knows no SQL
pub mod auth;
pub mod exports;
pub mod files;
pub mod http;
pub mod subscriptions;

// 3: engine
pub mod engine;

// 4: surfaces
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "demo")]
pub mod demo;
#[cfg(feature = "cli")]
pub mod output;
#[cfg(feature = "cli")]
pub mod repl;
#[cfg(feature = "cli")]
pub mod report;

pub use datafusion;
