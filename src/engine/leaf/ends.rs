//! The newest and the oldest time of a table: the leaf of a plan that gives an aggregate the ends of a range, instead of all of it.
//!
//! `max(created_date_time)` is the time of the first row in the order that the service lists on request, `min` that of the first
//! one in the other order. Either is a request for each stream. Where both are wanted, the newest rows are read first: if the
//! streams' first pages were all that there is, the oldest row is among them.
//!
//! The aggregate stays and is given fewer rows, so that no row at all is still NULL. A condition that the service does not check
//! lets reading go on until a row satisfies it. Records without time, or out of order, have no end: then all of it is read, as if
//! nothing had been asked.

use std::fmt;
use std::sync::Arc;

use arrow::compute::SortOptions;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::execution_plan::reset_plan_states;
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions,
    SortOrderPushdownResult,
};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::{MergedExec, ScanExec};
use crate::engine::error::Error;
use crate::engine::runtime::{Connections, Statement, options};
use crate::engine::scan::Rows;
use crate::engine::scan::work::{Terms, Work};
use crate::plan::PagerError;
use crate::predicate::Reason;
use crate::settings::Settings;
use crate::table::{Direction, Source};

type Plan = Arc<dyn ExecutionPlan>;

/// Which ends of a range are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    Newest,
    Oldest,
    Both,
}

/// Reads the rows at the ends of a range of time.
#[derive(Debug, Clone)]
pub(crate) struct EndsExec {
    /// All rows, in no order.
    whole: Plan,
    /// The rows from the end that is read first; it can be given up at any page.
    first: Plan,
    /// The first row from the other end, where both are wanted.
    second: Option<Plan>,
    ends: Ends,
}

impl EndsExec {
    /// The ends of what a leaf reads; else why they are not to be had.
    fn of(whole: &Plan, column: &Column, ends: Ends) -> Result<Result<Self, &'static str>> {
        if whole.fetch().is_some() {
            return Ok(Err("a limit chooses among all rows"));
        }
        if let Some(why) = scans(whole).iter().find_map(|scan| why_whole(scan, ends)) {
            return Ok(Err(why));
        }
        let from = |direction: Direction| {
            let options = SortOptions { descending: direction == Direction::Descending, nulls_first: false };
            let sort = PhysicalSortExpr::new(Arc::new(column.clone()), options);
            Ok::<_, DataFusionError>(match whole.try_pushdown_sort(&[sort])? {
                SortOrderPushdownResult::Exact { inner } => Some(inner),
                _ => None,
            })
        };
        let one = |plan: Option<Plan>| plan.and_then(|plan| for_ends(&plan)?.with_fetch(Some(1)));
        let (first, second) = match ends {
            Ends::Newest => (one(from(Direction::Descending)?), None),
            Ends::Oldest => (one(from(Direction::Ascending)?), None),
            Ends::Both => {
                let newest = from(Direction::Descending)?.and_then(|plan| lazy(&for_ends(&plan)?));
                (newest, one(from(Direction::Ascending)?))
            }
        };
        let both = ends == Ends::Both && second.is_none();
        let found = first.filter(|_| !both).map(|first| Self { whole: Arc::clone(whole), first, second, ends });
        Ok(found.ok_or("the service documents no order by it"))
    }

    /// What it would ask, in words.
    pub(crate) fn explain(&self, statement: &Statement, connections: Option<&Connections>) -> String {
        let mut text = explained(&self.first, statement, connections);
        text.push_str(match self.ends {
            Ends::Newest => "  ends:  the newest time alone is wanted, and is that of the first row from the newest on\n",
            Ends::Oldest => "  ends:  the oldest time alone is wanted, and is that of the first row from the oldest on\n",
            Ends::Both => {
                "  ends:  the newest and the oldest time are wanted; if the first pages are not all, the oldest row is asked \
                 for, with as many requests again\n"
            }
        });
        text
    }

    /// The rows at the ends, or all of them where they have none.
    async fn rows(self, context: Arc<TaskContext>) -> Result<Rows> {
        match self.at_ends(&context).await {
            Err(error) if is_without_order(&error) => Ok(self.whole.execute(0, context)?.boxed()),
            rows => rows,
        }
    }

    async fn at_ends(&self, context: &Arc<TaskContext>) -> Result<Rows> {
        let mut rows = self.first.execute(0, Arc::clone(context))?;
        let Some(first) = rows.next().await.transpose()? else { return Ok(stream::empty().boxed()) };
        let first = stream::iter([Ok(first)]);
        let Some(second) = &self.second else { return Ok(first.boxed()) };
        // Every stream has shown its first page.
        if scans(&self.first).iter().any(|scan| scan.choices.goes_on()) {
            drop(rows);
            let second = second.execute(0, Arc::clone(context))?.next().await;
            return Ok(first.chain(stream::iter(second.transpose()?.map(Ok))).boxed());
        }
        let rest: Vec<_> = rows.try_collect().await?;
        Ok(first.chain(stream::iter(rest.into_iter().map(Ok))).boxed())
    }
}

