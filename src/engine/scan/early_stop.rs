//! Whether a scan in order of time can end before its pages do.
//!
//! Thresholds of a top-k and keys of joins become known while the query runs. What is known of the rows still to come is
//! one bound of their time, and DataFusion's own pruning tells whether such rows could satisfy a condition. The last row
//! itself does not tell: a join's keys may lie on both sides of it.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, TimestampMicrosecondArray};
use arrow::datatypes::SchemaRef;
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::{Column, ScalarValue};
use datafusion::error::Result;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;

use crate::table::Direction;

/// The rows still to come of a scan in order of time.
pub(crate) struct Remaining {
    /// Name of the time column.
    pub(crate) time: &'static str,
    /// The order of the scan.
    pub(crate) direction: Direction,
    /// The last time seen, beyond which no row lies any more.
    pub(crate) last: i64,
}

impl Remaining {
    /// Whether none of them can satisfy a condition over the schema.
    pub(crate) fn is_excluded_by(&self, condition: &Arc<dyn PhysicalExpr>, schema: &SchemaRef) -> Result<bool> {
        // A condition that pruning does not understand excludes nothing.
        let pruning = PruningPredicateBuilder::new().with_file_schema(Arc::clone(schema)).build(Arc::clone(condition));
        pruning.map_or(Ok(false), |pruning| Ok(pruning.prune(self)? == [false]))
    }

    fn bound(&self, column: &Column, of: Direction) -> Option<ArrayRef> {
        let known = column.name() == self.time && self.direction == of;
        known.then(|| Arc::new(TimestampMicrosecondArray::from(vec![self.last]).with_timezone("UTC")) as ArrayRef)
    }
}

impl PruningStatistics for Remaining {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bound(column, Direction::Ascending)
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bound(column, Direction::Descending)
    }

    fn num_containers(&self) -> usize {
        1
    }

    fn null_counts(&self, _column: &Column) -> Option<ArrayRef> {
        None
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        None
    }

    fn contained(&self, _column: &Column, _values: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}
