//! ASOF joins: for each row of the left side the one partner that is nearest in time.
//!
//! Neither the planner of SQL nor the plans of DataFusion know one. It comes as a plain join whose condition stands in a
//! [`CONDITION`] (`statement::parse` puts it there), so that names and types are resolved as those of any join.
//! [`analyzed`](NearestJoins) makes a node of the plan of it ([`node`]), [`planned`] an operator of that. It cannot stay a plain
//! join: a condition on the right side that stands in WHERE would be moved below it, and change what is the nearest.
//!
//! The partner is the nearest of the rows that meet *all* of ON. So a further condition there chooses among candidates, and a
//! condition in WHERE drops rows of the result.

mod analyzed;
mod markers;
mod matched;
mod node;
mod planned;
mod pushed;
mod told;

pub(crate) use analyzed::NearestJoins;
pub(crate) use markers::{CONDITION, is_marked, register};
pub(crate) use planned::Planner;
pub(crate) use pushed::BelowNearest;
pub(crate) use told::TellNearest;
