//! What a page says about itself: order, keys, kinds. Read off the decoded columns.

use std::hash::{DefaultHasher, Hash, Hasher};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray, TimestampMicrosecondArray};
use arrow::datatypes::TimestampMicrosecondType;

use crate::plan::PageFacts;
use crate::table::EntitySet;

/// The columns of a page that the engine itself reads.
pub(crate) struct Marks<'a> {
    /// The times of the records, if they are events.
    pub(crate) times: Option<&'a TimestampMicrosecondArray>,
    pub(crate) keys: &'a StringViewArray,
    /// The tenants of the records, where those of several can come together.
    pub(crate) tenants: Option<&'a StringViewArray>,
}

impl<'a> Marks<'a> {
    /// The time and key columns. A scan always decodes them, whatever the query asks for.
    pub(crate) fn of(set: &EntitySet, rows: &'a RecordBatch) -> Self {
        let column = |name: &str| -> &'a ArrayRef { rows.column_by_name(name).expect("a scan decodes time and key") };
        Self {
            times: set.time.map(|name| column(name).as_primitive::<TimestampMicrosecondType>()),
            keys: column(set.key).as_string_view(),
            tenants: set.within.map(|name| column(name).as_string_view()),
        }
    }

    /// The id of a row's record, unless it has none or an empty one.
    pub(crate) fn id(&self, row: usize) -> Option<&'a str> {
        let id = self.keys.is_valid(row).then(|| self.keys.value(row));
        id.filter(|id| !id.is_empty())
    }

    pub(crate) fn facts(&self, next: Option<String>) -> PageFacts {
        let mut facts = PageFacts { next, rows: self.keys.len(), falling: true, rising: true, ..PageFacts::default() };
        let mut hasher = DefaultHasher::new();
        for row in 0..self.keys.len() {
            if self.keys.is_null(row) || self.keys.value(row).is_empty() {
                facts.keyless += 1;
            } else {
                let key = hash_of(self.keys.value(row));
                hasher.write_u64(key);
                facts.keys.push(key);
            }
            let Some(times) = self.times else { continue };
            if times.is_null(row) {
                facts.timeless += 1;
                continue;
            }
            let time = times.value(row);
            facts.falling &= facts.last.is_none_or(|last| time <= last);
            facts.rising &= facts.last.is_none_or(|last| time >= last);
            facts.first = facts.first.or(Some(time));
            facts.last = Some(time);
        }
        facts.fingerprint = hasher.finish();
        facts
    }

    /// The oldest time among the rows.
    pub(crate) fn oldest(&self) -> Option<i64> {
        arrow::compute::min(self.times?)
    }

    /// The newest time among the rows.
    pub(crate) fn newest(&self) -> Option<i64> {
        arrow::compute::max(self.times?)
    }
}

fn hash_of(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// The key of the first row whose list does not hold the member. A row without a list is no such row.
pub(crate) fn first_without(rows: &RecordBatch, list: &str, member: &str) -> Option<usize> {
    let lists = rows.column_by_name(list)?.as_list_opt::<i32>()?;
    let holds = |row: usize| {
        let items = lists.value(row);
        items.as_string_view_opt().is_some_and(|items| items.iter().flatten().any(|item| item == member))
    };
    (0..lists.len()).find(|&row| lists.is_valid(row) && !holds(row))
}
