//! Plans and runs one statement: at one instant, on one budget, with one tally.
//!
//! DataFusion stamps the present time on every copy of its state, so the copy is stamped again and then planned with
//! directly. What changes the session itself (SET, PREPARE, tables and views) goes to the session.

mod columns;
mod described;
mod explain;
mod external;
mod file_names;
mod foreseen;
mod lateral;
mod none_left;
mod output_names;
mod parameters;
pub(crate) mod parse;
mod planned_away;
mod sampled;
mod schema_types;
mod summary;
pub(crate) mod timeline;
mod unasked;
mod views;

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use chrono::{DateTime, Utc};
use datafusion::common::TableReference;
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, SessionState, TaskContext};
use datafusion::logical_expr::{CreateMemoryTable, DdlStatement, Explain, LogicalPlan, Statement as Command};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::SessionContext;
use futures::stream::{self, StreamExt, TryStreamExt};
use tokio::time::{Instant, timeout_at};

pub use self::described::DescribedLogs;
pub(crate) use self::described::described;
pub use self::foreseen::Foreseen;
use self::foreseen::Foresight;
use self::output_names::named;
pub use self::parameters::{Parameters, Value};
#[cfg(feature = "cli")]
pub(crate) use self::parse::names_in;
use self::parse::{check_plan, parse_with};
use crate::engine::error::Error;
use crate::engine::leaf::KeptRange;
use crate::engine::lineage::Lineage;
use crate::engine::lineage::namesakes;
use crate::engine::lineage::partial;
use crate::engine::runtime::Statement;
use crate::engine::runtime::options;
use crate::engine::runtime::workers::Workers;
use crate::engine::session::log_tables::WithFiles;
use crate::engine::session::named_logs;
use crate::engine::session::policy::Policy;
use crate::engine::session::store;
use crate::stores::Stores;
use crate::tally::Tally;

/// A statement that was planned.
pub struct Query {
    /// Its rows. Nothing is sent before it is polled; dropping it stops the requests.
    pub stream: SendableRecordBatchStream,
    /// What it cost so far, and what its reader has to know. Complete when the stream has ended.
    pub tally: Arc<Tally>,
    /// Where its columns come from.
    pub origins: Lineage,
    foresight: Option<Foresight>,
    sql: String,
    asked: DateTime<Utc>,
}

impl Query {
    /// The statement, as it was asked.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// When it was asked: what `now()` is in it.
    pub fn asked(&self) -> DateTime<Utc> {
        self.asked
    }

    /// What it costs, about or at the least, before it is polled: zero where nothing is known. Opens the connections that it
    /// reads, and sends nothing.
    pub fn foreseen(&self) -> Foreseen {
        self.foresight.as_ref().map(Foresight::foreseen).unwrap_or_default()
    }

    /// Statements by which the session learns how many records the days have that this one reads, if nothing is known of them
    /// and the service tells. Each is given once a session.
    pub fn counts_to_read(&self) -> Vec<String> {
        self.foresight.as_ref().map(Foresight::counts_to_read).unwrap_or_default()
    }
}

/// A statement, and what it is asked with.
pub(crate) struct Submission {
    pub(crate) sql: String,
    pub(crate) parameters: Parameters,
    pub(crate) now: DateTime<Utc>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) policy: Policy,
    pub(crate) workers: Workers,
}

/// Plans a statement at an instant. Files are looked at meanwhile: what stores are asked for it is the statement's.
pub(crate) async fn plan(context: SessionContext, asked: Submission) -> Result<Query> {
    let state = context.state();
    let journal = state.config().get_extension().unwrap_or_default();
    let settings = options::of(state.config_options());
    let mut statement = Statement { journal, ..Statement::new(settings, asked.now) };
    // Planning takes some of the time.
    statement.budget.deadline = asked.deadline;
    statement.for_stores().pays_for(planned(context, state, asked, statement)).await
}

