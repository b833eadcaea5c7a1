//! What a session has: its configuration, its catalogs, the tables that it keeps, what its statements may do.

mod asked_as_value;
mod avro;
pub(crate) mod catalog;
mod columnar;
pub(crate) mod config;
pub(crate) mod connecting;
mod dates;
mod duplicates;
mod finer;
pub(crate) mod leftovers;
mod lengths;
pub(crate) mod log_options;
pub(crate) mod log_tables;
pub(crate) mod merged;
mod merging;
mod multiples;
pub(crate) mod named_logs;
mod ordering;
pub mod parquet;
pub(crate) mod policy;
mod sound;
pub(crate) mod store;
mod stored;
pub(crate) mod system_tables;
mod unknown;
mod unpruned;
mod walls;
