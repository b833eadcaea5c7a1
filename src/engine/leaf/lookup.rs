//! Lists that a service gives whole: one request when the first row is asked for, and all rows at once.
//!
//! Nothing of a predicate can be sent, so filters and order stay with DataFusion. Values that are odd are NULL and counted,
//! as in every other table.

use std::fmt;
use std::sync::Arc;

use arrow::array::{Array as _, RecordBatch};
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use futures::stream;

use crate::decode::{self, ArrayDecoder, Batch, Declared, whole};
use crate::engine::error::Error;
use crate::engine::error::Place;
use crate::engine::runtime::{Connections, Statement};
use crate::plan;
use crate::subscriptions::tenant_id;
use crate::table::{Column, Lookup, Needs};
use crate::wire::Reply;

/// What is wrong with a list that has thousands of members.
const TOO_LONG: decode::Error = decode::Error::NotAPage { found: "longer than any list" };

/// A list as a connection sees it.
#[derive(Debug, Clone)]
pub(crate) struct LookupTable {
    lookup: &'static Lookup,
    connection: String,
    schema: SchemaRef,
}

impl LookupTable {
    pub(crate) fn new(lookup: &'static Lookup, connection: &str) -> Self {
        Self { lookup, connection: connection.into(), schema: lookup.arrow_schema() }
    }

    /// Asks for it. The request is sent with the first poll.
    async fn rows(self, projection: Vec<usize>, context: Arc<TaskContext>) -> Result<RecordBatch> {
        let Self { lookup, connection, .. } = self;
        let (connected, statement) = (Connections::of(&context, &connection)?, Statement::of(&context));
        let (table, budget) = (lookup.qualified(), statement.part(&connection));
        let tenant =
            tenant_id(&connected.tenant).map_err(|source| Error::Subscriptions { table: table.clone(), source })?;
        let place = Box::new(Place::Table(table.clone()));
        let reply = connected.client.ask(&plan::feed::lookup(tenant, lookup), &budget, whole).await;
        let reply = reply.map_err(|source| {
            let needs = Box::new(Needs { permissions: lookup.permissions, licence: None });
            Error::Request { place: place.clone(), needs, source }
        })?;
        let veil = connected.client.veil();
        let (decoded, sent) = (whole_list(lookup, &reply), reply.sent);
        let decoded = decoded.map_err(|source| Error::page(place, veil, reply.request_id, source))?;
        budget.tally.pages.add(1);
        budget.tally.rows_received.add(decoded.rows.num_rows() as u64);
        budget.tally.rows_kept.add(decoded.rows.num_rows() as u64);
        budget.tally.read(sent, decoded.rows.num_rows() as u64);
        statement.say_conflicts(&table, decoded.conflicts, veil);
        statement.journal.met(&table, decoded.strange, veil);
        Ok(decoded.rows.project(&projection)?)
    }
}

/// The entries of a list. It comes in one reply, and an entry without its key is something else in the place of one.
fn whole_list(lookup: &Lookup, reply: &Reply) -> std::result::Result<Batch, decode::Error> {
    if reply.next.is_some() {
        return Err(decode::Error::NotAPage { found: "a part of a list" });
    }
    let columns: Vec<&'static Column> = lookup.columns.iter().collect();
    let mut decoder = ArrayDecoder::new(&columns, columns[0]).noticing(Arc::new(Declared::of(lookup.columns)));
    let decoded = decoder.begin(&reply.body)?;
    // A list has some hundreds of members; it is decoded at once or not at all.
    if !decoder.is_done() {
        return Err(TOO_LONG);
    }
    if decoded.rows.column(0).null_count() > 0 {
        return Err(decode::Error::NotAPage { found: "a list with something else than entries in it" });
    }
    Ok(decoded)
}

#[async_trait]
impl TableProvider for LookupTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let columns = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        Ok(Arc::new(LookupExec::new(self.clone(), columns)?))
    }
}

/// The leaf of a plan that reads a list.
#[derive(Debug)]
pub(crate) struct LookupExec {
    table: LookupTable,
    projection: Vec<usize>,
    properties: Arc<PlanProperties>,
}

impl LookupExec {
    fn new(table: LookupTable, projection: Vec<usize>) -> Result<Self> {
        let equivalences = EquivalenceProperties::new(Arc::new(table.schema.project(&projection)?));
        let one = Partitioning::UnknownPartitioning(1);
        let properties = PlanProperties::new(equivalences, one, EmissionType::Final, Boundedness::Bounded);
        Ok(Self { table, projection, properties: Arc::new(properties) })
    }

    /// What it would request, in words.
    pub(crate) fn explained(&self, connections: Option<&Connections>) -> String {
        let lookup = self.table.lookup;
        let flaw = connections.map_or_else(String::new, |all| all.flaw_line(&self.table.connection));
        format!(
            "{}: 1 request\n  GET {}\n  every row is read; conditions are checked locally\n{flaw}",
            lookup.qualified(),
            lookup.path
        )
    }
}

impl DisplayAs for LookupExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LookupExec: table={}.{}", self.table.connection, self.table.lookup.qualified())
    }
}

impl ExecutionPlan for LookupExec {
    fn name(&self) -> &'static str {
        "LookupExec"
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

    fn execute(&self, _partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = self.table.clone().rows(self.projection.clone(), context);
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), stream::once(rows))))
    }
}
