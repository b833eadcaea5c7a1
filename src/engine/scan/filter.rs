//! The whole predicate of a scan, applied to every row on this side.

use std::future::ready;
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{filter_record_batch, prep_null_mask_filter};
use arrow::datatypes::{SchemaRef, TimestampMicrosecondType};
use datafusion::common::cast::as_boolean_array;
use datafusion::error::Result;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::utils::collect_columns;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::Rows;
use super::early_stop::Remaining;
use super::feed::DELIVERY;
use super::merge::Batches;
use super::page_stats::Marks;
use super::why_empty::Watch;
use crate::engine::error::Error;
use crate::table::{Direction, EntitySet};

/// A condition over decoded rows.
type Predicate = Arc<dyn PhysicalExpr>;

/// The conditions of a scan, and who looks on while they are applied.
pub(crate) struct RowFilter {
    set: &'static EntitySet,
    schema: SchemaRef,
    /// The place of the time, and its name.
    time: Option<(usize, &'static str)>,
    predicates: Vec<Predicate>,
    /// Conditions on how a record was delivered. They choose among deliveries, before one of them stands for the record.
    delivery: Vec<Predicate>,
    dynamic: Vec<Predicate>,
    order: Option<Direction>,
    /// Several requests bring the same records: one without key could not be recognised.
    overlapping: bool,
    watch: Watch,
}

impl RowFilter {
    /// Conditions over rows of this schema, with the place of their time, if they have one.
    pub(crate) fn new(
        set: &'static EntitySet,
        (schema, time): (SchemaRef, Option<usize>),
        predicates: Vec<Predicate>,
        dynamic: Vec<Predicate>,
        watch: Watch,
    ) -> Self {
        let time = time.zip(set.time);
        Self { set, schema, time, predicates, delivery: Vec::new(), dynamic, order: None, overlapping: false, watch }
    }

    /// The same for rows that come in order of time.
    pub(crate) fn in_order(self, order: Option<Direction>) -> Self {
        Self { order, ..self }
    }

    /// The same for rows of requests that bring the same records.
    pub(crate) fn of_overlapping(self) -> Self {
        Self { overlapping: true, ..self }
    }

    /// The same for records that come in deliveries: a copy in another blob is another delivery.
    pub(crate) fn by_delivery(self) -> Self {
        let of_delivery = |expr: &Predicate| {
            let columns = collect_columns(expr);
            let mut names = columns.iter().map(|column| self.schema.field(column.index()).name().as_str());
            !columns.is_empty() && names.all(|name| DELIVERY.contains(&name))
        };
        let (delivery, predicates) = self.predicates.into_iter().partition(of_delivery);
        Self { delivery, predicates, ..self }
    }

    /// Those of the rows that satisfy the conditions, of which nothing is told: they will be applied again.
    pub(crate) fn foreseen(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        satisfying(rows, &self.predicates)
    }

    /// The order of the rows.
    pub(crate) fn order(&self) -> Option<Direction> {
        self.order
    }

    /// Who looks on.
    pub(crate) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The rows of one stream, until no later one of it can be in the answer.
    pub(crate) fn while_needed(self: &Arc<Self>, batches: Batches) -> Batches {
        let filter = Arc::clone(self);
        stream::try_unfold(Some(batches), move |batches| {
            let filter = Arc::clone(&filter);
            async move {
                let Some(mut batches) = batches else { return Ok(None) };
                let Some(rows) = batches.next().await.transpose()? else { return Ok(None) };
                let done = filter.ends_at(&rows).map_err(Error::Evaluation)?;
                Ok(Some((rows, (!done).then_some(batches))))
            }
        })
        .boxed()
    }

    /// The rows whose delivery is as it was asked for.
    pub(crate) fn delivered(self: &Arc<Self>, batches: Batches) -> Batches {
        if self.delivery.is_empty() {
            return batches;
        }
        let filter = Arc::clone(self);
        let keep = move |rows: RecordBatch| {
            filter.watch.see(&rows, 0);
            satisfying(&rows, &filter.delivery).map_err(Error::Evaluation)
        };
        batches.map(move |rows| keep(rows?)).boxed()
    }

    /// The rows that satisfy the conditions.
    pub(crate) fn over(self: &Arc<Self>, rows: Rows) -> Rows {
        let filter = Arc::clone(self);
        let kept = rows.map(move |rows| Ok(filter.keep(&rows?)?));
        kept.try_filter(|rows| ready(rows.num_rows() > 0)).boxed()
    }

    fn keep(&self, rows: &RecordBatch) -> Result<RecordBatch, Error> {
        let kept = satisfying(rows, &self.predicates).map_err(Error::Evaluation)?;
        // Where deliveries were chosen, all of them have been seen.
        let new = if self.delivery.is_empty() { rows.clone() } else { rows.slice(0, 0) };
        self.watch.see(&new, kept.num_rows());
        if self.overlapping && has_keyless(self.set, &kept) {
            return Err(Error::Keyless { table: self.set.qualified(), key: self.set.key });
        }
        Ok(kept)
    }

    /// Whether no later row of a scan in order of time can satisfy the conditions that change while the query runs.
    fn ends_at(&self, rows: &RecordBatch) -> Result<bool> {
        let ordered = self.order.zip(self.time);
        let Some(((direction, (column, time)), at)) = ordered.zip(rows.num_rows().checked_sub(1)) else {
            return Ok(false);
        };
        let last = rows.column(column).as_primitive::<TimestampMicrosecondType>().value(at);
        let remaining = Remaining { time, direction, last };
        for condition in &self.dynamic {
            if remaining.is_excluded_by(condition, &self.schema)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a record has no id, or an empty one.
fn has_keyless(set: &EntitySet, rows: &RecordBatch) -> bool {
    let marks = Marks::of(set, rows);
    (0..rows.num_rows()).any(|row| marks.id(row).is_none())
}

/// The rows that satisfy all conditions.
pub(crate) fn satisfying(rows: &RecordBatch, conditions: &[Predicate]) -> Result<RecordBatch> {
    let mut rows = rows.clone();
    for condition in conditions {
        let verdict = condition.evaluate(&rows)?.into_array(rows.num_rows())?;
        rows = filter_record_batch(&rows, &true_only(as_boolean_array(&verdict)?))?;
    }
    Ok(rows)
}

fn true_only(verdict: &BooleanArray) -> BooleanArray {
    if verdict.null_count() == 0 { verdict.clone() } else { prep_null_mask_filter(verdict) }
}
