//! What a scan wants of the files that it reads, and what it says of them.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::decode::folded;
use crate::exports::{Always, Instead, Remark, Wanted};
use crate::table::{Column, Edm, EntitySet};
use crate::tally::Notice;

/// What a scan of these columns wants.
pub(crate) fn wanted(set: &EntitySet, columns: &[&'static Column]) -> Arc<Wanted> {
    let times = columns.iter().filter(|column| matches!(column.edm, Edm::Instant)).flat_map(|column| names(column));
    let of = |name: &str| set.column(name).map(names).into_iter().flatten().collect::<HashSet<String>>();
    let always = |name: &str| Always { column: name.to_owned(), names: of(name), is_time: set.time == Some(name) };
    let single = set.time.into_iter().chain([set.key]).map(always);
    let actor = set.actors.first().map(|first| {
        let names = set.actors.iter().flat_map(|name| of(name)).collect();
        Always { column: (*first).to_owned(), names, is_time: false }
    });
    // Shapes that people cut down may lack the outcome: a question about it has to hear of that.
    let outcome = set.versions.outcome.map(|outcome| outcome.path[0]);
    let outcome = outcome.filter(|name| columns.iter().any(|column| column.name == *name));
    let always = single.chain(actor).chain(outcome.map(always)).collect();
    Arc::new(Wanted { family: set.family, times: times.collect(), always })
}

/// The names of members that may fill a column, folded.
fn names(column: &'static Column) -> impl Iterator<Item = String> {
    let flat = column.fields().iter().chain([column]).filter_map(|field| field.flat).flat_map(|flat| flat.of);
    std::iter::once(&column.wire).chain(column.aliases).chain(flat).copied().map(folded)
}

/// What was found in all files that there is no table for.
#[derive(Debug, Default)]
pub(crate) struct Others(BTreeMap<String, Other>);

#[derive(Debug)]
struct Other {
    count: u64,
    files: u64,
    first: String,
}

impl Others {
    /// What there is to say of a file. What there is no table for is said once for all files, and when one is over.
    pub(crate) fn notices(&mut self, file: &str, remarks: Vec<Remark>, at_end: bool) -> Vec<Notice> {
        let notice = |remark| {
            let file = file.to_owned();
            Some(match remark {
                Remark::Other { what, count } if at_end => self.add(what, count, file),
                Remark::Other { .. } => return None,
                Remark::Order { members, day_first, example } => {
                    Notice::AssumedOrder { file, members: members.join(", "), day_first, example }
                }
                Remark::Contrary { member, day_first, example, either } => {
                    Notice::ContraryOrder { file, member, day_first, example, either }
                }
                Remark::Bare { count, shown } => Notice::BareRecords { file, count, shown },
                Remark::Empty { column, instead: Some(Instead::TakenIn(member)) } => {
                    Notice::TimeTakenIn { file, column, member }
                }
                Remark::Empty { column, instead } => {
                    let local = instead.map(|(Instead::Local(member) | Instead::TakenIn(member))| member);
                    Notice::EmptyColumn { file, column, local }
                }
            })
        };
        remarks.into_iter().filter_map(notice).collect()
    }

    fn add(&mut self, what: String, count: u64, file: String) -> Notice {
        let other = self.0.entry(what.clone()).or_insert(Other { count: 0, files: 0, first: file });
        (other.count, other.files) = (other.count + count, other.files + 1);
        Notice::OtherRecords { what, count: other.count, files: other.files, first: other.first.clone() }
    }
}
