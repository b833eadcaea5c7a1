//! A scan of exported files, as data. Nothing can be asked of files: every condition is checked here.

use super::Residual;
use crate::predicate::{Conjunct, times};
use crate::table::EntitySet;
use crate::time::Interval;

/// What files are read for. Which ones, is no part of it.
#[derive(Debug, Clone)]
pub struct FilePlan {
    /// The table.
    pub set: &'static EntitySet,
    /// The times that the predicate is about; empty: it cannot hold.
    pub about: Interval,
    /// Each conjunct.
    pub residual: Vec<Residual>,
    /// Rows wanted at most.
    pub limit: Option<usize>,
}

impl FilePlan {
    /// The plan for a predicate.
    pub fn new(set: &'static EntitySet, conjuncts: &[Conjunct], limit: Option<usize>) -> Self {
        let residual = conjuncts.iter().map(Residual::of).collect();
        Self { set, about: times(conjuncts, set), residual, limit }
    }
}
