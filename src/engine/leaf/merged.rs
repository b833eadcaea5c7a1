//! The leaf of a plan that reads a table which is several others: of all tenants, or of all sources of one kind of event.
//!
//! Each of the others is a scan of its own, a *branch*, that gives out the common columns as expressions over its own.
//! Whatever is pushed into this leaf is pushed into every branch in the branch's words, so that each service is asked for
//! what it understands; a condition that comes out as a constant there (`tenant_name = 'contoso'`) decides whether the
//! branch is read at all. DataFusion's own union would stand between a sort or a limit and the scans.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use arrow::array::{Array as _, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::cast::as_boolean_array;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::Column as ColumnExpr;
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType, SchedulingType};
use datafusion::physical_plan::filter_pushdown::{ChildPushdownResult, FilterPushdownPhase, FilterPushdownPropagation};
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties, SortOrderPushdownResult,
    apply_expression_roots,
};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::ScanExec;
use super::exec::verdict;
use super::keyed::Joins;
use super::span::SpanExec;
use crate::engine::error::Error;
use crate::engine::runtime::{Connections, Statement};
use crate::engine::scan::merge::{Merge, merge};
use crate::engine::scan::{Rows, limited};
use crate::table::Direction;
use crate::tally::{Because, Notice};

/// A branch: what it is called, and its scan.
#[derive(Debug, Clone)]
pub(super) struct Branch {
    pub(super) label: String,
    /// Why it cannot be had, if it cannot: it has no rows then, and the answer says so.
    pub(super) absent: Option<&'static str>,
    pub(super) scan: ScanExec,
}

/// Reads a table that is several others.
#[derive(Debug, Clone)]
pub struct MergedExec {
    /// `all_tenants.entra.sign_ins`
    pub(super) name: String,
    pub(super) branches: Vec<Branch>,
    /// What those are called of which no row of the answer can come.
    pub(super) left_out: Vec<String>,
    pub(super) order: Option<Direction>,
    pub(super) fetch: Option<usize>,
    pub(super) properties: Arc<PlanProperties>,
}

impl MergedExec {
    /// A scan of these branches, which all give out columns of this schema.
    pub(super) fn new(name: &str, branches: Vec<Branch>, schema: SchemaRef, fetch: Option<usize>) -> Self {
        let equivalences = EquivalenceProperties::new(schema);
        let merged = Self {
            name: name.into(),
            branches,
            left_out: Vec::new(),
            order: None,
            fetch,
            properties: properties(equivalences),
        };
        merged.settled()
    }

    /// The scans of those that are read.
    pub fn scans(&self) -> impl Iterator<Item = (&str, &ScanExec)> {
        self.read().map(|branch| (branch.label.as_str(), &branch.scan))
    }

    /// What its table is called.
    pub(crate) fn table(&self) -> &str {
        &self.name
    }

    /// The branches that are read.
    fn read(&self) -> impl Iterator<Item = &Branch> {
        self.branches.iter().filter(|branch| branch.absent.is_none())
    }

    /// What it would read, in words.
    pub(crate) fn explain(&self, statement: &Statement, connections: Option<&Connections>) -> String {
        let all = self.branches.len() + self.left_out.len();
        let mut text = format!("{}: {} of {all} are read\n", self.name, self.read().count());
        for Branch { label, absent, .. } in &self.branches {
            if let Some(why) = absent {
                let _ = writeln!(text, "  {label}: {why}");
            }
        }
        for label in &self.left_out {
            let _ = writeln!(text, "  {label}: not asked, the conditions exclude it");
        }
        for Branch { label, scan, .. } in self.read() {
            let connected = connections.and_then(|all| all.get(scan.connection()));
            let _ = write!(text, "{label}: {}{}", scan.explain(statement, connected), scan.flaw(connections));
        }
        text
    }

    /// The same, with a condition of a join on each branch that is known before it is first asked.
    pub(super) fn within(&self, span: &SpanExec) -> Result<Self> {
        let branches = self.each(|scan| Ok(Some(scan.within(span)?)))?.unwrap_or_default();
        Ok(Self { branches, ..self.clone() })
    }

    /// The same, each branch knowing of the joins above it.
    pub(super) fn joined(&self, joins: &Joins) -> Self {
        let branches = self.branches.iter().map(|branch| Branch { scan: branch.scan.joined(joins), ..branch.clone() });
        Self { branches: branches.collect(), ..self.clone() }
    }

    /// The same, of which nothing is asked for ahead.
    pub(super) fn lazy(&self) -> Self {
        let branches = self.branches.iter().map(|branch| Branch { scan: branch.scan.lazy(), ..branch.clone() });
        Self { branches: branches.collect(), ..self.clone() }
    }

    /// The same, for whoever needs no more of it than the rows at an end of its time.
    pub(super) fn for_ends(&self) -> Self {
        let branches = self.branches.iter().map(|branch| Branch { scan: branch.scan.for_ends(), ..branch.clone() });
        Self { branches: branches.collect(), ..self.clone() }
    }

