//! Entity sets of Microsoft Graph.

mod directory_audits;
mod sign_in_context;
mod sign_ins;
mod types;

pub use directory_audits::DIRECTORY_AUDITS;
pub use sign_ins::SIGN_INS;
