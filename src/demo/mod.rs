//! The demo tenant: an organisation that does not exist, behind a loopback service shaped like Microsoft Graph and like the
//! Management Activity API, and as the reports of Azure AD Graph were.
//!
//! It is the first thing a reader meets, the yardstick of the tests and a second opinion: it has its own operator tables
//! and its own evaluator of filters and takes nothing from the modules it checks but the `$filter` grammar. What the real
//! service documents is served, anything else is refused in the real service's words; where it is known to be nasty
//! (duplicates, odd types, hostile text, throttling, tokens that expire) so is this one.
//!
//! One world with several faces: `world` is who there is and what befalls them; `graph`, `aadgraph`, `activity` and `search` tell of it,
//! each in the manner of its service; `server` answers for all. The data follow from a seed and an end ([`Options`]); the access
//! token and the seal of page tokens do not, they are drawn anew for each start.

pub mod aadgraph;
mod activity;
mod export;
mod gate;
mod graph;
mod json;
mod search;
mod server;
mod story;
mod tenant;
mod world;

pub use activity::{Activity, ContentType, Feed};
pub use export::{ExportError, Shape};
pub use gate::Throttle;
pub use graph::{DIRECTORY_AUDITS, DataError, Kind, Property, SIGN_INS, TABLES, Table, Type, Version};
pub use search::AuditSearch;
pub use server::{Asked, Counts, Stats};
pub use story::{AttackFacts, Example, Story};
pub use tenant::{Error, Options, Record, Tenant};
pub use world::organisation::Organisation;
