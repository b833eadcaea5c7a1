//! The face of Microsoft Graph: sets of records with their properties, `$filter`, pages and refusals.

pub(in crate::demo) mod filter;
pub(in crate::demo) mod page;
pub(in crate::demo) mod properties;
pub(in crate::demo) mod query;
pub(in crate::demo) mod refusal;
pub(in crate::demo) mod sign_ins;
