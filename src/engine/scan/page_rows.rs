//! The rows of a page as the scan gives them on: of the kind that was asked for, with the record they belong to, within the
//! chain's own range of time.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, ListBuilder, RecordBatch, StringViewArray, StringViewBuilder};
use arrow::compute::filter_record_batch;

use super::RemoteScan;
use super::page_stats::{Marks, first_without};
use crate::decode::Page;
use crate::engine::error::Error;
use crate::plan::PageQuery;
use crate::table::{ApiVersion, EntitySet};
use crate::time::Interval;

/// The rows of a page with what the service does not send because the request said it. Every row has to be of the kind that
/// was asked for.
///
/// # Errors
/// When a row is of another kind: what the service did with the condition, nobody knows.
pub(super) fn named(scan: &RemoteScan, query: &PageQuery, page: &Page) -> Result<RecordBatch, Error> {
    Ok(with_parent(query, of_kind(scan, query, page)?))
}

/// Version 1.0 knows one kind only and does not name it.
fn of_kind(scan: &RemoteScan, query: &PageQuery, page: &Page) -> Result<RecordBatch, Error> {
    let rows = page.rows.clone();
    let (Some(population), Some(kind)) = (&query.pages.population, query.kind) else { return Ok(rows) };
    if query.version == ApiVersion::V1 {
        return Ok(named_kind(&rows, population.column, kind.member));
    }
    // A list of the wrong type is NULL as well. One with a wrong element is not: it excuses no other row.
    let odd = page.conflicts.iter().filter(|c| c.column == population.column);
    let unnamed = rows.column_by_name(population.column).map_or(0, |lists| lists.null_count());
    let other = first_without(&rows, population.column, kind.member)
        .or_else(|| (unnamed as u64 > odd.map(|c| c.count).sum()).then_some(0));
    let Some(row) = other else { return Ok(rows) };
    let keys = Marks::of(query.set, &rows).keys;
    let first_id = scan.veil().told_name(keys.iter().nth(row).flatten().unwrap_or("without id"));
    Err(Error::KindIgnored { table: scan.table(), kind: kind.member, first_id })
}

/// The key of the record whose listing it is, in every row: the service does not send it.
fn with_parent(query: &PageQuery, rows: RecordBatch) -> RecordBatch {
    let found = query.set.parent().zip(query.parent.as_deref());
    let Some((at, key)) = found.and_then(|(parent, key)| Some((rows.schema().index_of(parent.column).ok()?, key)))
    else {
        return rows;
    };
    let mut columns = rows.columns().to_vec();
    columns[at] = Arc::new(StringViewArray::from_iter_values(std::iter::repeat_n(key, rows.num_rows())));
    RecordBatch::try_new(rows.schema(), columns).expect("a text replaces a text")
}

/// The rows within a chain's own range, if it has one. A row without a time belongs to whoever reads it.
pub(super) fn within(set: &EntitySet, own: Option<Interval>, rows: RecordBatch) -> RecordBatch {
    let Some(own) = own else { return rows };
    let inside = |t: i64| own.from.is_none_or(|from| from <= t) && own.to.is_none_or(|to| t <= to);
    let Some(times) = Marks::of(set, &rows).times else { return rows };
    let mask: BooleanArray = times.iter().map(|t| Some(t.is_none_or(inside))).collect();
    filter_record_batch(&rows, &mask).expect("the mask is as long as the batch")
}

/// The rows with the kind filled in.
fn named_kind(rows: &RecordBatch, column: &str, member: &str) -> RecordBatch {
    let Ok(at) = rows.schema().index_of(column) else { return rows.clone() };
    let mut lists = ListBuilder::new(StringViewBuilder::new());
    for _ in 0..rows.num_rows() {
        lists.values().append_value(member);
        lists.append(true);
    }
    let mut columns = rows.columns().to_vec();
    columns[at] = Arc::new(lists.finish()) as ArrayRef;
    RecordBatch::try_new(rows.schema(), columns).expect("a list of text replaces a list of text")
}
