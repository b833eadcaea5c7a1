//! Answers from what a session kept: `CREATE TABLE week AS SELECT * FROM sign_ins WHERE …` holds the rows of a later question on
//! the same table, if that asks for some of them. It is asked instead of the service where the user turned that on
//! (`auditql.reuse`), and only if it provably has every row that the question is about, as the service had it when it was read.
//!
//! What is proved: the kept rows came of one scan of the same table through the same connection, with all the columns that are
//! needed, to its end; every condition that chose them follows from the conditions of the question; and these end before the
//! kept rows were read. That a condition follows is seen where it is the same one, one of alternatives that are all kept, or about
//! the time alone. A condition that is not understood is one that does not follow. Only logs are reused: the records of users
//! and devices change, and a question is about what they are now.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use chrono::{DateTime, Utc};
use datafusion::catalog::{Session, TableProvider as _};
use datafusion::common::DFSchema;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, Operator};
use datafusion::physical_expr::expressions::{BinaryExpr, Column, InListExpr};
use datafusion::physical_expr::scalar_subquery::ScalarSubqueryExpr;
use datafusion::physical_expr::utils::{collect_columns, conjunction, split_conjunction};
use datafusion::physical_expr::{PhysicalExpr, projection::ProjectionExpr};
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions,
};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::{Kept, ScanExec};
use crate::engine::runtime::Statement;
use crate::engine::scan::located::Located;
use crate::predicate::{Conjunct, Predicate, Scalar, Test, bind, import, normal, times};
use crate::tally::Notice;
use crate::time::{Interval, instant_text};

type Condition = Arc<dyn PhysicalExpr>;

/// What a kept table is the whole of.
#[derive(Debug)]
pub(crate) struct KeptRange {
    table: Located,
    /// The columns that were kept, by their names.
    columns: Vec<&'static str>,
    /// The conditions that chose its rows, over the table's columns: all of them hold.
    conditions: Vec<Condition>,
    /// Whether each record is one row.
    dedup: bool,
    /// The instant of the statement that read it.
    read: DateTime<Utc>,
}

/// The kept tables of a session that are the whole of something.
#[derive(Debug, Default)]
pub(crate) struct KeptRanges(Mutex<Vec<Weak<Kept>>>);

impl KeptRanges {
    /// Enters a table. It is forgotten when it is dropped.
    pub(crate) fn add(&self, table: &Arc<Kept>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|known| known.strong_count() > 0);
        known.push(Arc::downgrade(table));
    }

    /// Those that can be asked, the newest first.
    fn all(&self) -> Vec<Arc<Kept>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().rev().filter_map(Weak::upgrade).filter(|table| !table.gone.is()).collect()
    }
}

/// Whether a table was dropped, or another took its name: what still holds it is not to find it here.
#[derive(Debug, Default)]
pub(crate) struct Gone(AtomicBool);

impl Gone {
    pub(crate) fn set(&self) {
        self.0.store(true, Relaxed);
    }

    pub(crate) fn is(&self) -> bool {
        self.0.load(Relaxed)
    }
}

impl KeptRange {
    /// What a table is the whole of whose rows are those of a plan, read to its end by a statement; `None`: of nothing that
    /// could be told.
    pub(crate) fn of(plan: &Arc<dyn ExecutionPlan>, statement: &Statement) -> Option<Self> {
        let scan = plan.downcast_ref::<ScanExec>()?;
        let is_log =
            scan.table.set.pages().is_some_and(|pages| pages.retention_days.is_some() && pages.parent.is_none());
        let is_whole = scan.fetch.is_none() && scan.dynamic.is_empty() && !scan.is_lazy;
        if !is_log || !is_whole || scan.table.set.time.is_none() || !scan.table.is_of_service() {
            return None;
        }
        let own = |output: &ProjectionExpr| {
            let at = output.expr.downcast_ref::<Column>()?.index();
            let column = scan.table.set.columns.get(at)?;
            (output.alias == column.name).then_some(column.name)
        };
        let columns = scan.output.as_ref().iter().map(own).collect::<Option<Vec<_>>>()?;
        // What a subquery gave is not known any more.
        if scan.predicates.iter().any(holds_subquery) {
            return None;
        }
        let (table, conditions) = (scan.table.clone(), scan.predicates.clone());
        Some(Self { table, columns, conditions, dedup: statement.settings.dedup, read: statement.now })
    }

