//! What a session has: its configuration, its catalogs, the tables that it keeps, what its statements may do.

pub(crate) mod catalog;
pub(crate) mod config;
pub(crate) mod connecting;
mod finer;
pub(crate) mod leftovers;
pub(crate) mod merged;
pub mod parquet;
pub(crate) mod policy;
mod sound;
pub(crate) mod store;
pub(crate) mod system_tables;
