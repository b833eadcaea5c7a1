//! Scans that a join never looks at, because its other side turned out to have no rows: nothing is requested for them, and they
//! have no say about why the answer is empty. It is said for them when the statement has ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use datafusion::common::JoinType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::limit::{GlobalLimitExec, LocalLimitExec};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties as _};
use futures::StreamExt as _;

use super::none_left;
use crate::engine::leaf::{MergedExec, ScanExec};
use crate::engine::scan::after;
use crate::engine::session::maps;
use crate::tally::{Because, Notice, Tally};

/// The same rows; at their end it is noted of each table that was left unasked.
pub(super) fn told(
    rows: SendableRecordBatchStream,
    plan: &Arc<dyn ExecutionPlan>,
    tally: &Arc<Tally>,
) -> SendableRecordBatchStream {
    let (schema, plan, tally) = (rows.schema(), Arc::clone(plan), Arc::clone(tally));
    let given = Arc::new(AtomicBool::new(false));
    let mark = Arc::clone(&given);
    let rows = rows.inspect(move |rows| {
        mark.fetch_or(rows.as_ref().is_ok_and(|rows| rows.num_rows() > 0), Relaxed);
    });
    let rows = rows.chain(after(move || {
        if !may_have_ended_early(&plan, given.load(Relaxed)) {
            note(&plan, &tally);
        }
        maps::noted(&plan, &tally);
        let of_nothing = if given.load(Relaxed) { none_left::summed_up(&plan) } else { Some(&plan) };
        if let Some(empty) = of_nothing.filter(|_| tally.missing().is_none()) {
            none_left::noted(empty, &tally);
        }
    }));
    Box::pin(RecordBatchStreamAdapter::new(schema, rows))
}

/// Whether a limit may have kept a join from reading any side of it. One above everything else ends nothing before it has rows.
fn may_have_ended_early(plan: &Arc<dyn ExecutionPlan>, given: bool) -> bool {
    let limits = |node: &Arc<dyn ExecutionPlan>| {
        Ok(!node.children().is_empty()
            && (node.fetch().is_some() || node.is::<GlobalLimitExec>() || node.is::<LocalLimitExec>()))
    };
    if given {
        return plan.exists(limits).unwrap_or(true);
    }
    let mut top = plan;
    while let [child] = top.children()[..] {
        top = child;
    }
    top.children().into_iter().any(|child| child.exists(limits).unwrap_or(true))
}

fn note(plan: &Arc<dyn ExecutionPlan>, tally: &Tally) {
    // Walks that do nothing else cannot fail.
    let _ = plan.apply(|node| {
        let Some(far) = node.downcast_ref::<HashJoinExec>().and_then(unasked) else {
            return Ok(TreeNodeRecursion::Continue);
        };
        let _ = far.apply(|node| {
            let table = match (node.downcast_ref::<ScanExec>(), node.downcast_ref::<MergedExec>()) {
                (Some(scan), _) => scan.of_service(),
                (None, merged) => merged.map(|merged| merged.table().to_owned()),
            };
            let because = Because::EmptySide;
            table.into_iter().for_each(|table| tally.notice(Notice::Nothing { table, because: because.clone() }));
            Ok(TreeNodeRecursion::Continue)
        });
        Ok(TreeNodeRecursion::Jump)
    });
}

/// The side that a join did not look at: the other one was read, had no rows, and without one there is none of the join's.
fn unasked(join: &HashJoinExec) -> Option<&Arc<dyn ExecutionPlan>> {
    use JoinType::{Inner, Left, LeftAnti, LeftMark, LeftSemi, RightSemi};
    let ends = matches!(join.join_type(), Inner | Left | LeftAnti | LeftMark | LeftSemi | RightSemi);
    let one = join.right().output_partitioning().partition_count() == 1;
    let metrics = join.metrics()?;
    let of = |name: &str| metrics.sum_by_name(name).map(|sum| sum.as_usize());
    let read = of("build_time").is_some_and(|time| time > 0) && of("build_input_rows") == Some(0);
    (ends && one && read).then_some(join.right())
}
