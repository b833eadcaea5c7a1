//! Which requests answer a scan: streams, time range, page size, order, and how a chain of pages is followed.
//!
//! Nothing here talks to the network or reads a clock; `engine::scan` drives the [`Pager`]. Plans are values: EXPLAIN
//! prints the very one that is carried out.

mod capped;
mod cost;
mod count;
pub mod estimate;
mod explain;
pub mod feed;
mod files;
mod fitted;
mod page_query;
mod pager;
mod scan;
pub mod search;
pub mod slices;
mod windows;

pub use capped::{CapError, Reading};
pub use cost::{Choice, Seen, choose};
pub use count::number;
pub use estimate::Estimate;
pub use files::FilePlan;
pub use page_query::{PageQuery, Weaker};
pub use pager::{PageFacts, Pager, PagerError};
pub use scan::{KeyCondition, Parents, Residual, Scan, ScanPlan, StreamPlan};

#[cfg(test)]
mod tests;
