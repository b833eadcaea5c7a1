//! The declaration of a set of records, and how such sets are listed.

use crate::demo::graph::{Premise, Property, Rows};

/// A set of records, as the service documents it: written down a second time, and not taken from the declarations of this
/// program.
#[derive(Debug)]
pub struct Table {
    /// The path below the tenant: `/activities/signinEvents`.
    pub path: &'static str,
    /// The properties that filters know, and those of the records.
    pub properties: &'static [Property],
    /// The property that a filter says in codes, its values in the record, and their codes.
    pub(super) status: (&'static str, &'static [(&'static str, Code)]),
    /// Values that the property `category` can be asked for, if there is one.
    pub(super) categories: &'static [&'static str],
    /// An answer ends at the cap.
    pub(super) is_capped: bool,
    /// Makes its records.
    pub(super) tell: fn(&Premise) -> Box<dyn Rows>,
}

/// A code, as a filter has to write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// In quotes.
    Text(&'static str),
    /// As it is.
    Number(i64),
}

impl Table {
    /// The property of a path, in the case in which it is documented.
    pub(super) fn property(&self, path: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.path == path)
    }
}

/// How the sets are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// Records after which an answer to a query of sign-ins ends.
    pub record_cap: usize,
    /// The order of records.
    pub order: Order,
}

/// An order in which records are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By time.
    NewestFirst,
    /// By time.
    OldestFirst,
    /// By nothing.
    Shuffled,
}

impl Default for Listing {
    /// A million (source: the reference of the sign-in report), in no order.
    fn default() -> Self {
        Self { record_cap: 1_000_000, order: Order::Shuffled }
    }
}
