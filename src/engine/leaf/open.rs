//! Opens a scan when its first row is asked for: which columns are decoded, where the rows come from, and what has to be said
//! before anything is requested.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::error::Result;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column as ColumnExpr;
use datafusion::physical_expr::utils::{collect_columns, reassign_expr_columns};
use datafusion::physical_plan::ExecutionPlan as _;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::stream::{self, StreamExt as _};

use super::ScanExec;
use super::metrics::Measured;
use crate::engine::error::Error;
use crate::engine::runtime::journal::{Covered, Ended};
use crate::engine::runtime::memory::Room;
use crate::engine::runtime::{Connected, Connections, Statement};
use crate::engine::scan::RemoteScan;
use crate::engine::scan::day_counts::told_by;
use crate::engine::scan::files::{self, FileScan};
use crate::engine::scan::leg::Leg;
use crate::engine::scan::refetch::{Fetched, FetchedWindow};
use crate::engine::scan::why_empty::{Held, Watch};
use crate::engine::scan::work::{Terms, Work};
use crate::engine::scan::{Rows, Scanning, after};
use crate::http::Budget;
use crate::predicate::times;
use crate::table::Column;
use crate::tally::Because;

/// What a scan is carried out with.
struct Opening {
    /// The columns to decode.
    columns: Vec<&'static Column>,
    /// The schema of decoded rows.
    schema: SchemaRef,
    statement: Arc<Statement>,
    /// The budgets of the statement, with a tally of this scan's own.
    budget: Budget,
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
        let budget = statement.part(&self.table.connection);
        let measured = Measured::new(&self.metrics, Arc::clone(&budget.tally));
        let tally = Arc::clone(&budget.tally);
        let reservation = MemoryConsumer::new(format!("scan of {}", set.qualified())).register(context.memory_pool());
        let opening = Opening { columns, schema, statement, budget, reservation };
        let (connection, asked) = (self.table.connection.as_str(), times(&self.conjuncts(), set));
        let journal = Arc::clone(&opening.statement.journal);
        let covered =
            journal.covers(&opening.statement, (connection, (set.schema, set.name)), (asked, Arc::clone(&tally)));
        let rows = self.rows(context, opening).inspect_err(|_| covered.end(Ended::Failed))?;
        let rows = covering(rows, Covering { covered, limit: self.fetch, for_ends: self.for_ends });
        let rows = rows.map(move |rows| {
            let _alive = &measured;
            let rows = projector.project_batch(&rows?)?;
            tally.rows_kept.add(rows.num_rows() as u64);
            Ok(rows)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }

    /// The columns to decode: those that the query needs, and time, key and kind, which the scan itself reads.
    pub(super) fn columns(&self) -> Vec<&'static Column> {
        let set = self.table.set;
        let used = self.used();
        let kind = set.population().map(|p| p.column);
        let parent = set.parent().map(|parent| parent.column);
        let own_columns = files::own_columns(set);
        let told = told_by(set);
        let own = |c: &Column| {
            [set.time, Some(set.key), set.within, kind, parent].contains(&Some(c.name))
                || own_columns.contains(&c.name)
                || told.is_some_and(|told| [told.day, told.count].contains(&c.name))
        };
        let wanted = set.columns.iter().enumerate().filter(|(at, c)| used.contains(at) || own(c));
        wanted.map(|(_, column)| column).collect()
    }

    /// The places of the columns that the query needs.
    fn used(&self) -> Vec<usize> {
        let exprs = self.output.expr_iter().chain(self.predicates.iter().chain(&self.dynamic).cloned());
        exprs.flat_map(|expr| collect_columns(&expr)).map(|column: ColumnExpr| column.index()).collect()
    }

    /// The rows of its legs. One connection is one leg.
    fn rows(&self, context: &Arc<TaskContext>, opening: Opening) -> Result<Rows> {
        let set = self.table.set;
        let (statement, schema) = (Arc::clone(&opening.statement), Arc::clone(&opening.schema));
        let connected = match self.table.is_of_service() {
            true => Some(Connections::of(context, &self.table.connection)?),
            false => None,
        };
        let terms = Terms::of(&statement, connected.as_deref());
        let mut work = self.work(&terms);
        let (predicates, dynamic) = (over_rows(&self.predicates, &schema)?, over_rows(&self.dynamic, &schema)?);
        if let Work::Pages(plan) = &mut work {
            self.settle(plan, &statement);
            self.say_unsent(plan, &statement);
        }
        let held = connected.is_none().then(Arc::<Held>::default);
        let reasons = match work.is_nothing() && !self.work_for(Vec::new(), &terms).is_nothing() {
            true => vec![Because::NoJoinKey],
            false => work.reasons(statement.now.timestamp_micros()),
        };
        let watch = self.watch(reasons, &predicates, held.clone());
        let leg = self.leg(work, context, opening, (connected, held.unwrap_or_default()))?;
        leg.check()?;
        let ending = Ending::of(&leg, &self.table.connection, context);
        let (legs, order, limit, is_lazy) = (vec![leg], self.order, self.fetch, self.is_lazy);
        let rows = Scanning { set, statement, legs, schema, predicates, dynamic, order, limit, is_lazy, watch }.run();
        Ok(rows.chain(after(move || ending.say())).boxed())
    }

