//! What the sets of directory objects have in common.
//!
//! Source: Microsoft Graph, "Advanced query capabilities on directory objects" with its matrix of properties, and the texts
//! "Supports $filter" of each property. Where the matrix does not list an operator that a property documents, it is declared
//! as one of advanced queries: there it is accepted in any case. `in` is sent as `eq` of each value. `not` is never sent, nor
//! are `ge` and `le` of texts, whose order is the service's own.

use super::ALL_MEMBERS;
use crate::table::{Api, Column, Dialect, Edm, FilterLimits, Op, Ops, Pages, Quota, Select, col};

/// Headers of an advanced query, on every one of its pages: it is answered from an index that may lag behind.
const EVENTUAL: &[(&str, &str)] = &[("Prefer", "include-unknown-enum-members"), ("ConsistencyLevel", "eventual")];

/// "Too many child clauses … Max allowed: 15" without an advanced query; the 2,048 characters of URL that are documented for
/// one are kept in any case.
const LIMITS: FilterLimits = FilterLimits { tests: Some(15), bytes: 1_850 };

/// A listing of directory objects. No order is documented for what was not sorted: a broken chain is read again.
pub(super) const fn objects(path: &'static str, permissions: &'static [&'static str]) -> Pages {
    Pages {
        api: Api::Graph,
        dialect: Dialect::Graph,
        path,
        permissions,
        quota: Quota::Directory,
        // Unasked there are 100 in a page.
        page: Some(999),
        headers: ALL_MEMBERS,
        advanced: EVENTUAL,
        // Unasked they come with a part of their properties.
        select: Select::Part,
        // A set says so where its own page documents it.
        counts: false,
        costly: None,
        licence: None,
        parent: None,
        listed: None,
        retention_days: None,
        population: None,
        limits: LIMITS,
        record_cap: None,
        beta: false,
    }
}

/// What advanced queries add to a text: `ne`, `ge`, `le`, and `eq null`.
pub(super) const MORE: Ops = UNSET.with(Op::Ge).with(Op::Le);
/// The same without a test for what is not set.
pub(super) const MORE_SET: Ops = Ops::of(Op::Ne).with(Op::Ge).with(Op::Le);
/// `ne` and `eq null`.
pub(super) const UNSET: Ops = Ops::of(Op::Ne).with(Op::Null);
/// What is documented for a time within a list of objects.
pub(super) const MORE_TIME: Ops = Ops::RANGE;
/// `ne` alone.
pub(super) const NE: Ops = Ops::of(Op::Ne);
/// `eq`, `startswith` and all that advanced queries add: for a text that needs one for each of them.
pub(super) const ADVANCED: Ops = Ops::EQ_PREFIX.and(MORE);

/// The object's id. It is text on the wire, in quotes.
pub(super) const fn id(doc: &'static str) -> Column {
    col("id", "id", Edm::Text, doc).ops(Ops::EQ).advanced(NE)
}

/// A text with the usual operators.
pub(super) const fn text(name: &'static str, wire: &'static str, doc: &'static str) -> Column {
    col(name, wire, Edm::Text, doc).ops(Ops::EQ_PREFIX).advanced(MORE)
}

/// A text that only advanced queries may ask for.
pub(super) const fn advanced_text(name: &'static str, wire: &'static str, doc: &'static str) -> Column {
    col(name, wire, Edm::Text, doc).advanced(ADVANCED)
}

/// A truth value with the usual operators.
pub(super) const fn flag(name: &'static str, wire: &'static str, doc: &'static str) -> Column {
    col(name, wire, Edm::Bool, doc).ops(Ops::EQ).advanced(NE)
}

/// A time with the usual operators.
pub(super) const fn time(name: &'static str, wire: &'static str, doc: &'static str) -> Column {
    col(name, wire, Edm::Instant, doc).ops(Ops::RANGE).advanced(NE)
}