    /// Whether it has every row of a table that satisfies some conditions, over the table's columns, with these columns.
    fn holds(&self, table: &Located, columns: &[&str], conditions: &[Condition], dedup: bool) -> bool {
        let asked: Vec<&Condition> = conditions.iter().flat_map(split_conjunction).collect();
        let about = times(&asked.iter().map(|condition| conjunct(condition, table)).collect::<Vec<_>>(), table.set);
        let ended = about.to.is_some_and(|to| to < self.read.timestamp_micros());
        table.is(&self.table)
            && self.dedup == dedup
            && columns.iter().all(|name| self.columns.contains(name))
            && ended
            && !about.is_empty()
            && self.conditions.iter().all(|kept| follows(kept, &asked, about, table))
    }
}

fn conjunct(condition: &Condition, table: &Located) -> Conjunct {
    let predicate = normal(import(condition, &table.schema));
    Conjunct { sql: String::new(), bound: bind(&predicate, table.set) }
}

fn holds_subquery(condition: &Condition) -> bool {
    condition.is::<ScalarSubqueryExpr>() || condition.children().into_iter().any(holds_subquery)
}

/// Whether a condition holds for every row that satisfies others, which are about these times.
fn follows(kept: &Condition, asked: &[&Condition], about: Interval, table: &Located) -> bool {
    if let Some(times) = bounds(kept, table) {
        return times.hull(about) == times;
    }
    let allowed = alternatives(kept);
    asked.iter().any(|asked| alternatives(asked).iter().all(|one| allowed.iter().any(|other| other.is(one))))
}

/// The times that satisfy a condition which is about the time alone, and says no more than between which instants it lies.
fn bounds(condition: &Condition, table: &Located) -> Option<Interval> {
    let time = table.set.time?;
    let is_bound = |predicate: &Predicate| {
        matches!(
            predicate,
            Predicate::Test { path, folded: false, test: Test::Compare(comparison, Scalar::Instant(_)), .. }
                if path[..] == [time] && *comparison != crate::predicate::Comparison::NotEq
        )
    };
    let predicate = normal(import(condition, &table.schema));
    let is_exact = match &predicate {
        Predicate::And(all) => all.iter().all(is_bound),
        one => is_bound(one),
    };
    is_exact.then(|| times(&[Conjunct { sql: String::new(), bound: bind(&predicate, table.set) }], table.set))
}

/// One of the alternatives that a condition allows.
enum Alternative<'a> {
    /// Something equals a constant.
    Equals(&'a Condition, &'a Condition),
    /// Any other test.
    Test(&'a Condition),
}

impl Alternative<'_> {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Equals(one, value), Self::Equals(other, its)) => one.eq(other) && value.eq(its),
            (Self::Test(one), Self::Test(other)) => one.eq(other),
            _ => false,
        }
    }
}

/// The alternatives of a condition: the arms of an OR, the values of a list, or itself.
fn alternatives(condition: &Condition) -> Vec<Alternative<'_>> {
    let (mut open, mut found) = (vec![condition], Vec::new());
    while let Some(condition) = open.pop() {
        if let Some(list) = condition.downcast_ref::<InListExpr>().filter(|list| !list.negated()) {
            found.extend(list.list().iter().map(|value| Alternative::Equals(list.expr(), value)));
            continue;
        }
        match condition.downcast_ref::<BinaryExpr>() {
            Some(either) if *either.op() == Operator::Or => open.extend([either.left(), either.right()]),
            Some(equal) if *equal.op() == Operator::Eq => {
                found.push(Alternative::Equals(equal.left(), equal.right()));
            }
            _ => found.push(Alternative::Test(condition)),
        }
    }
    found
}

