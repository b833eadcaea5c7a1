//! The leaf of a physical plan that reads a table: from a service, or from exported files.
//!
//! It is a description: table, connection, output expressions, predicates, order, limit. Nothing is requested before its
//! stream is first polled; only then are scalar subqueries and join keys known, and only then are predicates translated
//! for sending. For EXPLAIN they are translated by the same function.
//!
//! What it promises, and DataFusion relies on: all predicates are applied row by row here (so no `FilterExec` stays above,
//! which would stop order and limit from reaching this node); a limit is exact; an order is kept.

use std::fmt;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::Column as ColumnExpr;
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_expr::utils::split_conjunction;
use datafusion::physical_expr::{EquivalenceProperties, LexOrdering, PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType, SchedulingType};
use datafusion::physical_plan::filter_pushdown::{
    ChildPushdownResult, FilterPushdownPhase, FilterPushdownPropagation, PushedDown,
};
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties, SortOrderPushdownResult,
    apply_expression_roots,
};
use futures::stream::{self, TryStreamExt};

use super::elements::beyond_columns;
use super::keyed::Joins;
use crate::engine::runtime::{Connected, Connections, Statement};
use crate::engine::scan::choices::Choices;
use crate::engine::scan::located::Located;
use crate::engine::scan::work::{Terms, Work};
use crate::plan::KeyCondition;
use crate::predicate::{Conjunct, Predicate, bind, import, normal};
use crate::table::Direction;

/// What stands before the price of a scan that keys of a join decide on.
const WITHOUT_KEYS: &str = ": nothing if the join has no key, else ";

/// Reads a remote table.
#[derive(Debug, Clone)]
pub struct ScanExec {
    pub(super) table: Located,
    /// What comes out, as expressions over the table's columns.
    pub(super) output: ProjectionExprs,
    /// Conjuncts over the table's columns.
    pub(super) predicates: Vec<Arc<dyn PhysicalExpr>>,
    /// Conditions over the table's columns that change while the query runs: keys of joins, thresholds of a top-k.
    pub(super) dynamic: Vec<Arc<dyn PhysicalExpr>>,
    /// The joins above it.
    pub(super) joins: Arc<Joins>,
    /// What was chosen while it ran.
    pub(super) choices: Arc<Choices>,
    pub(super) order: Option<Direction>,
    pub(super) fetch: Option<usize>,
    /// It may be given up at any page: the next one is asked for when it is needed.
    pub(super) is_lazy: bool,
    /// No more is needed of it than the rows at an end of its time.
    pub(super) for_ends: bool,
    pub(super) properties: Arc<PlanProperties>,
    pub(super) metrics: ExecutionPlanMetricsSet,
}

impl ScanExec {
    /// A scan of some columns, in table order of the given positions.
    pub(crate) fn new(
        table: Located,
        columns: &[usize],
        predicates: &[Arc<dyn PhysicalExpr>],
        fetch: Option<usize>,
    ) -> Result<Self> {
        let output = ProjectionExprs::from_indices(columns, &table.schema);
        let properties = properties(&table, &output, None)?;
        let predicates = predicates.iter().flat_map(split_conjunction).map(Arc::clone).collect();
        let (dynamic, joins, choices) = (Vec::new(), Arc::default(), Arc::default());
        let metrics = ExecutionPlanMetricsSet::new();
        let (order, is_lazy, for_ends) = (None, false, false);
        Ok(Self {
            table,
            output,
            predicates,
            dynamic,
            joins,
            choices,
            order,
            fetch,
            is_lazy,
            for_ends,
            properties,
            metrics,
        })
    }

    /// What answers it, as far as that is known now.
    pub(crate) fn work(&self, terms: &Terms) -> Work {
        self.work_for(self.keys(), terms)
    }

    /// What answers it with these keys of joins.
    pub(super) fn work_for(&self, keys: Vec<KeyCondition>, terms: &Terms) -> Work {
        Work::of((&self.table, self.columns()), (self.conjuncts(), keys), (self.order, self.fetch), terms)
    }

    /// What it would read, in words.
    pub(crate) fn explain(&self, statement: &Statement, connected: Option<&Connected>) -> String {
        let (mut work, pushdown) = (self.work(&Terms::of(statement, connected)), statement.settings.pushdown);
        if let Work::Pages(plan) = &mut work {
            self.settle(plan, statement);
        }
        let mut text = work.explained(statement, connected);
        if !work.is_nothing() && self.asks_by_keys(pushdown) {
            text = text.replacen(": ", WITHOUT_KEYS, 1);
        }
        text + &self.explain_keys(pushdown)
    }

    /// That its connection cannot be used, as a line; empty: it can.
    pub(crate) fn flaw(&self, connections: Option<&Connections>) -> String {
        let connections = connections.filter(|_| self.table.is_of_service());
        connections.map_or_else(String::new, |all| all.flaw_line(self.connection()))
    }

