//! What has to be said of a file whose records were read: what stayed empty, what was assumed, what was left out.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::recognise::without_zone;
use crate::decode::{Member, Outline, Text, folded};
use crate::table::Family;

/// Something that has to be said of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// It holds things that there is no table for.
    Other {
        /// What, in the plural.
        what: String,
        /// How many.
        count: u64,
    },
    /// The dates do not show whether the day or the month comes first.
    Order {
        /// The members.
        members: Vec<String>,
        /// What was assumed.
        day_first: bool,
        /// The first such date.
        example: String,
    },
    /// The dates of a member show both that the day comes first and that the month does.
    Contrary {
        /// The member.
        member: String,
        /// What the first of them showed; all are read so.
        day_first: bool,
        /// The first that shows the other order.
        example: String,
        /// The first that could be of either.
        either: Option<String>,
    },
    /// Records of which only an outer part is there.
    Bare {
        /// How many.
        count: u64,
        /// What stands in place of the first one's data.
        shown: String,
    },
    /// Every record lacks something that each has.
    Empty {
        /// What, as the table calls it.
        column: String,
        /// A member that holds something like it.
        instead: Option<Instead>,
    },
}

/// What holds something like a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// A time of a clock whose zone nobody knows.
    Local(String),
    /// The time at which the record was taken in; it is used.
    TakenIn(String),
}

/// What is wanted of a file's records.
#[derive(Debug)]
pub struct Wanted {
    /// Which records.
    pub family: Family,
    /// Folded names of members that are times.
    pub times: HashSet<String>,
    /// What each record has.
    pub always: Vec<Always>,
}

impl Wanted {
    /// Whether a member of that name is a time.
    pub(super) fn is_time(&self, name: &str) -> bool {
        self.times.contains(&folded(name))
    }
}

/// What each record has.
#[derive(Debug)]
pub struct Always {
    /// What the table calls it.
    pub column: String,
    /// The folded names of the members.
    pub names: HashSet<String>,
    /// Whether it is the record's own time.
    pub is_time: bool,
}

/// Kinds of things without a table that are told apart in a file.
const MOST_KINDS: usize = 32;

/// The member of `OfficeActivity` that says when a record was taken in.
const TAKEN_IN: &str = "starttime";

/// What was seen in a file, or in a part of it.
#[derive(Debug)]
pub struct Remarks {
    wanted: Option<Arc<Wanted>>,
    /// What no record has had, by its place among what is wanted.
    empty: Vec<usize>,
    instead: Option<Instead>,
    records: u64,
    others: BTreeMap<String, u64>,
    bare: Option<(u64, String)>,
}

impl Remarks {
    /// Nothing was seen yet, by someone who wants these records.
    pub fn new(wanted: Option<Arc<Wanted>>) -> Self {
        let empty = (0..wanted.as_ref().map_or(0, |wanted| wanted.always.len())).collect();
        Self { wanted, empty, instead: None, records: 0, others: BTreeMap::new(), bare: None }
    }

    /// Counts something that there is no table for.
    pub(super) fn other(&mut self, what: String) {
        self.add(what, 1);
    }

    fn add(&mut self, what: String, count: u64) {
        let full = self.others.len() >= MOST_KINDS && !self.others.contains_key(&what);
        *self.others.entry(if full { "records of other kinds".into() } else { what }).or_default() += count;
    }

    /// Takes note of a record.
    pub(super) fn record(&mut self, family: Family, bare: Option<String>, (record, outline): (Text<'_>, &Outline)) {
        if self.wanted.as_ref().is_none_or(|wanted| wanted.family != family) {
            return;
        }
        self.records += 1;
        if let Some(shown) = bare {
            self.bare.get_or_insert((0, shown)).0 += 1;
        }
        // Nearly always the first record of a part has all that each has.
        if !self.empty.is_empty() {
            self.look_for_empty(record, outline);
        }
    }

    fn look_for_empty(&mut self, record: Text<'_>, outline: &Outline) {
        let Some(wanted) = self.wanted.clone() else { return };
        let members = outline.members(record);
        self.empty.retain(|at| {
            let Always { names, is_time, .. } = &wanted.always[*at];
            !members.iter().filter(|member| is_filled(member)).map(|member| folded(&member.name)).any(|name| {
                // A time that only comes near to it is said to do so.
                names.contains(&name) && !(*is_time && name == TAKEN_IN)
            })
        });
        let time = self.empty.iter().map(|at| &wanted.always[*at]).find(|always| always.is_time);
        if let Some(time) = time.filter(|_| self.instead.is_none()) {
            self.instead = members.iter().find_map(|member| instead(member, &time.names));
        }
    }

    /// Adds what was seen in a later part of the file.
    pub fn join(&mut self, later: Self) {
        self.empty.retain(|at| later.empty.contains(at));
        self.instead = self.instead.take().or(later.instead);
        self.records += later.records;
        for (what, count) in later.others {
            self.add(what, count);
        }
        if let Some((count, shown)) = later.bare {
            self.bare.get_or_insert((0, shown)).0 += count;
        }
    }

    /// What has to be said so far; what every record lacks is known `at_end` only.
    pub fn list(&self, at_end: bool) -> Vec<Remark> {
        let others = self.others.iter().map(|(what, count)| Remark::Other { what: what.clone(), count: *count });
        let bare = self.bare.iter().map(|(count, shown)| Remark::Bare { count: *count, shown: shown.clone() });
        let empty = self.empty.iter().filter(|_| at_end && self.records > 0).filter_map(|at| {
            let Always { column, is_time, .. } = &self.wanted.as_ref()?.always[*at];
            Some(Remark::Empty { column: column.clone(), instead: self.instead.clone().filter(|_| *is_time) })
        });
        others.chain(bare).chain(empty).collect()
    }
}

fn is_filled(member: &Member<'_>) -> bool {
    !matches!(member.value, b"null" | b"\"\"" | b"{}" | b"[]")
}

/// Whether a member holds something like a time of these names.
fn instead(member: &Member<'_>, names: &HashSet<String>) -> Option<Instead> {
    let bare = without_zone(&member.name);
    let name = || member.name.to_string();
    match folded(bare) {
        _ if !is_filled(member) => None,
        folded if folded == TAKEN_IN => Some(Instead::TakenIn(name())),
        folded if bare.len() < member.name.len() && names.contains(&folded) => Some(Instead::Local(name())),
        _ => None,
    }
}
