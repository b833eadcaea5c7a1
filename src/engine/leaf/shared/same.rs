//! When two leaves read the same rows, and the one that is read for both.

use std::sync::Arc;

use arrow::compute::SortOptions;
use arrow::datatypes::SchemaRef;
use datafusion::error::Result;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;

use crate::engine::leaf::merged::Branch;
use crate::engine::leaf::{MergedExec, ScanExec, exec, merged};
use crate::table::Direction;

type Plan = Arc<dyn ExecutionPlan>;
/// What a column of a leaf is made of: an expression over its table, or one for each of its branches.
pub(super) type Made = Vec<Arc<dyn PhysicalExpr>>;

pub(super) fn is_scan(plan: &Plan) -> bool {
    plan.is::<ScanExec>() || plan.is::<MergedExec>()
}

pub(super) fn scans(plan: &Plan) -> Vec<&ScanExec> {
    match (plan.downcast_ref::<ScanExec>(), plan.downcast_ref::<MergedExec>()) {
        (Some(scan), _) => vec![scan],
        (None, Some(merged)) => merged.branches.iter().map(|branch| &branch.scan).collect(),
        (None, None) => Vec::new(),
    }
}

/// Whether two leaves read the same rows.
pub(super) fn is_same(a: &Plan, b: &Plan) -> bool {
    if let (Some(a), Some(b)) = (a.downcast_ref::<MergedExec>(), b.downcast_ref::<MergedExec>()) {
        return a.is_of_same_branches(b) && scans_agree(&a.branches, &b.branches);
    }
    matches!((a.downcast_ref::<ScanExec>(), b.downcast_ref::<ScanExec>()), (Some(a), Some(b)) if a.reads_same_as(b))
}

fn scans_agree(a: &[Branch], b: &[Branch]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.label == b.label && a.absent == b.absent && a.scan.reads_same_as(&b.scan))
}

/// What each column that a leaf gives out is made of.
pub(super) fn columns(plan: &Plan) -> Vec<Made> {
    let outputs: Vec<Vec<_>> = scans(plan).iter().map(|scan| scan.output.expr_iter().collect()).collect();
    let count = plan.schema().fields().len();
    (0..count).map(|at| outputs.iter().map(|output| Arc::clone(&output[at])).collect()).collect()
}

/// The leaf that is read, giving out all columns that are used; `first` are the places of those of the leaf itself.
pub(super) fn source(
    plan: &Plan,
    made: impl Fn(usize) -> ProjectionExprs,
    (schema, first): (&SchemaRef, &[usize]),
    is_lazy: bool,
) -> Result<Option<Plan>> {
    if let Some(scan) = plan.downcast_ref::<ScanExec>() {
        return Ok(Some(Arc::new(scan.giving(made(0), is_lazy)?)));
    }
    match plan.downcast_ref::<MergedExec>() {
        Some(merged) => Ok(Some(Arc::new(merged.giving(made, (Arc::clone(schema), first), is_lazy)?))),
        None => Ok(None),
    }
}

impl ScanExec {
    /// Whether another scan reads the same rows, if nothing that changes while the query runs is looked at.
    fn reads_same_as(&self, other: &Self) -> bool {
        let has_all = |of: &Self, these: &Self| these.predicates.iter().all(|one| of.predicates.contains(one));
        self.table.is(&other.table)
            && (self.order, self.fetch) == (other.order, other.fetch)
            && has_all(self, other)
            && has_all(other, self)
    }

    /// The same for whoever wants these expressions over the table's columns, without what is known at run time only.
    fn giving(&self, output: ProjectionExprs, is_lazy: bool) -> Result<Self> {
        let properties = exec::properties(&self.table, &output, None)?;
        Ok(Self { output, properties, is_lazy, ..self.fresh() })
    }
}

impl MergedExec {
    /// Whether another one is the same table, of as many branches, in the same order and up to the same limit.
    fn is_of_same_branches(&self, other: &Self) -> bool {
        let of = |merged: &Self| (merged.branches.len(), merged.order, merged.fetch);
        self.name == other.name && of(self) == of(other) && self.left_out == other.left_out
    }

    /// The same for whoever wants these expressions over the columns of each branch, without what is known at run time only.
    /// `places` says where its present columns are among them.
    fn giving(
        &self,
        output: impl Fn(usize) -> ProjectionExprs,
        (schema, places): (SchemaRef, &[usize]),
        is_lazy: bool,
    ) -> Result<Self> {
        let one = |(at, branch): (usize, &Branch)| {
            Ok(Branch { scan: branch.scan.giving(output(at), is_lazy)?, ..branch.clone() })
        };
        let branches = self.branches.iter().enumerate().map(one).collect::<Result<Vec<_>>>()?;
        let time = self.ordered_at().map(|at| places[at]);
        let mut equivalences = EquivalenceProperties::new(Arc::clone(&schema));
        if let (Some(at), Some(direction)) = (time, self.order) {
            let descending = direction == Direction::Descending;
            let options = SortOptions { descending, nulls_first: false };
            let expr = Arc::new(Column::new(schema.field(at).name(), at));
            equivalences.add_ordering([PhysicalSortExpr { expr, options }]);
        }
        Ok(Self { branches, properties: merged::properties(equivalences), ..self.clone() })
    }
}
