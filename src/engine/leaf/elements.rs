//! Tests of the elements of lists, where an expression moves into the leaf.
//!
//! DataFusion tells the variable that stands for an element from the columns around it by its place behind all of them.
//! An expression planned over few columns that is then evaluated over more has that place taken by a column, and fails
//! (version 55.2; `LambdaExpr` projects by place). So the variables move beyond any column first.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::error::Result;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::LambdaVariable;

/// More columns than any plan has.
const BEYOND: usize = 1 << 24;

/// The expression with its variables behind any column. Among themselves they keep their order.
pub(super) fn beyond_columns(expr: Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
    let moved = expr.transform_up(|expr| {
        Ok(match expr.downcast_ref::<LambdaVariable>() {
            Some(variable) if variable.index() < BEYOND => {
                let variable = LambdaVariable::new(BEYOND + variable.index(), Arc::clone(variable.field()));
                Transformed::yes(Arc::new(variable) as Arc<dyn PhysicalExpr>)
            }
            _ => Transformed::no(expr),
        })
    })?;
    Ok(moved.data)
}
