//! The operators a service documents for a property, as a set.
//!
//! An operator that is not in a column's set is never sent: "not documented" and "proved unsupported" are treated alike,
//! because a service that ignores an unknown clause would answer with the wrong rows and say nothing.

/// One operator of the `$filter` dialects spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Op {
    /// `eq`
    Eq,
    /// `ne`
    Ne,
    /// `ge`
    Ge,
    /// `le`
    Le,
    /// `gt`
    Gt,
    /// `lt`
    Lt,
    /// `startswith(p,'x')`
    StartsWith,
    /// `endswith(p,'x')`
    EndsWith,
    /// `contains(p,'x')`
    Contains,
    /// `eq null`, and `ne null` where `ne` is documented too
    Null,
}

impl Op {
    /// Every operator, in the order in which documentation lists them.
    pub const ALL: [Self; 10] = [
        Self::Eq,
        Self::Ne,
        Self::Ge,
        Self::Le,
        Self::Gt,
        Self::Lt,
        Self::StartsWith,
        Self::EndsWith,
        Self::Contains,
        Self::Null,
    ];

    /// The operator as `$filter` spells it.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Ge => "ge",
            Self::Le => "le",
            Self::Gt => "gt",
            Self::Lt => "lt",
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
            Self::Contains => "contains",
            Self::Null => "null",
        }
    }
}

/// A set of operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ops(u16);

impl Ops {
    /// No operator is documented: the property is read, never asked.
    pub const NONE: Self = Self(0);
    /// Equality alone.
    pub const EQ: Self = Self::of(Op::Eq);
    /// `eq`, `ge`, `le`: what the report endpoints document for their time property.
    pub const RANGE: Self = Self::EQ.with(Op::Ge).with(Op::Le);
    /// `eq` and `startswith`.
    pub const EQ_PREFIX: Self = Self::EQ.with(Op::StartsWith);

    /// The set of one operator.
    pub const fn of(op: Op) -> Self {
        Self(1 << op as u16)
    }

    /// This set and one operator more.
    pub const fn with(self, op: Op) -> Self {
        Self(self.0 | 1 << op as u16)
    }

    /// The operators of both sets.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the operator is in the set.
    pub const fn has(self, op: Op) -> bool {
        self.0 & (1 << op as u16) != 0
    }

    /// The widest test for a time at or behind a whole second: a service that only knows strict bounds is asked for what lies
    /// behind the second before. None, if neither is documented.
    pub const fn since(self, second: i64) -> Option<(Op, i64)> {
        match (self.has(Op::Ge), self.has(Op::Gt)) {
            (true, _) => Some((Op::Ge, second)),
            (false, true) => Some((Op::Gt, second.saturating_sub(1))),
            (false, false) => None,
        }
    }

    /// The same for a time before a whole second. Where `lt` is documented, nothing of that second is asked for.
    pub const fn until(self, second: i64) -> Option<(Op, i64)> {
        match (self.has(Op::Lt), self.has(Op::Le)) {
            (true, _) => Some((Op::Lt, second)),
            (false, true) => Some((Op::Le, second)),
            (false, false) => None,
        }
    }

    /// Whether no operator is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The operators of the set, in documentation order.
    pub fn iter(self) -> impl Iterator<Item = Op> {
        Op::ALL.into_iter().filter(move |op| self.has(*op))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_of_a_time_is_written_by_what_is_documented_and_leaves_no_instant_out() {
        let strict = Ops::of(Op::Gt).with(Op::Lt);
        for (ops, since, until) in [
            (Ops::RANGE, Some((Op::Ge, 7)), Some((Op::Le, 7))),
            (Ops::RANGE.and(strict), Some((Op::Ge, 7)), Some((Op::Lt, 7))),
            // Behind the sixth second lies the seventh; what ends before the seventh lies before it.
            (strict, Some((Op::Gt, 6)), Some((Op::Lt, 7))),
            (Ops::of(Op::Ge), Some((Op::Ge, 7)), None),
            (Ops::EQ, None, None),
        ] {
            assert_eq!((ops.since(7), ops.until(7)), (since, until), "{ops:?}");
        }
    }
}
