//! Joins by address range and by time: partners are looked up, where comparing every pair would be the engine's own way.
//!
//! `ip_in(s.ip_address, n.cidr)` and `s.time BETWEEN v.start AND v.end` are no equalities, so DataFusion compares each row of
//! one side with each of the other, or at best with each of the same key. [`condition`] reads such a condition as a question of
//! [`spans`]: which spans of the side that is held meet a span of the row that passes by? [`exec`] is the operator; [`rule`]
//! puts it into a plan in place of the engine's, after the engine has chosen the kind of join. What the condition says besides
//! is checked on each pair that was looked up, so it is the same answer; `range_joins = false` leaves the engine's joins alone.
//!
//! An ASOF join takes the same way, and of what it finds the nearest ([`nearest`]).
//!
//! One side is held in memory, and is accounted for there: the one without a remote scan, so that an empty log costs no
//! request, and so that the least and the greatest time of a log are known before the service is asked ([`narrowing`]).

pub(crate) mod asof;
mod comparison;
mod condition;
mod exec;
mod held;
mod instances;
mod keys;
mod narrowing;
mod nearest;
mod passing;
mod rule;
mod spans;
mod values;

pub(crate) use exec::RangeJoinExec;
pub(crate) use instances::{Tested, Values};
pub(crate) use keys::WholeKeys;
pub(crate) use rule::{LookUp, compared};
