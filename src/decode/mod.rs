//! The tolerant JSON decoder: bytes in, typed rows out, and no value that costs another row.
//!
//! Columns are declared, never inferred, because real records contradict themselves: the same property is a number here
//! and text there. A value that cannot be what its column says is NULL there, is counted, and is still in `raw`. One pass
//! over the bytes delimits, converts and appends; whatever no column asks for is stepped over. There is one reader for
//! good and for odd pages alike (`json::Cursor`), so that a page cannot mean two things.
//!
//! [`PageDecoder`] reads OData pages, [`ArrayDecoder`] whole arrays, [`RecordDecoder`] single records of any other source.
//! All give the same rows for the same bytes. Decisions that a reader may look for:
//!
//! - A member that comes twice in an object: the first stands, the second is counted as a conflict.
//! - Raw control characters in strings are kept, though JSON forbids them; half a surrogate pair, an unknown escape or
//!   a byte that is no UTF-8 makes that one value NULL.
//! - The feed and exports are read leniently: columns have aliases, names any spelling, nested values may come as text, see
//!   `record::Strictness`. PowerShell's text for an object is read as far as it shows something, and counted.
//! - `0001-01-01T00:00:00Z`, which directories use for "never", is an instant like any other.

mod array;
mod columns;
mod json;
mod known;
mod listing;
mod members;
mod outline;
mod page;
mod record;
mod records;
mod repeated;
mod search;
mod text;

pub use array::ArrayDecoder;
pub use columns::{Conflict, Declared, Oddity, Strange, Undeclared};
pub(crate) use json::quote_or_backslash;
pub use json::{bytes_hash, digest_of, weight, whole};
pub use listing::{Content, Subscription, listing, subscriptions};
pub use members::{Member, elements, members};
pub use outline::{Outline, Text};
pub use page::{Error, Page, PageDecoder, link_ahead, names_next_page};
#[cfg(feature = "cli")]
pub use record::RecordError;
pub use records::{Batch, DIGEST, RecordDecoder};
pub use search::{Ordered, RecordPage, SearchDecoder, ordered, searches};
pub use text::{Order, Shows, folded, is_type_name, same_name, shows};

#[cfg(test)]
mod tests;
