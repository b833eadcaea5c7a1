//! The types of properties, as the services' metadata names them.

use super::Column;

/// The type of a property, and with it the shape of its SQL column.
#[derive(Debug, Clone, Copy)]
pub enum Edm {
    /// `Edm.String`, also GUIDs, which the audit sets carry as plain strings. SQL: text.
    Text,
    /// An enumeration, sent and received as its member's name. SQL: text, because the services add members at any time.
    /// The members that are documented today.
    Enum(&'static [&'static str]),
    /// `Edm.Boolean`.
    Bool,
    /// `Edm.Int32`.
    Int32,
    /// `Edm.Int64`.
    Int64,
    /// `Edm.Double`.
    Double,
    /// `Edm.DateTimeOffset`. SQL: timestamp in microseconds, UTC.
    Instant,
    /// A complex type. SQL: struct.
    Object(&'static [Column]),
    /// A collection. SQL: list.
    List(&'static Edm),
    /// Any JSON value, kept as JSON text: for open types.
    Json,
    /// The whole record, byte for byte as received. SQL: text.
    Raw,
}

impl Edm {
    /// Whether values of this type are text in SQL and quoted strings in `$filter`.
    pub const fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Enum(_))
    }
}
