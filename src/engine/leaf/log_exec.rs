//! The leaf of a plan that reads logs.
//!
//! Only what a query needs is made of a line. As in a scan of a service, all conditions are applied here, row by row: no filter
//! stays above, and an answer without rows can say which condition left nothing.

use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use datafusion::common::Statistics;
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::utils::{collect_columns, split_conjunction};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties, apply_expression_roots,
};
use futures::{StreamExt as _, stream};

use super::open::over_rows;
use crate::engine::runtime::Statement;
use crate::engine::scan::limited;
use crate::engine::scan::logs::{Keep, LogFiles, LogScan, Outcome};
use crate::engine::scan::why_empty::{Watch, asked};
use crate::predicate::{Predicate, import, normal};
use crate::settings::Settings;
use crate::time::instant_text;

/// Bytes of a line, about.
const LINE: usize = 100;
/// Files that EXPLAIN names.
const NAMED: usize = 20;

/// Reads logs.
#[derive(Debug, Clone)]
pub(crate) struct LogExec {
    files: Arc<LogFiles>,
    /// The columns that come out, by their places in the table.
    output: Arc<[usize]>,
    /// Conjuncts over the columns of the table.
    predicates: Vec<Arc<dyn PhysicalExpr>>,
    limit: Option<usize>,
    /// The files of each partition.
    groups: Vec<Vec<usize>>,
    outcome: Arc<Outcome>,
    properties: Arc<PlanProperties>,
}

impl LogExec {
    /// A reading of these columns, of the rows that satisfy all predicates; with a limit on them, by so many cores.
    pub(crate) fn new(
        files: Arc<LogFiles>,
        output: Vec<usize>,
        predicates: &[Arc<dyn PhysicalExpr>],
        (limit, cores): (Option<usize>, usize),
    ) -> Result<Self> {
        let equivalences = EquivalenceProperties::new(Arc::new(files.schema.project(&output)?));
        // Under a limit, files are read in turn, and no more of them than it takes.
        let groups = groups(&files, if limit.is_some() { 1 } else { cores });
        let partitions = Partitioning::UnknownPartitioning(groups.len());
        let properties = PlanProperties::new(equivalences, partitions, EmissionType::Incremental, Boundedness::Bounded);
        let predicates = predicates.iter().flat_map(split_conjunction).map(Arc::clone).collect();
        let (output, outcome, properties) = (output.into(), Arc::default(), Arc::new(properties));
        Ok(Self { files, output, predicates, limit, groups, outcome, properties })
    }

    /// What it would read, in words.
    pub(crate) fn explained(&self, settings: &Settings) -> String {
        let LogFiles { name, files, .. } = self.files.as_ref();
        let plural = if files.len() == 1 { " is" } else { "s are" };
        let how = match files.iter().any(|file| file.source.is_stored()) {
            true => "by requests to where they are stored",
            false => "nothing is requested",
        };
        let mut text = format!("{name}: {} file{plural} read, {how}\n", files.len());
        for file in files.iter().take(NAMED) {
            let _ = writeln!(text, "  file:  {} ({})", file.source, file.recognised.format.name());
        }
        if files.len() > NAMED {
            let _ = writeln!(text, "  and {} more", files.len() - NAMED);
        }
        let conditions: Vec<Predicate> = self.conditions().collect();
        let asked = asked(conditions.iter(), self.files.time());
        for (file, extent) in files.iter().filter_map(|file| Some((file, file.passed_by(asked, settings)?))) {
            let times = [extent.times.from, extent.times.to].map(|at| at.map_or_else(String::new, instant_text));
            let _ =
                writeln!(text, "  skipped: {}: when it was read, its times were {}", file.source, times.join(" to "));
        }
        for (file, why) in &self.files.unread {
            let _ = writeln!(text, "  not read: {file}: {why}");
        }
        for condition in &conditions {
            let _ = writeln!(text, "  local: {condition}");
        }
        if let Some(limit) = self.limit {
            let _ = writeln!(text, "  limit: {limit}, reading stops there");
        }
        text
    }

    /// The predicates, as far as they are known now.
    fn conditions(&self) -> impl Iterator<Item = Predicate> {
        self.predicates.iter().map(|expr| normal(import(expr, &self.files.schema)))
    }

    /// The places of the columns that are read: those that come out, and those that conditions need.
    fn columns(&self) -> Arc<[usize]> {
        let needed = self.predicates.iter().flat_map(collect_columns).map(|column| column.index());
        let all: BTreeSet<usize> = self.output.iter().copied().chain(needed).collect();
        all.into_iter().collect()
    }

    /// Opened at the first poll: only then are the values of subqueries known.
    fn scan(&self, partition: usize, context: &TaskContext) -> Result<LogScan> {
        let (columns, statement) = (self.columns(), Statement::of(context));
        let schema = Arc::new(self.files.schema.project(&columns)?);
        let predicates = over_rows(&self.predicates, &schema)?;
        let watch = self.outcome.watch(|| {
            let conditions = predicates.iter().cloned().zip(self.conditions()).collect();
            Watch::of_log(&self.files.name, self.files.time(), conditions, statement.now.timestamp_micros())
        });
        let output = self.output.iter().filter_map(|at| columns.binary_search(at).ok()).collect();
        let keep = Keep { predicates, output, watch };
        // Under a limit, no more is read than it takes. Else each partition has its share of the cores, and one more piece
        // that is being cut meanwhile.
        let cores = context.session_config().target_partitions();
        let side_by_side = if self.limit.is_some() { 1 } else { cores.div_ceil(self.groups.len().max(1)) + 1 };
        let files = self.groups.get(partition).cloned().unwrap_or_default();
        let (table, outcome, speaks) = (Arc::clone(&self.files), Arc::clone(&self.outcome), partition == 0);
        Ok(LogScan { table, files, columns, schema, keep, side_by_side, statement, outcome, speaks })
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
        let conditions: Vec<String> = self.conditions().map(|condition| condition.to_string()).collect();
        if !conditions.is_empty() {
            write!(f, ", predicate={}", conditions.join(" AND "))?;
        }
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
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(self.predicates.iter(), f)
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

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.outcome.metrics())
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self { outcome: Arc::default(), ..self.as_ref().clone() }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let (exec, limit) = (self.clone(), self.limit);
        // Nothing is opened before the first poll.
        let rows = stream::once(async move {
            match exec.scan(partition, &context) {
                Ok(scan) => scan.run(),
                Err(error) => stream::once(std::future::ready(Err(error))).boxed(),
            }
        });
        let rows = rows.flatten().boxed();
        let rows = match limit {
            Some(limit) => limited(rows, limit),
            None => rows,
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }
}
