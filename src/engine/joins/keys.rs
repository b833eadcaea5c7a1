//! Keys of joins that are computed of a field: `ON lower(s.name) = lower(d.actor.name)`.
//!
//! DataFusion takes the field out into a column below the join, which the key then names without its table. Where the key is
//! planned, that column is computed below the join under its whole name, and looked for under the short one: the statement
//! ends with an error about a column that nobody wrote (DataFusion 55.2). So the table is put in front again.

use datafusion::common::Column;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, Join, LogicalPlan};
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};

/// Names the columns of join keys in full.
#[derive(Debug)]
pub(crate) struct WholeKeys;

impl OptimizerRule for WholeKeys {
    fn name(&self) -> &'static str {
        "whole_keys"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Join(mut join) = plan else { return Ok(Transformed::no(plan)) };
        let mut changed = false;
        let mut keys = Vec::with_capacity(join.on.len());
        for (left, right) in std::mem::take(&mut join.on) {
            let (left, right) = (whole(left, &join.left)?, whole(right, &join.right)?);
            changed |= left.transformed || right.transformed;
            keys.push((left.data, right.data));
        }
        let join = LogicalPlan::Join(Join { on: keys, ..join });
        Ok(if changed { Transformed::yes(join) } else { Transformed::no(join) })
    }
}

/// A key with its columns as the side has them.
fn whole(key: Expr, side: &LogicalPlan) -> Result<Transformed<Expr>> {
    key.transform_up(|expr| {
        let Expr::Column(column) = &expr else { return Ok(Transformed::no(expr)) };
        let named = side.schema().qualified_fields_with_unqualified_name(&column.name);
        match (&column.relation, named.as_slice()) {
            (None, [(Some(table), _)]) => {
                Ok(Transformed::yes(Expr::Column(Column::new(Some((*table).clone()), column.name.clone()))))
            }
            _ => Ok(Transformed::no(expr)),
        }
    })
}
