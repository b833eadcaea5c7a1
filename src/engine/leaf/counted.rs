//! A count that the service is asked for: the leaf of a plan that stands in place of an aggregate and of the scan below it.
//!
//! It is made by the last rule of the physical plan, where an aggregate does nothing but count the rows of a scan, and the
//! service can count exactly these ([`crate::plan::ScanPlan::count`]). A service that will not, or that answers with something
//! else than a number, is read instead, as if nothing had been asked.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;
use datafusion::physical_expr::expressions::Literal;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::execution_plan::reset_plan_states;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::stream::{self, TryStreamExt as _};

use super::ScanExec;
use crate::engine::error::{Error, Place};
use crate::engine::runtime::journal::Ended;
use crate::engine::runtime::{Connected, Connections, Statement, options};
use crate::engine::scan::work::{Terms, Work};
use crate::http;
use crate::plan::number;
use crate::predicate::times;
use crate::tally::Notice;

/// Statuses of a service that does not count, or not like this.
const NO_COUNT: [u16; 6] = [400, 404, 405, 406, 415, 501];

/// Asks how many rows a scan has.
#[derive(Debug, Clone)]
pub(crate) struct CountedExec {
    /// What counts here, should the service not.
    plan: Arc<dyn ExecutionPlan>,
    scan: ScanExec,
}

impl CountedExec {
    /// What it would ask, in words.
    pub(crate) fn explain(&self, statement: &Statement, connected: Option<&Connected>) -> String {
        let Work::Pages(plan) = self.scan.work(&Terms::of(statement, connected)) else { return String::new() };
        let Some(query) = plan.count() else { return self.scan.explain(statement, connected) };
        let mut text = format!("{}: 1 request\n  GET {}\n", plan.set.qualified(), query.readable());
        plan.residual.iter().for_each(|residual| text.push_str(&format!("  sent:  {}\n", residual.sql)));
        text.push_str(
            "  count: the service counts, in an index that may lag behind; remote_count = false reads the records\n",
        );
        text
    }

    /// The scan that it stands for.
    pub(crate) fn scan(&self) -> &ScanExec {
        &self.scan
    }

    async fn rows(self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        match self.count(&context).await? {
            Some(count) => {
                let column = || Arc::new(Int64Array::from(vec![count])) as ArrayRef;
                let columns = self.schema().fields().iter().map(|_| column()).collect();
                let batch = RecordBatch::try_new(self.schema(), columns)?;
                Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), stream::iter([Ok(batch)]))))
            }
            None => self.plan.execute(partition, context),
        }
    }

    /// The number that the service tells; `None`: it tells none.
    async fn count(&self, context: &Arc<TaskContext>) -> Result<Option<i64>, Error> {
        let statement = Statement::of(context);
        let (set, connection) = (self.scan.table.set, self.scan.connection());
        let connected = Connections::of(context, connection)?;
        let Work::Pages(plan) = self.scan.work(&Terms::of(&statement, Some(&connected))) else { return Ok(None) };
        let Some(query) = plan.count() else { return Ok(None) };
        let budget = statement.part(connection);
        let reply = match connected.client.send(&query.request(), &budget).await {
            Ok(reply) => reply,
            Err(http::Error::Refused(refusal)) if NO_COUNT.contains(&refusal.status) => return Ok(None),
            Err(source) => {
                let place = Box::new(Place::Table(self.scan.table.name.clone()));
                return Err(Error::Request { place, needs: Box::new(set.needs(&self.scan.columns())), source });
            }
        };
        let Some(count) = number(&reply.body) else { return Ok(None) };
        let asked = times(&self.scan.conjuncts(), set);
        let (named, tally) = ((connection, (set.schema, set.name)), (asked, Arc::clone(&budget.tally)));
        statement.journal.covers(&statement, named, tally).end(Ended::Read);
        statement.tally.notice(Notice::CountedThere { table: self.scan.table.name.clone() });
        Ok(Some(count))
    }
}

impl DisplayAs for CountedExec {
    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CountedExec: ")?;
        self.scan.fmt_as(format, f)
    }
}

impl ExecutionPlan for CountedExec {
    fn name(&self) -> &'static str {
        "CountedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.plan.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = reset_plan_states(Arc::clone(&self.plan))?;
        Ok(Arc::new(Self { plan, scan: self.scan.fresh() }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let counted = self.clone();
        // Asked at the first poll, as every request is.
        let rows = stream::once(counted.rows(partition, context)).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }
}

/// The rule that puts it into a plan.
#[derive(Debug)]
pub(crate) struct CountThere;

impl PhysicalOptimizerRule for CountThere {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let settings = options::of(config);
        // Copies are rows without `dedup`, and what cannot be read is told piece by piece under `partial`.
        if !(settings.remote_count && settings.pushdown && settings.dedup) || settings.partial {
            return Ok(plan);
        }
        let counted = |plan: Arc<dyn ExecutionPlan>| match counted_scan(&plan) {
            Some(scan) => Transformed::yes(Arc::new(CountedExec { scan, plan }) as Arc<dyn ExecutionPlan>),
            None => Transformed::no(plan),
        };
        plan.transform_down(|plan| Ok(counted(plan))).data()
    }

    fn name(&self) -> &'static str {
        "count_there"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The scan of which a plan does nothing but count the rows, if its service can count them.
fn counted_scan(plan: &Arc<dyn ExecutionPlan>) -> Option<ScanExec> {
    let mut aggregate = plan.downcast_ref::<AggregateExec>().filter(|aggregate| counts_rows(aggregate))?;
    if *aggregate.mode() == AggregateMode::Final {
        let below = aggregate.input().downcast_ref::<AggregateExec>()?;
        aggregate = Some(below).filter(|below| *below.mode() == AggregateMode::Partial && counts_rows(below))?;
    } else if !matches!(aggregate.mode(), AggregateMode::Single | AggregateMode::SinglePartitioned) {
        return None;
    }
    let scan = aggregate.input().downcast_ref::<ScanExec>()?;
    let Work::Pages(work) = scan.work(&Terms::default()) else { return None };
    let plain = scan.table.is_of_service() && scan.dynamic.is_empty() && scan.fetch.is_none();
    let counts = plan.schema().fields().iter().all(|field| *field.data_type() == DataType::Int64);
    (plain && counts && work.count().is_some()).then(|| scan.clone())
}

/// Whether it is one or more `count(*)` of all its rows together.
fn counts_rows(aggregate: &AggregateExec) -> bool {
    let plain = |count: &Arc<AggregateFunctionExpr>| {
        let constant = |expr: &Arc<dyn PhysicalExpr>| {
            expr.downcast_ref::<Literal>().is_some_and(|literal| !literal.value().is_null())
        };
        count.fun().name() == "count" && !count.is_distinct() && count.expressions().iter().all(constant)
    };
    !aggregate.aggr_expr().is_empty()
        && aggregate.group_expr().is_empty()
        && aggregate.filter_expr().iter().all(Option::is_none)
        && aggregate.aggr_expr().iter().all(plain)
}
