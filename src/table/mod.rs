//! The words in which a table of the service is declared: an entity set, its columns, what each may be asked.
//!
//! Everything else about a table is derived from its declaration and never restated: the Arrow schema, which predicates
//! travel, `$orderby`, the permission hint, `\d`, `auditql.columns`, the wording of EXPLAIN. Declarations are data: this
//! module and `apis` import nothing above them.

mod arrow;
mod asked;
mod codes;
mod column;
mod combined;
mod day_counts;
mod edm;
mod entity_set;
mod guid;
mod lookup;
mod marks;
mod ops;
mod service;
mod source;
mod system;
mod told;
mod versions;

pub use arrow::schema_of;
pub use asked::{Asked, Code};
pub use codes::{CODE_COLUMNS, Codes};
pub use column::{Case, Column, Derived, Inputs, RAW, Sensitive, col, derived, joined};
pub use combined::{Combined, Part, TENANT_COLUMNS};
pub use day_counts::DayCounts;
pub use edm::Edm;
pub use entity_set::{EntitySet, Family, Needs};
pub use guid::is_guid;
pub use lookup::Lookup;
pub use marks::{activity_mark, is_activity};
pub use ops::{Op, Ops};
pub use service::{Api, ApiVersion, Quota, Rate};
pub use source::{
    Costly, Dialect, Direction, Feed, FilterLimits, Kind, Pages, Parent, Population, Search, Select, Source,
};
pub use system::SystemTable;
pub use told::{Told, Whose};
pub use versions::{Outcome, Versions};
