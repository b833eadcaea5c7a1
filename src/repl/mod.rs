//! The prompt.

pub mod split;
