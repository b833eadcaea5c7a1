//! The control: a law that no mistake could break would prove nothing.

use std::collections::BTreeSet;

use super::judge::{Flaw, Judge};
use super::{Court, Tried};

/// The flaws, by number, with which a judge is at odds with the engine's answers. A table without such columns shows none of theirs.
pub(super) fn flaws_found(court: &Court, tried: &[Tried]) -> Vec<usize> {
    let mut all = Vec::new();
    for (at, flaw) in Flaw::ALL.into_iter().enumerate() {
        let judge = Judge { flaw: Some(flaw) };
        let found = tried.iter().find(|t| court.verdict(judge, &t.predicate) != t.ids).map(|t| t.n);
        all.extend(found.map(|_| at));
    }
    println!("{}: {} of {} flaws are found", court.table.set.qualified(), all.len(), Flaw::ALL.len());
    all
}

/// Each flaw is noticed by some table. That two tests are of one element shows in few predicates: the quick tier may miss it,
/// and `elements.slt` has it by hand.
pub(super) fn all_flaws_are_found(found: &BTreeSet<usize>) {
    let seldom = |flaw: &Flaw| *flaw == Flaw::ElementsApart && !super::is_full_tier();
    let missed = (0..).zip(Flaw::ALL).filter(|(at, flaw)| !found.contains(at) && !seldom(flaw));
    let missed: Vec<Flaw> = missed.map(|(_, flaw)| flaw).collect();
    assert!(missed.is_empty(), "{missed:?}");
}
