//! A list that a service gives whole, in one reply: what an id means, to join with.

use super::{Api, Column, Quota};

/// A declared list of a remote service. It has no time, and nothing of it can be asked for in part.
#[derive(Debug)]
pub struct Lookup {
    /// SQL schema: `m365`.
    pub schema: &'static str,
    /// SQL name.
    pub name: &'static str,
    /// One sentence for `\d` and the manual.
    pub doc: &'static str,
    /// The service.
    pub api: Api,
    /// Path below the tenant, with its leading slash.
    pub path: &'static str,
    /// Application permissions that reading needs.
    pub permissions: &'static [&'static str],
    /// The quota its request counts against.
    pub quota: Quota,
    /// The columns, in output order. The first identifies an entry.
    pub columns: &'static [Column],
}

impl Lookup {
    /// `schema.name`, as SQL writes it.
    pub fn qualified(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }
}
