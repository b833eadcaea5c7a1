//! The side of a join that passes by: for each of its rows partners are looked up, checked, and given out.
//!
//! Pairs are checked and given out a batch at a time, so that a row with a million partners takes the memory of their places
//! alone.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, UInt32Array, new_null_array};
use arrow::compute::{and, take};
use arrow::datatypes::SchemaRef;
use datafusion::common::cast::as_boolean_array;
use datafusion::common::{JoinSide, JoinType};
use datafusion::error::Result;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::joins::utils::ColumnIndex;
use datafusion::physical_plan::metrics::{BaselineMetrics, Count};
use futures::StreamExt as _;

use super::condition::Condition;
use super::held::Held;
use super::nearest::{Nearest, Way};
use super::spans::Span;
use super::values::End;

/// Which of the partners that are looked up are meant.
#[derive(Debug, Clone)]
pub(super) enum Pick {
    /// All that meet the condition.
    All,
    /// The one that does and is nearest to a time of the passing side. All spans of the held side are times.
    Nearest(Nearest, End),
}

/// What a join does, apart from its rows.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) condition: Condition,
    pub(super) pick: Pick,
    /// The left side is the one that is held.
    pub(super) join_type: JoinType,
    pub(super) schema: SchemaRef,
    /// Where the columns of the output come from.
    pub(super) columns: Vec<ColumnIndex>,
}

/// Whether rows of the passing side are given out that have no partner, or by whether they have one.
pub(super) fn gives_passing(join_type: JoinType) -> bool {
    use JoinType as J;
    matches!(join_type, J::Right | J::Full | J::RightAnti | J::RightMark)
}

/// The same of the side that is held.
pub(super) fn gives_held(join_type: JoinType) -> bool {
    use JoinType as J;
    matches!(join_type, J::Left | J::Full | J::LeftSemi | J::LeftAnti | J::LeftMark)
}

/// A partition of the passing side on its way.
pub(super) struct Passing {
    task: Arc<Task>,
    held: Arc<Held>,
    input: SendableRecordBatchStream,
    batch_size: usize,
    current: Option<Rows>,
    /// The next held row to be looked at, once all rows of the passing side have been.
    left: Option<u32>,
    metrics: BaselineMetrics,
    pairs: Count,
}

/// Rows of the passing side.
struct Rows {
    rows: RecordBatch,
    keys: Vec<ArrayRef>,
    spans: Vec<Option<Span>>,
    /// The next row whose partners are to be looked up.
    next: usize,
    pairs: VecDeque<(u32, u32)>,
    /// Whether the pairs hold as they are.
    checked: bool,
    met: Vec<bool>,
}

impl Passing {
    pub(super) fn new(
        task: Arc<Task>,
        held: Arc<Held>,
        input: SendableRecordBatchStream,
        batch_size: usize,
        (metrics, pairs): (BaselineMetrics, Count),
    ) -> Self {
        Self { task, held, input, batch_size, current: None, left: None, metrics, pairs }
    }

    /// The next rows of the join.
    pub(super) async fn next(&mut self) -> Result<Option<RecordBatch>> {
        if self.held.spans.is_empty() && !gives_passing(self.task.join_type) && self.left.is_none() {
            // No row finds a partner, so none is asked for.
            self.end();
        }
        loop {
            let given = if self.left.is_some() {
                match self.leftovers()? {
                    Some(rows) => rows,
                    None => return Ok(None),
                }
            } else if self.current.is_some() {
                // Pairs that all fail the check are given to nobody, who could take a breath.
                tokio::task::consume_budget().await;
                self.step()?
            } else {
                match self.input.next().await.transpose()? {
                    Some(rows) => self.current = Some(self.begin(rows)?),
                    None => self.end(),
                }
                continue;
            };
            if given.num_rows() > 0 {
                self.metrics.record_output(given.num_rows());
                return Ok(Some(given));
            }
        }
    }

    fn begin(&self, rows: RecordBatch) -> Result<Rows> {
        let _timer = self.metrics.elapsed_compute().timer();
        let condition = &self.task.condition;
        let keys = condition.passing_keys.values(&rows)?;
        let mut spans = condition.passing.spans(&rows)?;
        condition.passing_keys.group(&keys, &mut spans)?;
        let met = vec![false; rows.num_rows()];
        let mut begun = Rows { rows, keys, spans, next: 0, pairs: VecDeque::new(), checked: false, met };
        if let Pick::Nearest(nearest, time) = &self.task.pick {
            begun.pairs = self.nearest(*nearest, &time.numbers(&begun.rows)?, &begun)?.into();
            (begun.checked, begun.next) = (true, begun.rows.num_rows());
        }
        Ok(begun)
    }

    /// All rows of the passing side were looked at. What is left of the other one is the last partition's to give.
    fn end(&mut self) {
        let gives = self.held.is_read() && gives_held(self.task.join_type);
        let count = u32::try_from(self.held.rows.num_rows()).unwrap_or(u32::MAX);
        self.left = Some(if gives { 0 } else { count });
    }