/// The scans that a leaf reads.
fn scans(plan: &Plan) -> Vec<&ScanExec> {
    if let Some(scan) = plan.downcast_ref::<ScanExec>() {
        return vec![scan];
    }
    plan.downcast_ref::<MergedExec>().map_or_else(Vec::new, |merged| merged.scans().map(|(_, scan)| scan).collect())
}

/// The same leaf, of which no more is needed than the rows at an end.
fn for_ends(plan: &Plan) -> Option<Plan> {
    if let Some(scan) = plan.downcast_ref::<ScanExec>() {
        return Some(Arc::new(scan.for_ends()));
    }
    plan.downcast_ref::<MergedExec>().map(|merged| Arc::new(merged.for_ends()) as Plan)
}

/// The same leaf, whose pages are asked for one by one.
fn lazy(plan: &Plan) -> Option<Plan> {
    if let Some(scan) = plan.downcast_ref::<ScanExec>() {
        return Some(Arc::new(scan.lazy()));
    }
    plan.downcast_ref::<MergedExec>().map(|merged| Arc::new(merged.lazy()) as Plan)
}

/// Why the ends of a scan would be no cheaper than all of it; `None`: they are.
fn why_whole(scan: &ScanExec, ends: Ends) -> Option<&'static str> {
    if !scan.table.is_of_service() {
        return Some("exported files are in no order");
    }
    match &scan.table.set.source {
        Source::Pages(_) => {}
        Source::Feed(_) => return Some("the activity feed is not listed by the time of its records"),
        Source::Search(_) => return Some("a search of the audit log is read whole"),
    }
    if !scan.table.set.time_column().is_some_and(|time| time.sortable) {
        return Some("the service documents no order by it");
    }
    if ends != Ends::Both {
        return None;
    }
    // Once from each end may be more than once.
    let Work::Pages(plan) = scan.work(&Terms::default()) else { return None };
    if plan.streams.iter().any(|stream| !stream.parts.is_empty()) {
        return Some("its list of values takes several requests from each end");
    }
    let is_loss = |reason: &Reason| !matches!(reason, Reason::Population);
    let sent = plan.residual.iter().all(|residual| !residual.reasons.iter().any(is_loss));
    (!sent).then_some("part of the predicate is checked here, and no row at either end may satisfy it")
}

fn explained(plan: &Plan, statement: &Statement, connections: Option<&Connections>) -> String {
    if let Some(merged) = plan.downcast_ref::<MergedExec>() {
        return merged.explain(statement, connections);
    }
    let Some(scan) = plan.downcast_ref::<ScanExec>() else { return String::new() };
    let connected = connections.and_then(|all| all.get(scan.connection()));
    scan.explain(statement, connected) + &scan.flaw(connections)
}

/// Whether records turned out to have no order.
fn is_without_order(error: &DataFusionError) -> bool {
    match error {
        DataFusionError::External(inner) => match inner.downcast_ref::<Error>() {
            Some(Error::Branch { source, .. }) => of_order(source),
            Some(error) => of_order(error),
            None => false,
        },
        _ => false,
    }
}

fn of_order(error: &Error) -> bool {
    matches!(error, Error::Chain { source: PagerError::NoTime(_) | PagerError::OutOfOrder { .. }, .. })
}

impl DisplayAs for EndsExec {
    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let which = match self.ends {
            Ends::Newest => "newest",
            Ends::Oldest => "oldest",
            Ends::Both => "newest and oldest",
        };
        write!(f, "EndsExec: {which}; ")?;
        self.first.fmt_as(format, f)
    }
}

