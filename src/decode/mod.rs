//! The tolerant JSON decoder: bytes in, typed rows out, and no value that costs another row.
//!
//! Columns are declared, never inferred, because real records contradict themselves: the same property is a number here
//! and text there. A value that cannot be what its column says is NULL there, is counted, and is still in `raw`. One pass
//! over the bytes delimits, converts and appends; whatever no column asks for is stepped over. There is one reader for
//! good and for odd pages alike (`cursor`), so that a page cannot mean two things.
//!
//! [`Decoder`] reads OData pages, [`Rows`] takes single records from any other source: lines, arrays, blobs. Both give
//! the same rows for the same bytes. Decisions that a reader may look for:
//!
//! - A member that comes twice in an object: the first stands, the second is counted as a conflict.
//! - Raw control characters in strings are kept, though JSON forbids them; half a surrogate pair, an unknown escape or
//!   a byte that is no UTF-8 makes that one value NULL.
//! - The feed and exports are read leniently: columns have aliases, names any spelling, nested values may come as text, see
//!   [`Reading`]. PowerShell's text for an object is read as far as it shows something, and counted.
//! - `0001-01-01T00:00:00Z`, which directories use for "never", is an instant like any other.

mod builder;
mod conflict;
mod cursor;
mod dates;
mod digest;
mod escape;
pub mod feed;
mod instant;
mod lenient;
mod members;
mod names;
mod nested;
mod notes;
mod number;
mod page;
mod powershell;
mod row;
mod shown;
mod texts;
mod weight;
mod whole;

pub use conflict::{Conflict, Oddity};
pub use dates::{Order, Shows, shows};
pub use digest::digest_of;
pub use lenient::{folded, same_name};
pub use members::{Member, elements, members};
pub use page::{Decoder, Error, Page, link_ahead, names_next_page};
pub use row::{Batch, DIGEST, Reading, RecordError, Rows};
pub use shown::is_type_name;
pub use weight::weight;
pub use whole::whole;

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod tests;
