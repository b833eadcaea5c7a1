//! Schemas that every catalog has.

/// The schema of the user's own tables, and the default.
pub(crate) const MAIN: &str = "main";
/// The schema that describes tables and columns.
pub(crate) const OWN: &str = "auditql";
