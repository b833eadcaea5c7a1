//! Requests in the dialects of OData: where text begins.
//!
//! [`request`] writes the first request of a listing, [`filter`] its `$filter`.
//! Each escape lives in exactly one file and happens once: quotes in [`literal`], percent signs in [`url`]. [`parse`] is
//! a second opinion, used by the demo tenant and by tests, and shares no code with the printers.

pub mod filter;
pub mod literal;
#[cfg(any(feature = "demo", feature = "testing", test))]
pub mod parse;
pub mod request;
pub mod url;

#[cfg(test)]
mod tests;
