//! Entity sets of Microsoft Graph.

mod sign_ins;
mod types;

pub use sign_ins::SIGN_INS;
