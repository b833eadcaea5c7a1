//! The `$filter` language.

pub mod parse;