async fn planned(
    context: SessionContext,
    mut state: SessionState,
    asked: Submission,
    mut statement: Statement,
) -> Result<Query> {
    let Submission { sql, parameters, now, deadline: _, policy, workers } = asked;
    let stores: Arc<Stores> = state.config().get_extension().unwrap_or_default();
    let summed_up = summary::asked(&sql);
    let mut parsed = parse_with(&state, summed_up.as_deref().unwrap_or(&sql), &parameters, now)?;
    // A timeline looks at the files that it reads, and finds them in this catalog too.
    if policy.reads_any() {
        state.register_catalog_list(Arc::new(WithFiles::of(&state, policy)));
    }
    let timelines = timeline::expanded(&state, &mut parsed, now).await?;
    file_names::named(&state, policy, &mut parsed).await?;
    state.execution_props_mut().query_execution_start_time = Some(now);
    views::renew(&state, &parsed).await?;
    named_logs::check(&state, &parsed).await?;
    let names = state.resolve_table_references(&parsed)?;
    let plan = match state.statement_to_plan(parsed).await {
        Ok(plan) => plan,
        Err(error) => return Err(sampled::told(&state, &names, error).await),
    };
    check_plan(&plan)?;
    let plan = timelines.in_order(lateral::in_place(plan)?)?;
    let plan = if summed_up.is_some() { summary::of(plan)? } else { named(plan)? };
    policy.check(&plan)?;
    namesakes::check(&plan)?;
    external::check(&plan)?;
    // What describes a table holds names and types alone, in whatever words.
    let described = matches!(plan, LogicalPlan::DescribeTable(_)).then(|| Arc::new(plan.clone()));
    let worded = schema_types::in_words(&plan)?;
    let described = described.or_else(|| worded.is_some().then(|| Arc::new(plan.clone())));
    let plan = Arc::new(columns::in_words(worded.unwrap_or(plan))?);
    let mut origins = Lineage::of(described.unwrap_or_else(|| Arc::clone(&plan)));
    let carried_out = match plan.as_ref() {
        LogicalPlan::Explain(explained) => explained.plan.as_ref(),
        plan => plan,
    };
    statement.keeps = matches!(carried_out, LogicalPlan::Ddl(DdlStatement::CreateMemoryTable(_)));
    timelines.notices().for_each(|notice| statement.tally.notice(notice));
    let statement = Arc::new(statement);
    state.config_mut().set_extension(Arc::clone(&statement));
    let mut foresight = None;
    let kept_in = state.config().get_extension::<store::Store>().and_then(|store| store.folder());
    let stream = match plan.as_ref() {
        LogicalPlan::Statement(
            Command::SetVariable(_) | Command::ResetVariable(_) | Command::Prepare(_) | Command::Deallocate(_),
        ) => context.execute_logical_plan(LogicalPlan::clone(&plan)).await?.execute_stream().await?,
        // The engine's drawing cuts texts between their bytes (DataFusion 55.2).
        LogicalPlan::Explain(explained) if draws_a_tree(explained) && !sql.is_ascii() => {
            let what = "EXPLAIN FORMAT TREE cannot draw a statement with characters beyond ASCII".to_owned();
            let instead = "EXPLAIN shows the requests, EXPLAIN VERBOSE the plans as well".to_owned();
            return Err(Error::Dialect { what, instead }.into());
        }
        LogicalPlan::Explain(explained) if shows_requests(explained) => {
            explain(&state, explained.clone(), &statement).await?
        }
        LogicalPlan::Ddl(DdlStatement::CreateMemoryTable(create)) => {
            let connections = state.config().get_extension();
            let (rows, physical) = keep(state, create.clone(), &statement).await?;
            foresight = Some(Foresight { plan: physical, statement: Arc::clone(&statement), connections });
            rows
        }
        LogicalPlan::Ddl(DdlStatement::CreateExternalTable(table)) => {
            external::create(&state, table).await.map(|()| no_rows())?
        }
        LogicalPlan::Ddl(DdlStatement::DropTable(table)) => store::remove(&state, table).await.map(|()| no_rows())?,
        plan => {
            let (rows, executed, physical) = run(&state, plan, &statement, policy).await?;
            // A view is made, and nothing is asked.
            if !matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Ddl(_)) {
                planned_away::noted(plan, &physical, &statement.tally)?;
            }
            let rows = unasked::told(rows, &physical, &statement.tally);
            let rows = if matches!(plan, LogicalPlan::Analyze(_)) {
                preceded(explain_requests(&state, &physical, &statement, &rows.schema())?, rows)
            } else {
                rows
            };
            let connections = state.config().get_extension();
            foresight = Some(Foresight { plan: physical, statement: Arc::clone(&statement), connections });
            origins = executed.unwrap_or(origins);
            rows
        }
    };
    let stream = if matches!(plan.as_ref(), LogicalPlan::Explain(_) | LogicalPlan::Analyze(_)) {
        explain::without_paths(stream, kept_in)
    } else {
        stream
    };
    let stream = timelines.told(until_deadline(workers.rows(stream), &statement));
    let sql = stores.in_names(&sql);
    Ok(Query { stream, tally: Arc::clone(&statement.tally), origins, foresight, sql, asked: now })
}

/// What is left to a statement whose scans have ended in time with a part of their rows.
const TO_FINISH: Duration = Duration::from_secs(1);
/// The same to scans that have to say which request was under way, and what went wrong with it.
const TO_SAY_WHY: Duration = Duration::from_millis(250);

/// The rows, or an error once the statement's time is over: also while nothing is requested.
fn until_deadline(rows: SendableRecordBatchStream, statement: &Statement) -> SendableRecordBatchStream {
    let Some(deadline) = statement.budget.deadline else { return rows };
    // Scans end at the deadline themselves. Where a part will do, what is above them still has to give it out.
    let deadline = deadline + if statement.settings.partial { TO_FINISH } else { TO_SAY_WHY };
    let schema = rows.schema();
    let timed = stream::unfold(Some(rows), move |rows| async move {
        let mut rows = rows?;
        match timeout_at(deadline, rows.next()).await {
            Ok(next) => next.map(|next| (next, Some(rows))),
            Err(_) => Some((Err(Error::Deadline.into()), None)),
        }
    });
    Box::pin(RecordBatchStreamAdapter::new(schema, timed))
}

