//! The notices of a statement: one of a kind about a thing is said once, with its number.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};

use super::{Because, Notice, Stands};

#[derive(Debug, Default)]
pub(super) struct Notices {
    list: Vec<Notice>,
    /// Where a notice of a kind, about a thing and a part of it, stands in the list.
    places: HashMap<(Discriminant<Notice>, String, String), usize>,
}

impl Notices {
    /// All of them, in the order in which they first came.
    pub(super) fn all(&self) -> Vec<Notice> {
        self.list.iter().filter(|notice| !self.is_told(notice)).map(|notice| self.in_its_words(notice)).collect()
    }

    /// Whether a notice contradicts what a timeline says of its period: the bound is on another time of the table.
    fn is_told(&self, notice: &Notice) -> bool {
        let Notice::Reach { table, .. } = notice else { return false };
        self.list.iter().any(|one| matches!(one, Notice::Timeline { sources, .. } if sources.contains(table)))
    }

    /// A notice as it is said: whoever asks for a timeline has not written its conditions, and asked for somebody.
    fn in_its_words(&self, notice: &Notice) -> Notice {
        let Notice::Nothing { table, because: Because::Excluded { condition, records } } = notice else {
            return notice.clone();
        };
        let of_timeline = self.list.iter().find_map(|one| match one {
            Notice::Timeline { of, sources, .. } if sources.contains(table) && is_about(condition, of) => Some(of),
            _ => None,
        });
        let named = |of: &String| Because::NotNamed { of: of.clone(), records: *records };
        let because = of_timeline.map(named);
        because.map_or_else(|| notice.clone(), |because| Notice::Nothing { table: table.clone(), because })
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
            Notice::NullInList => (String::new(), String::new()),
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
            Notice::ContraryOrder { file, member, .. } => (file.clone(), member.clone()),
            Notice::AssumedOrder { file, members, .. } => (file.clone(), members.clone()),
            Notice::BareRecords { file, .. } => (file.clone(), String::new()),
            Notice::EmptyColumn { file, column, .. } => (file.clone(), column.clone()),
            Notice::TimeTakenIn { file, column, .. } => (file.clone(), column.clone()),
            Notice::RepeatedMembers { table, column, .. } => (table.clone(), column.clone()),
            Notice::CutValues { table, column, .. } => (table.clone(), column.clone()),
            Notice::OtherCase { table, column, .. } => (table.clone(), column.clone()),
            Notice::ComparedAsText { table, column, .. } => (table.clone(), column.clone()),
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
            // Two scans of one table, or of one in two tenants: at least so many.
            (Notice::OtherCase { count, .. }, Notice::OtherCase { count: other, .. }) => *count = other.max(*count),
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

/// Whether a condition compares with the value in `the user 'ana@contoso.com'`.
fn is_about(condition: &str, of: &str) -> bool {
    of.find('\'').is_some_and(|at| condition.contains(&of[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_timeline_it_is_said_whom_no_record_names() {
        let mut notices = Notices::default();
        notices.add(Notice::Timeline {
            of: "the address '10.0.0.1/32'".into(),
            period: "from then on".into(),
            sources: vec!["a.b".into()],
            left_out: Vec::new(),
            asked: String::new(),
            sql: String::new(),
            states: None,
        });
        let excluded = |condition: &str| Because::Excluded { condition: condition.into(), records: 7 };
        let of = |table: &str, because: Because| Notice::Nothing { table: table.into(), because };
        for table in ["a.b", "a.c"] {
            notices.add(of(table, excluded("ip_in(x, '10.0.0.1/32') OR ip_in(y, '10.0.0.1/32')")));
            notices.add(Notice::Reach { table: table.into(), oldest: "then".into() });
        }
        notices.add(of("a.b", excluded("operation = 'x'")));
        let said: Vec<String> = notices.all().iter().skip(1).map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "no rows from a.b: none of the 7 record(s) read names the address '10.0.0.1/32'",
                "no rows from a.c: none of the 7 record(s) read satisfies ip_in(x, '10.0.0.1/32') OR ip_in(y, '10.0.0.1/32')",
                "a.c: no lower time bound was given; the oldest record received is from then",
                "no rows from a.b: none of the 7 record(s) read satisfies operation = 'x'",
            ]
        );
    }
}
