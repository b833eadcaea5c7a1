//! A scan of exported files, as data. Nothing can be asked of files: every condition is checked here.

use std::path::PathBuf;
use std::sync::Arc;

use super::Residual;
use crate::predicate::{Conjunct, times};
use crate::table::EntitySet;
use crate::time::Interval;

/// The files that answer a scan.
#[derive(Debug, Clone)]
pub struct FilePlan {
    /// The table.
    pub set: &'static EntitySet,
    /// Files, folders and patterns.
    pub inputs: Arc<[PathBuf]>,
    /// The times that the predicate is about; empty: it cannot hold.
    pub about: Interval,
    /// Each conjunct.
    pub residual: Vec<Residual>,
    /// Rows wanted at most.
    pub limit: Option<usize>,
}

impl FilePlan {
    /// The plan for a predicate.
    pub fn new(set: &'static EntitySet, inputs: &Arc<[PathBuf]>, conjuncts: &[Conjunct], limit: Option<usize>) -> Self {
        let residual = conjuncts.iter().map(Residual::of).collect();
        Self { set, inputs: Arc::clone(inputs), about: times(conjuncts, set), residual, limit }
    }
}
