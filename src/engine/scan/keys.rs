//! Records by what identifies them: tenant and id, as a hash.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher};

use ahash::RandomState;
use arrow::array::Array as _;

use super::page_stats::Marks;

/// The hash of a key: 96 bits, so that with the word that is known of it an entry has 16 bytes and lies in one line of the cache. Of
/// a hundred million keys two are the same by chance once in some 10^13 times.
pub(crate) type Key = [u32; 3];

/// What is known of each key: one word.
pub(crate) type SeenKeys = HashMap<Key, u32, BuildHasherDefault<Itself>>;

/// Keys are hashes with a seed already, so nothing is gained by hashing them again.
#[derive(Debug, Default)]
pub(crate) struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let half = bytes.first_chunk::<8>().copied().unwrap_or_default();
        self.0 ^= u64::from_ne_bytes(half);
    }

    /// The length of a key is the same for all.
    fn write_usize(&mut self, _: usize) {}
}

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
        let mut room = [0; ROOM];
        let tenant = lower_case(tenant, &mut room);
        let (high, low) = (hash(&self.states.0, tenant.as_deref(), id), hash(&self.states.1, tenant.as_deref(), id));
        Some([upper(high), lower(high), upper(low)])
    }
}

/// Bytes of the name of a tenant that are no reason to ask for memory. One has 36.
const ROOM: usize = 64;

fn lower_case<'r>(tenant: Option<&str>, room: &'r mut [u8; ROOM]) -> Option<Cow<'r, [u8]>> {
    let tenant = tenant?.as_bytes();
    Some(match room.get_mut(..tenant.len()) {
        Some(room) => {
            room.copy_from_slice(tenant);
            room.make_ascii_lowercase();
            Cow::Borrowed(room)
        }
        None => Cow::Owned(tenant.to_ascii_lowercase()),
    })
}

fn hash(state: &RandomState, tenant: Option<&[u8]>, id: &str) -> u64 {
    let mut hasher = state.build_hasher();
    // Where the tenant ends and the id begins is part of it.
    hasher.write_usize(tenant.map_or(0, |tenant| tenant.len() + 1));
    hasher.write(tenant.unwrap_or_default());
    hasher.write(id.as_bytes());
    hasher.finish()
}

fn upper(hash: u64) -> u32 {
    lower(hash >> 32)
}

/// The lower half of a hash.
#[expect(clippy::cast_possible_truncation, reason = "half of it is what is wanted")]
pub(crate) fn lower(hash: u64) -> u32 {
    hash as u32
}
