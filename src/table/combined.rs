//! Tables that are several others under common names: the same kind of event, as several services tell it.

use super::{Column, EntitySet, Sensitive, col};
use crate::table::Edm;

/// A table that is made of others.
#[derive(Debug)]
pub struct Combined {
    /// SQL schema: `entra`.
    pub schema: &'static str,
    /// SQL name.
    pub name: &'static str,
    /// One paragraph for `\d` and the manual.
    pub doc: &'static str,
    /// SQL name of the column that holds the event's own time.
    pub time: &'static str,
    /// The columns, in output order.
    pub columns: &'static [Column],
    /// What it is made of.
    pub parts: &'static [Part],
}

/// A table of which a combined one is made, and how its columns get the common names.
#[derive(Debug)]
pub struct Part {
    /// What the combined table calls it.
    pub label: &'static str,
    /// The table.
    pub set: &'static EntitySet,
    /// A condition on its rows, in SQL over its own columns; `None`: all of them.
    pub only: Option<&'static str>,
    /// What each column of the combined table is, in SQL over its own columns, in the same order. A column that it does
    /// not have is `NULL`. What is a column or a field of one is sent like a condition on that one.
    pub columns: &'static [&'static str],
}

impl Combined {
    /// `schema.name`, as SQL writes it.
    pub fn qualified(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }
}

/// The columns that a table of all tenants has before the others.
pub static TENANT_COLUMNS: [Column; 2] = [
    col("tenant_id", "", Edm::Text, "The tenant as its connection names it: an id or a domain.")
        .sensitive(Sensitive::Tenant),
    col("tenant_name", "", Edm::Text, "The connection that the record was read through, by its name.")
        .sensitive(Sensitive::Tenant),
];
