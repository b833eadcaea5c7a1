//! JSON text: where its values begin and end, what its scalars say, and what a whole text is worth.

mod cursor;
mod digest;
mod escape;
mod instant;
mod number;
mod skip;
mod weight;
mod whole;

pub(super) use cursor::{Broken, Cursor, Quoted, Token};
pub(super) use digest::{RecordDigest, name_hash};
pub use digest::{bytes_hash, digest_of};
pub(super) use instant::micros;
pub(super) use number::{double, exact_integer};
pub(crate) use skip::quote_or_backslash;
pub(super) use skip::{Found, each_member};
pub use weight::weight;
pub use whole::whole;
pub(super) use whole::{BYTE_ORDER_MARK, json_of};