    pub(super) fn conjuncts(&self) -> Vec<Conjunct> {
        let conjunct =
            |predicate: Predicate| Conjunct { sql: predicate.to_string(), bound: bind(&predicate, self.table.set) };
        self.conditions().map(conjunct).collect()
    }

    /// The predicates, as far as they are known now.
    pub(super) fn conditions(&self) -> impl Iterator<Item = Predicate> {
        self.predicates.iter().map(|expr| normal(import(expr, &self.table.schema)))
    }

    /// What its table is called, if a service is asked for it.
    pub(crate) fn of_service(&self) -> Option<String> {
        self.table.is_of_service().then(|| self.table.name.clone())
    }

    /// The name of the connection it reads through.
    pub fn connection(&self) -> &str {
        &self.table.connection
    }

    /// How many conditions of joins and top-k it has received.
    pub fn dynamic_conditions(&self) -> usize {
        self.dynamic.len()
    }

    /// The same, never run. Conditions that changed are those of the run before: whoever makes them makes others now.
    pub(super) fn fresh(&self) -> Self {
        let (dynamic, joins, choices) = (Vec::new(), Arc::default(), Arc::default());
        Self { metrics: ExecutionPlanMetricsSet::new(), dynamic, joins, choices, ..self.clone() }
    }

    /// The same, of which nothing is asked for ahead.
    pub(super) fn lazy(&self) -> Self {
        Self { is_lazy: true, ..self.clone() }
    }

    /// The same, for whoever needs no more of it than the rows at an end of its time.
    pub(super) fn for_ends(&self) -> Self {
        Self { for_ends: true, ..self.clone() }
    }

    /// The same, giving out these expressions over its present output. Below a limit that is already here this is as good:
    /// expressions are computed for the rows that are given out only. `None`: they would lose its order.
    ///
    /// It takes up the select list, so that this does not stand between a sort and the leaf.
    pub(super) fn projected(&self, exprs: &ProjectionExprs) -> Result<Option<Self>> {
        let above = exprs.clone().try_map_exprs(beyond_columns)?;
        let output = self.output.try_merge(&above)?;
        let order = self.properties.eq_properties.oeq_class().iter().next();
        let order = order.and_then(|order| {
            let exprs = order.iter().map(|sort| {
                let expr = exprs.project_expr(&sort.expr).ok()?;
                Some(PhysicalSortExpr { expr, options: sort.options })
            });
            exprs.collect::<Option<Vec<_>>>()
        });
        if self.order.is_some() && order.is_none() {
            return Ok(None);
        }
        let properties = properties(&self.table, &output, order.as_deref())?;
        Ok(Some(Self { output, properties, ..self.clone() }))
    }

    /// The same, with its rows in the order of the first of these; `None`: it cannot give them so.
    pub(super) fn sorted(&self, order: &[PhysicalSortExpr]) -> Result<Option<Self>> {
        // A limit that is here already chose its rows by its own order.
        let asked = order.first().filter(|_| self.fetch.is_none());
        let Some(direction) = asked.and_then(|sort| self.direction_of(sort)) else { return Ok(None) };
        let properties = properties(&self.table, &self.output, Some(&order[..1]))?;
        Ok(Some(Self { order: Some(direction), properties, ..self.clone() }))
    }

    /// The same with further filters over its output.
    pub(super) fn filtered(&self, phase: FilterPushdownPhase, filters: &[Arc<dyn PhysicalExpr>]) -> Result<Self> {
        let ours = filters
            .iter()
            .map(|filter| self.output.unproject_expr(&beyond_columns(Arc::clone(filter))?))
            .collect::<Result<Vec<_>>>()?;
        let mut scan = self.clone();
        match (verdict(phase, self.fetch), phase) {
            (PushedDown::Yes, _) => scan.predicates.extend(ours.iter().flat_map(split_conjunction).map(Arc::clone)),
            (PushedDown::No, FilterPushdownPhase::Post) => scan.dynamic.extend(ours),
            (PushedDown::No, FilterPushdownPhase::Pre) => {}
        }
        Ok(scan)
    }

    /// The sort expression's column, if it is the table's time.
    fn direction_of(&self, sort: &PhysicalSortExpr) -> Option<Direction> {
        let expr = self.output.unproject_expr(&sort.expr).ok()?;
        let column = expr.downcast_ref::<ColumnExpr>()?;
        // Rows without a time are refused by an ordered scan, so where NULLs would stand does not matter.
        let time = self.table.set.time_column().filter(|_| self.table.is_of_service())?;
        (time.sortable && time.name == column.name()).then_some(if sort.options.descending {
            Direction::Descending
        } else {
            Direction::Ascending
        })
    }
}