/// The rows of a plan, and how it is carried out; of what another plan stands behind, the origins of that one's columns too.
async fn run(
    state: &SessionState,
    plan: &LogicalPlan,
    statement: &Statement,
    policy: Policy,
) -> Result<(SendableRecordBatchStream, Option<Lineage>, Arc<dyn ExecutionPlan>)> {
    // EXECUTE and statements that make views need a session; they get one over the same state and catalogs.
    if matches!(plan, LogicalPlan::Ddl(_) | LogicalPlan::Statement(_)) {
        if let Some(name) = made(plan) {
            store::check_place(state, name).await?;
        }
        let session = SessionContext::new_with_state(state.clone());
        let frame = session.execute_logical_plan(plan.clone()).await?;
        let plan = Arc::new(named(frame.logical_plan().clone())?);
        policy.check(&plan)?;
        let physical = physical(state, &plan, statement).await?;
        return Ok((lazily(Arc::clone(&physical), state.task_ctx()), Some(Lineage::of(plan)), physical));
    }
    let physical = physical(state, plan, statement).await?;
    Ok((lazily(Arc::clone(&physical), state.task_ctx()), None, physical))
}

/// The name under which a plan makes something that others can ask.
fn made(plan: &LogicalPlan) -> Option<&TableReference> {
    match plan {
        LogicalPlan::Ddl(DdlStatement::CreateView(create)) => Some(&create.name),
        _ => None,
    }
}

/// The physical plan, if the settings allow to carry it out.
async fn physical(state: &SessionState, plan: &LogicalPlan, statement: &Statement) -> Result<Arc<dyn ExecutionPlan>> {
    if statement.settings.partial {
        partial::check(plan)?;
    }
    state.create_physical_plan(plan).await
}

/// Executes at the first poll. Some nodes begin to read what is below them as soon as they are executed.
fn lazily(plan: Arc<dyn ExecutionPlan>, context: Arc<TaskContext>) -> SendableRecordBatchStream {
    let schema = plan.schema();
    let rows = stream::once(async move { execute_stream(plan, context) }).try_flatten();
    Box::pin(RecordBatchStreamAdapter::new(schema, rows))
}

/// Makes a table of a query's rows, which are asked for when the stream is polled, as that plan says. It has no rows itself.
async fn keep(
    state: SessionState,
    create: CreateMemoryTable,
    statement: &Arc<Statement>,
) -> Result<(SendableRecordBatchStream, Arc<dyn ExecutionPlan>)> {
    let physical = physical(&state, &create.input, statement).await?;
    let plan = Arc::clone(&physical);
    let (statement, range) = (Arc::clone(statement), KeptRange::of(&physical, statement));
    let made = async move {
        let rows = || execute_stream(physical, state.task_ctx());
        store::create(&state, create, (rows, range), &statement).await
    };
    let rows = stream::once(made).filter_map(|made| ready(made.err().map(Err)));
    Ok((Box::pin(RecordBatchStreamAdapter::new(Arc::new(Schema::empty()), rows)), plan))
}

fn no_rows() -> SendableRecordBatchStream {
    Box::pin(RecordBatchStreamAdapter::new(Arc::new(Schema::empty()), stream::empty()))
}

/// Whether an EXPLAIN shows the requests, and DataFusion's plans only if it is verbose. Other forms are of plans alone.
fn shows_requests(explain: &Explain) -> bool {
    use datafusion::common::format::ExplainFormat::Indent;
    matches!(explain.explain_format, Indent)
}

fn draws_a_tree(explain: &Explain) -> bool {
    use datafusion::common::format::ExplainFormat::Tree;
    matches!(explain.explain_format, Tree)
}

async fn explain(
    state: &SessionState,
    mut explained: Explain,
    statement: &Statement,
) -> Result<SendableRecordBatchStream> {
    if let LogicalPlan::Ddl(DdlStatement::CreateMemoryTable(create)) = explained.plan.as_ref() {
        explained.plan = Arc::clone(&create.input);
    }
    let inner = state.create_physical_plan(&explained.plan).await?;
    let schema = Arc::clone(explained.schema.inner());
    let requests = explain_requests(state, &inner, statement, &schema)?;
    let plans = if explained.verbose {
        lazily(state.create_physical_plan(&LogicalPlan::Explain(explained)).await?, state.task_ctx())
    } else {
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&schema), stream::empty()))
    };
    Ok(preceded(requests, plans))
}

/// What a plan would request, as a row of EXPLAIN.
fn explain_requests(
    state: &SessionState,
    plan: &Arc<dyn ExecutionPlan>,
    statement: &Statement,
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    explain::requests(plan, (statement, state.config().get_extension()), schema)
}

/// Rows behind a first one.
fn preceded(first: RecordBatch, rows: SendableRecordBatchStream) -> SendableRecordBatchStream {
    let schema = rows.schema();
    Box::pin(RecordBatchStreamAdapter::new(schema, stream::once(ready(Ok(first))).chain(rows)))
}
