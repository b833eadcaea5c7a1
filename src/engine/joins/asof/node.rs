//! An ASOF join in a logical plan.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use datafusion::common::{DFSchemaRef, plan_err};
use datafusion::error::Result;
use datafusion::logical_expr::builder::build_join_schema;
use datafusion::logical_expr::{Expr, JoinType, LogicalPlan, UserDefinedLogicalNodeCore};

use crate::engine::joins::nearest::Nearest;

/// For each row of the left side its nearest partner of the right one.
///
/// No condition above it is moved below it by the engine: those on the left side are by [`super::BelowNearest`], those on the
/// right one have to stay.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct NearestJoin {
    pub(super) left: Arc<LogicalPlan>,
    pub(super) right: Arc<LogicalPlan>,
    pub(super) nearest: Nearest,
    /// Whether rows of the left side stay that find none.
    pub(super) outer: bool,
    /// Compares the two times. Where both sides are looked at it only says which times these are.
    pub(super) times: Expr,
    /// What has to hold besides.
    pub(super) conditions: Vec<Expr>,
    /// The right side knows already what the left one wants of it.
    pub(super) told: bool,
    schema: DFSchemaRef,
}

impl NearestJoin {
    pub(super) fn new(
        (left, right): (Arc<LogicalPlan>, Arc<LogicalPlan>),
        (nearest, outer): (Nearest, bool),
        times: Expr,
        conditions: Vec<Expr>,
    ) -> Result<Self> {
        let kind = if outer { JoinType::Left } else { JoinType::Inner };
        let schema = Arc::new(build_join_schema(left.schema(), right.schema(), &kind)?);
        Ok(Self { left, right, nearest, outer, times, conditions, told: false, schema })
    }

    /// The same over other sides.
    pub(super) fn over(
        &self,
        sides: (Arc<LogicalPlan>, Arc<LogicalPlan>),
        times: Expr,
        conditions: Vec<Expr>,
    ) -> Result<Self> {
        let join = Self::new(sides, (self.nearest, self.outer), times, conditions)?;
        Ok(Self { told: self.told, ..join })
    }

    /// The same with a right side of the same columns, which knows what the left one wants of it.
    pub(super) fn telling(&self, right: LogicalPlan) -> Self {
        Self { right: Arc::new(right), told: true, ..self.clone() }
    }

    /// Columns of the left side.
    pub(super) fn width(&self) -> usize {
        self.left.schema().fields().len()
    }
}

impl PartialOrd for NearestJoin {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let key = |join: &Self| (join.nearest, join.outer);
        match key(self).cmp(&key(other)) {
            Ordering::Equal => (&self.times, &self.conditions, &self.left, &self.right).partial_cmp(&(
                &other.times,
                &other.conditions,
                &other.left,
                &other.right,
            )),
            order => Some(order),
        }
    }
}

impl UserDefinedLogicalNodeCore for NearestJoin {
    fn name(&self) -> &'static str {
        "NearestJoin"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.left, &self.right]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        std::iter::once(&self.times).chain(&self.conditions).cloned().collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NearestJoin: {:?} {}", self.nearest, self.times)?;
        self.conditions.iter().try_for_each(|condition| write!(f, " AND {condition}"))?;
        f.write_str(if self.outer { ", rows without a partner stay" } else { "" })
    }

    fn with_exprs_and_inputs(&self, mut exprs: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let Ok([left, right]) = <[LogicalPlan; 2]>::try_from(inputs) else {
            return plan_err!("an ASOF join has two sides");
        };
        if exprs.is_empty() {
            return plan_err!("an ASOF join has a condition");
        }
        let times = exprs.remove(0);
        self.over((Arc::new(left), Arc::new(right)), times, exprs)
    }

    fn necessary_children_exprs(&self, columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        let width = self.width();
        let (left, right): (Vec<usize>, Vec<usize>) = columns.iter().partition(|at| **at < width);
        Some(vec![left, right.into_iter().map(|at| at - width).collect()])
    }
}