/// The plan that answers a question on a table from what was kept; `None`: nothing that was kept has all of it, or the service
/// is to be asked.
pub(super) async fn reused(
    state: &dyn Session,
    table: &Located,
    columns: &[usize],
    filters: &[Expr],
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let (Some(statement), Some(ranges)) =
        (state.config().get_extension::<Statement>(), state.config().get_extension::<KeptRanges>())
    else {
        return Ok(None);
    };
    // A statement that keeps its rows is how they are read anew.
    if !statement.settings.reuse || !statement.settings.pushdown || statement.keeps {
        return Ok(None);
    }
    let schema = DFSchema::try_from(Arc::clone(&table.schema))?;
    let conditions = filters.iter().map(|filter| state.create_physical_expr(filter.clone(), &schema));
    let conditions = conditions.collect::<Result<Vec<_>>>()?;
    if conditions.iter().any(holds_subquery) {
        return Ok(None);
    }
    let mut needed = columns.to_vec();
    for at in conditions.iter().flat_map(collect_columns).map(|column| column.index()) {
        if !needed.contains(&at) {
            needed.push(at);
        }
    }
    let names: Vec<&str> = needed.iter().map(|at| table.set.columns[*at].name).collect();
    for kept in ranges.all() {
        let Some(range) = &kept.range else { continue };
        if !range.holds(table, &names, &conditions, statement.settings.dedup) {
            continue;
        }
        let rows = kept.schema();
        let places = names.iter().map(|name| Ok(rows.index_of(name)?)).collect::<Result<Vec<_>>>()?;
        let input = kept.scan(state, Some(&places), filters, None).await?;
        let input = satisfying(state, input, filters)?;
        let input = if needed.len() == columns.len() { input } else { first(input, columns.len())? };
        let (table, kept, read) = (table.name.clone(), kept.name().to_owned(), range.read);
        return Ok(Some(Arc::new(ReusedExec { input, table, kept, read })));
    }
    Ok(None)
}

/// The rows that satisfy conditions, which are checked here as everywhere.
fn satisfying(state: &dyn Session, input: Arc<dyn ExecutionPlan>, filters: &[Expr]) -> Result<Arc<dyn ExecutionPlan>> {
    if filters.is_empty() {
        return Ok(input);
    }
    let schema = DFSchema::try_from(input.schema())?;
    let conditions = filters.iter().map(|filter| state.create_physical_expr(filter.clone(), &schema));
    Ok(Arc::new(FilterExec::try_new(conjunction(conditions.collect::<Result<Vec<_>>>()?), input)?))
}

/// The first columns of a plan.
fn first(input: Arc<dyn ExecutionPlan>, count: usize) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = input.schema();
    let column = |(at, field): (usize, &Arc<arrow::datatypes::Field>)| ProjectionExpr {
        expr: Arc::new(Column::new(field.name(), at)),
        alias: field.name().clone(),
    };
    let columns: Vec<ProjectionExpr> = schema.fields().iter().enumerate().take(count).map(column).collect();
    Ok(Arc::new(ProjectionExec::try_new(columns, input)?))
}

/// Gives out rows of a kept table in the place of a service's, and says so.
#[derive(Debug, Clone)]
pub(crate) struct ReusedExec {
    input: Arc<dyn ExecutionPlan>,
    table: String,
    kept: String,
    read: DateTime<Utc>,
}

impl ReusedExec {
    fn read_at(&self) -> String {
        instant_text(self.read.timestamp_micros())
    }

    /// Why nothing is requested, in words.
    pub(crate) fn explained(&self) -> String {
        let Self { table, kept, .. } = self;
        format!("{table}: nothing is requested, {kept} has the rows as they were read at {} (reuse)\n", self.read_at())
    }
}

impl DisplayAs for ReusedExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReusedExec: table={}, kept={}, read={}", self.table, self.kept, self.read_at())
    }
}

impl ExecutionPlan for ReusedExec {
    fn name(&self) -> &'static str {
        "ReusedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self { input: children.swap_remove(0), ..self.as_ref().clone() }))
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let (input, schema) = (Arc::clone(&self.input), self.schema());
        let (table, kept, read) = (self.table.clone(), self.kept.clone(), self.read_at());
        let rows = stream::once(async move {
            Statement::of(&context).tally.notice(Notice::Reused { table, kept, read });
            input.execute(partition, context)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows.try_flatten().boxed())))
    }
}
