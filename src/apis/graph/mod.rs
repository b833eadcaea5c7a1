//! Entity sets of Microsoft Graph.

mod directory;
mod directory_audits;
mod sign_in_context;
mod sign_ins;
mod types;
mod users;

use crate::table::FilterLimits;

pub use directory_audits::DIRECTORY_AUDITS;
pub use sign_ins::SIGN_INS;
pub use users::USERS;

/// New members of enumerations come as `unknownFutureValue` unless a request says that it can bear them.
const ALL_MEMBERS: &[(&str, &str)] = &[("Prefer", "include-unknown-enum-members")];

/// What a filter of an audit-log report may hold. UNCERTAIN, both: 15 tests are documented for directory objects ("Too many
/// child clauses"), 2,048 characters of URL for advanced directory queries, of which path and options take the rest. For
/// reports no number is documented, so the known ones are assumed.
const REPORT_LIMITS: FilterLimits = FilterLimits { tests: Some(15), bytes: 1_850 };
