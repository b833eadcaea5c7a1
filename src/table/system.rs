//! A table that describes the session: what is declared, what is connected, what was sent.

use super::Column;

/// A declared table of the schema `auditql`. Reading it sends nothing.
#[derive(Debug)]
pub struct SystemTable {
    /// SQL name.
    pub name: &'static str,
    /// One paragraph for `\d` and the manual.
    pub doc: &'static str,
    /// The columns, in output order. They have no names on the wire and none of them can be asked for.
    pub columns: &'static [Column],
}

impl SystemTable {
    /// SQL schema of all of them.
    pub const SCHEMA: &'static str = "auditql";
}
