//! The operator that looks partners up: one side is held, the other passes by.

use std::any::Any;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{JoinSide, JoinType};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::{Column, DynamicFilterPhysicalExpr};
use datafusion::physical_expr::{Distribution, EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType, ReplaceChildrenOptions};
use datafusion::physical_plan::filter_pushdown::{
    ChildFilterDescription, ChildPushdownResult, FilterDescription, FilterPushdownPhase, FilterPushdownPropagation,
};
use datafusion::physical_plan::joins::utils::{ColumnIndex, JoinFilter};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricBuilder, MetricsSet};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties as _, InputDistributionRequirements,
    Partitioning, PlanProperties, apply_expression_roots,
};
use futures::future::{BoxFuture, FutureExt as _, Shared};
use futures::stream::{self, TryStreamExt as _};

use super::condition::Condition;
use super::held::{Held, Wanted};
use super::narrowing;
use super::nearest::Nearest;
use super::passing::{Passing, Pick, Task, gives_held, gives_passing};
use super::values::Reach;

/// The held side, read once for all partitions.
type Reading = Shared<BoxFuture<'static, Result<Arc<Held>, Arc<DataFusionError>>>>;

/// A join whose partners are looked up.
#[derive(Debug)]
pub(crate) struct RangeJoinExec {
    held: Arc<dyn ExecutionPlan>,
    passing: Arc<dyn ExecutionPlan>,
    task: Arc<Task>,
    /// What the held side says about the rows of the other, once it was read.
    narrowing: Option<Arc<DynamicFilterPhysicalExpr>>,
    reading: Mutex<Option<Reading>>,
    metrics: ExecutionPlanMetricsSet,
    properties: Arc<PlanProperties>,
}

/// What a join gives out: the kind of the join, with the held side as its left one, and where its columns come from.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) join_type: JoinType,
    pub(super) schema: SchemaRef,
    pub(super) columns: Vec<ColumnIndex>,
}

impl RangeJoinExec {
    pub(super) fn new(
        [held, passing]: [Arc<dyn ExecutionPlan>; 2],
        (condition, pick): (Condition, Pick),
        Output { join_type, schema, columns }: Output,
    ) -> Self {
        let task = Task { condition, pick, join_type, schema, columns };
        Self::of([held, passing], Arc::new(task), None)
    }

