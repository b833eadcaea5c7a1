//! The members that are declared of a table's records.
//!
//! Blobs of the feed hold records of many kinds, and a file those of several tables: what any table of a family declares is
//! known, whichever of them is read.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::apis;
use crate::decode::Declared;
use crate::table::{EntitySet, Family};

static DECLARED: LazyLock<BTreeMap<Family, Arc<Declared>>> = LazyLock::new(|| {
    let of = |family: Family| {
        let sets = apis::ALL.iter().filter(|set| set.family == family);
        Arc::new(Declared::of(sets.flat_map(|set| set.columns)))
    };
    apis::ALL.iter().map(|set| (set.family, of(set.family))).collect()
});

/// What is declared of the records that a table's are among.
pub(crate) fn declared(set: &EntitySet) -> Arc<Declared> {
    DECLARED.get(&set.family).cloned().unwrap_or_default()
}
