//! Opens a scan when its first row is asked for: which columns are decoded, where the rows come from, and what has to be said
//! before anything is requested.

use std::future::ready;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::Result;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column as ColumnExpr;
use datafusion::physical_expr::utils::{collect_columns, reassign_expr_columns};
use datafusion::physical_plan::ExecutionPlan as _;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::stream::{self, BoxStream, StreamExt as _};

use super::{Records, ScanExec};
use crate::engine::Error;
use crate::engine::fetched::{Fetched, Window};
use crate::engine::files::{self, FileScan};
use crate::engine::measure::Measured;
use crate::engine::nothing::{self, Held, Watch};
use crate::engine::pages::Source;
use crate::engine::room::Room;
use crate::engine::runtime::{Connections, Statement};
use crate::engine::scan::{FileScanning, Scanning, Work};
use crate::http::Call;
use crate::table::{Column, Version};
use crate::tally::{Because, Notice};
use crate::time::instant_text;

/// Decoded rows.
type Rows = BoxStream<'static, Result<RecordBatch>>;

/// What a scan is carried out with.
struct Opening {
    /// The columns to decode.
    columns: Vec<&'static Column>,
    /// The schema of decoded rows.
    schema: SchemaRef,
    statement: Arc<Statement>,
    /// The budgets of the statement, with a tally of this scan's own.
    call: Call,
    reservation: MemoryReservation,
}