    fn of(
        [held, passing]: [Arc<dyn ExecutionPlan>; 2],
        task: Arc<Task>,
        narrowing: Option<Arc<DynamicFilterPhysicalExpr>>,
    ) -> Self {
        let partitions = passing.output_partitioning().partition_count();
        let emission = if gives_held(task.join_type) { EmissionType::Both } else { EmissionType::Incremental };
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&task.schema)),
            Partitioning::UnknownPartitioning(partitions),
            emission,
            Boundedness::Bounded,
        );
        let (reading, metrics) = (Mutex::default(), ExecutionPlanMetricsSet::new());
        Self { held, passing, task, narrowing, reading, metrics, properties: Arc::new(properties) }
    }

    /// The kind of the join; its left side is the one that is held, which is its first child.
    pub(crate) fn join_type(&self) -> JoinType {
        self.task.join_type
    }

    /// The keys of the side that is held, as far as the condition has any.
    pub(crate) fn held_keys(&self) -> &[Arc<dyn PhysicalExpr>] {
        &self.task.condition.held_keys.exprs
    }

    /// Whether what is held bounds values of the other side.
    pub(crate) fn bounds_passing(&self) -> bool {
        matches!(self.task.condition.passing, Reach::Between(..))
    }

    /// Whether what is held are windows of a time of the other side.
    pub(crate) fn has_windows(&self) -> bool {
        self.task.condition.windows_of(&self.passing.schema()).is_some()
    }

    /// The networks that are held, where addresses of the other side are looked up in them.
    pub(crate) fn held_networks(&self) -> Option<&Arc<dyn PhysicalExpr>> {
        self.task.condition.in_network.as_ref().map(|tested| &tested.near)
    }

    /// What is looked up instead of being compared, in words.
    pub(crate) fn explained(&self) -> String {
        let condition = &self.task.condition;
        let keyed = if condition.held_keys.exprs.is_empty() { "" } else { " for each key" };
        let mut text = match &self.task.pick {
            Pick::All => format!(
                "join: partners are looked up{keyed}, not compared one by one\n  looked up: {}\n",
                condition.looked_up
            ),
            Pick::Nearest(nearest, _) => {
                let which = match nearest {
                    Nearest::Earlier => "the nearest earlier row",
                    Nearest::Later => "the nearest later row",
                    Nearest::Either => "the nearest row",
                };
                let within = match condition.looked_up.as_str() {
                    "" => String::new(),
                    looked_up => format!("  looked up: {looked_up}\n"),
                };
                format!("ASOF join: {which} is looked up{keyed}\n{within}")
            }
        };
        if let Some(rest) = &condition.rest {
            text.push_str(&format!("  compared for each pair: {}\n", super::condition::sql(rest.expression())));
        }
        if self.narrowing.is_some() {
            text.push_str("  what is held bounds what is asked of the other side: <known at run time>\n");
        }
        text
    }

    /// The held side, which is read when it is first asked for.
    fn reading(&self, context: &Arc<TaskContext>) -> Reading {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        reading
            .get_or_insert_with(|| self.read(Arc::clone(context)).map(|held| held.map_err(Arc::new)).boxed().shared())
            .clone()
    }

    fn read(&self, context: Arc<TaskContext>) -> impl Future<Output = Result<Arc<Held>>> + Send + 'static {
        let (plan, task, narrowing) = (Arc::clone(&self.held), Arc::clone(&self.task), self.narrowing.clone());
        let (schema, partitions) = (self.passing.schema(), self.passing.output_partitioning().partition_count());
        async move {
            let wanted =
                Wanted { met: gives_held(task.join_type), ordered: matches!(task.pick, Pick::Nearest(..)), partitions };
            let memory = MemoryConsumer::new("RangeJoin").register(context.memory_pool());
            let rows = plan.execute(0, Arc::clone(&context))?;
            let held = Held::read(rows, &task.condition, wanted, memory).await?;
            if let Some(filter) = narrowing {
                let optimizer = &context.session_config().options().optimizer;
                let most = optimizer.hash_join_inlist_pushdown_max_distinct_values;
                narrowing::tell(&filter, &task.condition, &held, (&schema, most))?;
            }
            Ok(Arc::new(held))
        }
    }

    /// Places of the output that are columns of a side, under the same name. Filters find their columns there by name.
    fn places_of(&self, side: JoinSide, schema: &Schema) -> HashSet<usize> {
        let of_side = |(at, index): &(usize, &ColumnIndex)| {
            let name = self.task.schema.field(*at).name();
            let mut namesakes = schema.fields().iter().enumerate().filter(|(_, field)| field.name() == name);
            index.side == side
                && namesakes.next().is_some_and(|(own, _)| own == index.index)
                && namesakes.next().is_none()
        };
        self.task.columns.iter().enumerate().filter(of_side).map(|(at, _)| at).collect()
    }
}

impl DisplayAs for RangeJoinExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Task { condition, join_type, pick, .. } = self.task.as_ref();
        write!(f, "RangeJoinExec: held_is=left, join_type={join_type:?}, looked_up=[{}]", condition.looked_up)?;
        let keys = condition.held_keys.exprs.iter().zip(&condition.passing_keys.exprs);
        let keys: Vec<String> = keys.map(|(held, passing)| format!("({held}, {passing})")).collect();
        if !keys.is_empty() {
            write!(f, ", on=[{}]", keys.join(", "))?;
        }
        if let Pick::Nearest(nearest, _) = pick {
            write!(f, ", nearest={nearest:?}")?;
        }
        condition.rest.iter().try_for_each(|rest| write!(f, ", filter={}", rest.expression()))
    }
}