    fn is_lazy(&self) -> bool {
        self.branches.iter().all(|branch| branch.scan.is_lazy)
    }

    /// The same without the branches of which no row can satisfy a condition.
    fn settled(mut self) -> Self {
        let (read, left_out) = settle(std::mem::take(&mut self.branches));
        self.branches = read;
        self.left_out.extend(left_out);
        self
    }

    /// The same with branches that were changed; they give out columns of this schema.
    fn with(&self, branches: Vec<Branch>, equivalences: EquivalenceProperties) -> Self {
        Self { branches, properties: properties(equivalences), ..self.clone() }.settled()
    }

    fn each(&self, change: impl Fn(&ScanExec) -> Result<Option<ScanExec>>) -> Result<Option<Vec<Branch>>> {
        let changed =
            self.branches.iter().map(|branch| Ok(change(&branch.scan)?.map(|scan| Branch { scan, ..branch.clone() })));
        changed.collect()
    }

    /// Where the time stands in what it gives out in order of it.
    pub(super) fn ordered_at(&self) -> Option<usize> {
        let ordering = self.properties.eq_properties.oeq_class().iter().next()?;
        Some(ordering.first().expr.downcast_ref::<ColumnExpr>()?.index())
    }

    /// The rows of all branches that are still to be read when the first row is asked for.
    fn rows(self, context: &Arc<TaskContext>) -> Result<Rows> {
        let (order, limit, schema, at) = (self.order, self.fetch, self.schema(), self.ordered_at());
        // Subqueries and join keys are known now.
        let mut merged = self.settled();
        let statement = Statement::of(context);
        for Branch { label, absent, .. } in &merged.branches {
            let Some(why) = absent else { continue };
            let what = format!("{label} is {why}");
            statement.tally.notice(Notice::PartOfPopulation { table: merged.name.clone(), what });
        }
        let some_absent = merged.branches.iter().any(|branch| branch.absent.is_some());
        merged.branches.retain(|branch| branch.absent.is_none());
        if merged.branches.is_empty() && some_absent {
            return Ok(stream::empty().boxed());
        }
        if merged.branches.is_empty() {
            let because = Because::NoBranch { branches: merged.left_out };
            statement.tally.notice(Notice::Nothing { table: merged.name, because });
            return Ok(stream::empty().boxed());
        }
        let how = match (order.zip(at), limit) {
            (Some((direction, column)), _) => Merge::ByTime { column, direction },
            (None, Some(_)) => Merge::InTurn,
            (None, None) if merged.is_lazy() => Merge::InTurn,
            (None, None) => Merge::Together,
        };
        let branches = merged.branches.into_iter().map(|branch| {
            let rows = branch.rows(context)?;
            let schema = Arc::clone(&schema);
            // Each names its own types as nullable as they are.
            Ok(rows.map(move |rows| as_of(&schema, &rows?)).boxed())
        });
        let rows = merge(branches.collect::<Result<Vec<Rows>>>()?, how);
        Ok(match limit {
            Some(limit) => limited(rows, limit),
            None => rows,
        })
    }
}

impl Branch {
    /// Its rows; an error says whose it is.
    fn rows(self, context: &Arc<TaskContext>) -> Result<Rows> {
        let Self { label, scan, .. } = self;
        let of = move |error| named(&label, error);
        Ok(scan.execute(0, Arc::clone(context))?.map_err(of).boxed())
    }
}

fn named(label: &str, error: DataFusionError) -> DataFusionError {
    match error {
        DataFusionError::External(inner) => match inner.downcast::<Error>() {
            Ok(source) => Error::Branch { branch: label.to_owned(), source }.into(),
            Err(other) => DataFusionError::External(other),
        },
        other => other,
    }
}

fn as_of(schema: &SchemaRef, rows: &RecordBatch) -> Result<RecordBatch> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), rows.columns().to_vec(), &options)?)
}

pub(super) fn properties(equivalences: EquivalenceProperties) -> Arc<PlanProperties> {
    let partitioning = Partitioning::UnknownPartitioning(1);
    let properties = PlanProperties::new(equivalences, partitioning, EmissionType::Incremental, Boundedness::Bounded)
        .with_scheduling_type(SchedulingType::Cooperative);
    Arc::new(properties)
}

/// Divides branches into those that are read, without conditions that always hold there, and the others.
fn settle(branches: Vec<Branch>) -> (Vec<Branch>, Vec<String>) {
    let (mut read, mut left_out) = (Vec::new(), Vec::new());
    for Branch { label, absent, mut scan } in branches {
        if scan.predicates.iter().chain(&scan.dynamic).any(|condition| constant(condition) == Some(false)) {
            left_out.push(label);
            continue;
        }
        scan.predicates.retain(|condition| constant(condition) != Some(true));
        read.push(Branch { label, absent, scan });
    }
    (read, left_out)
}

