//! Records by what identifies them: tenant and id, as a hash.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use arrow::array::Array as _;

use super::page_stats::Marks;

/// The hash of a key, 128 bits in words that need no room between them.
pub(crate) type Key = [u32; 4];

/// What is known of each key: one word.
pub(crate) type SeenKeys = HashMap<Key, u32>;

/// Bytes that an entry of [`SeenKeys`] takes: the hash, the word, and the table's own share.
pub(crate) const ENTRY: usize = 48;

/// How keys are made. The seeds are its own: two of these make two keys of one record.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    /// The connection's tenant: that of records which name none.
    tenant: String,
    states: (RandomState, RandomState),
}

impl Keys {
    pub(crate) fn new(tenant: &str) -> Self {
        Self { tenant: tenant.to_ascii_lowercase(), states: (RandomState::new(), RandomState::new()) }
    }

    /// The key of a row; `None` for a record without an id, or with an empty one, which is a copy of nothing.
    pub(crate) fn of(&self, marks: &Marks<'_>, row: usize) -> Option<Key> {
        let id = marks.id(row)?;
        let tenant = marks.tenants.filter(|tenants| tenants.is_valid(row)).map(|tenants| tenants.value(row));
        // One tenant's id is spelled in lower case or upper; nearly all records are of the connection's own.
        let tenant = tenant.filter(|tenant| !tenant.eq_ignore_ascii_case(&self.tenant));
        let whole = (tenant.map(str::to_ascii_lowercase), id);
        let (high, low) = (self.states.0.hash_one(&whole), self.states.1.hash_one(&whole));
        Some([upper(high), lower(high), upper(low), lower(low)])
    }
}

fn upper(hash: u64) -> u32 {
    lower(hash >> 32)
}

/// The lower half of a hash.
#[expect(clippy::cast_possible_truncation, reason = "half of it is what is wanted")]
pub(crate) fn lower(hash: u64) -> u32 {
    hash as u32
}