impl ExecutionPlan for RangeJoinExec {
    fn name(&self) -> &'static str {
        "RangeJoinExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.held, &self.passing]
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        let passing = Distribution::UnspecifiedDistribution;
        InputDistributionRequirements::new(vec![Distribution::SinglePartition, passing])
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let condition = &self.task.condition;
        let reach = condition.held.exprs().chain(condition.passing.exprs());
        let keys = condition.held_keys.exprs.iter().chain(&condition.passing_keys.exprs);
        let rest = condition.rest.iter().map(JoinFilter::expression);
        apply_expression_roots(reach.chain(keys).chain(rest), f)
    }

    fn dynamic_expressions_produced(&self) -> Vec<Arc<dyn PhysicalExpr>> {
        self.narrowing.iter().map(|filter| Arc::clone(filter) as _).collect()
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let children = <[_; 2]>::try_from(children)
            .map_err(|children| DataFusionError::Internal(format!("a join of {} sides", children.len())))?;
        Ok(Arc::new(Self::of(children, Arc::clone(&self.task), self.narrowing.clone())))
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let options =
            ReplaceChildrenOptions::new(datafusion::physical_plan::execution_plan::ChildrenPropertiesMode::Recompute);
        self.replace_children(children, options)
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        let children = [Arc::clone(&self.held), Arc::clone(&self.passing)];
        // A filter that was told cannot be untold.
        Ok(Arc::new(Self::of(children, Arc::clone(&self.task), None)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let (reading, task) = (self.reading(&context), Arc::clone(&self.task));
        let (passing, schema) = (Arc::clone(&self.passing), self.schema());
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let pairs = MetricBuilder::new(&self.metrics).counter("pairs", partition);
        let rows = async move {
            let held = reading.await.map_err(DataFusionError::Shared)?;
            let batch_size = context.session_config().batch_size();
            // Only now, so that what is held can narrow it.
            let input = passing.execute(partition, context)?;
            let passing = Passing::new(task, held, input, batch_size, (metrics, pairs));
            Ok::<_, DataFusionError>(stream::try_unfold(passing, |mut passing| async move {
                Ok(passing.next().await?.map(|rows| (rows, passing)))
            }))
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream::once(rows).try_flatten())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn try_swapping_with_projection(&self, projection: &ProjectionExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let place = |expr: &Arc<dyn PhysicalExpr>| expr.downcast_ref::<Column>().map(Column::index);
        let Some(places) = projection.expr().iter().map(|expr| place(&expr.expr)).collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let Task { condition, pick, join_type, columns, .. } = self.task.as_ref();
        let task = Task {
            condition: condition.clone(),
            pick: pick.clone(),
            join_type: *join_type,
            schema: projection.schema(),
            columns: places.into_iter().map(|at| columns[at].clone()).collect(),
        };
        let children = [Arc::clone(&self.held), Arc::clone(&self.passing)];
        Ok(Some(Arc::new(Self::of(children, Arc::new(task), self.narrowing.clone()))))
    }

    fn gather_filters_for_pushdown(
        &self,
        phase: FilterPushdownPhase,
        parents: Vec<Arc<dyn PhysicalExpr>>,
        config: &ConfigOptions,
    ) -> Result<FilterDescription> {
        use JoinType as J;
        let join_type = self.task.join_type;
        // The nearest of fewer rows would be another.
        let held_is_kept = matches!(join_type, J::Inner | J::Left | J::LeftSemi | J::LeftAnti | J::LeftMark)
            && matches!(self.task.pick, Pick::All);
        let passing_is_kept = matches!(join_type, J::Inner | J::Right | J::RightSemi | J::RightAnti | J::RightMark);
        let side = |is_kept: bool, side: JoinSide, child: &Arc<dyn ExecutionPlan>| match is_kept {
            true => {
                let places = self.places_of(side, &child.schema());
                ChildFilterDescription::from_child_with_allowed_indices(&parents, places, child)
            }
            false => Ok(ChildFilterDescription::all_unsupported(&parents)),
        };
        let held = side(held_is_kept, JoinSide::Left, &self.held)?;
        let mut passing = side(passing_is_kept, JoinSide::Right, &self.passing)?;
        let narrows = config.optimizer.enable_join_dynamic_filter_pushdown
            && phase == FilterPushdownPhase::Post
            && self.narrowing.is_none()
            && !gives_passing(join_type);
        if narrows && let Some(filter) = narrowing::unknown(&self.task.condition) {
            passing = passing.with_self_filter(filter);
        }
        Ok(FilterDescription::new().with_child(held).with_child(passing))
    }

    fn handle_child_pushdown_result(
        &self,
        _: FilterPushdownPhase,
        result: ChildPushdownResult,
        _: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn ExecutionPlan>>> {
        let own = result.self_filters.get(1).and_then(|filters| filters.first());
        let own = own.and_then(|own| {
            let filter: Arc<dyn Any + Send + Sync> = Arc::clone(&own.predicate) as _;
            filter.downcast::<DynamicFilterPhysicalExpr>().ok()
        });
        let propagation = FilterPushdownPropagation::if_any(result);
        Ok(match own {
            Some(filter) => {
                let children = [Arc::clone(&self.held), Arc::clone(&self.passing)];
                propagation.with_updated_node(Arc::new(Self::of(children, Arc::clone(&self.task), Some(filter))) as _)
            }
            None => propagation,
        })
    }
}
