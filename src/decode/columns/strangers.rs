//! Members that no column declares: counted by path, so that what a service adds is seen.
//!
//! They cost next to nothing: a name is looked up in the declaration once (see [`names`](super::names)), and every further
//! meeting is one addition in the place where the member is stepped over. What a hostile page invents is bounded: past
//! [`MOST`] names, and for names that are too long to be one, only a total is kept.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::decode::text::folded;
use crate::table::Column;

/// Members that are told apart, over all batches of a decoder.
const MOST: usize = 512;

/// The number of all members that are not told apart.
pub(in crate::decode) const UNLISTED: u32 = u32::MAX;

/// The names of members that columns declare, in any spelling.
#[derive(Debug, Default)]
pub struct Declared(HashSet<String>);

impl Declared {
    /// Those of these columns of a record: their own, other names that they have, and members that they are made of.
    pub fn of<'c>(columns: impl IntoIterator<Item = &'c Column>) -> Self {
        let made = |column: &Column| [column.derived, column.flat].into_iter().flatten().flat_map(|made| made.of);
        let names = |column: &'c Column| {
            let of_fields = column.fields().iter().flat_map(made);
            [&column.wire].into_iter().chain(column.aliases).chain(made(column)).chain(of_fields)
        };
        Self(columns.into_iter().flat_map(names).map(|name| folded(name)).collect())
    }

    pub(super) fn has(&self, name: &[u8]) -> bool {
        std::str::from_utf8(name).is_ok_and(|name| self.0.contains(&folded(name)))
    }
}

/// A member that no column declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undeclared {
    /// The column that it is in, as SQL writes it, and its name in the record: `target_resources[].newName`.
    pub member: String,
    /// How often it was met.
    pub count: u64,
    /// Key of the first record that has it, if that has one.
    pub first_id: Option<String>,
}

/// The members of a batch that no column declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strange {
    /// Those that are told apart.
    pub members: Vec<Undeclared>,
    /// How often another one was met, past the number that is told apart.
    pub unlisted: u64,
}

/// What was met of them since the last batch.
#[derive(Debug, Default)]
pub(in crate::decode) struct Strangers {
    on: bool,
    all: Vec<Undeclared>,
    /// Those of which the first is in the record that is being read: its key may be yet to come.
    unsigned: Vec<usize>,
    unlisted: u64,
}

impl Strangers {
    /// Members are noticed from now on.
    pub(in crate::decode) fn notice(&mut self) {
        self.on = true;
    }

    pub(in crate::decode) fn is_on(&self) -> bool {
        self.on
    }

    /// The number of a member. What a protocol writes beside the record's own members is none.
    #[cold]
    pub(in crate::decode) fn number(&mut self, path: &str, name: &[u8]) -> Option<u32> {
        let name = String::from_utf8_lossy(name);
        if name.starts_with("odata.") || name.contains("@odata.") {
            return None;
        }
        if self.all.len() == MOST {
            return Some(UNLISTED);
        }
        let member = if path.is_empty() { Cow::into_owned(name) } else { format!("{path}.{name}") };
        self.all.push(Undeclared { member, count: 0, first_id: None });
        u32::try_from(self.all.len() - 1).ok()
    }

    /// Counts a member of the record that is being read.
    #[inline]
    pub(in crate::decode) fn meet(&mut self, number: u32) {
        let Some(member) = self.all.get_mut(number as usize) else {
            self.unlisted += 1;
            return;
        };
        if member.count == 0 {
            self.unsigned.push(number as usize);
        }
        member.count += 1;
    }

    /// Those that wait for the key of their first record.
    pub(in crate::decode) fn are_unsigned(&self) -> bool {
        !self.unsigned.is_empty()
    }

    pub(in crate::decode) fn sign(&mut self, id: Option<&String>) {
        for at in self.unsigned.drain(..) {
            self.all[at].first_id = id.cloned();
        }
    }

    /// What was counted; counting starts anew, numbers stay.
    pub(in crate::decode) fn take(&mut self) -> Strange {
        self.unsigned.clear();
        let met = self.all.iter_mut().filter(|member| member.count > 0).map(|member| {
            let taken = member.clone();
            (member.count, member.first_id) = (0, None);
            taken
        });
        Strange { members: met.collect(), unlisted: std::mem::take(&mut self.unlisted) }
    }
}
