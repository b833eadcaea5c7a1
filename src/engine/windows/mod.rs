//! Window functions whose values can be long: texts, lists, structs.
//!
//! DataFusion holds the value of each row until it gives rows out, counts none of it, and where a frame is the whole of a partition
//! copies its one value once for each row. So a list of some thousand names beside each of them took the machine's memory, whatever
//! `memory_limit` said. Here
//!
//! - a value of the whole partition is held once: a text as a view that its rows share (`functions::gathered`), any other value
//!   packed, and unpacked for the rows that somebody takes ([`packed`]);
//! - where each row has a value of its own, because its frame grows or moves, values are counted in the session's memory pool
//!   until their rows were given out ([`counted`], [`room`]), and end in an error that says so;
//! - rows are given out in pieces that stay small when each value is written out ([`exec`]), for what makes texts of texts, and so
//!   they are where something is computed of such values further up, behind a filter or a join that made large batches of them.
//!
//! [`rule`] puts all of that into a plan. Functions whose values are numbers or times are left alone.

mod counted;
mod exec;
mod packed;
mod room;
mod rule;
mod standard;

pub(crate) use exec::GivenInPieces;
pub(crate) use rule::LongValues;

use arrow::datatypes::DataType;

/// Whether a value of the type has a length of its own.
fn has_length(of: &DataType) -> bool {
    !matches!(of, DataType::Null | DataType::Boolean | DataType::FixedSizeBinary(_)) && of.primitive_width().is_none()
}

/// Whether rows with the same value share its bytes.
fn is_shared(of: &DataType) -> bool {
    matches!(of, DataType::Utf8View | DataType::BinaryView)
}

#[cfg(test)]
mod tests;
