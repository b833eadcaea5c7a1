//! Which table an error is about.

use datafusion::error::DataFusionError;

use super::{Error, Place};
use crate::{auth, causes, files};

impl Error {
    /// That files of a catalog cannot be read. Those of the command line have no connection of their own.
    pub(crate) fn of_paths(name: &str, source: files::Error) -> Self {
        match name {
            auth::FILES => Self::Input(source),
            name => Self::Paths { connection: name.to_owned(), source },
        }
    }

    /// The error of this crate that lies within one of the engine.
    pub(crate) fn inside(error: &DataFusionError) -> Option<&Self> {
        causes::chain(error).find_map(|inner| inner.downcast_ref())
    }

    /// The table that could not be read.
    pub(crate) fn table(&self) -> Option<&str> {
        match self {
            Self::Request { place, .. }
            | Self::Page { place, .. }
            | Self::Chain { place, .. }
            | Self::Capped { place, .. }
            | Self::Search { place, .. }
            | Self::Unread { place, .. }
            | Self::Listing { place, .. }
            | Self::NoRecords { place, .. } => Some(place.table()),
            Self::Files { table, .. }
            | Self::Logs { table, .. }
            | Self::FilesChanged { table }
            | Self::KindIgnored { table, .. }
            | Self::Keyless { table, .. }
            | Self::Subscriptions { table, .. }
            | Self::NotSubscribed { table, .. }
            | Self::Disabled { table, .. }
            | Self::BlobGone { table, .. } => Some(table),
            // It is said first.
            Self::Incomplete { missing, .. } => missing.split_once(": ").map(|(table, _)| table),
            _ => None,
        }
    }
}

impl Place {
    /// The table that it is a part of.
    pub(crate) fn table(&self) -> &str {
        match self {
            Self::Table(table) | Self::Pages { table, .. } | Self::Listing { table, .. } | Self::Blob { table, .. } => {
                table
            }
        }
    }
}
