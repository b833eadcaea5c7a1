//! Which request streams a predicate leaves.
//!
//! Kinds of record need care, because a record may carry several. `array_has(kinds, A) AND array_has(kinds, B)` holds for
//! a record that is delivered by stream A and by stream B, so neither stream may be pruned for the sake of the other;
//! that is why [`Streams`] tells "some stream of the record is here" from "all streams of the record are here".

use super::bind::{Ask, Bound, Leaf, Literal};
use super::expression::{Comparison, Truth};
use crate::table::Population;

/// The streams that are left by a predicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Streams {
    /// Bit set over the population's kinds.
    pub(super) kinds: u32,
    /// Every stream that delivers such a record is in the set. If not, one of them is.
    whole: bool,
}

impl Streams {
    pub(super) fn of(bound: &Bound, population: &Population) -> Self {
        let all = Self { kinds: (1 << population.kinds.len()) - 1, whole: true };
        let one = |member: &str| population.kinds.iter().position(|k| k.member == member).map_or(0, |at| 1_u32 << at);
        match bound {
            Bound::And(ps) => ps.iter().map(|p| Self::of(p, population)).fold(all, Self::and),
            Bound::Or(ps) => ps
                .iter()
                .map(|p| Self::of(p, population))
                .reduce(|a, b| Self { kinds: a.kinds | b.kinds, whole: a.whole && b.whole })
                .unwrap_or(Self { kinds: 0, whole: true }),
            Bound::Constant(Truth::False | Truth::Unknown) => Self { kinds: 0, whole: true },
            Bound::Leaf(Leaf { property, ask: Ask::Has { value: Literal::Text(member), negated }, .. })
                if property.is(population.column) =>
            {
                // A member that is no kind we ask for may come with any stream.
                match (one(member), negated) {
                    (0, _) => all,
                    (kind, false) => Self { kinds: kind, whole: false },
                    (kind, true) => Self { kinds: all.kinds & !kind, whole: true },
                }
            }
            // What was asked for by its kind names it; version 1.0 gives one kind of record, and never the list.
            Bound::Leaf(Leaf { property, ask: Ask::IsNull { negated: false }, .. })
                if property.is(population.column) =>
            {
                Self { kinds: one(population.v1_kind), whole: true }
            }
            Bound::Leaf(leaf) if leaf.property.is(population.flag) => flag_asked(&leaf.ask).map_or(all, |wanted| {
                let kinds = population.kinds.iter().filter(|k| k.flag == wanted);
                Self { kinds: kinds.map(|k| one(k.member)).sum(), whole: true }
            }),
            Bound::Constant(Truth::True) | Bound::Leaf(_) | Bound::Local(_) => all,
        }
    }

    /// Both hold. Two partial sets cannot be intersected: either alone is enough, the smaller is taken.
    fn and(self, other: Self) -> Self {
        let both = self.kinds & other.kinds;
        match (self.whole, other.whole) {
            (true, whole) => Self { kinds: both, whole },
            (false, true) => Self { kinds: both, whole: false },
            (false, false) if self.kinds.count_ones() <= other.kinds.count_ones() => self,
            (false, false) => other,
        }
    }
}

/// The value that a test of a Boolean column asks for.
pub(super) fn flag_asked(ask: &Ask) -> Option<bool> {
    match ask {
        Ask::Compare(Comparison::Eq, Literal::Bool(b)) => Some(*b),
        Ask::Compare(Comparison::NotEq, Literal::Bool(b)) => Some(!*b),
        _ => None,
    }
}
