//! Which content types can hold the records of an answer.
//!
//! The service does not publish which record types a content type holds, so only the certain ones count; a workload is
//! never certain: alerts and investigations about Exchange come with the general content.

use crate::apis::activity::content::{CONTENT_TYPES, certain};
use crate::predicate::bind::{Ask, Bound, Leaf, Literal};
use crate::predicate::{Comparison, Truth};
use crate::table::Feed;

/// A set of content types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const ALL: Self = Self((1 << CONTENT_TYPES.len()) - 1);
    const NONE: Self = Self(0);

    /// The types of these names.
    pub(super) fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let place = |name: &str| CONTENT_TYPES.iter().position(|known| *known == name);
        names.into_iter().filter_map(place).fold(Self::NONE, |all, at| Self(all.0 | 1 << at))
    }

    /// The types that can hold a table's records.
    pub(super) fn of_table(feed: &Feed) -> Self {
        match feed.content_types {
            [] => Self::ALL,
            names => Self::named(names.iter().copied()),
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::NONE
    }

    pub(super) fn names(self) -> Vec<&'static str> {
        CONTENT_TYPES.iter().enumerate().filter(|(at, _)| self.0 & (1 << at) != 0).map(|(_, name)| *name).collect()
    }

    /// The types that a predicate leaves; too many, never too few.
    pub(super) fn left_by(bound: &Bound) -> Self {
        match bound {
            Bound::And(ps) => ps.iter().map(Self::left_by).fold(Self::ALL, Self::and),
            Bound::Or(ps) => ps.iter().map(Self::left_by).fold(Self::NONE, Self::or),
            Bound::Constant(Truth::False | Truth::Unknown) => Self::NONE,
            Bound::Leaf(leaf) if leaf.property.is("content_type") => Self::of_content(leaf),
            Bound::Leaf(leaf) if leaf.property.is("record_type") => Self::of_record(leaf),
            Bound::Constant(Truth::True) | Bound::Leaf(_) | Bound::Local(_) => Self::ALL,
        }
    }

    /// The types that a predicate names one by one.
    pub(super) fn demanded_by(bound: &Bound) -> Self {
        match bound {
            Bound::And(ps) | Bound::Or(ps) => ps.iter().map(Self::demanded_by).fold(Self::NONE, Self::or),
            Bound::Leaf(leaf) if leaf.property.is("content_type") => match &leaf.ask {
                Ask::Compare(Comparison::Eq, _) | Ask::In { negated: false, .. } => Self::of_content(leaf),
                _ => Self::NONE,
            },
            Bound::Constant(_) | Bound::Leaf(_) | Bound::Local(_) => Self::NONE,
        }
    }

    fn of_content(leaf: &Leaf) -> Self {
        // Folded, the column's text is in lower case, and so is what can equal it.
        let spelt = |known: &str| if leaf.folded { known.to_lowercase() } else { known.to_owned() };
        let is = |value: &Literal| {
            let same = |known: &&&str| matches!(value, Literal::Text(text) if *text == spelt(known));
            Self::named(CONTENT_TYPES.iter().filter(same).copied())
        };
        match &leaf.ask {
            Ask::Compare(Comparison::Eq, value) => is(value),
            Ask::Compare(Comparison::NotEq, value) => Self::ALL.without(is(value)),
            Ask::In { values, negated } => {
                let all = values.iter().map(is).fold(Self::NONE, Self::or);
                if *negated { Self::ALL.without(all) } else { all }
            }
            _ => Self::ALL,
        }
    }

    fn of_record(leaf: &Leaf) -> Self {
        let holds = |value: &Literal| match value {
            Literal::Int(n) => {
                let content = i32::try_from(*n).ok().and_then(certain);
                content.map_or(Self::ALL, |name| Self::named([name]))
            }
            _ => Self::ALL,
        };
        match &leaf.ask {
            Ask::Compare(Comparison::Eq, value) => holds(value),
            Ask::In { values, negated: false } => values.iter().map(holds).fold(Self::NONE, Self::or),
            _ => Self::ALL,
        }
    }
}