impl ExecutionPlan for EndsExec {
    fn name(&self) -> &'static str {
        "EndsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.whole.properties()
    }

    fn children(&self) -> Vec<&Plan> {
        Vec::new()
    }

    /// What its scans compare with may be known at run time only, by a subquery.
    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.whole.apply_expressions(f)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Plan>) -> Result<Plan> {
        Ok(self)
    }

    fn reset_state(self: Arc<Self>) -> Result<Plan> {
        let fresh = |plan: &Plan| reset_plan_states(Arc::clone(plan));
        let (whole, first) = (fresh(&self.whole)?, fresh(&self.first)?);
        let second = self.second.as_ref().map(fresh).transpose()?;
        Ok(Arc::new(Self { whole, first, second, ends: self.ends }))
    }

    fn execute(&self, _partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        // Asked at the first poll, as every request is.
        let rows = stream::once(self.clone().rows(context)).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }

    /// All of its scans are one, in other orders, and enter what they cost in one place.
    fn metrics(&self) -> Option<MetricsSet> {
        self.whole.metrics()
    }
}

/// The rule that puts it into a plan: below an aggregate that wants nothing of its rows but the least or the greatest time. It
/// stands before the rule that tells leaves the thresholds of aggregates: rows in order need none.
#[derive(Debug)]
pub(crate) struct EndsAlone;

impl PhysicalOptimizerRule for EndsAlone {
    fn optimize(&self, plan: Plan, config: &ConfigOptions) -> Result<Plan> {
        if !is_allowed(&options::of(config)) {
            return Ok(plan);
        }
        plan.transform_down(|plan| {
            let Some((column, ends)) = asked(&plan) else { return Ok(Transformed::no(plan)) };
            let Ok(found) = EndsExec::of(plan.children()[0], &column, ends)? else { return Ok(Transformed::no(plan)) };
            let children: Vec<Plan> = vec![Arc::new(found)];
            Ok(Transformed::yes(
                plan.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep))?,
            ))
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "ends_alone"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Under `partial`, what cannot be read is told piece by piece; without `dedup`, a page that was cut cannot be continued.
fn is_allowed(settings: &Settings) -> bool {
    settings.pushdown && settings.dedup && !settings.partial
}

/// Why all rows are read for the least or the greatest time, as a line; `None`: they are not, or more is wanted.
pub(crate) fn why_read(plan: &Plan, settings: &Settings) -> Option<String> {
    let (column, ends) = asked(plan)?;
    let scan = scans(plan.children()[0]).into_iter().next()?;
    let allowed = is_allowed(settings);
    let why = match EndsExec::of(plan.children()[0], &column, ends).ok()? {
        _ if !settings.pushdown => "pushdown is off",
        _ if !allowed => "with partial, or without dedup, all of it is read",
        Err(why) => why,
        Ok(_) => return None,
    };
    Some(format!("{}: all is read for min and max of {}: {why}\n", scan.table.name, column.name()))
}

/// The time of a table and which ends of it an aggregate wants; `None`: it wants more.
fn asked(plan: &Plan) -> Option<(Column, Ends)> {
    let aggregate = plan.downcast_ref::<AggregateExec>()?;
    let first = scans(aggregate.input()).into_iter().next()?;
    let plain = aggregate.group_expr().is_empty() && aggregate.filter_expr().iter().all(Option::is_none);
    let mut found: Option<(Column, Ends)> = None;
    for one in aggregate.aggr_expr() {
        let end = match one.fun().name() {
            "max" => Ends::Newest,
            "min" => Ends::Oldest,
            _ => return None,
        };
        let [expr] = &one.expressions()[..] else { return None };
        let column = expr.downcast_ref::<Column>()?.clone();
        found = Some(match found {
            None => (column, end),
            Some((other, _)) if other != column => return None,
            Some((_, other)) => (column, if other == end { end } else { Ends::Both }),
        });
    }
    let found = found.filter(|_| plain)?;
    is_time_of(first, &found.0).then_some(found)
}

/// Whether a column that a scan gives out is the time of its table.
fn is_time_of(scan: &ScanExec, column: &Column) -> bool {
    let expr = scan.output.unproject_expr(&(Arc::new(column.clone()) as Arc<dyn PhysicalExpr>));
    let named = expr.ok().and_then(|expr| expr.downcast_ref::<Column>().map(|column| column.name().to_owned()));
    named.is_some_and(|name| Some(name.as_str()) == scan.table.set.time)
}
