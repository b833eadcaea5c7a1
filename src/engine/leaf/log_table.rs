//! Logs as a table: as DataFusion's planner sees it, and the leaf that reads it.
//!
//! Only what a query needs is made of a line. Predicates stay above. Times in a predicate could let whole files be passed over,
//! by their first and last line: `LogExec::groups` is the place that would leave them out.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Statistics;
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use futures::{StreamExt as _, stream};

use super::Origin;
use crate::apis;
use crate::engine::error::Error;
use crate::engine::runtime::Statement;
use crate::engine::scan::limited;
use crate::engine::scan::logs::{LogFiles, LogScan, Outcome};

/// Bytes of a line, about.
const LINE: usize = 100;
/// Files that EXPLAIN names.
const NAMED: usize = 20;

/// A table of logs.
#[derive(Debug)]
pub(crate) struct LogTable(Arc<LogFiles>);

impl LogTable {
    /// The table of these files.
    pub(crate) fn new(files: LogFiles) -> Self {
        Self(Arc::new(files))
    }

    /// The table of the files that there are now, with the columns that they have.
    ///
    /// # Errors
    /// As [`LogFiles::find`].
    pub(crate) fn again(&self) -> Result<Self, Error> {
        self.0.again().map(Self::new)
    }

    /// Its files, as they were when it was made.
    pub(crate) fn files(&self) -> &LogFiles {
        &self.0
    }

    /// What is known of the values of a column: by its name.
    pub(crate) fn origin(&self, at: usize) -> Option<Origin> {
        let column = self.0.columns.get(at)?;
        Some(apis::logs::column(&column.name).map_or(Origin::Other, Origin::Declared))
    }
}

#[async_trait]
impl TableProvider for LogTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.0.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        // Planning is where files are looked at; a table that was made earlier looks again.
        let files = Arc::new(self.0.renewed()?);
        let columns = projection.cloned().unwrap_or_else(|| (0..self.0.columns.len()).collect());
        Ok(Arc::new(LogExec::new(files, columns, limit, state.config().target_partitions())?))
    }
}

/// The leaf of a plan that reads logs.
#[derive(Debug)]
pub(crate) struct LogExec {
    files: Arc<LogFiles>,
    projection: Arc<[usize]>,
    limit: Option<usize>,
    /// The files of each partition.
    groups: Vec<Vec<usize>>,
    outcome: Arc<Outcome>,
    properties: Arc<PlanProperties>,
}

impl LogExec {
    fn new(files: Arc<LogFiles>, projection: Vec<usize>, limit: Option<usize>, cores: usize) -> Result<Self> {
        let equivalences = EquivalenceProperties::new(Arc::new(files.schema.project(&projection)?));
        // Under a limit, files are read in turn, and no more of them than it takes.
        let groups = groups(&files, if limit.is_some() { 1 } else { cores });
        let partitions = Partitioning::UnknownPartitioning(groups.len());
        let properties = PlanProperties::new(equivalences, partitions, EmissionType::Incremental, Boundedness::Bounded);
        let (projection, outcome, properties) = (projection.into(), Arc::default(), Arc::new(properties));
        Ok(Self { files, projection, limit, groups, outcome, properties })
    }

    /// What it would read, in words.
    pub(crate) fn explained(&self) -> String {
        let LogFiles { name, files, .. } = self.files.as_ref();
        let plural = if files.len() == 1 { " is" } else { "s are" };
        let mut text = format!("{name}: {} file{plural} read, nothing is requested\n", files.len());
        for file in files.iter().take(NAMED) {
            let _ = writeln!(text, "  file:  {} ({})", file.source, file.recognised.format.name());
        }
        if files.len() > NAMED {
            let _ = writeln!(text, "  and {} more", files.len() - NAMED);
        }
        for (file, why) in &self.files.unread {
            let _ = writeln!(text, "  not read: {file}: {why}");
        }
        if let Some(limit) = self.limit {
            let _ = writeln!(text, "  limit: {limit}, reading stops there");
        }
        text
    }
}

/// The files in so many groups at most, of about the same length.
fn groups(files: &LogFiles, most: usize) -> Vec<Vec<usize>> {
    let mut groups = vec![(0_u64, Vec::new()); most.clamp(1, files.files.len().max(1))];
    let mut longest_first: Vec<usize> = (0..files.files.len()).collect();
    longest_first.sort_by_key(|at| std::cmp::Reverse(files.files[*at].length()));
    for at in longest_first {
        if let Some((length, group)) = groups.iter_mut().min_by_key(|(length, _)| *length) {
            // An empty file takes a moment too.
            *length += files.files[at].length() + 1;
            group.push(at);
        }
    }
    // Within a group, as they are listed.
    groups.iter_mut().for_each(|(_, group)| group.sort_unstable());
    groups.into_iter().map(|(_, group)| group).collect()
}

impl DisplayAs for LogExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogExec: table={}, files={}", self.files.name, self.files.files.len())?;
        self.limit.map_or(Ok(()), |limit| write!(f, ", fetch={limit}"))
    }
}

impl ExecutionPlan for LogExec {
    fn name(&self) -> &'static str {
        "LogExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
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

    /// About how much there is: of a join with a service, the log is the side that is read first.
    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        let length: u64 = self.files.files.iter().map(|file| file.length()).sum();
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let mut statistics = Statistics::new_unknown(&self.schema());
        statistics.total_byte_size = Precision::Inexact(length);
        statistics.num_rows = Precision::Inexact(length.div_ceil(LINE));
        Ok(Arc::new(statistics))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let scan = LogScan {
            table: Arc::clone(&self.files),
            files: self.groups.get(partition).cloned().unwrap_or_default(),
            projection: Arc::clone(&self.projection),
            schema: self.schema(),
            statement: Statement::of(&context),
            outcome: Arc::clone(&self.outcome),
            speaks: partition == 0,
        };
        // Nothing is opened before the first poll.
        let rows = stream::once(async move { scan.run() }).flatten().boxed();
        let rows = match self.limit {
            Some(limit) => limited(rows, limit),
            None => rows,
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }
}