    /// Looks up, checks or gives out a batch of pairs; after the last one, the rows that wait for whether they have a partner.
    fn step(&mut self) -> Result<RecordBatch> {
        let _timer = self.metrics.elapsed_compute().timer();
        let Some(mut rows) = self.current.take() else {
            return Ok(RecordBatch::new_empty(Arc::clone(&self.task.schema)));
        };
        self.look_up(&mut rows);
        let count = rows.pairs.len().min(self.batch_size);
        if count == 0 {
            return self.task.passed(&self.held, &rows);
        }
        let (mut held, mut passing): (Vec<u32>, Vec<u32>) = rows.pairs.drain(..count).unzip();
        self.pairs.add(count);
        if !rows.checked {
            let holds = self.holds(&rows, &held, &passing)?;
            if let Some(holds) = holds {
                let kept =
                    |rows: Vec<u32>| rows.into_iter().zip(&holds).filter(|(_, holds)| **holds).map(|(row, _)| row);
                (held, passing) = (kept(held).collect(), kept(passing).collect());
            }
        }
        self.held.meet(&held);
        passing.iter().for_each(|row| rows.met[*row as usize] = true);
        let given = match self.task.join_type {
            JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => {
                self.task.given(&self.held, &rows.rows, &held.into(), &passing.into(), None)
            }
            _ => Ok(RecordBatch::new_empty(Arc::clone(&self.task.schema))),
        };
        self.current = Some(rows);
        given
    }

    /// Looks partners up, until there are enough for a batch.
    fn look_up(&self, rows: &mut Rows) {
        let exact = self.task.condition.rest.is_none() && rows.keys.is_empty();
        // Whoever only asks whether there is a partner needs one.
        let one =
            exact && matches!(self.task.join_type, JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark);
        let mut found = Vec::new();
        while rows.pairs.len() < self.batch_size && rows.next < rows.rows.num_rows() {
            if let Some(span) = &rows.spans[rows.next] {
                self.held.spans.meeting(span, if one { 1 } else { usize::MAX }, &mut found);
                let passing = u32::try_from(rows.next).unwrap_or(u32::MAX);
                rows.pairs.extend(found.drain(..).map(|held| (held, passing)));
            }
            rows.next += 1;
        }
    }

    /// Which pairs meet what cannot be looked up; `None`: all of them.
    fn holds(&self, rows: &Rows, held: &[u32], passing: &[u32]) -> Result<Option<Vec<bool>>> {
        let condition = &self.task.condition;
        let (held, passing) = (UInt32Array::from(held.to_vec()), UInt32Array::from(passing.to_vec()));
        let taken = |columns: &[ArrayRef], places: &UInt32Array| -> Result<Vec<ArrayRef>> {
            Ok(columns.iter().map(|column| take(column, places, None)).collect::<std::result::Result<_, _>>()?)
        };
        let mut all = condition.held_keys.equal(&taken(&self.held.keys, &held)?, &taken(&rows.keys, &passing)?)?;
        if let Some(rest) = &condition.rest {
            let column = |index: &ColumnIndex| match index.side {
                JoinSide::Left => take(self.held.rows.column(index.index), &held, None),
                _ => take(rows.rows.column(index.index), &passing, None),
            };
            let columns = rest.column_indices().iter().map(column).collect::<std::result::Result<_, _>>()?;
            let options = RecordBatchOptions::new().with_row_count(Some(held.len()));
            let pairs = RecordBatch::try_new_with_options(Arc::clone(rest.schema()), columns, &options)?;
            let holds = rest.expression().evaluate(&pairs)?.into_array(held.len())?;
            all.push(as_boolean_array(&holds)?.clone());
        }
        let Some(first) = all.pop() else { return Ok(None) };
        let whole = all.iter().try_fold(first, |whole, one| and(&whole, one))?;
        Ok(Some(whole.iter().map(|holds| holds == Some(true)).collect()))
    }

    /// For each row, the nearest partner that meets the whole condition.
    fn nearest(&self, nearest: Nearest, times: &[Option<i128>], rows: &Rows) -> Result<Vec<(u32, u32)>> {
        let spans = &self.held.spans;
        let way = |((row, span), time): ((u32, &Option<Span>), &Option<i128>)| {
            Some((row, Way::new(nearest, (*time)?, spans.points(span.as_ref()?), spans)))
        };
        let mut each: Vec<_> = (0..).zip(&rows.spans).zip(times).collect();
        // Neighbours in time are looked up in the same memory.
        each.sort_unstable_by_key(|((_, span), time)| (span.map(|span| span.group), **time));
        let mut ways: Vec<(u32, Way)> = each.into_iter().filter_map(way).collect();
        let mut chosen = Vec::with_capacity(ways.len());
        // Of most rows the first is the one. Those of whom it is not are asked for twice as many each time.
        let mut at_once = 1;
        while !ways.is_empty() {
            let mut rest = Vec::new();
            let some = (self.batch_size / at_once).max(1);
            let mut waiting = ways.into_iter();
            loop {
                let round: Vec<(u32, Way)> = waiting.by_ref().take(some).collect();
                if round.is_empty() {
                    break;
                }
                self.choose(rows, round, at_once, &mut chosen, &mut rest)?;
            }
            (ways, at_once) = (rest, at_once.saturating_mul(2).min(self.batch_size));
        }
        chosen.sort_unstable_by_key(|(_, passing)| *passing);
        Ok(chosen)
    }

