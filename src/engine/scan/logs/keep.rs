//! Which of the rows that were read are in the answer, and which of their columns.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::physical_expr::PhysicalExpr;

use crate::engine::error::Error;
use crate::engine::scan::filter::satisfying;
use crate::engine::scan::why_empty::Watch;

/// What comes out of the rows that are read.
#[derive(Debug)]
pub(crate) struct Keep {
    /// Conjuncts over the columns that are read, all of which hold for every row that comes out.
    pub(crate) predicates: Vec<Arc<dyn PhysicalExpr>>,
    /// The columns that come out, by their places among those that are read.
    pub(crate) output: Vec<usize>,
    /// It looks on, to say why there was nothing.
    pub(crate) watch: Arc<Watch>,
}

impl Keep {
    /// The rows and the columns that come out.
    ///
    /// # Errors
    /// When a condition cannot be evaluated.
    pub(super) fn of(&self, rows: &RecordBatch) -> Result<RecordBatch, Error> {
        let kept = satisfying(rows, &self.predicates).map_err(Error::Evaluation)?;
        self.watch.see(rows, kept.num_rows());
        kept.project(&self.output).map_err(|error| Error::Evaluation(error.into()))
    }
}
