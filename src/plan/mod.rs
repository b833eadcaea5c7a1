//! Which requests answer a scan: streams, time range, page size, order, and how a chain of pages is followed.
//!
//! Nothing here talks to the network or reads a clock; `engine::pages` drives the [`Pager`]. Plans are values: EXPLAIN
//! prints the very one that is carried out.

mod explain;
pub mod feed;
mod page_query;
mod pager;
mod parts;
mod scan;

pub use page_query::{PageQuery, Weaker};
pub use pager::{PageFacts, Pager, PagerError};
pub use parts::{Choice, choose};
pub use scan::{Residue, Scan, ScanPlan, StreamPlan};

pub use crate::table::Direction;

/// Longest filter that is sent, in bytes once encoded. UNCERTAIN: only 2,048 characters of URL are documented, for
/// advanced directory queries; path and options take the rest.
pub const MAX_FILTER_BYTES: usize = 1_850;

#[cfg(test)]
mod tests;