    fn leg(
        &self,
        work: Work,
        context: &Arc<TaskContext>,
        opening: Opening,
        (connected, held): (Option<Arc<Connected>>, Arc<Held>),
    ) -> Result<Leg, Error> {
        Ok(match work {
            Work::Pages(plan) => Leg::Pages(self.remote(opening, connected, context, plan.slices)?, plan),
            Work::Feed(plan) => Leg::Feed(self.remote(opening, connected, context, 1)?, plan),
            Work::Search(plan) => Leg::Search(self.remote(opening, connected, context, 1)?, plan),
            Work::Files(_, inputs) => {
                let Opening { columns, statement, budget, reservation, .. } = opening;
                let (set, limit, known) = (self.table.set, self.fetch, context.session_config().get_extension());
                let asked = self.used().into_iter().map(|at| set.columns[at].name).collect();
                let scan = FileScan { set, columns, asked, limit, inputs, statement, budget, held, known, reservation };
                Leg::Files(scan)
            }
        })
    }

    /// What the requests of a leg share.
    fn remote(
        &self,
        opening: Opening,
        connected: Option<Arc<Connected>>,
        context: &Arc<TaskContext>,
        slices: usize,
    ) -> Result<Arc<RemoteScan>, Error> {
        let Opening { columns, statement, budget, reservation, .. } = opening;
        let connected = connected.ok_or_else(|| Error::NoConnection(self.table.connection.clone()))?;
        // A limit, or a threshold that tightens, may end the scan at any page: the next one is asked for when it is needed.
        let eager = self.fetch.is_none() && !self.is_lazy && !self.has_thresholds();
        let (set, oldest, room, context) =
            (self.table.set, i64::MAX.into(), Room::of(&reservation), Arc::clone(context));
        let (name, choices) = (self.table.name.clone(), Arc::clone(&self.choices));
        let connection = self.table.connection.clone();
        Ok(Arc::new(RemoteScan {
            name,
            connection,
            set,
            columns,
            connected,
            statement,
            budget,
            eager,
            slices,
            oldest,
            room,
            context,
            choices,
        }))
    }

    fn watch(&self, reasons: Vec<Because>, predicates: &[Arc<dyn PhysicalExpr>], held: Option<Arc<Held>>) -> Watch {
        let conditions = predicates.iter().cloned().zip(self.conditions()).collect();
        Watch::new((&self.table.name, self.table.set), reasons, conditions, held).keyed(self.key_predicates())
    }
}

/// Conditions over the columns of decoded rows.
pub(super) fn over_rows(exprs: &[Arc<dyn PhysicalExpr>], schema: &SchemaRef) -> Result<Vec<Arc<dyn PhysicalExpr>>> {
    exprs.iter().map(|expr| reassign_expr_columns(Arc::clone(expr), schema)).collect()
}

/// Notes how a scan ends.
struct Covering {
    covered: Arc<Covered>,
    limit: Option<usize>,
    for_ends: bool,
}

impl Covering {
    fn end(&self, how: Ended) {
        let kept = self.covered.tally.rows_kept.get();
        let limited = self.limit.is_some_and(|limit| kept >= limit as u64);
        let at_end = self.for_ends && (limited || how == Ended::Stopped && kept > 0);
        self.covered.end(match how {
            _ if at_end => Ended::Ends,
            _ if limited => Ended::Limit,
            how => how,
        });
    }
}

impl Drop for Covering {
    fn drop(&mut self) {
        self.end(Ended::Stopped);
    }
}

/// The same rows; that they are over, and how, is noted.
fn covering(rows: Rows, covering: Covering) -> Rows {
    let rows = stream::unfold((rows, covering), |(mut rows, covering)| async move {
        let next = rows.next().await;
        match &next {
            Some(Ok(_)) => {}
            Some(Err(_)) => covering.covered.end(Ended::Failed),
            None => covering.end(Ended::Read),
        }
        next.map(|next| (next, (rows, covering)))
    });
    rows.boxed()
}

/// What there is to say when a scan has given out its last row: that the same had been fetched before.
struct Ending {
    fetched: Option<Arc<Fetched>>,
    window: Option<(Arc<RemoteScan>, FetchedWindow)>,
}

impl Ending {
    fn of(leg: &Leg, connection: &str, context: &TaskContext) -> Self {
        Self { fetched: context.session_config().get_extension(), window: leg.window(connection) }
    }

    fn say(self) {
        let Some((fetched, (scan, window))) = self.fetched.zip(self.window) else { return };
        fetched.enter(window, scan.budget.tally.requests.get(), &scan.statement);
    }
}
