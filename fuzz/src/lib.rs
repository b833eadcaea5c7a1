//! The properties that the targets check, which are those of the short run inside `cargo test`.

#[path = "../../tests/fuzz/properties.rs"]
pub mod properties;
