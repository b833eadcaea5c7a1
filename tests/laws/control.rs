//! The control: a law that no mistake could break would prove nothing.

use super::judge::{Flaw, Judge};
use super::{Court, Tried};

/// Judges with one flaw each are at odds with the engine's answers.
pub(super) fn every_flaw_is_found(court: &Court, tried: &[Tried]) {
    for flaw in Flaw::ALL {
        let judge = Judge { flaw: Some(flaw) };
        let at_odds: Vec<usize> =
            tried.iter().filter(|t| court.verdict(judge, &t.predicate) != t.ids).map(|t| t.n).collect();
        println!("{flaw:?}: found by {} predicates", at_odds.len());
        assert!(!at_odds.is_empty(), "{flaw:?} was not found by any of {} predicates", tried.len());
    }
}
