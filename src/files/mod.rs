//! Files: which ones an input means, what they are packed in, and whether they are still what they were. They lie on this
//! machine or in a bucket.
//!
//! What stands in a file is not known here: a file goes out as a stream of text, and `exports` makes records of it.

mod archive;
mod bucket;
mod error;
mod fault;
mod file_ref;
mod heads;
mod listed;
mod listing;
mod local;
mod matched;
mod names;
mod opened;
mod packed;
mod place;
mod stamp;
mod tar;
mod unpack;
mod utf16;

pub use error::Error;
#[cfg(feature = "store")]
pub use fault::Answer;
pub use fault::StoreFault;
pub use file_ref::{FileRef, Input};
pub use listed::{Skipped, Why};
pub use listing::{Sources, all_sources, local_sources, sources};
pub use place::Bucket;
pub use stamp::{Change, Stamp};

#[cfg(feature = "cli")]
pub(crate) use local::{beside, link};
pub(crate) use packed::AHEAD;
pub(crate) use place::told;
pub(crate) use unpack::open;