impl ScanExec {
    pub(super) fn open(&self, context: &Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let set = self.table.set;
        let columns = self.columns();
        let places: Vec<usize> = columns.iter().filter_map(|c| set.index_of(c.name)).collect();
        let schema = Arc::new(self.table.schema.project(&places)?);
        let output = self.output.clone().try_map_exprs(|expr| reassign_expr_columns(expr, &schema))?;
        let projector = output.make_projector(&schema)?;
        let statement = Statement::of(context);
        let call = statement.part();
        let measured = Measured::new(&self.metrics, Arc::clone(&call.tally));
        let tally = Arc::clone(&call.tally);
        let reservation = MemoryConsumer::new(format!("scan of {}", set.qualified())).register(context.memory_pool());
        let opening = Opening { columns, schema, statement, call, reservation };
        let rows = match &self.table.records {
            Records::Service(version) => self.of_service(*version, context, opening)?,
            Records::Files(inputs) => self.of_files(inputs, context, opening)?,
        };
        let rows = rows.map(move |rows| {
            let _alive = &measured;
            let rows = projector.project_batch(&rows?)?;
            tally.rows_kept.add(rows.num_rows() as u64);
            Ok(rows)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }

    /// The columns to decode: those that the query needs, and time, key and kind, which the scan itself reads.
    fn columns(&self) -> Vec<&'static Column> {
        let set = self.table.set;
        let exprs = self.output.expr_iter();
        let used: Vec<usize> = exprs
            .chain(self.predicates.iter().chain(&self.dynamic).cloned())
            .flat_map(|expr| collect_columns(&expr))
            .map(|column: ColumnExpr| column.index())
            .collect();
        let kind = set.population.as_ref().map(|p| p.column);
        let told_by = files::own_columns(set);
        let own = |c: &Column| {
            [Some(set.time), Some(set.key), set.tenant, kind].contains(&Some(c.name)) || told_by.contains(&c.name)
        };
        let wanted = set.columns.iter().enumerate().filter(|(at, c)| used.contains(at) || own(c));
        wanted.map(|(_, column)| column).collect()
    }

    fn of_files(&self, inputs: &Arc<[PathBuf]>, context: &TaskContext, opening: Opening) -> Result<Rows> {
        let Opening { columns, schema, statement, call, reservation } = opening;
        let known = context.session_config().get_extension();
        let predicates = over_rows(&self.predicates, &schema)?;
        let held = Arc::new(Held::default());
        let reasons = nothing::of_files(&self.plan(true), statement.now.timestamp_micros());
        let watch = self.watch(reasons, &predicates, Some(Arc::clone(&held)));
        let (set, inputs) = (self.table.set, Arc::clone(inputs));
        let files = FileScan { set, columns, inputs, statement, call, held, known, reservation };
        Ok(FileScanning { files, limit: self.fetch, schema, predicates, watch }.run())
    }

    fn of_service(&self, version: Version, context: &Arc<TaskContext>, opening: Opening) -> Result<Rows> {
        let Opening { columns, schema, statement, call, reservation } = opening;
        let connected = Connections::of(context, &self.table.connection)?;
        let work = if self.is_of_feed() {
            Work::Feed(self.feed_plan(&statement, &connected))
        } else {
            Work::Chains(self.plan(statement.settings.pushdown))
        };
        let (predicates, dynamic) = (over_rows(&self.predicates, &schema)?, over_rows(&self.dynamic, &schema)?);
        // A limit, or a threshold that tightens, may end the scan at any page: the next one is asked for when it is needed.
        let eager = self.fetch.is_none() && dynamic.is_empty();
        let window = match &work {
            Work::Chains(plan) => Some(Window::new(&self.table.connection, plan, &statement, eager)),
            // The quota of the feed is wide: a second look costs little.
            Work::Feed(_) => None,
        };
        let fetched = context.session_config().get_extension::<Fetched>();
        let set = self.table.set;
        let (oldest, context, room) = (i64::MAX.into(), Arc::clone(context), Room::of(&reservation));
        let source = Source { set, columns, connected, statement, call, eager, oldest, room, context };
        check_reach(&work, &source)?;
        say_population(&source, version);
        let watch = self.watch(work.reasons(source.statement.now.timestamp_micros()), &predicates, None);
        let source = Arc::new(source);
        let asked = Arc::clone(&source);
        let end = move || {
            let requests = asked.call.tally.requests.get();
            if let Some((fetched, window)) = fetched.as_ref().zip(window) {
                fetched.enter(window, requests, &asked.statement);
            }
        };
        let rows = Scanning { source, work, schema, predicates, dynamic, watch, reservation }.run();
        Ok(rows.chain(stream::once(async move { end() }).filter_map(|()| ready(None))).boxed())
    }

    fn watch(&self, reasons: Vec<Because>, predicates: &[Arc<dyn PhysicalExpr>], held: Option<Arc<Held>>) -> Watch {
        let conditions = predicates.iter().cloned().zip(self.conditions()).collect();
        Watch::new(self.table.set, reasons, conditions, held)
    }
}

/// Conditions over the columns of decoded rows.
fn over_rows(exprs: &[Arc<dyn PhysicalExpr>], schema: &SchemaRef) -> Result<Vec<Arc<dyn PhysicalExpr>>> {
    exprs.iter().map(|expr| reassign_expr_columns(Arc::clone(expr), schema)).collect()
}

/// A range that begins or ends before the service's reach has an answer that nobody can complete.
fn check_reach(work: &Work, source: &Source) -> Result<(), Error> {
    let Some(reach) = source.reach_from() else { return Ok(()) };
    let bound = match work {
        Work::Chains(plan) if plan.about.is_empty() => None,
        Work::Chains(plan) => {
            let range = plan.about;
            let from = range.from.map(|from| ("from", from));
            from.into_iter().chain(range.to.map(|to| ("up to", to))).find(|(_, bound)| *bound < reach)
        }
        Work::Feed(plan) => plan.beyond_reach.map(|from| ("from", from)),
    };
    let Some((word, bound)) = bound else { return Ok(()) };
    let days = source.connected.keeps.days(source.set).unwrap_or_default();
    let (table, bound, reach) = (source.table(), instant_text(bound), instant_text(reach));
    let missing =
        format!("{table}: records {word} {bound} were asked for, and the service keeps {days} days, from {reach}");
    if source.statement.settings.partial {
        source.statement.tally.notice(Notice::Incomplete { missing });
        return Ok(());
    }
    Err(Error::Incomplete { missing })
}

fn say_population(source: &Source, version: Version) {
    if let (Version::V1, Some(population)) = (version, &source.set.population) {
        let what = format!(
            "api_version = \"v1.0\" reads {} records only, and columns of the beta version are NULL",
            population.v1_kind
        );
        source.statement.tally.notice(Notice::PartOfPopulation { table: source.table(), what });
    }
}
