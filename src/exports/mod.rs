//! Exported audit logs: files in, records out, whatever shape and packing they come in.
//!
//! A record is told by what is in it, never by the name of its file: Management API records, Search-UnifiedAuditLog rows,
//! Graph sign-ins and directory audits, Log Analytics rows and diagnostic envelopes may lie in one folder, or in one file.
//! Files are streamed; one record at a time is in memory. What cannot be read costs itself alone: it is given out as
//! [`Item::Unread`] with its line, and reading goes on behind it.

mod dates;
mod framing;
mod reader;
mod recognise;
mod records;
mod remarks;
mod rows;

pub use reader::{Item, Reader};
pub use remarks::{Always, Instead, Remark, Wanted};

#[cfg(test)]
mod tests;