/// Whether a condition that does not depend on any row holds; `None`: it does, or is not known yet.
fn constant(condition: &Arc<dyn PhysicalExpr>) -> Option<bool> {
    if !collect_columns(condition).is_empty() {
        return None;
    }
    let options = RecordBatchOptions::new().with_row_count(Some(1));
    let row = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options).ok()?;
    let verdict = condition.evaluate(&row).ok()?.into_array(1).ok()?;
    let verdict = as_boolean_array(&verdict).ok()?;
    Some(verdict.is_valid(0) && verdict.value(0))
}

impl DisplayAs for MergedExec {
    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MergedExec: table={}", self.name)?;
        for Branch { label, scan, .. } in self.read() {
            write!(f, "; {label}: ")?;
            scan.fmt_as(format, f)?;
        }
        Ok(())
    }
}

impl ExecutionPlan for MergedExec {
    fn name(&self) -> &'static str {
        "MergedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let scans = self.branches.iter().map(|branch| &branch.scan);
        apply_expression_roots(scans.flat_map(|scan| scan.predicates.iter().chain(&scan.dynamic)), f)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        let fresh = self.each(|scan| Ok(Some(scan.fresh())))?;
        Ok(Arc::new(Self { branches: fresh.unwrap_or_default(), ..self.as_ref().clone() }))
    }

    fn execute(&self, _partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let merged = self.clone();
        // Opened at the first poll, as each of its scans is.
        let opened = async move {
            for branch in &merged.branches {
                branch.scan.keys_read().await;
            }
            merged.rows(&context)
        };
        let rows = stream::once(opened).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        let mut all = MetricsSet::new();
        for metrics in self.branches.iter().filter_map(|branch| branch.scan.metrics()) {
            metrics.iter().for_each(|metric| all.push(Arc::clone(metric)));
        }
        Some(all.aggregate_by_name())
    }

    fn with_fetch(&self, fetch: Option<usize>) -> Option<Arc<dyn ExecutionPlan>> {
        let branches = self
            .branches
            .iter()
            .map(|branch| Branch { scan: ScanExec { fetch, ..branch.scan.clone() }, ..branch.clone() });
        Some(Arc::new(Self { branches: branches.collect(), fetch, ..self.clone() }))
    }

    fn fetch(&self) -> Option<usize> {
        self.fetch
    }

    fn try_swapping_with_projection(&self, projection: &ProjectionExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let exprs: &ProjectionExprs = projection.projection_expr();
        let Some(branches) = self.each(|scan| scan.projected(exprs))? else { return Ok(None) };
        let mut equivalences = EquivalenceProperties::new(projection.schema());
        if let Some(ordering) = self.properties.eq_properties.oeq_class().iter().next() {
            let sort = ordering.first();
            let Ok(expr) = exprs.project_expr(&sort.expr) else { return Ok(None) };
            equivalences.add_ordering([PhysicalSortExpr { expr, options: sort.options }]);
        }
        Ok(Some(Arc::new(self.with(branches, equivalences))))
    }

    fn try_pushdown_sort(&self, order: &[PhysicalSortExpr]) -> Result<SortOrderPushdownResult<Arc<dyn ExecutionPlan>>> {
        let sorted = self.each(|scan| scan.sorted(order))?;
        if let (Some(branches), Some(first)) = (sorted, order.first()) {
            let mut equivalences = EquivalenceProperties::new(self.schema());
            equivalences.add_ordering([first.clone()]);
            let descending = first.options.descending;
            let direction = if descending { Direction::Descending } else { Direction::Ascending };
            let inner = Arc::new(Self { order: Some(direction), ..self.with(branches, equivalences) });
            return Ok(if order.len() == 1 {
                SortOrderPushdownResult::Exact { inner }
            } else {
                SortOrderPushdownResult::Inexact { inner }
            });
        }
        // Those that can come in order end early at the sort's threshold; the others are read.
        let some = self.each(|scan| Ok(Some(scan.sorted(order)?.unwrap_or_else(|| scan.clone()))))?.unwrap_or_default();
        if some.iter().all(|branch| branch.scan.order.is_none()) {
            return Ok(SortOrderPushdownResult::Unsupported);
        }
        let inner = Arc::new(self.with(some, EquivalenceProperties::new(self.schema())));
        Ok(SortOrderPushdownResult::Inexact { inner })
    }

    fn handle_child_pushdown_result(
        &self,
        phase: FilterPushdownPhase,
        child: ChildPushdownResult,
        _config: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn ExecutionPlan>>> {
        let filters: Vec<_> = child.parent_filters.into_iter().map(|f| f.filter).collect();
        let verdicts = vec![verdict(phase, self.fetch); filters.len()];
        let branches = self.each(|scan| Ok(Some(scan.filtered(phase, &filters)?)))?.unwrap_or_default();
        let merged = self.with(branches, self.properties.eq_properties.clone());
        Ok(FilterPushdownPropagation::with_parent_pushdown_result(verdicts).with_updated_node(Arc::new(merged)))
    }
}
