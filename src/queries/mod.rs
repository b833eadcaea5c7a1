//! Saved queries: a question with its SQL, its parameters, and what its answer means, in one file each.
//!
//! Those that are shipped are in the program; the user's own lie in a folder beside its configuration. A file begins with a header
//! of comment lines ([`Query::parse`] says which), so any SQL tool can show it. Values for parameters are read by their declared
//! type and bound as constants (`engine::Parameters`); none is ever pasted into the SQL.
//!
//! Nothing here runs a query: the command line and the prompt do.

mod call;
mod header;
mod kind;
mod library;
mod page;
mod query;
mod shipped;
mod values;

pub use call::{Call, words};
pub use kind::Kind;
pub use library::Library;
pub use page::{listed, manual, page};
pub use query::{Parameter, Query};
pub use values::guessed;
