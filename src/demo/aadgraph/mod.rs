//! The face of the retired Azure AD Graph reports: sign-ins and changes of the same world, in the words of their time.
//!
//! What is documented of that service is served: two sets, their filter fields and operators, batches, the cap. All else is
//! refused in its own form of refusal. In which order it listed its records nobody wrote down, so none is kept unless a test
//! chooses one. No quota was published either: none holds.

mod audit_events;
mod batch;
mod face;
mod filter;
mod query;
mod refusal;
mod signin_events;
mod table;

pub use audit_events::AUDIT_EVENTS;
pub(super) use face::{Face, Place};
pub(super) use refusal::body as refusal_body;
pub use signin_events::SIGNIN_EVENTS;
pub use table::{Listing, Order, Table};

/// All sets.
pub static TABLES: &[&Table] = &[&SIGNIN_EVENTS, &AUDIT_EVENTS];
