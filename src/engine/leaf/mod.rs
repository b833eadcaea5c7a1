//! The leaves of a plan: tables as the planner sees them, and the nodes that read them.

mod counted;
mod doubt;
mod elements;
mod exec;
mod kept;
mod keyed;
mod log_table;
mod lookup;
mod merged;
mod merged_table;
mod metrics;
mod open;
mod origin;
mod provider;
mod sides;
mod span;

pub(crate) use counted::{CountThere, CountedExec};
pub(crate) use doubt::{Doubt, RowDoubt, Shortfall};
pub use exec::ScanExec;
pub(crate) use kept::Kept;
pub(crate) use keyed::TellKeys;
pub(crate) use log_table::{LogExec, LogTable};
pub(crate) use lookup::{LookupExec, LookupTable};
pub use merged::MergedExec;
pub(crate) use merged_table::MergedTable;
pub use origin::{Origin, Origins};
pub use provider::RemoteTable;
pub(crate) use sides::AtHandFirst;
