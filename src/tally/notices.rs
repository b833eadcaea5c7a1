//! The notices of a statement: one of a kind about a thing is said once, with its number.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};

use super::{Notice, Stands};

#[derive(Debug, Default)]
pub(super) struct Notices {
    list: Vec<Notice>,
    /// Where a notice of a kind, about a thing and a part of it, stands in the list.
    places: HashMap<(Discriminant<Notice>, String, String), usize>,
}

impl Notices {
    /// All of them, in the order in which they first came.
    pub(super) fn all(&self) -> Vec<Notice> {
        self.list.clone()
    }

    /// Adds one, or counts it with the one of its kind about the same thing.
    pub(super) fn add(&mut self, notice: Notice) {
        let (thing, part) = match &notice {
            Notice::TypeConflicts { table, column, .. } => (table.clone(), column.clone()),
            Notice::DifferingDuplicates { table, stands, .. } => (table.clone(), format!("{stands:?}")),
            Notice::WeakerFilter { table, dropped, .. } => (table.clone(), dropped.clone()),
            Notice::KeysNotSent { table, because, .. } => (table.clone(), because.clone()),
            Notice::CapReached { table, cap, .. } => (table.clone(), cap.to_string()),
            Notice::PartOfPopulation { table, what } => (table.clone(), what.clone()),
            Notice::CountedThere { table } => (table.clone(), String::new()),
            Notice::CountedOtherwise { table, by, .. } => (table.clone(), by.clone()),
            Notice::PacedAlone { .. } => (String::new(), String::new()),
            Notice::Misplaced { table, content_type, .. } => (table.clone(), content_type.clone()),
            Notice::NotThere { table, .. } => (table.clone(), String::new()),
            Notice::Reach { table, .. } => (table.clone(), String::new()),
            Notice::LeftRunning { table, id } => (table.clone(), id.to_string()),
            Notice::Nothing { table, because } => (table.clone(), because.to_string()),
            Notice::NoneLeft { because } => (because.clone(), String::new()),
            Notice::Timeline { of, period, sources, .. } => (format!("{of} {period}"), sources.join(" ")),
            Notice::Incomplete { missing } => (missing.clone(), String::new()),
            Notice::NextPages { .. } => (String::new(), String::new()),
            Notice::Kept { table, .. } => (table.clone(), String::new()),
            Notice::Reused { table, kept, .. } => (table.clone(), kept.clone()),
            Notice::FetchedAgain { table, .. } => (table.clone(), String::new()),
            Notice::UnreadLines { file, .. } => (file.clone(), String::new()),
            Notice::UnreadFile { file, .. } => (file.clone(), String::new()),
            Notice::DoubtfulTimes { file, what, .. } => (file.clone(), (*what).to_owned()),
            Notice::Grown { file } | Notice::NoColumn { file, .. } => (file.clone(), String::new()),
            Notice::Assumed { table, what, .. } => (table.clone(), what.clone()),
            Notice::OrderRefused { table, .. } => (table.clone(), String::new()),
            Notice::FilesSkipped { within, .. } => (within.clone(), String::new()),
            Notice::Hidden { within, .. } => (within.clone(), String::new()),
            Notice::Spreadsheets { within, .. } => (within.clone(), String::new()),
            Notice::OtherRecords { what, .. } => (what.clone(), String::new()),
            Notice::AssumedOrder { file, members, .. } => (file.clone(), members.clone()),
            Notice::BareRecords { file, .. } => (file.clone(), String::new()),
            Notice::EmptyColumn { file, column, .. } => (file.clone(), column.clone()),
            Notice::TimeTakenIn { file, column, .. } => (file.clone(), column.clone()),
            Notice::RepeatedMembers { table, column, .. } => (table.clone(), column.clone()),
            Notice::CutValues { table, column, .. } => (table.clone(), column.clone()),
            Notice::Contradicted { table, column, .. } => (table.clone(), column.clone()),
        };
        let subject = (discriminant(&notice), thing, part);
        let Some(&at) = self.places.get(&subject) else {
            self.places.insert(subject, self.list.len());
            self.list.push(notice);
            return;
        };
        match (&mut self.list[at], notice) {
            // Two scans of the same files find the same.
            (
                Notice::DifferingDuplicates { count, stands: Stands::Last, .. },
                Notice::DifferingDuplicates { count: other, .. },
            ) => *count = other.max(*count),
            (Notice::TypeConflicts { count, .. }, Notice::TypeConflicts { count: more, .. })
            | (Notice::RepeatedMembers { count, .. }, Notice::RepeatedMembers { count: more, .. })
            | (Notice::CutValues { count, .. }, Notice::CutValues { count: more, .. })
            | (Notice::Contradicted { count, .. }, Notice::Contradicted { count: more, .. })
            | (Notice::DifferingDuplicates { count, .. }, Notice::DifferingDuplicates { count: more, .. })
            | (Notice::NotThere { count, .. }, Notice::NotThere { count: more, .. })
            | (Notice::Misplaced { count, .. }, Notice::Misplaced { count: more, .. }) => {
                *count += more;
            }
            (Notice::CapReached { answers, pieces, .. }, Notice::CapReached { answers: more, pieces: others, .. }) => {
                (*answers, *pieces) = (*answers + more, *pieces + others);
            }
            (Notice::NextPages { files }, Notice::NextPages { files: more }) => {
                files.extend(more.into_iter().filter(|file| !files.contains(file)).collect::<Vec<_>>());
            }
            // Two scans of one file, or one scan on its way: the same lines.
            (Notice::UnreadLines { count, .. }, Notice::UnreadLines { count: other, .. })
            | (Notice::DoubtfulTimes { count, .. }, Notice::DoubtfulTimes { count: other, .. }) => {
                *count = other.max(*count);
            }
            (Notice::BareRecords { count, .. }, Notice::BareRecords { count: other, .. }) => *count = other.max(*count),
            (Notice::OtherRecords { count, files, .. }, Notice::OtherRecords { count: other, files: others, .. }) => {
                (*count, *files) = (other.max(*count), others.max(*files));
            }
            (Notice::Reach { oldest, .. }, Notice::Reach { oldest: other, .. }) if other < *oldest => *oldest = other,
            _ => {}
        }
    }
}
