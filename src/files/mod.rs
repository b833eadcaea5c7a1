//! Files: which ones an input means, what they are packed in, and whether they are still what they were.
//!
//! What stands in a file is not known here: a file goes out as a stream of text, and `exports` makes records of it.

mod archive;
mod error;
mod listing;
mod names;
mod source;
mod stamp;
mod unpack;
mod utf16;

pub use archive::Entry;
pub use error::Error;
pub use listing::{Skipped, Sources, sources};
pub use source::{Part, Source};
pub use stamp::Stamp;

pub(crate) use unpack::{AHEAD, open};
