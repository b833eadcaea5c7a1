//! The control: a law that no mistake could break would prove nothing.

use super::judge::{Flaw, Judge};
use super::{Court, Tried};

/// Judges with one flaw each are at odds with the engine's answers.
pub(super) fn every_flaw_is_found(court: &Court, tried: &[Tried]) {
    let types = court.table.types();
    for flaw in Flaw::ALL.into_iter().filter(|flaw| flaw.needs().is_none_or(|of| types.contains(&of))) {
        let judge = Judge { flaw: Some(flaw) };
        let found = tried.iter().find(|t| court.verdict(judge, &t.predicate) != t.ids).map(|t| t.n);
        println!("{flaw:?}: found by predicate {found:?}");
        assert!(found.is_some(), "{flaw:?} was not found by any of {} predicates", tried.len());
    }
}