pub(super) fn properties(
    table: &Located,
    output: &ProjectionExprs,
    order: Option<&[PhysicalSortExpr]>,
) -> Result<Arc<PlanProperties>> {
    let schema = Arc::new(output.project_schema(&table.schema)?);
    let ordering = order.and_then(|order| LexOrdering::new(order.iter().cloned()));
    let equivalences = match ordering {
        Some(ordering) => EquivalenceProperties::new_with_orderings(schema, [ordering]),
        None => EquivalenceProperties::new(schema),
    };
    let partitioning = Partitioning::UnknownPartitioning(1);
    let properties = PlanProperties::new(equivalences, partitioning, EmissionType::Incremental, Boundedness::Bounded)
        // Between any two pages there is a request, which yields to the runtime.
        .with_scheduling_type(SchedulingType::Cooperative);
    Ok(Arc::new(properties))
}

impl DisplayAs for ScanExec {
    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if format == DisplayFormatType::TreeRender { "\n" } else { ", " };
        if format != DisplayFormatType::TreeRender {
            write!(f, "ScanExec: ")?;
        }
        write!(f, "table={}.{}{separator}", self.table.connection, self.table.set.qualified())?;
        write!(f, "{}", self.work(&Terms::default()).brief())?;
        if !self.predicates.is_empty() {
            let inner = |sql: String| if sql.contains(" OR ") { format!("({sql})") } else { sql };
            let conjuncts: Vec<String> = self.conjuncts().into_iter().map(|c| inner(c.sql)).collect();
            write!(f, "{separator}predicate={}", conjuncts.join(" AND "))?;
        }
        let thresholds: Vec<String> = self.thresholds().map(ToString::to_string).collect();
        if !thresholds.is_empty() {
            write!(f, "{separator}dynamic=[{}]", thresholds.join(", "))?;
        }
        self.keys_told().iter().try_for_each(|told| write!(f, "{separator}keys=[{told}]"))?;
        let chosen = self.choices.to_string();
        if !chosen.is_empty() {
            write!(f, "{separator}chosen=[{chosen}]")?;
        }
        if let Some((direction, time)) = self.order.zip(self.table.set.time) {
            let word = if direction == Direction::Descending { "DESC" } else { "ASC" };
            write!(f, "{separator}order={time} {word}")?;
        }
        match self.fetch {
            Some(fetch) => write!(f, "{separator}fetch={fetch}"),
            None => Ok(()),
        }
    }
}

impl ExecutionPlan for ScanExec {
    fn name(&self) -> &'static str {
        "ScanExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    /// Must visit the dynamic conditions: a hash join that does not find its own below never computes it.
    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(self.predicates.iter().chain(&self.dynamic), f)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(self.fresh()))
    }

    fn execute(&self, _partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let scan = self.clone();
        // Opened at the first poll: an empty build side of a join never polls it, and nothing is requested then.
        let opened = async move {
            scan.keys_read().await;
            scan.open(&context)
        };
        let rows = stream::once(opened).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn with_fetch(&self, fetch: Option<usize>) -> Option<Arc<dyn ExecutionPlan>> {
        Some(Arc::new(Self { fetch, ..self.clone() }))
    }

    fn fetch(&self) -> Option<usize> {
        self.fetch
    }

    fn try_swapping_with_projection(&self, projection: &ProjectionExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let scan = self.projected(projection.projection_expr())?;
        Ok(scan.map(|scan| Arc::new(scan) as Arc<dyn ExecutionPlan>))
    }

    fn try_pushdown_sort(&self, order: &[PhysicalSortExpr]) -> Result<SortOrderPushdownResult<Arc<dyn ExecutionPlan>>> {
        let Some(scan) = self.sorted(order)? else { return Ok(SortOrderPushdownResult::Unsupported) };
        let inner: Arc<dyn ExecutionPlan> = Arc::new(scan);
        // Ordered by more than the time: the sort stays, and its threshold lets the scan end early.
        Ok(if order.len() == 1 {
            SortOrderPushdownResult::Exact { inner }
        } else {
            SortOrderPushdownResult::Inexact { inner }
        })
    }

    fn handle_child_pushdown_result(
        &self,
        phase: FilterPushdownPhase,
        child: ChildPushdownResult,
        _config: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn ExecutionPlan>>> {
        let filters: Vec<_> = child.parent_filters.into_iter().map(|f| f.filter).collect();
        let verdicts = vec![verdict(phase, self.fetch); filters.len()];
        let scan = self.filtered(phase, &filters)?;
        Ok(FilterPushdownPropagation::with_parent_pushdown_result(verdicts).with_updated_node(Arc::new(scan)))
    }
}

/// Static filters are evaluated in the leaf, row by row. Dynamic ones stay the business of whoever made them: they are kept
/// for pruning, and the verdict No does not stop them from being updated.
pub(super) fn verdict(phase: FilterPushdownPhase, fetch: Option<usize>) -> PushedDown {
    match phase {
        // Above a limit that is here already, a filter must see the rows that the limit let through.
        FilterPushdownPhase::Pre if fetch.is_some() => PushedDown::No,
        FilterPushdownPhase::Pre => PushedDown::Yes,
        FilterPushdownPhase::Post => PushedDown::No,
    }
}
