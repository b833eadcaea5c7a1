//! Only the rows that an earlier run of a statement did not bring.
//!
//! Rows are told apart by 128 bits over all their columns, and counted: a row that comes twice is new once more than it
//! came before. Only the last run is remembered, so memory is that of one result.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use datafusion::common::hash_utils::{RandomState, create_hashes};
use datafusion::error::Result;

/// The rows of the last run, and those of the present one so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    last: HashMap<(u64, u64), u64>,
    now: HashMap<(u64, u64), u64>,
}

impl Seen {
    /// The run is over: its rows are those to compare with.
    pub(super) fn next_run(&mut self) {
        self.last = std::mem::take(&mut self.now);
    }

    /// The new rows of a batch.
    pub(super) fn only_new(&mut self, rows: &RecordBatch) -> Result<RecordBatch> {
        let keys = keys(rows)?;
        let is_new = |key: (u64, u64)| {
            let count = self.now.entry(key).or_default();
            *count += 1;
            *count > self.last.get(&key).copied().unwrap_or_default()
        };
        let mask: BooleanArray = keys.into_iter().map(is_new).map(Some).collect();
        Ok(filter_record_batch(rows, &mask)?)
    }
}

fn keys(rows: &RecordBatch) -> Result<Vec<(u64, u64)>> {
    let hashes = |seed| {
        let mut buffer = vec![0; rows.num_rows()];
        let columns = rows.columns().iter().map(Arc::clone);
        create_hashes(columns, &RandomState::with_seed(seed), &mut buffer).map(|_| ())?;
        Ok::<_, datafusion::error::DataFusionError>(buffer)
    };
    Ok(hashes(0x61_75_64_69)?.into_iter().zip(hashes(0x74_71_6c_21)?).collect())
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, AsArray, StringArray};

    use super::*;

    fn new(seen: &mut Seen, rows: &[&str]) -> Vec<String> {
        let column: ArrayRef = Arc::new(StringArray::from(rows.to_vec()));
        let rows = seen.only_new(&RecordBatch::try_from_iter([("x", column)]).unwrap()).unwrap();
        rows.column(0).as_string::<i32>().iter().flatten().map(str::to_owned).collect()
    }

    #[test]
    fn a_row_is_new_as_often_as_it_came_more_often_than_before() {
        let mut seen = Seen::default();
        assert_eq!(new(&mut seen, &["a", "b", "a"]), ["a", "b", "a"]);
        seen.next_run();
        assert_eq!(new(&mut seen, &["a"]), [""; 0]);
        assert_eq!(new(&mut seen, &["c", "a", "a"]), ["c", "a"], "the third a of this run");
        seen.next_run();
        assert_eq!(new(&mut seen, &["b"]), ["b"], "only the last run is remembered");
    }
}
