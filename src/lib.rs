//! SQL over the audit trail of Microsoft 365 and Entra ID.
//!
//! Audit and sign-in sources are tables. A query's predicates are translated into what each service understands, pages
//! are fetched, and Apache DataFusion does the rest on this side, the whole predicate included: what a service is asked
//! may bring too much, never too little, so an answer is complete or it is an error.
//!
//! # The way of a value
//! Outward: SQL → DataFusion's expressions → `predicate` (names become declared columns, literals get types) →
//! `plan` (which requests) → `odata` (text begins here) → `wire::Request` → `http`.
//! And back: bytes → `decode` → record batches → the residual predicate → the reader.
//!
//! # Layers
//! A module imports from its own layer's lower entries and from lower layers only; `tests/house.rs` checks it.
//!
//! | layer | modules | may not |
//! |---|---|---|
//! | 0 facts | `table`, `apis`, `settings`, `causes`, `veil`, `wire`, `tally`, `time` | do I/O, read a clock, know SQL |
//! | 1 pure translation | `predicate`, `odata`, `plan`, `decode` | do I/O, read a clock |
//! | 2 I/O | `http`, `auth`, `subscriptions`, `searches`, `doctor`, `files`, `exports`, `logs`, `geoip` | know SQL, tables or Arrow |
//! | 3 engine | `engine` | know a surface or the demo tenant |
//! | 4 surfaces | `output`, `report`, `queries`, `repl`, `demo`, `cli` | |
//!
//! # What is public
//! [`engine`] and what it takes and gives: [`auth`], [`settings`], [`tally`], the declarations in [`table`] and [`apis`],
//! and the `demo` tenant. All else can change with any version.
#![cfg_attr(
    not(feature = "testing"),
    allow(unreachable_pub, reason = "what is public within a module is open to the library's own tests")
)]

// 0: facts
pub mod apis;
pub mod settings;
pub mod table;
pub mod tally;

// 3: engine, and who asks through it
pub mod auth;
#[cfg(feature = "demo")]
pub mod demo;
pub mod engine;

#[doc(hidden)]
#[cfg(feature = "cli")]
pub mod cli;

// What the library is made of: open to its own tests and benchmarks, and to nobody else.
#[cfg(not(feature = "testing"))]
mod address;
#[cfg(not(feature = "testing"))]
mod causes;
#[cfg(not(feature = "testing"))]
mod decode;
#[cfg(all(feature = "cli", not(feature = "testing")))]
mod doctor;
#[cfg(not(feature = "testing"))]
mod exports;
#[cfg(not(feature = "testing"))]
mod files;
#[cfg(not(feature = "testing"))]
mod geoip;
#[cfg(not(feature = "testing"))]
mod http;
#[cfg(not(feature = "testing"))]
mod logs;
#[cfg(not(feature = "testing"))]
mod odata;
#[cfg(all(feature = "cli", not(feature = "testing")))]
mod output;
#[cfg(not(feature = "testing"))]
mod plan;
#[cfg(not(feature = "testing"))]
mod predicate;
#[cfg(all(feature = "cli", not(feature = "testing")))]
mod queries;
#[cfg(all(feature = "cli", not(feature = "testing")))]
mod repl;
#[cfg(all(feature = "cli", not(feature = "testing")))]
mod report;
#[cfg(not(feature = "testing"))]
mod searches;
#[cfg(not(feature = "testing"))]
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "a command starts and stops them, a scan asks for them"))]
mod subscriptions;
#[cfg(not(feature = "testing"))]
mod time;
#[cfg(not(feature = "testing"))]
mod veil;
#[cfg(not(feature = "testing"))]
mod wire;

#[cfg(feature = "testing")]
pub mod address;
#[cfg(feature = "testing")]
pub mod causes;
#[cfg(feature = "testing")]
pub mod decode;
#[cfg(all(feature = "cli", feature = "testing"))]
pub mod doctor;
#[cfg(feature = "testing")]
pub mod exports;
#[cfg(feature = "testing")]
pub mod files;
#[cfg(feature = "testing")]
pub mod geoip;
#[cfg(feature = "testing")]
pub mod http;
#[cfg(feature = "testing")]
pub mod logs;
#[cfg(feature = "testing")]
pub mod odata;
#[cfg(all(feature = "cli", feature = "testing"))]
pub mod output;
#[cfg(feature = "testing")]
pub mod plan;
#[cfg(feature = "testing")]
pub mod predicate;
#[cfg(all(feature = "cli", feature = "testing"))]
pub mod queries;
#[cfg(all(feature = "cli", feature = "testing"))]
pub mod repl;
#[cfg(all(feature = "cli", feature = "testing"))]
pub mod report;
#[cfg(feature = "testing")]
pub mod searches;
#[cfg(feature = "testing")]
pub mod subscriptions;
#[cfg(feature = "testing")]
pub mod time;
#[cfg(feature = "testing")]
pub mod veil;
#[cfg(feature = "testing")]
pub mod wire;

pub use datafusion;