    /// Takes the next candidates of some rows; who has found none among them goes on later.
    fn choose(
        &self,
        rows: &Rows,
        round: Vec<(u32, Way)>,
        at_once: usize,
        chosen: &mut Vec<(u32, u32)>,
        later: &mut Vec<(u32, Way)>,
    ) -> Result<()> {
        let (mut held, mut passing, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        let mut round: Vec<(u32, Way)> = round;
        for (row, way) in &mut round {
            let before = held.len();
            held.extend(std::iter::from_fn(|| way.next(&self.held.spans)).take(at_once));
            passing.resize(held.len(), *row);
            counts.push(held.len() - before);
        }
        let holds = self.holds(rows, &held, &passing)?;
        let mut start = 0;
        for ((row, way), count) in round.into_iter().zip(counts) {
            let candidates = start..start + count;
            start += count;
            match candidates.clone().find(|at| holds.as_ref().is_none_or(|holds| holds[*at])) {
                Some(at) => chosen.push((held[at], row)),
                None if count == at_once => later.push((row, way)),
                None => {}
            }
        }
        Ok(())
    }

    /// Rows of the held side that wait for whether they have a partner.
    fn leftovers(&mut self) -> Result<Option<RecordBatch>> {
        let count = u32::try_from(self.held.rows.num_rows()).unwrap_or(u32::MAX);
        let Some(start) = self.left.filter(|next| *next < count) else { return Ok(None) };
        let end = count.min(start.saturating_add(u32::try_from(self.batch_size).unwrap_or(u32::MAX)));
        self.left = Some(end);
        let met: Vec<bool> = (start..end).map(|row| self.held.is_met(row)).collect();
        let wanted = |row: &u32| match self.task.join_type {
            JoinType::LeftSemi => met[(*row - start) as usize],
            JoinType::LeftMark => true,
            _ => !met[(*row - start) as usize],
        };
        let rows: UInt32Array = (start..end).filter(wanted).collect::<Vec<_>>().into();
        let none = UInt32Array::new_null(rows.len());
        let empty = RecordBatch::new_empty(self.input.schema());
        let mark = (self.task.join_type == JoinType::LeftMark).then(|| met.into());
        self.task.given(&self.held, &empty, &rows, &none, mark.as_ref()).map(Some)
    }
}

impl Task {
    /// The rows of a batch of the passing side that wait for whether they have a partner.
    fn passed(&self, held: &Held, rows: &Rows) -> Result<RecordBatch> {
        let met = BooleanArray::from(rows.met.clone());
        let wanted = |row: &u32| match self.join_type {
            JoinType::RightSemi => rows.met[*row as usize],
            JoinType::RightMark => true,
            JoinType::Right | JoinType::Full | JoinType::RightAnti => !rows.met[*row as usize],
            _ => false,
        };
        let count = u32::try_from(rows.met.len()).unwrap_or(u32::MAX);
        let passing: UInt32Array = (0..count).filter(wanted).collect::<Vec<_>>().into();
        // A mark is of each of the rows; other kinds give out some of them, and none.
        let mark = (self.join_type == JoinType::RightMark).then_some(&met);
        self.given(held, &rows.rows, &UInt32Array::new_null(passing.len()), &passing, mark)
    }

    /// The output of pairs. A side whose place is NULL is NULL; the mark tells whether a row was met.
    fn given(
        &self,
        held: &Held,
        rows: &RecordBatch,
        places: &UInt32Array,
        passing: &UInt32Array,
        mark: Option<&BooleanArray>,
    ) -> Result<RecordBatch> {
        let side = |column: &ArrayRef, places: &UInt32Array| match places.null_count() == places.len() {
            true => Ok(new_null_array(column.data_type(), places.len())),
            false => take(column, places, None),
        };
        let column = |index: &ColumnIndex| match index.side {
            JoinSide::Left => side(held.rows.column(index.index), places),
            JoinSide::Right => side(rows.column(index.index), passing),
            JoinSide::None => {
                Ok(Arc::new(mark.cloned().unwrap_or_else(|| vec![true; places.len()].into())) as ArrayRef)
            }
        };
        let columns = self.columns.iter().map(column).collect::<std::result::Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(places.len()));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?)
    }
}
