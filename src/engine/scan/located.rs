//! A declared table as a connection sees it: whose it is, and where its records are read.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;

use crate::files::Input;
use crate::table::{ApiVersion, EntitySet};

/// Where a connection reads the records of its tables.
#[derive(Debug, Clone)]
pub(crate) enum Records {
    /// From services, Microsoft Graph in this version.
    Service(ApiVersion),
    /// From exported files.
    Files(Arc<[Input]>),
}

impl Records {
    /// Whether services are asked.
    pub(crate) fn are_of_service(&self) -> bool {
        matches!(self, Self::Service(_))
    }
}

/// A table of a connection.
#[derive(Debug, Clone)]
pub(crate) struct Located {
    /// What it is called when something is said of it: `entra.sign_ins`, and behind its connection where several are asked.
    pub(crate) name: String,
    pub(crate) set: &'static EntitySet,
    pub(crate) connection: String,
    pub(crate) records: Records,
    /// The schema of all columns.
    pub(crate) schema: SchemaRef,
}

impl Located {
    /// Whether another one is the same table, read at the same place.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let same_place = match (&self.records, &other.records) {
            (Records::Service(version), Records::Service(other)) => version == other,
            (Records::Files(inputs), Records::Files(others)) => Arc::ptr_eq(inputs, others),
            _ => false,
        };
        same_place
            && std::ptr::eq(self.set, other.set)
            && self.connection == other.connection
            && self.name == other.name
    }

    /// Whether a service is asked for it.
    pub(crate) fn is_of_service(&self) -> bool {
        self.records.are_of_service()
    }
}
