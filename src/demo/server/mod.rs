//! The tenant on the wire: one listener for both faces, its book of what was asked.

mod service;
mod stats;

pub(in crate::demo) use service::{Service, router};
pub(in crate::demo) use stats::Book;
pub use stats::{Asked, Counts, Stats};
