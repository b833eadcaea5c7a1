//! Why a part of a predicate is checked here alone, although the service searches.

use super::{SearchScan, interval, is_sure, left_of, values, words_of};
use crate::predicate::bind::{Ask, Leaf};
use crate::predicate::{Bound, Comparison, Reason};
use crate::time::Interval;

impl SearchScan {
    /// Why a conjunct is not covered by what is ordered; none if it is.
    pub(super) fn reasons(&self, bound: &Bound) -> Vec<Reason> {
        if !self.pushdown {
            return vec![Reason::SwitchedOff];
        }
        let mut reasons = Vec::new();
        for part in self.parts(bound) {
            if !reasons.contains(&part) {
                reasons.push(part);
            }
        }
        reasons
    }

    fn parts(&self, bound: &Bound) -> Vec<Reason> {
        match bound {
            Bound::And(all) => all.iter().flat_map(|one| self.parts(one)).collect(),
            Bound::Or(arms) if self.narrows(bound) || arms.is_empty() => Vec::new(),
            Bound::Or(arms) => {
                let first = arms.iter().flat_map(|arm| self.parts(arm)).next();
                vec![Reason::OneSidedOr(Box::new(first.unwrap_or(Reason::SearchCannot)))]
            }
            Bound::Leaf(leaf) => self.of_leaf(leaf).into_iter().collect(),
            Bound::Local(why) => vec![Reason::of(*why)],
            Bound::Constant(_) => Vec::new(),
        }
    }

    /// Whether an OR says something about one field, whichever of its sides holds.
    fn narrows(&self, bound: &Bound) -> bool {
        let by_time = self.set.time.is_some_and(|time| interval(bound, time) != Interval::ALL);
        by_time || self.fields().any(|column| left_of(bound, column).is_some())
    }

    fn of_leaf(&self, leaf: &Leaf) -> Option<Reason> {
        let column = leaf.property.column();
        if self.set.time.is_some_and(|time| leaf.property.is(time)) {
            let asked = interval(&Bound::Leaf(leaf.clone()), column.name);
            return match &leaf.ask {
                Ask::IsNull { .. } => Some(Reason::Null),
                _ => (asked == Interval::ALL).then_some(Reason::Seconds),
            };
        }
        if column.asked.is_none() || leaf.property.is_of_element() {
            return Some(Reason::SearchCannot);
        }
        if let Some(values) = values(leaf, column) {
            let sure = values.iter().all(|value| is_sure(value, column));
            let many = words_of(&values, column).len() > self.search.values;
            return match (sure, many) {
                (false, _) => Some(Reason::SearchValue),
                (true, true) => Some(Reason::ManyValues(self.search.values)),
                (true, false) => None,
            };
        }
        Some(match &leaf.ask {
            _ if leaf.folded => Reason::AnySpelling,
            Ask::Compare(Comparison::NotEq, _) | Ask::In { .. } => Reason::Unequal,
            Ask::IsNull { .. } => Reason::Null,
            _ => Reason::SearchCannot,
        })
    }
}
