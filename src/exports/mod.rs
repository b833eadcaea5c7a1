//! Exported audit logs: files in, records out, whatever shape and packing they come in.
//!
//! A record is told by what is in it, never by the name of its file: Management API records, Search-UnifiedAuditLog rows,
//! Graph sign-ins and directory audits, Log Analytics rows and diagnostic envelopes may lie in one folder, or in one file.
//! Files are streamed in two steps: [`Blocks`] cuts a file into pieces that may be records, which has to be done in its order,
//! and a [`Sorter`] tells what they are, which can be done by many at once. What cannot be read costs itself alone: it is
//! given out with its line, and reading goes on behind it.

mod blocks;
mod dates;
mod framing;
#[cfg(any(test, feature = "testing"))]
mod reader;
mod recognise;
mod records;
mod remarks;
mod rows;
mod sorter;

pub use blocks::Blocks;
pub use dates::Dates;
pub use framing::Block;
#[cfg(any(test, feature = "testing"))]
pub use reader::{Item, Reader};
pub use remarks::{Always, Instead, Remark, Remarks, Wanted};
pub use sorter::{InTurn, Sorted, Sorter};

#[cfg(test)]
mod tests;
