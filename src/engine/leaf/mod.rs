//! The leaves of a plan: tables as the planner sees them, and the nodes that read them.

mod counted;
mod doubt;
mod elements;
mod ends;
mod exec;
mod few;
mod kept;
mod keyed;
mod log_exec;
mod log_table;
mod lookup;
mod merged;
mod merged_table;
mod metrics;
mod open;
mod origin;
mod price;
mod provider;
mod reuse;
mod shared;
mod sides;
mod span;
mod told;

use datafusion::catalog::{MemTable, TableProvider};
use datafusion::physical_plan::ExecutionPlan;

pub(crate) use counted::{CountThere, CountedExec};
pub(crate) use doubt::{Doubt, RowDoubt, Shortfall};
pub(crate) use ends::{EndsAlone, EndsExec, why_read};
pub use exec::ScanExec;
pub(crate) use few::FewWanted;
pub(crate) use kept::Kept;
pub(crate) use keyed::TellKeys;
pub(crate) use log_exec::LogExec;
pub(crate) use log_table::LogTable;
pub(crate) use lookup::{LookupExec, LookupTable};
pub use merged::MergedExec;
pub(crate) use merged_table::MergedTable;
pub use origin::{Origin, Origins};
pub use provider::RemoteTable;
pub(crate) use reuse::{Gone, KeptRange, KeptRanges, ReusedExec};
pub(crate) use shared::{ShareScans, SharedExec};
pub(crate) use sides::AtHandFirst;

/// Whether a node of a plan asks a service.
pub(crate) fn is_remote(plan: &dyn ExecutionPlan) -> bool {
    plan.is::<ScanExec>() || plan.is::<MergedExec>() || plan.is::<LookupExec>()
}

/// Whether a table asks a service. Records in files are at hand.
pub(crate) fn asks(table: &dyn TableProvider) -> bool {
    let of_service = |table: &RemoteTable| table.located().is_of_service();
    table.downcast_ref::<RemoteTable>().is_some_and(of_service)
        || table.downcast_ref::<MergedTable>().is_some_and(MergedTable::is_of_service)
        || table.is::<LookupTable>()
}

/// Whether a table gives the same rows when a statement reads it again, or tells of a change: one that was kept, and logs that nobody
/// writes.
pub(crate) fn is_same_again(table: &dyn TableProvider) -> bool {
    table.is::<MemTable>() || table.is::<Kept>() || table.downcast_ref::<LogTable>().is_some_and(LogTable::is_quiet)
}
