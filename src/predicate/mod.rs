//! From a SQL predicate to the part of it that a service can be asked.
//!
//! The order is fixed: [`import`] (the only place that knows DataFusion's expressions) → [`normal`] (NOT to the leaves) →
//! [`bind`] (names become declared columns, literals get the column's type) → [`split`] (what may be sent; what chooses
//! the time range and the request streams; what stays here, and why). Only the last step weakens, and only where a
//! weaker predicate lets more rows through. Every row is checked against the whole predicate again on this side, so a
//! step that gives up costs requests, never rows.

pub mod bind;
pub mod clause;
mod expression;
pub mod import;
mod like;
pub mod normal;
pub mod period;
mod reason;
pub mod split;
mod streams;
mod to_clause;

pub use bind::{Bound, How, any_value, bind};
pub use clause::{Clause, Value};
pub use expression::{
    ACROSS_LINES, ANY_ELEMENT, ANY_OF, AS_TIME, AS_WRITTEN, Comparison, ELEMENT, IN_ZONE, NO_MICROSECOND, Pattern,
    Predicate, READ_JSON, Scalar, Test, Truth,
};
#[cfg(test)]
pub(crate) use expression::{Local, Octets};
pub use import::{Keys, import, keys, property_of};
pub use normal::normal;
pub use reason::Reason;
pub use split::{Conjunct, Split, split, texts_left, times};

#[cfg(test)]
pub(crate) mod tests;
